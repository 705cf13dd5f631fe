"""A report and its payload: nothing is lost, and what was sealed before keeps its bytes."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.errors import BadInput
from uncounted.proof.canonical_json import canonical
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report, forget_shared

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MAYBE = st.none() | TEXT
DATES = st.sampled_from(["2013", "2013-05~", "201X", "../2013", "2013/.."]).map(PartialDate.of)
NAMES = st.builds(Name, TEXT, MAYBE, MAYBE)
ACTS = st.builds(Act, MAYBE, st.none() | DATES, MAYBE, MAYBE, MAYBE)
REPORTS = st.builds(
    Report,
    source=TEXT,
    id=TEXT,
    names=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    sex=st.sampled_from([None, "f", "m"]),
    birth=st.none() | DATES,
    origin=MAYBE,
    acts=st.lists(ACTS, max_size=2).map(tuple),
    note=MAYBE,
    collector=MAYBE,
    relative=st.none() | NAMES,
    occupation=MAYBE,
    number=MAYBE,
)


@given(REPORTS)
def test_a_report_comes_back_from_its_payload(report: Report) -> None:
    sealed = canonical(report.to_payload())
    assert Report.from_payload(json.loads(sealed)) == report


@given(REPORTS)
def test_whatever_is_reported_is_in_the_payload(report: Report) -> None:
    said = {field.name for field in attrs.fields(Report) if getattr(report, field.name) is not None}
    assert report.to_payload().keys() == said | {"format"}


@given(REPORTS)
def test_the_second_form_is_for_what_the_first_would_lose(report: Report) -> None:
    apart = (report.relative, report.occupation, report.number)
    assert report.to_payload()["format"] == (1 if apart == (None, None, None) else 2)


def test_a_report_as_it_was_before_there_was_a_second_form() -> None:
    report = Report("A", "1", (Name("김철수"),), "m", note="x", acts=(Act("arrest"),))
    sealed = """{"acts":[{"kind":"arrest"}],"format":1,"id":"1","names":[{"written":"김철수"}],\
"note":"x","sex":"m","source":"A"}"""
    assert canonical(report.to_payload()).decode() == sealed
    assert Report.from_payload(json.loads(sealed)) == report


@pytest.mark.parametrize("field", ["source", "id", "sex", "origin", "note", "occupation", "number"])
@pytest.mark.parametrize("value", [5, ["x"], {"written": "x"}])
def test_what_is_no_text_is_not_taken_for_one(field: str, value: Any) -> None:
    payload = {**Report("A", "1", (Name("김철수"),)).to_payload(), field: value}
    with pytest.raises(
        BadInput, match="a value that is not text where text is required"
    ) as refused:
        Report.from_payload(payload)
    assert "write the file again" in (refused.value.hint or "")


@pytest.mark.parametrize("form", [0, 3, "2", None])
def test_a_payload_of_a_later_version_is_refused(form: Any) -> None:
    with pytest.raises(BadInput, match="a format that this version does not support"):
        Report.from_payload({**Report("A", "1", (Name("김철수"),)).to_payload(), "format": form})


def test_equal_values_are_there_once_until_they_are_forgotten() -> None:
    act = Act("killing", PartialDate.of("2013-05"), "Hoeryong")
    payload = Report("A", "1", (Name("김철수"),), birth=act.date, acts=(act,)).to_payload()
    one, other = Report.from_payload(payload), Report.from_payload(payload)
    assert one.acts[0] is other.acts[0]
    assert one.birth is other.birth
    forget_shared()
    later = Report.from_payload(payload)
    assert later == one
    assert later.acts[0] is not one.acts[0]
