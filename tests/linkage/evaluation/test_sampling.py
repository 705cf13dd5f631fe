"""A sample labelled by hand: how it is drawn, what is estimated, and how often that holds."""

from __future__ import annotations

import functools
from collections import Counter

import attrs
import numpy as np
import pytest
from tests.synthetic_linkage import SyntheticLinkage, synthetic

from uncounted.errors import BadInput, NotEstimable, UsedWrongly
from uncounted.linkage import Linkage, point_partition
from uncounted.linkage.evaluation import clerical, sampling
from uncounted.linkage.evaluation.clerical import ClericalEvaluation
from uncounted.linkage.evaluation.labels import Labelled, LabelledPairs
from uncounted.linkage.evaluation.sampling import Sharing, sharing

known = functools.cache(point_partition)  # of one linkage there is one


@pytest.fixture(autouse=True)
def worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sampling, clerical):
        monkeypatch.setattr(module, "point_partition", known)


@pytest.fixture(scope="module")
def one() -> SyntheticLinkage:
    return synthetic(21, rooms=60, sure=60, draws=60, singles=30)


@pytest.fixture(scope="module")
def near(one: SyntheticLinkage) -> Sharing:
    """Reports of one room share a key, and so do reports with numbers alike, which is chance."""
    at = np.arange(len(one.truth))
    rooms = np.where(at < 180, at // 3, 10_000 + at // 2)
    return sharing({"room": rooms, "digits": at % 60}, [("room",), ("digits",)])


def answered(made: SyntheticLinkage, drawn: sampling.Sample, unsure: int = 0) -> LabelledPairs:
    at = {key: place for place, key in enumerate(made.linkage.keys)}
    rows = []
    for number, row in enumerate(drawn.rows):
        one, two = (row[0], row[1]), (row[2], row[3])
        same: bool | None = bool(made.truth[at[one]] == made.truth[at[two]])
        if number < unsure:
            same = None
        rows.append(Labelled(number + 2, one, two, same, row[5], row[6], row[7]))
    return LabelledPairs(tuple(rows), unsure)


def truth_of(made: SyntheticLinkage, near: Sharing) -> dict[str, float]:
    """The figures of the whole frame, by sets of pairs."""
    labels, point = made.linkage.labels, point_partition(made.linkage)
    i, j = np.triu_indices(len(point), 1)
    ever = (labels[:, i] == labels[:, j]).any(axis=0)
    frame = {(int(a), int(b)) for a, b in zip(i[ever], j[ever], strict=True)}
    frame |= set(zip(near.left.tolist(), near.right.tolist(), strict=True))
    true = {pair for pair in frame if made.truth[pair[0]] == made.truth[pair[1]]}
    linked = {pair for pair in frame if point[pair[0]] == point[pair[1]]}
    both = len(true & linked)
    return {
        "precision": both / len(linked),
        "recall": both / len(true),
        "f1": 2 * both / (len(true) + len(linked)),
        "true": float(len(true)),
        "frame": float(len(frame)),
    }


def test_the_strata_are_a_partition_of_the_frame(one: SyntheticLinkage, near: Sharing) -> None:
    drawn = sampling.draw_sample(one.linkage, near, size=80)
    reports = len(one.truth)
    of = sum(cut.of for cut in drawn.cuts)
    assert drawn.left_out > 0 == sampling.draw_sample(one.linkage, near, size=1000).left_out
    assert of + drawn.left_out == truth_of(one, near)["frame"]
    assert of + drawn.outside == reports * (reports - 1) // 2
    assert len(drawn.rows) == len({row[:4] for row in drawn.rows}) == 80
    by = Counter(row[5] for row in drawn.rows)
    assert by == {cut.letter: cut.drawn for cut in drawn.cuts}
    assert all(cut.drawn >= min(2, cut.of) for cut in drawn.cuts)


def test_what_few_labels_cannot_tell_of_is_left_out_and_stated(
    one: SyntheticLinkage, near: Sharing
) -> None:
    few = sampling.draw_sample(one.linkage, near, size=80)
    assert few.to_json()["left_out"] == few.left_out
    assert few.enough > 80
    before = sampling.draw_sample(one.linkage, near, size=few.enough - 1)
    assert sampling.MANY not in {cut.letter for cut in before.cuts}
    then = sampling.draw_sample(one.linkage, near, size=few.enough)
    assert sampling.MANY in {cut.letter for cut in then.cuts}
    assert (then.left_out, then.enough) == (0, 0)
    found = (clerical.estimate(one.linkage, answered(one, each)) for each in (before, then))
    assert [each.includes_single_key_pairs for each in found] == [False, True]


@pytest.fixture(scope="module")
def many() -> tuple[SyntheticLinkage, Sharing]:
    """Like a case file: 600 links that are sure, some in doubt, thousands that share a key."""
    large = synthetic(61, rooms=60, sure=600, draws=100)
    at = np.arange(len(large.truth))
    keys = {"room": np.where(at < 180, at // 3, 10_000 + at // 2), "digits": at % 150}
    return large, sharing(keys, [("room",), ("digits",)])


@pytest.mark.sampler
def test_two_hundred_labels_go_where_they_tell_and_tell_much(
    many: tuple[SyntheticLinkage, Sharing],
) -> None:
    """By the square root of size and spread, sure links got 28 and the interval was .29 wide."""
    large, near = many
    drawn = sampling.draw_sample(large.linkage, near, size=200)
    by = {cut.letter: cut.drawn for cut in drawn.cuts}
    assert by["A"] > 60
    assert all(by[each] >= min(12, of) for each, of in ((c.letter, c.of) for c in drawn.cuts))
    point, truth = point_partition(large.linkage), large.truth
    i, j = np.triu_indices(len(point), 1)
    linked, same = point[i] == point[j], truth[i] == truth[j]
    precision = float((linked & same).sum() / linked.sum())
    hits, widths = 0, []
    for seed in range(60):
        drawn = sampling.draw_sample(large.linkage, near, size=200, seed=seed)
        found = clerical.estimate(large.linkage, answered(large, drawn))
        low, high = found.figures["precision"].interval
        hits += low <= precision <= high
        widths.append(high - low)
    assert hits >= 52
    assert np.median(widths) < 0.12


def test_a_sample_with_pairs_that_share_one_key_is_still_read(
    one: SyntheticLinkage, near: Sharing
) -> None:
    """As such samples were drawn before, whatever their size."""
    drawn = sampling.draw_sample(one.linkage, near, size=80)
    at = one.linkage.keys
    seen = {frozenset((row[:2], row[2:4])) for row in drawn.rows}
    fresh = [
        (at[i], at[j])
        for i, j, n in zip(near.left.tolist(), near.right.tolist(), near.keys.tolist(), strict=True)
        if n == 1 and frozenset((at[i], at[j])) not in seen
    ][:20]
    labels = answered(one, drawn)
    extra = tuple(
        Labelled(100 + row, *pair, False, sampling.MANY, 767, len(fresh))
        for row, pair in enumerate(fresh)
    )
    found = clerical.estimate(one.linkage, LabelledPairs((*labels.rows, *extra)))
    assert found.includes_single_key_pairs
    without = clerical.estimate(one.linkage, labels)
    assert found.figures["recall"].interval[0] < without.figures["recall"].interval[0]


def test_the_answers_say_what_probabilities_should_have_been() -> None:
    """A line from drawn pairs, by what each stands for; within lists and across apart."""
    large = synthetic(62, rooms=250, sure=100, draws=60, tilt=4.0)
    nothing = sharing({"k": np.full(len(large.truth), -1)}, [("k",)])
    drawn = sampling.draw_sample(large.linkage, nothing, size=400)
    found = clerical.estimate(large.linkage, answered(large, drawn)).calibration
    assert found.line is not None
    assert found.line.by == "randomly sampled pairs"
    assert "too sure" in found.line.verdict()
    assert found.across is not None
    assert found.across.actual_interval is not None
    assert found.within is not None
    assert found.within.pairs + found.across.pairs == found.doubtful.pairs


def test_the_seed_draws_the_same_and_another_draws_another(
    one: SyntheticLinkage, near: Sharing
) -> None:
    first = sampling.draw_sample(one.linkage, near, size=40, seed=1)
    assert first.rows == sampling.draw_sample(one.linkage, near, size=40, seed=1).rows
    assert first.rows != sampling.draw_sample(one.linkage, near, size=40, seed=2).rows


def test_within_a_stratum_each_pair_has_the_same_chance(
    one: SyntheticLinkage, near: Sharing
) -> None:
    times = Counter[tuple[str, ...]]()
    runs = 60
    for seed in range(runs):
        drawn = sampling.draw_sample(one.linkage, near, size=60, seed=seed)
        times.update(tuple(row[:4]) for row in drawn.rows if row[5] == "A")
    cut = drawn.cuts[0]
    wanted = runs * cut.drawn / cut.of
    chi2 = sum((n - wanted) ** 2 / wanted for n in times.values())
    chi2 += wanted * (cut.of - len(times))
    chi2 /= 1 - cut.drawn / cut.of
    assert chi2 < cut.of + 5 * np.sqrt(2 * cut.of)


def test_all_labelled_is_the_truth_without_doubt(one: SyntheticLinkage, near: Sharing) -> None:
    drawn = sampling.draw_sample(one.linkage, near, size=100_000)
    found = clerical.estimate(one.linkage, answered(one, drawn))
    truth = truth_of(one, near)
    for name in ("precision", "recall", "f1"):
        figure = found.figures[name]
        assert figure.value == pytest.approx(truth[name])
        assert figure.interval == pytest.approx((truth[name], truth[name]), abs=2e-4)
    assert found.true == pytest.approx(truth["true"])
    assert not found.relinked


@pytest.mark.sampler
def test_intervals_cover_as_often_as_they_say(one: SyntheticLinkage, near: Sharing) -> None:
    """A hundred samples of eighty pairs of one linkage."""
    truth = truth_of(one, near)
    runs = 100
    hits, values = Counter[str](), dict[str, list[float]]()
    for seed in range(runs):
        drawn = sampling.draw_sample(one.linkage, near, size=80, seed=seed)
        found = clerical.estimate(one.linkage, answered(one, drawn))
        for name in ("precision", "recall", "f1"):
            figure = found.figures[name]
            assert figure.value is not None
            values.setdefault(name, []).append(figure.value)
            hits[name] += figure.interval[0] <= truth[name] <= figure.interval[1]
        hits["true"] += found.true_interval[0] <= truth["true"] <= found.true_interval[1]
    for name, count in hits.items():
        assert count >= 88, f"{name}: {count} of {runs}"  # at 95%: once in 250 for all
    for name, held in values.items():
        off = float(np.mean(held)) - truth[name]
        assert abs(off) < 4 * np.std(held) / np.sqrt(runs) + 0.01, name


def test_pairs_that_no_one_could_tell_are_shown_both_ways(
    one: SyntheticLinkage, near: Sharing
) -> None:
    drawn = sampling.draw_sample(one.linkage, near, size=120)
    found = clerical.estimate(one.linkage, answered(one, drawn, unsure=15))
    assert (found.labelled, found.unsure, found.drawn) == (105, 15, 120)
    precision = found.figures["precision"]
    assert precision.if_unsure_same is not None
    assert precision.if_unsure_different is not None
    assert precision.if_unsure_different < precision.if_unsure_same


def test_a_linkage_made_anew_is_reported_to_be_another(
    one: SyntheticLinkage, near: Sharing
) -> None:
    labels = answered(one, sampling.draw_sample(one.linkage, near, size=80))
    apart = np.tile(np.arange(len(one.truth), dtype=np.int32), (20, 1))
    other = attrs.evolve(one.linkage, labels=apart)
    found = clerical.estimate(other, labels)
    assert found.relinked
    assert found.linked == 0
    assert found.figures["recall"].value == 0.0
    assert found.figures["precision"].value is None, "a share of nothing"


def test_reports_that_are_gone_are_counted(one: SyntheticLinkage, near: Sharing) -> None:
    labels = answered(one, sampling.draw_sample(one.linkage, near, size=80))
    gone = labels.rows[0].one
    keys = tuple(("X", "x") if key == gone else key for key in one.linkage.keys)
    found: ClericalEvaluation = clerical.estimate(attrs.evolve(one.linkage, keys=keys), labels)
    left_out = tuple(row.row for row in labels.rows if gone in (row.one, row.two))
    assert (found.gone, found.gone_rows) == (len(left_out), left_out)


def test_what_cannot_be_estimated_is_refused(one: SyntheticLinkage, near: Sharing) -> None:
    labels = answered(one, sampling.draw_sample(one.linkage, near, size=80))
    first = labels.rows[0].stratum
    silent = tuple(
        attrs.evolve(row, same=None) if row.stratum == first else row for row in labels.rows
    )
    with pytest.raises(BadInput, match=f"no pair of stratum {first} is labelled"):
        clerical.estimate(one.linkage, LabelledPairs(silent))
    elsewhere = tuple(attrs.evolve(row, one=("Z", "z")) for row in labels.rows)
    with pytest.raises(BadInput, match="no pair of reports that were linked"):
        clerical.estimate(one.linkage, LabelledPairs(elsewhere))
    with pytest.raises(UsedWrongly, match="too few for"):
        sampling.draw_sample(one.linkage, near, size=3)
    alone = Linkage((("A", "1"), ("B", "2")), np.array([[0, 1]] * 10, np.int32))
    nothing = sharing({"k": np.array([-1, -1])}, [("k",)])
    with pytest.raises(NotEstimable, match="nothing to label"):
        sampling.draw_sample(alone, nothing, size=10)
