"""Verify a release folder: signature, manifest, files and transparency log; no secret needed.

A release signed by another key verifies too, as that signer's: without a verifier key from
elsewhere the signer is unchecked, and the verdict says so. This module starts fast and imports
nothing that estimates, links or opens a case file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

import attrs

from uncounted.errors import (
    BadInput,
    BadSignature,
    MalformedNote,
    NotVerified,
    UnknownSigner,
    UsedWrongly,
)
from uncounted.proof import canonical_json, commitment, merkle, untrusted_files
from uncounted.proof.checkpoint import Checkpoint, open_checkpoint
from uncounted.proof.signed_note import Verifier, fingerprint, open_note, split
from uncounted.proof.tlog_proof import TlogProof
from uncounted.publish import headline

FORMAT: Final = "uncounted-release/1"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
CHECKPOINT: Final = "checkpoint"
PROOF: Final = "release.tlog-proof"
OPENING: Final = "opening.json"
LEAVES: Final = "log-leaves"
OWN: Final = frozenset({MANIFEST, SIGNATURE, CHECKPOINT, PROOF, OPENING, LEAVES})

MAX_FILE_BYTES: Final = 1 << 30  # of each file, and of all files together
MAX_ENTRIES: Final = 1 << 22  # of the log: 128 MB of leaf hashes
MAX_OWN_BYTES: Final = 1 << 22  # of each of our own files but the leaves
MAX_FILES: Final = 10_000
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_FIRST_RELEASE: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # none was made before
_CHUNK = 4096 * merkle.HASH_BYTES  # a power of two of leaves
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_LEFT_BY_SYSTEMS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".directory"})


@attrs.frozen
class Check:
    """One thing that was looked at."""

    what: str
    ok: bool
    text: str


@attrs.frozen
class Verdict:
    """A release that holds together."""

    ok: bool
    checks: tuple[Check, ...]
    signer: str
    fingerprint: str
    signer_checked: bool
    made_at: str
    log: Checkpoint
    facts: canonical_json.JSONObject = attrs.field(repr=False)
    headline: str | None = None
    warnings: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, str]]:
        """Give the verdict for people: what was published, what was checked, warnings last."""
        title = self.facts.get("title")
        published = [
            ("title", title if isinstance(title, str) else None),
            ("made", self.made_at),
            ("case", self.log.origin),
            ("headline", self.headline),
        ]
        checked = [(check.what, check.text) for check in self.checks]
        return [
            *((what, words) for what, words in published if words),
            *checked,
            *(("warning", words) for words in self.warnings),
        ]

    def to_json(self) -> canonical_json.JSONObject:
        """Give the verdict for programs, as plain JSON values."""
        return {
            "ok": self.ok,
            "signer": self.signer,
            "fingerprint": self.fingerprint,
            "signer_checked": self.signer_checked,
            "made_at": self.made_at,
            "log": {
                "origin": self.log.origin,
                "size": self.log.size,
                "root": self.log.root.hex(),
            },
            "facts": self.facts,
            "headline": self.headline,
            "checks": [attrs.asdict(check) for check in self.checks],
            "warnings": list(self.warnings),
        }


@attrs.frozen
class _SignedFile:
    """What the manifest says of a file: its bytes and their SHA-256 as hex."""

    size: int
    sha256: str


@attrs.frozen
class _Manifest:
    """A manifest of our format, read and checked, but for its signature."""

    made_at: str
    signer: str
    files: Mapping[str, _SignedFile]
    facts: canonical_json.JSONObject


def verify(folder: Path, *, signer: str | None = None, since: Path | None = None) -> Verdict:
    """Check a release folder from end to end.

    1.  The manifest is one: canonical JSON of our format, names that stay in the folder, sizes
        within the limits, a time that is neither before the project nor in the future, a title
        that can be shown.
    2.  It is signed by the key that it names.
    3.  That key is `signer`, when the reader brought one.
    4.  Every file that it lists is there, of the same size and SHA-256.
    5.  No other file, folder or link is there.
    6.  The checkpoint is signed by the same key.
    7.  The opening is of the log entry that commits to this manifest.
    8.  That entry is in the log: the proof leads to the checkpoint's root.
    9.  The leaf hashes are those of the log at the checkpoint.
    10. The log of the older release `since` is a prefix of this one.
    11. The headline is read from the signed bytes, and is one.

    Raises:
        UsedWrongly: `signer` is not a verifier key, or there is no such folder.
        NotVerified: something does not hold; the sentence says what and where.
    """
    for path in filter(None, (folder, since)):
        if not path.is_dir():
            raise UsedWrongly("no such folder", hint="give the folder of a release")
    wanted = _wanted(signer)
    data = _own(folder, MANIFEST)
    manifest = _manifest(data)  # 1
    key = _signature(folder, data, manifest.signer)  # 2
    if wanted is not None and key != wanted:  # 3
        raise NotVerified(
            "this release is signed by another key",
            hint=f"--signer is {fingerprint(wanted.vkey)}; the release is signed by"
            f" {fingerprint(key.vkey)}",
        )
    files = _files(folder, manifest.files)  # 4, 5
    log = _log(folder, data, key)  # 6, 7, 8, 9
    older = _since(folder, log, since)  # 10
    verdict = _verdict(manifest, key, wanted, files, log, older)
    if (estimates := manifest.files.get(headline.ESTIMATES)) is None:
        return verdict
    shown = headline.headline(folder, estimates.size, estimates.sha256)
    return attrs.evolve(verdict, headline=shown)


def signed_text(manifest: bytes) -> str:
    r"""Give the text of the note in `manifest.sig`.

    The first line keeps it apart from every checkpoint signed by the same key.
    """
    return f"{FORMAT}\nsha256 {hashlib.sha256(manifest).hexdigest()}\n"


def wrong_names(names: Iterable[str]) -> str | None:
    """Say what is wrong with the names of a release's files, or None.

    Names are relative paths of plain segments, so that no system reads one as
    another place, another file or a device.

    Examples:
        >>> wrong_names(["report.html", "tables/by-year.csv"])
        >>> wrong_names(["../report.html"])
        'manifest.json lists a name that could leave its folder or not exist on some system'
    """
    seen: set[str] = set()
    for name in names:
        segments = name.split("/")
        if len(segments) > 4 or not all(
            _NAME.fullmatch(part) and not _RESERVED.fullmatch(part.lower()) for part in segments
        ):
            return (
                "manifest.json lists a name that could leave its folder or not exist on some system"
            )
        if name.lower() in {own.lower() for own in OWN}:
            return f"manifest.json lists {name.lower()}, a name that is kept for the proof"
        if name.lower() in seen:
            return "manifest.json lists two names that are one on some systems"
        seen.add(name.lower())
    return None


def _verdict(
    manifest: _Manifest,
    key: Verifier,
    wanted: Verifier | None,
    files: Check,
    log: Checkpoint,
    older: Verdict | None,
) -> Verdict:
    short = fingerprint(key.vkey)
    checks = [
        files,
        Check("signature", True, short + ("" if wanted is None else ", the key you gave")),
        Check("log", True, f"recorded in a log of {log.size:,} entries signed by the same key"),
    ]
    warnings = []
    if wanted is None:
        warnings.append(
            "signer not checked. Ask the publisher for the key by another channel, and give it as"
            " --signer."
        )
    if older is not None:
        checks.append(Check("since", True, f"the log only grew since {older.log.size:,} entries"))
        if older.signer != key.vkey:
            warnings.append(
                f"the older release is signed by another key, {older.fingerprint}; "
                "that is in order when another member made it"
            )
    return Verdict(
        ok=True,
        checks=tuple(checks),
        signer=key.vkey,
        fingerprint=short,
        signer_checked=wanted is not None,
        made_at=manifest.made_at,
        log=log,
        facts=manifest.facts,
        warnings=tuple(warnings),
    )


def _wanted(signer: str | None) -> Verifier | None:
    if signer is None:
        return None
    try:
        return Verifier.parse(signer.strip())
    except BadInput as problem:
        raise UsedWrongly(str(problem), hint=problem.hint) from None


def _manifest(data: bytes) -> _Manifest:
    value = _canonical(data, MANIFEST)
    shape = {"format": str, "tool": dict, "made_at": str, "signer": str, "files": dict}
    _shaped(value, shape | {"facts": dict}, MANIFEST)
    if value["format"] != FORMAT:
        raise NotVerified(
            "manifest.json has a format that this version does not support",
            hint="a newer version of uncounted may read it",
        )
    _shaped(value["tool"], {"name": str, "version": str}, MANIFEST)
    _time(value["made_at"])
    if len(value["files"]) > MAX_FILES:
        raise NotVerified(f"manifest.json lists more than {MAX_FILES:,} files")
    problem = wrong_names(value["files"])
    if problem is not None:
        raise NotVerified(problem, hint="do not open the files of this folder; ask the publisher")
    for listed in value["files"].values():
        _shaped(listed, {"size": int, "sha256": str}, MANIFEST)
        if not 0 <= listed["size"] <= MAX_FILE_BYTES:
            raise NotVerified(f"manifest.json lists a file of more than {MAX_FILE_BYTES:,} bytes")
    if sum(listed["size"] for listed in value["files"].values()) > MAX_FILE_BYTES:
        raise NotVerified(f"manifest.json lists files of more than {MAX_FILE_BYTES:,} bytes in all")
    headline.refuse_long_title(value["facts"])
    files = {name: _SignedFile(**listed) for name, listed in value["files"].items()}
    return _Manifest(value["made_at"], value["signer"], files, value["facts"])


def _time(made_at: str) -> None:
    try:
        made = dt.datetime.fromisoformat(made_at) if TIME.fullmatch(made_at) else None
    except ValueError:  # such as a month 13
        made = None
    if made is None:
        raise NotVerified(
            "manifest.json does not say when it was made",
            hint="made_at is a time in UTC, such as 2026-03-01T12:00:00Z; ask the publisher",
        )
    if made < _FIRST_RELEASE:
        raise NotVerified(
            f"{MANIFEST} says that the release was made on {made:%Y-%m-%d},"
            " when uncounted did not exist",
            hint="the publisher's clock was wrong, or the date was chosen; ask for a new release",
        )
    if made > _now() + dt.timedelta(days=1):
        raise NotVerified(
            f"{MANIFEST} says that the release was made on {made:%Y-%m-%d}, which is in the future",
            hint="check the date of this computer; if it is right, ask for a new release",
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _signature(folder: Path, manifest: bytes, vkey: str) -> Verifier:
    try:
        key = Verifier.parse(vkey)
    except BadInput:
        raise NotVerified("manifest.json names a signer that is not a verifier key") from None
    try:
        text = _signed_once(_own(folder, SIGNATURE), key, SIGNATURE)
    except UnknownSigner:
        raise NotVerified(
            "manifest.sig is not signed by the key that manifest.json names",
            hint="one of the two was changed or replaced after signing",
        ) from None
    except BadSignature:
        raise NotVerified(
            "manifest.sig was changed after signing", hint="download the release again"
        ) from None
    except MalformedNote as problem:
        raise NotVerified(f"{SIGNATURE}: {problem}", hint="download the release again") from None
    if text != signed_text(manifest):
        raise NotVerified(
            "manifest.json is not the signed one",
            hint="it was changed or replaced after signing; download the release again",
        )
    return key


def _signed_once(note: bytes, key: Verifier, name: str) -> str:
    """The text of a note that this key alone signed: other lines could say anything."""
    text = open_note(note, [key])
    if len(split(note)[1]) > 1:
        raise NotVerified(
            f"{name} holds lines besides the publisher's signature",
            hint="they were added after signing; download the release again",
        )
    return text


def _files(folder: Path, listed: Mapping[str, _SignedFile]) -> Check:
    folders = {str(parent) for name in listed for parent in PurePosixPath(name).parents}
    found = dict(untrusted_files.walk(folder, folders))
    wrong = [f"{name} is missing" for name in sorted({*listed, *OWN} - found.keys())]
    for name in sorted(listed.keys() & found.keys()):
        wrong += _changed(folder, name, found[name], listed[name])
    for name in sorted(found.keys() - listed.keys() - OWN):
        why = " (left by the system, not by the publisher?)"
        left = why if name.rsplit("/", 1)[-1] in _LEFT_BY_SYSTEMS or "/._" in f"/{name}" else ""
        wrong.append(
            f"{untrusted_files.shown(name)} is foreign: the manifest does not list it{left}"
        )
    if wrong:
        more = f"; and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise NotVerified(
            "; ".join(wrong[:5]) + more,
            hint="download the release again, into an empty folder, and do not use these files",
        )
    total = sum(signed.size for signed in listed.values())
    return Check("files", True, f"{len(listed)} files, {total:,} bytes")


def _changed(folder: Path, name: str, size: int | None, signed: _SignedFile) -> list[str]:
    if size is None:
        return [f"{name} is a folder, a link or a device, and not an ordinary file"]
    if size != signed.size:
        return [f"{name} was changed: {size:,} bytes instead of {signed.size:,}"]
    if untrusted_files.sha256(folder, name, size) != signed.sha256:
        return [f"{name} was changed"]
    return []


def _log(folder: Path, manifest: bytes, key: Verifier) -> Checkpoint:
    note = _own(folder, CHECKPOINT)
    log = _named(CHECKPOINT, lambda: open_checkpoint(note, [key]))  # 6
    _signed_once(note, key, CHECKPOINT)
    proof = _named(PROOF, lambda: TlogProof.parse(_own(folder, PROOF)))
    leaf = merkle.leaf_hash(_opened(folder, manifest, key, proof.index))  # 7
    if proof.checkpoint != note:  # 8
        raise NotVerified(f"{PROOF} is not about the log of {CHECKPOINT}")
    if not merkle.includes(leaf, proof.index, log.size, proof.hashes, log.root):
        raise NotVerified(
            f"{PROOF} does not lead from the entry in {OPENING} to the root in {CHECKPOINT}",
            hint="one of the three belongs to another release, or was changed",
        )
    _leaves(folder, log)  # 9
    return log


def _opened(folder: Path, manifest: bytes, key: Verifier, index: int) -> bytes:
    opening = _canonical(_own(folder, OPENING), OPENING)
    _shaped(opening, {"body": dict, "salt": str}, OPENING)
    body, salt = opening["body"], opening["salt"]
    _shaped(body, {"kind": str, "seq": int, "when": str, "by": str, "body": dict}, OPENING)
    if not re.fullmatch(r"[0-9a-f]{64}", salt):
        raise NotVerified(f"{OPENING}: the salt is not 32 bytes")
    says = body["body"].get("manifest")
    if body["kind"] != "release" or says != hashlib.sha256(manifest).hexdigest():
        raise NotVerified(f"{OPENING}: the log's entry is not about this manifest")
    if body["by"] != key.vkey:
        raise NotVerified(f"{OPENING}: the log's entry is by another key")
    if body["seq"] != index:
        raise NotVerified(f"{PROOF} and {OPENING} are about two entries of the log")
    return commitment.commit(canonical_json.canonical(body), bytes.fromhex(salt))


def _leaves(folder: Path, log: Checkpoint) -> None:
    if log.size > MAX_ENTRIES:
        raise NotVerified(
            f"{CHECKPOINT} claims a log of {log.size:,} entries;"
            f" at most {MAX_ENTRIES:,} are verified",
            hint="a log has one entry for each report and command; ask the publisher",
        )
    if _root(folder, log, log.size) != log.root:
        raise NotVerified(f"{LEAVES} is not the log of {CHECKPOINT}")


def _since(folder: Path, log: Checkpoint, since: Path | None) -> Verdict | None:
    if since is None:
        return None
    try:
        older = verify(since)
    except NotVerified as problem:
        raise NotVerified(f"the older release: {problem}", hint=problem.hint) from None
    if older.log.origin != log.origin:
        raise NotVerified("the older release is of another log")
    if older.log.size > log.size:
        raise NotVerified(
            f"the log has shrunk from {older.log.size:,} to {log.size:,} entries",
            hint="entries were removed, or the two releases are in the wrong order",
        )
    if _root(folder, log, older.log.size) != older.log.root:
        raise NotVerified(
            "the log was rewritten since the older release",
            hint="its earlier entries have changed; ask the publisher why",
        )
    return older


def _root(folder: Path, log: Checkpoint, size: int) -> bytes:
    """The root over the first `size` leaf hashes of the file."""
    total, first = log.size * merkle.HASH_BYTES, size * merkle.HASH_BYTES
    return merkle.root_of_chunks(
        untrusted_files.chunks(folder, LEAVES, size=total, first=first, each=_CHUNK)
    )


def _own(folder: Path, name: str) -> bytes:
    return untrusted_files.read(folder, name, limit=MAX_OWN_BYTES)


def _named[T](name: str, step: Callable[[], T]) -> T:
    try:
        return step()
    except UnknownSigner:
        raise NotVerified(
            f"{name} is not signed by the key that signed the release",
            hint="it belongs to another log, or was replaced",
        ) from None
    except BadSignature:
        raise NotVerified(f"{name} was changed after signing") from None
    except MalformedNote as problem:
        raise NotVerified(f"{name}: {problem}", hint="download the release again") from None


def _canonical(data: bytes, name: str) -> Any:
    try:
        return canonical_json.parse(data)
    except BadInput as problem:
        raise NotVerified(f"{name}: {problem}") from None


def _shaped(value: Any, shape: Mapping[str, type], name: str) -> None:
    if not isinstance(value, dict) or value.keys() != shape.keys():
        raise NotVerified(f"{name} does not have the required fields")
    if any(type(value[field]) is not kind for field, kind in shape.items()):
        raise NotVerified(f"{name}: a field has the wrong type")
