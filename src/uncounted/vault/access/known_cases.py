"""Known case files: which one lies at which path, its creator, its members and its case key.

Anyone can make a case file and grant it to a public recipient. A former member can make one
from an old copy. So an identity remembers, in its home, each case file that it opened: sealed
under a key of its own, since paths and names of members are confidential, and so that no one
else can write one. Losing it makes a case file unknown again, and unknown ones are asked about.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uncounted import atomic_files
from uncounted.errors import Damaged, NoAccess, NoSpace, Swapped
from uncounted.proof.canonical_json import JSONObject, canonical
from uncounted.proof.signed_note import fingerprint
from uncounted.vault.keys import succession
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.store import manifest
from uncounted.vault.store.rows import HolderRow

FOLDER = "known"
_KEY = b"uncounted known cases 1"
_NONCE_BYTES = 12
KEPT = 64  # paths of one case file, the newest


@attrs.frozen
class Introduction:
    """What is shown of a case file that this identity has not opened before.

    Attributes:
        case_id: its random id.
        creator: the verifier key that the first entry names; `creator_signed`: whether it signed.
        giver: the verifier key whose signature is under the case key for this identity.
        members: to whom the case key is sealed.
        log_seen: whether the home holds states of its log (`seen/`) and nothing of who created
            it. Earlier versions kept no more, but anyone who can write to the home can write
            it too: it is no reason to trust.
    """

    case_id: str
    creator: str
    creator_signed: bool
    giver: str
    members: tuple[Member, ...]
    log_seen: bool = False

    @property
    def vouched(self) -> tuple[str, ...]:
        """The fingerprint of the key that gave this identity the case key.

        Not of the creator's: a former member has the creator's signature in an old copy.
        """
        return (fingerprint(self.giver),)


@attrs.frozen
class MembersChanged:
    """The members who came and went since this identity last had a case file open."""

    added: tuple[Member, ...]
    removed: tuple[Member, ...]


class Meeting(Protocol):
    """What the person who opens a case file does when it is unknown, or its members are others."""

    def unknown(self, case: Introduction) -> bool:
        """Whether a case file that was not opened before is to be trusted."""
        ...

    def changed(self, members: MembersChanged) -> None:
        """Say who came and went, before anything is written."""
        ...


class TrustNothing:
    """Opens no unknown case file, and passes over a change of members: for programs."""

    def unknown(self, case: Introduction) -> bool:
        """No."""
        return False

    def changed(self, members: MembersChanged) -> None:
        """Nothing is said."""


TRUST_NOTHING = TrustNothing()


@attrs.frozen
class KeyAnchor:
    """The case key that was seen last: its number, and its succession secret."""

    epoch: int
    secret: bytes = attrs.field(repr=False)


@attrs.frozen
class KnownCase:
    """What an identity remembers of a case file.

    Attributes:
        creator: the verifier key of the first entry.
        members: to whom the case key was sealed.
        paths: where it was opened.
        authors: everyone who could ever write entries, those who left included.
        key: the case key. None: an earlier version wrote the record, and kept none.
        unsigned: how many entries no signature covers. None: as `key`.
    """

    creator: str
    members: tuple[Member, ...]
    paths: tuple[str, ...] = ()
    authors: tuple[Member, ...] = ()
    key: KeyAnchor | None = None
    unsigned: int | None = None

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        said: JSONObject = {
            "creator": self.creator,
            "members": _rows(self.members),
            "paths": list(self.paths),
        }
        if self.key is not None:
            said["authors"], said["unsigned"] = _rows(self.authors), self.unsigned
            said["epoch"], said["succession"] = self.key.epoch, self.key.secret.hex()
        return canonical(said)

    @classmethod
    def from_bytes(cls, plain: bytes) -> KnownCase:
        """Read what `to_bytes` gave, in this version or an earlier one."""
        said = json.loads(plain)
        members = tuple(Member(*row) for row in said["members"])
        if "epoch" not in said:
            return cls(said["creator"], members, tuple(said["paths"]))
        return cls(
            said["creator"],
            members,
            tuple(said["paths"]),
            tuple(Member(*row) for row in said["authors"]),
            KeyAnchor(said["epoch"], bytes.fromhex(said["succession"])),
            said["unsigned"],
        )


def _rows(members: Sequence[Member]) -> list[list[str | None]]:
    return [[m.recipient, m.vkey, m.name] for m in members]


class KnownCases:
    """The case files that the identity in a home folder opened before."""

    def __init__(self, identity: Identity) -> None:
        assert identity.home is not None
        self._folder = identity.home / FOLDER
        self._seal = AESGCM(identity.own_key(_KEY))

    def get(self, case_id: str) -> KnownCase | None:
        """What is known of a case file; None: nothing, or nothing that this identity wrote."""
        try:
            sealed = atomic_files.read_private(self._folder / case_id)
            nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return KnownCase.from_bytes(self._seal.decrypt(nonce, content, case_id.encode()))
        except (FileNotFoundError, InvalidTag, ValueError):
            return None

    def at(self, path: str) -> str | None:
        """The id of the case file that was opened at a path."""
        return next((case_id for case_id, known in self._every() if path in known.paths), None)

    def created(self, folder: Path, case_id: str, now: KnownCase) -> None:
        """Remember a case file that was made here; its path is that of no other any more."""
        path = place(folder)
        for other, known in list(self._every()):
            if path in known.paths:
                paths = tuple(each for each in known.paths if each != path)
                self._write(other, attrs.evolve(known, paths=paths))
        self._write(case_id, attrs.evolve(now, paths=(path,)))

    def opened(self, folder: Path, case_id: str, now: KnownCase) -> None:
        """Remember a case file that was opened, at this path and those where it may still lie."""
        path, before = place(folder), self.get(case_id)
        elsewhere = () if before is None else (each for each in before.paths if each != path)
        there = tuple(each for each in elsewhere if Path(each, manifest.NAME).exists())
        now = attrs.evolve(now, paths=(*there, path)[-KEPT:])
        if now != before:
            self._write(case_id, now)

    def refuse_other(self, folder: Path, case_id: str) -> None:
        """Refuse a case file in the place of another, before anything of it is read.

        Raises:
            Swapped: another was opened at this path before.
        """
        if self.at(place(folder)) not in (None, case_id):
            raise Swapped(
                "another case file lies where you opened a case file before: it was not opened",
                hint="if you did not put it there, keep it as evidence and restore yours from a"
                " copy; if you did, move it to a path of its own and open it there",
            )

    def refuse_other_key(
        self, case_id: str, giver: str, key: KeyAnchor, links: Iterable[tuple[int, bytes]]
    ) -> None:
        """Refuse a case key that was not made by someone who had the last one that was seen here.

        1. An earlier case key, or another with the same number, is refused.
        2. A later one must be signed by someone who was a member then, or links lead to it
           from the last one that was seen (`succession`).
        3. Where an earlier version kept no key, it must be signed by someone who was a member
           then; the entries must be looked at more closely.

        Raises:
            Swapped: it is refused.
        """
        known = self.get(case_id)
        if known is None:
            return  # it is asked about
        members = {m.vkey for m in known.members}
        seen = known.key
        if seen is None:  # 3
            if giver not in members:
                raise self._not_followed(case_id)
            return
        if key.epoch < seen.epoch or (key.epoch == seen.epoch and key.secret != seen.secret):  # 1
            raise self._other_key(case_id, key.epoch, seen.epoch)
        if key == seen or giver in members:  # 2
            return
        if succession.follow(seen.secret, seen.epoch, links, case_id) != key.secret:
            raise self._not_followed(case_id)

    def refuse_unremembered(self, case_id: str, holders: Sequence[HolderRow], seen: int) -> None:
        """Refuse a member who came before the newest entry that was seen, and is not remembered.

        For a record without a case key: a former member cannot show the entry that removed
        them, and could put an older state of the members in its place.

        Raises:
            Swapped: there is one.
        """
        known = self.get(case_id)
        had = set() if known is None else _keys(known.members)
        if any(row.since < seen and (row.recipient, row.vkey) not in had for row in holders):
            raise Swapped(
                "a member of this case file is said to have been one when you last opened it, and"
                " was none: it was not opened",
                hint=self._evidence(case_id),
            )

    def _evidence(self, case_id: str) -> str:
        return (
            "someone, perhaps a former member with an old copy, may have put it in the place"
            " of yours: keep it as evidence and restore yours from a copy. If you put an older"
            f" copy here yourself, {self._as_new(case_id)}"
        )

    def _as_new(self, case_id: str) -> str:
        return (
            f"delete {self._folder / case_id} (the record of what you opened):"
            " the case file is then shown to you as a new one"
        )

    def _not_followed(self, case_id: str) -> Swapped:
        return Swapped(
            "the case key was given to you by a key that was not a member's when you last opened"
            " this case file, and nothing shows that its owner had the case key before: it was not"
            " opened",
            hint="keep it as evidence and restore yours from a copy. If members changed the case"
            " key with an earlier version of uncounted, ask one of those that you know to run"
            " uncounted rotate with this version. If none of them is a member any more, have a"
            " member read you the fingerprint of their key, and"
            f" {self._as_new(case_id)}",
        )

    def _other_key(self, case_id: str, epoch: int, seen: int) -> Swapped:
        which = (
            f"the case key of this case file is number {epoch}, and the last one that you saw is"
            f" number {seen}"
            if epoch < seen
            else "the case key of this case file is not the one that you saw under the same number"
        )
        return Swapped(
            f"{which}: it was not opened",
            hint=self._evidence(case_id),
        )

    def meet(self, introduced: Introduction, now: KnownCase, meeting: Meeting) -> None:
        """Ask about an unknown case file; of a known one, look who created it and say what changed.

        Only what is sealed here makes one known.

        Raises:
            NoAccess: it is unknown, and not trusted.
            Swapped: another key created the one of this id that was opened before.
            Damaged: fewer of its entries are signed than were.
        """
        known = self.get(introduced.case_id)
        if known is None:
            if not meeting.unknown(introduced):
                raise _untrusted(introduced)
            return
        if known.creator != now.creator:
            raise Swapped(
                "this case file was created by another key than the one with this id that you"
                " opened before: it was not opened",
                hint="keep it as evidence and restore yours from a copy",
            )
        if known.unsigned is not None and (now.unsigned or 0) > known.unsigned:
            raise Damaged(
                "signatures of entries are missing that were there when you last opened this case"
                " file: it was not opened",
                hint="keep it as evidence and restore the case file from a copy",
            )
        changed = _changed(known, now)
        if changed.added or changed.removed:
            meeting.changed(changed)

    def _every(self) -> Iterator[tuple[str, KnownCase]]:
        names = sorted(path.name for path in self._folder.glob("[!.]*"))
        for name in names:
            if (known := self.get(name)) is not None:
                yield name, known

    def _write(self, case_id: str, known: KnownCase) -> None:
        # Where the home cannot be written to, the case file is as good, and unknown again.
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + self._seal.encrypt(nonce, known.to_bytes(), case_id.encode())
        try:
            atomic_files.make_private_folder(self._folder)
            atomic_files.write(self._folder / case_id, sealed, private=True)
        except NoSpace:
            return


def place(folder: Path) -> str:
    """The path of a folder, in one spelling."""
    return os.fsencode(folder.resolve()).decode("utf-8", "backslashreplace")


def _changed(known: KnownCase, now: KnownCase) -> MembersChanged:
    had, has = _keys(known.members), _keys(now.members)
    recipients = {m.recipient for m in now.members}
    added = tuple(m for m in now.members if (m.recipient, m.vkey) not in had)
    removed = tuple(
        m
        for m in known.members
        if (m.recipient, m.vkey) not in has
        and not (m.vkey is None and m.recipient in recipients)  # has stated its key since
    )
    if known.key is None:  # the authors were not kept
        return MembersChanged(added, removed)
    wrote = _keys(known.authors) | had | has
    passed = tuple(m for m in now.authors if (m.recipient, m.vkey) not in wrote)
    return MembersChanged((*added, *passed), (*removed, *passed))  # some came and went


def _keys(members: Sequence[Member]) -> set[tuple[str, str | None]]:
    return {(member.recipient, member.vkey) for member in members}


def _untrusted(introduced: Introduction) -> NoAccess:
    (mark,) = introduced.vouched
    why = (
        "your identity holds no record of who created this case file (earlier versions kept none)"
        if introduced.log_seen
        else "you have not opened this case file before"
    )
    return NoAccess(
        f"{why}, and you did not say that you trust it: it was not opened",
        hint="have the person who gave you access read you the fingerprint of their key; if it"
        f" is {mark}, run the command again with --trust and that fingerprint",
    )
