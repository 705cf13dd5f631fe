"""Bit flips, cuts, swapped, missing and old files: every artefact, and what notices it.

For each file of a case folder, of an identity's home, of a release and of a BagIt export.
Something says so, by opening, by `check` or by `verify`, in words that name the artefact
and nobody. What may pass, and why that is no harm:

- A file in `members/` that is missing, or is of nobody, is put right on opening.
- `seen/<case>` cut at a line's end, deleted or put back to an older one: it remembers less,
  as a new home does. A flip in an earlier line: the newest line speaks for all of them. Who
  can write to the home can do this at any time; that is why it lies away from the folder.
- `identity.age` put back to an older one: the older passphrase opens it, as it opens any
  copy. `identity.json` missing: it is made again from the secret keys.
- `lock`: text for a message; the lock is the kernel's.
- Partial tiles of earlier sizes of the log: nothing reads them.
- An export as JSON or CSV without a bag: only its attachments have checksums. In a bag,
  without `tagmanifest-sha512.txt` nothing watches `bagit.txt` and `bag-info.txt`, of which
  nothing is taken in; its own last line may lack its end.
- An older release as a whole: it is one. `verify --since` tells.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.light_identity import sealed_lightly
from tests.vault.opened import execute, log_of

from uncounted import regular_files
from uncounted.errors import (
    BadInput,
    CaseBusy,
    Damaged,
    Error,
    NoSpace,
    NotVerified,
    WrongPassphrase,
)
from uncounted.export import restore, write
from uncounted.proof.canonical_json import sha256
from uncounted.publish import bundle, verify
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault import fsck
from uncounted.vault.case import Case
from uncounted.vault.keys import identity
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log import rollback
from uncounted.vault.reports import attachments
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.store.lock import Lock

WHEN = "2026-11-24T12:00:00Z"
_TAGS = "tagmanifest-sha512.txt"
FLIPS = 24  # of each file, spread over its bits


@attrs.frozen
class Kept:
    """A case file, an older state of it, and the home of its member."""

    root: Path
    me: Identity

    @property
    def case(self) -> Path:
        return self.root / "a.case"

    def files(self) -> dict[Path, bytes]:
        return {
            path: path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.name != "lock"
        }

    def look(self) -> str:
        """Open and check; what was said of it, nothing when all is sound."""
        me = attrs.evolve(self.me, home=self.root / "home")
        try:
            with Case.open(self.case, me) as case:
                return "\n".join(case.check())
        except Error as error:
            return f"{error}\n{error.hint}"


def _incoming(numbers: range) -> Iterator[IncomingReport]:
    for number in numbers:
        said = Report("one", f"R-{number}", (Name("김무명"),), note="국경에서 헤어졌다")
        consent = Consent(frozenset({"link"}))
        yield IncomingReport(f"R-{number}", said.to_payload(), consent, number + 2)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, Kept]:
    """A case file with everything in it, and its older state."""
    from tests.vault.log.test_timestamps import OpenSsl

    now = Kept(tmp_path_factory.mktemp("now") / "root", Identity.generate())
    old = Kept(tmp_path_factory.mktemp("old") / "root", now.me)
    openssl = OpenSsl.make(tmp_path_factory.mktemp("authority"))
    scan, other = (tmp_path_factory.mktemp("files") / name for name in ("scan", "other"))
    scan.write_bytes(b"scan" * 40_000)
    other.write_bytes(b"other" * 40_000)
    with Case.create(now.case, attrs.evolve(now.me, home=now.root / "home")) as case:
        case.intake("one", {}, _incoming(range(280)))
        case.attach("one", "R-1", [scan])
        case.grant(Identity.generate().recipient, name="second")
        case.timestamp(openssl.answer, authority="loopback")
    shutil.copytree(now.root, old.root)
    with Case.open(now.case, attrs.evolve(now.me, home=now.root / "home")) as case:
        case.rotate()
        case.attach("one", "R-2", [other])
        case.put("release", {"title": "first"}, b"manifest")
        case.timestamp(openssl.answer, authority="loopback")
    return now, old


@pytest.fixture
def kept(shared: tuple[Kept, Kept], tmp_path: Path) -> Kept:
    return Kept(Path(shutil.copytree(shared[0].root, tmp_path / "root")), shared[0].me)


DATABASE = "database"
STAMP = r"timestamp (of entry|[0-9]+-)"
# Which file, and the words that name it.
ARTEFACTS = {
    "a.case/case.json": r"case\.json|the case file has format",
    "a.case/case.db": DATABASE,
    "a.case/members/mine": "case key|members/",
    "a.case/members/theirs": "members/",
    "a.case/log/checkpoint": "checkpoint of the log|older log",
    "a.case/log/tile/0/000": "tile",
    "a.case/log/tile/0/001.p/*": "tile",
    "a.case/log/tile/1/000.p/1": "tile",
    "a.case/log/tile/entries/000": "bundle",
    "a.case/log/tile/entries/001.p/*": "bundle",
    "a.case/attachments/*": "attachment of entry",
    "a.case/log/timestamps/*.tsr": STAMP,
    "a.case/log/timestamps/*.note": STAMP,
    "home/seen/*": "this identity (saw|remembers)|record of this case file in your identity",
}


def _find(kept: Kept, pattern: str) -> Path:
    """The file that is meant; of several, the newest."""
    if "members/" in pattern:
        with Case.open(kept.case, kept.me) as case:
            mine = sha256(case.members[0].recipient.encode()).hex()[:16]
        files = sorted(kept.case.glob("members/*.age"))
        (found,) = (f for f in files if f.name.startswith(mine) is pattern.endswith("mine"))
        return found
    return sorted(kept.root.glob(pattern), key=lambda path: path.stat().st_mtime_ns)[-1]


def _harms(whole: bytes, flips: int = FLIPS) -> Iterator[tuple[str, bytes]]:
    for number in range(flips):
        bit = number * (len(whole) * 8 - 1) // (flips - 1)
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        yield f"bit {bit}", bytes(flipped)
    for size in (0, len(whole) // 2, len(whole) - 1):
        yield f"cut to {size}", whole[:size]


@pytest.mark.exhaustive
@pytest.mark.parametrize("pattern", ARTEFACTS)
def test_a_flip_or_a_cut_is_noticed_by_name(kept: Kept, pattern: str) -> None:
    path = _find(kept, pattern)
    before = kept.files()
    passed = []
    for what, harmed in _harms(before[path]):
        path.write_bytes(harmed)
        said = kept.look()
        if not said:
            passed.append(what)
        else:
            assert re.search(ARTEFACTS[pattern], said), (what, said)
            assert "R-" not in said
            assert "김" not in said
        _restore(kept, before)
    if pattern == "home/seen/*":
        whole = before[path]
        harmless = {"cut to 0", f"cut to {len(whole) - 1}"}  # at the end of a line
        newest = whole.rindex(b"\n", 0, -1) * 8
        flips = [int(what.split()[1]) for what in passed if what not in harmless]
        assert all(bit < newest for bit in flips), passed
    else:
        assert passed == []
    assert kept.look() == ""


def _restore(kept: Kept, before: dict[Path, bytes]) -> None:
    for path in kept.files().keys() - before.keys():
        path.unlink()
    for path, content in before.items():
        if not path.exists() or path.read_bytes() != content:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


@pytest.mark.parametrize("pattern", ARTEFACTS)
def test_missing_is_noticed_or_put_back(kept: Kept, pattern: str) -> None:
    path = _find(kept, pattern)
    content = path.read_bytes()
    path.unlink()
    said = kept.look()
    if pattern.endswith("theirs"):
        assert (said, path.read_bytes()) == ("", content)
    elif pattern.startswith("home/seen"):
        assert said == ""
        assert path.read_bytes() == content.splitlines(keepends=True)[-1]
    else:
        assert re.search(ARTEFACTS[pattern] + r"|not a member|no longer a member|case\.db", said), (
            said
        )


@pytest.mark.parametrize("pattern", ARTEFACTS)
def test_an_old_one_in_its_place_is_noticed(
    kept: Kept, shared: tuple[Kept, Kept], pattern: str
) -> None:
    """What it was before, or where it is never written again, another one of its kind."""
    path, old = _find(kept, pattern), _find(shared[1], pattern)
    if pattern.endswith(("tile/0/000", "entries/000", "1/000.p/1", "case.json")):
        assert path.read_bytes() == old.read_bytes()
        return
    assert path.read_bytes() != old.read_bytes()
    shutil.copyfile(old, path)
    said = kept.look()
    if pattern.startswith("home/seen"):
        assert said == ""
    else:
        assert re.search(ARTEFACTS[pattern], said), said


def test_files_that_trade_places_are_noticed(kept: Kept) -> None:
    before = kept.files()
    groups = ("attachments/*", "members/*", "log/timestamps/*.tsr", "log/timestamps/*.note")
    pairs = [sorted(kept.case.glob(group)) for group in groups]
    pairs.append([kept.case / "log/tile/0/000", kept.case / "log/tile/entries/000"])
    for one, other in pairs:
        one.write_bytes(before[other])
        other.write_bytes(before[one])
        assert re.search("attachment of|case key|members/|timestamp|tile", kept.look())
        _restore(kept, before)
    assert kept.look() == ""


def test_a_flip_in_the_upper_tiles_of_a_long_log_is_noticed(
    tmp_path: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 65,536 entries on a full tile of the first level is not needed for the root."""
    monkeypatch.setattr(os, "fsync", lambda _: None)  # 500 files, and no crash is at stake
    Case.create(tmp_path / "case", me).close()
    forgotten = [
        (seq, "note", WHEN, 1, sha256(str(seq).encode()), None, None) for seq in range(1, 65_600)
    ]
    sql = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
    execute(tmp_path / "case", me, sql, rows=forgotten)
    with Case.open(tmp_path / "case", me):
        pass  # which writes the log
    tile = tmp_path / "case/log/tile/1/000"
    for path in (tile, tmp_path / "case/log/tile/2/000.p/1"):
        whole = path.read_bytes()
        path.write_bytes(whole[:9] + bytes([whole[9] ^ 16]) + whole[10:])
        try:
            Case.open(tmp_path / "case", me).close()
            with log_of(tmp_path / "case", me) as log:
                said = "\n".join(log.differences())
        except Damaged as error:
            said = str(error)
        assert re.search("tiles of (level 1|the log)", said)
        path.write_bytes(whole)
    with log_of(tmp_path / "case", me) as log:
        assert list(log.differences()) == []


HOW = {
    "a folder": lambda path: path.mkdir(),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "brackets": lambda path: path.write_bytes(b"[" * 100_000),
}


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("pattern", ARTEFACTS)
def test_what_is_no_file_or_a_strange_one_is_reported(kept: Kept, pattern: str, how: str) -> None:
    path = _find(kept, pattern)
    path.unlink()
    HOW[how](path)
    said = kept.look()
    if pattern == "home/seen/*" and how == "a link to itself":
        assert "cannot be read" in said
    else:
        assert re.search(
            ARTEFACTS[pattern]
            + r"|of the log|not a member|no longer a member|\.age|case\.db|cannot",
            said,
        )


@pytest.mark.parametrize("pattern", ARTEFACTS)
def test_a_disk_that_fails_in_reading_is_reported(
    kept: Kept, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, real = _find(kept, pattern), regular_files.opened

    def fail(path: Path, **named: Any) -> Any:
        if path == broken:
            raise OSError(errno.EIO, "Input/output error")
        return real(path, **named)

    monkeypatch.setattr(regular_files, "opened", fail)
    said = kept.look()
    if pattern == "a.case/case.db":  # SQLite opens it by itself
        assert said == ""
    else:
        assert re.search(ARTEFACTS[pattern] + r"|of the log|cannot be read", said), said


# --- the home ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["identity.age", "identity.json"])
def test_a_flip_or_a_cut_in_an_identity(name: str, me: Identity, tmp_path: Path) -> None:
    secret = me.unsafe_secret()
    (tmp_path / "identity.age").write_bytes(sealed_lightly(secret, "some words"))
    assert identity.load(tmp_path, "some words").unsafe_secret() == secret
    whole = (tmp_path / name).read_bytes()
    words = {
        "identity.age": "^identity.age|passphrase",
        "identity.json": "public keys of the identity",
    }[name]
    for what, harmed in _harms(whole, 300):
        (tmp_path / name).write_bytes(harmed)
        with pytest.raises((Damaged, WrongPassphrase)) as raised:
            identity.load(tmp_path, "some words")
        assert re.search(words, str(raised.value)), what
    (tmp_path / name).write_bytes(whole)
    assert identity.load(tmp_path, "some words").unsafe_secret() == secret


# --- what goes out -------------------------------------------------------------------------


def _release(case: Case, out: Path, page: bytes) -> None:
    files = {"report.html": page, "table.csv": b"count\n7\n"}
    made = bundle.manifest(files, {}, signer=case.signer.vkey, made_at=WHEN, version="0.1.0")
    entry = case.put("release", bundle.entry(made), b"kept")
    case.seal_log()
    bundle.write(
        out,
        files,
        manifest=made,
        signer=case.signer,
        opening=case.opening(entry.seq),
        checkpoint=case.checkpoint(),
        proof=case.proof(entry.seq),
        leaves=case.leaves(),
    )


def test_a_file_of_an_older_release_does_not_verify_in_a_newer_one(
    kept: Kept, tmp_path: Path
) -> None:
    with Case.open(kept.case, kept.me) as case:
        _release(case, tmp_path / "old", b"<p>1</p>")
        _release(case, tmp_path / "new", b"<p>2</p>")
    changed = []
    for path in sorted((tmp_path / "new").iterdir()):
        whole, older = path.read_bytes(), (tmp_path / "old" / path.name).read_bytes()
        if whole == older:
            continue
        path.write_bytes(older)
        with pytest.raises(NotVerified, match=re.escape(path.stem)):
            verify.verify(tmp_path / "new")
        path.write_bytes(whole)
        changed.append(path.name)
    assert set(changed) == {"report.html", *verify.OWN}
    assert verify.verify(tmp_path / "new", since=tmp_path / "old").ok
    with pytest.raises(NotVerified):
        verify.verify(tmp_path / "old", since=tmp_path / "new")


@pytest.fixture
def bag(kept: Kept, tmp_path: Path) -> Path:
    with Case.open(kept.case, kept.me) as case:
        write.write(case, "bagit", tmp_path / "bag")
    return tmp_path / "bag"


def test_a_flip_or_a_cut_in_any_file_of_a_bag(bag: Path) -> None:
    files = {path: path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    assert len(files) == 8
    passed = [
        f"{path.name} {what}"
        for path, whole in files.items()
        for what, harmed in _harms(whole, 8 if len(whole) > 10_000 else 160)
        if not _bag_refused(bag, path, whole, harmed)
    ]
    # The end of the last line, which says the same without it.
    assert passed == [f"tagmanifest-sha512.txt cut to {len(files[bag / _TAGS]) - 1}"]
    assert restore.read(bag).reports


def test_what_a_killed_export_left_in_clear_goes_with_the_next(kept: Kept, tmp_path: Path) -> None:
    left, strange = tmp_path / ".out.0123abcd.partial", tmp_path / ".other.0123abcd.partial"
    for folder in (left, strange):
        folder.mkdir()
        (folder / "reports.json").write_text("김무명", encoding="utf-8")
    with Case.open(kept.case, kept.me) as case:
        write.write(case, "json", tmp_path / "out")
    assert not left.exists()
    assert strange.exists()


def test_a_leftover_in_the_home_is_no_other_case_file(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / ".abc.0123").touch()
    assert rollback.opened_before(tmp_path, "abc") == (False, False)
    (tmp_path / "seen" / "other").touch()
    assert rollback.opened_before(tmp_path, "abc") == (False, True)


def _bag_refused(bag: Path, path: Path, whole: bytes, harmed: bytes) -> bool:
    path.write_bytes(harmed)
    try:
        restore.read(bag)
    except BadInput as error:
        return bool(re.search("bag|manifest|export", str(error)))
    finally:
        path.write_bytes(whole)
    return False


def test_files_of_a_bag_that_trade_places(bag: Path) -> None:
    one, other = sorted((bag / "data/attachments").iterdir())
    whole = one.read_bytes()
    other.replace(one)
    other.write_bytes(whole)
    with pytest.raises(BadInput, match="bag is not valid"):
        restore.read(bag)


# --- a disk that does not do what it should -------------------------------------------------


def _seal(case: Case) -> bool:
    case.seal_log()
    return True


@pytest.mark.parametrize("number", [errno.EXDEV, errno.ENOTSUP])
def test_a_folder_without_renames_is_reported_and_changes_nothing(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    scan = tmp_path / "scan"
    scan.write_bytes(b"another")
    steps: list[Callable[[Case], object]] = [
        lambda case: case.attach("one", "R-3", [scan]),
        lambda case: case.grant(Identity.generate().recipient, name="third"),
        lambda case: case.rotate(),
        lambda case: write.write(case, "json", tmp_path / "out"),
        lambda case: (case.put("release", {}), _seal(case)),
    ]
    words = "cannot do what a case file needs"
    for step in steps:
        case = Case.open(kept.case, kept.me)
        before = case.state()
        with monkeypatch.context() as patch:
            for name in ("rename", "replace", "link"):
                patch.setattr(os, name, refuse)
            with pytest.raises(NoSpace, match=words):
                step(case)
            case.close()
        with Case.open(kept.case, kept.me) as case:
            assert case.state() == before
            assert case.check() == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["root", "scan"]


def test_no_case_file_is_made_where_it_cannot_be_kept(
    tmp_path: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    for name in ("link", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, refuse)
            with pytest.raises(NoSpace, match="cannot do what"):
                Case.create(tmp_path / "case", me)
        assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(NoSpace, match="lock a file"):
        Case.create(tmp_path / "case", me)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_read_only_is_reported(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = kept.files(), os.open

    def read_only(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(NoSpace, match="mounted read-only") as raised:
        Case.open(kept.case, kept.me)
    assert "open the copy" in str(raised.value.hint)
    monkeypatch.undo()
    assert kept.files() == before


def test_the_second_process_waits_for_the_first(kept: Kept) -> None:
    first = Lock(kept.case / "lock")
    with pytest.raises(CaseBusy, match=f"process {os.getpid()} on "):
        Case.open(kept.case, kept.me)
    threading.Timer(0.15, first.release).start()
    with Case.open(kept.case, kept.me, wait=20) as second:
        assert second.check() == ()


def test_a_file_that_may_not_be_read_is_reported_without_its_name(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, real = tmp_path / "면담 김무명.pdf", regular_files.opened
    scan.write_bytes(b"x")

    def closed(path: Path, **named: Any) -> Any:
        if path == scan:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, **named)

    monkeypatch.setattr(regular_files, "opened", closed)
    with Case.open(kept.case, kept.me) as case:
        with pytest.raises(BadInput, match=r"^file 1 to attach cannot be opened$"):
            case.attach("one", "R-3", [scan])
        assert case.check() == ()


def test_what_a_failed_attempt_could_not_delete_goes_with_the_next(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    scan, place = tmp_path / "scan", kept.case / attachments.FOLDER
    scan.write_bytes(b"another")
    with Case.open(kept.case, kept.me) as case:
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", fail)
            patch.setattr(os, "rename", fail)
            patch.setattr(os, "unlink", fail)
            with pytest.raises(NoSpace, match="the disk failed"):
                case.attach("one", "R-3", [scan])
        assert len(list(place.iterdir())) == 3
        case.attach("one", "R-3", [scan])
        assert len(list(place.iterdir())) == 3
        case.seal_log()
        assert case.check() == ()


def test_equal_files_attached_at_once_are_kept_once(kept: Kept, tmp_path: Path) -> None:
    one, other = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"the same")
    other.write_bytes(b"the same")
    with Case.open(kept.case, kept.me) as case:
        first, second = case.attach("one", "R-3", [one, other])
        assert first.file == second.file
        assert len(list((kept.case / attachments.FOLDER).iterdir())) == 3
        case.seal_log()
        assert case.check() == ()


# --- a clock that is set back ----------------------------------------------------------------


def test_entries_keep_their_order_when_the_clock_is_set_back(kept: Kept) -> None:
    back_then = datetime(2020, 1, 1, tzinfo=UTC)
    with Case.open(kept.case, kept.me, clock=lambda: back_then) as case:
        newest = sum(1 for _ in case.entries())
        entry = case.put("estimate", {"n": 1})
        assert (entry.seq, entry.when) == (newest, "2020-01-01T00:00:00Z")
        later = case.put("estimate", {"n": 2})
        assert later.seq == newest + 1
    with Case.open(kept.case, kept.me) as case:
        assert case.check() == ()
        assert [each.seq for each in case.entries()] == list(range(newest + 2))
        told = "\n".join(case.doubtful_times())
    assert f"entry {newest} says an earlier time than entry {newest - 1}: a clock was" in told
    assert f"entry {newest} says an earlier time than the timestamp of entry {newest - 1}" in told


def test_a_clock_that_runs_ahead_of_a_timestamp_is_reported(kept: Kept) -> None:
    with Case.open(kept.case, kept.me) as case:
        assert case.doubtful_times() == ()
        entries, newest = list(case.entries()), sum(1 for _ in case.entries()) - 1
        ahead = attrs.evolve(entries[1], when="2099-01-01T00:00:00Z")
    stamped = [(newest, newest, datetime(2098, 11, 24, tzinfo=UTC))]
    told = list(fsck.doubtful_times([entries[0], ahead], stamped))
    assert told == [f"entry 1 says a later time than the timestamp of entry {newest} over it"]
