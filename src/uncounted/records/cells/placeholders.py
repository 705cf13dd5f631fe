"""Cells that hold no name or no place: unknown, withheld, a placeholder, a label, a kind.

Reports with such a cell would all seem to agree. A word that may be a name is not read so: Young
Man is 영만, 구금자 is 구 금자, Null is a family name.
"""

from __future__ import annotations

import re
from functools import lru_cache

from uncounted.records import vocabulary
from uncounted.records.lexicon import pattern, words
from uncounted.records.names.name import plain, tokens, unmarked, visible
from uncounted.records.tabular.headers import meanings

NAME_FIELDS = ("name", "family_name", "given_name", "name_alt")
# Headers that are names of people as well.
_HEADERS_AND_NAMES = frozenset(
    ["이명", "성씨", "성", "명", "姓", "名", "姓氏", "한자명", "한글명", "hangul", "hanja", "aka"]
)
_LONGEST = 60  # letters of a text that says no more than this
_WORD = re.compile(r"[^\W_]+")
_COUNT = re.compile(r"(?:no|#)?\d+")  # 12, №12
# Sex and age beside a label. Yo is a family name, and 30 yo an age.
_SEX_OR_AGE = re.compile(
    r"[(（\[] ?(?:남|여|남성|여성|男|女|m|f|male|female) ?[)）\]]|[0-9][ -]?(?-i:y[./]?o)\b",
    re.IGNORECASE,
)
_PROGRAM_NULLS = ("nan", "NaN", "NaT", "<NA>", r"\N")  # Nan and Nat are given names
_CELL_ERROR = re.compile(r"#(?:n/[ad]|nv|н/д|[a-zа-я0-9/]{2,8}[!?]|getting_data)", re.IGNORECASE)
_NOT_STATED = pattern(
    "(?:(?:the |his |her |full )?names? )?(?:(?:is|was) )?(?:not|un) ?{stated:en}"
)
_UNKNOWN = pattern(
    "(?:{attribute:ko}[을은이도]?)?(?:전혀)?{unknown:ko}|{attribute:zh}?{unknown:zh}"
    "|(?:没有|沒有|无|無|不知|不知道|不清楚){attribute:zh}"
)
# Kinds of person: nation, age and the like. 한여자 is a woman, 한영아 may be 한 영아.
_AGE = (
    "(?:[0-9]{1,3} ?[세살]|[1-9]0대|(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열) ?살)"
    "(?: ?[초중후]반|가량|정도|추정)?의?|[0-9]{1,3}[多余餘]?[岁歲代](?:左右)?的?"
)
KIND = (
    "(?:{nation:ko}(?:족|계|출신|국적)?의?|{nation:zh}[族籍裔的]?|{adjective:ko zh}"
    rf"|{_AGE})"
)
# 영아, 유아 and 주민 are given names, also of one called 한, and 조선인 is 조 선인.
_WHO = (
    rf"(?:{{who:ko zh}}|(?<=..)(?:주민|유아|영아)|(?:{_AGE})(?:[남여](?![성아인자학]))?"
    "|(?<=북한|탈북|중국|남한|외국)인|(?<=조선|한국)인(?=.)|(?<=.)(?:人|居民|公民))"
)
_NOT_NAMED = "(?<=[름명원])[을도이은]?{unknown:ko}의?"  # 이름을 모르는 남자
_ANY_WHO = pattern(_WHO)
_PERSON_CLOSED = pattern(
    rf"(?:어떤|어느|한(?={KIND}|[남여][자성]|사람|소[년녀]|노인|청년|아동|시신|피해자|희생자)"
    rf"|一[名个個位]|某|不知名|无名|無名)?(?>{_WHO}|{KIND}|{_NOT_NAMED})++"
    "(?:들|(?:1|한)명|1[名人]|[a-z][씨군양]?)?|{attribute:ko zh}|某人"
)
_NATION = "{nation:en}|years? old|aged"
_PERSON = pattern(
    r"(?:(?:(?:an?(?= [aeio])|a|the|one|some|another|un|une|una|uno|uma|um|один|одна) )?"
    rf"(?:(?:{{adjective:en}}|{_NATION}) )*"
    r"(?:{who:en es pt fr ru uk ar fa am bs tr sq ku ne}|(?:north|south) koreans?)"
    rf"|(?:an(?= [oe]) )?(?:(?:a|the|one|old|elderly|dead|{_NATION}) )*m[ae]n|name|имя)"
    r"(?: (?:aged|in (?:her|his|their) (?:(?:early|mid|late) )?(?:[1-9]0s|[a-z]+ties)"
    r"|(?:from|of) (?:the )?(?:north korea|dprk|nk|china)))?"
)
_PERSON_IN_SMALL = re.compile(r"(?:(?:an?|the|another) )?(?:young m[ae]n|(?:young )?bab(?:y|ies))")
# The last row of a sheet, where it counts the others.
_TOTAL = pattern(
    r"{total:en}(?: {counted:en})*(?: \d+)?(?: {counted:en})?|(?:n|sum|count) \d+"
    r"|{total:ru}(?: \d+)?(?: {counted:ru})?"
)
_TOTAL_CLOSED = pattern(
    r"(?:이상|以上|人数|人數)?(?:{total:ko zh}|(?:총|계|모두|전체|共|一共|总共|總共)(?=\d))"
    r"\d*(?:명|인|건|人|名|个|個)?"
)
_APART = r"[ .#:_(\[-]"
_NUMBER = r"(?:no|nr|id|code|제|第)?[ .#:_-]*[0-9]{1,5}[ -]?[a-z]?(?:번|호|号|號)?"
_LETTER = "[a-zㄱ-ㅎ\u1100-\u1112甲乙丙丁戊己庚辛壬癸](?:-?[0-9]{1,4})?"
_LABEL = pattern(
    rf"(?:the )?(?:{{adjective:en}} |{{nation:en}} )*{{case}}"
    rf"(?:{_APART}*{_NUMBER}|{_APART}+[a-z](?:-?[0-9]{{1,4}})?)"
    rf"|(?:(?:{KIND}|여성|남성|아동|익명) ?)*{{who:ko zh}}"
    # a syllable only apart from the word: 여자아 may be a name
    rf"(?:{_APART}*(?:{_NUMBER}|{_LETTER})|{_APART}+[가나다라마바사아자차카타파하])"
    r"[)\]]*(?: ?[씨군양])?"
    r"|[a-zㄱ-ㅎ\u1100-\u1112] ?(?:모 ?)?{honorific}"
    r"|(?:[a-z][#-]?|no(?:[.:#] ?)?|nr[.:#]? ?)[0-9]{1,5}|[0-9]{1,5}[ -]?[a-z]"
    r"|제? ?[0-9]{1,5} ?(?:번째?|호|号|號)(?: ?{who:ko})?"
    r"|(?:an? |the |one )?(?:{adjective:en} |{nation:en} )*{case-alone}(?:e?s)?|(?:my)?self"
)
SEX_OR_AGE = (
    "(?:{sex}|(?:aged? |당시 ?|만 ?)?[0-9]{1,3} ?(?:세|살|岁|歲|years old|y/?o)?"
    "|[1-9]0(?:대|s)(?: ?[초중후]반)?)"
)
_AFTER_LABEL = pattern(
    rf" ?(?:[(\[] ?|, ?){SEX_OR_AGE}(?: ?[,/·] ?{SEX_OR_AGE}| {SEX_OR_AGE})? ?[)\]]?$"
)
_WHERE_EN = "(?:(?:(?:the|an?|some|exact|precise|specific|other|particular) )*{where:en})"
_UNKNOWN_EN = (
    "(?:{unknown:en}|somewhere|n/a|tbd|not (?:(?:exactly|precisely|yet) )?{stated:en})"
    "(?: (?:by|on|at|upon) request)?"
    "(?: to (?:me|us|him|her|them|the (?:witness|victim|family|author)))?"
)
_MORE_KO = "(?:구체적인?|정확한|자세한|상세|세부|이하|기타|나머지)"
_MORE_ZH = "(?:具体|具體|详细|詳細|其他|其余)"
_UNKNOWN_PLACE = pattern(
    rf"\b(?:{_WHERE_EN} )?(?:is |was )?{_UNKNOWN_EN}(?: {_WHERE_EN})?"
    r"(?: (?:in|at|near|of|within|on)\b)?"
    rf"|(?<![가-힣])(?:(?:{_MORE_KO} ?){{0,3}}"
    r"(?:{where:ko}[은는이가을를도]? ?){0,2}{unknown:ko}"
    r"|(?:어딘가|모처|(?:어느 ?|모 ?)(?:곳|장소|지역|지점|마을|도시))(?:에서?)?)(?![가-힣])"
    r"|(?<![가-힣])모(?= [가-힣]{2})"
    rf"|(?:(?<![一-鿿]){_MORE_ZH}?{{where:zh}}?|{_MORE_ZH}?{{where:zh}}){{unknown:zh}}(?![一-鿿])"
    r"|(?:\bместо )?\bне (?:известн|указан)\w+"
    r"|(?:某 ?(?:地[方区區]?|处|處|个地方|[县縣市村镇鎮乡鄉省区區州]))+(?![一-鿿])"
    r"|某 ?(?=监狱|監獄|看守所|拘留所|收容所|派出所)"
)
_WHERE = pattern(
    rf"{_WHERE_EN}|{{where}}|in|at|on|near|around|of|the|exact|precise|specific|근처|부근|인근|附近"
)
_KIND = pattern("{place-kind}")
# Words for "unknown" that go beside the name of a place; others are in names of streets.
_UNKNOWN_BESIDE = words("unknown", "ko zh en es pt fr ru ar")
_BRACKETS = re.compile(r"[(（\[]([^()（）\[\]]*)[)）\]]")

_REMEMBERED = 16_384  # texts: places and words recur, and a name is looked at more than once


@lru_cache(maxsize=_REMEMBERED)
def is_unknown(text: str) -> bool:
    """Tell whether a cell says that what stands there is unknown or withheld."""
    found = _words(text)
    spaced, closed = " ".join(found), _closed(found)
    if not any(char.isalnum() for char in plain(text)) or spaced in words("unknown-cell"):
        return True
    left = [word for word in found if word not in words("common")]
    if left and words("unknown").issuperset(left):
        return True
    if len(spaced) > _LONGEST:
        return False
    return bool(_NOT_STATED.fullmatch(spaced) or _UNKNOWN.fullmatch(closed)) or is_placeholder(text)


def is_unknown_part(part: str) -> bool:
    """Tell whether a family or a given name in its own column is unknown; Na and No are names."""
    return (len(part) > 2 or not part.isascii()) and is_unknown(part)


@lru_cache(maxsize=_REMEMBERED)
def says_nothing(text: str) -> bool:
    """Tell whether the whole of a cell says nothing: unknown, withheld, NULL, "as above"."""
    return is_unknown(text) or is_filler(text)


def is_null(text: str) -> bool:
    """Tell whether a text is what programs write for an empty cell."""
    return _is_program_null(text.strip()) or " ".join(_words(text)) == "null"


def _is_program_null(text: str) -> bool:
    return text in _PROGRAM_NULLS or (text.startswith("#") and bool(_CELL_ERROR.fullmatch(text)))


def is_as_above(text: str) -> bool:
    """Tell whether a cell says only that it is as in the row above."""
    return text.strip() in ("〃", '"', "''") or _means(text, "as-above|as-above-alone")


def is_placeholder(text: str) -> bool:
    """Tell whether a text says, wherever it stands, that something is withheld or unknown yet."""
    return _means(text, "placeholder|as-above")


def is_filler(text: str) -> bool:
    """Tell whether a whole cell says nothing: also by words that beside a name may be one."""
    of_cell = "placeholder|as-above|as-above-alone|filler"
    return _is_program_null(text.strip()) or _means(text, of_cell)


def _means(text: str, meaning: str) -> bool:
    if len(text) > 80:
        return False
    found = [word for word in _WORD.findall(visible(text).casefold()) if not word.isdecimal()]
    spaced = unmarked(" ".join(found))
    of_meaning = words(meaning)
    return spaced in of_meaning or (not spaced.isascii() and "".join(found) in of_meaning)


@lru_cache(maxsize=_REMEMBERED)
def is_no_name(text: str, *, may_be_label: bool = True) -> bool:
    """Tell whether a cell for a name holds none: unknown, a kind of person, or a label."""
    if is_unknown(text) or _is_number(text) or is_filler(text):
        return True
    if may_be_label and is_label(text):
        return True
    found = _words(text)
    spaced = " ".join(found)
    if len(spaced) > _LONGEST:
        return False
    marked = " ".join(word for word in tokens(text) if not word.isdecimal())  # niña
    if _PERSON.fullmatch(spaced) or (not text.isascii() and _PERSON.fullmatch(marked)):
        return True
    if text.islower() and _PERSON_IN_SMALL.fullmatch(spaced):
        return True
    closed = _closed(found[1:] if found[:1] == ["한"] else found)
    return bool(_PERSON_CLOSED.fullmatch(closed) and _ANY_WHO.search(closed))


def _is_number(text: str) -> bool:
    """Whether a cell is a number and nothing else, or counts the other rows."""
    folded = plain(text)
    if not any(char.isalpha() for char in folded):
        return True
    found = _WORD.findall(folded)
    return bool(_TOTAL.fullmatch(" ".join(found)) or _TOTAL_CLOSED.fullmatch("".join(found)))


def _words(text: str) -> list[str]:
    """Words without accents, signs and numbers, and without the sex in brackets."""
    bare = tokens(_SEX_OR_AGE.sub(" ", text))
    return [unmarked(word) for word in bare if not _COUNT.fullmatch(word)]


def _closed(found: list[str]) -> str:
    """The words run together, without the digits that tell them apart (남자1)."""
    return "".join(found).rstrip("0123456789")


def is_label(text: str) -> bool:
    """Tell whether a cell for a name only tells rows apart, or names a column."""
    if len(text) > _LONGEST:
        return False
    seen = " ".join(visible(text).casefold().split())
    bare = {part.strip(" ()[]【】'\"") for part in (seen, _AFTER_LABEL.sub("", seen))}
    if any(map(_LABEL.fullmatch, bare)):
        return True
    return is_header_word(text, NAME_FIELDS) and not is_header_and_name(text)


def is_header_and_name(header: str) -> bool:
    """Tell whether a word for a column is a name of people as well."""
    return vocabulary.key(header) in _HEADERS_AND_NAMES


def is_header_word(text: str, fields: tuple[str, ...] = ()) -> bool:
    """Tell whether a text is what a column is called: of these fields, or of any."""
    if len(text) > _LONGEST:
        return False
    meant = meanings(text.strip(" *:：?"))
    return bool(meant.keys() & set(fields) if fields else meant)


def stated_place(text: str) -> str:
    """Remove from a place what says that it, or the rest of it, is unknown; "" if nothing is left.

    Examples:
        >>> [stated_place(text) for text in ("함경북도 미상", "somewhere in China", "장소 미상")]
        ['함경북도', 'China', '']
    """
    left = _without_unknown(text)
    return "" if left != text and _has_only_words(left, _WHERE, _KIND) else left


def is_place_kind(text: str) -> bool:
    """Tell whether a text has only words for a kind of place: no two such are one place."""
    return _has_only_words(text, _WHERE, _KIND)


@lru_cache(maxsize=_REMEMBERED)
def says_where(text: str) -> bool:
    """Tell whether a text says where a place is, or of which kind it was."""
    return bool(_without_unknown(text))


def _without_unknown(text: str) -> str:
    if says_nothing(text):
        return ""
    left = _UNKNOWN_PLACE.sub(" ", text)
    left = _WORD.sub(
        lambda found: " " if unmarked(found[0].casefold()) in _UNKNOWN_BESIDE else found[0], left
    )
    if left == text:
        return text
    if says_nothing(left) or _has_only_words(left, _WHERE):
        return ""
    left = _BRACKETS.sub(lambda found: " " if _has_only_words(found[1], _WHERE) else found[0], left)
    return " ".join(left.split()).strip(" ,，、;/·-()（）[]")


def _has_only_words(text: str, *kinds: re.Pattern[str]) -> bool:
    return all(any(each.fullmatch(word) for each in kinds) for word in _WORD.findall(text))
