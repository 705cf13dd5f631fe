"""What a report says: reports, fields and vocabulary, and the reading of names, dates and places.

May import the values of `vault.reports`; never `linkage` or `estimate`.
"""
