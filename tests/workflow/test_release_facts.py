"""What the publisher is told of lists that stand in one another, and of other ways of linking."""

from __future__ import annotations

import hmac
import json
import math
import types
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from tests.publish.synthetic_release import LARGE, LISTS, PLAN, study_of

from uncounted.captures import CaptureTable
from uncounted.errors import NotPublishable
from uncounted.estimate import EstimateSettings, Study
from uncounted.estimate.base.rows import (
    AlternativeRow,
    AlternativesRange,
    LinkageUncertainty,
    Quantiles,
)
from uncounted.estimate.linkage_sensitivity import AlternativeTables
from uncounted.estimate.text.summary import lines
from uncounted.linkage import Linkage
from uncounted.linkage.diagnostics import CopiedList, FitDiagnostics, LinkageDiagnostics
from uncounted.progress import silent
from uncounted.publish.facts import AlternativeLinkages, LinkageFacts, ListFacts
from uncounted.publish.plan import ListPlan
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.workflow import release_facts
from uncounted.workflow.captures import CaptureTables, StratumTables, count
from uncounted.workflow.estimate import study_over_draws
from uncounted.workflow.link import LinkedReports
from uncounted.workflow.release_facts import names_on_record, published_words, refuse_names
from uncounted.workflow.release_record import keep, keep_published


def reports(source: str, count: int) -> list[Report]:
    return [
        Report(
            source, str(at), (Name(f"Kim Yong {at}"),), birth=parse(f"19{at + 40}"), origin="Musan"
        )
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("second", "shared", "copied"),
    [("Door", 12, True), ("Door", 9, False), ("left out", 12, False)],
)
def test_copies_are_reported_for_lists_that_are_counted(
    second: str, shared: int, copied: bool
) -> None:
    rows = [*reports("Dawn", 20), *reports(second, shared)]
    keys = tuple((each.source, each.id) for each in rows)
    linkage = Linkage(keys, np.zeros((2, len(rows)), np.int32))
    table = CaptureTable.of(LISTS, LARGE)
    facts = release_facts.facts(
        [ListFacts(name) for name in LISTS],
        PLAN,
        LinkedReports(linkage, rows, {}),
        CaptureTables(
            [StratumTables((table,), table)], {name: table.on([name]) for name in LISTS}, {}
        ),
        study_of(table, 1350.0, 1150.0, 1650.0),
        bytes(32),
    )
    assert facts.linkage is not None
    assert facts.linkage.copied is copied


def test_lists_that_stand_in_others_are_reported_for_those_that_are_requested() -> None:
    pairs = [CopiedList("Kopie", "Dawn", 9, 10), CopiedList("Door", "Dawn", 9, 10)]
    keys = tuple((source, "1") for source in ("Dawn", "Door", "Kopie"))
    linkage = Linkage(keys, np.zeros((1, 3), np.int32), 0, LinkageDiagnostics(copied=tuple(pairs)))
    opened = LinkedReports(linkage, [], {})
    assert count(opened).copied == pairs
    assert count(opened, ["Dawn", "Door"]).copied == pairs[1:]
    assert count(opened, ["Door", "Kopie"]).copied == []


def test_other_ways_of_linking_are_reported_as_the_study_has_them() -> None:
    table = CaptureTable.of(LISTS, LARGE)
    study = study_of(table, 1350.0, 1150.0, 1650.0)
    named = (
        ("ewens, usual candidates", True, 1200.0),
        ("strict", False, 1500.0),
        ("loose", False, None),
    )
    rows = tuple(
        AlternativeRow(name, in_grid, True, None, 900, point, None, (None, None), 10)
        for name, in_grid, point in named
    )
    envelope = AlternativesRange((1100.0, None), (None, None), 8, 2, 1)
    linkage = LinkageUncertainty(10, 10, Quantiles(900.0, (900, 900)), None)
    bare = attrs.evolve(study, linkage=linkage)
    study = attrs.evolve(study, linkage=attrs.evolve(linkage, alternatives=rows, range=envelope))
    ways = reported_for(study).alternatives
    assert not reported_for(study).failed_check
    assert ways == AlternativeLinkages(8, 2, 1, (1100.0, math.inf), 1500.0, None)
    assert reported_for(bare).alternatives is None


def test_a_linkage_that_fails_a_check_is_reported_to_reader_and_publisher() -> None:
    table = CaptureTable.of(LISTS, LARGE)
    made: Any = types.SimpleNamespace(to=lambda _: "committed")
    counted = CaptureTables(
        [StratumTables([table], table)], {}, {}, failed_check="names agree in 81% of the links"
    )
    study = study_over_draws(made, counted, EstimateSettings(methods=("chao",)), silent)
    assert study.to_json()["linkage"]["failed_check"] == "names agree in 81% of the links"
    assert study.warnings[0].code == "linkage-check-failed"
    assert "linkage-check-failed  names agree in 81% of the links" in "\n".join(lines(study))
    assert reported_for(study, "names agree in 81% of the links").failed_check


def reported_for(study: Study, failed_check: str | None = None) -> LinkageFacts:
    table = CaptureTable.of(LISTS, LARGE)
    told = LinkageDiagnostics(fit=FitDiagnostics(failed_check=failed_check))
    linkage = Linkage((("Dawn", "1"),), np.zeros((2, 1), np.int32), 0, told)
    facts = release_facts.facts(
        [ListFacts(name) for name in LISTS],
        PLAN,
        LinkedReports(linkage, reports("Dawn", 1), {}),
        CaptureTables(
            [StratumTables((table,), table)], {name: table.on([name]) for name in LISTS}, {}
        ),
        study,
        bytes(32),
    )
    assert facts.linkage is not None
    return facts.linkage


def test_a_plan_that_leads_with_another_method_holds_that_against_other_ways() -> None:
    table = CaptureTable.of(LISTS, LARGE)
    counted = CaptureTables(
        [StratumTables([table], table)], {}, {}, [AlternativeTables("ewens", [[table]])]
    )
    made: Any = types.SimpleNamespace(to=lambda _: "committed")
    request = EstimateSettings(methods=("decomposable", "independence"))
    study = study_over_draws(made, counted, request, silent, leading="independence")
    assert study.linkage is not None
    assert study.linkage.alternatives is not None
    assert study.linkage.alternatives[0].point == pytest.approx(study["independence"].point)


def test_people_are_those_on_the_lists_that_are_counted() -> None:
    """And not those on all that were linked; who is left out, likewise."""
    table, fewer = CaptureTable.of(LISTS, LARGE), CaptureTable.of(LISTS, {**LARGE, "1000": 100})
    linkage = Linkage((("Dawn", "1"),), np.zeros((2, 1), np.int32))
    left = {"Dawn": {"no consent for link": 2}, "Other": {"no consent for link": 30}}
    linked = LinkedReports(linkage, reports("Dawn", 1), left)
    facts = release_facts.facts(
        [ListFacts(name) for name in LISTS],
        PLAN,
        linked,
        CaptureTables(
            [StratumTables([table, fewer], table)], {name: table.on([name]) for name in LISTS}, {}
        ),
        study_of(table, 1350.0, 1150.0, 1650.0),
        bytes(32),
    )
    assert facts.linkage is not None
    n, least = table.observed, fewer.observed
    assert list(facts.linkage.people_interval) == sorted([n, least])
    assert facts.linkage.people_median == (n + least) / 2
    assert count(linked).excluded == {"no consent for link": 2}


def test_another_order_of_lists_is_no_other_release() -> None:
    """A label that moves a list to the front changes nothing that could be told."""
    table, key = CaptureTable.of(LISTS, LARGE), b"k" * 32
    first = keep(None, PLAN, table, key, False)
    earlier: Any = types.SimpleNamespace(payload=first.to_bytes())
    assert keep(earlier, PLAN, table.select(LISTS[::-1]), key, False) == first
    # entries that were sealed in the order of the plan are read in that order
    as_it_was = attrs.evolve(first, lists=LISTS, table=_mac(key, table))
    earlier = types.SimpleNamespace(payload=as_it_was.to_bytes())
    assert keep(earlier, PLAN, table.select(LISTS[::-1]), key, False) == as_it_was
    with pytest.raises(NotPublishable, match="released before with other lists"):
        keep(earlier, PLAN, table.select(LISTS[:3]), key, False)


def test_where_what_was_kept_is_gone_another_release_is_refused() -> None:
    table, key = CaptureTable.of(LISTS, LARGE), b"k" * 32
    earlier: Any = types.SimpleNamespace(payload=None)
    with pytest.raises(NotPublishable, match="withdrawn or an import taken back since"):
        keep(earlier, PLAN, table, key, False)
    assert keep(earlier, PLAN, table, key, True) == keep(None, PLAN, table, key, False)


def test_a_second_release_may_differ_in_its_date_alone() -> None:
    table, key = CaptureTable.of(LISTS, LARGE), b"k" * 32
    said = {"made_at": "a", "commitment": "b", "version": "1", "headline": "decomposable"}
    files = {"table.csv": b"x", "estimate.json": json.dumps(said).encode()}
    now = keep(None, PLAN, table, key, False)
    first = keep_published(now, None, ["title", "about 40"], files, key, False)
    earlier: Any = types.SimpleNamespace(payload=first.to_bytes())
    later = {"table.csv": b"x", "estimate.json": json.dumps(said | {"made_at": "c"}).encode()}
    assert keep_published(now, earlier, ["title", "about 40"], later, key, False) == first
    other = json.dumps(said | {"headline": "chao"}).encode()
    for printed, changed in (
        (["title", "about 50"], files),
        (["another title", "about 40"], files),
        (["title", "about 40"], {**files, "table.csv": b"y"}),
        (["title", "about 40"], {**files, "estimate.json": other}),
    ):
        with pytest.raises(NotPublishable, match="another method, text or estimate"):
            keep_published(now, earlier, printed, changed, key, False)
        assert keep_published(now, earlier, printed, changed, key, True).published is not None


def _mac(blind: bytes, table: CaptureTable) -> str:
    return hmac.digest(blind, table.canonical(), "sha256").hex()


@pytest.mark.parametrize(
    ("words", "name", "refused"),
    [
        ("Returned, in memory of Kim Chol-su", Name("KIM Chol Su"), True),
        ("김철수 외", Name("김철수"), True),
        ("김 철 수", Name("김철수"), True),
        ("김·철·수 외", Name("김철수"), True),
        ("金 英淑", Name("金英淑"), True),
        ("Chol Su Kim", Name("김철수 (Kim Chol-su)"), True),
        ("Su Kim, collector", Name("x", family="Kim", given="Su"), False),  # short
        ("Chol Su Kim and others", Name("x", family="Kim", given="Chol Su"), True),
        ("Returned from Musan, 2003 to 2019", Name("Musan"), False),
        ("Kimcholsu", Name("Kim Chol Su"), False),
        ("이수", Name("이수"), False),
    ],
)
def test_the_words_of_a_plan_name_no_one_on_record(words: str, name: Name, refused: bool) -> None:
    names = [Name("Kim Yong 1"), Name("Pak"), name]
    for plan in (
        attrs.evolve(PLAN, title=words),
        attrs.evolve(PLAN, lists={"Dawn": ListPlan(describe=words)}),
        attrs.evolve(PLAN, population=attrs.evolve(PLAN.population, who=words)),
    ):
        if not refused:
            refuse_names(published_words(plan, ()), names)
            continue
        with pytest.raises(NotPublishable, match="name of a documented person") as stopped:
            refuse_names(published_words(plan, ()), names)
        assert words not in str(stopped.value)
    refuse_names(published_words(PLAN, ()), names)


def test_names_of_relatives_and_of_earlier_versions_are_on_record(tmp_path: Path) -> None:
    both = Consent(frozenset({"link", "statistics"}))
    first = Report("one", "R", (Name("김영숙 (Kim Young-sook)"),), relative=Name("박철수"))
    with Case.create(tmp_path / "case", Identity.generate()) as case:
        case.intake("one", {}, [IncomingReport("R", first.to_payload(), both, 2)])
        later = attrs.evolve(first, names=(Name("리은자"),), relative=None)
        case.amend("one", "R", later.to_payload())
        case.amend("one", "R", attrs.evolve(later, names=(Name("최무명의 딸"),)).to_payload())
        names = list(names_on_record(case))
    for words in ("김 영숙", "Young-sook Kim", "박철수 증언", "리은자", "최무명"):
        with pytest.raises(NotPublishable, match="name of a documented person, or of a relative"):
            refuse_names([words], names)
    refuse_names(["강제송환 2015-2024"], names)
