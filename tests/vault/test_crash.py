"""Killed without warning: afterwards the case opens, checks, and holds all of a step or nothing.

A child process does one step and sends SIGKILL to itself at a stated moment: while
reports come in, before or after each file of the log is written, or after a while.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.vault.opened import entries_of, execute

from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.ingest import IncomingReport

pytestmark = pytest.mark.crash

Many = Callable[..., Iterable[IncomingReport]]

CHILD = """
import os, signal, sys, threading
from pathlib import Path
from uncounted import atomic_files
from uncounted.vault.log import public_log
from uncounted.vault.store import database
from uncounted.vault.case import Case
from uncounted.vault.reports.consent import Consent
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.ingest import IncomingReport

folder, moment, at = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
me = Identity.parse(sys.stdin.buffer.read())

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def rows(count):
    consent = Consent(frozenset({"link"}))
    return (IncomingReport(f"N-{n}", {"note": "x" * 300}, consent, n) for n in range(count))

def progress(what, done, total):
    if moment == "intake" and done >= at:
        die()

def count_down(real):
    def write(*values, **named):
        global at
        at -= 1
        if at < 0:
            die()
        done = real(*values, **named)
        if moment == "after-file" and at < 1:
            die()
        return done
    return write

if moment == "create":
    threading.Timer(at, die).start()
    Case.create(folder, me)
    die()
case = Case.open(folder, me)
if moment == "time":
    threading.Timer(at, die).start()
case.intake("new", {}, rows(3000), progress=progress)
print("kept", flush=True)
if moment in ("file", "after-file"):
    atomic_files.place = count_down(atomic_files.place)
if moment == "note":
    public_log.PublicLog._note = lambda *values: die()
case.seal_log()
print("sealed", flush=True)
if moment == "unscrubbed":
    database.Storage.scrub = lambda self: die()
    case.withdraw("new", "N-7")
if moment == "withdraw":
    case.withdraw("new", "N-7")
    print("withdrawn", flush=True)
die()
"""


def _killed(folder: Path, me: Identity, moment: str, at: float) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), moment, str(at)],
        input=me.unsafe_secret(), stdout=subprocess.PIPE, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    return done.stdout.decode().split()


def _reports_after(folder: Path, me: Identity) -> int:
    with Case.open(folder, me) as case:
        assert case.check() == ()
        new = sum(1 for source, _ in case.state().reports if source == "new")
        imports = [entry.kind for entry in case.entries()].count("import")
        assert (new > 0) is (imports == 2)
        assert len(case.leaves()) // 32 == sum(1 for _ in case.entries())
    return new


@pytest.mark.parametrize("at", [256, 1536, 3000])
def test_in_the_middle_of_an_intake_nothing_is_kept(filled: Path, me: Identity, at: int) -> None:
    assert _killed(filled, me, "intake", at) == []
    assert _reports_after(filled, me) == 0
    with Case.open(filled, me) as case:
        assert case.intake("new", {}, []).rows == 0


@pytest.mark.parametrize("moment", ["file", "after-file"])
@pytest.mark.parametrize("at", [0, 1, 11, 12, 13, 23, 24, 25, 26])
def test_in_the_middle_of_sealing_the_log_all_is_kept(
    filled: Path, me: Identity, moment: str, at: int
) -> None:
    said = _killed(filled, me, moment, at)
    assert said[0] == "kept"
    assert _reports_after(filled, me) == 3000


def test_between_the_checkpoint_and_the_note_of_it(filled: Path, me: Identity) -> None:
    assert _killed(filled, me, "note", 0) == ["kept"]
    assert _reports_after(filled, me) == 3000


@pytest.mark.parametrize("at", [0.0, 0.02, 0.1, 0.2, 0.3, 0.5])
def test_at_some_moment_or_other(filled: Path, me: Identity, at: float) -> None:
    kept = "kept" in _killed(filled, me, "time", at)
    found = _reports_after(filled, me)
    assert found in (0, 3000)
    assert found == 3000 or not kept


def test_after_a_withdrawal_the_report_is_gone(filled: Path, me: Identity) -> None:
    assert _killed(filled, me, "withdraw", 0) == ["kept", "sealed", "withdrawn"]
    assert _reports_after(filled, me) == 2999


def test_a_withdrawal_that_was_cut_short_is_finished_at_the_next_opening(
    filled: Path, me: Identity
) -> None:
    assert _killed(filled, me, "unscrubbed", 0) == ["kept", "sealed"]
    Case.open(filled, me).close()
    with entries_of(filled, me) as entries:
        assert not entries.storage.must_scrub()
    assert execute(filled, me, "PRAGMA freelist_count") == [(0,)]
    assert _reports_after(filled, me) == 2999


@pytest.mark.parametrize("at", [0.0, 0.003, 0.006, 0.01, 1.0])
def test_a_creation_is_whole_or_says_that_it_is_not(
    tmp_path: Path, me: Identity, at: float
) -> None:
    from uncounted.errors import NotACase

    folder = tmp_path / "case"
    _killed(folder, me, "create", at)
    if (folder / "case.json").exists():
        with Case.open(folder, me) as case:
            assert case.check() == ()
        return
    with pytest.raises(NotACase, match=r"no such folder|case\.json is missing"):
        Case.open(folder, me)


def test_a_journal_left_behind_is_encrypted_and_a_cut_in_it_loses_only_the_last_step(
    tmp_path: Path, filled: Path, me: Identity
) -> None:
    """A crash leaves `case.db-wal`; whoever cuts it before the checkpoint undoes one step."""
    # At the checkpoint: full tiles are there already that the cut database knows nothing of.
    assert _killed(filled, me, "file", 25) == ["kept"]
    journal = filled / "case.db-wal"
    content = journal.read_bytes()
    assert len(content) > 1_000_000
    assert b"x" * 20 not in content
    for size in (0, 32, len(content) // 2, len(content) - 1):
        copy = shutil.copytree(filled, tmp_path / f"copy-{size}")
        (copy / "case.db-wal").write_bytes(content[:size])
        assert _reports_after(copy, me) in (0, 3000)
        with Case.open(copy, me) as case:
            case.put("release", {"title": "after the cut"}, b"manifest")
        with Case.open(copy, me) as case:
            assert case.check() == ()
