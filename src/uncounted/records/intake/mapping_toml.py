"""Parser of a `MAP.toml`: an unknown word is refused with the nearest known one.

A column can tell several things in words that `[values]` gives a meaning each (an act and its
outcome), and be of several acts (the place of each). A name that is also the id would merge people
of one name.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import attrs

from uncounted import bounded_toml
from uncounted.delimited import heading
from uncounted.errors import BadInput, BadMapping, nearest, unknown
from uncounted.records import vocabulary
from uncounted.records.custom_vocabulary import OwnWords, section
from uncounted.records.dates import partial_date as dates
from uncounted.records.dates.other_calendars import CALENDARS
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.fields import (
    ACT_FIELDS,
    CONSENT_FIELDS,
    FIELDS,
    NAME_FIELDS,
    PERSON_FIELDS,
    ActColumns,
    Column,
    ConsentRule,
    Covers,
    DateColumns,
    SourceInfo,
)
from uncounted.records.names.languages.pack import stated_words
from uncounted.records.report_limits import is_collector
from uncounted.vault.reports.consent import USES

type TomlTable = dict[str, Any]

_DATE_PARTS = ("year", "month", "day")
_REPEAT_WORDS = ("repeat", "key", "parent")
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAMES = frozenset((*NAME_FIELDS, "name_alt", "relative"))
# What one column may tell together. A source's own key may be the number of another register.
_TOGETHER = (
    frozenset({"act", "place", "authority", "outcome"}),
    frozenset({"origin", "place"}),
    frozenset({"id", "number"}),
)
_WORDS = ("audience", "given_by")  # of consent, kept as they are written, whatever they are
_HINT = "name each column once, and leave out what the file has no column for"


def read(source: Path | str) -> TomlTable:
    """Parse a mapping's TOML, from a file (a Path) or from text; a syntax error gives the line."""
    if isinstance(source, Path):
        try:
            text = bounded_toml.text_of(source)
        except UnicodeDecodeError:
            raise BadMapping(f"{source.name} is not UTF-8 text", hint="save it as UTF-8") from None
        except FileNotFoundError:
            raise BadMapping(
                f"no such mapping file: {source.name or source}", hint="check the path"
            ) from None
        except OSError as error:
            raise BadMapping(
                f"the mapping {source.name or source} cannot be read: {error.strerror}",
                hint="check the path",
            ) from None
    else:
        text = source
    try:
        return bounded_toml.loads(text, "the mapping")
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(text, str(error)) from None


_TWICE = re.compile(r"overwrite a value|twice|Duplicate")
_NAMED = re.compile(r"\s*(?:\[+\s*(?P<section>[^\[\]=]+?)\s*\]|(?P<key>[^=\[\]{}]+?)\s*=)")


def _not_toml(text: str, why: str) -> BadMapping:
    """The error for what is no TOML, with the line; for what is there twice, with its name."""
    found = re.search(r"at line (\d+)", why)
    where = f"line {found[1]}" if found else "its end"
    if not _TWICE.search(why):
        return BadMapping(
            f"the mapping is not TOML: {where}",
            hint='a line is name = "value", a section [columns]',
        )
    line = text.rstrip().splitlines()[int(found[1]) - 1 if found else -1]
    inline = re.search(r"key '(.+)'", why)
    named = _NAMED.match(line)
    if inline:
        what = inline[1]
    elif named:
        what = f"[{named['section']}]" if named["section"] else named["key"]
    else:
        what = "a name"
    return BadMapping(
        f"the mapping says {what} twice: {where}",
        hint="give it once; several columns are a list: name_alt = [...]",
    )


def fields(tables: TomlTable) -> TomlTable:
    """Give the fields of a `Mapping` from its sections, each checked."""
    sections = ("columns", "acts", "values", "vocabulary", "consent", "source")
    section("the mapping", tables, sections)
    own = OwnWords.parse(tables.get("vocabulary", {}))
    columns = section("[columns]", tables.get("columns", {}), FIELDS)
    if "id" not in columns:
        raise BadMapping(
            "[columns] does not say which column is the id",
            hint="the id is the key of the source, the same at every import",
        )
    if not columns.keys() & set(NAME_FIELDS):
        raise BadMapping("[columns] names no column with a name", hint='add name = "..."')
    person = {
        key: _optional("[columns]", columns, key)
        for key in PERSON_FIELDS
        if key not in ("name_alt", "birth")
    }
    values, uses_words = _values(tables.get("values", {}), own)
    birth = _birth("[columns] birth", columns["birth"]) if "birth" in columns else None
    name_alt = _texts("[columns] name_alt", columns.get("name_alt", []))
    acts = tuple(_acts(columns, tables.get("acts", []), own))
    consent = _consent(tables.get("consent", {}))
    used = [(key, column) for key, column in person.items() if column]
    _refuse_shared([*used, *(("name_alt", one) for one in name_alt)], birth, acts, consent)
    return {
        **person,
        "name_alt": name_alt,
        "birth": birth,
        "acts": acts,
        "values": values,
        "uses_words": uses_words,
        "consent": consent,
        "source": _source(tables.get("source", {}), own),
        "own": own,
    }


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadMapping(f"{where} is not a text", hint='write it in quotes: "..."')
    return heading(value)


def _optional(where: str, table: TomlTable, key: str) -> str | None:
    return _text(f"{where} {key}", table[key]) if key in table else None


def _texts(where: str, value: Any) -> tuple[str, ...]:
    return tuple(_text(where, item) for item in (value if isinstance(value, list) else [value]))


def _birth(where: str, value: Any) -> DateColumns:
    if isinstance(value, dict) and "age" in value:
        section(where, value, ("age",))
        return DateColumns(_text(f"{where} age", value["age"]), by_age=True)
    return _date_columns(where, value)


def _date_columns(where: str, value: Any) -> DateColumns:
    if not isinstance(value, dict):
        return DateColumns(_text(where, value))
    parts = {key: _text(f"{where} {key}", value[key]) for key in section(where, value, _DATE_PARTS)}
    if "year" not in parts or ("day" in parts and "month" not in parts):
        raise BadMapping(
            f"{where} needs a year, and a month where it has a day",
            hint='write it as { year = "...", month = "...", day = "..." }',
        )
    return DateColumns(parts["year"], parts.get("month"), parts.get("day"), whole=False)


def _act_columns(where: str, table: TomlTable, kind: str | None = None) -> ActColumns:
    words = ("act", "place", "authority", "outcome", *_REPEAT_WORDS)
    texts = {key: _optional(where, table, key) for key in words}
    when = _date_columns(f"{where} date", table["date"]) if "date" in table else None
    split = _truth(f"{where} split", table.get("split", False))
    if split and kind is not None:
        raise BadMapping(
            f"{where} split is for a column with acts, not for one kind",
            hint="leave kind or split out",
        )
    if texts["repeat"] is None and (texts["key"] or texts["parent"]):
        raise BadMapping(
            f"{where} has a key but no repeat",
            hint='add the sheet, file or list of the acts: repeat = "..."',
        )
    if (texts["key"] is None) != (texts["parent"] is None):
        raise BadMapping(
            f"{where} needs both a key and a parent, or neither",
            hint="key is a column of the file, parent the one of the repeat with the same values",
        )
    return ActColumns(kind=kind, date=when, split=split, **texts)


def _truth(where: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadMapping(
            f"{where} is neither true nor false", hint="write true or false, without quotes"
        )
    return value


def _acts(columns: TomlTable, more: Any, own: OwnWords) -> Iterator[ActColumns]:
    main = {key: columns[key] for key in ACT_FIELDS if key in columns}
    if main:
        yield _act_columns("[columns]", main)
    if not isinstance(more, list):
        raise BadMapping("[acts] is not a list of sections", hint="write [[acts]] once an act")
    for table in more:
        known = section("[[acts]]", table, ("kind", *ACT_FIELDS, *_REPEAT_WORDS, "split"))
        kind = _own_code("[[acts]] kind", "act", known["kind"], own) if "kind" in known else None
        if (kind is None) == ("act" not in known):
            raise BadMapping(
                "[[acts]] needs either a kind or a column with the act",
                hint='write kind = "arrest" if every row has that act, or act = "the column"',
            )
        yield _act_columns("[[acts]]", known, kind)


def _own_code(where: str, kind: str, value: Any, own: OwnWords) -> str:
    """A code of the vocabulary, or a new one that is no slip of the pen for one of it."""
    code = _text(where, value)
    known = (*vocabulary.codes(kind), *own.codes(kind))
    if code in known:
        return code
    if kind == "sex" or not _CODE.fullmatch(code) or nearest(code, known, cutoff=0.8):
        raise BadMapping(
            f"{where}: {unknown('code', code, known)}",
            hint=f"codes: {', '.join(known)}"
            + ("" if kind == "sex" else "; a code of your own is lower-case letters and hyphens"),
        )
    return code


def _values(
    table: Any, own: OwnWords
) -> tuple[dict[str, dict[str, str]], dict[str, frozenset[str]]]:
    kinds = (*vocabulary.KINDS, "uses")
    values: dict[str, dict[str, str]] = {}
    uses: dict[str, frozenset[str]] = {}
    for kind, words in section("[values]", table, kinds).items():
        where = f"[values.{kind}]"
        if not isinstance(words, dict):
            raise BadMapping(f"{where} is not a section", hint=f"write it as {where}")
        if kind == "uses":
            uses = {vocabulary.key(word): _uses(where, code) for word, code in words.items()}
            continue
        values[kind] = {
            vocabulary.key(word): "" if code == "" else _own_code(where, kind, code, own)
            for word, code in words.items()
        }
    return values, uses


def _uses(where: str, value: Any) -> frozenset[str]:
    stated = [] if value in ([], "") else _texts(where, value)
    for use in stated:
        if use not in USES:
            raise BadMapping(f"{where}: {use!r} is not a use", hint=f"uses: {', '.join(USES)}")
    return frozenset(stated)


def _rule(where: str, value: Any) -> Column | None:
    """The column of `{ column = "..." }`, or None when it is something else."""
    if not isinstance(value, dict):
        return None
    table = section(where, value, ("column",))
    return Column(_text(f"{where} column", table.get("column")))


def _consent(table: Any) -> ConsentRule:
    known = section("[consent]", table, CONSENT_FIELDS)
    rules: TomlTable = {}
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
        raise BadMapping(
            f"{where} is not a complete date", hint='write it as "2030-12-31"'
        ) from None


def _source(table: Any, own: OwnWords) -> SourceInfo:
    truths = ("pads_dates", "day_first", "unix_dates")
    known = section("[source]", table, ("collector", "covers", "calendar", "languages", *truths))
    for key in truths:
        _truth(f"[source] {key}", known.get(key, False))
    collector = _optional("[source]", known, "collector")
    if collector is not None and not (collector.isprintable() and is_collector(collector)):
        raise BadMapping(
            "[source] collector is not a name on one line",
            hint="write who collected the reports, without a line break, in fewer words",
        )
    calendar = _optional("[source]", known, "calendar")
    if calendar is not None and calendar not in CALENDARS:
        raise BadMapping(
            "[source] calendar is not one that is read",
            hint=f"one of {', '.join(CALENDARS)}; leave it out for Gregorian dates",
        )
    if calendar is not None and known.get("pads_dates", False):
        raise BadMapping(
            "[source] has both calendar and pads_dates",
            hint="leave out pads_dates; remove days and months that are not known from the file",
        )
    return SourceInfo(
        collector=collector,
        covers=_covers(known["covers"], own) if "covers" in known else None,
        pads_dates=known.get("pads_dates", False),
        day_first=known.get("day_first"),
        unix_dates=known.get("unix_dates", False),
        calendar=calendar,
        languages=_languages(known.get("languages", [])),
    )


def _languages(value: Any) -> tuple[str, ...]:
    """The codes of the languages that a source's names are stated to be in."""
    known, codes = stated_words(), []
    for text in _texts("[source] languages", value):
        if text.casefold() not in known:
            raise BadMapping(
                f"[source] languages: {unknown('language', text, known)}",
                hint=f"languages: {', '.join(known)}; leave them out to have them found",
            )
        codes.append(known[text.casefold()])
    return tuple(dict.fromkeys(codes))


def _covers(table: Any, own: OwnWords) -> Covers:
    where = "[source] covers"
    known = section(where, table, ("from", "to", "acts"))
    bounds = {
        key: _covered_date(f"{where} {key}", known[key]) for key in ("from", "to") if key in known
    }
    start, end = bounds.get("from"), bounds.get("to")
    if start and end and start.earliest and end.latest and end.latest < start.earliest:
        raise BadMapping(f"{where} ends before it begins", hint="swap from and to")
    acts = tuple(
        _own_code(f"{where} acts", "act", act, own)
        for act in (_texts(f"{where} acts", known["acts"]) if "acts" in known else ())
    )
    return Covers(start, end, acts)


def _covered_date(where: str, value: Any) -> PartialDate:
    try:
        # To TOML 2017.10 is the number 2017.1.
        return dates.parse("" if isinstance(value, float) else str(value))
    except BadInput:
        raise BadMapping(f"{where} is not a date", hint='write it as "2017" or "2017-05"') from None


@attrs.frozen
class _Use:
    """What is read from a column: of which act, if of one, and in which second table, if in one."""

    what: str
    column: str
    act: int | None = None
    table: str | None = None


def _refuse_shared(
    person: Iterable[tuple[str, str]],
    birth: DateColumns | None,
    acts: Iterable[ActColumns],
    consent: ConsentRule,
) -> None:
    """Refuse two things read from one column that cannot both be meant.

    `person` has fields with their columns, a field of several columns several times.
    """
    acts = tuple(acts)
    for first, second in combinations(acts, 2):
        if first == second:
            raise BadMapping(
                "two sections of acts are identical: each act would be imported twice",
                hint="delete one of them ([columns] with act, date or place counts as one)",
            )
    uses = [_Use(what, column) for what, column in person]
    uses += [_Use("birth", column) for column in (birth.columns if birth else ())]
    for number, act in enumerate(acts):
        uses += _of_act(number, act)
    for what in ("uses", "until", *_WORDS):
        if isinstance(rule := getattr(consent, what), Column):
            uses.append(_Use(what, rule.name))
    for one, other in combinations(uses, 2):
        if (one.column, one.table) == (other.column, other.table) and not _may_share(one, other):
            _refuse(one, other)


def _of_act(number: int, act: ActColumns) -> Iterator[_Use]:
    for what in ACT_FIELDS:
        where = getattr(act, what)
        columns = where.columns if isinstance(where, DateColumns) else (where,) if where else ()
        for column in columns:
            yield _Use(what, column, number, act.repeat)


def _may_share(one: _Use, other: _Use) -> bool:
    kinds = {one.what, other.what}
    if len(kinds) == 1:
        return one.act != other.act
    if kinds & set(_WORDS):
        return True
    if "note" in kinds:
        return not kinds & {"id", *_NAMES}
    return any(kinds <= together for together in _TOGETHER)


def _refuse(one: _Use, other: _Use) -> None:
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
