"""Every published or recomputed value of the tables in `conftest`, typed in.

Log-linear models have their own file. R dga is version 2.0.2, R CARE1 1.1.0, R Rcapture
1.4-4, all run in November 2026.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import attrs
import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import (
    GammaPoissonPrior,
    InversePrior,
    chao,
    decomposable,
    independence,
    log_linear,
    pairs,
    sample_coverage,
    saturated,
)
from uncounted.estimate.base.priors import Prior
from uncounted.estimate.graphical.decomposable import GraphModel
from uncounted.estimate.graphical.graph_sum import log_sums
from uncounted.estimate.loglinear.selection import Candidates

type Tables = Mapping[str, CaptureTable]

MADIGAN_YORK = GammaPoissonPrior(13.14, 55.17)


def load(name: str) -> ModuleType:
    path = Path(__file__).parent / name
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@attrs.frozen(eq=False)
class Grid:
    """What R dga does: n0 takes just these values; each graph's own share besides.

    The average comes from the dynamic programme, each graph from its cliques by hand.
    """

    N: np.ndarray
    scores: np.ndarray
    rest: np.ndarray
    mass: np.ndarray
    log_total: float

    @classmethod
    def of(cls, table: CaptureTable, delta: float, prior: Prior, last: int, step: int = 1) -> Grid:
        n0 = np.arange(0, last + 1, step)
        N = (n0 + table.observed).astype(float)
        model = GraphModel.of(table, delta)
        scores = model.scores(n0)
        rest = model.log_ways(n0) + prior.log(N)
        f = log_sums(scores) + rest
        total = float(np.logaddexp.reduce(f))
        return cls(N, scores, rest, np.exp(f - total), total)

    def graph(self, cliques: str) -> np.ndarray:
        """Joint mass of one graph and each N; separators from the running intersection."""
        sets = [sum(1 << (int(i) - 1) for i in clique) for clique in cliques.split(",")]
        seen, log_mass = sets[0], self.rest + self.scores[:, sets[0]]
        left = sets[1:]
        while left:
            for C in left:
                S = C & seen
                if S == 0 or any(S & B == S for B in sets if B not in left):
                    log_mass = log_mass + self.scores[:, C] - self.scores[:, S]
                    seen |= C
                    left = [B for B in left if B != C]
                    break
            else:
                raise AssertionError(f"{cliques} is not in the order of a junction tree")
        return np.asarray(np.exp(log_mass - self.log_total))

    def quantiles(self, mass: np.ndarray | None = None) -> list[float]:
        cumulative = np.cumsum(self.mass if mass is None else mass / mass.sum())
        return [float(self.N[np.searchsorted(cumulative, q)]) for q in (0.025, 0.5, 0.975)]

    def bayes(self, mass: np.ndarray | None = None) -> float:
        """E[1/N] / E[1/N^2], the estimate of least relative squared error."""
        share = self.mass if mass is None else mass
        return float((share / self.N).sum() / (share / self.N**2).sum())


@pytest.fixture(scope="module")
def spina(tables: Tables) -> Grid:
    return Grid.of(tables["spina-bifida"], 1.0, MADIGAN_YORK, 5000)


@pytest.mark.parametrize(
    ("cliques", "share", "bayes", "quantiles"),
    [
        ("12,3", 0.3733, 731.0688, (701, 731, 767)),
        ("12,23", 0.3095, 755.9456, (714, 756, 811)),
        ("12,13", 0.2814, 711.6314, (681, 711, 751)),
        ("123", 0.0359, 697.4548, (628, 688, 934)),
    ],
)
def test_spina_bifida_graph_by_graph(
    spina: Grid, cliques: str, share: float, bayes: float, quantiles: tuple[float, ...]
) -> None:
    """Madigan and York (1997): [12,3] has .37 of the posterior, Bayes estimate 731; R dga."""
    mass = spina.graph(cliques)
    assert mass.sum() == pytest.approx(share, abs=5e-5)
    assert spina.bayes(mass) == pytest.approx(bayes, abs=5e-5)
    assert spina.quantiles(mass) == list(quantiles)


def test_spina_bifida_averaged(spina: Grid) -> None:
    """Madigan and York (1997): Bayes estimate 731, mode 728 (of [12,3] alone: 729); R dga."""
    assert spina.bayes() == pytest.approx(731.1814, abs=5e-5)
    assert spina.N[int(np.argmax(spina.mass))] == 728
    assert spina.N[int(np.argmax(spina.graph("12,3")))] == 729
    assert spina.quantiles() == [682, 731, 797]
    assert float(spina.N @ spina.mass) == pytest.approx(733.6767, abs=5e-5)


def test_spina_bifida_without_a_grid_is_the_same(tables: Tables, spina: Grid) -> None:
    """The informed prior has a mean, and no end has to be chosen. The mean is read off cells
    of several whole numbers at their middles, which is 2 parts in 100,000 of n0 off."""
    estimate = decomposable(tables["spina-bifida"], delta=1.0, prior=MADIGAN_YORK)
    assert estimate.interval is not None
    assert [estimate.interval[0], estimate.point, estimate.interval[1]] == spina.quantiles()
    assert estimate.mean == pytest.approx(733.6767, abs=4e-3)
    assert estimate.diagnostics["prob_saturated"] == pytest.approx(0.0359, abs=2e-4)


GRAPHS = {
    ("kosovo", 1 / 16): ({"123,134": 0.9855, "123,34": 0.0108, "123,234": 0.0037}, 60_000),
    ("korea", 1 / 8): (
        {"12,23": 0.6446, "12,3": 0.1618, "123": 0.1581, "12,13": 0.0355}, 20_000,
    ),
    ("uk", 1 / 32): (
        {"123,34,25": 0.4434, "125,135,45": 0.1507, "123,125,34": 0.1122, "123,34,5": 0.0635},
        60_000,
    ),
    ("congenital", 0.5): (
        {"12,13,24,45": 0.2170734, "12,13,45": 0.1602936, "124,13,45": 0.08226559}, 2000,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "delta"), GRAPHS)
def test_posterior_of_graphs_as_r_dga(tables: Tables, name: str, delta: float) -> None:
    """R dga lists the graphs; here their share is that of the sum made without listing them."""
    said, last = GRAPHS[name, delta]
    grid = Grid.of(tables[name], delta, InversePrior(), last)
    digits = 1e-7 if name == "congenital" else 5e-5
    found = {cliques: float(grid.graph(cliques).sum()) for cliques in said}
    assert found == pytest.approx(said, abs=digits)


@pytest.mark.parametrize(
    ("name", "delta", "last", "mean", "quantiles"),
    [
        ("kosovo", 1 / 16, 60_000, 12749.3445, (9827, 12595, 16544)),
        ("kosovo", 0.5, 60_000, 11013.65, (4481, 11319, 14484)),
        ("korea", 1 / 8, 20_000, 223.26, (123, 159, 483)),
        ("korea", 0.5, 20_000, 158.61, (123, 150, 251)),
        ("korea", 1.0, 20_000, 152.20, (124, 148, 206)),
        ("uk", 1 / 32, 60_000, 21281.97, (10387, 22990, 33509)),
        ("congenital", 0.5, 2000, 617.815993, (588, 616, 655)),
    ],
)
def test_averages_as_r_dga(
    tables: Tables,
    name: str,
    delta: float,
    last: int,
    mean: float,
    quantiles: tuple[float, float, float],
) -> None:
    """On R dga's grids. Where 1/N leaves no mean, the mean is the grid's: Korea's 223 is
    that of n0 up to 20,000, and at 60,000 it would be 239; the quantiles hardly move."""
    estimate = decomposable(tables[name], delta=delta, grid=range(last + 1))
    assert estimate.mean == pytest.approx(mean, abs=0.005 if mean < 20_000 else 0.05)
    assert estimate.interval is not None
    assert (estimate.interval[0], estimate.point, estimate.interval[1]) == quantiles


@pytest.mark.parametrize(
    ("name", "delta", "last", "mean", "quantiles"),
    [
        ("kosovo", 1.0, 20_000, 4828.0, (4407, 4616, 6844)),
        ("uk", 0.5, 8000, 2847.49, (2744, 2786, 3276)),
        ("uk", 1.0, 8000, 2835.47, (2746, 2806, 3092)),
    ],
)
def test_what_r_dga_says_where_we_give_no_number(
    tables: Tables,
    name: str,
    delta: float,
    last: int,
    mean: float,
    quantiles: tuple[float, float, float],
) -> None:
    """A heavy prior count makes the complete graph nearly certain, and it knows nothing
    about the unseen: R dga's 2,786 people for the United Kingdom, of whom 2,744 were seen,
    is the prior speaking. The sums agree; `decomposable` refuses."""
    grid = Grid.of(tables[name], delta, InversePrior(), last)
    assert float(grid.N @ grid.mass) == pytest.approx(mean, abs=0.05)
    assert grid.quantiles() == list(quantiles)
    estimate = decomposable(tables[name], delta=delta, grid=range(last + 1))
    assert estimate.status == "refused"
    assert "the complete graph holds" in (estimate.reason or "")


@pytest.mark.parametrize(("name", "mode", "last"), [("kosovo", 12267, 60_000),
                                                    ("congenital", 614, 2000)])  # fmt: skip
def test_modes_as_r_dga(tables: Tables, name: str, mode: int, last: int) -> None:
    delta = 0.5 if name == "congenital" else 1 / 16
    grid = Grid.of(tables[name], delta, InversePrior(), last)
    assert grid.N[int(np.argmax(grid.mass))] == mode


def test_six_lists_which_r_dga_cannot(tables: Tables) -> None:
    """18,154 graphs listed one by one, every twentieth n0 up to 60,000."""
    estimate = decomposable(tables["uk6"], grid=range(0, 60_001, 20))
    assert estimate.mean == pytest.approx(14101.438359, abs=1e-6)
    assert (estimate.point, estimate.interval) == (12324, (10224, 26204))


@pytest.mark.parametrize(
    ("name", "delta", "interval", "point"),
    [
        # R dga 2.0.2 with delta = 2^-J and n0 up to 20 n
        ("hiv", None, (9404, 14095), 11220),
        ("spina-bifida", None, (694, 787), 731),
        ("congenital", None, (590, 656), 618),
        ("uk", None, (10387, 33508), 22990),
    ],
)
def test_defaults_as_r_dga(
    tables: Tables,
    name: str,
    delta: float | None,
    interval: tuple[float, float],
    point: float,
) -> None:
    """No grid is chosen here; an end of the tail beyond 20 n moves a quantile by a few people."""
    estimate = decomposable(tables[name], delta=delta)
    assert estimate.point == pytest.approx(point, abs=2)
    assert estimate.interval == pytest.approx(interval, abs=6)


def test_sample_coverage_on_diabetes(tables: Tables) -> None:
    """Chao, Tsay, Lin, Shau and Chao (2001): C 80.3%, N0 2,272, N 2,609, N1 2,458."""
    estimate = sample_coverage(tables["diabetes"])
    said = estimate.diagnostics
    assert said["coverage"] == pytest.approx(0.803, abs=0.0005)
    found = [said["if_independent"], said["high_coverage"], said["low_coverage"]]
    assert [round(value) for value in found] == [2272, 2609, 2458]
    assert round(estimate.number()) == 2609
    assert estimate.warnings == ()


def test_pairs_on_diabetes(tables: Tables) -> None:
    """R CARE1, CARE1.print(Diabetes): Chapman's estimate and Chao's interval for each pair."""
    rows = pairs(tables["diabetes"])
    assert [(round(row.point), *map(round, row.interval)) for row in rows] == [
        (2351, 2250, 2478), (2185, 2146, 2233), (2261, 2117, 2468), (2057, 1922, 2224),
        (803, 725, 913), (1555, 1445, 1712),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "variant", "point", "error"),
    [
        ("kosovo", "mh", 8787.2, 222.6),
        ("kosovo", "mth", 8591.2, 213.5),
        ("hiv", "mh", 12145.1, 1076.2),
        ("hiv", "mth", 11701.0, 1030.9),
    ],
)
def test_lower_bounds_as_rcapture(
    tables: Tables, name: str, variant: str, point: float, error: float
) -> None:
    """R Rcapture, closedp: "Mh Chao (LB)" and "Mth Chao (LB)"."""
    estimate = chao(tables[name], variant=variant)  # type: ignore[arg-type]
    assert estimate.point == pytest.approx(point, abs=0.05)
    assert estimate.diagnostics["se"] == pytest.approx(error, abs=0.05)
    assert estimate.point_kind == "lower bound"


@pytest.mark.parametrize("variant", ["mh", "mth"])
@pytest.mark.parametrize("name", ["kosovo", "korea", "uk", "uk6", "congenital", "spina-bifida"])
def test_lower_bounds_against_every_set_of_parameters(
    tables: Tables, name: str, variant: str
) -> None:
    naive = load("naive_chao.py")
    expected = naive.lower_bound(tables[name], lists_differ=variant == "mth")
    estimate = chao(tables[name], variant=variant)  # type: ignore[arg-type]
    assert estimate.number() - tables[name].observed == pytest.approx(expected, rel=1e-4)
    assert all(row["eta"] >= 0 for row in estimate.diagnostics["eta"])


def test_the_bound_as_a_model_is_the_bound_from_moments(tables: Tables) -> None:
    """Where no parameter is held at 0 the fit is exact; the variance is the same as well."""
    model, moments = (chao(tables["congenital"], variant=variant) for variant in ("mh", "equal"))
    assert all(row["eta"] > 0 for row in model.diagnostics["eta"])
    assert model.point == pytest.approx(moments.point, rel=1e-9)
    assert model.diagnostics["se"] == pytest.approx(moments.diagnostics["se"], rel=1e-9)
    assert model.diagnostics["deviance"] == pytest.approx(0, abs=1e-9)


def test_the_bound_without_people_who_differ_is_independence(tables: Tables) -> None:
    """With every eta at 0, `mth` is the Poisson fit of independence, which ends its steps at
    a rise of the likelihood of 1e-9: about 1e-8 of n0."""
    korea = tables["korea"]
    assert chao(korea, variant="mth").diagnostics["eta"] == [{"lists": 3, "eta": 0.0}]
    poisson = log_linear(korea, candidates=Candidates(max_order=1), resamples=0)
    assert chao(korea, variant="mth").point == pytest.approx(poisson.point, rel=1e-7)


def test_bounds_that_have_no_form() -> None:
    nobody_twice = CaptureTable.of("ABC", {"100": 8, "010": 5, "001": 4, "111": 3})
    assert "no one is on exactly two lists" in str(chao(nobody_twice, variant="mh").reason)
    names = "ABCDEFGHIJKLM"
    wide = CaptureTable.tally(names, [{a, b} for a in names for b in names])
    assert "up to 12 lists, and there are 13" in str(chao(wide, variant="mth").reason)
    assert chao(wide, variant="mh").ok
    with pytest.raises(UsedWrongly, match="unknown variant 'mb'"):
        chao(wide, variant="mb")  # type: ignore[arg-type]


def test_bounds_lie_below_a_population_whose_people_differ() -> None:
    """40 tables of 2,000 people, some four times as easy to record: independence is below the
    bound, and the bound below the truth."""
    rng = np.random.default_rng(8)
    ease = np.where(rng.random((2000, 1)) < 0.7, 0.08, 0.32)
    sizes = np.array([1.0, 0.6, 1.4, 0.9, 1.1])
    points: dict[str, list[float]] = {"mh": [], "mth": []}
    independent = []
    for _ in range(40):
        on = rng.random((2000, 5)) < ease * sizes
        people = [[n for n, hit in zip("ABCDE", row, strict=True) if hit] for row in on]
        table = CaptureTable.tally("ABCDE", [person for person in people if person])
        independent.append(independence(table).number())
        for variant, found in points.items():
            found.append(chao(table, variant=variant).number())  # type: ignore[arg-type]
    for found in points.values():
        assert 1.05 * np.mean(independent) < np.mean(found) < 2000


def test_independence_on_hiv(tables: Tables) -> None:
    """R Rcapture, closedp: Mt 11124.6, s.e. 904.8. Rcapture's is the Poisson fit, whose
    intercept solves the same equation as the multinomial's, N of Darroch (1958)."""
    estimate = independence(tables["hiv"])
    assert estimate.point == pytest.approx(11124.6, abs=0.05)
    assert estimate.diagnostics["se"] == pytest.approx(904.8, abs=0.1)


@pytest.mark.parametrize(
    ("xi", "number", "error"),
    [
        (1 / 2, 29483.7609, 11874.1046),
        (2 / 3, 23212.8206, 8905.8425),
        (1.0, 16941.8804, 5937.5804),
        (1.5, 12761.2536, 3958.7390),
        (2.0, 10670.9402, 2969.3182),
    ],
)
def test_no_highest_order_interaction_on_kosovo(
    kosovo: CaptureTable, xi: float, number: float, error: float
) -> None:
    """Aleshin-Guendel, Sadinle and Wakefield (2024), plain counts. The standard error is
    recorded as 1/xi times that at xi = 1; ours keeps the Poisson variance of n0 itself,
    var = n0 + n0^2 sum(1/x), which differs by no more than three parts in 100,000."""
    estimate = saturated(kosovo, xi=xi)
    assert estimate.point == pytest.approx(number, abs=5e-5)
    assert estimate.diagnostics["se"] == pytest.approx(error, rel=3e-5)


def test_no_highest_order_interaction_is_the_largest_log_linear_model(
    kosovo: CaptureTable,
) -> None:
    largest = tuple(range(15))
    estimate = log_linear(kosovo, candidates=Candidates(models=[largest]), resamples=0)
    assert estimate.point == pytest.approx(saturated(kosovo).point, rel=1e-9)
    assert estimate.diagnostics["se"] == pytest.approx(5937.58, abs=0.005)


def test_artificial_lists_share_no_one_with_the_third(tables: Tables) -> None:
    """R SparseMSE gives 539 [281, 1,484] and R LCMCR 405 [238, 806] for this table; nobody
    on the third list is on another, so every method refuses here."""
    for method in (decomposable, chao, independence, sample_coverage, log_linear):
        refusal = method(tables["artificial"])
        assert refusal.status == "refused"
        assert "groups with no person in common" in (refusal.reason or "")


@pytest.mark.parametrize("variant", ["moment", "mh", "mth"])
def test_bounds_do_not_know_the_order_of_the_lists_and_grow_with_the_counts(
    tables: Tables, variant: str
) -> None:
    """n0 is of degree one in the counts, in every form."""
    table = tables["uk"]
    first = chao(table, variant=variant).number()  # type: ignore[arg-type]
    turned = table.select([*table.lists[2:], *table.lists[:2]])
    assert chao(turned, variant=variant).number() == pytest.approx(first, rel=1e-8)  # type: ignore[arg-type]
    more = CaptureTable(table.lists, {p: 1000 * count for p, count in table.counts.items()})
    assert chao(more, variant=variant).number() == pytest.approx(1000 * first, rel=1e-7)  # type: ignore[arg-type]
