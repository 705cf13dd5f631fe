"""An export as CSV: a file for each source, and the mapping that takes it back in.

For spreadsheets and other programs. What a table cannot hold is counted and said: dates
whose wording would be read another way are written as EDTF, names with a separator in
them would be split, and a cell that a spreadsheet would run gets an apostrophe.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from uncounted import spreadsheet_formulas
from uncounted.atomic_files import create_text
from uncounted.errors import BadInput
from uncounted.export.content import ExportedReport, outgoing, places
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.records import vocabulary
from uncounted.records.dates import partial_date as dates
from uncounted.records.fields import ACT_FIELDS, CONSENT_FIELDS, NAME_FIELDS, STATED_FIELDS
from uncounted.records.intake import decisions_csv
from uncounted.records.intake.suggest import quoted
from uncounted.records.names import name as names
from uncounted.vault.case import Case

_NO_NAME = set('/\\:*?"<>|')
_TAKEN = frozenset(
    {"attachments", "decisions", "con", "prn", "aux", "nul"}
)  # by us, and by Windows
_NAME_BYTES = 200  # most systems take 255, the ending included
_EVERY = 500


@attrs.frozen
class _Shape:
    """How wide a source's table is: other names and acts of the report that has most."""

    others: int
    acts: int
    kinds: frozenset[str]  # of acts
    outcomes: frozenset[str]

    @property
    def columns(self) -> tuple[str, ...]:
        others = (f"name_alt{i}" for i in range(1, self.others + 1))
        acts = (f"{part}{i}" for i in range(1, self.acts + 1) for part in ACT_FIELDS)
        return ("id", *NAME_FIELDS, *others, *STATED_FIELDS, *acts, *CONSENT_FIELDS)


def write(case: Case, folder: Path, *, progress: Progress = silent) -> tuple[int, dict[str, int]]:
    """Write a table and a mapping a source, and what people attached and decided.

    Returns:
        How many reports were written, and what was changed in writing, with counts.
    """
    shapes = _shapes(case)
    files = file_names(shapes)
    changed: Counter[str] = Counter()
    settings = case.sources()
    count = 0
    for source, shape in shapes.items():
        with create_text(folder / f"{files[source]}.toml") as file:
            file.writelines(f"{line}\n" for line in _toml(source, shape, settings.get(source, {})))
        with create_text(folder / f"{files[source]}.csv") as file:
            table = csv.DictWriter(file, shape.columns, restval="", lineterminator="\n")
            table.writeheader()
            for report in outgoing(case):
                if report.source != source:
                    continue
                table.writerow(_cells(report, changed))
                count += 1
                if count % _EVERY == 0:
                    progress("writing reports", count, None)
    _attachments(case, folder, changed)
    _decisions(case, folder, changed)
    return count, dict(changed)


def _shapes(case: Case) -> dict[str, _Shape]:
    found: dict[str, _Shape] = {}
    for report in outgoing(case):
        before = found.get(report.source, _Shape(0, 0, frozenset(), frozenset()))
        acts = report.says["acts"]
        found[report.source] = _Shape(
            max(before.others, len(report.says["names"]) - 1),
            max(before.acts, len(acts)),
            before.kinds | {act["kind"] for act in acts if "kind" in act},
            before.outcomes | {act["outcome"] for act in acts if "outcome" in act},
        )
    return found


def file_names(sources: Iterable[str]) -> dict[str, str]:
    """A name for the files of each source, that no two share on any disk.

    Some disks take `seoul` for `Seoul`, some take two spellings of one Korean letter for one
    name: names differ here after both are levelled. A source that can be no file's name is
    called by its number.
    """
    plain, strange = dict[str, str](), dict[str, str]()
    for number, source in enumerate(sources, 1):
        if _can_be_a_name(source):
            plain[source] = unicodedata.normalize("NFC", source)
        else:
            strange[source] = f"source-{number}"
    given, taken = dict[str, str](), set(_TAKEN)
    for source, wanted in (plain | strange).items():  # what can keep its name keeps it
        name, count = wanted, 1
        while _levelled(name) in taken:
            count += 1
            name = f"{wanted}-{count}"
        taken.add(_levelled(name))
        given[source] = name
    return given


def _levelled(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _can_be_a_name(source: str) -> bool:
    return (
        source.isprintable()
        and not set(source) & _NO_NAME
        and not source.startswith(".")
        and not source.endswith((".", " "))
        and len(source.encode()) <= _NAME_BYTES
    )


def _cells(report: ExportedReport, changed: Counter[str]) -> dict[str, str]:
    says = report.says
    main, *others = says["names"] or [{"written": ""}]  # of an import before names were checked
    relative = says.get("relative")
    consent = report.consent.to_json()
    cells = {
        "id": report.id,
        "name": main["written"],
        "family_name": main.get("family") or "",
        "given_name": main.get("given") or "",
        **{f"name_alt{i}": other["written"] for i, other in enumerate(others, 1)},
        **{field: says.get(field) or "" for field in STATED_FIELDS},
        "birth": _date(says.get("birth"), changed, birth=True),
        "relative": relative["written"] if relative else "",
        "uses": ",".join(consent["uses"]),
        **{field: consent[field] or "" for field in CONSENT_FIELDS if field != "uses"},
    }
    for i, act in enumerate(says["acts"], 1):
        words = {part: act.get("kind" if part == "act" else part) or "" for part in ACT_FIELDS}
        words["date"] = _date(act.get("date"), changed)
        cells |= {f"{part}{i}": word for part, word in words.items()}
    listed = [name["written"] for name in (*others, relative) if name]
    if any(names.listed(name) != [name] for name in listed):
        changed["reports with another name that has a separator in it"] += 1
    return {column: _tame(cell, changed) for column, cell in cells.items()}


def _tame(cell: str, changed: Counter[str]) -> str:
    if not spreadsheet_formulas.runs(cell):
        return cell
    changed["cells that a spreadsheet would run, with an apostrophe before them"] += 1
    return spreadsheet_formulas.inert(cell)


def _date(date: Mapping[str, str] | None, changed: Counter[str], *, birth: bool = False) -> str:
    """What was written, if reading it again gives the same date; else its EDTF form."""
    if date is None:
        return ""
    try:
        read = dates.read(date["written"], birth=birth).date
    except BadInput:
        read = None
    if read is not None and read.edtf == date["edtf"]:
        return date["written"]
    changed["dates written as EDTF"] += 1
    return date["edtf"]


def _toml(source: str, shape: _Shape, settings: JSONObject) -> Iterator[str]:
    yield f"# the list: {quoted(source)}"
    yield "[columns]"
    others = [f"name_alt{i}" for i in range(1, shape.others + 1)]
    for field in ("id", *NAME_FIELDS, *STATED_FIELDS):
        yield f"{field} = {quoted(field)}"
    if others:
        yield f"name_alt = [{', '.join(map(quoted, others))}]"
    for i in range(1, shape.acts + 1):
        if i > 1:
            yield "\n[[acts]]"
        yield from (f"{part} = {quoted(f'{part}{i}')}" for part in ACT_FIELDS)
    for what, used in (("act", shape.kinds), ("outcome", shape.outcomes)):
        own = sorted(used - set(vocabulary.codes(what)))
        if own:
            yield f"\n[values.{what}]"
            yield from (f"{quoted(code)} = {quoted(code)}" for code in own)
    for what, words in (settings.get("vocabulary") or {}).items():
        for code, word in words.items():
            yield f"\n[vocabulary.{what}.{quoted(code)}]"
            yield from (f"{key} = {_value(value)}" for key, value in word.items())
    yield "\n[consent]"
    yield from (f"{field} = {{ column = {quoted(field)} }}" for field in CONSENT_FIELDS)
    yield "\n[source]"
    if settings.get("collector"):
        yield f"collector = {quoted(settings['collector'])}"
    if settings.get("languages"):
        yield f"languages = {_value(settings['languages'])}"
    covers = {key: value for key, value in (settings.get("covers") or {}).items() if value}
    if covers:
        inside = ", ".join(f"{key} = {_value(value)}" for key, value in covers.items())
        yield f"covers = {{ {inside} }}"


def _value(value: str | list[str]) -> str:
    return f"[{', '.join(map(quoted, value))}]" if isinstance(value, list) else quoted(value)


def _attachments(case: Case, folder: Path, changed: Counter[str]) -> None:
    held = case.attachments()
    if not held:
        return
    at = places(held)
    rows = (
        (each.source, each.report, each.name, str(each.size), each.sha256, at[each.sha256])
        for each in held
    )
    header = ("source", "report", "name", "size", "sha256", "file")
    _write(folder / "attachments.csv", header, rows, changed)


def _decisions(case: Case, folder: Path, changed: Counter[str]) -> None:
    """A file that `uncounted decide` takes in, once the lists are there."""
    standing = case.decisions()
    if not standing:
        return
    rows = (
        (*each.pair[0], *each.pair[1], "same" if each.same else "different", each.note or "")
        for each in standing
    )
    header = (*decisions_csv.COLUMNS, decisions_csv.NOTE)
    _write(folder / "decisions.csv", header, rows, changed)


def _write(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], changed: Counter[str]
) -> None:
    with create_text(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows([_tame(cell, changed) for cell in row] for row in rows)
