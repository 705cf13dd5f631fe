"""Each entry is signed by who wrote it: a member cannot write in another's name."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.vault.opened import entries_of, execute

from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log import signatures
from uncounted.vault.log.signatures import SignedEntries
from uncounted.vault.reports.ingest import IncomingReport

Many = Callable[..., Iterable[IncomingReport]]
LATER = Path(__file__).parents[2] / "vectors" / "case-3-later"


@pytest.fixture
def both(tmp_path: Path, me: Identity, stranger: Identity, many: Many) -> Path:
    """A case file of two members, each of whom wrote in it: 0-1 mine, 2-7 theirs, 8 mine."""
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey)
    with Case.open(folder, stranger) as case:
        case.intake("one", {}, many(5))
    with Case.open(folder, me) as case:
        case.put("release", {"title": "first"}, b"manifest")
    return folder


def _states(case: Case) -> list[tuple[int, int, str]]:
    return [(run.first, run.end, run.state) for run in case.signatures()]


def test_every_entry_of_every_member_is_signed(both: Path, me: Identity) -> None:
    with Case.open(both, me) as case:
        assert _states(case) == [(0, 9, "valid")]
        case.withdraw("one", "R-3")  # its leaf stays, and so does the signature
        case.rotate()
        assert _states(case) == [(0, 11, "valid")]
        assert case.check() == ()
    runs = execute(both, me, "SELECT first, end FROM signatures ORDER BY first")
    assert runs == [(0, 1), (1, 2), (2, 8), (8, 9), (9, 10), (10, 11)]  # one a transaction


def test_an_entry_in_the_name_of_another_is_noticed(
    both: Path, me: Identity, stranger: Identity
) -> None:
    """The attacker is a member who changed the program: the case key is theirs as well."""
    with entries_of(both, stranger) as entries:
        number = next(row.number for row in entries.storage.authors() if row.vkey == me.vkey)
        entries._member, entries._vkey = number, me.vkey
        with entries.storage.transaction():
            entries.append("release", {"title": "not theirs"})
    with Case.open(both, me) as case:
        *_, last = case.entries()
        assert (last.kind, last.by) == ("release", me.vkey)
        assert _states(case) == [(0, 9, "valid"), (9, 10, "invalid")]
        assert case.check() == ("entry 9 is not signed by the member that it names",)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("DELETE FROM signatures WHERE first = 2", (2, 8)),
        ("DELETE FROM signatures", (0, 9)),
        ("DELETE FROM signatures WHERE first > 1", (2, 9)),
        ("UPDATE signatures SET end = 7 WHERE first = 2", (2, 8)),
        ("UPDATE signatures SET first = 3 WHERE first = 2", (2, 8)),
        ("UPDATE signatures SET signature = zeroblob(64) WHERE first = 2", (2, 8)),
        ("UPDATE signatures SET signature = x'00' WHERE first = 2", (2, 8)),
        ("UPDATE entries SET member = 1 WHERE seq = 4", (2, 8)),
        ("UPDATE entries SET leaf = zeroblob(32) WHERE seq = 8", (8, 9)),
    ],
)
def test_a_signature_that_was_changed_moved_or_taken_away_is_noticed(
    both: Path, me: Identity, change: str, wrong: tuple[int, int]
) -> None:
    execute(both, me, change)
    with entries_of(both, me) as entries:
        invalid = [run for run in entries.signed() if run.state == "invalid"]
    assert invalid == [SignedEntries(*wrong, "invalid")]


def test_a_signature_is_for_one_case_file(both: Path, me: Identity) -> None:
    with entries_of(both, me) as entries:
        assert signatures.holds(entries.storage, entries.keys.case_id, 0)
        assert not signatures.holds(entries.storage, "00" * 16, 0)


def test_a_dry_run_and_what_failed_leave_no_signature(both: Path, me: Identity, many: Many) -> None:
    with Case.open(both, me) as case:
        case.intake("one", {}, many(3, start=50), dry_run=True)
        case.put("release", {"title": "second"}, b"manifest")
        assert _states(case) == [(0, 10, "valid")]
        assert case.check() == ()


def test_a_case_file_of_an_earlier_version_says_that_its_entries_are_not_signed(
    tmp_path: Path, many: Many
) -> None:
    folder = Path(shutil.copytree(LATER / "case", tmp_path / "case"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    me = Identity.parse((LATER / "identity.json").read_bytes())
    with Case.open(folder, me) as case:
        size = sum(1 for _ in case.entries())
        assert _states(case) == [(0, size, "none")]
        assert case.check() == ()
        case.intake("Three", {}, many(2))
        assert _states(case) == [(0, size, "none"), (size, size + 3, "valid")]
        case.put("release", {"title": "more"})
    execute(folder, me, f"DELETE FROM signatures WHERE first = {size + 3}")
    with Case.open(folder, me) as case:  # none is missing after the first
        assert _states(case)[2:] == [(size + 3, size + 4, "invalid")]


def test_the_creator_of_a_case_file_is_vouched_for_by_their_signature(
    both: Path, me: Identity, stranger: Identity
) -> None:
    from uncounted.vault.access import unlock
    from uncounted.vault.log.entries import Entries
    from uncounted.vault.open_case import introduction
    from uncounted.vault.store import manifest

    for change, signed in ((None, True), ("DELETE FROM signatures WHERE first = 0", False)):
        if change is not None:
            execute(both, me, change)
        unlocked = unlock.unlock(both, manifest.read(both), stranger)
        try:
            entries = Entries(unlocked.storage, unlocked.keys, 0, stranger.signer)
            assert introduction(unlocked, entries).creator_signed is signed
        finally:
            unlocked.storage.close()
