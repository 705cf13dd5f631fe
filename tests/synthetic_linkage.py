"""Linkages whose draws are right by construction: the truth is one more of them.

Rooms of three reports, each with chances of its own for its five partitions. Draws and the
truth are drawn from the same chances, so that every stated probability means what it says.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray
from tests.light_identity import made_lightly

from uncounted.cli import app
from uncounted.cli.app import open_case
from uncounted.linkage import Linkage
from uncounted.linkage.result import numbered
from uncounted.vault.case import Case

Labels = NDArray[np.int32]
THREE = np.array([[0, 1, 2], [0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 0, 0]])
DAY = dt.date(2026, 11, 24)


@attrs.frozen(eq=False)
class SyntheticLinkage:
    """Draws, and who each report is truly about."""

    linkage: Linkage
    truth: Labels

    def person(self, at: int) -> str:
        return f"p{self.truth[at]}"


def synthetic(
    seed: int,
    rooms: int = 40,
    sure: int = 30,
    draws: int = 200,
    *,
    tilt: float = 1.0,
    singles: int = 0,
) -> SyntheticLinkage:
    """Rooms in doubt, `sure` pairs that no draw doubts, and reports that are alone.

    `tilt` is the power that the stated chances are raised to: above 1 they are too sure.
    """
    rng = np.random.default_rng([seed, 77])
    chances = rng.dirichlet([0.6] * len(THREE), rooms)
    stated = chances**tilt
    stated /= stated.sum(axis=1, keepdims=True)
    reports = 3 * rooms + 2 * sure + singles

    def one(of: NDArray[np.float64]) -> Labels:
        which = (rng.random((rooms, 1)) > of.cumsum(axis=1)[:, :-1]).sum(axis=1)
        doubted = (THREE[which] + 3 * np.arange(rooms)[:, None]).ravel()
        certain = 3 * rooms + np.repeat(np.arange(sure), 2)
        alone = 3 * rooms + sure + np.arange(singles)
        return numbered(np.concatenate([doubted, certain, alone]))

    labels = np.array([one(stated) for _ in range(draws)])
    keys = tuple(("ABC"[at % 3], f"r{at}") for at in range(reports))
    return SyntheticLinkage(Linkage(keys, labels, reports, seed=seed), one(chances))


_FAMILY = "김이박최정강조윤장임한오서신권황안송류홍"
_GIVEN = "철수영희명철순옥광호금성혜란일남춘화정숙대성경애"


type Outcome = Callable[[int], str]  # of a person, by number


def rows(linkage: Linkage, truth: Labels, outcome: Outcome | None = None) -> dict[str, str]:
    """A file of reports for each source: people's names are told apart by their number."""
    files: dict[str, list[str]] = {}
    for (source, id_), person in zip(linkage.keys, truth.tolist(), strict=True):
        given = (person // len(_FAMILY)) % (len(_GIVEN) // 2)
        name = _FAMILY[person % len(_FAMILY)] + _GIVEN[2 * given : 2 * given + 2]
        more = "" if outcome is None else f",arrest,2020,{outcome(person)}"
        files.setdefault(source, []).append(
            f'{id_},{name},{1950 + person % 50},"link,statistics"{more}'
        )
    header = "id,name,birth,uses" + ("" if outcome is None else ",act,date,outcome")
    return {name: "\n".join([header, *held]) + "\n" for name, held in files.items()}


def keep(case: Case, linkage: Linkage) -> None:
    """Put draws into a case file, as `link` does."""
    case.put("linkage", {"settings": {}}, linkage.to_bytes(), uses=["link"])


def persons_file(path: Path, made: SyntheticLinkage, *, column: str = "report") -> Path:
    lines = [
        f"{source},{id_},{made.person(at)}" for at, (source, id_) in enumerate(made.linkage.keys)
    ]
    path.write_text("\n".join([f"source,{column},person", *lines]) + "\n", encoding="utf-8")
    return path


PASSPHRASE = "a passphrase of five words"


def kept_in(folder: Path, one: SyntheticLinkage, outcome: Outcome | None = None) -> Path:
    """A case file `a.case` in the folder, whose reports are linked by these draws; and a home."""
    env = {"UNCOUNTED_HOME": str(folder / "home"), "UNCOUNTED_PASSPHRASE": PASSPHRASE}
    case = folder / "a.case"
    made_lightly(folder / "home", PASSPHRASE)
    commands = [["init", str(case)]]
    for name, text in rows(one.linkage, one.truth, outcome).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        commands.append(["import", str(case), str(folder / f"{name}.csv"), "--source", name])
    for command in commands:
        done = CliRunner().invoke(app, command, env=env)
        assert done.exit_code == 0, done.output
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        with open_case(case, None) as opened:
            keep(opened, one.linkage)
    return folder


def own_copy(ready: Path, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """A copy of such a case file for one test, with its home."""
    shutil.copytree(ready / "home", folder / "home")
    shutil.rmtree(folder / "home" / "seen", ignore_errors=True)
    patch.setenv("UNCOUNTED_HOME", str(folder / "home"))
    patch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)
    return Path(shutil.copytree(ready / "a.case", folder / "a.case"))


def do(*arguments: str | Path) -> Result:
    """Run a command, which must be done."""
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    return done
