"""Passphrases: the work that guessing one takes, those that are too short, and generated ones."""

from __future__ import annotations

import base64
import hmac
import unicodedata
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from tests.light_identity import made_lightly, sealed_lightly

from uncounted.errors import Damaged, NoAccess, NoSpace, UsedWrongly, WrongPassphrase
from uncounted.vault.keys import identity, passphrase_file, passphrases
from uncounted.vault.keys.passphrase_file import NotAFile, seal, unseal, work_factor

WORDS = "열 개의 낱말 correct horse"


@pytest.mark.scrypt
def test_an_identity_is_sealed_at_the_floor_however_busy_the_machine_is(tmp_path: Path) -> None:
    """The library timed the machine of the moment: 2^15 on a busy core."""
    home = tmp_path / "home"
    identity.create(home, WORDS)
    sealed = (home / "identity.age").read_bytes()
    assert work_factor(sealed) == 18
    assert sealed.split(b"\n")[1].split(b" ")[-1] == b"18"
    assert identity.weak_work_factor(home) is None
    identity.change_passphrase(home, WORDS, "another that is long")
    assert work_factor((home / "identity.age").read_bytes()) == 18


@pytest.mark.scrypt
def test_it_is_an_age_file_that_other_programs_open_and_theirs_open_here() -> None:
    plain = b"secret" * 30
    assert bytes(pyrage.passphrase.decrypt(seal(plain, WORDS), WORDS)) == plain
    assert unseal(bytes(pyrage.passphrase.encrypt(plain, WORDS)), WORDS) == plain


def test_what_is_sealed_opens_with_its_passphrase_alone() -> None:
    sealed = seal(b"secret", WORDS, 1)
    assert unseal(sealed, WORDS) == b"secret"
    assert unseal(sealed_lightly(b"secret", WORDS), WORDS) == b"secret"
    with pytest.raises(WrongPassphrase, match="does not open the identity"):
        unseal(sealed, WORDS + "x")


def test_every_flipped_bit_and_every_cut_is_noticed() -> None:
    sealed = seal(b"secret", WORDS, 1)
    for at in range(len(sealed)):
        with pytest.raises((NotAFile, WrongPassphrase)):
            unseal(sealed[:at], WORDS)
        for bit in range(8):
            changed = bytearray(sealed)
            changed[at] ^= 1 << bit
            with pytest.raises((NotAFile, WrongPassphrase, NoAccess, NoSpace)):
                unseal(bytes(changed), WORDS)
    for other in (sealed + b"x", sealed.replace(b"scrypt", b"X25519"), b""):
        with pytest.raises(NotAFile):
            unseal(other, WORDS)


def test_a_file_that_asks_for_more_work_than_the_limit_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_lightly(tmp_path / "home", WORDS)
    file = tmp_path / "home" / "identity.age"
    sealed = file.read_bytes()
    for work in (23, 30, 64, 999):
        file.write_bytes(sealed.replace(b" 1\n", b" %d\n" % work, 1))
        with pytest.raises(NoAccess, match=rf"2\^{work}, and this program does at most 2\^22"):
            identity.load(tmp_path / "home", WORDS)
    file.write_bytes(sealed.replace(b" 1\n", b" 22\n", 1))

    def full(*values: Any, **named: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(Scrypt, "derive", full)
    with pytest.raises(NoSpace, match="not enough memory for scrypt") as caught:
        identity.load(tmp_path / "home", WORDS)
    assert "4,096 MB" in str(caught.value.hint)


def test_a_header_that_was_changed_by_somebody_with_the_passphrase_is_damage(
    tmp_path: Path,
) -> None:
    """The MAC over the header holds, or the file is not what was written."""
    salt, nonce, key = bytes(16), bytes(16), bytes(16)
    wrapping = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, n=2, r=8, p=1).derive(
        WORDS.encode()
    )
    body = ChaCha20Poly1305(wrapping).encrypt(bytes(12), key, None)

    def text(value: bytes) -> str:
        return base64.b64encode(value).decode().rstrip("=")

    head = f"age-encryption.org/v1\n-> scrypt {text(salt)} 1\n{text(body)}\n---"
    mac = hmac.digest(bytes(32), head.encode(), "sha256")
    made_lightly(tmp_path / "home", WORDS)
    file = tmp_path / "home" / "identity.age"
    file.write_bytes(f"{head} {text(mac)}\n".encode() + nonce + bytes(40))
    with pytest.raises(Damaged, match="changed or truncated"):
        identity.load(tmp_path / "home", WORDS)


def test_what_an_earlier_version_sealed_with_less_work_opens_and_is_said(tmp_path: Path) -> None:
    made_lightly(tmp_path / "home", WORDS)
    assert identity.load(tmp_path / "home", WORDS).home == tmp_path / "home"
    assert identity.weak_work_factor(tmp_path / "home") == 1


@pytest.mark.parametrize("short", ["a", "eleven char", "김무명 김무명", "        xy"])
def test_a_short_passphrase_is_refused_unless_told_otherwise(
    tmp_path: Path, short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase_file, "seal", sealed_lightly)
    home = tmp_path / "home"
    with pytest.raises(UsedWrongly, match="fewer than 12 characters") as caught:
        identity.create(home, short)
    assert "--allow-short-passphrase" in str(caught.value.hint)
    assert not home.exists()
    identity.create(home, short, allow_short=True)
    with pytest.raises(UsedWrongly, match="fewer than 12 characters"):
        identity.change_passphrase(home, short, short[::-1] + " ")
    identity.change_passphrase(home, short, short[::-1] + " ", allow_short=True)
    assert identity.load(home, short[::-1] + " ").home == home


def test_twelve_characters_are_counted_as_one_keyboard_gives_them() -> None:
    passphrases.refuse_short("twelve chars")
    assert passphrases.is_short(unicodedata.normalize("NFD", "김무명 김무명"))


def test_a_generated_passphrase_is_six_words_of_a_list() -> None:
    from shamir_mnemonic.wordlist import WORDLIST

    assert len(set(WORDLIST)) == 1024
    made = {passphrases.generated() for _ in range(50)}
    assert len(made) == 50
    for words in made:
        assert len(words.split()) == 6
        assert set(words.split()) <= set(WORDLIST)
        passphrases.refuse_short(words)
