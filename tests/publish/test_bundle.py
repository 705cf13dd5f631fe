"""A release is written whole or not at all, over nothing, and only when it verifies."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from uncounted.errors import AlreadyThere, BadInput, NoSpace, NotVerified, UsedWrongly
from uncounted.proof import checkpoint
from uncounted.proof.canonical_json import canonical, parse
from uncounted.proof.commitment import commit, new_salt
from uncounted.proof.signed_note import Signer
from uncounted.proof.tiles import TileLog
from uncounted.proof.tlog_proof import TlogProof
from uncounted.publish import bundle, verify

A = Signer.from_seed("example.org/a", bytes(32))
FILES = {"report.html": b"<p>", "tables/by-year.csv": b"1,2\n"}
WHEN = "2026-03-01T12:00:00Z"


def manifest(files: dict[str, bytes] = FILES, facts: dict[str, Any] | None = None) -> bytes:
    return bundle.manifest(
        files, facts or {"observed": 3}, signer=A.vkey, made_at=WHEN, version="0.1.0"
    )


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Any]:
    """What the case file's log hands over once the entry is in it."""
    made, salt = manifest(), new_salt()
    log = TileLog(tmp_path / "case" / "log")
    log.append([b"%d" % i for i in range(259)])
    body = {"kind": "release", "seq": 259, "when": WHEN, "by": A.vkey}
    body |= {"body": bundle.entry(made)}
    log.append([commit(canonical(body), salt)])
    note = checkpoint.sign(log.state("uncounted.case/one"), A)
    log.publish(note)
    return {
        "manifest": made,
        "signer": A,
        "opening": {"body": body, "salt": salt.hex()},
        "checkpoint": note,
        "proof": TlogProof(259, tuple(log.inclusion_proof(259)), note).encode(),
        "leaves": log.leaves(),
    }


def names(folder: Path) -> set[str]:
    return {str(x.relative_to(folder)) for x in folder.rglob("*") if x.is_file()}


def outside(tmp_path: Path) -> list[str]:
    return sorted(x.name for x in tmp_path.iterdir())


def test_what_is_written_verifies(tmp_path: Path, parts: dict[str, Any]) -> None:
    verdict = bundle.write(tmp_path / "new" / "out", FILES, **parts)
    assert names(tmp_path / "new" / "out") == {*FILES, *verify.OWN}
    assert outside(tmp_path / "new") == ["out"]
    assert verify.verify(tmp_path / "new" / "out", signer=A.vkey) == verdict
    assert verdict.log.size == 260


def test_the_same_parts_give_the_same_bytes(tmp_path: Path, parts: dict[str, Any]) -> None:
    bundle.write(tmp_path / "a", FILES, **parts)
    bundle.write(tmp_path / "b", FILES, **parts)
    for name in names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_empty_folder_is_taken(tmp_path: Path, parts: dict[str, Any]) -> None:
    (tmp_path / "out").mkdir()
    assert bundle.write(tmp_path / "out", FILES, **parts).ok


def test_nothing_is_written_over(tmp_path: Path, parts: dict[str, Any]) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".hidden").write_bytes(b"kept")
    (tmp_path / "file").write_bytes(b"kept")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    before = outside(tmp_path)
    for taken in ("full", "file", "link"):
        with pytest.raises(AlreadyThere, match="that folder is not empty"):
            bundle.write(tmp_path / taken, FILES, **parts)
    assert outside(tmp_path) == before
    assert (tmp_path / "full" / ".hidden").read_bytes() == b"kept"


@pytest.mark.parametrize("after", [0, 1, 4, 7])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_full_disk_leaves_nothing(
    tmp_path: Path, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, after: int, code: int
) -> None:
    left, real = iter(range(after)), os.fsync

    def full(descriptor: int) -> None:
        if next(left, None) is None:
            raise OSError(code, os.strerror(code))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    words = "mounted read-only" if code == errno.EROFS else "the disk is full"
    with pytest.raises(NoSpace, match=words) as caught:
        bundle.write(tmp_path / "out", FILES, **parts)
    assert str(tmp_path) not in str(caught.value)
    assert outside(tmp_path) == ["case"]


@pytest.mark.parametrize("after", range(12))
def test_ctrl_c_leaves_nothing_or_all(
    tmp_path: Path, parts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    left, real = iter(range(after)), os.fsync

    def stop(descriptor: int) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        real(descriptor)

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        bundle.write(tmp_path / "out", FILES, **parts)
    if after < 11:
        assert outside(tmp_path) == ["case"]
    else:  # the very last flush, of the new name: it is there, and whole
        assert outside(tmp_path) == ["case", "out"]
        assert verify.verify(tmp_path / "out", signer=A.vkey).ok


_KILLED = """
import os, pathlib, signal, sys
from uncounted import atomic_files
with atomic_files.partial_folder(pathlib.Path(sys.argv[1])) as temporary:
    (temporary / "report.html").write_text("half of")
    if sys.argv[2] == "wait":
        print("held", flush=True)
        sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def _die(out: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(out), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_a_killed_process_left_is_swept_and_nothing_else(
    tmp_path: Path, parts: dict[str, Any]
) -> None:
    with _die(tmp_path / "out", "now") as dead:
        pass
    assert dead.returncode == -signal.SIGKILL
    assert len(list(tmp_path.glob(".out.*.partial"))) == 1
    kept = [".other.0a1b2c3d.partial", ".out.mine.partial", ".out.0a1b2c3d.partial.txt"]
    for name in kept:
        (tmp_path / name).mkdir()
    (tmp_path / ".out.00000000.partial").symlink_to(tmp_path / "case")
    bundle.write(tmp_path / "out", FILES, **parts)
    assert set(outside(tmp_path)) == {"case", "out", ".out.00000000.partial", *kept}
    assert (tmp_path / "case" / "log").is_dir()


def test_what_another_process_is_writing_is_left_alone(
    tmp_path: Path, parts: dict[str, Any]
) -> None:
    with _die(tmp_path / "out", "wait") as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        bundle.write(tmp_path / "out", FILES, **parts)
        [theirs] = tmp_path.glob(".out.*.partial")
        assert names(theirs) == {"report.html"}


def test_a_folder_that_cannot_be_made(tmp_path: Path, parts: dict[str, Any]) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsedWrongly, match="part of the path is a file"):
        bundle.write(tmp_path / "file" / "out", FILES, **parts)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"manifest": manifest({"report.html": b"other"})},
            "report.html was changed.*tables is foreign",
        ),
        ({"signer": Signer.from_seed("example.org/b", b"b" * 32)}, "manifest.sig is not signed"),
        ({"leaves": b""}, "log-leaves was changed"),
        ({"proof": b""}, "release.tlog-proof"),
        ({"checkpoint": b""}, "checkpoint"),
        ({"opening": {}}, "opening.json"),
    ],
)
def test_parts_that_do_not_belong_together_are_not_written(
    tmp_path: Path, parts: dict[str, Any], change: dict[str, Any], words: str
) -> None:
    with pytest.raises(NotVerified, match=words):
        bundle.write(tmp_path / "out", FILES, **(parts | change))
    assert outside(tmp_path) == ["case"]


def test_other_files_than_the_manifests_are_not_written(
    tmp_path: Path, parts: dict[str, Any]
) -> None:
    with pytest.raises(NotVerified, match=r"report\.html was changed"):
        bundle.write(tmp_path / "out", FILES | {"report.html": b"<b>"}, **parts)
    with pytest.raises(BadInput, match="kept for the proof"):
        bundle.write(tmp_path / "out", FILES | {"checkpoint": b""}, **parts)
    with pytest.raises(BadInput, match="could leave its folder"):
        bundle.write(tmp_path / "out", FILES | {"../report.html": b""}, **parts)
    assert outside(tmp_path) == ["case"]


def test_what_a_manifest_says() -> None:
    said = parse(manifest())
    assert said["format"] == "uncounted-release/1"
    assert said["tool"] == {"name": "uncounted", "version": "0.1.0"}
    assert said["made_at"] == WHEN
    assert said["signer"] == A.vkey
    assert said["facts"] == {"observed": 3}
    assert said["files"]["report.html"]["size"] == 3
    assert said["files"].keys() == FILES.keys()


def test_what_no_manifest_may_say() -> None:
    with pytest.raises(BadInput, match="could leave its folder"):
        manifest({"../x": b""})
    with pytest.raises(BadInput, match="kept for the proof"):
        manifest({"Opening.json": b""})
    with pytest.raises(BadInput, match="two names that are one"):
        manifest({"a.csv": b"", "A.csv": b""})
    with pytest.raises(BadInput, match="no canonical JSON form"):
        manifest(facts={"mean": float("nan")})
    with pytest.raises(BadInput, match="2026-03-01T12:00:00Z"):
        bundle.manifest({}, {}, signer=A.vkey, made_at="2026-03-01", version="0.1.0")
