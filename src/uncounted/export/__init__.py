"""Leaving with everything: a case file's reports in clear, in forms that others read.

What goes out is what stands now. Earlier versions, linkages and estimates stay behind,
and every export says how many. It is written whole, into a folder for its owner alone.
"""
