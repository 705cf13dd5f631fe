"""Name parser: from a name as written to its family and given readings, and its letters.

A name becomes one or more forms: one for each alias, each script, and each way of telling which
word is the family name. Two names are compared by their best pair of forms. A given name that is
masked or cut to initials (김○○, Kim C. S.) has no readings: its possible first letters are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import category

import attrs

from uncounted.records.cells.general_names import name_and_aliases, relative_in
from uncounted.records.cells.kinship import after_kin, whose
from uncounted.records.cells.name_annotations import (
    HAN,
    family_at_edge,
    is_annotation,
    is_whole_name,
    names_in_runs,
    other_names,
    split_aliases,
    without_annotations,
)
from uncounted.records.cells.name_order import NO_GIVEN, of_child, of_cyrillic, of_words
from uncounted.records.cells.placeholders import is_no_name, is_unknown_part
from uncounted.records.cells.several_people import is_in_plain_latin
from uncounted.records.lexicon import pattern
from uncounted.records.names import general, lattice, surnames
from uncounted.records.names import initials as masked
from uncounted.records.names.forms import (
    MOST_WORDS,
    WORDS,
    Form,
    Order,
    bare_letters,
    both,
    cyrillic_families,
    cyrillic_form,
    family_of,
    family_of_korean,
    family_of_word,
    form_of_partial,
    given_of_korean,
    given_of_words,
    transliterated,
    words_of,
)
from uncounted.records.names.languages.pack import Language
from uncounted.records.names.name import Name, plain, script, untitled, visible
from uncounted.records.names.sounds import script_of
from uncounted.records.report import Report

LONGEST_WRITTEN = 200  # letters of a name that are looked at
LONGEST_RAW = 4000  # characters of it, seen or not
_BESIDE = re.compile(
    r"[()（）\[\]【】;/|]|\b(?:alias|aka|n[eé]e|or|born(?= (?-i:[A-Z])))\s", re.IGNORECASE
)
_MIDDLE_INITIAL = re.compile(r"(?<=[^\W\d_]{2} )[^\W\d_]\. (?=[^\W\d_]{2})")  # Juan A. Tobar
# Without these no word is an initial, nor several: "c", "cs", "xx", "ch.", and a star for letters.
_CUT = re.compile(r"\b(?:\w|[ox]{2,3}|[b-df-hj-np-tvwz]{2,3})\b|[*_]|h\.|ts\.")
_TWO_LETTERS = re.compile(r"\b([cjkpst])h\. ", re.IGNORECASE)  # one initial
_CYRILLIC_WORDS = re.compile("[а-яё]+")
_SIGN = re.compile("[·•‧・.,、_‐-―−-]")  # 김·철·수
_RUNS = re.compile(
    r"[가-힣](?:[가-힣\s]*[가-힣])?"
    rf"|(?:[{HAN}]{{1,2}}[가-힣]{{1,2}}|[{HAN}] [가-힣]{{2}})(?![가-힣])"  # 金철수
    rf"|[{HAN}](?:[{HAN}\s·]*[{HAN}])?"
)

# Words and signs that join people, and signs between two names or a name and a remark.
_JOINED = pattern(
    r"[&+]|\b(?:and|und|with|et al|family)\b|[一全]家| 그리고 | ?및 |[와과] "
    "|[가-힣]{2} ?{pair|family:ko}$|[一-鿿]{2} ?(?:{pair:zh}|等|.?家人)$|[가-힣]{2} [외등]$"
)
_POINT = re.compile(rf"(?<=[{HAN}])[•‧・](?=[{HAN}])")  # within a name of another language
_BETWEEN = re.compile(r"[;/|,，、\r\n]+")
_IN_BRACKETS = re.compile(r"[(（\[][^)）\]]*[)）\]]")
_PARTS = re.compile(rf"[()（）\[\]【】:：]|{_BETWEEN.pattern}")
_LETTERS = re.compile(r"[^\W\d_]+(?:[.'’‘ʼ`´་·-]*[^\W\d_]+)*[.'’་]?")  # with Tibetan's tsheg


def forms(
    names: Iterable[Name],
    order: Order | None = None,
    *,
    korean: bool = True,
    language: Language | None = None,
) -> list[Form]:
    """All forms of the names of one report, once each; `order` is the source's habit.

    Where the source's names are not `korean`, no word is read as Korean syllables, and those in
    Latin letters are read as in `language`. Hangul and characters are Korean in any source.
    """
    found: list[Form] = []
    for name in names:
        is_main = not found
        for form in _forms_of(name, order) if korean else _general_of(name, order, language):
            if form not in found and (form.family or form.given or form.initials):
                found.append(form if is_main else _as_alias(form))
    main = [form for form in found if not form.is_alias]
    return [
        attrs.evolve(form, is_alias=False)
        if form.is_alias and any(_are_one_name(form, other) for other in main)
        else form
        for form in found
    ]


def _are_one_name(one: Form, other: Form) -> bool:
    """Whether two forms may be one name, as in two scripts."""
    return bool(one.given.keys() & other.given.keys() and one.family.keys() & other.family.keys())


def order_of(name: Name) -> Order | None:
    """Tell where the family name stands, if the words leave no doubt."""
    if name.family or name.given or _RUNS.search(name.written):
        return None
    words = words_of(plain(_seen(name.written)))
    if len(words) < 2:
        return None
    first, last = words[0] in surnames.latin(), words[-1] in surnames.latin()
    return None if first == last else ("first" if first else "last")


def holds_more(written: str) -> bool:
    """Tell whether a cell may hold other people or unknown words beside one name (then flagged)."""
    if (len(written) <= 3 and written.isalpha() and not written.endswith("等")) or (
        is_in_plain_latin(written) and len(written.split()) <= MOST_WORDS
    ):
        return False  # as most are
    if "\n" not in (raw := written[:LONGEST_RAW]) and looks_korean(Name(raw)) is False:
        written = name_and_aliases(raw)[0]
    written = general.expand_abbreviations(written)
    seen = _seen(written)
    if is_no_name(seen) or _titled(seen) is not None:
        return False
    if _JOINED.search(written.strip()):
        return True
    if whose(seen) is not None:
        return False
    if any(after_kin(part.strip())[0] for part in _PARTS.split(written)[1:]):
        return True
    return _has_two(written) or not all(map(_is_plain, _pieces(seen)))


def _has_two(written: str) -> bool:
    """Whether a text is two adjacent names in one script; Garcia Lopez, Maria is one name."""
    text = _closed_up(_IN_BRACKETS.sub(" ", written))
    first, *others = (part.strip() for part in _BETWEEN.split(text))
    if len(others) == 1 and "," in text and not (family_at_edge(first) and " " in others[0]):
        return False
    names = [
        part
        for part in (first, *other_names(first, others))
        if (len(words_of(part)) > 1 or _RUNS.fullmatch(part)) and not is_annotation(part)
    ]
    return len(set(map(script, names))) < len(names)


def _is_plain(piece: str) -> bool:
    """Whether a text is one name and no more, in each script that it is in."""
    text = _closed_up(plain(_POINT.sub("·", piece)))
    if masked.korean(text) is not None or masked.titled("".join(text.split())) is not None:
        return True
    runs = ["".join(run.split()) for run in _RUNS.findall(text) if not is_annotation(run)]
    hangul = "".join(run for run in runs if lattice.is_hangul(run[0]))
    characters = "".join(run for run in runs if not lattice.is_hangul(run[0]))
    rest = _unmarked(_RUNS.sub(" ", text).strip(" ,;/|()[]（）"))
    return (
        len(hangul) <= (5 if hangul[:2] in surnames.hangul() else 4)
        and len(characters) <= (16 if surnames.is_foreign(characters) else 5)
        and len(_LETTERS.findall(rest)) <= MOST_WORDS
        and not _LETTERS.sub("", rest.replace(",", "", 1)).strip(" .*?")
    )


def _unmarked(text: str) -> str:
    """A text without vowel signs and other marks, which belong to letters in many scripts."""
    return text if text.isascii() else "".join(c for c in text if category(c)[0] != "M")


@lru_cache(maxsize=1024)  # it is asked more than once of a name
def _seen(written: str) -> str:
    """The part of a name that is compared: without titles, ages and invisible characters."""
    raw = written[:LONGEST_RAW]
    if _titled(raw) is not None:  # 남궁씨 would be 남 and 궁 without its title
        return visible(raw)[:LONGEST_WRITTEN]
    return without_annotations(untitled(raw)[:LONGEST_WRITTEN])


def _seen_in_full(written: str, language: Language | None) -> str:
    return _seen(general.expand_abbreviations(written[:LONGEST_RAW], language))


def _titled(written: str) -> masked.PartialName | None:
    """A family name alone with its title, 김씨 or 남궁 씨, or None."""
    return None if written.isascii() else masked.titled("".join(visible(written).split()))


def _forms_of(name: Name, order: Order | None) -> list[Form]:
    if name.family or name.given:
        family, given = name.family or "", name.given or ""
        if not (family and given) and _closed(name.written) != _closed(family or given):
            return _of_one_part(name, _given_apart(family, given))
        return _given_apart(family, given)
    seen = _seen(name.written)
    # also with the sex, 이름 모름(여), and 조선족 여성, of which 조선족 may be a name
    if is_no_name(seen) or (seen != name.written and is_no_name(name.written[:LONGEST_WRITTEN])):
        return []
    found: list[Form] = []
    for piece in _pieces(seen):
        forms_ = _forms_of_piece(piece, order)
        found += [_as_alias(form) for form in forms_] if found else forms_
    return found


def _general_of(name: Name, order: Order | None, language: Language | None) -> list[Form]:
    """Forms of a name of a source whose names are not Korean."""
    parts = () if language and language.pinyin else attrs.astuple(name)
    if any(part and _RUNS.search(part[:LONGEST_RAW]) for part in parts):
        return _forms_of(name, order)
    if name.family or name.given:
        family, given = (
            "" if part is None or is_unknown_part(part) else _seen_in_full(part, language)
            for part in (name.family, name.given)
        )
        return _general_apart(family, given, language)
    written, *aliases = name_and_aliases(name.written[:LONGEST_RAW])
    seen = _seen_in_full(written, language)
    if is_no_name(seen) or (seen != name.written and is_no_name(name.written[:LONGEST_WRITTEN])):
        return []
    found: list[Form] = []
    for piece in (*_pieces(seen), *aliases):
        forms_ = _general_of_piece(piece, order, language)
        found += [_as_alias(form) for form in forms_] if found else forms_
    return found


def _general_apart(family: str, given: str, language: Language | None) -> list[Form]:
    if initials := general.initials_of(family, given, language):
        return [initials]
    parts = general.words(family, language), general.words(given, language)
    return [general.form_of(*parts)] if parts[0] or parts[1] else []


def _general_of_piece(written: str, order: Order | None, language: Language | None) -> list[Form]:
    if is_no_name(written) or whose(written) is not None:
        return []
    before, comma, after = written.partition(",")
    if comma and words_of(before) and words_of(after):
        before, after = ("" if is_unknown_part(part) else part for part in (before, after))
        return _general_apart(before, after, language)
    if initials := general.initials(written, language):
        return initials
    words = general.words(written, language)
    return [
        general.form(tuple(word for word in words if script_of(word) == script_), order, language)
        for script_ in dict.fromkeys(map(script_of, words))
    ]


def looks_korean(name: Name) -> bool | None:
    """Tell whether a name may be Korean or Chinese by its words; None where a word does not tell.

    Examples:
        >>> [looks_korean(Name(text)) for text in ("Kim Chol Su", "Juan Tobar", "김철수", "Ali")]
        [True, False, True, None]
    """
    if _RUNS.search(name.written[:LONGEST_RAW]) or _RUNS.search((name.family or "")[:LONGEST_RAW]):
        return True
    if name.family and name.given:
        family, given = (plain(_seen(part)) for part in (name.family, name.given))
        ways = [(words_of(family), words_of(given))]
        cyrillic = bool(_CYRILLIC_WORDS.search(family))
    else:
        text = plain(_seen(name.written))
        cyrillic = bool(_CYRILLIC_WORDS.search(text))
        words = tuple(_CYRILLIC_WORDS.findall(text)) if cyrillic else words_of(text)
        if len(words) < 2:
            joined = "".join(words)
            return True if joined in surnames.latin() else None
        ways = [(words[:1], words[1:]), (words[-1:], words[:-1]), (words[:2], words[2:])]
    if not all(word.isascii() for word in ways[0][0]) and not cyrillic:
        return False
    return any(given and _is_korean(family, given, cyrillic=cyrillic) for family, given in ways)


def _is_korean(family: tuple[str, ...], given: tuple[str, ...], *, cyrillic: bool) -> bool:
    word = "".join(family)
    if cyrillic:
        table = surnames.wide("cyrillic")
        return word in table and bool(lattice.weighed("cyrillic", given))
    if word in surnames.pinyin() and lattice.weighed("pinyin", given):
        return True
    return word in surnames.latin() and bool(lattice.of_latin(given))


def _of_one_part(name: Name, apart: list[Form]) -> list[Form]:
    """A name of which one part is given apart: what was written has both, or is the other alone."""
    orders: tuple[Order, ...] = ("first", "last")
    whole = [form for order in orders for form in _forms_of(Name(name.written), order)]
    found = [
        attrs.evolve(form, is_open=False, is_other_way=False)
        for form in whole
        if form.is_alias or any(_share_a_part(form, one) for one in apart)
    ]
    if not whole:
        return apart
    main = [form for form in whole if not form.is_alias]
    may_be_other = any(not (form.given if name.given else form.family) for form in main)
    if may_be_other or all(form.is_alias for form in found):
        found += _given_apart(name.family or name.written, name.given or name.written)
    return found


def _closed(text: str) -> str:
    return "".join(words_of(plain(_seen(text)))) or "".join(_seen(text).split())


def _share_a_part(one: Form, other: Form) -> bool:
    return bool(one.family.keys() & other.family.keys() or one.given.keys() & other.given.keys())


def _as_alias(form: Form) -> Form:
    return attrs.evolve(form, is_alias=True)


def relative_of(report: Report) -> Name | None:
    """Who is named as a relative, in a field of its own or in place of a name: 김철수의 딸."""
    if report.relative is not None:
        return report.relative
    found = (
        relative_in(part[:LONGEST_RAW]) or whose(_seen(part))
        for name in report.names
        for part in ((name.given, name.family) if name.given and name.family else (name.written,))
    )
    return next((Name(text) for text in found if text), None)


def father_of(
    names: Iterable[Name], language: Language | None, most: int = MOST_WORDS
) -> Name | None:
    """The father's name in the patronymic of a main name of at most so many words, or None.

    For names that are not Korean.
    """
    for name in names:
        parts = (name.given, name.family) if name.given and name.family else (name.written,)
        words = general.words(_seen(" ".join(parts)), language)
        found = general.father_in(words, language) if len(words) <= most else ""
        return Name(found) if found else None
    return None


def _pieces(written: str) -> list[str]:
    """A name and the text after "alias" or in brackets, which is usually another name."""
    named = split_aliases(written)
    if named != [written]:
        named = [without_annotations(untitled(name)) for name in named]
    pieces = [piece for name in named for piece in _bracketed(name)]
    return pieces if pieces == [written] else [without_annotations(piece) for piece in pieces]


def _bracketed(written: str) -> list[str]:
    """Only beside a name of two words or more: in "Kim (Chol Su)" the brackets are part of it."""
    first, *others = _BESIDE.split(written)
    if not others or len(WORDS.findall(first)) < 2:
        return [written]
    return [first, *other_names(first, others)]


def _forms_of_piece(written: str, order: Order | None) -> list[Form]:
    if is_no_name(written) or whose(written) is not None:
        return []
    text = plain(written)
    if text.isascii() and written.isascii():
        return _of_words(written, order) if words_of(text) else []
    text = _closed_up(text)
    alone = _titled(written)
    if alone is not None:
        return [form_of_partial(alone)]
    hidden = masked.korean(text)
    if hidden is not None:
        return [form_of_partial(hidden)]
    found: list[Form] = []
    runs, rest = _RUNS.findall(text), _RUNS.sub(" ", text)
    for run in names_in_runs(runs, alone=not any(map(str.isalpha, rest))):
        closed = "".join(run.split()).replace("·", "")
        alone = masked.titled(closed)
        ways = [form_of_partial(alone)] if alone else _of_korean(closed)
        found += list(map(_as_alias, ways)) if found else ways
    cyrillic = tuple(_CYRILLIC_WORDS.findall(rest))
    ways = []
    if cyrillic:
        latin = transliterated(bare_letters(rest))
        is_cut = _CUT.search(latin)
        initials = masked.words(latin) if is_cut else []
        partly = masked.partly(latin, cyrillic_families()) if is_cut else []
        cyrillic = of_child(cyrillic, surnames.wide("cyrillic")) or cyrillic
        if partly:
            cyrillic = tuple(word for word in cyrillic if len(word) > 1)
        ways += [] if initials else of_cyrillic(cyrillic)
        ways += [form_of_partial(one, in_cyrillic=True) for one in (*partly, *initials)]
        rest = _CYRILLIC_WORDS.sub(" ", rest)
        if words_of(rest):
            ways += _of_words(_CYRILLIC_WORDS.sub(" ", written.casefold()), order)
    elif words_of(rest) and not (found and is_annotation(rest.strip(" ()[]"))):
        ways += _of_words(_RUNS.sub(" ", written), order)
    return found + (list(map(_as_alias, ways)) if found else ways)


def _closed_up(text: str) -> str:
    """A name in Hangul or characters without signs that cut it: 김·철·수, 김-철수, 金、哲洙."""
    if not _SIGN.search(text):
        return text
    family, *others = (part.strip() for part in _SIGN.split(text))
    closed = "".join((family, *others))
    if not 3 <= len(closed) <= 5 or not (family in surnames.hangul() or family in surnames.han()):
        return text
    # 김, 이, 박 are three, and 남, 김철수 is a man
    several = ("," in text or "、" in text) and (len(others) > 1 or is_whole_name(others[0]))
    return text if several or _RUNS.fullmatch(closed) is None else closed


def _given_apart(family: str, given: str) -> list[Form]:
    family, given = (
        "" if is_unknown_part(part) else plain(_seen(part)) for part in (family, given)
    )
    no_given = whose(given) is not None or (given in NO_GIVEN and family in surnames.latin())
    given = "" if no_given else given
    if (other := whose(family)) or (other == "" and not given):  # 我妻 is a family name as well
        family = ""
    squeezed, closed = "".join(family.split()), "".join(given.split())
    if squeezed:
        korean = squeezed in surnames.hangul() or squeezed in surnames.han()
        hidden = masked.korean(f"{squeezed}{closed}") if korean else None
        if hidden:
            return [form_of_partial(hidden)]
        if korean:
            closed = closed.rstrip(masked.DOUBTS)
        latin = transliterated(bare_letters(given))
        in_full, initials = masked.given_parts(latin) if _CUT.search(latin) else ((), ())
        if initials and not in_full:
            part = family_of(squeezed) if korean else family_of_word("".join(words_of(family)))
            return [Form(part[0], {}, part[1], initials=initials if any(initials) else ())]
        if initials:
            rest = _given_apart(family, " ".join(in_full))
            letters = masked.mixed(latin)
            if not letters or not (korean or squeezed in surnames.latin()):
                return rest
            part = family_of(squeezed)
            return [*rest, Form(part[0], {}, part[1], initials=letters)]
    words, family_words = words_of(given), words_of(family)
    if _RUNS.fullmatch(closed) or squeezed in surnames.hangul() or squeezed in surnames.han():
        family_part = (
            family_of(squeezed) if _RUNS.search(squeezed) else family_of("".join(family_words))
        )
        is_closed = closed and _RUNS.fullmatch(closed)
        given_part = given_of_korean(closed) if is_closed else given_of_words(words)
        return [Form(family_part[0], given_part[0], family_part[1], given_part[1])]
    if _CYRILLIC_WORDS.search(family + given):
        cut = [tuple(_CYRILLIC_WORDS.findall(part)) for part in (family, given)]
        return [cyrillic_form(*cut)]
    return both(family_words, words)


def _of_korean(text: str) -> list[Form]:
    table = surnames.hangul() if lattice.is_hangul(text[0]) else surnames.han()
    found = []
    for size in (2, 1):
        if len(text) >= size and text[:size] in table and (size == 1 or len(text) > size):
            family, given = family_of_korean(text[:size]), given_of_korean(text[size:])
            found.append(Form(family[0], given[0], family[1], given[1]))
            break
    if not found or len(text) == 2:  # 정희 may be a given name alone
        given = given_of_korean(text)
        found.append(Form({}, given[0], (), given[1]))
    return found


def _of_words(written: str, order: Order | None) -> list[Form]:
    text = plain(written)
    before, comma, after = text.partition(",")
    if comma and words_of(before) and words_of(after):
        return _given_apart(before, after)
    partly = list[masked.PartialName]()
    if _CUT.search(text):
        partly = masked.partly(bare_letters(text), surnames.latin())
        written, text = (_MIDDLE_INITIAL.sub(" ", each) for each in (written, text))
        if hidden := masked.words(bare_letters(text)):
            return [form_of_partial(one) for one in (*partly, *hidden)]
    if partly:
        written, text = (_TWO_LETTERS.sub(r"\1. ", each) for each in (written, text))
        return [*of_words(written, text, order), *map(form_of_partial, partly)]
    return of_words(written, text, order)
