"""Comparison levels of names: family and given name, from the strongest evidence to the weakest.

The first are one level cut by how rare the name is (log of 1 / chance that two people share
it). "Slip": one letter (two of nine or more); "near": two letters in five. In Korean names a
letter makes another name, so a slip there is a level of its own. "In part": of names of several
words, which are not Korean, those of one are all among those of the other. Where given and family
names are known it is the family name that is in part, if both begin alike; "given name in part"
if the given name alone is, in any order of its words; and if both are, or a part begins otherwise,
"both names or another word first". Where they are not known it is the last if one name lacks the
first word of the other, which may be a child's before the father's; a slip is then no agreement
where no other word is shared: one report with a slip in a common name would be linked to many.
"Another name": what both are called beside their main names, where these do not agree.
"""

from __future__ import annotations

NAME = (
    "not said",
    "same, rarest",
    "same, very rare",
    "same, rare",
    "same, usual",
    "same, very usual",
    "same given, family slip",
    "given slip, same family",
    "given slip, family slip",
    "same given, family near",
    "given near, same family",
    "both near, or one near and a slip",
    "given and family exchanged",
    "same given, family not said",
    "given initials agree, same family",
    "another given one letter off, same family",
    "given begins alike, same family",
    "in part, very rare",
    "in part, rare",
    "in part, usual",
    "in part, very usual",
    "given name in part, very rare",
    "given name in part, rare",
    "given name in part, usual",
    "in part, both names or another word first",
    "in part, a slip",
    "another name the same",
    "given not said, same family",
    "same given, other family",
    "given slip or near, other family",
    "other given, same family",
    "other given, family slip or near",
    "different",
)
RARE = (12.0, 9.5, 7.5, 5.5)  # where "same" is cut, from the first
RARE_IN_PART = (9.5, 7.5, 5.5)
RARE_GIVEN_IN_PART = (8.0, 4.0)  # of the given name alone: relatives share the family name

SAME = NAME.index("same, rarest")
SAME_LAST = NAME.index("same, very usual")
SLIP_IN_FAMILY = NAME.index("same given, family slip")
SLIP_IN_GIVEN = NAME.index("given slip, same family")
SLIP_IN_BOTH = NAME.index("given slip, family slip")
NEAR_IN_FAMILY = NAME.index("same given, family near")
NEAR_IN_GIVEN = NAME.index("given near, same family")
NEAR = NAME.index("both near, or one near and a slip")
EXCHANGED = NAME.index("given and family exchanged")
GIVEN_ALONE = NAME.index("same given, family not said")
INITIALS = NAME.index("given initials agree, same family")
ONE_LETTER = NAME.index("another given one letter off, same family")
BEGINS_ALIKE = NAME.index("given begins alike, same family")
IN_PART = NAME.index("in part, very rare")
IN_PART_LAST = NAME.index("in part, very usual")
IN_PART_OTHER_FIRST = NAME.index("in part, both names or another word first")
IN_PART_SLIP = NAME.index("in part, a slip")
GIVEN_IN_PART = NAME.index("given name in part, very rare")
GIVEN_IN_PART_LAST = NAME.index("given name in part, usual")
ANOTHER = NAME.index("another name the same")
FAMILY_ALONE = NAME.index("given not said, same family")
OTHER_FAMILY = NAME.index("same given, other family")
AGREES_LAST = NAME.index("given slip or near, other family")  # after it, other names
OTHER_GIVEN = NAME.index("other given, same family")
OTHER_GIVEN_SLIP = NAME.index("other given, family slip or near")
DIFFERENT = NAME.index("different")
