"""A study in the terminal: at most 25 lines; every result is in its CSV files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from uncounted.estimate.base.rounding import round_estimate, round_to_interval
from uncounted.estimate.text.summary import lines as estimate_lines
from uncounted.text_table import WIDTH, columns, plural, whole, wrapped
from uncounted.workflow.studies.result import StudyResult, TableResult
from uncounted.workflow.studies.tables import ESTIMATES, XI

_TABLES = 7  # lines of tables, of sentences, of reasons and of warnings that are shown
_SENTENCES = 3
_REASONS = 3
_WARNINGS = 2  # lines


def lines(done: StudyResult, *, verbose: bool = False) -> Iterator[str]:
    """What was found; if it is `verbose`, with each table as `estimate` prints it."""
    strata = sum(len(table.studies) for table in done.tables)
    yield f"Study · {plural(len(done.tables), 'table')} · {plural(strata, 'stratum', 'strata')}"
    yield from wrapped(done.title)
    tasks = done.tasks
    failed = f", {tasks.failed:,} failed" if tasks.failed else ""
    yield (
        f"{plural(tasks.total, 'fit')}: {tasks.computed:,} computed, {tasks.kept:,} kept from"
        f" earlier runs{failed}"
    )
    yield from _as_before(done.tables)
    yield from _read_first(done.tables)
    yield ""
    rows: list[tuple[str, ...]] = [("Table", "Strata", "Documented", "Total", "Interval", "Method")]
    rows += [_row(table) for table in done.tables[:_TABLES]]
    yield from (line[:WIDTH].rstrip() for line in columns(rows, right=[1, 2, 3]).splitlines())
    if (more := len(done.tables) - _TABLES) > 0:
        yield f"  and {plural(more, 'table')} more"
    yield from _reasons(done.reasons())
    yield from _warnings(done.warning_codes())
    yield ""
    yield f"Every result: {ESTIMATES} and {XI} in {done.folder}"
    yield "They show exact counts and are not for publication."
    if verbose:
        for table in done.tables:
            yield ""
            yield f"{table.name}:"
            yield ""
            yield from estimate_lines(table.whole, verbose=len(table.studies) == 1)


def quiet_line(done: StudyResult) -> str:
    """One line: tables, fits, and where the results are."""
    without = done.reasons().total()
    tasks = done.tasks
    return (
        f"{plural(len(done.tables), 'table')}; {plural(tasks.total, 'fit')}, {tasks.kept:,} kept,"
        f" {tasks.failed:,} failed; {without:,} results without an estimate; {done.folder}"
    )


def _read_first(tables: Sequence[TableResult]) -> Iterator[str]:
    """What contradicts the number of a table stands before the numbers."""
    found = [f"{table.name}: {' '.join(first)}" for table in tables if (first := table.read_first)]
    if not found:
        return
    yield ""
    text = wrapped(found[0], "Read first: ", indent=2)
    more = len(found) > 1 or len(text) > _SENTENCES
    yield from text[:_SENTENCES]
    if more:
        yield f"  ({plural(len(found), 'table')} with such sentences, in full: column read_first)"


def _as_before(tables: Sequence[TableResult]) -> Iterator[str]:
    """Tables whose number of strata has passed the limit since their first run."""
    for kind, change in (("full", "true"), ("lighter", "false")):
        if found := [table.name for table in tables if table.as_before == kind]:
            which = _cut(found[0], 18) if len(found) == 1 else plural(len(found), "table")
            yield f"Fits as in the first run, {kind}: {which} (change: lighter = {change})"


def _row(table: TableResult) -> tuple[str, ...]:
    done, main = table.whole, table.whole.headline
    first = (_short(table), whole(len(table.studies)), whole(done.observed))
    found = done.calibrated
    if found is not None and found.point is not None:
        shown = round_to_interval(
            found.point, found.interval, done.observed, least=done.least_observed
        )
        return *first, whole(shown.point), shown.span, "calibrated"
    rounded = (
        None if main is None else round_estimate(main, done.observed, least=done.least_observed)
    )
    if main is None or rounded is None:
        return *first, "no estimate", "", ""
    bound = "≥ " if main.bound else ""
    return *first, f"{bound}{whole(rounded.point)}", rounded.span, main.method


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _short(table: TableResult) -> str:
    name = _cut(table.name, 20)
    return f"{name} ({table.replicates} replicates)" if table.replicates > 1 else name


def _reasons(found: Counter[str]) -> Iterator[str]:
    if not found:
        return
    yield ""
    yield f"{plural(found.total(), 'result')} without an estimate:"
    for reason, count in found.most_common(_REASONS):
        text = f"{count:>8,}  {reason}"
        yield text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
    if (more := len(found) - _REASONS) > 0:
        yield f"          and {plural(more, 'other reason')}"


def _warnings(codes: Counter[str]) -> Iterator[str]:
    if not codes:
        return
    yield ""
    listed = " · ".join(f"{code} {count:,}" for code, count in codes.most_common())
    text = wrapped(listed, "Warnings (strata): ", indent=2)
    yield from text[:_WARNINGS]
    if len(text) > _WARNINGS:
        yield "  and more: --json"
