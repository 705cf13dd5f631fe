"""Check the links of every Markdown page, and of a built site.

    python tools/check_links.py [SITE]

A relative link must lead to a file of the repository, and an anchor to a heading of that page. A
built page must load nothing from another host: its readers may be at risk. Nothing is downloaded.
"""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
LOADED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href")}
NOT_LOADED = {"canonical", "alternate", "edit", "next", "prev"}


def heading_anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site's generator write it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", text))


def without_code_blocks(markdown: str) -> str:
    """Markdown without its code blocks."""
    return re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.MULTILINE | re.DOTALL)


def without_code(markdown: str) -> str:
    """Markdown without its code blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", without_code_blocks(markdown))


def anchors(page: Path) -> set[str]:
    """The anchors of a Markdown page."""
    text = without_code_blocks(page.read_text())
    headings = re.findall(r"^#+ +(.+?) *#*$", text, flags=re.MULTILINE)
    return {heading_anchor(each.replace("`", "")) for each in headings}


def broken_markdown_links(pages: list[Path]) -> list[str]:
    """Relative links of these pages that lead nowhere, each as `page: link`."""
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^()\s]+)\)", without_code(page.read_text())):
            parts = urlsplit(target)
            if parts.scheme:
                continue
            path = (page.parent / unquote(parts.path)) if parts.path else page
            is_missing = not path.exists()
            if not is_missing and parts.fragment and path.suffix == ".md":
                is_missing = unquote(parts.fragment) not in anchors(path)
            if is_missing:
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    return broken


def markdown_pages() -> list[Path]:
    """The Markdown pages under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


class _Page(HTMLParser):
    """The links of one built page, what it loads, and its anchors."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the attributes of one tag that name another resource."""
        values = {name: value or "" for name, value in attrs}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        for name, value in values.items():
            if (tag, name) in LOADED and values.get("rel") not in NOT_LOADED:
                self.loaded.append(value)


def faults_of_site(site: Path) -> list[str]:
    """Links of a built site that lead nowhere, and what it would load from another host."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        pages[path] = _Page()
        pages[path].feed(path.read_text())
    faults = []
    for path, page in pages.items():
        name = path.relative_to(site)
        faults += [f"{name}: loads {url}" for url in page.loaded if urlsplit(url).netloc]
        for link in page.links + page.loaded:
            parts = urlsplit(unquote(link))
            if parts.scheme or parts.netloc or name.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            ids = pages[target].ids if target in pages else set()
            if not target.exists() or (target in pages and parts.fragment not in {"", *ids}):
                faults.append(f"{name}: {link}")
    for sheet in site.rglob("*.css"):
        outside = re.findall(r"url\(['\"]?((?:https?:)?//[^)'\"]+)", sheet.read_text())
        faults += [f"{sheet.relative_to(site)}: loads {url}" for url in outside]
    return faults


def main() -> int:
    """Print what is broken; 1 if anything is."""
    faults = broken_markdown_links(markdown_pages())
    if len(sys.argv) > 1:
        faults += faults_of_site(Path(sys.argv[1]).resolve())
    print("\n".join(faults) or "All links lead somewhere, and nothing is loaded from outside.")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
