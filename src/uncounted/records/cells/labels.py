"""What stands for a name and only tells rows apart: Witness 3, 피해자 A, A씨, 证人甲; or a header.

Two lists that say Victim A do not mean one person. A word that may be a name is none of these:
구금자 is 구 금자, 진정인 is 진 정인, and who is called A. Kim has an initial.
"""

from __future__ import annotations

import re
from functools import cache

from uncounted.records import vocabulary
from uncounted.records.names.name import visible
from uncounted.records.tabular.headers import header_words, meanings

NAME_FIELDS = ("name", "family_name", "given_name", "name_alt")
# Words for columns that are names of people as well.
_MAY_BE_NAMES = frozenset(
    ["이명", "성씨", "성", "명", "姓", "名", "姓氏", "한자명", "한글명", "hangul", "hanja", "aka"]
)
_LONGEST = 60  # letters of a label
_ENOUGH = 3  # letters that a word is seen by not to be one of a label

WHO_EN = (
    "witness|victim|person|subject|case|respondent|interviewee|informant|detainee|prisoner|inmate"
    "|defector|escapee|refugee|deportee|returnee|source|patient|participant|individual|survivor"
    "|complainant|claimant|anonymous|unnamed|(?:fe)?male|woman|boy|girl|child|(?:john|jane) doe"
    "|testimony|interview|свидетель|жертва|потерпевший|потерпевшая|testigo|víctima|victima|témoin"
)
_KIND_EN = (
    "male|female|unnamed|unidentified|unknown|anonymous|young|minor|child|adult|key|protected"
    "|(?:north )?korean|nk"
)
# Of which kind somebody is, beside who it is: nation and age.
AGE_KO = (
    "(?:[0-9]{1,3} ?[세살]|[1-9]0대|(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열) ?살)"
    "(?: ?[초중후]반|가량|정도|추정)?의?"
)
KIND_KO = (
    "(?:(?:북한|북조선|조선|남한|한국|중국|외국|한족|탈북한?)(?:족|계|출신|국적)?의?"
    "|성인|미성년|중년|노년|고령|어린|젊은|늙은)"
)
WHO_KO = (
    "(?:피해자|희생자|꽃제비|증인|목격자|증언자|탈북[자민]|이탈주민|당사자|수감자|사망자|생존자|제보자|면담자|대상자"
    "|응답자|참여자|환자|사례|가명|익명|성명불상자?|신원불상자?|본인|신청인|임산부|임신부|산모"
    "|이름|성명|여성|남성|여자|남자|여인|여아|남아|여학생|남학생|소년|소녀|아동|아이|인물|사람)"
)
_AFTER_KO = "(?:모 ?)?(?:씨|군|양|여인|여성|남성|여자|남자|학생|아동)|모"
KIND_ZH = (
    "(?:(?:北?朝鲜|北?朝鮮|北韩|北韓|韩国|韓國|中国|中國|外国|外國|脱北|脫北|逃北)[族籍裔的]?"
    "|中年|老年|青年|成年|未成年|年轻|年輕|怀孕|懷孕"
    "|[0-9]{1,3}[多余餘]?[岁歲代](?:左右)?的?)"
)
WHO_ZH = (
    "(?:证人|證人|受害者|受害人|被害人|目击者|目擊者|当事人|當事人|[脱脫逃]北者|难民|難民|病人|患者|案例|受访者"
    "|受訪者|幸存者|匿名|[男女](?:子|性|孩[子儿兒]?)?|孩子|儿童|兒童|某|本人|申请人|申請人|举报人|舉報人"
    "|[妇婦]人|妇女|婦女|孕[妇婦])"
)
_AFTER_ZH = "某|氏|女士|先生|小姐|女|男|女子|男子|さん"
_NUMBER = r"(?:no|nr|id|code|제|第)?[ .#:_-]*[0-9]{1,5}[ -]?[a-z]?(?:번|호|号|號)?"
_STEMS = "[a-zㄱ-ㅎ\u1100-\u1112甲乙丙丁戊己庚辛壬癸]|[a-z]-?[0-9]{1,4}"
_SYLLABLES = "[가나다라마바사아자차카타파하]"  # apart from the word: 여자아 may be a name
_APART = r"[ .#:_(\[-]"
_LABEL = re.compile(
    rf"(?:the )?(?:(?:{_KIND_EN}) )*(?:{WHO_EN})"
    rf"(?:{_APART}*{_NUMBER}|{_APART}+(?:[a-z](?:-?[0-9]{{1,4}})?))"
    rf"|(?:(?:{KIND_KO}|{AGE_KO}|여성|남성|아동|익명) ?)*{WHO_KO}"
    rf"(?:{_APART}*{_NUMBER}|{_APART}*(?:{_STEMS})|{_APART}+{_SYLLABLES})[)\]]*"
    r"(?: ?(?:씨|군|양))?"
    rf"|[a-zㄱ-ㅎ\u1100-\u1112] ?(?:{_AFTER_KO}|{_AFTER_ZH})"
    rf"|(?:{KIND_ZH} ?)*{WHO_ZH}"
    rf"(?:{_APART}*{_NUMBER}|{_APART}*(?:[a-z](?:-?[0-9]{{1,4}})?|[甲乙丙丁戊己庚辛壬癸]))"
    r"|(?:[a-z][#-]?|no(?:[.:#] ?)?|nr[.:#]? ?)[0-9]{1,5}|[0-9]{1,5}[ -]?[a-z]"
    rf"|제? ?[0-9]{{1,5}} ?(?:번째?|호|号|號)(?: ?{WHO_KO})?"
)
_KIND_ALONE = re.compile(
    rf"(?:an? |the |one )?(?:(?:{_KIND_EN}) )*(?:witness|detainee|prisoner|inmate|defector|escapee"
    "|refugee|deportee|returnee|respondent|interviewee|survivor|applicant|complainant|informant)"
    "(?:e?s)?|(?:my)?self"
)
_MAY_BEGIN = re.compile(r"\(\?:([a-z]+)\)\?([a-z]+)")  # (?:fe)?male is female and male
_SAID = (
    "(?:남|여|남성|여성|남자|여자|男|女|男性|女性|m|f|male|female"
    r"|(?:aged? |당시 ?|만 ?)?[0-9]{1,3} ?(?:세|살|岁|歲|years old|y/?o)?"
    r"|[1-9]0(?:대|s)(?: ?(?:초|중|후)반)?)"
)
_SAID_BESIDE = re.compile(rf" ?(?:[(\[] ?|, ?){_SAID}(?: ?[,/·] ?{_SAID}| {_SAID})? ?[)\]]?$")


def is_label(text: str) -> bool:
    """Tell whether what stands for a name only tells rows apart, or names a column.

    Examples:
        >>> [is_label(text) for text in ("Witness 3", "피해자 (A)", "A씨(35)", "Full name")]
        [True, True, True, True]
        >>> [is_label(name) for name in ("A. Kim", "Mr. K", "구금자", "Case, Ann", "이명")]
        [False, False, False, False, False]
    """
    if len(text) > _LONGEST or _is_plain_name(text):
        return False
    seen = " ".join(visible(text).casefold().split())
    bare = {part.strip(" ()[]【】'\"") for part in (seen, _SAID_BESIDE.sub("", seen))}
    if any(_LABEL.fullmatch(part) or _KIND_ALONE.fullmatch(part) for part in bare):
        return True
    return is_word_for_column(text, NAME_FIELDS) and not may_be_name(text)


def _is_plain_name(text: str) -> bool:
    """Whether words in Latin letters alone begin as no label and no name of a column does."""
    if not text.isascii() or not text.replace(" ", "").isalpha():
        return False
    first = text.partition(" ")[0].lower()
    return len(first) > 1 and first[:_ENOUGH] not in _beginnings()


@cache
def _beginnings() -> frozenset[str]:
    """What words of labels and of names of columns begin with, in small Latin letters."""
    patterns = f"{_LABEL.pattern} {_KIND_ALONE.pattern}"
    written_out = _MAY_BEGIN.sub(r"\1\2 \2", patterns)
    of_labels = re.findall("[a-z]{2,}", written_out)
    of_columns = (word for key in header_words() for word in key.split())
    return frozenset(word[:_ENOUGH] for word in (*of_labels, *of_columns))


def may_be_name(header: str) -> bool:
    """Tell whether a word for a column is a name of people as well.

    Examples:
        >>> may_be_name("이명"), may_be_name("성명")
        (True, False)
    """
    return vocabulary.key(header) in _MAY_BE_NAMES


def is_word_for_column(text: str, fields: tuple[str, ...] = ()) -> bool:
    """Tell whether a text is what a column is called: of these fields, or of any.

    Examples:
        >>> is_word_for_column("Ref. No."), is_word_for_column("group/name")
        (True, False)
        >>> is_word_for_column("성명", ("name",)), is_word_for_column("성명", ("id",))
        (True, False)
    """
    if len(text) > _LONGEST:
        return False
    meant = meanings(text.strip(" *:：?"))
    return bool(meant.keys() & set(fields) if fields else meant)
