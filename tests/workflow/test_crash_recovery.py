"""The road, killed at any moment: each command that changes something, as a user runs it.

Each command runs once to its end on a copy of a small case file, and is then killed without
warning at two random moments of that time, a slow one at one. Afterwards the case file opens, is
sound, and has all of the step or nothing; what goes out is whole or not there; and the same
command, given again, ends as if nothing had happened. Some 20 seconds on an idle machine.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import attrs
import pytest
from tests.light_identity import sealed_lightly

from uncounted.cli.main import run
from uncounted.export import restore
from uncounted.publish import verify
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity

RETURNS = Path(__file__).parents[2] / "examples" / "returns"
PASSPHRASE = "nobody in here exists"
LISTS = {
    "Saebyok": "utf-8", "TumenWatch": "utf-8-sig", "Panel": "utf-8-sig", "OpenDoor": "utf-16",
}  # fmt: skip
ROWS = 70
KILLS = 2
SLOW = ("link", "release")  # these are killed once, and not given again
PLAN = """
title = "made up"
only = ["Saebyok", "TumenWatch", "Panel"]
[population]
who = "people sent back"
where = "the border"
when = "2010 to 2024"
[lists.Saebyok]
[lists.TumenWatch]
[lists.Panel]
"""
COMMANDS = {
    "import": ["import", "CASE", "LIST", "--source", "OpenDoor", "--mapping", "MAPPING"],
    "link": ["link", "CASE", "--draws", "10"],
    "release": ["release", "CASE", "--plan", "PLAN", "--out", "OUT"],
    "export": ["export", "CASE", "--format", "bagit", "--out", "OUT"],
    "decide": ["decide", "CASE", "--file", "WORDS"],
    "undo": ["undo", "CASE", "DECIDED", "--yes"],
    "withdraw": ["withdraw", "CASE", "--source", "Panel", "--report", "FIRST", "--yes"],
}

pytestmark = pytest.mark.crash


@attrs.frozen
class Place:
    """A folder with a home, a case file and lists, and room for what goes out."""

    root: Path

    def command(self, name: str) -> list[str]:
        first = (self.root / "first").read_text(encoding="utf-8")
        paths = {
            "CASE": self.root / "a.case", "OUT": self.root / "out", "PLAN": self.root / "plan.toml",
            "LIST": self.root / "OpenDoor.csv", "MAPPING": RETURNS / "OpenDoor.toml",
            "FIRST": first, "WORDS": self.root / "words.csv",
            "DECIDED": (self.root / "decided").read_text(encoding="utf-8"),
        }  # fmt: skip
        return [str(paths.get(word, word)) for word in COMMANDS[name]]

    def start(self, arguments: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "uncounted", *arguments],
            env={
                **os.environ,
                "UNCOUNTED_HOME": str(self.root / "home"),
                "UNCOUNTED_PASSPHRASE": PASSPHRASE,
                "LANG": "C.UTF-8",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def finish(self, arguments: list[str]) -> float:
        began = time.monotonic()
        with self.start(arguments) as process:
            _, complained = process.communicate(timeout=120)
        assert process.returncode == 0, complained
        return time.monotonic() - began

    def kill(self, arguments: list[str], after: float) -> None:
        with self.start(arguments) as process:
            time.sleep(after)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=120)
        assert process.returncode in (-signal.SIGKILL, 0)

    def copy(self, to: Path) -> Place:
        return Place(Path(shutil.copytree(self.root, to)))

    def found(self, me: Identity) -> tuple[Counter[str], bool]:
        """Make sure that all is sound; how many entries of each kind, and did anything go out?"""
        with Case.open(self.root / "a.case", attrs.evolve(me, home=self.root / "home")) as case:
            assert case.check() == ()
            assert case.replay() == case.state()
            kinds = Counter(entry.kind for entry in case.entries())
            kinds["decisions that stand"] = len(case.decisions())
        out = self.root / "out"
        if (out / "bagit.txt").exists():
            assert restore.read(out).reports
        elif out.exists():
            assert verify.verify(out).ok
        return kinds, out.exists()


def _words(said: list[tuple[str, str, str]]) -> str:
    head = "source_a,report_a,source_b,report_b,decision"
    return "\n".join((head, *(f"Panel,{one},Panel,{other},{word}" for one, other, word in said)))


@pytest.fixture(scope="module")
def me() -> Identity:
    return Identity.generate()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, me: Identity) -> Place:
    """Three lists taken in, decided on and linked, and one that is not; scrypt with no work."""
    place = Place(tmp_path_factory.mktemp("road") / "base")
    (place.root / "home").mkdir(parents=True)
    sealed = place.root / "home" / "identity.age"
    sealed.write_bytes(sealed_lightly(me.unsafe_secret(), PASSPHRASE))
    case = str(place.root / "a.case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNCOUNTED_HOME", str(place.root / "home"))
        patch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)
        assert run(["init", case]) == 0
        for name, encoding in LISTS.items():
            lines = (RETURNS / f"{name}.csv").read_bytes().decode(encoding).split("\n")
            some = place.root / f"{name}.csv"
            some.write_bytes("\n".join(lines[: ROWS + 1]).encode(encoding))
            if name != "OpenDoor":
                mapping = str(RETURNS / f"{name}.toml")
                given = ["--source", name, "--mapping", mapping]
                assert run(["import", case, str(some), *given]) == 0
        with Case.open(place.root / "a.case", me) as opened:
            panel, *more = [one.id for one in opened.every_report() if one.source == "Panel"]
        words = place.root / "words.csv"
        words.write_text(_words([(panel, more[0], "different")]), encoding="utf-8")
        assert run(["decide", case, "--file", str(words)]) == 0
        words.write_text(
            _words([(panel, more[0], "same"), (more[1], more[2], "different")]), encoding="utf-8"
        )
        assert run(["link", case, "--draws", "10"]) == 0
    with Case.open(place.root / "a.case", me) as opened:
        decided = next(entry.seq for entry in opened.entries() if entry.kind == "decisions")
    (place.root / "plan.toml").write_text(PLAN, encoding="utf-8")
    (place.root / "first").write_text(panel, encoding="utf-8")
    (place.root / "decided").write_text(str(decided), encoding="utf-8")
    return place


@pytest.mark.parametrize("name", COMMANDS)
def test_all_of_a_command_or_nothing(name: str, base: Place, me: Identity, tmp_path: Path) -> None:
    whole, cut = base.copy(tmp_path / "whole"), base.copy(tmp_path / "cut")
    before = whole.found(me)
    lasts = whole.finish(whole.command(name))
    after = whole.found(me)
    allowed = [before, after]
    if name == "release":
        # The commitment to the table comes first, and the folder last. What a crash leaves
        # between them is an entry that nothing speaks of yet: nothing to mend.
        allowed.append((before[0] + Counter(commitment=1), False))
        allowed.append((after[0], False))
    if name in ("link", "withdraw"):
        # The ids of people come after it. Without them people get new ids: nothing to mend.
        allowed.append((after[0] - Counter({"person-ids": 1}), False))
    for _ in range(1 if name in SLOW else KILLS):
        moment = random.uniform(0.2, 1.0) * lasts
        cut.kill(cut.command(name), moment)
        found = cut.found(me)
        assert found in allowed, f"after {moment:.3f} of {lasts:.3f} seconds"
        if found != before:
            return
    if name not in SLOW:
        cut.finish(cut.command(name))
        assert cut.found(me) == after
        assert not [path.name for path in cut.root.iterdir() if ".partial" in path.name]
