"""Studies: many tables estimated by a STUDY.toml, with results that are kept and resumed."""
