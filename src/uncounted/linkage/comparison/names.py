"""Comparison level of two names (`name_levels`): readings, spellings, initials. Compiled."""

from __future__ import annotations

import numpy as np

from uncounted._numba import compiled_inner
from uncounted.linkage.comparison import name_levels as levels
from uncounted.linkage.comparison.edit_distance import apart
from uncounted.linkage.comparison.name_tokens import (
    begin_apart,
    by_worth,
    in_words,
    initials_apart,
    initials_level,
)
from uncounted.linkage.encoding.kernel_arrays import NameArrays, ReportArrays

_NONE = 255  # no level
_STRETCH = 0.3  # how much likelier of one name than of two two spellings must be at the least


@compiled_inner
def of_names(a: ReportArrays, x: int, y: int) -> int:
    """The most telling level over all pairs of forms of two rows of names.

    Where main names do not agree, neither with one another nor with an alias of the other, an alias
    in common is a level of its own: few such names (Liu Fang) are given to many people. Where main
    names differ by a letter or two, it says nothing: sisters may share one.
    """
    best, alias = _NONE, _NONE
    for f in range(a.form_starts[x], a.form_starts[x + 1]):
        for g in range(a.form_starts[y], a.form_starts[y + 1]):
            level = _forms(a, f, g)
            if level and a.alias[f] and a.alias[g]:
                alias = min(alias, level)
            elif level:
                best = min(best, level)
                if best == levels.SAME:
                    return levels.SAME
    if best > levels.FAMILY_ALONE and best != _NONE:
        return levels.ANOTHER if alias <= levels.SAME_LAST else best
    if not _differ_a_little(best):
        best = min(best, alias)
    return 0 if best == _NONE else best


@compiled_inner
def _differ_a_little(level: int) -> bool:
    """Names are near, and not the same; one that begins alike may be cut."""
    return levels.SLIP_IN_FAMILY <= level <= levels.NEAR or level == levels.ONE_LETTER


@compiled_inner
def _forms(a: ReportArrays, f: int, g: int) -> int:
    """The level of two forms.

    A less likely family name is believed where the other report has it; if both are less likely,
    they must share the given name, too. Else the brothers Kim Chol Su and Kim Chol Ho would have
    one given name, Kim Chol. If the given name is shared and family names are a letter apart, one
    is believed as well: Kym Yong Su is Kim, and not Su.
    """
    if a.general[f] and a.general[g]:
        return in_words(a, f, g)
    if a.initials_only[f] or a.initials_only[g]:
        found = initials_level(a, f, g) if a.initials_only[f] else initials_level(a, g, f)
        if found:
            return found
    p, q = a.form_family[f], a.form_family[g]
    r, s = a.form_given[f], a.form_given[g]
    family, family_llr = _shared(a.family, p, q)
    given, given_llr = _shared(a.given, r, s)
    if given < 0 and family < 0:
        return 0
    less_likely = int(a.less_likely_order[f]) + int(a.less_likely_order[g])
    if less_likely == 2 and (family < 1 or given < 1):
        return 0
    if less_likely == 1 and family < 1:
        slip = given == 1 and apart(a, a.family, a.family, p, q) == 1
        return levels.SLIP_IN_FAMILY if slip else 0
    not_korean = not (a.korean[f] or a.korean[g])
    if given == 1 and not_korean:
        # Dina and Tina could be one syllable's spellings, if either were Korean
        given = 1 if apart(a, a.given, a.given, r, s) == 0 else 0
    if given == 1 and family == 1:
        return by_worth(family_llr + given_llr, levels.RARE, levels.SAME)
    if given < 0:
        if a.initials_only[f] or a.initials_only[g]:
            return _initials(a, f, g, family)
        return levels.FAMILY_ALONE if family == 1 else levels.DIFFERENT
    if given == 1 and family < 0:
        return (
            levels.OTHER_FAMILY
            if begin_apart(a.family_firsts[f], a.family_firsts[g])
            else levels.GIVEN_ALONE
        )
    by_family = 0 if family == 1 else apart(a, a.family, a.family, p, q)
    by_given = 0 if given == 1 else apart(a, a.given, a.given, r, s)
    if a.korean[f] and a.korean[g]:
        # 전 and 천 are both spelt Chon: names that are known to differ can be spelt alike
        by_given = by_given if given == 1 else max(by_given, 1)
        by_family = by_family if family else max(by_family, 1)
        if by_given:
            return _korean(a, r, s, by_given, by_family)
    level = int(_BY_SLIPS[by_given, by_family])
    if level > levels.SLIP_IN_BOTH and _exchanged(a, f, g):
        return levels.EXCHANGED
    return levels.BEGINS_ALIKE if level == levels.OTHER_GIVEN and _begins_alike(a, r, s) else level


# Rows: given the same, a slip apart, near, other; columns: the family name likewise.
_BY_SLIPS = np.array(
    [
        [levels.SAME, levels.SLIP_IN_FAMILY, levels.NEAR_IN_FAMILY, levels.OTHER_FAMILY],
        [levels.SLIP_IN_GIVEN, levels.SLIP_IN_BOTH, levels.NEAR, levels.AGREES_LAST],
        [levels.NEAR_IN_GIVEN, levels.NEAR, levels.NEAR, levels.AGREES_LAST],
        [levels.OTHER_GIVEN, levels.OTHER_GIVEN_SLIP, levels.OTHER_GIVEN_SLIP, levels.DIFFERENT],
    ]
)


@compiled_inner
def _korean(a: ReportArrays, f: int, g: int, by_given: int, by_family: int) -> int:
    if by_family:
        return levels.AGREES_LAST if by_given == 1 else levels.DIFFERENT
    if by_given == 1:
        return levels.ONE_LETTER
    return levels.BEGINS_ALIKE if _begins_alike(a, f, g) else levels.OTHER_GIVEN


@compiled_inner
def _initials(a: ReportArrays, f: int, g: int, family: int) -> int:
    """One name has only initials, of the given name or of both parts."""
    x, y = a.family_firsts[f], a.family_firsts[g]
    if family < 0 and x and y:
        family = 0 if begin_apart(x, y) else 1
    p, q = a.given_firsts[f], a.given_firsts[g]
    if not (p and q):  # the given name is not said
        return 0 if family < 0 else (levels.FAMILY_ALONE if family else levels.DIFFERENT)
    apart = initials_apart(p, q)
    if family == 1:
        return levels.OTHER_GIVEN if apart else levels.INITIALS
    return levels.DIFFERENT if apart or family == 0 else 0


@compiled_inner
def _exchanged(a: ReportArrays, f: int, g: int) -> bool:
    return (
        apart(a, a.given, a.family, a.form_given[f], a.form_family[g]) < 2
        and apart(a, a.family, a.given, a.form_family[f], a.form_given[g]) < 2
    )


@compiled_inner
def _shared(names: NameArrays, f: int, g: int) -> tuple[int, float]:
    """Whether two parts share a reading (1, 0; -1 not said), and by how much.

    The log of the sum over readings s of P(s | f) P(s | g) / P(s): how much likelier the two
    spellings are of one name than of two people's.
    """
    values, weights = names.values, names.weights
    x, y = names.starts[f], names.starts[g]
    x_end, y_end = names.starts[f + 1], names.starts[g + 1]
    if x == x_end or y == y_end:
        return -1, 0.0
    total = 0.0
    while x < x_end and y < y_end:
        if values[x] < values[y]:
            x += 1
        elif values[x] > values[y]:
            y += 1
        else:
            total += weights[x] * weights[y] * np.exp(-names.log_share[values[x]])
            x += 1
            y += 1
    # a reading that both admit only at a stretch is no agreement; but one that says hardly more
    # than that half of a file is called so is
    if total < _STRETCH:
        return 0, 0.0
    return 1, np.log(total)


@compiled_inner
def _begins_alike(a: ReportArrays, f: int, g: int) -> bool:
    """One spelling begins the other. Sharing a syllable is not it: sisters do."""
    for x in range(a.given.spellings[f], a.given.spellings[f + 1]):
        n = a.letter_starts[x + 1] - a.letter_starts[x]
        for y in range(a.given.spellings[g], a.given.spellings[g + 1]):
            m = a.letter_starts[y + 1] - a.letter_starts[y]
            short = min(n, m)
            if short < 3:
                continue
            p, q = a.letter_starts[x], a.letter_starts[y]
            at = 0
            while at < short and a.letters[p + at] == a.letters[q + at]:
                at += 1
            if at == short:
                return True
    return False
