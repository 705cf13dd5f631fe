"""Rates from people estimated by outcome: numbers, bounds where there are none, what is read."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import attrs
import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.cli.main import run as command
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate import EstimateSettings, run
from uncounted.estimate.track_record.calibration import COMBINED_METHODS, combined_law
from uncounted.rates import OutcomeColumns
from uncounted.rates.claimed import claim_sentences, claims_table, compare_claim, parse_claim
from uncounted.rates.estimated import EstimatedRates
from uncounted.rates.estimated_sentences import (
    bound_words,
    estimate_warnings_table,
    estimated_notes,
    estimated_sentence,
    why_they_differ,
)
from uncounted.rates.histories import OutcomeHistories, histories_of, read_histories
from uncounted.rates.outcomes import Tally
from uncounted.rates.reporting_bias import bias_adjusted
from uncounted.rates.sentences import RowLabels
from uncounted.workflow.rate import RateRequest, RateSettings, estimated, leading_study

EXAMPLE = Path(__file__).parents[2] / "examples" / "crossings.csv"
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")
TRUTH = {"2015-2019": 450 / 900, "2020-2024": 280 / 800}  # examples/make_crossings.py
LABELS = RowLabels("people", "were arrested")
COLUMNS = OutcomeColumns("arrested", by="period")


@pytest.fixture(scope="module")
def histories() -> OutcomeHistories:
    return read_histories(EXAMPLE, COLUMNS, LISTS)


def _rates(histories: OutcomeHistories, reference: str | None = None) -> EstimatedRates:
    request = RateRequest(COLUMNS, RateSettings(reference), "people", "were arrested")
    found = estimated(histories, request).estimated
    assert found is not None
    return found


@pytest.fixture(scope="module")
def rates(histories: OutcomeHistories) -> EstimatedRates:
    return _rates(histories)


def _read(
    tmp_path: Path, text: str, lists: tuple[str, ...] = ("A", "B", "C"), by: str | None = None
) -> OutcomeHistories:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    return read_histories(file, OutcomeColumns("arrested", by=by), lists)


# What is read --------------------------------------------------------------------------------


def test_people_are_read_by_group_outcome_and_lists(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        "note,A,B,C,arrested,period,count\nx,1,0,0,yes,p,5\ny,1,1,,no,p,2\n"
        "z,0,1,0,,q,3\nz,0,0,0,1,q,9\n",
        by="period",
    )
    assert {cell: dict(table.counts) for cell, table in found.cells.items()} == {
        ("p", True): {"100": 5},
        ("p", False): {"11-": 2},
        ("q", None): {"010": 3},
    }
    assert found.on_no_list == 9  # neither estimated from nor among the documented
    assert found.outcomes.group("q").unknown == 3
    assert found.outcomes.group("q").n == 0
    assert found.table("p", True, False).observed == 7


@pytest.mark.parametrize(
    ("lists", "words"),
    [
        (("A",), "--lists needs two lists or more"),
        (("A", "D"), "no column 'D'"),
        (("A", "arrested"), "cannot be a list as well"),
    ],
)
def test_lists_that_cannot_be_are_refused(
    tmp_path: Path, lists: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UsedWrongly, match=words):
        _read(tmp_path, "A,B,arrested\n1,0,1\n", lists)


def test_a_list_holds_0_and_1(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"row 2, column 'B': must be 0, 1 or empty"):
        _read(tmp_path, "A,B,arrested\n1,x,1\n", ("A", "B"))
    with pytest.raises(BadInput, match="no row with a person on one of these lists"):
        _read(tmp_path, "A,B,arrested\n0,0,1\n", ("A", "B"))


# What is estimated ---------------------------------------------------------------------------


def test_numbers_are_those_that_estimate_leads_with(
    histories: OutcomeHistories, rates: EstimatedRates
) -> None:
    for rate in rates.rates:
        for outcome, count in ((True, rate.with_outcome), (False, rate.without_outcome)):
            table = histories.table(rate.group, outcome)
            study = run(table, EstimateSettings(COMBINED_METHODS, robustness=False))
            assert study.calibrated is not None
            assert count.documented == table.observed
            assert count.point == pytest.approx(study.calibrated.point, rel=0.03)
            assert count.interval == pytest.approx(study.calibrated.interval, rel=0.1)


def test_the_law_that_is_drawn_from_has_the_calibrated_interval(
    histories: OutcomeHistories,
) -> None:
    table = histories.table("2015-2019", False)
    study = leading_study([table], 0.9, 1)
    law = combined_law(study)
    assert law is not None
    assert study.calibrated is not None
    assert study.calibrated.interval is not None
    draws = table.observed + law.draws(np.random.default_rng(1), 200_000)
    assert np.quantile(draws, [0.05, 0.95]) == pytest.approx(study.calibrated.interval, rel=0.03)
    assert np.median(draws) == pytest.approx(study.calibrated.point, rel=0.03)


def test_the_estimated_rate_holds_the_truth_that_the_documented_rate_misses(
    rates: EstimatedRates, histories: OutcomeHistories
) -> None:
    for rate in rates.rates:
        assert rate.interval is not None
        assert rate.rate is not None
        assert rate.interval[0] < TRUTH[rate.group] < rate.interval[1]
        tally = histories.outcomes.group(rate.group)
        assert abs(rate.rate - TRUTH[rate.group]) < abs(tally.x / tally.n - TRUTH[rate.group]) / 2
    first, second = (rate.rate for rate in rates.rates)
    assert first is not None
    assert second is not None
    (contrast,) = rates.contrasts
    assert contrast.difference == pytest.approx(second - first, abs=0.03)


def test_the_reporting_ratio_is_what_turns_the_documented_share_into_the_rate(
    rates: EstimatedRates, histories: OutcomeHistories
) -> None:
    true = {"2015-2019": (301 / 450) / (160 / 450), "2020-2024": (103 / 280) / (308 / 520)}
    for rate in rates.rates:
        assert rate.rate is not None
        assert rate.reporting_ratio is not None
        assert rate.reporting_ratio_interval is not None
        tally = histories.outcomes.group(rate.group)
        share = bias_adjusted(tally.x / tally.n, rate.reporting_ratio)
        assert share == pytest.approx(rate.rate, abs=1e-3)
        low, high = rate.reporting_ratio_interval
        assert low < true[rate.group] < high


def test_warnings_of_the_numbers_are_named(rates: EstimatedRates) -> None:
    codes = [told.code for told in rates.rates[0].without_outcome.warnings]
    assert codes == ["low-coverage"]
    assert any("low-coverage (3 of 4 numbers)" in note for note in estimated_notes(rates, LABELS))
    table = estimate_warnings_table(rates, LABELS)
    assert table is not None
    assert len(table.rows) == 3


def test_the_same_errors_in_both_groups_leave_a_narrower_difference(
    rates: EstimatedRates,
) -> None:
    (contrast,) = rates.contrasts
    assert contrast.difference_same_errors is not None
    low, high = contrast.difference_interval
    narrow_low, narrow_high = contrast.difference_same_errors
    assert low < narrow_low < contrast.difference < narrow_high < high


def test_rates_are_quantiles_over_independent_draws_of_the_numbers(
    histories: OutcomeHistories, rates: EstimatedRates
) -> None:
    """A naive twin: the quantiles over every pair of quantiles of the two laws."""
    grid = (np.arange(400) + 0.5) / 400
    laws = []
    for outcome in (True, False):
        table = histories.table("2020-2024", outcome)
        law = combined_law(leading_study([table], 0.95, 1))
        assert law is not None
        draws = law.draws(np.random.default_rng(5), 100_000)
        laws.append(table.observed + np.quantile(draws, grid))
    shares = (laws[0][:, None] / (laws[0][:, None] + laws[1][None, :])).ravel()
    low, middle, high = np.quantile(shares, [0.025, 0.5, 0.975])
    found = rates.rates[1]
    assert found.rate == pytest.approx(middle, abs=0.015)
    assert found.interval == pytest.approx((low, high), abs=0.02)


def test_the_same_seed_gives_the_same_rates_and_a_group_its_own(
    histories: OutcomeHistories, rates: EstimatedRates
) -> None:
    again = _rates(histories, reference="2020-2024")
    assert again.rates == rates.rates[::-1]
    assert again.contrasts[0].reference == "2020-2024"


FEW = (
    "A,B,C,arrested,count\n1,1,0,1,5\n1,0,0,1,3\n0,1,1,1,3\n0,0,1,1,3\n"
    "1,0,0,0,40\n0,1,0,0,30\n0,0,1,0,35\n1,1,0,0,12\n0,1,1,0,9\n1,0,1,0,11\n1,1,1,0,4\n"
)


def test_a_number_that_is_refused_bounds_the_rate_and_is_not_counted_as_documented(
    tmp_path: Path,
) -> None:
    found = _rates(_read(tmp_path, FEW))
    (rate,) = found.rates
    assert rate.rate is None
    assert rate.interval is None
    assert rate.with_outcome.point is None
    assert "documented people, not on 14" in (rate.reason or "")
    assert rate.without_outcome.interval is not None
    least = 14 / (14 + rate.without_outcome.interval[1])
    assert rate.bounds == pytest.approx((least, 1.0))
    assert bound_words(rate) == "at least 1%"
    text = estimated_sentence(found, LABELS)
    assert "No rate is estimated" in text
    assert "there is no estimate of those that were arrested" in text
    assert re.search(r"The rate is at least 1%, if the other people are at most [\d,]+ \(95%", text)
    claims = compare_claim(found, (0.001,))
    assert list(claim_sentences(found, claims)) == ["Claim: 0.1% outside the bound."]


def test_a_number_that_a_lower_bound_contradicts_bounds_no_rate(tmp_path: Path) -> None:
    rows = (
        "A,B,C,arrested,count\n1,1,0,1,5\n1,0,1,1,6\n1,0,0,0,25\n0,1,0,0,20\n0,0,1,0,22\n"
        "1,1,0,0,32\n0,1,1,0,29\n1,0,1,0,31\n1,1,1,0,26\n"
    )
    found = _rates(_read(tmp_path, rows))
    (rate,) = found.rates
    assert "bound-above-estimate" in {told.code for told in rate.without_outcome.warnings}
    assert rate.bounds == (0.0, 1.0)
    text = estimated_sentence(found, LABELS)
    assert "There is no bound: a lower bound is above an estimate of the other people." in text
    claims = compare_claim(found, (0.001,))
    assert list(claim_sentences(found, claims)) == ["Claim: 0.1% cannot be tested."]


def test_two_lists_without_a_rate_are_shown_psi_and_what_contradicts_which_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    two = ["--outcome", "arrested", "--by", "period", "--lists", "Saebyok,TumenWatch"]
    assert command(["rate", str(EXAMPLE), *two]) == 1
    done = capsys.readouterr()
    text = " ".join(done.out.split())
    assert "--psi 1 assumes that they are independent for people of either outcome" in done.err
    assert "merge groups" not in done.err
    assert "Of cases in 2015-2019 that had 'arrested' marked: The main estimate, " in text
    assert "Of the other cases in 2020-2024: The main estimate, " in text


def test_a_sentence_with_estimates_has_one_difference(
    capsys: pytest.CaptureFixture[str],
) -> None:
    options = ["--outcome", "arrested", "--by", "period", "--lists", ",".join(LISTS)]
    assert command(["rate", str(EXAMPLE), *options, "--sentence"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert text.count("difference") == 1
    assert "times in 100" not in text
    assert text.endswith("103 (25.1%). They are not a random sample of all cases.")


def test_a_group_in_which_no_one_has_the_outcome_has_no_rate(tmp_path: Path) -> None:
    rows = FEW.replace(",1,5\n", ",0,5\n").replace(",1,3\n", ",0,3\n")
    (rate,) = _rates(_read(tmp_path, rows)).rates
    assert rate.rate is None
    assert rate.with_outcome.documented == 0
    assert bound_words(rate) == ""


def test_two_lists_give_a_rate_that_says_it_is_not_calibrated(tmp_path: Path) -> None:
    rows = "A,B,arrested,count\n1,0,1,60\n0,1,1,40\n1,1,1,20\n1,0,0,80\n0,1,0,50\n1,1,0,10\n"
    found = _rates(_read(tmp_path, rows, ("A", "B")))
    (rate,) = found.rates
    assert found.method != "combined"
    assert rate.rate == pytest.approx(
        240 / (240 + 540), abs=0.05
    )  # 60 40 20 and 90 60 10, Petersen
    assert any("not calibrated" in note for note in estimated_notes(found, LABELS))
    assert found.tests == 0


def test_two_lists_with_a_stated_odds_ratio_are_estimated_by_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    two = ["--outcome", "arrested", "--by", "period", "--lists", "Saebyok,TumenWatch", "--json"]
    rho = []
    for psi in ("1", "3"):
        assert command(["rate", str(EXAMPLE), *two, "--psi", psi]) == 0
        found = json.loads(capsys.readouterr().out)["estimated"]
        assert found["method"] == "two-list"
        assert "was not tested on lists of known size" in found["not_calibrated"]
        rho.append(found["rates"][0]["with_outcome"]["point"])
    assert rho[0] < rho[1]  # positive dependence: more are missed
    assert command(["rate", str(EXAMPLE), "--outcome", "arrested", "--psi", "1"]) == 2
    assert "--claim and --psi need --lists" in capsys.readouterr().err
    assert command(["rate", str(EXAMPLE), *two[:-1], "--lists", ",".join(LISTS), "--psi=1"]) == 2
    assert "--psi is for two lists, and there are 4" in capsys.readouterr().err


def test_unknown_outcomes_are_in_neither_number_and_have_a_range(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8") + "2020-2024,,1,0,0,0,30\n2020-2024,,0,1,0,0,20\n"
    file = tmp_path / "crossings.csv"
    file.write_text(text, encoding="utf-8")
    histories = read_histories(file, COLUMNS, LISTS)
    found = _rates(histories, reference="2020-2024")
    rate, other = found.rates
    assert other.unknown_as is None
    assert rate.unknown == 50
    assert rate.rate is not None
    assert rate.unknown_as is not None
    assert rate.unknown_as[0] < rate.rate < rate.unknown_as[1]
    (note, *_) = estimated_notes(found, LABELS)
    assert note.startswith("The outcome of 50 of the documented people in 2020-2024 is not known.")


# What is said --------------------------------------------------------------------------------


def test_many_groups_without_a_rate_or_with_unknown_outcomes_have_one_note(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    more = "".join(f"{year},1,1,0,0,0,2\n{year},,1,0,0,0,1\n" for year in (2025, 2026, 2027))
    file.write_text(EXAMPLE.read_text(encoding="utf-8") + more, encoding="utf-8")
    options = ["--outcome", "arrested", "--by", "period", "--lists", ",".join(LISTS)]
    assert command(["rate", str(file), *options, "--verbose"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "No rate is estimated in 3 groups (2025, 2026, 2027); why: --verbose." in text
    assert "The outcome of 3 of the documented cases is not known." in text
    assert "No rate is estimated in 2026: there is no estimate of either outcome" in text
    assert "2026 1 no estimate" in text


def test_the_words_say_what_it_rests_on(rates: EstimatedRates) -> None:
    text = estimated_sentence(rates, LABELS)
    assert text.startswith("Of all people in 2015-2019 an estimated ")
    assert "calibrated on 227 lists of known size" in text
    assert "from 4 lists (multiple systems estimation)" in text
    assert (
        "of those that were arrested and 26% of the others are on a list (2015-2019); "
        in why_they_differ(rates, LABELS)
    )


def test_the_command_says_both_rates_in_25_lines(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--outcome", "arrested", "--by", "period", "--lists", ",".join(LISTS)]
    told = ["--unit", "people", "--claim", "70,20"]
    assert command(["rate", str(EXAMPLE), *options, *told]) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) <= 25
    assert "301 of 461 (65.3%)" in out
    assert max(map(len, out.splitlines())) <= 80
    assert command(["rate", str(EXAMPLE), *options, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["estimated"]["method"] == "combined"
    assert [each["group"] for each in answer["estimated"]["rates"]] == list(TRUTH)
    assert all(math.isfinite(each["rate"]) for each in answer["estimated"]["rates"])


def test_differences_that_do_not_fit_on_a_screen_are_in_verbose(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    one = "".join(f"{{0}},{row[10:]}\n" for row in EXAMPLE.read_text().splitlines()[1:9])
    file = tmp_path / "twelve.csv"
    header = EXAMPLE.read_text().splitlines()[0]
    file.write_text(f"{header}\n" + "".join(one.format(f"p{at}") for at in range(12)))
    options = ["rate", str(file), "--outcome", "arrested", "--by", "period"]
    assert command(options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 25
    assert lines[-1].startswith("Tables and ")
    assert "differences: --verbose" in lines[-1]
    assert command([*options, "--verbose"]) == 0
    assert "p11" in capsys.readouterr().out.split("against p0 ")[-1]


def test_quiet_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["rate", str(EXAMPLE), "--outcome", "arrested", "--by", "period", "--quiet"]
    assert command(options) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line == (
        "2015-2019 301 of 461 (65.3%) 60.8%–69.5%; 2020-2024 103 of 411 (25.1%) 21.1%–29.5%; "
        "difference -40.2 points (-46.1 to -34.0); of those reported"
    )
    assert command([*options, "--lists", ",".join(LISTS)]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("2015-2019 46% (15%–77%); 2020-2024 32% (9%–70%); difference -13 points")
    assert line.endswith("; estimated from 4 lists")


def test_verbose_states_the_measured_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--outcome", "arrested", "--by", "period", "--lists", ",".join(LISTS), "--verbose"]
    assert command(["rate", str(EXAMPLE), *options]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "covered 91% (lists) and 90% (whole populations)" in text


def test_a_claim_is_held_against_both_intervals(rates: EstimatedRates) -> None:
    one, two = compare_claim(rates, parse_claim(["70%", "20"]))
    assert (one.in_interval, one.difference) == (True, None)
    assert two.in_interval
    assert two.difference == pytest.approx(-0.5)
    assert two.difference_in_interval
    assert two.difference_in_same_errors is False
    text = " ".join(claim_sentences(rates, (one, two)))
    assert text.startswith("Claim: 70% in 2015-2019 within the interval, 20% in 2020-2024 within")
    assert "Its difference of -50 points is within the interval but outside -3" in text
    assert compare_claim(rates, (0.5, 0.99))[1].in_interval is False


def test_without_any_rate_the_command_prints_the_documented_and_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "few.csv"
    file.write_text(FEW, encoding="utf-8")
    assert command(["rate", str(file), "--outcome", "arrested", "--lists", "A,B,C"]) == 1
    done = capsys.readouterr()
    assert "at least 1%" in done.out
    assert "error: no rate is estimated: methods were tested on tables of 15 to" in done.err
    assert "merge groups" not in done.err  # there is one


def test_a_claim_of_many_groups_is_counted(rates: EstimatedRates) -> None:
    many = attrs.evolve(
        rates,
        rates=tuple(attrs.evolve(rates.rates[0], group=f"p{at}") for at in range(4)),
        contrasts=(attrs.evolve(rates.contrasts[0], group="p1", reference="p0"),),
    )
    claims = compare_claim(many, (0.5, 0.4, 0.5, 0.99))
    assert list(claim_sentences(many, claims)) == [
        "Claim, 4 rates: 3 within the interval, 1 outside the interval or bound (p3).",
        "Its 3 differences: 1 within the interval, 0 outside the interval or bound, 2 cannot be "
        "tested. Each: --verbose.",
    ]
    table = claims_table(many, claims)
    assert table is not None
    assert table.rows[1] == ("p1", "40%", "within", "-10", "within", "within")
    assert claims_table(rates, compare_claim(rates, (0.5, 0.4))) is None


@pytest.mark.parametrize("claim", [["x"], ["101"], ["-1"], ["nan"], [""]])
def test_a_claim_that_is_no_rate_is_refused(claim: list[str]) -> None:
    with pytest.raises(UsedWrongly, match="--claim takes rates in percent"):
        parse_claim(claim)


def test_a_claim_has_a_rate_for_each_group(rates: EstimatedRates) -> None:
    with pytest.raises(UsedWrongly, match="states 1 rates, and there are 2 groups"):
        compare_claim(rates, (0.7,))


def test_columns_that_may_be_lists_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["rate", str(EXAMPLE), "--outcome", "arrested", "--by", "period"]) == 0
    assert f"--lists {','.join(LISTS)}" in capsys.readouterr().err
    attempts = EXAMPLE.with_name("attempts.csv")
    assert command(["rate", str(attempts), "--outcome", "arrested", "--by", "period"]) == 0
    assert "--lists" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--out", "page.html"], "--lists cannot be used with --out"),
        (["--cluster", "count"], "one column is named twice"),
        (["--source", "Panel"], "--lists cannot be used with --source or --cluster"),
    ],
)
def test_options_that_do_not_go_together(
    more: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    options = ["--outcome", "arrested", "--lists", ",".join(LISTS), *more]
    assert command(["rate", str(EXAMPLE), *options]) == 2
    assert words in capsys.readouterr().err
    assert not Path("page.html").exists()


def test_reports_that_differ_are_an_unknown_outcome_and_no_group(tmp_path: Path) -> None:
    rows = "A,B,arrested,period,count\n1,1,reports differ,p,3\n1,0,1,reports differ,4\n1,0,1,p,2\n"
    found = _read(tmp_path, rows, ("A", "B"), by="period")
    assert found.outcomes.groups == ("p",)
    assert (found.outcomes.ungrouped, found.outcomes.group("p").unknown) == (4, 3)


# From a case file -----------------------------------------------------------------------------


def _strata(*draws: dict[str, dict[str, int]]) -> list[tuple[CaptureTable, list[CaptureTable]]]:
    found = []
    for outcome in draws[0]:
        tables = [CaptureTable.of("ABC", draw[outcome], outcome=outcome) for draw in draws]
        found.append((tables[0], tables))
    return found


FATES = {
    "held": {"100": 40, "010": 30, "001": 35, "110": 14, "011": 12, "101": 11, "111": 6},
    "released": {"100": 50, "010": 44, "001": 36, "110": 9, "011": 12, "101": 8, "111": 3},
    "died": {"100": 2, "110": 1},
    "": {"100": 6},
    "reports differ": {"110": 4},
}


def test_outcomes_of_a_case_file_are_counted_by_draw_of_the_linkage() -> None:
    other = {**FATES, "held": {**FATES["held"], "110": 20, "100": 34}}
    columns = OutcomeColumns("outcome", outcome_is="held")
    found = histories_of(_strata(FATES, other), columns)
    assert found.outcomes.group("") == Tally(148, 148 + 162 + 3, 10)
    assert [table.counts["110"] for table in found.tables("", True)] == [14, 20]
    assert [table.observed for table in found.tables("", False, None)] == [175, 175]
    assert found.outcomes.others == 0  # codes of the vocabulary, of which none means unknown
    rates = estimated(found, RateRequest(columns, RateSettings())).estimated
    assert rates is not None
    (rate,) = rates.rates
    assert rate.rate is not None
    assert rate.interval is not None
    assert rate.interval[0] < rate.rate < rate.interval[1]
    assert rate.unknown == 10


def test_an_outcome_that_no_one_has_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsedWrongly, match="no person has that outcome") as refused:
        histories_of(_strata(FATES), OutcomeColumns("outcome", outcome_is="prison-camp"))
    assert refused.value.hint == "outcomes of these reports: died, held, released"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (OutcomeColumns("arrested"), "on a case file a rate is of the last known outcome"),
        (OutcomeColumns("outcome"), "on a case file a rate is of the last known outcome"),
        (OutcomeColumns("outcome", outcome_is="held", source="x"), "are for tables, not for a"),
    ],
)
def test_what_a_case_file_has_no_column_for(columns: OutcomeColumns, words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        RateRequest(columns, RateSettings()).check_case()
