"""From a name as written to what it may be: family and given readings, and its letters.

A name becomes one or more forms: one for each alias, each script in it, and each way
of telling which word is the family name where that is open. Two names are compared by
their best pair of forms. Titles, marks, case, hyphens and apostrophes are folded away. A given
name of which only first letters are said, or nothing (김○○, Kim C. S.), has no readings:
what it may begin with is kept apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

import attrs

from uncounted.linkage import besides, families, lattice, syllables, veiled
from uncounted.linkage.families import Key
from uncounted.records.kinship import whose
from uncounted.records.names import Name, plain, untitled, visible
from uncounted.records.report import Report
from uncounted.records.unnamed import is_no_name, is_unknown_part, is_unknown_word

Order = Literal["first", "last"]
LONGEST_WRITTEN = 200  # letters of a name that are looked at
LONGEST_RAW = 4000  # characters of it, seen or not
LONGEST_LETTERS = 60
MOST_WORDS = 6  # of a part of a name
_KEPT_PARTS = 65536  # distinct given names whose readings are kept: many have the same
_PINYIN = 0.05  # how often a Korean name in Latin letters is pinyin, before it is seen
_UNKNOWN_FAMILY = 0.02  # how often a Korean family name is spelt as no table has it
_USUAL = 0.25  # of syllables in given names: see `spelling`
_LEAST = 0.01  # a way of reading less likely than this is none
_SURELY_FAMILY = 1.0  # percent of people, who have a family name that leaves no doubt
_PARTS_OF_GIVEN = 2  # words of a given name of which one may be a family name
_LOUD = 0.99  # how often the one word in capitals is the family name
# How often the family name comes first, by the source's habit, before one looks at the words.
_FIRST: dict[Order | None, float] = {"first": 0.98, "last": 0.02, None: 0.7}
_APOSTROPHES = re.compile("['‘’ʼ`´ʻʹ]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_BESIDE = re.compile(r"[()（）\[\]【】]|\b(?:alias|aka|n[eé]e|or)\s", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+")  # digits too: a slip of the key must not cut a name in two
_MIDDLE_INITIAL = re.compile(r"(?<=[^\W\d_]{2} )[^\W\d_]\. (?=[^\W\d_]{2})")  # Juan A. Tobar
# Without these no word is an initial, nor several: "c", "cs", "xx", "ch.", and a star for letters.
_CUT = re.compile(r"\b(?:\w|[ox]{2,3}|[b-df-hj-np-tvwz]{2,3})\b|[*_]|h\.|ts\.")
_TWO_LETTERS = re.compile(r"\b([cjkpst])h\. ", re.IGNORECASE)  # one initial
_CYRILLIC_WORDS = re.compile("[а-яё]+")
# What stands beside a family name where the given name is not known, or not given yet.
_NO_GIVEN = {"baby", "infant", "newborn", "child", "boy", "girl", "ssi"} | {
    *("ребенок", "ребёнок", "младенец", "мальчик", "девочка", "малыш")
}
_SIGN = re.compile("[·•‧・.,、_‐-―−-]")  # 김·철·수
# The last range by number: its first sign is composed to another, from which Hangul is Han.
_HAN = r"㐀-鿿\uf900-\ufaff"
_RUNS = re.compile(
    r"[가-힣](?:[가-힣\s]*[가-힣])?"
    rf"|(?:[{_HAN}]{{1,2}}[가-힣]{{1,2}}|[{_HAN}] [가-힣]{{2}})(?![가-힣])"  # 金철수
    rf"|[{_HAN}](?:[{_HAN}\s·]*[{_HAN}])?"
)


@attrs.frozen
class Form:
    """One way of reading a name.

    `family` and `given` map what they may be to weights that sum to 1 (empty: not
    said; less than 1 for a way of reading that is one of several); `family_letters` and
    `given_letters` are spellings, for finding slips. With `initials`, nothing else is known
    of the given name, and with `family_initial` of the family name. `family_words` and
    `given_words` are the words of a name that has several, in an alphabet.
    """

    family: dict[Key, float]
    given: dict[Key, float]
    family_letters: tuple[str, ...] = ()
    given_letters: tuple[str, ...] = ()
    family_initial: str = ""
    initials: tuple[str, ...] = ()  # a syllable each; "" where nothing is said
    family_words: tuple[str, ...] = ()
    given_words: tuple[str, ...] = ()
    is_open: bool = False  # which word is the family name is a guess
    is_other_way: bool = False  # another way of telling which word is the family name is likelier
    # of a name beside the main one, or of what stands beside that, and no way to write it
    is_besides: bool = attrs.field(default=False, eq=False)

    @property
    def is_veiled(self) -> bool:
        """Of a part only first letters are said."""
        return bool(self.family_initial or self.initials)

    @property
    def firsts(self) -> tuple[int, int]:
        """What family and given name may begin with, in bits: see `veiled`."""
        return (
            veiled.family_mask(self.family, self.family_initial),
            veiled.given_mask(self.given, self.initials),
        )

    @property
    def korean(self) -> bool:
        """The given name can be read as Korean, and so can the family name if there is one."""
        family = not self.family or any(isinstance(key, tuple) for key in self.family)
        return family and any(isinstance(key, tuple) for key in self.given)


def forms(names: Iterable[Name], order: Order | None = None) -> list[Form]:
    """All forms of the names of one report, without repeats.

    Args:
        names: the main name and its alternatives; the first that says anything is the main one,
            and of it what stands first.
        order: where this source puts the family name, for words that leave it open.

    Examples:
        >>> [form.given_letters[0] for form in forms([Name("KIM, Chol-su"), Name("김철수")])]
        ['cholsu', 'cheolsu']
    """
    found: list[Form] = []
    for name in names:
        is_main = not found
        for form in _forms_of(name, order):
            if form not in found and (form.family or form.given or form.initials):
                found.append(form if is_main else _besides(form))
    main = [form for form in found if not form.is_besides]
    return [
        attrs.evolve(form, is_besides=False)
        if form.is_besides and any(_are_one_name(form, other) for other in main)
        else form
        for form in found
    ]


def _are_one_name(one: Form, other: Form) -> bool:
    """Whether two forms may be one name, as in two scripts."""
    return bool(one.given.keys() & other.given.keys() and one.family.keys() & other.family.keys())


def order_of(name: Name) -> Order | None:
    """Tell where the family name stands, if the words leave no doubt.

    Examples:
        >>> order_of(Name("Chol Su Kim")), order_of(Name("Jong Il Kim"))
        ('last', None)
    """
    if name.family or name.given or _RUNS.search(name.written):
        return None
    words = _words(plain(_seen(name.written)))
    if len(words) < 2:
        return None
    first, last = words[0] in families.latin(), words[-1] in families.latin()
    return None if first == last else ("first" if first else "last")


@lru_cache(maxsize=1024)  # it is asked more than once of a name
def _seen(written: str) -> str:
    """What is looked at of a name: without titles and ages, and without what nobody sees."""
    raw = written[:LONGEST_RAW]
    if _titled(raw) is not None:  # 남궁씨 would be 남 and 궁 without its title
        return visible(raw)[:LONGEST_WRITTEN]
    return besides.bare(untitled(raw)[:LONGEST_WRITTEN])


def _titled(written: str) -> veiled.Veiled | None:
    """A family name alone with its title, 김씨 or 남궁 씨; None if it is none."""
    return None if written.isascii() else veiled.titled("".join(visible(written).split()))


def _forms_of(name: Name, order: Order | None) -> list[Form]:
    if name.family or name.given:
        family, given = name.family or "", name.given or ""
        if not (family and given) and _closed(name.written) != _closed(family or given):
            return _of_one_part(name, _given_apart(family, given))
        whole = _whole_in_part(family, given)
        if whole is None:
            return _given_apart(family, given)
        name = Name(whole)
    seen = _seen(name.written)
    # also with the sex beside it, 이름 모름(여), and 조선족 여성, of which 조선족 may be a name
    if is_no_name(seen) or (seen != name.written and is_no_name(name.written[:LONGEST_WRITTEN])):
        return []
    found: list[Form] = []
    for piece in _pieces(seen):
        forms_ = _forms_of_piece(piece, order)
        found += [_besides(form) for form in forms_] if found else forms_
    return found


def _of_one_part(name: Name, apart: list[Form]) -> list[Form]:
    """A name of which one part is given apart: what was written has both, or is the other alone."""
    orders: tuple[Order, ...] = ("first", "last")
    whole = [form for order in orders for form in _forms_of(Name(name.written), order)]
    found = [
        attrs.evolve(form, is_open=False, is_other_way=False)
        for form in whole
        if form.is_besides or any(_share_a_part(form, one) for one in apart)
    ]
    if not whole:
        return apart
    main = [form for form in whole if not form.is_besides]
    may_be_other = any(not (form.given if name.given else form.family) for form in main)
    if may_be_other or all(form.is_besides for form in found):
        found += _given_apart(name.family or name.written, name.given or name.written)
    return found


def _closed(text: str) -> str:
    return "".join(_words(plain(_seen(text)))) or "".join(_seen(text).split())


def _share_a_part(one: Form, other: Form) -> bool:
    return bool(one.family.keys() & other.family.keys() or one.given.keys() & other.given.keys())


def _besides(form: Form) -> Form:
    return attrs.evolve(form, is_besides=True)


def relative_of(report: Report) -> Name | None:
    """Who is named as a relative, in a field of its own or in place of a name: 김철수의 딸."""
    if report.relative is not None:
        return report.relative
    found = (
        whose(_seen(part))
        for name in report.names
        for part in ((name.given, name.family) if name.given and name.family else (name.written,))
    )
    return next((Name(text) for text in found if text), None)


def _says_nothing(part: str) -> bool:
    """Whether a part stands for one that is not known; Na and No are family names.

    Man and 아기 are given names, and Child and Body family names, where parts stand apart.
    """
    return is_unknown_part(part)


def _pieces(written: str) -> list[str]:
    """A name and what stands beside it, after "alias" or in brackets: other names, as a rule."""
    named = besides.parted(written)
    if named == [written]:
        return _bracketed(written)
    return [piece for name in named for piece in _bracketed(besides.bare(untitled(name)))]


def _bracketed(written: str) -> list[str]:
    """Only beside a name of two words or more: in "Kim (Chol Su)" the brackets are part of it."""
    first, *others = _BESIDE.split(written)
    return [first, *others] if others and len(_WORDS.findall(first)) > 1 else [written]


def _forms_of_piece(written: str, order: Order | None) -> list[Form]:
    if is_no_name(written) or whose(written) is not None:
        return []
    text = plain(written)
    if text.isascii() and written.isascii():
        return _of_words(written, order) if _words(text) else []
    text = _closed_up(text)
    alone = _titled(written)
    if alone is not None:
        return [_of_veiled(alone)]
    hidden = veiled.korean(text)
    if hidden is not None:
        return [_of_veiled(hidden)]
    found: list[Form] = []
    for run in _RUNS.findall(text):
        closed = "".join(run.split()).replace("·", "")
        alone = veiled.titled(closed)
        ways = [_of_veiled(alone)] if alone else _of_korean(closed)
        found += list(map(_besides, ways)) if found else ways
    rest = _RUNS.sub(" ", text)
    cyrillic = tuple(_CYRILLIC_WORDS.findall(rest))
    ways = []
    if cyrillic:
        latin = _spelt_in_latin(_bare(rest))
        is_cut = _CUT.search(latin)
        initials = veiled.words(latin) if is_cut else []
        partly = veiled.partly(latin, _cyrillic_families()) if is_cut else []
        cyrillic = _of_child(cyrillic, families.wide("cyrillic")) or cyrillic
        if partly:
            cyrillic = tuple(word for word in cyrillic if len(word) > 1)
        ways += [] if initials else _of_cyrillic(cyrillic)
        ways += [_of_veiled(one, in_cyrillic=True) for one in (*partly, *initials)]
        rest = _CYRILLIC_WORDS.sub(" ", rest)
        if _words(rest):
            ways += _of_words(_CYRILLIC_WORDS.sub(" ", written.casefold()), order)
    elif _words(rest):
        ways += _of_words(_RUNS.sub(" ", written), order)
    return found + (list(map(_besides, ways)) if found else ways)


def _closed_up(text: str) -> str:
    """A name in Hangul or characters without signs that cut it: 김·철·수, 김-철수, 金、哲洙."""
    if not _SIGN.search(text):
        return text
    family, *others = (part.strip() for part in _SIGN.split(text))
    closed = "".join((family, *others))
    if not 3 <= len(closed) <= 5 or not (family in families.hangul() or family in families.han()):
        return text
    # 김, 이, 박 are three, and 남, 김철수 is a man
    several = ("," in text or "、" in text) and (len(others) > 1 or besides.is_whole(others[0]))
    return text if several or _RUNS.fullmatch(closed) is None else closed


def _of_veiled(name: veiled.Veiled, *, in_cyrillic: bool = False) -> Form:
    family = _family_of(name.family)
    if in_cyrillic and (known := _cyrillic_families().get(name.family)):
        family = dict(known), family[1]
    given = _given_of_words(name.given)
    return Form(
        family[0], given[0], family[1], given[1], name.family_initial, initials=name.initials
    )


@lru_cache(maxsize=1)
def _cyrillic_families() -> families.Table:
    """Family names in Cyrillic as `_words` spells them."""
    return {"".join(_words(word)): keys for word, keys in families.wide("cyrillic").items()}


def _family_of(text: str) -> Part:
    if text in families.hangul() or text in families.han():
        return _family_of_korean(text)
    return _family_of_word(text)


def _given_apart(family: str, given: str) -> list[Form]:
    """A name whose parts the source gives apart."""
    family, given = ("" if _says_nothing(part) else plain(_seen(part)) for part in (family, given))
    no_given = whose(given) is not None or (given in _NO_GIVEN and family in families.latin())
    given = "" if no_given else given
    if (other := whose(family)) or (other == "" and not given):  # 我妻 is a family name as well
        family = ""
    squeezed, closed = "".join(family.split()), "".join(given.split())
    if squeezed:
        korean = squeezed in families.hangul() or squeezed in families.han()
        hidden = veiled.korean(f"{squeezed}{closed}") if korean else None
        if hidden:
            return [_of_veiled(hidden)]
        if korean:
            closed = closed.rstrip(veiled.DOUBTS)
        latin = _spelt_in_latin(_bare(given))
        said, initials = veiled.said(latin) if _CUT.search(latin) else ((), ())
        if initials and not said:
            part = _family_of(squeezed) if korean else _family_of_word("".join(_words(family)))
            return [Form(part[0], {}, part[1], initials=initials if any(initials) else ())]
        if initials:
            rest = _given_apart(family, " ".join(said))
            letters = veiled.mixed(latin)
            if not letters or not (korean or squeezed in families.latin()):
                return rest
            part = _family_of(squeezed)
            return [*rest, Form(part[0], {}, part[1], initials=letters)]
    words, family_words = _words(given), _words(family)
    if _RUNS.fullmatch(closed) or squeezed in families.hangul() or squeezed in families.han():
        family_part = (
            _family_of(squeezed) if _RUNS.search(squeezed) else _family_of("".join(family_words))
        )
        is_closed = closed and _RUNS.fullmatch(closed)
        given_part = _given_of_korean(closed) if is_closed else _given_of_words(words)
        return [Form(family_part[0], given_part[0], family_part[1], given_part[1])]
    if _CYRILLIC_WORDS.search(family + given):
        cut = [tuple(_CYRILLIC_WORDS.findall(part)) for part in (family, given)]
        return [_cyrillic_form(*cut)]
    return _both(family_words, words)


def _whole_in_part(family: str, given: str) -> str | None:
    """The part that holds the whole name; None if none does.

    김철수 stands in the column for given names beside 김, or alone in one of both.
    """
    one, other = (part.strip().casefold() for part in (family, given))
    if not (one and other) or one == other:
        part = given if other else family
        return part if _is_whole_alone(plain(_seen(part)), is_given=bool(other)) else None
    if one.endswith(other) and _is_family(one.removesuffix(other).strip(" ,")):
        return family
    if one in other and _is_family(one):
        rest = other.removeprefix(one)
        if _RUNS.fullmatch(one):
            return given if rest != other and len("".join(rest.split())) > 1 else None
        rest = f" {other} ".removeprefix(f" {one} ").removesuffix(f" {one} ")
        return given if rest != f" {other} " and _has_two_syllables(_words(rest)) else None
    for part, empty in ((family, given), (given, family)):
        is_given = part is given
        if (" " not in part) if part.isascii() else len(part) < 3:
            continue
        if _is_whole_alone(plain(_seen(part)), is_given=is_given) and _says_nothing(empty):
            return part
    return None


def _is_family(word: str) -> bool:
    return (
        word in families.hangul()
        or word in families.han()
        or word in families.latin()
        or word in families.wide("cyrillic")
    )


def _has_two_syllables(words: tuple[str, ...]) -> bool:
    return len(words) > 1 or not all(map(veiled.is_one_syllable, words))


def _is_whole_alone(part: str, *, is_given: bool) -> bool:
    """Whether what stands in the one part that is filled is a family name and a given name."""
    if not part.isascii():
        closed = "".join(part.split())
        if _RUNS.fullmatch(closed) is None:
            return False
        han = 3 <= len(closed) <= 4 and (
            closed[0] in families.han() or closed[:2] in families.han()
        )
        return han or besides.is_whole(closed)
    words = _words(part)
    if len(words) < 2 or len(words) > MOST_WORDS:
        return False
    ends = (words[0], words[1:]), (words[-1], words[:-1])
    return any(
        word in families.latin()
        and (not is_given or _has_two_syllables(rest))
        and bool(lattice.of_latin(rest))
        for word, rest in ends
    )


Part = tuple[dict[Key, float], tuple[str, ...]]
Way = tuple[tuple[str, ...], tuple[str, ...]]
_NOTHING: Part = ({}, ())


def _of_korean(text: str) -> list[Form]:
    """Forms of a name in Hangul or in characters, family name first."""
    table = families.hangul() if lattice.is_hangul(text[0]) else families.han()
    found = []
    for size in (2, 1):
        if len(text) >= size and text[:size] in table and (size == 1 or len(text) > size):
            family, given = _family_of_korean(text[:size]), _given_of_korean(text[size:])
            found.append(Form(family[0], given[0], family[1], given[1]))
            break
    if not found or len(text) == 2:  # 정희 may be a given name alone
        given = _given_of_korean(text)
        found.append(Form({}, given[0], (), given[1]))
    return found


def _family_of_korean(text: str) -> Part:
    table = families.hangul() if lattice.is_hangul(text[0]) else families.han()
    keys = table[text]
    letters = next(iter(keys))
    return keys, lattice.spelt(letters) if isinstance(letters, tuple) else (text,)


@lru_cache(maxsize=_KEPT_PARTS)
def _given_of_korean(text: str) -> Part:
    if not text:
        return _NOTHING
    readings: lattice.Readings
    if all(map(lattice.is_hangul, text)):
        readings = {lattice.of_hangul(text)[: lattice.LONGEST]: 1.0}
    else:
        readings = lattice.of_han(text)
    if not readings:
        return {text: 1.0}, (text[:LONGEST_LETTERS],)
    letters = [spelt for row in list(readings)[:2] for spelt in lattice.spelt(row)]
    keys: dict[Key, float] = {row: weight for row, weight in readings.items()}  # noqa: C416
    return keys, tuple(dict.fromkeys(letters))


def _of_words(written: str, order: Order | None) -> list[Form]:
    """Forms of a name in an alphabet."""
    text = plain(written)
    before, comma, after = text.partition(",")
    if comma and _words(before) and _words(after):
        return _given_apart(before, after)
    partly = list[veiled.Veiled]()
    if _CUT.search(text):
        partly = veiled.partly(_bare(text), families.latin())
        written, text = (_MIDDLE_INITIAL.sub(" ", each) for each in (written, text))
        if hidden := veiled.words(_bare(text)):
            return [_of_veiled(one) for one in (*partly, *hidden)]
    if partly:
        written, text = (_TWO_LETTERS.sub(r"\1. ", each) for each in (written, text))
        return [*_of_words_in_full(written, text, order), *map(_of_veiled, partly)]
    return _of_words_in_full(written, text, order)


def _of_words_in_full(written: str, text: str, order: Order | None) -> list[Form]:
    words, raw = _words(text), _raw_words(written)
    if alone := _of_child(words, families.latin()):
        return [_form(alone, ())]
    humps = tuple(word for one in raw for word in _words(one)) if len(raw) > len(words) else ()
    if len(humps) > len(words) and humps[-1] == words[-1][-len(humps[-1]) :]:
        words = humps
    if len(words) == 1:
        return _of_one_word(words[0])
    if len(words) == 2 and len(text.split()) == 1 and lattice.of_latin(words):
        return [*_by_place(words, order), _form((), words)]  # "Ji-hyang" may lack a family name
    loud = [word for word in raw if len(word) > 1 and word.isupper()]
    if len(loud) == 1 and len(raw) == len(words) and loud[0] in (raw[0], raw[-1]):
        return _by_capitals(words, first=raw[0] == loud[0])
    return _by_place(words, order)


def _by_capitals(words: tuple[str, ...], *, first: bool) -> list[Form]:
    """Forms of words of which the first or the last is in capitals: the family name, as a rule."""
    ends = (words[:1], words[1:]), (words[-1:], words[:-1])
    loud, other = ends if first else ends[::-1]
    word, named = other[0][0], loud[0][0]
    if word not in families.latin() or not (
        word in families.compounds() or families.how_usual(word) > families.how_usual(named)
    ):
        return _both(*loud)
    return _by_likelihood([(loud, _LOUD), (other, 1 - _LOUD)])


def _of_child(words: tuple[str, ...], table: families.Table) -> tuple[str, ...]:
    """The family name of "baby Kim" and "Kim, unknown", where it is a usual one in Korea."""
    left = tuple(word for word in words if word not in _NO_GIVEN and not is_unknown_word(word))
    return left if len(left) == 1 and len(words) > 1 and left[0] in table else ()


def _by_place(words: tuple[str, ...], order: Order | None) -> list[Form]:
    """Forms of words of which none is known to be the family name."""
    found = _by_ends(words, order)
    if of_china := _of_china(words, order):
        found = _beside_korean(of_china, found, words, order)
    if len(words) > 2:
        # Son U Gyong is 선우 경, or 손 우경
        if words[0] + words[1] in families.compounds() and words[0] in families.latin():
            found += _both(words[:1], words[1:])
        if words[-2] + words[-1] in families.compounds() and words[-1] in families.latin():
            found += _both(words[-1:], words[:-1])
    return found


def _of_china(words: tuple[str, ...], order: Order | None) -> list[tuple[Way, float]]:
    """Ways of reading words as a name in pinyin with a family name of China, and how likely.

    Deng Li is 鄧麗, and no Li who is called Deng. In pinyin the family name comes first as a rule.
    """
    table, found = families.chinese(), list[tuple[Way, float]]()
    size = 2 if len(words) > 2 and words[0] + words[1] in table else 1
    if size == 1 and words[0] not in table and words[-1] not in table:
        return []
    for (family, given), first in zip(_ends(words, size), _first(order, "first"), strict=True):
        share = table.get("".join(family))
        if share and (weight := _in_pinyin(given)):
            found.append(((family, given), share * weight * first))
    return found


def _beside_korean(
    ways: list[tuple[Way, float]], found: list[Form], words: tuple[str, ...], order: Order | None
) -> list[Form]:
    """Forms of names of China before or after those of the same words read otherwise."""
    firsts = zip(_first(order), _first(order, "first"), strict=True)
    korean = max(
        families.how_usual(way[0][0])
        * ((1 - _PINYIN) * _how_usual_given(way[1]) * first + _in_pinyin(way[1]) * in_pinyin)
        if way[0][0] in families.latin()
        else 0.0
        for way, (first, in_pinyin) in zip(_ends(words), firsts, strict=True)
    )
    likely = [way for way, weight in ways if weight > korean]
    if likely:
        found = [attrs.evolve(form, is_other_way=True) for form in found] if korean else []
    out = [form for way in likely for form in _both(*way)] + found
    for way, _ in ways:
        if way not in likely:
            out += _both(*way, is_other_way=True)
    return out


def _in_pinyin(given: tuple[str, ...]) -> float:
    return _PINYIN * sum(lattice.weighed("pinyin", given).values())


def _ends(words: tuple[str, ...], size: int = 1) -> tuple[Way, Way]:
    """The first words (`size`) or the last as the family name."""
    return (words[:size], words[size:]), (words[-1:], words[:-1])


def _first(order: Order | None, usual: Order | None = None) -> tuple[float, float]:
    """How often the family name comes first and last, by the source's habit or what is usual."""
    first = _FIRST[order or usual]
    return first, 1 - first


def _by_ends(words: tuple[str, ...], order: Order | None) -> list[Form]:
    one, two = (words[:1], words[1:]), (words[-1:], words[:-1])
    if len(words) > 2 and words[0] + words[1] in families.compounds():
        one = (words[:2], words[2:])
    if len(words) > 2 and words[-2] + words[-1] in families.compounds():
        two = (words[-2:], words[:-2])
    for table in (families.latin(), families.wide("latin"), families.pinyin()):
        first, last = "".join(one[0]) in table, "".join(two[0]) in table
        if first != last:
            way, other = (one, two) if first else (two, one)
            return [*_both(*way), *_other_way(way, other), *_given_alone(words)]
        if first:  # both ends may be it
            return _by_likelihood([(one, _FIRST[order]), (two, 1 - _FIRST[order])])
    found = _both(*(one if order == "first" else two))
    return [attrs.evolve(form, is_open=True) for form in found]


def _other_way(way: Way, other: Way) -> list[Form]:
    """The other end as a family name in an unusual spelling, if the one known is rarely one.

    Goh Yong Su is 고 영수, and hardly 수 of the given name Goh Yong. Kim and Pak leave no doubt.
    """
    (*_, word), given = way[0], other[1]
    rare = families.how_usual(word) < _SURELY_FAMILY and len(given) == _PARTS_OF_GIVEN
    return _both(*other, is_other_way=True) if rare and _ends_given_names(word) else []


@lru_cache(maxsize=1024)
def _ends_given_names(word: str) -> bool:
    return any(
        len(row) == 1 and syllables.usual(row[0]) >= _USUAL for row in lattice.of_latin((word,))
    )


def _by_likelihood(ways: Sequence[tuple[Way, float]]) -> list[Form]:
    """Forms of several ways of telling which word is the family name, the likeliest first.

    Kim Chol Su is 김 철수 and hardly 수 김철, whatever the habit of the source: Su is rare as a
    family name, and Kim in given names. Without that, everybody who is called Kim Chol with one
    syllable more would have one given name.

    Args:
        ways: family and given name, and how likely this is before one looks at the words.
    """
    weights = [before * _how_usual(*way) for way, before in ways]
    if not any(weights):  # no Korean name: the source's habit alone tells
        weights = [before for _, before in ways]
    likeliest = sorted(range(len(ways)), key=lambda at: -weights[at])
    found = _both(*ways[likeliest[0]][0])
    for at in likeliest[1:]:
        found += _both(*ways[at][0], is_other_way=True)
    return found


def _how_usual(family: tuple[str, ...], given: tuple[str, ...]) -> float:
    """How usual a Korean name is, in Latin letters, to a factor that is the same for all."""
    return families.how_usual("".join(family)) * _how_usual_given(given)


@lru_cache(maxsize=_KEPT_PARTS)
def _how_usual_given(given: tuple[str, ...]) -> float:
    return sum(lattice.weighed("latin", given).values())


def _given_alone(words: tuple[str, ...]) -> list[Form]:
    """Two words as a given name whose family name is left out, if both are usual in given names.

    "Chol Su" is a name without its family name, or Chol of the family Su.
    """
    if len(words) != 2:
        return []
    rows = lattice.of_latin(words)
    likely = max(rows, key=lambda row: (rows[row], row), default=())
    usual = len(likely) == 2 and all(syllables.usual(at) >= _USUAL for at in likely)
    return [_form((), words)] if usual else []


def _of_one_word(word: str) -> list[Form]:
    """A word alone: a family name, a given name, or both run together."""
    table = families.latin()
    if word in table:
        return [_form((word,), ())]
    first, last = list[Way](), list[Way]()
    for size in range(min(9, len(word) - 2), 0, -1):
        head, tail = word[:size], word[size:]
        korean = head in table and lattice.of_latin((tail,))
        if korean or (head in families.pinyin() and lattice.weighed("pinyin", (tail,))):
            first.append(((head,), (tail,)))
        head, tail = word[:-size], word[-size:]
        if tail in table and len(tail) > 2 and lattice.of_latin((head,)):
            last.append(((tail,), (head,)))
    found = [form for way in first for form in _both(*way)]
    likely = max((_how_usual(*way) for way in first), default=0.0)
    for way in last:
        found += _both(*way, is_other_way=_how_usual(*way) < likely)
    return [*found[:3], _form((), (word,))]


def _both(
    family: tuple[str, ...], given: tuple[str, ...], *, is_other_way: bool = False
) -> list[Form]:
    """A name read as Korean in Latin letters, and as pinyin where it can be."""
    form, word = _form(family, given, is_other_way=is_other_way), "".join(family)
    pinyin = families.pinyin().get(word)
    rows = lattice.weighed("pinyin", given) if pinyin else {}
    if not pinyin or not rows:
        return [form]
    known = 1.0 if word in families.usual() else _UNKNOWN_FAMILY
    letters = (1 - _PINYIN) * known * _how_usual_given(given)
    both = _PINYIN * sum(rows.values())
    share = both / (both + letters)
    if share < _LEAST:
        return [form]
    keys: dict[Key, float] = {row: share * w for row, w in lattice.normalised(rows).items()}
    other = attrs.evolve(form, family=dict(pinyin), given=keys)
    return [form, other]


def _form(family: tuple[str, ...], given: tuple[str, ...], *, is_other_way: bool = False) -> Form:
    family_part, given_part = _family_of_word("".join(family)), _given_of_words(given)
    return Form(
        family_part[0],
        given_part[0],
        family_part[1],
        given_part[1],
        family_words=_whole_words(family),
        given_words=_whole_words(given),
        is_other_way=is_other_way,
    )


def _whole_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The first few words, without initials."""
    return tuple(word[:LONGEST_LETTERS] for word in words if len(word) > 1)[:MOST_WORDS]


def _family_of_word(word: str) -> Part:
    return (families.of_latin(word), (word[:LONGEST_LETTERS],)) if word else _NOTHING


@lru_cache(maxsize=_KEPT_PARTS)
def _given_of_words(words: tuple[str, ...]) -> Part:
    # a lone consonant among words is an initial; O, U and I are syllables
    said = tuple(word for word in words if len(word) > 1 or word in "aeiou" or not word.isascii())
    if not said:
        return _NOTHING
    joined = "".join(said)
    readings = lattice.of_latin(said) if joined.isascii() else {}
    keys: dict[Key, float] = {joined: 1.0}
    if readings:
        keys = {row: weight for row, weight in readings.items()}  # noqa: C416
    return keys, (joined[:LONGEST_LETTERS],)


def _of_cyrillic(words: tuple[str, ...]) -> list[Form]:
    """Forms of a name in Cyrillic: the family name comes first, unless only the last can be it."""
    table = families.wide("cyrillic")
    if len(words) == 1:
        return [_cyrillic_form(*((words, ()) if words[0] in table else ((), words)))]
    if len(words) > 2 and words[0] + words[1] in table and words[0] not in table:
        return [_cyrillic_form(words[:2], words[2:])]
    if words[0] in table or words[-1] not in table:
        found = _cyrillic_form(words[:1], words[1:])
        return [attrs.evolve(found, is_open=words[0] not in table)]
    return [_cyrillic_form(words[-1:], words[:-1])]


def _cyrillic_form(family: tuple[str, ...], given: tuple[str, ...]) -> Form:
    word = "".join(family)
    latin = [tuple(each for one in part for each in _words(one)) for part in (family, given)]
    family_letters, given_letters = "".join(_words(word)), "".join(_words("".join(given)))
    families_ = families.wide("cyrillic").get(word)
    keys: dict[Key, float] = dict(families_) if families_ else {}
    if word and not keys:
        keys = families.of_latin(family_letters)
    readings = lattice.normalised(lattice.weighed("cyrillic", given))
    rows: dict[Key, float] = {row: weight for row, weight in readings.items()}  # noqa: C416
    if given and not rows:
        rows = {given_letters: 1.0}
    return Form(
        keys,
        rows,
        (family_letters[:LONGEST_LETTERS],) if family_letters else (),
        (given_letters[:LONGEST_LETTERS],) if given_letters else (),
        family_words=_whole_words(latin[0]),
        given_words=_whole_words(latin[1]),
    )


def _raw_words(text: str) -> list[str]:
    """The words as written; "Chun JongKu" has three, "McDonald" is one."""
    return [
        word
        for whole in _WORDS.findall(_APOSTROPHES.sub("", text))
        for word in (_HUMP.split(whole) if not whole.startswith(("Mc", "Mac")) else [whole])
    ]


def _words(text: str) -> tuple[str, ...]:
    """Words in plain letters: marks and apostrophes gone, Cyrillic spelt in Latin."""
    bare = _bare(text)
    if bare.isascii():
        return tuple(_WORDS.findall(bare))
    return tuple(_WORDS.findall(_spelt_in_latin(bare)))


def _spelt_in_latin(text: str) -> str:
    return text.replace("чх", "ч").translate(_CYRILLIC)


def _bare(text: str) -> str:
    plain_text = _APOSTROPHES.sub("", text.casefold())
    if plain_text.isascii():
        return plain_text
    bare = unicodedata.normalize("NFKD", plain_text)
    return "".join(char for char in bare if not unicodedata.combining(char))


_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdezijklmnoprstufye", strict=True)),
        "ж": "j", "х": "h", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "",
        "ю": "yu", "я": "ya", "ё": "yo",
    }
)  # fmt: skip
