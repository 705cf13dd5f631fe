"""Parts of a decade, a year, a season or a month: "early", "상반기", "2분기", "늦가을", "下旬".

Their bounds are wide on purpose and overlap: "late 1998" may be August, "early winter" may
be November.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uncounted.errors import BadInput

_EARLY = "early|the beginning of|beginning of|the start of|start of|초반?|初"
_MID = "the middle of|middle of|mid|중반|중순경|年中|中期"
_LATE = "late|the end of|end of|말|후반|底|末"
_SEASONS = {
    "21": ("spring(?: of)?", "봄철?", "春(?:天|季)?"),
    "22": ("summer(?: of)?", "여름철?", "夏(?:天|季)?"),
    "23": ("(?:autumn|fall)(?: of)?", "가을철?", "秋(?:天|季)?"),
    "24": ("winter(?: of)?", "겨울철?", "冬(?:天|季)?"),
}
_OF_SEASON = {  # how many months before or after the season's own three
    "early": (-1, ("early", "초|이른", "初|早")),
    "mid": (0, ("mid|the middle of|middle of", "한", "仲|盛|隆|严")),
    "late": (1, ("late|the end of|end of", "늦은|늦", "晚|晩|暮|深")),
}
_QUARTERS = {
    "q1": r"q1|(?:1st|first) quarter(?: of)?|제?\s*1(?:\s*/\s*4)?\s*분기|第?[1一]季度",
    "q2": r"q2|(?:2nd|second) quarter(?: of)?|제?\s*2(?:\s*/\s*4)?\s*분기|第?[2二]季度",
    "q3": r"q3|(?:3rd|third) quarter(?: of)?|제?\s*3(?:\s*/\s*4)?\s*분기|第?[3三]季度",
    "q4": r"q4|(?:4th|fourth|last) quarter(?: of)?|제?\s*4(?:\s*/\s*4)?\s*분기|第?[4四]季度",
}
_WORDS = {
    "early": _EARLY,
    "mid": _MID,
    "late": _LATE,
    "year-early": "연초|년초|年初",
    "year-late": "연말|년말|年末|年底|年终|年終",
    "first-half": "the first half of|first half of|상반기|上半年|上半",
    "second-half": "the second half of|second half of|하반기|下半年|下半",
    "month-early": "월초|月初",
    "month-late": "월말|月末|月底",
    "first-ten": "초순|상순|上旬|初旬",
    "mid-ten": "중순|中旬",
    "last-ten": "하순|下旬",
    **{season: "|".join(words) for season, words in _SEASONS.items()},
    **{
        f"{time}-{season}": "|".join(
            rf"(?:{at})[\s-]*{word}" for at, word in zip(ats, words, strict=True)
        )
        for time, (_, ats) in _OF_SEASON.items()
        for season, words in _SEASONS.items()
    },
    **_QUARTERS,
}
_PARTS = tuple(
    (
        name,
        re.compile(
            rf"(?:the )?(?:{words})[\s-]*(?:in )?(.+)|(.+?)[\s,-]*(?:{words})(?:에)?", re.ASCII
        ),
    )
    for name, words in _WORDS.items()
)
_OF_YEAR = {
    "early": ("01", "05"),
    "mid": ("04", "09"),
    "late": ("08", "12"),
    "year-early": ("01", "05"),
    "year-late": ("08", "12"),
    "first-half": ("01", "06"),
    "second-half": ("07", "12"),
    "q1": ("01", "03"),
    "q2": ("04", "06"),
    "q3": ("07", "09"),
    "q4": ("10", "12"),
}
_OF_DECADE = {"early": ("0", "4"), "mid": ("3", "6"), "late": ("5", "9")}
_OF_MONTH = {
    "early": ("01", "12"),
    "mid": ("09", "22"),
    "late": ("19", "XX"),
    "month-early": ("01", "12"),
    "month-late": ("19", "XX"),
    "first-half": ("01", "15"),
    "second-half": ("16", "XX"),
    "first-ten": ("01", "10"),
    "mid-ten": ("11", "20"),
    "last-ten": ("21", "XX"),
}
_TWO_YEARS = r"(\d{4})\s*년?\s*[-/–]\s*(\d{4}|\d\d)\s*년?"
_WINTER = re.compile(
    rf"(?:the )?(?:winter(?: of)?|겨울|冬(?:天|季)?)[\s,]*{_TWO_YEARS}"
    rf"|{_TWO_YEARS}[\s,]*(?:winter|겨울|冬(?:天|季)?)(?:에)?",
    re.ASCII,
)


def parted(text: str) -> Iterator[tuple[str, str]]:
    """Give each way of taking a text apart: what it is a part of, and the name of the part.

    Examples:
        >>> list(parted("late 1998"))
        [('1998', 'late')]
    """
    for name, pattern in _PARTS:
        if found := pattern.fullmatch(text):
            yield (found[1] or found[2]).strip(), name


def part_of(whole: str, name: str) -> str | None:
    """Put a part of an EDTF decade, year or month into EDTF; None if it has no such part.

    Examples:
        >>> part_of("1998", "late"), part_of("1998", "late-23"), part_of("1998-05", "late-23")
        ('1998-08/1998-12', '1998-10/1998-12', None)
    """
    if len(whole) == 4 and whole[3] == "X" and name in _OF_DECADE:
        start, end = _OF_DECADE[name]
        return f"{whole[:3]}{start}/{whole[:3]}{end}"
    if name in _SEASONS:
        return f"{whole}-{name}" if len(whole) == 4 else None
    if "X" in whole:
        return None
    time, _, season = name.partition("-")
    if season in _SEASONS:
        return _of_season(int(whole), season, time) if len(whole) == 4 else None
    table = {4: _OF_YEAR, 7: _OF_MONTH}.get(len(whole), {})
    if name not in table or whole[5:] > "12":
        return None
    first, last = table[name]
    return f"{whole}-{first}/{whole}" + ("" if last == "XX" else f"-{last}")


def _of_season(year: int, season: str, time: str) -> str:
    shift, _ = _OF_SEASON[time]
    first = 3 * (int(season) - 20) + shift
    last = first + 2
    # The middle and the end of "winter 1998" are said of January 1998 as of January 1999.
    if season == "24" and time != "early":
        first = 1
    return f"{_month(year, first)}/{_month(year, last)}"


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02d}"


def winter_of_two_years(text: str) -> str | None:
    """Put "winter 1998-1999" into EDTF: one winter, in which a year ends. None if it is none.

    Raises:
        BadInput: the years do not follow one another.

    Examples:
        >>> winter_of_two_years("winter of 1998/99")
        '1998-12/1999-02'
    """
    found = _WINTER.fullmatch(text)
    if not found:
        return None
    first, last = (part for part in found.groups() if part)
    if (int(first) + 1) % 10 ** len(last) != int(last):
        raise BadInput("a winter of two years that do not follow one another", hint="check both")
    return f"{first}-12/{int(first) + 1}-02"
