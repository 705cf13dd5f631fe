"""The page of commands is that of the commands as they are."""

from __future__ import annotations

from tools import commands_page


def test_the_page_is_current() -> None:
    assert commands_page.PAGE.read_text() == commands_page.page(), (
        "run: .venv/bin/python tools/commands_page.py"
    )
