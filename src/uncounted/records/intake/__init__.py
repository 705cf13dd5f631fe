"""From the rows of a file to reports: mappings, suggestions, amendments."""
