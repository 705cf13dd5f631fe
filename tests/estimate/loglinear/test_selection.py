"""Log-linear models against published values and against plain linear algebra."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pytest
from scipy.optimize import minimize

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import (
    EstimateSettings,
    independence,
    log_linear,
    log_linear_stepwise,
    run_over,
)
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.forward import choose
from uncounted.estimate.loglinear.hierarchy import completed, hierarchical, in_brackets, padded
from uncounted.estimate.loglinear.mle_existence import Register, code
from uncounted.estimate.loglinear.poisson import DOUBTFUL, FITTED, SINGULAR, fit_all
from uncounted.estimate.loglinear.selection import Candidates

# Potential victims of trafficking, United Kingdom 2013: local authorities, non-governmental
# organisations, police, government, the public, National Crime Agency. Silverman (2014);
# counts as in R SparseMSE 2.0.2, data(UKdat).
UK_SIX = CaptureTable.of(
    ["LA", "NG", "PF", "GO", "GP", "NCA"],
    {
        "100000": 54, "010000": 463, "001000": 907, "000100": 695, "000010": 316, "000001": 57,
        "110000": 15, "101000": 19, "100100": 3, "011000": 56, "010100": 19, "010010": 1,
        "010001": 3, "001100": 69, "001010": 10, "001001": 31, "000110": 8, "000101": 6,
        "000011": 1, "111000": 1, "110100": 1, "011100": 4, "011001": 3, "001101": 1, "111100": 1,
    },
)  # fmt: skip
# HIV in Lazio, four lists. Abeni, Brancato and Perucci (1994) Epidemiology 5:410; counts as
# in R Rcapture 1.4-4, data(HIV).
HIV = CaptureTable.of(
    ["c1", "c2", "c3", "c4"],
    {
        "1110": 3, "1101": 1, "1100": 33, "1010": 20, "1001": 6, "1000": 403, "0111": 3,
        "0110": 35, "0101": 10, "0100": 545, "0011": 11, "0010": 621, "0001": 205,
    },
)  # fmt: skip
# R SparseMSE 2.0.2, data(Artificial_3); Chan, Silverman and Vincent (2021), Table 2.
ARTIFICIAL = CaptureTable.of("ABC", {"100": 40, "010": 30, "001": 20, "110": 6})


def masks(table: CaptureTable, model: str) -> tuple[int, ...]:
    """A model in brackets, as the masks over the lists in order of their names."""
    names = sorted(table.lists)
    at = [names.index(name) for name in table.lists]
    tops = [sum(1 << at[int(i) - 1] for i in part) for part in model.strip("[]").split(",")]
    return completed(len(names), tops)


@pytest.mark.parametrize(
    ("lists", "order", "models"),
    [(2, 1, 1), (3, 2, 8), (4, 3, 113), (4, 2, 64), (5, 2, 1024), (5, 4, 6893), (6, 2, 32_768)],
)
def test_number_of_hierarchical_models(lists: int, order: int, models: int) -> None:
    """Silverman, Chan and Vincent (2024) Statistics and Computing 34:44."""
    found = hierarchical(lists, order)
    assert len(found) == len(set(found)) == models


def test_kosovo(kosovo: CaptureTable) -> None:
    """R Rcapture 1.4-4 closedpMS.t(maxorder=3) and R MultipleSystemsEstimation 1.3.2."""
    estimate = log_linear(kosovo)
    said = estimate.diagnostics
    assert estimate.settings["model"] == "[123,14,34]"
    assert estimate.settings["models"] == 113
    assert estimate.point == pytest.approx(10356.52, abs=0.005)
    assert said["se"] == pytest.approx(785.9022, abs=5e-5)
    assert said["deviance"] == pytest.approx(9.32267, abs=5e-6)
    assert said["bic"] == pytest.approx(203.0296, abs=5e-5)
    assert said["profile_low"] == pytest.approx(8994.3, abs=0.05)
    assert said["profile_high"] == pytest.approx(12110.4, abs=0.05)
    assert said["profile_maximum"] == pytest.approx(10334.5, abs=0.05)
    rivals = [(row["model"], round(row["point"], 2)) for row in said["models"][1:3]]
    assert rivals == [("[123,134]", 12740.97), ("[134,12,23]", 18393.31)]


def test_interval_that_repeats_the_choice_is_the_published_one(kosovo: CaptureTable) -> None:
    """Silverman, Chan and Vincent (2024) Table 2: [6900, 18000] with the ten best or all,
    [9100, 12000] with the best alone; B = 1,000 leaves about 3% of doubt in each end."""
    wide, alone = log_linear(kosovo).interval, log_linear(kosovo, top=1).interval
    assert wide == pytest.approx((6947, 17987), rel=0.05)
    assert alone == pytest.approx((9101, 12003), rel=0.02)


@pytest.mark.parametrize(
    ("model", "number", "se", "deviance", "df", "aic", "bic"),
    [
        ("[123,14,34]", 10356.52, 785.9022, 9.32267, 4, 132.7467, 203.0296),
        ("[123,134]", 12740.97, 1600.7132, 1.017054, 3, 126.4411, 203.1134),
        ("[134,12,23]", 18393.31, 1738.8296, None, 4, None, 203.9573),
        ("[1,2,3,4]", 7394.6, 129.6, 245.939, 10, 357.363, 389.31),
        ("[123,124,134,234]", 16941.88, 5937.58, 0.0, 0, 131.424, None),
    ],
)
def test_models_of_kosovo(
    kosovo: CaptureTable,
    model: str,
    number: float,
    se: float,
    deviance: float | None,
    df: int,
    aic: float | None,
    bic: float | None,
) -> None:
    """R Rcapture 1.4-4, closedpMS.t and closedp.t."""
    among = [masks(kosovo, model)]
    by_bic = log_linear(kosovo, candidates=Candidates(models=among), resamples=0)
    by_aic = log_linear(kosovo, candidates=Candidates(models=among), criterion="aic", resamples=0)
    said = by_bic.diagnostics
    assert by_bic.settings["model"] == model
    assert by_bic.point == pytest.approx(number, abs=0.06)
    assert said["se"] == pytest.approx(se, abs=0.05)
    assert said["df"] == df
    if deviance is not None:
        assert said["deviance"] == pytest.approx(deviance, abs=5e-4)
    if bic is not None:
        assert said["bic"] == pytest.approx(bic, abs=6e-4)
    if aic is not None:
        assert by_aic.diagnostics["aic"] == pytest.approx(aic, abs=6e-4)


@pytest.mark.parametrize("criterion", ["bic", "aic"])
def test_average_over_models(kosovo: CaptureTable, criterion: Literal["bic", "aic"]) -> None:
    """Buckland, Burnham and Augustin (1997), from the rows themselves: the ten best, by hand."""
    estimate = log_linear(kosovo, criterion=criterion, top=10, resamples=0)
    rows = estimate.diagnostics["models"]
    least = min(row[criterion] for row in rows)
    weight = [np.exp((least - row[criterion]) / 2) for row in rows]
    average = sum(w * row["point"] for w, row in zip(weight, rows, strict=True)) / sum(weight)
    error = sum(
        w * np.hypot(row["se"], row["point"] - average) for w, row in zip(weight, rows, strict=True)
    ) / sum(weight)
    said = estimate.diagnostics
    assert said["average"] == pytest.approx(average)
    assert said["average_se"] == pytest.approx(error)
    low, high = said["average_interval"]
    n = kosovo.observed
    spread = np.log(high - n) - np.log(average - n)
    assert spread == pytest.approx(np.log(average - n) - np.log(low - n))
    assert spread == pytest.approx(1.959964 * np.sqrt(np.log1p((error / (average - n)) ** 2)))
    assert low < 10_357 < 18_394 < high  # the three best, of 10,357, 12,741 and 18,393


def test_profiles_of_independence_are_those_of_the_other_room(kosovo: CaptureTable) -> None:
    """R Rcapture 1.4-4 profileCI: 7147.7 to 7656.2; and by Darroch's equation."""
    estimate = log_linear(
        kosovo, candidates=Candidates(models=[masks(kosovo, "[1,2,3,4]")]), resamples=0
    )
    assert estimate.interval == pytest.approx((7147.7, 7656.2), abs=0.06)
    assert estimate.interval == pytest.approx(independence(kosovo).interval, rel=1e-6)


@pytest.mark.parametrize(
    ("model", "number", "se", "aic", "bic", "ends"),
    [
        ("[1,2,3,4]", 11124.6, 904.8, 90.062, 117.8, (9532, 13114)),
        ("[34,1,2]", 11062.1, 948.1, 92.021, 125.306, (9403.1, 13161.6)),
        ("[12,3,4]", 12318.47, 1188.7215, 86.64962, 119.9346, None),
    ],
)
def test_models_of_hiv_in_lazio(
    model: str,
    number: float,
    se: float,
    aic: float,
    bic: float,
    ends: tuple[float, float] | None,
) -> None:
    """R Rcapture 1.4-4; Abeni, Brancato and Perucci (1994)."""
    among = [masks(HIV, model)]
    estimate = log_linear(HIV, candidates=Candidates(models=among), resamples=0)
    by_aic = log_linear(HIV, candidates=Candidates(models=among), criterion="aic", resamples=0)
    assert estimate.settings["model"] == model
    assert estimate.point == pytest.approx(number, abs=0.05)
    assert estimate.diagnostics["se"] == pytest.approx(se, abs=0.06)
    assert estimate.diagnostics["bic"] == pytest.approx(bic, abs=6e-4)
    assert by_aic.diagnostics["aic"] == pytest.approx(aic, abs=6e-4)
    if ends is not None:
        assert estimate.interval == pytest.approx(ends, abs=0.5)
    if model == "[34,1,2]":
        assert estimate.diagnostics["profile_maximum"] == pytest.approx(11053.7, abs=0.05)


def test_hiv_in_lazio_both_ways() -> None:
    """R Rcapture closedpMS.t: independence is best; R SparseMSE: BCa 8,289 to 13,333."""
    assert log_linear(HIV, resamples=0).settings["model"] == "[1,2,3,4]"
    stepwise = log_linear_stepwise(HIV)
    assert stepwise.point == pytest.approx(11124.6, abs=0.05)
    assert stepwise.interval == pytest.approx((8289, 13333), rel=0.06)


@pytest.mark.parametrize(
    ("name", "top", "level", "published", "doubt"),
    [
        # R MultipleSystemsEstimation, 1,000 resamples; `doubt`: standard deviation of each end
        # over forty seeds of ours. The published ends have as much.
        ("kosovo", 5, 0.95, (8461.391, 17033.49), (261, 457)),
        ("kosovo", 10, 0.95, (6947.037, 17987.33), (123, 352)),
        ("korea", 1, 0.80, (136.5977, 198.2418), (0.9, 5.1)),
        ("korea", 1, 0.95, (130.7778, 248.7797), (0.9, 13.2)),
        ("korea", 2, 0.80, (135.3705, 286.7647), (0.9, 7.8)),
        ("korea", 2, 0.95, (129.7269, 348.0), (0.8, 12.4)),
        ("korea", 8, 0.80, (135.0, 290.5), (0.9, 7.8)),
        ("korea", 8, 0.95, (128.3123, 349.7144), (0.9, 12.3)),
    ],
)
def test_limits_of_bca(
    tables: Mapping[str, CaptureTable],
    name: str,
    top: int,
    level: float,
    published: tuple[float, float],
    doubt: tuple[float, float],
) -> None:
    found = log_linear(tables[name], top=top, level=level).interval
    assert found is not None
    for ours, theirs, sd in zip(found, published, doubt, strict=True):
        assert abs(ours - theirs) < 3 * 2**0.5 * sd


def test_acceleration_of_main_effects_alone(tables: Mapping[str, CaptureTable]) -> None:
    """R MultipleSystemsEstimation, jackknife on Korea."""
    said = log_linear(tables["korea"], candidates=Candidates(max_order=1)).diagnostics
    assert said["acceleration"] == pytest.approx(-0.001934882, abs=5e-10)


def test_intervals_of_the_united_kingdom(tables: Mapping[str, CaptureTable]) -> None:
    """Silverman, Chan and Vincent (2024) Table 6; the upper end varies by a sixth by seed."""
    pair_terms = log_linear(
        tables["uk"], candidates=Candidates(max_order=2), resamples=400
    ).interval
    every = log_linear(tables["uk"], resamples=400).interval
    six = log_linear(UK_SIX, resamples=400)
    assert pair_terms == pytest.approx((11456, 43894), rel=0.25)
    assert every == pytest.approx((11168, 56052), rel=0.25)
    assert six.point == pytest.approx(12350, abs=0.5)
    assert six.interval == pytest.approx((9643, 25508), rel=0.12)


def test_six_lists_downhill_with_sets_of_any_size() -> None:
    """Silverman, Chan and Vincent (2024) Table 6: 12,350, as among all models of pairs."""
    alone = log_linear(
        UK_SIX, candidates=Candidates(search="greedy", starts=1, max_order=5), resamples=0
    )
    assert alone.point == pytest.approx(12350, abs=0.5)
    several = log_linear(UK_SIX, candidates=Candidates(max_order=3), resamples=0)
    assert several.point == alone.point


def test_korea(tables: Mapping[str, CaptureTable]) -> None:
    """Silverman, Chan and Vincent (2024) Table 3: six admissible models of eight."""
    estimate = log_linear(tables["korea"])
    said = estimate.diagnostics
    assert estimate.settings["model"] == "[12,23]"
    assert estimate.point == pytest.approx(157.1667, abs=5e-5)
    assert said["bic"] == pytest.approx(57.14081, abs=5e-6)
    assert said["inadmissible"] == 2
    assert {row["model"]: round(row["bic"], 4) for row in said["models"]} == {
        "[12,23]": 57.1408, "[12,3]": 58.9686, "[13,23]": 91.8971, "[23,1]": 138.0637,
        "[13,2]": 155.1602, "[1,2,3]": 184.1443,
    }  # fmt: skip
    assert said["acceleration"] == pytest.approx(-0.008783628, abs=5e-10)
    assert estimate.interval == pytest.approx((128.3, 349.7), rel=0.06)


def test_five_lists_all_models_and_pairs(tables: Mapping[str, CaptureTable]) -> None:
    """Silverman, Chan and Vincent (2024) Table 6: 25,311 of 6,893 models, 22,991 of pairs."""
    whole = log_linear(tables["uk"], resamples=0)
    assert whole.point == pytest.approx(25311, abs=0.5)
    assert whole.settings["models"] == 6893
    assert whole.interval == pytest.approx((19389, 34111), abs=0.5)  # R Rcapture 1.4-4
    assert "doubt about the choice is not in it" in str(whole.interval_kind)
    pair_terms = log_linear(tables["uk"], candidates=Candidates(max_order=2), resamples=0)
    assert pair_terms.point == pytest.approx(22991.33, abs=0.005)
    rivals = [(row["model"], round(row["bic"], 4)) for row in pair_terms.diagnostics["models"][:4]]
    assert rivals == [
        ("[12,13,23,25,34]", 196.5398),
        ("[12,13,25,35,45]", 197.495),
        ("[12,13,23,34,5]", 198.3205),
        ("[12,13,24,25,35,45]", 198.6047),
    ]


def test_existence_codes() -> None:
    """R SparseMSE 2.0.2; Chan, Silverman and Vincent (2021), Table 3."""
    present = CellCounts.of(ARTIFICIAL).counts > 0
    codes = {in_brackets(model): code(model, present) for model in hierarchical(3, 2)}
    assert codes == {
        "[12,13,23]": 2, "[12,3]": 1, "[12,13]": 1, "[12,23]": 1, "[13,23]": 0, "[13,2]": 0,
        "[23,1]": 0, "[1,2,3]": 0,
    }  # fmt: skip


def test_a_table_in_two_parts_has_a_fit_and_is_refused_all_the_same() -> None:
    """R SparseMSE 2.0.2 gives 539; nobody on C is on A or B, so nothing ties C to the others."""
    models, intercept = choose(CellCounts.of(ARTIFICIAL).counts[None], 0.02, Register())
    assert models[0] == (0, 1, 2, 4)
    assert ARTIFICIAL.observed + np.exp(intercept[0]) == pytest.approx(539, abs=0.5)
    for method in (log_linear, log_linear_stepwise):
        assert "2 groups with no person in common" in str(method(ARTIFICIAL).reason)


def test_the_kernel_never_calls_fitted_what_does_not_exist(
    tables: Mapping[str, CaptureTable],
) -> None:
    """On random thinned tables, against the linear programme and the rank."""
    rng = np.random.default_rng(11)
    models = hierarchical(4, 3)
    doubtful = 0
    for _ in range(12):
        counts = rng.poisson(1.2, 16) * (rng.random(16) < 0.6).astype(float)
        counts[0] = -1
        if not counts[1:].any():
            continue
        fits = fit_all(
            padded(models), counts[None], np.arange(len(models)), np.zeros(len(models), np.int64)
        )
        for model, status in zip(models, fits.status, strict=True):
            found = code(model, counts > 0)
            assert (status == SINGULAR) == (found >= 2)
            if status == FITTED:
                assert found == 0
            doubtful += status == DOUBTFUL and found == 1
    assert doubtful > 20


def test_the_kernel_is_a_poisson_regression(kosovo: CaptureTable) -> None:
    """A model with a third-order term against a general optimiser on its design matrix."""
    cells = CellCounts.of(kosovo)
    model = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    A = np.array([[float(c & a == a) for a in model] for c in range(1, 16)])
    x = cells.counts[1:]

    def minus(alpha: np.ndarray) -> tuple[float, np.ndarray]:
        mu = np.exp(A @ alpha)
        return float(mu.sum() - x @ (A @ alpha)), A.T @ (mu - x)

    best = minimize(minus, np.zeros(len(model)), jac=True, method="BFGS", options={"gtol": 1e-4})
    one = np.zeros(1, np.int64)
    fits = fit_all(padded([model]), cells.counts[None], one, one)
    assert fits.likelihood[0] == pytest.approx(-best.fun, abs=1e-6)
    assert fits.intercept[0] == pytest.approx(best.x[0], abs=1e-4)
    information = A.T @ (np.exp(A @ best.x)[:, None] * A)
    assert fits.variance[0] == pytest.approx(np.linalg.inv(information)[0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("name", "number", "model", "interval"),
    [
        # R SparseMSE 2.0.2 estimatepopulation(nboot=1000), p threshold 0.02
        ("kosovo", 14341.66, "[12,13,14,23,34]", (12_596, 16_527)),
        ("uk", 11312.99, "[12,13,24,25,35,45]", (8_785, 14_701)),
        ("korea", 268.7778, "[12,3]", None),
        ("spina-bifida", 730.93, "[12,3]", (707, 759)),
        ("congenital", 609.89, "[13,45,2]", (587, 636)),
    ],
)
def test_stepwise(
    tables: Mapping[str, CaptureTable],
    name: str,
    number: float,
    model: str,
    interval: tuple[float, float] | None,
) -> None:
    estimate = log_linear_stepwise(tables[name])
    assert estimate.point == pytest.approx(number, abs=0.005)
    assert estimate.settings["model"] == model
    if interval is not None:
        assert estimate.interval == pytest.approx(interval, rel=0.12 if name == "uk" else 0.02)


@pytest.mark.parametrize(
    ("threshold", "number"),
    [(0.0, 13444.13), (0.001, 13100.84), (0.005, 12262.41), (0.05, 11312.99)],
)
def test_stepwise_thresholds(
    tables: Mapping[str, CaptureTable], threshold: float, number: float
) -> None:
    """R SparseMSE 2.0.2 on the United Kingdom's five lists."""
    estimate = log_linear_stepwise(tables["uk"], threshold=threshold, resamples=0)
    assert estimate.point == pytest.approx(number, abs=0.005)


@pytest.mark.parametrize(
    ("threshold", "number"),
    [(0.0, 12214.0), (0.001, 13181.24), (0.005, 12349.59), (0.02, 11417.99), (0.05, 11417.99)],
)
def test_stepwise_thresholds_of_six_lists(threshold: float, number: float) -> None:
    """R SparseMSE 2.0.2 on the United Kingdom's six lists."""
    estimate = log_linear_stepwise(UK_SIX, threshold=threshold, resamples=0)
    assert estimate.point == pytest.approx(number, abs=0.005)


def test_stepwise_interval_of_six_lists() -> None:
    """R SparseMSE 2.0.2 estimatepopulation(nboot=1000): 9,267 to 14,307."""
    assert log_linear_stepwise(UK_SIX).interval == pytest.approx((9267, 14307), rel=0.06)


def test_no_upper_end_is_reported_so() -> None:
    """With one person on two lists the likelihood does not fall within fifty times the seen."""
    table = CaptureTable.of("ABC", {"100": 60, "010": 49, "001": 40, "110": 1, "011": 1})
    estimate = log_linear(
        table, candidates=Candidates(models=[masks(table, "[1,2,3]")]), resamples=0
    )
    assert estimate.interval is not None
    assert estimate.interval[0] > table.observed
    assert estimate.interval[1] == float("inf")
    assert estimate.to_json()["interval"][1] is None


def test_a_thousand_resamples_of_five_lists_in_under_five_seconds(
    tables: Mapping[str, CaptureTable],
) -> None:
    log_linear_stepwise(tables["korea"], resamples=2)
    began = time.process_time()
    log_linear_stepwise(tables["uk"])
    assert time.process_time() - began < 5


def test_the_choice_is_in_the_interval(kosovo: CaptureTable) -> None:
    """The profile of the chosen model is far narrower than what the choice adds."""
    with_choice, without = log_linear(kosovo), log_linear(kosovo, resamples=0)
    assert with_choice.point == without.point
    assert with_choice.interval is not None
    assert without.interval is not None
    wide, narrow = (b - a for a, b in (with_choice.interval, without.interval))
    assert wide > 2 * narrow


def test_many_times_as_many_people_many_times_the_number(kosovo: CaptureTable) -> None:
    more = CaptureTable(kosovo.lists, {p: 50 * count for p, count in kosovo.counts.items()})
    one = log_linear(kosovo, criterion="aic", resamples=0)
    again = log_linear(
        more, candidates=Candidates(models=[masks(kosovo, one.settings["model"])]), resamples=0
    )
    assert again.point == pytest.approx(50 * (one.point or 0), rel=1e-9)


def test_refusals_say_why(kosovo: CaptureTable, tables: Mapping[str, CaptureTable]) -> None:
    two = kosovo.select(["EXH", "ABA"])
    assert "no log-linear model but independence" in str(log_linear(two).reason)
    assert "3 to 10 lists, and there are 2" in str(log_linear_stepwise(two).reason)
    wide = CaptureTable.of("ABCDEFGHIJK", {"10000000000": 9} | {
        "0" * i + "11" + "0" * (9 - i): 3 for i in range(10)})  # fmt: skip
    assert "up to 10 lists, and there are 11" in str(log_linear(wide).reason)
    korea = tables["korea"]
    only = log_linear(korea, candidates=Candidates(models=[(0, 1, 2, 3, 4, 5)]))
    assert "no log-linear model has a maximum likelihood" in str(only.reason)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"candidates": Candidates(max_order=4)}, "max_order 4 is not between 1 and 3"),
        ({"criterion": "dic"}, "unknown criterion 'dic'"),
        (
            {"candidates": Candidates(search="best")},  # type: ignore[arg-type]
            "unknown search 'best'",
        ),
        ({"resamples": 1}, "0 or at least 2"),
        ({"top": 0}, "top and starts must be at least 1"),
        ({"candidates": Candidates(starts=0)}, "top and starts must be at least 1"),
    ],
)
def test_wrong_use(kosovo: CaptureTable, wrong: dict[str, object], words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        log_linear(kosovo, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsedWrongly, match="threshold"):
        log_linear_stepwise(kosovo, threshold=2)


def test_many_linkage_tables_are_quick_and_share_the_resamples() -> None:
    rng = np.random.default_rng(3)
    patterns = [format(c, "05b") for c in range(1, 32)]
    means = [900 * 0.3 ** pattern.count("1") for pattern in patterns]
    tables = [
        CaptureTable.of("ABCDE", dict(zip(patterns, rng.poisson(means).tolist(), strict=True)))
        for _ in range(40)
    ]
    began = time.process_time()
    study = run_over(tables, EstimateSettings(["log-linear", "log-linear-stepwise"]))
    assert time.process_time() - began < 4
    for estimate in study.estimates:
        assert estimate.settings["resamples"] == 50
        assert "model" not in estimate.settings or isinstance(estimate.settings["model"], str)
        assert estimate.interval is not None
        assert estimate.interval[0] < (estimate.point or 0) < estimate.interval[1]
