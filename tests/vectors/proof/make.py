"""Make the vectors in this folder: `python make.py FOLDER`.

Each is one file: lines of `name: value`, an empty line, then the bytes to be opened.
`kind` says as what, `expect` and `words` how it must end; any language could run them.
`release/` is one whole release, kept so that every later version still verifies it.
The same bytes come out every time: Ed25519 signatures are, and the salt is fixed here.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from pathlib import Path

from uncounted.proof import merkle
from uncounted.proof.canonical_json import canonical
from uncounted.proof.checkpoint import Checkpoint, sign
from uncounted.proof.commitment import commit
from uncounted.proof.merkle import leaf_hash, nodes_of
from uncounted.proof.signed_note import Signer
from uncounted.proof.tlog_proof import TlogProof
from uncounted.publish import bundle, verify

SIGNER = Signer.from_seed("vectors.example/signer", b"vectors of uncounted, not secret")
STRANGER = Signer.from_seed("vectors.example/stranger", b"another key that is not a secret")
TEXT = "four lists\nnobody \uac15 alone\n"
ORIGIN = "vectors.example/log"
WHEN = "2026-01-01T00:00:00Z"
ENTRIES = [b"entry %d" % i for i in range(9)]

Case = tuple[str, dict[str, str], bytes]


def notes() -> Iterator[Case]:
    """Notes: which open, and which do not."""
    good = SIGNER.sign(TEXT)
    line = good.split(b"\n\n")[-1]
    other = STRANGER.sign(TEXT).split(b"\n\n")[-1]
    signature = line.split(b" ")[2].strip()
    made: list[tuple[str, str, str, str, bytes]] = [
        ("good", "ok", "", "text, empty line, one signature line", good),
        ("two-signers", "ok", "", "a stranger's signature is passed over", good + other),
        ("stranger", "unknown-signer", "no signature by a key", "", STRANGER.sign(TEXT)),
        ("changed", "bad-signature", "does not fit", "", good.replace(b"four", b"five")),
        (
            *("one-of-two-fails", "bad-signature", "does not fit"),
            "a good signature does not save a note on which the same key failed",
            good + SIGNER.sign("other\n").split(b"\n\n")[-1],
        ),
        ("no-signature", "malformed", "no signature lines", "", TEXT.encode()),
        ("carriage-return", "malformed", "", "", good.replace(b"\n", b"\r\n")),
        ("tab", "malformed", "control character", "", good.replace(b"four ", b"four\t")),
        ("not-utf8", "malformed", "not UTF-8", "", good.replace(b"four", b"\xff")),
        ("no-last-newline", "malformed", "no signature lines", "", good[:-1]),
        (
            *("padding-bits", "malformed", "signature line"),
            "the same signature to a lax decoder: unused bits of the last letter set",
            good.replace(signature, spelt_otherwise(signature)),
        ),
    ]
    for name, expect, words, comment, body in made:
        yield f"note-{name}", {"kind": "note", **said(expect, words, comment)}, body


def checkpoints() -> Iterator[Case]:
    """Checkpoints: signed by the right key, and still not always one."""
    root = base64.b64encode(bytes(range(32))).decode()
    for name, text, expect in [
        ("good", f"{ORIGIN}\n9\n{root}\n", "ok"),
        ("empty-log", f"{ORIGIN}\n0\n{root}\n", "ok"),
        ("leading-zero", f"{ORIGIN}\n09\n{root}\n", "malformed"),
        ("short-root", f"{ORIGIN}\n9\n{root[:-4]}\n", "malformed"),
        ("extension", f"{ORIGIN}\n9\n{root}\nmore\n", "malformed"),
        ("two-lines", f"{ORIGIN}\n9\n", "malformed"),
    ]:
        words = "" if expect == "ok" else "checkpoint"
        fields = {"kind": "checkpoint", **said(expect, words, "")}
        yield f"checkpoint-{name}", fields, SIGNER.sign(text)


def proofs() -> Iterator[Case]:
    """Proofs of entry 4 of a log of 9."""
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    node = nodes_of(leaves)
    note = sign(Checkpoint(ORIGIN, 9, merkle.root(node, 9)), SIGNER)
    good = TlogProof(4, tuple(merkle.inclusion_proof(node, 4, 9)), note).encode()
    hashes = good.split(b"\n")[2:6]
    for name, body, entry, expect, words in [
        ("good", good, 4, "ok", ""),
        ("another-entry", good, 5, "not-verified", "does not lead"),
        ("another-place", good.replace(b"index 4", b"index 5"), 4, "not-verified", "does not lead"),
        ("a-hash-less", good.replace(hashes[0] + b"\n", b""), 4, "not-verified", "does not lead"),
        (
            *("two-hashes-swapped", b"\n".join([*good.split(b"\n")[:2], *swapped(good)])),
            *(4, "not-verified", "does not lead"),
        ),
        ("extra", good.replace(b"index", b"extra AAAA\nindex"), 4, "malformed", "malformed"),
        ("another-version", good.replace(b"@v1", b"@v2"), 4, "malformed", "first line"),
    ]:
        fields = {"kind": "tlog-proof", "leaf": leaves[entry].hex(), **said(expect, words, "")}
        yield f"tlog-proof-{name}", fields, body


def commitments() -> Iterator[Case]:
    """HMAC-SHA-256 under the salt, over a prefix and the value."""
    for name, salt, value in [
        ("counting", bytes(range(32)), b"4400"),
        ("empty", b"\xff" * 32, b""),
    ]:
        fields = {"kind": "commitment", "salt": salt.hex(), "commitment": commit(value, salt).hex()}
        yield f"commitment-{name}", fields | said("ok", "", ""), value


def release() -> dict[str, bytes]:
    """Give the files of one whole release."""
    files = {"report.html": b"<p>4,400 were recorded.</p>\n", "tables/lists.csv": b"list,n\n"}
    manifest = bundle.manifest(
        files, {"observed": 4400}, signer=SIGNER.vkey, made_at=WHEN, version="0.1.0"
    )
    body = {"kind": "release", "seq": 9, "when": WHEN, "by": SIGNER.vkey}
    body |= {"body": bundle.entry(manifest)}
    salt = b"a salt that is no secret at all."
    leaves = [leaf_hash(entry) for entry in (*ENTRIES, commit(canonical(body), salt))]
    node = nodes_of(leaves)
    note = sign(Checkpoint(ORIGIN, 10, merkle.root(node, 10)), SIGNER)
    return files | {
        verify.MANIFEST: manifest,
        verify.SIGNATURE: SIGNER.sign(verify.signed_text(manifest)),
        verify.OPENING: canonical({"body": body, "salt": salt.hex()}),
        verify.CHECKPOINT: note,
        verify.PROOF: TlogProof(9, tuple(merkle.inclusion_proof(node, 9, 10)), note).encode(),
        verify.LEAVES: b"".join(leaves),
    }


def said(expect: str, words: str, comment: str) -> dict[str, str]:
    """Give the header lines that every vector has."""
    return {"expect": expect, "words": words, "comment": comment, "vkey": SIGNER.vkey}


def spelt_otherwise(signature: bytes) -> bytes:
    """Flip an unused bit of the last letter of base64 text."""
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = signature.rstrip(b"=")
    twin = letters[letters.index(bare[-1:]) ^ 1]
    return bare[:-1] + bytes([twin]) + signature[len(bare) :]


def swapped(proof: bytes) -> list[bytes]:
    """Give the lines after the index, the first two hashes the other way round."""
    first, second, *rest = proof.split(b"\n")[2:]
    return [second, first, *rest]


def write(folder: Path) -> None:
    """Write every vector into `folder`."""
    for name, fields, body in (*notes(), *checkpoints(), *proofs(), *commitments()):
        head = "".join(f"{field}: {value}".rstrip() + "\n" for field, value in fields.items())
        (folder / f"{name}.txt").write_bytes(head.encode() + b"\n" + body)
    for name, data in release().items():
        path = folder / "release" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
