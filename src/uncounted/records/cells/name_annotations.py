"""Annotations in a cell for a name: sex, age, fate, occupation, origin, relatives and aliases.

They are removed beside a whole name, and each alias becomes a name by itself. If the rest is no
whole name, the cell is kept as written, and `name_parser.holds_more` flags it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.placeholders import is_no_name
from uncounted.records.lexicon import pattern, words
from uncounted.records.names import initials, lattice, surnames
from uncounted.records.names.forms import cyrillic_families, words_of
from uncounted.records.names.name import untitled
from uncounted.records.places import gazetteer as places

AGE = (
    r"(?:(?:당시|향년|aged?:?) ?\d{1,3}(?: ?[세살])?"
    r"|[1-9]0대(?: ?(?:초반|중반|후반))?(?: ?(?:남성|여성|남자|여자))?"
    r"|\d{1,3} ?(?:세|살|岁|歲|лет|года?|years?(?: old)?|yrs?[.]?(?: old)?|y[.]?/?o[.]?))"
)
BORN = r"(?:(?:18|19|20)\d\d ?(?:년 ?생|年生?|년)|(?:b[.]|born(?: in)?) ?(?:18|19|20)\d\d)"
REMARK = (
    "(?:{sex}[.]?|{kin:ko zh}|{fate|remark}|{attribute:ko zh} ?{unknown:ko zh}"
    "|(?:강제|공개|재|만기)?{fate|remark:ko}(?:됨|함|당함| ?중)?"
    "|[가-힣]{2,4} ?(?:출신|거주|태생)"
    "|(?:previously|formerly) (?-i:[a-z ]+))"
)
_ANNOTATION = pattern(
    rf"{REMARK}|{AGE}|{BORN}|{{occupation}}님?|{{pair|family:ko}}|{{place-kind:ko zh 2}}"
    r"|(?:one|two|three) (?:sons?|daughters?|child(?:ren)?)"
    r"|(?:[a-z]+[ -])?(?:chinese|korean|japanese)|(?:(?:now )?in|at|from|to) [a-z]+"
)
_IN_A_PLACE = re.compile("^(?:now )?(?:in|at|from|to|near|of) ", re.IGNORECASE)
_QUARTER = re.compile("[가-힣]{2,}[동리읍면구촌진]")  # after a place: 회령시 남문동
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_HANGUL = re.compile("[가-힣]{2,}")
# Chinese characters. The last range by number: its first sign is composed to another, from which
# Hangul would be among them.
HAN = r"㐀-鿿\uf900-\ufaff"
_FOLLOWS = r"(?:\s*[:=]\s*|\s+)(?=[^\W\d])"
# A word that an alias follows. In characters it may stand close to both.
_ALIAS = pattern(
    rf"(?<![가-힣]){{alias:ko}}(?:[은는]?{_FOLLOWS}|(?<=[일본필별]명)(?=[가-힣]{{3}}))"
    rf"|(?:(?<![{HAN}])|(?<=[{HAN}]{{2}})){{alias:zh}}(?:[为為是叫]?(?=[{HAN}]{{2}})|{_FOLLOWS})"
    rf"|(?<![^\W_])(?:{{alias:en ru}}(?: is| was)?{_FOLLOWS}|(?-i:aka|AKA|он же|она же){_FOLLOWS}"
    r"|(?:formerly|previously) (?=(?-i:[A-Z])))"
    r"|(?<=[가-힣]{2}) (?:또는|혹은) (?=[^\W\d])"
    r"|^(?:성명|성함|이름|姓名|(?:full )?name)\s*[:=：]\s*(?=\w)"
)
_EDGES = " ()[]【】,:;、="
_NUMBER = r"\d{1,3}|만 ?\d{1,3} ?[세살]?|(?:18|19|20)\d\d(?: ?[-~–] ?(?:(?:18|19|20)\d\d)?)?"


def _remarks(*numbers: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    at_end = "|".join(numbers)
    item = f"(?:{REMARK}|{at_end})"
    return (
        pattern(rf" ?[(\[【] ?{item}(?:[ ,、·/;]+{item})* ?[)\]】]"),
        pattern(
            rf" ?[,·;] ?(?:{{sex}}[.]? ?,? ?)?(?:{at_end})(?=$|[)\]】])"
            rf"| (?:- )?(?:{AGE}|{BORN}|\d{{1,2}}차 ?(?:강제)?(?:북송|송환|탈북|체포))$"
            rf"|(?<=[가-힣]{{3}}) {{sex}} ?(?:{at_end})$"
        ),
    )


_REMARKS, _REMARKS_AND_NUMBERS = _remarks(AGE, BORN), _remarks(AGE, BORN, _NUMBER)
_LATE = pattern(
    r"(?:고 ?)?\(?(?:已?故|亡)(?:\) ?| ?)(?=\w{2}|\w \w)|the late (?=\w)|late (?=\w+[ -]\w)"
    r"|покойн(?:ый|ая) (?=\w)|(?:grandma|granny|halmoni|halmeoni) (?=\w+[ -]\w)"
)
# Only before or after a whole name.
_BEFORE_WHOLE = pattern(
    rf"(?:{AGE}|{BORN}|\d\d년생) ?(?:[남여][성자]? )?(?=[가-힣{HAN}])|[고망] (?=[가-힣])"
    r"|(?:[가-힣]+ )?[가-힣]+의 {kin:ko} (?=[가-힣])|(?:{rank}[.]? )+(?=[^\W\d])"
)
_AFTER_WHOLE = pattern(
    rf"(?<=[{HAN}]{{2}})(?:氏|等人?|一家)$|(?<=[가-힣]{{3}}) ?[외등] ?[0-9]{{1,3}} ?[명인]$"
    rf"|(?:\s?/\s?(?:{{sex}}|{AGE}|\d{{1,3}}))+$|,? (?:{{suffix}}[.]?|\d\d)$|, [mf]$"
    r"| (?:and|&|et|with) {company}[.]?$|(?P<from> (?:of|from) [^\W\d]+)$|(?<=\w{2}) {elder:en}$"
)
_ELDER = pattern(
    "(?P<name>[가-힣]+(?: [가-힣]+)?)(?P<close> ?)"
    "(?P<word>{elder:ko}|(?<![친외증큰시])(?<![친외증큰시] )(?:할머니|할아버지|할머님|할아버님))"
)
_HEAD = re.compile(r" ?[(\[,·/;]")
_LETTERS = re.compile("[a-z]+")
# A name in plain Latin letters without any of these is passed over.
_IN_LATIN = words("kin|rank|suffix|company|elder|fate|remark|sex|particle")
_SHORTEST = 4  # letters of a name with an annotation, without a sign between
_MOST = 4  # annotations of one person
_LEFT_OUT = frozenset("등외남여씨중")  # a syllable alone, after a whole name


@lru_cache(maxsize=4096)
def is_annotation(text: str) -> bool:
    """Tell whether a text beside a name is an annotation by its words, and no name."""
    if _ANNOTATION.fullmatch(text) or is_kin(text) or is_no_name(text) or is_fate(text):
        return True
    if places.is_place_name(_IN_A_PLACE.sub("", text)):
        # 김정숙 is a county as well
        return not (text[0] == "김" and len(text) == 3 and text[-1] not in "시군")
    first, *others = [text] if text.isascii() else text.split() or [text]
    if others and places.is_place_name(first) and all(map(_QUARTER.fullmatch, others)):
        return True
    return bool(others) and all(map(is_annotation, (first, *others)))


def is_kin(word: str) -> bool:
    """Tell whether a word says whose relative one is and no more."""
    return word in words("kin", "ko") | words("kin", "zh") or whose(word) == ""


def split_aliases(text: str) -> list[str]:
    """Split a name from its aliases, each without the word that says so."""
    if len(text) < _SHORTEST:
        return [text]
    pieces = _ALIAS.split(text)
    bare = [text] if len(pieces) == 1 else [piece.strip(_EDGES) for piece in pieces]
    return [piece for piece in bare if piece] or [text]


def family_at_edge(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Which end of words in letters is a usual family name, with the other words."""
    found = words_of(text)
    splits = ((found[0], found[1:]), (found[-1], found[:-1])) if len(found) > 1 else ()
    tables = (surnames.latin(), surnames.pinyin()) if text.isascii() else (cyrillic_families(),)
    return [end for end in splits if any(end[0] in table for table in tables)]


def other_names(first: str, others: Iterable[str]) -> list[str]:
    """Select the text beside a name that may be an alias: no place, fate, remark or relative."""
    return [other for other in others if not _is_remark(first, other.strip(_EDGES))]


def _is_remark(first: str, other: str) -> bool:
    rest, is_sure = after_kin(other)
    if is_annotation(other) or (rest and (is_sure or is_whole(rest, least=3))):
        return True
    small = first[:1].isupper() and any(word[:1].islower() for word in other.split())
    return small and other.isascii()


def without_annotations(text: str) -> str:
    """Remove from a name, as `untitled` gives it, the annotations of the person.

    Examples:
        >>> [without_annotations(text) for text in ("故 김철수", "고 철수", "김복동 할머니")]
        ['김철수', '고 철수', '김복동']
    """
    for _ in range(_MOST):
        left = _without_one(text)
        if left == text or not any(map(str.isalpha, left)):
            break
        text = left
    return text


def _is_plain(text: str) -> bool:
    """Whether a text has nothing but words in Latin letters of which none may be an annotation."""
    found = text.replace("-", " ").lower().split() if text.isascii() else []
    return all(map(str.isalpha, found)) and bool(found) and _IN_LATIN.isdisjoint(found)


def _without_one(text: str) -> str:
    if (len(text) < _SHORTEST and text.isalpha()) or _is_plain(text):
        return text
    rest, is_sure = after_kin(text)
    if rest and (is_sure or is_whole(rest, least=3)):
        return rest
    left = _without_remarks(text)
    left = left[late.end() :] if (late := _LATE.match(left)) else left
    if left == text and whose(text) is None and not is_no_name(text) and not _is_titled(text):
        left = _without_adjacent(text)
    return left if left == text or _is_titled(left) else untitled(left)


def _is_titled(text: str) -> bool:
    """Whether a text is a family name alone with a title: without it 남궁씨 would be 남 and 궁."""
    return initials.titled("".join(text.split())) is not None


def _without_remarks(text: str) -> str:
    for patterns in (_REMARKS_AND_NUMBERS, _REMARKS):
        left = text
        for each in patterns:
            left = each.sub("", left)
        if not (left.isascii() and left.isalpha()):  # Witness (3) is not Witness (4)
            break
    return left


def _without_adjacent(text: str) -> str:
    """A whole name without its annotations; another text unchanged."""
    if (found := _BEFORE_WHOLE.match(text)) and is_whole(text[found.end() :]):
        return text[found.end() :]
    found = _AFTER_WHOLE.search(text)
    if found and is_whole(text[: found.start()], least=3 if found["from"] else 2):
        return text[: found.start()]
    if found := _ELDER.fullmatch(text):
        closed = "".join(found["name"].split())
        sure = found["close"] or len(found["word"]) > 1 or given_size(closed) == 2
        if sure and is_whole_name(closed):
            return found["name"]
    if ", " in text and text.isascii():
        first, *others = text.split(", ")
        is_remark = all(other.islower() or is_annotation(other) for other in others)
        named = first[:1].isupper() and family_at_edge(first) and not _ALIAS.search(text)
        return first if named and is_remark else text
    return _name_in_words(text) if " " in text and not text.isascii() else text


def _name_in_words(text: str) -> str:
    """The whole name among words of which all others are annotations (노동자 김 영희)."""
    found = text.split(" ")
    if not all(map(str.isalpha, found)) or any(map(is_kin, found)) or _ALIAS.search(text):
        return text
    start, end = 0, len(found)
    while start < end and is_annotation(found[start]) and found[start] not in surnames.well_known():
        start += 1
    while end > start and (found[end - 1] in _LEFT_OUT or is_annotation(found[end - 1])):
        end -= 1
    rest = found[start:end]
    closed = "".join(rest)
    if lattice.is_hangul(closed[:1] or " "):
        whole = 2 <= len(closed) <= 4 and given_size(closed) in (1, 2)
        whole = whole and (len(rest) == 1 or (len(rest) == 2 and rest[0] in surnames.hangul()))
    else:
        whole = len(rest) == 1 and len(closed) == 3 and closed[0] in surnames.han()
    if whole:
        return " ".join(rest)
    return text


def names_in_runs(runs: list[str], *, alone: bool = True) -> list[str]:
    """Select the names in runs of Hangul or characters; `alone`: no letters beside them."""
    if len(runs) == 1 and alone:
        return runs
    found: list[str] = []
    after_kin_word = False
    for run in runs:
        if is_annotation(run):
            after_kin_word = is_kin(run)
            continue
        rest, _ = after_kin(run)
        has_kin = bool(rest) and is_whole(rest)
        if not (found and (after_kin_word or has_kin)):
            found.append(_name_in_words(rest if has_kin else run))
        after_kin_word = False
    hangul = [run for run in found if lattice.is_hangul(run[0])]
    whole = list(filter(is_whole, hangul))
    if len(hangul) > 1 and len(whole) < 2 and (whole or len(found) > len(hangul)):
        main_name = whole or ["".join(hangul)]  # 군관, 김철수 has one name in it; so has 김(金)철수
        found = main_name + [run for run in found if run not in hangul]
    main, others = found[: int(alone)], found[int(alone) :]
    main += [run for run in others if not lattice.is_hangul(run[0]) or is_whole(run)]
    return main or (runs if alone else [])


def is_whole_name(closed: str) -> bool:
    """Tell whether a text in Hangul is a whole name of three syllables or more."""
    return 3 <= len(closed) <= 5 and given_size(closed) > 0


def given_size(closed: str) -> int:
    """Count the syllables after the family name, 0 if there is none."""
    for size in (2, 1):
        if closed[:size] in surnames.well_known() and len(closed) > size:
            return len(closed) - size
    return 0


def is_whole(text: str, least: int = 2) -> bool:
    """Tell whether a text begins with a whole name of Korea, in letters of so many words."""
    head = _HEAD.split(text, maxsplit=1)[0]
    closed = "".join(head.split())
    if lattice.is_hangul(closed[:1] or " "):
        return is_whole_name(closed)
    found = words_of(head)
    if found and _LETTERS.fullmatch(found[0]):
        splits = (found[0], found[-1])
        are_words = len(found) >= least and all(map(str.isalpha, found))
        return are_words and not surnames.latin().keys().isdisjoint(splits)
    return len(closed) == 3 and any(
        lattice.hangul(key) in surnames.well_known()
        for key in surnames.han().get(closed[0], ())
        if isinstance(key, tuple)
    )
