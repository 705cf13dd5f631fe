"""`uncounted rate`: what a newcomer reads, what a script reads, the page that leaves, bad files."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from uncounted.cli.main import run
from uncounted.errors import NotPublishable
from uncounted.publish.rates.page import document, page, refuse_small, small
from uncounted.rates.compare import compare
from uncounted.rates.outcomes import Key, OutcomeTable, Tally
from uncounted.rates.sentences import (
    RowLabels,
    factor_words,
    per_cent,
    percentage_points,
    ratio_words,
    sentence,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "attempts.csv"
TOLD = ("--unit", "attempts", "--outcome-label", "ended in arrest")
LABELS = RowLabels("attempts", "ended in arrest")
DAY = dt.date(2026, 11, 24)

type Rate = Callable[..., tuple[int, str, str]]


@pytest.fixture
def rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Rate:
    """Run `uncounted rate` on a file or on rows; its status, answer and messages."""

    def typed(table: Path | str | bytes, *options: str) -> tuple[int, str, str]:
        if not isinstance(table, Path):
            data = table if isinstance(table, bytes) else table.encode()
            table = tmp_path / "table.csv"
            table.write_bytes(data)
        status = run(["rate", str(table), *options])
        done = capsys.readouterr()
        return status, done.out, done.err

    return typed


def words(answer: str) -> str:
    return " ".join(answer.split())


# What is read --------------------------------------------------------------------------------


def test_the_sentence_comes_first_and_carries_what_it_rests_on(rate: Rate) -> None:
    options = ("--outcome", "arrested", "--by", "period", *TOLD)
    status, out, _ = rate(EXAMPLE, *options, "--sentence")
    assert status == 0
    said = words(out)
    assert said == (
        "Of the 20 attempts in 2015-2019 reported to us with a known outcome, 14 (70%) ended in "
        "arrest; of the 30 in 2020-2024, 6 (20%). The outcome is not known for 5 more in "
        "2020-2024. If these reports were a random sample of all attempts, chance alone would "
        "leave 48% to 86% in 2015-2019 and 9% to 38% in 2020-2024, 95 times in 100. They are "
        "not a random sample. The difference would disappear if the other attempts were about 9 "
        "times as likely to reach us in 2020-2024 as in 2015-2019, relative to those that ended "
        "in arrest; 2.5 times would bring it within sampling error."
    )


def test_everything_fits_eighty_columns_and_nothing_is_a_margin_of_error(rate: Rate) -> None:
    _, out, _ = rate(
        EXAMPLE, "--outcome", "arrested", "--by", "period", *TOLD, "--cluster", "interview",
        "--source", "source", "--log-rho-sd", "0.35", "--sensitivity", "0.95", "--verbose",
    )  # fmt: skip
    assert max(len(line) for line in out.splitlines()) <= 80
    assert "margin" not in out
    for heading in (
        "random sample, which they are not", "worth, in rows", "could have been anything",
        "share reported to us", "4 times as likely", "coded", "is believed to be", "source",
        "It is a rate among", "Drawing whole clusters again",
    ):  # fmt: skip
        assert heading in out
    assert "Each row counts as independent" not in out


def test_without_clusters_it_says_that_rows_are_taken_as_separate(rate: Rate) -> None:
    _, out, _ = rate(EXAMPLE, "--outcome", "arrested", "--by", "period")
    assert "Each row counts as independent" in out
    assert "2015-2019 20 14 (70%)" in words(out)


def test_the_json_has_it_all_and_nothing_else_is_on_stdout(rate: Rate) -> None:
    status, out, err = rate(
        EXAMPLE, "--outcome", "arrested", "--by", "period", "--reference", "2020-2024", "--json",
        "--cluster", "interview", "--source", "source",
    )  # fmt: skip
    answer = json.loads(out)
    assert status == 0
    assert "not for publication" in err  # counts by source are small
    assert answer["sentence"].startswith("Of the 30 cases in 2020-2024")
    groups = {g["group"]: g for g in answer["groups"]}
    assert (groups["2015-2019"]["x"], groups["2015-2019"]["n"]) == (14, 20)
    assert groups["2020-2024"]["unknown"] == 5
    contrast = answer["contrasts"][0]
    assert contrast["difference"]["point"] == 0.5
    assert contrast["tipping"]["point"] == pytest.approx(28 / 3)
    assert len(contrast["reporting"]) == 25
    assert contrast["bootstrap"][0] > 0
    assert {row["source"] for row in answer["sources"]} == {"OpenDoor", "Saebyok"}
    assert "K0" not in out  # the names of interviews stay in the file


def test_one_group_has_a_rate_and_no_contrast(rate: Rate) -> None:
    rows = "arrested,count\n1,14\n0,26\n"
    status, out, _ = rate(rows, "--outcome", "arrested", *TOLD, "--sentence")
    assert status == 0
    assert "Of the 40 attempts reported to us, 14 (35%) ended in arrest" in words(out)
    assert "reach us twice as easily as the others, the rate among all is 21%" in words(out)
    assert "difference" not in rate(rows, "--outcome", "arrested", *TOLD)[1]
    _, out, _ = rate(rows, "--outcome", "arrested", "--json")
    assert json.loads(out)["contrasts"] == []


def test_of_few_rows_no_per_cent_is_printed_as_a_rate(rate: Rate) -> None:
    rows = "y,p,count\n1,a,3\n0,a,4\n1,b,9\n0,b,8\n"
    _, out, err = rate(rows, "--outcome", "y", "--by", "p")
    assert "a 7 3 under 20 rows" in words(out)
    assert "%" not in out.replace("95% interval", "")
    _, said, _ = rate(rows, "--outcome", "y", "--by", "p", "--sentence")
    assert "%" not in said
    assert "report counts, not percentages" in words(out)
    assert "Counts under 5 can lead back to people" in err


def test_three_groups_stand_against_the_first_or_a_stated_one(rate: Rate) -> None:
    rows = "y,p,count\n1,10,14\n0,10,16\n1,9,20\n0,9,10\n1,8,25\n0,8,5\n1,11,9\n0,11,21\n"
    _, out, _ = rate(rows, "--outcome", "y", "--by", "p", "--json")
    answer = json.loads(out)
    assert [g["group"] for g in answer["groups"]] == ["8", "9", "10", "11"]
    assert {c["reference"] for c in answer["contrasts"]} == {"8"}
    assert any("Do not pick the largest" in warning for warning in answer["warnings"])
    _, out, _ = rate(rows, "--outcome", "y", "--by", "p", "--reference", "11", "--verbose")
    assert "against 11" in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_the_order_of_rows_is_nothing(rate: Rate, tmp_path: Path) -> None:
    options = ("--outcome", "arrested", "--by", "period", "--cluster", "interview", "--json")
    head, *rows = EXAMPLE.read_text(encoding="utf-8").splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    assert json.loads(rate(turned, *options)[1]) == json.loads(rate(EXAMPLE, *options)[1])


def test_rows_and_a_count_column_agree(rate: Rate) -> None:
    rows = "y,p\n" + "1,a\n" * 14 + "0,a\n" * 6 + "yes,b\n" * 6 + "no,b\n" * 24 + ",b\n"
    counted = "y,p,count\n1,a,14\n0,a,6\n1,b,6\n0,b,24\nunknown,b,1\n"
    options = ("--outcome", "y", "--by", "p", "--json")
    assert json.loads(rate(rows, *options)[1]) == json.loads(rate(counted, *options)[1])


def test_a_column_of_words_needs_the_word_that_counts(rate: Rate) -> None:
    rows = "fate,p\n" + "체포,a\n" * 8 + "safe,a\n" * 6 + "lost,b\n" * 9 + "미상,b\n체포,b\n"
    _, out, _ = rate(rows, "--outcome", "fate", "--by", "p", "--outcome-is", "체포", "--json")
    answer = json.loads(out)
    assert [(g["x"], g["n"], g["unknown"]) for g in answer["groups"]] == [(8, 14, 0), (1, 10, 1)]
    assert any("2 different values" in warning for warning in answer["warnings"])
    _, out, _ = rate(
        rows, "--outcome", "fate", "--by", "p", "--outcome-is", "체포", "--unknown-is", "lost",
        "--json",
    )  # fmt: skip
    assert [g["unknown"] for g in json.loads(out)["groups"]] == [0, 10]


def test_rows_in_no_group_are_counted_apart(rate: Rate) -> None:
    _, out, _ = rate("y,p\n1,a\n0,b\n1,\n", "--outcome", "y", "--by", "p")
    assert "1 row is in no group and in no count." in out


@pytest.mark.parametrize("turned", [False, True])
def test_groups_stand_in_time_however_the_rows_do(rate: Rate, turned: bool) -> None:
    rows = ["1,after,9", "0,after,9", "1,2015-2019,9", "0,2015-2019,9", "1,before 2015,9"]
    rows.append("0,before 2015,9")
    table = "\n".join(["y,p,count", *(reversed(rows) if turned else rows)]) + "\n"
    answer = json.loads(rate(table, "--outcome", "y", "--by", "p", "--json")[1])
    assert [g["group"] for g in answer["groups"]] == ["before 2015", "2015-2019", "after"]
    told = rate(table, "--outcome", "y", "--by", "p", "--reference", "after", "--json")[1]
    assert [g["group"] for g in json.loads(told)["groups"]] == ["after", "before 2015", "2015-2019"]


def test_many_groups_are_reported_by_the_table_and_not_by_the_sentence(rate: Rate) -> None:
    rows = "y,p,count\n" + "".join(f"1,year {i},9\n0,year {i},21\n" for i in range(1, 12))
    options = ("--outcome", "y", "--by", "p", *TOLD)
    said = words(rate(rows + ",year 4,7\n", *options, "--sentence")[1])
    _, out, _ = rate(rows + ",year 4,7\n", *options, "--verbose")
    assert said.startswith(
        "There are 11 groups; the table says of each how many of the attempts reported to us with "
        "a known outcome ended in arrest. The outcome of 7 more is not known. If these reports "
        "were a random sample of all attempts, chance alone would leave the intervals in the table"
    )
    assert "They are not a random sample." in said
    assert "year" not in said
    assert len(said) < 600
    assert "year 11   9 of 30" in out


def test_chance_is_not_forgotten_when_nothing_is_assumed(rate: Rate) -> None:
    """Of 1 of 1 against 0 of 1 the data show nothing, however many were reported."""
    options = ("--outcome", "y", "--by", "p", "--verbose")
    said = words(rate("y,p\n1,a\n0,b\n", *options, *TOLD)[1])
    assert "the data do not show a difference beyond chance, even if everything was rep" in said
    assert "Chance aside, one among the attempts as they happened is certain only if at" in said
    assert "show a difference only if" not in said
    _, out, _ = rate("y,p,count\n1,a,14\n0,a,6\n1,b,6\n0,b,24\n", *options)
    assert "beyond chance only if at least 82% of all was reported to us, in both" in words(out)
    assert "as they happened is certain from 67% on" in words(out)


def test_what_clusters_leave_reaches_the_sources_and_the_json(rate: Rate) -> None:
    """Two sources of interviews that are of one mind, six rows each."""
    rows = ["y,p,k,s"]
    for k in range(48):
        period, source = "ab"[k % 2], "AB"[k // 2 % 2]
        y = int(k % 8 < (4 if period == "a" else 2))
        rows += [f"{y},{period},K{k},{source}"] * 6
    options = ("--outcome", "y", "--by", "p", "--source", "s", "--json")
    table = "\n".join(rows) + "\n"
    alone = json.loads(rate(table, *options)[1])
    told = json.loads(rate(table, *options, "--cluster", "k")[1])

    def width(interval: list[float]) -> float:
        return interval[1] - interval[0]

    one, two = alone["contrasts"][0], told["contrasts"][0]
    assert width(two["standardised"]["interval"]) > 1.8 * width(one["standardised"]["interval"])
    for before, after in zip(one["leaving_source"], two["leaving_source"], strict=True):
        assert after["difference"] == before["difference"]
        assert width(after["interval"]) > 1.8 * width(before["interval"])
    for before, after in zip(alone["sources"], told["sources"], strict=True):
        assert before["worth"] == before["n"] > 4 * after["worth"]
        assert width(after["interval"]) > 1.5 * width(before["interval"])
    for name, method in (("difference", "newcombe"), ("odds_ratio", "score")):
        plain, clustered = one[name]["intervals"][method], two[name]["intervals"][method]
        assert clustered != plain
        assert two["as_if_separate"][name]["intervals"][method] == plain
    assert told["groups"][0]["as_if_separate"] == alone["groups"][0]["intervals"]
    assert told["groups"][0]["intervals"]["wilson"] != alone["groups"][0]["intervals"]["wilson"]


# Bad files and wrong use ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "options", "status", "said"),
    [
        ("", (), 1, "empty"),
        ("y,p\n", (), 1, "a header but no rows"),
        ("y,p\n1,a\nKim,b\n", (), 1, "row 3, column 'y': must be 0 or 1, yes or no"),
        ("y,p\n1,Kim\n0\n", (), 1, "row 3: 1 cell where the header has 2"),
        (
            "y,p,count\n1,Kim,5\n0,b,-2\n",
            (),
            1,
            ", column 'count': must be a whole number, 0 or more",
        ),
        ("y,p,count\n1,Kim,99999999999\n", (), 1, "row 2, column 'count': more than"),
        (",p\n1,a\n", (), 1, "column"),
        ("y,p\n,Kim\n,b\n", (), 1, "no row has a known outcome"),
        ("y,p\n1,\n0,\n", (), 1, ": every row is empty in column"),
        ("y,p\n" + "".join(f"1,Kim{i}\n" for i in range(41)), (), 1, "more than 40 different"),
        ('y,p\n1,"Kim\x1b[31m"\n0,b\n', (), 1, "row 2, column 'p': longer than 60 letters, or not"),
        ("y,p,k\n1,Kim,\n0,b,x\n", ("--cluster", "k"), 1, "row 2, column 'k': empty"),
        ("y,p\nKim,a\n", ("--outcome-is", "arest"), 2, "no row of table.csv has that value"),
        ("y,p\n1,Kim\n0,b\n", ("--reference", "c"), 2, "no row is in the reference group"),
        ("y,p\n1,Kim\n0,b\n", ("--cluster", "who"), 2, "no column 'who'"),
        ("y,p\n1,Kim\n0,b\n", ("--source", "p"), 2, "one column is named twice"),
        ("y,p\n1,Kim\n0,b\n", ("--sensitivity", "95"), 2, "sensitivity must be above 0"),
        ("y,p\n1,Kim\n0,b\n", ("--log-rho-sd", "nan"), 2, "the prior on log rho"),
        ("y,p\n1,Kim\n0,b\n", ("--level", "nan"), 2, "level"),
        ("y,p\n1,Kim\n0,b\n", ("--unit", "a\x07"), 2, "must be a few words on one line, at most"),
        ("y,p\n1,Kim\n0,b\n", ("--not-for-publication",), 2, "needs --out"),
    ],
)
def test_what_is_wrong_is_reported_with_row_and_column_and_no_cell(
    rate: Rate, rows: str, options: tuple[str, ...], status: int, said: str
) -> None:
    found, out, err = rate(rows, "--outcome", "y", "--by", "p", *options)
    assert (found, out) == (status, "")
    assert said in err
    assert "Kim" not in err


def test_a_group_without_an_outcome_is_shown_and_not_compared(rate: Rate) -> None:
    rows = "y,p,count\n1,a,14\n0,a,16\n,b,7\n"
    status, out, _ = rate(rows, "--outcome", "y", "--by", "p")
    assert status == 0
    assert "b 0 0 under 20 rows (+7 with unknown outcome)" in words(out)
    assert "They cannot be compared" in words(out)


# The page that leaves ------------------------------------------------------------------------


def large() -> Any:
    return compare(OutcomeTable.of({"2015-2019": (14, 20), "2020-2024": (6, 30, 5)}))


def text_of(written: bytes) -> str:
    body = re.sub(r"<style.*?</style>", "", written.decode(), flags=re.DOTALL)
    return words(re.sub(r"<[^>]+>", " ", body))


def test_the_page_is_one_file_with_the_whole_sentence(rate: Rate, tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    options = ("--outcome", "arrested", "--by", "period", *TOLD, "--source", "source")
    status, _, _ = rate(EXAMPLE, *options, "--out", str(out))
    assert status == 0
    written = out.read_bytes()
    assert b"http://" not in written.replace(b"http://www.w3.org/2000/svg", b"")
    assert b"https://" not in written
    said = text_of(written)
    assert "If these reports were a random sample of all attempts" in said
    assert "about 9 times as likely to reach us" in said
    assert "Some counts by source are small. None is shown" in said
    assert "Saebyok" not in said
    status, _, err = rate(EXAMPLE, *options, "--out", str(out))
    assert (status, out.read_bytes()) == (1, written)
    assert "page.html is there already" in err


def test_no_per_cent_on_the_page_stands_without_its_counts() -> None:
    """Wherever the page has a rate, as no end of an interval, its counts are close before it."""
    said = text_of(page(large(), LABELS, made=DAY))
    for counts, share in ((("14 of 20", "14 ("), "70%"), (("6 of 30", "6 ("), "20%")):
        places = list(re.finditer(rf"(?<!to )\b{share}(?! to)", said))
        assert len(places) > 5
        for found in places:
            before = said[max(0, found.start() - 260) : found.start()]
            assert any(count in before for count in counts), before


def test_the_same_rates_and_day_give_the_same_page() -> None:
    assert page(large(), LABELS, made=DAY) == page(large(), LABELS, made=DAY)


@pytest.mark.parametrize(
    ("tally", "is_small"),
    [((14, 20), False), ((4, 20), True), ((15, 20), False), ((16, 20), True),
     ((0, 300), True), ((300, 300), True), ((14, 20, 4), True), ((14, 20, 5), False)],
)  # fmt: skip
def test_small_counts_make_no_page_unless_it_is_marked(
    tally: tuple[int, ...], is_small: bool
) -> None:
    assert small(Tally(*tally)) == is_small
    rates = compare(OutcomeTable.of({"a": (20, 40), "b": tally}))
    if not is_small:
        refuse_small(rates)
        return
    with pytest.raises(NotPublishable, match="1 of 2 groups have fewer than 5"):
        page(rates, LABELS, made=DAY)


def test_a_page_with_small_counts_says_so_in_large_letters() -> None:
    rates = compare(OutcomeTable.of({"a": (20, 40), "b": (3, 7)}))
    marked = page(rates, LABELS, made=DAY, internal=True)
    assert b"<h1>NOT FOR PUBLICATION" in marked
    assert "let nothing of it leave" in text_of(marked)
    assert b"NOT FOR PUBLICATION" not in page(large(), LABELS, made=DAY)


def test_a_public_page_tells_no_count_of_clusters_or_lost_rows() -> None:
    cells: dict[Key, Tally] = {
        (period, "A", k): Tally(x, 10)
        for period, first, xs in (("1", 0, (9, 8, 7)), ("2", 10, (2, 3, 4)))
        for k, x in enumerate(xs, first)
    }
    rates = compare(OutcomeTable(("1", "2"), cells, ungrouped=3))
    said = str(document(rates, LABELS, made=DAY, internal=False))
    assert "come from few clusters" in said
    assert "3 clusters" not in said
    assert "Some rows are in no group" in said
    assert "Without any one cluster" not in said
    inside = str(document(rates, LABELS, made=DAY, internal=True))
    assert "come from 3 clusters" in inside


# Words ---------------------------------------------------------------------------------------


def test_shares_never_round_to_nothing_or_all() -> None:
    assert per_cent(0.004, 30) == "under 1%"
    assert per_cent(0.9996, 500) == "over 99.9%"
    assert (per_cent(0.0, 30), per_cent(1.0, 30)) == ("0%", "100%")
    assert percentage_points(0.004, 30) == "0"
    assert ratio_words(0.0) == "0"


def test_the_nearer_end_is_not_rounded_up() -> None:
    assert factor_words(2.99, down=True) == "2.9"
    assert factor_words(9.99, down=True) == "9"
    assert factor_words(1.059, down=True) == "1.05"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"a": (10, 20), "b": (9, 20)}, "It is within sampling error even for a random sample"),
        ({"a": (10, 20), "b": (10, 20)}, "They are not a random sample."),
        ({"a": (10, 20), "b": (0, 20)}, "One count is 0, so no change in what reaches us"),
        ({"a": (1, 1), "b": (10, 20)}, "Attempts for a reported to us: only 1, of which 1 ended"),
        ({"a": (10, 20), "b": (0, 1)}, "10 (50%) ended in arrest; of the 1 for b, none."),
        ({"a": (0, 0, 3), "b": (9, 20)}, "is known for a; of the 20 attempts for b reported to us"),
        ({"after": (14, 20), "before 2020": (6, 30)}, 'of the 20 in the group "after", 14 (70%)'),
        ({"after": (14, 20), "before 2020": (6, 30)}, "Of the 30 attempts before 2020 reported"),
        ({"7": (14, 20), "8": (6, 30)}, "Of the 20 attempts in group 7 reported to us"),
        ({"before 2020": (14, 20), "since 2020": (6, 30)}, "20 attempts before 2020 reported"),
    ],
)
def test_the_sentence_is_right_in_every_case(counts: dict[str, Any], said: str) -> None:
    text = sentence(compare(OutcomeTable.of(counts)), LABELS)
    assert said in text
    assert "If these reports were a random sample" in text
    assert "They are not" in text


@pytest.mark.parametrize("column", ["name", "victim/성명", "Family name"])
def test_rates_are_not_split_by_names_which_would_be_printed(rate: Rate, column: str) -> None:
    rows = "".join(f"Kim {at % 3},1\n" for at in range(12))
    status, out, err = rate(f"{column},o\n{rows}", "--outcome", "o", "--by", column)
    assert (status, out) == (2, "")
    assert "of people's names" in err
    assert "Kim" not in err


def test_rates_are_not_split_by_a_column_with_a_value_of_its_own_in_each_row(rate: Rate) -> None:
    rows = "".join(f"Kim {at},1\n" for at in range(5))
    status, out, err = rate(f"who,o\n{rows}", "--outcome", "o", "--by", "who")
    assert (status, out) == (1, "")
    assert "a different value in each row" in err
    assert "Kim" not in err
    counted = "".join(f"{at},1,9\n{at},0,9\n" for at in range(2015, 2020))
    assert rate(f"year,o,count\n{counted}", "--outcome", "o", "--by", "year")[0] == 0
