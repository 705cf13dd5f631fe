"""Personal names: scripts, syllables, surnames, romanisations, the spelling lattice."""
