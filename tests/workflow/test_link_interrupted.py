"""A linkage that was interrupted goes on where it stood, and gives the same draws, bit for bit."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import click
import numpy as np
import pytest

from uncounted.cli import custody as custody_cli
from uncounted.cli import pipeline as cli
from uncounted.errors import NoSpace, NotLinkable, UsedWrongly
from uncounted.linkage import Linkage, mcmc, prior_sensitivity
from uncounted.linkage.checkpoints import Checkpoints
from uncounted.records.intake import rows
from uncounted.records.intake.mapping import Mapping
from uncounted.records.report import Report
from uncounted.records.tabular.open_table import open_table
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.unfinished import UnfinishedWork
from uncounted.workflow import custody
from uncounted.workflow.link import LinkSummary, link
from uncounted.workflow.linkages import progress
from uncounted.workflow.linkages.progress import LinkProgress

RETURNS = Path(__file__).parents[2] / "examples" / "returns"
DAY = dt.date(2026, 11, 30)
BOTH = Consent({"link", "statistics"})
STAGES = ["pairs", "draws-0", "alternative-0", "alternative-1"]
ALL_WORDS = "names and pairs, sampling, 2 alternative linkages"


@attrs.frozen
class Interrupted:
    """A case file that was linked to the end, and copies of it as each stage had just been kept."""

    identity: Identity
    whole: bytes
    copies: dict[str, Path]
    ids: list[tuple[str, str]]

    def opened(self, stage: str, to: Path) -> Case:
        """A copy as it is on the disk after a kill: nothing was closed."""
        shutil.copytree(self.copies[stage], to / "a.case")
        return Case.open(to / "a.case", self.identity)


def _incoming(name: str) -> Iterator[IncomingReport]:
    mapping = Mapping.parse(RETURNS / f"{name}.toml")
    for row in rows.read_table(open_table(RETURNS / f"{name}.csv"), mapping, name):
        if isinstance(row, rows.Accepted):
            yield IncomingReport(row.report.id, row.report.to_payload(), BOTH, row.row)


@pytest.fixture(scope="module")
def few() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress, "FEW", 10)
        two = prior_sensitivity.grid_cells("overlap-table")[-2:]
        patch.setattr(prior_sensitivity, "grid_cells", lambda *_: two)
        brief = mcmc.Run(chains=2, warm_up=30, length=20, rounds=1, ess=0.0, refuse=np.inf)
        patch.setattr(mcmc, "usual_run", lambda *_: brief)
        patch.setattr(prior_sensitivity, "RUN", brief)
        yield


@pytest.fixture(scope="module")
def interrupted(few: None, tmp_path_factory: pytest.TempPathFactory) -> Interrupted:
    folder, identity = tmp_path_factory.mktemp("linked"), Identity.generate()
    copies = dict[str, Path]()
    with Case.create(folder / "a.case", identity) as case, pytest.MonkeyPatch.context() as patch:
        for name in ("OpenDoor", "Panel"):
            case.intake(name, {}, list(_incoming(name))[::12])
        save = UnfinishedWork.save

        def saved(self: UnfinishedWork, stage: str, content: bytes) -> None:
            save(self, stage, content)
            copies[stage] = folder / f"{stage}.case"
            shutil.copytree(case.folder, copies[stage])

        patch.setattr(UnfinishedWork, "save", saved)
        done = _link(case)
        ids = [(each.source, each.id) for each in case.every_report()]
        assert (done.continued, done.not_kept) == (None, None)
        assert _files(case) == []
        return Interrupted(identity, _payload(case), copies, ids)


def _link(case: Case, *, seed: int = 1) -> LinkSummary:
    return link(case, draws=12, seed=seed, on=DAY)


def _payload(case: Case) -> bytes:
    found = next(iter(case.artefacts("linkage"))).payload
    assert found is not None
    return found


def _files(case: Case) -> list[str]:
    return [path.name for path in case.folder.glob("attachments/*")]


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("pairs", "names and pairs"),
        ("draws-0", "names and pairs, sampling"),
        ("alternative-0", "names and pairs, sampling, 1 alternative linkage"),
        ("alternative-1", ALL_WORDS),
    ],
)
def test_after_each_stage_it_goes_on_and_gives_the_same_bytes(
    interrupted: Interrupted, tmp_path: Path, stage: str, words: str
) -> None:
    assert list(interrupted.copies) == STAGES
    with interrupted.opened(stage, tmp_path) as case:
        checked = custody.check(case, ())
        assert (checked.errors, checked.interrupted) == ((), STAGES.index(stage) + 1)
        done = _link(case)
        assert (done.continued, done.not_kept) == (words, None)
        assert _payload(case) == interrupted.whole
        assert _files(case) == []
        assert case.check() == ()
        kinds = [entry.kind for entry in case.entries() if entry.kind != "report"]
    assert kinds == ["create", "import", "import", "linkage", "person-ids"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Which stages a linkage finds, instead of linking."""
    found = dict[str, bool]()

    def linked(reports: list[Report], *, checkpoints: Checkpoints, **_: object) -> Linkage:
        found.update({stage: checkpoints.load(stage) is not None for stage in STAGES})
        keys = tuple((each.source, each.id) for each in reports)
        return Linkage(keys, np.zeros((1, len(keys)), np.int32))

    monkeypatch.setattr("uncounted.linkage.link", linked)
    return found


def _decided(case: Case, ids: list[tuple[str, str]]) -> None:
    case.decide([ProposedDecision(2, ids[0], ids[1], same=False)])


def _amended(case: Case, ids: list[tuple[str, str]]) -> None:
    payload = next(each.payload for each in case.every_report() if (each.source, each.id) == ids[0])
    case.amend(*ids[0], {**payload, "note": "another word"})


def _not_agreed(case: Case, ids: list[tuple[str, str]]) -> None:
    case.set_consent(*ids[0], Consent({"statistics"}))


def _stated(case: Case, ids: list[tuple[str, str]]) -> None:
    case.intake(ids[0][0], {"languages": ["korean"]}, [])


@pytest.mark.parametrize("change", [_decided, _amended, _not_agreed, _stated, None])
def test_a_linkage_of_anything_else_begins_anew_and_deletes_what_was_kept(
    interrupted: Interrupted,
    asked: dict[str, bool],
    tmp_path: Path,
    change: Callable[[Case, list[tuple[str, str]]], None] | None,
) -> None:
    with interrupted.opened("alternative-1", tmp_path) as case:
        if change is None:
            done = _link(case, seed=2)
        else:
            change(case, interrupted.ids)
            assert len(_files(case)) == len(STAGES)
            done = _link(case)
        assert not any(asked.values())
        assert (done.continued, done.not_kept) == (None, None)
        assert _files(case) == []


def test_another_version_of_the_program_begins_anew(
    interrupted: Interrupted,
    asked: dict[str, bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with interrupted.opened("pairs", tmp_path) as case:
        monkeypatch.setattr(progress, "_program", lambda: ["9.9"])
        _link(case)
    assert not any(asked.values())


@pytest.mark.parametrize("way", ["withdrawn", "undone"])
def test_what_was_kept_goes_with_a_report(
    interrupted: Interrupted, asked: dict[str, bool], tmp_path: Path, way: str
) -> None:
    with interrupted.opened("draws-0", tmp_path) as case:
        assert len(_files(case)) == 2
        if way == "withdrawn":
            custody.withdraw(case, *interrupted.ids[0])
        else:
            case.undo_import(next(e.seq for e in case.entries() if e.kind == "import"))
        assert _files(case) == []
        assert b"unfinished" not in _meta(case)
        assert case.check() == ()
        assert _link(case).continued is None
    assert not any(asked.values())


def _meta(case: Case) -> set[bytes]:
    return {name.encode() for (name,) in case._storage._rows("SELECT name FROM meta")}


def test_a_damaged_stage_is_made_again(interrupted: Interrupted, tmp_path: Path) -> None:
    with interrupted.opened("alternative-1", tmp_path) as case:
        largest = max(case.folder.glob("attachments/*"), key=lambda path: path.stat().st_size)
        content = bytearray(largest.read_bytes())
        content[len(content) // 2] ^= 1
        largest.write_bytes(content)
        done = _link(case)
        assert done.continued == "sampling, 2 alternative linkages"
        assert done.not_kept == progress.DAMAGED
        assert _payload(case) == interrupted.whole
        assert case.check() == ()


def test_a_stage_that_holds_something_else_is_made_again(
    interrupted: Interrupted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = UnfinishedWork.load
    other = {"alternative-0": "alternative-1", "alternative-1": "draws-0"}
    monkeypatch.setattr(
        UnfinishedWork, "load", lambda self, stage: load(self, other.get(str(stage), str(stage)))
    )
    with interrupted.opened("alternative-1", tmp_path) as case:
        done = _link(case)
        assert (done.continued, done.not_kept) == ("names and pairs, sampling", progress.DAMAGED)
        assert _payload(case) == interrupted.whole


@pytest.mark.parametrize("error", [NoSpace, UsedWrongly])
def test_without_room_for_stages_the_linkage_is_made_all_the_same(
    interrupted: Interrupted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[NoSpace | UsedWrongly],
) -> None:
    def no_room(self: UnfinishedWork, stage: str, content: bytes) -> None:
        raise error("no room", hint="none")

    monkeypatch.setattr(UnfinishedWork, "save", no_room)
    with interrupted.opened("draws-0", tmp_path) as case:
        done = _link(case)
        assert (done.continued, done.not_kept) == ("names and pairs, sampling", progress.NO_ROOM)
        assert _payload(case) == interrupted.whole
        assert _files(case) == []


def test_of_few_reports_and_of_a_linkage_that_is_refused_nothing_is_kept(
    interrupted: Interrupted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> Linkage:
        raise NotLinkable("these reports say nothing", hint="none")

    monkeypatch.setattr("uncounted.linkage.link", refused)
    with interrupted.opened("pairs", tmp_path) as case:
        with pytest.raises(NotLinkable, match="these reports say nothing"):
            _link(case)
        assert _files(case) == []
    monkeypatch.setattr(progress, "FEW", 10_000)
    kept = LinkProgress(case, progress.hash_of([]))
    assert not kept.keeps


def test_what_the_command_prints(
    interrupted: Interrupted, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with interrupted.opened("alternative-1", tmp_path) as case:
        checked = custody.check(case, ())
        done = attrs.evolve(_link(case), not_kept=progress.NO_ROOM)
    with click.Context(click.Command("link"), info_name="link") as context:
        context.params["case"] = "a.case"
        custody_cli._checked(checked)
        cli._linked(done)
    said = " ".join(capsys.readouterr().out.split())
    assert f"continued a linkage that was interrupted ({ALL_WORDS}: done)" in said
    assert f"note {progress.NO_ROOM}" in said
    assert "A linkage was interrupted: 4 files in attachments/, which uncounted link" in said
