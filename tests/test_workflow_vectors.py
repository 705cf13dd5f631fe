"""What an earlier day's program made opens, verifies and comes back unchanged.

`tests/vectors/workflow-1` was made once, by commit f29a861: its README says what is in it. Here it
is read through the command line, so that no move or new name inside the package matters; the
stored linkage, which is of reports that may not be counted, too, by the library.

Nothing here depends on the day: consents in it ended in 2020, or end in 2199.
"""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.in_process import run_here

from uncounted.cli.trust import AtTheTerminal
from uncounted.linkage import Linkage, capture_table, people_rows
from uncounted.vault.case import Case
from uncounted.vault.keys import identity

TODAY = dt.date(2026, 11, 29)
VECTOR = Path(__file__).parent / "vectors" / "workflow-1"
PASSPHRASE = "nobody in here exists"
TRUSTED = "e47e-6r2k-albn-tah6-6a3h"  # who made the vector


@attrs.frozen
class Program:
    """`uncounted` as somebody with the identity in `home` runs it."""

    home: Path
    python: Path | None = None  # of another checkout

    def __call__(self, *arguments: object, status: int = 0) -> str:
        """What it prints; standard error where it is to fail with a `status`."""
        words = [str(each) for each in arguments]
        env = {
            **os.environ,
            "UNCOUNTED_HOME": str(self.home),
            "UNCOUNTED_PASSPHRASE": PASSPHRASE,
            "UNCOUNTED_TRUST": TRUSTED,
            "NO_COLOR": "1",
        }
        if self.python is None:
            done = run_here(words, env=env)
        else:
            done = subprocess.run(
                [str(self.python), "-m", "uncounted", *words],
                env=env,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
        assert done.returncode == status, f"{words[0]}: exit {done.returncode}\n{done.stderr}"
        return done.stderr if status else done.stdout

    def json(self, *arguments: object) -> Any:
        """The JSON that it prints."""
        return json.loads(self(*arguments, "--json"))


@attrs.frozen
class Opened:
    """A copy of the case file and of who may open it, and a place for what is written."""

    case: Path
    me: Program
    other: Program
    out: Path

    @classmethod
    def copy(cls, vector: Path, to: Path, python: Path | None = None) -> Opened:
        """Copied with the permissions that git does not keep.

        The identity is copied, too: it remembers how far the log had come, and would
        rightly object to a second copy of the case file that is behind the first.
        """
        to.mkdir(exist_ok=True)
        for name in ("case", "identity", "second-identity"):
            folder = Path(shutil.copytree(vector / name, to / name))
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o700 if path.is_dir() else 0o600)
        me, other = (Program(to / name, python) for name in ("identity", "second-identity"))
        return cls(to / "case", me, other, to)

    def written(self, *arguments: object) -> tuple[Any, str]:
        """What a command with `--out` says, and the text of the file that it writes."""
        file = self.out / f"{len(list(self.out.iterdir()))}.csv"
        said = self.me.json(*arguments, "--out", file)
        said.pop("out")
        return said, file.read_text(encoding="utf-8")


# What is read, by topic ----------------------------------------------------------------------


def _custody(it: Opened) -> Any:
    """Every entry, and what the log's checkpoint says: origin, size and root."""
    entries = it.me.json("log", it.case)["entries"]
    signers = sorted({each["by"] for each in entries})
    assert signers == [it.me.json("identity", "show")["signer"]]
    checkpoint = (it.case / "log" / "checkpoint").read_text().split("\n")[:3]
    return {
        "checkpoint": checkpoint,
        "entries": [f"{each['seq']} {each['when']} {each['kind']}" for each in entries],
    }


def _check(it: Opened) -> Any:
    said = it.me.json("check", it.case)
    return {name: said[name] for name in (("entries", "errors", "timestamps", "clock_warnings"))}


def _members(it: Opened) -> Any:
    return [it.me.json("members", it.case), it.other.json("check", it.case)["errors"]]


# amended; consent ended; consent for one use; decided; decided, changed and taken back; noted
SHOWN = (
    ("River", "RW002"), ("Dawn", "새벽-05"), ("Dawn", "새벽-03"), ("Dawn", "새벽-01"),
    ("River", "RW006"), ("Bridge", "2"),
)  # fmt: skip


def _reports(it: Opened) -> Any:
    """Some reports as they are shown, and what is found by a name in another script."""
    found = it.me.json("search", it.case, "영희")["reports"]
    return {
        "shown": [
            it.me.json("show", it.case, "--source", source, "--report", report)
            for source, report in SHOWN
        ],
        "found": sorted([each["source"], each["report"]] for each in found),
    }


def _rejects(it: Opened) -> Any:
    lists = it.me.json("rejects", it.case)["lists"]
    return [lists, [it.me.json("rejects", it.case, each["name"]) for each in lists]]


def _verified(folder: Path, me: Program) -> Any:
    """Both releases, the second held against the first."""
    signer = me.json("identity", "show")["signer"]
    found = []
    for name, *since in (("release",), ("release-2", "--since", folder / "release")):
        said = me.json("verify", folder / name, "--signer", signer, *since)
        assert said["ok"], name
        assert said["signer_checked"], name
        assert said["warnings"] == [], name
        found.append(
            {key: said[key] for key in ("signer", "fingerprint", "made_at", "log", "facts")}
        )
    return found


def _again(folder: Path, it: Opened) -> Any:
    """What the sources' own files say when they come once more: nothing new, nobody back."""
    found = []
    for source, file in (("Dawn", "dawn.csv"), ("River", "river.json"), ("Bridge", "bridge.csv")):
        mapping = folder / "inputs" / f"{source.lower()}.toml"
        said = it.me.json(
            "import", it.case, folder / "inputs" / file, "--source", source, "--mapping", mapping
        )
        counts = ("rows", "created", "updated", "unchanged", "rejected")
        found.append([source, *(said[name] for name in counts)])
    return found


# These leave the case file as it is; the others have a copy of their own.
READ: dict[str, Callable[[Opened], Any]] = {
    "custody": _custody,
    "check": _check,
    "members": _members,
    "reports": _reports,
    "rejects": _rejects,
}


def found_in(vector: Path, scratch: Path, python: Path | None) -> dict[str, Any]:
    """All that is expected of a vector; `make_workflow.py` writes it, with the program of then."""
    copies = [Opened.copy(vector, scratch / name, python) for name in ("read", "one")]
    return {
        **{topic: read(copies[0]) for topic, read in READ.items()},
        "verified": _verified(vector, copies[0].me),
        "again": _again(vector, copies[1]),
    }


# The tests -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    said: dict[str, Any] = json.loads((VECTOR / "expected.json").read_text(encoding="utf-8"))
    return said


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """One copy for all tests that only read."""
    return Opened.copy(VECTOR, tmp_path_factory.mktemp("workflow"))


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Opened]:
    """A copy that a test may change; afterwards it is still sound."""
    copied = Opened.copy(VECTOR, tmp_path)
    yield copied
    assert copied.me.json("check", copied.case)["errors"] == []


def nearly_equal(one: Any, other: Any) -> bool:
    """Equal, but for the last digits of a number, which another processor may round otherwise."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(nearly_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(nearly_equal, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return None not in (one, other) and math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-9)
    return bool(one == other)


def difference(found: Any, expected: Any) -> str:
    """Where two of them differ, in a few lines."""
    lines = (
        json.dumps(each, ensure_ascii=False, indent=1).split("\n") for each in (found, expected)
    )
    pairs = itertools.zip_longest(*lines)
    return "\n".join(f"{one}   !=   {two}" for one, two in itertools.islice(
        ((one, two) for one, two in pairs if one != two), 20))  # fmt: skip


@pytest.mark.parametrize("topic", READ)
def test_the_case_file_says_what_it_stated(
    topic: str, opened: Opened, expected: dict[str, Any]
) -> None:
    found = READ[topic](opened)
    assert nearly_equal(found, expected[topic]), difference(found, expected[topic])


def test_reading_changes_nothing_in_the_log(opened: Opened) -> None:
    """But that partial tiles which newer ones replaced are removed."""
    opened.me("check", opened.case)
    gone = set[str]()
    for folder in ("log", "members", "attachments"):
        for file in (VECTOR / "case" / folder).rglob("*"):
            if file.is_file():
                copied = opened.case / file.relative_to(VECTOR / "case")
                if copied.exists():
                    assert copied.read_bytes() == file.read_bytes(), file.name
                else:
                    gone.add(str(file.relative_to(VECTOR / "case")))
    assert gone
    assert all(".p/" in name for name in gone)


def test_the_stored_linkage_is_read_as_it_was_written(
    own: Opened, expected: dict[str, Any]
) -> None:
    # The home is of a version that kept no record of who created a case file.
    me, trusted = identity.load(own.me.home, PASSPHRASE), AtTheTerminal(TRUSTED, ask=False)
    with Case.open(own.case, me, meeting=trusted) as case:
        stored = case.latest("linkage")
        allowed = {
            (each.source, each.id) for each in case.reports(("link", "statistics"), TODAY).reports
        }
    assert stored is not None
    assert stored.payload is not None
    linkage = Linkage.from_bytes(stored.payload)
    said, clusters = expected["clusters"]
    assert len(linkage.labels) == said["draws"]
    rows = [f"{source},{id_},{who},{p:.3f}" for source, id_, who, p in people_rows(linkage)]
    assert rows == clusters.splitlines()[1:]
    counted = [at for at, key in enumerate(linkage.keys) if key in allowed]
    sources = [linkage.keys[at][0] for at in counted]
    for _, draw, _, text in expected["overlap"][3:]:
        lists, *cells = csv.reader(text.splitlines())
        table = capture_table(linkage.labels[int(draw)][counted], sources, tuple(lists[:-1]))
        assert table.counts == {"".join(cell[:-1]): int(cell[-1]) for cell in cells}


def test_a_linkage_with_reports_that_may_not_be_counted_is_made_anew(
    own: Opened, expected: dict[str, Any]
) -> None:
    """It was made when reports for linking alone were linked, too."""
    for command in (("overlap", "--out", own.out / "o.csv"), ("estimate",), ("review",)):
        words = own.me(command[0], own.case, *command[1:], status=1)
        assert "run uncounted link" in words
    own.me("link", own.case, "--draws", "24")
    said, _ = own.written("overlap", own.case)
    low, high = expected["clusters"][0]["people_interval"]
    assert low <= said["observed"] <= high


def test_the_same_files_bring_nothing_new_and_no_one_back(
    own: Opened, expected: dict[str, Any]
) -> None:
    assert _again(VECTOR, own) == expected["again"]
    said = own.me("show", own.case, "--source", "River", "--report", "RW003", status=2)
    assert "no such report" in said


def test_shares_made_then_still_let_somebody_in(own: Opened, tmp_path: Path) -> None:
    shares = tmp_path / "shares.txt"
    some = sorted((VECTOR / "shares").iterdir())[1:]
    shares.write_text("".join(share.read_text() for share in some))
    heir = Program(tmp_path / "heir")
    heir("identity", "new")
    heir("recovery", "join", own.case, "--shares-file", shares)
    assert heir.json("check", own.case)["errors"] == []


def test_the_releases_verify(opened: Opened, expected: dict[str, Any]) -> None:
    found = _verified(VECTOR, opened.me)
    assert found == expected["verified"], difference(found, expected["verified"])


CHANGED = {
    "table.csv": "table.csv was changed",
    "report.html": "report.html was changed",
    "estimate.json": "estimate.json was changed",
    "log-leaves": "log-leaves is not the log of checkpoint",
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_release_with_a_changed_file_does_not(name: str, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(VECTOR / "release", tmp_path / "release"))
    content = (copied / name).read_bytes()
    (copied / name).write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    said = Program(tmp_path / "nobody")("verify", copied, status=1)
    assert f"uncounted: error: {CHANGED[name]}" in said


# Exports -------------------------------------------------------------------------------------


def _reports_json(folder: Path) -> dict[str, Any]:
    inner = folder / "data" if (folder / "data").is_dir() else folder
    said: dict[str, Any] = json.loads((inner / "reports.json").read_text(encoding="utf-8"))
    del said["version"]  # of the program that wrote it
    said["left_behind"] = sorted(said["left_behind"].values())  # the words may change
    return said


@pytest.mark.parametrize("form", ["json", "bagit"])
def test_an_export_is_what_it_was(form: str, own: Opened, tmp_path: Path) -> None:
    own.me("export", own.case, "--format", form, "--out", tmp_path / "out")
    assert _reports_json(tmp_path / "out") == _reports_json(VECTOR / f"export-{form}")
    for file in (VECTOR / f"export-{form}").rglob("attachments/*"):
        copied = tmp_path / "out" / file.relative_to(VECTOR / f"export-{form}")
        assert copied.read_bytes() == file.read_bytes()


def test_an_export_as_tables_is_what_it_was(own: Opened, tmp_path: Path) -> None:
    own.me("export", own.case, "--format", "csv", "--out", tmp_path / "out")
    kept = VECTOR / "export-csv"
    files = {file.relative_to(kept) for file in kept.rglob("*") if file.is_file()}
    assert files == {
        file.relative_to(tmp_path / "out")
        for file in (tmp_path / "out").rglob("*")
        if file.is_file()
    }
    for file in files:
        assert (tmp_path / "out" / file).read_bytes() == (kept / file).read_bytes(), file


def _content(folder: Path, *, noted: bool = True, attached: bool = True) -> dict[str, Any]:
    """What an export holds that comes back, with who decided on consent and with attachments."""
    said = _reports_json(folder)
    for each in said["reports"]:
        each["consent_decided"] = noted and each["consent_decided"]
    parts = ("reports", "decisions", "attachments")[: None if attached else 2]
    as_text = {
        part: sorted(json.dumps(each, sort_keys=True) for each in said[part]) for part in parts
    }
    return {**as_text, "sources": said["sources"]}


@pytest.mark.parametrize("form", ["json", "bagit"])
def test_an_export_comes_back_whole(form: str, opened: Opened, tmp_path: Path) -> None:
    case = tmp_path / "new.case"
    opened.me("init", case)
    opened.me("import", case, VECTOR / f"export-{form}")
    opened.me("export", case, "--format", "json", "--out", tmp_path / "out")
    assert _content(tmp_path / "out") == _content(VECTOR / "export-json")


def test_tables_come_back_with_their_mappings(opened: Opened, tmp_path: Path) -> None:
    case, kept = tmp_path / "new.case", VECTOR / "export-csv"
    opened.me("init", case)
    for mapping in sorted(kept.glob("*.toml")):
        name, table = mapping.stem, mapping.with_suffix(".csv")
        said = opened.me.json("import", case, table, "--source", name, "--mapping", mapping)
        with table.open(encoding="utf-8", newline="") as file:
            assert said["created"] == said["rows"] == len(list(csv.DictReader(file)))
    opened.me("decide", case, "--file", kept / "decisions.csv")
    opened.me("export", case, "--format", "json", "--out", tmp_path / "out")
    found, before = (
        _content(each, noted=False, attached=False)
        for each in (tmp_path / "out", VECTOR / "export-json")
    )
    assert found == before
