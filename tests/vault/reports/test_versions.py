"""Amendments, consents decided here, and imports taken back: versions, never edits."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from uncounted.errors import BadInput, UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import RejectedRow

Maker = Callable[..., IncomingReport]
TODAY = datetime.date(2026, 11, 24)
BOTH = Consent(frozenset({"link", "statistics"}))
LINK = Consent(frozenset({"link"}))
ABOUT = {"collector": "Gather One", "covers": {"from": "2017"}}


@pytest.fixture
def case(tmp_path: Path, me: Identity) -> Iterator[Case]:
    with Case.create(tmp_path / "a.case", me) as made:
        yield made


def notes(case: Case) -> dict[str, str]:
    return {report.id: report.payload["note"] for report in case.every_report()}


def sound(case: Case) -> None:
    case.seal_log()
    assert case.check() == ()
    assert case.replay() == case.state()


def test_an_amendment_is_a_version_and_the_earlier_one_stays(case: Case, make: Maker) -> None:
    case.intake("one", ABOUT, [make(1, note="first"), make(2, note="other")])
    before = case.last_change
    entry = case.amend("one", "R-1", {**make(1).payload, "note": "second"})
    assert entry.kind == "amendment"
    assert case.last_change == entry.seq > before
    assert notes(case) == {"R-1": "second", "R-2": "other"}
    told = case.history("one", "R-1")
    assert [(v.entry.kind, v.payload["note"]) for v in told] == [
        ("amendment", "second"),
        ("report", "first"),
    ]
    sound(case)


def test_the_same_file_again_changes_no_amendment(case: Case, make: Maker) -> None:
    case.intake("one", ABOUT, [make(1, note="first")])
    case.amend("one", "R-1", {**make(1).payload, "note": "second"})
    again = case.intake("one", ABOUT, [make(1, note="first")])
    assert again.unchanged == 1
    assert notes(case) == {"R-1": "second"}
    newer = case.intake("one", ABOUT, [make(1, note="third")])
    assert (newer.updated, newer.amendments_replaced) == (1, 1)
    assert notes(case) == {"R-1": "third"}
    newest = case.intake("one", ABOUT, [make(1, note="fourth")])
    assert (newest.updated, newest.amendments_replaced) == (1, 0)
    sound(case)


def test_no_import_widens_a_consent_that_was_decided_here(case: Case, make: Maker) -> None:
    case.intake("one", ABOUT, [make(1, consent=BOTH)])
    assert len(case.reports("statistics", TODAY).reports) == 1
    case.set_consent("one", "R-1", LINK)
    assert case.reports("statistics", TODAY).left_out == {"no consent for statistics": 1}
    assert case.intake("one", ABOUT, [make(1, consent=BOTH)]).unchanged == 1
    changed = case.intake("one", ABOUT, [make(1, consent=BOTH, note="new")])
    assert (changed.updated, changed.consent_kept) == (1, 1)
    assert case.reports("statistics", TODAY).reports == ()
    assert notes(case) == {"R-1": "new"}
    again = case.intake("one", ABOUT, [make(1, consent=BOTH, note="newer")])
    assert again.consent_kept == 1
    assert case.reports("statistics", TODAY).reports == ()
    case.set_consent("one", "R-1", BOTH)
    assert len(case.reports("statistics", TODAY).reports) == 1
    sound(case)


def test_a_withdrawal_forgets_every_version(case: Case, make: Maker) -> None:
    case.intake("one", ABOUT, [make(1, note="first")])
    case.amend("one", "R-1", {**make(1).payload, "note": "second"})
    case.set_consent("one", "R-1", LINK)
    case.intake("one", ABOUT, [make(1, note="third")])
    case.withdraw("one", "R-1")
    assert notes(case) == {}
    kinds = [entry.kind for entry in case.entries()]
    for seq, kind in enumerate(kinds):
        if kind in ("report", "amendment", "consent"):
            assert case.stored(seq) is None
    sound(case)


def test_an_import_taken_back_leaves_things_as_they_were(case: Case, make: Maker) -> None:
    case.intake("one", {"collector": "A"}, [make(1, note="first"), make(2, note="two")])
    before = case.state()
    wrong = case.intake(
        "one",
        {"collector": "B"},
        [make(1, note="wrong"), make(3, note="wrong"), RejectedRow(9, ("x",))],
    )
    case.put("linkage", {}, b"names are in here", uses=["link"])
    entry, done = case.undo_import(wrong.entry)
    assert (done.removed, done.restored, done.kept) == (1, 1, 0)
    assert case.state() == before
    assert notes(case) == {"R-1": "first", "R-2": "two"}
    assert case.last_change == entry.seq
    stored = case.latest("linkage")
    assert stored is not None
    assert stored.payload is None
    sound(case)
    again = case.intake("one", {"collector": "B"}, [make(3, note="right")])
    assert again.created == 1
    sound(case)


def test_the_only_import_of_a_source_taken_back_takes_the_source(case: Case, make: Maker) -> None:
    first = case.intake("one", ABOUT, [make(1)])
    case.undo_import(first.entry)
    assert case.sources() == {}
    assert notes(case) == {}
    sound(case)


def test_what_was_changed_since_stays_and_is_counted(case: Case, make: Maker) -> None:
    first = case.intake("one", ABOUT, [make(1, note="a"), make(2, note="b"), make(3, note="c")])
    case.amend("one", "R-2", {**make(2).payload, "note": "amended"})
    case.withdraw("one", "R-3")
    _, done = case.undo_import(first.entry)
    assert (done.removed, done.restored, done.kept) == (1, 0, 1)
    assert notes(case) == {"R-2": "amended"}
    assert case.sources() == {"one": ABOUT}
    case.withdraw("one", "R-2")  # its whole chain can still be forgotten
    assert notes(case) == {}
    sound(case)


def test_an_import_taken_back_stays_so_when_opened_again(
    tmp_path: Path, make: Maker, me: Identity
) -> None:
    with Case.create(tmp_path / "b.case", me) as case:
        done = case.intake("one", ABOUT, [make(1, note="first")])
        first = next(entry.seq for entry in case.entries() if entry.kind == "report")
        case.undo_import(done.entry)
    with Case.open(tmp_path / "b.case", me) as opened:
        assert opened.stored(first) is None
        assert opened.check() == ()


def test_what_cannot_be_taken_back(case: Case, make: Maker) -> None:
    done = case.intake("one", ABOUT, [make(1)])
    with pytest.raises(UsedWrongly, match="entry 0 is neither an import nor a decision"):
        case.undo_import(0)
    with pytest.raises(UsedWrongly, match="entry 99 is neither an import nor a decision"):
        case.undo_import(99)
    case.undo_import(done.entry)
    with pytest.raises(UsedWrongly, match="was undone before"):
        case.undo_import(done.entry)


def test_no_such_report(case: Case) -> None:
    with pytest.raises(UsedWrongly, match="no such report"):
        case.amend("one", "R-1", {})
    with pytest.raises(UsedWrongly, match="no such report"):
        case.set_consent("one", "R-1", LINK)
    with pytest.raises(UsedWrongly, match="no such report"):
        case.history("one", "R-1")
    assert [entry.kind for entry in case.entries()] == ["create"]


def test_an_import_says_who_has_another_name_now(case: Case, make: Maker) -> None:
    def named(number: int, name: str) -> IncomingReport:
        one: IncomingReport = make(number)
        return attrs.evolve(one, payload={**one.payload, "names": [{"written": name}]})

    first = [named(1, "Kim Chol Su"), named(2, "Ri Yong Hui"), named(3, "Pak")]
    assert case.intake("one", ABOUT, first).renamed == 0
    again = [named(1, "KIM Chol-su"), named(2, "Kim Chol Su"), named(3, "Pak")]
    outcome = case.intake("one", ABOUT, again)
    assert (outcome.updated, outcome.renamed, outcome.not_in_file) == (2, 1, 0)


def test_an_import_that_gives_most_reports_another_name_is_refused(case: Case, make: Maker) -> None:
    """115 of 153 people were overwritten by a file whose ids had been assigned anew."""

    def named(number: int, name: str) -> IncomingReport:
        one: IncomingReport = make(number)
        return attrs.evolve(one, payload={**one.payload, "names": [{"written": name}]})

    before = [named(number, f"Person {number}") for number in range(8)]
    case.intake("one", ABOUT, before)
    entries, state = list(case.entries()), case.state()
    moved = [named(number, f"Person {number + 1}") for number in range(5)]
    corrected = [named(number, f"person-{number}") for number in (5, 6)]
    for dry_run in (False, True):
        with pytest.raises(BadInput, match=r"^5 of the 7 reports that this file changes") as caught:
            case.intake("one", ABOUT, [*moved, *corrected], dry_run=dry_run)
        assert "--replace-ids" in str(caught.value.hint)
    assert (list(case.entries()), case.state()) == (entries, state)
    assert case.intake("one", ABOUT, moved[:2]).renamed == 2  # so few are corrections
    outcome = case.intake("one", ABOUT, moved, replace_ids=True)
    assert (outcome.updated, outcome.renamed) == (3, 3)
    assert case.check() == ()


def test_an_import_says_that_no_one_of_a_source_is_in_the_file(case: Case, make: Maker) -> None:
    assert case.intake("one", ABOUT, [make(1), make(2), make(3)]).not_in_file == 0
    assert case.intake("two", ABOUT, [make(1)]).not_in_file == 0
    assert case.intake("one", ABOUT, [make(4)]).not_in_file == 3
    assert case.intake("one", ABOUT, [make(4), make(5)]).not_in_file == 0  # one was known
