"""What stands for a name and is none: "unknown", 이름 모름, "a woman", 합계, NULL, Witness 3.

All who are called so would be taken for one person. What may be a name is one: Nina is no
niña, Young Man is 영만, 영아 is a given name and not only an infant.
"""

from __future__ import annotations

import re
from functools import lru_cache

from uncounted.records.cells.labels import AGE_KO, KIND_KO, KIND_ZH, WHO_KO, WHO_ZH, is_label
from uncounted.records.cells.unsaid import is_filler, is_placeholder
from uncounted.records.names.name import plain, tokens, unmarked


def _words(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in row.split("|"))


# What stands where a name is not known: whole, or words of which one at least says so.
_UNKNOWN = _words(
    "not known|no name|john doe|jane doe|sin nombre|sans nom",
    "n/a|na|n a|none|nil|x|xx|xxx|n n|без имени|нет имени|имя не известно|не известно|가명",
)
_UNKNOWN_WORDS = _words(
    "unknown|unk|unnamed|unidentified|nameless|anonymous|anon|withheld|unrecorded|undisclosed|redacted|nn",
    "desconocido|desconocida|anonimo|anonima|desconhecido|desconhecida|identificado|identificada",
    "identificar|inconnu|inconnue|anonyme|identifie|identifiee",
    "неизвестно|неизвестныи|неизвестная|неизвестен|неизвестна|аноним|مجهول|مجهولة",
    "미상|미상의|성명미상|이름미상|신원미상|성명불상|이름불상|신원불상|불상|불상의|신원불명|무명",
    "불명|익명|모름|없음|비공개|불분명|不详|不詳|不明|未知|无名|無名|匿名|佚名|某某|无名氏|無名氏",
)
_SAYS_LITTLE = _words(
    "name|man|men|woman|male|female|boy|girl|child|infant|baby|person|victim|body|no|not|non|sin|de|la|el",
    "nombre|hombre|mujer|masculino|femenino|nino|nina|persona|victima|cuerpo|nome|homem|mulher|homme",
    "femme|enfant|personne|имя|мужчина|женщина|ребенок|девочка|мальчик",
    "이름|성명|신원|남자|여자|남성|여성|아동|아이|남자아이|여자아이|남아|여아|소년|소녀|사람",
    "姓名|名字|男|女|男子|女子|男性|女性|男孩|女孩|男童|女童|رجل|امراة|طفل|الهوية|الاسم",
)
_NOT_SAID = re.compile(
    r"(?:(?:the |his |her |full )?names? )?(?:(?:is|was) )?(?:not|un) ?"
    r"(?:known|given|recorded|stated|provided|available|disclosed|identified|remembered|told)"
)
_NAME_KO = "(?:이름|성명|성함|성씨|실명|본명|신원|인적사항)[을은이도]?"
_NOT_KO = (
    "(?:전혀)?(?:미상|불상|불명|불상자|미확인|미기재|무명|모름|모른다|모릅니다|모르겠음|모르겠다|없음|없다"
    "|알수없음|알수없다|알지못함|기억안남|기억나지않음|기억못함)"
)
_NAME_ZH = "(?:姓名|名字|真名|身份|身分|姓氏)?"
_NOT_ZH = (
    "(?:不详|不詳|不明|不知|不知道|不知名|不清楚|不清|未知|未详|未詳|未记录|未記錄|未登记|未登記|未提供|没有|沒有"
    "|无|無|无名|無名|保密)"
)
_CLOSED = re.compile(
    rf"(?:{_NAME_KO})?{_NOT_KO}|{_NAME_ZH}{_NOT_ZH}"
    "|(?:没有|沒有|无|無|不知|不知道|不清楚)(?:姓名|名字|其名)"
)
# A person of whom only the kind is said, beside nation and age (북한 여성, 30대 남). 영아, 유아 and
# 주민 are given names, also of one called 한, 남 and 여 are family names, and 조선인 is 조 선인.
_WHO = (
    f"(?:[男女][童婴嬰士生尸屍]|{WHO_KO}|아기|어린이|노인|청년|갓난아이|신생아|시신|일?가족|일행|부부|모녀|남매|형제|자매|학생|(?<=..)(?:주민|유아|영아)"
    f"|{AGE_KO}(?:[남여](?![성아인자학]))?|(?<=북한|탈북|중국|남한|외국)인|(?<=조선|한국)인(?=.)"
    f"|{WHO_ZH}|[父母][子女]|夫[妇婦妻]|[一全]家|兄弟|姐妹|小孩|婴儿|嬰兒|老人|村民|(?<=.)(?:人|居民|公民))"
)
# Close to 한 only what is no given name: 한여자 is a woman, and 한영아 may be 한 영아.
_A_KO = f"한(?={KIND_KO}|{AGE_KO}|[남여][자성]|사람|소[년녀]|노인|청년|아동|시신|피해자|희생자)"
_NOT_TOLD = "(?<=[름명원])(?:[을도이은]?(?:모르는|모를|알수없는|없는)|(?:미상|불상|불명)의?)"
_KIND_CLOSED = re.compile(
    f"(?:어떤|어느|{_A_KO}|一[名个個位]|某|不知名|无名|無名)?(?>{_WHO}|{KIND_KO}|{KIND_ZH}|{_NOT_TOLD})++"
    "(?:들|(?:1|한)명|1[名人]|[a-z][씨군양]?)?|이름|성명|姓名|名字|某人"
)
_ANY_WHO = re.compile(_WHO)
_NATION = "(?:north |south )?koreans?|nk|dprk|chinese|joseonjok|chosonjok|foreign"
_AGED = "years? old|aged"
_KIND = re.compile(
    r"(?:(?:(?:an?(?= [aeio])|a|the|one|some|another|un|une|una|uno|uma|um|один|одна) )?"
    r"(?:(?:young|old|elderly|adult|little|small|teenage|deceased|dead|middle aged"
    rf"|{_NATION}|{_AGED}) )*(?:wom[ae]n|males?|females?|boys?|girls?|child|children|infants?"
    r"|newborn|person|people|victims?|couple|family|body|adult|teenager|foreigner"
    r"|(?:north|south) koreans?|hombre|mujer|masculino|femenino|persona|victima|cuerpo|mulher"
    r"|homme|femme|enfant|personne|niño|niña|criança|garçon"
    r"|мужчина|женщина|ребенок|девочка|мальчик|девушка|юноша|парень|человек|младенец"
    r"|رجل|امراة|طفل|طفلة)"
    rf"|(?:an(?= [oe]) )?(?:(?:a|the|one|old|elderly|dead|{_NATION}|{_AGED}) )*m[ae]n|name|имя)"
    rf"(?: (?:aged|in (?:her|his|their) (?:(?:early|mid|late) )?(?:[1-9]0s|[a-z]+ties)"
    rf"|(?:from|of) (?:the )?(?:north korea|dprk|nk|china)))?"
)
_IN_SMALL = re.compile(r"(?:(?:a|an|the|another) )?(?:young (?:man|men)|(?:young )?bab(?:y|ies))")
# The last row of a sheet, where it counts the others.
_TOTAL_CLOSED = re.compile(
    "(?:이상|以上|人数|人數)?(?:총?합계|총합|총계|총수|소계|누계|총인원수?|총원|合计|合計|总计|總計|小计|小計"
    r"|共计|共計|总数|總數|总人数|總人數|(?:총|계|모두|전체|共|一共|总共|總共)(?=\d))"
    r"\d*(?:명|인|건|人|名|个|個)?"
)
_TOTAL = re.compile(
    r"(?:(?:grand|sub) ?)?totals?"
    r"(?: (?:general|number|of|people|persons|names|reports|victims|cases))*(?: \d+)?"
    r"(?: (?:people|persons|names|reports|victims|cases))?|n \d+"
    r"|(?:sum|count) \d+|(?:итого|всего)(?: \d+)?(?: (?:человек|чел))?"
)
# Yo is a family name, and 30 yo an age.
_BESIDE = re.compile(
    r"[(（\[] ?(?:남|여|남성|여성|男|女|m|f|male|female) ?[)）\]]|[0-9][ -]?(?-i:y[./]?o)\b",
    re.IGNORECASE,
)
_ALNUM = re.compile(r"[^\W_]+")
_LONGEST = 60  # letters of a text that says no more than this


def is_unknown(text: str) -> bool:
    """Tell whether a cell says that what stands there is not known ("unknown", 미상).

    Examples:
        >>> is_unknown("Unidentified male 3"), is_unknown("N.N."), is_unknown("이름 모름")
        (True, True, True)
        >>> is_unknown("Persona no identificada"), is_unknown("No Chol Su"), is_unknown("Anon")
        (True, False, True)
    """
    return _is_unknown(text, _bare_words(text)) or is_placeholder(text)


def is_unknown_part(part: str) -> bool:
    """Tell whether a family or a given name that stands apart is not known; Na and No are names.

    Examples:
        >>> is_unknown_part("미상"), is_unknown_part("N/A"), is_unknown_part("Na")
        (True, True, False)
    """
    return (len(part) > 2 or not part.isascii()) and is_unknown(part)


def says_nothing(text: str) -> bool:
    """Tell whether the whole of a cell says nothing: not known, withheld, NULL, "as above".

    Examples:
        >>> says_nothing("미상"), says_nothing("NULL"), says_nothing("비공개"), says_nothing("상동")
        (True, True, True, True)
        >>> is_unknown("Null"), says_nothing("Hans Null")
        (False, False)
    """
    return is_unknown(text) or is_filler(text)


def _is_unknown(text: str, words: list[str]) -> bool:
    folded = plain(text)
    if not any(char.isalnum() for char in folded):
        return True
    if folded.strip(" .()[]") in _UNKNOWN:
        return True
    spaced = " ".join(words)
    if spaced in _UNKNOWN:
        return True
    left = [word for word in words if word not in _SAYS_LITTLE]
    if left and all(word in _UNKNOWN_WORDS for word in left):
        return True
    if len(spaced) > _LONGEST:
        return False
    return bool(_NOT_SAID.fullmatch(spaced) or _CLOSED.fullmatch(_closed(words)))


@lru_cache(maxsize=1024)  # what reads a name asks more than once
def is_no_name(text: str, *, may_be_label: bool = True) -> bool:
    """Tell whether what stands for a name is none: not known, or only what kind of person.

    Args:
        text: what stands for a name.
        may_be_label: whether Witness A is none; not where the family name is given apart.

    Examples:
        >>> [is_no_name(text) for text in ("이름 모름", "30대 여성", "a woman", "朝鲜女子", "본인")]
        [True, True, True, True, True]
        >>> is_no_name("12345"), is_no_name("합계: 3명"), is_no_name("Total")
        (True, True, True)
        >>> is_no_name("NULL"), is_no_name("Witness 3"), is_no_name("피해자 A"), is_no_name("Name")
        (True, True, True, True)
        >>> [is_no_name(name) for name in ("Nina", "Young Man", "An Man", "영아", "남자현")]
        [False, False, False, False, False]
    """
    words = _bare_words(text)
    if _is_unknown(text, words) or _is_number(text) or is_filler(text):
        return True
    if may_be_label and is_label(text):
        return True
    spaced = " ".join(words)
    if len(spaced) > _LONGEST:
        return False
    if _KIND.fullmatch(spaced):
        return True
    if not text.isascii() and _KIND.fullmatch(_marked(text)):
        return True
    if text.islower() and _IN_SMALL.fullmatch(spaced):
        return True
    closed = _closed(words[1:] if words[:1] == ["한"] else words)
    return bool(_KIND_CLOSED.fullmatch(closed) and _ANY_WHO.search(closed))


def _marked(text: str) -> str:
    """The words with their marks (niña), without numbers."""
    return " ".join(word for word in tokens(text) if not word.isdecimal())


def _is_number(text: str) -> bool:
    """Whether a name is a number and nothing else, or says how many the others are."""
    folded = plain(text)
    if not any(char.isalpha() for char in folded):
        return True
    words = _ALNUM.findall(folded)
    return bool(_TOTAL.fullmatch(" ".join(words)) or _TOTAL_CLOSED.fullmatch("".join(words)))


def is_unknown_word(word: str) -> bool:
    """Tell whether a word says on its own that a name, or the rest of it, is not known.

    Examples:
        >>> is_unknown_word("unknown"), is_unknown_word("모름"), is_unknown_word("name")
        (True, True, False)
    """
    return word in _UNKNOWN_WORDS


def _bare_words(text: str) -> list[str]:
    return [unmarked(word) for word in tokens(_BESIDE.sub(" ", text)) if not word.isdecimal()]


def _closed(words: list[str]) -> str:
    """The words run together, without the digits that tell them apart (남자1)."""
    return "".join(words).rstrip("0123456789")
