"""The public names of the package, listed: a name is added, renamed or taken away here as well."""

from __future__ import annotations

import importlib

import pytest

import uncounted

PUBLIC = {
    "uncounted": """
        CaptureTable Estimate Study __version__ estimate linkage plots rates read_tables
        simulate
    """,
    "uncounted.estimate": """
        Claim Estimate EstimateSettings GammaPoissonPrior InversePrior LogPrior METHODS Study chao
        check decomposable describe disconnected_groups identify independence
        latent_class log_linear log_linear_stepwise pairs pool_strata read_tables
        round_to_interval run
        run_over run_strata run_strata_over sample_coverage saturated summary tipping
        two_list with_xi xi_table
    """,
    "uncounted.linkage": """
        Linkage at_chance capture_table link people_rows point_partition
    """,
    "uncounted.rates": """
        BiasPrior Contrast OutcomeColumns OutcomeTable Rate RateSettings Rates RowLabels Tally
        compare read sentence
    """,
    "uncounted.simulate": """
        latent_class_cells loglinear_cells simulate
    """,
    "uncounted.publish.plots": """
        Plot all_plots model_spread posterior save_plots track_record trajectory upset xi_curve
    """,
}


@pytest.mark.parametrize("room", PUBLIC)
def test_public_names_are_those_listed(room: str) -> None:
    module = importlib.import_module(room)
    assert sorted(module.__all__) == PUBLIC[room].split()
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_the_package_lists_its_names_before_they_are_loaded() -> None:
    assert dir(uncounted) == PUBLIC["uncounted"].split()
    assert uncounted.plots.__name__ == "uncounted.publish.plots"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        uncounted.nothing  # noqa: B018
