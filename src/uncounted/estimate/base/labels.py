"""What methods are called in a sentence or a table, and the paper that each is from."""

from __future__ import annotations

LABELS = {
    "decomposable": "decomposable graphs",
    "latent-class": "latent class",
    "log-linear": "log-linear, lowest BIC",
    "log-linear-stepwise": "log-linear, stepwise",
    "sample-coverage": "sample coverage",
    "independence": "independence",
    "two-list": "two lists",
    "identified": "identified",
    "chao": "Chao lower bound",
    "log-linear-covariates": "log-linear, average",
    "doubly-robust": "doubly robust",
}
SOURCES = {
    "decomposable": "decomposable graphical models, averaged over all graphs (Madigan & York 1997)",
    "latent-class": "Bayesian latent class model (Manrique-Vallier 2016)",
    "log-linear": "log-linear model of lowest BIC (Fienberg 1972), BCa bootstrap over the selection"
    " (Silverman, Chan & Vincent 2024)",
    "log-linear-stepwise": "log-linear model by forward selection (Chan, Silverman & Vincent 2021)",
    "sample-coverage": "sample coverage (Chao & Tsay 1998)",
    "independence": "independent lists, for comparison only (Chapman 1951; Fienberg 1972)",
    "two-list": "two lists with a stated odds ratio (Chapman 1951)",
    "chao": "lower bound (Chao 1987)",
    "log-linear-covariates": "log-linear models with covariates, averaged (Buckland et al. 1997;"
    " Zwane & van der Heijden 2005)",
    "doubly-robust": "doubly robust sums (Das, Kennedy & Jewell 2021; Dulce Rubio & Kennedy 2024)",
}


def label(method: str) -> str:
    """What a method is called; its name where it has no label."""
    return LABELS.get(method, method)
