"""Names: what was written is kept, and what it says is told; nothing is compared here.

Script, words, title and initials of a name are facts about a piece of writing. How
likely it is that two names are one person's is for `linkage` alone.
"""

from __future__ import annotations

import attrs


@attrs.frozen
class Name:
    """A name as one source wrote it.

    `family` and `given` are set only when the source gives them apart: guessing which
    of "Kim Jong Il" is the family name is a comparison, not a fact.
    """

    written: str
    family: str | None = None
    given: str | None = None
