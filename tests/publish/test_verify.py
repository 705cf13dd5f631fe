"""A release is spoilt in every way that we could think of; each is noticed, with its words."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import attrs
import pytest

from uncounted.errors import NotVerified, UsedWrongly
from uncounted.proof import merkle
from uncounted.proof.canonical_json import canonical
from uncounted.proof.checkpoint import Checkpoint, sign
from uncounted.proof.commitment import commit
from uncounted.proof.merkle import leaf_hash, nodes_of
from uncounted.proof.signed_note import Signer, fingerprint
from uncounted.proof.tlog_proof import TlogProof
from uncounted.publish import bundle, verify

A = Signer.from_seed("example.org/a", bytes(32))
B = Signer.from_seed("example.org/b", b"\x01" * 32)
FILES = {"report.html": b"<p>4,400</p>", "tables/by-year.csv": b"year,n\n2019,\n", "empty.txt": b""}
FACTS = {"observed": 4400, "words": "\uac15\uc81c \uc1a1\ud658"}
WHEN = "2026-03-01T12:00:00Z"


@attrs.frozen
class Log:
    """A case file's log, as far as a release sees it."""

    origin: str = "uncounted.case/one"
    signer: Signer = A
    entries: tuple[bytes, ...] = (b"0", b"1", b"2")

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    def grown(self, *more: bytes) -> Log:
        return attrs.evolve(self, entries=(*self.entries, *more))

    def checkpoint(self) -> bytes:
        size = len(self.entries)
        return sign(
            Checkpoint(self.origin, size, merkle.root(nodes_of(self.leaves), size)), self.signer
        )

    def proof(self, index: int) -> bytes:
        path = merkle.inclusion_proof(nodes_of(self.leaves), index, len(self.entries))
        return TlogProof(index, tuple(path), self.checkpoint()).encode()


@attrs.frozen
class Parts:
    """All that goes into a release folder, so that a test can spoil any of it."""

    log: Log
    manifest: bytes
    opening: dict[str, Any]
    written: dict[str, bytes]

    def into(self, folder: Path, **changed: bytes | None) -> Path:
        for name, data in {**self.written, **changed}.items():
            if data is not None:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        return folder


def parts(
    *,
    log: Log = Log(),
    signer: Signer = A,
    manifest: bytes | None = None,
    body: dict[str, Any] | None = None,
    files: dict[str, bytes] = FILES,
) -> Parts:
    if manifest is None:
        manifest = bundle.manifest(files, FACTS, signer=signer.vkey, made_at=WHEN, version="0.1.0")
    seq = len(log.entries)
    salt = b"\x05" * 32
    whole = {"kind": "release", "seq": seq, "when": WHEN, "by": signer.vkey}
    whole |= {"body": bundle.entry(manifest)} | (body or {})
    grown = log.grown(commit(canonical(whole), salt))
    opening = {"body": whole, "salt": salt.hex()}
    written = dict(files) | {
        verify.MANIFEST: manifest,
        verify.SIGNATURE: signer.sign(verify.signed_text(manifest)),
        verify.OPENING: canonical(opening),
        verify.CHECKPOINT: grown.checkpoint(),
        verify.PROOF: grown.proof(seq),
        verify.LEAVES: b"".join(grown.leaves),
    }
    return Parts(grown, manifest, opening, written)


GOOD = parts()


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return GOOD.into(tmp_path / "release")


def refused(folder: Path, words: str, **asked: Any) -> NotVerified:
    with pytest.raises(NotVerified, match=words) as caught:
        verify.verify(folder, **asked)
    assert str(folder) not in str(caught.value)
    return caught.value


# --- what holds ---------------------------------------------------------------------------


def test_a_good_release_with_its_key(release: Path) -> None:
    verdict = verify.verify(release, signer=A.vkey)
    assert verdict.ok
    assert verdict.signer == A.vkey
    assert verdict.signer_checked
    assert verdict.warnings == ()
    assert verdict.made_at == WHEN
    assert verdict.facts == FACTS
    assert verdict.log.size == 4
    whats = [check.what for check in verdict.checks]
    assert whats == ["files", "signature", "log"]
    assert verdict.checks[1].text.endswith("the key you gave")
    assert all(check.ok for check in verdict.checks)


def test_a_verdict_for_people_and_for_programs(release: Path) -> None:
    verdict = verify.verify(release)
    assert verdict.lines()[:2] == [("made", WHEN), ("case", "uncounted.case/one")]
    assert verdict.lines()[-1] == ("warning", verdict.warnings[0])
    said = json.loads(json.dumps(verdict.to_json()))
    assert said["ok"] is True
    assert said["signer_checked"] is False
    assert said["log"]["size"] == 4
    assert said["facts"] == FACTS
    assert {check["what"] for check in said["checks"]} == {"files", "signature", "log"}


def test_without_a_key_it_says_that_no_one_has_checked_whose_it_is(release: Path) -> None:
    verdict = verify.verify(release)
    assert verdict.ok
    assert not verdict.signer_checked
    assert "signer not checked" in verdict.warnings[0]
    assert verdict.checks[1].text == verdict.fingerprint


def test_a_release_of_another_is_theirs(tmp_path: Path) -> None:
    other = parts(log=Log(signer=B), signer=B).into(tmp_path / "r")
    assert verify.verify(other).signer == B.vkey
    problem = refused(other, "signed by another key", signer=A.vkey)
    assert fingerprint(B.vkey) in str(problem.hint)
    assert fingerprint(A.vkey) in str(problem.hint)


def test_a_key_with_a_line_end_is_taken_and_any_other_text_is_not(release: Path) -> None:
    assert verify.verify(release, signer=f" {A.vkey}\n").signer_checked
    with pytest.raises(UsedWrongly, match="not a verifier key"):
        verify.verify(release, signer="example.org/a")


def test_no_such_folder(tmp_path: Path, release: Path) -> None:
    with pytest.raises(UsedWrongly, match="no such folder"):
        verify.verify(tmp_path / "none")
    with pytest.raises(UsedWrongly, match="no such folder"):
        verify.verify(release, since=tmp_path / "none")


def test_a_folder_that_is_no_release(tmp_path: Path) -> None:
    refused(tmp_path, "manifest.json is missing")


@pytest.mark.parametrize(("hours", "ok"), [(23, True), (25, False)])
def test_a_clock_may_differ_by_a_day(
    release: Path, monkeypatch: pytest.MonkeyPatch, hours: int, ok: bool
) -> None:
    now = dt.datetime.fromisoformat(WHEN) - dt.timedelta(hours=hours)
    monkeypatch.setattr(verify, "_now", lambda: now)
    if ok:
        assert verify.verify(release).made_at == WHEN
    else:
        problem = refused(release, "made on 2026-03-01, which is in the future")
        assert "the date of this computer" in str(problem.hint)


# --- files --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(GOOD.written))
def test_every_byte_of_every_file(release: Path, name: str) -> None:
    whole = GOOD.written[name]
    for at in range(len(whole)):
        (release / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        refused(release, re.escape(name))
    (release / name).write_bytes(whole)
    assert verify.verify(release).ok


@pytest.mark.parametrize("name", sorted(GOOD.written))
def test_every_file_longer_shorter_or_empty(release: Path, name: str) -> None:
    whole = GOOD.written[name]
    for spoilt in {whole + b"\n", whole + b"\0", whole[:-1], b""} - {whole}:
        (release / name).write_bytes(spoilt)
        refused(release, re.escape(name))


@pytest.mark.parametrize("name", sorted(GOOD.written))
def test_every_file_missing(release: Path, name: str) -> None:
    (release / name).unlink()
    refused(release, f"{name} is missing")


def test_changed_with_the_same_size_and_with_another(release: Path) -> None:
    (release / "report.html").write_bytes(b"<p>9,900</p>")
    refused(release, "^report.html was changed$")
    (release / "report.html").write_bytes(b"<p>44,000</p>")
    words = "report.html was changed: 13 bytes instead of 12"
    problem = refused(release, words)
    assert "do not use these files" in str(problem.hint)


def test_renamed_is_missing_and_foreign(release: Path) -> None:
    (release / "report.html").rename(release / "index.html")
    refused(release, "report.html is missing; index.html is foreign")


def test_two_files_swapped(release: Path) -> None:
    one, other = release / "report.html", release / "tables/by-year.csv"
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_bytes)
    other.write_bytes(one_bytes)
    refused(release, "report.html was changed.*by-year.csv was changed")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("extra.csv", "extra.csv is foreign: the manifest does not list it"),
        ("tables/extra.csv", "tables/extra.csv is foreign"),
        ("other/extra.csv", "other is foreign"),
        (".DS_Store", r".DS_Store is foreign.*left by the system"),
        ("tables/._by-year.csv", "left by the system"),
        ("Thumbs.db", "left by the system"),
        ("report.html.tlog-proof", "is foreign: the manifest does not list it$"),
        ("a\x1b[2J\n", r"a\?\[2J\? is foreign"),
        ("\uae40", "\uae40 is foreign"),
        ("x" * 200, r"x{77}\.\.\. is foreign"),
    ],
)
def test_foreign_files(release: Path, name: str, words: str) -> None:
    (release / name).parent.mkdir(exist_ok=True)
    (release / name).write_bytes(b"")
    refused(release, words)


def test_many_foreign_files_are_counted(release: Path) -> None:
    for i in range(9):
        (release / f"extra-{i}").write_bytes(b"")
    refused(release, "extra-4 is foreign.*; and 4 more$")


def test_an_empty_foreign_folder(release: Path) -> None:
    (release / "more").mkdir()
    refused(release, "more is foreign")


def test_a_folder_in_place_of_a_file(release: Path) -> None:
    (release / "report.html").unlink()
    (release / "report.html").mkdir()
    refused(release, "report.html is a folder, a link or a device")


@pytest.mark.parametrize("name", ["report.html", verify.MANIFEST, verify.PROOF, verify.LEAVES])
def test_links_are_not_followed(release: Path, tmp_path: Path, name: str) -> None:
    (release / name).rename(tmp_path / "elsewhere")
    (release / name).symlink_to(tmp_path / "elsewhere")
    refused(release, f"{name} (is a folder, a link or a device|cannot be read)")


def test_a_linked_folder_is_not_followed(release: Path, tmp_path: Path) -> None:
    (release / "tables").rename(tmp_path / "elsewhere")
    (release / "tables").symlink_to(tmp_path / "elsewhere")
    refused(release, "tables/by-year.csv is missing; tables is foreign")


@pytest.mark.parametrize("name", ["report.html", verify.MANIFEST])
def test_a_pipe_does_not_hold_us_up(release: Path, name: str) -> None:
    (release / name).unlink()
    os.mkfifo(release / name)
    refused(release, f"{name} is (a folder, a link or a device|not a regular file)")


def test_huge_files_are_not_read(release: Path) -> None:
    with (release / verify.MANIFEST).open("wb") as file:
        file.truncate(1 << 40)
    refused(release, "manifest.json has more than 4,194,304 bytes")
    GOOD.into(release)
    with (release / "report.html").open("wb") as file:
        file.truncate(1 << 40)
    refused(release, "report.html was changed: 1,099,511,627,776 bytes instead of 12")
    GOOD.into(release)
    with (release / verify.LEAVES).open("wb") as file:
        file.truncate(1 << 40)
    refused(release, "log-leaves was changed: 1,099,511,627,776 bytes instead of 128")


# --- the manifest --------------------------------------------------------------------------


def test_an_edited_manifest(release: Path) -> None:
    data = GOOD.manifest.replace(b'"observed":4400', b'"observed":9900')
    (release / verify.MANIFEST).write_bytes(data)
    refused(release, "manifest.json is not the signed one")


def test_an_edited_manifest_signed_again_by_another(release: Path) -> None:
    data = GOOD.manifest.replace(A.vkey.encode(), B.vkey.encode())
    GOOD.into(release, **{verify.MANIFEST: data})
    refused(release, "manifest.sig is not signed by the key that manifest.json names")
    (release / verify.SIGNATURE).write_bytes(B.sign(verify.signed_text(data)))
    refused(release, "checkpoint is not signed by the key that signed the release")


def test_an_edited_manifest_signed_again_by_its_own_key_is_not_in_the_log(release: Path) -> None:
    data = GOOD.manifest.replace(b'"observed":4400', b'"observed":9900')
    sig = A.sign(verify.signed_text(data))
    GOOD.into(release, **{verify.MANIFEST: data, verify.SIGNATURE: sig})
    refused(release, "opening.json: the log's entry is not about this manifest")


def test_a_checkpoint_is_no_signature_of_a_manifest(release: Path) -> None:
    (release / verify.SIGNATURE).write_bytes(GOOD.written[verify.CHECKPOINT])
    refused(release, "manifest.json is not the signed one")


def test_the_signature_of_another_manifest(release: Path) -> None:
    (release / verify.SIGNATURE).write_bytes(A.sign(verify.signed_text(b"{}")))
    refused(release, "manifest.json is not the signed one")


@pytest.mark.parametrize("name", ["manifest.sig", "checkpoint"])
def test_another_line_beside_the_signature(release: Path, name: str) -> None:
    """Signatures of unknown keys are passed over in notes; in a release they could say anything."""
    line = b"\xe2\x80\x94 Kim/was/here " + base64.b64encode(bytes(68)) + b"\n"
    (release / name).write_bytes((release / name).read_bytes() + line)
    refused(release, "besides the publisher's signature|not about the log")


def test_a_changed_signature(release: Path) -> None:
    sig = GOOD.written[verify.SIGNATURE].replace(b"sha256 ", b"sha256  ")
    (release / verify.SIGNATURE).write_bytes(sig)
    refused(release, "manifest.sig was changed after signing")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "manifest.json: not JSON"),
        (b"[]", "does not have the required fields"),
        (b"null", "does not have the required fields"),
        (b"\xff\xfe{\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (GOOD.manifest + b"\n", "not in the canonical form"),
        (GOOD.manifest.replace(b'"facts":{', b'"facts":{"observed":1,'), "repeats a key"),
        (
            GOOD.manifest.replace(b'{"facts"', b'{"extra":1,"facts"'),
            "does not have the required fields",
        ),
        (GOOD.manifest.replace(b'"size":12', b'"size":"12"'), "has the wrong type"),
        (GOOD.manifest.replace(b'"size":12', b'"size":true'), "has the wrong type"),
        (GOOD.manifest.replace(b'"size":12', b'"size":1.5'), "has the wrong type"),
        (GOOD.manifest.replace(b'"size":12', b'"size":-12'), "more than"),
        (GOOD.manifest.replace(b'"size":12', b'"size":9000000000'), "more than"),
        (
            GOOD.manifest.replace(b'"size":12', b'"size":1073741824'),
            "files of more than 1,073,741,824 bytes in all",
        ),
        (GOOD.manifest.replace(b"release/1", b"release/2"), "does not support"),
        (GOOD.manifest.replace(WHEN.encode(), b"yesterday"), "does not say when"),
        (GOOD.manifest.replace(b"2026-03-01T", b"2026-13-01T"), "does not say when"),
        (GOOD.manifest.replace(b"2026-03-01T", b"2026-02-30T"), "does not say when"),
        (GOOD.manifest.replace(b"2026-03-01T", b"1970-01-01T"), "1970-01-01, when .* not exist"),
        (GOOD.manifest.replace(b"2026-03-01T", b"9999-12-31T"), "9999-12-31, which .* future"),
        (GOOD.manifest.replace(A.vkey.encode(), b"nobody"), "not a verifier key"),
        (GOOD.manifest.replace(b'"name":"uncounted",', b""), "does not have the required fields"),
    ],
)
def test_what_is_not_a_manifest(release: Path, data: bytes, words: str) -> None:
    (release / verify.MANIFEST).write_bytes(data)
    refused(release, words)


@pytest.mark.parametrize(
    "name",
    [
        "../report.html",
        "tables/../../report.html",
        "/etc/passwd",
        "C:/report.html",
        "tables\\\\by-year.csv",
        "./report.html",
        "tables//x",
        "tables/",
        "",
        ".hidden",
        "a/b/c/d/e",
        "nul",
        "COM1.txt",
        "report.html.",
        "report.html ",
        "rep\\u0000ort",
        "\\u202elmth.troper",
        "\uae40.html",
        "x" * 200,
    ],
)
def test_names_that_could_be_somewhere_else(tmp_path: Path, name: str) -> None:
    # Signed and logged by its own key, such a release is refused all the same.
    value = json.loads(GOOD.manifest)
    real = json.loads(f'"{name}"')
    value["files"][real] = value["files"].pop("report.html")
    bad = parts(manifest=canonical(value)).into(tmp_path / "r", **{"report.html": None})
    refused(bad, "a name that could leave its folder or not exist on some system")


def test_names_of_the_proof_and_twins(tmp_path: Path) -> None:
    for name, words in {
        "Manifest.JSON": "kept for the proof",
        "checkpoint": "kept for the proof",
        "REPORT.html": "two names that are one",
    }.items():
        value = json.loads(GOOD.manifest)
        value["files"][name] = value["files"]["report.html"]
        refused(parts(manifest=canonical(value)).into(tmp_path / name), words)


def test_too_many_files(tmp_path: Path) -> None:
    value = json.loads(GOOD.manifest)
    value["files"] = {f"f{i}": value["files"]["empty.txt"] for i in range(10_001)}
    refused(parts(manifest=canonical(value)).into(tmp_path / "r"), "more than 10,000 files")


# --- the log ------------------------------------------------------------------------------


def test_the_checkpoint_of_another_log(release: Path) -> None:
    other = Log(origin="uncounted.case/two").grown(b"x")
    (release / verify.CHECKPOINT).write_bytes(other.checkpoint())
    refused(release, "release.tlog-proof is not about the log of checkpoint")
    (release / verify.PROOF).write_bytes(other.proof(3))
    refused(release, "release.tlog-proof does not lead from the entry in opening.json")


def test_the_log_of_another_key(release: Path) -> None:
    other = attrs.evolve(GOOD.log, signer=B)
    GOOD.into(release, **{verify.CHECKPOINT: other.checkpoint(), verify.PROOF: other.proof(3)})
    refused(release, "checkpoint is not signed by the key that signed the release")


def test_the_proof_of_another_entry(release: Path) -> None:
    (release / verify.PROOF).write_bytes(GOOD.log.proof(2))
    refused(release, r"tlog-proof and opening\.json are about two entries")


def test_the_opening_of_another_release(release: Path) -> None:
    other = parts(files={"report.html": b"another"})
    (release / verify.OPENING).write_bytes(other.written[verify.OPENING])
    refused(release, "opening.json: the log's entry is not about this manifest")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"kind": "estimate"}, "not about this manifest"),
        ({"body": {}}, "not about this manifest"),
        ({"body": {"manifest": "00"}}, "not about this manifest"),
        ({"by": B.vkey}, "by another key"),
        ({"seq": 2}, "about two entries"),
        ({"seq": "3"}, "has the wrong type"),
        ({"more": 1}, "does not have the required fields"),
    ],
)
def test_entries_that_say_something_else(tmp_path: Path, body: dict[str, Any], words: str) -> None:
    refused(parts(body=body).into(tmp_path / "r"), rf"opening\.json.*{words}")


@pytest.mark.parametrize("salt", ["", "00", "0" * 63, "A" * 64, "0" * 62 + " 0"])
def test_salts_that_are_none(release: Path, salt: str) -> None:
    (release / verify.OPENING).write_bytes(canonical(GOOD.opening | {"salt": salt}))
    refused(release, "opening.json: the salt is not 32 bytes")


def test_another_salt(release: Path) -> None:
    (release / verify.OPENING).write_bytes(canonical(GOOD.opening | {"salt": "0" * 64}))
    refused(release, "does not lead from the entry in opening.json")


def test_leaves_of_another_log(release: Path) -> None:
    leaves = b"".join(reversed(GOOD.log.leaves))
    (release / verify.LEAVES).write_bytes(leaves)
    refused(release, "log-leaves is not the log of checkpoint")


def sparse(folder: Path, zeros: int) -> Path:
    """A release in a log of as many leaves of zeros, a power of two: a small archive makes it."""
    manifest = bundle.manifest(FILES, FACTS, signer=A.vkey, made_at=WHEN, version="0.1.0")
    body = {"kind": "release", "seq": zeros, "when": WHEN, "by": A.vkey}
    body |= {"body": bundle.entry(manifest)}
    leaf, top = leaf_hash(commit(canonical(body), bytes(32))), bytes(32)
    for _ in range(zeros.bit_length() - 1):
        top = merkle.node_hash(top, top)
    checkpoint = sign(Checkpoint("uncounted.case/one", zeros + 1, merkle.node_hash(top, leaf)), A)
    made = attrs.evolve(GOOD, written=GOOD.written | {
        verify.MANIFEST: manifest,
        verify.OPENING: canonical({"body": body, "salt": "00" * 32}),
        verify.CHECKPOINT: checkpoint,
        verify.PROOF: TlogProof(zeros, (top,), checkpoint).encode(),
    }).into(folder)  # fmt: skip
    with (made / verify.LEAVES).open("wb") as file:
        file.seek(zeros * merkle.HASH_BYTES)
        file.write(leaf)
    return made


def test_a_log_of_many_entries_is_never_in_memory(tmp_path: Path) -> None:
    release = sparse(tmp_path / "release", 1 << 17)
    tracemalloc.start()
    try:
        assert verify.verify(release, signer=A.vkey).log.size == (1 << 17) + 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 << 20  # bytes; the file has 4 MB, and its nodes as objects 20


def test_a_log_above_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    release = sparse(tmp_path / "release", 1 << 25)
    problem = refused(
        release,
        "checkpoint claims a log of 33,554,433 entries; at most 4,194,304 are verified",
    )
    assert "ask the publisher" in str(problem.hint)


# --- since --------------------------------------------------------------------------------


def later(log: Log, **more: Any) -> Parts:
    return parts(log=log.grown(b"7", b"8", b"9"), files={"report.html": b"newer"}, **more)


def test_the_log_only_grew(release: Path, tmp_path: Path) -> None:
    new = later(GOOD.log).into(tmp_path / "new")
    verdict = verify.verify(new, signer=A.vkey, since=release)
    assert verdict.checks[-1].text == "the log only grew since 4 entries"
    assert verdict.warnings == ()
    assert verify.verify(release, since=release).ok


def test_the_past_was_rewritten(release: Path, tmp_path: Path) -> None:
    changed = attrs.evolve(GOOD.log, entries=(b"0", b"another", *GOOD.log.entries[2:]))
    new = later(changed).into(tmp_path / "new")
    assert verify.verify(new, signer=A.vkey).ok
    refused(new, "the log was rewritten since the older release", since=release)


def test_the_log_has_shrunk(release: Path, tmp_path: Path) -> None:
    new = later(GOOD.log).into(tmp_path / "new")
    problem = refused(release, "the log has shrunk from 8 to 4 entries", since=new)
    assert "in the wrong order" in str(problem.hint)


def test_a_release_of_another_case_file(release: Path, tmp_path: Path) -> None:
    new = later(Log(origin="uncounted.case/two")).into(tmp_path / "new")
    refused(new, "the older release is of another log", since=release)


def test_the_older_release_must_hold_too(release: Path, tmp_path: Path) -> None:
    new = later(GOOD.log).into(tmp_path / "new")
    (release / "report.html").write_bytes(b"")
    refused(new, "the older release: report.html was changed", since=release)


def test_another_member_made_the_older_one(release: Path, tmp_path: Path) -> None:
    new = later(attrs.evolve(GOOD.log, signer=B), signer=B).into(tmp_path / "new")
    verdict = verify.verify(new, signer=B.vkey, since=release)
    assert "the older release is signed by another key" in verdict.warnings[0]
    assert fingerprint(A.vkey) in verdict.warnings[0]


# --- a small program ------------------------------------------------------------------------


def test_verifying_needs_no_heavy_library() -> None:
    heavy = {
        *("numpy", "scipy", "numba", "pandas", "rapidfuzz"),
        *("jinja2", "typst", "fontTools", "starlette", "uvicorn", "arviz_stats", "sqlcipher3"),
        *("pyrage", "rich", "click", "socket", "ssl", "uncounted.vault", "uncounted.estimate"),
    }
    program = "import sys, uncounted.publish.verify; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())
    assert "uncounted.publish.verify" in loaded
    assert not loaded & heavy


def test_it_moves_to_another_place_and_still_holds(release: Path, tmp_path: Path) -> None:
    shutil.copytree(release, tmp_path / "elsewhere")
    assert verify.verify(tmp_path / "elsewhere", signer=A.vkey).ok


def test_a_release_made_by_an_earlier_version_still_verifies() -> None:
    kept = Path(__file__).parents[1] / "vectors" / "proof" / "release"
    verdict = verify.verify(kept)
    assert verdict.facts == {"observed": 4400}
    assert verdict.log.size == 10
    assert verdict.made_at == "2026-01-01T00:00:00Z"


def _with_estimates(text: str) -> Parts:
    return parts(files={**FILES, "estimate.json": text.encode()})


def test_a_headline_is_shown(tmp_path: Path) -> None:
    made = _with_estimates('{"sentence": "1,000 people.", "other": {"sentence": "x"}}')
    assert verify.verify(made.into(tmp_path / "r")).headline == "1,000 people."


def test_estimates_that_repeat_a_key_are_refused(tmp_path: Path) -> None:
    """One reader would be shown the first sentence, and another the last."""
    for at, text in enumerate(
        ('{"sentence":"1,000","sentence":"9,000,000"}', '{"a":{"b":1,"b":2},"sentence":"1"}')
    ):
        with pytest.raises(NotVerified, match=r"estimate\.json repeats a key"):
            verify.verify(_with_estimates(text).into(tmp_path / str(at)))


def test_a_title_or_a_headline_of_megabytes_is_refused(tmp_path: Path) -> None:
    manifest = bundle.manifest(
        FILES, {"title": "y" * 3_000_000}, signer=A.vkey, made_at=WHEN, version="0.1.0"
    )
    with pytest.raises(NotVerified, match="a title of 3,000,000 characters; at most 1,000 are"):
        verify.verify(parts(manifest=manifest).into(tmp_path / "title"))
    made = _with_estimates(json.dumps({"sentence": "x" * 900_000}))
    with pytest.raises(NotVerified, match="a sentence of 900,000 characters; at most 10,000"):
        verify.verify(made.into(tmp_path / "headline"))


def test_the_headline_is_of_the_signed_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that writes into the folder between the check of the files and the reading."""
    folder = _with_estimates('{"sentence": "1,000 people."}').into(tmp_path / "r")
    files = verify._files

    def and_then(*arguments: Any) -> Any:
        found = files(*arguments)
        (folder / "estimate.json").write_text('{"sentence": "9,000 people."}')
        return found

    monkeypatch.setattr(verify, "_files", and_then)
    with pytest.raises(NotVerified, match=r"estimate\.json was changed while it was verified"):
        verify.verify(folder)
