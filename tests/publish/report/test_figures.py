"""The pictures: nothing overlaps, nothing hidden shows through, every text is escaped."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest
from tests.publish.synthetic_release import LARGE, LISTS, SMALL, SUPPRESSION_KEY

from uncounted.captures import CaptureTable
from uncounted.estimate.base.rounding import Rounded
from uncounted.publish import fonts
from uncounted.publish.disclosure.suppression import protect
from uncounted.publish.report import figures
from uncounted.publish.report.figures import EstimateRow
from uncounted.publish.report.rounding import percent, spelled
from uncounted.publish.svg import folded, ticks

LABELS = dict(zip(LISTS, ("Dawn (새벽 기록) & <Archive>", "River", "Panel", "Door"), strict=True))
SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg: str) -> list[tuple[float, float, float, float, str]]:
    """Where each text of a drawing lies: left, top, right, bottom, words."""
    found = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        size, words = float(text.get("font-size", "0")), text.text or ""
        wide = fonts.width(words, size, int(text.get("font-weight", "400")))
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "")]
        found.append((left, y - 0.8 * size, left + wide, y + 0.2 * size, words))
    return found


def assert_legible(svg: str) -> None:
    width = float(ET.fromstring(svg).get("width", "0"))
    texts = boxes(svg)
    for left, _, right, _, words in texts:
        assert left >= 0, words
        assert right <= width + 0.5, words
    for a, b in itertools.combinations(texts, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (a[4], b[4])


@pytest.mark.parametrize("counts", [LARGE, SMALL])
def test_overlaps_are_legible_wide_and_narrow(counts: dict[str, int]) -> None:
    figure = figures.upset_figure(
        protect(CaptureTable.of(LISTS, counts), 5, SUPPRESSION_KEY), LABELS
    )
    assert_legible(figure.wide)
    assert_legible(figure.narrow)


@pytest.mark.parametrize(
    ("answers", "truth"),
    [
        (
            [EstimateRow("Decomposable graphs", Rounded(1270, 1180, 1390, 10), headline=True)],
            1500,
        ),
        (
            [
                EstimateRow(
                    "Decomposable graphs",
                    Rounded(1270, 1180, 1390, 10),
                    headline=True,
                    linkage_range=Rounded(1270, 1100, None, 10),
                )
            ],
            1500,
        ),
        (
            [EstimateRow("Latent classes", Rounded(12_500, 9_500, None, 500), headline=True)],
            None,
        ),
        (
            [
                EstimateRow("Lower bound (Chao)", Rounded(900, None, None, 50), bound=True),
                EstimateRow("Log-linear models", Rounded(1_000, 850, 123_456_000, 50)),
                EstimateRow("Independent lists", Rounded(860, 850, 900, 10)),
            ],
            844,
        ),
    ],
)
def test_estimates_are_legible_wide_and_narrow(
    answers: list[EstimateRow], truth: int | None
) -> None:
    figure = figures.forest_figure(843, answers, truth)
    assert_legible(figure.wide)
    assert_legible(figure.narrow)


def test_hidden_counts_all_look_the_same_and_stand_in_a_fixed_order() -> None:
    table = protect(CaptureTable.of(LISTS, SMALL), 5, SUPPRESSION_KEY)
    other = dict(SMALL)
    other["1011"], other["0111"], other["1111"] = 0, 3, 2  # other small counts behind the boxes
    order = figures.in_reading_order(table)
    hidden = [p for p in order if p in table.hidden]
    assert hidden == sorted(hidden, key=lambda p: (p.count("1"), p.translate({48: "1", 49: "0"})))
    drawing = figures.upset_figure(table, LABELS).wide
    sizes = {
        (r.get("width"), r.get("height"))
        for r in ET.fromstring(drawing).iter(f"{SVG}rect")
        if r.get("fill") == "none"
    }
    assert len(sizes) == 1


def test_a_drawing_says_what_it_is_to_those_who_do_not_see_it() -> None:
    figure = figures.forest_figure(843, [EstimateRow("Graphs", Rounded(1500, 1300, 1800, 50))])
    root = ET.fromstring(figure.wide)
    ids = (root.get("aria-labelledby") or "").split()
    assert [e.get("id") for e in root if e.tag in {f"{SVG}title", f"{SVG}desc"}] == ids
    assert "Graphs: about 1,500, between 1,300 and 1,800." in figure.desc


def test_shares_and_small_numbers_in_words() -> None:
    assert (percent(0.999), percent(0.5), spelled(4)) == ("over 99%", "50%", "Four")


def test_ticks_start_at_zero_and_are_few() -> None:
    for top in (7, 99, 843, 1500, 12_600, 10**7):
        found = ticks(top, 6)
        assert found[0] == 0
        assert 3 <= len(found) <= 7
        assert found[-1] <= top


def test_long_labels_are_broken_between_words() -> None:
    lines = folded("강제송환 피해자 기록 보존소 · 330 people", 13, 120)
    assert " ".join(lines) == "강제송환 피해자 기록 보존소 · 330 people"
    assert all(fonts.width(line, 13) <= 120 for line in lines)
    assert len(lines) > 1
