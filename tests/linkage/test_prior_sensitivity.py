"""Linkage under other priors and rules: which cells there are, and what they fail by."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest

from uncounted.linkage import (
    Linkage,
    at_chance,
    chains,
    compare_reports,
    link,
    mcmc,
    pipeline,
    prior_sensitivity,
)
from uncounted.linkage.comparison import levels
from uncounted.linkage.diagnostics import AlternativeFit, ChainDiagnostics
from uncounted.linkage.encoding.encode import encode
from uncounted.linkage.model import partition_priors
from uncounted.linkage.result import numbered, together
from uncounted.linkage.sampler import candidate_graph
from uncounted.linkage.sampler import state as partition
from uncounted.progress import silent
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report

pytestmark = pytest.mark.sampler

GIVEN = ("철수", "영희", "성호", "은주", "광일", "향미", "춘화", "명국", "옥란", "혁철")
FAMILY = ("김", "리", "박", "최")


def reports() -> list[Report]:
    """Forty people on two lists, each twice on the first, no two reports in the same words."""
    rng = np.random.default_rng(3)
    rows = []
    for at, (family, given) in enumerate((f, g) for f in FAMILY for g in GIVEN):
        born = parse(f"{int(rng.integers(1950, 2000))}-{int(rng.integers(1, 13)):02}-07")
        for source, copies in (("A", 2), ("B", 1)):
            rows += [
                Report(
                    source,
                    f"{at}-{copy}",
                    (Name(family + given),),
                    sex="m" if copy else None,
                    birth=born,
                    origin="무산" if source == "B" else None,
                )
                for copy in range(copies)
            ]
    return rows


@pytest.fixture(scope="module")
def linkage() -> Linkage:
    return link(reports(), draws=20)


def test_every_prior_and_rule_has_a_cell(linkage: Linkage) -> None:
    names = [(each.prior, each.candidates) for each in linkage.grid]
    assert len(names) == len(set(names)) == 2 * len(partition_priors.PRIORS)
    assert ("overlap-table", "usual") not in names  # that is the linkage itself
    assert ("overlap-table", "loose") in names
    assert {prior for prior, _ in names} == set(partition_priors.PRIORS)
    assert linkage.diagnostics.grid == tuple(each.summary() for each in linkage.grid)


def test_lists_that_repeat_people_refute_that_they_do_not(linkage: Linkage) -> None:
    for each in linkage.grid:
        if each.prior == "no-duplicates":
            assert each.why is not None
            assert "lists do repeat people: 40 times" in each.why
        else:
            assert each.fit.people == pytest.approx(40, abs=1)


def test_readings_come_back_with_the_draws(linkage: Linkage) -> None:
    again = Linkage.from_bytes(linkage.to_bytes())
    assert [each.summary() for each in again.grid] == [each.summary() for each in linkage.grid]
    for one, other in zip(again.grid, linkage.grid, strict=True):
        assert one.labels.tolist() == other.labels.tolist()


def test_a_linkage_without_a_grid_comes_back_too() -> None:
    linkage = link(reports()[:12], draws=5, with_grid=False)
    assert linkage.grid == ()
    assert Linkage.from_bytes(linkage.to_bytes()).grid == ()


def test_what_a_fit_may_be_found_wanting_in() -> None:
    weights = tuple(np.zeros(count) for count in levels.COUNTS)
    m = (np.full(levels.COUNTS[0] - 1, 1 / (levels.COUNTS[0] - 1)),)  # .86 of names agree
    rates = SimpleNamespace(expected_pairs=10.0, weights=lambda: weights, m=m)
    labels = np.repeat(np.arange(20), 10)[None, :].astype(np.int32)

    def wanting(rhat: float) -> str | None:
        sampled: Any = SimpleNamespace(
            chains=ChainDiagnostics(rhat), rates=rates, compared=np.zeros((len(weights), 1))
        )
        return prior_sensitivity.failed_check(sampled, labels)

    assert wanting(1.0) == "900 pairs are linked where agreement alone suggests 10"
    assert wanting(np.inf) == wanting(1.0)  # chains that ran away were stopped for that
    rates.expected_pairs = 900.0
    assert wanting(1.0) is None
    assert wanting(1.4) == "the chains disagree (R-hat 1.40)"
    assert wanting(np.inf) == "the chains disagree (each stays where it is)"


def test_more_links_than_expected_do_not_excuse_chains_that_disagree() -> None:
    linked = link(reports(), draws=20, with_grid=False)
    compared = compare_reports.comparing(reports(), seed=1, progress=silent)
    rates = attrs.evolve(compared.rates, expected_pairs=0.0)

    def wanting(rhat: float, sweeps: int = 150) -> str | None:
        sampled: Any = SimpleNamespace(
            chains=ChainDiagnostics(rhat, sweeps=sweeps),
            rates=rates,
            compared=np.zeros((len(levels.COUNTS), 1)),
        )
        return prior_sensitivity.failed_check(sampled, linked.labels, compared.encoded)

    assert wanting(1.0) is None  # hardly a pair speaks against its link
    assert wanting(1.3) == "the chains disagree (R-hat 1.30)"
    assert wanting(np.inf) == "the chains disagree (each stays where it is)"
    given_up = wanting(np.inf, sweeps=0)
    assert given_up is not None
    assert "pairs are linked where agreement alone suggests 0" in given_up


def test_alternatives_of_very_many_reports_run_for_less_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = reports()
    runs = dict[str, mcmc.Run]()
    sample = mcmc.sample

    def seen(*given: Any, prior: Any, run: mcmc.Run | None = None, **how: Any) -> Any:
        assert run is not None
        runs.setdefault(prior.name, run)
        return sample(*given, prior=prior, run=run, **how)

    monkeypatch.setattr(mcmc, "sample", seen)
    link(rows, draws=8)
    few = runs["ewens"]
    assert (few.unguessed, few.length, few.sampling_error) == (20, 150, False)
    runs.clear()
    monkeypatch.setattr(mcmc, "MANY_REPORTS", len(rows) - 1)
    monkeypatch.setattr(mcmc, "VERY_MANY", len(rows) - 1)
    link(rows, draws=8)
    very = runs["ewens"]
    assert (very.unguessed, very.length, very.sampling_error) == (5, 40, True)
    assert very.hopeless == np.inf


def test_where_the_floor_had_to_rise_no_rule_is_looser() -> None:
    compared = compare_reports.comparing(reports(), seed=1, progress=silent)
    log_odds = np.random.default_rng(0).normal(-1.0, 2.0, len(compared.pairs.left))
    crowded = attrs.evolve(compared.pairs, log_odds=log_odds)
    usual = candidate_graph.build(compared.encoded, crowded, floor=pipeline.FLOOR)
    assert pipeline.FLOOR * 1.01 < usual.diagnostics.min_match_probability <= 0.5
    main = mcmc.sample(
        usual,
        compared.rates,
        compared.lists,
        draws=4,
        seed=1,
        progress=silent,
        run=attrs.evolve(prior_sensitivity.RUN, most_pairs=-1.0),
    )
    found = prior_sensitivity.alternative_linkages(
        compared.encoded,
        crowded,
        usual,
        main,
        prior="overlap-table",
        decisions=(),
        seed=1,
        progress=silent,
    )
    loose = [each.why for each in found if each.candidates == "loose"]
    assert loose == ["the usual candidates are as many as can be: there is no looser rule"]
    assert all(each.why != loose[0] for each in found if each.candidates != "loose")


@pytest.mark.parametrize(
    ("usual", "strict"),
    [(1e-4, 0.02), (3e-4, 0.02), (1e-2, 0.2), (0.3, 0.5), (0.5, 0.5), (0.7, 0.7)],
)
def test_strict_candidates_are_likelier_and_none_of_them_is_weak(
    usual: float, strict: float
) -> None:
    assert prior_sensitivity.rule_floor("strict", usual) == pytest.approx(strict)
    assert prior_sensitivity.rule_floor("loose", usual) == pytest.approx(usual / 10)
    compared = compare_reports.comparing(reports(), seed=1, progress=silent)

    def built(floor: float) -> candidate_graph.CandidateGraph:
        return candidate_graph.build(compared.encoded, compared.pairs, floor=floor)

    mine = built(prior_sensitivity.rule_floor("strict", usual))
    assert (mine.graph.weak == partition.FIRM).all()
    none = "the usual candidates are as few as can be: there is no stricter rule"
    assert prior_sensitivity.unchanged_candidates("strict", mine, built(usual)) == (
        none if usual > 0.25 else None
    )
    assert prior_sensitivity.unchanged_candidates("loose", built(usual / 10), built(usual)) is None


def test_a_floor_that_is_not_stated_hangs_on_how_many_reports_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = reports()
    many = [*few, Report("B", "one more", (Name("Kim 1"),), birth=parse("1940"))]
    monkeypatch.setattr(compare_reports, "ALL_PAIRS", len(few))
    assert link(
        few, draws=4, with_grid=False
    ).diagnostics.candidates.min_match_probability == pytest.approx(1e-4)
    assert link(
        many, draws=4, with_grid=False
    ).diagnostics.candidates.min_match_probability == pytest.approx(1e-3)
    assert pipeline.usual_floor(50_001) == pytest.approx(3e-3)


def test_chains_that_run_away_are_given_up() -> None:
    rows = reports()
    compared = compare_reports.comparing(rows, seed=1, progress=silent)
    built = candidate_graph.build(compared.encoded, compared.pairs, floor=pipeline.FLOOR)
    told: list[int] = []

    def sampled(most_pairs: float) -> mcmc.PartitionDraws:
        told.clear()
        return mcmc.sample(
            built,
            compared.rates,
            compared.lists,
            draws=6,
            seed=1,
            progress=lambda what, done, total: told.append(done),
            run=attrs.evolve(prior_sensitivity.RUN, most_pairs=most_pairs),
        )

    # forty people with three reports each are 120 pairs
    assert np.isinf(sampled(60.0).chains.rhat)
    assert max(told) <= 2 * mcmc.RUNAWAY_CHECK
    given_up = sampled(60.0)
    assert prior_sensitivity.alternative_fit(given_up, given_up.slots) == AlternativeFit()
    kept = sampled(130.0)
    assert kept.chains.rhat < 1.1
    apart = attrs.evolve(kept, chains=attrs.evolve(kept.chains, rhat=np.inf))  # they never met
    assert prior_sensitivity.alternative_fit(apart, kept.slots).rhat is None
    assert prior_sensitivity.alternative_fit(apart, kept.slots).people_interval is not None
    assert kept.slots.shape == (6, len(rows))


def test_a_warm_up_shorter_than_the_first_look_is_kept_to() -> None:
    compared = compare_reports.comparing(reports(), seed=1, progress=silent)
    built = candidate_graph.build(compared.encoded, compared.pairs, floor=pipeline.FLOOR)
    told: list[int] = []
    run = mcmc.Run(chains=1, warm_up=4, length=10, rounds=1, refuse=np.inf)
    mcmc.sample(
        built,
        compared.rates,
        compared.lists,
        draws=1,
        seed=1,
        progress=lambda what, done, total: told.append(total or 0),
        run=run,
    )
    assert set(told) == {1, 3, 10}  # one sweep and three; then those that are kept


def test_repeats_in_a_list_are_reported_as_the_mean_over_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = compare_reports.comparing(reports(), seed=1, progress=silent)
    built = candidate_graph.build(compared.encoded, compared.pairs, floor=pipeline.FLOOR)
    drawn = []
    draw = partition_priors.PartitionPrior.draw

    def spied(self: partition_priors.PartitionPrior, *args: Any) -> partition.PriorParameters:
        drawn.append(draw(self, *args))
        return drawn[-1]

    monkeypatch.setattr(partition_priors.PartitionPrior, "draw", spied)
    monkeypatch.setattr(chains, "every_turn_taken", lambda schedule: True)  # in each sweep
    run = mcmc.Run(chains=1, warm_up=4, length=12, thin=3, rounds=1, refuse=np.inf)
    told = mcmc.sample(
        built, compared.rates, compared.lists, draws=4, seed=1, progress=silent, run=run
    )
    mean = np.mean([each.q for each in drawn[4::3]], axis=0)
    assert told.chains.duplicates_in_a_list == pytest.approx(mean.round(4).tolist())
    assert told.chains.duplicates_in_a_list != pytest.approx(drawn[-1].q.round(4).tolist())


def test_of_many_lists_each_is_watched() -> None:
    """With seven lists there are 127 combinations; people on each, and by number of lists."""
    rng = np.random.default_rng(1)
    lists, labels = rng.integers(0, 7, 60), rng.integers(0, 20, 60)
    state = partition.empty_state(60, 7)
    slots: dict[int, int] = {}
    for r in range(60):
        slot = slots.setdefault(int(labels[r]), int(partition.fresh(state)))
        partition.add(state, r, int(lists[r]), slot)
    people = [set(lists[labels == label].tolist()) for label in slots]
    on = [sum(s in person for person in people) for s in range(7)]
    many = [sum(len(person) == k for person in people) for k in range(1, 8)]
    assert mcmc.monitored(state).tolist() == [len(people), *on, *many]


def test_a_main_linkage_that_fails_a_check_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert link(reports(), draws=20, with_grid=False).diagnostics.failed_check is None
    monkeypatch.setattr(
        prior_sensitivity, "failed_check", lambda *found: "names agree in 81% of the links"
    )
    told = link(reports(), draws=20, with_grid=False).diagnostics
    assert told.failed_check == "names agree in 81% of the links"


def test_strict_and_loose_readings_of_draws() -> None:
    keys = tuple(("A", str(at)) for at in range(4))
    rows = [[0, 0, 1, 2]] * 6 + [[0, 0, 0, 2]] * 3 + [[0, 1, 2, 2]] * 1
    linkage = Linkage(keys, np.array(rows, np.int32), 6)
    assert at_chance(linkage, 0.95).tolist() == [0, 1, 2, 3]
    assert at_chance(linkage, 0.5).tolist() == [0, 0, 1, 2]
    # 2 and 3 are one in a draw in ten, and 3 is with 0 and 1 in none
    assert at_chance(linkage, 0.05).tolist() == [0, 0, 0, 1]
    assert at_chance(linkage, 0.3).tolist() == [0, 0, 0, 1]  # by a chain of two pairs
    assert together(linkage.labels)[2, 3] == pytest.approx(0.1)


def test_very_many_reports_have_two_alternatives() -> None:
    def named(prior: str, reports: int) -> list[tuple[str, str]]:
        return [(each.name, rule) for each, rule in prior_sensitivity.grid_cells(prior, reports)]

    assert len(named("overlap-table", mcmc.VERY_MANY)) == 8
    many = mcmc.VERY_MANY + 1
    assert named("overlap-table", many) == [("overlap-table", "strict"), ("ewens", "usual")]
    assert named("ewens", many) == [("ewens", "strict"), ("overlap-table", "usual")]


@pytest.mark.parametrize("draws", [1, 50, 200, 5000])
def test_chains_of_many_reports_are_shorter_and_keep_an_odd_number_apart(draws: int) -> None:
    few, many, very = (mcmc.usual_run(n, draws) for n in (3000, 3001, mcmc.VERY_MANY + 1))
    assert few == mcmc.Run()
    assert few.length > many.length > very.length
    assert {many.thin % 2, very.thin % 2} == {1}
    assert (very.target, very.ess) == (many.target, many.ess) == (few.target, few.ess)
    assert [run.sampling_error for run in (few, many, very)] == [False, False, True]
    assert [run.warm_up for run in (few, many, very)] == [100, 100, 50]
    assert [run.unguessed for run in (few, many, very)] == [20, 20, 10]


def test_a_start_like_a_partition_has_only_links_that_candidates_lead_through() -> None:
    graph: Any = SimpleNamespace(
        starts=np.array([0, 1, 3, 4, 5, 6]),
        near=np.array([1, 0, 2, 1, 4, 3], np.int32),
        unit=np.arange(5, dtype=np.int32),
        lists=np.zeros(5, np.int64),
    )
    found = candidate_graph.hanging_together(graph, np.array([7, 7, 7, 7, 2], np.int32))
    assert numbered(found).tolist() == [0, 0, 0, 1, 2]


def test_two_names_that_recur_are_joined_by_one_link_and_a_merger_by_events_is_not() -> None:
    """Reports of one person under two names, and pairs of people whom one event made one."""

    def joined(names: Sequence[Sequence[str]]) -> float:
        said = [
            Report("A", f"{person}-{at}", (Name(name),))
            for person, each in enumerate(names)
            for at, name in enumerate(each)
        ]
        row = np.repeat(np.arange(len(names), dtype=np.int32), [len(each) for each in names])
        return prior_sensitivity.joined_by_name(row, encode(said))

    two_names = ["Rosa Amaya"] * 5 + ["Nelly Quezada"] * 5
    assert joined([two_names] * 3) == pytest.approx(8 / 9)
    two_people = ["Rosa Amaya", "Nelly Quezada"]
    assert joined([two_people] * 3) == 0.0
    assert joined([["Rosa Amaya"] * 3, two_people]) == pytest.approx(2 / 3)
    assert joined([["Rosa Amaya"]]) == 1.0
