"""Stopped in the middle of every step: afterwards all of it is there, or none, and all is sound.

A child process forks for each moment, and the fork stops before its n-th operation: a file
opened for writing, synced, renamed, linked or removed, or a statement given to the database.
It is killed there; or the disk refuses from there on (full, read-only) or once (failing). Eight
moments of each step are tried for a kill and four to six for each refusal, spread evenly from
the first to the last, and three kills come at random. With `MOMENTS` at 9999 all moments of
all steps are tried. This file takes some 20 seconds on an idle machine.

Importing is killed at many more moments in `test_crash`, members' steps at every one in
`test_members_crash`.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from uncounted.errors import Error
from uncounted.export import restore, write
from uncounted.proof import rfc3161
from uncounted.publish import bundle, verify
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log import timestamps
from uncounted.vault.reports import attachments
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.store import connection, database

pytestmark = pytest.mark.crash

WHEN = "2026-11-24T12:00:00Z"
RELEASED = {"report.html": b"<p>", "table.csv": b"count\n7\n"}
# How many moments of a step are tried, by what happens there.
MOMENTS = {"kill": 8, "ENOSPC": 4, "EROFS": 4, "EIO": 6}
AT_RANDOM = 3
# What SQLite says of a disk that is full, read-only or failing (sqlite.org/rescode.html).
_SQLITE = {"ENOSPC": 13, "EROFS": 8, "EIO": 10}
_MOVES = {"os.rename", "os.link", "os.mkdir", "os.remove", "os.rmdir"}
_FREES = {"os.rename", "os.remove", "os.rmdir", "os.ftruncate"}  # a full disk still does these
WORK = b"w" * 32
NAMES = ("김무명", "국경", "R-5", "면담")  # the last in a decision's note, too


@attrs.frozen
class Place:
    """A case file, the home of its member, files to attach, and room for what goes out."""

    root: Path

    @property
    def case(self) -> Path:
        return self.root / "a.case"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def member(self, me: Identity) -> Identity:
        return attrs.evolve(me, home=self.root / "home")


# --- the steps -----------------------------------------------------------------------------


def link(case: Case, place: Place, canned: Any) -> None:
    case.put("linkage", {"draws": 3}, b"the second", ["link"])


def keep(case: Case, place: Place, canned: Any) -> None:
    case.unfinished(WORK).save("first", b"kept anew" * 9_000)


def take_in(case: Case, place: Place, canned: Any) -> None:
    case.intake("three", {"collector": "C"}, _rows(range(12)))


def attach(case: Case, place: Place, canned: Any) -> None:
    files = sorted((place.root / "files").iterdir())
    case.attach("one", "R-1", files)


def amend(case: Case, place: Place, canned: Any) -> None:
    case.amend("one", "R-5", _payload(5, "달리 말했다"))


def set_consent(case: Case, place: Place, canned: Any) -> None:
    case.set_consent("one", "R-5", Consent(frozenset()))


def undo_import(case: Case, place: Place, canned: Any) -> None:
    imports = [entry.seq for entry in case.entries() if entry.kind == "import"]
    case.undo_import(imports[1])


def decide(case: Case, place: Place, canned: Any) -> None:
    case.decide(_words((0, 1, False), (2, 3, True), (5, 7, False), note="같은 면담"))


def undo_decision(case: Case, place: Place, canned: Any) -> None:
    files = [entry.seq for entry in case.entries() if entry.kind == "decisions"]
    case.undo_decision(files[-1])


def withdraw(case: Case, place: Place, canned: Any) -> None:
    case.withdraw("one", "R-5")


def stamp(case: Case, place: Place, canned: Any) -> None:
    case.timestamp(lambda _: bytes.fromhex(canned["answer"]), authority="canned")


def release(case: Case, place: Place, canned: Any) -> None:
    made = bundle.manifest(RELEASED, {}, signer=case.signer.vkey, made_at=WHEN, version="0.1.0")
    entry = case.put("release", bundle.entry(made), b"kept")
    case.seal_log()
    bundle.write(
        place.out,
        RELEASED,
        manifest=made,
        signer=case.signer,
        opening=case.opening(entry.seq),
        checkpoint=case.checkpoint(),
        proof=case.proof(entry.seq),
        leaves=case.leaves(),
    )


def export_bag(case: Case, place: Place, canned: Any) -> None:
    write.write(case, "bagit", place.out)


def export_tables(case: Case, place: Place, canned: Any) -> None:
    write.write(case, "csv", place.out)


def opened(case: Case, place: Place, canned: Any) -> None:
    """Nothing but opening, after a withdrawal that was killed before its files were gone."""


STEPS = {
    step.__name__: step
    for step in (
        link, keep, take_in, attach, amend, set_consent, undo_import, decide, undo_decision,
        withdraw, stamp, release, export_bag, export_tables, opened,
    )
}  # fmt: skip


def _rows(numbers: range, note: str = "국경에서 헤어졌다") -> Iterator[IncomingReport]:
    consent = Consent(frozenset({"link", "statistics"}))
    for number in numbers:
        yield IncomingReport(f"R-{number}", _payload(number, note), consent, number + 2)


def _words(*said: tuple[int, int, bool], note: str | None = None) -> list[ProposedDecision]:
    return [
        ProposedDecision(row, ("one", f"R-{one}"), ("one", f"R-{other}"), same, note)
        for row, (one, other, same) in enumerate(said, start=2)
    ]


def _payload(number: int, note: str) -> dict[str, Any]:
    return Report("one", f"R-{number}", (Name("김무명"),), note=note).to_payload()


# --- the child -----------------------------------------------------------------------------


class Moments:
    """Counts operations, and does what is to be done before one of them."""

    def __init__(self) -> None:
        self.how: str | None = None
        self.at = self.count = 0

    def start(self, how: str, at: int) -> None:
        self.how, self.at, self.count = how, at, 0
        sys.addaudithook(self.hook)
        os.fsync = self.counted(os.fsync, "os.fsync")
        os.ftruncate = self.counted(os.ftruncate, "os.ftruncate")
        for name in ("_run", "_many", "fold"):
            setattr(database.Storage, name, self.counted(getattr(database.Storage, name), "sql"))

    def stop(self) -> int:
        self.how = None
        return self.count

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        writes = os.O_WRONLY | os.O_RDWR
        opens = event == "open" and not isinstance(arguments[0], int)
        if event in _MOVES or (opens and (arguments[2] or 0) & writes):
            self.tick(event)

    def counted(self, real: Callable[..., Any], what: str) -> Callable[..., Any]:
        def done(*values: Any, **named: Any) -> Any:
            self.tick(what)
            return real(*values, **named)

        return done

    def tick(self, what: str) -> None:
        if self.how is None:
            return
        here, self.count = self.count, self.count + 1
        if self.how == "kill" and here == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how in _SQLITE and (here == self.at or (here > self.at and self.how != "EIO")):
            self.refuse(what, self.how)

    def refuse(self, what: str, how: str) -> None:
        if what == "sql":
            error = sqlcipher.OperationalError("refused")
            error.sqlite_errorcode = _SQLITE[how]
            raise connection.as_error(error) from error
        if how != "ENOSPC" or what not in _FREES:
            number = getattr(errno, how)
            raise OSError(number, os.strerror(number))


def _act(place: Place, given: dict[str, Any], how: str, at: int) -> dict[str, Any]:
    """Do the step up to the moment, as a program would, and say how it went."""
    me, canned, name = Identity.parse(given["me"].encode()), given["canned"], given["step"]
    setattr(timestamps, "TimestampRequest", _Canned(canned))  # noqa: B010
    moments = Moments()
    try:
        if name == "opened":
            moments.start(how, at)
        with Case.open(place.case, place.member(me)) as case:
            if name != "opened":
                moments.start(how, at)
            STEPS[name](case, place, canned)
    except Error as error:
        moments.stop()
        said = f"{error}\n{error.hint}"
        return {"error": said, "ours": True, "trace": traceback.format_exc()}
    except OSError:
        moments.stop()
        return {"error": "raw", "ours": False, "trace": traceback.format_exc()}
    return {"count": moments.stop()}


@attrs.frozen
class _Canned:
    """Asks what was asked when the canned answer was made."""

    canned: dict[str, Any]

    def of(self, note: bytes) -> rfc3161.TimestampRequest:
        return rfc3161.TimestampRequest(note, self.canned["nonce"])


def _fork(place: Place, given: dict[str, Any], how: str, at: int, after: float) -> None:
    child = os.fork()
    if child == 0:
        said = _act(place, given, how, at)
        (place.root / "said").write_text(json.dumps(said))
        os._exit(0)
    if how == "time":
        time.sleep(after)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _spread(count: int, moments: int) -> list[int]:
    most = min(moments, count)
    return sorted({round(i * (count - 1) / max(1, most - 1)) for i in range(most)})


def main() -> None:
    """What the child does: a copy for each moment, each left as the step left it."""
    given = json.loads(sys.stdin.read())
    base, into = Path(given["base"]), Path(given["into"])

    def one(how: str, at: int, after: float = 0.0) -> Place:
        place = Place(Path(shutil.copytree(base, into / f"{how}-{at:03}")))
        _fork(place, given, how, at, after)
        return place

    began = time.monotonic()
    whole = one("whole", 0)
    lasted = time.monotonic() - began
    said = json.loads((whole.root / "said").read_text())
    for how, moments in MOMENTS.items():
        for at in _spread(said["count"], moments):
            one(how, at)
    for number, part in enumerate(given["random"]):
        one("time", number, part * lasted)


# --- what is looked at afterwards ----------------------------------------------------------


@pytest.fixture(scope="module")
def member() -> Identity:
    return Identity.generate()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, member: Identity) -> Place:
    """Two imports, the second over the first; attachments; decisions; a linkage; work begun."""
    place = Place(tmp_path_factory.mktemp("base"))
    files = place.root / "files"
    files.mkdir()
    for number, content in enumerate((b"one" * 30_000, b"two", b"one" * 30_000)):
        (files / f"면담 {number}.pdf").write_bytes(content)
    mine = place.root / "mine.pdf"
    mine.write_bytes(b"of one report alone")
    with Case.create(place.case, place.member(member)) as case:
        case.intake("one", {"collector": "A"}, _rows(range(8)))
        case.intake("one", {"collector": "B"}, _rows(range(6, 11), "다시 말했다"))
        case.attach("one", "R-5", [mine, files / "면담 1.pdf"])
        case.attach("one", "R-6", [files / "면담 1.pdf"])
        case.decide(_words((0, 1, True), (4, 5, True)))
        case.decide(_words((0, 1, False), (4, 6, True)))  # of the first file one still stands
        case.put("linkage", {"draws": 3}, b"the first", ["link"])
        case.unfinished(WORK).save("first", b"kept")
    return place


@pytest.fixture(scope="module")
def canned(base: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an authority answers about the checkpoint of the case file as it stands."""
    from tests.vault.log.test_timestamps import OpenSsl

    note = (base.case / "log/checkpoint").read_bytes()
    request = rfc3161.TimestampRequest.of(note)
    answer = OpenSsl.make(tmp_path_factory.mktemp("authority")).answer(request.data)
    return {"answer": answer.hex(), "nonce": request.nonce}


@pytest.fixture(scope="module")
def cut_short(base: Place, member: Identity, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The same after a withdrawal that was cut short before its files were deleted."""
    place = Place(tmp_path_factory.mktemp("cut") / "place")
    shutil.copytree(base.root, place.root)

    class Gone(BaseException):
        pass

    def gone(*_: object) -> None:
        raise Gone

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attachments, "sweep", gone)
        with pytest.raises(Gone), Case.open(place.case, place.member(member)) as case:
            case.withdraw("one", "R-5")
    return place


def _reported(place: Place, me: Identity) -> dict[str, Any]:
    """Open as the next day would, make sure that all is sound, and say what is there."""
    with Case.open(place.case, place.member(me)) as case:
        assert case.check() == ()
        assert case.replay() == case.state()
        linkage = case.latest("linkage")
        assert linkage is not None
        work = case.unfinished(WORK)
        kept = {name: work.load(name) for name in work}
        found = {
            "kinds": [entry.kind for entry in case.entries()],
            "reports": {
                (one.source, one.id): (one.payload["note"], consent.uses)
                for one, consent in case.every_report_with_consent()
            },
            "sources": case.sources(),
            "decided": {each.pair: (each.same, each.note) for each in case.decisions()},
            "decisions": [each.standing for each in case.decision_states().values()],
            "attached": [(each.report, each.name, each.sha256) for each in case.attachments()],
            "linked": linkage.payload,
            "out": _out(place),
            "kept": kept,
        }
        held = {path.name for path in (place.case / "attachments").iterdir()}
        attached = {f"{each.file}.age" for each in case.attachments()}
        assert held >= attached
        assert len(held - attached) == len(kept)
    assert {path.name for path in place.case.iterdir()} == {
        "attachments", "case.db", "case.json", "lock", "log", "members",
    }  # fmt: skip
    return found


def _out(place: Place) -> str | None:
    """What went out, which must be whole: a release that verifies, or an export."""
    if not place.out.exists():
        return None
    names = sorted(path.name for path in place.out.iterdir())
    if verify.MANIFEST in names:
        assert verify.verify(place.out).ok
    elif "bagit.txt" in names:
        assert restore.read(place.out).reports
    else:
        assert len((place.out / "one.csv").read_text(encoding="utf-8").splitlines()) == 12
    return " ".join(names)


def _run(base: Place, into: Path, step: str, me: Identity, canned: dict[str, Any]) -> list[Place]:
    into.mkdir()
    given = {
        "base": str(base.root), "into": str(into), "step": step, "canned": canned,
        "me": me.unsafe_secret().decode(),
        "random": [random.random() for _ in range(AT_RANDOM)],
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(given), capture_output=True,
        encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return [Place(root) for root in sorted(into.iterdir())]


@pytest.mark.parametrize("step", STEPS)
def test_all_of_a_step_or_nothing(
    step: str,
    base: Place,
    cut_short: Place,
    canned: dict[str, Any],
    member: Identity,
    tmp_path: Path,
) -> None:
    origin = cut_short if step == "opened" else base
    places = _run(origin, tmp_path / "copies", step, member, canned)
    before = _reported(Place(Path(shutil.copytree(origin.root, tmp_path / "before"))), member)
    after = _reported(next(place for place in places if place.root.name == "whole-000"), member)
    allowed = [before, after]
    if step == "release":  # an entry that no folder was written for: nothing to mend
        allowed.append({**after, "out": None})
    if step == "undo_import":  # what was kept goes first
        allowed.append({**before, "kept": {}})
    assert (before == after) is (step == "opened")
    seen = []
    for place in places:
        where, said = place.root.name, place.root / "said"
        how = where.split("-")[0]
        told = json.loads(said.read_text()) if how != "time" and said.exists() else None
        assert (told is None) is (how in ("kill", "time")), where
        found = _reported(place, member)
        assert found in allowed, where
        seen.append((how, allowed.index(found)))
        if told is not None and "error" in told:
            assert told["ours"], told["trace"]
            assert not any(name in told["error"] for name in NAMES), where
        elif told is not None:
            assert found == after, where
    if step != "opened":
        assert {("kill", 0), ("ENOSPC", 0), ("EROFS", 0), ("EIO", 0)} <= set(seen)


if __name__ == "__main__":
    main()
