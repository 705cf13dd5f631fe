"""What a stage has made is kept as plain arrays, and anything else is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple

import attrs
import numpy as np
import pytest

from uncounted.linkage import checkpoints
from uncounted.linkage.arrays import Codes, Floats
from uncounted.linkage.checkpoints import packed, recalled, restored


class Pair(NamedTuple):
    codes: Codes
    first: int


@attrs.frozen(eq=False)
class Made:
    pair: Pair
    keys: dict[str, Floats]
    rows: tuple[Floats, ...]
    shares: Mapping[str, Mapping[str, float]]
    why: str | None
    more: Floats | None
    least: float = 0.0
    sure: bool = False


def made() -> Made:
    return Made(
        Pair(np.array([[1, 2], [3, 4]], np.int32), int(np.int64(7))),
        {"given": np.array([0.1, np.nan]), "": np.zeros(0)},
        (np.ones(2), np.zeros(1)),
        {"rule": {"found": 0.1}},
        None,
        None,
        float("inf"),
    )


class Kept:
    """Stages in memory."""

    keeps = True

    def __init__(self, **stages: bytes) -> None:
        self.stages, self.refused = stages, list[str]()

    def load(self, stage: str) -> bytes | None:
        return self.stages.get(stage)

    def save(self, stage: str, content: bytes) -> None:
        self.stages[stage] = content

    def refuse(self, stage: str) -> None:
        self.refused.append(stage)


def test_what_is_kept_is_read_back_bit_for_bit() -> None:
    one = made()
    again = restored(Made, packed(one))
    assert packed(again) == packed(one)
    assert again.pair.codes.dtype == np.int32
    assert again.pair.codes.flags.writeable
    assert (again.pair.first, again.least, again.sure, again.why) == (7, np.inf, False, None)
    assert list(again.keys) == ["given", ""]
    assert again.shares == {"rule": {"found": 0.1}}


def _changed(change: Callable[[dict[str, bytes]], None]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(packed(made()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _array(value: object, dtype: type) -> bytes:
    out = io.BytesIO()
    np.save(out, np.array(value, dtype), allow_pickle=True)
    return out.getvalue()


def _said(name: str, value: object) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        about = json.loads(parts["about.json"])
        parts["about.json"] = json.dumps({**about, name: value}).encode()

    return change


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return pytest.fail, ("something that was kept was run",)


CHANGES = {
    "other numbers": lambda parts: parts.update({".pair.codes.npy": _array([1], np.int64)}),
    "objects": lambda parts: parts.update({".pair.codes.npy": _array([Bomb()], object)}),
    "one is missing": lambda parts: parts.pop(".rows.0.npy"),
    "one too many": lambda parts: parts.update({".other.npy": _array([1], np.int64)}),
    "nothing said": lambda parts: parts.pop("about.json"),
    "no JSON": lambda parts: parts.update({"about.json": b"{"}),
    "a huge array": lambda parts: parts.update(
        {".pair.codes.npy": _array([1], np.int32).replace(b"(1,)", b"(1 << 60,)", 1)}
    ),
    "another type": _said(".pair.first", "7"),
    "a truth for a number": _said(".least", True),
    "more said": _said(".extra", 1),
    "so many rows": _said(".rows", 10**9),
    "rows below none": _said(".rows", -1),
    "a name that is none": _said(".keys", [["given"]]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_anything_else_is_refused(change: Callable[[dict[str, bytes]], None]) -> None:
    kept = Kept(stage=_changed(change))
    assert recalled(kept, "stage", Made, lambda _: True) is None
    assert kept.refused == ["stage"]


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_what_was_cut_is_refused(cut: int) -> None:
    kept = Kept(stage=packed(made())[:cut])
    assert recalled(kept, "stage", Made, lambda _: True) is None
    assert kept.refused == ["stage"]


def test_what_does_not_fit_is_made_again_and_kept() -> None:
    kept, one = Kept(stage=packed(made())), made()
    found = checkpoints.staged(kept, "stage", Made, lambda _: False, lambda: one)
    assert found is one
    assert kept.refused == ["stage"]
    assert checkpoints.staged(kept, "stage", Made, lambda _: True, pytest.fail) is not one
    assert checkpoints.staged(kept, "other", Made, lambda _: True, lambda: one) is one
    assert list(kept.stages) == ["stage", "other"]
