"""Partial dates: EDTF, calendars, and the reading of dates as they are written."""
