"""Commitments: pinned values, and that only the right value and salt open them."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.errors import BadInput
from uncounted.proof.commitment import commit, new_salt, opens

SALTS = st.binary(min_size=32, max_size=32)


def test_the_construction_is_pinned() -> None:
    # Changing it would make every case file's log unopenable.
    salt = bytes(range(32))
    by_hand = hmac.new(salt, b"uncounted/commitment/v1\x00" + b"4400", hashlib.sha256).digest()
    assert commit(b"4400", salt) == by_hand
    assert by_hand.hex() == "af51a7deff0e954990f4b2344c7716d276b5cb6a8fc6c182887b4f584583271a"


@given(st.binary(max_size=64), SALTS)
def test_it_opens_with_its_own(value: bytes, salt: bytes) -> None:
    assert opens(commit(value, salt), value, salt)


@given(st.binary(min_size=1, max_size=64), SALTS, st.data())
def test_one_bit_anywhere_and_it_does_not_open(
    value: bytes, salt: bytes, data: st.DataObject
) -> None:
    made = commit(value, salt)
    parts = [made, value, salt]
    which = data.draw(st.integers(0, 2))
    at = data.draw(st.integers(0, len(parts[which]) * 8 - 1))
    flipped = bytearray(parts[which])
    flipped[at // 8] ^= 1 << (at % 8)
    parts[which] = bytes(flipped)
    assert not opens(parts[0], parts[1], parts[2])


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_only_salts_of_256_bits(size: int) -> None:
    # HMAC pads a short key with zeros: b"x" and b"x\0" would be one salt.
    with pytest.raises(BadInput, match="a salt has 32 bytes"):
        commit(b"", bytes(size))
    assert not opens(commit(b"", bytes(32)), b"", bytes(size))


def test_salts_differ() -> None:
    assert len({new_salt() for _ in range(100)}) == 100
    assert all(len(new_salt()) == 32 for _ in range(5))


def test_equal_values_look_different() -> None:
    assert len({commit(b"3", new_salt()) for _ in range(50)}) == 50
