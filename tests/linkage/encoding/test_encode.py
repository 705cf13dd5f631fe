"""Names are read once; meanwhile the collector of cycles is off, and afterwards as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import attrs
import numpy as np
import pytest

from uncounted.linkage.encoding import read_names
from uncounted.linkage.encoding.encode import Encoded, encode
from uncounted.linkage.encoding.read_names import ReadNames
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

    monkeypatch.setattr(read_names, "forms", forms)
    if not is_on:
        gc.disable()
    encode(REPORTS)
    assert gc.isenabled() is is_on
    assert seen
    assert not any(seen)


def test_the_collector_is_on_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def forms(*said: object, **way: object) -> object:
        raise ValueError

    monkeypatch.setattr(read_names, "forms", forms)
    with pytest.raises(ValueError, match=r"^$"):
        encode(REPORTS)
    assert gc.isenabled()


def test_reading_names_makes_no_cycles_that_would_wait_to_be_collected() -> None:
    encode(REPORTS)
    gc.collect()
    gc.disable()
    encode(REPORTS)
    assert gc.collect() == 0


def _equal(one: object, other: object) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return one == other


def _alike(one: Encoded, other: Encoded) -> bool:
    values = [attrs.asdict(each, recurse=False) for each in (one, other)]
    keys = [each.pop("keys") for each in values]
    return _equal(*(tuple(each.values()) for each in values)) and _equal(
        *(tuple(each.items()) for each in keys)
    )


def test_names_are_read_once_and_numbered_as_if_read_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others = [
        Report("A", "0", (Name("Сергей Иванов"),)),
        Report("C", "1", (Name("박○○"),)),
        Report("C", "2", ()),
        Report("C", "3", (Name("Ri Yong Hui"),), relative=Name("김철수")),
    ]
    every = [others[0], REPORTS[0], *others[1:], *REPORTS[1:]]
    whole = encode(every)
    given = []
    read = name_parser.forms

    def forms(names: tuple[Name, ...], *said: object, **way: object) -> object:
        given.append(names)
        return read(names, *said, **way)  # type: ignore[arg-type]

    monkeypatch.setattr(read_names, "forms", forms)
    once = ReadNames()
    some = encode([each for each in every if each.id != "2"], read=once)
    assert _alike(some, encode([each for each in every if each.id != "2"]))
    given.clear()
    assert _alike(encode(every, read=once), whole)
    assert given == [(Name("KIM Chol Su"), Name("Pak Min Ho"))]
    assert _alike(encode(REPORTS, read=once), encode(REPORTS))
