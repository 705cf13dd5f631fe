"""What each list gets wrong and leaves out, and how it writes down the rest.

Part of `make_returns.py`; columns and words are in `lists.toml`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from examples.returns_people import (
    Dice,
    Person,
    Place,
    Surname,
    given_name,
    options,
    rows_of,
    surnames,
    table,
    text,
)
from examples.returns_spelling import latin_given, mistyped_hangul, mistyped_latin, southern

Date = tuple[int, int, int]


@dataclass(frozen=True)
class Seen:
    """What one report has of a person, before its list writes it down; None is missing."""

    person: Person
    given: str
    when: Date
    grain: str  # "day", "month", "year"
    about: bool
    born: Date | None
    born_grain: str
    sex: str | None
    origin: Place | None
    caught: bool
    alias: bool


def _misdated(dice: Dice, day: dt.date) -> Date:
    """A date as it is remembered: one in seven is wrong."""
    kind = dice.weighted({"right": 86, "year": 4, "swap": 2, "month": 4, "days": 4})
    if kind == "days":
        day += dt.timedelta(dice.pick((-3, -2, -1, 1, 2, 3)))
    year, month, date = day.year, day.month, day.day
    if kind == "year":
        year += dice.pick((-1, 1))
    elif kind == "swap" and date <= 12:
        month, date = date, month
    elif kind == "month":
        month = (month - 1 + dice.pick((-1, 1))) % 12 + 1
    return year, month, min(date, calendar.monthrange(year, month)[1])


def seen_by(dice: Dice, person: Person, source: str) -> Seen:
    """One report on a person, with what it leaves out and gets wrong."""
    caught = dice.chance(0.08)
    when = person.returned - dt.timedelta(dice.between(5, 90) if caught else 0)
    vague = {"Saebyok": 0.29, "TumenWatch": 0.30, "Panel": 0.32, "OpenDoor": 0.42}[source]
    grain = dice.weighted({"day": 1 - vague, "month": vague * 0.66, "year": vague * 0.34})
    born: Date | None = person.born.year, person.born.month, person.born.day
    if dice.chance({"Saebyok": 0.08, "TumenWatch": 0.12, "Panel": 0.15, "OpenDoor": 0.28}[source]):
        born = None
    elif born and dice.chance(0.15):
        # Korean ages count from one: a year off is the commonest slip.
        born = born[0] + dice.weighted({-1: 4, 1: 6, -2: 2, 2: 2, -10: 1, 10: 1}), *born[1:]
    given = person.given
    if dice.chance(0.03):
        given = given_name(dice, person.sex, person.born.year)
    return Seen(
        person=person,
        given=given,
        when=_misdated(dice, when),
        grain=grain,
        about=grain != "day" and dice.chance(0.2),
        born=born,
        born_grain=dice.weighted({"day": 30, "month": 6, "year": 64}),
        sex=dice.weighted({None: 0.08, person.sex: 0.91, {"f": "m", "m": "f"}[person.sex]: 0.01}),
        origin=None if dice.chance(0.14 if source != "OpenDoor" else 0.3) else person.origin,
        caught=caught,
        alias=given != person.given and dice.chance(0.6),
    )


MONTHS = text("lists.toml", "months").split()


def _korean_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    forms = {
        "day": f"{year}년 {month}월 {day}일",
        "month": f"{year}년 {month}월",
        "year": f"{year}년",
    }
    return forms[grain] + ("경" if about else "")


def _iso_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    forms = {"day": f"{year}-{month:02}-{day:02}", "month": f"{year}-{month:02}", "year": f"{year}"}
    return forms[grain] + ("~" if about else "")


def _long_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    name = MONTHS[month - 1]
    forms = {"day": f"{day} {name} {year}", "month": f"{name} {year}", "year": f"{year}"}
    return ("about " if about else "") + forms[grain]


def _short_date(when: Date, grain: str, *, about: bool) -> str:
    year, month, day = when
    if grain == "day":
        return f"{day} {MONTHS[month - 1][:3]} {year}"
    if grain == "month" and not about:
        return f"{month:02}/{year}"
    return _long_date(when, grain, about=about)


WRITE_DATE: dict[str, Callable[..., str]] = {
    "Saebyok": _korean_date,
    "TumenWatch": _iso_date,
    "Panel": _long_date,
    "OpenDoor": _short_date,
}


def words(source: str) -> dict[str, str]:
    """What this list calls things."""
    return table("lists.toml", source, "words")


def _outcome(dice: Dice, person: Person) -> str:
    if person.reached:
        return "released" if dice.chance(0.7) else "labour-camp"
    return dice.weighted(
        {
            "fate-unknown": 60,
            "labour-camp": 14,
            "prison-camp": 14,
            "political-prison-camp": 7,
            "died": 5,
        }
    )


def _place(dice: Dice, seen: Seen, hangul: bool) -> str:
    if dice.chance(0.07):
        return ""
    if seen.caught:
        both = dice.pick(rows_of(text("places.toml", "arrested")))
        return both[0] if hangul else both[1]
    town = seen.person.town
    return dice.weighted(options(town.hangul if hangul else town.latin))


def common_cells(dice: Dice, seen: Seen, source: str) -> dict[str, str]:
    """The cells that every list has, in its words."""
    said, write = words(source), WRITE_DATE[source]
    return {
        "sex": said[seen.sex] if seen.sex else "",
        "birth": write(seen.born, seen.born_grain, about=False) if seen.born else "",
        "act": said["caught" if seen.caught else "returned"],
        "date": "" if dice.chance(0.03) else write(seen.when, seen.grain, about=seen.about),
        "place": _place(dice, seen, source == "Saebyok"),
        "authority": said[dice.weighted({"border": 3, "police": 2})] if dice.chance(0.6) else "",
        "outcome": said[_outcome(dice, seen.person)] if dice.chance(0.75) else "",
    }


def _surname(person: Person) -> Surname:
    return surnames()[person.surname][1]


def _hangul(dice: Dice, seen: Seen, given: str, *, south: float) -> str:
    surname = _surname(seen.person)
    family = surname.south if dice.chance(south) else surname.north
    return family + (southern(given) if dice.chance(south * 0.7) else given)


def _saebyok(dice: Dice, seen: Seen) -> dict[str, str]:
    """Hangul, in the South's orthography."""
    name = _hangul(dice, seen, seen.given, south=0.93)
    if dice.chance(0.05):
        name = mistyped_hangul(dice, name)
    alias = _hangul(dice, seen, seen.person.given, south=0.93) if seen.alias else ""
    if not alias and seen.person.in_china and dice.chance(0.4):
        alias = seen.person.in_china.split("|")[0]
    home = seen.origin
    return {
        "name": name,
        "alias": alias,
        "origin": ""
        if home is None
        else dice.weighted(
            {
                f"{home.province[0]} {home.county}": 5,
                f"{home.province[1]} {home.county[:-1]}": 4,
                home.county: 2,
                home.province[0]: 1,
            }
        ),
    }


def _tumen_watch(dice: Dice, seen: Seen) -> dict[str, str]:
    """The romanisations that people in Seoul use, family and given name apart."""
    joined = dice.weighted({"-": 7, " ": 2, "": 2})
    family = dice.weighted(_surname(seen.person).latin["south"])
    parts = latin_given(dice, seen.given, "south")
    given = joined.join([parts[0], *(p.lower() if joined != " " else p for p in parts[1:])])
    if dice.chance(0.05):
        given = mistyped_latin(dice, given)
    alias = ""
    if seen.alias:
        alias = f"{family} {'-'.join(latin_given(dice, seen.person.given, 'south'))}"
    elif seen.person.in_china and dice.chance(0.3):
        alias = seen.person.in_china.split("|")[1]
    home = seen.origin
    return {
        "family": family,
        "given": given,
        "alias": alias,
        "origin": ""
        if home is None
        else dice.weighted(
            {home.south[0]: 6, f"{home.south[0]}, {home.south[1]}": 3, home.south[1]: 1}
        ),
    }


def _panel(dice: Dice, seen: Seen) -> dict[str, str]:
    """The North's romanisation, family name first and in capitals."""
    family = dice.weighted(_surname(seen.person).latin["north"]).upper()
    given = " ".join(latin_given(dice, seen.given, "north"))
    if dice.chance(0.04):
        given = mistyped_latin(dice, given)
    alias = ""
    if seen.alias:
        alias = f"{family} {' '.join(latin_given(dice, seen.person.given, 'north'))}"
    home = seen.origin
    return {
        "name": f"{family} {given}",
        "alias": alias,
        "origin": ""
        if home is None
        else dice.weighted(
            {
                f"{home.north[0]}, {home.north[1]} Province": 6,
                home.north[0]: 2,
                f"{home.north[1]} Province": 2,
            }
        ),
    }


def _open_door(dice: Dice, seen: Seen) -> dict[str, str]:
    """Given name first, as heard; sometimes with Hangul or Hanja beside it."""
    family = dice.weighted(_surname(seen.person).latin["abroad"])
    parts = latin_given(dice, seen.given, "abroad")
    lower = [parts[0], *(part.lower() for part in parts[1:])]
    forms = {"".join(lower): 5.0, "-".join(parts): 3.0, "-".join(lower): 2.0, " ".join(parts): 3.0}
    forms[".".join(part[0] for part in parts) + "."] = 0.25
    given = dice.weighted(forms)
    if dice.chance(0.07) and "." not in given:
        given = mistyped_latin(dice, given)
    name = dice.weighted(
        {f"{given} {family}": 88, f"{family} {given}": 9, given: 1, f"{given}{family}": 2}
    )
    other = ""
    kind = dice.weighted({"none": 62, "hangul": 20, "hanja": 18})
    if kind == "hangul":
        other = _hangul(dice, seen, seen.given, south=0.5)
    elif kind == "hanja" and seen.given == seen.person.given:
        other = seen.person.hanja
        if dice.chance(0.5):
            as_written = (text("names.toml", "hanja", key) for key in ("traditional", "simplified"))
            other = other.translate(str.maketrans(*as_written))
    home = seen.origin
    return {
        "name": name,
        "alias": other,
        "origin": ""
        if home is None
        else dice.weighted(
            {
                home.north[0]: 4,
                home.south[0]: 2,
                home.north[1]: 4,
                f"{home.north[0]} ({home.north[1]})": 1,
            }
        ),
    }


@dataclass(frozen=True)
class Layout:
    """How a list's file looks, and how its consent column is filled (None: the same for all)."""

    write: Callable[[Dice, Seen], dict[str, str]]
    number: Callable[[int], str]
    encoding: str
    delimiter: str
    consent: Mapping[str, float] | None = None


LAYOUTS: dict[str, Layout] = {
    "Saebyok": Layout(
        _saebyok,
        lambda n: f"새벽-{n:04}",
        "utf-8",
        ",",
        {"연계·통계": 95, "연계": 1, "": 4},
    ),
    "TumenWatch": Layout(
        _tumen_watch,
        lambda n: f"TW{2000 + n}",
        "utf-8-sig",
        ",",
        {"link, statistics": 60, "link, statistics, share-with-un": 36, "": 4},
    ),
    "Panel": Layout(_panel, lambda n: f"DPRK/{n:04}", "utf-8-sig", ";"),
    "OpenDoor": Layout(_open_door, str, "utf-16", "\t", {"yes": 97, "no": 3}),
}
NOT_BOTH = ("", "no", "연계")
