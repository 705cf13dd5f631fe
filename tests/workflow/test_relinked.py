"""Linking again in a case file: people keep their ids, and none leads to a withdrawn report."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

import attrs
import numpy as np
import pytest
from tests.json_schemas import conform

from uncounted.errors import NotLinked
from uncounted.linkage import Linkage
from uncounted.linkage.diagnostics import FitDiagnostics, LinkageDiagnostics
from uncounted.linkage.person_ids import PersonIds
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.workflow import custody, reports
from uncounted.workflow import link as linking

DAY = dt.date(2026, 11, 29)
BOTH = Consent({"link", "statistics"})


def incoming(source: str, ids: str) -> list[IncomingReport]:
    made = [Report(source, each, (Name("Kim Chol Su"),)) for each in ids]
    return [IncomingReport(one.id, one.to_payload(), BOTH, row) for row, one in enumerate(made, 2)]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case.create(tmp_path / "a.case", Identity.generate())
    made.intake("A", {}, incoming("A", "abcdef"))
    return made


def linkage(*people: str) -> Linkage:
    """Draws that are certain of these people."""
    rows = [(("A", letter), at) for at, each in enumerate(people) for letter in each]
    labels = np.array([[at for _, at in rows]] * 3, np.int32)
    return Linkage(tuple(key for key, _ in rows), labels)


def old_link(case: Case, *people: str) -> None:
    """Keep a linkage as earlier versions did, which gave no ids."""
    made = linkage(*people)
    case.put("linkage", {"reports": len(made.keys)}, made.to_bytes(), uses=["link", "statistics"])


def link(case: Case, monkeypatch: pytest.MonkeyPatch, *people: str) -> linking.LinkSummary:
    monkeypatch.setattr("uncounted.linkage.link", lambda *_, **__: linkage(*people))
    return linking.link(case, on=DAY)


def clusters(case: Case, folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The person of each report as they were written, and the person before."""
    out = folder / "clusters.csv"
    linking.clusters(case, out, on=DAY)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    out.unlink()
    return {row["report"]: row["person"] for row in rows}, {
        row["report"]: row["previous"] for row in rows
    }


def grouped(person: dict[str, str]) -> Sequence[str]:
    found: dict[str, str] = {}
    for report, id_ in sorted(person.items()):
        found[id_] = found.get(id_, "") + report
    return sorted(found.values())


def every_id_kept(case: Case) -> set[str]:
    """Whatever the case file has of ids."""
    return {
        id_
        for each in case.artefacts("person-ids")
        if each.payload
        for ids in [PersonIds.from_bytes(each.payload)]
        for id_ in (*ids.people, *ids.retired, *ids.retired.values())
    }


def test_people_keep_their_ids(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert link(case, monkeypatch, "ab", "cd", "ef").changes is None
    first, before = clusters(case, tmp_path)
    assert grouped(first) == ["ab", "cd", "ef"]
    assert set(before.values()) == {""}
    case.intake("A", {}, incoming("A", "abcdefgh"))
    done = link(case, monkeypatch, "abg", "c", "d", "ef", "h")
    assert done.changes is not None
    assert "1 person unchanged, 1 with new reports, 1 new, 2 split" in done.changes.words
    conform("link", json.loads(json.dumps(done.to_json())))
    second, before = clusters(case, tmp_path)
    assert {key: second[key] for key in "abcef"} == {key: first[key] for key in "abcef"}
    assert before == {**first, "g": "", "h": ""}
    assert len(set(second.values())) == 5
    linked = [each for each in case.entries() if each.kind in ("linkage", "person-ids")]
    assert [each.kind for each in linked] == ["linkage", "person-ids"] * 2


def test_a_linkage_of_an_earlier_version_gets_ids(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_link(case, "ab", "cd", "e", "f")
    first, _ = clusters(case, tmp_path)
    assert clusters(case, tmp_path)[0] == first  # given once
    assert link(case, monkeypatch, "ab", "cd", "ef").changes is not None
    second, before = clusters(case, tmp_path)
    assert before == first
    assert {key: second[key] for key in "abcde"} == {key: first[key] for key in "abcde"}


def test_relinking_an_earlier_version_says_what_changed(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_link(case, "ab", "cd", "e", "f")
    changes = link(case, monkeypatch, "ab", "cd", "ef").changes
    assert changes is not None
    assert (changes.unchanged, changes.merged) == (2, 1)


def test_a_linkage_for_an_audience_changes_no_id(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(case, monkeypatch, "ab", "cd", "ef")
    first, _ = clusters(case, tmp_path)
    monkeypatch.setattr("uncounted.linkage.link", lambda *_, **__: linkage("abc", "def"))
    done = linking.link(case, linking.Audience("public"), on=DAY)
    assert done.changes is None
    link(case, monkeypatch, "ab", "cd", "ef")
    assert clusters(case, tmp_path)[0] == first


def test_a_linkage_that_fails_a_check_changes_no_id(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(case, monkeypatch, "ab", "cd", "ef")
    first, _ = clusters(case, tmp_path)
    fails = LinkageDiagnostics(fit=FitDiagnostics(failed_check="325 pairs are linked"))
    runaway = attrs.evolve(linkage("abcdef"), diagnostics=fails)
    monkeypatch.setattr("uncounted.linkage.link", lambda *_, **__: runaway)
    assert linking.link(case, on=DAY).changes is None
    assert grouped(clusters(case, tmp_path)[0]) == ["abcdef"]
    changes = link(case, monkeypatch, "ab", "cd", "ef").changes
    assert changes is not None
    assert changes.unchanged == 3
    assert clusters(case, tmp_path)[0] == first


def test_withdrawal_leaves_no_id_of_the_person(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(case, monkeypatch, "a", "bc", "d", "ef")
    first, _ = clusters(case, tmp_path)
    link(case, monkeypatch, "abc", "d", "ef")
    second, _ = clusters(case, tmp_path)
    custody.withdraw(case, "A", "a")
    custody.withdraw(case, "A", "d")
    had = {first["a"], second["a"], first["d"]}
    assert not had & every_id_kept(case)
    changes = link(case, monkeypatch, "bc", "ef").changes
    assert changes is not None
    assert (changes.unchanged, changes.gone, changes.new) == (2, 0, 0)  # nothing of "a" and "d"
    third, before = clusters(case, tmp_path)
    assert not had & {*third.values(), *before.values()}
    assert third["e"] == first["e"]
    assert third["b"] == before["b"] != first["b"]
    assert case.check() == ()


def test_ids_outlast_an_import_that_is_taken_back(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(case, monkeypatch, "ab", "cd", "ef")
    first, _ = clusters(case, tmp_path)
    case.intake("A", {}, incoming("A", "xy"))
    link(case, monkeypatch, "abx", "cd", "ef", "y")
    number = max(each.seq for each in case.entries() if each.kind == "import")
    reports.undo(case, number)
    changes = link(case, monkeypatch, "ab", "cd", "ef").changes
    assert changes is not None
    assert (changes.unchanged, changes.gone) == (3, 0)
    assert clusters(case, tmp_path)[0] == first


def test_a_linkage_of_other_stated_languages_is_out_of_date(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(case, monkeypatch, "ab", "cdef")
    case.intake("A", {"languages": ["arabic"]}, incoming("A", "abcdef"))  # no report changes
    with pytest.raises(NotLinked, match="languages of names that mappings state"):
        linking.latest_linkage(case, DAY)
    done = link(case, monkeypatch, "ab", "cdef")
    assert done.other_names == "Arabic (stated) in Latin: A"
    assert linking.latest_linkage(case, DAY).languages == {"A": ["arabic"]}
    case.intake("A", {}, incoming("A", "abcdef"))
    assert not linking.latest_linkage(case, DAY).languages  # the first is of this statement
