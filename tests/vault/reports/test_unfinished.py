"""Parts of unfinished work: kept sealed, for the member who works, and gone with any report."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from tests.vault.opened import entries_of

from uncounted.errors import Damaged, NoSpace
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports import unfinished
from uncounted.vault.reports.ingest import IncomingReport

ONE, OTHER = b"1" * 32, b"2" * 32
TEXT = b"Kim Chol Su and others" * 1000


def _files(folder: Path) -> list[Path]:
    return sorted((folder / "attachments").glob("*"))


@pytest.fixture
def me() -> Identity:
    return Identity.generate()


@pytest.fixture
def folder(tmp_path: Path, me: Identity, many: Callable[..., Iterable[IncomingReport]]) -> Path:
    """A case file in which a part of unfinished work is kept."""
    with Case.create(tmp_path / "a.case", me) as case:
        case.intake("A", {}, many(3))
        case.unfinished(ONE).save("first", TEXT)
    return tmp_path / "a.case"


def test_what_is_kept_is_given_again_and_is_nowhere_in_clear(folder: Path, me: Identity) -> None:
    with Case.open(folder, me) as case:
        size = sum(1 for _ in case.entries())
        work = case.unfinished(ONE)
        assert list(work) == ["first"]
        assert (work.load("first"), work.load("second")) == (TEXT, None)
        work.save("second", b"")
        assert case.unfinished(ONE).load("second") == b""
        assert case.check() == ()
        assert sum(1 for _ in case.entries()) == size
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"Kim Chol Su" not in stored
    assert b"AGE-SECRET-KEY" not in stored


def test_a_part_takes_the_place_of_an_earlier_one(folder: Path, me: Identity) -> None:
    before = _files(folder)
    with Case.open(folder, me) as case:
        case.unfinished(ONE).save("first", b"again")
        assert case.unfinished(ONE).load("first") == b"again"
        assert case.check() == ()
    assert len(_files(folder)) == 1
    assert _files(folder) != before


def test_other_work_and_the_end_of_it_forget_what_was_kept(folder: Path, me: Identity) -> None:
    with Case.open(folder, me) as case:
        assert list(case.unfinished(OTHER)) == []
        assert _files(folder) == []
        case.unfinished(OTHER).save("first", TEXT)
        case.forget_unfinished()
        case.forget_unfinished()
        assert _files(folder) == []
        assert list(case.unfinished(OTHER)) == []
        assert case.check() == ()


def test_another_member_does_not_go_on_from_it(folder: Path, me: Identity) -> None:
    she = Identity.generate()
    with Case.open(folder, me) as case:
        case.grant(she.recipient, vkey=she.vkey, name="she")
    with Case.open(folder, she) as case:
        assert case.check() == ()
        assert list(case.unfinished(ONE)) == []
    assert _files(folder) == []


@pytest.mark.parametrize("part", ["of", "by", "parts", "signature"])
def test_what_another_member_wrote_in_is_not_used(folder: Path, me: Identity, part: str) -> None:
    she = Identity.generate()
    with entries_of(folder, me) as entries, entries.storage.transaction():
        said = json.loads(entries.storage.unfinished() or b"")
        if part == "parts":  # a part of hers, under a key that she knows
            said["parts"][0]["sha256"] = "0" * 64
        else:
            said[part] = {"of": OTHER.hex(), "by": she.vkey, "signature": "00" * 64}[part]
        entries.storage.set_unfinished(json.dumps(said).encode())
    with Case.open(folder, me) as case:
        assert list(case.unfinished(OTHER if part == "of" else ONE)) == []
        assert case.check() == ()


@pytest.mark.parametrize(
    "stored",
    [b"", b"{", b"[]", b"null", b'{"parts": 3}', b'{"parts": [{"file": "../../case"}]}', b"\xff"],
)
def test_a_row_that_says_nothing_sensible_is_no_work(
    folder: Path, me: Identity, stored: bytes
) -> None:
    with entries_of(folder, me) as entries, entries.storage.transaction():
        entries.storage.set_unfinished(stored)
    with Case.open(folder, me) as case:
        assert list(case.unfinished(ONE)) == []
        assert (folder / "case.db").exists()


def test_a_row_that_names_an_attachment_does_not_delete_it(
    folder: Path, me: Identity, tmp_path: Path
) -> None:
    (tmp_path / "photo").write_bytes(b"one")
    with Case.open(folder, me) as case:
        (attached,) = case.attach("A", "R-0", [tmp_path / "photo"])
    with entries_of(folder, me) as entries, entries.storage.transaction():
        entries.storage.set_unfinished(json.dumps({"parts": [{"file": attached.file}]}).encode())
    with Case.open(folder, me) as case:
        assert list(case.unfinished(ONE)) == []
        assert case.check() == ()
    assert [path.stem for path in _files(folder)] == [attached.file]


@pytest.mark.parametrize("harm", ["missing", "altered", "cut", "longer", "a folder"])
def test_a_part_that_was_altered_is_found(folder: Path, me: Identity, harm: str) -> None:
    (path,) = _files(folder)
    content = path.read_bytes()
    path.unlink()
    if harm == "a folder":
        path.mkdir()
    elif harm != "missing":
        half = len(content) // 2
        changed = {
            "altered": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
            "cut": content[:half],
            "longer": content + bytes(200_000),
        }
        path.write_bytes(changed[harm])
    with Case.open(folder, me) as case:
        work = case.unfinished(ONE)
        with pytest.raises(Damaged, match="a part of unfinished work is missing or was altered"):
            work.load("first")
        if harm != "a folder":
            work.save("first", TEXT)
            assert case.unfinished(ONE).load("first") == TEXT


def test_it_stays_through_a_rotation_and_is_no_attachment(folder: Path, me: Identity) -> None:
    with Case.open(folder, me) as case:
        case.rotate()
        assert case.attachments() == []
    with Case.open(folder, me) as case:
        assert case.unfinished(ONE).load("first") == TEXT
        assert case.check() == ()


def test_a_file_whose_row_was_never_written_goes_with_the_next_opening(
    folder: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    case = Case.open(folder, me)
    monkeypatch.setattr(unfinished.UnfinishedWork, "_signed", killed)
    with pytest.raises(KeyboardInterrupt):
        case.unfinished(ONE).save("second", TEXT)
    case.close()
    assert len(_files(folder)) == 2
    with Case.open(folder, me) as case:
        assert len(_files(folder)) == 1
        assert list(case.unfinished(ONE)) == ["first"]


def test_without_room_nothing_is_left(folder: Path, me: Identity) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Case.open(folder, me) as case:
        work = case.unfinished(ONE)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.fsync", full)
            with pytest.raises(NoSpace):
                work.save("second", TEXT)
    assert len(_files(folder)) == 1
