"""In which order tests run; and the pages, which are run as well.

Every `console` block in docs/ and the README is typed and compared.

A block's lines that begin with `$ ` are run, in order, in one scratch folder a
page; what follows must be what is printed (stdout and stderr together), where a
line `...` stands for any lines, and `...` inside a line for any text. A block that must not be run
(because it needs the network, say) is written as ```text instead.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from doctest import ELLIPSIS
from pathlib import Path

import pytest
from hypothesis import settings
from sybil import Document, Example, Region, Sybil
from sybil.parsers.abstract.lexers import LexerCollection
from sybil.parsers.markdown import PythonCodeBlockParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer
from tests.light_identity import made_lightly, seal_lightly

ROOT = Path(__file__).parent
# Of properties, which run in every change: fewer examples than usual (100).
settings.register_profile("uncounted", parent=settings.default, max_examples=40)
settings.load_profile("uncounted")
SLOW = ("sampler", "crash", "process", "exhaustive", "volume", "scrypt", "browser")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Look for examples in no helper of the tests: one of them takes POSIX away."""
    helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if helper and collection_path.is_relative_to(ROOT / "tests") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a test of a slow kind, then pages, then the rest: no worker ends with a long one.

    Of a page the blocks are in their order, all else is in the order it was in.
    """
    slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW))}

    def place(item: pytest.Item) -> tuple[int, Path, int]:
        if item.path.suffix == ".md":
            return 1, item.path, item.location[1] or 0
        return 0 if item.path in slow else 2, ROOT, 0

    items.sort(key=place)


def _lines_match(expected: list[str], printed: list[str]) -> bool:
    pattern = ""
    for line in expected:
        if line.strip() == "...":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += re.escape(line.rstrip()).replace(r"\.\.\.", r"[^\n]*") + r"[ ]*\n"
    return re.fullmatch(pattern, "".join(line.rstrip() + "\n" for line in printed)) is not None


def _is_progress(line: str) -> bool:
    """Whether a line only says that a stage took long, or that an identity is a light one."""
    slow = r"uncounted: (compiling .*|.+: \d+ s)"
    light = r"warning: this identity is protected with scrypt at 2\^1, .*"
    return re.fullmatch(f"{slow}|{light}", line) is not None


def run_block(example: Example) -> str | None:
    """Run the commands of one block; say what differed, or nothing."""
    folder: Path = example.namespace[_SCRATCH]
    environment: dict[str, str] = example.namespace["environment"]
    home = Path(environment["UNCOUNTED_HOME"])
    if not (home.exists() or _NEW in example.document.text):
        made_lightly(home, environment["UNCOUNTED_PASSPHRASE"])
        example.namespace[_LIGHT].add(home / "identity.age")
    commands = re.split(r"^\$ ", str(example.parsed), flags=re.MULTILINE)[1:]
    for command in commands:
        typed, _, expected = command.partition("\n")
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        want = expected.rstrip("\n").splitlines()
        got = [line for line in done.stdout.rstrip("\n").splitlines() if not _is_progress(line)]
        if not _lines_match(want, got):
            printed = f"printed (exit {done.returncode}):\n{done.stdout}"
            return f"$ {typed}\nexpected:\n{expected}\n{printed}"
        for made in set(folder.glob("*/identity.age")) - example.namespace[_LIGHT]:
            seal_lightly(made.parent, environment["UNCOUNTED_PASSPHRASE"])  # what follows opens it
            example.namespace[_LIGHT].add(made)
    return None


def parse_console(document: Document) -> Iterator[Region]:
    """Find the console blocks of a page."""
    for lexed in LexerCollection([FencedCodeBlockLexer("console")])(document):
        yield Region(lexed.start, lexed.end, lexed.lexemes["source"], run_block)


_SCRATCH = "the page's scratch folder"  # no page can have a variable of that name
_LIGHT = "identities that open without a second's work"
_NEW = "Your identity is new"  # a page that says so makes one in earnest


def setup(namespace: dict[str, object]) -> None:
    """A scratch folder with the examples in it, and an environment that asks nothing."""
    folder = Path(tempfile.mkdtemp(prefix="uncounted-page-"))
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__py*"))
    namespace[_SCRATCH], namespace[_LIGHT] = folder, set()
    namespace["environment"] = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "UNCOUNTED_HOME": str(folder / "home"),
        "UNCOUNTED_PASSPHRASE": "a passphrase for the pages",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "LANG": "C.UTF-8",
    }


def teardown(namespace: dict[str, object]) -> None:
    """Leave nothing; a page's own names are its own, and none of them is deleted."""
    shutil.rmtree(str(namespace[_SCRATCH]))


pytest_collect_file = Sybil(
    parsers=[parse_console, PythonCodeBlockParser(doctest_optionflags=ELLIPSIS)],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    setup=setup,
    teardown=teardown,
).pytest()


@pytest.fixture
def shared() -> Path:
    """The shared vectors beside the project; a test that needs them is skipped without them."""
    folder = ROOT.parent / "shared"
    if not (folder / "vectors").is_dir():
        pytest.skip("the shared vectors are not beside this checkout")
    return folder


@pytest.fixture
def one_alternative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Link under one other prior, not eight: for tests that are not about the prior's influence."""
    from uncounted.linkage import prior_sensitivity

    cells = prior_sensitivity.grid_cells
    monkeypatch.setattr(prior_sensitivity, "grid_cells", lambda *of: cells(*of)[:1])
