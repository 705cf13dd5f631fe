"""The case file as a folder: who may open it, what is kept, what is forgotten."""

from __future__ import annotations

import datetime
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.vault.opened import entries_of, execute

from uncounted.errors import (
    AlreadyThere,
    BadInput,
    CaseBusy,
    Damaged,
    NoAccess,
    NoSpace,
    NotACase,
    UsedWrongly,
)
from uncounted.vault.case import Case, Member
from uncounted.vault.keys import grants
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import RejectedRow
from uncounted.vault.store.lock import Lock

Maker = Callable[..., IncomingReport]
Many = Callable[..., Iterable[IncomingReport]]
DAY = datetime.date(2026, 11, 24)


def test_what_was_put_is_there_after_opening_again(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    with Case.create(tmp_path / "case", me) as case:
        case_id = case.id
        case.intake("one", {"collector": "c"}, many(3))
        case.put("linkage", {"draws": 200}, b"first", ["link"])
        case.put("linkage", {"draws": 300}, b"second", ["link"])
        given = case.commit_to(b"table")
    with Case.open(tmp_path / "case", me) as case:
        stored = case.latest("linkage")
        assert stored is not None
        assert (stored.payload, stored.body["draws"], stored.body["uses"]) == (
            b"second", 300, ["link"],
        )  # fmt: skip
        assert case.latest("estimate") is None
        assert case.id == Case.id_of(tmp_path / "case") == case_id
        assert case.members == (Member(me.recipient, me.vkey),)
        assert [entry.kind for entry in case.entries()] == [
            "create", "report", "report", "report", "import", "linkage", "linkage", "commitment",
        ]  # fmt: skip
        assert {entry.by for entry in case.entries()} == {me.vkey}
        assert case.last_change == 3
        assert case.opens(given, b"table")
        assert not case.opens(given, b"Table")
        assert not case.opens("00" * 32, b"table")
        assert case.check() == ()


def test_two_commitments_to_one_value_share_nothing(case: Case) -> None:
    assert case.commit_to(b"table") != case.commit_to(b"table")


@pytest.mark.parametrize("kind", ["report", "import", "create", "withdrawal", "", "A", "x" * 41])
def test_an_artefact_may_not_pass_for_what_the_case_writes(case: Case, kind: str) -> None:
    with pytest.raises(UsedWrongly, match="is no kind of artefact"):
        case.put(kind, {})


def test_a_body_that_is_no_json_keeps_nothing(case: Case) -> None:
    with pytest.raises(BadInput, match="no canonical JSON form"):
        case.put("estimate", {"n": float("nan")})
    assert [entry.kind for entry in case.entries()] == ["create"]


def test_when_is_what_the_clock_says_in_utc(tmp_path: Path, me: Identity) -> None:
    seoul = datetime.timezone(datetime.timedelta(0))
    clock = iter(datetime.datetime(2026, 1, day, 9, 30, tzinfo=seoul) for day in (3, 2))
    with Case.create(tmp_path / "case", me, clock=lambda: next(clock)) as case:
        case.put("estimate", {})
        assert [entry.when for entry in case.entries()] == [
            "2026-01-03T09:30:00Z",
            "2026-01-02T09:30:00Z",
        ]


# --- withdrawal ----------------------------------------------------------------------------


def test_a_withdrawn_report_is_gone_and_stays_gone(case: Case, make: Maker) -> None:
    case.intake("one", {}, [make(1), make(2)])
    case.intake("one", {}, [make(1, note="changed")])
    case.put("linkage", {"draws": 1}, b"draws", ["link"])
    case.put("release", {"title": "t"}, b"manifest")
    given = case.commit_to(b"table")

    case.withdraw("one", "R-1")

    assert [report.id for report in case.reports("link", DAY).reports] == ["R-2"]
    again = case.intake("one", {}, [make(1), make(2), make(1, note="changed")])
    assert (again.rejected, again.unchanged, again.created) == (2, 1, 0)
    assert again.rejects is not None
    assert case.rejects(again.rejects) == [RejectedRow(3, ("withdrawn",))] * 2
    linkage, release = case.latest("linkage"), case.latest("release")
    assert linkage is not None
    assert release is not None
    assert (linkage.payload, release.payload) == (None, None)
    assert not case.opens(given, b"table")
    assert case.last_change > linkage.entry.seq
    case.seal_log()
    assert case.check() == ()
    assert case.replay() == case.state()


def test_every_version_of_a_withdrawn_report_loses_its_key(
    tmp_path: Path, me: Identity, make: Maker
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.intake("one", {}, [make(1)])
        case.intake("one", {}, [make(1, note="changed")])
        case.withdraw("one", "R-1")
        assert (folder / "case.db-wal").stat().st_size == 0
    with entries_of(folder, me) as entries:
        rows = [row for row in entries.storage.entries() if row.kind == "report"]
        assert entries.storage._one("PRAGMA secure_delete") == (1,)
    assert [row.sealed for row in rows] == [None, None]
    assert all(len(row.leaf) == 32 for row in rows)


def test_the_same_id_of_another_source_stays(case: Case, make: Maker) -> None:
    case.intake("one", {}, [make(1)])
    case.intake("two", {}, [make(1)])
    case.withdraw("one", "R-1")
    assert [report.source for report in case.reports("link", DAY).reports] == ["two"]
    assert case.intake("two", {}, [make(1)]).unchanged == 1


def test_withdrawing_what_is_not_there(case: Case, make: Maker) -> None:
    with pytest.raises(UsedWrongly, match="no such report") as caught:
        case.withdraw("one", "R-1")
    assert "R-1" not in str(caught.value)
    case.intake("one", {}, [make(1)])
    case.withdraw("one", "R-1")
    with pytest.raises(UsedWrongly, match="no such report") as caught:
        case.withdraw("one", "R-1")
    assert caught.value.hint == "it may have been withdrawn already"


# --- opening -------------------------------------------------------------------------------


def test_what_is_not_a_case(tmp_path: Path, me: Identity) -> None:
    with pytest.raises(NotACase, match="no such folder"):
        Case.open(tmp_path / "nowhere", me)
    with pytest.raises(NotACase, match=r"case\.json is missing"):
        Case.open(tmp_path, me)
    (tmp_path / "case.json").write_text('{"format": "other", "version": 1, "id": "x"}')
    with pytest.raises(NotACase, match="not that of a case file"):
        Case.open(tmp_path, me)
    (tmp_path / "case.json").write_text("[]")
    with pytest.raises(NotACase, match="not that of a case file"):
        Case.id_of(tmp_path)


def test_a_newer_version_is_reported(filled: Path, me: Identity) -> None:
    mark = json.loads((filled / "case.json").read_text())
    (filled / "case.json").write_text(json.dumps({**mark, "version": 2}))
    with pytest.raises(NotACase, match="format 2, this program supports 1"):
        Case.open(filled, me)


def test_a_newer_schema_is_reported(filled: Path, me: Identity) -> None:
    execute(filled, me, "PRAGMA user_version = 5")
    with pytest.raises(NotACase, match="version 5, this program supports 4"):
        Case.open(filled, me)


@pytest.mark.parametrize("name", ["case.db", "members"])
def test_missing_parts_are_named(filled: Path, me: Identity, name: str) -> None:
    path = filled / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    with pytest.raises(NotACase, match=name):
        Case.open(filled, me)


def test_a_stranger_has_no_access(filled: Path, stranger: Identity) -> None:
    with pytest.raises(NoAccess, match="not a member"):
        Case.open(filled, stranger)


def give(folder: Path, grant: grants.Grant, recipient: str, by: Identity) -> None:
    sealed = grants.seal(grant.case_id, grant.case_key, recipient, by, grant.epoch)
    grants.put(folder, recipient, grant.epoch, sealed)


def test_a_key_does_not_make_a_member(filled: Path, me: Identity, stranger: Identity) -> None:
    (grant,) = grants.grants(filled, me)
    give(filled, grant, stranger.recipient, me)
    with pytest.raises(NoAccess, match="not a member"):
        Case.open(filled, stranger)
    with Case.open(filled, me) as case:
        assert case.check() == ()


def test_a_key_given_by_a_stranger_is_refused(
    filled: Path, me: Identity, stranger: Identity
) -> None:
    (grant,) = grants.grants(filled, me)
    next(filled.glob("members/*")).unlink()
    give(filled, grant, me.recipient, stranger)
    with pytest.raises(Damaged, match="given by someone who is not a member"):
        Case.open(filled, me)


def test_a_key_of_another_recipient_is_refused(
    filled: Path, me: Identity, stranger: Identity
) -> None:
    (grant,) = grants.grants(filled, me)
    mine = next(filled.glob("members/*"))
    give(filled, grant, stranger.recipient, me)
    other = next(path for path in filled.glob("members/*") if path != mine)
    shutil.move(mine, other)
    with pytest.raises(Damaged, match="changed or truncated"):
        Case.open(filled, stranger)


def test_not_a_recipient(me: Identity) -> None:
    with pytest.raises(BadInput, match="not an age recipient"):
        grants.seal("0" * 32, bytes(32), "age1nobody", me)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, me: Identity) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(AlreadyThere, match="not empty"):
        Case.create(tmp_path, me)
    with pytest.raises(AlreadyThere, match="not empty"):
        Case.create(tmp_path / "notes.txt", me)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("there", [True, False])
def test_a_creation_that_fails_leaves_nothing(
    tmp_path: Path, me: Identity, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    folder = tmp_path / "case"
    if there:
        folder.mkdir()

    def stop(*values: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(grants, "put", stop)
    with pytest.raises(KeyboardInterrupt):
        Case.create(folder, me)
    assert folder.exists() is there
    assert list(tmp_path.rglob("*")) == ([folder] if there else [])


# --- two at once, no room ------------------------------------------------------------------


def test_the_second_is_reported_who_is_at_work(filled: Path, me: Identity) -> None:
    with Case.open(filled, me):
        started = time.monotonic()
        with pytest.raises(CaseBusy, match=f"process {os.getpid()} on "):
            Case.open(filled, me, wait=0.2)
        assert time.monotonic() - started >= 0.2
    Case.open(filled, me).close()


def test_the_lock_is_released_with_the_process_that_held_it(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, os, signal; from uncounted.vault.store.lock import Lock\n"
        "held = Lock(pathlib.Path(sys.argv[1])); print('held', flush=True); signal.pause()"
    )
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CaseBusy, match=f"process {other.pid} on "):
            Lock(path)
        other.kill()
    Lock(path).release()


def test_a_full_database_keeps_nothing(tmp_path: Path, me: Identity, many: Many) -> None:
    with Case.create(tmp_path / "case", me) as case:
        case.intake("one", {}, many(10))
        case._storage._run("PRAGMA max_page_count = 60")
        with pytest.raises(NoSpace, match="disk is full"):
            case.intake("two", {}, many(2000))
        assert len(case.state().reports) == 10
        assert case.check() == ()


def test_a_full_disk_keeps_nothing(tmp_path: Path, me: Identity, many: Many) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Case.create(tmp_path / "case", me) as case:
        case.intake("one", {}, many(10))
        before = case.state()
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
        try:
            with pytest.raises(NoSpace, match="disk is full"):
                case.intake("two", {}, many(20_000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert case.state() == before
        assert case.intake("two", {}, many(20)).created == 20
    with Case.open(tmp_path / "case", me) as case:
        assert case.check() == ()


def test_no_room_for_the_log_is_mended_at_the_next_opening(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    folder = tmp_path / "case"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    case = Case.create(folder, me)
    case.intake("one", {}, many(100))
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(NoSpace, match="disk is full"):
            case.seal_log()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    case.close()
    with Case.open(folder, me) as case:
        assert case.check() == ()
        assert case.proof(50)


def test_no_room_for_a_case_file_leaves_nothing(tmp_path: Path, me: Identity) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        with pytest.raises(NoSpace):
            Case.create(tmp_path / "case", me)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [-(2**70), -1, 999, 2**63, 2**70])
def test_an_entry_that_cannot_be_is_none(case: Case, number: int) -> None:
    """Whoever types a number too many is told so, however long it is."""
    assert case.entry(number) is None
    assert case.stored(number) is None
    with pytest.raises(UsedWrongly, match=f"entry {number} is neither an import nor a decision"):
        case.undo_import(number)
    with pytest.raises(UsedWrongly, match=f"entry {number} is not a decision"):
        case.undo_decision(number)
    with pytest.raises(UsedWrongly, match="no such list of rejected rows"):
        case.rejects(f"rejects-{number}")
    with pytest.raises(UsedWrongly, match=f"no entry {number} can be opened"):
        case.opening(number)


def test_half_a_character_is_no_name_and_nothing_is_kept(case: Case, make: Maker) -> None:
    wrong = "R-\udcff"  # what Python makes of an argument that is not UTF-8
    case.intake("one", {}, [make(1)])
    before = case.state()
    for tried in (
        lambda: case.intake("one", {}, [make(2), IncomingReport(wrong, {}, Consent(), 3)]),
        lambda: case.intake(wrong, {}, [make(2)]),
        lambda: case.withdraw("one", wrong),
        lambda: case.withdraw(wrong, "R-1"),
        lambda: case.amend("one", wrong, {}),
        lambda: case.history("one", wrong),
        lambda: case.decide([ProposedDecision(2, ("one", wrong), ("one", "R-1"), same=True)]),
    ):
        with pytest.raises(BadInput, match="is not valid text"):
            tried()
    assert case.state() == before
