"""Draws handed to ArviZ: chains stay apart, and are the draws that the estimate is of."""

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate import EstimateSettings, Study, run, with_xi

TABLE = CaptureTable.of(
    "ABC",
    {"100": 60, "010": 49, "110": 4, "001": 247, "101": 112, "011": 142, "111": 12},
)


@pytest.fixture(scope="module")
def study() -> Study:
    own = {"latent-class": {"target_ess": 800}}
    methods = ["decomposable", "latent-class", "chao"]
    return run(TABLE, EstimateSettings(methods, by_method=own, robustness=False))


def test_chains_of_the_sampler_stay_apart(study: Study) -> None:
    latent = study["latent-class"]
    by_chain = latent.to_arviz()["posterior"]["N"]
    assert by_chain.dims == ("chain", "draw")
    assert by_chain.sizes["chain"] == latent.diagnostics["chains"]
    medians = np.median(by_chain.values, axis=1)
    assert medians == pytest.approx(latent.diagnostics["chain_medians"], rel=0.01)
    assert np.median(by_chain.values) == pytest.approx(latent.point, rel=0.01)


def test_independent_draws_are_one_chain(study: Study) -> None:
    found = study["decomposable"]
    assert found.draws is not None
    assert found.to_arviz()["posterior"]["N"].values.tolist() == [found.draws.tolist()]


def test_xi_moves_the_chains_too(study: Study) -> None:
    halved = with_xi(study["latent-class"], TABLE.observed, 2.0)
    assert halved.chains is not None
    assert np.median(halved.chains) == pytest.approx(halved.point, rel=0.01)


def test_a_method_without_draws_has_none_to_hand_over(study: Study) -> None:
    with pytest.raises(NotEstimable, match="chao has no posterior draws"):
        study["chao"].to_arviz()


def test_a_refusal_raises_its_reason() -> None:
    refused = run(CaptureTable.of("AB", {"10": 4, "01": 3}), EstimateSettings("decomposable"))
    with pytest.raises(NotEstimable, match="no person is on two lists"):
        refused["decomposable"].to_arviz()
