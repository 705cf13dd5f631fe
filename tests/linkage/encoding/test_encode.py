"""Reading a million names leaves the collector of cycles off, and leaves it as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from uncounted.linkage.encoding import encode as encoding
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells import name_parser
from uncounted.records.names.name import Name
from uncounted.records.report import Report

REPORTS = [
    Report("A", "1", (Name("김철수"),)),
    Report("B", "2", (Name("KIM Chol Su"), Name("Pak Min Ho"))),
    Report("B", "3", (Name("金哲洙 (1970년생)"),)),
]


@pytest.fixture(autouse=True)
def _on() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


@pytest.mark.parametrize("is_on", [True, False])
def test_the_collector_is_off_while_names_are_read_and_afterwards_as_before(
    monkeypatch: pytest.MonkeyPatch, is_on: bool
) -> None:
    seen = []
    read = name_parser.forms

    def forms(*said: object, **way: object) -> object:
        seen.append(gc.isenabled())
        return read(*said, **way)  # type: ignore[arg-type]

    monkeypatch.setattr(encoding, "forms", forms)
    if not is_on:
        gc.disable()
    encode(REPORTS)
    assert gc.isenabled() is is_on
    assert seen
    assert not any(seen)


def test_the_collector_is_on_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def forms(*said: object, **way: object) -> object:
        raise ValueError

    monkeypatch.setattr(encoding, "forms", forms)
    with pytest.raises(ValueError, match=r"^$"):
        encode(REPORTS)
    assert gc.isenabled()


def test_reading_names_makes_no_cycles_that_would_wait_to_be_collected() -> None:
    encode(REPORTS)
    gc.collect()
    gc.disable()
    encode(REPORTS)
    assert gc.collect() == 0
