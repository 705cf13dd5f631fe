"""The identity file: opens with its passphrase, with nothing else, and is never overwritten."""

from __future__ import annotations

import json
import shutil
import stat
import unicodedata
from pathlib import Path

import pytest

from uncounted.errors import AlreadyThere, Damaged, NoAccess, UsedWrongly, WrongPassphrase
from uncounted.proof.signed_note import Verifier, open_note
from uncounted.vault.keys import identity

pytestmark = pytest.mark.scrypt


def test_opens_with_its_passphrase_however_the_keyboard_composes_hangul(
    home: Path, passphrase: str
) -> None:
    found = identity.load(home, unicodedata.normalize("NFD", passphrase))
    assert found.public == identity.public(home)
    assert open_note(found.signer.sign("a\n"), [Verifier.parse(found.vkey)]) == "a\n"


def test_a_wrong_passphrase_is_reported(home: Path, passphrase: str) -> None:
    with pytest.raises(WrongPassphrase, match="does not open the identity"):
        identity.load(home, passphrase + "x")


def test_files_are_for_their_owner_alone(home: Path) -> None:
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert {path.name for path in home.iterdir()} == {"identity.age", "identity.json"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()} == {0o600}


def test_no_secret_is_in_any_file_or_repr(home: Path, passphrase: str) -> None:
    found = identity.load(home, passphrase)
    secret = json.loads(found.unsafe_secret())
    for text in [repr(found), *(path.read_bytes().decode("latin-1") for path in home.iterdir())]:
        assert secret["age"] not in text
        assert secret["ed25519"] not in text


def test_never_overwritten(home: Path) -> None:
    before = {path: path.read_bytes() for path in home.iterdir()}
    with pytest.raises(AlreadyThere, match="already has an identity"):
        identity.create(home, "another")
    assert {path: path.read_bytes() for path in home.iterdir()} == before


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_passphrase_is_refused(tmp_path: Path, empty: str) -> None:
    with pytest.raises(UsedWrongly, match="passphrase is empty"):
        identity.create(tmp_path / "home", empty)
    assert not (tmp_path / "home").exists()


def test_none_there(tmp_path: Path, passphrase: str) -> None:
    assert not identity.exists(tmp_path)
    with pytest.raises(NoAccess, match="no identity in this folder"):
        identity.load(tmp_path, passphrase)
    with pytest.raises(NoAccess, match="no identity in this folder"):
        identity.public(tmp_path)


def test_cut_short_is_not_called_a_wrong_passphrase(
    home: Path, tmp_path: Path, passphrase: str
) -> None:
    copy = shutil.copytree(home, tmp_path / "home")
    whole = (copy / "identity.age").read_bytes()
    for cut in (whole[:60], whole[:-1], b""):
        (copy / "identity.age").write_bytes(cut)
        with pytest.raises(Damaged, match="changed or truncated"):
            identity.load(copy, passphrase)


def test_a_swapped_public_half_is_noticed_and_a_missing_one_made_again(
    home: Path, tmp_path: Path, passphrase: str
) -> None:
    copy = shutil.copytree(home, tmp_path / "home")
    original = (copy / "identity.json").read_bytes()
    (copy / "identity.json").write_bytes(original.replace(b"age1", b"age2"))
    with pytest.raises(Damaged, match="public keys of the identity"):
        identity.load(copy, passphrase)
    (copy / "identity.json").unlink()
    identity.load(copy, passphrase)
    assert (copy / "identity.json").read_bytes() == original


@pytest.mark.parametrize(
    "plain",
    [b"", b"[]", b"{}", b"\xff", b'{"format": "uncounted-identity/1", "age": "x"}'],
)
def test_what_is_no_identity_is_damaged(plain: bytes) -> None:
    with pytest.raises(Damaged, match="does not hold an identity"):
        identity.Identity.parse(plain)


def test_a_newer_format_is_named() -> None:
    fields = json.loads(identity.Identity.generate().unsafe_secret())
    with pytest.raises(Damaged, match="format that this version does not know"):
        identity.Identity.parse(json.dumps({**fields, "format": "uncounted-identity/2"}).encode())


def test_a_new_passphrase_opens_and_the_old_one_no_more(
    home: Path, tmp_path: Path, passphrase: str
) -> None:
    copy = shutil.copytree(home, tmp_path / "home")
    before = identity.public(copy)
    changed = identity.change_passphrase(copy, passphrase, "다른 낱말 다섯 개 골라")
    assert changed.public == before
    assert (
        identity.load(copy, unicodedata.normalize("NFD", "다른 낱말 다섯 개 골라")).public == before
    )
    with pytest.raises(WrongPassphrase, match="does not open the identity"):
        identity.load(copy, passphrase)
    assert {path.name for path in copy.iterdir()} == {"identity.age", "identity.json"}
    assert stat.S_IMODE((copy / "identity.age").stat().st_mode) == 0o600


def test_a_passphrase_that_cannot_be_taken_leaves_the_old_one(
    home: Path, tmp_path: Path, passphrase: str
) -> None:
    copy = shutil.copytree(home, tmp_path / "home")
    before = (copy / "identity.age").read_bytes()
    with pytest.raises(UsedWrongly, match="passphrase is empty"):
        identity.change_passphrase(copy, passphrase, " ")
    with pytest.raises(UsedWrongly, match="the same as the old one"):
        identity.change_passphrase(copy, passphrase, unicodedata.normalize("NFD", passphrase))
    with pytest.raises(WrongPassphrase, match="does not open"):
        identity.change_passphrase(copy, "wrong", "another of five words")
    assert (copy / "identity.age").read_bytes() == before
