"""The PDF: says what the page says, in the fonts of the package, the same on repeat."""

from __future__ import annotations

import io

import attrs
import pypdf
import pytest
from tests.publish.synthetic_release import LARGE, PLAN, facts_of

from uncounted.publish.report import pdf, sections


@pytest.fixture(scope="module")
def made() -> bytes:
    facts = facts_of(LARGE, truth=5000)
    document, _ = sections.compose(facts, PLAN)
    return pdf.pdf(document, facts.made_at)


def text_of(made: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_it_says_the_headline_and_korean(made: bytes) -> None:
    text = text_of(made)
    assert "Four organisations recorded 891 people. We estimate 1,340 in total" in text
    assert "새벽 기록" in text.replace("새벽기록", "새벽 기록")
    assert "강제송환" in text
    assert "遣返" in text
    assert "No person in it exists" in text


def test_it_has_every_section_of_the_page(made: bytes) -> None:
    document, _ = sections.compose(facts_of(LARGE, truth=5000), PLAN)
    text = text_of(made)
    assert [s.heading for s in document.sections if s.heading not in text] == []


def test_its_metadata_and_pages(made: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(made))
    assert reader.metadata is not None
    assert reader.metadata.title == PLAN.title
    assert "20260301" in str(reader.metadata.get("/CreationDate"))
    count = len(reader.pages)
    assert f"1 of {count}" in " ".join(reader.pages[0].extract_text().split())
    assert reader.pages[0].mediabox.width == pytest.approx(595.28, abs=0.1)  # A4


def test_it_uses_no_font_but_ours(made: bytes) -> None:
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(made)).pages:
        fonts = page["/Resources"].get_object()["/Font"].get_object()  # type: ignore[index]
        found |= {str(font.get_object()["/BaseFont"]).split("+")[-1] for font in fonts.values()}
    assert {name.removesuffix("-Identity-H") for name in found} == {
        "UncountedSans-Regular",
        "UncountedSans-Bold",
    }


def test_the_same_draft_gives_the_same_bytes(made: bytes) -> None:
    facts = facts_of(LARGE, truth=5000)
    document, _ = sections.compose(facts, PLAN)
    assert pdf.pdf(document, facts.made_at) == made
    later = attrs.evolve(facts, made_at=facts.made_at.replace(year=2027))
    assert pdf.pdf(sections.compose(later, PLAN)[0], later.made_at) != made
