"""Strata under other ways of linking: the same people as without strata, table by table."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from uncounted.captures import DIFFER
from uncounted.estimate import EstimateSettings
from uncounted.estimate.strata.stratified import run_strata
from uncounted.estimate.text.summary import lines
from uncounted.linkage import Linkage, link
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report
from uncounted.workflow.captures import count, split
from uncounted.workflow.link import LinkedReports

GIVEN = ("철수", "영희", "성호", "은주", "광일", "향미", "춘화", "명국", "옥란", "혁철")


def reports() -> list[Report]:
    """Forty people on two lists, every second of whom a woman."""
    rng = np.random.default_rng(3)
    rows = []
    for at, name in enumerate(family + given for family in "김리박최" for given in GIVEN):
        born = parse(f"{int(rng.integers(1950, 2000))}-{int(rng.integers(1, 13)):02}-07")
        rows += [
            Report(source, f"{at}", (Name(name),), birth=born, sex="fm"[at % 2]) for source in "AB"
        ]
    return rows


@pytest.mark.sampler
def test_strata_add_up_to_the_tables_of_every_reading() -> None:
    people = reports()
    linkage = link(people, draws=4)
    keys = {(each.source, each.id): each for each in people}
    opened = LinkedReports(linkage, [keys[key] for key in linkage.keys], {})
    whole = count(opened)
    main = count(opened, by=("sex",))
    parts = main.alternatives
    assert [each.name for each in parts] == [each.name for each in whole.alternatives]
    assert [each.name for each in parts][-2:] == ["strict", "loose"]
    for one, other in zip(whole.alternatives, parts, strict=True):
        assert (one.failed_check, one.in_grid) == (other.failed_check, other.in_grid)
        for at, table in enumerate(one.strata[0]):
            summed: Counter[str] = Counter()
            for tables in other.strata:
                summed.update(tables[at].counts)
            assert summed == Counter(table.counts)
    assert not any(DIFFER in each.point.stratum.values() for each in main.strata)
    assert sum(each.point.observed for each in main.strata) == whole.whole.point.observed


def test_not_stated_and_differing_are_two_things_and_the_second_has_no_estimate() -> None:
    sexes = {"1": "ff", "2": "fm", "3": "  ", "4": "m ", "5": "mm", "6": "ff"}
    on = [
        (source, id_, sex[at].strip())
        for id_, sex in sexes.items()
        for at, source in enumerate("AB")
    ]
    people = [Report(source, id_, (Name("김철수"),), sex=sex or None) for source, id_, sex in on]
    labels = np.array([[int(id_) - 1 for _, id_, _ in on]], np.int32)
    keys = tuple((source, id_) for source, id_, _ in on)
    opened = LinkedReports(Linkage(keys, labels), people, {})
    tables = split(opened, 0, ["sex"])
    assert {table.stratum["sex"]: table.observed for table in tables} == {
        "": 1, "f": 2, "m": 2, DIFFER: 1
    }  # fmt: skip
    done = run_strata(tables, EstimateSettings(["chao"]))
    found = {
        label["sex"]: study.first.refusal_code
        for label, study in zip(done.labels, done.studies, strict=True)
    }
    assert found[DIFFER] == "reports-differ"
    text = " ".join("\n".join(lines(done)).split())
    assert "sex not stated 1 no estimate" in text
    assert "sex reports differ 1 no estimate" in text


def test_the_outcome_is_the_last_one_that_is_known() -> None:
    acts = {
        "1": (Act("arrest", parse("2016"), outcome="released"), Act("arrest", parse("2014"))),
        "2": (Act("arrest", parse("2018"), outcome="held"), Act("arrest", outcome="fate-unknown")),
        "3": (
            Act("arrest", parse("2018"), outcome="died"),
            Act("arrest", parse("2012"), outcome="held"),
        ),
        "4": (Act("arrest", parse("2018")),),
    }
    people = [Report("A", id_, (Name("김철수"),), acts=own) for id_, own in acts.items()]
    labels = np.arange(len(people), dtype=np.int32)[None]
    opened = LinkedReports(Linkage(tuple(("A", id_) for id_ in acts), labels), people, {})
    assert [table.stratum["outcome"] for table in split(opened, 0, ["outcome"])] == [
        "", "died", "held", "released"
    ]  # fmt: skip
