"""`uncounted evaluate` as it is typed: against labels, from a sample, and with nothing."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from tests.synthetic_linkage import (
    SyntheticLinkage,
    do,
    keep,
    kept_in,
    own_copy,
    persons_file,
    synthetic,
)

from uncounted.cli import main as cli
from uncounted.cli.app import open_case
from uncounted.errors import BadInput
from uncounted.linkage import Linkage, point_partition
from uncounted.linkage.evaluation import sampling
from uncounted.linkage.evaluation.labels import Labelled, LabelledPairs
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.workflow.calibration import check_design


@pytest.fixture(scope="module")
def one() -> SyntheticLinkage:
    return synthetic(31, rooms=40, sure=20, draws=40, singles=5)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory, one: SyntheticLinkage) -> Path:
    return kept_in(tmp_path_factory.mktemp("ready"), one)


@pytest.fixture
def case(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return own_copy(ready, tmp_path, monkeypatch)


@pytest.fixture
def truth(tmp_path: Path, one: SyntheticLinkage) -> Path:
    return persons_file(tmp_path / "truth.csv", one)


def reported(*arguments: str | Path) -> Any:
    return json.loads(do(*arguments, "--json").stdout)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.run([str(each) for each in arguments])
    out, err = capsys.readouterr()
    assert out == ""
    assert code
    return code, err


def fill(file: Path, column: str, say: Callable[[dict[str, str], int], str]) -> None:
    with file.open(encoding="utf-8", newline="") as stream:
        held = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(held[0]))
        writer.writeheader()
        writer.writerows({**row, column: say(row, at)} for at, row in enumerate(held))


def is_same(one: SyntheticLinkage, row: dict[str, str], ends: str) -> bool:
    at = {key: place for place, key in enumerate(one.linkage.keys)}
    first, second = (at[row[f"source_{end}"], row[f"report_{end}"]] for end in ends)
    return bool(one.truth[first] == one.truth[second])


def label(one: SyntheticLinkage, file: Path, unsure: int = 0) -> None:
    fill(
        file,
        "same",
        lambda row, at: "?" if at < unsure else "yes" if is_same(one, row, "12") else "no",
    )


def test_against_persons(case: Path, truth: Path, one: SyntheticLinkage) -> None:
    found = reported("evaluate", case, "--truth", truth)
    point = point_partition(one.linkage)
    i, j = np.triu_indices(len(point), 1)
    linked, same = point[i] == point[j], one.truth[i] == one.truth[j]
    assert found["precision"] == pytest.approx((linked & same).sum() / linked.sum())
    assert found["recall"] == pytest.approx((linked & same).sum() / same.sum())
    assert (found["found"], found["true"]) == (linked.sum(), same.sum())
    assert found["people"] == point.max() + 1
    assert found["true_people"] == len(set(one.truth.tolist()))
    low, high = found["figures"]["f1"]["sampling"]
    assert low < found["f1"] < high
    assert found["n_decided"] == 0
    assert found["counts"]["not_in_the_truth"] == 0
    lines = do("evaluate", case, "--truth", truth).stdout.splitlines()
    assert lines[0] == f"{same.sum()} true matches (pairs of reports); {linked.sum()} were linked."
    assert any(line.startswith("stated") for line in lines)
    assert any("the draws expect" in line for line in lines)


def test_the_level_is_that_of_the_intervals(case: Path, truth: Path) -> None:
    wide = reported("evaluate", case, "--truth", truth, "--level", "0.99")
    narrow = reported("evaluate", case, "--truth", truth, "--level", "0.8")
    for name in ("precision", "recall", "bcubed_f1"):
        (a, d), (b, c) = (each["figures"][name]["sampling"] for each in (wide, narrow))
        assert a < b < c < d
    assert "80%, other people" in do("evaluate", case, "--truth", truth, "--level", "0.8").stdout


def test_some_people_in_full(case: Path, tmp_path: Path, one: SyntheticLinkage) -> None:
    chosen = set(range(0, int(one.truth.max()), 4))
    some = tmp_path / "some.csv"
    lines = [
        f"{source},{id_},{one.person(at)}"
        for at, (source, id_) in enumerate(one.linkage.keys)
        if int(one.truth[at]) in chosen
    ]
    some.write_text("source,report,person\n" + "\n".join(lines) + "\n", encoding="utf-8")
    whole = reported("evaluate", case, "--truth", some, "--all-records")
    among = reported("evaluate", case, "--truth", some)
    assert whole["compared_with"] == "people in full"
    assert among["precision"] >= whole["precision"]
    assert among["counts"]["links_not_judged"] > 0 == whole["counts"]["links_not_judged"]


def test_labelled_pairs(case: Path, tmp_path: Path, one: SyntheticLinkage) -> None:
    pairs = tmp_path / "pairs.csv"
    lines = ["source_1,report_1,source_2,report_2,same"]
    for at in range(0, 120, 3):
        (a, b), (c, d) = one.linkage.keys[at], one.linkage.keys[at + 1]
        lines.append(f"{a},{b},{c},{d},{'yes' if one.truth[at] == one.truth[at + 1] else 'no'}")
    pairs.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = reported("evaluate", case, "--truth", pairs)
    assert found["compared_with"] == "pairs"
    assert found["counts"]["pairs"] == 40
    assert found["people"] is None
    text = do("evaluate", case, "--truth", pairs).stdout
    assert "not for others unless sampled at random" in text


def test_what_a_curve_of_chosen_pairs_says_is_only_so_if_they_were_drawn(
    case: Path, truth: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    both = np.triu(one.truth[:, None] == one.truth[None, :], 1)
    rows = ["source_1,report_1,source_2,report_2,same"]
    for at, to in np.argwhere(both).tolist():  # those that are links, and no others
        rows.append(",".join((*one.linkage.keys[at], *one.linkage.keys[to], "yes")))
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = " ".join(do("evaluate", case, "--truth", file).stdout.split())
    only = "that is informative only if the pairs of the file are a random sample."
    assert f"OUTSIDE the 95% band, too few are expected; {only}" in text
    assert only not in " ".join(do("evaluate", case, "--truth", truth).stdout.split())


def test_nothing_given_is_the_model_s_own_opinion(case: Path) -> None:
    found = reported("evaluate", case)
    assert found["holds_if"].startswith("the probabilities mean what they say")
    assert "precision" not in found, "an opinion does not pass for a figure"
    text = do("evaluate", case).stdout
    assert text.startswith(
        "No labels were given. This is the model-based (expected) accuracy, not validated"
    )
    assert "not validated" in text


def test_a_sample_goes_out_and_comes_back(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    file = tmp_path / "sample.csv"
    drawn = reported("evaluate", case, "--sample", "90", "--out", file, "--seed", "5")
    assert drawn["left_out"] == 0 or drawn["enough"] > 90
    assert drawn["pairs"] == 90 == sum(each["drawn"] for each in drawn["strata"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    assert head == "source_1,report_1,source_2,report_2,same,stratum,of,drawn"
    assert all(line.split(",")[4] == "" for line in lines)
    keys = {f"{source},{id_}" for source, id_ in one.linkage.keys}
    assert all(
        {",".join(line.split(",")[:2]), ",".join(line.split(",")[2:4])} <= keys for line in lines
    )
    label(one, file, unsure=4)
    found = reported("evaluate", case, "--labels", file)
    exact = reported("evaluate", case, "--truth", persons_file(tmp_path / "t.csv", one))
    assert (found["labelled"], found["unsure"], found["relinked"]) == (86, 4, False)
    low, high = found["figures"]["precision"]["interval"]
    assert low <= exact["precision"] <= high
    text = do("evaluate", case, "--labels", file).stdout
    assert "if ? is yes" in text
    assert "others are not sampled" in text


@pytest.mark.parametrize("letters", ["ABCDEFGH", "A", "D"])
def test_a_sample_whose_design_was_changed_is_refused(
    case: Path,
    tmp_path: Path,
    one: SyntheticLinkage,
    capsys: pytest.CaptureFixture[str],
    letters: str,
) -> None:
    file = tmp_path / "sample.csv"
    do("evaluate", case, "--sample", "90", "--out", file)
    label(one, file)
    fill(file, "of", lambda row, _: "999" if row["stratum"] in letters else row["of"])
    code, err = refused(capsys, "evaluate", case, "--labels", file)
    assert code == 1
    assert "the weight" in " ".join(err.split())
    assert "change only `same`" in err


def test_the_size_of_a_stratum_that_no_draw_links_is_requested_of_the_reports() -> None:
    born = parse("1970-03-07")
    people = [Report(s, str(i), (Name("김철수"),), birth=born) for i in range(6) for s in "AB"]
    keys = tuple((each.source, each.id) for each in people)
    labels = np.arange(12, dtype=np.int32)[None, :].repeat(4, axis=0)
    labels[:, 1] = 0  # one pair is linked, the others share all keys
    linkage = Linkage(keys, labels)
    drawn = sampling.draw_sample(linkage, sampling.near(people), size=10)
    rows = tuple(
        Labelled(at, (r[0], r[1]), (r[2], r[3]), None, r[5], r[6], r[7])
        for at, r in enumerate(drawn.rows, start=2)
    )
    no_case: Any = None
    check_design(no_case, linkage, LabelledPairs(rows), people)
    more = tuple(attrs.evolve(row, of=row.of + (row.stratum == "G")) for row in rows)
    with pytest.raises(BadInput, match="its stratum has another size in this case file"):
        check_design(no_case, linkage, LabelledPairs(more), people)


def test_after_linking_anew_it_is_reported_of_which_links_precision_is(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    file = tmp_path / "sample.csv"
    do("evaluate", case, "--sample", "90", "--out", file)
    label(one, file)
    before = reported("evaluate", case, "--labels", file)
    assert before["n_evaluated"] == pytest.approx(before["linked"])
    assert "of which the sample" not in do("evaluate", case, "--labels", file).stdout
    labels = one.linkage.labels.copy()
    joined = np.flatnonzero(np.bincount(labels[0])[labels[0]] == 1)[:12]
    labels[:, joined] = labels.max() + 1 + np.arange(12) // 6  # thirty links more, in no frame
    with open_case(case, None) as opened:
        keep(opened, type(one.linkage)(one.linkage.keys, labels))
    after = reported("evaluate", case, "--labels", file)
    assert after["relinked"]
    assert after["n_evaluated"] < after["linked"] - 20
    text = " ".join(do("evaluate", case, "--labels", file).stdout.split())
    assert f"are linked, of which about {after['n_evaluated']:,.0f} could be sampled:" in text


def test_a_sample_that_was_decided_on_rates_nothing(
    case: Path, tmp_path: Path, one: SyntheticLinkage, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sample.csv"
    do("evaluate", case, "--sample", "90", "--out", file)
    label(one, file)
    done = reported("decide", case, "--file", file)
    assert done["new"] == 90
    code, err = refused(capsys, "evaluate", case, "--labels", file)
    assert "the linkage is out of date" in err.replace("\n", " ")
    labels = one.linkage.labels.copy()
    labels[:] = one.truth  # a linkage that knows everything
    with open_case(case, None) as opened:
        keep(opened, type(one.linkage)(one.linkage.keys, labels))
    code, err = refused(capsys, "evaluate", case, "--labels", file)
    assert code == 1
    assert "of these pairs, so they cannot evaluate it" in err
    assert "draw and label another sample" in err
    assert "evaluate CASE --adjudicated-sample FILE" in err.replace("\n", " ")
    truth = persons_file(tmp_path / "t.csv", one)
    assert reported("evaluate", case, "--truth", truth)["n_decided"] == 90
    assert "90 labelled pairs had been decided" in do("evaluate", case, "--truth", truth).stderr


def test_decisions_of_review_teach_nothing_and_it_is_reported(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    """Review chooses by effect on N; a line through its pairs leads away from the truth."""
    assert reported("evaluate", case)["n_not_random"] == 0
    file = tmp_path / "next.csv"
    do("review", case, "--next", "60", "--out", file)
    fill(file, "decision", lambda row, _: "same" if is_same(one, row, "ab") else "different")
    do("decide", case, "--file", file)
    with open_case(case, None) as opened:
        keep(opened, one.linkage)
    found = reported("evaluate", case)
    assert (found["recalibrated"], found["n_not_random"]) == (None, 60)
    text = do("evaluate", case).stdout
    assert "60 decided pairs were not used for this, since they are in no random sample" in text
    assert "uncounted review chooses pairs by their effect on N" in text
    truth = persons_file(tmp_path / "t.csv", one)
    assert "random sample" not in do("evaluate", case, "--truth", truth).stdout.split("decided")[0]


def test_decisions_on_a_drawn_sample_say_what_was_stated_before_them(
    case: Path, tmp_path: Path, one: SyntheticLinkage, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sample.csv"
    do("evaluate", case, "--sample", "160", "--out", file)
    label(one, file)
    before = reported("evaluate", case, "--labels", file)
    code, err = refused(capsys, "evaluate", case, "--adjudicated-sample", file)
    assert code == 1
    assert "answers of the sample were not decided (row 2 is the first)" in " ".join(err.split())
    do("decide", case, "--file", file)
    with open_case(case, None) as opened:
        keep(opened, one.linkage)
    found = reported("evaluate", case, "--adjudicated-sample", file)
    assert found["n_uncertain_in_sample"] == found["recalibrated"]["pairs"]
    again = found["recalibrated"]
    assert again["by"] == "randomly sampled pairs that were decided"
    assert again["pairs"] > 20
    assert found["n_not_random"] == 0
    assert reported("evaluate", case)["n_not_random"] >= again["pairs"], "no sample, no lot"
    for name in ("intercept", "slope"):  # as before they were decided, from the same answers
        assert again[name]["interval"] == pytest.approx(before["recalibrated"][name]["interval"])
    low, high = again["slope"]["interval"]
    assert low < 1 < high, "the draws are right by construction"
    # Said anew after a linkage that was told: what counts is what was stated before anybody said.
    fill(file, "same", lambda row, _: row["same"])
    with open_case(case, None) as opened:
        told_all = one.linkage.labels.copy()
        told_all[:] = one.truth
        keep(opened, type(one.linkage)(one.linkage.keys, told_all))
    do("decide", case, "--file", file)
    later = reported("evaluate", case, "--adjudicated-sample", file)["recalibrated"]["slope"]
    assert later["interval"] == pytest.approx(again["slope"]["interval"])


def test_the_curve_is_shown_with_its_intervals_again_too(
    case: Path, tmp_path: Path, one: SyntheticLinkage
) -> None:
    file = tmp_path / "sample.csv"
    do("evaluate", case, "--sample", "160", "--out", file)
    label(one, file)
    do("decide", case, "--file", file)
    with open_case(case, None) as opened:
        keep(opened, one.linkage)
    truth = persons_file(tmp_path / "t.csv", one)
    options = ("--truth", truth, "--adjudicated-sample", file)
    found = reported("evaluate", case, *options)
    bins = found["recalibrated"]["bins"]
    assert len(bins) == len(found["calibration"]["bins"])
    assert all(each["interval"][0] <= each["calibrated"] <= each["interval"][1] for each in bins)
    text = do("evaluate", case, *options).stdout
    head = next(line for line in text.splitlines() if line.startswith("stated"))
    assert head.split()[:6] == ["stated", "sampled", "95%", "true", "95%", "pairs"]
    for each, line in zip(bins, text[text.index(head) :].splitlines()[1:], strict=False):
        assert "{:.2f} to {:.2f}".format(*each["interval"]) in line
    for line in (found["calibration"]["line"], found["recalibrated"]):
        assert (
            "intercept {:.2f} ({:.2f} to {:.2f})".format(
                line["intercept"]["value"], *line["intercept"]["interval"]
            )
            in text
        )
        assert line["verdict"] in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--truth", "T", "--labels", "T"], "cannot be used together"),
        (["--sample", "50"], "must be used together"),
        (["--out", "X"], "must be used together"),
        (["--all-records"], "--all-records needs --truth"),
        (["--labels", "T", "--adjudicated-sample", "T"], "can only be used alone or with --truth"),
        (["--adjudicated-sample", "T"], "has no column 'source_1'"),
        (["--level", "nan"], "level nan is not between 0 and 1"),
        (["--labels", "T"], "has no column 'source_1'"),
        (["--sample", "3", "--out", "X"], "too few for"),
        (["--truth", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_what_does_not_go_together_is_refused(
    case: Path,
    truth: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    places = {"T": str(truth), "X": str(tmp_path / "x.csv")}
    code, err = refused(capsys, "evaluate", case, *(places.get(each, each) for each in arguments))
    assert words in err
    assert code in (1, 2)
    assert "hint:" in err
    assert not (tmp_path / "x.csv").exists()


def test_pairs_are_not_people_in_full(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = tmp_path / "p.csv"
    pairs.write_text("source_1,report_1,source_2,report_2,same\nA,r0,B,r1,yes\n", encoding="utf-8")
    code, err = refused(capsys, "evaluate", case, "--truth", pairs, "--all-records")
    assert (code, "not of pairs" in err) == (2, True)


def test_an_error_repeats_no_cell(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("source,report,person\nA,r0,김철수\nA,r0,리영희\n", encoding="utf-8")
    code, err = refused(capsys, "evaluate", case, "--truth", bad)
    assert code == 1
    assert "row 3: the report of row 2, with another person" in err
    assert "김철수" not in err
    assert "리영희" not in err
