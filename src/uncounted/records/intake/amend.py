"""Amendments: a report's fields stated again, read by the rules of an import."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from typing import Any

import attrs

from uncounted import delimited
from uncounted.errors import UsedWrongly, nearest
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.records.fields import ACT_FIELDS, STATED_FIELDS, ActColumns, DateColumns
from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.rows import OF_NAMES, Accepted, Rejected, RowReader
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report
from uncounted.vault.reports.consent import Consent

# Who collected it first is no part of what is said, and stays.
_STATED = tuple(name for name in STATED_FIELDS if name != "collector")
_OWN = ("name", "name_alt", *_STATED)
_ACT_FIELD = re.compile(rf"({'|'.join(ACT_FIELDS)})([1-9][0-9]?)?")


def amended(
    fields: Map[str, str], report: Report, words: OwnWords | None = None
) -> Accepted | Rejected:
    """Give a report with some of its fields stated again, read as the cells of a file are.

    Fields are `name`, `name_alt` (several apart by ;), `sex`, `birth`, `origin`, `relative`,
    `occupation`, `number`, `note` and, for the act numbered `2`, `act2`, `date2`, `place2`,
    `authority2`, `outcome2`; without a number the first, which is made when there is none. An empty
    value removes a field. `words` are the case file's own.
    """
    acts = _acts_named(fields, report)
    own = [name for name in fields if name in _OWN]
    if not own and not acts:
        raise UsedWrongly("nothing to change", hint=f"fields: {', '.join((*_OWN, *ACT_FIELDS))}")
    where: dict[str, Any] = {
        name: DateColumns(name) if name == "birth" else name for name in own if name in _STATED
    }
    stated = {"id": report.id, "name": fields.get("name", report.names[0].written), **fields}
    mapping = Mapping(
        id="id",
        name="name",
        name_alt=("name_alt",) if "name_alt" in fields else (),
        **where,
        acts=tuple(map(_act_columns, acts.values())),
        own=words or OwnWords(),
    )
    cells = RowReader(delimited.Row(0, stated), mapping)
    read = cells.report(report.source, report.id)
    anew = [cells.act(where) for where in mapping.acts]
    # a name that an import would refuse today may stand in the report; it was not said anew
    named = "name" in fields or "name_alt" in fields
    if reasons := [why for why in cells.reasons if named or why not in OF_NAMES]:
        return Rejected(0, tuple(dict.fromkeys(reasons)))
    changed = attrs.evolve(
        report,
        names=_names_anew(fields, report, read),
        acts=_acts_anew(report.acts, acts, anew),
        **{name: getattr(read, name) for name in where},
    )
    warnings = [
        each for each in cells.warnings if "name" in fields or not each.startswith("column 'name':")
    ]
    return Accepted(0, changed, Consent(), tuple(dict.fromkeys(warnings)))


def _acts_named(fields: Map[str, str], report: Report) -> dict[int, dict[str, str]]:
    """Which fields speak of which act, by its place from 0: `{0: {"date": "date"}}`."""
    found: dict[int, dict[str, str]] = {}
    for name in fields:
        match = _ACT_FIELD.fullmatch(name)
        if match is None:
            if name in _OWN:
                continue
            near = nearest(name, (*_OWN, *ACT_FIELDS))  # what was given may be testimony
            raise UsedWrongly(
                "unknown field" + (f". Did you mean {near!r}?" if near else ""),
                hint=f"fields: {', '.join((*_OWN, *ACT_FIELDS))}; act2, date2, ... for the"
                " second act",
            )
        at = int(match[2] or 1) - 1
        if at > len(report.acts):
            raise UsedWrongly(f"the report has no act {at + 1}", hint=f"it has {len(report.acts)}")
        found.setdefault(at, {})[match[1]] = name
    return dict(sorted(found.items()))


def _act_columns(columns: dict[str, str]) -> ActColumns:
    date = DateColumns(columns["date"]) if "date" in columns else None
    return ActColumns(date=date, **{part: columns[part] for part in columns if part != "date"})  # type: ignore[arg-type]


def _names_anew(fields: Map[str, str], report: Report, read: Report) -> tuple[Name, ...]:
    main = read.names[:1] if "name" in fields else report.names[:1]
    others = read.names[1:] if "name_alt" in fields else report.names[1:]
    once = {name.written: name for name in (*others[::-1], *main)}
    return (*main, *(name for name in others if once[name.written] is name))


def _acts_anew(
    acts: tuple[Act, ...], columns: dict[int, dict[str, str]], read: list[Act | None]
) -> tuple[Act, ...]:
    changed = list(acts)
    for (at, named), act in zip(columns.items(), read, strict=True):
        earlier = changed[at] if at < len(changed) else Act()
        stated = act or Act()
        parts = {("kind" if part == "act" else part): part for part in named}
        now = attrs.evolve(earlier, **{name: getattr(stated, name) for name in parts})
        changed[at : at + 1] = [now]
    return tuple(act for act in changed if act != Act())
