"""The vectors that the project carries: each ends as it says, and comes from its script."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from uncounted.errors import BadSignature, Error, MalformedNote, NotVerified, UnknownSigner
from uncounted.proof.checkpoint import open_checkpoint
from uncounted.proof.commitment import opens
from uncounted.proof.signed_note import Verifier, open_note
from uncounted.proof.tlog_proof import TlogProof

FOLDER = Path(__file__).parents[1] / "vectors" / "proof"
OUTCOMES: dict[str, type[Error]] = {
    "malformed": MalformedNote,
    "unknown-signer": UnknownSigner,
    "bad-signature": BadSignature,
    "not-verified": NotVerified,
}


def read(path: Path) -> tuple[dict[str, str], bytes]:
    head, _, body = path.read_bytes().partition(b"\n\n")
    lines = (line.partition(":") for line in head.decode().split("\n"))
    return {name: value.strip() for name, _, value in lines}, body


def run(fields: dict[str, str], body: bytes) -> None:
    keys = [Verifier.parse(fields["vkey"])]
    match fields["kind"]:
        case "note":
            open_note(body, keys)
        case "checkpoint":
            open_checkpoint(body, keys)
        case "tlog-proof":
            TlogProof.parse(body).verify(bytes.fromhex(fields["leaf"]), keys)
        case "commitment":
            commitment, salt = (bytes.fromhex(fields[name]) for name in ("commitment", "salt"))
            assert opens(commitment, body, salt)
        case other:
            pytest.fail(f"no such kind: {other}")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_each_exits_as_documented(path: Path) -> None:
    fields, body = read(path)
    if fields["expect"] == "ok":
        run(fields, body)
        return
    with pytest.raises(OUTCOMES[fields["expect"]]) as caught:
        run(fields, body)
    assert type(caught.value) is OUTCOMES[fields["expect"]]
    assert fields["words"] in str(caught.value)


def test_they_are_what_the_script_makes(tmp_path: Path) -> None:
    script = FOLDER / "make.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)
    made = {x.relative_to(tmp_path): x.read_bytes() for x in tmp_path.rglob("*") if x.is_file()}
    kept = {
        x.relative_to(FOLDER): x.read_bytes()
        for x in (*FOLDER.glob("*.txt"), *(FOLDER / "release").rglob("*"))
        if x.is_file()
    }
    assert len(made) > 30
    assert made == kept
