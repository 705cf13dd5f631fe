"""Name search: whether two names may be spellings of one name, by their readings."""

from __future__ import annotations

from collections.abc import Iterable

from uncounted.records.cells.name_parser import forms
from uncounted.records.names.name import Name
from uncounted.records.names.surnames import Key

_LEAST = 1e-4  # readings less probable in both are dropped


class NameQuery:
    """A name that is searched for, in any script and romanisation.

    Examples:
        >>> wanted = NameQuery("조명복")
        >>> [wanted.matches([Name(text)]) for text in ("Cho Myung-bok", "趙明福", "Kim Myung-bok")]
        [True, True, False]
    """

    def __init__(self, text: str) -> None:
        self._forms = [form for form in forms([Name(text)]) if form.given]

    def matches(self, names: Iterable[Name]) -> bool:
        """Whether a name has the given name and no other family name; a part matches nothing."""
        return any(
            _share(one.given, other.given)
            and (not one.family or not other.family or _share(one.family, other.family))
            for other in forms(names)
            for one in self._forms
        )


def _share(one: dict[Key, float], other: dict[Key, float]) -> bool:
    return any(weight * other.get(key, 0.0) >= _LEAST for key, weight in one.items())
