"""Which of the words beside a name are none of it, and which are the name.

Who somebody is (노동자), what became of them (석방), where they are from and whose relative they
are stands before a name and after it. What is kept is the likeliest whole name, and not what
stands first: 노동자 김영희 is no 노 동자.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from uncounted.records.cells.kinship import after_kin, is_fate, whose
from uncounted.records.cells.unnamed import is_no_name
from uncounted.records.names import lattice, surnames
from uncounted.records.names.forms import are_usual, usual_in_hangul
from uncounted.records.places import gazetteer as places

# What is said of somebody: sex, age, the year of birth, whose relative, what became of them. 장남
# may be a name too, but not in brackets after one.
SEX = "남|여|남성|여성|남자|여자|男|女|男性|女性|m|f|male|female|м|ж|муж[.]?|жен[.]?"
AGE = (
    r"(?:당시|향년|aged?:?) ?\d{1,3}(?: ?[세살])?"
    r"|[1-9]0대(?: ?(?:초반|중반|후반))?(?: ?(?:남성|여성|남자|여자))?"
    r"|\d{1,3} ?(?:세|살|岁|歲|лет|года?|years?(?: old)?|yrs?[.]?(?: old)?|y[.]?/?o[.]?)"
)
BORN = r"(?:18|19|20)\d\d ?(?:년 ?생|年生?|년)|(?:b[.]|born(?: in)?) ?(?:18|19|20)\d\d"
KIN = (
    "남편|아내|처|부인|아버지|어머니|부친|모친|아들|딸|동생|남동생|여동생|형|누나|언니|오빠|할머니|할아버지|부|모|자|녀"
    "|장남|장녀|차남|차녀|삼촌|고모|이모|조카|夫|妻|父|母|子|丈夫|妻子|父亲|父親|母亲|母親|儿子|兒子|女儿|女兒|弟弟|妹妹|哥哥|姐姐"
)
KNOWN = (
    "(?:나이|연령|생년|신원|생사|본명|성별) ?(?:미상|불상|불명|모름|미확인)"
    "|(?:年龄|年齡|身份) ?(?:不详|不詳|不明)"
    "|추정|확정|확인|미확인|가족|탈북자|[가-힣]{2,4} ?(?:출신|거주|태생)"
)
FATE = (
    "사망|사망자|생존|생존자|실종|실종자|작고|별세|고인|가명|본명"
    "|(?:강제|공개|재|만기)?(?:석방|송환|북송|이송|임신|낙태|체포|구금|수감|입국|복역|추방|도주|탈출|탈북|출소|처형|자살)"
    "(?:됨|함|당함| ?중)?|[한중]국행|故|已故|死亡|失踪|失蹤|化名|假名"
    "|deceased|dead|died|missing|alive|late|pseudonym|умер|умерла|(?:real|true) name"
    "|not (?:his|her|their) real name"
)
TIMES = r"\d{1,2}차 ?(?:강제)?(?:북송|송환|탈북|체포)"
FORMERLY = "(?:previously|formerly) (?-i:[a-z ]+)"
# Who somebody is: words whose syllables are usual in names. Of others the end tells, as it does
# of a place, where what is left is no likely name: see `is_said`.
_ROLES = (
    "(?:피해|희생|수감|수용|생존|사망|실종|탈북|증언|목격|납치|구금|신고|제보|노동|로동)자|증인|정치범|이주민|조선족|장애인"
    "|화교|목사|전도사|선교사|교수|교원|교사|강사|변호사|박사|기자|주민|농민|군인|의사|광부|어부|주부|배우|간부|당원"
    "|조선인|한족|정신병|국경|단련생|이민국|공안국|조사자|진정인|고무산|김책시|정주시|김일성(?:종합)?(?:대학)?"
    "|집사|권사|장로|판사|검사|조교|무용수|[소중대]위|[소중상대]좌|[하중상]사"
    "|(?:[남여대중소]|여대|중고|유)?학생|[农農居]民|工人|商人|[军軍]人|[学學医醫]生|[教牧][师師]|干部|幹部|[职職教]员"
)
_ROLE_END = re.compile("[가-힣]{2,}[자원인사관중장공녀군됨족님행리동구시읍면도촌범대소병교국]")
_ITEM = re.compile(
    f"(?:{SEX}|{KIN}|{KNOWN}|{FATE}|{AGE}|{BORN}|{_ROLES}"
    "|(?:one|two|three) (?:sons?|daughters?|child(?:ren)?)"
    "|(?:[a-z]+[ -])?(?:chinese|korean|japanese))",
    re.IGNORECASE,
)
_KIN_WORD = re.compile(KIN)
_IN_A_PLACE = re.compile("^(?:now )?(?:in|at|from|to|near|of) ", re.IGNORECASE)
# How usual a likely given name is, and a likely name with its family name; and one that is a name
# beyond doubt: 노동자 has 0.6. 마리아 and 기무라 have 0.06, and of each less than 0.01.
_LIKELY_GIVEN, _LIKELY, _SURE = 0.25, 1.0, 0.7
_LEAST_LIKELY = 0.03  # of a whole name beside what only ends as a word: 하나코 has 0.0005
_LONGEST_CLOSED = 4  # syllables of a whole name
_TITLED = 4  # syllables of a whole name with a title: 강복남씨
_MAY_BE_LEFT = frozenset("등외남여씨중")  # a syllable alone, beside a whole name
_SHORTEST = 4  # letters of words of which some may be none of the name
HEAD = re.compile(r" ?[(\[,·/;]")
_LETTERS = re.compile("[a-z]+")
_MAY_BE_ROLE = 3  # the rank of a name that may be a role or a place
_Whole = tuple[int, int, str]  # the first of its words, how many there are, and all run together
_FEW = 2  # words: Father Kim Chol may be a priest


def of_runs(runs: list[str], *, alone: bool = True) -> list[str]:
    """What may be names among runs of Hangul or of characters with signs between.

    Neither 피해자 in 피해자: 김철수 nor 석방 in 김철수(석방) is one; in 김철수(처: 박영희) there is
    somebody else.

    Args:
        runs: the runs, as they stand.
        alone: whether there is no name in letters beside them.

    Examples:
        >>> of_runs(["피해자", "김철수"]), of_runs(["김철수", "처", "박영희"]), of_runs(["아버지"])
        (['김철수'], ['김철수'], ['아버지'])
    """
    if len(runs) == 1 and alone:
        return runs
    found: list[str] = []
    after_word = False
    are_said = is_said if any(map(_is_likely, runs)) else is_known  # or 은계생 would be a role
    for run in runs:
        if are_said(run) or ((found or not alone) and may_be_address(run)):
            after_word = is_kin(run)
            continue
        rest, _ = after_kin(run)
        has_kin = bool(rest) and begins_as_name(rest)
        if not (found and (after_word or has_kin)):
            found += named(rest if has_kin else run) if " " in run else [run]
        after_word = False
    if len(found) > 1 and _is_no_korean_name(found[0]):  # 군관, 김철수
        found.sort(key=lambda run: not is_sure("".join(run.split())))
    return found or (runs if alone else [])


def is_said(text: str) -> bool:
    """Whether a text beside a name says something of somebody and is no name.

    Examples:
        >>> [is_said(text) for text in ("석방", "회령", "농장원", "아버지", "In China")]
        [True, True, True, True, True]
        >>> [is_said(text) for text in ("김철수", "영자", "박민", "Park Min", "허영자")]
        [False, False, False, False, False]
    """
    return is_known(text) or (_may_be_role(text) and not _is_likely(text))


@lru_cache(maxsize=4096)
def is_known(text: str) -> bool:
    """Whether a text is said of somebody by its words; one word not only by how it ends."""
    if _ITEM.fullmatch(text) or is_kin(text):  # 이모부 would be a sure name
        return True
    if are_korean_words(text) and is_sure(text):
        return False
    return (
        is_no_name(text)
        or is_fate(text)
        or _is_place(_IN_A_PLACE.sub("", text))
        or (" " in text and not text.isascii() and all(map(is_said, text.split())))
    )


def may_be_address(text: str) -> bool:
    """Whether words beside a name are none, one of them known and the others by their ends.

    회령시 남문동 is no 남 문동.
    """
    words = text.split() if " " in text and are_korean_words(text) else []
    return any(map(is_known, words)) and all(map(_may_be_said, words))


def is_kin(word: str) -> bool:
    """Whether a word says whose relative, or who of somebody's, one is and no more."""
    if _KIN_WORD.fullmatch(word) or whose(word) == "":
        return True
    return are_korean_words(word) and whose(f"김철수의 {word}") is not None


def _is_likely(closed: str) -> bool:
    family, given = usual_in_hangul(closed)
    return len(closed) > 1 and family > 0 and (given >= _LIKELY_GIVEN or family * given >= _LIKELY)


def is_sure(closed: str) -> bool:
    """Whether a text in Hangul, run together, is a whole name beyond doubt."""
    family, given = usual_in_hangul(closed)
    return len(closed) > 2 and family * given >= _SURE


def _is_no_korean_name(run: str) -> bool:
    """Whether Hangul has a syllable that is rare in given names, behind a family name or not."""
    closed = "".join(run.split())
    size = given_size(closed) or len(closed)
    return are_korean_words(closed) and not are_usual(lattice.of_hangul(closed[-size:]))


def _may_be_role(closed: str) -> bool:
    return _ROLE_END.fullmatch(closed) is not None and not is_sure(closed)


def _is_place(text: str) -> bool:
    """Whether a text is a place and no more; that it holds the name of one says nothing."""
    found = places.place(text)
    if found is None:
        return False
    closed = places.without_level(places.key(text)).replace(" ", "")
    return closed in places.names_of(found.code)


def named(text: str) -> list[str]:
    """The names among words in Hangul, the likeliest first; the whole text where that is unsure.

    What is kept is the likeliest whole name, not what stands first: 노동자 김영희 is no 노 동자.
    It must be a usual one, unless all that is left is known to be no name. A second name is kept,
    too, if it is of usual syllables and does not end as a role does: it may be another person's.

    Examples:
        >>> named("김철수 목사"), named("노동자 김 영희"), named("박민호 김철수")
        (['김철수'], ['김 영희'], ['김철수', '박민호'])
        >>> named("강철 농민"), named("기무라 하나코"), named("김철수 이모"), named("박 아름누리")
        (['강철'], ['기무라 하나코'], ['김철수 이모'], ['박 아름누리'])
    """
    words = [_without_title(word) for word in text.split(" ")]
    if len(words) < 2 or len(text) - text.count(" ") < _SHORTEST:
        return [text]
    if any(map(is_kin, words)) or whose(text) is not None:
        return [text]
    wholes = list(_wholes(words))
    if any(size == len(words) for _, size, _ in wholes):
        return [text]
    ranked = [(rank, whole) for whole in wholes if (rank := _rank(whole, words)) is not None]
    if not ranked:
        return [text]
    likelihood, best = min(ranked)
    others = [whole[2] for whole in wholes if whole != best and not _may_be_role(whole[2])]
    if likelihood[0] == _MAY_BE_ROLE and any(map(_has_usual_syllables, others)):
        return [text]  # 은계생 한국행
    kept = [best, *(whole for whole in wholes if _is_another(whole, best))]
    taken = {at for start, size, _ in kept for at in range(start, start + size)}
    left = [word for at, word in enumerate(words) if at not in taken]
    if words[0] in left and words[0] in surnames.well_known():  # 남 김철수, 김 이슬비
        return [text]
    if any(len(word) < 2 and word not in _MAY_BE_LEFT for word in left):
        return [text]
    return [" ".join(words[start : start + size]) for start, size, _ in kept]


def _without_title(word: str) -> str:
    """강복남씨 beside another word; alone it has lost its title before."""
    return word[:-1] if len(word) == _TITLED and word[-1] in "씨님" else word


def _wholes(words: list[str]) -> Iterator[_Whole]:
    """Whole names among words in Hangul, with a given name of two syllables, or as 박철."""
    for start, first in enumerate(words):
        for size in range(1, 4):
            closed = "".join(words[start : start + size])
            if len(closed) > _LONGEST_CLOSED or start + size > len(words):
                break
            if size > 1 and first not in surnames.well_known():
                break
            given = given_size(closed)
            if given == 2 or (given == 1 and (size == 1 or len(closed) > 2)):
                yield start, size, closed


def _left(whole: _Whole, words: list[str]) -> list[str]:
    start, size, _ = whole
    return words[:start] + words[start + size :]


def _rank(whole: _Whole, words: list[str]) -> tuple[int, float] | None:
    """How a whole name among words compares with others, the least first; None if it is none.

    A usual name comes first, then one beside which all is known to be no name, then one of two
    syllables beside what may be a role, and last what may be one itself.
    """
    closed = whole[2]
    if is_known(closed):
        return None
    family, given = usual_in_hangul(closed)
    left, is_short = _left(whole, words), len(closed) == 2  # as in 강철 농민
    if not is_short and _is_likely(closed) and not _may_be_role(closed):
        return 0, -family * given
    if is_short and any(_has_usual_syllables(word) and _is_likely(word) for word in left):
        return None  # 고복녀 이주
    # 다카하시 ends as a town does, and 하 나코 is no name.
    are_said = is_said if family * given >= _LEAST_LIKELY else is_known
    if all(word in _MAY_BE_LEFT or are_said(word) for word in left):
        return 1, -family * given
    if is_short:
        return (2, -family) if given >= 1 and all(map(_may_be_said, left)) else None
    return (_MAY_BE_ROLE, -family * given) if _is_likely(closed) else None


def may_be_named(closed: str) -> bool:
    """Whether a text in Hangul may be a name, and is none of what is said beside one."""
    return _is_likely(closed) and not is_known(closed) and not _may_be_role(closed)


def _is_another(whole: _Whole, best: _Whole) -> bool:
    """Whether a second name is one beyond doubt, or of usual syllables and no role."""
    start, size, closed = whole
    apart = start >= best[0] + best[1] or start + size <= best[0]
    if not apart or is_known(closed):
        return False
    return is_sure(closed) or (_has_usual_syllables(closed) and not _may_be_role(closed))


def _has_usual_syllables(closed: str) -> bool:
    """Whether it may be a name of usual syllables, however rare its family name is (은계생)."""
    usual = given_size(closed) == 2 and are_usual(lattice.of_hangul(closed[-2:]))
    return usual and not is_known(closed)


def _may_be_said(word: str) -> bool:
    """Whether a word beside a name is none of it, as far as its end tells."""
    return word in _MAY_BE_LEFT or is_said(word) or _may_be_role(word)


def are_korean_words(text: str) -> bool:
    """Whether a text has nothing but syllables of Hangul and spaces."""
    return all("가" <= char <= "힣" or char == " " for char in text)


def is_whole(closed: str) -> bool:
    """Whether a text in Hangul is a family name and a given name, of three syllables or more."""
    return 3 <= len(closed) <= 5 and given_size(closed) > 0


def given_size(closed: str) -> int:
    """Syllables after the family name, 0 if there is none."""
    for size in (2, 1):
        if closed[:size] in surnames.well_known() and len(closed) > size:
            return len(closed) - size
    return 0


def begins_as_name(text: str) -> bool:
    """Whether a text begins with a whole name whose family name is well known in Korea."""
    head = HEAD.split(text, maxsplit=1)[0]
    if head.isascii():
        words = _LETTERS.findall(head.casefold())
        return len(words) > _FEW and not surnames.latin().keys().isdisjoint((words[0], words[-1]))
    closed = "".join(head.split())
    if "가" <= closed[:1] <= "힣":
        return is_whole(closed)
    return len(closed) == 3 and any(
        lattice.hangul(key) in surnames.well_known()
        for key in surnames.han().get(closed[0], ())
        if isinstance(key, tuple)
    )
