"""A case file lived through: whatever is done in whatever order, the promises hold.

A model in a few dictionaries does beside the case file what people may do with it, and
after every step the two must agree: what was withdrawn never appears again, rows add up,
an import taken back leaves things as they were, a log only grows, and all of it is sound.
"""

from __future__ import annotations

import datetime
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

import attrs
import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from uncounted.errors import UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.consent import Consent
from uncounted.vault.identity import Identity
from uncounted.vault.intake import Incoming

ME = Identity.generate()
TODAY = datetime.date(2026, 11, 24)
sources = st.sampled_from(["one", "두 번째"])
ids = st.sampled_from([f"R-{n}" for n in range(6)])
notes = st.sampled_from(["a", "b", "철수"])
uses = st.frozensets(st.sampled_from(["link", "statistics"]))
rows = st.lists(st.tuples(ids, notes, uses), max_size=6)

type Key = tuple[str, str]


@attrs.frozen
class Said:
    """What the model knows of a report."""

    note: str
    uses: frozenset[str]
    sent: tuple[str, frozenset[str]]
    decided: frozenset[str] | None = None
    amended: bool = False


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "a.case"
        self.now: dict[Key, Said] = {}
        # Of each report its versions, oldest first, and the import that brought it (None: made
        # here); of each import that stands its source and what it said of it.
        self.versions: dict[Key, list[tuple[int | None, Said]]] = {}
        self.imports: dict[int, tuple[str, Any]] = {}
        self.undone: set[int] = set()
        self.about: dict[str, Any] = {}
        self.gone: set[Key] = set()
        self.files: dict[Key, list[bytes]] = {}
        self.size = 0

    @initialize()
    def begin(self) -> None:
        self.case = Case.create(self.folder, ME)

    def teardown(self) -> None:
        if hasattr(self, "case"):
            self.case.close()
        shutil.rmtree(self.folder.parent, ignore_errors=True)

    @rule(source=sources, rows=rows, collector=st.sampled_from([None, "A"]))
    def take_in(self, source: str, rows: list[Any], collector: str | None) -> None:
        incoming = [
            Incoming(id_, {"note": note}, Consent(use), row)
            for row, (id_, note, use) in enumerate(rows)
        ]
        done = self.case.intake(source, {"collector": collector}, incoming)
        assert done.rows == len(rows)
        assert done.rows == done.created + done.updated + done.unchanged + done.rejected
        earlier = set[Key]()
        changed = list[Key]()
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
            self.now[key] = Said(note, kept, (note, use), decided)
            changed.append(key)
        assert counts == {name: getattr(done, name) for name in counts}
        for key in changed:
            self.versions.setdefault(key, []).append((done.entry, self.now[key]))
        self.about[source] = {"collector": collector}
        self.imports[done.entry] = (source, self.about[source])

    @precondition(lambda self: self.now)
    @rule(data=st.data(), note=notes)
    def amend(self, data: st.DataObject, note: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.now)))
        self.case.amend(*key, {"note": note})
        self.now[key] = attrs.evolve(self.now[key], note=note, amended=True)
        self.versions[key].append((None, self.now[key]))

    @precondition(lambda self: self.now)
    @rule(data=st.data(), use=uses)
    def decide_consent(self, data: st.DataObject, use: frozenset[str]) -> None:
        key = data.draw(st.sampled_from(sorted(self.now)))
        self.case.set_consent(*key, Consent(use))
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
        stored = self.case.latest("linkage")
        assert stored is None or stored.payload is None

    @precondition(lambda self: self.imports)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Any import that stands: what it brought falls back, unless it was changed since."""
        number = data.draw(st.sampled_from(sorted(self.imports)))
        source, _ = self.imports.pop(number)
        self.undone.add(number)
        _, done = self.case.take_back(number)
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
        others = {seq: about for seq, (of, about) in self.imports.items() if of == source}
        if others:
            self.about[source] = others[max(others)]
        elif all(of != source for of, _ in self.now):
            self.about.pop(source, None)

    @rule()
    def link(self) -> None:
        self.case.put("linkage", {}, b"who is who", uses=["link"])

    @rule()
    def release(self) -> None:
        self.case.put("release", {"sentence": "about 100"})
        self.case.seal_log()

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
            lambda: self.case.take_back(0),
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
        held: dict[Key, list[bytes]] = {}
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
