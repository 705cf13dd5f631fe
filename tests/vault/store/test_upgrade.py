"""Case files of earlier schemas become this one: nothing is lost, and what must go goes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests import naive_case
from tests.vault.opened import execute

from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.decisions import ProposedDecision

VECTORS = Path(__file__).parents[2] / "vectors"


def _copy(name: str, to: Path) -> tuple[Path, Identity]:
    folder = Path(shutil.copytree(VECTORS / name / "case", to / name))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder, Identity.parse((VECTORS / name / "identity.json").read_bytes())


@pytest.mark.parametrize("name", ["case-1", "case-3", "case-3-later"])
def test_a_case_file_of_an_earlier_schema_opens_and_keeps_everything(
    name: str, tmp_path: Path
) -> None:
    folder, me = _copy(name, tmp_path)
    before = naive_case.read(folder, json.loads((VECTORS / name / "identity.json").read_bytes()))
    for upgraded in (True, False):
        with Case.open(folder, me) as case:
            assert case.upgraded is upgraded
            assert case.check() == ()
            held = {(each.source, each.id): each.seq for each in case.state().reports.values()}
            assert held == before.reports
            assert len(list(case.every_report())) == len(before.reports)
            assert [(e.seq, e.kind) for e in case.entries()] == [
                (e.seq, e.kind) for e in before.entries
            ]
    assert execute(folder, me, "PRAGMA user_version") == [(4,)]


@pytest.mark.parametrize("name", ["case-1", "case-3", "case-3-later"])
def test_an_upgraded_case_file_takes_decisions(name: str, tmp_path: Path) -> None:
    folder, me = _copy(name, tmp_path)
    with Case.open(folder, me) as case:
        one, other, *_ = sorted((each.source, each.id) for each in case.every_report())
        assert case.decide([ProposedDecision(2, one, other, same=False)]).new == 1
        assert case.check() == ()


def test_what_was_kept_of_a_release_before_a_withdrawal_goes(tmp_path: Path) -> None:
    """Programs of schema 3 left the MAC of a release's counts when a report was withdrawn."""
    folder, me = _copy("case-3-later", tmp_path)
    with Case.open(folder, me) as case:
        release = case.latest("release")
        assert release is not None
        assert release.payload is None
        assert release.body["title"] == "first"
        assert case.check() == ()
    assert execute(folder, me, "PRAGMA freelist_count") == [(0,)]
    assert execute(folder, me, "SELECT count(*) FROM meta WHERE name = 'unscrubbed'") == [(0,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.store import database

vector, into = Path(sys.argv[1]), Path(sys.argv[2])
me = Identity.parse((vector / "identity.json").read_bytes())

def counted(real):
    def method(*values, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*values, **named)
    return method

for name in ("_run", "_many", "fold", "overwrite_deleted"):
    setattr(database.Storage, name, counted(getattr(database.Storage, name)))
at = 0
for folder in sorted(into.iterdir()):
    child = os.fork()
    if child == 0:
        left = at
        Case.open(folder, me).close()
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    at += 1
print(at)
"""


@pytest.mark.crash
def test_an_upgrade_that_is_killed_at_any_moment_is_done_at_the_next_opening(
    tmp_path: Path,
) -> None:
    for number in range(60):
        _copy("case-3-later", tmp_path / f"{number:02}")
    folders = tmp_path / "all"
    folders.mkdir()
    for number in range(60):
        (tmp_path / f"{number:02}" / "case-3-later").rename(folders / f"{number:02}")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(VECTORS / "case-3-later"), str(folders)],
        stdout=subprocess.PIPE,
        check=True,
        timeout=300,
    )
    moments = int(done.stdout)
    assert 10 < moments < 59
    me = Identity.parse((VECTORS / "case-3-later" / "identity.json").read_bytes())
    for folder in sorted(folders.iterdir())[: moments + 1]:
        with Case.open(folder, me) as case:
            assert case.check() == ()
            assert len(list(case.every_report())) == 300
            assert (release := case.latest("release")) is not None
            assert release.payload is None
