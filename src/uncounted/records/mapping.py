"""Which column of a file is what: the `MAP.toml` that goes with an import.

A mapping is words of its author, so its words may be repeated in errors. The header
of a file may not, unless it matches the vocabulary: a file without a header has a
person in its first row. Columns that no word matches are named by position.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from datetime import date
from pathlib import Path
from typing import Any

import attrs

from uncounted.errors import BadInput, BadMapping
from uncounted.records import dates, vocabulary
from uncounted.records.dates import PartialDate
from uncounted.vault.consent import USES, Consent

CONSENT_FIELDS = ("uses", "audience", "until", "given_by")
ACT_FIELDS = ("act", "date", "place", "authority", "outcome")
PERSON_FIELDS = (
    *("id", "name", "family_name", "given_name", "name_alt"),
    *("sex", "birth", "origin", "note", "collector"),
)
FIELDS = PERSON_FIELDS + ACT_FIELDS
_DATE_PARTS = ("year", "month", "day")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@attrs.frozen
class DateColumns:
    """Where a date is: in one column, or in columns for year, month and day."""

    year: str
    month: str | None = None
    day: str | None = None
    whole: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from."""
        return tuple(name for name in (self.year, self.month, self.day) if name)


@attrs.frozen
class ActColumns:
    """Where one act of a row is; `kind` is a code when every row has the same act here."""

    kind: str | None = None
    act: str | None = None
    date: DateColumns | None = None
    place: str | None = None
    authority: str | None = None
    outcome: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from."""
        own = tuple(name for name in (self.act, self.place, self.authority, self.outcome) if name)
        return own + (self.date.columns if self.date else ())


@attrs.frozen
class Column:
    """A value that each row states for itself, in this column."""

    name: str


@attrs.frozen
class ConsentRule:
    """What consent each row has: the same for all, or read from columns. Nothing stated: none."""

    uses: frozenset[str] | Column = frozenset()
    audience: str | Column | None = None
    until: date | Column | None = None
    given_by: str | Column | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is read from."""
        rules = (self.uses, self.audience, self.until, self.given_by)
        return tuple(rule.name for rule in rules if isinstance(rule, Column))

    @property
    def same_for_all(self) -> Consent | None:
        """The one consent of every row, or None where rows state their own."""
        if self.columns:
            return None
        return Consent(self.uses, self.audience, self.until, self.given_by)  # type: ignore[arg-type]


@attrs.frozen
class Covers:
    """What a source looked for: from when, to when, which acts. None and empty: not said."""

    start: PartialDate | None = None
    end: PartialDate | None = None
    acts: tuple[str, ...] = ()

    def admits_date(self, day: PartialDate) -> bool:
        """Tell whether some day of a date lies in the period."""
        first = self.start.earliest if self.start else None
        last = self.end.latest if self.end else None
        return not (
            (first and day.latest and day.latest < first)
            or (last and day.earliest and day.earliest > last)
        )

    def to_payload(self) -> dict[str, Any]:
        """Plain values, for what a case file keeps about a source."""
        return {
            "from": self.start.edtf if self.start else None,
            "to": self.end.edtf if self.end else None,
            "acts": list(self.acts),
        }


@attrs.frozen
class SourceInfo:
    """What the mapping says about the source: who collects, what it covers, how dates are kept.

    `pads_dates`: the system fills a missing month and day with 1, so 1 January may be only
    a year. `day_first`: how 07/05/2013 is meant; None: not said.
    """

    collector: str | None = None
    covers: Covers | None = None
    pads_dates: bool = False
    day_first: bool | None = None

    def about(self) -> dict[str, Any]:
        """Plain values, for what a case file keeps about a source."""
        return {
            "collector": self.collector,
            "covers": self.covers.to_payload() if self.covers else None,
        }


@attrs.frozen
class Mapping:
    """Which column is what, what a file's own words mean, what was consented to.

    Examples:
        >>> mapping = Mapping.parse('''
        ... [columns]
        ... id = "ref_no"
        ... name = "full name"
        ... [consent]
        ... uses = ["link", "statistics"]
        ... ''')
        >>> mapping.id, mapping.name
        ('ref_no', 'full name')
    """

    id: str
    name: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    name_alt: tuple[str, ...] = ()
    sex: str | None = None
    birth: DateColumns | None = None
    origin: str | None = None
    note: str | None = None
    collector: str | None = None
    acts: tuple[ActColumns, ...] = ()
    values: Map[str, Map[str, str]] = attrs.field(factory=dict)
    uses_words: Map[str, frozenset[str]] = attrs.field(factory=dict)
    consent: ConsentRule = attrs.field(factory=ConsentRule)
    source: SourceInfo = attrs.field(factory=SourceInfo)

    @classmethod
    def parse(cls, source: Path | str) -> Mapping:
        """Read a mapping from a file (a Path) or from its text (a str).

        Raises:
            BadMapping: it is no TOML (with the line), has a key that is not known (with
                the nearest one), no `id`, no name, or a value that cannot be meant.
        """
        return _mapping(_toml(source))

    @classmethod
    def default(cls, columns: Iterable[str]) -> Mapping:
        """Use the columns that bear the vocabulary's own names, and refuse the others.

        Raises:
            BadMapping: a column is not known. It is named where the file has columns
                called id and name, so that its first row is surely a header; else by position.

        Examples:
            >>> Mapping.default(["id", "name", "birth"]).birth
            DateColumns(year='birth', month=None, day=None, whole=True)
        """
        return _default(tuple(columns))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once, in the order of the mapping."""
        own = (self.id, self.name, self.family_name, self.given_name, *self.name_alt)
        rest = (self.sex, self.origin, self.note, self.collector)
        parts = [name for name in own + rest if name]
        parts += self.birth.columns if self.birth else ()
        for act in self.acts:
            parts += act.columns
        return tuple(dict.fromkeys((*parts, *self.consent.columns)))

    def check(self, columns: Iterable[str]) -> None:
        """Make sure that a file has every column that is named.

        Raises:
            BadMapping: with the mapping's own word, and the position of a column like it.
        """
        there = tuple(columns)
        folded = [column.casefold() for column in there]
        for name in self.columns:
            if name not in there:
                near = difflib.get_close_matches(name.casefold(), folded, 1)
                raise BadMapping(
                    f"the mapping names a column {name!r} that the file does not have",
                    hint=f"the name of column {folded.index(near[0]) + 1} is nearly that"
                    if near
                    else f"write the names as the first row has them, {len(there)} in all",
                )

    def unused(self, columns: Iterable[str]) -> tuple[int, ...]:
        """Positions, from 1, of a file's columns that are not read."""
        return tuple(i for i, name in enumerate(columns, 1) if name not in self.columns)

    def code_for(self, kind: str, text: str) -> str | None:
        """Give the code of a file's word: the mapping's own first, then the vocabulary's.

        An empty string is a word that the mapping says means nothing.
        """
        own = self.values.get(kind, {}).get(vocabulary.key(text))
        return own if own is not None else vocabulary.code_for(kind, text)


def _toml(source: Path | str) -> dict[str, Any]:
    if isinstance(source, Path):
        try:
            text = source.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise BadMapping(f"{source.name} is not UTF-8 text", hint="save it as UTF-8") from None
        except OSError:
            raise BadMapping(f"there is no mapping {source.name} to read") from None
    else:
        text = source
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        raise BadMapping(
            f"the mapping is not TOML: line {line[1]}"
            if line
            else "the mapping is not TOML: its end",
            hint='a line is name = "value", a section [columns]',
        ) from None
    except RecursionError:
        raise BadMapping("the mapping is nested too deeply") from None


def _known(where: str, table: Any, keys: Iterable[str]) -> dict[str, Any]:
    """Refuse keys that are not known, with the nearest one that is."""
    keys = tuple(keys)
    if not isinstance(table, dict):
        raise BadMapping(f"{where} is not a section", hint=f"write it as {where}")
    for key in table:
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            raise BadMapping(
                f"{where} has no {key!r}",
                hint=f"did you mean {near[0]!r}?" if near else "it has " + ", ".join(keys),
            )
    return table


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadMapping(f"{where} is not a text", hint='write it in quotes: "..."')
    return value.strip()


def _optional(where: str, table: Map[str, Any], key: str) -> str | None:
    return _text(f"{where} {key}", table[key]) if key in table else None


def _mapping(tables: dict[str, Any]) -> Mapping:
    sections = ("columns", "acts", "values", "consent", "source")
    _known("the mapping", tables, sections)
    columns = _known("[columns]", tables.get("columns", {}), FIELDS)
    if "id" not in columns:
        raise BadMapping(
            "[columns] does not say which column is the id",
            hint="the id is the source's own key, the same at every import of the file",
        )
    if not {"name", "family_name", "given_name"} & columns.keys():
        raise BadMapping("[columns] names no column with a name", hint='add name = "..."')
    person = {
        key: _optional("[columns]", columns, key)
        for key in PERSON_FIELDS
        if key not in ("id", "name_alt", "birth")
    }
    values, uses_words = _values(tables.get("values", {}))
    return Mapping(
        id=_text("[columns] id", columns["id"]),
        name_alt=_texts("[columns] name_alt", columns.get("name_alt", [])),
        birth=_date_columns("[columns] birth", columns["birth"]) if "birth" in columns else None,
        acts=tuple(_acts(columns, tables.get("acts", []))),
        values=values,
        uses_words=uses_words,
        consent=_consent(tables.get("consent", {})),
        source=_source(tables.get("source", {})),
        **person,
    )


def _texts(where: str, value: Any) -> tuple[str, ...]:
    return tuple(_text(where, item) for item in (value if isinstance(value, list) else [value]))


def _date_columns(where: str, value: Any) -> DateColumns:
    if not isinstance(value, dict):
        return DateColumns(_text(where, value))
    parts = {key: _text(f"{where} {key}", value[key]) for key in _known(where, value, _DATE_PARTS)}
    if "year" not in parts or ("day" in parts and "month" not in parts):
        raise BadMapping(f"{where} needs a year, and a month where it has a day")
    return DateColumns(**parts, whole=False)


def _act_columns(where: str, table: Map[str, Any], kind: str | None = None) -> ActColumns:
    texts = {key: _optional(where, table, key) for key in ("act", "place", "authority", "outcome")}
    when = _date_columns(f"{where} date", table["date"]) if "date" in table else None
    return ActColumns(kind=kind, date=when, **texts)


def _acts(columns: Map[str, Any], more: Any) -> Iterator[ActColumns]:
    main = {key: columns[key] for key in ACT_FIELDS if key in columns}
    if main:
        yield _act_columns("[columns]", main)
    if not isinstance(more, list):
        raise BadMapping("[acts] is not a list of sections", hint="write [[acts]] once an act")
    for table in more:
        known = _known("[[acts]]", table, ("kind", *ACT_FIELDS))
        kind = _own_code("[[acts]] kind", "act", known["kind"]) if "kind" in known else None
        if (kind is None) == ("act" not in known):
            raise BadMapping("[[acts]] needs either a kind or a column with the act")
        yield _act_columns("[[acts]]", known, kind)


def _own_code(where: str, kind: str, value: Any) -> str:
    """A code of the vocabulary, or a new one that is no slip of the pen for one of it."""
    code = _text(where, value)
    known = vocabulary.codes(kind)
    if code in known:
        return code
    near = difflib.get_close_matches(code, known, 1, cutoff=0.8)
    if near:
        raise BadMapping(f"{where}: {code!r} is no code", hint=f"did you mean {near[0]!r}?")
    if kind == "sex" or not _CODE.fullmatch(code):
        raise BadMapping(
            f"{where}: {code!r} is no code",
            hint=f"the codes are {', '.join(known)}"
            + ("" if kind == "sex" else "; a code of your own is small letters and hyphens"),
        )
    return code


def _values(table: Any) -> tuple[dict[str, dict[str, str]], dict[str, frozenset[str]]]:
    kinds = (*vocabulary.KINDS, "uses")
    values: dict[str, dict[str, str]] = {}
    uses: dict[str, frozenset[str]] = {}
    for kind, words in _known("[values]", table, kinds).items():
        where = f"[values.{kind}]"
        if not isinstance(words, dict):
            raise BadMapping(f"{where} is not a section", hint=f"write it as {where}")
        if kind == "uses":
            uses = {vocabulary.key(word): _uses(where, code) for word, code in words.items()}
            continue
        values[kind] = {
            vocabulary.key(word): "" if code == "" else _own_code(where, kind, code)
            for word, code in words.items()
        }
    return values, uses


def _uses(where: str, value: Any) -> frozenset[str]:
    stated = [] if value in ([], "") else _texts(where, value)
    for use in stated:
        if use not in USES:
            raise BadMapping(f"{where}: {use!r} is no use", hint=f"the uses are {', '.join(USES)}")
    return frozenset(stated)


def _rule(where: str, value: Any) -> Column | None:
    """The column of `{ column = "..." }`, or None when it is something else."""
    if not isinstance(value, dict):
        return None
    table = _known(where, value, ("column",))
    return Column(_text(f"{where} column", table.get("column")))


def _consent(table: Any) -> ConsentRule:
    known = _known("[consent]", table, CONSENT_FIELDS)
    rules: dict[str, Any] = {}
    for key, value in known.items():
        where = f"[consent] {key}"
        if column := _rule(where, value):
            rules[key] = column
        elif key == "uses":
            rules[key] = _uses(where, value)
        elif key == "until":
            rules[key] = _full_day(where, value)
        else:
            rules[key] = _text(where, value)
    return ConsentRule(**rules)


def _full_day(where: str, value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise BadMapping(f"{where} is not a full day", hint='write it as "2030-12-31"') from None


def _source(table: Any) -> SourceInfo:
    known = _known("[source]", table, ("collector", "covers", "pads_dates", "day_first"))
    for key in ("pads_dates", "day_first"):
        if not isinstance(known.get(key, False), bool):
            raise BadMapping(f"[source] {key} is neither true nor false")
    return SourceInfo(
        collector=_optional("[source]", known, "collector"),
        covers=_covers(known["covers"]) if "covers" in known else None,
        pads_dates=known.get("pads_dates", False),
        day_first=known.get("day_first"),
    )


def _covers(table: Any) -> Covers:
    where = "[source] covers"
    known = _known(where, table, ("from", "to", "acts"))
    ends = {
        key: _covered_date(f"{where} {key}", known[key]) for key in ("from", "to") if key in known
    }
    start, end = ends.get("from"), ends.get("to")
    if start and end and start.earliest and end.latest and end.latest < start.earliest:
        raise BadMapping(f"{where} ends before it begins")
    acts = tuple(
        _own_code(f"{where} acts", "act", act)
        for act in (_texts(f"{where} acts", known["acts"]) if "acts" in known else ())
    )
    return Covers(start, end, acts)


def _covered_date(where: str, value: Any) -> PartialDate:
    try:
        return dates.parse(str(value))
    except BadInput:
        raise BadMapping(f"{where} is not a date", hint='write it as "2017" or "2017-05"') from None


def _default(columns: tuple[str, ...]) -> Mapping:
    known = {_plain(name): name for name in columns}
    fields = {key: known[key] for key in FIELDS if key in known}
    consent = {key: Column(known[key]) for key in CONSENT_FIELDS if key in known}
    strange = [
        (i, name)
        for i, name in enumerate(columns, 1)
        if _plain(name) not in (*FIELDS, *CONSENT_FIELDS)
    ]
    is_header = "id" in fields and bool({"name", "family_name", "given_name"} & fields.keys())
    if not is_header:
        raise BadMapping(
            "the first row has no columns called id and name",
            hint="write a mapping that says which column is what (--mapping MAP.toml)",
        )
    if strange:
        named = ", ".join(f"{i} ({name!r})" for i, name in strange)
        raise BadMapping(
            f"without a mapping nothing says what column {named} is",
            hint="write a mapping (--mapping MAP.toml), or take the column out",
        )
    mapping = _mapping({"columns": fields})
    return attrs.evolve(mapping, consent=ConsentRule(**consent))


def _plain(name: str) -> str:
    return vocabulary.key(name).replace(" ", "_")
