"""Killed at each file operation and each statement: afterwards all of a change is there, or none.

A child process opens copies of a case file, forks, and the fork sends SIGKILL to itself just
before its n-th operation (a file opened for writing, renamed, linked or removed, a statement
given to the database), for every n until the change is done.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from uncounted.errors import NoAccess, WrongPassphrase
from uncounted.vault.case import Case
from uncounted.vault.keys import grants, identity
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import SecretKey

pytestmark = pytest.mark.crash

SPARE = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"

CHILD = """
import json, os, shutil, signal, sys
from pathlib import Path
from uncounted.errors import WrongPassphrase
from uncounted.vault.keys import identity
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import SecretKey
from uncounted.vault.store import database

given = json.loads(sys.stdin.read())
me, other = (Identity.parse(text.encode()) for text in (given["me"], given["other"]))
folder, into = Path(given["folder"]), Path(given["into"])

class Counter:
    left = None

    def tick(self):
        if self.left is None:
            return
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

counter = Counter()

def hook(event, arguments):
    if event == "open":
        mode, flags = arguments[1:]
        if not (flags or 0) & (os.O_WRONLY | os.O_RDWR):
            return
    elif event not in ("os.rename", "os.link", "os.remove", "os.mkdir"):
        return
    counter.tick()

def counted(real):
    def method(*values, **named):
        counter.tick()
        return real(*values, **named)
    return method

sys.addaudithook(hook)
for name in ("_run", "_many", "_one", "fold", "close", "abandon"):
    setattr(database.Storage, name, counted(getattr(database.Storage, name)))

def change(copy):
    action = given["action"]
    if action == "passphrase":
        # What is on the disk is at stake here, and scrypt takes a second each time.
        identity.passphrase_file = Fake
        counter.left = at
        identity.change_passphrase(copy, "old", "new", allow_short=True)
        return
    if action == "join":
        counter.left = at
        Case.open(copy, other, through=SecretKey.from_age(given["spare"])).close()
        return
    with Case.open(copy, me) as case:
        counter.left = at
        if action == "grant":
            case.grant(other.recipient, vkey=other.vkey, name="other")
        elif action == "revoke":
            case.revoke("other")
        elif action == "rotate":
            case.rotate()
        else:
            case.add_recovery(given["new"], 3, 2, replace=True)

class Fake:
    NotAFile = ValueError

    @staticmethod
    def seal(plain, words):
        return words.encode() + b"|" + plain

    @staticmethod
    def unseal(sealed, words):
        kept, _, plain = sealed.partition(b"|")
        if kept != words.encode():
            raise WrongPassphrase("another")
        return plain

at = 0
while True:
    copy = into / f"{at:03}"
    shutil.copytree(folder, copy)
    child = os.fork()
    if child == 0:
        change(copy)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if status == 0:
        break
    assert os.WTERMSIG(status) == signal.SIGKILL, (at, status)
    at += given["step"]
print(at // given["step"])
"""


def _run(
    folder: Path,
    action: str,
    me: Identity,
    other: Identity,
    into: Path,
    new: str = "",
    step: int = 1,
) -> Iterator[Path]:
    """The copies, each as it was left; the last one is that in which the change was done."""
    into.mkdir()
    given = {
        "folder": str(folder), "into": str(into), "action": action, "spare": SPARE, "new": new,
        "step": step,
        "me": me.unsafe_secret().decode(), "other": other.unsafe_secret().decode(),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", CHILD], input=json.dumps(given), capture_output=True,
        encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    copies = sorted(into.iterdir())
    assert len(copies) == int(done.stdout) + 1 > 5
    return iter(copies)


@pytest.fixture
def small(tmp_path: Path, me: Identity) -> Path:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.put("linkage", {"title": "first"}, b"bytes", ["link"])
        case.grant(SecretKey.from_age(SPARE).recipient, name="spare")
    return folder


def _opened(folder: Path, me: Identity) -> tuple[list[str], set[str | None], int]:
    """Open as the next day would, and say what is there: kinds of entries, names, which key."""
    with Case.open(folder, me) as case:
        assert case.check() == ()
        stored = case.latest("linkage")
        assert stored is not None
        assert stored.payload == b"bytes"
        found = [entry.kind for entry in case.entries()], {m.name for m in case.members}, case.epoch
    assert {path.name for path in folder.iterdir()} == {
        "case.db", "case.json", "lock", "log", "members",
    }  # fmt: skip
    files = {path.name for path in (folder / "members").iterdir()}
    with Case.open(folder, me) as case:
        wanted = {grants.file_name(m.recipient, case.epoch) for m in case.members}
    assert files == wanted
    return found


def _both_ways(
    copies: Iterator[Path], me: Identity, before: tuple[object, ...], after: tuple[object, ...]
) -> list[bool]:
    changed = []
    for copy in copies:
        found = _opened(copy, me)
        assert found in (before, after), copy.name
        changed.append(found == after)
    assert changed == sorted(changed), "once it is done it stays done"
    assert changed[-1]
    assert not changed[0]
    return changed


KINDS = ["create", "linkage", "grant"]


def test_a_grant(tmp_path: Path, small: Path, me: Identity, stranger: Identity) -> None:
    copies = list(_run(small, "grant", me, stranger, tmp_path / "copies"))
    _both_ways(
        iter(copies), me, (KINDS, {None, "spare"}, 1),
        ([*KINDS, "grant"], {None, "spare", "other"}, 1),
    )  # fmt: skip
    with Case.open(copies[-1], stranger) as case:
        assert case.check() == ()


def test_a_revocation(tmp_path: Path, small: Path, me: Identity, stranger: Identity) -> None:
    with Case.open(small, me) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="other")
    kinds = [*KINDS, "grant"]
    copies = list(_run(small, "revoke", me, stranger, tmp_path / "copies"))
    before = shutil.copytree(tmp_path / "copies", tmp_path / "others")
    changed = _both_ways(
        iter(copies), me, (kinds, {None, "spare", "other"}, 1),
        ([*kinds, "revocation"], {None, "spare"}, 2),
    )  # fmt: skip
    for copy, done in zip(copies, changed, strict=True):
        # The other may be the first to open what the crash left.
        if done:
            with pytest.raises(NoAccess, match=r"(not|no longer) a member of the case file"):
                Case.open(before / copy.name, stranger)
        else:
            assert _opened(before / copy.name, stranger)[0] == kinds


def test_a_rotation(tmp_path: Path, small: Path, me: Identity, stranger: Identity) -> None:
    copies = list(_run(small, "rotate", me, stranger, tmp_path / "copies", step=4))
    _both_ways(
        iter(copies), me, (KINDS, {None, "spare"}, 1), ([*KINDS, "rotation"], {None, "spare"}, 2)
    )


def test_new_recovery_shares(tmp_path: Path, small: Path, me: Identity, stranger: Identity) -> None:
    with Case.open(small, me) as case:
        case.add_recovery(Identity.generate().recipient, 5, 3)
    new = Identity.generate()
    copies = list(_run(small, "recovery", me, stranger, tmp_path / "copies", new.recipient, 5))
    kinds = [*KINDS, "recovery"]
    _both_ways(
        iter(copies), me, (kinds, {None, "spare", "recovery 3 of 5"}, 1),
        ([*kinds, "recovery"], {None, "spare", "recovery 2 of 3"}, 2),
    )  # fmt: skip


def test_joining(tmp_path: Path, small: Path, me: Identity, stranger: Identity) -> None:
    copies = list(_run(small, "join", me, stranger, tmp_path / "copies"))
    found = [_opened(copy, me)[0] for copy in copies]
    assert {tuple(kinds) for kinds in found} == {tuple(KINDS), (*KINDS, "join")}
    assert found[-1] == [*KINDS, "join"]
    for copy, kinds in zip(copies, found, strict=True):
        if kinds == KINDS:  # nothing of it was kept: it is done again
            Case.open(copy, stranger, through=SecretKey.from_age(SPARE)).close()
        assert _opened(copy, stranger)[0] == [*KINDS, "join"]


def test_a_new_passphrase(
    tmp_path: Path, me: Identity, stranger: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    (home / "identity.age").write_bytes(b"old|" + me.unsafe_secret())
    copies = list(_run(home, "passphrase", me, stranger, tmp_path / "copies"))
    # As in the child: what is on the disk is at stake here.
    namespace: dict[str, object] = {}
    source = CHILD[CHILD.index("class Fake") : CHILD.index("at = 0")]
    exec(source, {"identity": identity, "WrongPassphrase": WrongPassphrase}, namespace)
    monkeypatch.setattr(identity, "passphrase_file", namespace["Fake"])
    opens = []
    for copy in copies:
        found = []
        for words in ("old", "new"):
            try:
                found.append(identity.load(copy, words).recipient == me.recipient)
            except WrongPassphrase:
                found.append(False)
        assert found.count(True) == 1
        opens.append(found[1])
        assert {path.name for path in copy.iterdir()} == {"identity.age", "identity.json"}
    assert opens == sorted(opens)
    assert opens[-1]
    assert not opens[0]
