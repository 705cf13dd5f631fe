"""Consent: no use unless stated, not a day longer, and left out by reason only."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.errors import BadInput
from uncounted.vault.case import Case
from uncounted.vault.reports.consent import USES, Consent
from uncounted.vault.reports.ingest import IncomingReport

ABOUT = {"collector": "Gather One"}
Maker = Callable[..., IncomingReport]
DAY = datetime.date(2100, 11, 24)  # the day of use: never before the last entry
consents = st.builds(
    Consent,
    st.frozensets(st.sampled_from(USES)),
    st.none() | st.text(),
    st.none() | st.dates(),
    st.none() | st.text(),
)


@given(consents)
def test_json_carries_everything(consent: Consent) -> None:
    assert Consent.from_json(consent.to_json()) == consent


@given(consents, st.sampled_from(USES), st.dates())
def test_allows_what_was_reported_until_the_day_that_was_reported(
    consent: Consent, use: str, day: datetime.date
) -> None:
    expected = use in consent.uses and (consent.until is None or day <= consent.until)
    assert consent.allows(use, day) is expected
    assert (consent.refusal(use, day) is None) is expected


def test_nothing_stated_is_nothing_allowed() -> None:
    assert not any(Consent().allows(use, DAY) for use in USES)


def test_an_unknown_use_is_refused_both_ways() -> None:
    with pytest.raises(BadInput, match="1 of the uses are unknown"):
        Consent(frozenset({"link", "publish"}))
    with pytest.raises(BadInput, match="'publish' is not a known use"):
        Consent().allows("publish", DAY)


def test_left_out_by_reason_never_which(case: Case, make: Maker) -> None:
    ended = Consent(frozenset({"link", "statistics"}), until=DAY - datetime.timedelta(days=1))
    only_link = Consent(frozenset({"link"}), until=DAY)
    rows = [make(1), make(2, consent=ended), make(3, consent=only_link), make(4, consent=Consent())]
    case.intake("one", ABOUT, rows)

    link = case.reports("link", DAY)
    assert [report.id for report in link.reports] == ["R-1", "R-3"]
    assert link.left_out == {"consent ended": 1, "no consent for link": 1}
    both = case.reports(("link", "statistics"), DAY)
    assert [report.id for report in both.reports] == ["R-1"]
    assert both.left_out == {
        "consent ended": 1,
        "no consent for link": 1,
        "no consent for statistics": 1,
    }
    assert "R-2" not in repr(link)
    assert "R-1" not in repr(link)


def test_an_unknown_use_is_refused_even_by_an_empty_case(case: Case) -> None:
    with pytest.raises(BadInput, match="'publish' is not a known use"):
        case.reports("publish", DAY)


def test_consent_for_one_audience_is_for_no_other() -> None:
    consent = Consent({"statistics"}, audience="UN only")
    assert consent.allows("statistics", DAY)  # nothing leaves the case file
    assert consent.allows("statistics", DAY, "un only ")
    assert consent.refusal("statistics", DAY, "public") == "no consent for this audience"
    assert Consent({"statistics"}).allows("statistics", DAY, "public")


def test_reports_for_another_audience_are_left_out_and_counted(case: Case, make: Maker) -> None:
    public = make(1, consent=Consent({"statistics"}))
    closed = make(2, consent=Consent({"statistics"}, audience="un"))
    case.intake("one", ABOUT, [public, closed])
    assert len(case.reports("statistics", DAY).reports) == 2
    chosen = case.reports("statistics", DAY, "public")
    assert [report.id for report in chosen.reports] == ["R-1"]
    assert chosen.left_out == {"no consent for this audience": 1}
