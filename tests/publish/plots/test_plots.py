"""The pictures of a study: nothing overlaps, is cut or lies below the observed; all is said."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import attrs
import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import AlreadyThere, NotEstimable, UsedWrongly
from uncounted.estimate import Claim, EstimateSettings, Study, run, tipping
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Status, SubsampleRow
from uncounted.estimate.base.settings import XI
from uncounted.estimate.base.xi import xi_by_method
from uncounted.estimate.robustness.claims import compare_claim
from uncounted.estimate.text.summary import lines
from uncounted.publish import fonts
from uncounted.publish.plots import (
    Plot,
    all_plots,
    model_spread,
    posterior,
    save_plots,
    track_record,
    trajectory,
    upset,
    xi_curve,
)
from uncounted.publish.plots.base import clean, estimate_text
from uncounted.publish.plots.model_spread import groups
from uncounted.publish.plots.posterior import density
from uncounted.publish.plots.upset import MOST_PATTERNS, WARNING
from uncounted.publish.plots.xi import log_ticks
from uncounted.publish.svg import folded, shortened

SVG = "{http://www.w3.org/2000/svg}"
KOSOVO = {
    **{"1000": 1131, "0100": 845, "0010": 936, "0001": 306, "1100": 177, "1010": 228},
    **{"1001": 106, "0110": 217, "0101": 31, "0011": 123, "1110": 181, "1101": 18},
    **{"1011": 42, "0111": 32, "1111": 27},
}
UK = {  # Silverman 2014; LA, NG, PFNCA, GO, GP
    **{"10000": 54, "01000": 463, "00100": 995, "00010": 695, "00001": 316, "11000": 15},
    **{"10100": 19, "01100": 62, "01010": 19, "01001": 1, "00110": 76, "00101": 11},
    **{"10010": 3, "00011": 8, "11100": 1, "01110": 4, "11010": 1, "11110": 1},
}
KOREAN = ("북한인권정보센터강제송환피해자기록보존소서울", "새벽 기록", "遣返人员名单", "A & <B>")
LONG = ("An archive with a name that goes on and on, and then on " * 2, "x" * 150, "C", "D")


def points(study: Study, *, far: float = 1.0) -> list[SubsampleRow]:
    """Made-up rows of a trajectory: two shuffles, one refusal, ends that may be far."""
    rows = []
    for shuffle, k in itertools.product((1, 2), range(2, 11)):
        n, N = round(study.observed * k / 10), study.observed * (1 + k / 5)
        bad = (shuffle, k) == (1, 2)
        interval = (N * 0.8, N * 1.5 * far ** (10 - k))
        result = (None, None) if bad else (N, interval)
        status: Status = "refused" if bad else "ok"
        rows.append(SubsampleRow("people", shuffle, k / 10, n, status, None, *result, *result))
    return rows


def ten_lists() -> CaptureTable:
    rng = np.random.default_rng(5)
    counts: dict[str, int] = {}
    for row in rng.random((4000, 10)) < rng.uniform(0.03, 0.2, 10) * rng.gamma(2, 0.5, (4000, 1)):
        pattern = "".join("1" if on else "0" for on in row)
        counts[pattern] = counts.get(pattern, 0) + 1
    counts.pop("0" * 10)
    return CaptureTable.of([f"Organisation number {i}" for i in range(10)], counts)


TABLES = {
    "kosovo": CaptureTable.of(("EXH", "ABA", "OSCE", "HRW"), KOSOVO),
    "uk": CaptureTable.of(("LA", "NG", "PFNCA", "GO", "GP"), UK),
    "korean": CaptureTable.of(KOREAN, KOSOVO),
    "long": CaptureTable.of(LONG, KOSOVO),
    "sparse": CaptureTable.of("ABC", {"100": 9, "010": 7, "001": 4, "110": 1, "101": 1, "011": 1}),
    "two": CaptureTable.of(("Dawn", "River"), {"10": 40, "01": 20, "11": 10}),
    "refused": CaptureTable.of(("Dawn", "River", "Panel"), {"100": 50, "010": 70, "001": 3}),
    "ten": ten_lists(),
}
_METHODS = (
    *("decomposable", "log-linear", "log-linear-stepwise"),
    *("sample-coverage", "independence", "chao"),
)
_LIGHT = {"log-linear": {"resamples": 200}, "log-linear-stepwise": {"resamples": 200}}
_STUDIES: dict[str, Study] = {}


def study_of(name: str) -> Study:
    """Each is made once."""
    if name not in _STUDIES:
        table = TABLES[name]
        methods = [*_METHODS, *(["two-list"] if len(table.lists) == 2 else [])]
        made_up = name == "ten"  # its average over all graphs takes longer than all other tests
        study = (
            run(table, EstimateSettings(["chao"]))
            if made_up
            else run(table, EstimateSettings(methods, by_method=_LIGHT))
        )
        if made_up:
            study = attrs.evolve(study, estimates=(averaged(table), *study.estimates))
            study = attrs.evolve(study, xi_by_method=xi_by_method(study, XI))
        _STUDIES[name] = study
    return _STUDIES[name]


def averaged(table: CaptureTable) -> Estimate:
    """An answer with invented draws."""
    rng = np.random.default_rng(1)
    draws = table.observed + np.exp(rng.normal(7, 0.2, 1000)).astype(np.int64)
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975]).tolist()
    return Estimate(
        "decomposable",
        "ok",
        point=middle,
        point_kind="posterior median",
        interval=(low, high),
        interval_kind="credible",
        draws=draws,
    )


def drawn(name: str) -> list[Plot]:
    study = study_of(name)
    if not study.refused:
        study = attrs.evolve(study, trajectory=tuple(points(study, far=1.4)))
    claim = Claim(1.6 * study.observed)
    study = attrs.evolve(study, claim=compare_claim(study.estimates, study.observed, claim))
    return list(all_plots(study, TABLES[name]))


def boxes(svg: str) -> list[tuple[float, float, float, float, str]]:
    """Where each text lies: left, top, right, bottom, words."""
    found = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        size, words = float(text.get("font-size", "0")), text.text or ""
        wide = fonts.width(words, size, int(text.get("font-weight", "400")))
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        left = {"start": x, "middle": x - wide / 2, "end": x - wide}[text.get("text-anchor", "")]
        found.append((left, y - 0.8 * size, left + wide, y + 0.2 * size, words))
    return found


def assert_legible(svg: str) -> None:
    root = ET.fromstring(svg)
    width, height = (float(root.get(side, "0")) for side in ("width", "height"))
    texts = boxes(svg)
    assert texts
    for left, top, right, bottom, words in texts:
        assert left >= 0, words
        assert right <= width + 0.5, words
        assert 0 <= top < bottom <= height, words
    for a, b in itertools.combinations(texts, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, (a[4], b[4])


def assert_within(svg: str) -> None:
    """Everything drawn is on the paper, arrowheads by up to their own size."""
    root = ET.fromstring(svg)
    width, height = (float(root.get(side, "0")) for side in ("width", "height"))
    for line in root.iter(f"{SVG}line"):
        for x, y in (("x1", "y1"), ("x2", "y2")):
            assert -0.5 <= float(line.get(x, "nan")) <= width + 0.5
            assert -0.5 <= float(line.get(y, "nan")) <= height + 0.5
    for path in root.iter(f"{SVG}path"):
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d", "")):
            assert -0.5 <= float(x) <= width + 0.5
            assert -0.5 <= float(y) <= height + 0.5
    numbers = re.sub(r"<style>.*?</style>|<desc.*?</desc>|(?<=>)[^<]*(?=<)", "", svg)
    assert not re.search(r"\b(nan|inf)\b", numbers)


@pytest.mark.parametrize("name", TABLES)
def test_every_picture_is_legible_wide_and_narrow(name: str) -> None:
    found = drawn(name)
    assert len(found) >= {"refused": 2, "ten": 3}.get(name, 4)
    for each in found:
        for svg in (each.svg, each.narrow):
            assert_legible(svg)
            assert_within(svg)


def test_a_picture_says_what_it_is_to_those_who_do_not_see_it() -> None:
    for each in drawn("kosovo"):
        root = ET.fromstring(each.svg)
        ids = (root.get("aria-labelledby") or "").split()
        told = [e for e in root if e.tag in {f"{SVG}title", f"{SVG}desc"}]
        assert [e.get("id") for e in told] == ids
        assert [e.text for e in told] == [each.title, each.desc]
        assert each._repr_svg_() == each.svg
    words = {each.name: each.desc for each in drawn("kosovo")}
    assert "Decomposable graphs: about 12,600, between 9,800 and 16,600." in words["posterior"]


def test_the_ids_of_two_studies_do_not_meet_in_one_notebook() -> None:
    a, b = posterior(study_of("kosovo")).svg, posterior(study_of("uk")).svg
    ids = re.compile(r' id="([^"]+)"')
    assert not set(ids.findall(a)) & set(ids.findall(b))


def test_the_same_study_gives_the_same_bytes() -> None:
    table = TABLES["sparse"]
    first = all_plots(run(table, EstimateSettings(_METHODS, by_method=_LIGHT)), table)
    assert first == all_plots(run(table, EstimateSettings(_METHODS, by_method=_LIGHT)), table)
    assert all('width="340"' in each.narrow for each in first)


def test_a_picture_carries_its_letters_and_its_ground() -> None:
    found = upset(TABLES["korean"])
    assert found.svg.count("@font-face") == 2
    assert '<rect width="100%" height="100%" fill="#ffffff"/>' in found.svg
    assert "http" not in found.svg.replace("http://www.w3.org/2000/svg", "")


# posterior ------------------------------------------------------------------------------


def densities(svg: str) -> list[list[tuple[float, float]]]:
    """Outlines that hold many points: x, y."""
    paths = [p.get("d", "") for p in ET.fromstring(svg).iter(f"{SVG}path")]
    found = [
        [(float(x), float(y)) for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", d)]
        for d in paths
    ]
    return [each for each in found if len(each) > 30]


@pytest.mark.parametrize("name", ["kosovo", "sparse", "two"])
def test_nothing_of_a_hill_is_below_the_observed(name: str) -> None:
    study = study_of(name)
    for svg in (posterior(study).svg, posterior(study).narrow):
        lines = [e for e in ET.fromstring(svg).iter(f"{SVG}line") if e.get("stroke-dasharray")]
        observed = min(float(e.get("x1", "nan")) for e in lines)
        (outline,) = densities(svg)
        assert min(x for x, _ in outline) >= observed - 0.02


def test_a_hill_is_the_distribution_of_its_draws() -> None:
    rng = np.random.default_rng(2)
    n0 = np.exp(rng.normal(8, 0.3, 20_000))
    outline = np.array(density(1000 + n0.astype(np.int64), 1000, 9000))
    x = outline[1:, 0] - 1000
    exact = np.exp(-0.5 * ((np.log(x) - 8) / 0.3) ** 2) / x
    assert np.abs(outline[1:, 1] - exact / exact.max()).max() < 0.05


def test_two_clusters_are_two_hills() -> None:
    draws = study_of("uk")["decomposable"].draws
    assert draws is not None
    outline = np.array(density(draws, study_of("uk").observed, 45_000.0))
    inner = outline[1:-1, 1]
    peaks = outline[1:-1, 0][(inner > outline[:-2, 1]) & (inner > outline[2:, 1]) & (inner > 0.1)]
    assert [round(peak / 1000) for peak in peaks] == pytest.approx([12, 24], abs=1.5)


def test_few_unrecorded_are_drawn_as_whole_numbers() -> None:
    outline = density(np.array([50] * 30 + [51] * 15 + [53] * 5), 50, 60)
    assert outline[:6] == [(50, 1.0), (51, 1.0), (51, 0.5), (52, 0.5), (52, 0.0), (53, 0.0)]


def test_a_heavy_tail_is_cut_with_an_arrow_and_stated() -> None:
    study = study_of("two")
    headline = study.headline
    assert headline is not None
    heavy = attrs.evolve(
        headline, interval=(70.0, 90_000.0), draws=np.array([80] * 900 + [80_000] * 100)
    )
    found = posterior(attrs.evolve(study, estimates=(heavy, *study.estimates[1:])))
    text = " ".join(words for *_, words in boxes(found.svg))
    assert "the interval goes on to 90,000" in text
    assert "10% of the draws are beyond the right end of the picture" in text
    assert re.search(r"l8 6l-8 6z", found.svg)
    endless = attrs.evolve(heavy, interval=(70.0, math.inf))
    found = posterior(attrs.evolve(study, estimates=(endless,)))
    assert "with no upper limit" in found.desc
    assert "the interval has no upper end" in " ".join(words for *_, words in boxes(found.svg))


def test_draws_of_who_is_who_may_have_fewer_people_than_their_mean() -> None:
    study = study_of("kosovo")
    headline = study.headline
    assert headline is not None
    assert headline.draws is not None
    lower = attrs.evolve(study, observed=int(headline.draws.min()) + 300)
    assert_within(posterior(lower).svg)


def test_refusals_stand_in_words_and_one_for_all_is_reported_once() -> None:
    found = posterior(study_of("refused"))
    assert found.desc == (
        "Documented: 123. Every method: no number: no person is on two lists, so the number "
        "missed by all lists cannot be estimated."
    )
    assert "two lists cannot show" in posterior(study_of("two")).desc


# models ---------------------------------------------------------------------------------


def test_the_two_clusters_of_the_uk_are_named_with_their_weight() -> None:
    found = model_spread(study_of("uk")["log-linear"], 2744, TABLES["uk"].lists)
    assert "They fall into 2 groups: about 11,800 with 18% of it; about 26,000" in found.desc
    for svg in (found.svg, found.narrow):
        said = " ".join(words for *_, words in boxes(svg))
        assert "about 11,800 with 18% of it; about 26,000" in said
    assert "1 LA · 2 NG · 3 PFNCA" in " ".join(words for *_, words in boxes(found.svg))


def test_one_number_is_one_number_in_every_picture_and_in_the_terminal() -> None:
    """Where the heavy model is the estimate, its group is called as the estimate is."""
    study = run(
        ABC,
        EstimateSettings(
            ["log-linear"], by_method={"log-linear": {"resamples": 200}}, robustness=False
        ),
    )
    (estimate,) = study.estimates
    found = model_spread(estimate, 232, ABC.lists)
    assert "about 1,250 with 12% of it; about 3,000 with 88% of it" in found.desc
    assert "Log-linear models: about 3,000, between" in posterior(study).desc
    assert " 3,000 " in "\n".join(lines(study))


def test_groups_are_split_at_gaps_and_slight_ones_left_out() -> None:
    rows = [
        {"point": p, "weight": w} for p, w in ((100, 0.5), (129, 0.3), (168, 0.02), (400, 0.18))
    ]
    assert [len(group.models) for group in groups(rows)] == [2, 1]
    assert groups([]) == []


def test_a_method_without_models_has_no_picture_of_them() -> None:
    with pytest.raises(NotEstimable, match="chao has no models to plot"):
        model_spread(study_of("kosovo")["chao"])
    with pytest.raises(NotEstimable, match="log-linear has no models"):
        model_spread(study_of("refused")["log-linear"])


# overlaps -------------------------------------------------------------------------------


def test_an_upset_plot_has_every_count_and_a_warning_where_one_is_small() -> None:
    found = upset(TABLES["kosovo"])
    words = [words for *_, words in boxes(found.svg)]
    assert {f"{count:,}" for count in KOSOVO.values()} <= set(words)
    assert WARNING not in words
    assert WARNING in [words for *_, words in boxes(upset(TABLES["uk"]).svg)]
    four = CaptureTable.of("AB", {"10": 50, "01": 70, "11": 4})
    five = CaptureTable.of("AB", {"10": 50, "01": 70, "11": 5})
    assert (WARNING in upset(four).desc, WARNING in upset(five).desc) == (True, False)


def test_of_many_patterns_the_largest_are_drawn_and_the_rest_summed() -> None:
    table = TABLES["ten"]
    sizes = sorted(table.counts.values(), reverse=True)
    rest = f"{len(sizes) - MOST_PATTERNS} more combinations, not drawn: "
    rest += f"{sum(sizes[MOST_PATTERNS:])} people together."
    found = upset(table)
    assert rest in found.desc
    assert rest in [words for *_, words in boxes(found.svg)]
    bars = [e for e in ET.fromstring(found.svg).iter(f"{SVG}rect") if e.get("height") == "14"]
    assert len(bars) == MOST_PATTERNS


def test_long_names_are_shortened_with_the_whole_name_to_be_read() -> None:
    found = upset(TABLES["long"])
    titles = [t.text for e in ET.fromstring(found.narrow).iter(f"{SVG}text") for t in e]
    assert "x" * 150 in titles
    assert upset(TABLES["kosovo"]).narrow.count("<title") == 1


def test_lists_that_were_not_active_have_no_dot() -> None:
    found = upset(CaptureTable.of("AB", {"10": 50, "1-": 70}))
    assert len(list(ET.fromstring(found.svg).iter(f"{SVG}circle"))) == 3


def test_no_one_is_no_picture() -> None:
    with pytest.raises(NotEstimable, match="no one is on any list"):
        upset(CaptureTable.of("AB", {}))


# xi -------------------------------------------------------------------------------------


def test_the_tipping_point_of_a_claim_is_where_the_curve_meets_it() -> None:
    """Kosovo: N > 10,000 holds for xi < (N of the headline - 4,400) / 5,600."""
    found = xi_curve(study_of("kosovo"), claim=10_000)
    assert found.desc.endswith(
        "More than 10,000 holds for xi below 1.46; the whole interval is above it for xi below "
        "0.96."
    )
    lead = study_of("kosovo").headline
    assert lead is not None
    assert tipping(lead, 4400, 10_000) == pytest.approx(1.465, abs=0.005)
    root = ET.fromstring(found.svg)
    (ring,) = [e for e in root.iter(f"{SVG}circle") if e.get("fill") == "#ffffff"]
    y = float(ring.get("cy", "nan"))
    level = [e for e in root.iter(f"{SVG}line") if e.get("stroke-dasharray") == "8 3"]
    assert any(float(e.get("y1", "nan")) == y == float(e.get("y2", "nan")) for e in level)
    curve = next(e.get("d", "") for e in root.iter(f"{SVG}path") if e.get("fill") == "none")
    at = np.array([[float(v) for v in p.split()] for p in curve[1:].split("L")])
    assert np.interp(float(ring.get("cx", "nan")), at[:, 0], at[:, 1]) == pytest.approx(y, abs=0.5)


ABC = CaptureTable.of(
    "ABC", {"100": 60, "010": 50, "001": 40, "110": 30, "101": 20, "011": 2, "111": 30}
)


def led_by(point: float, interval: tuple[float, float], table: CaptureTable = ABC) -> Study:
    """A study with an invented headline."""
    lead = Estimate("decomposable", "ok", point=point, point_kind="median", interval=interval)
    study = Study(observed=table.observed, lists=table.list_totals, estimates=(lead,))
    return attrs.evolve(study, xi_by_method=xi_by_method(study, XI))


@pytest.mark.parametrize("claim", [234, 236, 250, 400, 3000, 600_000])
def test_no_level_line_of_xi_is_unlabelled_or_strikes_words_through(claim: int) -> None:
    found = xi_curve(led_by(241.0, (232.0, 2806.0)), claim)
    for svg in (found.svg, found.narrow):
        assert_legible(svg)
        lines = [e for e in ET.fromstring(svg).iter(f"{SVG}line") if e.get("stroke-dasharray")]
        levels = [float(e.get("y1", "nan")) for e in lines if e.get("y1") == e.get("y2")]
        texts = boxes(svg)
        words = [words for *_, words in texts]
        assert len(levels) == 1 + any(w.startswith("claim: more than") for w in words)
        assert len(levels) == (1 if claim == 600_000 else 2)
        assert any(w.startswith("documented: 232") for w in words)
        struck = [w for _, top, _, bottom, w in texts for y in levels if top < y < bottom]
        assert [w for w in struck if not w.replace(",", "").isdigit()] == []


def test_a_claim_below_the_observed_needs_no_assumption() -> None:
    assert "needs no assumption: 4,400 are documented" in xi_curve(study_of("kosovo"), 4000).desc
    assert "holds for xi below 0.0082" in xi_curve(study_of("kosovo"), 10**6).desc


def test_xi_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(NotEstimable, match="no sensitivity to xi to plot"):
        xi_curve(study_of("refused"))
    with pytest.raises(UsedWrongly, match="a claim must be a positive number, not -1"):
        xi_curve(study_of("kosovo"), -1)


def test_what_xi_means_stands_under_it() -> None:
    words = " ".join(words for *_, words in boxes(xi_curve(study_of("uk")).svg))
    assert "xi = 1: as many people are on no list as the method gives (Decomposable" in words


@pytest.mark.parametrize("low", [3.0, 70.0, 2744.0, 10.0**8])
@pytest.mark.parametrize("factor", [1.2, 3.0, 40.0, 10.0**5])
def test_log_ticks_are_within_and_few(low: float, factor: float) -> None:
    found = log_ticks(low, low * factor)
    assert 1 <= len(found) <= 8
    assert low <= found[0] <= found[-1] <= low * factor


# lists left out, growing parts ------------------------------------------------------------


def test_a_refused_part_is_a_cross_on_the_axis() -> None:
    rows = points(study_of("kosovo"))
    text = " ".join(words for *_, words in boxes(trajectory(rows).svg))
    assert "no number from that part (1 of 18 parts)" in text
    lines = ET.fromstring(trajectory(rows).svg).iter(f"{SVG}line")
    crosses = [e for e in lines if e.get("stroke-width") == "2"]
    assert len(crosses) == 2


def test_of_refusals_alone_the_documented_are_drawn() -> None:
    rows = [
        attrs.evolve(row, rescaled=None, rescaled_interval=None)
        for row in points(study_of("kosovo"))
    ]
    found = trajectory(rows)
    assert "Of all the records: 4,400 documented, no number." in found.desc
    assert_legible(found.narrow)


def test_far_limits_of_small_parts_are_cut_with_an_arrow() -> None:
    found = trajectory(points(study_of("kosovo"), far=3.0))
    assert "A black arrow at the top: the bar goes on" in " ".join(
        words for *_, words in boxes(found.svg)
    )
    assert_within(found.svg)


def swinging() -> list[SubsampleRow]:
    """The numbers of one order go beyond the picture and come back."""
    carried = {0.4: 341.0, 0.5: 922.0, 0.6: 932.0, 0.8: 980.0, 0.9: 246.0, 1.0: 241.0}
    return [
        SubsampleRow(
            "people", 1, fraction, round(232 * fraction), "ok", None, N, interval, N, interval
        )
        for fraction, N in carried.items()
        for interval in [(232.0, 2806.0)]
    ]


def test_a_number_beyond_the_picture_breaks_its_line_and_is_marked() -> None:
    found = trajectory(swinging())
    for svg in (found.svg, found.narrow):
        root = ET.fromstring(svg)
        strokes = [e for e in root.iter(f"{SVG}line") if e.get("stroke-width") == "1.8"]
        assert len(strokes) == 1  # from the last but one to the last, both in the picture
        assert not any(e.get("y1") == e.get("y2") for e in strokes)
        marks = [p for p in root.iter(f"{SVG}path") if "l7 -11l7 11z" in p.get("d", "")]
        assert len(marks) == 3
        words = " ".join(words for *_, words in boxes(svg))
        assert "the number itself is beyond the picture (3 of 6 parts)" in words
        assert "under long bars it shows nothing" in words
        assert_within(svg)


def test_a_trajectory_refuses_rows_that_are_none() -> None:
    with pytest.raises(UsedWrongly, match="no subsampling rows"):
        trajectory([])


# words ----------------------------------------------------------------------------------


def test_rounding_swallows_neither_the_point_nor_the_observed() -> None:
    assert estimate_text(44.0, (19.0, 440.0), 19).long == "about 45, between 19 and 440"
    assert (
        estimate_text(3213.0, (332.0, 11_812.0), 232).long == "about 3,000, between 320 and 12,000"
    )
    assert estimate_text(83.0, (82.0, 810.0), 82).long == "about 83, between 82 and 820"
    assert estimate_text(10_357, (6_947, 18_010), 4_400).short == "about 10,500 (6,500–18,500)"
    assert estimate_text(150.0, (100.0, math.inf), 70).short == "about 150 (100 or more)"
    assert estimate_text(150.0, None, 70).long == "about 150, with no interval"


def test_names_with_any_letters_make_a_readable_file() -> None:
    assert clean("a\nb\x00\u202ec\ud800") == "a b\ufffd\ufffdc\ufffd"
    names = ("a\x00b", "\u202egnorw", "日本語" * 20, "<script>alert(1)</script>")
    table = CaptureTable.of(names, KOSOVO)
    for each in all_plots(run(table, EstimateSettings(["decomposable"])), table):
        assert_legible(each.narrow)
        assert "<script" not in each.svg


def test_lines_fit_and_are_cut_where_they_are_too_many() -> None:
    lines = folded("x" * 200, 12, 100, most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(fonts.width(line, 12) <= 100 for line in lines)
    assert shortened("강제송환", 12, 1) == "강…"


def test_counts_of_a_million_are_not_cut() -> None:
    table = CaptureTable.of("AB", {"10": 999_999_999, "01": 1_090_598, "11": 12})
    assert_legible(upset(table).svg)
    assert_legible(upset(table).narrow)


def test_all_are_saved_or_none(tmp_path: Path) -> None:
    found = all_plots(study_of("two"), TABLES["two"])
    folder = tmp_path / "deep" / "pictures"
    written = save_plots(found, folder)
    assert {path.name for path in folder.iterdir()} == {path.name for path in written}
    assert len(written) == 2 * len(found)
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in written[1:]:
        path.unlink()
    with pytest.raises(AlreadyThere, match=r"1 of the plots already exist, posterior\.svg"):
        save_plots(found, folder)
    assert list(folder.iterdir()) == [written[0]]


@pytest.mark.browser
def test_chromium_measures_the_letters_as_we_do(tmp_path: Path) -> None:
    """Text is as wide on the screen as where we placed it, with the letters in the file."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "Debian's Chromium is not installed"
    path, _ = save_plots([upset(TABLES["korean"])], tmp_path)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            tab = browser.new_context(offline=True).new_page()
            tab.goto(path.as_uri())
            tab.evaluate("document.fonts.ready.then(() => true)")
            seen = json.loads(
                tab.evaluate(
                    "JSON.stringify([...document.querySelectorAll('text')].map("
                    "t => [t.firstChild.data, t.getComputedTextLength()]))"
                )
            )
        finally:
            browser.close()
    ours = {words: right - left for left, _, right, _, words in boxes(path.read_text("utf-8"))}
    for words, wide in seen:
        assert wide == pytest.approx(ours[words], rel=0.04, abs=1.0), words


def test_each_plot_has_the_figures_that_it_shows() -> None:
    table = TABLES["korean"]
    study = run(table, EstimateSettings(["decomposable", "log-linear", "chao"]))
    found = {each.name: each.rows for each in all_plots(study, table)}
    assert sum(row["count"] for row in found["upset"]) == table.observed  # type: ignore[misc]
    assert [row["point"] for row in found["posterior"]] == [e.point for e in study.estimates]
    by_xi = [row for row in study.xi_by_method if row.method == "decomposable"]
    assert {(row["xi"], row["point"]) for row in found["xi"]} == {(r.xi, r.point) for r in by_xi}
    assert [row["model"] for row in found["models"]][:1] == [
        study["log-linear"].diagnostics["models"][0]["model"]
    ]
    assert len(found["trajectory"]) == len(study.trajectory)


def test_the_track_record_shows_what_the_record_says() -> None:
    study = run(TABLES["kosovo"], EstimateSettings(["decomposable", "chao"], robustness=False))
    picture = track_record(study)
    record = study["decomposable"].track_record
    assert record is not None
    (row,) = picture.rows  # Chao's is a bound
    assert row == {
        "method": "decomposable",
        "covered": record.covered,
        "lists": record.tests,
        "collections": record.collections,
    }
    ET.fromstring(picture.svg)
    two = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    with pytest.raises(UsedWrongly, match="no method of this study has a track record"):
        track_record(run(two, EstimateSettings(["decomposable"], robustness=False)))
