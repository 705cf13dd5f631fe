"""The pages on the format are enough to read a case file: a reader written from them alone does.

`tests/naive_case.py` imports nothing of what it checks. It and the vault must see the same.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import runpy
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests import naive_case

from uncounted.proof.canonical_json import canonical
from uncounted.proof.checkpoint import Checkpoint
from uncounted.proof.commitment import commit
from uncounted.proof.signed_note import split
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.decisions import ProposedDecision

VECTORS = Path(__file__).parents[1] / "vectors"
NEWEST = VECTORS / "case-4"
WITH_EXPECTED = [VECTORS / "case-3", NEWEST]


def _secret(folder: Path) -> dict[str, str]:
    secret: dict[str, str] = json.loads((folder / "identity.json").read_bytes())
    return secret


def _reported(folder: Path, read: naive_case.Read) -> dict[str, Any]:
    """What `expected.json` says, from what the naive reader found."""
    leaves = list(naive_case.bundles(folder / "log", len(read.entries)))
    return {
        "entries": [
            {
                "seq": entry.seq,
                "kind": entry.kind,
                "leaf": entry.leaf.hex(),
                **_opening(entry),
            }
            for entry in read.entries
        ],
        "reports": [[*key, seq] for key, seq in sorted(read.reports.items())],
        "decisions": [
            [list(one), list(other), same]
            for (one, other), same in sorted(naive_case.standing(read).items())
        ],
        "tombstones": sorted(tag.hex() for tag in read.tombstones),
        "size": len(leaves),
        "root": naive_case.root(leaves).hex(),
        "attachments": [
            [entry.seq, naive_case.attachment(folder, read.body(entry.seq)).decode()]
            for entry in read.entries
            if entry.kind == "attachment" and entry.body is not None
        ],
    }


def _opening(entry: naive_case.Entry) -> dict[str, Any]:
    if entry.public is None or entry.salt is None:
        return {}
    payload = None
    if entry.payload is not None:  # of a commitment it is a salt, and no text
        bare = entry.kind == "commitment"
        payload = entry.payload.hex() if bare else entry.payload.decode()
    return {"public": entry.public.decode(), "salt": entry.salt.hex(), "payload": payload}


def _copy(folder: Path, to: Path) -> Path:
    copied = Path(shutil.copytree(folder / "case", to))
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return copied


@pytest.mark.parametrize("vector", WITH_EXPECTED, ids=lambda path: path.name)
def test_the_vector_says_what_is_expected(vector: Path) -> None:
    expected = json.loads((vector / "expected.json").read_text(encoding="utf-8"))
    read = naive_case.read(vector / "case", _secret(vector))
    assert _reported(vector / "case", read) == expected
    note = (vector / "case/log/checkpoint").read_text(encoding="utf-8")
    origin, size, _ = note.split("\n", 2)
    assert (origin, int(size)) == (f"uncounted.case/{read.id}", expected["size"])
    assert naive_case.verified(note, json.loads(expected["entries"][0]["public"])["by"])


def test_each_byte_of_an_expected_entry_counts() -> None:
    """The vectors alone, without a database: what is committed to, the salt, the leaf."""
    expected = json.loads((NEWEST / "expected.json").read_text(encoding="utf-8"))
    kinds = {entry["kind"] for entry in expected["entries"] if "public" in entry}
    assert {"decision", "decisions", "decision-undo", "withdrawal", "undo", "consent"} <= kinds
    for entry in expected["entries"]:
        if "public" not in entry:
            continue
        public, salt = entry["public"].encode(), bytes.fromhex(entry["salt"])
        assert canonical(json.loads(public)) == public
        assert commit(public, salt).hex() == entry["leaf"]
        assert commit(public + b" ", salt).hex() != entry["leaf"]
    assert sum(entry["kind"] == "decision" for entry in expected["entries"]) == 5
    assert sum(e["kind"] == "decision" and "public" not in e for e in expected["entries"]) == 1


@pytest.mark.parametrize("name", ["case-1", "case-3", "case-3-later", "case-4"])
def test_the_vault_sees_in_a_vector_what_the_naive_reader_sees(name: str, tmp_path: Path) -> None:
    read = naive_case.read(VECTORS / name / "case", _secret(VECTORS / name))
    folder = _copy(VECTORS / name, tmp_path / "case")
    me = Identity.parse((VECTORS / name / "identity.json").read_bytes())
    with Case.open(folder, me) as case:
        assert case.check() == ()
        _compare(case, read)


def test_the_naive_reader_reads_what_is_written_today(
    filled: Path, me: Identity, stranger: Identity, tmp_path: Path
) -> None:
    scan = tmp_path / "scan"
    scan.write_bytes(b"interview")
    with Case.open(filled, me) as case:
        case.attach("one", "R-1", [scan])
        case.decide(
            [
                ProposedDecision(2, ("one", "R-1"), ("one", "R-2"), same=True, note="x"),
                ProposedDecision(3, ("one", "R-3"), ("one", "R-2"), same=False),
            ]
        )
        case.withdraw("one", "R-3")
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
        case.revoke("Office")
        case.amend("one", "R-4", {"names": [], "note": "said anew"})
    read = naive_case.read(filled, json.loads(me.unsafe_secret()))
    assert (read.epoch, len(read.reports), len(read.tombstones)) == (2, 299, 1)
    assert ("one", "R-3") not in read.reports
    assert read.tag("one", "R-3") in read.tombstones
    for entry in read.entries:  # section 6, `print`: of what the source sent
        if entry.kind == "report" and entry.body is not None and entry.payload is not None:
            assert read.print(entry.payload, entry.body["consent"]) == entry.body["print"]
    with Case.open(filled, me) as case:
        _compare(case, read)


def _compare(case: Case, read: naive_case.Read) -> None:
    state = case.state()
    assert {key: row.seq for key, row in state.reports.items()} == read.reports
    assert state.tombstones == read.tombstones
    for run in case.signatures():
        assert (set(range(run.first, run.end)) <= read.signed) is (run.state == "valid")
    assert {each.pair: each.same for each in case.decisions()} == naive_case.standing(read)
    payloads = {(each.source, each.id): each.payload for each in case.every_report()}
    for key, seq in read.reports.items():
        payload = read.entries[seq].payload
        assert payload is not None
        assert json.loads(payload) == payloads[key]
    leaves = [entry.leaf for entry in read.entries]
    assert list(naive_case.bundles(case.folder / "log", len(leaves))) == leaves
    sealed = Checkpoint.parse(split(case.checkpoint())[0])
    assert (sealed.size, sealed.root) == (len(leaves), naive_case.root(leaves))
    for held in case.attachments():
        target = io.BytesIO()
        case.put_back(held, target)
        body = read.body(held.entry.seq)
        assert naive_case.attachment(case.folder, body) == target.getvalue()


def test_the_naive_reader_notices_too(tmp_path: Path) -> None:
    """One that read anything at all would prove nothing."""
    folder = _copy(NEWEST, tmp_path / "case")
    (age,) = (folder / "attachments").iterdir()
    age.write_bytes(age.read_bytes()[:-1])
    read = naive_case.read(folder, _secret(NEWEST))
    (seq,) = (e.seq for e in read.entries if e.kind == "attachment" and e.body is not None)
    with pytest.raises(AssertionError):
        naive_case.attachment(folder, read.body(seq))
    leaf, salt, public = read.entries[8].leaf, read.entries[8].salt, read.entries[8].public
    assert salt is not None
    assert public is not None
    assert naive_case.commit(public.replace(b"true", b"false"), salt) != leaf
    assert hmac.digest(salt, naive_case.DOMAIN + public, hashlib.sha256) == leaf


def test_the_script_makes_a_case_file_of_the_same_entries(tmp_path: Path) -> None:
    make = runpy.run_path(str(VECTORS / "case-3" / "make.py"))["make"]
    make(tmp_path)
    made = naive_case.read(tmp_path / "case", _secret(tmp_path))
    kept = naive_case.read(NEWEST / "case", _secret(NEWEST))
    told = [[(e.seq, e.kind, e.public is None) for e in read.entries] for read in (made, kept)]
    assert told[0] == told[1]
    assert naive_case.standing(made) == naive_case.standing(kept)
    assert made.reports == kept.reports
