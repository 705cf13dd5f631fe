"""The public log: what it proves, and how an older log or database put back is noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from uncounted.errors import BadInput, Damaged, NotPublishable, RolledBack, UsedWrongly
from uncounted.proof.canonical_json import canonical
from uncounted.proof.checkpoint import open_checkpoint
from uncounted.proof.commitment import commit
from uncounted.proof.merkle import leaf_hash
from uncounted.proof.signed_note import Verifier
from uncounted.proof.tiles import TileLog
from uncounted.proof.tlog_proof import TlogProof
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.public_log import origin
from uncounted.vault.reports.ingest import IncomingReport

Many = Callable[..., Iterable[IncomingReport]]


def test_an_artefact_can_be_shown_to_a_stranger(case: Case, me: Identity, many: Many) -> None:
    case.intake("one", {}, many(500))
    entry = case.put("release", {"title": "first"}, b"manifest")
    case.seal_log()
    shown = case.opening(entry.seq)
    leaf = commit(canonical(shown["body"]), bytes.fromhex(shown["salt"]))
    said = TlogProof.parse(case.proof(entry.seq)).verify(
        leaf_hash(leaf), [Verifier.parse(me.vkey)], origin=origin(case.id)
    )
    assert said == open_checkpoint(case.checkpoint(), [Verifier.parse(me.vkey)])
    assert said.size == entry.seq + 1
    assert shown["body"]["kind"] == "release"
    assert shown["body"]["body"]["title"] == "first"
    assert shown["body"]["by"] == me.vkey


def test_an_entry_that_speaks_of_a_report_is_not_opened(case: Case, many: Many) -> None:
    case.intake("one", {}, many(1))
    for entry in case.entries():
        with pytest.raises(NotPublishable, match="stays sealed"):
            case.opening(entry.seq)
    with pytest.raises(UsedWrongly, match="no entry 99"):
        case.opening(99)


def test_no_proof_of_what_is_not_published(case: Case, many: Many) -> None:
    case.intake("one", {}, many(1))
    with pytest.raises(BadInput, match="no leaf 1"):
        case.proof(1)
    case.seal_log()
    assert case.proof(1).startswith(b"c2sp.org/tlog-proof@v1\n")
    with pytest.raises(BadInput, match="no leaf 99"):
        case.proof(99)


def test_a_later_log_extends_an_earlier_one(case: Case, many: Many) -> None:
    sizes, roots = [], []
    for step in range(4):
        case.intake("one", {}, many(200, start=200 * step))
        case.seal_log()
        log = TileLog(case.folder / "log")
        sizes.append(log.size)
        roots.append(log.root())
    for old, root in zip(sizes, roots, strict=True):
        assert log.root(old) == root


def test_leaving_the_block_seals_the_log(tmp_path: Path, me: Identity, many: Many) -> None:
    with Case.create(tmp_path / "case", me) as case:
        case.intake("one", {}, many(3))
    assert TileLog(tmp_path / "case/log").size == 5


def test_the_leaves_say_nothing_twice(case: Case) -> None:
    first, second = (case.put("estimate", {"n": 1}, b"same") for _ in range(2))
    assert first.seq != second.seq
    case.seal_log()
    leaves = case.leaves()
    assert len({leaves[i : i + 32] for i in range(0, len(leaves), 32)}) == len(leaves) // 32


@pytest.fixture
def grown(tmp_path: Path, me: Identity, many: Many) -> tuple[Path, Path]:
    """An older copy of a case folder, and the folder as it went on."""
    now, old = tmp_path / "now", tmp_path / "old"
    with Case.create(now, me) as case:
        case.intake("one", {}, many(10))
    shutil.copytree(now, old)
    with Case.open(now, me) as case:
        case.intake("one", {}, many(600, start=5))
    return old, now


def _put_back(old: Path, now: Path, name: str) -> None:
    if (now / name).is_dir():
        shutil.rmtree(now / name)
        shutil.copytree(old / name, now / name)
    else:
        shutil.copy(old / name, now / name)


def test_an_older_log_is_noticed(grown: tuple[Path, Path], me: Identity) -> None:
    old, now = grown
    _put_back(old, now, "log")
    with pytest.raises(RolledBack, match="an older log has replaced it"):
        Case.open(now, me)


def test_an_older_checkpoint_alone_is_noticed(grown: tuple[Path, Path], me: Identity) -> None:
    old, now = grown
    shutil.copy(old / "log/checkpoint", now / "log/checkpoint")
    with pytest.raises(RolledBack, match="an older log"):
        Case.open(now, me)


def test_no_log_at_all_is_noticed(grown: tuple[Path, Path], me: Identity) -> None:
    shutil.rmtree(grown[1] / "log")
    with pytest.raises(RolledBack, match="the log of the case file is missing"):
        Case.open(grown[1], me)


def test_an_older_database_is_noticed(grown: tuple[Path, Path], me: Identity) -> None:
    old, now = grown
    _put_back(old, now, "case.db")
    with pytest.raises(RolledBack, match="an older database has replaced it"):
        Case.open(now, me)


def test_a_copy_that_went_its_own_way_is_noticed(
    grown: tuple[Path, Path], me: Identity, many: Many
) -> None:
    old, now = grown
    with Case.open(old, me) as case:
        case.intake("one", {}, many(900, start=5000))
    for name in ("log", "case.db"):
        mixed = shutil.copytree(now, now.with_name(f"mixed-{name}"))
        _put_back(old, mixed, name)
        with pytest.raises(RolledBack, match=r"older|two stories"):
            Case.open(mixed, me)


def test_a_fork_of_the_same_length_is_noticed(
    grown: tuple[Path, Path], me: Identity, many: Many
) -> None:
    old, now = grown
    with Case.open(old, me) as case:
        case.intake("one", {}, many(600, start=5))
    _put_back(old, now, "log")
    with pytest.raises(RolledBack, match="entries each but differ"):
        Case.open(now, me)


def test_nothing_is_opened_for_writing_after_a_rollback(
    grown: tuple[Path, Path], me: Identity
) -> None:
    old, now = grown
    _put_back(old, now, "log")
    before = {p: p.read_bytes() for p in now.rglob("*") if p.is_file() and p.name != "lock"}
    for _ in range(2):
        with pytest.raises(RolledBack):
            Case.open(now, me)
    after = {p: p.read_bytes() for p in now.rglob("*") if p.is_file() and p.name != "lock"}
    assert after == before


def test_nothing_is_signed_over_an_altered_tile(tmp_path: Path, me: Identity, many: Many) -> None:
    with Case.create(tmp_path / "case", me) as case:
        case.intake("one", {}, many(3))
        case.seal_log()
        checkpoint = case.checkpoint()
        tile = next(path for path in (case.folder / "log/tile/0").rglob("*") if path.is_file())
        content = bytearray(tile.read_bytes())
        content[5] ^= 1
        tile.write_bytes(content)
        case.intake("one", {}, many(3, start=3))
        with pytest.raises(Damaged, match="nothing was signed"):
            case.seal_log()
        assert case.checkpoint() == checkpoint
        tile.write_bytes(bytes([content[0]]) + content[1:5] + bytes([content[5] ^ 1]) + content[6:])


def test_a_checkpoint_by_a_stranger_is_refused(
    grown: tuple[Path, Path], me: Identity, stranger: Identity
) -> None:
    _, now = grown
    path = now / "log/checkpoint"
    text = path.read_text().split("\n\n")[0] + "\n"
    path.write_bytes(stranger.signer.sign(text))
    with pytest.raises(Damaged, match="checkpoint of the log was altered, or belongs to another"):
        Case.open(now, me)


def test_the_checkpoint_can_be_read_by_anybody(filled: Path) -> None:
    name, size, *_ = (filled / "log/checkpoint").read_text().split("\n")
    mark = json.loads((filled / "case.json").read_text())
    assert (name, int(size)) == (f"uncounted.case/{mark['id']}", 303)


def _partial(folder: Path) -> list[str]:
    found = (folder / "log" / "tile").rglob("*.p/*")
    return sorted(path.relative_to(folder / "log" / "tile").as_posix() for path in found)


def test_one_copy_of_the_log_does_not_tell_when_it_had_which_size(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    """Old partial tiles told the size and the time of each import."""
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        for start in (0, 100, 250, 300):
            case.intake("one", {}, many(40, start=start))
            case.seal_log()
            size = sum(1 for _ in case.entries())
            assert _partial(folder) == [f"0/000.p/{size}", f"entries/000.p/{size}"]
        case.intake("one", {}, many(120, start=400))
        case.seal_log()
    size = 1 + 4 * 41 + 121
    assert _partial(folder) == [f"0/001.p/{size - 256}", "1/000.p/1", f"entries/001.p/{size - 256}"]
    tiles = [path for path in (folder / "log" / "tile").rglob("*") if path.is_file()]
    assert {path.stat().st_mtime for path in tiles} == {0}
    with Case.open(folder, me) as case:
        assert case.check() == ()


def test_tiles_that_an_earlier_version_left_are_removed_and_every_bit_that_stays_is_checked(
    tmp_path: Path,
) -> None:
    vector = Path(__file__).parents[2] / "vectors" / "case-3-later"
    folder = Path(shutil.copytree(vector / "case", tmp_path / "case"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    me = Identity.parse((vector / "identity.json").read_bytes())
    assert len(_partial(folder)) == 7
    with Case.open(folder, me) as case:
        assert case.check() == ()
        assert _partial(folder) == ["0/001.p/55", "1/000.p/1", "entries/001.p/55"]
        for path in (folder / "log" / "tile").rglob("*"):
            if path.is_file():
                whole = path.read_bytes()
                for at in (0, len(whole) // 2, len(whole) - 1):
                    path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
                    assert case.check(), (path.name, at)
                path.write_bytes(whole)
        extra = folder / "log" / "tile" / "0" / "001.p" / "54"
        extra.write_bytes(b"x" * 54 * 32)
        (finding,) = case.check()
        assert finding == "the log holds 1 tiles of other sizes than its checkpoint has"
    with Case.open(folder, me) as case:
        assert case.check() == ()
        assert not extra.exists()


def test_nothing_that_is_no_tile_is_removed_and_nothing_through_a_link(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    folder, elsewhere = tmp_path / "case", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "5").write_bytes(b"mine")
    with Case.create(folder, me) as case:
        case.intake("one", {}, many(3))
    tile = folder / "log" / "tile"
    (tile / "0" / "007.p").symlink_to(elsewhere)
    (tile / "0" / "notes.p").mkdir()
    (tile / "0" / "notes.p" / "12").write_bytes(b"mine")
    (tile / "0" / "000.p" / "letter").write_bytes(b"mine")
    with Case.open(folder, me) as case:
        case.intake("one", {}, many(3, start=10))
    kept = [elsewhere / "5", tile / "0/notes.p/12", tile / "0/000.p/letter"]
    assert [path.read_bytes() for path in kept] == [b"mine"] * 3
