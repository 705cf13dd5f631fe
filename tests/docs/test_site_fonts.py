"""The fonts of the site have every letter of its pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from tools import check_links, site_fonts


def test_every_page_can_be_shown() -> None:
    lacking = {
        page.name: site_fonts.lacking(page.read_text()) for page in check_links.markdown_pages()
    }
    assert {name: found for name, found in lacking.items() if found} == {}


def test_a_letter_that_no_font_has_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("\u0e01")  # Thai
    with pytest.raises(SystemExit, match=r"page\.md: no font of the site has U\+0E01"):
        site_fonts.write([page], tmp_path / "fonts")


def test_the_fonts_have_the_letters_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("김영숙 Žižek Жуков Ґедз 羁 محمد မောင် ሴት ├──●──┤")
    site_fonts.write([page], tmp_path)
    shown = set()
    for font in tmp_path.glob("*.woff2"):
        shown |= set(TTFont(font).getBestCmap())
        assert font.name in (tmp_path / "fonts.css").read_text()
    assert {ord(c) for c in page.read_text()} <= shown
