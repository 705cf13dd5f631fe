"""The example and the tables that ship with the project; see README.md."""
