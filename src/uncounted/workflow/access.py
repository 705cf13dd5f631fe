"""Who may open a case file: identities, members, recovery shares; and opening it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.atomic_files import refuse_existing
from uncounted.errors import NoAccess, UsedWrongly
from uncounted.proof.signed_note import fingerprint
from uncounted.vault.access.known_cases import (
    TRUST_NOTHING,
    Introduction,
    Meeting,
    MembersChanged,
)
from uncounted.vault.case import Case, Member
from uncounted.vault.keys import identity, recipients, recovery_shares
from uncounted.vault.keys.passphrases import generated, refuse_short
from uncounted.vault.keys.recipients import Opener, PublicKeys, read_key
from uncounted.vault.keys.recovery_shares import RecoveryShare, RecoveryShares, refuse_unfit
from uncounted.vault.keys.recovery_shares import read as read_share
from uncounted.vault.keys.recovery_shares import read_all as read_shares

__all__ = [
    "Case",
    "GrantSummary",
    "IdentityKeys",
    "Introduction",
    "KeyChange",
    "Meeting",
    "Member",
    "MemberSummary",
    "Members",
    "MembersChanged",
    "Opener",
    "PublicKeys",
    "RecoveryShare",
    "RecoveryShares",
    "change_passphrase",
    "combine_shares",
    "create_identity",
    "create_throwaway_identity",
    "fingerprint",
    "generated",
    "grant",
    "has_identity",
    "make_shares",
    "members",
    "open_case",
    "read_key",
    "read_recipient",
    "read_share",
    "read_shares",
    "refuse_existing",
    "refuse_inside",
    "refuse_short",
    "refuse_unfit",
    "revoke",
    "rotate",
    "show_identity",
    "weak_work_factor",
    "write_shares",
]

type Ask = Callable[[], str]  # asks for a passphrase


def has_identity(home: Path) -> bool:
    """Whether there is an identity in this folder."""
    return identity.exists(home)


@attrs.frozen
class IdentityKeys:
    """The public keys of an identity; neither opens anything."""

    identity: str
    recipient: str
    signer: str


def show_identity(home: Path) -> IdentityKeys:
    """The public keys of the identity in `home`."""
    _refuse_without(home)
    mine = identity.public(home)
    return IdentityKeys(str(home), mine.recipient, mine.vkey)


def weak_work_factor(home: Path) -> int | None:
    """The work factor of an identity that is less than that of a new one; None: it is not."""
    return identity.weak_work_factor(home)


def create_identity(home: Path, passphrase: Ask, *, allow_short: bool = False) -> IdentityKeys:
    """Make an identity in `home`, which must not hold one."""
    identity.refuse_existing(home)
    identity.create(home, passphrase(), allow_short=allow_short)
    return show_identity(home)


def create_throwaway_identity(home: Path, passphrase: str) -> None:
    """Make an identity under a passphrase that is no secret; it opens at once."""
    identity.create(home, passphrase, work=_NO_WORK)


_NO_WORK = 10  # base-2 logarithm of scrypt's cost


def change_passphrase(home: Path, old: Ask, new: Ask, *, allow_short: bool = False) -> IdentityKeys:
    """Put the identity under a new passphrase; its keys stay the same."""
    _refuse_without(home)
    changed = identity.change_passphrase(home, old(), new(), allow_short=allow_short)
    return IdentityKeys(str(home), changed.recipient, changed.vkey)


def _refuse_without(home: Path) -> None:
    if not identity.exists(home):
        raise NoAccess("no identity found", hint="create one: uncounted identity new")


def open_case(
    folder: Path,
    home: Path,
    passphrase: Ask,
    *,
    through: Opener | None = None,
    without_log: bool = False,
    despite_foreign: bool = False,
    meeting: Meeting = TRUST_NOTHING,
) -> Case:
    """Open a case file with the identity in `home`; a wrong folder is refused before it is asked.

    `through` is a key that access was granted to, by which the identity becomes a member.
    `without_log` reads a case file whose log is lost, `despite_foreign` one to whose database a
    member added something; neither changes anything. `meeting` is asked about a case file that
    the identity has not opened before.
    """
    Case.id_of(folder)
    me = identity.load(home, passphrase())
    return Case.open(
        folder,
        me,
        through=through,
        without_log=without_log,
        despite_foreign=despite_foreign,
        meeting=meeting,
    )


def refuse_inside(case: Path, out: Path) -> None:
    """Refuse to write over what is there, or into the case file.

    A case file holds nothing that it does not know of, and a copy of it would hold what
    stands there in clear.
    """
    refuse_existing(out)
    if out.resolve().is_relative_to(case.resolve()):
        raise UsedWrongly(
            "--out is inside the case file",
            hint="choose another folder: everyone who gets the case file would get it too",
        )


@attrs.frozen
class MemberSummary:
    """A member of a case file, by public keys, and what members call them."""

    recipient: str
    signer: str | None
    name: str | None


@attrs.frozen
class Members:
    """Who may open a case file, and the number of its key."""

    members: Sequence[MemberSummary]
    key: int


def members(case: Case) -> Members:
    """Who may open a case file."""
    return Members([MemberSummary(m.recipient, m.vkey, m.name) for m in case.members], case.epoch)


def read_recipient(recipient: str, vkey: str | None) -> PublicKeys:
    """The public keys of a person: stated, or in a file, with the verifier key if it is stated."""
    given = recipients.read(recipient)
    if vkey is not None and given.vkey not in (None, vkey.strip()):
        raise UsedWrongly(
            "--vkey is not the verifier key that the file holds", hint="give one of the two"
        )
    return attrs.evolve(given, vkey=vkey or given.vkey)


@attrs.frozen
class GrantSummary:
    """The entry that gave access, and to whom."""

    entry: int
    recipient: str
    signer: str | None


def grant(case: Case, keys: PublicKeys, name: str | None) -> GrantSummary:
    """Make a recipient a member, who can open the case file and read all of it."""
    entry = case.grant(keys.recipient, vkey=keys.vkey, name=name)
    (added,) = (m for m in case.members if m.recipient == keys.recipient)
    return GrantSummary(entry.seq, added.recipient, added.vkey)


@attrs.frozen
class KeyChange:
    """The entry that made a new case key, and its number."""

    entry: int
    key: int


def revoke(case: Case, recipient: str) -> tuple[KeyChange, bool]:
    """Take access away; also whether there are recovery shares still."""
    names = {m.name for m in case.members}
    entry = case.revoke(recipient if recipient in {*names, "recovery"} else _recipient(recipient))
    shares = any(m.name is not None and m.name.startswith("recovery") for m in case.members)
    return KeyChange(entry.seq, case.epoch), shares


def _recipient(given: str) -> str:
    try:
        return recipients.read(given).recipient
    except UsedWrongly:
        return given  # whatever it is, it is no member, and that is said


def rotate(case: Case) -> KeyChange:
    """Make a new case key for the same members, and put everything under it."""
    return KeyChange(case.rotate().seq, case.epoch)


def make_shares(folder: Path, shares: int, threshold: int) -> RecoveryShares:
    """Recovery shares for a case file, which open nothing until `add_recovery`."""
    return recovery_shares.split(Case.id_of(folder), shares, threshold)


def write_shares(shares: Sequence[str], out: Path) -> list[Path]:
    """Write each share to a file of its own, in a new folder for its owner alone."""
    atomic_files.make_private_folder(out)
    files = [out / f"share-{number}-of-{len(shares)}.txt" for number in range(1, len(shares) + 1)]
    for file, share in zip(files, shares, strict=True):
        atomic_files.write(file, share.encode() + b"\n", private=True, replace=False)
    return files


def combine_shares(folder: Path, shares: Callable[[], Sequence[RecoveryShare]]) -> Opener:
    """The key that recovery shares of a case file make; a wrong folder is refused first."""
    return recovery_shares.join(Case.id_of(folder), shares())
