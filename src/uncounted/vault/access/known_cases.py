"""Known case files: which one lies at which path, who created it, and who its members were.

Anyone can make a case file and grant it to a public recipient. So an identity remembers, in
its home, each case file that it opened: sealed under a key of its own, since paths and names of
members are confidential, and so that no one else can write one. Losing it makes a case file
unknown again, and unknown ones are asked about.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import attrs
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from uncounted import atomic_files
from uncounted.errors import NoAccess, NoSpace, Swapped
from uncounted.proof.canonical_json import canonical
from uncounted.proof.signed_note import fingerprint
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.store import manifest

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
        """Fingerprints of the keys whose signatures were checked."""
        keys = (self.giver, self.creator) if self.creator_signed else (self.giver,)
        return tuple(dict.fromkeys(map(fingerprint, keys)))


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
class KnownCase:
    """What an identity remembers of a case file."""

    creator: str
    members: tuple[Member, ...]
    paths: tuple[str, ...]

    def to_bytes(self) -> bytes:
        """As it is sealed."""
        members = [[m.recipient, m.vkey, m.name] for m in self.members]
        return canonical({"creator": self.creator, "members": members, "paths": list(self.paths)})

    @classmethod
    def from_bytes(cls, plain: bytes) -> KnownCase:
        """Read what `to_bytes` gave."""
        said = json.loads(plain)
        members = tuple(Member(*row) for row in said["members"])
        return cls(said["creator"], members, tuple(said["paths"]))


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

    def created(self, folder: Path, case_id: str, creator: str, members: Sequence[Member]) -> None:
        """Remember a case file that was made here; its path is that of no other any more."""
        path = place(folder)
        for other, known in list(self._every()):
            if path in known.paths:
                paths = tuple(each for each in known.paths if each != path)
                self._write(other, attrs.evolve(known, paths=paths))
        self._write(case_id, KnownCase(creator, tuple(members), (path,)))

    def opened(self, folder: Path, case_id: str, creator: str, members: Sequence[Member]) -> None:
        """Remember a case file that was opened, at this path and those where it may still lie."""
        path, before = place(folder), self.get(case_id)
        elsewhere = () if before is None else (each for each in before.paths if each != path)
        there = tuple(each for each in elsewhere if Path(each, manifest.NAME).exists())
        now = KnownCase(creator, tuple(members), (*there, path)[-KEPT:])
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

    def meet(self, introduced: Introduction, meeting: Meeting) -> None:
        """Ask about an unknown case file; of a known one, look who created it and say what changed.

        Only what is sealed here makes one known.

        Raises:
            NoAccess: it is unknown, and not trusted.
            Swapped: another key created the one of this id that was opened before.
        """
        known = self.get(introduced.case_id)
        if known is None:
            if not meeting.unknown(introduced):
                raise _untrusted(introduced)
            return
        if known.creator != introduced.creator:
            raise Swapped(
                "this case file was created by another key than the one with this id that you"
                " opened before: it was not opened",
                hint="keep it as evidence and restore yours from a copy",
            )
        had, has = _keys(known.members), _keys(introduced.members)
        recipients = {m.recipient for m in introduced.members}
        added = tuple(m for m in introduced.members if (m.recipient, m.vkey) not in had)
        removed = tuple(
            m
            for m in known.members
            if (m.recipient, m.vkey) not in has
            and not (m.vkey is None and m.recipient in recipients)  # has stated its key since
        )
        if added or removed:
            meeting.changed(MembersChanged(added, removed))

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


def _keys(members: Sequence[Member]) -> set[tuple[str, str | None]]:
    return {(member.recipient, member.vkey) for member in members}


def _untrusted(introduced: Introduction) -> NoAccess:
    prints = " or ".join(introduced.vouched)
    why = (
        "your identity holds no record of who created this case file (earlier versions kept none)"
        if introduced.log_seen
        else "you have not opened this case file before"
    )
    return NoAccess(
        f"{why}, and you did not say that you trust it: it was not opened",
        hint="have the person who gave you access read you the fingerprint of their key; if it"
        f" is {prints}, run the command again with --trust and that fingerprint",
    )
