"""Words that stand beside dates in other languages: for year, born and about, and short months."""

from __future__ import annotations

import pytest

from uncounted.errors import BadInput
from uncounted.records.dates import partial_date as dates
from uncounted.records.dates.parse import translate


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((f"1985{word}", "1985") for word in (" р.", "р.", " рік", " року", " г.", "г.", " год")),
        *((f"12.03.1985 {word}", "1985-03-12") for word in ("р.", "року", "г.", "года")),
        *((f"1985-1987 {word}", "1985/1987") for word in ("рр.", "роки", "гг.", "годы")),
        ("1985 р. - 1987 р.", "1985/1987"),
        ("1985 р. (?)", "1985?"),
        *((f"၁၉၇၅{word}", "1975") for word in (" ခုနှစ်", "ခုနှစ်", " ခု", " ခုနှစ်၊")),
        ("၁၉၇၅ ခုနှစ် မတ်လ (၁၂) ရက်", "1975-03-12"),
        ("၁၉၇၅ ခုနှစ်၊ မတ်လ (၁၂) ရက်", "1975-03-12"),
        ("(၁၉၇၅) ခုနှစ်၊ မတ်လ ၁၂ ရက်", "1975-03-12"),
        ("မတ်လ ၁၂ ရက်၊ ၁၉၇၅", "1975-03-12"),
        ("မတ်လ (၁၂) ရက် ၁၉၇၅ ခုနှစ်", "1975-03-12"),
        ("၁၂ မတ်လ ၁၉၇၅", "1975-03-12"),
        *((f"12 {month} 1985", "1985-03-12") for month in ("бер.", "бер", "мар.", "мар", "БЕР.")),
        *((f"12{month}1985", "1985-03-12") for month in ("-бер-", "/мар/", " бер.", ". березня ")),
        ("12 ene. 1985", "1985-01-12"),
        ("12 janv. 1985", "1985-01-12"),
        ("груд. 2021", "2021-12"),
        *((f"{word} 1985", "1985~") for word in ("близько", "приблизно", "бл.", "прибл.", "около")),
        *((f"{word} 1985", "1985~") for word in ("примерно", "hacia", "vers", "حوالي")),
        ("бл.1985", "1985~"),
        ("ок. 15.03.2022", "2022-03-15~"),
        ("около 12 марта 1985 г.", "1985-03-12~"),
        ("حوالي 12 أيار 2013", "2013-05-12~"),
        ("близько 1985-1987", "1985~/1987~"),
        # days of one month, and of two
        *((f"{days}.03.2022", "2022-03-15/2022-03-17") for days in ("15-17", "15–17", "15 - 17")),
        ("15-17 березня 2022", "2022-03-15/2022-03-17"),
        ("31.12.2021-02.01.2022", "2021-12-31/2022-01-02"),
    ],
)
def test_words_beside_a_date(text: str, found: str) -> None:
    assert translate(text) == (found, ())
    assert translate(text, birth=True) == (found, ())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        *((f"1985 {word}", "1985") for word in ("р.н.", "р. н.", "року народження", "р. нар.")),
        *((f"1985 {word}", "1985") for word in ("г.р.", "г. р.", "года рождения", "г. рожд.")),
        ("1985р.н.", "1985"),
        ("12.03.1985 р.н.", "1985-03-12"),
        ("12 березня 1985 року народження", "1985-03-12"),
        ("близько 1985 р.н.", "1985~"),
        ("нар. 1985", "1985"),
        ("народилася у 1985", "1985"),
    ],
)
def test_a_date_that_is_said_to_be_of_birth(text: str, found: str) -> None:
    assert translate(text, birth=True) == (found, ())
    with pytest.raises(BadInput, match="not a date"):
        translate(text)


@pytest.mark.parametrize(
    "text",
    [
        *("1985 н.", "1985 р.п.", "1985 рота", "1985 року смерті", "р. 1985", "1985 грн"),
        *("около", "бл1985", "около войны", "12 мр 1985", "12 марш 1985", "12 мар", "мар"),
        *("1337 ခုနှစ်", "၁၃၃၇ ခု", "မတ်လ ၁၂ ရက်"),  # the year 1337 may be of the Burmese era
        *("15-03.2022", "15-17.03.22", "1-2 weeks of 2013", "حوالي 1405 هـ"),
    ],
)
def test_what_is_no_date(text: str) -> None:
    for birth in (False, True):
        with pytest.raises(BadInput, match="not a date"):
            translate(text, birth=birth)


@pytest.mark.parametrize("text", ["85 р.н.", "12.03.85 р.н.", "85 г.р."])
def test_a_birth_year_of_two_digits_is_refused_as_one(text: str) -> None:
    with pytest.raises(BadInput, match="a year of two digits"):
        translate(text, birth=True)


@pytest.mark.parametrize("text", ["31 квіт. 2022", "30 лют. 2022", "31 апр. 2022"])
def test_a_short_month_has_its_own_days(text: str) -> None:
    with pytest.raises(BadInput, match="no such day"):
        dates.read(text)


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(BadInput, match="ends before it begins"):
        dates.read("17-15.03.2022")
