"""Build the documentation site into `site/`, with nothing from outside: `make docs`.

1. The pages are copied. Other Markdown that they link to (the examples, benchmarks, contributing)
   goes with them; a link to any other file of the repository becomes its path in code.
2. The fonts go with them: just the letters that the pages use (`tools/site_fonts.py`).
3. Zensical builds the copy by `mkdocs.yml`, strictly.
4. The one script that it would load from another host is replaced by one of our own.
5. Every link is checked, and that nothing is loaded from outside (`tools/check_links.py`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import site_fonts
from tools.check_links import ROOT, faults_of_site

DOCS, SITE = ROOT / "docs", ROOT / "site"
OUTSIDE = "project"  # the copy's folder for Markdown that is not in docs/
SHIM = "https://unpkg.com/iframe-worker/shim"
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^()\s#]+)(#[^()\s]*)?\)")


def place_of(source: Path) -> Path | None:
    """Where a file of the repository is in the copy; None if it is not copied."""
    if source.is_relative_to(DOCS):
        return source.relative_to(DOCS)
    if source == ROOT / "README.md":
        return Path("index.md")
    if source.suffix == ".md":
        return Path(OUTSIDE) / source.relative_to(ROOT)
    return None


def copy_page(source: Path, copy: Path, waiting: list[Path]) -> None:
    """Copy one page, its links put right; pages that it links to are added to `waiting`."""
    place = place_of(source)
    assert place is not None

    def link(match: re.Match[str]) -> str:
        text, target, anchor = match[1], match[2], match[3] or ""
        if ":" in target:
            return match[0]
        file = (source.parent / target).resolve()
        there = place_of(file) if file.is_file() else None
        if there is None:
            return text if text.startswith("`") else f"{text} (`{file.relative_to(ROOT)}`)"
        if file.suffix == ".md":
            waiting.append(file)
        return f"[{text}]({os.path.relpath(there, place.parent)}{anchor})"

    text = LINK.sub(link, source.read_text())
    (copy / place).parent.mkdir(parents=True, exist_ok=True)
    (copy / place).write_text(text)


def stage(folder: Path) -> None:
    """Lay out what Zensical builds: `mkdocs.yml` and `docs/`."""
    copy = folder / "docs"
    shutil.copytree(DOCS, copy)
    shutil.copy(ROOT / "mkdocs.yml", folder)
    waiting, done = sorted(DOCS.rglob("*.md")), set[Path]()
    while waiting:
        page = waiting.pop()
        if page not in done and page != ROOT / "README.md":
            done.add(page)
            copy_page(page, copy, waiting)
    site_fonts.write(sorted(copy.rglob("*.md")), copy / "fonts")


def without_foreign_script(site: Path) -> None:
    """Replace the script of another host that search from a folder would load."""
    for page in site.rglob("*.html"):
        html = page.read_text()
        if SHIM in html:
            here = os.path.relpath(site / "worker.js", page.parent)
            page.write_text(html.replace(SHIM, here))
    shutil.copy(ROOT / "tools" / "worker-without-server.js", site / "worker.js")


def main() -> int:
    """Build, check, and move the site to its place."""
    with tempfile.TemporaryDirectory(prefix="uncounted-site-") as name:
        folder = Path(name)
        stage(folder)
        zensical = Path(sys.executable).parent / "zensical"
        built = subprocess.run([zensical, "build", "--clean"], cwd=folder, check=False)
        if built.returncode:
            return built.returncode
        without_foreign_script(folder / "site")
        faults = faults_of_site(folder / "site")
        if faults:
            print("\n".join(faults), file=sys.stderr)
            return 1
        shutil.rmtree(SITE, ignore_errors=True)
        shutil.copytree(folder / "site", SITE)
    print(f"{sum(1 for _ in SITE.rglob('*.html'))} pages: {SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
