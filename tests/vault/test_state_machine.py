"""A case file lived through: whatever is done in whatever order, the promises hold.

A model in a few dictionaries does beside the case file what people may do with it, and
after every step the two must agree: what was withdrawn never appears again, rows add up,
an import or a merge taken back leaves things as they were, what was made of the reports is
out of date after any change and gone after a withdrawal, a log only grows, and all of it is
sound. What stands for a linkage is made up; one test at the end links in earnest.
"""

from __future__ import annotations

import datetime
import io
import itertools
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from uncounted.errors import BadInput, NotLinked, UsedWrongly
from uncounted.linkage import Linkage
from uncounted.proof.canonical_json import canonical
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.bodies import Pair
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision, pair_of
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.workflow.link import latest_linkage, link

ME = Identity.generate()
TODAY = datetime.date(2026, 11, 24)
sources = st.sampled_from(["one", "두 번째"])
ids = st.sampled_from([f"R-{n}" for n in range(6)])
notes = st.sampled_from(["a", "b", "철수"])
uses = st.frozensets(st.sampled_from(["link", "statistics"]))
rows = st.lists(st.tuples(ids, notes, uses), max_size=6)

type ReportKey = tuple[str, str]


@attrs.frozen
class ReportModel:
    """What the model knows of a report."""

    note: str
    uses: frozenset[str]
    sent: tuple[str, frozenset[str]]
    decided: frozenset[str] | None = None
    amended: bool = False


@attrs.frozen
class Word:
    """What the model knows of a decision: about whom, what, and whether it was taken back."""

    pair: Pair
    same: bool
    taken_back: bool = False


def standing(words: dict[int, Word]) -> dict[Pair, bool]:
    return {words[n].pair: words[n].same for n in sorted(words) if not words[n].taken_back}


def people(keys: set[ReportKey], decided: dict[Pair, bool]) -> list[list[ReportKey]]:
    """The reports in groups that decisions made one person, the slow way: merged until none is."""
    groups = [{key} for key in sorted(keys)]
    for _ in keys:
        for (one, other), same in decided.items():
            here = [group for group in groups if one in group or other in group]
            if same and len(here) == 2:
                groups.remove(here[1])
                here[0] |= here[1]
    return [sorted(group) for group in groups]


def can_be_true(decided: dict[Pair, bool]) -> bool:
    groups = people({key for pair in decided for key in pair}, decided)
    return not any(
        set(pair) <= set(group) for group in groups for pair, same in decided.items() if not same
    )


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "a.case"
        self.now: dict[ReportKey, ReportModel] = {}
        # Of each report its versions, oldest first, and the import that brought it (None: made
        # here); of each import that stands its source and what it said of it.
        self.versions: dict[ReportKey, list[tuple[int | None, ReportModel]]] = {}
        self.imports: dict[int, tuple[str, Any]] = {}
        self.undone: set[int] = set()
        self.about: dict[str, Any] = {}
        self.gone: set[ReportKey] = set()
        self.files: dict[ReportKey, list[bytes]] = {}
        self.words: dict[int, Word] = {}  # decisions by entry, without those that are forgotten
        self.heard: dict[int, list[int]] = {}  # of each file of decisions the entries it made
        self.made: dict[str, bytes | None] = {}  # what was made of the reports, by kind
        self.fresh = False  # whether the linkage is of the reports and decisions as they are
        self.released: list[tuple[int, bytes | None]] = []
        self.size = 0

    @initialize()
    def begin(self) -> None:
        self.case = Case.create(self.folder, ME)
        both = frozenset({"link", "statistics"})
        self.take_in("one", [(f"R-{n}", "a", both) for n in range(3)], None)

    def teardown(self) -> None:
        if hasattr(self, "case"):
            self.case.close()
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    @rule(source=sources, rows=rows, collector=st.sampled_from([None, "A"]))
    def take_in(self, source: str, rows: list[Any], collector: str | None) -> None:
        incoming = [
            IncomingReport(id_, {"note": note}, Consent(use), row)
            for row, (id_, note, use) in enumerate(rows)
        ]
        done = self.case.intake(source, {"collector": collector}, incoming)
        assert done.rows == len(rows)
        assert done.rows == done.created + done.updated + done.unchanged + done.rejected
        earlier = set[ReportKey]()
        changed = list[ReportKey]()
        counts = dict.fromkeys(("created", "updated", "unchanged", "rejected"), 0)
        for id_, note, use in rows:
            key = source, id_
            if key in self.gone or key in earlier:
                counts["rejected"] += 1
                continue
            there = self.now.get(key)
            earlier.add(key)
            if there is not None and there.sent == (note, use):
                counts["unchanged"] += 1
                continue
            counts["created" if there is None else "updated"] += 1
            decided = None if there is None else there.decided
            kept = use
            if there is not None and there.decided is not None:
                kept = use & there.decided
            self.now[key] = ReportModel(note, kept, (note, use), decided)
            changed.append(key)
        assert counts == {name: getattr(done, name) for name in counts}
        self.fresh = self.fresh and not changed
        for key in changed:
            self.versions.setdefault(key, []).append((done.entry, self.now[key]))
        self.about[source] = {"collector": collector}
        self.imports[done.entry] = (source, self.about[source])

    @precondition(lambda self: self.now)
    @rule(data=st.data(), note=notes)
    def amend(self, data: st.DataObject, note: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.now)))
        self.case.amend(*key, {"note": note})
        self.fresh = False
        self.now[key] = attrs.evolve(self.now[key], note=note, amended=True)
        self.versions[key].append((None, self.now[key]))

    @precondition(lambda self: self.now)
    @rule(data=st.data(), use=uses)
    def decide_consent(self, data: st.DataObject, use: frozenset[str]) -> None:
        key = data.draw(st.sampled_from(sorted(self.now)))
        self.case.set_consent(*key, Consent(use))
        self.fresh = False
        self.now[key] = attrs.evolve(self.now[key], uses=use, decided=use)
        self.versions[key].append((None, self.now[key]))

    @precondition(lambda self: self.now)
    @rule(data=st.data(), content=st.sampled_from([b"", b"scan", b"x" * 70_000]))
    def attach(self, data: st.DataObject, content: bytes) -> None:
        key = data.draw(st.sampled_from(sorted(self.now)))
        file = self.folder.parent / "file"
        file.write_bytes(content)
        made = self.case.attach(*key, [file])  # none, if it is attached already
        assert made or content in self.files.get(key, [])
        self.files.setdefault(key, []).extend([content] * len(made))

    @precondition(lambda self: self.now)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.now)))
        self.case.withdraw(*key)
        del self.now[key], self.versions[key]
        self.files.pop(key, None)
        self.gone.add(key)
        self.forget({key})

    def forget(self, keys: set[ReportKey]) -> None:
        """What was made from reports goes, and what was decided of these."""
        self.fresh = False
        self.made = dict.fromkeys(self.made)
        self.released = [(number, None) for number, _ in self.released]
        self.words = {n: word for n, word in self.words.items() if keys.isdisjoint(word.pair)}

    @precondition(lambda self: self.imports)
    @rule(data=st.data())
    def undo_import(self, data: st.DataObject) -> None:
        """Any import that stands: what it brought falls back, unless it was changed since."""
        number = data.draw(st.sampled_from(sorted(self.imports)))
        source, _ = self.imports.pop(number)
        self.undone.add(number)
        before = set(self.now)
        _, done = self.case.undo_import(number)
        assert done.source == source
        for key, versions in list(self.versions.items()):
            if versions[-1][0] != number or key in self.files:
                continue
            while versions and versions[-1][0] in self.undone:
                versions.pop()
            if versions:
                self.now[key] = versions[-1][1]
            else:
                del self.now[key], self.versions[key]
        self.forget(before - set(self.now))
        others = {seq: about for seq, (of, about) in self.imports.items() if of == source}
        if others:
            self.about[source] = others[max(others)]
        elif all(of != source for of, _ in self.now):
            self.about.pop(source, None)

    @precondition(lambda self: len(self.now) > 1)
    @rule(data=st.data(), same=st.lists(st.booleans(), min_size=1, max_size=4))
    def decide(self, data: st.DataObject, same: list[bool]) -> None:
        """Any decisions, about reports that are gone too, and of a report and itself."""
        known = st.sampled_from(sorted(self.now.keys() | self.gone))
        self.reported([(data.draw(known), data.draw(known), each) for each in same])

    @precondition(lambda self: len(self.now) > 2)
    @rule(data=st.data(), same=st.tuples(*[st.booleans()] * 3))
    def decide_between_three(self, data: st.DataObject, same: tuple[bool, ...]) -> None:
        """Every second time they contradict each other, if not what stands."""
        a, b, c = data.draw(st.permutations(sorted(self.now)))[:3]
        self.reported([(a, b, same[0]), (b, c, same[0]), (c, a, same[1])])

    def reported(self, said: list[tuple[ReportKey, ReportKey, bool]]) -> int | None:
        """Decide, beside the model; give the file's entry, None when no row was taken."""
        rows = [ProposedDecision(row, *each) for row, each in enumerate(said, start=2)]
        good = [
            row for row in rows if row.one != row.other and {row.one, row.other} <= set(self.now)
        ]
        taken = dict[Pair, bool]()
        for row in good:
            taken.setdefault(pair_of(row.one, row.other), row.same)
        before = standing(self.words)
        said_twice = any(taken[pair_of(row.one, row.other)] != row.same for row in good)
        if said_twice or not can_be_true(before | taken):
            with pytest.raises(BadInput, match="decisions contradict each other"):
                self.case.decide(rows)
            return None
        older = {  # what is said again of a report that was changed since is said anew
            self.words[n].pair
            for n, state in self.case.decision_states().items()
            if state.older_than_report
        }
        done = self.case.decide(rows)
        new = {
            pair: each for pair, each in taken.items() if before.get(pair) != each or pair in older
        }
        assert (done.rows, done.rejected) == (len(rows), len(rows) - len(taken))
        assert (done.new, done.changed) == (len(new.keys() - before), len(new.keys() & before))
        assert done.unchanged == len(taken) - len(new)
        if done.entry is None:  # nothing was taken in, so the log has nothing to note
            assert not taken
            return None
        numbers = range(done.entry - len(new), done.entry)
        self.words |= {n: Word(*each) for n, each in zip(numbers, new.items(), strict=True)}
        self.heard[done.entry] = list(numbers)
        self.fresh = self.fresh and not new
        return done.entry

    @precondition(lambda self: self.words)
    @rule(data=st.data())
    def undo_decision(self, data: st.DataObject) -> None:
        self.taken_back(data.draw(st.sampled_from(sorted({**self.words, **self.heard}))))

    def taken_back(self, number: int) -> bool:
        """Take one decision or a file back: what stood stands again, if it can be true."""
        live = [
            n
            for n in self.heard.get(number, [number])
            if n in self.words and not self.words[n].taken_back
        ]
        left = {n: attrs.evolve(self.words[n], taken_back=True) for n in live}
        if not live:
            with pytest.raises(UsedWrongly, match=f"nothing of entry {number} is left"):
                self.case.undo_decision(number)
            return False
        if not can_be_true(standing(self.words | left)):
            with pytest.raises(BadInput, match="decisions contradict each other"):
                self.case.undo_decision(number)
            return False
        assert self.case.undo_decision(number)[1] == len(live)
        self.words |= left
        self.fresh = False
        return True

    @precondition(lambda self: len(self.now) > 1)
    @rule(data=st.data())
    def a_merge_is_undone(self, data: st.DataObject) -> None:
        """Two people become one, also in a linkage, and are again whom they were before."""
        pair = data.draw(st.sampled_from(list(itertools.combinations(sorted(self.now), 2))))
        stood = standing(self.words)
        if stood.get(pair):
            return
        merge = self.reported([(*pair, True)])
        if merge is None:
            return
        assert self.case.replay().decided == {**stood, pair: True}
        self.link()
        assert self.made["linkage"] is not None
        for group in json.loads(self.made["linkage"]):
            assert (list(pair[0]) in group) == (list(pair[1]) in group) or not self.linkable(pair)
        assert self.taken_back(merge)
        assert self.case.replay().decided == stood

    def linkable(self, keys: tuple[ReportKey, ...]) -> bool:
        return all("link" in self.now[key].uses for key in keys)

    @precondition(lambda self: len(self.now) > 2)
    @rule(data=st.data())
    def what_stood_before_may_stand_again_no_more(self, data: st.DataObject) -> None:
        """Different, then the same, then by way of a third: now the second cannot go alone."""
        a, b, c = data.draw(st.permutations(sorted(self.now)))[:3]
        if self.reported([(a, b, False)]) is None:
            return
        second = self.reported([(a, b, True)])
        third = self.reported([(a, c, True), (c, b, True)])
        if second is not None and third is not None:
            assert not self.taken_back(second)
            if self.taken_back(third):
                self.taken_back(second)

    @rule()
    def link(self) -> None:
        """Made-up: whom decisions made one are one, of the reports that may be linked."""
        may = {(one.source, one.id) for one in self.case.reports("link", TODAY).reports}
        decided = {d.pair: d.same for d in self.case.decisions()}
        self.made["linkage"] = canonical(
            people(may, {p: s for p, s in decided.items() if set(p) <= may})
        )
        self.case.put("linkage", {}, self.made["linkage"], uses=["link"])
        self.fresh = True

    @precondition(lambda self: self.fresh)
    @rule()
    def estimate(self) -> None:
        stored = self.case.latest("linkage")
        assert stored is not None
        assert stored.payload is not None
        number = len(json.loads(stored.payload))
        self.made["estimate"] = canonical({"people": number, "of": stored.entry.seq})
        self.case.put("estimate", {}, self.made["estimate"], uses=["link", "statistics"])

    @precondition(lambda self: self.made.get("estimate"))
    @rule()
    def release(self) -> None:
        """What is kept of a release goes with a report: it would tell its counts to who guesses."""
        number = self.case.put("release", {"sentence": "about 100"}, self.made["estimate"]).seq
        self.case.seal_log()
        assert self.made["estimate"] is not None
        self.released.append((number, self.made["estimate"]))

    @rule()
    def close_and_open(self) -> None:
        self.case.seal_log()
        self.case.close()
        self.case = Case.open(self.folder, ME)

    @rule(number=st.integers(0, 3))
    def mistakes_change_nothing(self, number: int) -> None:
        size = sum(1 for _ in self.case.entries())
        for wrong in (
            lambda: self.case.amend("one", "nobody", {}),
            lambda: self.case.withdraw("none", "R-1"),
            lambda: self.case.undo_import(0),
            lambda: self.case.undo_decision(0),
            lambda: self.case.attach("one", "nobody", []),
        ):
            try:
                wrong()
            except UsedWrongly:
                continue
            raise AssertionError("a mistake was let pass")
        assert sum(1 for _ in self.case.entries()) == size

    @invariant()
    def what_stands_is_what_the_model_says(self) -> None:
        if not hasattr(self, "case"):
            return
        stands = {
            (one.source, one.id): (one.payload["note"], consent.uses)
            for one, consent in self.case.every_report_with_consent()
        }
        assert stands == {key: (said.note, said.uses) for key, said in self.now.items()}
        assert self.case.sources() == self.about
        assert not self.gone & stands.keys()

    @invariant()
    def decisions_are_what_the_model_says(self) -> None:
        if not hasattr(self, "case"):
            return
        expected = standing(self.words)
        assert {each.pair: each.same for each in self.case.decisions()} == expected
        assert self.case.replay().decided == expected
        assert can_be_true(expected)
        states = {n: each.standing for n, each in self.case.decision_states().items()}
        newest = {word.pair: n for n, word in sorted(self.words.items()) if not word.taken_back}
        for number, state in states.items():
            word = self.words.get(number)
            if word is None:
                assert state == "forgotten"
            elif word.taken_back:
                assert state == "taken back"
            else:
                assert state == ("stands" if newest[word.pair] == number else "replaced")
        assert self.words.keys() <= states.keys()

    @invariant()
    def what_was_made_is_there_fresh_out_of_date_or_gone(self) -> None:
        if not hasattr(self, "case"):
            return
        for kind, content in self.made.items():
            stored = self.case.latest(kind)
            assert stored is not None
            assert stored.payload == content
        linkage = self.case.latest("linkage")
        up_to_date = linkage is not None and linkage.entry.seq > self.case.last_change
        assert up_to_date == self.fresh
        for number, content in self.released:
            release = self.case.stored(number)
            assert release is not None
            assert release.payload == content

    @invariant()
    def nothing_that_opens_speaks_of_a_withdrawn_report(self) -> None:
        """Not a body, not what was sealed with it, and nothing that was made from reports."""
        if not hasattr(self, "case"):
            return
        for row in self.case._storage.entries():
            opened = self.case._entries.open(row)
            if opened is None:
                continue
            payloads = opened.payload, self.case._entries.artefact(opened)
            made = [json.loads(each) for each in payloads if each is not None]
            assert not self.gone & set(_keys_in([opened.body, *made]))

    @invariant()
    def totals_reconcile(self) -> None:
        if not hasattr(self, "case"):
            return
        for use in ("link", "statistics"):
            chosen = self.case.reports(use, TODAY)
            assert len(chosen.reports) + sum(chosen.left_out.values()) == len(self.now)
            assert len(chosen.reports) == sum(use in said.uses for said in self.now.values())

    @invariant()
    def the_log_only_grows(self) -> None:
        if not hasattr(self, "case"):
            return
        size = sum(1 for _ in self.case.entries())
        assert size >= self.size
        self.size = size

    @invariant()
    def attachments_come_back(self) -> None:
        if not hasattr(self, "case"):
            return
        held: dict[ReportKey, list[bytes]] = {}
        for each in self.case.attachments():
            target = io.BytesIO()
            self.case.put_back(each, target)
            held.setdefault((each.source, each.report), []).append(target.getvalue())
        assert held == self.files

    @invariant()
    def all_of_it_is_sound(self) -> None:
        if not hasattr(self, "case"):
            return
        self.case.seal_log()
        assert self.case.check() == ()
        assert self.case.replay() == self.case.state()


Life.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # a step costs too much to shrink
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
test_a_case_file_lived_through = Life.TestCase


def _keys_in(value: Any) -> Iterator[ReportKey]:
    """Each source and id that stand together anywhere: side by side, or as fields of one thing."""
    if isinstance(value, dict):
        for name in ("id", "report"):
            if "source" in value and name in value:
                yield value["source"], value[name]
        value = list(value.values())
    if isinstance(value, list):
        if len(value) == 2 and all(isinstance(each, str) for each in value):
            yield value[0], value[1]
        for each in value:
            yield from _keys_in(each)


def _together(case: Case, one: ReportKey, other: ReportKey) -> list[bool]:
    """Of each draw of the linkage, whether two reports are one person in it."""
    stored = case.latest("linkage")
    assert stored is not None
    assert stored.payload is not None
    result = Linkage.from_bytes(stored.payload)
    a, b = result.keys.index(one), result.keys.index(other)
    return [bool(draw[a] == draw[b]) for draw in result.labels]


@pytest.mark.sampler
@pytest.mark.usefixtures("one_alternative")
def test_a_merge_holds_in_every_draw_and_is_undone_to_the_last_byte(tmp_path: Path) -> None:
    """Linked in earnest: decided, the two are one; taken back, the draws are those of before."""
    names = ("김철수", "박영희", "최금옥", "한순남")
    with Case.create(tmp_path / "a.case", ME) as case:
        for source in ("one", "two"):
            reported = (Report(source, f"R-{n}", (Name(name),)) for n, name in enumerate(names))
            consent = Consent(frozenset({"link", "statistics"}))
            case.intake(
                source,
                {},
                [IncomingReport(each.id, each.to_payload(), consent, 2) for each in reported],
            )

        def relinked() -> bytes:
            link(case, draws=20, seed=7, on=TODAY)
            stored = case.latest("linkage")
            assert stored is not None
            assert stored.payload is not None
            return stored.payload

        pair = ("one", "R-0"), ("two", "R-1")
        before = relinked()
        assert not all(_together(case, *pair))
        merge = case.decide([ProposedDecision(2, *pair, same=True)])
        with pytest.raises(NotLinked, match="the linkage is out of date"):
            latest_linkage(case, TODAY)
        merged = relinked()
        assert merged != before
        assert all(_together(case, *pair))
        assert merge.entry is not None
        case.undo_decision(merge.entry)
        with pytest.raises(NotLinked, match="the linkage is out of date"):
            latest_linkage(case, TODAY)
        assert relinked() == before
        case.withdraw("two", "R-1")
        with pytest.raises(NotLinked, match="out of date"):
            latest_linkage(case, TODAY)
        assert pair[1] not in Linkage.from_bytes(relinked()).keys
        assert case.check() == ()
