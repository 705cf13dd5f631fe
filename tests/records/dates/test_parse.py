"""Partial dates: one vector a file, laws, and the edtf library as oracle where it is right."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from time import struct_time
from typing import cast

import edtf as oracle
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.records.dates.lunar_months import months

from uncounted.errors import BadInput
from uncounted.records.dates import edtf
from uncounted.records.dates import partial_date as dates
from uncounted.records.dates.calendars import lunar_days, month_start, possible_days
from uncounted.records.dates.edtf import bounds
from uncounted.records.dates.parse import translate
from uncounted.records.dates.partial_date import PartialDate

VECTORS = Path(__file__).parents[2] / "vectors" / "dates"


def _vector(path: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value)
    return found


def _bound(day: date | None) -> str:
    return day.isoformat() if day else "open"


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.txt")), ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = _vector(path)
    [text], [expected] = vector["written"], vector["expect"]
    birth = vector.get("of") == ["birth"]
    if expected == "refused":
        with pytest.raises(BadInput) as refused:
            dates.read(text, birth=birth)
        assert str(refused.value) == vector["words"][0]
        return
    reading = dates.read(text, birth=birth)
    assert list(reading.notes) == vector.get("note", [])
    if expected == "unknown":
        assert reading.date is None
        return
    assert expected == "date"
    assert reading.date is not None
    assert reading.date.written == text
    assert [reading.date.edtf] == vector["edtf"]
    assert [_bound(reading.date.earliest)] == vector["earliest"]
    assert [_bound(reading.date.latest)] == vector["latest"]


def test_there_are_vectors_of_every_outcome() -> None:
    outcomes = [_vector(path)["expect"][0] for path in VECTORS.glob("*.txt")]
    assert {outcome: outcomes.count(outcome) for outcome in set(outcomes)}.keys() == {
        "date",
        "refused",
        "unknown",
    }
    assert len(outcomes) >= 90


def _day(found: object) -> date:
    parts = cast("struct_time", found)
    return date(parts.tm_year, parts.tm_mon, parts.tm_mday)


# Years, decades, months, days, and those with unspecified months or days.
STATED = st.from_regex(
    r"(19|20)[0-9]{2}(-XX(-XX)?|-(0[1-9]|1[0-2])(-XX)?)?|(19|20)[0-9X]X", fullmatch=True
) | st.dates(date(1000, 1, 1), date(2999, 12, 31)).map(date.isoformat)
MARK = st.sampled_from(["", "?", "~", "%"])


# Where edtf 5.0.2 is no oracle: `lower_fuzzy` and `upper_fuzzy` (a day that is "about" is out by
# a year, a month and a day; its margins are its own, as are ours); `%`, of which it says neither
# uncertain nor approximate; seasons (winter is one end); open ends, which have no bounds in it;
# a mark after a year with X and a month; an X in a month or day that is not XX; and days that
# are not: see `test_no_29_february_of_a_common_year`.
@given(STATED, MARK)
@settings(max_examples=100, deadline=None)
def test_bounds_agree_with_the_edtf_library(text: str, mark: str) -> None:
    theirs = oracle.parse_edtf(text + mark)
    stated = _day(theirs.lower_strict()), _day(theirs.upper_strict())
    assert edtf.bounds(text) == stated
    found = PartialDate.of(text + mark)
    if mark in ("", "?"):
        assert (found.earliest, found.latest) == stated
    else:
        assert found.earliest is not None
        assert found.latest is not None
        assert found.earliest < stated[0] <= stated[1] < found.latest


@pytest.mark.parametrize("text", ["1900-02-29", "2013-02-29", "2100-02-29"])
def test_no_29_february_of_a_common_year(text: str) -> None:
    oracle.parse_edtf(text)  # wrong: it takes every 29 February
    with pytest.raises(BadInput, match="no such day in that month"):
        edtf.bounds(text)


@given(st.integers(1900, 2100), st.integers(1, 12), st.integers(1, 31))
@settings(max_examples=100, deadline=None)
def test_days_are_days_where_the_edtf_library_says_so(year: int, month: int, day: int) -> None:
    assume((month, day) != (2, 29))
    text = f"{year}-{month:02d}-{day:02d}"
    try:
        oracle.parse_edtf(text)
    except oracle.EDTFParseException:
        with pytest.raises(BadInput):
            edtf.bounds(text)
    else:
        assert edtf.bounds(text) == (date(year, month, day),) * 2


@given(
    st.dates(date(1000, 1, 1), date(2999, 12, 31)),
    st.dates(date(1000, 1, 1), date(2999, 12, 31)),
    st.sampled_from(["", "?"]),
    st.sampled_from(["", "?"]),
)
@settings(max_examples=60, deadline=None)
def test_intervals_agree_with_the_edtf_library(one: date, two: date, mark: str, end: str) -> None:
    first, last = sorted((one, two))
    text = f"{first.isoformat()}{mark}/{last.isoformat()}{end}"
    theirs = oracle.parse_edtf(text)
    assert edtf.bounds(text) == (_day(theirs.lower_strict()), _day(theirs.upper_strict()))


_MONTHS = {zone: tuple(months(1900, 2100, zone)) for zone in (8, 9)}
_KOREA = {
    (month.year, month.number, day + 1): month.first + timedelta(days=day)
    for month in _MONTHS[9]
    if not month.leap
    for day in range(month.length)
}


def _numbers(text: str) -> tuple[int, int, int]:
    year, month, day = map(int, text.split("-"))
    return year, month, day


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
WRITTEN = st.sampled_from(
    [
        "{0.year}-{0.month:02d}-{0.day:02d}",
        "{0.year}년 {0.month}월 {0.day}일",
        "{0.year}年{0.month}月{0.day}日",
        "{0.year}. {0.month}. {0.day}.",
        "{0:%d %B %Y}",
        "{0:%B} {0.day}, {0.year}",
        "{0.day}.{0.month}.{0.year}",
        "{0.year}{0.month:02d}{0.day:02d}",
    ]
)


@given(DAYS, WRITTEN)
def test_a_day_written_in_any_way_is_that_day(day: date, form: str) -> None:
    found = dates.parse(form.format(day))
    assert (found.earliest, found.latest, found.edtf) == (day, day, day.isoformat())


@given(DAYS, st.sampled_from(["{0:%m/%d/%Y}", "{0:%d/%m/%Y}"]))
def test_a_day_of_unsaid_order_is_always_admitted(day: date, form: str) -> None:
    found = dates.parse(form.format(day))
    assert found.earliest is not None
    assert found.latest is not None
    assert found.earliest <= day <= found.latest


_YEARS = st.integers(1900, 2098)
_PARTS = st.sampled_from(
    [
        ("{0}년 초", "{0}년 말", "{0}년 상반기", "{0}년 2분기", "{0}년 늦가을", "{0}년 12월 하순"),
        ("early {0}", "late {0}", "mid-{0}", "Q3 {0}", "late spring of {0}", "winter {0}"),
        ("{0}年初", "{0}年年底", "{0}年上半年", "{0}年第三季度", "{0}年深秋", "{0}年5月下旬"),
    ]
)
_JOINED = st.sampled_from(
    ["{} ~ {}", "{}~{}", "between {} and {}", "from {} to {}", "{}부터 {}까지"]
)


@pytest.mark.parametrize("text", ["2014/2012", "28 to 3 Jan 2004", "음력 2003년 7월~5월"])
def test_a_range_whose_last_day_is_before_its_first_may_need_a_second_year(text: str) -> None:
    with pytest.raises(BadInput, match="the interval ends before it begins") as refused:
        dates.read(text)
    assert refused.value.hint == "write the earlier date first, and the year of both"


@given(_YEARS, st.integers(10, 12), st.integers(1, 4), _JOINED)
def test_a_range_of_one_year_that_cannot_be_of_one_is_of_two(
    year: int, one: int, two: int, joined: str
) -> None:
    found = dates.parse(joined.format(f"{year}년 {one}월", f"{two}월"))
    assert found.edtf == f"{year}-{one:02d}/{year + 1}-{two:02d}"


@given(_YEARS, st.integers(1, 3), _PARTS, st.integers(0, 5), st.integers(0, 5), _JOINED)
@settings(deadline=None)
def test_a_range_goes_from_the_first_day_of_one_part_to_the_last_of_the_other(
    year: int, later: int, parts: tuple[str, ...], one: int, two: int, joined: str
) -> None:
    start, end = parts[one].format(year), parts[two].format(year + 1 + later)
    found = dates.parse(joined.format(start, end))
    assert (found.earliest, found.latest) == (
        dates.parse(start).earliest,
        dates.parse(end).latest,
    )


@given(
    DAYS, st.sampled_from(["오전", "밤", "14시", "새벽 3시경", "오후 2시 30분", "14:30", "(저녁)"])
)
def test_a_time_of_day_leaves_the_day(day: date, time: str) -> None:
    reading = dates.read(f"{day.year}년 {day.month}월 {day.day}일 {time}")
    assert reading.date is not None
    assert (reading.date.earliest, reading.date.latest) == (day, day)
    assert reading.notes == ("the time of day was left out",)


@given(DAYS)
def test_a_stated_order_is_followed(day: date) -> None:
    assert dates.parse(f"{day:%d/%m/%Y}", day_first=True).earliest == day
    assert dates.parse(f"{day:%m/%d/%Y}", day_first=False).latest == day


@given(DAYS)
def test_before_and_after_leave_no_day_out_and_share_none(day: date) -> None:
    before, after = dates.parse(f"before {day:%d %B %Y}"), dates.parse(f"after {day:%d %B %Y}")
    assert before.latest == day - timedelta(days=1)
    assert after.earliest == day + timedelta(days=1)


@given(DAYS)
def test_more_doubt_never_narrows(day: date) -> None:
    for text in (f"{day.year}", f"{day:%Y-%m}", day.isoformat()):
        exact, about = PartialDate.of(text), PartialDate.of(text + "~")
        assert exact.earliest is not None
        assert about.earliest is not None
        assert about.earliest < exact.earliest
        assert exact.latest is not None
        assert about.latest is not None
        assert about.latest > exact.latest


# New Year and Chuseok (1st of the 1st, 15th of the 8th lunar month), days off in South Korea.
@pytest.mark.parametrize(
    ("lunar", "solar"),
    [
        ("2004-01-01", date(2004, 1, 22)),
        ("2007-01-01", date(2007, 2, 18)),
        ("2012-01-01", date(2012, 1, 23)),
        ("2013-01-01", date(2013, 2, 10)),
        ("2014-01-01", date(2014, 1, 31)),
        ("2015-01-01", date(2015, 2, 19)),
        ("2020-01-01", date(2020, 1, 25)),
        ("2013-08-15", date(2013, 9, 19)),
        ("2014-08-15", date(2014, 9, 8)),
        ("2017-08-15", date(2017, 10, 4)),
        ("2020-08-15", date(2020, 10, 1)),
    ],
)
def test_known_lunar_days_lie_in_their_bounds(lunar: str, solar: date) -> None:
    one = timedelta(days=1)
    assert lunar_days(lunar) == (solar - one, solar + one)
    first, last = possible_days(lunar)
    assert first <= solar <= last
    first, last = lunar_days(lunar[:4])
    assert first <= solar <= last
    assert _KOREA[_numbers(lunar)] == solar


def test_a_month_may_be_the_leap_month_of_its_number() -> None:
    # In Korea the third month of 2012 began on 22 March and the leap third month on 21 April; in
    # China the fourth month began on 21 April and the leap fourth month on 21 May.
    assert lunar_days("2012-03-05") == (date(2012, 3, 25), date(2012, 4, 26))
    assert lunar_days("2012-03-05", leap=True) == (date(2012, 4, 24), date(2012, 4, 26))
    assert lunar_days("2012-04-05") == (date(2012, 4, 24), date(2012, 5, 26))
    assert lunar_days("2012-04-05", leap=True) == (date(2012, 5, 24), date(2012, 5, 26))
    with pytest.raises(BadInput, match="no such leap month"):
        lunar_days("2013-03-05", leap=True)
    assert lunar_days("2060-03-05", leap=True) == possible_days("2060-03-05", leap=True)


def test_lunar_months_are_where_astronomy_has_them() -> None:
    """But for eight months of 150 years, in which a new moon was near midnight."""
    apart = [
        (month_start(m.year, m.number, leap=m.leap), m.first)
        for m in _MONTHS[9]
        if m.year < 2050 and month_start(m.year, m.number, leap=m.leap) != m.first
    ]
    assert len(apart) == 8
    assert all(first and abs((first - other).days) == 1 for first, other in apart)


# Eid al-Fitr (1 Shawwal) as it was announced in Saudi Arabia and in Morocco and Pakistan; the
# morning of 1 Muharram 1400, and of 23 Jumada II 1422.
@pytest.mark.parametrize(
    ("hijri", "day"),
    [
        ("1 Shawwal 1434", date(2013, 8, 8)),
        ("1 Shawwal 1434", date(2013, 8, 9)),
        ("1 Shawwal 1435", date(2014, 7, 28)),
        ("1 Shawwal 1435", date(2014, 7, 29)),
        ("1 Shawwal 1436", date(2015, 7, 18)),
        ("1 Shawwal 1444", date(2023, 4, 22)),
        ("1 Muharram 1400", date(1979, 11, 20)),
        ("23 Jumada II 1422", date(2001, 9, 11)),
    ],
)
def test_known_hijri_days(hijri: str, day: date) -> None:
    text, _ = translate(hijri)
    first, last = bounds(text or "")
    assert first is not None
    assert last is not None
    assert first <= day <= last
    assert (last - first).days == 3


@pytest.mark.parametrize(
    ("ethiopian", "day"),
    [
        ("Yekatit 23, 1888", date(1896, 3, 1)),  # the battle of Adwa
        ("Meskerem 2, 1967", date(1974, 9, 12)),
        ("Ginbot 20, 1983", date(1991, 5, 28)),  # the fall of the Derg
        ("Tahsas 29, 2005", date(2013, 1, 7)),  # Christmas
        ("Tahsas 28, 2004", date(2012, 1, 7)),
    ],
)
def test_known_ethiopian_days(ethiopian: str, day: date) -> None:
    assert translate(ethiopian)[0] == day.isoformat()


# Nowruz (1 Farvardin) and two days of 1357.
@pytest.mark.parametrize(
    ("solar_hijri", "day"),
    [
        ("1 Farvardin 1370", date(1991, 3, 21)),
        ("1 Farvardin 1375", date(1996, 3, 20)),
        ("1 Hamal 1391", date(2012, 3, 20)),
        ("1 Farvardin 1400", date(2021, 3, 21)),
        ("1 Farvardin 1403", date(2024, 3, 20)),
        ("22 Bahman 1357", date(1979, 2, 11)),  # the revolution
        ("7 Sawr 1357", date(1978, 4, 27)),  # the coup of the Saur revolution
    ],
)
def test_known_solar_hijri_days(solar_hijri: str, day: date) -> None:
    assert translate(solar_hijri)[0] == day.isoformat()


def test_each_solar_hijri_day_is_the_day_after_the_one_before() -> None:
    day = date(1986, 3, 21)
    for year in range(1365, 1376):
        for month in range(1, 13):
            for number in range(1, 32):
                try:
                    found = translate(f"{year}-{month}-{number}", calendar="solar-hijri")[0]
                except BadInput:
                    assert number == 31 or (month, number) == (12, 30)
                    continue
                assert found == day.isoformat()
                day += timedelta(days=1)


@pytest.mark.parametrize(
    ("calendar", "text", "found"),
    [
        ("ethiopian", "2005-01-12", "2012-09-22"),
        ("ethiopian", "12/1/2005", "2012-09-22"),
        ("ethiopian", "2005", "2012-09-11/2013-09-10"),
        ("ethiopian", "2012 G.C.", "2012"),
        ("hijri", "15/9/1433", "2012-08-02?/2012-08-05?"),
        ("solar-hijri", "1391/5", "2012-07-22/2012-08-21"),
        ("solar-hijri", "2012-08-02 م", "2012-08-02"),
        ("solar-hijri", "unknown", None),
    ],
)
def test_a_list_in_another_calendar(calendar: str, text: str, found: str | None) -> None:
    assert translate(text, calendar=calendar)[0] == found


@pytest.mark.parametrize(
    ("calendar", "text", "words"),
    [
        ("hijri", "2012-08-02", "Hijri years run from 1343 to 1500"),
        ("solar-hijri", "about 1391", "not a date of the calendar that the mapping states"),
    ],
)
def test_no_date_of_the_calendar_of_the_list(calendar: str, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        translate(text, calendar=calendar)


def test_each_ethiopian_day_is_the_day_after_the_one_before() -> None:
    day = date(1991, 9, 12)  # Meskerem 1, 1984
    for year in range(1984, 1992):
        for month in range(1, 14):
            for number in range(1, 31 if month < 13 else 6 + (year % 4 == 3)):
                assert translate(f"{number}/{month}/{year} E.C.")[0] == day.isoformat()
                day += timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "year", "month", "leap", "first"),
    [
        (8, 1966, 1, False, date(1966, 1, 21)),  # a day apart: a new moon between 15 and 16 h UTC
        (9, 1966, 1, False, date(1966, 1, 22)),
        (8, 1997, 1, False, date(1997, 2, 7)),
        (9, 1997, 1, False, date(1997, 2, 8)),
        (9, 2012, 3, True, date(2012, 4, 21)),  # the Sun entered Gemini at 15:16 UTC on 20 May
        (8, 2012, 4, True, date(2012, 5, 21)),
        (8, 2033, 11, True, date(2033, 12, 22)),  # where simpler rules go wrong
        (9, 2034, 1, False, date(2034, 2, 19)),
    ],
)
def test_the_astronomy_of_this_test_is_right(
    zone: int, year: int, month: int, leap: bool, first: date
) -> None:
    assert {m.first for m in _MONTHS[zone] if m[:3] == (year, month, leap)} == {first}


@pytest.mark.parametrize("zone", [8, 9])
def test_every_lunar_day_of_two_centuries_lies_in_its_bounds(zone: int) -> None:
    assert len(_MONTHS[zone]) == 2486  # 201 years of 12 months and 74 leap months
    for month in _MONTHS[zone]:
        whole = f"{month.year}-{month.number:02d}"
        end = month.first + timedelta(days=month.length - 1)
        day = month.first + timedelta(days=14)
        for days in (lunar_days, possible_days):
            stated = days(whole, leap=month.leap)
            for first, last in (stated, days(whole), days(str(month.year))):
                assert first <= month.first <= end <= last
            for first, last in (
                days(f"{whole}-15", leap=month.leap),
                days(f"{whole}-15"),  # a leap month that was not said to be one
            ):
                assert first <= day <= last


_NUMERALS = ["〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
_CHINESE_DAYS = [f"初{_NUMERALS[day]}" for day in range(1, 11)]
_KOREAN_DAYS = [
    "초하루",
    "초이틀",
    "초사흘",
    "초나흘",
    "초닷새",
    "초엿새",
    "초이레",
    "초여드레",
    "초아흐레",
    "초열흘",
]


@pytest.mark.parametrize(
    ("zone", "names", "days", "last"),
    [
        (8, {1: "年正月", 11: "年冬月", 12: "年腊月"}, _CHINESE_DAYS, "三十"),
        (9, {1: "년 정월 ", 11: "년 동짓달 ", 12: "년 섣달 "}, _KOREAN_DAYS, "그믐"),
    ],
)
def test_lunar_days_by_their_names_lie_in_their_bounds(
    zone: int, names: dict[int, str], days: list[str], last: str
) -> None:
    for month in _MONTHS[zone]:
        number = f"年{_NUMERALS[month.number]}月" if zone == 8 else f"년 {month.number}월 "
        written = f"{month.year}{names.get(month.number, number)}"
        at = month.first.toordinal() % len(days)
        ends = [(days[at], month.first + timedelta(days=at))]
        if zone == 9 or month.length == 30:
            ends.append((last, month.first + timedelta(days=month.length - 1)))
        for name, day in ends:
            found = dates.parse(written + name)
            assert "?" in found.edtf
            assert found.earliest is not None
            assert found.latest is not None
            assert found.earliest <= day <= found.latest


@given(
    st.text(max_size=40)
    | st.text(
        "0123456789-/.~?%X 년월일年月日以前后음력주체toabefr()초말봄미상밤정初正,", max_size=40
    )
)
@settings(max_examples=400)
def test_nothing_but_a_refusal_comes_out_and_it_repeats_nothing(text: str) -> None:
    try:
        reading = dates.read(text)
    except BadInput as refused:
        if len(text.strip()) > 6 and not text.isascii():
            assert text.strip() not in f"{refused} {refused.hint}"  # noqa: PT017
        return
    if reading.date and reading.date.earliest and reading.date.latest:
        assert reading.date.earliest <= reading.date.latest
    if reading.date:
        assert PartialDate.from_payload(reading.date.to_payload()) == reading.date


@pytest.mark.parametrize(
    "text",
    [
        *("a to " * 24, "before " * 17, "2013 or " * 15, "~" * 120, "1" * 5000),
        *("in the " * 17, "5월 미상 " * 18, "1998 (" * 20, "may-" * 29, "오전 " * 39, "늦" * 110),
        *("1 may-" * 19, "?~" * 59, "a/" * 59, "1985 소띠 " * 14, "年的" * 59, "3,4," * 29),
    ],
)
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    with pytest.raises(BadInput, match=r"not a date|count of days|open end"):
        dates.read(text + "x", birth=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("١٢ أيار ٢٠١٣", "2013-05-12"),
        ("كانون الأول 2012", "2012-12"),
        ("12 مايو 2013 م", "2013-05-12"),
        ("5 березня 2022 р.", "2022-03-05"),
        ("март 2022", "2022-03"),
        ("12 de mayo de 2013", "2013-05-12"),
        ("1er août 2013", "2013-08-01"),
        ("၂၀၂၁ ခုနှစ် မတ်လ ၁၂ ရက်", "2021-03-12"),
        ("١٥ رمضان ١٤٣٣", "2012-08-02?/2012-08-05?"),  # a month of another calendar
    ],
)
def test_months_in_words_of_other_languages(text: str, found: str) -> None:
    assert translate(text)[0] == found


def test_a_gregorian_month_says_its_calendar() -> None:
    assert translate("5 мая 2013", calendar="ethiopian")[0] == "2013-05-05"
    with pytest.raises(BadInput, match="no such day"):
        dates.read("31 квітня 2022")
