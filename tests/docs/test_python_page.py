"""The page of the Python names is that of the docstrings as they are."""

from __future__ import annotations

from tools import python_page


def test_the_page_is_current() -> None:
    assert python_page.PAGE.read_text(encoding="utf-8") == python_page.page(), (
        "run: .venv/bin/python tools/python_page.py"
    )
