"""The report: its sections and figures, as HTML and as PDF.

May import `publish.disclosure` and the values of `estimate.base`.
"""
