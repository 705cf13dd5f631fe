"""Personal names: scripts, syllables, surnames, romanisations, the spelling lattice.

Knows nothing of reports and imports no other room.
"""
