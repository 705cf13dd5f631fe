"""What a report says: vocabulary, names, partial dates, places, and the intake of files."""
