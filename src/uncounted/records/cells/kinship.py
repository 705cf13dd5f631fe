"""Cells that name a person only as a relative: "Kim's wife", "김철수의 딸".

Such a cell names the relative and not the person. A word that may be a name or a form of address is
not read so: 장남 is an eldest son and a given name, 김복동 할머니 is Kim Bok Dong herself.
"""

from __future__ import annotations

import re

from uncounted.records.cells.placeholders import KIND, is_no_name
from uncounted.records.lexicon import pattern
from uncounted.records.names.name import tokens, unmarked, untitled

_LONGEST = 200  # letters of a text that is looked at
WHICH_KO = "(?:첫째|둘째|셋째|넷째|막내|맏|큰|작은|외동|의붓|이복|사촌)?"
_WHICH_EN = (
    "(?:(?:elder|older|eldest|younger|youngest|big|little|first|second|third|late|unnamed) )*"
)
_EN = "{kin:en}(?:[- ]in[- ]law)?"
_OF_KIND = f"(?: ?{KIND}인? ?)?"  # 어린 딸, 남편(중국인)
# A text without a word of kin, as most names are, is passed over.
_HINT = pattern("{kin}|époux|épouse|époux|infant|newborn|unborn|boy|girl|طفل|رضيع|نوزاد|[sdwhc]/o")
# Alone each of these is no name; a group is what it begins with, for `_may_be_name`.
_ALONE = pattern(
    rf"(?:(the|an?|his|her|his her|my|our|their) )?{_WHICH_EN}{{kin-alone:en}}(?: in law)?"
    r"|(his|her|their) son"
    r"|(?:his |her |their )?(?:(?:unnamed|little) )?(?:infant|newborn|unborn|baby|little)"
    r" (?:boy|girl|child|son|daughter)|infant|newborn"
    r"|(?:(la|el|su|mi|le|sa|ma|mon) )?(?:{kin-alone:es pt fr}|epouse|epoux)"
    r"|(?:его |ее |их )?{kin-alone:ru}"
    rf"|{_OF_KIND}{WHICH_KO} ?{{kin-alone:ko}}{_OF_KIND}"
    r"|{kin-alone:zh}|زوجة|[他她其我][之的]{kin:zh}"
)
# No particular person: two wives of "the victim" have no husband in common.
_NOBODY = re.compile(
    r"(?:the|an?|his|her|their) [a-z].*|(?i:(?:the )?(?:victim|deceased|above|same)|los?|las?|el)"
)
_NAMED = "(?P<whose>[^,;/|()]+)"
_HANGUL = "[가-힣]{3,4}|[가-힣]{1,2} [가-힣]{2,3}|[가-힣]{1,4}씨"
_WHOSE = tuple(
    map(
        pattern,
        (
            rf"(?:the |an? )?{_WHICH_EN}{_EN} of {_NAMED}",
            rf"(?P<whose>[^,;/|()]+?)(?:['’]s|(?<=s)['’]) {_WHICH_EN}{_EN}",
            r"(?:(?:la|el|le|a|o) )?(?:{kin-alone:es pt fr}|épouse|époux)"
            rf" (?:d(?:e|el|o|a|u|es) |d['’] ?){_NAMED}",
            rf"(?:{{kin:ar fa}}|طفلة?|رضيعة?|نوزاد) {_NAMED}",
            rf"[sdwhc]/o[. ]+{_NAMED}",
            rf"(?P<whose>{_HANGUL})의 ?{WHICH_KO} ?{{kin:ko}}",
            rf"(?P<whose>[가-힣]{{2}})의 {WHICH_KO} ?{{kin-alone:ko}}",
            rf"(?P<whose>{_HANGUL}) {WHICH_KO} ?{{kin-after:ko}}",
            r"(?P<whose>[가-힣]{3,4}) 처",
            r"(?P<whose>[一-鿿]{2,4}?)的{kin:zh}",
            r"(?P<whose>[一-鿿]{3,4}?)之{kin:zh}",
        ),
    )
)
# Before a name: with a colon or a space; close to it only a word of two syllables or more.
_BEFORE = pattern(
    rf"(?:{WHICH_KO} ?(?:{{kin:ko 2}} ?|[딸처부모형자녀] )(?=[가-힣])"
    r"|{kin:zh} ?(?=[一-鿿])"
    rf"|(?:(?:his|her|my|the) )?{_WHICH_EN}"
    r"(?:{kin-alone:en}(?:[- ]in[- ]law)? (?!of )(?=[^\W\d])|(?-i:son|child) (?=(?-i:[A-Z])))"
    rf"|(?:{WHICH_KO} ?(?:{{kin:ko 2}}|[딸처부모형자녀])|{{kin:zh ru es pt fr}}|{_WHICH_EN}{_EN})"
    r"(?P<colon> ?: ?)(?=[^\W\d]))"
)
# What became of a relative: 사망, 부모 모두 사망, "father deceased". No name ends as the third row.
_FATE_LAST = (
    r"(?:(?:[가-힣]{1,7}(?:으로|에서|사고로) )?(?:{fate:ko}|{unknown:ko})"
    "(?:함|됨|당함|하심|자| ?중)?(?: ?(?:으로 ?)?추정(?:됨)?)?"
    "|[가-힣]{2,4}(?:됨|당함|[가하]심|[했됐갔셨](?:음|다|습니다))"
    "|(?:중국|한국|남한|북한|조선|일본|미국|해외|외국)(?:에서?|으로)?"
    " ?(?:거주|체류|입국|있음)(?: ?중)?|(?:굶어|맞아|얼어) ?죽음"
    "|(?:an )?(?:{fate:en}|unknown)|not known|{fate:zh ru}|{unknown:zh}"
    "|(?:lives |living |now )?in (?:china|(?:south |north )?korea|japan|russia|prison|custody))[.]?"
)
_FATE = pattern(
    rf"(?>(?!{_FATE_LAST}\Z)(?:(?:{WHICH_KO}|[온전](?= ?가족)) ?"
    r"(?:생사|행방|소식|연락|이름|성명|모두|{kin|family:ko})[은는이가과와]?"
    r"|[0-9]{1,2} ?명|both|two|three|parents?|presumed|추정|all|are|is|was|sons?|child(?:ren)?"
    rf"|family|{{kin:zh}}|父母|双亲|雙親|皆|都|均|已|{{kin-alone:en}}s?)[ :]*)*+{_FATE_LAST}"
)
# When it was, and a mark of doubt: 사망(2008), "dead?".
_WHEN = re.compile(
    r"(?:\b(?:in|since) )?[12][0-9]{3}[0-9 .년월일年月日-]*경?에?|[?？]", re.IGNORECASE
)
_PARTS = pattern(r" ?[,;/()（）\[\]] ?| (?=(?:{kin:ko}|{kin-alone:en}) ?:)")


def after_kin(text: str) -> tuple[str, bool]:
    """Text after a word of kin (아들 김철수), "" if none, and whether a colon makes it certain."""
    found = _BEFORE.match(text) if text.isascii() or len(text) > 3 else None
    return (text[found.end() :], bool(found["colon"])) if found else ("", False)


def is_fate(text: str) -> bool:
    """Tell whether a cell for a relative says only what became of them."""
    if len(text) > _LONGEST:
        return False
    seen = untitled(text)
    if seen.replace(" ", "").isalpha():
        return bool(_FATE.fullmatch(seen))
    parts = [part.strip() for part in _PARTS.split(_WHEN.sub("", seen))]
    fates = [part for part in parts if _FATE.fullmatch(part)]
    others = [part for part in parts if part and part not in fates]  # 부(사망)
    return bool(fates) and all(_FATE.fullmatch(f"{part} 사망") for part in others)


def whose(text: str) -> str | None:
    """Find whose relative a person is; "" if not named, None if the text may be a name.

    Examples:
        >>> whose("wife of Kim Chol Su"), whose("김철수의 딸"), whose("mother"), whose("장남")
        ('Kim Chol Su', '김철수', '', None)
    """
    if len(text) > _LONGEST or not _HINT.search(text):
        return None
    seen = " ".join(untitled(text).split()).strip(" .,;:()[]（）")
    found = [unmarked(word) for word in tokens(seen) if not word.isdecimal()]
    if (alone := _ALONE.fullmatch(" ".join(found))) and not _may_be_name(alone, seen):
        return ""
    for each in _WHOSE:
        if match := each.fullmatch(seen):
            named = match["whose"].strip()
            return "" if _NOBODY.fullmatch(named) or is_no_name(named) else named
    return None


def _may_be_name(alone: re.Match[str], seen: str) -> bool:
    """Her Son may be 허선, and An, My, Su and Ma are names too: capitals tell."""
    first = next(filter(None, alone.groups()), None)
    sure = first in (None, "the", "his", "his her", "our", "their")
    return not sure and all(word[:1].isupper() for word in seen.split())
