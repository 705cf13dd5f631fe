"""Cells for one name that name several people: "and 3 others", two names, a couple.

A cell that certainly counts others is refused, and one that may name several people is kept and
flagged: two names may be two people's, or one person's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import combinations

from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.placeholders import KIND, is_no_name
from uncounted.records.lexicon import pattern, words
from uncounted.records.names.name import script, untitled, visible
from uncounted.records.places import gazetteer as places
from uncounted.records.places import romanization

_LONGEST = 500  # letters of a cell that is looked at
_KIN = "{kin|family:ko 2}"
_FEW = "(?:두|세|네|다섯|여섯|여러|[2-9])"
_MANY = "(?:총 ?)?(?:[2-9]|[0-9]{2,4}) ?여? ?"
# 김수인 and 박세명 are names: a number in words counts only after a word for "and others".
_IN_WORDS = "(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|몇|여러|수|수십|수백) ?(?:명|사람)"
_ZH = "[0-9一二三四五六七八九十百两兩数數多几幾]+"
_MANY_ZH = "(?:[2-9]|[0-9]{2,4}|[二三四五六七八九十两兩数數多几幾]+|若干) ?[余餘多]?"
_EN = "(?:two|three|four|five|six|seven|eight|nine|ten|several|many|[2-9]|[0-9]{2,4})"
# One person may have so many relatives.
_NOT_KIN = "".join(
    f"(?<!{re.escape(word)})"
    for word in (*sorted(words("kin|family", "ko")), " 형", "(형", "총")
    if len(word) > 1 or word == "총"
)
_COUNTS_OTHERS = pattern(
    # 외손자 is one word
    r"\w[ ,(]*(?:(?:외에?|등)(?: [남여친]?|(?=[0-9총가자]))|(?:및|포함|[와과]) ?[남여외친]?)"
    rf"(?:총 ?|{_KIN} ?)?[0-9]{{1,4}} ?여? ?(?:명|인|사람)"
    rf"|\w[ ,(]+(?:외에?|등) ?(?:{_IN_WORDS}|다수)|[가-힣]{{2}}[ ,(]*외 ?[0-9]{{1,3}}\s*\)?$"
    rf"|[^\W\d]{_NOT_KIN}[ ,(]*{_MANY}(?:명|인)\s*\)?$|^{_KIN} ?{_MANY}[명인]$"
    rf"|[가-힣]{{2}}[와과] ?{_FEW} ?{{kin|family:ko}}|(?:가족|식구) ?\( ?{_MANY}\)"
    rf"|^(?:약 ?|총 ?)?{_MANY}(?:명|인|사람)(?:$|의 )"
    rf"|^{_FEW} ?(?:명|사람|(?:{KIND} ?)*{{who:ko}})$|^(?:{KIND} ?)*{{who:ko}} ?{_FEW} ?명$"
    r"|^(?:(?:[남여]|{who:ko}) ?[0-9]{1,3} ?명?[ ,]*){2}"
    rf"|\w ?(?:等 ?(?:{_ZH} ?[余餘]?[人名口位]|人)|(?:他|ほか|外) ?{_ZH} ?[名人])"
    rf"|(?:\w ?|^)(?:一家|全家) ?{_ZH} ?[口人]|^{_MANY_ZH}(?:[名个個位]|人(?=$|的))"
    rf"|(?:[者人性女男子童]|^{{pair:zh}}) ?{_MANY_ZH}[名人]$|[一-鿿] ?(?:[2-9]|[0-9]{{2,4}})[名人]$"
    rf"|\w with {_EN} (?:others|more)\b|\w[ (]+{_EN} (?:people|persons)\b"
    rf"|\w,?(?: (?:and|plus)| ?[&+]) ?(?:one|1|some|a few|(?:h..|their)? ?{_EN}) {{people}}\b"
    r"|\w,?(?: and| ?&) (?:others|another)\b|\w,? (?:(?-i:et al)\b|et al[.])"
    r"|\w[ (]+\+ ?[0-9]{1,2}\s*\)?$"
    r"|\w y (?:[0-9]+ más|otr[oa]s)\b|\w et (?:[0-9]+ )?autres\b|\w и (?:др\b|другие|ещ[её] [0-9])"
    rf"|\bfamily ?\( ?{_EN} ?\)$|^(?:a |the )?(?:group|party) of {_EN}\b"
    rf"|^(?:about |some |the |at least )?{_EN} (?:[a-z]+ ){{0,3}}"
    r"(?:{people}|(?:{case:en}|boy|girl|korean)e?s)$"
)
# In brackets this is the size of one person's family.
_FAMILY = (
    rf"\w[ ,]*(?:가족|식구) ?{_MANY}[명인]|\w[ ,(]*{_MANY}(?:식구|인 ?가족)"
    rf"|\bfamily of {_EN}\b|\w[ (]+{_EN} family members\b"
)
_COUNTS_FAMILY = pattern(_FAMILY)
_WITH_RELATIVES = pattern(
    r"(?:[가-힣]{3,} ?|[가-힣]{2} ){pair:ko}$|[가-힣]{2,} (?:등|외)$"
    rf"|[가-힣]{{3,}}(?:와|과|이랑|하고) ?(?:그 ?)?{_KIN}"
    rf"|\w(?:[ ,(]*{_KIN}|[ ,(]+형) ?(?:총 ?)?[0-9]{{1,4}}(?: ?여? ?[명인]|\s*\)?$)"
    rf"|{_FAMILY}|\w,? et al\b"
    "|[一-鿿]{2,} ?等$|[一-鿿]{2,}[ ,(]+(?:一家|全家)"
    "|[一-鿿]{2,}(?:{pair:zh}|[及和]其?家人|及其[一-鿿]{1,3})$"
    rf"|\w(?:[ (]+(?:and|with)|[ (]*[&+]) ?(?:(?:his|her|the|their) )?(?:{_EN} )?"
    r"(?:{kin:en}s?|family|children|parents|siblings)\b"
)
_BRACKETS = re.compile(r"[(（\[][^)）\]]*[)）\]]")
_NUMBERED = re.compile(r"(?:^|\s)[0-9]{1,2} ?[.)]? ?(?=[^\W\d])")  # 1. 김철수 2. 박영희
_TITLE = "(?:[씨님]|동무|동지|여사|선생님?|先生|女士)"
# Between names in Hangul or characters: signs, "and", and a space before a word of kin or after a
# title; between names of usual syllables a space alone.
_BETWEEN = pattern(
    r"[;|/、；\n,，&+·]+| (?:and|und|и) |(?<=[가-힣]) ?및 ?| 그리고 "
    r"|(?<=[씨님])(?:와|과|이랑|하고) "
    rf"| (?={{kin:ko}}[ :]+[가-힣]{{2}})| (?={{kin:zh}}[ :]*[一-鿿]{{2}})"
    rf"|(?:(?<=[씨님])|(?<=동무|동지|여사|선생|先生|女士)) (?!{_TITLE}(?: |$))"
)
_BETWEEN_SURE = re.compile(
    rf"{_BETWEEN.pattern}|(?<=[가-힣]{{3}}) ?(?:와|과|이랑|하고) ?(?=[가-힣]{{3}})"
    r"|(?<=[가-힣]{2}) (?=[가-힣] [가-힣]{2}$)"  # 김 철수 박 영희
    rf"|(?<=\w{{3}})(?<!^선생님) (?!{_TITLE}(?: |$))(?=\w{{3}})"
    r"|(?<=[一-鿿]{2})[和与與及跟](?=[一-鿿]{2})"
)
_LINES, _AND, _COMMA = (
    re.compile(r"[\n;|/]+"),
    re.compile(r" ?& ?| (?:and|und|и) "),
    re.compile(","),
)
_REMARK = re.compile("[A-Z].* (?:in|at|from|of) ")  # Born in Musan
_LETTERS = re.compile(r"[^\W\d_]+")
# Letters for one sound: Ri and Lee, Chol and Jeol, Kim and Gim.
_SOUNDS = str.maketrans("gjzbdlniy", "kccptrrrr")
# Usual family names: 김철수, 광부 are not two.
_FAMILIES = frozenset(
    "김리이박최정강조윤장임림한오서신권황안송유류전홍고문량양손배백허남심로노하곽성차주우구민진지엄채원천방공현함"
    "변염여려추도소석선설마길연련위표명기반왕금옥육륙인맹제모탁국어은편용라나"
)
# A sure name is of a most usual family, or has a given name of usual syllables, and does not end
# as an occupation does: 김철수 노동자 is one person.
_USUAL = "영철수희순옥숙정성명경민현진미은혜금복남광용혁호일룡춘화선연애자란향"
_SURE = re.compile(
    f"[김리이박최정][가-힣]{{2}}(?<![자원인범사관중송절명민생장공부녀과령병소])|[가-힣]{{1,2}}[{_USUAL}]{{2}}"
    f"|[가-힣]{{1,2}}[{_USUAL}국학길덕실련설심봉분자주지준우석식규근기대동만상서승창천청충태훈]{{2}}"
    "(?<![자민])|[金李朴崔郑鄭赵趙尹韩韓王张張刘劉陈陳吴吳杨楊][一-鿿]{1,3}"
)
_JAPANESE = frozenset("카코쿠케키츠쓰토테")  # syllables that hardly any Korean name has
_OTHER_NAME = pattern("{alias:ko zh}|[가-힣]{1,2}이름")  # 김철수 개명전 박민 is one person


def _is_plain(text: str) -> bool:
    """Whether a cell has only Latin letters, and no word that joins people."""
    letters = text.isascii() and text.replace(" ", "").replace("-", "").isalpha()
    return letters and words("joining").isdisjoint(text.lower().split())


def speaks_of_others(text: str) -> bool:
    """Tell whether a cell for a name certainly counts several people.

    Examples:
        >>> speaks_of_others("김철수 외 3명"), speaks_of_others("Kim and 3 others")
        (True, True)
        >>> speaks_of_others("Kim, Chol Su"), speaks_of_others("김철수(가족 5명)")
        (False, False)
    """
    if _is_plain(text):
        return False
    seen = " ".join(visible(text[:_LONGEST]).split())
    return bool(_COUNTS_OTHERS.search(seen) or _COUNTS_FAMILY.search(_BRACKETS.sub(" ", seen)))


def may_be_several(text: str) -> bool:
    """Tell whether a cell for a name may name several people.

    Two whole names in Korean or Chinese may be two people's with any separator; with only a
    space if each has a word of kin before it, a title, or usual syllables. Two in letters may be
    with "and", after a word of kin, and on two lines or with ; / or a comma if no first letter
    agrees beside the family name. Two scripts, or the spellings of South and North, are one
    person's.

    Examples:
        >>> may_be_several("김철수, 박영희"), may_be_several("Kim Chol Su & Pak Yong Hui")
        (True, True)
        >>> may_be_several("Kim, Chol Su"), may_be_several("리영희, 이영희")
        (False, False)
    """
    if _is_plain(text) or (text.isalpha() and len(text) <= 3 and not text.endswith("等")):
        return False
    rows = re.split(r"[\r\n\u2028\u2029]+", text[:_LONGEST])
    lines = "\n".join(" ".join(visible(row).split()) for row in rows)
    if _WITH_RELATIVES.search(lines.replace("\n", " ")):
        return True
    bare = _NUMBERED.sub(";", _BRACKETS.sub(";", lines) if "\n" not in lines else lines)
    return any(_has_two(between.split(bare), read) for between, read in _WAYS)


def _has_two(parts: list[str], read: Callable[[str], str]) -> bool:
    """Whether two parts are names of two people."""
    parts = [part.strip(" ;") for part in parts]
    if len(parts) < 2 or any(map(_OTHER_NAME.fullmatch, parts)):
        return False
    found = []
    for part in parts:
        rest = after_kin(part)[0]
        named = _after_kin(rest) or read(rest) if rest and not is_fate(rest) else ""
        if name := named or ("" if is_fate(part) else read(part)):
            found.append((name, bool(named)))
    return any(_are_two(one, other, kin) for (one, _), (other, kin) in combinations(found, 2))


def is_sure_name(word: str) -> bool:
    """Tell whether a word in Hangul is a usual whole name beyond doubt: 김철수, but no 노동자.

    Examples:
        >>> is_sure_name("김철수"), is_sure_name("노동자"), is_sure_name("철수")
        (True, False, False)
    """
    return len(word) > 2 and word[0] in _FAMILIES and _SURE.fullmatch(word) is not None


def may_be_whole_name(word: str) -> bool:
    """Tell whether a word in Hangul has three syllables and begins as a family name of Korea."""
    is_foreign = word[0] in "로라마나하기" or not _JAPANESE.isdisjoint(word)
    return len(word) == 3 and word[0] in _FAMILIES and not is_foreign


def _korean(part: str) -> str:
    """A whole name in Hangul or characters, run together; "" if it is none."""
    name = "".join(untitled(part).split())
    if not 2 <= len(name) <= 4 or not name.isalpha() or script(name) not in ("hangul", "han"):
        return ""
    if script(name) == "hangul" and name[0] not in _FAMILIES:
        return ""
    return "" if is_no_name(name) or whose(part) is not None or _is_place(part, name) else name


def _korean_sure(part: str) -> str:
    name = _korean(part)
    is_sure = _JAPANESE.isdisjoint(name) and _SURE.fullmatch(name)
    return name if is_sure or untitled(part) != part else ""


def _in_letters(part: str, *, least: int = 2) -> str:
    """A name in letters of two words, each of so many letters at the least; "" if it is none."""
    enough = len([word for word in untitled(part).split() if len(word.strip(".")) >= least]) > 1
    is_one = enough and script(part) in ("latin", "cyrillic") and not is_no_name(part)
    return (
        "" if not is_one or _REMARK.match(part) or is_fate(part) or _is_place(part, part) else part
    )


def _after_kin(part: str) -> str:
    """A name in letters after a word of kin, be its words of one letter: mother O Nam."""
    return _in_letters(part, least=1) if part[:1].isupper() else ""


def _before_comma(part: str) -> str:
    """A name of three words, or with one in capitals: Garcia Lopez, Maria Jose is one person."""
    found = _LETTERS.findall(part)
    capitals = [word for word in found if len(word) > 1 and word.isupper()]
    return _in_letters(part) if len(found) > 2 or len(capitals) == 1 else ""


_WAYS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (_BETWEEN, _korean),
    (_BETWEEN_SURE, _korean_sure),
    (_AND, lambda part: f"{name}&" if (name := _in_letters(part)) else ""),
    (_LINES, _in_letters),
    (_COMMA, _before_comma),
)


def _is_place(part: str, name: str) -> bool:
    """Whether what may be a name is a place; 김정숙 is a woman, and a county as well."""
    if part.isascii():
        long = (word.strip(",") for word in part.split() if len(word) > 4)
        return any(map(places.is_place_name, (part, *long)))
    if is_sure_name(name):
        return name[0] != "김" and places.is_place_name(part)
    return places.place(part) is not None


def _are_two(one: str, other: str, kin: bool) -> bool:
    """Whether two names are no spellings of one; a word of kin before the second says so."""
    if script(one) != script(other) or one == other:
        return False
    if script(one) == "hangul":
        return max(len(one), len(other)) > 2 and romanization.southern(
            one
        ) != romanization.southern(other)
    if script(one) == "han":
        return max(len(one), len(other)) > 2 and places.key(one) != places.key(other)
    capitals = [
        [row[0][0].isupper(), row[-1][0].isupper()] for row in map(_LETTERS.findall, (one, other))
    ]
    if kin or one.endswith("&") or capitals[0] != capitals[1]:  # "Kim Chol Su / he died"
        return capitals[0] == capitals[1] or one.endswith("&")
    rows = [
        [word for word in _LETTERS.findall(untitled(part).casefold()) if len(word) > 1]
        for part in (one, other)
    ]
    if not all(rows):  # initials alone may be of one person
        return False
    same = rows[0][0] == rows[1][0] and min(map(len, rows)) > 2
    first = [{word[0].translate(_SOUNDS) for word in row[same:]} for row in rows]
    return not first[0] & first[1]
