"""Sensitivity of the estimate to the linkage model: alternative priors and thresholds."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, chao, run_over
from uncounted.estimate.base.result import Study
from uncounted.estimate.base.rows import (
    AlternativeRow,
    AlternativesRange,
    LinkageUncertainty,
    Quantiles,
)
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.linkage_sensitivity import (
    AlternativeTables,
    strata_with_alternatives,
    with_alternatives,
)
from uncounted.estimate.strata.stratified import Strata, run_strata_over
from uncounted.estimate.text.summary import lines


def relinked(table: CaptureTable, merged: int) -> CaptureTable:
    """The table, had `merged` more people been recognised on both EXH and ABA."""
    counts = dict(table.counts)
    counts["1100"] += merged
    counts["1000"] -= merged
    counts["0100"] -= merged
    return CaptureTable.of(table.lists, counts)


def printed(done: Study | Strata, *, verbose: bool = False) -> str:
    return " ".join("\n".join(lines(done, verbose=verbose)).split())


@pytest.fixture
def study(kosovo: CaptureTable) -> Study:
    return run_over([kosovo] * 10, EstimateSettings(["decomposable"]))


def rows(study: Study, *readings: AlternativeTables) -> Study:
    return with_alternatives(study, readings, EstimateSettings(level=0.95, seed=1))


def looked_at(study: Study) -> tuple[tuple[AlternativeRow, ...], AlternativesRange]:
    """The rows of the alternative linkages, and the range over them."""
    assert study.linkage is not None
    assert study.linkage.alternatives is not None
    assert study.linkage.range is not None
    return study.linkage.alternatives, study.linkage.range


def closed(interval: tuple[float | None, float | None] | None) -> tuple[float, float]:
    """An interval that has both ends."""
    assert interval is not None
    low, high = interval
    assert low is not None
    assert high is not None
    return low, high


def test_readings_that_pass_widen_the_envelope(kosovo: CaptureTable, study: Study) -> None:
    low, high = study["decomposable"].interval or (0, 0)
    told = rows(
        study,
        AlternativeTables("ewens, usual candidates", [[relinked(kosovo, 150)] * 3]),
        AlternativeTables(
            "flat, usual candidates",
            [[relinked(kosovo, 300)] * 3],
            failed_check="the chains disagree",
        ),
        AlternativeTables("strict", [[relinked(kosovo, -100)]], in_grid=False),
    )
    (passing, failing, strict), envelope = looked_at(told)
    assert [passing.passes, failing.passes] == [True, False]
    assert failing.reason == "the chains disagree"
    assert (passing.point or 0) < study["decomposable"].number() < (strict.point or 0)
    # neither the reading that fails nor one outside the grid moves its ends
    assert envelope.interval == (min(low, closed(passing.interval)[0]), max(high, 0))
    assert (envelope.alternatives, envelope.passing) == (2, 1)
    assert closed(passing.interval)[0] < low


def test_a_reading_that_cannot_be_estimated_says_so(kosovo: CaptureTable, study: Study) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40, "0010": 30, "0001": 20})
    told = rows(study, AlternativeTables("ewens, strict candidates", [[apart]]))
    (row,), envelope = looked_at(told)
    assert row.point is None
    assert row.interval is None
    assert "no person is on two lists" in (row.reason or "")
    assert envelope.interval == study["decomposable"].interval


def test_an_interval_without_upper_end_gives_the_envelope_none(
    kosovo: CaptureTable, study: Study
) -> None:
    endless = attrs.evolve(study["decomposable"], interval=(5000, np.inf))
    told = rows(
        attrs.evolve(study, estimates=(endless,)), AlternativeTables("ewens, usual", [[kosovo]])
    )
    assert looked_at(told)[1].interval == (5000, None)
    assert "pass checks (1 of 1): 5,000 or more" in printed(told)


def test_a_few_of_many_tables_are_looked_at(kosovo: CaptureTable, study: Study) -> None:
    tables = [relinked(kosovo, merged) for merged in range(0, 60, 3)]
    told = rows(study, AlternativeTables("ewens, usual candidates", [tables]))
    (row,), _ = looked_at(told)
    assert row.observed == sorted(table.observed for table in tables)[10]


def test_another_method_than_the_headline_may_be_held_against_them(kosovo: CaptureTable) -> None:
    study = run_over([kosovo] * 3, EstimateSettings(["decomposable", "independence"]))
    reading = AlternativeTables("ewens, usual candidates", [[kosovo]])
    told = with_alternatives(
        study, [reading], EstimateSettings(level=0.95, seed=1), method="independence"
    )
    assert looked_at(told)[0][0].point == pytest.approx(study["independence"].point)
    assert (
        with_alternatives(study, [reading], EstimateSettings(level=0.95, seed=1), method="two-list")
        is study
    )


def test_without_other_readings_nothing_is_added(study: Study) -> None:
    assert rows(study) is study


def test_alternatives_are_rounded_and_refusals_counted(kosovo: CaptureTable, study: Study) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40, "0010": 30, "0001": 20})
    told = rows(
        study,
        AlternativeTables("ewens, usual candidates", [[relinked(kosovo, 150)]]),
        AlternativeTables("ewens, strict candidates", [[apart]]),
        AlternativeTables("strict", [[apart]], in_grid=False),
        AlternativeTables("loose", [[relinked(kosovo, 150)]], in_grid=False),
    )
    _, envelope = looked_at(told)
    assert (envelope.passing, envelope.not_estimable) == (2, 1)
    text = printed(told, verbose=True)
    assert "pass checks (2 of 2): " in text
    assert "6,500–17,000 of these 1 without an estimate" in text
    assert "strict / lenient matching: no estimate / 7,100" in text
    assert "strict 140 no estimate" in text
    assert f"{envelope.interval[0] or 0:,.0f}" not in text  # no finer than it is known


def test_where_no_other_way_passes_no_interval_is_reported_of_them(
    kosovo: CaptureTable, study: Study
) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40, "0010": 30, "0001": 20})
    for other, found in (
        (
            AlternativeTables("flat", [[kosovo]], failed_check="the chains disagree"),
            "other linkage models (1): none passes its checks",
        ),
        (
            AlternativeTables("flat", [[apart]]),
            "other linkage models that pass checks (1 of 1): no estimate",
        ),
    ):
        assert found in printed(rows(study, other))


@pytest.mark.parametrize(
    ("own", "every", "told"),
    [
        ((1288.0, 1507.0), (1071.0, 1507.0), "1,060–1,520"),
        ((1288.0, 1507.0), (1288.0, 1507.0), "1,280–1,510"),
        ((1288.0, 1541.0), (905.0, 1941.0), "900–1,950"),
        ((1141.0, 1541.0), (905.0, 1541.0), "900–1,560"),  # alone it would end at 1,550
        ((1288.0, 1507.0), (1071.0, None), "1,050 or more"),
    ],
)
def test_the_envelope_holds_the_interval_however_each_is_rounded(
    study: Study, own: tuple[float, float], every: tuple[float, float | None], told: str
) -> None:
    headline = attrs.evolve(study["decomposable"], point=1390.0, interval=own)
    envelope = AlternativesRange(every, (None, None), 8, 1, 0)
    observed = Quantiles(905, (900, 910))
    linkage = LinkageUncertainty(10, 10, observed, None, alternatives=(), range=envelope)
    text = printed(attrs.evolve(study, observed=905, estimates=(headline,), linkage=linkage))
    assert f"other linkage models that pass checks (1 of 8): {told}" in text


def test_a_linkage_that_fails_a_check_is_the_first_warning(study: Study) -> None:
    failed = EstimateWarning("linkage-check-failed", "1,088 pairs are linked")
    other = EstimateWarning("methods-disagree", "1 to 2")
    text = printed(attrs.evolve(study, warnings=(other, failed)))
    assert "number linkage-check-failed 1,088 pairs are linked methods-disagree 1 to 2" in text


def test_where_all_draws_agree_a_number_is_reported_once(study: Study) -> None:
    assert "4,400 people documented (95% 4,400)" in printed(study)


def test_the_error_of_an_end_is_how_far_it_moves_from_one_sample_of_draws_to_another(
    kosovo: CaptureTable,
) -> None:
    rng = np.random.default_rng(6)
    ends, errors = [], []
    with_table = {k: relinked(kosovo, k) for k in range(100)}
    study = run_over([kosovo] * 10, EstimateSettings(["independence"]))
    for _ in range(60):
        tables = [with_table[k] for k in rng.binomial(99, 0.5, 10) // 10 * 10]
        (row,) = looked_at(rows(study, AlternativeTables("ewens", [tables])))[0]
        ends.append(closed(row.interval))
        errors.append(closed(row.error))
        assert (row.draws, row.refused_in) == (10, 0)
    moved = np.std(ends, axis=0)
    assert np.sqrt(np.mean(np.square(errors), axis=0)) == pytest.approx(moved, rel=0.3)


def test_chance_alone_hardly_widens_the_envelope(kosovo: CaptureTable) -> None:
    """Eight readings of ten draws, all of them drawn as the study's own were."""
    rng = np.random.default_rng(7)
    with_table = {k: relinked(kosovo, k) for k in range(0, 100, 10)}

    def draws(how_many: int) -> list[CaptureTable]:
        return [with_table[10 * k] for k in rng.integers(0, 10, how_many)]

    told, naive = [], []
    for _ in range(12):
        study = run_over(draws(200), EstimateSettings(["independence"]))
        low, high = study["independence"].interval or (0, 0)
        found = rows(study, *(AlternativeTables(str(i), [draws(10)]) for i in range(8)))
        alternatives, whole = looked_at(found)
        envelope = closed(whole.interval)
        seen = [closed(row.interval) for row in alternatives]
        told += [low - envelope[0], envelope[1] - high]
        naive += [max(0, low - min(each[0] for each in seen))]
        naive += [max(0, max(each[1] for each in seen) - high)]
    assert min(told) >= 0
    assert np.mean(told) < 0.7 * np.mean(naive)


def test_a_reading_that_lies_far_off_widens_by_all_of_it(kosovo: CaptureTable) -> None:
    study = run_over(
        [relinked(kosovo, k) for k in (0, 10) * 20], EstimateSettings(["independence"])
    )
    far = [relinked(kosovo, 400 + k) for k in (0, 10) * 5]
    (row,), envelope = looked_at(rows(study, AlternativeTables("ewens", [far])))
    assert envelope.interval[0] == pytest.approx(closed(row.interval)[0], rel=1e-3)
    assert envelope.interval[1] == (study["independence"].interval or (0, 0))[1]
    assert envelope.error[0] == row.error[0]


def test_one_refusal_in_ten_draws_does_not_drop_an_alternative(
    kosovo: CaptureTable, study: Study
) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40, "0010": 30, "0001": 20})
    one, two, of_few = (
        looked_at(rows(study, AlternativeTables("ewens", [tables])))
        for tables in ([kosovo] * 9 + [apart], [kosovo] * 8 + [apart] * 2, [kosovo] * 4 + [apart])
    )
    assert one[0][0].refused_in == 1
    assert one[0][0].point is not None
    assert one[1].not_estimable == 0
    for silent in (two, of_few):
        assert silent[1].not_estimable == 1
    assert "refused in 2 of 10 linkage draws" in (two[0][0].reason or "")


def halves(table: CaptureTable) -> list[CaptureTable]:
    """The table in two strata of about one half each."""
    one = {pattern: count // 2 for pattern, count in table.counts.items()}
    other = {pattern: count - one[pattern] for pattern, count in table.counts.items()}
    return [CaptureTable.of(table.lists, c, sex=s) for c, s in ((one, "f"), (other, "m"))]


def in_strata(tables: list[CaptureTable]) -> list[list[CaptureTable]]:
    return [list(each) for each in zip(*map(halves, tables), strict=True)]


def test_a_total_is_held_against_other_readings_too(kosovo: CaptureTable) -> None:
    """The rows of a total are those of `run_strata_over` on that reading's own tables."""
    main = in_strata([relinked(kosovo, k) for k in (0, 10) * 10])
    done = run_strata_over(main, EstimateSettings(["independence", "chao"]), points=[None, None])
    far = in_strata([relinked(kosovo, 400 + k) for k in (0, 10) * 5])
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40}, sex="m")
    others = [
        AlternativeTables("ewens, usual candidates", far),
        AlternativeTables("ewens, strict candidates", [far[0], [apart] * 10]),
        AlternativeTables("flat, usual candidates", far, failed_check="the chains disagree"),
        AlternativeTables("strict", in_strata([kosovo]), in_grid=False),
    ]
    told = strata_with_alternatives(done, main, others, EstimateSettings(level=0.95, seed=1))
    assert told.linkage is not None
    assert told.linkage.method == "independence"
    passing, silent, failing, strict = told.linkage.alternatives
    (total,) = run_strata_over(far, EstimateSettings(["independence"]), points=[None, None]).total
    assert passing.interval == pytest.approx(total.interval, rel=2e-3)
    assert silent.reason == "1 of 2 strata that have a number have none"
    assert silent.interval is None
    assert (failing.passes, strict.draws) == (False, 1)
    envelope, (low, high) = told.linkage.range, done.total[0].interval or (0, 0)
    assert envelope.interval == pytest.approx((closed(passing.interval)[0], high), rel=1e-3)
    assert low > closed(passing.interval)[1]
    assert (envelope.passing, envelope.not_estimable) == (2, 1)
    assert told.to_json()["linkage"]["range"]["alternatives"] == 3
    text = printed(told)
    assert "other linkage models that pass checks (2 of 3): " in text
    assert "of these 1 without an estimate" in text


def test_a_stratum_without_a_number_has_its_bound_under_every_reading(
    kosovo: CaptureTable,
) -> None:
    """A total of more estimated strata would pass for what linkage does: only bounds move."""
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40}, sex="m")
    women = [halves(kosovo)[0]] * 10
    main, there = [women, [apart] * 10], [women, [halves(kosovo)[1]] * 10]
    done = run_strata_over(main, EstimateSettings(["independence"]), points=[None, None])
    told = strata_with_alternatives(
        done, main, [AlternativeTables("ewens", there)], EstimateSettings(level=0.95, seed=1)
    )
    assert told.linkage is not None
    (row,) = told.linkage.alternatives
    assert (row.point or 0) - done.total[0].number() == pytest.approx(
        chao(there[1][0]).number() - apart.observed, rel=0.01
    )
