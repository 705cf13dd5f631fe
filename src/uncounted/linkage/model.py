"""What each level of agreement is worth: m among reports of one person, u among others.

m of a field comes from how single reports err (`evidence`): the chance that a report says
nothing different, from a Beta that is cut off below (M. Sadinle, "Detecting duplicates in a
homicide registry using a Bayesian partitioning approach", Annals of Applied Statistics 8,
2014); that it is right then and no slip, from a Beta; and which level that shows at, from
Dirichlets. The cut keeps a fit from calling people the same because they share an event.
u is joint over what happened when and where, and over
family and given name, since those go together among different people too.

A name that differs is somebody else's: none of its levels ever speaks for a link, however
often it is seen within people. Whoever is recorded under another given name mostly keeps the
family name; two different people seldom share one.

The prior means are judgements about such records, the same for every case, and weigh as
much as `WEIGHT` comparisons.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage import compare, evidence

Floats = NDArray[np.float64]

WEIGHT = 40.0
# Among reports of one person: mean of each level, after "not said".
_NAME = (
    *(0.26, 0.27, 0.2, 0.05, 0.03, 0.03, 0.01, 0.01, 0.01, 0.01, 0.005, 0.01, 0.005, 0.02, 0.02),
    *(0.01, 0.01, 0.005, 0.028, 0.00175, 0.00525),
)
_BIRTH = (0.2, 0.05, 0.45, 0.1, 0.05, 0.01, 0.08, 0.05, 0.01)
_SEX = (0.97, 0.03)
_ORIGIN = (0.6, 0.28, 0.04, 0.03, 0.05)
_DATE = (0.35, 0.25, 0.2, 0.1, 0.1)
_PLACE = (0.75, 0.1, 0.04, 0.03, 0.08)
_RELATIVE = (0.75, 0.15, 0.1)
_OCCUPATION = (0.65, 0.15, 0.2)
_NUMBER = (0.8, 0.1, 0.1)
_OTHER_ACT_SHARE = 0.15
# Of the people who are recorded under another given name, how many keep the family name, have
# it misspelt, and have another.
_DIFFERS = (0.8, 0.05, 0.15)


def _event_means() -> tuple[float, ...]:
    """The product of date and place, each not said in one of ten; other acts agree less."""
    day = np.array([0.1, *(0.9 * np.array(_DATE))])
    place = np.array([0.1, *(0.9 * np.array(_PLACE))])
    same = np.outer(day, place).ravel()
    loose_day = np.array([0.1, 0.05, 0.1, 0.25, 0.2, 0.3])
    other = np.outer(loose_day, place).ravel()
    both = np.concatenate([(1 - _OTHER_ACT_SHARE) * same, _OTHER_ACT_SHARE * other])[1:]
    return tuple(both / both.sum())


@attrs.frozen
class FieldPrior:
    """Prior of m of one field, over its levels but the first ("not said").

    Two right reports may say more and less, and show at any right level; a slip is an error that
    leaves what was meant to be seen.
    """

    mean: tuple[float, ...]
    kinds: tuple[int, ...]  # right, a slip or different
    least: float  # the share of right levels and slips is never below this
    split: tuple[float, ...] = ()  # of the levels that differ, where none may be for a link

    @property
    def agrees(self) -> NDArray[np.bool_]:
        """Which levels are some form of agreement."""
        return np.asarray(np.array(self.kinds) != evidence.DIFFERENT)


def _prior(
    mean: tuple[float, ...],
    right: set[int],
    slips: set[int],
    least: float,
    *,
    split: tuple[float, ...] = (),
) -> FieldPrior:
    kinds = tuple(
        evidence.RIGHT if at in right else evidence.SLIP if at in slips else evidence.DIFFERENT
        for at in range(1, len(mean) + 1)
    )
    return FieldPrior(mean, kinds, least, split)


def _events(days: set[int], places: set[int]) -> set[int]:
    """Levels of one act at which day and place are at these levels of their own."""
    return {day * len(compare.PLACE) + place for day in days for place in places} - {0}


_RIGHT_NAMES = {1, 2, 3, 4, 12, 13, 15, 16}  # the same, or the same as far as it is said
_RIGHT_EVENTS = _events({0, 1, 2, 3}, {0, 1, 2})
PRIORS: tuple[FieldPrior, ...] = (
    _prior(
        _NAME,
        _RIGHT_NAMES,
        set(range(1, compare.NAME_AGREES + 1)) - _RIGHT_NAMES,
        0.8,
        split=_DIFFERS,
    ),
    _prior(_BIRTH, {1, 2, 3, 4}, {5, 6, 7}, 0.7),
    _prior(_SEX, {1}, set(), 0.9),
    _prior(_ORIGIN, {1, 2}, {4}, 0.3),
    _prior(
        _event_means(), _RIGHT_EVENTS, _events({0, 1, 2, 3, 4}, {0, 1, 2, 4}) - _RIGHT_EVENTS, 0.0
    ),
    _prior(_RELATIVE, {1}, {2}, 0.5),
    _prior(_OCCUPATION, {1}, {2}, 0.3),
    _prior(_NUMBER, {1}, {2}, 0.5),
)


def _comparisons(prior: FieldPrior) -> Floats:
    """What a prior adds to the counts of its levels."""
    rate = WEIGHT * np.array(prior.mean)
    if prior.split:  # known well enough that few cases would teach it
        rate[~prior.agrees] = WEIGHT * np.array(prior.split)
    return rate


_RATES = tuple(_comparisons(prior) for prior in PRIORS)
# A level that no pair of different people shows still has this many pairs.
U_PRIOR = 0.5
# A name that differs is at most so much likelier among reports of one person as among others.
_NEVER_FOR = 0.7
_USUAL = compare.FIELDS.index("event") + 1  # fields that are said of most people
# Pairs that independence among different people counts for, before any are seen.
_THOUGHT = 30.0


@attrs.frozen
class Rates:
    """m and u of each field, over its levels but the first; and companions.

    `phi` is the share of pairs of different people who were taken together, `companion`
    their rates: often of one family and one town, in one event; in sex like any two people.
    `namesake` is u among different people whose given names agree: they are of one sex, since
    given names are, and often of an age. `place_and_event`, shape (origin levels, event
    levels), is how much likelier the two are together among different people than apart:
    people of one town leave by one road. All but m stay fixed while m is drawn.
    `expected_pairs` of one person is what the pairs alone suggest, as if none of them shared a
    report. No pair compares the fields from `fields_said` on.
    """

    m: tuple[Floats, ...]
    u: tuple[Floats, ...]
    companion: tuple[Floats, ...]
    phi: float = 0.0
    namesake: tuple[Floats, ...] = ()
    place_and_event: Floats | None = None
    expected_pairs: float = 0.0
    fields_said: int = len(compare.FIELDS)

    def weights(self) -> tuple[Floats, ...]:
        """log(m / u) a level, 0 for "not said"."""
        return tuple(
            np.concatenate([[0.0], np.log(m) - np.log(u)])
            for m, u in zip(self.m, self.u, strict=True)
        )

    def worth(self) -> evidence.Worth:
        """What each level is worth, for the compiled moves."""
        others = tuple(
            np.concatenate([[0.0], np.log(c) - np.log(u)])
            for c, u in zip(self.companion, self.u, strict=True)
        )
        lean = _table(self._lean()) if self.namesake else np.zeros((len(others), 1))
        lean = np.pad(lean, ((0, 0), (0, max(map(len, others)) - lean.shape[1])))
        weights = _table(self.weights()[: self.fields_said])
        copies, chance = self._copies(weights)
        return evidence.Worth(
            weights=weights,
            copies=copies,
            kind=_KINDS,
            chance=chance,
            companions=_table(others),
            phi=self.phi,
            namesakes=lean,
            alike=GIVEN_AGREES,
            joint=self._joint(),
        )

    def reweighed(self, worth: evidence.Worth) -> evidence.Worth:
        """The same for another m, of which alone `worth` is not true any more."""
        weights = np.zeros_like(worth.weights)
        for row, m, u in zip(weights, self.m, self.u, strict=False):
            row[1 : len(m) + 1] = np.log(m / u)
        copies, chance = self._copies(weights)
        return worth._replace(weights=weights, copies=copies, chance=chance)

    def _copies(self, weights: Floats) -> tuple[Floats, Floats]:
        """log(c / u) of copies of an original, by level; r, s and d by field."""
        chance = np.stack([_of_reports(f, m) for f, m in enumerate(self.m[: len(weights)])])
        right, slip, different = chance[:, 1:].T
        less = np.zeros_like(chance)  # by how much m is more than c: it counts who errs twice
        less[:, evidence.RIGHT] = np.log(right)
        less[:, evidence.SLIP] = np.log(2 * right + slip)
        less[:, evidence.DIFFERENT] = np.log(2 - different)
        kinds = _KINDS[: len(weights)]
        return weights - np.take_along_axis(less, kinds, axis=1), chance

    def _joint(self) -> Floats:
        if self.place_and_event is None:
            return np.zeros((len(compare.ORIGIN), len(compare.EVENT)))
        return np.log(self.place_and_event)

    def _lean(self) -> tuple[Floats, ...]:
        """log(u of namesakes / u) a level, 0 for "not said"."""
        return tuple(
            np.concatenate([[0.0], np.log(c) - np.log(u)])
            for c, u in zip(self.namesake, self.u, strict=True)
        )

    def strangers(self, patterns: compare.Levels) -> Floats:
        """Log of how much likelier rows of levels are among strangers than u by u says."""
        total = np.zeros(len(patterns))
        if self.namesake:
            for field, row in enumerate(self._lean()):
                total += row[patterns[:, field]]
        total = np.where(GIVEN_AGREES[patterns[:, 0]], total, 0.0)
        return np.asarray(total + self._joint()[patterns[:, 3], patterns[:, 4]])

    def fields(self, patterns: compare.Levels) -> Floats:
        """log(m / u) of rows of levels, field by field."""
        tables = self.weights()
        return np.stack([tables[f][patterns[:, f]] for f in range(len(tables))], axis=1)

    def companions(self, patterns: compare.Levels) -> Floats:
        """Log of how much likelier rows of levels are among companions than strangers."""
        total = np.zeros(len(patterns))
        for field, (c, u) in enumerate(zip(self.companion, self.u, strict=True)):
            total += np.concatenate([[0.0], np.log(c) - np.log(u)])[patterns[:, field]]
        return total

    def penalty(self, patterns: compare.Levels) -> Floats:
        """What strangers' dependence and companions explain, as logs, for rows of levels.

        log((1 - phi) v / u + phi c / u), with v joint over place and event, and of namesakes
        where given names agree.
        """
        strangers = self.strangers(patterns)
        if self.phi == 0.0:
            return strangers
        taken = np.log(self.phi) + self.companions(patterns)
        return np.asarray(np.logaddexp(np.log1p(-self.phi) + strangers, taken))

    def of(self, patterns: compare.Levels) -> Floats:
        """Evidence for each row of levels: log m less the log of the mix of different people."""
        return np.asarray(self.fields(patterns).sum(axis=1) - self.penalty(patterns))


def _of_reports(field: int, m: Floats) -> Floats:
    """How often one report is right, a slip and different, at the places of these kinds.

    m is of pairs, which are right if both are: r^2, and not different if neither is: (r + s)^2.
    """
    prior = PRIORS[field]
    right = float(np.sqrt(m[np.array(prior.kinds) == evidence.RIGHT].sum()))
    agree = min(float(np.sqrt(m[prior.agrees].sum())), 1.0)
    return np.array([0.0, right, agree - right, 1.0 - agree])


_KINDS = np.zeros((len(PRIORS), max(compare.COUNTS)), np.uint8)
for _row, _each in zip(_KINDS, PRIORS, strict=True):
    _row[1 : len(_each.kinds) + 1] = _each.kinds


def _table(rows: tuple[Floats, ...]) -> Floats:
    """Rows of unequal length as one table, the rest zero."""
    out = np.zeros((len(rows), max(map(len, rows))))
    for row, values in zip(out, rows, strict=True):
        row[: len(values)] = values
    return out


# Name levels (after "not said") at which the family name is the same.
_SAME_FAMILY = np.array(
    [x in (1, 2, 3, 4, 6, 9, 13, 14, 15, 16, 19) for x in range(1, len(compare.NAME))]
)


# Name levels, "not said" first, at which given names agree: the same, slips, initials, parts.
GIVEN_AGREES = np.array([x in (*range(1, 14), 15, 17) for x in range(len(compare.NAME))])


# Name levels (after "not said") at which only the family name is the same.
_OTHER_GIVEN = np.array(
    [
        compare.NAME.index("another given one letter off, same family") - 1,
        compare.NAME.index("other given, same family") - 1,
    ]
)
# Who is registered together has the next number: a slip apart.
_NEXT_NUMBER = np.array([0.0, 1.0, 0.0])

_SAME_GIVEN_OTHER_FAMILY = compare.NAME.index("same given, other family")


def _companion(
    m: tuple[Floats, ...], u: tuple[Floats, ...], taken: tuple[Floats, ...] | None = None
) -> tuple[Floats, ...]:
    """Rates of companions, of whom so many are thought to be at each level.

    Learned are how often they have one family name, whether given names are a letter off then
    (brothers and sisters share a syllable, where that is the custom), how far apart births are
    that do not agree, and how origins do; each is pulled towards what is thought before any are
    seen. That given names or births agree is not learned: one person's reports, with another
    given name on some of them, would pass for companions.
    """
    name, birth, sex, origin, _, relative, occupation, number = u
    kin = np.where(_SAME_FAMILY, name, 0.0)
    kin /= kin.sum()
    home, family = 0.5 * m[3] + 0.5 * origin, 0.5
    if taken is not None:
        home = _pulled(taken[3], home)
        apart = np.array(PRIORS[1].kinds) != evidence.RIGHT
        birth = birth.copy()
        birth[apart] = _split(birth[apart], taken[1][apart])
        kin[_OTHER_GIVEN] = _split(kin[_OTHER_GIVEN], taken[0][_OTHER_GIVEN])
        # of those with one family name, some have it by chance, as any two people do
        by_chance = float(name[_SAME_FAMILY].sum())
        one_name = np.array([taken[0][_SAME_FAMILY].sum(), taken[0][~_SAME_FAMILY].sum()])
        share = float(_pulled(one_name, np.array([0.5 + by_chance / 2, 0.5 - by_chance / 2]))[0])
        family = max((share - by_chance) / (1 - by_chance), 0.0)
    return (
        family * kin + (1 - family) * name,
        birth,
        sex,
        home,
        m[4],
        0.5 * m[5] + 0.5 * relative,
        occupation,
        0.5 * _NEXT_NUMBER + 0.5 * number,
    )


def _split(rates: Floats, seen: Floats) -> Floats:
    """The same in all, split as seen."""
    return np.asarray(rates.sum() * _pulled(seen, rates / rates.sum()))


def _pulled(seen: Floats, thought: Floats) -> Floats:
    """Shares seen, with `_THOUGHT` pairs at the shares that were thought."""
    return (seen + _THOUGHT * thought) / (seen.sum() + _THOUGHT)


def learn(patterns: compare.Levels, times: Floats, reports: int) -> Rates:
    """Rates from all pairs, by expectation-maximisation with the prior.

    Three kinds of pairs: of one person, companions, strangers. Without companions, two
    sisters arrested together look like one person whose given name was mistaken: fields
    that agree are not independent among different people, and such a fit finds events
    instead of people.

    Args:
        patterns: distinct rows of levels.
        times: how many pairs show each, of all pairs of reports.
        reports: how many reports there are.
    """
    u = _frequencies(patterns, times)
    m = tuple(_expected(prior, np.zeros(len(prior.mean)), u[f]) for f, prior in enumerate(PRIORS))
    rates = Rates(m, u, _companion(m, u))
    share = np.array([1.0 / reports, 1.0 - 1.0 / reports - 1e-3, 1e-3])
    compared = np.flatnonzero((patterns > 0).any(axis=0))
    said = max(int(compared.max(initial=0)) + 1, _USUAL)
    for _ in range(60):
        logs = np.stack(
            [
                rates.fields(patterns).sum(axis=1),
                rates.strangers(patterns),
                rates.companions(patterns),
            ]
        )
        logs += np.log(share)[:, None]
        logs -= logs.max(axis=0)
        kinds = np.exp(logs)
        kinds *= times / kinds.sum(axis=0)
        share = np.clip(kinds.sum(axis=1) / times.sum(), 1e-7, 1.0)
        # a pair of reports in three has somebody between them at most, whatever the fit says
        share[0] = min(share[0], 2.0 / reports)
        u = _frequencies(patterns, times - kinds[0])
        linked, taken = counts(patterns, kinds[0]), counts(patterns, kinds[2])
        m = tuple(_expected(prior, linked[f], u[f]) for f, prior in enumerate(PRIORS))
        rates = Rates(
            m,
            u,
            _companion(m, u, taken),
            float(min(share[2], 0.05)),
            _of_namesakes(patterns, kinds[1], u),
            _joint_of(patterns, kinds[1]),
            float(kinds[0].sum()),
            said,
        )
    return rates


def _joint_of(patterns: compare.Levels, strangers: Floats) -> Floats:
    """How much likelier levels of origin and event are together than apart, among strangers.

    Taken from pairs whose names differ: among the others, one person's would pass for it.
    """
    both = np.zeros((len(compare.ORIGIN), len(compare.EVENT)))
    differ = patterns[:, 0] > compare.NAME_AGREES
    np.add.at(both, (patterns[:, 3], patterns[:, 4]), np.where(differ, strangers, 0.0))
    both[0], both[:, 0] = 0.0, 0.0
    apart = np.outer(both.sum(axis=1), both.sum(axis=0)) / max(both.sum(), 1e-12)
    return np.asarray((both + _THOUGHT) / (apart + _THOUGHT))


def _of_namesakes(
    patterns: compare.Levels, strangers: Floats, u: tuple[Floats, ...]
) -> tuple[Floats, ...]:
    """Give u among strangers whose given names agree; the name itself is in u already.

    Taken from pairs of one given name and different family names, which are hardly ever one
    person's: where both agree, pairs of one person would pass for namesakes.
    """
    apart = patterns[:, 0] == _SAME_GIVEN_OTHER_FAMILY
    seen = counts(patterns, np.where(apart, strangers, 0.0))
    rows = [
        (row + _THOUGHT * all_) / (row.sum() + _THOUGHT) for row, all_ in zip(seen, u, strict=True)
    ]
    return (u[0], *rows[1:])


def counts(patterns: compare.Levels, times: Floats) -> tuple[Floats, ...]:
    """Pairs at each level but the first, a field at a time.

    Args:
        patterns: distinct rows of levels.
        times: pairs that show each, shape (patterns,), or (patterns, fields).
    """
    by_field = np.broadcast_to(times.T, (len(compare.COUNTS), len(patterns)))
    return tuple(
        np.bincount(patterns[:, field], by_field[field], minlength=size)[1:]
        for field, size in enumerate(compare.COUNTS)
    )


def _frequencies(patterns: compare.Levels, times: Floats) -> tuple[Floats, ...]:
    return tuple((row + U_PRIOR) / (row + U_PRIOR).sum() for row in counts(patterns, times))


def _expected(prior: FieldPrior, linked: Floats, u: Floats) -> Floats:
    """M as pairs alone suggest it; how capped levels are split is left to partitions."""
    rate = WEIGHT * np.array(prior.mean) + linked
    agrees = prior.agrees
    out = rate / rate.sum()
    share = max(float(out[agrees].sum()), prior.least)
    out[agrees] *= share / out[agrees].sum()
    split = np.array(prior.split) if prior.split else out[~agrees]
    out[~agrees] = _differing(prior, 1 - share, u[~agrees], split)
    return np.asarray(out)


def _differing(prior: FieldPrior, share: float, u: Floats, learned: Floats) -> Floats:
    """Rates of the levels that differ; where they are capped, none is for a link."""
    found = share * learned / learned.sum()
    return np.minimum(found, _NEVER_FOR * u) if prior.split else found


def draw(
    rng: np.random.Generator, linked: tuple[Floats, ...], kinds: Floats, rates: Rates
) -> Rates:
    """Draw m given which comparisons the people of a partition make.

    Args:
        rng: the generator.
        linked: comparisons within people, at each level.
        kinds: reports that are right, a slip and different, shape (fields, 4).
        rates: as they are; u and companions are kept. Taking away from u what a draw has
            linked would let false links feed on themselves, since a level that is linked
            away looks rarer by chance.
    """
    m = tuple(
        _draw_m(rng, field, row, kinds[field], u)
        for field, (row, u) in enumerate(zip(linked, rates.u, strict=True))
    )
    return attrs.evolve(rates, m=m)


def _draw_m(
    rng: np.random.Generator, field: int, linked: Floats, kinds: Floats, u: Floats
) -> Floats:
    """M of pairs, from draws of how single reports err and of which level that shows at."""
    prior = PRIORS[field]
    right, slip, different = _PRIOR_KINDS[field][1:] + kinds[1:]
    agree = _beta_above(rng, right + slip, different, float(np.sqrt(prior.least)))
    rightly = agree * (_beta_above(rng, right, slip, 0.0) if _PRIOR_KINDS[field][2] else 1.0)
    m = rng.standard_gamma(_RATES[field] + linked) + 1e-300
    kind = _KINDS[field, 1 : len(m) + 1]
    for which, share in (
        (evidence.RIGHT, rightly**2),
        (evidence.SLIP, agree**2 - rightly**2),
    ):
        here = kind == which
        m[here] *= share / m[here].sum() if here.any() else 1.0
    here = kind == evidence.DIFFERENT
    m[here] = _differing(prior, 1 - agree**2, u[here], m[here])
    return np.asarray(m)


# What each prior adds to the reports of each kind: two for each pair that it thinks of.
_PRIOR_KINDS = tuple(
    2 * WEIGHT * _of_reports(field, np.array(prior.mean)) for field, prior in enumerate(PRIORS)
)


def _beta_above(rng: np.random.Generator, a: float, b: float, least: float) -> float:
    """A draw of Beta(a, b) above `least`, by inverting the distribution function."""
    below = special.betainc(a, b, least)
    if below > 1 - 1e-12:  # the data are far below the cut: the draw sits on it
        return least + 1e-6
    value = special.betaincinv(a, b, below + rng.random() * (1 - below))
    return float(min(max(value, least), 1 - 1e-9))
