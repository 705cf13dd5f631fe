"""Which things a mapping may read from one column, and which it cannot mean to.

A column can tell several things in words that `[values]` gives a meaning each (an act and
what came of it), and be of several acts (the place of each). A name that is also the id makes
two people of one name one; a date that is also a birth is a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import attrs

from uncounted.errors import BadMapping
from uncounted.records.fields import (
    ACT_FIELDS,
    NAME_FIELDS,
    ActColumns,
    Column,
    ConsentRule,
    DateColumns,
)

_NAMES = frozenset((*NAME_FIELDS, "name_alt", "relative"))
# What one column may tell together. A source's own key may be the number of another register.
_TOGETHER = (
    frozenset({"act", "place", "authority", "outcome"}),
    frozenset({"origin", "place"}),
    frozenset({"id", "number"}),
)
_WORDS = ("audience", "given_by")  # of consent, kept as they are written, whatever they are
_HINT = "name each column once, and leave out what the file has no column for"


@attrs.frozen
class Use:
    """What is read from a column: of which act, if of one, and in which second table, if in one."""

    what: str
    column: str
    act: int | None = None
    table: str | None = None


def refuse_shared(
    person: Iterable[tuple[str, str]],
    birth: DateColumns | None,
    acts: Iterable[ActColumns],
    consent: ConsentRule,
) -> None:
    """Make sure that no two things are read from one column that cannot both be meant.

    Args:
        person: fields with their columns; a field of several columns several times.
        birth: where it is.
        acts: where each is.
        consent: where it is stated.

    Raises:
        BadMapping: two are, with the fields and the mapping's own word for the column.
    """
    acts = tuple(acts)
    for first, second in combinations(acts, 2):
        if first == second:
            raise BadMapping(
                "two sections of acts say the same, so that each act would be there twice",
                hint="take one of them out ([columns] with act, date or place is one too)",
            )
    uses = [Use(what, column) for what, column in person]
    uses += [Use("birth", column) for column in (birth.columns if birth else ())]
    for number, act in enumerate(acts):
        uses += _of_act(number, act)
    for what in ("uses", "until", *_WORDS):
        if isinstance(rule := getattr(consent, what), Column):
            uses.append(Use(what, rule.name))
    for one, other in combinations(uses, 2):
        if (one.column, one.table) == (other.column, other.table) and not _may_share(one, other):
            _refuse(one, other)


def _of_act(number: int, act: ActColumns) -> Iterator[Use]:
    for what in ACT_FIELDS:
        where = getattr(act, what)
        columns = where.columns if isinstance(where, DateColumns) else (where,) if where else ()
        for column in columns:
            yield Use(what, column, number, act.repeat)


def _may_share(one: Use, other: Use) -> bool:
    kinds = {one.what, other.what}
    if len(kinds) == 1:
        return one.act != other.act
    if kinds & set(_WORDS):
        return True
    if "note" in kinds:
        return not kinds & {"id", *_NAMES}
    return any(kinds <= together for together in _TOGETHER)


def _refuse(one: Use, other: Use) -> None:
    hint = _HINT
    if other.what == "note":
        hint = "a note is free text: an id, a name or a relative's name has a column of its own"
    elif one.what == "id" and other.what in _NAMES:
        hint = "two people of one name would be one: the id is the source's own key"
    if one.what == other.what:
        raise BadMapping(f"{one.what} names the column {one.column!r} twice", hint=hint)
    raise BadMapping(
        f"{one.what} and {other.what} cannot both be in one column, {one.column!r}", hint=hint
    )
