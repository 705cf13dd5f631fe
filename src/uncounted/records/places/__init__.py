"""The gazetteer, and the reading of places as they are written."""
