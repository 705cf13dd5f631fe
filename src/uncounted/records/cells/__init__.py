"""Free text in cells: which part is the name, and what else is stated there (`lexicon.csv`)."""
