"""A story told with the commands: the whole road on a made-up population whose truth is known.

Nobody in the example exists. The demo asks nothing: it makes a throwaway
identity inside its own output folder, and says so.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from importlib.resources import files
from pathlib import Path

from uncounted.cli.terminal import answer, number, say
from uncounted.errors import AlreadyThere, BadInput
from uncounted.workflow.access import show_identity
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
    raise BadInput("the shipped example is not there", hint="install uncounted again")


def tour(out: Path, run: Run, *, quiet: bool = False) -> DemoResult:
    """Walk the whole road into the folder `out`, and say how far the number was from the truth.

    Raises:
        AlreadyThere: the folder holds something that is not an earlier demo's.
    """
    started = time.monotonic()
    tell = say if quiet else answer
    example = example_folder()
    _clear(out)
    tell("A made-up population of forced returns, recorded by four organisations.")
    tell("Nobody in it exists. Its truth is known, so at the end we can look.")
    tell(f"A throwaway identity is made in {out / 'identity'}; its passphrase is {_PASSPHRASE!r}.")
    case, released = out / "returns.case", out / "release"
    lists = tomllib.loads((example / "plan.toml").read_text(encoding="utf-8"))["lists"]
    with _throwaway_identity(out / "identity"):
        for command in _commands(example, list(lists), case, released, out):
            tell("")
            tell(f"$ uncounted {' '.join(_shown(part) for part in command)}")
            with redirect_stdout(sys.stderr) if quiet else nullcontext():
                run(command)
    seconds = round(time.monotonic() - started, 1)
    result = compare_with_truth(example / "truth.json", released, seconds)
    tell("")
    for line in _closing_words(result):
        tell(line)
    return result


def _clear(out: Path) -> None:
    """Take an earlier demo away; refuse to touch anything else."""
    if out.is_dir() and (out / _MARK).exists():
        shutil.rmtree(out)
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise AlreadyThere(
            f"{out.name} is there already, and is not an earlier demo's",
            hint="name another folder with --out",
        )
    out.mkdir(parents=True, exist_ok=True)
    (out / _MARK).write_text("everything in this folder is made up; delete it when you like\n")


@contextmanager
def _throwaway_identity(home: Path) -> Iterator[None]:
    """An identity that is the demo's own; the user's is not touched."""
    before = {name: os.environ.get(name) for name in ("UNCOUNTED_HOME", "UNCOUNTED_PASSPHRASE")}
    os.environ.update(UNCOUNTED_HOME=str(home), UNCOUNTED_PASSPHRASE=_PASSPHRASE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _commands(
    example: Path, lists: Sequence[str], case: Path, released: Path, out: Path
) -> Iterator[list[str]]:
    yield ["init", str(case)]
    for name in lists:
        file, mapping = example / f"{name}.csv", example / f"{name}.toml"
        yield ["import", str(case), str(file), "--source", name, "--mapping", str(mapping)]
    yield ["link", str(case)]
    yield ["clusters", str(case), "--out", str(out / "clusters.csv")]
    yield ["overlap", str(case), "--out", str(out / "overlap.csv")]
    yield ["estimate", str(case)]
    yield ["release", str(case), "--plan", str(example / "plan.toml"), "--out", str(released)]
    yield ["verify", str(released), "--signer", show_identity(case.parent / "identity").signer]


def _shown(part: str) -> str:
    """An argument as it would be typed, with paths as seen from here."""
    shown = os.path.relpath(part) if Path(part).is_absolute() else part
    return f"'{shown}'" if set(shown) & set(" +'") else shown


def _closing_words(result: DemoResult) -> Iterator[str]:
    point, truth, off = result.point, result.truth, result.off_by
    low, high = result.interval
    perfect = result.perfect_linkage
    yield (
        f"The truth: {number(truth)} people. The number: about {number(point)}, between"
        f" {number(low)} and {number(high)}, {abs(off):.0%} too {'many' if off > 0 else 'few'}."
    )
    yield (
        f"With perfect linkage it would have been about {number(perfect.point)},"
        f" between {number(perfect.interval[0])} and {number(perfect.interval[1])}."
    )
    inside = low <= truth <= high
    perfectly = perfect.interval[0] <= truth <= perfect.interval[1]
    if not inside and not perfectly:
        yield (
            "The interval misses the truth, and so it does under perfect linkage: some people"
            " are far less likely than others to be on any list. The page says why."
        )
    elif not inside:
        yield "The interval misses the truth, because of how the reports were linked."
    else:
        yield "The interval holds the truth."
    yield f"Read it: {result.page}"
    yield f"     or: {result.pdf}"
    yield f"({result.seconds:.0f} seconds)"
