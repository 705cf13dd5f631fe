"""Amending what is not the name of a report whose name an import would refuse today."""

from __future__ import annotations

import pytest

from uncounted.records.intake.amend import amended
from uncounted.records.intake.rows import Accepted, Rejected
from uncounted.records.names.name import Name
from uncounted.records.report import Report

REPORT = Report("Panel", "1", (Name("여자아이"),))


def test_another_field_may_be_amended() -> None:
    found = amended({"origin": "함흥"}, REPORT)
    assert isinstance(found, Accepted)
    assert (found.report.names, found.report.origin) == (REPORT.names, "함흥")


def test_so_may_one_of_a_report_that_speaks_of_several() -> None:
    report = Report("Panel", "1", (Name("김비밀 외 3명"),))
    found = amended({"origin": "함흥"}, report)
    assert isinstance(found, Accepted)
    anew = amended({"name": "김비밀 외 2명"}, report)
    assert isinstance(anew, Rejected)
    assert "several people" in anew.reasons[0]


@pytest.mark.parametrize("fields", [{"name": "이름 모름"}, {"name_alt": "모름", "name": "미상"}])
def test_a_name_that_is_reported_anew_must_be_one(fields: dict[str, str]) -> None:
    found = amended(fields, REPORT)
    assert isinstance(found, Rejected)
    assert "no name" in found.reasons


@pytest.mark.parametrize("name", ["김철수 부부", "김철수의 딸", "김철수 010-2345-6789"])
def test_what_is_to_be_looked_at_in_an_old_name_is_not_reported_again(name: str) -> None:
    report = Report("Panel", "1", (Name(name),))
    for fields in ({"origin": "함흥"}, {"name_alt": "박영희"}):
        found = amended(fields, report)
        assert isinstance(found, Accepted)
        assert found.warnings == ()
    anew = amended({"name": name}, report)
    assert isinstance(anew, Accepted)
    assert anew.warnings


def test_what_is_to_be_looked_at_in_what_is_reported_anew_is_reported() -> None:
    found = amended({"birth": "2999", "name_alt": "nan"}, REPORT)
    assert isinstance(found, Rejected)
    found = amended({"birth": "2999", "name_alt": "nan"}, Report("Panel", "1", (Name("김"),)))
    assert isinstance(found, Accepted)
    assert len(found.warnings) == 2
