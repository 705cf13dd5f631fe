"""Any log prior on N, for every Bayesian method; tables in other forms than a `CaptureTable`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate import (
    EstimateSettings,
    GammaPoissonPrior,
    LogPrior,
    decomposable,
    identify,
    latent_class,
    read_tables,
    run,
    two_list,
)

INFORMED = GammaPoissonPrior(20, 40)  # 800 people, give or take 180


def stated(N: np.ndarray) -> np.ndarray:
    return INFORMED.log(np.asarray(N, dtype=np.float64))


def test_a_function_is_the_prior_that_it_states(tables: Mapping[str, CaptureTable]) -> None:
    table = tables["spina-bifida"]
    own, function = decomposable(table, prior=INFORMED), decomposable(table, prior=stated)
    assert (function.point, function.interval) == (own.point, own.interval)
    assert function.settings["prior_N"] == "stated as a function"
    named = decomposable(table, prior=LogPrior(stated, "expert"))
    assert named.settings["prior_N"] == "expert"
    one_by_one = decomposable(table, prior=lambda N: -math.log(N))
    assert one_by_one.point == decomposable(table).point


def test_draws_are_reweighted(tables: Mapping[str, CaptureTable]) -> None:
    """The gamma-Poisson prior as a function, against its own exact draws."""
    table = tables["spina-bifida"]
    exact = identify(table, prior=INFORMED, draws=40_000)
    found = identify(table, prior=stated, draws=40_000)
    assert found.number() == pytest.approx(exact.number(), rel=0.02)
    assert found.interval == pytest.approx(exact.interval, rel=0.03)
    two = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    low = two_list(two, psi=1.0, prior=lambda N: -5 * np.log(N))
    assert low.number() < two_list(two, psi=1.0).number()


@pytest.mark.sampler
def test_latent_classes_under_a_stated_prior(tables: Mapping[str, CaptureTable]) -> None:
    table = tables["spina-bifida"]
    plain = latent_class(table)
    low = latent_class(table, prior_n=lambda N: -10 * np.log(N))
    assert low.number() < plain.number()
    assert low.settings["prior_N"] == "stated as a function"
    far = latent_class(table, prior_n=lambda N: -((N - 5000.0) ** 2))
    assert "the draws are worth" in str(far.reason)


def test_priors_that_cannot_be(kosovo: CaptureTable) -> None:
    with pytest.raises(UsedWrongly, match="not a number for some N"):
        decomposable(kosovo, prior=lambda N: N * math.nan)
    capped = LogPrior(lambda N: np.where(N < 20_000, 0.0, -np.inf))
    with pytest.raises(UsedWrongly, match="is 0 for some N"):
        decomposable(kosovo, prior=capped)
    on_grid = decomposable(kosovo, prior=capped, grid=range(0, 40_000, 10))
    assert on_grid.interval is not None
    assert on_grid.interval[1] < 20_000
    flat = decomposable(kosovo, prior=lambda N: 0.0 * N)
    assert "its tail does not sum" in str(flat.reason)


def test_a_table_may_be_a_file_or_a_data_frame(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    file = tmp_path / "table.csv"
    file.write_text("A,B,sex,count\n1,0,f,40\n0,1,f,20\n1,1,f,10\n1,0,m,4\n0,1,m,2\n1,1,m,1\n")
    frame = pandas.read_csv(file)
    by_sex = read_tables(str(file), by="sex")
    assert [table.counts for table in read_tables(frame, by=["sex"])] == [
        table.counts for table in by_sex
    ]
    both = frame[frame.sex == "f"].drop(columns="sex")
    chao = EstimateSettings("chao")
    assert run(both, chao)["chao"].point == run(by_sex[0], chao)["chao"].point
    both.to_csv(tmp_path / "f.csv", index=False)
    assert run(str(tmp_path / "f.csv"), chao)["chao"].point == 150.0
    with pytest.raises(UsedWrongly, match="not a table"):
        run(5)
    with pytest.raises(BadInput, match="data frame, row 1, column 'A'"):
        read_tables(pandas.DataFrame({"A": [2, 1, 0], "B": [1, 1, 1]}))
