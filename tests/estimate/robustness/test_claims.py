"""A claim against an estimate: tipping values, and the sentences that say them."""

from __future__ import annotations

import json
import math

import attrs
import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import Claim, EstimateSettings, chao, run, saturated, tipping, with_xi
from uncounted.estimate.base.assumptions import NHOI
from uncounted.estimate.base.posterior import LAST
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rows import Standing, as_json
from uncounted.estimate.identification.estimator import identify
from uncounted.estimate.robustness.claims import compare_claim, standing

N = 1000


def estimate(point: float, low: float, high: float, **more: str) -> Estimate:
    return Estimate(
        "any", "ok", point=point, interval=(low, high), point_kind=more.get("kind", "median")
    )


def standing_of(of: Estimate, claim: str) -> Standing:
    return standing(of, N, Claim.parse(claim))


# Tipping values ----------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["point", "low", "high"])
@pytest.mark.parametrize("method", ["decomposable", "log-linear", "sample-coverage", "chao"])
def test_at_its_tipping_value_an_estimate_comes_to_the_claim(
    kosovo: CaptureTable, end: str, method: str
) -> None:
    own = {method: {"resamples": 20}} if method == "log-linear" else {}
    study = run(kosovo, EstimateSettings([method], robustness=False, by_method=own))
    xi = tipping(study.first, study.observed, 10_000, end=end)  # type: ignore[arg-type]
    assert xi is not None
    there = with_xi(study.first, study.observed, xi)
    assert there.interval is not None
    low, high = there.interval
    assert {"point": there.point, "low": low, "high": high}[end] == pytest.approx(10_000)


def test_no_xi_takes_an_estimate_to_what_is_on_record() -> None:
    one = estimate(2000, 1500, 3000)
    assert tipping(one, N, N) is None
    assert tipping(one, N, 900) is None
    assert tipping(estimate(1000, 1000, 1000), N, 2000) is None
    assert tipping(estimate(2000, 1000, 3000), N, 1500, end="low") is None
    assert tipping(estimate(2000, 1500, math.inf), N, 1500, end="high") is None
    assert tipping(Estimate("any", "refused", "it cannot"), N, 2000) is None


# The xi table of every method --------------------------------------------------------------


def test_every_method_has_its_xi_table(kosovo: CaptureTable) -> None:
    methods = ["decomposable", "independence", "chao", "two-list"]
    study = run(kosovo, EstimateSettings(methods, xi=(0.5, 1, 2), robustness=False))
    for each in study.estimates[:3]:
        rows = [row for row in study.xi_by_method if row.method == each.method]
        assert [row.xi for row in rows] == [0.5, 1, 2]
        assert rows[1].point == each.point
        assert rows[1].interval == each.interval
        n0 = [(row.point or 0) - 4400 for row in rows]
        assert n0[0] == pytest.approx(4 * n0[2])
        high = [(row.interval or (0, 0))[1] - 4400 for row in rows]
        assert high[0] == pytest.approx(4 * high[2])
        assert rows[0].basis == f"relative to what {each.method} assumes"
    assert len(study.xi_by_method) == 9


def test_draws_move_with_xi_and_those_without_an_end_keep_none(kosovo: CaptureTable) -> None:
    one = identify(kosovo)
    assert one.draws is not None
    half = with_xi(one, 4400, 2.0)
    assert half.draws is not None
    assert np.abs((half.draws - 4400) * 2 - (one.draws - 4400)).max() <= 1
    again = identify(kosovo, assumption=NHOI(2.0))
    assert half.point == pytest.approx(again.point, rel=0.02)
    endless = attrs.evolve(one, draws=np.array([4500, 4400 + LAST]))
    moved = with_xi(endless, 4400, 4.0).draws
    assert moved is not None
    assert moved.tolist() == [4425, 4400 + LAST]
    assert with_xi(endless, 4400, 1 / 1000).draws is not None


# The words of a claim ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10000", "more than 10,000"),
        ("10,000", "more than 10,000"),
        (" > 10_000 ", "more than 10,000"),
        ("<15000", "fewer than 15,000"),
    ],
)
def test_claims_as_people_write_them(text: str, words: str) -> None:
    assert Claim.parse(text).words == words


@pytest.mark.parametrize(
    "text", ["", ">", "><5", "many", "1e4", "-5", "10.5", "٣", "9" * 16, "1" + "," * 60]
)
def test_claims_that_are_none(text: str) -> None:
    with pytest.raises(UsedWrongly, match="a claim is a whole number of people"):
        Claim.parse(text)


@pytest.mark.parametrize("number", [0, -1, math.nan, math.inf])
def test_numbers_that_no_claim_has(number: float) -> None:
    with pytest.raises(UsedWrongly, match="must be a positive number"):
        Claim(number)


@pytest.mark.parametrize(
    ("of", "claim", "stands", "words"),
    [
        # more than
        (
            (2000, 1500, 3000),
            "1400",
            "interval",
            "more than 1,400 holds for xi below 2.5; with the whole 95% interval, for xi below "
            "1.25.",
        ),
        (
            (2000, 1500, 3000),
            "1800",
            "point",
            "more than 1,800 holds for xi below 1.25; with the whole 95% interval, for xi below "
            "0.62.",
        ),
        (
            (2000, 1500, 3000),
            "2500",
            "contradicted",
            "more than 2,500 is not what the method gives: its number is on the other side; it "
            "would hold for xi below 0.66; with the whole 95% interval, for xi below 0.33.",
        ),
        (
            (2000, 1500, 3000),
            "5000",
            "ruled out",
            "more than 5,000 is not what the method gives: its number is on the other side, as is "
            "its whole 95% interval; it would hold for xi below 0.25; with the whole 95% interval, "
            "for xi below 0.12.",
        ),
        (
            (2000, 1000, 3000),
            "1500",
            "point",
            "more than 1,500 holds for xi below 2; with the whole 95% interval at no xi.",
        ),
        # fewer than
        (
            (2000, 1500, 3000),
            "<4000",
            "interval",
            "fewer than 4,000 holds for xi above 0.34; with the whole 95% interval, for xi above "
            "0.67.",
        ),
        (
            (2000, 1500, 3000),
            "<2500",
            "point",
            "fewer than 2,500 holds for xi above 0.67; with the whole 95% interval, for xi above "
            "1.34.",
        ),
        (
            (2000, 1500, 3000),
            "<1800",
            "contradicted",
            "fewer than 1,800 is not what the method gives: its number is on the other side; it "
            "would hold for xi above 1.25; with the whole 95% interval, for xi above 2.5.",
        ),
        (
            (2000, 1500, math.inf),
            "<2500",
            "point",
            "fewer than 2,500 holds for xi above 0.67; with the whole 95% interval at no xi.",
        ),
        # the record decides
        (
            (2000, 1500, 3000),
            "900",
            "on record",
            "more than 900 needs no estimate: 1,000 people are on record.",
        ),
        (
            (2000, 1500, 3000),
            "<900",
            "against the record",
            "fewer than 900 is contradicted by the records: 1,000 people are on them.",
        ),
        (
            (2000, 1500, 3000),
            "<1000",
            "against the record",
            "fewer than 1,000 is contradicted by the records: 1,000 people are on them.",
        ),
        (
            (2000, 1500, 3000),
            "1000",
            "interval",
            "more than 1,000 holds at any xi as soon as one person was missed.",
        ),
        # nobody missed
        (
            (1000, 1000, 1000),
            "2000",
            "ruled out",
            "more than 2,000 holds at no xi: the method finds no undocumented people.",
        ),
        (
            (1000, 1000, 1000),
            "<2000",
            "interval",
            "fewer than 2,000 holds at any xi: the method finds no undocumented people.",
        ),
    ],
)
def test_how_a_claim_stands(
    of: tuple[float, float, float], claim: str, stands: str, words: str
) -> None:
    found = standing_of(estimate(*of), claim)
    assert (found.stands, found.words) == (stands, words)


@pytest.mark.parametrize(
    ("claim", "stands", "words"),
    [
        ("1200", "interval", "holds even by the lower bound, for xi below 5;"),
        ("1800", "point", "holds even by the lower bound, for xi below 1.25;"),
        ("2500", "silent", "says nothing against it"),
        ("<1200", "ruled out", "is contradicted by the lower bound"),
        ("<1800", "contradicted", "is contradicted by the lower bound"),
        ("<2500", "silent", "no lower bound can bear that out"),
    ],
)
def test_how_a_claim_stands_with_a_lower_bound(claim: str, stands: str, words: str) -> None:
    found = standing_of(estimate(2000, 1500, 3000, kind="lower bound"), claim)
    assert found.stands == stands
    assert words in found.words


def test_a_refusal_says_why() -> None:
    refusal = Estimate("any", "refused", "there is nobody")
    found = standing_of(refusal, "2000")
    assert found.stands == "refused"
    assert (
        found.words == "gives no number, and so says nothing about more than 2,000: there is nobody"
    )
    assert standing_of(refusal, "900").stands == "on record"


@pytest.mark.parametrize("claim", ["1100", "1400", "2100", "<1100", "<1400", "<9000"])
def test_what_is_printed_is_on_the_side_where_the_claim_holds(claim: str) -> None:
    """At the xi that is printed, rounded, the claim does hold."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        low, point, high = np.sort(rng.integers(1050, 8000, 3)).tolist()
        if low == point or point == high:
            continue
        of = estimate(point, low, high)
        found = standing_of(of, claim)
        xis = [float(word.strip(";.")) for word in found.words.split() if word[0].isdigit()
               and "," not in word and "%" not in word]  # fmt: skip
        at_point, at_whole = (with_xi(of, N, xi) for xi in xis)
        assert at_point.point is not None
        assert at_whole.interval is not None
        number = Claim.parse(claim).number
        if claim.startswith("<"):
            assert at_point.point <= number * (1 + 1e-9)
            assert at_whole.interval[1] <= number * (1 + 1e-9)
        else:
            assert at_point.point >= number * (1 - 1e-9)
            assert at_whole.interval[0] >= number * (1 - 1e-9)


def test_the_lines_and_the_json_of_a_study(kosovo: CaptureTable) -> None:
    study = run(kosovo, EstimateSettings(["decomposable", "two-list", "chao"], robustness=False))
    claim = Claim(10_000)
    lines = {each.method: standing(each, study.observed, claim).words for each in study.estimates}
    assert lines["decomposable"] == (
        "more than 10,000 holds for xi below 1.46; with the whole 95% interval, for xi below 0.96."
    )
    assert lines["two-list"].startswith("gives no number")
    assert "says nothing against it" in lines["chao"]
    answer = json.loads(json.dumps(as_json(compare_claim(study.estimates, study.observed, claim)),
                                   allow_nan=False))  # fmt: skip
    assert (answer["side"], answer["number"]) == ("more than", 10_000)
    first, second, third = answer["rows"]
    assert first["stands"] == "point"
    assert first["xi"] == pytest.approx(8195 / 5600)
    assert second["xi"] is None
    assert second["reason"]
    assert third["stands"] == "silent"


def test_one_constructor_makes_the_log_normal_estimates(kosovo: CaptureTable) -> None:
    for made in (chao(kosovo), saturated(kosovo)):
        assert made.log_n0 is not None
        n0, variance = made.number() - 4400, made.diagnostics["se"] ** 2
        assert made.log_n0 == pytest.approx(
            (math.log(n0 + 0.5), math.log1p(variance / (n0 + 0.5) ** 2))
        )
        assert made.interval is not None
        assert (made.interval[0] - 4400) * (made.interval[1] - 4400) == pytest.approx(n0**2)
