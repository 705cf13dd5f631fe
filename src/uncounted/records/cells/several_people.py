"""Cells for one name that certainly count several people ("and 3 others", "가족 5명"): refused."""

from __future__ import annotations

import re

from uncounted.records.cells.placeholders import KIND
from uncounted.records.lexicon import pattern, words
from uncounted.records.names.name import visible

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
_COUNTS_FAMILY = pattern(
    rf"\w[ ,]*(?:가족|식구) ?{_MANY}[명인]|\w[ ,(]*{_MANY}(?:식구|인 ?가족)"
    rf"|\bfamily of {_EN}\b|\w[ (]+{_EN} family members\b"
)
_BRACKETS = re.compile(r"[(（\[][^)）\]]*[)）\]]")


def is_in_plain_latin(text: str) -> bool:
    """Tell whether a cell has only Latin letters, and no word that joins people."""
    letters = text.isascii() and text.replace(" ", "").replace("-", "").isalpha()
    return letters and words("joining").isdisjoint(text.lower().split())


def speaks_of_others(text: str) -> bool:
    """Tell whether a cell for a name certainly counts several people."""
    if is_in_plain_latin(text):
        return False
    seen = " ".join(visible(text[:_LONGEST]).split())
    return bool(_COUNTS_OTHERS.search(seen) or _COUNTS_FAMILY.search(_BRACKETS.sub(" ", seen)))
