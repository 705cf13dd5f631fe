"""How many: numbers in, an Estimate or a refusal out. No person is ever seen here."""
