"""The demo: the whole workflow on a synthetic population whose true total is known.

No person in the example exists. The demo asks nothing: it makes a temporary identity inside its
own output folder.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import textwrap
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib.resources import files
from pathlib import Path

import attrs

from uncounted.cli.terminal import answer, hushed, say
from uncounted.errors import AlreadyThere, BadInput
from uncounted.text_table import WIDTH, whole
from uncounted.workflow.access import create_throwaway_identity, show_identity
from uncounted.workflow.demo import DemoResult, compare_with_truth

type Run = Callable[[Sequence[str]], None]

_MARK = ".uncounted-demo"
_PASSPHRASE = "nobody in here exists"  # noqa: S105 - printed on purpose, guards nothing real


def example_folder() -> Path:
    """Where the shipped example is: in the installed package, or in a checkout."""
    for folder in (
        Path(str(files("uncounted"))) / "examples",
        Path(__file__).parents[3] / "examples",
    ):
        if (folder / "returns").is_dir():
            return folder / "returns"
    raise BadInput("the bundled example is missing", hint="install uncounted again")


def tour(out: Path, run: Run, *, quiet: bool = False, show_commands: bool = False) -> DemoResult:
    """Run the whole workflow into `out`, and compare the estimate with the true total."""
    started = time.monotonic()
    tell = say if quiet else answer
    example = example_folder()
    _clear(out)
    lists = tuple(tomllib.loads((example / "plan.toml").read_text(encoding="utf-8"))["lists"])
    tell(f"Synthetic example: {len(lists)} lists of fictitious people.")
    tell("The true total is known, so the result can be checked.")
    tell("")
    with _throwaway_identity(out / "identity"):
        for number_of_step, step in enumerate(_steps(example, lists, out), start=1):
            began = time.monotonic()
            found = []
            for command in step.commands():
                if show_commands:
                    tell(f"$ uncounted {' '.join(_shown(part) for part in command)}")
                found.append(_captured(run, command))
            seconds = time.monotonic() - began
            took = f"{seconds:6.0f} s" if seconds >= 1 else ""
            head = f"[{number_of_step}/{_STEPS}] {step.name:<9} {step.words(found)}"
            tell(f"{head:<70}{took}".rstrip())
    seconds = round(time.monotonic() - started, 1)
    result = compare_with_truth(example / "truth.json", out / "release", seconds)
    tell("")
    for line in _closing_words(result):
        tell(line)
    return result


def _captured(run: Run, command: Sequence[str]) -> str:
    """What a command prints on stdout; its messages are dropped, its progress is shown."""
    raw = io.BytesIO()
    with hushed(), io.TextIOWrapper(raw, encoding="utf-8") as out:
        with redirect_stdout(out):
            run(command)
        out.flush()
        return raw.getvalue().decode("utf-8")


@attrs.frozen
class _Step:
    """Commands that are one step, and one line made of what they print."""

    name: str
    commands: Callable[[], list[list[str]]]
    words: Callable[[list[str]], str]


def _steps(example: Path, lists: Sequence[str], out: Path) -> Iterator[_Step]:
    case, released = str(out / "returns.case"), out / "release"

    def imports() -> list[list[str]]:
        return [
            ["import", case, str(example / f"{name}.csv"), "--source", name, "--mapping",
             str(example / f"{name}.toml"), "--json"]
            for name in lists
        ]  # fmt: skip

    def link() -> list[list[str]]:
        tables = [[what, case, "--out", str(out / f"{what}.csv")] for what in _TABLES]
        return [["link", case, "--json"], *tables]

    def verify() -> list[list[str]]:
        signer = show_identity(out / "identity").signer
        return [["verify", str(released), "--signer", signer]]

    plan = str(example / "plan.toml")
    yield _Step("init", lambda: [["init", case]], lambda _: case)
    yield _Step("import", imports, _imported)
    yield _Step("link", link, _linked)
    yield _Step("estimate", lambda: [["estimate", case, "--quiet"]], _estimated)
    yield _Step(
        "release",
        lambda: [["release", case, "--plan", plan, "--out", str(released)]],
        lambda _: f"{released} (HTML, PDF, CSV, JSON)",
    )
    yield _Step("verify", verify, lambda _: "ok")


_STEPS = 6
_TABLES = ("clusters", "overlap")


def _imported(found: list[str]) -> str:
    rows = sum(json.loads(each)["rows"] for each in found)
    return f"{rows:,} reports"


def _estimated(found: list[str]) -> str:
    estimate, methods, _ = found[0].split("; ")
    return f"{estimate}; {methods}"


def _linked(found: list[str]) -> str:
    linked = json.loads(found[0])
    low, high = linked["people"]["interval"]
    excluded = sum(linked["excluded"].values())
    return (
        f"{linked['people']['median']:,.0f} people (95% {low:,}–{high:,});"
        f" {excluded:,} reports without consent"
    )


def _clear(out: Path) -> None:
    """Take an earlier demo away; refuse to touch anything else."""
    if out.is_dir() and (out / _MARK).exists():
        shutil.rmtree(out)
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise AlreadyThere(
            f"{out.name} already exists and was not made by an earlier demo",
            hint="give another folder: --out DIR",
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text("everything in this folder is synthetic; delete it when you like\n")


@contextmanager
def _throwaway_identity(home: Path) -> Iterator[None]:
    """An identity that is the demo's own; the user's is not touched."""
    before = {name: os.environ.get(name) for name in ("UNCOUNTED_HOME", "UNCOUNTED_PASSPHRASE")}
    os.environ.update(UNCOUNTED_HOME=str(home), UNCOUNTED_PASSPHRASE=_PASSPHRASE)
    try:
        create_throwaway_identity(home, _PASSPHRASE)
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _shown(part: str) -> str:
    """An argument as it would be typed, with paths as seen from here."""
    shown = os.path.relpath(part) if Path(part).is_absolute() else part
    return f"'{shown}'" if set(shown) & set(" +'") else shown


def _closing_words(result: DemoResult) -> Iterator[str]:
    yield f"How good is it? True total: {whole(result.truth)}"
    perfect = result.perfect_linkage
    if result.calibrated is not None:
        found = result.calibrated
        yield _compared("calibrated estimate", found.point, found.interval, result.truth)
    yield _compared("main model alone", result.point, result.interval, result.truth)
    yield _compared("with perfect linkage", perfect.point, perfect.interval, result.truth)
    covered = result.interval[0] <= result.truth <= result.interval[1]
    perfectly = perfect.interval[0] <= result.truth <= perfect.interval[1]
    if covered:
        words = "The model's own interval covers the true total."
    elif perfectly:
        words = "The model's own interval misses the true total because of the record linkage."
    else:
        words = (
            "So linkage is not why the model's own interval misses. In this data set some people"
            " are much harder to record than others, and one list takes names from another. No"
            " method that uses only these lists can see that; the calibrated interval allows for"
            " such errors, as they are on lists of known size."
        )
    yield from textwrap.wrap(words, WIDTH, initial_indent="  ", subsequent_indent="  ")
    yield ""
    yield f"Open the report:  {result.page}"
    yield "Run it again with its commands:  uncounted demo --show-commands --out NEW"


def _compared(name: str, point: float, interval: Sequence[float], truth: int) -> str:
    off = point / truth - 1
    verdict = "covers it" if interval[0] <= truth <= interval[1] else "interval misses"
    limits = f"{whole(point)} ({whole(interval[0])}–{whole(interval[1])})"
    return f"  {name:<21} {limits:<22}{abs(off):.0%} too {'high' if off > 0 else 'low'}; {verdict}"
