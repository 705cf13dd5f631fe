"""Names that are not Korean compared as sets of words: equal, variants, slips, or other. Compiled.

The order of words is free; which is the family name counts where both say so. The evidence is the
sum over shared words of log 1 / share, less the cost of spelling them otherwise.
"""

from __future__ import annotations

from uncounted._numba import compiled_inner
from uncounted.linkage.comparison import name_levels as levels
from uncounted.linkage.comparison.edit_distance import apart
from uncounted.linkage.encoding.kernel_arrays import ReportArrays
from uncounted.linkage.encoding.spelling import NEAR, OTHER, SLIP, TWO_SEXES, VARIANT
from uncounted.linkage.encoding.string_distance import most_slips, slips

# A part has all words of the other, and more; or but for a slip.
_WITHIN, _WITHIN_SLIP = 5, 6
# Bits of what is shared: the first given word and a family name, or a slip of them.
_FIRST_SAME, _FAMILY_SAME, _FIRST_NEAR, _FAMILY_NEAR = 1, 2, 4, 8
_CROSSED = 16  # a family name of one is a given name of the other
_MOVED = 32  # a word stands in another place
_LEADS = 64  # the first words are a pair
_LEAST_JOINED = 4  # sounds of a whole name that may be run together
_FIRST = (1 << 26) - 1  # bits of the letters that a given name may begin with
_SECOND = 26  # where the bits of its second syllable or initial begin


@compiled_inner
def in_words(a: ReportArrays, f: int, g: int) -> int:
    """The level of two forms that are not read as Korean; 0 if they cannot be compared.

    Names of which one has more words, and whose words agree in part at the most, are a slip apart
    if all their sounds as one word are: some words of one are written together.
    """
    level = _in_words(a, f, g)
    weak = level > levels.IN_PART_SLIP and level != levels.FAMILY_ALONE
    if weak and _run_together(a, f, g):
        return levels.SLIP_IN_BOTH
    return level


@compiled_inner
def _run_together(a: ReportArrays, f: int, g: int) -> bool:
    """One has more words, and the sounds of all are the same as one word, or a slip apart."""
    n = count(a, a.form_family[f], a.form_given[f])
    if n == count(a, a.form_family[g], a.form_given[g]):
        return False
    starts = a.joined_starts
    x, y = starts[f + 1] - starts[f], starts[g + 1] - starts[g]
    if min(x, y) < _LEAST_JOINED or abs(x - y) > 2:
        return False
    return slips(a.joined, starts, f, g) <= most_slips(max(x, y))


@compiled_inner
def _in_words(a: ReportArrays, f: int, g: int) -> int:
    if a.open[f] or a.open[g]:
        return _whole(a, f, g)
    p, q = a.form_family[f], a.form_family[g]
    r, s = a.form_given[f], a.form_given[g]
    has_family = count(a, p, 0) > 0 and count(a, q, 0) > 0
    has_given = count(a, 0, r) > 0 and count(a, 0, s) > 0
    if not has_family and not has_given:
        return _whole(a, f, g)
    family, family_worth, leads = _part(a, True, p, q) if has_family else (OTHER, 0.0, True)
    given, given_worth, first = _part(a, False, r, s) if has_given else (OTHER, 0.0, True)
    if not has_given:
        return levels.FAMILY_ALONE if family in (VARIANT, _WITHIN) else levels.DIFFERENT
    if not has_family:
        return levels.GIVEN_ALONE if given in (VARIANT, _WITHIN) else levels.DIFFERENT
    worth = family_worth + given_worth
    if family >= _WITHIN or given >= _WITHIN:
        return _within(family, given, worth, given_worth, leads and first)
    level = _BY_KINDS[given][family]
    if level == levels.SAME:
        # word for word: how common the whole parts are
        return by_worth(_rarity(a, p, r) if p == q and r == s else worth, levels.RARE, levels.SAME)
    if level > levels.SLIP_IN_BOTH and count(a, p, r) == count(a, q, s):
        kind, _, _, whole, _, _ = _matched(a, p, r, q, s)
        if kind <= SLIP and whole == count(a, p, r):
            return levels.EXCHANGED
    if given == OTHER and family <= SLIP and _of_two_sexes(a, 0, r, 0, s):
        return levels.ONE_LETTER if family == VARIANT else levels.AGREES_LAST
    return level


@compiled_inner
def initials_level(a: ReportArrays, f: int, g: int) -> int:
    """The level of a form of a family name and initials, and another; 0 if it has no words."""
    p, q, s = a.form_family[f], a.form_family[g], a.form_given[g]
    n, m = count(a, p, 0), count(a, q, s)
    if n == 0 or m == 0 or not (a.initials_only[g] or a.general[g]):
        return 0
    kind, _, _, shared, _, _ = _matched(a, p, 0, q, s)
    if shared < min(n, m) or kind > SLIP:
        return levels.DIFFERENT
    initials = a.given_firsts[f]
    first, second = initials & _FIRST, initials >> _SECOND & _FIRST
    if a.initials_only[g]:
        others = a.given_firsts[g]
        if first == 0 or others & _FIRST == 0:
            return levels.FAMILY_ALONE
        return levels.OTHER_GIVEN if initials_apart(initials, others) else levels.INITIALS
    words, fits = 0, False
    for at in range(m):
        begins = _begins(a, p, n, _word(a, q, s, at))
        if begins:
            words += 1
            # a given name is first where it is known which words are given names
            may_be_first = a.open[g] or words == 1
            fits |= bool(first & begins) and may_be_first and _fits(a, p, n, q, s, at, second)
    if first == 0 or words == 0:
        return levels.FAMILY_ALONE
    return levels.INITIALS if fits else levels.OTHER_GIVEN


@compiled_inner
def initials_apart(x: int, y: int) -> bool:
    """Two given names begin otherwise, or their second syllables or initials do."""
    return begin_apart(x & _FIRST, y & _FIRST) or begin_apart(x & ~_FIRST, y & ~_FIRST)


@compiled_inner
def begin_apart(x: int, y: int) -> bool:
    """Both are stated, and they have no letter in common."""
    return x != 0 and y != 0 and x & y == 0


@compiled_inner
def _begins(a: ReportArrays, family: int, n: int, word: int) -> int:
    """Letters that a word may begin with; none if it is a word of this family name."""
    for own in range(n):
        if _apart(a, _word(a, family, 0, own), word)[0] <= SLIP:
            return 0
    return int(a.word_firsts[word])


@compiled_inner
def _fits(a: ReportArrays, p: int, n: int, q: int, s: int, first: int, second: int) -> bool:
    """Whether a second initial begins another word of a name than `first`, if it has others."""
    others = False
    for at in range(count(a, q, s)):
        begins = _begins(a, p, n, _word(a, q, s, at)) if at != first else 0
        if begins & second:
            return True
        others |= begins != 0
    return not others


@compiled_inner
def _within(family: int, given: int, worth: float, of_given: float, leads: bool) -> int:
    """The level where one part says more, or both do; `leads` if both begin with the same words.

    `of_given` is what sharing the given name is worth, `worth` what sharing both is.
    """
    if family in (NEAR, OTHER) or given in (NEAR, OTHER):
        same_given = given in (VARIANT, _WITHIN)
        return levels.OTHER_FAMILY if same_given else levels.DIFFERENT
    slip = SLIP in (family, given) or _WITHIN_SLIP in (family, given)
    if given >= _WITHIN:
        if family >= _WITHIN:
            return levels.IN_PART_OTHER_FIRST
        if not slip:
            return by_worth(of_given, levels.RARE_GIVEN_IN_PART, levels.GIVEN_IN_PART)
    if not leads:
        return levels.IN_PART_OTHER_FIRST
    return levels.IN_PART_SLIP if slip else by_worth(worth, levels.RARE_IN_PART, levels.IN_PART)


@compiled_inner
def _of_two_sexes(a: ReportArrays, p: int, r: int, q: int, s: int) -> bool:
    """The first words of two names are alike but for the end: Juan and Juana."""
    return bool(_apart(a, _word(a, p, r, 0), _word(a, q, s, 0))[0] == TWO_SEXES)


# Rows: given the same, a slip apart, near, other; columns: the family name likewise.
_BY_KINDS = (
    (levels.SAME, levels.SLIP_IN_FAMILY, levels.NEAR_IN_FAMILY, levels.OTHER_FAMILY),
    (levels.SLIP_IN_GIVEN, levels.SLIP_IN_BOTH, levels.NEAR, levels.AGREES_LAST),
    (levels.NEAR_IN_GIVEN, levels.NEAR, levels.NEAR, levels.AGREES_LAST),
    (levels.OTHER_GIVEN, levels.OTHER_GIVEN_SLIP, levels.OTHER_GIVEN_SLIP, levels.DIFFERENT),
)


@compiled_inner
def _whole(a: ReportArrays, f: int, g: int) -> int:
    """The level of two names as sets of words, where one does not say which is the family name."""
    p, q = a.form_family[f], a.form_family[g]
    r, s = a.form_given[f], a.form_given[g]
    n, m = count(a, p, r), count(a, q, s)
    if n == 0 or m == 0:
        return 0
    has_family = count(a, p, 0) > 0 and count(a, q, 0) > 0
    has_given = count(a, 0, r) > 0 and count(a, 0, s) > 0
    kind, same, slips, shared, worth, roles = _matched(a, p, r, q, s)
    least = min(n, m)
    moved = least > 1 and count(a, p, 0) == 0 and count(a, q, 0) == 0 and roles & _MOVED
    if shared == least:
        if least == 1 and n != m:
            if kind > SLIP:
                return levels.DIFFERENT
            if kind == SLIP:
                return levels.AGREES_LAST
            return levels.GIVEN_ALONE if roles & _FIRST_SAME else levels.FAMILY_ALONE
        if n == m:
            if kind == VARIANT:
                moved |= roles & _CROSSED
                return levels.EXCHANGED if moved else by_worth(worth, levels.RARE, levels.SAME)
            if moved:
                return levels.NEAR
            if kind == SLIP and same == least - 1:
                family = roles & _FAMILY_SAME
                return levels.SLIP_IN_GIVEN if family else levels.SLIP_IN_FAMILY
            return levels.SLIP_IN_BOTH if kind == SLIP else levels.NEAR
        if kind <= SLIP and least > 1 and not roles & _FIRST_NEAR:
            return levels.IN_PART_OTHER_FIRST  # may be a parent, whose name a child's ends with
        if kind == VARIANT:
            return by_worth(worth, levels.RARE_IN_PART, levels.IN_PART)
        if kind == SLIP and least > 1:
            return levels.IN_PART_SLIP
        return levels.NEAR if least > 2 else levels.DIFFERENT
    if shared == 0 or kind > SLIP:
        return levels.DIFFERENT
    if roles & _FAMILY_NEAR:
        if has_given and _of_two_sexes(a, 0, r, 0, s):
            return levels.ONE_LETTER
        return levels.OTHER_GIVEN if roles & _FAMILY_SAME else levels.OTHER_GIVEN_SLIP
    if roles & _FIRST_NEAR:
        if shared > 1:
            return levels.NEAR_IN_FAMILY
        if has_family and _of_two_sexes(a, p, 0, q, 0):
            return levels.SLIP_IN_FAMILY
        return levels.OTHER_FAMILY if roles & _FIRST_SAME else levels.DIFFERENT
    return levels.OTHER_GIVEN_SLIP if slips else levels.OTHER_GIVEN


@compiled_inner
def _rarity(a: ReportArrays, family: int, given: int) -> float:
    """Log of 1 / chance that a person has this family and this given name."""
    names, others = a.family, a.given
    one, other = names.values[names.starts[family]], others.values[others.starts[given]]
    return float(-names.log_share[one] - others.log_share[other])


@compiled_inner
def by_worth(worth: float, cuts: tuple[float, ...], first: int) -> int:
    """The level of a shared name among those from `first` on, one for each cut and one below."""
    level = first
    for cut in cuts:
        if worth >= cut:
            return level
        level += 1
    return level


@compiled_inner
def count(a: ReportArrays, family: int, given: int) -> int:
    """How many words two parts have."""
    of_family = a.family.bag[family + 1] - a.family.bag[family]
    return int(of_family + a.given.bag[given + 1] - a.given.bag[given])


@compiled_inner
def _word(a: ReportArrays, family: int, given: int, at: int) -> int:
    """Word number `at` of two parts, the family's first."""
    of_family = a.family.bag[family + 1] - a.family.bag[family]
    if at < of_family:
        return int(a.family.bag_words[a.family.bag[family] + at])
    return int(a.given.bag_words[a.given.bag[given] + at - of_family])


@compiled_inner
def _part(a: ReportArrays, family: bool, x: int, y: int) -> tuple[int, float, bool]:
    """How far two family names, or two given names, are apart, and what sharing them is worth.

    And whether they begin with the same word, or a slip of it.
    """
    p, r, q, s = (x, 0, y, 0) if family else (0, x, 0, y)
    n, m = count(a, p, r), count(a, q, s)
    kind, same, _, shared, worth, roles = _matched(a, p, r, q, s)
    least, leads = min(n, m), bool(roles & _LEADS)
    if shared == least and n == m and (kind != SLIP or same >= least - 1):
        return kind, worth, leads
    if shared == least and n != m and kind <= SLIP and same >= least - 1:
        return (_WITHIN if kind == VARIANT else _WITHIN_SLIP), worth, leads
    if n == 1 and m == 1 and family and _of_two_sexes(a, p, r, q, s):
        return SLIP, worth, True
    if n != m or n > 2:  # run together in one of them, or long
        names = a.family if family else a.given
        letters = apart(a, names, names, x, y)
        if letters <= SLIP:
            return letters, worth, True
    return OTHER, 0.0, True


@compiled_inner
def _matched(
    a: ReportArrays, p: int, r: int, q: int, s: int
) -> tuple[int, int, int, int, float, int]:
    """Pair the words of two names: those that are the same first, then the nearest.

    The furthest kind of a pair, how many are the same or variants, how many slips, how many pairs
    in all, what the same ones are worth, and whether the first given words and the family names
    are pairs.
    """
    n, m = count(a, p, r), count(a, q, s)
    of_x, of_y = count(a, p, 0), count(a, q, 0)
    taken, used = 0, 0
    worst, same, slips, worth, roles = VARIANT, 0, 0, 0.0, 0
    for kind in range(-1, OTHER):
        for x in range(n):
            if used >> x & 1:
                continue
            one = _word(a, p, r, x)
            for y in range(m):
                if taken >> y & 1:
                    continue
                other = _word(a, q, s, y)
                found, cost = _apart(a, one, other)
                if found > kind:
                    continue
                taken |= 1 << y
                used |= 1 << x
                if found <= VARIANT:
                    same += 1
                    worth -= max(a.word_log_share[one], a.word_log_share[other]) + cost
                elif found == SLIP:
                    slips += 1
                worst = max(worst, found)
                if x == of_x and y == of_y and found <= SLIP:
                    roles |= _FIRST_NEAR if found == SLIP else _FIRST_NEAR | _FIRST_SAME
                if (x < of_x) != (y < of_y):
                    roles |= _CROSSED
                if x != y:
                    roles |= _MOVED
                elif x == 0 and found <= SLIP:
                    roles |= _LEADS
                if x < of_x and y < of_y and found <= SLIP:
                    roles |= _FAMILY_NEAR if found == SLIP else _FAMILY_NEAR | _FAMILY_SAME
                break
    shared = 0
    while used:
        used &= used - 1
        shared += 1
    return worst, same, slips, shared, worth, roles


@compiled_inner
def _apart(a: ReportArrays, x: int, y: int) -> tuple[int, float]:
    """How far two words are apart (-1 the same), and what the spelling costs."""
    if x == y:
        return -1, 0.0
    low, high = a.variants.starts[x], a.variants.starts[x + 1]
    while low < high:
        middle = (low + high) // 2
        if a.variants.words[middle] < y:
            low = middle + 1
        else:
            high = middle
    if low < a.variants.starts[x + 1] and a.variants.words[low] == y:
        return int(a.variants.kinds[low]), float(a.variants.costs[low])
    return OTHER, 0.0
