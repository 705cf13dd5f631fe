"""`init`, `import`, `estimate` and `verify` on a Python that lacks what Windows lacks.

`without_posix/sitecustomize.py` takes it away before the program starts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.light_identity import seal_lightly

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
PASSPHRASE = "nobody in here exists"

pytestmark = pytest.mark.process


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(HERE / "without_posix"),
        "UNCOUNTED_HOME": str(folder / "identity"),
        "UNCOUNTED_PASSPHRASE": PASSPHRASE,
        "LANG": "C.UTF-8",
    }


def uncounted(folder: Path, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "uncounted", *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    assert done.returncode == status, done.stderr
    assert "defect" not in done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an identity and a case file that holds one list."""
    made = tmp_path_factory.mktemp("windows")
    uncounted(made, "init", "returns.case")
    seal_lightly(made / "identity", PASSPHRASE)
    lines = (EXAMPLES / "returns" / "Panel.csv").read_text("utf-8").splitlines(keepends=True)
    (made / "Panel.csv").write_text("".join(lines[:40]), "utf-8")
    mapping = str(EXAMPLES / "returns" / "Panel.toml")
    taken = uncounted(
        made, "import", "returns.case", "Panel.csv", "--source", "Panel", "--mapping", mapping
    )
    assert "39" in taken.stdout
    return made


def test_the_names_are_gone(folder: Path) -> None:
    program = "import os, signal; os.fork; print('there')"
    for each in (program, "import fcntl", "import os; os.O_NOFOLLOW", "import os; os.uname"):
        done = subprocess.run(
            [sys.executable, "-c", each], env=environment(folder), capture_output=True, check=False
        )
        assert done.returncode == 1
        assert re.search(rb"AttributeError|ModuleNotFoundError", done.stderr)


def test_a_case_file_is_made_filled_checked_and_exported(folder: Path) -> None:
    assert "OK: no errors found" in uncounted(folder, "check", "returns.case").stdout
    uncounted(folder, "rotate", "returns.case")
    uncounted(folder, "export", "returns.case", "--format", "json", "--out", "export")
    assert len(json.loads((folder / "export" / "reports.json").read_text("utf-8"))["reports"]) > 30
    left = [path.name for path in folder.rglob(".*") if path.name != ".gitignore"]
    assert left == []


def test_a_second_process_is_refused_while_the_first_is_at_work(folder: Path) -> None:
    program = (
        "import pathlib, sys; from uncounted.vault.store.lock import Lock\n"
        "lock = Lock(pathlib.Path('returns.case/lock')); print('held', flush=True)\n"
        "sys.stdin.read()"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        refused = uncounted(folder, "check", "returns.case", status=1)
        assert f"another process is working on the case file (process {first.pid} on " in (
            refused.stderr
        )
        first.kill()
    uncounted(folder, "check", "returns.case")


def test_estimate_and_verify(folder: Path) -> None:
    estimated = uncounted(
        folder, "estimate", str(EXAMPLES / "kosovo.csv"), "--method", "independence", "--json"
    )
    assert json.loads(estimated.stdout)["observed"] == 4400
    release = Path(shutil.copytree(HERE / "vectors" / "proof" / "release", folder / "release"))
    verified = uncounted(folder, "verify", "release", "--any-signer").stdout
    assert "Verified: release is complete and unchanged" in verified
    (release / "log-leaves").rename(folder / "log-leaves")
    (release / "log-leaves").symlink_to(folder / "log-leaves")
    uncounted(folder, "verify", "release", "--any-signer", status=1)
