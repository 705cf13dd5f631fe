"""`uncounted review`, `decide` and `undo` as they are typed; the order against brute force."""

from __future__ import annotations

import csv
import functools
import json
import shlex
import stat
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from tests.synthetic_linkage import SyntheticLinkage, do, keep, kept_in, own_copy, synthetic

from uncounted.captures import CaptureTable
from uncounted.cli import app
from uncounted.cli import main as cli
from uncounted.cli.app import open_case
from uncounted.errors import NotEstimable
from uncounted.estimate.fast_log_n import log_n_moments
from uncounted.linkage import Linkage, active_review, capture_table
from uncounted.linkage.active_review import review_order

HEADER = "source_a,report_a,source_b,report_b,decision,note,probability,expected_reduction"
COLUMNS = "source_a,report_a,source_b,report_b,decision"


@pytest.fixture(scope="module")
def one() -> SyntheticLinkage:
    return synthetic(41, rooms=40, sure=60, draws=60)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, one: SyntheticLinkage) -> Path:
    return kept_in(tmp_path_factory.mktemp("ready"), one)


@pytest.fixture
def case(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_copy(ready, tmp_path, monkeypatch)


def reported(*arguments: str | Path) -> Any:
    return json.loads(do(*arguments, "--json").stdout)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.run([str(each) for each in arguments])
    out, err = capsys.readouterr()
    assert out == ""
    assert code
    return code, err


def fill(file: Path, say: Callable[[dict[str, str], int], str]) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        held = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(held[0]))
        writer.writeheader()
        writer.writerows({**row, "decision": say(row, at)} for at, row in enumerate(held))


def decisions(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([COLUMNS, *lines]) + "\n", encoding="utf-8")
    return path


def link_as(case: Path, linkage: Linkage) -> None:
    with open_case(case, None) as opened:
        keep(opened, linkage)


def pairs_of(done: Any) -> list[tuple[str, ...]]:
    return [tuple(row[c] for c in COLUMNS.split(",")[:4]) for row in done["pairs"]]


# The round: review, fill in, decide, link, review -----------------------------------------------


def test_the_file_of_the_next_pairs_is_private_and_bears_no_name(
    case: Path, tmp_path: Path
) -> None:
    out = tmp_path / "next.csv"
    done = reported("review", case, "--next", "20", "--out", out)
    head, *lines = out.read_text(encoding="utf-8").splitlines()
    assert head == HEADER
    assert len(lines) == len(done["pairs"]) == 20
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert out.read_text(encoding="utf-8").isascii(), "the made-up names are Korean"
    chances = [row["probability"] for row in done["pairs"]]
    assert all(0.02 < p < 0.98 for p in chances)
    worth = [row["expected_reduction"] for row in done["pairs"]]
    assert worth[0] > 0
    assert done["expected_reduction"] == pytest.approx(sum(worth), abs=1e-4)


def test_nothing_is_written_over(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    code, err = refused(capsys, "review", case, "--out", there)
    assert (code, "there already" in err, there.read_text()) == (1, True, "mine")


@pytest.mark.parametrize(
    "command",
    [
        ("clusters",),
        ("overlap",),
        ("review", "--next", "1"),
        ("evaluate", "--sample", "10"),
        ("export", "--format", "json"),
        ("recovery", "split"),
    ],
    ids=" ".join,
)
def test_nothing_is_written_into_the_case_file(
    case: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    held = sorted(case.rglob("*"))
    inside = case / "notes" / ".." / "inside"
    code, err = refused(capsys, *command, case, "--out", inside)
    assert (code, "inside the case file" in err) == (2, True)
    assert sorted(case.rglob("*")) == held


def test_where_nothing_is_left_to_decide_no_file_is_written(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        active_review, "review_order", lambda *_, **__: active_review.ReviewOrder((), 0, 0.0, 0.0)
    )
    out = tmp_path / "pairs.csv"
    done = do("review", case, "--out", out)
    assert "nothing is left to decide" in done.stderr
    assert not out.exists()
    assert json.loads(do("review", case, "--out", out, "--json").stdout)["out"] is None


def test_without_next_it_says_how_many(case: Path) -> None:
    done = do("review", case)
    assert " pairs undecided: more likely than 2% and less than 98%" in done.stdout
    assert "0 pairs decided" in done.stdout
    assert "--next 50" in done.stderr
    listed = do("review", case, "--next", "3").stdout.splitlines()
    assert listed[1].split() == [
        "source",
        "report",
        "source",
        "report",
        "probability",
        "expected_reduction",
    ]
    assert len(listed) == 6


def test_pairs_that_were_decided_do_not_come_again(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    out = tmp_path / "next.csv"
    first = reported("review", case, "--next", "20", "--out", out)
    at = {key: place for place, key in enumerate(one.linkage.keys)}

    def right(row: dict[str, str], number: int) -> str:
        if number >= 15:
            return ""  # nobody could tell
        ends = [at[row[f"source_{end}"], row[f"report_{end}"]] for end in "ab"]
        return "same" if one.truth[ends[0]] == one.truth[ends[1]] else "different"

    fill(out, right)
    done = reported("decide", case, "--file", out)
    assert (done["rows"], done["new"], done["rejected"]) == (20, 15, 5)
    assert done["reasons"] == {"no decision is filled in": 5}
    link_as(case, one.linkage)
    then = reported("review", case, "--next", "1000")
    assert then["decided"] == 15
    assert not set(pairs_of(first)[:15]) & set(pairs_of(then))
    assert set(pairs_of(first)[15:]) <= set(pairs_of(then))
    assert then["uncertain"] == first["uncertain"] - 15


def test_a_review_of_what_has_changed_is_refused(
    case: Path, tmp_path: Path, one: SyntheticLinkage, capsys: pytest.CaptureFixture[str]
) -> None:
    (a, b), (c, d) = one.linkage.keys[0], one.linkage.keys[1]
    do("decide", case, "--file", decisions(tmp_path / "d.csv", f"{a},{b},{c},{d},same"))
    code, err = refused(capsys, "review", case)
    assert code == 1
    assert "the linkage is out of date" in err.replace("\n", " ")
    assert "hint: run uncounted link again" in err


@pytest.mark.sampler
@pytest.mark.usefixtures("case", "one_alternative")
def test_the_whole_round_with_the_real_linkage(tmp_path: Path) -> None:
    """Two lists of people with common names: what is decided holds in every draw."""
    rng = np.random.default_rng(4)
    given = ("철수", "영희", "명철", "순옥")
    people = [
        ("김이박최정강조윤"[rng.integers(8)] + given[rng.integers(4)], 1955 + at)
        for at in range(24)
    ]
    small = tmp_path / "small.case"
    do("init", small)
    for source in "AB":
        lines = ["id,name,birth,uses"]
        for at, (name, year) in enumerate(people):
            born = "" if rng.random() < 0.5 else str(year)
            lines.append(f'{source}{at:02},{name},{born},"link,statistics"')
        (tmp_path / f"{source}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        do("import", small, tmp_path / f"{source}.csv", "--source", source)
    do("link", small, "--draws", "40")
    out = tmp_path / "next.csv"
    before = reported("review", small, "--next", "8", "--out", out)
    assert len(before["pairs"]) == 8
    fill(out, lambda row, _: "same" if row["report_a"][1:] == row["report_b"][1:] else "different")
    decided = reported("decide", small, "--file", out)
    assert decided["new"] == 8
    linked = reported("link", small, "--draws", "40")
    assert linked["decisions"] == 8
    assert linked["decisions_older"] == 0
    after = reported("review", small, "--next", "1000")
    assert not set(pairs_of(before)) & set(pairs_of(after))
    do("clusters", small, "--out", tmp_path / "clusters.csv")
    with (tmp_path / "clusters.csv").open(encoding="utf-8") as stream:
        person = {(r["source"], r["report"]): r["person"] for r in csv.DictReader(stream)}
    for source_a, report_a, source_b, report_b in pairs_of(before):
        same = person[source_a, report_a] == person[source_b, report_b]
        assert same == (report_a[1:] == report_b[1:])
    source, report, *_ = pairs_of(before)[0]
    do("edit", small, "--source", source, "--report", report, "--set", "sex=f")
    of_it = sum((source, report) in ((a, b), (c, d)) for a, b, c, d in pairs_of(before))
    shown = do("link", small, "--draws", "40").stdout
    assert f"warning older-decisions: {of_it} decision" in shown
    again = reported("decide", small, "--file", out)
    assert again["changed"] == of_it
    assert reported("link", small, "--draws", "40")["decisions_older"] == 0
    reported("undo", small, str(again["entry"]), "--yes")
    assert reported("undo", small, str(decided["entry"]), "--yes")["decisions"] == 8
    done = CliRunner().invoke(app, ["review", str(small)])
    assert "decisions changed" in str(done.exception), "what was taken back holds no longer"


# What is refused --------------------------------------------------------------------------------


def test_contradictions_are_refused_with_their_rows_and_nothing_is_kept(
    case: Path, tmp_path: Path, one: SyntheticLinkage, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [",".join(key) for key in one.linkage.keys[:3]]
    circle = decisions(
        tmp_path / "circle.csv",
        f"{keys[0]},{keys[1]},same",
        f"{keys[1]},{keys[2]},same",
        f"{keys[0]},{keys[2]},different",
    )
    code, err = refused(capsys, "decide", case, "--file", circle)
    assert code == 1
    for row in ("row 2", "row 3", "row 4"):
        assert row in err
    assert "one person in row 2, row 3, and two in row 4" in err
    for source, report in one.linkage.keys[:3]:
        assert f"{source}:{report}" not in err, "an id may be a name"
    assert "nothing was saved" in err.replace("\n", " ")
    assert reported("review", case)["decided"] == 0
    twice = decisions(
        tmp_path / "twice.csv", f"{keys[0]},{keys[1]},same", f"{keys[1]},{keys[0]},different"
    )
    code, err = refused(capsys, "decide", case, "--file", twice)
    assert "a pair is the same in row 2, and different in row 3" in err.replace("\n", " ")


def test_a_contradiction_of_what_was_decided_before_names_its_entry(
    case: Path, tmp_path: Path, one: SyntheticLinkage, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = [",".join(key) for key in one.linkage.keys[:3]]
    do("decide", case, "--file", decisions(tmp_path / "a.csv", f"{keys[0]},{keys[1]},same"))
    later = decisions(
        tmp_path / "b.csv", f"{keys[1]},{keys[2]},same", f"{keys[0]},{keys[2]},different"
    )
    code, err = refused(capsys, "decide", case, "--file", later)
    assert code == 1
    assert "one person in entry " in err
    assert "and two in row 3" in err


def test_rows_that_cannot_be_used_are_rejected_one_by_one(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    good = [",".join(key) for key in one.linkage.keys[:2]]
    file = decisions(
        tmp_path / "d.csv",
        f"{good[0]},{good[1]},same",
        f"{good[0]},Z,김철수,same",
        f"{good[0]},{good[0]},same",
        f"{good[0]},{good[1]},perhaps 리영희",
        f"{good[0]},,,different",
        f"{good[1]},{good[0]},same",
        f"{good[0]},{good[1]}",
    )
    done = reported("decide", case, "--file", file, "--dry-run")
    assert (done["rows"], done["new"], done["rejected"]) == (7, 1, 6)
    assert {row["row"]: row["reasons"][0] for row in done["rejects"]} == {
        3: "no such report",
        4: "a report and itself",
        5: "the decision is neither same nor different",
        6: "a report is named by its source and its id, and one of them is empty",
        7: "the pair stands in an earlier row",
        8: "4 cells where the header has 5",
    }
    assert done["entry"] is None
    assert reported("review", case)["decided"] == 0, "a dry run keeps nothing"
    shown = do("decide", case, "--file", file)
    assert shown.stdout.startswith("7 rows = 1 new + 0 changed + 0 unchanged + 6 rejected")
    assert "no such report (row 3)" in shown.stderr
    assert "김철수" not in shown.output
    assert "리영희" not in shown.output


def test_a_file_of_which_no_row_is_taken_is_refused_and_leaves_no_entry(
    case: Path, tmp_path: Path, one: SyntheticLinkage, capsys: pytest.CaptureFixture[str]
) -> None:
    source, report = one.linkage.keys[0]
    file = decisions(tmp_path / "d.csv", f"{source},{report},Z,1,same", f"{source},{report},,,same")
    before = do("log", case).stdout
    capsys.readouterr()
    for more in ([], ["--dry-run"], ["--json"]):
        assert cli.run(["decide", str(case), "--file", str(file), *more]) == 1
        out, err = capsys.readouterr()
        assert "error: no rows were accepted" in err
        assert "hint:" in err
    assert json.loads(out)["rejected"] == 2
    assert json.loads(out)["entry"] is None
    assert cli.run(["decide", str(case), "--file", str(decisions(tmp_path / "none.csv"))]) == 1
    assert do("log", case).stdout == before


def test_decisions_against_what_is_nearly_certain_and_a_person_of_many_reports_are_minded(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    labels, alone = one.linkage.labels, list[int]()
    for at in range(labels.shape[1]):  # nobody whom a draw puts together with one before
        if len(alone) < 26 and not (labels[:, alone] == labels[:, [at]]).any():
            alone.append(at)
    keys = [",".join(one.linkage.keys[at]) for at in alone]
    chain = [f"{a},{b},same" for a, b in pairwise(keys)]
    file = decisions(tmp_path / "all.csv", *chain)
    shown = do("decide", case, "--file", file, "--dry-run")
    err = " ".join(shown.stderr.split())
    assert (
        "warning: 25 of 25 decisions contradict pairs of which the linkage is nearly certain" in err
    )
    assert "warning: by these decisions 26 reports are about one person" in err
    done = reported("decide", case, "--file", file, "--dry-run")
    assert (done["contradicting_linkage"], done["largest_cluster"], done["accepted"]) == (
        25,
        26,
        25,
    )
    few = do("decide", case, "--file", decisions(tmp_path / "few.csv", *chain[:9]), "--dry-run")
    assert "mind" not in few.stderr
    apart = [line.replace("same", "different") for line in chain]
    done = reported(
        "decide", case, "--file", decisions(tmp_path / "apart.csv", *apart), "--dry-run"
    )
    assert (done["contradicting_linkage"], done["largest_cluster"]) == (0, 0)


def test_what_is_printed_to_take_decisions_back_does_so(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    keys = [",".join(key) for key in one.linkage.keys[:2]]
    mine = decisions(tmp_path / "d.csv", f"{keys[0]},{keys[1]},same")
    line = do("decide", case, "--file", mine).stderr.split("to take them back: uncounted ")[1]
    assert "1 decision taken back" in do(*shlex.split(line)).stdout


def test_a_sample_that_is_decided_is_reported_to_be_spent(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    file = tmp_path / "sample.csv"
    do("evaluate", case, "--sample", "90", "--out", file)
    with file.open(encoding="utf-8", newline="") as stream:
        held = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(held[0]))
        writer.writeheader()
        writer.writerow({**held[0], "same": "no"})
    assert "uncounted evaluate --labels before" in do("decide", case, "--file", file).stderr
    assert reported("decide", case, "--file", file)["is_evaluation_sample"]
    keys = [",".join(key) for key in one.linkage.keys[:2]]
    mine = decisions(tmp_path / "d.csv", f"{keys[0]},{keys[1]},same")
    shown = do("decide", case, "--file", mine, "--dry-run")
    assert "sample" not in shown.stderr
    assert not reported("decide", case, "--file", mine, "--dry-run")["is_evaluation_sample"]


def test_one_pair_is_reported_as_one(case: Path) -> None:
    assert "Deciding this pair is expected" in do("review", case, "--next", "1").stdout
    assert "Deciding these 2 is expected" in do("review", case, "--next", "2").stdout


def test_a_decision_on_a_report_that_may_not_be_linked_is_kept_and_stated_to_be_without_use(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    closed, *good = [",".join(key) for key in one.linkage.keys[:3]]
    source, report = one.linkage.keys[0]
    do("consent", case, "--source", source, "--report", report, "--uses", "statistics")
    file = decisions(tmp_path / "d.csv", f"{good[0]},{good[1]},same", f"{good[0]},{closed},same")
    shown = do("decide", case, "--file", file, "--dry-run")
    assert shown.stdout.startswith("2 rows = 2 new")
    assert "whose consent does not allow linking (row 3)" in shown.stderr
    assert reported("decide", case, "--file", file)["without_consent"] == [3]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("source_a,report_a,source_b,report_b", "has no column 'decision'"),
        (
            "source_a,report_a,source_b,report_b,decision,witness",
            "is not a column of a file of decisions",
        ),
        ("source_1,report_1,source_2,report_2", "has no column 'same'"),
    ],
)
def test_a_file_of_another_shape_is_refused(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], header: str, words: str
) -> None:
    file = tmp_path / "d.csv"
    file.write_text(f"{header}\n", encoding="utf-8")
    code, err = refused(capsys, "decide", case, "--file", file)
    assert (code, words in err, "hint:" in err) == (1, True, True)


def test_a_later_decision_takes_the_place_and_undo_brings_the_earlier_back(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    pair = ",".join((*one.linkage.keys[0], *one.linkage.keys[1]))
    do("decide", case, "--file", decisions(tmp_path / "a.csv", f"{pair},same"))
    second = reported("decide", case, "--file", decisions(tmp_path / "b.csv", f"{pair},different"))
    assert (second["new"], second["changed"]) == (0, 1)
    same = reported("decide", case, "--file", tmp_path / "b.csv")
    assert (same["changed"], same["unchanged"]) == (0, 1)

    def stands() -> str:
        source, report = one.linkage.keys[0]
        shown = reported("show", case, "--source", source, "--report", report)
        return str(shown["decisions"][0]["decision"])

    assert stands() == "different"
    assert reported("undo", case, str(second["entry"]), "--yes")["decisions"] == 1
    assert stands() == "same"


# The order --------------------------------------------------------------------------------------


def test_the_order_is_that_of_deciding_each_pair_both_ways() -> None:
    """Brute force: N of every draw's table; each pair decided same, and different, over draws.

    Fifteen hundred draws say what each pair is worth; the order is made from two hundred.
    """
    world = synthetic(51, rooms=14, sure=60, draws=1500)
    sources = world.linkage.sources

    @functools.cache
    def log_n(counts: tuple[tuple[str, int], ...]) -> float:
        return log_n_moments(CaptureTable(("A", "B", "C"), dict(counts))).mean

    def value(table: CaptureTable) -> float:
        return log_n(tuple(sorted(table.counts.items())))

    labels = world.linkage.labels
    values = np.array([value(capture_table(row, sources)) for row in labels])
    order = review_order(labels[:200], sources, value=value, most=1000)
    whole, worth = values.var(), dict[tuple[int, int], float]()
    for pair in order.pairs:
        same = labels[:, pair.left] == labels[:, pair.right]
        p = same.mean()
        left = p * values[same].var() + (1 - p) * values[~same].var() if 0 < p < 1 else whole
        worth[pair.left, pair.right] = float(whole - left)
    rooms, first = set[int](), []
    for pair in order.pairs:  # the first of each room is judged with nothing decided
        if pair.left // 3 not in rooms:
            first.append(pair)
        rooms.add(pair.left // 3)
    assert len(first) >= 10
    ours = np.array([pair.variance for pair in first])
    right = np.array([worth[pair.left, pair.right] for pair in first])
    ranks = [np.argsort(np.argsort(each)) for each in (ours, right)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] > 0.8
    assert ours.sum() == pytest.approx(right.sum(), rel=0.25)
    assert right[:5].sum() > 0.85 * np.sort(right)[-5:].sum(), "the best five are the best five"


def test_where_there_is_no_number_yet_the_reason_is_given(
    case: Path, one: SyntheticLinkage
) -> None:
    """Everybody on one list alone: no method may give a number, and people are what counts."""
    apart = np.array(
        [np.arange(len(one.linkage.keys), dtype=np.int32) for _ in range(40)], np.int32
    )
    apart[:10, 3] = apart[:10, 0]  # two reports of one list, now and then one person
    link_as(case, Linkage(one.linkage.keys, apart))
    done = reported("review", case, "--next", "5")
    assert done["not_estimable_reason"]
    assert len(done["pairs"]) == 1
    assert "in the order of the number of people" in do("review", case).stderr
    with pytest.raises(NotEstimable):
        log_n_moments(CaptureTable(("A", "B", "C"), {"100": 10, "010": 12, "001": 9}))


def test_the_next_fifty_of_fourteen_hundred_reports_take_seconds() -> None:
    large = synthetic(52, rooms=300, sure=200, draws=200, singles=100)
    assert len(large.linkage.keys) == 1400
    began = time.process_time()
    order = review_order(
        large.linkage.labels,
        large.linkage.sources,
        value=lambda table: log_n_moments(table).mean,
        most=50,
    )
    assert time.process_time() - began < 10
    assert len(order.pairs) == 50
    assert order.uncertain > 500


def test_a_file_in_another_encoding_is_read_if_its_encoding_is_reported(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "korean.csv"
    file.write_bytes(f"{COLUMNS},note\nA,없는-1,B,없는-2,same,확인\n".encode("cp949"))
    code, err = refused(capsys, "decide", case, "--file", file)
    assert code == 1
    assert "--encoding" in err
    assert cli.run(["decide", str(case), "--file", str(file), "--encoding", "cp949"]) == 1
    out, err = capsys.readouterr()
    assert "1 rejected" in out
    assert "no rows were accepted" in err
