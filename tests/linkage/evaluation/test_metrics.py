"""Measures of a linkage: by loops over all pairs, by hand, from papers, and by law."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.synthetic_linkage import SyntheticLinkage, synthetic

from uncounted.errors import BadInput, UsedWrongly
from uncounted.linkage import Linkage, point_partition
from uncounted.linkage.evaluation import metrics as ms
from uncounted.linkage.evaluation.ground_truth import against_pairs, against_persons
from uncounted.linkage.evaluation.intervals import (
    Stratum,
    exact_share,
    ratio_limits,
    share_of_groups,
    total_limits,
)
from uncounted.linkage.evaluation.labels import Labelled, LabelledPairs, Persons
from uncounted.linkage.evaluation.self_reported import expected_accuracy
from uncounted.linkage.result import numbered


def linkage_of(draws: Sequence[Sequence[int]]) -> Linkage:
    labels = np.array([numbered(np.array(row)) for row in draws], np.int32)
    keys = tuple(("AB"[at % 2], str(at)) for at in range(labels.shape[1]))
    return Linkage(keys, labels)


def persons_of(linkage: Linkage, truth: Sequence[object]) -> Persons:
    return Persons({key: str(who) for key, who in zip(linkage.keys, truth, strict=True)}, {})


# The naive twin ---------------------------------------------------------------------------------


def naive(found: Sequence[int], truth: Sequence[int]) -> dict[str, float]:
    """All measures by loops over pairs, reports and sets."""
    pairs = list(itertools.combinations(range(len(found)), 2))
    linked = {pair for pair in pairs if found[pair[0]] == found[pair[1]]}
    true = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    both = len(linked & true)
    clusters = [frozenset(i for i, x in enumerate(found) if x == k) for k in set(found)]
    people = [frozenset(i for i, x in enumerate(truth) if x == k) for k in set(truth)]

    def mine(sets: Sequence[frozenset[int]], i: int) -> frozenset[int]:
        return next(one for one in sets if i in one)

    reports = range(len(found))
    shared = [len(mine(clusters, i) & mine(people, i)) for i in reports]
    purity = sum(n / len(mine(clusters, i)) for i, n in zip(reports, shared, strict=True))
    unity = sum(n / len(mine(people, i)) for i, n in zip(reports, shared, strict=True))
    purity, unity = purity / len(found), unity / len(found)
    exact = len(set(clusters) & set(people))
    return {
        "precision": both / len(linked) if linked else math.nan,
        "recall": both / len(true) if true else math.nan,
        "f1": 2 * both / (len(linked) + len(true)) if linked or true else math.nan,
        "bcubed_precision": purity,
        "bcubed_recall": unity,
        "bcubed_f1": 2 * purity * unity / (purity + unity),
        "exact_precision": exact / len(clusters),
        "exact_recall": exact / len(people),
        "homogeneity": 1 - _given(truth, found) / h if (h := _entropy(truth)) > 1e-9 else 1.0,
        "completeness": 1 - _given(found, truth) / h if (h := _entropy(found)) > 1e-9 else 1.0,
    }


def _entropy(labels: Sequence[int]) -> float:
    return -sum(n / len(labels) * math.log(n / len(labels)) for n in Counter(labels).values())


def _given(one: Sequence[int], other: Sequence[int]) -> float:
    """H(one | other)."""
    joint, own = Counter(zip(one, other, strict=True)), Counter(other)
    return -sum(n / len(one) * math.log(n / own[k]) for (_, k), n in joint.items())


PARTITION = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
        st.lists(st.integers(0, 4), min_size=n, max_size=n),
    )
)


@settings(max_examples=60)
@given(PARTITION)
def test_every_measure_is_what_loops_give(two: tuple[list[int], list[int]]) -> None:
    found, truth = two
    table = ms.parts(
        ms.cluster_overlap(numbered(np.array(found)), numbered(np.array(truth)).astype(int))
    )
    got = dict(zip(ms.MEASURES, ms.measures(table.sum(axis=0)).tolist(), strict=True))
    assert got == pytest.approx(naive(found, truth), nan_ok=True, abs=1e-9)


@settings(max_examples=30)
@given(PARTITION, st.permutations(range(5)), st.data())
def test_relabelling_persons_and_turning_reports_changes_nothing(
    two: tuple[list[int], list[int]], names: list[int], data: st.DataObject
) -> None:
    found, truth = two
    turn = data.draw(st.permutations(range(len(found))))
    one = against_persons(linkage_of([found]), persons_of(linkage_of([found]), truth))
    turned = linkage_of([[found[i] for i in turn]])
    other = against_persons(turned, persons_of(turned, [f"x{names[truth[i]]}" for i in turn]))
    assert one.true == other.true
    for name, figure in one.figures.items():
        assert other.figures[name].value == pytest.approx(figure.value)
        assert other.figures[name].sampling == pytest.approx(figure.sampling)


def test_an_interval_does_not_depend_on_the_order_of_reports() -> None:
    found, truth = [0, 1, 2, 3, 0, 0, 1, 4], [2, 3, 3, 3, 0, 1, 4, 0]
    turn = [0, 1, 2, 3, 5, 4, 6, 7]
    one = against_persons(linkage_of([found]), persons_of(linkage_of([found]), truth))
    turned = linkage_of([[found[i] for i in turn]])
    other = against_persons(turned, persons_of(turned, [truth[i] for i in turn]))
    sampled = one.figures["bcubed_f1"].sampling
    assert other.figures["bcubed_f1"].sampling == pytest.approx(sampled)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=9))
def test_perfect_linkage_has_ones_everywhere(truth: list[int]) -> None:
    linkage = linkage_of([truth, truth])
    held = against_persons(linkage, persons_of(linkage, truth))
    assert {f.value for f in held.figures.values()} <= {1.0, None}
    assert held.figures["bcubed_f1"].value == held.figures["exact_recall"].value == 1.0
    assert held.people == held.true_people == len(set(truth))
    assert all(each.true == each.stated == 1.0 for each in held.calibration.bins)


# By hand, and from papers -----------------------------------------------------------------------

BAGGA = "1111122 33333".replace(" ", "")


@pytest.mark.parametrize(
    ("response", "precision"),
    [("111112222222", 0.762), ("111112211111", 0.583)],
)
def test_bcubed_of_the_paper(response: str, precision: float) -> None:
    """A. Bagga and B. Baldwin, "Algorithms for scoring coreference chains", 1998, section 4.

    Twelve mentions of three entities; both responses have recall 100%.
    """
    linkage = linkage_of([[int(x) for x in response]])
    held = against_persons(linkage, persons_of(linkage, BAGGA))
    assert held.figures["bcubed_precision"].value == pytest.approx(precision, abs=5e-4)
    assert held.figures["bcubed_recall"].value == 1.0


def test_a_case_by_hand() -> None:
    """a a | b b | c: b is split, and one of its reports is with c."""
    linkage = linkage_of([[0, 0, 1, 2, 2]])
    held = against_persons(linkage, persons_of(linkage, "aabbc"))
    values = {name: figure.value for name, figure in held.figures.items()}
    assert (held.found, held.true, held.both) == (2, 2, 1)
    assert values["precision"] == values["recall"] == values["f1"] == 0.5
    assert values["bcubed_precision"] == pytest.approx((1 + 1 + 1 + 0.5 + 0.5) / 5)
    assert values["bcubed_recall"] == pytest.approx((1 + 1 + 0.5 + 0.5 + 1) / 5)
    assert values["exact_recall"] == values["exact_precision"] == pytest.approx(1 / 3)
    assert held.units == 2  # a alone; b and c are mixed up with each other


def test_draws_have_figures_of_their_own() -> None:
    linkage = linkage_of([[0, 0, 1, 1]] * 30 + [[0, 0, 1, 2]] * 10)
    held = against_persons(linkage, persons_of(linkage, "aabb"))
    assert held.figures["recall"].draws == (1.0, 0.5, 1.0)
    assert held.people_draws == (2.0, 2.0, 3.0)


def test_reports_without_a_label_are_counted_and_not_rated() -> None:
    linkage = linkage_of([[0, 0, 0, 1]])
    some = Persons({("A", "0"): "a", ("B", "1"): "b", ("Z", "9"): "a"}, {}, unlabelled=2)
    held = against_persons(linkage, some)
    assert (held.found, held.both) == (1, 0)
    assert held.counts == {
        "reports": 2,
        "not_in_the_truth": 2,
        "not_linked": 1,
        "of_no_list": 1,
        "without_a_person": 2,
        "links_not_judged": 2,
    }


def test_people_in_full_are_charged_with_half_of_a_link_that_leads_out() -> None:
    linkage = linkage_of([[0, 0, 0, 1]])
    some = Persons({("A", "0"): "a", ("B", "1"): "a"}, {})
    assert against_persons(linkage, some).figures["precision"].value == 1.0
    held = against_persons(linkage, some, complete=True)
    # the link 0-1 in full, and half of each of 0-2 and 1-2
    assert held.figures["precision"].value == pytest.approx(1 / 2)
    assert held.figures["recall"].value == 1.0
    assert "homogeneity" not in held.figures


@settings(max_examples=30)
@given(PARTITION, st.lists(st.floats(0.5, 20), min_size=5, max_size=5))
def test_people_in_full_with_weights_are_what_loops_give(
    two: tuple[list[int], list[int]], weights: list[float]
) -> None:
    found, truth = two
    linkage = linkage_of([found])
    kept = [i for i, who in enumerate(truth) if who != 0] or [0]
    some = Persons(
        {linkage.keys[i]: str(truth[i]) for i in kept},
        {str(who): weights[who] for who in range(5)},
    )
    held = against_persons(linkage, some, complete=True)
    own = [weights[who] if i in kept else 0.0 for i, who in enumerate(truth)]
    if kept == [0] and truth.count(0) > 1:
        own = [weights[0], *[0.0] * (len(truth) - 1)]
    linked = both = 0.0
    for i, j in itertools.combinations(range(len(found)), 2):
        if found[i] == found[j]:
            linked += (own[i] + own[j]) / 2
            both += own[i] if truth[i] == truth[j] and i in kept and j in kept else 0.0
    value = held.figures["precision"].value
    assert value == (pytest.approx(both / linked) if linked else None)


def test_labelled_pairs_count_alike() -> None:
    linkage = linkage_of([[0, 0, 1, 1, 2]])

    def pair(row: int, i: int, j: int, same: bool | None) -> Labelled:
        return Labelled(row, linkage.keys[i], linkage.keys[j], same)

    rows = (
        pair(2, 0, 1, True),
        pair(3, 2, 3, False),
        pair(4, 3, 4, True),
        pair(5, 0, 4, False),
        pair(6, 1, 2, None),
        Labelled(7, ("A", "0"), ("Z", "9"), True),
    )
    held = against_pairs(linkage, LabelledPairs(rows, unsure=1))
    assert {name: f.value for name, f in held.figures.items()} == {
        "precision": 0.5,
        "recall": 0.5,
        "f1": 0.5,
    }
    assert held.counts == {"pairs": 4, "unsure": 1, "not_linked": 1, "of_no_list": 1}
    assert held.calibration.never == 1.0
    assert held.units == 1  # 1-0-4-3-2: a chain, within which pairs hang together
    assert held.figures["precision"].sampling is None, "one group says nothing of others"


def test_what_names_nothing_here_is_refused() -> None:
    linkage = linkage_of([[0, 1]])
    with pytest.raises(BadInput, match="the file of known matches has none of the linked reports"):
        against_persons(linkage, Persons({("Z", "1"): "a"}, {}))
    with pytest.raises(BadInput, match="has no pair of linked reports"):
        against_pairs(linkage, LabelledPairs((Labelled(2, ("Z", "1"), ("Z", "2"), True),)))
    with pytest.raises(UsedWrongly, match="weights of people need --all-records"):
        against_persons(linkage, Persons({("A", "0"): "a"}, {"a": 3.0}))


# Intervals --------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.data())
def test_a_share_holds_what_was_seen_and_no_more_than_can_be(
    drawn: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, drawn))
    of = data.draw(st.integers(drawn, 500))
    low, high = exact_share(hits, drawn, of)
    assert hits / of - 1e-12 <= low <= hits / drawn + 1e-12
    assert hits / drawn - 1e-12 <= high <= 1 - (drawn - hits) / of + 1e-12
    flipped = exact_share(drawn - hits, drawn, of)
    assert (1 - high, 1 - low) == pytest.approx(flipped, abs=1e-12)


def test_clopper_and_pearson_of_published_cases() -> None:
    """R. G. Newcombe, Statistics in Medicine 17:857, 1998, table I: 81 of 263 and 15 of 148."""
    assert exact_share(81, 263, 10**9) == pytest.approx((0.2527, 0.3676), abs=5e-5)
    assert exact_share(15, 148, 10**9) == pytest.approx((0.0578, 0.1617), abs=5e-5)
    assert exact_share(0, 20, 10**9) == pytest.approx((0.0, 0.1684), abs=5e-5)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("sizes", [(1,), (1, 1, 1, 3, 10), (1, 1, 1, 1, 30)])
def test_a_share_of_groups_covers_where_some_are_large(p: float, sizes: tuple[int, ...]) -> None:
    """Forty groups, alike within: the variance between them alone gives .77 to .97."""
    rng = np.random.default_rng([7, len(sizes), sizes[-1]])
    runs, hits = 400, 0
    for _ in range(runs):
        of = rng.choice(sizes, 40).astype(np.float64)
        _, ends = share_of_groups(of * (rng.random(40) < p), of)
        assert ends is not None
        hits += ends[0] <= p <= ends[1]
    assert hits / runs > 0.93  # at 95%: once in fifty


def test_all_drawn_is_no_doubt() -> None:
    strata = [Stratum(6, 6, (3, 1)), Stratum(4, 4, (0, 2))]
    total, low, high = total_limits(strata, np.eye(2))
    assert total.tolist() == low.tolist() == high.tolist() == [3.0, 3.0]
    ends = ratio_limits(strata, lambda r: np.stack([1 - r, -r], axis=1))
    assert ends == pytest.approx((0.5, 0.5), abs=1e-4)


@pytest.fixture(scope="module")
def large() -> SyntheticLinkage:
    return synthetic(5, rooms=500, sure=200, draws=20, singles=100)


def test_intervals_from_a_sample_of_people_cover_as_often_as_they_say(
    large: SyntheticLinkage,
) -> None:
    """120 people in full, drawn by lot from over a thousand: precision, recall and B-cubed."""
    everybody = {key: large.person(at) for at, key in enumerate(large.linkage.keys)}
    whole = against_persons(large.linkage, Persons(everybody, {}), complete=True)
    rng, names = np.random.default_rng(6), sorted(set(everybody.values()))
    point = point_partition(large.linkage)
    person = np.array([names.index(everybody[key]) for key in large.linkage.keys], np.int64)
    table = ms.parts(ms.cluster_overlap(point, person))
    hits = Counter[str]()
    runs = 150
    for _ in range(runs):
        found = ms.sampling(table[rng.choice(len(table), 120, replace=False)], np.ones(120))
        for name in ("precision", "recall", "f1", "bcubed_precision", "bcubed_recall"):
            interval, value = found[name], whole.figures[name].value
            assert interval is not None
            assert value is not None
            hits[name] += interval[0] <= value <= interval[1]
    for name, count in hits.items():
        assert count / runs > 0.9, f"{name}: {count} of {runs}"


# The draws' own opinion -------------------------------------------------------------------------


def test_expected_precision_is_the_mean_probability_of_links() -> None:
    one = synthetic(8, rooms=20, sure=5, draws=60)
    point = point_partition(one.linkage)
    i, j = np.triu_indices(len(point), 1)
    linked = point[i] == point[j]
    stated = (one.linkage.labels[:, i] == one.linkage.labels[:, j]).mean(axis=0)
    found = expected_accuracy(one.linkage)
    precision = found.figures["precision"]
    assert precision is not None
    assert precision[0] == pytest.approx(float(stated[linked].mean()))
    assert found.linked == int(linked.sum())
    assert found.links[0] == pytest.approx(float(stated.sum()))
    recalls = [naive(point.tolist(), row.tolist())["recall"] for row in one.linkage.labels]
    recall = found.figures["recall"]
    assert recall is not None
    assert recall[0] == pytest.approx(float(np.mean(recalls)))
    assert "only labels can show that" in str(found.to_json()["holds_if"])


def test_when_draws_are_right_the_truth_is_where_they_expect_it() -> None:
    """The truth is one more draw, so the band of the draws holds what labels give."""
    inside = []
    for seed in range(25):
        one = synthetic(100 + seed, rooms=20, sure=5, draws=40)
        found = expected_accuracy(one.linkage).figures["precision"]
        table = ms.parts(
            ms.cluster_overlap(point_partition(one.linkage), one.truth.astype(np.int64))
        )
        value = float(ms.measures(table.sum(axis=0))[list(ms.MEASURES).index("precision")])
        assert found is not None
        inside.append(found[1][0] <= value <= found[1][1])
    assert sum(inside) >= 19  # 18 of 25 or fewer, at 95%: once in 20,000 times


def test_figures_as_plain_values() -> None:
    one = synthetic(9, rooms=10, sure=5, draws=20)
    everybody = {key: one.person(at) for at, key in enumerate(one.linkage.keys)}
    told: Any = against_persons(one.linkage, Persons(everybody, {})).to_json()
    assert told["precision"] == told["figures"]["precision"]["value"]
    assert told["calibration"]["doubtful"]["within"] in (True, False)
    assert attrs.asdict(expected_accuracy(one.linkage))["people"] == len(
        set(point_partition(one.linkage))
    )


def test_what_is_expected_is_within_its_interval_and_of_nothing_there_is_none() -> None:
    keys = (("A", "1"), ("B", "1"), ("A", "2"), ("B", "2"))
    labels = np.array([[0, 0, 1, 2]] * 49 + [[0, 0, 1, 1]], np.int32)
    told = expected_accuracy(Linkage(keys, labels, 6)).figures["recall"]
    assert told is not None
    mean, (low, high) = told
    assert mean == pytest.approx(0.99)
    assert (low, high) == (mean, 1.0)
    labels = np.array([[0, 1, 2, 3]] * 49 + [[0, 1, 2, 2]], np.int32)
    found = expected_accuracy(Linkage(keys, labels, 6))
    assert (found.figures["recall"], found.figures["f1"]) == (None, None)
    assert found.figures["bcubed_recall"] is not None
