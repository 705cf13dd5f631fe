"""Intake: every row accounted for, all or nothing, and the same file twice changes nothing."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncounted.errors import BadInput, UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports import ingest
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport, IntakeOutcome
from uncounted.vault.reports.rejected_rows import RejectedRow

ABOUT = {"collector": "Gather One", "covers": {"from": "2017"}}
BOTH = Consent(frozenset({"link", "statistics"}))
Maker = Callable[..., IncomingReport]
Many = Callable[..., Iterable[IncomingReport]]
DAY = datetime.date(2026, 11, 24)


def test_rows_are_the_sum_and_rejects_are_kept_sealed(case: Case, make: Maker) -> None:
    case.intake("one", ABOUT, [make(1), make(2)])
    rows: list[IncomingReport | RejectedRow] = [
        make(1),
        RejectedRow(4, ("column 'dob': not a date",)),
        make(2, note="changed"),
        make(3),
        make(3, row=7),
        IncomingReport(" ", {}, BOTH, 8),
        RejectedRow(9, ("column 'dob': not a date",)),
    ]
    outcome = case.intake("one", ABOUT, rows)
    reasons = {"column 'dob': not a date": 2, "the id stands in an earlier row": 1, "no id": 1}
    expected = IntakeOutcome(7, 1, 1, 1, 4, outcome.rejects, outcome.entry, reasons=reasons)
    assert outcome == expected
    assert outcome.rejects is not None
    assert case.rejects(outcome.rejects) == [
        RejectedRow(4, ("column 'dob': not a date",)),
        RejectedRow(7, ("the id stands in an earlier row",)),
        RejectedRow(8, ("no id",)),
        RejectedRow(9, ("column 'dob': not a date",)),
    ]


def test_the_same_again_changes_nothing(case: Case, make: Maker) -> None:
    rows = [make(1), make(2), make(1, note="the id again")]
    first = case.intake("one", ABOUT, rows)
    before, change = case.state(), case.last_change
    again = case.intake("one", ABOUT, rows)
    assert (first.created, first.rejected) == (2, 1)
    assert (again.unchanged, again.rejected, again.created, again.updated) == (2, 1, 0, 0)
    assert (case.state(), case.last_change) == (before, change)


def test_changed_words_or_consent_make_a_new_version_and_keep_the_old(
    case: Case, make: Maker
) -> None:
    case.intake("one", {"collector": "First"}, [make(1)])
    old = case.reports("link", DAY).reports[0]
    case.intake("one", {"collector": "Second"}, [make(1, note="changed")])
    new = case.reports("link", DAY).reports[0]
    assert (new.ref != old.ref, new.payload["note"], new.collector) == (True, "changed", "First")
    outcome = case.intake("one", ABOUT, [make(1, note="changed", consent=Consent())])
    assert outcome.updated == 1
    assert case.reports("link", DAY).left_out == {"no consent for link": 1}
    assert [entry.kind for entry in case.entries()].count("report") == 3


def test_an_id_is_one_however_it_is_typed(case: Case) -> None:
    """Whole or in pieces, new or known, changed or not: the second row of a file is refused."""
    whole, pieces = "\uac00-1", "\u1100\u1161-1"

    def rows(first: str, note: str) -> list[IncomingReport]:
        ids = (first, pieces, whole)
        return [IncomingReport(each, {"note": note}, BOTH, row) for row, each in enumerate(ids)]

    for first, note, became in (
        (pieces, "a", "created"),
        (pieces, "a", "unchanged"),
        (whole, "b", "updated"),
    ):
        outcome = case.intake("one", ABOUT, rows(first, note))
        assert (getattr(outcome, became), outcome.rejected) == (1, 2)
        assert outcome.rejects is not None
        assert {each.reasons for each in case.rejects(outcome.rejects)} == {
            ("the id stands in an earlier row",)
        }
    assert set(case.state().reports) == {("one", whole)}


def test_the_same_id_of_two_sources_is_two_reports(case: Case, make: Maker) -> None:
    case.intake("one", ABOUT, [make(1)])
    assert case.intake("two", ABOUT, [make(1)]).created == 1
    assert case.sources() == {"one": ABOUT, "two": ABOUT}
    assert {report.source for report in case.reports("link", DAY).reports} == {"one", "two"}


def test_a_dry_run_says_the_same_and_changes_no_byte(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.intake("one", ABOUT, many(3))
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}
    with Case.open(folder, me) as case:
        dry = case.intake("one", {"new": True}, many(500, start=2), dry_run=True)
        assert case.sources() == {"one": ABOUT}
    after = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}
    assert (dry.created, dry.unchanged) == (499, 1)
    assert after == before


class Stop(Exception):
    """Stands for whatever may go wrong."""


@pytest.mark.parametrize("trouble", [Stop, KeyboardInterrupt, BadInput])
def test_trouble_in_the_middle_keeps_nothing(
    case: Case, make: Maker, trouble: type[BaseException], many: Many
) -> None:
    case.intake("one", ABOUT, [make(0)])
    before = case.state(), [entry.seq for entry in case.entries()]

    def rows() -> Iterator[IncomingReport]:
        yield from many(400, start=1)
        raise trouble("in the middle")

    with pytest.raises(trouble, match="in the middle"):
        case.intake("two", ABOUT, rows())
    assert (case.state(), [entry.seq for entry in case.entries()]) == before
    assert case.intake("two", ABOUT, many(3)).created == 3


def test_ctrl_c_from_the_progress_bar_keeps_nothing(case: Case, many: Many) -> None:
    def progress(what: str, done: int, total: int | None) -> None:
        if done >= 512:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        case.intake("one", ABOUT, many(1000), progress=progress)
    assert case.state().reports == {}


def test_progress_is_reported(case: Case, many: Many) -> None:
    told: list[int] = []
    case.intake("one", ABOUT, many(600), progress=lambda what, done, total: told.append(done))
    assert told == [256, 512, 600]


def test_what_has_no_canonical_form_is_refused_without_repeating_it(case: Case) -> None:
    with pytest.raises(BadInput, match="no canonical JSON form") as caught:
        case.intake("one", ABOUT, [IncomingReport("1", {"note": "비밀 \ud800"}, BOTH, 2)])
    assert "비밀" not in str(caught.value)
    assert case.state().reports == {}


def test_a_source_without_a_name_is_refused(case: Case) -> None:
    with pytest.raises(UsedWrongly, match="source has no name"):
        case.intake(" ", ABOUT, [])


@pytest.mark.parametrize("name", ["rejects-0", "rejects-99", "rejects-x", "", "1"])
def test_no_such_rejects(case: Case, name: str) -> None:
    with pytest.raises(UsedWrongly, match="no such list"):
        case.rejects(name)


rows_of_one_file = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["a", "b"]), st.booleans())
    | st.lists(st.sampled_from(["no date", "no name"]), min_size=1, max_size=2).map(tuple),
    max_size=8,
)


@pytest.mark.parametrize("slots", [2, ingest.SLOTS])  # with two, nearly all ids share one
@settings(max_examples=15, deadline=None)
@given(files=st.lists(st.tuples(st.sampled_from(["one", "two"]), rows_of_one_file), max_size=5))
def test_any_sequence_of_intakes_reconciles(
    files: list[tuple[str, list[tuple[object, ...]]]], slots: int
) -> None:
    model: dict[tuple[str, str], tuple[str, bool]] = {}
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory() as folder,
        Case.create(Path(folder) / "case", Identity.generate()) as case,
    ):
        patch.setattr(ingest, "SLOTS", slots)
        for source, rows in files:
            expected = dict.fromkeys(("created", "updated", "unchanged", "rejected"), 0)
            incoming: list[IncomingReport | RejectedRow] = []
            seen: set[str] = set()
            for number, row in enumerate(rows, start=2):
                if not isinstance(row[0], int):
                    incoming.append(RejectedRow(number, tuple(map(str, row))))
                    expected["rejected"] += 1
                    continue
                report_id, said, allowed = str(row[0]), str(row[1]), bool(row[2])
                consent = BOTH if allowed else Consent()
                incoming.append(IncomingReport(report_id, {"said": said}, consent, number))
                held = model.get((source, report_id))
                if report_id in seen:
                    expected["rejected"] += 1
                elif held is None:
                    expected["created"] += 1
                else:
                    expected["unchanged" if held == (said, allowed) else "updated"] += 1
                if report_id not in seen:
                    model[source, report_id] = (said, allowed)
                seen.add(report_id)
            outcome = case.intake(source, {}, incoming)
            assert outcome.rows == len(rows)
            assert {name: getattr(outcome, name) for name in expected} == expected
        found = {(r.source, r.id): r.payload["said"] for r in case.reports("link", DAY).reports}
        assert found == {key: said for key, (said, allowed) in model.items() if allowed}
        assert case.replay() == case.state()
        assert set(case.state().reports) == set(model)
