"""Regular files only, and no more than a limit, whatever lies at a path that is to be read."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.in_process import run_here
from tests.light_identity import made_lightly

from uncounted import regular_files

PASSPHRASE = "a passphrase of five words"
TABLE = 'id,name,uses\nS-1,김철수,"link,statistics"\nS-2,리영희,"link,statistics"\n'


class Waits(BaseException):
    """What nothing catches."""


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """End what waits for a pipe."""

    def end(*_: object) -> None:
        raise Waits

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def sparse(path: Path) -> None:
    """A file of 3 GiB that takes no room."""
    with path.open("wb") as file:
        file.truncate(3 << 30)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


Maker = Callable[[Path], None]


@pytest.mark.parametrize("flags", ["all", "none"])
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (pipe, "a device or a pipe, not a file"),
        (device, "a device or a pipe, not a file"),
        (folder, "it is a folder"),
        (sparse, "it has more than 1,000 bytes"),
    ],
)
def test_what_is_no_file_is_neither_waited_for_nor_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, make: Maker, words: str
) -> None:
    if flags == "none":  # as where the platform has no O_NONBLOCK
        monkeypatch.setattr(regular_files, "_FLAGS", os.O_RDONLY)
    make(tmp_path / "it")
    with pytest.raises(OSError, match=words):
        regular_files.read(tmp_path / "it", most=1000)
    (tmp_path / "plain").write_bytes(b"x" * 1000)
    assert regular_files.read(tmp_path / "plain", most=1000) == b"x" * 1000


def test_a_pipe_that_takes_the_place_of_a_file_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "it").write_bytes(b"ours")
    real = os.open

    def swapped(path: Path, *more: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return real(path, *more)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(regular_files.NotRegular):
        regular_files.read(tmp_path / "it")


def test_a_file_whose_size_the_system_does_not_say_is_read_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "it").write_bytes(b"grown")
    monkeypatch.setattr(regular_files, "_check", lambda *_, **__: None)
    with pytest.raises(regular_files.TooLarge):
        regular_files.read(tmp_path / "it", most=4)
    assert regular_files.read(tmp_path / "it", most=5) == b"grown"


@pytest.mark.parametrize("no_follow", [True, False])
@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_CREAT | os.O_TRUNC])
def test_no_link_is_followed_with_and_without_the_flag_of_the_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_follow: bool, flags: int
) -> None:
    if not no_follow:  # as on Windows
        monkeypatch.setattr(regular_files, "_NO_FOLLOW", 0)
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "precious")
    (tmp_path / "dangling").symlink_to(tmp_path / "not there")
    for name in ("link", "dangling"):
        with pytest.raises(OSError, match=re.escape(os.strerror(errno.ELOOP))):
            regular_files.open_no_follow(tmp_path / name, flags)
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "not there").exists()
    os.close(regular_files.open_no_follow(tmp_path / "precious", os.O_RDONLY))


def test_a_link_put_in_place_while_the_file_is_opened_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("ours")
    (tmp_path / "precious").write_text("mine")
    real = os.open

    def swapped(path: Path, *more: int) -> int:
        path.unlink()
        path.symlink_to(tmp_path / "precious")
        return real(path, *more)

    monkeypatch.setattr(regular_files, "_NO_FOLLOW", 0)
    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(OSError, match=re.escape(os.strerror(errno.ELOOP))):
        regular_files.open_no_follow(tmp_path / "file", os.O_RDONLY)


# --- every reader --------------------------------------------------------------------------


def uncounted(at: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {"UNCOUNTED_HOME": str(at / "home"), "UNCOUNTED_PASSPHRASE": PASSPHRASE}
    return run_here(arguments, env={**os.environ, **env}, cwd=at)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An identity, a case file with two reports, one of them with an attachment, and an export."""
    at = tmp_path_factory.mktemp("made")
    made_lightly(at / "home", PASSPHRASE)
    (at / "a.csv").write_text(TABLE)
    (at / "scan").write_bytes(b"scanned")
    for line in (
        "init a.case",
        "import a.case a.csv --source A",
        "attach a.case --source A --report S-1 scan",
        "export a.case --format bagit --out bag",
    ):
        done = uncounted(at, *line.split())
        assert done.returncode == 0, done.stderr
    return at


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "here"))


COMMANDS = (
    ("import a.case x.csv --source A", "x.csv"),
    ("import a.case x.json --source A", "x.json"),
    ("import a.case a.csv --source A --mapping x.toml", "x.toml"),
    ("import b.case x.json", "x.json"),
    ("import b.case bag", "bag/manifest-sha512.txt"),
    ("import b.case bag", "bag/data/reports.json"),
    ("import b.case bag", "bag/data/attachments/*"),
    ("release a.case --plan x.toml --out out", "x.toml"),
    ("decide a.case --file x.csv", "x.csv"),
    ("evaluate a.case --truth x.csv", "x.csv"),
    ("evaluate a.case --labels x.csv", "x.csv"),
    ("attach a.case --source A --report S-1 x", "x"),
    ("grant a.case x", "x"),
    ("recovery join a.case --key x", "x"),
    ("log a.case --timestamps --roots x", "x"),
    ("estimate x.csv", "x.csv"),
    ("rate x.csv --outcome a --by b", "x.csv"),
    ("log a.case", "home/identity.age"),
    ("log a.case", "home/identity.json"),
    ("log a.case", "home/known/*"),
    ("log a.case", "home/seen/*"),
    ("log a.case", "a.case/case.json"),
    ("log a.case", "a.case/case.db"),
    ("log a.case", "a.case/case.db-wal"),
    ("log a.case", "a.case/case.db-journal"),
    ("log a.case", "a.case/lock"),
    ("log a.case", "a.case/members/*"),
    ("log a.case", "a.case/log/checkpoint"),
    ("log a.case", "a.case/log/tile/0/*.p/*"),
    ("check a.case", "a.case/log/tile/entries/*.p/*"),
    ("check a.case", "a.case/attachments/*"),
    ("export a.case --format json --out out", "a.case/attachments/*"),
)


# Of any size, and read in pieces; or overwritten, whatever is in it.
ANY_SIZE = (
    *("bag/data/attachments/*", "x"),
    *("a.case/case.db-wal", "a.case/case.db-journal", "a.case/lock"),
)
PLACES = [
    pytest.param(command, name, make, id=f"{make.__name__}: {command} ({name})")
    for command, name in COMMANDS
    for make in (pipe, sparse)
    if make is pipe or name not in ANY_SIZE or not command.startswith(("attach", "log", "import"))
]


@pytest.mark.parametrize(("command", "name", "make"), PLACES)
def test_no_command_waits_for_a_pipe_or_reads_a_file_without_end(
    here: Path, command: str, name: str, make: Maker
) -> None:
    if "b.case" in command:
        assert uncounted(here, "init", "b.case").returncode == 0
    path = next(iter(here.glob(name)), here / name)
    path.unlink(missing_ok=True)
    make(path)
    done = uncounted(here, *command.split())
    assert done.returncode in (1, 2)
    assert re.search("error: .+|errors? found", done.stderr + done.stdout)
