"""The naive twin of the vault: reads a case file from docs/spec alone, and believes nothing.

Nothing of `uncounted.vault` or `uncounted.proof` is imported here, on purpose: this is the
reader that another language would have, with HKDF, AES-GCM, HMAC, SHA-256, SQLCipher and age
from libraries, and the rest from the pages. Numbers in comments are their sections.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pyrage
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlcipher3 import dbapi2 as sqlcipher

DOMAIN = b"uncounted/commitment/v1\0"


@attrs.frozen
class Entry:
    """One entry, opened: None from `salt` on where its key was destroyed.

    `public` is what the leaf commits to under `salt`, `payload` what was sealed with it or apart.
    """

    seq: int
    kind: str
    leaf: bytes
    salt: bytes | None = None
    public: bytes | None = None
    payload: bytes | None = None

    @property
    def body(self) -> dict[str, Any] | None:
        """What the entry says."""
        if self.public is None:
            return None
        said: dict[str, Any] = json.loads(self.public)["body"]
        return said


@attrs.frozen
class Read:
    """What was read: entries in order, tables as they stand, and the files that belong to them."""

    id: str
    epoch: int
    entries: tuple[Entry, ...]
    reports: dict[tuple[str, str], int]  # (source, id) to the entry of its current version
    tombstones: frozenset[bytes]
    signed: frozenset[int]  # entries under a signature of whom they name
    tag: Any = attrs.field(repr=False)  # (source, id) to its tombstone
    print: Any = attrs.field(repr=False)  # (payload, consent) to its fingerprint

    def body(self, seq: int) -> dict[str, Any]:
        """The body of an entry that was not forgotten."""
        found = self.entries[seq].body
        assert found is not None
        return found


def commit(value: bytes, salt: bytes) -> bytes:
    """Section 5: HMAC-SHA-256(salt, "uncounted/commitment/v1" || 00 || value)."""
    assert len(salt) == 32
    return hmac.digest(salt, DOMAIN + value, "sha256")


def read(folder: Path, identity: Mapping[str, str]) -> Read:
    """Read a case file with the content of an `identity.age` (section 1)."""
    secret = pyrage.x25519.Identity.from_str(identity["age"])
    mark = json.loads((folder / "case.json").read_bytes())  # 2
    assert mark["format"] == "uncounted-case"
    assert mark["version"] == 1
    case_key, epoch, giver = _case_key(folder, mark["id"], secret)
    context = b"uncounted case 1\0" + bytes.fromhex(mark["id"])  # 3

    def derived(info: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt=context, info=info).derive(case_key)

    database = sqlcipher.connect(folder / "case.db")
    database.execute(f"PRAGMA key = \"x'{derived(b'database').hex()}'\"")  # 4
    (version,) = database.execute("PRAGMA user_version").fetchone()
    assert version in (1, 2, 3, 4)
    meta = dict(database.execute("SELECT name, value FROM meta"))
    assert bytes(meta["case"]).decode() == mark["id"]
    assert int(meta.get("epoch", b"1")) == epoch
    assert giver in {row[0] for row in database.execute("SELECT vkey FROM members")}
    wrapping = AESGCM(derived(b"wrapping"))
    hashing = derived(b"tombstones") + derived(b"fingerprints")
    if "hashing" in meta:
        sealed = bytes(meta["hashing"])
        hashing = wrapping.decrypt(sealed[:12], sealed[12:], context + b"hashing")

    def unsealed(seq: int, part: bytes, wrapped: bytes, content: bytes) -> bytes:
        place = context + seq.to_bytes(8) + part
        key = wrapping.decrypt(wrapped[:12], wrapped[12:], place)
        return AESGCM(key).decrypt(bytes(12), content, place)

    objects = {
        seq: unsealed(seq, b"object", wrapped, content)
        for seq, wrapped, content in database.execute("SELECT seq, wrapped, content FROM objects")
    }
    rows = database.execute(
        "SELECT seq, kind, at, vkey, leaf, wrapped, content FROM entries "
        "JOIN members ON members.n = entries.member ORDER BY seq"
    ).fetchall()
    entries: list[Entry] = []
    for seq, kind, at, vkey, leaf, wrapped, content in rows:  # 5
        assert seq == len(entries), "numbers have no gaps"
        if wrapped is None:
            entries.append(Entry(seq, kind, leaf))
            continue
        plain = unsealed(seq, b"entry", wrapped, content)
        length = int.from_bytes(plain[32:36])
        body = json.loads(plain[36 : 36 + length])
        tail = plain[36 + length :] or objects.get(seq, b"")
        public = rfc8785.dumps({"body": body, "by": vkey, "kind": kind, "seq": seq, "when": at})
        assert commit(public, plain[:32]) == leaf, seq
        if tail:
            assert commit(tail[32:], tail[:32]).hex() == body["payload"], seq
        entries.append(Entry(seq, kind, leaf, plain[:32], public, tail[32:] if tail else None))
    reports = {
        (name, report): seq
        for name, report, seq in database.execute(
            "SELECT name, id, seq FROM reports JOIN sources ON n = source"
        )
    }
    tombstones = frozenset(bytes(row[0]) for row in database.execute("SELECT tag FROM tombstones"))
    signed = set[int]()  # 5, "Signatures"
    if version == 4:
        found = database.execute("SELECT first, end, signature FROM signatures").fetchall()
        for first, end, signature in found:
            leaves = hashlib.sha256(b"".join(row[4] for row in rows[first:end])).digest()
            text = b"uncounted entries 1\0" + context[17:] + first.to_bytes(8) + end.to_bytes(8)
            (by,) = {row[3] for row in rows[first:end]}
            public = base64.b64decode(by.split("+", 2)[2])[1:]
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text + leaves)
            signed |= set(range(first, end))
    database.close()

    def tag(source: str, report: str) -> bytes:  # 6
        name = source.encode()
        value = len(name).to_bytes(4) + name + report.encode()
        return hmac.digest(hashing[:32], value, "sha256")

    def fingerprint(payload: bytes, consent: Any) -> str:
        value = len(payload).to_bytes(4) + payload + rfc8785.dumps(consent)
        return hmac.digest(hashing[32:], value, "sha256").hex()

    return Read(
        mark["id"], epoch, tuple(entries), reports, tombstones, frozenset(signed), tag, fingerprint
    )


def _case_key(folder: Path, case_id: str, secret: Any) -> tuple[bytes, int, str]:
    """Section 3: the member's file, and the signed note in it."""
    recipient = str(secret.to_public())
    name = hashlib.sha256(recipient.encode()).hexdigest()[:16]
    (file,) = (folder / "members").glob(f"{name}*.age")  # no rotation was cut short here
    epoch = int(file.name.split(".")[1]) if file.name.count(".") == 2 else 1
    note = pyrage.decrypt(file.read_bytes(), [secret]).decode()
    lines = note.split("\n")
    first, said_id, to, key, giver, *more = lines
    assert (said_id, to) == (case_id, recipient)
    if first == "uncounted case key 2":
        assert more[0] == str(epoch)
    else:
        assert (first, epoch) == ("uncounted case key 1", 1)
    assert verified(note, giver)
    return bytes.fromhex(key), epoch, giver


def verified(note: str, vkey: str) -> bool:
    """C2SP signed-note: whether a note has a good Ed25519 signature by a verifier key."""
    name, key_id, encoded = vkey.split("+", 2)
    public = base64.b64decode(encoded)
    text, _, signatures = note.rpartition("\n\n")
    digest = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
    assert digest.hex() == key_id
    for line in signatures.splitlines():
        dash, who, signature = line.split(" ")
        decoded = base64.b64decode(signature)
        if (dash, who, decoded[:4]) == ("\u2014", name, digest):
            Ed25519PublicKey.from_public_bytes(public[1:]).verify(
                decoded[4:], (text + "\n").encode()
            )
            return True
    return False


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it stands there."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"\0" + leaves[0] if leaves else b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def bundles(log: Path, size: int) -> Iterator[bytes]:
    """The entries of a small log (C2SP tlog-tiles), from its bundles."""
    for number in range(-(-size // 256)):
        width = min(256, size - number * 256)
        name = f"{number:03}" if width == 256 else f"{number:03}.p/{width}"
        data = (log / "tile/entries" / name).read_bytes()
        while data:
            length = int.from_bytes(data[:2])
            yield data[2 : 2 + length]
            data = data[2 + length :]


def standing(read: Read) -> dict[tuple[Any, Any], bool]:
    """Section 6, "Decisions": the newest on each pair that no `decision-undo` names."""
    gone = {
        seq
        for entry in read.entries
        if entry.kind == "decision-undo"
        for seq in read.body(entry.seq)["decisions"]
    }
    found = {}
    for entry in read.entries:
        if entry.kind == "decision" and entry.body is not None and entry.seq not in gone:
            one, other = entry.body["pair"]
            found[tuple(one), tuple(other)] = entry.body["same"]
    return found


def attachment(folder: Path, body: Mapping[str, Any]) -> bytes:
    """Section 6, "Attachments": what the file of an entry holds, checked whole."""
    sealed = (folder / "attachments" / f"{body['file']}.age").read_bytes()
    assert hashlib.sha256(sealed).hexdigest() == body["file"]
    plain = io.BytesIO()
    identity = pyrage.x25519.Identity.from_str(body["identity"])
    pyrage.decrypt_io(io.BytesIO(sealed), plain, [identity])
    assert hashlib.sha256(plain.getvalue()).hexdigest() == body["sha256"]
    assert len(plain.getvalue()) == body["size"]
    return plain.getvalue()
