"""What stands beside a name: words that say another name follows, and what is said of somebody.

일명, 又名 and "also known as" come before another name, with a colon or without. 故, "aged 35",
(35세), 군 and 할머니 are part of none. What may be a name is left alone: 고 is a family name,
이명박 has no other name 박, and 군 ends given names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from uncounted.records.cells.among_words import (
    AGE,
    BORN,
    FATE,
    FORMERLY,
    HEAD,
    KIN,
    KNOWN,
    SEX,
    TIMES,
    are_korean_words,
    begins_as_name,
    given_size,
    is_kin,
    is_known,
    is_said,
    is_whole,
    may_be_address,
    may_be_named,
    named,
)
from uncounted.records.cells.kinship import after_kin, whose
from uncounted.records.names import initials, lattice, surnames
from uncounted.records.names.forms import (
    SURELY_FAMILY,
    Way,
    are_usual,
    cyrillic_families,
    likeliest,
    words_of,
)
from uncounted.records.names.name import untitled

# Chinese characters. The last range by number: its first sign is composed to another, from which
# Hangul would be among them.
HAN = r"㐀-鿿\uf900-\ufaff"
_OTHER_KO = (
    "일명|본명|필명|가명|별명|아명|예명|별칭|구명|원명|속명|통칭|실명|개명(?: ?[전후])?(?: ?이름)?"
    "|(?:옛|다른|본|원래|이전) ?이름|(?:중국|한국|조선|일본) ?(?:명|이름)"
)
_OTHER_ZH = (
    "又名|别名|別名|化名|曾用名|原名|本名|假名|真名|笔名|筆名|艺名|藝名|小名|乳名|又称|又稱|亦名|亦称|亦稱"
    "|绰号|綽號|外号|外號|中文名|汉名|漢名|朝鲜名|朝鮮名|韩文名|韓文名"
)
_OTHER_EN = (
    "(?:(?:also|otherwise|better|commonly|formerly|previously|now) )?known as"
    "|(?:formerly|previously)(?: called| named|(?= (?-i:[A-Z])))|nicknamed?|pseudonym"
    "|alias(?:es)?|a/k/a"
    "|a[.]k[.]a[.]?"
    "|(?:real|true|birth|original|former|other|full|pen|stage|code|maiden|chinese|korean) name"
    "(?: is| was)?|(?-i:aka|AKA|он же|она же)|настоящее имя|псевдоним|прозвище"
)
_FOLLOWS = r"(?:\s*[:=]\s*|\s+)(?=[^\W\d])"
# A word that another name follows. In characters it may stand close to both.
_MARKS = re.compile(
    rf"(?<![가-힣])(?:{_OTHER_KO})(?:[은는]?{_FOLLOWS}|(?<=[일본필별]명)(?=[가-힣]{{3}}))"
    rf"|(?:(?<![{HAN}])|(?<=[{HAN}]{{2}}))(?:{_OTHER_ZH})"
    rf"(?:[为為是叫]?(?=[{HAN}]{{2}})|{_FOLLOWS})"
    rf"|(?<![^\W_])(?:{_OTHER_EN}){_FOLLOWS}"
    r"|(?<=[가-힣]{2}) (?:또는|혹은) (?=[^\W\d])"
    r"|^(?:성명|성함|이름|姓名|(?:full )?name)\s*[:=：]\s*(?=\w)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[;/|]|\bborn (?=(?-i:[A-Z]))", re.IGNORECASE)
_EDGES = " ()[]【】,:;、="

_NUMBERS = r"\d{1,3}|만 ?\d{1,3} ?[세살]?|(?:18|19|20)\d\d(?: ?[-~–] ?(?:(?:18|19|20)\d\d)?)?"


def _said(*items: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is said in brackets of its own, and at the end of a name."""
    item = f"(?:{'|'.join((SEX, KIN, KNOWN, FATE, FORMERLY, *items))})"
    at_end = "|".join(items)
    return (
        re.compile(rf" ?[(\[【] ?{item}(?:[ ,、·/;]+{item})* ?[)\]】]", re.IGNORECASE),
        re.compile(
            rf" ?[,·;] ?(?:(?:{SEX}) ?,? ?)?(?:{at_end})(?=$|[)\]】])"
            rf"| (?:- )?(?:{AGE}|{BORN}|{TIMES})$"
            rf"|(?<=[가-힣]{{3}}) (?:{SEX}) ?(?:{at_end})$",
            re.IGNORECASE,
        ),
    )


_SAID, _SAID_OR_NUMBERS = _said(AGE, BORN), _said(AGE, BORN, _NUMBERS)
_LATE = re.compile(
    r"(?:고 ?)?\(?(?:已?故|亡)(?:\) ?| ?)(?=\w{2}|\w \w)|the late (?=\w)|late (?=\w+[ -]\w)"
    r"|покойн(?:ый|ая) (?=\w)",
    re.IGNORECASE,
)
_AGED = re.compile(rf"(?:{AGE}|{BORN}|\d\d년생) ?(?:(?:남|여)[성자]? )?(?=[가-힣{HAN}])")
_LATE_KO = re.compile("[고망] (?=[가-힣])")
_CALLED = re.compile(
    "(?P<name>[가-힣]+(?: [가-힣]+)?)(?P<close> ?)"
    "(?P<word>군|양|옹|어르신|아주머니|아저씨"
    "|(?<![친외증큰시])(?<![친외증큰시] )(?:할머니|할아버지|할머님|할아버님))"
)
_CALLED_EN = re.compile(
    r"^(?:grandma|granny|halmoni|halmeoni) (?=\w+[ -]\w)"
    r"|(?<=\w{2}) (?:halmoni|halmeoni|harabeoji|haraboji)$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"[\d(\[,;]|late|gran|hal[mo]|harab|born|aged", re.IGNORECASE)  # in ASCII
# Ranks and roles before a whole name, what follows one, and who came with somebody.
_RANKS = frozenset(
    {"col", "colonel", "gen", "general", "capt", "captain", "maj", "major", "lt", "lieutenant"}
    | {"sgt", "sergeant", "rev", "reverend", "pastor", "deputy", "director", "president"}
    | {"victim", "witness", "prisoner", "detainee", "defector"}
)
_AFTER = frozenset({"ii", "iii", "jr", "sr", "phd", "male", "female"})
_COMPANY = frozenset({"al", "family", "wife", "husband", "children", "others"})
_PLACED = ("of", "from")
_BEFORE = frozenset(
    f"{form}{dot}"
    for word in _RANKS
    for form in (word, word.capitalize(), word.upper())
    for dot in ("", ".")
)
_AT_END = frozenset(
    f"{form}{dot}"
    for word in _AFTER | _COMPANY | {"m", "f", *map(str, range(10, 100))}
    for form in (word, word.capitalize(), word.upper(), "PhD" if word == "phd" else word)
    for dot in ("", ".")
)
_OF_KIN = re.compile("(?:[가-힣]+ )?[가-힣]+의 ([가-힣]+) (?=[가-힣])")  # 김철수의 딸 박영희
_LABEL = re.compile(rf"([가-힣{HAN} ]+) ?: ?(?=[가-힣{HAN}])")
_LAST = re.compile(
    rf"(?<=[{HAN}]{{2}})(?:氏|等人?|一家)$|(?<=[가-힣]{{3}}) ?[외등] ?[0-9]{{1,3}} ?[명인]$"
)
_SLASHED = re.compile(rf"(?:\s?/\s?(?:{SEX}|{AGE}|\d{{1,3}}))+$", re.IGNORECASE)
_SHORTEST = 4  # letters of a name with what is said of somebody, without a sign between
_MOST = 4  # things that are said of one person


def parted(text: str) -> list[str]:
    """A name and those that follow it after words that say so, each without these words.

    Examples:
        >>> parted("김철수(일명 박민)"), parted("金哲洙又名朴民"), parted("이명박")
        (['김철수', '박민'], ['金哲洙', '朴民'], ['이명박'])
        >>> parted("Kim Chol Su, also known as Park Min"), parted("aka Park Min")
        (['Kim Chol Su', 'Park Min'], ['Park Min'])
    """
    if len(text) < _SHORTEST:
        return [text]
    first, *others = _MARKS.split(text)
    if not others:
        return _at_signs(text)
    pieces = (piece.strip(_EDGES) for piece in (first, *others))
    return [name for piece in pieces if piece for name in _at_signs(piece)] or [text]


def _at_signs(text: str) -> list[str]:
    """Names of two words or more with ; or / or | or "born" between.

    What stands after one and is none, as a place, is left out: Kim Chol Su / Hoeryong City.
    """
    if not ("/" in text or ";" in text or "|" in text or "born " in text.casefold()):
        return [text]
    first, *others = (piece.strip(_EDGES) for piece in _BETWEEN.split(text))
    if not others or len(words_of(first)) < 2 or not _has_family(first):
        return [text]
    others = named_beside(first, others)
    if any(len(words_of(piece)) < 2 for piece in others):
        return [text]
    capital = first[:1].isupper()
    return [first, *(each for each in others if _may_be_name(each, capital=capital))]


def _has_family(text: str) -> bool:
    """Whether the first or the last word is a usual family name; in Hangul, a syllable."""
    return bool(_ends_with_family(text)) or _is_closed_name(text)


def _ends_with_family(text: str) -> list[Way]:
    """The ways in which words in letters are a usual family name and what is left."""
    words = words_of(text)
    ways = ((words[:1], words[1:]), (words[-1:], words[:-1])) if len(words) > 1 else ()
    tables = (surnames.latin(), surnames.pinyin()) if text.isascii() else (cyrillic_families(),)
    return [way for way in ways if any(way[0][0] in table for table in tables)]


def _is_closed_name(text: str) -> bool:
    closed = "".join(text.split())
    return 2 <= len(closed) <= 5 and (given_size(closed) > 0 or closed[0] in surnames.han())


def _may_be_name(text: str, *, capital: bool) -> bool:
    """Whether words after a name are another; each has a capital (`capital`) where the first has.

    "he died", "in China" and "one son" are none.
    """
    if capital and any(word[:1].islower() for word in text.split()):
        return False
    if text.isascii():
        named = any(
            surnames.how_usual(family[0]) >= SURELY_FAMILY or _may_be_given(given)
            for family, given in _ends_with_family(text)
        )
    else:
        named = _has_family(text)
    return named and not is_said(text)


def _may_be_given(words: tuple[str, ...]) -> bool:
    """Whether words in Latin letters are syllables that are usual in given names."""
    likely = likeliest(words)
    usual = 0 < len(likely) < 4 and are_usual(likely)
    return usual or bool(lattice.weighed("pinyin", words))


def named_beside(first: str, others: Iterable[str]) -> list[str]:
    """What stands beside a name and may be another: no place, fate, remark or relative.

    Examples:
        >>> named_beside("Kim Chol Su", ["Park Min", "Hoeryong", "in custody", "wife: Park Min"])
        ['Park Min']
    """
    return [other for other in others if not _is_remark(first, other.strip(_EDGES))]


def _is_remark(first: str, other: str) -> bool:
    rest, is_sure = after_kin(other)
    if is_said(other) or may_be_address(other) or (rest and (is_sure or begins_as_name(rest))):
        return True
    small = first[:1].isupper() and any(word[:1].islower() for word in other.split())
    return small and other.isascii() and not _may_be_name(other, capital=False)


def bare(text: str) -> str:
    """A name without what is said of somebody who has it.

    Args:
        text: a name as it is seen, without titles: see `records.names.name.untitled`.

    Examples:
        >>> bare("故 김철수"), bare("고 김철수"), bare("고 철수"), bare("김복동 할머니")
        ('김철수', '김철수', '고 철수', '김복동')
        >>> bare("Kim Chol Su, aged 35"), bare("김철수(남, 35세)"), bare("박철 군")
        ('Kim Chol Su', '김철수', '박철 군')
        >>> bare("아들 김철수"), bare("Father: Kim Chol Su"), bare("Father Kim")
        ('김철수', 'Kim Chol Su', 'Father Kim')
    """
    rest, is_sure = after_kin(text)
    if rest and (is_sure or begins_as_name(rest)):
        text = rest
    elif text[:1].isdecimal():
        text = _after_age(text)
    elif "의 " in text or ":" in text:
        text = _after_label(_after_whose(text))
    for _ in range(_MOST):
        left = _without_one(text)
        if left == text or not any(map(str.isalpha, left)):
            break
        text = left
    return text


def _after_age(text: str) -> str:
    """A whole name in Hangul or characters after an age or a year of birth: 35세 김철수."""
    found = _AGED.match(text)
    rest = text[found.end() :] if found else ""
    return rest if rest and begins_as_name(rest) else text


def _after_whose(text: str) -> str:
    """박영희 of 김철수의 딸 박영희: who is named last is the person, if it is a whole name."""
    found = _OF_KIN.match(text)
    rest = text[found.end() :] if found and is_kin(found[1]) else ""
    return rest if rest and begins_as_name(rest) else text


def _after_label(text: str) -> str:
    """A whole name in Hangul or characters after what it is a name of: 군관: 김철수.

    홍은하: 전도사 and 박영희: 신의주 are the names before.
    """
    found = _LABEL.match(text)
    if found is None:
        return text
    label, rest = "".join(found[1].split()), text[found.end() :]
    head = "".join(HEAD.split(rest, maxsplit=1)[0].split())
    if (len(label) > 2 and may_be_named(label)) or is_said(head):
        return text
    return rest if begins_as_name(rest) else text


def _without_one(text: str) -> str:
    if len(text) < _SHORTEST and text.isalpha():
        return text
    text = _unranked(text) if text[:1].isascii() else _without_role(text)
    if text.isascii() and not _ASIDE.search(text):
        return text
    if ", " in text and text.isascii():
        text = _without_remark(text)
    left = _CALLED_EN.sub("", _unsaid(text))
    if late := _LATE.match(left):
        left = left[late.end() :]
    if not text.isascii():
        left = _uncalled(left)
        if (late := _LATE_KO.match(left)) and is_whole("".join(left[2:].split())):
            left = left[late.end() :]
    if left == text or initials.titled("".join(left.split())) is not None:
        return left  # 남궁씨 would be 남 and 궁 without its title
    return untitled(left)


def _without_remark(text: str) -> str:
    """Kim Chol Su of "Kim Chol Su, in China"; KIM, Chol Su is left alone."""
    first, *others = text.split(", ")
    if len(words_of(first)) < 2 or not _ends_with_family(first) or _MARKS.search(text):
        return text
    is_remark = all(other.islower() or is_said(other) for other in others)
    return first if is_remark and first[:1].isupper() and whose(text) is None else text


def _unranked(text: str) -> str:
    """A whole name in letters without what stands before and after it: "Col.", "II", "& wife", 36.

    Pastor and Major are given names, too: only beside a family name that is usual in Korea.
    """
    if "/" in text:
        text = _SLASHED.sub("", text)
    words = text.split(" ")
    if len(words) < 3 or not (words[0] in _BEFORE or words[-1] in _AT_END or words[-2] in _PLACED):
        return text
    folded = text.casefold().replace(".", "").replace("'", "").split(" ")
    start, end = 0, len(folded)
    while end - start > 2 and folded[start] in _RANKS:
        start += 1
    while end - start > 2 and (size := _size_after(folded[:end])):
        end -= size
    if end - start == len(folded) or end - start < 2:
        return text
    kept = [part for word in folded[start:end] for part in word.strip(",").split("-")]
    if not all(map(str.isalpha, kept)):  # Prisoner No 36
        return text
    ends = kept[0], kept[-1]
    if surnames.latin().keys().isdisjoint(ends) or whose(text) is not None:
        return text
    return " ".join(words[start:end]).rstrip(",")


def _size_after(words: list[str]) -> int:
    """How many words at the end are none of a name in letters; an age has two digits."""
    *_, before, last = words
    if last in _AFTER or (last in ("m", "f") and before.endswith(",") and len(words) > 3):
        return 1
    if len(last) == 2 and last.isdecimal():
        return int(before not in ("age", "aged"))
    if before in _PLACED:  # "young son of Kim" is no name with a place
        return 2 if len(re.findall(r"[ -]", " ".join(words))) > 3 else 0
    return 2 if last in _COMPANY and before in ("and", "&", "et", "with") else 0


def _without_role(text: str) -> str:
    """What is named in words in Hangul: see `named`; in characters, before 工人 and the like."""
    if text[-1] in "氏等人家명인":
        text = _LAST.sub("", text)
    if " " not in text or len(text) - text.count(" ") < _SHORTEST:  # 김 철수
        return text
    if are_korean_words(text):
        return text if _MARKS.search(text) else "; ".join(named(text))
    first, *left = text.split(" ")
    if len(first) != 3 or first[0] not in surnames.han() or whose(text) is not None:
        return text
    return first if all(is_known(word) and not is_kin(word) for word in left) else text


def _unsaid(text: str) -> str:
    left = text
    for pattern in _SAID_OR_NUMBERS:
        left = pattern.sub("", left)
    if left != text and left.isascii() and left.isalpha():  # Witness (3) is not Witness (4)
        left = text
        for pattern in _SAID:
            left = pattern.sub("", left)
    return left


def _uncalled(text: str) -> str:
    """A whole name in Hangul without what an elder or a child is called after it."""
    found = _CALLED.fullmatch(text)
    if found is None or whose(text) is not None:
        return text
    closed = "".join(found["name"].split())
    sure = found["close"] or len(found["word"]) > 1 or given_size(closed) == 2
    return found["name"] if sure and is_whole(closed) else text
