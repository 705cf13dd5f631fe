"""A linkage is of exactly the reports that may be counted: no other report shapes a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from uncounted.errors import NotLinkable, NotLinked, UsedWrongly
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.workflow.captures import count
from uncounted.workflow.link import Audience, latest_linkage, link

pytestmark = [pytest.mark.sampler, pytest.mark.usefixtures("one_alternative")]

DAY = dt.date(2026, 11, 29)
BOTH = Consent({"link", "statistics"})
GIVEN = ("철수", "영희", "성호", "은주", "광일", "향미")
PEOPLE = [family + given for family in "김이박최" for given in GIVEN]


def reports(source: str, people: Iterable[int], consent: Consent) -> list[IncomingReport]:
    rng, found = np.random.default_rng(5), []
    births = [f"{rng.integers(1950, 2000)}-{rng.integers(1, 13):02}-07" for _ in PEOPLE]
    for row, at in enumerate(people, 2):
        one = Report(source, f"{at}", (Name(PEOPLE[at]),), birth=parse(births[at]))
        found.append(IncomingReport(one.id, one.to_payload(), consent, row))
    return found


def case_of(folder: Path, *consents: Consent) -> Case:
    """Two lists whose reports may be counted, and for each consent a third list of such reports."""
    case = Case.create(folder, Identity.generate())
    case.intake("A", {}, reports("A", range(24), BOTH))
    case.intake("B", {}, reports("B", range(6, 24), BOTH))
    for name, consent in zip("CDE", consents, strict=False):
        case.intake(name, {}, reports(name, range(12), consent))
    return case


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The two lists alone, linked."""
    with case_of(tmp_path_factory.mktemp("without") / "a") as case:
        link(case, draws=10, on=DAY)
        yield case


@pytest.mark.parametrize(
    ("consent", "audience"),
    [
        (Consent({"link"}), Audience()),
        (Consent({"statistics"}), Audience()),
        (Consent({"link", "statistics"}, until=DAY - dt.timedelta(1)), Audience()),
        (Consent({"link", "statistics"}, "the UN"), Audience("public")),
        (BOTH, Audience(lists=("A", "B"))),
    ],
    ids=["linking alone", "statistics alone", "ended", "another audience", "another list"],
)
def test_a_report_that_may_not_be_counted_has_no_part_in_the_linkage(
    tmp_path: Path, without: Case, consent: Consent, audience: Audience
) -> None:
    with case_of(tmp_path / "with", consent) as one:
        link(one, audience, draws=10, on=DAY)
        found, expected = latest_linkage(one, DAY, audience), latest_linkage(without, DAY)
        assert {source for source, _ in found.linkage.keys} == {"A", "B"}
        assert found.linkage.keys == expected.linkage.keys
        assert (found.linkage.labels == expected.linkage.labels).all()
        assert count(found).whole == count(expected).whole


def test_a_case_file_keeps_a_linkage_for_each_set_of_reports(tmp_path: Path) -> None:
    public = Audience("public")
    with case_of(tmp_path / "a", Consent({"link", "statistics"}, "the UN")) as case:
        link(case, draws=10, on=DAY)
        with pytest.raises(NotLinked, match="for this audience and these lists") as stopped:
            latest_linkage(case, DAY, public)
        assert stopped.value.hint == 'run uncounted link --audience "public"'
        link(case, public, draws=10, on=DAY)
        assert latest_linkage(case, DAY, public).lists == ("A", "B")
        assert latest_linkage(case, DAY).lists == ("A", "B", "C")
        assert latest_linkage(case, DAY, Audience("The UN")).lists == ("A", "B", "C")


def test_one_linkage_serves_every_audience_that_all_reports_allow(without: Case) -> None:
    assert latest_linkage(without, DAY, Audience("public", ("A", "B"))).lists == ("A", "B")


def test_a_changed_consent_makes_every_linkage_out_of_date(tmp_path: Path) -> None:
    with case_of(tmp_path / "a") as case:
        link(case, draws=10, on=DAY)
        case.set_consent("A", "3", Consent({"link"}))
        with pytest.raises(NotLinked, match="reports, consent or decisions changed"):
            latest_linkage(case, DAY)


def test_reports_for_linking_alone_are_not_linked(tmp_path: Path) -> None:
    with Case.create(tmp_path / "a", Identity.generate()) as case:
        case.intake("A", {}, reports("A", range(4), Consent({"link"})))
        with pytest.raises(NotLinkable, match="no report may be linked and counted"):
            link(case, on=DAY)


def test_a_list_that_is_not_there_is_named(tmp_path: Path) -> None:
    with case_of(tmp_path / "a") as case, pytest.raises(UsedWrongly, match="unknown list"):
        link(case, Audience(lists=("A", "Bee")), on=DAY)
