"""Full export: a case file's reports, unencrypted, in forms that others read.

What goes out is what stands now. Earlier versions, linkages and estimates stay behind,
and every export says how many. It is written whole, into a folder for its owner alone.
"""
