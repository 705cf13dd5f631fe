"""What a report says: reports, fields, vocabulary; the reading of names, dates and places."""
