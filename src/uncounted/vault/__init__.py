"""The case file at rest: keys, sealed entries, the log, consent."""
