"""Suggested mapping: a draft from the names of a table's columns and the look of its cells.

No cell is repeated, and a column whose name is not known is given by number only: a file without a
header has a person in its first row. Consent is never guessed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import islice

import attrs

from uncounted.delimited import TITLE, Row
from uncounted.errors import BadInput
from uncounted.records import vocabulary
from uncounted.records.dates import partial_date as dates
from uncounted.records.fields import ACT_FIELDS, CONSENT_FIELDS, NAME_FIELDS, PERSON_FIELDS
from uncounted.records.intake.cell_reader import says_several
from uncounted.records.intake.sex_letters import SexLetters, letter_of, letters_in
from uncounted.records.tabular.headers import (
    act_of,
    fields_of,
    is_header,
    is_in_a_script,
    is_known,
    is_plain_name,
    is_pseudonym,
)
from uncounted.records.tabular.open_table import Table
from uncounted.vault.reports.consent import USES

LOOKED_AT = 500  # rows, from the first on
_MOST = 0.8  # of the cells that say something, that must be of a kind
_FEWEST = 3  # cells that say something, under which nothing is said of a column
_SUSPECT = 0.2  # of the days, that are a 1 January: nobody is born so often on one
_LONGEST_WORD = 200  # letters of a word
_SECONDS = re.compile(r"-?[0-9]{9,10}|-[0-9]{1,8}")
_OF_DATES = {"birth", "date", "until"}


@attrs.define
class Look:
    """What the cells of one column look like: how many say something, how many are what."""

    filled: int = 0
    dates: int = 0
    seconds: int = 0  # since 1970, in a column that is called after a date
    days: int = 0
    januaries: int = 0
    day_first: int = 0
    month_first: int = 0
    words: Counter[str] = attrs.field(factory=Counter)
    codes: dict[str, set[str]] = attrs.field(factory=dict, repr=False)
    strange: dict[str, set[int]] = attrs.field(factory=dict, repr=False)
    several: int = 0  # cells with more than one act
    called_date: bool = False
    sexes: set[str] = attrs.field(factory=set)  # letters that may differ, labels of other words

    def mostly(self, count: int) -> bool:
        """Whether nearly all of the cells are of a kind."""
        return self.filled >= _FEWEST and count >= _MOST * self.filled

    def see(self, text: str) -> None:
        """Take note of one cell; nothing of it is kept but the codes of the vocabulary."""
        self.filled += 1
        self._see_date(text)
        self.seconds += self.called_date and bool(_SECONDS.fullmatch(text))
        for kind in vocabulary.KINDS:
            code = vocabulary.code_for(kind, text) if len(text) <= _LONGEST_WORD else None
            if code is not None:
                self.words[kind] += 1
                self.codes.setdefault(kind, set()).add(code)
                if kind == "sex" and not letter_of(text):
                    self.sexes.add(vocabulary.label(kind, code))
            elif kind == "act" and says_several(text[:_LONGEST_WORD], _act_code):
                self.words[kind] += 1
                self.several += 1
            else:
                self.strange.setdefault(kind, set()).add(hash(vocabulary.key(text[:_LONGEST_WORD])))

        if letter := letter_of(text):
            self.sexes.add(letter)

    def _see_date(self, text: str) -> None:
        try:
            day = dates.read(text, birth=True).date
        except BadInput:
            return
        if day is None:
            return
        self.dates += 1
        self.days += day.is_day
        self.januaries += day.is_day and day.edtf.endswith("-01-01")
        if found := re.match(r"(\d{1,2})[-/](\d{1,2})[-/]\d{4}", text, re.ASCII):
            self.day_first += int(found[1]) > 12
            self.month_first += int(found[2]) > 12

    @property
    def kinds(self) -> tuple[str, ...]:
        """What nearly all of the cells are: "date", or kinds of the vocabulary."""
        if self.mostly(self.dates):
            return ("date",)
        return tuple(kind for kind in vocabulary.KINDS if self.mostly(self.words[kind]))


def _act_code(word: str) -> str | None:
    return vocabulary.code_for("act", word)


def look(rows: Iterator[Row], columns: Sequence[str]) -> tuple[Look, ...]:
    """See what the first rows look like, column by column."""
    looks = tuple(Look(called_date=bool(_OF_DATES & fields_of(one).keys())) for one in columns)
    for row in islice(rows, LOOKED_AT):
        for one, column in zip(looks, columns, strict=True):
            if text := row.cells[column].strip():
                one.see(text)
    return looks


def draft(table: Table, repeats: Mapping[str, Table]) -> str:
    """Write a `MAP.toml` to be corrected; `repeats` are the tables that go with it (`survey`)."""
    is_json = table.kind == "JSON"
    if len(table.columns) == 1 and not repeats:
        raise BadInput(
            f"{table.path.name} has one column",
            hint="does it hold a list of people, [{...}, {...}]?" if is_json else TITLE,
        )
    looks = look(iter(table), table.columns)
    title = "" if is_json else f": {TITLE}"
    chosen, spare, hidden = _chosen(table)
    lines = [
        "# A draft, made from the names of the columns and from what the first rows look like.",
        "# Read every line: a name may mislead. No cell is repeated here.",
        *(("# Columns of JSON are numbered as their keys are first met.",) if is_json else ()),
        *(() if chosen or hidden else (f"# No column has a name that is known{title}.",)),
        "",
        "[columns]",
        *_person(table.columns, chosen),
    ]
    acts = [
        f"{name} = {quoted(table.columns[chosen[name][0]])}"
        for name in ACT_FIELDS
        if name in chosen
    ]
    several = "act" in chosen and looks[chosen["act"][0]].several > 0
    own_acts = _named_acts(table)
    alone = len(own_acts) == 1 and not chosen.keys() & {"act", "date"}
    lines += [] if several or alone else acts
    of_acts = {at for columns in own_acts.values() for at in columns.values()}
    lines += _remarks(table.columns, looks, spare, hidden, of_acts)
    for code, columns in own_acts.items():
        lines += ["", "[[acts]]", f'kind = "{code}"']
        lines += [f"{field} = {quoted(table.columns[at])}" for field, at in columns.items()]
        # The only act is the one that the rest is about; it may have a place of its own.
        lines += [line for line in acts if alone and line.split(" ")[0] not in columns]
    if several:
        lines += ["", "# Some cells hold several acts: each is one.", "[[acts]]", *acts]
        lines += ["split = true"]
    all_looks = [("", at, one) for at, one in enumerate(looks)]
    for number, (name, other) in enumerate(repeats.items(), 1):
        named = quoted(name) if is_known(name) else None
        lines += _repeat(number, named, other)
        seen = look(iter(other), other.columns)
        where = named or f"repeat {number}"
        all_looks += [(f" of {where}", at, one) for at, one in enumerate(seen)]
    lines += _values(chosen, looks)
    lines += _consent(chosen, spare)
    lines += _source(all_looks)
    return "\n".join(lines) + "\n"


def _sayable(table: Table) -> frozenset[str]:
    sure = table.kind != "JSON" and is_header(table.columns)
    return frozenset(
        column
        for column in table.columns
        if is_known(column) or (sure and not re.search(r"[(（\[]", column))
    )


def _chosen(
    table: Table,
) -> tuple[dict[str, list[int]], dict[str, list[int]], dict[str, list[int]]]:
    """For each field the columns it is read from; others that may be it; those not to be named."""
    columns, sayable = table.columns, _sayable(table)
    found: dict[str, list[tuple[int, int]]] = {}
    hidden: dict[str, list[int]] = {}
    for at, column in enumerate(columns):
        if meant := fields_of(column):
            name = next(iter(meant))
            if column in sayable:
                found.setdefault(name, []).append((meant[name], at))
            else:
                hidden.setdefault(name, []).append(at)
    _settle(found, columns)
    chosen: dict[str, list[int]] = {}
    spare: dict[str, list[int]] = {}
    for name, ranked in found.items():
        if not ranked:
            continue
        order = [at for _, at in sorted(ranked)]
        if name == "name_alt":
            chosen.setdefault(name, []).extend(order)
            continue
        chosen[name], rest = order[:1], order[1:]
        if name == "name":
            chosen.setdefault("name_alt", []).extend(rest)
        elif rest:
            spare[name] = rest
    if "name_alt" in chosen:
        chosen["name_alt"] = sorted(set(chosen["name_alt"]))
        if not chosen["name_alt"]:
            del chosen["name_alt"]
    return chosen, spare, hidden


def _named_acts(table: Table) -> dict[str, dict[str, int]]:
    """Acts that columns are called after, as "Date of arrest", with their columns by field."""
    found: dict[str, dict[str, int]] = {}
    for at, column in enumerate(table.columns):
        if column in _sayable(table) and (named := act_of(column)):
            found.setdefault(named[0], {}).setdefault(named[1], at)
    return found


def _settle(found: dict[str, list[tuple[int, int]]], columns: Sequence[str]) -> None:
    """Move what the other columns make something else, in place.

    An id beside a better one may be the number of another register, a plain name beside a
    family name is the given one, and a name in one language is the name if there is no other.
    """
    for rank, at in sorted(found.get("id", ()))[1:]:
        if "number" in (meant := fields_of(columns[at])):
            found["id"].remove((rank, at))
            found.setdefault("number", []).append((meant["number"], at))
    if "family_name" in found and "given_name" not in found:
        for one in [one for one in found.get("name", ()) if is_plain_name(columns[one[1]])]:
            found["name"].remove(one)
            found.setdefault("given_name", []).append(one)
    if not found.keys() & set(NAME_FIELDS):
        scripts = [one for one in found.get("name_alt", ()) if is_in_a_script(columns[one[1]])]
        for one in scripts[:1]:
            found["name_alt"].remove(one)
            found["name"] = [one]


def _person(columns: Sequence[str], chosen: Mapping[str, list[int]]) -> Iterator[str]:
    if "id" not in chosen:
        yield '# id = "..."  # required: which column is the source\'s own key?'
    if not chosen.keys() & set(NAME_FIELDS):
        yield '# name = "..."  # required: which column is the name?'
    for name in PERSON_FIELDS:
        if name not in chosen:
            continue
        if name == "name_alt":
            yield f"name_alt = [{', '.join(quoted(columns[at]) for at in chosen[name])}]"
        else:
            column = columns[chosen[name][0]]
            taken = name == "given_name" and is_plain_name(column)
            yield f"{name} = {quoted(column)}{_TAKEN_SO if taken else ''}"


_TAKEN_SO = "  # taken so beside a family name; if it is the whole name: name = ..."


def _remarks(
    columns: Sequence[str],
    looks: Sequence[Look],
    spare: Mapping[str, list[int]],
    hidden: Mapping[str, list[int]],
    named: Container[int] = (),
) -> Iterator[str]:
    for name, others in spare.items():
        for at in others:
            yield f"# Column {at + 1} may be {name} too."
    for name, others in hidden.items():
        which = f"Column{'s' if len(others) > 1 else ''} {_numbers(others)}"
        yield f"# {which} may be {name}; what may be a person's name is not repeated here."
    false = [at for at, column in enumerate(columns) if is_pseudonym(column)]
    if false:
        yield f"# Pseudonyms, which are left out: column {_numbers(false)}."
    unknown = [
        at
        for at, column in enumerate(columns)
        if at not in false and at not in named and not fields_of(column)
    ]
    plain: list[int] = []
    for at in unknown:
        if looks[at].kinds:
            words = " or ".join(_LOOKS_LIKE[kind] for kind in looks[at].kinds)
            codes = sorted(
                {code for kind in looks[at].kinds for code in looks[at].codes.get(kind, ())}
            )
            yield f"# Column {at + 1} looks like {words}{_such(codes)}."
        else:
            plain.append(at)
    if plain:
        yield f"# Not known: column{'s' if len(plain) > 1 else ''} {_numbers(plain)}."


def _numbers(places: Sequence[int]) -> str:
    return ", ".join(str(at + 1) for at in places)


_LOOKS_LIKE = {
    "date": "dates",
    "act": "acts",
    "authority": "authorities",
    "outcome": "outcomes",
    "sex": "sexes",
}


def _such(codes: Sequence[str]) -> str:
    if not codes:
        return ""
    return f" ({', '.join(codes[:5])}{', ...' if len(codes) > 5 else ''})"


def _repeat(number: int, named: str | None, table: Table) -> Iterator[str]:
    """The acts of a repeat, with its name if that may be said; the rest is left to its author."""
    chosen, spare, hidden = _chosen(table)
    lines = [
        f"{field} = {quoted(table.columns[chosen[field][0]])}"
        for field in ACT_FIELDS
        if field in chosen
    ]
    mark = "" if named and "act" in chosen else "# "
    yield ""
    if named is None and table.kind == "JSON":
        yield f"# List {number} in the items may hold acts; its key may be a person's name:"
    elif named is None:
        yield f"# Sheet {number} of those that belong to this one may hold acts; its name may be"
        yield "# a person's, and is not repeated here:"
    elif mark:
        yield "# If these are acts, say which column is the act, or its kind for all rows:"
    yield f"{mark}[[acts]]"
    yield f"{mark}repeat = {named or '"..."'}"
    if "act" not in chosen:
        yield '# act = "..."'
    yield from (mark + line for line in lines)
    yield from _remarks(table.columns, look(iter(table), table.columns), spare, hidden)


def _values(chosen: Mapping[str, list[int]], looks: Sequence[Look]) -> Iterator[str]:
    for kind in vocabulary.KINDS:
        if kind not in chosen:
            continue
        at = chosen[kind][0]
        letters = letters_in(looks[at].sexes) if kind == "sex" else SexLetters()
        strange = len(looks[at].strange.get(kind, ()))
        strange -= sum(vocabulary.code_for(kind, letter) is None for letter in letters.codes)
        if letters.remark or strange:
            yield ""
            yield f"[values.{kind}]"
        if letters.remark:
            yield f"# Column {at + 1} {letters.remark}."
        for letter, code in letters.codes.items() if letters.remark else ():
            yield f'"{letter.upper()}" = "{code}"' if code else f'# "{letter.upper()}" = "f"'
        if strange:
            one = strange == 1
            yield (
                f"# Column {at + 1} has {strange} word{'' if one else 's'} that"
                f" {'is' if one else 'are'} not in the vocabulary. Say what"
                f" {'it means' if one else 'each means'}:"
            )
            yield f'# "the word" = "{vocabulary.codes(kind)[0]}"'
            yield f"# Codes: {', '.join(vocabulary.codes(kind))}"


def _consent(chosen: Mapping[str, list[int]], spare: Mapping[str, list[int]]) -> Iterator[str]:
    yield ""
    yield "[consent]"
    yield "# Without consent, reports are stored encrypted, and neither linked nor counted."
    yield '# State it here, for all rows or from a column: uses = { column = "..." }'
    yield f"# Uses: {', '.join(USES)}"
    for name in CONSENT_FIELDS:
        for at in (*chosen.get(name, ()), *spare.get(name, ())):
            yield f'# Column {at + 1} may state it: {name} = {{ column = "..." }}'
    yield "uses = []"


def _source(looks: Sequence[tuple[str, int, Look]]) -> Iterator[str]:
    yield ""
    yield "[source]"
    yield '# collector = "..."'
    yield '# covers = { from = "2017", to = "2024", acts = ["arrest", "forced-return"] }'
    for where, at, one in looks:
        if one.seconds and one.seconds >= _MOST * one.filled:
            yield f"# Column {at + 1}{where} looks like seconds since 1970. If every date is so:"
            yield "# unix_dates = true"
            break
    dated = [(where, at, one) for where, at, one in looks if one.mostly(one.dates)]
    for where, at, one in dated:
        if one.januaries >= 2 and one.januaries > _SUSPECT * one.days:
            yield (
                f"# {one.januaries} of {one.days} days in column {at + 1}{where} are a 1 January."
                " If they are only years:"
            )
            yield "# pads_dates = true"
            break
    first = sum(one.day_first for _, _, one in dated)
    other = sum(one.month_first for _, _, one in dated)
    if first and not other:
        yield "day_first = true  # days over 12 stand first"
    elif other and not first:
        yield "day_first = false  # days over 12 stand second"


def quoted(text: str) -> str:
    """A text as TOML writes it: as JSON does, with one letter more that must be escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
