"""The prior of name levels: of names read as Korean, and of names compared by their words."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from benchmarks import bench_linkage, synthetic_register
from uncounted.linkage.comparison import levels, name_levels
from uncounted.linkage.comparison.name_levels import IN_PART_OTHER_FIRST, NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.model import em, field_priors, fit
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.sampler.pair_likelihood import RIGHT
from uncounted.records.names.name import Name
from uncounted.records.report import Report


def share_of(reports: list[Report]) -> float:
    return fit._names_of_words(encode(reports))


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_means_are_shares_of_one_whole(share: float) -> None:
    priors = field_priors.priors_for(share)
    assert sum(priors[0].mean) == pytest.approx(1.0)
    assert priors[1:] == field_priors.PRIORS[1:]
    right = (1 - share) * 0.775 + share * 0.72
    reports = model.kind_counts(priors)
    assert reports[0, RIGHT] == pytest.approx(2 * field_priors.WEIGHT * np.sqrt(right))
    assert (reports[1:] == model.KIND_COUNTS[1:]).all()


def test_korean_names_keep_their_prior() -> None:
    mean = np.array(field_priors.priors_for(0.0)[0].mean)
    in_part = np.array(["in part" in each for each in NAME[1:]])
    assert mean[in_part].sum() == pytest.approx(0.17)
    assert mean[: name_levels.SAME_LAST].tolist() == [0.027, 0.183, 0.202, 0.15, 0.043]
    korean = bench_linkage.fresh([905])[0][:300]
    assert share_of(korean) == 0.0
    spanish = synthetic_register.made(1)[0][:300]
    assert share_of(spanish) == 1.0
    assert share_of([*korean, *spanish]) == pytest.approx(0.5)
    initials = [attrs.evolve(each, names=(Name("J. M. T."),)) for each in spanish[:5]]
    assert share_of([*initials, *spanish]) == 1.0
    nameless = [attrs.evolve(each, names=()) for each in spanish[:5]]
    assert share_of(nameless) == 0.0
    assert share_of([*nameless, *spanish]) == 1.0


def test_m_is_drawn_with_the_prior_of_these_names() -> None:
    """Without a comparison, draws have the mean of the prior (nearly: few are below the least)."""
    in_part = np.array([each.startswith("given name in part") for each in NAME[1:]])
    right = model.KINDS[0, 1 : len(NAME)] == RIGHT
    none = tuple(np.zeros(each - 1) for each in levels.COUNTS)
    for share in (0.0, 1.0):
        means = tuple(np.array(each.mean) for each in field_priors.priors_for(share))
        rates = model.MatchProbabilities(means, means, means, names_of_words=share)
        rates = attrs.evolve(rates, prior_weight=field_priors.MOST_WEIGHT)
        rng, drawn = np.random.default_rng(1), []
        for _ in range(4000):
            rates = model.draw_m(rng, none, np.zeros((len(none), 4)), rates)
            drawn.append((rates.m[0][in_part].sum(), rates.m[0][right].sum()))
        truth = means[0][in_part].sum(), means[0][right].sum()
        assert np.mean(drawn, axis=0) == pytest.approx(truth, rel=0.05)


def test_another_name_of_several_words_is_mostly_another_in_both_parts() -> None:
    """Where people have several names and no family name; Koreans keep the family name."""
    korean, mixed, of_words = (field_priors.priors_for(each)[0] for each in (0.0, 0.5, 1.0))
    assert korean.split == (0.8, 0.05, 0.15)
    assert of_words.split == (0.4, 0.1, 0.5)
    assert mixed.split == pytest.approx((0.6, 0.075, 0.325))
    for each in (korean, of_words):
        differs = np.array(each.mean)[~each.agrees]
        assert differs / differs.sum() == pytest.approx(each.split)
    u = np.full(len(NAME) - 1, 1.0)
    linked = np.where(korean.agrees, 10.0, 5.0)
    before, after = (
        em._expected(each, 10.0, linked, u)[~each.agrees] for each in (korean, of_words)
    )
    assert before.sum() == pytest.approx(after.sum())
    assert after / after.sum() == pytest.approx(of_words.split)
    drawn = field_priors.prior_counts(of_words)[~of_words.agrees]
    assert drawn / field_priors.WEIGHT == pytest.approx(of_words.split)


def test_relatives_may_have_the_given_name_in_part() -> None:
    """José and José Miguel may be brothers; so may José Flores and José Elías Díaz Flores."""
    u = tuple(np.full(each - 1, 1 / (each - 1)) for each in levels.COUNTS)
    than_u = dict(zip(NAME[1:], em._event_correlated(u, u)[0] / u[0], strict=True))
    both = than_u.pop(NAME[IN_PART_OTHER_FIRST])
    given, others = (
        [than_u[each] for each in than_u if "in part" in each and each.startswith("given") == first]
        for first in (True, False)
    )
    assert (len(given), len(others)) == (3, 5)
    assert min(given) > 1.2
    assert max(others) == pytest.approx(0.5)
    assert both - 0.5 == pytest.approx(2 * (sum(given) - 3 * 0.5))


def test_relatives_have_both_names_in_part_less_often_than_unrelated_people() -> None:
    """Family names are in part the same among unrelated people, and hardly more among relatives."""
    u = [np.full(each - 1, 1 / (each - 1)) for each in levels.COUNTS]
    both = IN_PART_OTHER_FIRST - 1
    u[0][both] *= 50
    u[0] /= u[0].sum()
    kin = em._event_correlated(tuple(u), tuple(u))[0]
    assert kin[both] < 0.75 * u[0][both]


def test_the_levels_of_a_pair_fit_into_an_int32() -> None:
    last = sum(mask << shift for mask, shift in zip(levels.MASKS, levels.SHIFTS, strict=True))
    assert last < 2**31
