"""The page of warnings is what the explanations in the source say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_is_what_the_explanations_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "warnings_page.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
