"""What stands beside a name: words that say another name follows, and what is said of somebody.

일명, 又名 and "also known as" come before another name, with a colon or without. 故, "aged 35",
(35세), 군 and 할머니 are part of none. What may be a name is left alone: 고 is a family name,
이명박 has no other name 박, and 군 ends given names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from uncounted.linkage import families, lattice, veiled
from uncounted.linkage.name_parts import (
    SURELY_FAMILY,
    Way,
    are_usual,
    cyrillic_families,
    likeliest,
    usual_in_hangul,
    words_of,
)
from uncounted.records import places
from uncounted.records.kinship import after_kin, is_fate, whose
from uncounted.records.names import untitled
from uncounted.records.unnamed import is_no_name

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
_OF_PLACES = re.compile(" (?:city|county|district|province)$")
_EDGES = " ()[]【】,:;、="

# What is said of somebody: sex, age, the year of birth, whose relative, what became of them. 장남
# may be a name too, but not in brackets after one.
_SEX = "남|여|남성|여성|남자|여자|男|女|男性|女性|m|f|male|female|м|ж|муж[.]?|жен[.]?"
_AGE = (
    r"(?:당시|향년|aged?:?) ?\d{1,3}(?: ?[세살])?"
    r"|\d{1,3} ?(?:세|살|岁|歲|лет|года?|years?(?: old)?|yrs?[.]?(?: old)?|y[.]?/?o[.]?)"
)
_BORN = r"(?:18|19|20)\d\d ?(?:년 ?생|年生?|년)|(?:b[.]|born(?: in)?) ?(?:18|19|20)\d\d"
_KIN = (
    "남편|아내|처|부인|아버지|어머니|부친|모친|아들|딸|동생|남동생|여동생|형|누나|언니|오빠|할머니|할아버지|부|모|자|녀"
    "|장남|장녀|차남|차녀|삼촌|고모|이모|조카|夫|妻|父|母|子|丈夫|妻子|父亲|父親|母亲|母親|儿子|兒子|女儿|女兒|弟弟|妹妹|哥哥|姐姐"
)
_KNOWN = (
    "(?:나이|연령|생년|신원|생사|본명|성별) ?(?:미상|불상|불명|모름|미확인)"
    "|(?:年龄|年齡|身份) ?(?:不详|不詳|不明)"
    "|추정|확정|확인|미확인|가족|탈북자|[가-힣]{2,4} ?(?:출신|거주|태생)"
    r"|[1-9]0대(?: ?(?:초반|중반|후반))?(?: ?(?:남성|여성|남자|여자))?"
)
_FATE = (
    "사망|사망자|생존|생존자|실종|실종자|작고|별세|고인|가명|본명"
    "|석방|송환|북송|이송|임신|체포|구금|수감|추방|도주|탈북|출소|故|已故|死亡|失踪|失蹤|化名|假名"
    "|deceased|dead|died|missing|alive|late|pseudonym|умер|умерла|(?:real|true) name"
    "|not (?:his|her|their) real name"
)
_FORMERLY = "(?:previously|formerly) (?-i:[a-z ]+)"
_NUMBERS = r"\d{1,3}|만 ?\d{1,3} ?[세살]?|(?:18|19|20)\d\d(?: ?[-~–] ?(?:(?:18|19|20)\d\d)?)?"


def _said(*items: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What is said in brackets of its own, and at the end of a name."""
    item = f"(?:{'|'.join((_SEX, _KIN, _KNOWN, _FATE, _FORMERLY, *items))})"
    at_end = "|".join(items)
    return (
        re.compile(rf" ?[(\[【] ?{item}(?:[ ,、·/;]+{item})* ?[)\]】]", re.IGNORECASE),
        re.compile(
            rf" ?[,·;] ?(?:(?:{_SEX}) ?,? ?)?(?:{at_end})(?=$|[)\]】])| (?:{_AGE}|{_BORN})$"
            rf"|(?<=[가-힣]{{3}}) (?:{_SEX}) ?(?:{at_end})$",
            re.IGNORECASE,
        ),
    )


_SAID, _SAID_OR_NUMBERS = _said(_AGE, _BORN), _said(_AGE, _BORN, _NUMBERS)
_LATE = re.compile(
    r"(?:고 ?)?\(?(?:已?故|亡)(?:\) ?| ?)(?=\w{2}|\w \w)|the late (?=\w)|late (?=\w+[ -]\w)"
    r"|покойн(?:ый|ая) (?=\w)",
    re.IGNORECASE,
)
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
# Who somebody is: words whose syllables are usual in names. Of others the end tells, as it does
# of a place, where what is left is no likely name: see `is_said`.
_ROLES = (
    "(?:피해|희생|수감|수용|생존|사망|실종|탈북|증언|목격|납치|구금|신고|제보|노동|로동)자|증인|정치범|조선족|장애인"
    "|화교|목사|전도사|선교사|교수|교원|교사|강사|변호사|박사|기자|주민|농민|군인|의사|광부|어부|주부|배우|간부|당원"
    "|[가-힣]{0,2}학생|[农農居]民|工人|商人|[军軍]人|[学學医醫]生|[教牧][师師]|干部|幹部|[职職教]员"
)
_ROLE_END = re.compile("[가-힣]{2,}[자원인범사관중송장공녀민군생됨족님행리동구시읍면도]")
_ITEM = re.compile(
    f"(?:{_SEX}|{_KIN}|{_KNOWN}|{_FATE}|{_AGE}|{_BORN}|{_ROLES}"
    "|(?:one|two|three) (?:sons?|daughters?|child(?:ren)?)"
    "|(?:[a-z]+[ -])?(?:chinese|korean|japanese))",
    re.IGNORECASE,
)
_KIN_WORD = re.compile(_KIN)
_OF_KIN = re.compile("(?:[가-힣]+ )?[가-힣]+의 ([가-힣]+) (?=[가-힣])")  # 김철수의 딸 박영희
_IN_A_PLACE = re.compile("^(?:now )?(?:in|at|from|to|near|of) ", re.IGNORECASE)
# How usual a likely given name is, and a likely name with its family name; and one that is a name
# beyond doubt: 노동자 has 0.6. 마리아 and 기무라 have 0.06, and of each less than 0.01.
_LIKELY_GIVEN, _LIKELY, _SURE = 0.25, 0.2, 0.7
_LONGEST_CLOSED = 4  # syllables of a whole name
_MAY_BE_LEFT = frozenset("등외남여씨")  # a syllable alone, beside a whole name
_LAST = re.compile(
    rf"(?<=[{HAN}]{{2}})(?:氏|等人?|一家)$|(?<=[가-힣]{{3}}) ?[외등] ?[0-9]{{1,3}} ?[명인]$"
)
_SLASHED = re.compile(rf"(?:\s?/\s?(?:{_SEX}|{_AGE}|\d{{1,3}}))+$", re.IGNORECASE)
_SHORTEST = 4  # letters of a name with what is said of somebody, without a sign between
_MOST = 4  # things that are said of one person
_HEAD = re.compile(r" ?[(\[,·/;]")
_LETTERS = re.compile("[a-z]+")
_Whole = tuple[int, int, str]  # the first of its words, how many there are, and all run together
_FEW = 2  # words: Father Kim Chol may be a priest


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
    tables = (families.latin(), families.pinyin()) if text.isascii() else (cyrillic_families(),)
    return [way for way in ways if any(way[0][0] in table for table in tables)]


def _is_closed_name(text: str) -> bool:
    closed = "".join(text.split())
    return 2 <= len(closed) <= 5 and (_given_size(closed) > 0 or closed[0] in families.han())


def _may_be_name(text: str, *, capital: bool) -> bool:
    """Whether words after a name are another; each has a capital (`capital`) where the first has.

    "he died", "in China" and "one son" are none.
    """
    if capital and any(word[:1].islower() for word in text.split()):
        return False
    if text.isascii():
        named = any(
            families.how_usual(family[0]) >= SURELY_FAMILY or _may_be_given(given)
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
    if is_said(other) or (rest and (is_sure or _is_whole_name(rest))):
        return True
    small = first[:1].isupper() and any(word[:1].islower() for word in other.split())
    return small and other.isascii() and not _may_be_name(other, capital=False)


def of_runs(runs: list[str]) -> list[str]:
    """What may be names among runs of Hangul or of characters with signs between.

    Neither 피해자 in 피해자: 김철수 nor 석방 in 김철수(석방) is one; in 김철수(처: 박영희) there is
    somebody else.

    Examples:
        >>> of_runs(["피해자", "김철수"]), of_runs(["김철수", "처", "박영희"]), of_runs(["아버지"])
        (['김철수'], ['김철수'], ['아버지'])
    """
    if len(runs) == 1:
        return runs
    found: list[str] = []
    after_word = False
    are_said = is_said if any(map(_is_likely, runs)) else _is_known  # or 은계생 would be a role
    for run in runs:
        if are_said(run):
            after_word = _is_kin(run)
            continue
        rest, _ = after_kin(run)
        is_kin = bool(rest) and _is_whole_name(rest)
        if not (found and (after_word or is_kin)):
            found += named(rest if is_kin else run) if " " in run else [run]
        after_word = False
    return found or runs


def is_said(text: str) -> bool:
    """Whether a text beside a name says something of somebody and is no name.

    Examples:
        >>> [is_said(text) for text in ("석방", "회령", "농장원", "아버지", "In China")]
        [True, True, True, True, True]
        >>> [is_said(text) for text in ("김철수", "영자", "박민", "Park Min", "구금자")]
        [False, False, False, False, False]
    """
    return _is_known(text) or (_may_be_role(text) and not _is_likely(text))


@lru_cache(maxsize=4096)
def _is_known(text: str) -> bool:
    """Whether a text is said of somebody by its words, and not only by how it ends."""
    if len(text) > 2 and _is_korean_words(text) and _is_sure(text):
        return False
    return (
        _ITEM.fullmatch(text) is not None
        or is_no_name(text)
        or is_fate(text)
        or _is_kin(text)
        or _is_place(_IN_A_PLACE.sub("", text))
        or (" " in text and not text.isascii() and all(map(is_said, text.split())))
    )


def _is_kin(word: str) -> bool:
    """Whether a word says whose relative, or who of somebody's, one is and no more."""
    if _KIN_WORD.fullmatch(word) or whose(word) == "":
        return True
    return _is_korean_words(word) and whose(f"김철수의 {word}") is not None


def _is_likely(closed: str) -> bool:
    family, given = usual_in_hangul(closed)
    return len(closed) > 1 and family > 0 and (given >= _LIKELY_GIVEN or family * given >= _LIKELY)


def _is_sure(closed: str) -> bool:
    family, given = usual_in_hangul(closed)
    return family * given >= _SURE


def _may_be_role(closed: str) -> bool:
    return _ROLE_END.fullmatch(closed) is not None and not _is_sure(closed)


def _is_place(text: str) -> bool:
    """Whether a text is a place and no more; that it holds the name of one says nothing."""
    found = places.place(text)
    if found is None:
        return False
    closed = _OF_PLACES.sub("", places.key(text)).replace(" ", "")
    return closed in places.names_of(found.code)


def bare(text: str) -> str:
    """A name without what is said of somebody who has it.

    Args:
        text: a name as it is seen, without titles: see `records.names.untitled`.

    Examples:
        >>> bare("故 김철수"), bare("고 김철수"), bare("고 철수"), bare("김복동 할머니")
        ('김철수', '김철수', '고 철수', '김복동')
        >>> bare("Kim Chol Su, aged 35"), bare("김철수(남, 35세)"), bare("박철 군")
        ('Kim Chol Su', '김철수', '박철 군')
        >>> bare("아들 김철수"), bare("Father: Kim Chol Su"), bare("Father Kim")
        ('김철수', 'Kim Chol Su', 'Father Kim')
    """
    rest, is_sure = after_kin(text)
    if rest and (is_sure or _is_whole_name(rest)):
        text = rest
    elif (found := _OF_KIN.match(text)) and _is_kin(found[1]):
        text = text[found.end() :] if _is_whole_name(text[found.end() :]) else text
    for _ in range(_MOST):
        left = _without_one(text)
        if left == text or not any(map(str.isalpha, left)):
            break
        text = left
    return text


def _without_one(text: str) -> str:
    if len(text) < _SHORTEST and text.isalpha():
        return text
    text = _unranked(text) if text[:1].isascii() else _without_role(text)
    if text.isascii() and not _ASIDE.search(text):
        return text
    left = _CALLED_EN.sub("", _unsaid(text))
    if late := _LATE.match(left):
        left = left[late.end() :]
    if not text.isascii():
        left = _uncalled(left)
        if (late := _LATE_KO.match(left)) and is_whole("".join(left[2:].split())):
            left = left[late.end() :]
    if left == text or veiled.titled("".join(left.split())) is not None:
        return left  # 남궁씨 would be 남 and 궁 without its title
    return untitled(left)


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
    if families.latin().keys().isdisjoint(ends) or whose(text) is not None:
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
    if " " not in text:
        return text
    if _is_korean_words(text):
        return "; ".join(named(text))
    first, *left = text.split(" ")
    if len(first) != 3 or first[0] not in families.han() or whose(text) is not None:
        return text
    return first if all(_is_known(word) and not _is_kin(word) for word in left) else text


def named(text: str) -> list[str]:
    """The names among words in Hangul, the likeliest first; the whole text where that is unsure.

    What is kept is the likeliest whole name, not what stands first: 노동자 김영희 is no 노 동자.
    It must be a usual one, unless all that is left is known to be no name. A second name is kept
    if there is no doubt that it is one: it may be another person's.

    Examples:
        >>> named("김철수 목사"), named("노동자 김 영희"), named("박민호 김철수")
        (['김철수'], ['김 영희'], ['김철수', '박민호'])
        >>> named("강철 농민"), named("기무라 하나코"), named("김철수 이모"), named("박 아름누리")
        (['강철'], ['기무라 하나코'], ['김철수 이모'], ['박 아름누리'])
    """
    words = text.split(" ")
    if len(words) < 2 or len(text) - len(words) < _SHORTEST - 1:
        return [text]
    if _MARKS.search(text) or any(map(_is_kin, words)) or whose(text) is not None:
        return [text]
    wholes = list(_wholes(words))
    if any(size == len(words) for _, size, _ in wholes):
        return [text]
    ranked = [(rank, whole) for whole in wholes if (rank := _rank(whole, words)) is not None]
    if not ranked:
        return [text]
    best = min(ranked)[1]
    left = _left(best, words)
    if words[0] in left and words[0] in families.well_known():  # 남 김철수, 김 이슬비
        return [text]
    if any(len(word) < 2 and word not in _MAY_BE_LEFT for word in left):
        return [text]
    kept = [best, *(whole for whole in wholes if _is_another(whole, best))]
    return [" ".join(words[start : start + size]) for start, size, _ in kept]


def _wholes(words: list[str]) -> Iterator[_Whole]:
    """Whole names among words in Hangul, with a given name of two syllables, or as 박철."""
    for start, first in enumerate(words):
        for size in range(1, 4):
            closed = "".join(words[start : start + size])
            if len(closed) > _LONGEST_CLOSED or start + size > len(words):
                break
            if size > 1 and first not in families.well_known():
                break
            given = _given_size(closed)
            if given == 2 or (given == 1 and (size == 1 or len(closed) > 2)):
                yield start, size, closed


def _left(whole: _Whole, words: list[str]) -> list[str]:
    start, size, _ = whole
    return words[:start] + words[start + size :]


def _rank(whole: _Whole, words: list[str]) -> tuple[int, float] | None:
    """How a whole name among words compares with others, the least first; None if it is none."""
    closed = whole[2]
    if _is_known(closed):
        return None
    family, given = usual_in_hangul(closed)
    left, is_short = _left(whole, words), len(closed) == 2  # as in 강철 농민
    if not is_short and _is_likely(closed) and not _may_be_role(closed):
        return 0, -family * given
    if all(word in _MAY_BE_LEFT or is_said(word) for word in left):
        return 1, -family * given
    if is_short:
        return (2, -family) if given >= 1 and all(map(_may_be_said, left)) else None
    return (3, -family * given) if _is_likely(closed) else None


def _is_another(whole: _Whole, best: _Whole) -> bool:
    """Whether a second name is one beyond doubt."""
    start, size, closed = whole
    apart = start >= best[0] + best[1] or start + size <= best[0]
    return apart and len(closed) > 2 and _is_sure(closed)


def _may_be_said(word: str) -> bool:
    """Whether a word beside a name is none of it, as far as its end tells."""
    return word in _MAY_BE_LEFT or is_said(word) or _may_be_role(word)


def _is_korean_words(text: str) -> bool:
    return all("가" <= char <= "힣" or char == " " for char in text)


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
    sure = found["close"] or len(found["word"]) > 1 or _given_size(closed) == 2
    return found["name"] if sure and is_whole(closed) else text


def is_whole(closed: str) -> bool:
    """Whether a text in Hangul is a family name and a given name, of three syllables or more."""
    return 3 <= len(closed) <= 5 and _given_size(closed) > 0


def _given_size(closed: str) -> int:
    """Syllables after the family name, 0 if there is none."""
    for size in (2, 1):
        if closed[:size] in families.well_known() and len(closed) > size:
            return len(closed) - size
    return 0


def _is_whole_name(text: str) -> bool:
    """Whether a text begins with a whole name whose family name is well known in Korea."""
    head = _HEAD.split(text, maxsplit=1)[0]
    if head.isascii():
        words = _LETTERS.findall(head.casefold())
        return len(words) > _FEW and not families.latin().keys().isdisjoint((words[0], words[-1]))
    closed = "".join(head.split())
    if "가" <= closed[:1] <= "힣":
        return is_whole(closed)
    return len(closed) == 3 and any(
        lattice.hangul(key) in families.well_known()
        for key in families.han().get(closed[0], ())
        if isinstance(key, tuple)
    )
