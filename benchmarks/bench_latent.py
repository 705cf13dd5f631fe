"""What `latent-class` gains over the plain Gibbs sampler of the same model, and what it costs.

    python benchmarks/bench_latent.py ratio        effective draws per CPU second, both samplers
    python benchmarks/bench_latent.py answer       seconds to an answer
    python benchmarks/bench_latent.py strata 1000  strata of five lists, each to 400 effective draws
    python benchmarks/bench_latent.py linkage      100 similar tables, as linkage draws them
    python benchmarks/bench_latent.py calibration 1000  ranks of simulated truth

`ratio` runs both samplers on one thread, from the same eight starts far apart, with the same
prior, compiled in the same way; effective draws of log n0 are those of all chains together.
Where R-hat is above 1.01 the chains do not agree and their effective draws mean little.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.estimate.conftest import TABLES
from tests.estimate.naive_latent import chance_of, from_prior, twenty_lists

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings
from uncounted.estimate.base.mcmc import convergence
from uncounted.estimate.latent_class.chains import (
    KINDS,
    WIDTH,
    bound_of,
    pattern_tree,
    start,
    steps_for,
)
from uncounted.estimate.latent_class.estimator import StickBreakingPrior, latent_class
from uncounted.estimate.latent_class.gibbs import run_chain, run_plain
from uncounted.estimate.latent_class.kernels import Floats, Ints, Leapfrog, Prior
from uncounted.estimate.strata.stratified import run_strata

CLASSES = 10
type Run = Callable[[np.random.Generator, Floats, Floats], tuple[Ints, float]]


def tables() -> dict[str, CaptureTable]:
    """Published tables and the simulated one of 20 lists."""
    return {
        "Kosovo, 4 lists": TABLES["kosovo"],
        "United Kingdom, 5 lists": TABLES["uk"],
        "simulated, 20 lists": twenty_lists(),
    }


def _both(table: CaptureTable, rounds: int, sweeps: int) -> tuple[Run, Run]:
    counts, prior = pattern_tree(table), Prior(0.25, 0.25, 1.0, 1.0, bound_of(table))
    steps = steps_for(counts)

    def ours(rng: np.random.Generator, x: Floats, y: Floats) -> tuple[Ints, float]:
        tuning = np.array([0.2])
        run_plain(rng, x, y, counts, prior, 20, 20)
        run_chain(rng, x, y, counts, prior, 200, Leapfrog(tuning, steps, WIDTH, True))
        began = time.process_time()
        n0, *_ = run_chain(rng, x, y, counts, prior, rounds, Leapfrog(tuning, steps, WIDTH, False))
        return n0, time.process_time() - began

    def plain(rng: np.random.Generator, x: Floats, y: Floats) -> tuple[Ints, float]:
        run_plain(rng, x, y, counts, prior, 10_000, 10_000)
        began = time.process_time()
        n0, *_ = run_plain(rng, x, y, counts, prior, sweeps, 5)
        return n0, time.process_time() - began

    return ours, plain


def _measure(table: CaptureTable, run: Run) -> tuple[float, float, float, str]:
    """R-hat, effective draws, effective draws per CPU second, what the chains say."""
    counts, prior = pattern_tree(table), Prior(0.25, 0.25, 1.0, 1.0, bound_of(table))
    found, seconds = [], 0.0
    for i, own in enumerate(np.random.SeedSequence(1).spawn(8)):
        rng = np.random.Generator(np.random.SFC64(own))
        n0, took = run(rng, *start(KINDS[i], counts, prior, CLASSES, rng))
        found.append(n0)
        seconds += took
    n0s = np.array(found)
    agree = convergence(np.log(n0s + 0.5), tails=False)
    low, middle, high = np.quantile(n0s, [0.025, 0.5, 0.975]) + table.observed
    medians = np.median(n0s, axis=1) + table.observed
    said = (
        f"{middle:,.0f} [{low:,.0f}, {high:,.0f}], chains {medians.min():,.0f}-{medians.max():,.0f}"
    )
    return agree.rhat, agree.ess, agree.ess / seconds, said


def ratio() -> None:
    """Both samplers on each table."""
    print("| table | sampler | R-hat | ESS | ESS per CPU s | N, chain medians |")
    print("|---|---|---:|---:|---:|---|")
    for name, table in tables().items():
        ours, plain = _both(table, 4000, 100_000)
        rates = []
        for what, run in (("ours", ours), ("plain", plain)):
            rhat, ess, rate, said = _measure(table, run)
            rates.append(rate)
            note = f"{rhat:.3f}" if rhat <= 1.01 else f"{rhat:.3f}, not converged"
            print(f"| {name} | {what} | {note} | {ess:,.0f} | {rate:,.0f} | {said} |", flush=True)
        print(f"| {name} | ratio | | | {rates[0] / rates[1]:,.0f} | |", flush=True)


def answer() -> None:
    """Wall and CPU seconds of the method with its defaults."""
    print("| table | wall s | CPU s | R-hat | ESS | N |")
    print("|---|---:|---:|---:|---:|---|")
    latent_class(TABLES["korea"], target_ess=400)
    for name, table in {**tables(), **TABLES}.items():
        began = time.process_time()
        fit = latent_class(table)
        cpu = time.process_time() - began
        if fit.interval is None:
            print(f"| {name} | {fit.seconds:.2f} | {cpu:.2f} | | | refused: {fit.reason} |")
            continue
        low, high = fit.interval
        print(
            f"| {name} | {fit.seconds:.2f} | {cpu:.2f} | {fit.diagnostics['rhat']:.3f} | "
            f"{fit.diagnostics['ess']:,.0f} | {fit.point:,.0f} [{low:,.0f}, {high:,.0f}] |",
            flush=True,
        )


def stratum(rng: np.random.Generator) -> CaptureTable:
    """50 to 1,000 people of two kinds on five lists."""
    people = int(rng.integers(50, 1001))
    chance = rng.uniform(0.03, 0.3, 5)
    kind = rng.random(people) < 0.3
    on = rng.random((people, 5)) < np.where(kind[:, None], np.minimum(3 * chance, 0.9), chance)
    return CaptureTable.tally(
        "ABCDE", [[n for n, hit in zip("ABCDE", row, strict=True) if hit] for row in on if any(row)]
    )


def strata(how_many: int) -> None:
    """Each to 400 effective draws and R-hat 1.01, as a user of strata gets them: both cores."""
    rng = np.random.default_rng(7)
    tables = [attrs.evolve(stratum(rng), stratum={"s": str(i)}) for i in range(how_many)]
    latent_class(TABLES["korea"], target_ess=400)
    began, cpu = time.perf_counter(), time.process_time()
    settings = {"latent-class": {"target_ess": 400, "chains": 8}}
    done = run_strata(tables, EstimateSettings(["latent-class"], by_method=settings))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    fits = [study.first for study in done.studies]
    refused = [fit for fit in fits if not fit.ok]
    slow = sorted(fit.seconds for fit in fits)
    print(
        f"{how_many} strata of 5 lists: {wall:.0f} s ({cpu:.0f} CPU s, "
        f"{cpu / how_many:.2f} a stratum), {len(refused)} refused ({len(refused) / how_many:.1%})"
    )
    print(
        f"seconds of one stratum: median {slow[len(slow) // 2]:.2f}, one in a hundred above "
        f"{slow[-1 - len(slow) // 100]:.1f}, slowest {', '.join(f'{s:.1f}' for s in slow[-3:])}"
    )
    for reason in {fit.reason for fit in refused}:
        print(f"  {reason}")


def linkage(chains: int = 4) -> None:
    """100 tables of about 850 people on 3 and on 4 lists, each a little different."""
    latent_class(TABLES["korea"], target_ess=400)
    for lists in (("EXH", "ABA", "OSCE"), ("EXH", "ABA", "OSCE", "HRW")):
        whole = TABLES["kosovo"].select(lists)
        rng = np.random.default_rng(3)
        names = list(whole.counts)
        base = np.array([round(whole.counts[name] * 850 / whole.observed) for name in names])
        began, cpu = time.perf_counter(), time.process_time()
        refused = 0
        for i in range(100):
            counts = np.maximum(base + np.rint(rng.normal(0, 0.2 * np.sqrt(base))).astype(int), 0)
            table = CaptureTable.of(lists, dict(zip(names, counts.tolist(), strict=True)))
            refused += not latent_class(table, target_ess=400, chains=chains, seed=i).ok
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(f"100 tables, {len(lists)} lists: {wall:.1f} s ({cpu:.1f} CPU s), {refused} refused")


def calibration(replicates: int) -> None:
    """Truth from the prior, 100 seen people on 4 lists: is its rank uniform?"""
    rng = np.random.default_rng(5)
    patterns = [format(i, "04b") for i in range(1, 16)]
    ranks: list[int] = []
    while len(ranks) < replicates:
        _, weights, lam = from_prior(4, 5, 1, rng)
        chance = np.array([chance_of(pattern, weights, lam)[0] for pattern in patterns])
        counts = rng.multinomial(100, chance / chance.sum())
        table = CaptureTable.of("ABCD", dict(zip(patterns, counts.tolist(), strict=True)))
        fit = latent_class(
            table, prior=StickBreakingPrior(classes=5), target_ess=400, seed=len(ranks), draws=99
        )
        if fit.draws is None:
            continue
        N = 100 + rng.negative_binomial(100, chance.sum())
        below, equal = np.sum(fit.draws < N), np.sum(fit.draws == N)
        ranks.append(int(below + rng.integers(0, equal + 1)) // 10)
    bins = np.bincount(np.array(ranks, dtype=np.int64), minlength=10)
    expected = len(ranks) / 10
    square = np.sum((bins - expected) ** 2 / expected)
    print(f"ranks in tenths {bins.tolist()}, chi-square {square:.1f} on 9")


def main() -> None:
    """Run what is named."""
    what, *more = sys.argv[1:] or ["ratio"]
    if what == "strata":
        strata(int(more[0]) if more else 1000)
    elif what == "calibration":
        calibration(int(more[0]) if more else 1000)
    else:
        {"ratio": ratio, "answer": answer, "linkage": linkage}[what]()


if __name__ == "__main__":
    main()
