"""What a report and the name of its source must be, from a row of a table or from an export.

One validation for both: what a table may not bring in, an export may not either. Faults are told
without content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uncounted import spreadsheet_formulas
from uncounted.records import vocabulary
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names.name import Name, has_letters
from uncounted.records.report import Act, Report

LONGEST_ID = 200
LONGEST_WORD = 2_000
LONGEST_NAME = 500
LONGEST_NOTE = 1_000_000
LONGEST_REASON = 10_000  # of a decision
MOST_NAMES = MOST_ACTS = 1_000  # of one report
RESERVED = ("count", "sex", "year", "origin")  # columns of the tables that lists are columns of
_LONGEST_SOURCE = 60
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_CODE = 100
_LOST = re.compile("[\ud800-\udfff\0]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def is_source(name: str) -> bool:
    """Whether a source may have this name, which stands in headers, options and on pages."""
    return bool(
        name not in RESERVED
        and name.strip()
        and name == name.strip()
        and len(name) <= _LONGEST_SOURCE
        and name.isprintable()
        and not set(name) & set(",;\"'/\\")
        and name[0] != "-"  # an option
        and not spreadsheet_formulas.runs(name)
    )


def is_id(text: str) -> bool:
    """Whether a text can be an id: on one line, seen, and nothing that a spreadsheet runs."""
    return text.isprintable() and len(text) <= LONGEST_ID and not spreadsheet_formulas.runs(text)


def is_code(kind: str, text: str) -> bool:
    """Whether a text is a code of the vocabulary, or has the form of one of a case file's own."""
    if text in vocabulary.codes(kind):
        return True
    return kind != "sex" and len(text) <= _LONGEST_CODE and bool(_CODE.fullmatch(text))


def is_collector(text: str) -> bool:
    """Whether a text can name who collected a report; it stands on terminals and pages."""
    return not _CONTROL.search(text) and not any(_faults_of(text, LONGEST_WORD))


def faults(report: Report) -> Iterator[str]:
    """What is wrong with a report, without content; nothing for one that may be taken in."""
    if not report.id.strip() or not is_id(report.id):
        yield "its id is none"
    if not report.names:
        yield "no name"
    if len(report.names) > MOST_NAMES or len(report.acts) > MOST_ACTS:
        yield f"more than {MOST_ACTS:,} names or acts"
        return
    for name in (*report.names, *((report.relative,) if report.relative else ())):
        yield from _of_name(name)
    if report.sex is not None and not is_code("sex", report.sex):
        yield "not a code of the vocabulary"
    yield from _of_date(report.birth)
    for act in report.acts:
        yield from _of_act(act)
    if report.collector is not None and not is_collector(report.collector):
        yield "a collector with a sign that is not seen, or too long"
    for text, longest in (
        (report.origin, LONGEST_WORD),
        (report.occupation, LONGEST_WORD),
        (report.number, LONGEST_ID),
        (report.note, LONGEST_NOTE),
    ):
        yield from _faults_of(text, longest)


def _of_name(name: Name) -> Iterator[str]:
    # Two parts may be joined to one name.
    yield from _faults_of(name.written, 2 * LONGEST_NAME + 1)
    yield from _faults_of(name.family, LONGEST_NAME)
    yield from _faults_of(name.given, LONGEST_NAME)


def _of_date(date: PartialDate | None) -> Iterator[str]:
    if date is not None:  # what was written may be of three columns
        yield from _faults_of(date.written, 3 * LONGEST_WORD + 2)


def _of_act(act: Act) -> Iterator[str]:
    for kind, code in (("act", act.kind), ("outcome", act.outcome)):
        if code is not None and not is_code(kind, code):
            yield "not a code of the vocabulary"
    yield from _of_date(act.date)
    yield from _faults_of(act.place, LONGEST_WORD)
    yield from _faults_of(act.authority, LONGEST_WORD)


def _faults_of(text: str | None, longest: int) -> Iterator[str]:
    if text is None:
        return
    if len(text) > longest:
        yield f"a text longer than {longest:,} characters"
    elif _LOST.search(text) or not has_letters(text):
        yield "a text with nothing in it, or with half a character"
