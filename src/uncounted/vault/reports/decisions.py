"""Clerical review decisions: two reports are about one person, or about two.

Each is an entry with a key of its own, so that it is forgotten with either of its reports.
The decisions in force are derived from the entries: for each pair the newest decision that was
not undone. One that contradicts those in force is refused before it is stored. Nothing here knows
what a report says.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

import attrs

from uncounted.errors import BadInput, UsedWrongly
from uncounted.proof.canonical_json import canonical
from uncounted.vault.log.bodies import (
    DecisionBody,
    DecisionsBody,
    DecisionUndoBody,
    Pair,
    ReportKey,
    VersionBody,
)
from uncounted.vault.log.entries import Entries, Entry
from uncounted.vault.reports import identifiers
from uncounted.vault.reports.rejected_rows import RejectedRow

type Standing = Literal["stands", "replaced", "taken back", "forgotten"]

KIND, FILE, UNDO = "decision", "decisions", "decision-undo"
KINDS = frozenset({KIND, FILE, UNDO})
_SHOWN = 5  # contradictions that a message tells


@attrs.frozen
class Decision:
    """That two reports, each by source and id, are about the same person or not."""

    entry: Entry
    pair: Pair = attrs.field(repr=False)
    same: bool
    note: str | None = attrs.field(repr=False)


@attrs.frozen
class ProposedDecision:
    """A decision on its way in, and the row that it stands in."""

    row: int
    one: ReportKey = attrs.field(repr=False)
    other: ReportKey = attrs.field(repr=False)
    same: bool
    note: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class DecisionsOutcome:
    """What became of the rows: `rows` = `new` + `changed` + `unchanged` + `rejected`.

    `rejects` are the rejected rows in the order of the file, `entry` is that of the whole
    file (`undo` takes it back), None when nothing was kept.
    """

    rows: int
    new: int
    changed: int
    unchanged: int
    rejects: tuple[RejectedRow, ...]
    entry: int | None

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return len(self.rejects)


@attrs.frozen
class DecisionStatus:
    """What a decision's entry is now, and whether one of its reports says something else since."""

    standing: Standing
    older_than_report: bool = False


def pair_of(one: ReportKey, other: ReportKey) -> Pair:
    """The pair, whichever of the two was named first.

    Examples:
        >>> pair_of(("B", "2"), ("A", "7"))
        (('A', '7'), ('B', '2'))
    """
    return (one, other) if one <= other else (other, one)


# What stands ----------------------------------------------------------------------------------


def every(entries: Entries) -> Iterator[Decision]:
    """Every decision that was not forgotten, in order, those that no longer stand too."""
    for opened in entries.of_kind(KIND):
        note = None if opened.payload is None else json.loads(opened.payload)["note"]
        body = DecisionBody.from_json(opened.body)
        yield Decision(opened.entry, body.pair, body.same, note)


def undone(entries: Entries) -> set[int]:
    """The entries of decisions that were taken back."""
    bodies = (DecisionUndoBody.from_json(each.body) for each in entries.of_kind(UNDO))
    return {seq for body in bodies for seq in body.decisions}


def standing(entries: Entries) -> dict[Pair, Decision]:
    """The decision that stands on each pair: the newest that was not taken back."""
    gone = undone(entries)
    return {each.pair: each for each in every(entries) if each.entry.seq not in gone}


def states(entries: Entries) -> dict[int, DecisionStatus]:
    """Of every decision's entry, what it is now."""
    gone, found = undone(entries), dict[int, DecisionStatus]()
    newest = standing(entries)
    for row in entries.storage.entries(KIND):
        if row.sealed is None:
            found[row.seq] = DecisionStatus("forgotten")
    for each in every(entries):
        seq = each.entry.seq
        if seq in gone:
            found[seq] = DecisionStatus("taken back")
        elif newest[each.pair].entry.seq != seq:
            found[seq] = DecisionStatus("replaced")
        else:
            found[seq] = DecisionStatus("stands", older_than_report(entries, each))
    return dict(sorted(found.items()))


def older_than_report(entries: Entries, decision: Decision) -> bool:
    """Whether one of the two reports was amended, or sent anew, after the decision."""
    return any(_changed_after(entries, key, decision.entry.seq) for key in decision.pair)


def _changed_after(entries: Entries, key: ReportKey, seq: int) -> bool:
    report = entries.storage.report(*key)
    version = None if report is None else report.seq
    while version is not None and version > seq:
        row = entries.storage.entry(version)
        if row is None or row.kind != "consent":  # a consent says nothing of the person
            return row is not None
        opened = entries.open(row)
        version = None if opened is None else VersionBody.from_json(opened.body).previous
    return False


# What cannot all be true -----------------------------------------------------------------------


def contradictions(decided: Mapping[Pair, bool]) -> Iterator[tuple[Pair, list[Pair]]]:
    """Each pair said to be two people that a chain of others makes one, with the shortest chain.

    Examples:
        >>> a, b, c = ("L", "a"), ("L", "b"), ("L", "c")
        >>> list(contradictions({(a, b): True, (b, c): True, (a, c): False}))
        [((('L', 'a'), ('L', 'c')), [(('L', 'a'), ('L', 'b')), (('L', 'b'), ('L', 'c'))])]
        >>> list(contradictions({(a, b): True, (a, c): False, (b, c): False}))
        []
    """
    joined: dict[ReportKey, list[ReportKey]] = {}
    for (one, other), same in decided.items():
        if same:
            joined.setdefault(one, []).append(other)
            joined.setdefault(other, []).append(one)
    group = _groups(joined)
    for pair, same in decided.items():
        if not same and pair[0] in group and group[pair[0]] == group.get(pair[1]):
            yield pair, _chain(joined, *pair)


def _groups(joined: Mapping[ReportKey, list[ReportKey]]) -> dict[ReportKey, int]:
    group: dict[ReportKey, int] = {}
    for number, start in enumerate(joined):
        waiting = [] if start in group else [start]
        while waiting:
            at = waiting.pop()
            if at not in group:
                group[at] = number
                waiting.extend(joined[at])
    return group


def _chain(
    joined: Mapping[ReportKey, list[ReportKey]], start: ReportKey, end: ReportKey
) -> list[Pair]:
    before: dict[ReportKey, ReportKey] = {start: start}
    waiting = deque([start])
    while end not in before:
        at = waiting.popleft()
        for other in joined[at]:
            if other not in before:
                before[other] = at
                waiting.append(other)
    steps = [end]
    while steps[-1] != start:
        steps.append(before[steps[-1]])
    return [pair_of(steps[i + 1], steps[i]) for i in range(len(steps) - 2, -1, -1)]


def refuse_contradictions(
    decided: Mapping[Pair, bool], where: Mapping[Pair, str], hint: str
) -> None:
    """Refuse decisions that cannot all be true; nothing is kept of any.

    Args:
        decided: same (True) or different, by pair.
        where: of each pair where it was decided, such as `row 4` or `entry 12`.
        hint: what to try.

    Raises:
        BadInput: with where each was said; an id may be a name, so no report is named.
    """
    found = list(contradictions(decided))
    if not found:
        return
    parts = [
        f"one person in {', '.join(where[each] for each in chain)}, and two in {where[pair]}"
        for pair, chain in found[:_SHOWN]
    ]
    more = f" / and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise BadInput(f"decisions contradict each other: {' / '.join(parts)}{more}", hint=hint)


# Taking them in -------------------------------------------------------------------------------


def decide(
    entries: Entries,
    rows: Iterable[ProposedDecision | RejectedRow],
    *,
    keep: bool = True,
) -> DecisionsOutcome:
    """Take decisions in, in one transaction, as `Case.decide` says.

    1. Each row is about two reports that are there, and about a pair for the first time.
    2. Together with what stands and is not said anew, they can all be true.
    3. What is new or says something else is an entry each, and the file is one; a file of
       which no row can be taken is none.
    """
    entry: Entry | None = None
    with entries.storage.transaction(keep=keep):
        before = standing(entries)
        gone = entries.storage.tombstones()
        taken, rejects, count = dict[Pair, ProposedDecision](), list[RejectedRow](), 0
        for row in rows:  # 1
            count += 1
            found = _placed(entries, gone, row)
            if isinstance(found, RejectedRow):
                rejects.append(found)
                continue
            pair = pair_of(found.one, found.other)
            earlier = taken.setdefault(pair, found)
            if earlier is found:
                continue
            if earlier.same != found.same:
                raise _contradiction(earlier, found)
            rejects.append(RejectedRow(found.row, ("the pair stands in an earlier row",)))
        _refuse_untrue(before, taken)  # 2
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        first, when = entries.storage.size(), entries.time()
        for pair, row in taken.items():  # 3
            stood = before.get(pair)
            if stood is not None and _is_known(entries, row, stood):
                counts["unchanged"] += 1
                continue
            _take(entries, pair, row, stood, when)
            counts["new" if stood is None else "changed"] += 1
        made = (first, entries.storage.size())
        body = DecisionsBody(count, **counts, rejected=len(rejects), decisions=made)
        if taken:
            entry = entries.append(FILE, body.to_json(), when=when)
    seq = entry.seq if entry and keep else None
    return DecisionsOutcome(count, **counts, rejects=tuple(rejects), entry=seq)


def _placed(
    entries: Entries, gone: Collection[bytes], row: ProposedDecision | RejectedRow
) -> ProposedDecision | RejectedRow:
    """The row with source and ids as the case file has them, or why it is refused."""
    if isinstance(row, RejectedRow):
        return row
    found = [identifiers.of_report(entries.storage, *key) for key in (row.one, row.other)]
    for given, key in zip((row.one, row.other), found, strict=True):
        if entries.storage.report(*key) is None:
            left = any(
                entries.keys.tag(source, report_id) in gone
                for source in identifiers.forms(given[0])
                for report_id in identifiers.forms(given[1])
            )
            return RejectedRow(row.row, ("withdrawn" if left else "no such report",))
    if found[0] == found[1]:
        return RejectedRow(row.row, ("a report and itself",))
    return attrs.evolve(row, one=found[0], other=found[1])


def _contradiction(earlier: ProposedDecision, later: ProposedDecision) -> BadInput:
    return BadInput(
        "decisions contradict each other: a pair is the same in row"
        f" {(earlier if earlier.same else later).row}, and different in row"
        f" {(later if earlier.same else earlier).row}",
        hint="correct the file and run the command again: nothing was saved",
    )


def _refuse_untrue(before: Mapping[Pair, Decision], taken: Mapping[Pair, ProposedDecision]) -> None:
    decided = {pair: each.same for pair, each in before.items()}
    decided |= {pair: each.same for pair, each in taken.items()}
    where = {pair: f"entry {each.entry.seq}" for pair, each in before.items()}
    where |= {pair: f"row {each.row}" for pair, each in taken.items()}
    refuse_contradictions(
        decided,
        where,
        "correct the file, or take the entry back (uncounted undo), and take the file in again:"
        " nothing was saved",
    )


def _is_known(entries: Entries, row: ProposedDecision, before: Decision) -> bool:
    """Whether a row says what stands. Said again after a report was changed, it is new."""
    # No note in a row is no word about the note.
    alike = before.same == row.same and row.note in (None, before.note)
    return alike and not older_than_report(entries, before)


def _take(
    entries: Entries, pair: Pair, row: ProposedDecision, before: Decision | None, when: str
) -> None:
    body = DecisionBody(pair, row.same, None if before is None else before.entry.seq)
    note = row.note
    if note is None and before is not None and before.same == row.same:
        note = before.note  # no word about the note
    payload = None if note is None else canonical({"note": note})
    entries.append(KIND, body.to_json(), payload, when=when)


# Taking them back, and forgetting them ----------------------------------------------------------


def undo(entries: Entries, number: int) -> tuple[Entry, int]:
    """Take a decision back, or all of a file that stand, as `Case.undo_decision` says."""
    with entries.storage.transaction():
        seqs = _of_entry(entries, number)
        gone = undone(entries) | set(seqs)
        left = {each.pair: each for each in every(entries) if each.entry.seq not in gone}
        refuse_contradictions(
            {pair: each.same for pair, each in left.items()},
            {pair: f"entry {each.entry.seq}" for pair, each in left.items()},
            "what stood before would stand again: take the later decisions back first",
        )
        entry = entries.append(UNDO, DecisionUndoBody(number, seqs).to_json())
    return entry, len(seqs)


def _of_entry(entries: Entries, number: int) -> list[int]:
    row = entries.storage.entry(number)
    if row is None or row.kind not in (KIND, FILE):
        raise UsedWrongly(
            f"entry {number} is not a decision",
            hint="see the numbers in uncounted log",
        )
    first, end = number, number + 1
    if row.kind == FILE:
        opened = entries.open(row)
        assert opened is not None, "the account of a file is never forgotten"
        first, end = DecisionsBody.from_json(opened.body).decisions
    gone = undone(entries)
    seqs = [each.entry.seq for each in every(entries)]
    left = [seq for seq in seqs if first <= seq < end and seq not in gone]
    if not left:
        raise UsedWrongly(
            f"nothing of entry {number} is left to undo",
            hint="it was undone before, or erased with a report",
        )
    return left


def forget(entries: Entries, reports: Collection[ReportKey]) -> list[int]:
    """Destroy the keys of every decision about one of these reports; give their entries."""
    about = [each.entry.seq for each in every(entries) if not set(reports).isdisjoint(each.pair)]
    for seq in about:
        entries.storage.forget_entry(seq)
    return about
