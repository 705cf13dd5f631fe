"""Names that are not Korean, in any script: their words, without what is no part of a name.

A name becomes a form whose family and given name are bags of words. Which word is the family name
is often open; comparison takes that into account.
"""

from __future__ import annotations

import re
from functools import lru_cache

from anyascii import anyascii

from uncounted.records.names.forms import LONGEST_LETTERS, MOST_WORDS, Form, Order
from uncounted.records.names.languages.pack import Language, by_script
from uncounted.records.names.sounds import folded, script_of, syllables

# Abbreviations of one name in lists of many languages, from Nigeria to Indonesia.
_MUHAMMAD = re.compile(r"\b(?:md|mo?hd|muhd)\b|\bmoh(?= \w)")
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")
_VOWELS = "aeiou"
_LATIN_SYLLABLE = re.compile(r"[^aeiou]*[aeiou]+(?:(?:ng|nn|nt|[nmkrhwypl]|t(?!h))(?![aeiouy]))?")


def words(text: str, language: Language | None = None) -> tuple[str, ...]:
    """The words of a name: folded, without titles and particles; syllables where names are such.

    Args:
        text: as written.
        language: of names in Latin letters; other scripts tell theirs.

    Examples:
        >>> words("Nguyễn Văn An")
        ('nguyen', 'van', 'an')
        >>> words("عبد الرحمن بن علي")
        ('عبدرحمن', 'علي')
    """
    if language is not None and language.pinyin:
        text = in_pinyin(text)
    if language is not None and language.romanization is not None:
        text = language.romanization.romanized(text, known=True)
    return _words(folded(text), language)


def in_pinyin(text: str) -> str:
    """A text whose Chinese characters are in pinyin, those that are together as one word.

    Examples:
        >>> in_pinyin("买买提·图尔逊")
        'maimaiti·tuerxun'
    """
    return _CHINESE.sub(lambda run: anyascii(run[0]).lower(), text)


def expand_abbreviations(text: str, language: Language | None = None) -> str:
    """A name as written, with words that its language abbreviates in full.

    Examples:
        >>> expand_abbreviations("ገ/መድህን ሰሎሞን")
        'ገብረመድህን ሰሎሞን'
    """
    if "/" not in text and "." not in text:
        return text
    packs = (by_script().get(script_of(word), language) for word in text.split())
    for pack in dict.fromkeys(packs):
        text = pack.expand_abbreviations(text) if pack else text
    return text


@lru_cache(maxsize=65536)
def _words(text: str, language: Language | None) -> tuple[str, ...]:
    language = by_script().get(script_of(text), language)
    if script_of(text) == "LATIN":
        text = _MUHAMMAD.sub("mohammad", text)
    if language is not None and language.syllables and script_of(text) == "LATIN":
        text = language.rewritten(_syllables(text))
    elif language is not None:
        text = language.rewritten(text)
        text = _syllables(text) if language.syllables else text
    found = text.split()
    if language is not None and language.syllables and script_of(text) != "LATIN":
        return tuple(found)[: 2 * MOST_WORDS]  # a letter is a word: ဘ, Ba
    longer = [word for word in found if len(word) > 1]
    return tuple(word[:LONGEST_LETTERS] for word in longer or found)[: 2 * MOST_WORDS]


def _syllables(text: str) -> str:
    if script_of(text) == "LATIN":
        return " ".join(part for word in text.split() for part in _latin_syllables(word))
    return syllables(text)


def _latin_syllables(word: str) -> list[str]:
    parts = _LATIN_SYLLABLE.findall(word)
    if not parts:
        return [word]
    parts[-1] += word[sum(map(len, parts)) :]
    if parts[-1] == "ne" and len(parts) > 1 and parts[-2].endswith("i"):
        parts[-2:] = [parts[-2] + "ne"]  # Khine is one syllable
    return parts


def place_of_family(names: tuple[str, ...], language: Language | None) -> Order | None:
    """Where the family name stands, by endings of the language; None if they do not tell."""
    if language is None or language.family is None or len(names) < 2:
        return None
    if language.father and language.father.search(names[-1]):
        return "first" if len(names) > 2 else None
    given = [bool(language.given and language.given.search(names[at])) for at in (0, -1)]
    if given[0] != given[1]:
        return "last" if given[0] else "first"
    first, last = (bool(language.family.search(names[at])) for at in (0, -1))
    return None if first == last else ("first" if first else "last")


def form(
    names: tuple[str, ...], order: Order | None = None, language: Language | None = None
) -> Form:
    """The form of a whole name: which word is the family name by fathers' names or the order."""
    language = by_script().get(script_of(names[0]), language) if names else language
    if len(names) < 2:
        return form_of((), names, is_open=True)
    if language is not None and language.syllables:
        return form_of((), names, is_open=True)
    if language is not None and language.father:
        at = next((i for i, word in enumerate(names) if i and language.father.search(word)), 0)
        if at and len(names) == 2:  # Karpovich is a family name, too
            return form_of(names[-1:], names[:-1], is_open=True)
        if at:
            return form_of((*names[: at - 1], *names[at + 1 :]), names[at - 1 : at + 1])
    known = place_of_family(names, language)
    if (known or order) == "first":
        return form_of(names[:1], names[1:], is_open=known is None)
    return form_of(names[-1:], names[:-1], is_open=known is None)


def father_in(names: tuple[str, ...], language: Language | None = None) -> str:
    """The father's name that a patronymic among the words of a name is made of, or "".

    The first word is none unless it is alone, nor is the second of two: Karpovich is a family name,
    too. The name is near enough to be compared.

    Examples:
        >>> father_in(words("Шевченко Тарас Григорович")), father_in(words("Петрівна"))
        ('григор', 'петр')
    """
    language = by_script().get(script_of(names[0]), language) if names else language
    if language is None or language.father is None or len(names) == 2:
        return ""
    own = names[1:] if len(names) > 1 else names
    found = next((word for word in own if language.father.search(word)), "")
    return language.father.sub("", found)


def form_of(family: tuple[str, ...], given: tuple[str, ...], *, is_open: bool = False) -> Form:
    """The form of words of a family name and of a given name."""
    family, given = family[:MOST_WORDS], given[:MOST_WORDS]
    parts = ["".join(part)[:LONGEST_LETTERS] for part in (family, given)]
    return Form(
        {parts[0]: 1.0} if family else {},
        {parts[1]: 1.0} if given else {},
        (parts[0],) if family else (),
        (parts[1],) if given else (),
        family_words=family,
        given_words=given,
        is_open=is_open,
        is_general=True,
    )


def initials(text: str, language: Language | None) -> list[Form]:
    """Forms of a name of a word or more with initials before or after it: J. A. López."""
    found = folded(_MIDDLE_INITIAL.sub(" ", text)).split()
    cut = [len(word) == 1 and script_of(word) in _ALPHABETS for word in found]
    if not any(cut) or all(cut) or (language is not None and language.syllables):
        return []
    if cut not in (sorted(cut), sorted(cut, reverse=True)):
        return []
    whole, letters = (
        " ".join(word for word, is_cut in zip(found, cut, strict=True) if is_cut is wanted)
        for wanted in (False, True)
    )
    language = by_script().get(script_of(whole), language)
    if cut[-1] and len(letters) == 1 and _ends_in_another_name(whole, language):
        return []
    form = initials_of(whole, letters, language)
    return [form] if form else []


def _ends_in_another_name(whole: str, language: Language | None) -> bool:
    """Whether a last letter stands for a second family name (Castro R.) or for a father's name.

    Spanish names have the one, and Slavic names the other.
    """
    has_another = language is not None and (language.father or language.code == "spanish")
    return bool(has_another) and len(words(whole, language)) > 1


def initials_of(family: str, given: str, language: Language | None) -> Form | None:
    """The form of a family name with initials alone; None if the given name has a word."""
    letters = folded(given).split()
    if not letters or not all(len(at) == 1 and script_of(at) in _ALPHABETS for at in letters):
        return None
    own = words(family, language)[:MOST_WORDS]
    part = "".join(own)[:LONGEST_LETTERS]
    first = tuple(_initial(each, language) for each in letters[:_MOST_INITIALS])
    return Form(
        {part: 1.0} if part else {},
        {},
        (part,) if part else (),
        initials=first,
        family_words=own,
    )


def _initial(letter: str, language: Language | None) -> str:
    """The letters that words of an initial begin with, as the language rewrites them."""
    if language is None or script_of(letter) != "LATIN":
        return first_letters(letter)
    return first_letters(language.rewritten(letter)) or _VOWELS  # Somali c, which is not read


def first_letters(word: str) -> str:
    """The Latin letters that a word may begin with; of another script, as spellings vary.

    Examples:
        >>> first_letters("taras"), first_letters("Григорій"), first_letters("Юлія")
        ('t', 'gh', 'yieju')
    """
    letter = anyascii(word[:1]).lower()[:1]
    return letter if script_of(word[:1]) == "LATIN" else _SPELT.get(letter, letter)


# Letters that a letter of another script, by its first one in Latin letters, is spelt with.
_LIKE = "ao oa dzt eyi fp gh hgk iyje jyizdg kchqx ckstz qkgh sczt tcs uyow vwb wvu xkh yieju zjs"
_SPELT = {each[0]: each for each in _LIKE.split()}
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN")
_MOST_INITIALS = 4
_MIDDLE_INITIAL = re.compile(r"(?<=[^\W\d_]{2} )[^\W\d_]\. (?=[^\W\d_]{2})")  # Juan A. Tobar
