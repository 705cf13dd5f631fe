"""MCMC chains for the latent class model: overdispersed starts, run until they converge.

The time allowed is turned into a number of steps by a fixed rule, so that a seed gives
the same draws on every machine and with any number of threads.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import attrs
import numpy as np

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.estimate.base.mcmc import MOST_RHAT, Convergence, convergence
from uncounted.estimate.latent_class.gibbs import FINE, TOO_MANY, run_chain, run_plain
from uncounted.estimate.latent_class.kernels import Counts, Floats, Ints, Leapfrog, Prior

STEPS = 96  # most leapfrog steps of a leap
STEPS_THREE = 256  # the same on three lists, where many classes fit as well and the ridge is long
_FEWEST = 24
WIDTH = 0.7  # of the aim of a leap: the narrower, the longer its steps and the shorter its way
WARM_SWEEPS = 20
WARM_ROUNDS = 150
_FIRST = 200  # rounds before the chains are first looked at
_HOPELESS = 1.2  # R-hat of chains that are given up early, after a share of the rounds
_PATIENCE = 1 / 8  # that share
_TRAPPED = 3_000  # rounds at least: chains have left a trap after 2,000
_APART = 1.05  # R-hat that no chance explains: the older half is dropped
_ESS_A_CHAIN = 150.0
_LAST = 200_000  # rounds of one chain that are held in memory
KINDS = ("independence", "split", "prior", "most", "least", "split", "most", "least")


@attrs.frozen(eq=False)
class ChainDraws:
    """What the chains gave after their warm-up, each array of shape (chains, draws)."""

    n0: Ints
    logits: Floats
    classes: Ints
    convergence: Convergence
    rounds: int
    leaps: Floats
    exchanges: Floats
    dropped: int

    @property
    def log_n0(self) -> Floats:
        """log(n0 + 1/2)."""
        answer: Floats = np.log(self.n0 + 0.5)
        return answer


def pattern_tree(table: CaptureTable) -> Counts:
    """The patterns as a tree, in an order that does not depend on the order of the lists."""
    totals = table.list_totals
    order = sorted(table.lists, key=lambda name: (-totals[name], name))
    patterns = {
        tuple(i for i, mark in enumerate(pattern) if mark == "1"): count
        for pattern, count in table.select(order).counts.items()
    }
    rows: dict[tuple[int, ...], int] = {(): 0}
    for pattern in sorted(patterns, key=lambda on: (len(on), on)):
        for length in range(1, len(pattern) + 1):
            rows.setdefault(pattern[:length], len(rows))
    nodes = list(rows)
    members = np.zeros((len(nodes), len(order)), np.bool_)
    for m, node in enumerate(nodes):
        members[m, list(node)] = True
    count = np.array([patterns.get(node, 0) for node in nodes], dtype=np.float64)
    share = count @ members / count.sum()
    return Counts(
        parent=np.array([rows[node[:-1]] for node in nodes], np.int64),
        last=np.array([node[-1] if node else 0 for node in nodes], np.int64),
        people=count,
        members=members,
        share=share,
        n=float(count.sum()),
    )


def bound_of(table: CaptureTable) -> float:
    """How far up a logit of a chance may go, so that no product of chances overflows.

    35 (the prior leaves 1e-15 beyond) unless a person is on ten lists or more.
    """
    return min(35.0, 340.0 / max(pattern.count("1") for pattern in table.counts))


def start(
    kind: str, counts: Counts, prior: Prior, classes: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """A place to begin: logits of the chances (lists, classes) and log-weights (classes).

    `independence`: all classes alike, as if lists were independent. `split`: classes
    scattered around that. `prior`: chances drawn from anywhere. `most`: nearly everybody
    in a class that is seldom recorded. `least`: everybody easily recorded.
    """
    J = counts.members.shape[1]
    N = counts.n
    for _ in range(200):
        N = counts.n / (1.0 - float(np.prod(1.0 - counts.share * counts.n / N)) + 1e-12)
    p = np.clip(counts.share * counts.n / N, 1e-9, 1.0 - 1e-9)
    middle = np.log(p / (1.0 - p))[:, None]
    noise = rng.standard_normal((J, classes))
    y = np.zeros(classes)
    if kind == "independence":
        x = middle + 0.01 * noise
    elif kind == "split":
        x = middle + noise
    elif kind == "prior":
        x, y = rng.logistic(size=(J, classes)), rng.standard_normal(classes) * 2
    elif kind == "most":
        x = middle + 0.5 * noise
        x[:, 0] -= 3.0
        y[0] = 3.0 + math.log(classes)
    else:
        x = middle + 3.0 + 0.5 * noise
    x = np.ascontiguousarray(np.clip(x, -0.9 * prior.bound, 0.9 * prior.bound))
    return x, y - float(np.log(np.exp(y).sum()))


def steps_for(counts: Counts) -> int:
    """Most steps of a leap: as the widest and the narrowest direction differ, about sqrt(n)."""
    most = STEPS_THREE if counts.members.shape[1] == 3 else STEPS
    return min(most, max(_FEWEST, round(1.3 * math.sqrt(counts.n))))


def rounds_for(seconds: float, counts: Counts, classes: int, chains: int) -> int:
    """Rounds a chain that take about so many seconds of one core of the year 2026.

    A rule, not a clock: 9 ns a chance and 3.2 ns a cell for each step of a leap.
    """
    M, J = counts.members.shape
    step = 1e-9 * (classes * (9 * J + 3.2 * M) + 10 * M + 200)
    return max(2, int(seconds / (chains * step * (steps_for(counts) / 2 + 15))))


@attrs.define(eq=False)
class _Chain:
    rng: np.random.Generator
    x: Floats
    y: Floats
    tuning: Floats = attrs.field(factory=lambda: np.array([0.2]))
    n0: list[Ints] = attrs.field(factory=list)
    logits: list[Floats] = attrs.field(factory=list)
    classes: list[Ints] = attrs.field(factory=list)
    leaps: float = 0.0
    exchanges: float = 0.0

    def warm_up(self, counts: Counts, prior: Prior, rounds: int) -> int:
        *_, how = run_plain(self.rng, self.x, self.y, counts, prior, WARM_SWEEPS, WARM_SWEEPS)
        if how == FINE:
            leapfrog = Leapfrog(self.tuning, steps_for(counts), WIDTH, True)
            *_, how = run_chain(self.rng, self.x, self.y, counts, prior, rounds, leapfrog)
        return int(how)

    def go_on(self, counts: Counts, prior: Prior, rounds: int) -> int:
        leapfrog = Leapfrog(self.tuning, steps_for(counts), WIDTH, False)
        n0, logits, classes, self.leaps, self.exchanges, how = run_chain(
            self.rng, self.x, self.y, counts, prior, rounds, leapfrog
        )
        self.n0.append(n0)
        self.logits.append(logits)
        self.classes.append(classes)
        return int(how)

    def drop_older_half(self) -> None:
        keep = -(-sum(map(len, self.n0)) // 2)
        self.n0 = [np.concatenate(self.n0)[-keep:]]
        self.logits = [np.concatenate(self.logits)[-keep:]]
        self.classes = [np.concatenate(self.classes)[-keep:]]


def sample(
    counts: Counts,
    prior: Prior,
    *,
    classes: int,
    chains: int,
    seed: int,
    target: float,
    most: int,
    threads: int | None = None,
) -> ChainDraws:
    """Run chains from overdispersed starts until they agree and are worth `target` draws.

    These are effective draws of log n0 and of the log odds, all chains together. After `most`
    rounds, warm-up included, or an eighth of them where chains are far apart, a chain is given up;
    whether what there is then is enough is for the caller to say. How many threads there are
    changes nothing but the time it takes.
    """
    seeds = np.random.SeedSequence(seed).spawn(chains)
    running = []
    for i, own in enumerate(seeds):
        rng = np.random.Generator(np.random.SFC64(own))
        running.append(_Chain(rng, *start(KINDS[i % 8], counts, prior, classes, rng)))
    warm = min(WARM_ROUNDS, max(1, most // 3))
    most = min(most, _LAST)
    done, dropped, more = warm, 0, max(1, min(_FIRST, most - warm))
    with ThreadPoolExecutor(threads or min(2, os.cpu_count() or 1)) as pool:
        _each(pool.map(lambda chain: chain.warm_up(counts, prior, warm), running))
        while True:
            rounds = more
            _each(pool.map(lambda chain, r=rounds: chain.go_on(counts, prior, r), running))
            done += more
            now = _sample(running, done, dropped)
            apart = now.convergence.rhat > _HOPELESS and dropped > 1
            allowed = max(_PATIENCE * most, _TRAPPED) if apart else most
            if now.convergence.reached(target) or done >= min(allowed, most):
                return _sample(running, done, dropped, tails=True)
            more, drop = _next(now, target, chains)
            if drop:
                for chain in running:
                    chain.drop_older_half()
            dropped += drop
            more = min(more, most - done)


def _next(now: ChainDraws, target: float, chains: int) -> tuple[int, bool]:
    """How many rounds more, and whether to drop the older half of those there are.

    Chains that do agree have R-hat^2 - 1 of about (2 chains) / ess, so that 1.01 takes 100
    to 150 effective draws a chain. R-hat above what that explains tells of chains that are
    still on their way from where they began.
    """
    have, ess = now.n0.shape[1], max(now.convergence.ess, 1.0)
    goal = target if now.convergence.rhat <= MOST_RHAT else max(target, _ESS_A_CHAIN * chains)
    drop = now.convergence.rhat > (MOST_RHAT if ess >= 2 * goal else _APART)
    left = -(-have // 2) if drop else have
    wanted = 1.1 * goal / ess * have - left if ess < goal else have
    return max(50, min(math.ceil(wanted), 3 * have)), drop


def _each(codes: Iterable[int]) -> None:
    """Let every chain end, then say what went wrong in any."""
    wrong = [code for code in list(codes) if code != FINE]
    if not wrong:
        return
    if TOO_MANY in wrong:
        raise NotEstimable(
            "the chains diverged: the number of undocumented people exceeds 64-bit integers",
            hint="the data set no upper limit: use a lower bound (chao) and the sensitivity to xi",
        )
    raise NotEstimable(
        "a pattern of this table has a probability too small to represent",
        hint="omit lists that hold nearly everyone",
    )


def _sample(running: list[_Chain], rounds: int, dropped: int, *, tails: bool = False) -> ChainDraws:
    n0 = np.array([np.concatenate(chain.n0) for chain in running])
    logits = np.array([np.concatenate(chain.logits) for chain in running])
    return ChainDraws(
        n0=n0,
        logits=logits,
        classes=np.array([np.concatenate(chain.classes) for chain in running]),
        convergence=convergence(np.log(n0 + 0.5), logits, tails=tails),
        rounds=rounds,
        leaps=np.array([chain.leaps for chain in running]),
        exchanges=np.array([chain.exchanges for chain in running]),
        dropped=dropped,
    )
