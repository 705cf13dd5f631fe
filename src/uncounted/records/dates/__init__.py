"""Partial dates: EDTF, calendars, and the reading of dates as they are written.

May import `records.tabular` for spreadsheet day numbers.
"""
