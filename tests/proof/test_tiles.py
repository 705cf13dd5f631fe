"""Logs in tiles: another program's log read, ours written the same, crashes survived."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uncounted import atomic_files, regular_files
from uncounted.errors import BadInput, Damaged, NoSpace
from uncounted.proof import merkle
from uncounted.proof.checkpoint import open_checkpoint, sign
from uncounted.proof.merkle import leaf_hash, nodes_of
from uncounted.proof.signed_note import Signer, Verifier
from uncounted.proof.tiles import TileLog, path

A = Signer.from_seed("example.org/a", bytes(32))
TESSERA = Path(__file__).parents[2].parent / "shared" / "vectors" / "tlog-tiles"
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
needs_tessera = pytest.mark.skipif(
    not TESSERA.is_dir(), reason="the log of transparency-dev/tessera is not beside the project"
)


def entries_of(start: int, stop: int) -> list[bytes]:
    return [b"entry %d" % i for i in range(start, stop)]


def log_of(folder: Path, size: int) -> TileLog:
    log = TileLog(folder)
    log.append(entries_of(0, size))
    return log


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(x.relative_to(folder)): x.read_bytes() for x in folder.rglob("*") if x.is_file()}


@pytest.fixture(autouse=True)
def _no_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    # Durability cannot be seen by a test that does not cut the power.
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def test_paths() -> None:
    """C2SP tlog-tiles, "Merkle Tree": index 1234067 is x001/x234/067."""
    assert path("0", 1234067, 256) == "tile/0/x001/x234/067"
    assert path("1", 0, 17) == "tile/1/000.p/17"
    assert path("entries", 1000, 256) == "tile/entries/x001/000"


def test_the_example_of_the_specification(tmp_path: Path) -> None:
    """C2SP tlog-tiles: a tree of 70,000 is 273 full tiles, then widths 112, 17 and 1."""
    log_of(tmp_path, 70_000)
    tiles = files_in(tmp_path / "tile")
    partial = {name for name in tiles if ".p/" in name}
    assert partial == {"0/273.p/112", "1/001.p/17", "2/000.p/1", "entries/273.p/112"}
    assert sum(name.startswith("0/") for name in tiles) == 274
    assert sum(name.startswith("1/") for name in tiles) == 2


def test_256_entries_are_a_full_tile_and_one_hash_above(tmp_path: Path) -> None:
    log_of(tmp_path, 256)
    assert set(files_in(tmp_path)) == {"tile/0/000", "tile/1/000.p/1", "tile/entries/000"}


@needs_tessera
def test_another_programs_log_is_read() -> None:
    note = (TESSERA / "checkpoint").read_bytes()
    said = open_checkpoint(note, [Verifier.parse(TESSERA_KEY)])
    log = TileLog(TESSERA)
    assert log.size == said.size == 15
    assert log.root() == said.root
    for size in range(1, 16):
        old = open_checkpoint(
            (TESSERA / f"checkpoint.{size}").read_bytes(), [Verifier.parse(TESSERA_KEY)]
        )
        assert (old.size, old.root) == (size, log.root(size))
    for index in range(15):
        leaf = leaf_hash(log.entry(index))
        assert merkle.includes(leaf, index, 15, log.inclusion_proof(index), said.root)


@needs_tessera
def test_and_written_again_byte_for_byte(tmp_path: Path) -> None:
    theirs = TileLog(TESSERA)
    for index in range(15):
        TileLog(tmp_path, index).append([theirs.entry(index)])
    ours = files_in(tmp_path)
    assert ours == {k: v for k, v in files_in(TESSERA).items() if k.startswith("tile/")}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_growing_in_steps_is_growing_at_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int]
) -> None:
    stepwise, at_once = tmp_path_factory.mktemp("steps"), tmp_path_factory.mktemp("once")
    log = TileLog(stepwise)
    for step in steps:
        log.append(entries_of(log.size, log.size + step))
    other = log_of(at_once, sum(steps))
    assert log.root() == other.root()
    assert log.leaves() == other.leaves()
    assert files_in(at_once).items() <= files_in(stepwise).items()


def test_proofs_from_tiles_are_those_from_leaves(tmp_path: Path) -> None:
    size = 600
    log = log_of(tmp_path, size)
    leaves = [leaf_hash(entry) for entry in entries_of(0, size)]
    node = nodes_of(leaves)
    assert log.leaves() == b"".join(leaves)
    assert log.leaves(300) == b"".join(leaves[:300])
    for index in range(size):
        assert log.inclusion_proof(index) == merkle.inclusion_proof(node, index, size)
    for old in (*range(1, size, 37), 255, 256, 257, 511, 512, 513, size):
        assert log.root(old) == merkle.root(node, old)
        assert log.inclusion_proof(old - 1, old) == merkle.inclusion_proof(node, old - 1, old)


def test_proofs_read_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = TileLog(tmp_path, log_of(tmp_path, 70_000).size)
    read: list[Path] = []
    whole = regular_files.read

    def counted(path: Path) -> bytes:
        read.append(path)
        return whole(path)

    monkeypatch.setattr(regular_files, "read", counted)
    log.inclusion_proof(12_345)
    assert 0 < len(read) <= 8


def test_a_log_is_taken_up_where_its_checkpoint_is(tmp_path: Path) -> None:
    log = log_of(tmp_path, 300)
    assert TileLog(tmp_path).size == 0
    log.publish(sign(log.state("example.org/log"), A))
    log.append(entries_of(300, 310))  # a crash before the next checkpoint
    again = TileLog(tmp_path)
    assert again.size == 300
    again.append(entries_of(300, 310))
    assert (again.size, again.root()) == (310, log.root())


def test_a_checkpoint_of_something_else_is_not_published(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    early = sign(log.state("example.org/log"), A)
    log.append(entries_of(3, 4))
    with pytest.raises(BadInput, match="does not match the log"):
        log.publish(early)
    assert log.checkpoint() is None


def crashing_after(allowed: int) -> Callable[[Path, Path], None]:
    left = iter(range(allowed))

    def replace(source: Path, target: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        os.replace(source, target)  # noqa: PTH105

    return replace


@pytest.mark.parametrize("size", [1, 255, 256, 300, 513])
def test_a_crash_at_any_write_is_repaired_by_appending_again(tmp_path: Path, size: int) -> None:
    log_of(tmp_path / "good", size + 300)
    crashes = 0
    for allowed in range(100):
        folder = tmp_path / f"crash-{allowed}"
        log = log_of(folder, size)
        log.publish(sign(log.state("example.org/log"), A))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "replace", crashing_after(allowed))
            try:
                log.append(entries_of(size, size + 300))
                finished = True
            except KeyboardInterrupt:
                finished, crashes = False, crashes + 1
        again = TileLog(folder)
        assert again.size == size
        assert open_checkpoint(again.checkpoint() or b"", [A.verifier]).root == again.root()
        again.append(entries_of(size, size + 300))
        assert again.root() == TileLog(tmp_path / "good", size + 300).root()
        assert not list(folder.rglob("*.tmp"))
        shutil.rmtree(folder)
        if finished:
            break
    assert finished
    assert crashes >= 3


def test_a_full_disk_is_reported_and_leaves_the_log_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tmp_path, 5)
    before = files_in(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace, match="the disk is full") as caught:
        log.append(entries_of(5, 6))
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.hint is not None
    assert files_in(tmp_path) == before
    assert log.size == 5


def test_missing_short_and_changed_tiles_are_noticed(tmp_path: Path) -> None:
    log_of(tmp_path, 300)
    (tmp_path / "tile/0/001.p/44").unlink()
    with pytest.raises(Damaged, match="missing"):
        TileLog(tmp_path, 300).root()
    full = tmp_path / "tile/0/000"
    full.write_bytes(full.read_bytes()[:-1])
    with pytest.raises(Damaged, match="cut short"):
        TileLog(tmp_path, 300).node(0, 3)
    bundle = tmp_path / "tile/entries/001.p/44"
    whole = bundle.read_bytes()
    bundle.write_bytes(whole[:-1])
    with pytest.raises(Damaged, match="entry bundle of the log is cut short"):
        TileLog(tmp_path, 300).entry(299)


def test_an_entry_that_does_not_fit_its_hash(tmp_path: Path) -> None:
    log_of(tmp_path, 3)
    bundle = tmp_path / "tile/entries/000.p/3"
    bundle.write_bytes(bundle.read_bytes().replace(b"entry 1", b"entry 9"))
    log = TileLog(tmp_path, 3)
    assert log.entry(0) == b"entry 0"
    with pytest.raises(Damaged, match="of the log does not match its hash"):
        log.entry(1)


def test_what_is_not_there_is_not_given(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    for wrong in (-1, 3):
        with pytest.raises(BadInput, match="has no entry"):
            log.entry(wrong)
    with pytest.raises(BadInput, match="the log has 3 entries, not 4"):
        log.root(4)
    with pytest.raises(BadInput, match="at most 65,535 bytes"):
        log.append([bytes(65_536)])
    log.append([])
    assert log.size == 3


def test_long_and_empty_entries(tmp_path: Path) -> None:
    log = TileLog(tmp_path)
    log.append([b"", bytes(65_535), b"x"])
    assert [len(log.entry(i)) for i in range(3)] == [0, 65_535, 1]


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic_files.write(tmp_path / "file", b"old")

    def stop(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        atomic_files.write(tmp_path / "file", b"new")
    assert files_in(tmp_path) == {"file": b"old"}
