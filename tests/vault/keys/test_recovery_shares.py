"""Recovery shares: any few of them open, fewer never do, and a slip is said by its place."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest
import shamir_mnemonic
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST
from tests.vault.opened import entries_of

from uncounted.errors import AlreadyThere, BadInput, NoAccess, UsedWrongly
from uncounted.vault.case import Case, Member
from uncounted.vault.keys import recovery_shares
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import SecretKey
from uncounted.vault.keys.recovery_shares import RecoveryShare

ID = "00112233445566778899aabbccddeeff"
sizes = st.integers(2, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(2, n)))


def _read(shares: tuple[str, ...] | list[str]) -> list[RecoveryShare]:
    return [recovery_shares.read(share, number) for number, share in enumerate(shares, start=1)]


@given(sizes, st.data())
@settings(max_examples=25, deadline=None)
def test_any_subset_that_is_large_enough_opens(size: tuple[int, int], data: st.DataObject) -> None:
    shares, threshold = size
    made = recovery_shares.split(ID, shares, threshold)
    order = data.draw(st.permutations(made.unsafe_shares))
    count = data.draw(st.integers(threshold, shares))
    assert recovery_shares.join(ID, _read(order[:count])).recipient == made.recipient


@given(sizes, st.data())
@settings(max_examples=25, deadline=None)
def test_fewer_never_do(size: tuple[int, int], data: st.DataObject) -> None:
    shares, threshold = size
    made = recovery_shares.split(ID, shares, threshold)
    count = data.draw(st.integers(1, threshold - 1))
    order = data.draw(st.permutations(made.unsafe_shares))
    with pytest.raises(BadInput, match=f"{threshold} shares are needed, and {count} were given"):
        recovery_shares.join(ID, _read(order[:count]))


def test_fewer_say_nothing_of_the_secret() -> None:
    """With one share short, every secret is still possible: those of two secrets look alike.

    Shares of a low bit of the secret, over many splits: the mean of the first byte of one
    share does not depend on the secret (1.96 standard errors would be passed once in 20;
    five are asked for).
    """
    means = []
    for secret in (bytes(16), b"\xff" * 16):
        values = []
        for _ in range(200):
            ((share, _),) = shamir_mnemonic.generate_mnemonics(
                1, [(2, 2)], secret, iteration_exponent=0
            )
            values.append(recovery_shares.read(share, 1).share.value[0])
        means.append(sum(values) / len(values))
    error = (256**2 / 12 / 200) ** 0.5 * 2**0.5
    assert abs(means[0] - means[1]) < 5 * error


def test_the_key_is_the_one_that_age_knows() -> None:
    """Bech32 by the specification (BIP 173), against a key that pyrage spelled, and X25519."""
    secret = bytes(range(1, 33))
    spelled = recovery_shares.bech32("age-secret-key-", secret).upper()
    public = X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    assert SecretKey.from_age(spelled).recipient == recovery_shares.bech32("age", public)
    assert recovery_shares.bech32("a", b"") == "a12uel5l"  # BIP 173, "Test vectors"


def test_the_official_vector_of_the_specification_reads() -> None:
    """SLIP-39 test vectors, number 4: "Basic sharing 2-of-3 (128 bits)", passphrase TREZOR."""
    shares = (
        "shadow pistol academic always adequate wildlife fancy gross oasis cylinder "
        "mustang wrist rescue view short owner flip making coding armed",
        "shadow pistol academic acid actress prayer class unknown daughter sweater "
        "depict flip twice unkind craft early superior advocate guest smoking",
    )
    first, second = _read(shares)
    assert first.of_one_split_with(second)
    assert first.needed == 2
    secret = shamir_mnemonic.combine_mnemonics(shares, b"TREZOR")
    assert secret.hex() == "b43ceb7e57a0ea8766221624d01b0864"


def test_a_share_that_asks_for_minutes_of_work_is_refused() -> None:
    """An iteration exponent of 15, with a checksum that holds: 327 million rounds of SHA-256."""
    made = recovery_shares.split(ID, 3, 2)
    for exponent in (1, 15):
        slow = [
            dataclasses.replace(share.share, iteration_exponent=exponent).mnemonic()
            for share in _read(made.unsafe_shares)
        ]
        with pytest.raises(BadInput, match="share 1 is not a share of uncounted: it has another"):
            recovery_shares.join(ID, recovery_shares.read_all(slow))


def test_no_more_shares_are_read_than_a_set_can_have() -> None:
    made = recovery_shares.split(ID, 16, 2)
    shares = recovery_shares.read_all(made.unsafe_shares)
    assert recovery_shares.join(ID, shares).recipient == made.recipient
    with pytest.raises(BadInput, match="100,000 recovery shares were given, and one set has at"):
        recovery_shares.read_all([made.unsafe_shares[0]] * 100_000)
    with pytest.raises(BadInput, match="17 recovery shares were given"):
        recovery_shares.join(ID, [*shares, shares[0]])


def test_a_key_is_of_one_case_file() -> None:
    made = recovery_shares.split(ID, 3, 2)
    shares = _read(made.unsafe_shares[:2])
    assert recovery_shares.join(ID[::-1], shares).recipient != made.recipient


def test_the_first_four_letters_are_enough() -> None:
    made = recovery_shares.split(ID, 3, 2)
    short = [" ".join(word[:4].upper() for word in share.split()) for share in made.unsafe_shares]
    assert recovery_shares.join(ID, _read(short)).recipient == made.recipient


@pytest.mark.parametrize(
    ("shares", "threshold"), [(1, 1), (5, 1), (3, 4), (17, 2), (0, 0), (2, -1)]
)
def test_sizes_that_are_none(shares: int, threshold: int) -> None:
    with pytest.raises(UsedWrongly, match="at most 16 shares, and at least 2"):
        recovery_shares.split(ID, shares, threshold)


def test_slips_are_reported_by_their_place_and_no_word_is_repeated() -> None:
    made = recovery_shares.split(ID, 3, 2)
    words = made.unsafe_shares[0].split()

    def refused(text: str, match: str) -> None:
        with pytest.raises(BadInput, match=match) as caught:
            recovery_shares.read(text, 3)
        said = f"{caught.value} {caught.value.hint}".split()
        assert not {word for word in words if len(word) > 6} & set(said)

    refused(" ".join(words[:-1]), "share 3 has 19 words")
    refused("", "share 3 has 0 words")
    refused(" ".join([*words[:6], "mistake", *words[7:]]), "word 7 of share 3 is not a word")
    refused(" ".join([*words[:6], words[6][:4] + "xyz", *words[7:]]), "word 7 of share 3")
    for place in (4, 11, 19):
        other = next(w for w in WORDLIST if w != words[place])
        refused(" ".join([*words[:place], other, *words[place + 1 :]]), "do not match")
    swapped = next(i for i in range(4, 19) if words[i] != words[i + 1])
    words[swapped : swapped + 2] = words[swapped : swapped + 2][::-1]
    refused(" ".join(words), "two are swapped")


def test_shares_that_do_not_go_together() -> None:
    made, other = recovery_shares.split(ID, 4, 3), recovery_shares.split(ID, 4, 3)
    with pytest.raises(BadInput, match="share 3 does not belong to the same set as share 1"):
        recovery_shares.join(ID, _read([*made.unsafe_shares[:2], other.unsafe_shares[2]]))
    with pytest.raises(BadInput, match="share 3 is share 1 once more"):
        recovery_shares.join(ID, _read([*made.unsafe_shares[:2], made.unsafe_shares[0]]))
    with pytest.raises(BadInput, match="no recovery share was given"):
        recovery_shares.join(ID, [])


def _forged(share: RecoveryShare) -> str:
    """A share that is in order by itself, and says something else."""
    import dataclasses

    value = bytes([share.share.value[0] ^ 1, *share.share.value[1:]])
    return str(dataclasses.replace(share.share, value=value).mnemonic())


def test_a_forged_share_is_noticed_even_as_one_too_many() -> None:
    made = recovery_shares.split(ID, 4, 3)
    shares = _read(made.unsafe_shares)
    forged = recovery_shares.read(_forged(shares[1]), 2)
    with pytest.raises(BadInput, match="one of them is wrong"):
        recovery_shares.join(ID, [shares[0], forged, shares[2]])
    with pytest.raises(BadInput, match="one of them is wrong"):
        recovery_shares.join(ID, [shares[0], shares[2], shares[3], forged])


# --- in a case file ------------------------------------------------------------------------


def test_a_lost_identity_loses_nothing(filled: Path, me: Identity) -> None:
    with Case.open(filled, me) as case:
        made = recovery_shares.split(case.id, 5, 3)
        case.add_recovery(made.recipient, 5, 3)
        case.rotate()  # and the shares still open
        assert case.members[-1] == Member(made.recipient, None, "recovery 3 of 5")
    new = Identity.generate()
    for some in itertools.islice(itertools.combinations(made.unsafe_shares, 3), 2):
        key = recovery_shares.join(Case.id_of(filled), _read(some))
        new = Identity.generate()
        with Case.open(filled, new, through=key) as case:
            assert case.check() == ()
            assert len(case.state().reports) == 300
            case.put("release", {"title": "after"}, b"manifest")
    with Case.open(filled, new) as case:
        case.revoke(me.recipient)
        assert [e.kind for e in case.entries()][-6:] == [
            "rotation", "join", "release", "join", "release", "revocation",
        ]  # fmt: skip
    with pytest.raises(NoAccess, match="not a member"):
        Case.open(filled, me)


def test_shares_are_replaced_in_one_step(filled: Path, me: Identity, stranger: Identity) -> None:
    with Case.open(filled, me) as case:
        old = recovery_shares.split(case.id, 3, 2)
        case.add_recovery(old.recipient, 3, 2)
        new = recovery_shares.split(case.id, 5, 3)
        with pytest.raises(AlreadyThere, match="already has recovery shares"):
            case.add_recovery(new.recipient, 5, 3)
        case.add_recovery(new.recipient, 5, 3, replace=True)
        assert [member.name for member in case.members] == [None, "recovery 3 of 5"]
        assert case.check() == ()
        case_id = case.id
    with pytest.raises(NoAccess, match="do not open this case file"):
        Case.open(filled, stranger, through=recovery_shares.join(case_id, _read(old.unsafe_shares)))
    Case.open(
        filled, stranger, through=recovery_shares.join(case_id, _read(new.unsafe_shares[1:4]))
    ).close()
    with Case.open(filled, me) as case:
        case.revoke("recovery")
        assert [member.name for member in case.members] == [None, None]


def test_shares_of_another_case_file(tmp_path: Path, filled: Path, me: Identity) -> None:
    with Case.create(tmp_path / "other", me) as case:
        made = recovery_shares.split(case.id, 3, 2)
        case.add_recovery(made.recipient, 3, 2)
    key = recovery_shares.join(Case.id_of(filled), _read(made.unsafe_shares))
    with pytest.raises(NoAccess, match="do not open this case file") as caught:
        Case.open(filled, Identity.generate(), through=key)
    assert "another case file" in str(caught.value.hint)


def test_no_share_is_in_the_case_file(filled: Path, me: Identity) -> None:
    with Case.open(filled, me) as case:
        made = recovery_shares.split(case.id, 5, 3)
        case.add_recovery(made.recipient, 5, 3)
    with entries_of(filled, me) as entries:
        bodies = [
            str(opened.body)
            for row in entries.storage.entries()
            if (opened := entries.open(row)) is not None
        ]
    for share in made.unsafe_shares:
        start = " ".join(share.split()[4:7])
        assert not any(start in body for body in bodies)
        assert start not in repr(made)
