"""Cells that name several people, where a report has room for one.

Whoever counts must not lose those behind "and 3 others". What is certain is told apart from what
only may be: two names in a cell may be two people, or one person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations, pairwise

import attrs

from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.labels import KIND_KO, WHO_EN, WHO_KO
from uncounted.records.cells.unnamed import is_no_name
from uncounted.records.names.name import script, untitled, visible
from uncounted.records.places import gazetteer as places
from uncounted.records.places import romanization

_SHORT = 3  # letters of a usual name in Hangul or characters
_LONGEST = 500  # letters of a cell that is looked at
# 김수인 and 박세명 are names: a number in words counts only after a word that says "and others".
_WORDS_KO = "(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|몇|여러|수|수십|수백) ?(?:명|사람)"
_ZH = "[0-9一二三四五六七八九十百两兩数數多几幾]+"
_NUMBER_EN = "(?:two|three|four|five|six|seven|eight|nine|ten|several|many|[2-9]|[0-9]{2,4})"
_PEOPLE_EN = (
    "(?:others?|more|people|persons|children|kids|relatives|siblings|sisters|brothers|sons|daughters|friends"
    "|(?:family )?members|men|women)"
)
_FEW_KO = "(?:두|세|네|다섯|여섯|여러|[2-9])"
# Who has so many of these is one person.
_KIN = (
    "자녀|자식|아들|아이|아기|딸|쌍둥이|손자|손녀|손주|조카|부모|부모님|형제|자매|남매|동생|오빠|언니|누나|사촌"
    "|할머니|할아버지|삼촌|이모|고모|사위|며느리|친척|가족|식구"
)
_NOT_KIN = "".join(f"(?<!{re.escape(word)})" for word in (*_KIN.split("|"), " 형", "(형", "총"))
_HOW_MANY = "(?:총 ?)?(?:[2-9]|[0-9]{2,4}) ?여? ?"
_SEVERAL_ZH = "(?:[2-9]|[0-9]{2,4}|[二三四五六七八九十两兩数數多几幾]+|若干) ?[余餘多]?"
_PAIR_ZH = "[夫妻母父兄弟姐妹]{1,2}[妇婦妻女子弟妹]"
_OTHERS = re.compile(
    r"\w[ ,(]*(?:외에?|등|및|포함|[와과]) ?(?:가족 ?|자녀 ?|총 ?)?[0-9]{1,4} ?여? ?(?:명|인|사람)"
    # 외손자 is one word
    rf"|\w[ ,(]*(?:외에? |등 |(?:및|[와과]) ?)[남여외친]?(?:{_KIN}) ?[0-9]{{1,4}} ?여? ?[명인]"
    rf"|\w[ ,(]+(?:외에?|등) ?(?:{_WORDS_KO}|다수)"
    rf"|[^\W\d]{_NOT_KIN}[ ,(]*{_HOW_MANY}(?:명|인)\s*\)?$|^(?:{_KIN}) ?{_HOW_MANY}[명인]$"
    rf"|\w ?(?:等 ?(?:{_ZH} ?(?:余|餘)?[人名口位]|人)|(?:他|ほか|外) ?{_ZH} ?[名人])"
    rf"|(?:\w ?|^)(?:一家|全家) ?{_ZH} ?[口人]|^{_SEVERAL_ZH}(?:[名个個位]|人(?=$|的))"
    rf"|(?:[者人性女男子童]|^{_PAIR_ZH}) ?{_SEVERAL_ZH}[名人]$"
    rf"|[一-鿿] ?(?:[2-9]|[0-9]{{2,4}})[名人]$|[가-힣]{{2}}[ ,(]*외 ?[0-9]{{1,3}}\s*\)?$"
    rf"|[가-힣]{{2}}[와과] ?{_FEW_KO} ?(?:{_KIN})"
    rf"|^(?:약 ?|총 ?)?{_HOW_MANY}(?:명|인|사람)(?:$|의 )|(?:가족|식구) ?\( ?{_HOW_MANY}\)"
    rf"|^{_FEW_KO} ?(?:명|사람|(?:{KIND_KO} ?)*{WHO_KO})$|^(?:{KIND_KO} ?)*{WHO_KO} ?{_FEW_KO} ?명$"
    rf"|^(?:(?:[남여]|{WHO_KO}) ?[0-9]{{1,3}} ?명?[ ,]*){{2}}"
    rf"|\w with {_NUMBER_EN} (?:others|more)\b"
    r"|\w,?(?: (?:and|plus)| ?[&+]) ?"
    rf"(?:one|1|some|a few|(?:his |her |their )?{_NUMBER_EN}) {_PEOPLE_EN}\b"
    r"|\w,?(?: and| ?&) (?:others|another)\b|\w,? (?:(?-i:et al)\b|et al[.])"
    r"|\w[ (]+\+ ?[0-9]{1,2}\s*\)?$"
    r"|\w y (?:[0-9]+ más|otr[oa]s)\b|\w et (?:[0-9]+ )?autres\b|\w и (?:др\b|другие|ещ[её] [0-9])"
    rf"|\w[ (]+{_NUMBER_EN} (?:people|persons)\b|\bfamily ?\( ?{_NUMBER_EN} ?\)$"
    rf"|^(?:a |the )?(?:group|party) of {_NUMBER_EN}\b"
    rf"|^(?:about |some |the |at least )?{_NUMBER_EN} (?:[a-z]+ ){{0,3}}"
    rf"(?:{_PEOPLE_EN}|(?:{WHO_EN}|boy|girl|korean)(?:e?s))$",
    re.IGNORECASE,
)
# In brackets this says whose family is how large.
_FAMILY = (
    rf"\w[ ,]*(?:가족|식구) ?{_HOW_MANY}[명인]|\w[ ,(]*{_HOW_MANY}(?:식구|인 ?가족)"
    rf"|\bfamily of {_NUMBER_EN}\b|\w[ (]+{_NUMBER_EN} family members\b"
)
_OTHERS_OF_FAMILY = re.compile(_FAMILY, re.IGNORECASE)
_WITH = re.compile(
    "(?:[가-힣]{3,} ?|[가-힣]{2} )(?:부부|모녀|모자|부자|남매|내외|일가|일가족|가족)$"
    "|[가-힣]{2,} (?:등|외)$|[가-힣]{3,}(?:와|과|이랑|하고) ?(?:그 ?)?"
    "(?:아내|남편|딸|아들|자녀|가족|어머니|아버지|동생|아이|아기|부인)"
    rf"|\w(?:[ ,(]*(?:{_KIN})|[ ,(]+형) ?(?:총 ?)?[0-9]{{1,4}}(?: ?여? ?[명인]|\s*\)?$)"
    rf"|{_FAMILY}|\w,? et al\b"
    "|[一-鿿]{2,} ?等$|[一-鿿]{2,}[ ,(]+(?:一家|全家)"
    "|[一-鿿]{2,}(?:夫妇|夫婦|夫妻|母女|父子|母子|父女|一家|全家|[及和]其?家人|及其[一-鿿]{1,3})$"
    rf"|\w(?:[ (]+(?:and|with)|[ (]*[&+]) ?(?:(?:his|her|the|their) )?(?:{_NUMBER_EN} )?"
    r"(?:wife|husband|family|child|children|baby|sons?|daughters?|mother|father|brother|sister|parents|siblings)\b",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[(（\[][^)）\]]*[)）\]]")
_BETWEEN = re.compile(r"[;|/、；\n,，&+·]+| (?:and|und|и) |(?<=[가-힣]) ?및 ?| 그리고 ")
_WITH_AND = re.compile(rf"{_BETWEEN.pattern}|(?:(?<=[가-힣]{{3}})|(?<=[씨님]))(?:와|과|이랑|하고) ")
_AND = re.compile(r" ?& ?| (?:and|und|и) ")
_JOINED = re.compile(
    r"([가-힣]{3,4}) ?(?:와|과|이랑|하고) ?([가-힣]{3})|([一-鿿]{2,3})[和与與及跟]([一-鿿]{2,3})"
)
_COUNTED = re.compile(r"(?:^|\s)[0-9]{1,2} ?[.)]? ?(?=[^\W\d])")  # 1. 김철수 2. 박영희
# Between names in Hangul or characters; 김철수 선생님 is one, and may have a word of kin before it.
_KIN_BEFORE = "(?:[가-힣]{1,2}(?: ?: ?| ))?"
_SPACED = re.compile(
    r"(?:(?<=\w{3})(?<!^선생님)|(?<=\w [씨님])|(?<=\w (?:동무|동지|여사|선생)))[ \n]"
    rf"(?!(?:[씨님]|동무|동지|여사|선생님?)(?:[ \n]|$))(?={_KIN_BEFORE}\w{{3}})"
)
_COMMA = re.compile(",")
_SIGNS = " ;|/,、；，&+·\n"  # around a name, and no part of it
_AND_LAST = re.compile(
    " (?:and|und|и|그리고) *$| ?및 *$|(?:(?<=[가-힣]{3})|(?<=[씨님]))(?:와|과|이랑|하고) +$"
)
# A text without any of these is one name's.
_APART = re.compile(
    rf"{_WITH_AND.pattern}|[(（\[0-9]"
    rf"|(?<=[^\W\da-z]{{3}}) (?={_KIN_BEFORE}[^\W\da-z]{{3}})"
)
_SAID = re.compile("[A-Z].* (?:in|at|from|of) ")  # Born in Musan
_LINES = re.compile(r"[\n;|/]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]\S*")
# Letters for one sound: Ri and Lee, Chol and Jeol, Kim and Gim.
_SOUNDS = str.maketrans("gjzbdlniy", "kccptrrrr")
# Usual family names: 김철수, 광부 are not two.
_FAMILIES = frozenset(
    "김리이박최정강조윤장임림한오서신권황안송유류전홍고문량양손배백허남심로노하곽성차주우구민진지엄채원천방공현함"
    "변염여려추도소석선설마길연련위표명기반왕금옥육륙인맹제모탁국어은편용라나"
)
# With only a space between, 김철수 노동자 is one person: each of two is a name if it is of a most
# usual family, or has a given name of usual syllables, and no end of a word for who somebody is.
_USUAL = "영철수희순옥숙정성명경민현진미은혜금복남광용혁호일룡춘화선연애자란향"
_SURE = re.compile(
    f"[김리이박최정][가-힣]{{2}}(?<![자원인범사관중송절명민생장공부녀과령병소])|[가-힣]{{1,2}}[{_USUAL}]{{2}}"
    f"|[가-힣]{{1,2}}[{_USUAL}국학길덕실련설심봉분자주지준우석식규근기대동만상서승창천청충태훈]{{2}}"
    "(?<![자민])"
    "|[金李朴崔郑鄭赵趙尹韩韓王张張刘劉陈陳吴吳杨楊][一-鿿]{1,3}"
)
_JAPANESE = frozenset("카코쿠케키츠쓰토테")  # syllables that hardly any Korean name has
# 김철수 개명전 박민 is one person.
_OTHER_NAME = re.compile(
    "개명 ?[전후]|[가-힣]{1,2}이름|(?:중국|한국|조선)명|曾用名|[中韩韓]文名|朝[鲜鮮]名"
)
_OF_PLACES_KO = "시군구인행댁"  # 이천군, 이천행
_SYLLABLE = 4  # letters of a word that may be one of a name


@attrs.frozen
class _Named:
    """A whole name in a cell: where it begins with the word of kin before it, and this word."""

    at: int
    name: str
    kin: str


@attrs.frozen
class _Way:
    """A way to part names: which parts are whole ones, also after a word of kin, and which two."""

    between: re.Pattern[str]
    whole: Callable[[str], str]
    whole_after_kin: Callable[[str], str]
    are_two: Callable[[str, str], bool]


def speaks_of_others(text: str) -> bool:
    """Tell whether what stands for a name certainly speaks of several people: by their number.

    Examples:
        >>> speaks_of_others("김철수 외 3명"), speaks_of_others("Kim and 3 others")
        (True, True)
        >>> speaks_of_others("Kim, Chol Su"), speaks_of_others("김철수(가족 5명)")
        (False, False)
    """
    seen = _seen(text)
    return bool(_OTHERS.search(seen) or _OTHERS_OF_FAMILY.search(_BRACKETS.sub(" ", seen)))


def may_be_several(text: str) -> bool:
    """Tell whether what stands for a name may be several people's.

    Two whole names in Korean or Chinese may be, parted by anything; by a space alone if each
    has a word of kin before it or a title, or else usual syllables (김철수 노동자 is one). Two in
    letters may be, parted by "and"; after a word of kin ("wife"); by a line end, ; or / if they
    have no first letter in common beside the family name, and both begin and end in capitals or
    neither; or so by a comma, if each has three words or one in capitals. What says where is
    no name. Two scripts, and the North's and the South's way to write one name, are
    one person's.

    Examples:
        >>> may_be_several("김철수, 박영희"), may_be_several("Kim Chol Su & Pak Yong Hui")
        (True, True)
        >>> may_be_several("Kim, Chol Su"), may_be_several("리영희, 이영희")
        (False, False)
        >>> may_be_several("김철수 박영희"), may_be_several("Kim Chol Su; wife Pak Min Ok")
        (True, True)
    """
    if text.isalpha() and len(text) <= _SHORT and not text.endswith("等"):
        return False
    seen = _seen(text)
    if _WITH.search(seen):
        return True
    if found := _JOINED.fullmatch(seen):
        one, other = filter(None, found.groups())
        return _JAPANESE.isdisjoint(one + other) and _are_two(one, other)
    both = _AND.split(seen)
    if len(both) > 1 and all(map(_is_whole_in_letters, both)):
        return True
    return len(apart(text)) > 1


def apart(text: str) -> list[str]:
    """The names of a cell that may be several people's, each as written; or the whole text.

    Examples:
        >>> apart("아버지 김철수(사망), 어머니 박영희"), apart("Kim, Chol Su")
        (['아버지 김철수(사망)', '어머니 박영희'], ['Kim, Chol Su'])
    """
    lines = _lines(text)
    if not _APART.search(lines):
        return [text]
    bare = _BRACKETS.sub(_as_long, lines)
    counted = {found.end(): found.start() for found in _COUNTED.finditer(bare)}
    bare = _COUNTED.sub(_as_long, bare)
    for way in _WAYS:
        if (way.between is _SPACED and bare.isascii()) or not way.between.search(bare):
            continue
        names = _names(_split(way.between, bare), way)
        if any(_are_people(one, other, way) for one, other in combinations(names, 2)):
            starts = [name.at for name in names]
            ends = [*(counted.get(start, start) for start in starts[1:]), len(lines)]
            written = text if _is_letter_by_letter(text, lines) else lines
            cut = [written[at:end] for at, end in zip(starts, ends, strict=True)]
            return [_AND_LAST.sub("", name).strip(_SIGNS) for name in cut]
    return [text]


def _names(parts: list[tuple[int, str]], way: _Way) -> list[_Named]:
    """The whole names among some parts; none if one says that another name of somebody follows."""
    if any(_OTHER_NAME.fullmatch(part) for _, part in parts):
        return []
    names = []
    before: tuple[int, str] | None = None  # a word of kin that stands alone
    for at, part in parts:
        start, kin = before or (at, "")
        rest = part if kin else after_kin(part)[0]
        name = way.whole_after_kin(rest) if rest and not is_fate(rest) else ""
        if name:
            kin = kin or part[: len(part) - len(rest)].strip(" :").casefold()
        else:
            name = way.whole(part)
        if name and not is_fate(part):
            names.append(_Named(start, name, kin))
            before = None
        elif whose(part) == "" and whose(parts[-1][1]) is None:  # no 김철수 아버지 박영희 어머니
            before = at, part
    return names


def _are_people(one: _Named, other: _Named, way: _Way) -> bool:
    """Whether two names are two people's: a word of kin before the second says so."""
    if other.kin and other.kin != one.kin and one.name != other.name:
        same_script = script(one.name) == script(other.name)
        return same_script and _capitals(one.name) == _capitals(other.name)  # no "wife in China"
    return way.are_two(one.name, other.name)


def _is_letter_by_letter(text: str, lines: str) -> bool:
    """Whether each letter of a text stands where it is seen: then it can be cut as written."""
    return len(text) == len(lines) and all(len(visible(char)) == 1 for char in text)


def _as_long(found: re.Match[str]) -> str:
    """What parts names, as long as what was found: each part stays where it is."""
    size = len(found[0])
    return f";{' ' * (size - 2)};"[-size:]


def _split(between: re.Pattern[str], text: str) -> list[tuple[int, str]]:
    """The parts of a text, and where the words of each begin."""
    gaps = [found.span() for found in between.finditer(text)]
    spans = pairwise((0, *(end for gap in gaps for end in gap), len(text)))
    parts = [(at, text[at:end]) for at, end in list(spans)[::2]]
    return [(at + len(part) - len(part.lstrip(" ;\n")), part.strip()) for at, part in parts]


def _seen(text: str) -> str:
    return " ".join(visible(text[:_LONGEST]).split())


def _lines(text: str) -> str:
    """A text as it is seen, line by line."""
    lines = re.split(r"[\r\n\u2028\u2029]+", text[:_LONGEST])
    return "\n".join(" ".join(visible(line).split()) for line in lines)


def _closed(part: str) -> str:
    """A whole name in Hangul or characters, run together; "" if it is none."""
    name = "".join(untitled(part).split())
    if not 2 <= len(name) <= 4 or not name.isalpha() or script(name) not in ("hangul", "han"):
        return ""
    if script(name) == "hangul" and name[0] not in _FAMILIES:
        return ""
    return "" if is_no_name(name) or whose(part) is not None or _is_place(part, name) else name


def _surely_closed(part: str) -> str:
    name = _closed(part)
    return name if _SURE.fullmatch(name) or (name and untitled(part) != part) else ""


def _is_place(part: str, name: str) -> bool:
    """Whether what may be a name says where; 장진호 and Jang Song Chol hold names of places."""
    if places.place(part) is None:
        return False
    if not part.isascii():
        return not _is_persons(name)
    plain = places.key(part).replace(",", " ")
    if any(len(word) > _SYLLABLE and _is_one_place(word) for word in plain.split()):
        return True
    ends = range(2, len(plain) + 1)
    return any(_is_one_place(plain[:end]) and _is_one_place(plain[end:] or plain) for end in ends)


def _is_persons(name: str) -> bool:
    """Whether a name of three syllables is usual, and no place: 김정숙 is a woman, 하남성 none."""
    if len(name) != _SHORT or not romanization.is_hangul(name) or name[-1] in _OF_PLACES_KO:
        return False
    return bool(_SURE.fullmatch(name)) and (name[0] == "김" or not _is_one_place(name))


def _is_one_place(plain: str) -> bool:
    bare = places.without_level(" ".join(plain.split()))
    forms = (bare, bare.replace(" ", ""))
    return any(not places.names_of(at.code).isdisjoint(forms) for at in places.candidates(plain))


def _are_two(one: str, other: str) -> bool:
    if script(one) != script(other) or max(len(one), len(other)) < 3:
        return False
    if script(one) == "hangul":
        return romanization.southern(one) != romanization.southern(other)
    return places.key(one) != places.key(other)  # traditional and simplified


def _is_whole_in_letters(part: str) -> bool:
    return len(_words(part)) > 1 and script(part) in ("latin", "cyrillic") and not is_no_name(part)


def _are_two_surely(one: str, other: str) -> bool:
    """With only 와 between: one of them is a name beyond doubt."""
    return any(map(_SURE.fullmatch, (one, other))) and _are_two(one, other)


def _closed_in_korean(part: str) -> str:
    """The same as `_closed`, and not Japanese unless it has a title: 이시카와 하나코 is one."""
    name = _closed(part)
    return name if _JAPANESE.isdisjoint(name) or untitled(part) != part else ""


def _whole_in_letters(part: str) -> str:
    return part if _is_whole_in_letters(part) else ""


def _whole_after_kin(part: str) -> str:
    """A name in letters of two words, be they of one letter: mother O Nam."""
    is_whole = " " in part and script(part) in ("latin", "cyrillic") and not is_no_name(part)
    return "" if not is_whole or _is_place(part, part) else part


def _whole_on_a_line(part: str) -> str:
    name = _whole_in_letters(part)
    return "" if name and (_SAID.match(part) or is_fate(part) or _is_place(part, name)) else name


def _whole_before_comma(part: str) -> str:
    """A name of three words, or with one in capitals: Garcia Lopez, Maria Jose is one person."""
    words = _LETTERS.findall(part)
    loud = [word for word in words if len(word) > 1 and word.isupper()]
    return _whole_on_a_line(part) if len(words) > 2 or len(loud) == 1 else ""


def _words(part: str) -> list[str]:
    return [word for word in untitled(part).casefold().split() if len(word.strip(".")) > 1]


def _are_two_in_letters(one: str, other: str) -> bool:
    """Two ways to spell one name have first letters in common, beside the same family name."""
    if script(one) != script(other):
        return False
    if _capitals(one) != _capitals(other):  # "Kim Chol Su / he died"
        return False
    words = [_LETTERS.findall(" ".join(_words(part))) for part in (one, other)]
    same = words[0][0] == words[1][0] and min(map(len, words)) > 2
    first = [{word[0].translate(_SOUNDS) for word in row[same:]} for row in words]
    return not first[0] & first[1]


def _capitals(part: str) -> list[bool]:
    """Whether the first and the last word of a name begin with a capital letter."""
    words = _WORD.findall(part)
    return [word[0].isupper() for word in (*words[:1], *words[-1:])]


_WAYS = (
    _Way(_WITH_AND, _closed_in_korean, _closed_in_korean, _are_two_surely),
    _Way(_BETWEEN, _closed, _closed, _are_two),
    _Way(_SPACED, _surely_closed, _closed, _are_two),
    _Way(_LINES, _whole_on_a_line, _whole_after_kin, _are_two_in_letters),
    _Way(_COMMA, _whole_before_comma, _whole_after_kin, _are_two_in_letters),
)
