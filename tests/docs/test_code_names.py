"""Code that the developers' pages name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools.check_links import without_code_blocks

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "dev").glob("*.md"))
SOURCES = ("src", "tests", "benchmarks", "tools")
ENDINGS = (".py", ".csv", ".toml", ".tsv")
ELSEWHERE = {  # a user's file, a setting of SQLCipher, a list of a published table
    "MAP.toml",
    "cipher_memory_security",
    "in_19",
}


@pytest.fixture(scope="module")
def words() -> set[str]:
    """Every word of the code, but for what is listed here."""
    paths = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    paths += [*(ROOT / "src").rglob("*.toml"), *(ROOT / "src").rglob("*.html")]
    paths += [ROOT / "pyproject.toml", ROOT / "Makefile"]
    paths.remove(Path(__file__))
    return {word for path in paths for word in re.findall(r"\w+", path.read_text())}


@pytest.fixture(scope="module")
def files() -> set[str]:
    """Every file of the code, by its path and by each end of that."""
    found = {path.name for path in ROOT.glob("*.*")}
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*.*"):
            parts = path.relative_to(ROOT).parts
            found |= {"/".join(parts[at:]) for at in range(len(parts))}
    return found


def missing(page: str, words: set[str], files: set[str]) -> list[str]:
    """The names and files that a page gives in code style and that are nowhere in the code."""
    text = without_code_blocks(page)
    names = re.findall(r"`([A-Za-z_]\w*(?:\.\w+)*)`", text)
    absent = {
        name
        for name in names
        if ("_" in name or "." in name)
        and not name.endswith(ENDINGS)
        and not words.issuperset(re.findall(r"\w+", name))
    }
    absent |= {path for path in re.findall(r"`([\w./]+)`", text) if path.endswith(ENDINGS)} - files
    return sorted(absent - ELSEWHERE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_code_that_a_page_names_is_there(page: Path, words: set[str], files: set[str]) -> None:
    assert missing(page.read_text(), words, files) == []


def test_a_name_that_is_gone_is_found(words: set[str], files: set[str]) -> None:
    page = "`missing` `Case.open` `linkage/pipeline.py` `Case.is_no_more` `linkage/is_no_more.py`"
    assert missing(page, words, files) == ["Case.is_no_more", "linkage/is_no_more.py"]
