"""The architecture page and its picture are what the import contracts and the docstrings say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "architecture.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_every_module_that_the_page_sends_to_is_there() -> None:
    page = (ROOT / "docs" / "dev" / "architecture.md").read_text("utf-8")
    table = page.partition("## Where to make a change")[2].partition("## Tests")[0]
    named = {part for part in table.split("`")[1::2] if "/" in part}
    assert len(named) > 20
    for part in sorted(named):
        assert any((base / part).exists() for base in (ROOT, ROOT / "src" / "uncounted")), part
