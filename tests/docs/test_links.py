"""Links of the Markdown pages, without building the site."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import check_links


def test_every_link_leads_somewhere() -> None:
    pages = check_links.markdown_pages()
    assert len(pages) > 40
    assert check_links.broken_markdown_links(pages) == []


def test_a_broken_link_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_links, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](#here) [b](#there) [c](none.md) `[d](code.md)` [e](https://x.org)\n"
    )
    assert check_links.broken_markdown_links([page]) == ["page.md: #there", "page.md: none.md"]


def test_what_a_built_page_loads_from_outside_is_found(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<link rel="canonical" href="https://x.org/"><script src="https://cdn.org/a.js"></script>'
        '<a href="https://x.org">x</a><a href="none.html">n</a><img src="a.png">'
    )
    (tmp_path / "a.css").write_text("@font-face { src: url(//fonts.org/a.woff2) }")
    assert check_links.faults_of_site(tmp_path) == [
        "index.html: loads https://cdn.org/a.js",
        "index.html: none.html",
        "index.html: a.png",
        "a.css: loads //fonts.org/a.woff2",
    ]
