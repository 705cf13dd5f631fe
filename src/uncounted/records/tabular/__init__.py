"""Tables as files: CSV, XLSX, JSON, their headers and their cells."""
