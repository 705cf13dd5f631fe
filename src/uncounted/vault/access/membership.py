"""Membership of a case file: granting access and joining.

Access is a file with the case key, sealed to a recipient. A signer is known by a
verifier key besides; a recipient without one (a spare key, recovery shares) opens and writes
nothing, until an identity joins through it. Called inside a transaction.
"""

from __future__ import annotations

import attrs

from uncounted.errors import AlreadyThere, NoAccess, UsedWrongly
from uncounted.proof.canonical_json import JSONObject
from uncounted.proof.signed_note import Verifier
from uncounted.vault.access.unlock import UnlockedCase
from uncounted.vault.keys import grants
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import parse
from uncounted.vault.log.entries import Clock, Entries, Entry
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import HolderRow

RECOVERY = "recovery"
# Kinds of entries that say who may open the case file, and that its key is new.
KINDS = frozenset({"grant", "join", "recovery", "revocation", "rotation"})
_LONGEST_NAME = 60


def checked(storage: Storage, recipient: str, vkey: str | None, name: str | None) -> Member:
    """A new member as they will be kept.

    Raises:
        AlreadyThere: they are one, or the name is another's.
        BadInput: not a recipient, or not a verifier key.
        UsedWrongly: not a name; or the keys were given for different people before.
    """
    recipient = parse(recipient)
    if vkey is not None:
        vkey = Verifier.parse(vkey.strip()).vkey
    holders = storage.holders()
    if any(row.recipient == recipient for row in holders):
        raise AlreadyThere(
            "this recipient is a member already", hint="list the members with uncounted members"
        )
    for author in storage.authors():
        if author.recipient == recipient and vkey is None:
            vkey = author.vkey  # they come back
        if (author.recipient == recipient) != (author.vkey == vkey):
            raise UsedWrongly(
                "the recipient and the verifier key belong to different identities",
                hint="use both keys that their uncounted identity prints",
            )
    if name is not None:
        _check_name(name, holders)
    return Member(recipient, vkey, name)


def _check_name(name: str, holders: list[HolderRow]) -> None:
    if (
        not name.strip()
        or name != name.strip()
        or len(name) > _LONGEST_NAME
        or not name.isprintable()
        or name.startswith((RECOVERY, "age1", "ssh-"))
    ):
        raise UsedWrongly(
            "not a valid name for a member",
            hint=f"up to {_LONGEST_NAME} letters; not one that begins like a recipient, or with "
            f"{RECOVERY}",
        )
    if any(row.name == name for row in holders):
        raise AlreadyThere("another member already has this name", hint="choose another one")


def hold(case: UnlockedCase, member: Member, since: int, by: Identity) -> bytes:
    """Seal the case key to a member and keep them; give their file."""
    key = case.keys.unsafe_case_key()
    sealed = grants.seal(case.id, key, member.recipient, by, case.epoch)
    case.storage.set_holder(HolderRow(member.recipient, member.vkey, member.name, since, sealed))
    if member.vkey is not None:
        case.storage.set_author(member.recipient, member.vkey)
    return sealed


def let_in(
    case: UnlockedCase, entries: Entries, by: Identity, kind: str, body: JSONObject, member: Member
) -> Entry:
    """Give a new member the case key, and note it; the file is there before the entry is kept.

    One that a crash leaves without its entry is deleted at the next opening.
    """
    file = case.folder / grants.FOLDER / grants.file_name(member.recipient, case.epoch)
    try:
        with case.storage.transaction():
            entry = entries.append(kind, body)
            sealed = hold(case, member, entry.seq, by)
            grants.put(case.folder, member.recipient, case.epoch, sealed)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    return entry


def join(case: UnlockedCase, identity: Identity, through: str, clock: Clock) -> Entry:
    """Make an identity a member, by the word of a key that the case key was sealed to.

    The key is a spare one or that of recovery shares; or the identity's own, when access
    was granted to it without a verifier key.

    Raises:
        NoAccess: the key belongs to no member, or to one who signs.
        AlreadyThere: the identity is a member.
        UsedWrongly: the identity's keys were given for different people before.
    """
    storage = case.storage
    if number_of(storage, identity) is not None:
        raise AlreadyThere("this identity is a member already", hint="open the case file with it")
    holder = next((row for row in storage.holders() if row.recipient == through), None)
    if holder is None or holder.vkey is not None:
        raise NoAccess(
            "this identity has a key to the case file but is not a member"
            if through == identity.recipient
            else "this key cannot be used to become a member",
            hint="ask a member for access",
        )
    for author in storage.authors():
        if (author.recipient == identity.recipient) != (author.vkey == identity.vkey):
            raise UsedWrongly(
                "this recipient has another verifier key here, or this verifier key"
                " another recipient",
                hint="use an identity of your own",
            )
    name = holder.name if through == identity.recipient else None
    member = Member(identity.recipient, identity.vkey, name)
    with storage.transaction():
        number = storage.set_author(member.recipient, identity.vkey)
        entries = Entries(storage, case.keys, number, identity.signer, clock)
        entry = entries.append("join", {"member": attrs.asdict(member), "through": through})
        if through == identity.recipient:  # they have their file already
            storage.set_holder(attrs.evolve(holder, vkey=identity.vkey, since=entry.seq))
        else:
            hold(case, member, entry.seq, identity)
    return entry


def find(storage: Storage, given: str) -> HolderRow:
    """The member that a recipient or a name means; `recovery` means the recovery shares.

    Raises:
        UsedWrongly: there is none.
    """
    for row in storage.holders():
        known = row.name == given or (given == RECOVERY and is_recovery(row))
        if known or row.recipient == given:
            return row
    raise UsedWrongly("no such member", hint="list the members with uncounted members")


def is_recovery(row: HolderRow | Member) -> bool:
    """Whether this is the key of recovery shares."""
    return row.name is not None and row.name.startswith(RECOVERY)


def number_of(storage: Storage, identity: Identity) -> int | None:
    """The number under which an identity writes entries; None when it may not."""
    holders = {(row.recipient, row.vkey) for row in storage.holders()}
    for row in storage.authors():
        same = (row.recipient, row.vkey) == (identity.recipient, identity.vkey)
        if same and row.revoked is None and (row.recipient, row.vkey) in holders:
            return row.number
    return None
