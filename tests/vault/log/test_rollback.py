"""What an identity remembers: an older folder and a forked copy are noticed, and told apart."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs
import pytest

from uncounted import atomic_files
from uncounted.errors import Damaged, NoSpace, RolledBack
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log import rollback
from uncounted.vault.log.rollback import SeenTreeHeads, TreeHead
from uncounted.vault.reports.ingest import IncomingReport

Many = Callable[..., Iterable[IncomingReport]]


@pytest.fixture
def mine(tmp_path: Path, me: Identity) -> Identity:
    return attrs.evolve(me, home=tmp_path / "home")


@pytest.fixture
def old(tmp_path: Path, mine: Identity, many: Many) -> tuple[Path, Path]:
    """A case folder, and a copy from before its last import."""
    now, old = tmp_path / "now", tmp_path / "old"
    with Case.create(now, mine) as case:
        case.intake("one", {}, many(10))
    shutil.copytree(now, old)
    with Case.open(now, mine) as case:
        case.intake("one", {}, many(10, start=10))
    return now, old


def _memory(mine: Identity, folder: Path) -> Path:
    assert mine.home is not None
    return mine.home / "seen" / Case.id_of(folder)


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}


def test_an_older_folder_as_a_whole_is_noticed(old: tuple[Path, Path], mine: Identity) -> None:
    now, older = old
    before = _bytes(older)
    words = "older state of the case file: it has 12 entries, and this identity saw 23"
    with pytest.raises(RolledBack, match=words) as caught:
        Case.open(older, mine)
    assert (
        f"lose the 11 entries after it, withdrawals and consents too, delete {_memory(mine, now)}"
        in str(caught.value.hint)
    )
    assert _bytes(older) == before
    with Case.open(now, mine) as case:  # the newest is as good as before
        assert case.check() == ()


def test_a_forked_copy_of_the_same_size_is_called_one(
    old: tuple[Path, Path], mine: Identity, me: Identity, many: Many
) -> None:
    _, other = old
    with Case.open(other, me) as case:  # somebody whose home remembers nothing
        case.intake("one", {}, many(10, start=500))
    words = r"has diverged: its first 12 entries are those .* up to entry 23"
    with pytest.raises(RolledBack, match=words) as caught:
        Case.open(other, mine)
    assert "two copies" in str(caught.value.hint)


@pytest.mark.parametrize("more", [3, 30])
def test_a_fork_of_another_size(
    old: tuple[Path, Path], mine: Identity, me: Identity, many: Many, more: int
) -> None:
    """A longer one is a fork; a shorter one has not the entries that were seen, either way."""
    _, other = old
    with Case.open(other, me) as case:
        case.intake("one", {}, many(more, start=500))
    with pytest.raises(RolledBack, match="has diverged" if more > 10 else "older state"):
        Case.open(other, mine)


def test_a_shorter_fork_is_known_by_a_state_between(
    old: tuple[Path, Path], mine: Identity, me: Identity, many: Many
) -> None:
    now, other = old
    with Case.open(now, mine) as case:
        case.intake("one", {}, many(10, start=20))
    with Case.open(other, me) as case:
        case.intake("one", {}, many(15, start=500))
    with pytest.raises(RolledBack, match=r"first 12 entries .* up to entry 23"):
        Case.open(other, mine)


def test_what_others_added_is_no_rollback(
    old: tuple[Path, Path], mine: Identity, me: Identity, many: Many
) -> None:
    now, _ = old
    for start in (40, 60):
        with Case.open(now, me) as case:
            case.intake("one", {}, many(10, start=start))
    with Case.open(now, mine) as case:
        assert case.check() == ()
    memory = _memory(mine, now)
    assert stat.S_IMODE(memory.stat().st_mode) == 0o600
    assert [int(line.split()[0]) for line in memory.read_text().splitlines()] == [1, 12, 23, 45]


def test_a_lost_memory_is_no_error_and_a_wrong_one_is_reported(
    old: tuple[Path, Path], mine: Identity
) -> None:
    now, older = old
    memory = _memory(mine, now)
    content = memory.read_text()
    for wrong in (content.replace(" ", ""), "x" + content, content + "7 AAAA\n", "\xff"):
        memory.write_text(wrong)
        with pytest.raises(Damaged, match="record of this case file in your identity was changed"):
            Case.open(now, mine)
    memory.unlink()
    with Case.open(older, mine) as case:  # and so an old copy is opened on purpose
        assert case.check() == ()
    assert memory.read_text().splitlines() == content.splitlines()[1:2]


def test_a_memory_that_cannot_be_read_is_reported(old: tuple[Path, Path], mine: Identity) -> None:
    now, _ = old
    memory = _memory(mine, now)
    memory.unlink()
    memory.mkdir()
    with pytest.raises(Damaged, match="cannot be read"):
        Case.open(now, mine)


def test_only_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "KEPT", 4)
    memory = SeenTreeHeads(tmp_path, "case")
    for size in range(9):
        memory.add(TreeHead(size, bytes(32)))
    again = SeenTreeHeads(tmp_path, "case")
    assert [head.size for head in again.heads] == [5, 6, 7, 8]
    assert again.heads == memory.heads
    again.add(TreeHead(8, bytes(32)))
    assert [head.size for head in SeenTreeHeads(tmp_path, "case").heads] == [5, 6, 7, 8]


def test_check_says_when_the_newest_state_is_not_remembered(
    old: tuple[Path, Path], mine: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, _ = old

    real = atomic_files.write

    def full(path: Path, content: bytes, **named: bool) -> None:
        if path.is_relative_to(now.parent / "home"):
            raise NoSpace("the disk is full")
        real(path, content, **named)

    monkeypatch.setattr(atomic_files, "write", full)
    with Case.open(now, mine) as case:
        assert case.check() == ()
        case.put("estimate", {"n": 1})
        case.seal_log()
        assert case.check() == (
            "your home could not be written to: it does not remember the newest state",
        )
