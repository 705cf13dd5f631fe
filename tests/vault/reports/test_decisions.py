"""Decisions in a case file: what stands, what is refused, what is forgotten, what stays sealed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given
from tests.vault.conftest import Maker
from tests.vault.opened import entries_of

from uncounted.errors import BadInput, UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.bodies import Pair, ReportKey
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import DecisionsOutcome, ProposedDecision, contradictions
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import RejectedRow

NOTE = "둘 다 어머니가 신고했다"


def key(number: int) -> ReportKey:
    return "one", f"R-{number}"


def proposed(*rows: tuple[int, int, bool], note: str | None = None) -> list[ProposedDecision]:
    return [
        ProposedDecision(row, key(one), key(other), same, note)
        for row, (one, other, same) in enumerate(rows, start=2)
    ]


@pytest.fixture
def case(case: Case, make: Maker) -> Case:
    case.intake("one", {}, [make(number) for number in range(6)])
    return case


def standing(case: Case) -> dict[tuple[str, str], bool]:
    return {(d.pair[0][1], d.pair[1][1]): d.same for d in case.decisions()}


def sound(case: Case) -> bool:
    case.seal_log()
    told = case.replay()
    stands = {d.pair: d.same for d in case.decisions()}
    return case.check() == () and told == case.state() and told.decided == stands


def test_what_was_decided_stands_whichever_report_was_named_first(case: Case) -> None:
    done = case.decide(proposed((1, 0, True), (2, 3, False), note=NOTE))
    assert (done.rows, done.new, done.changed, done.unchanged, done.rejected) == (2, 2, 0, 0, 0)
    assert standing(case) == {("R-0", "R-1"): True, ("R-2", "R-3"): False}
    (first,) = case.decisions("one", "R-1")
    assert first.note == NOTE
    assert first.entry.by == case.signer.vkey
    assert case.entry(first.entry.seq) == first.entry
    assert sound(case)


def test_a_later_decision_replaces_and_the_same_one_changes_nothing(case: Case) -> None:
    case.decide(proposed((0, 1, True), (2, 3, True), note=NOTE))
    size = case.last_change
    again = case.decide(proposed((1, 0, True), (2, 3, True)))
    assert (again.unchanged, again.new, again.changed) == (2, 0, 0)
    assert case.last_change == size, "a linkage made before is not out of date"
    assert [d.note for d in case.decisions()] == [NOTE, NOTE], "no note says nothing of the note"
    done = case.decide(proposed((0, 1, False), (2, 3, True), note="other"))
    assert (done.changed, done.unchanged) == (2, 0)
    assert case.last_change > size
    assert standing(case) == {("R-0", "R-1"): False, ("R-2", "R-3"): True}
    assert [each.standing for each in case.decision_states().values()] == [
        "replaced",
        "replaced",
        "stands",
        "stands",
    ]
    assert sound(case)


def test_rows_add_up_and_say_why(case: Case) -> None:
    case.withdraw("one", "R-5")
    rows: Sequence[ProposedDecision | RejectedRow] = [
        *proposed((0, 1, True), (1, 0, True), (2, 2, True), (3, 5, True), (3, 77, True)),
        RejectedRow(9, ("no decision is filled in",)),
    ]
    done = case.decide(rows)
    assert (done.rows, done.new, done.rejected) == (6, 1, 5)
    assert [(each.row, *each.reasons) for each in done.rejects] == [
        (3, "the pair stands in an earlier row"),
        (4, "a report and itself"),
        (5, "withdrawn"),
        (6, "no such report"),
        (9, "no decision is filled in"),
    ]


def test_a_dry_run_keeps_nothing(case: Case) -> None:
    before = list(case.entries())
    done = case.decide(proposed((0, 1, True), (1, 2, True)), dry_run=True)
    assert (done.new, done.entry) == (2, None)
    assert list(case.entries()) == before
    assert case.decisions() == []


def test_letters_in_pieces_are_the_same_report(case: Case, make: Maker) -> None:
    case.intake("두 번째", {}, [IncomingReport("가-1", {"note": ""}, Consent(), 2)])
    pieces = ("두 번째", "가-1")
    done = case.decide([ProposedDecision(2, pieces, key(0), True)])
    assert done.new == 1
    assert case.decisions(*pieces)[0].pair == (key(0), ("두 번째", "가-1"))


# What cannot all be true ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "then", "words"),
    [
        (
            [(0, 1, True), (1, 2, True)],
            [(3, 4, True), (0, 2, False)],
            r"one person in entry \d+, entry \d+, and two in row 3$",
        ),
        (
            [(0, 3, False)],
            [(0, 1, True), (1, 2, True), (2, 3, True)],
            r"one person in row 2, row 3, row 4, and two in entry \d+$",
        ),
        ([], [(0, 1, True), (1, 0, False)], "a pair is the same in row 2, and different in row 3"),
        ([], [(0, 1, False), (1, 0, True)], "a pair is the same in row 3, and different in row 2"),
    ],
)
def test_what_contradicts_itself_is_refused_whole(
    case: Case,
    before: list[tuple[int, int, bool]],
    then: list[tuple[int, int, bool]],
    words: str,
) -> None:
    case.decide(proposed(*before))
    stood, size = standing(case), len(list(case.entries()))
    with pytest.raises(BadInput, match=words) as found:
        case.decide(proposed(*then, note=NOTE))
    assert NOTE not in str(found.value)
    assert "R-" not in str(found.value), "an id may be a name"
    assert "nothing was saved" in str(found.value.hint)
    assert standing(case) == stood
    assert len(list(case.entries())) == size


def test_many_contradictions_are_counted_not_listed(case: Case) -> None:
    merged = [(n, n + 1, True) for n in range(5)]
    apart = [(a, b, False) for a, b in combinations(range(6), 2) if b - a > 1]
    with pytest.raises(BadInput, match=r"and 5 more$"):
        case.decide(proposed(*merged, *apart))


def test_a_file_may_say_anew_what_it_would_contradict(case: Case) -> None:
    case.decide(proposed((0, 1, True), (1, 2, True)))
    case.decide(proposed((0, 2, False), (0, 1, False)))
    assert standing(case) == {
        ("R-0", "R-1"): False,
        ("R-1", "R-2"): True,
        ("R-0", "R-2"): False,
    }
    assert sound(case)


NODES = [("L", letter) for letter in "abcdef"]


@given(st.dictionaries(st.sampled_from(list(combinations(NODES, 2))), st.booleans()))
def test_contradictions_are_those_of_the_closure(told: dict[Pair, bool]) -> None:
    """The naive twin: the closure of `same` by repeated squaring of a table."""
    near = {a: {a} for a in NODES}
    for (a, b), same in told.items():
        if same:
            near[a].add(b)
            near[b].add(a)
    for _ in NODES:
        near = {a: {c for b in near[a] for c in near[b]} for a in NODES}
    found = dict(contradictions(told))
    assert found.keys() == {
        pair for pair, same in told.items() if not same and pair[1] in near[pair[0]]
    }
    for pair, chain in found.items():
        at = pair[0]
        for link in chain:
            assert told[link]
            assert at in link
            at = link[0] if at == link[1] else link[1]
        assert at == pair[1]


# Taking back ------------------------------------------------------------------------------------


def test_a_file_and_a_single_decision_are_taken_back(case: Case) -> None:
    case.decide(proposed((0, 1, True)))
    first = case.decide(proposed((0, 1, False), (2, 3, True), (4, 5, True)))
    assert first.entry is not None
    single = case.decisions("one", "R-4")[0].entry.seq
    assert case.undo_decision(single)[1] == 1
    assert standing(case) == {("R-0", "R-1"): False, ("R-2", "R-3"): True}
    entry, count = case.undo_decision(first.entry)
    assert (count, case.last_change) == (2, entry.seq)
    assert standing(case) == {("R-0", "R-1"): True}
    assert [each.standing for each in case.decision_states().values()] == [
        "stands",
        *["taken back"] * 3,
    ]
    assert sound(case)
    for number in (single, first.entry):
        with pytest.raises(UsedWrongly, match=r"nothing of entry \d+ is left"):
            case.undo_decision(number)
    with pytest.raises(UsedWrongly, match="entry 1 is not a decision"):
        case.undo_decision(1)
    with pytest.raises(UsedWrongly, match="entry 999 is not a decision"):
        case.undo_decision(999)


def test_what_would_stand_again_must_still_be_true(case: Case) -> None:
    case.decide(proposed((0, 1, False)))
    case.decide(proposed((0, 1, True)))
    merge = case.decisions()[0].entry.seq
    later = case.decide(proposed((0, 2, True), (1, 2, True))).entry
    assert later is not None
    with pytest.raises(BadInput, match=r"one person in .* and two in entry \d+$") as found:
        case.undo_decision(merge)
    assert "take the later decisions back first" in str(found.value.hint)
    case.undo_decision(later)
    case.undo_decision(merge)
    assert standing(case) == {("R-0", "R-1"): False}
    assert sound(case)


# Forgetting -------------------------------------------------------------------------------------


def test_a_withdrawn_report_takes_its_decisions_with_it(filled: Path, me: Identity) -> None:
    with Case.open(filled, me) as case:
        case.decide(proposed((0, 1, False)))
        taken = case.decide(proposed((0, 1, True), (1, 2, True), note=NOTE)).entry
        case.decide(proposed((2, 3, True)))
        assert taken is not None
        case.undo_decision(taken)
        case.withdraw("one", "R-1")
        assert standing(case) == {("R-2", "R-3"): True}
        states = [each.standing for each in case.decision_states().values()]
        assert states == ["forgotten"] * 3 + ["stands"]
        assert sound(case)
        with pytest.raises(UsedWrongly, match="is left to undo"):
            case.undo_decision(taken)
    with entries_of(filled, me) as entries:
        for opened in entries.of_kind("decision"):
            assert ["one", "R-1"] not in opened.body["pair"]


def test_an_import_taken_back_takes_the_decisions_about_what_goes(case: Case, make: Maker) -> None:
    done = case.intake("two", {}, [make(10), make(11)])
    case.amend("two", "R-11", {"note": "changed since"})
    ten, eleven = ("two", "R-10"), ("two", "R-11")
    case.decide(
        [ProposedDecision(2, key(0), ten, True), ProposedDecision(3, key(0), eleven, False)]
    )
    case.undo_import(done.entry)
    assert [d.pair for d in case.decisions()] == [(key(0), eleven)]
    assert [each.standing for each in case.decision_states().values()] == ["forgotten", "stands"]
    assert sound(case)


def test_a_destroyed_decision_is_noticed(filled: Path, me: Identity) -> None:
    with Case.open(filled, me) as case:
        case.decide(proposed((0, 1, True)))
        (decision,) = case.decisions()
    with entries_of(filled, me) as entries, entries.storage.transaction():
        entries.storage.forget_entry(decision.entry.seq)
    with Case.open(filled, me) as case:
        (finding,) = case.check()
    assert finding == f"entry {decision.entry.seq} was destroyed, and nothing says why"


def test_a_decision_that_should_have_been_forgotten_is_noticed(filled: Path, me: Identity) -> None:
    with entries_of(filled, me) as entries, entries.storage.transaction():
        entries.append(
            "decision", {"pair": [["one", "R-0"], ["one", "gone"]], "same": True, "previous": None}
        )
        for other, same in (("R-1", True), ("R-2", True)):
            pair = [["one", "R-0"], ["one", other]]
            entries.append("decision", {"pair": pair, "same": same, "previous": None})
        entries.append(
            "decision", {"pair": [["one", "R-1"], ["one", "R-2"]], "same": False, "previous": None}
        )
    with Case.open(filled, me) as case:
        found = case.check()
    assert re.fullmatch(r"entry \d+ is a decision about a report that is not there", found[0])
    assert found[1:] == ("decisions that stand contradict each other",)


# Older than what a report says now ----------------------------------------------------------------


def test_a_decision_older_than_an_amendment_is_distinguished(case: Case, make: Maker) -> None:
    case.decide(proposed((0, 1, True), (2, 3, True), (4, 5, True)))
    case.amend("one", "R-1", {"note": "a new name"})
    case.set_consent("one", "R-1", Consent())
    case.set_consent("one", "R-2", Consent())  # says nothing of the person
    case.intake("one", {}, [make(4, note="sent anew")])
    older = [each.older_than_report for each in case.decision_states().values()]
    assert older == [True, False, True]
    assert len(case.decisions()) == 3, "they stand all the same"
    case.decide(proposed((0, 1, True), note="looked at again"))
    assert [each.older_than_report for each in case.decision_states().values()] == [
        False,
        False,
        True,
        False,
    ]


def test_what_is_reported_again_after_an_amendment_is_decided_anew(case: Case, make: Maker) -> None:
    case.decide(proposed((0, 1, True), (2, 3, True), note="two of one village"))
    case.amend("one", "R-1", {"note": "a new name"})
    again = case.decide(proposed((0, 1, True), (2, 3, True)))
    assert (again.new, again.changed, again.unchanged) == (0, 1, 1)
    assert not any(each.older_than_report for each in case.decision_states().values())
    assert {each.note for each in case.decisions()} == {"two of one village"}
    assert case.decide(proposed((0, 1, True))).unchanged == 1
    case.decide(proposed((0, 1, False)))
    assert {each.same: each.note for each in case.decisions()} == {
        True: "two of one village",
        False: None,
    }


# Sealed -----------------------------------------------------------------------------------------


def test_nothing_of_a_decision_lies_in_clear(tmp_path: Path, me: Identity, make: Maker) -> None:
    with Case.create(tmp_path / "case", me) as case:
        case.intake("one", {}, [make(0), make(1)])
        done: DecisionsOutcome = case.decide(proposed((0, 1, True), note=NOTE))
        assert done.entry is not None
        number = case.decisions()[0].entry.seq
        with pytest.raises(Exception, match="it stays sealed"):
            case.opening(number)
        with pytest.raises(UsedWrongly, match="no kind of artefact"):
            case.put("decision", {})
    for path in (tmp_path / "case").rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert NOTE.encode() not in held
            assert b'"R-1"' not in held
    with Case.open(tmp_path / "case", me) as case:
        assert case.rotate().kind == "rotation"
        assert case.decisions()[0].note == NOTE
        assert sound(case)
