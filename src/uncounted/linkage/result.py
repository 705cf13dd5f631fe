"""Posterior draws of a linkage, their stored form, and the counts that are made of them."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.captures import CaptureTable
from uncounted.errors import Damaged
from uncounted.linkage.arrays import Floats, Ints, Labels
from uncounted.linkage.diagnostics import (
    AlternativeFit,
    AlternativeSummary,
    Json,
    LinkageDiagnostics,
    LinkageSettings,
)

_FORMAT = 2
_KNOWN = (1, 2)  # 1: without other readings
_NOT_AS_WRITTEN = (  # what reading raises, where bytes are others
    zipfile.BadZipFile,
    zlib.error,
    AttributeError,
    EOFError,
    LookupError,
    OSError,  # of the content, which is in memory
    RuntimeError,
    TypeError,
    ValueError,
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # one time stamp for all, so that bytes repeat


@attrs.frozen(eq=False)
class AlternativeLinkage:
    """A few posterior draws under another prior or candidate rule; `why`: the check it fails."""

    prior: str
    candidates: str
    labels: Labels
    why: str | None
    fit: AlternativeFit

    @property
    def name(self) -> str:
        """The cell, in words."""
        return f"{self.prior}, {self.candidates} candidates"

    def summary(self) -> AlternativeSummary:
        """The same without draws."""
        fit = attrs.asdict(self.fit, recurse=False)
        return AlternativeSummary(self.prior, self.candidates, self.why is None, self.why, **fit)


@attrs.frozen(eq=False)
class Linkage:
    """Posterior draws of which reports are one person.

    Attributes
    ----------
    keys : tuple of (str, str)
        Source and id of each report.
    labels : int32 array, shape (draws, reports)
        Within a row, equal labels are one person; labels count from 0 in order of a person's
        first report.
    pairs : int
        Pairs that were compared.
    diagnostics : LinkageDiagnostics
        Convergence, candidates, blocking, checks.
    settings : LinkageSettings or None
        None where there was nothing to link.
    seed : int
        Of the chains.
    seconds : float
        Wall-clock time; not stored.
    grid : tuple of AlternativeLinkage
        A few draws under every other prior and rule for candidates.

    Examples
    --------
    >>> keys = ("A", "1"), ("A", "2"), ("B", "7")
    >>> linkage = Linkage(keys, np.array([[0, 1, 0], [0, 1, 2]], np.int32))
    >>> linkage.people.tolist(), linkage.sources
    ([2, 3], ('A', 'A', 'B'))
    >>> Linkage.from_bytes(linkage.to_bytes()).labels.tolist()
    [[0, 1, 0], [0, 1, 2]]
    """

    keys: tuple[tuple[str, str], ...]
    labels: Labels
    pairs: int = 0
    diagnostics: LinkageDiagnostics = attrs.field(factory=LinkageDiagnostics)
    settings: LinkageSettings | None = None
    seed: int = 1
    seconds: float = 0.0
    grid: tuple[AlternativeLinkage, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The source of each report."""
        return tuple(source for source, _ in self.keys)

    @property
    def people(self) -> NDArray[np.int64]:
        """The number of people in each draw."""
        if not self.keys:
            return np.zeros(len(self.labels), np.int64)
        return self.labels.max(axis=1).astype(np.int64) + 1

    @property
    def index(self) -> dict[tuple[str, str], int]:
        """Where each report is, by source and id in one form of their letters."""
        return {composed(key): at for at, key in enumerate(self.keys)}

    def together(self, left: Ints, right: Ints) -> Floats:
        """Of pairs of reports, the share of draws in which each is one person."""
        return np.asarray((self.labels[:, left] == self.labels[:, right]).mean(axis=0), np.float64)

    def settings_json(self) -> Json:
        """Settings as plain values; empty where there was nothing to link."""
        return self.settings.to_stored() if self.settings else {}

    def to_bytes(self) -> bytes:
        """A zip of labels.npy, grid.npy and about.json, alike for equal draws."""
        about = {
            "format": _FORMAT,
            "keys": self.keys,
            "pairs": self.pairs,
            "diagnostics": self.diagnostics.to_stored(),
            "settings": self.settings_json(),
            "seed": self.seed,
            "grid": [{**_about(each), "draws": len(each.labels)} for each in self.grid],
        }
        rows = [each.labels for each in self.grid]
        grid = np.concatenate(rows) if rows else np.zeros((0, len(self.keys)), np.int32)
        text = json.dumps(about, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name, content in (
                ("about.json", text.encode()),
                ("labels.npy", _npy(self.labels)),
                ("grid.npy", _npy(grid)),
            ):
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Linkage:
        """Read back what `to_bytes` gave; anything else is `Damaged`."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                about = json.loads(archive.read("about.json"))
                labels = np.load(io.BytesIO(archive.read("labels.npy")), allow_pickle=False)
                grid = labels[:0]
                if about.get("format") != 1:
                    grid = np.load(io.BytesIO(archive.read("grid.npy")), allow_pickle=False)
            return cls._of(about, labels, grid)
        except _NOT_AS_WRITTEN as why:
            raise Damaged(
                "the stored linkage cannot be read", hint="run uncounted link again"
            ) from why

    @classmethod
    def _of(cls, about: Any, labels: Labels, grid: Labels) -> Linkage:
        keys = tuple((source, id_) for source, id_ in about["keys"])
        stops = np.cumsum([0, *(each["draws"] for each in about.get("grid", []))])
        if (
            about.get("format") not in _KNOWN
            or {labels.shape[1:], grid.shape[1:]} != {(len(keys),)}
            or stops[-1] != len(grid)
        ):
            raise ValueError("the parts do not fit")
        return cls(
            keys,
            labels.astype(np.int32),
            about["pairs"],
            LinkageDiagnostics.from_stored(about["diagnostics"]),
            LinkageSettings.from_stored(about["settings"]) if about["settings"] else None,
            about["seed"],
            0.0,
            tuple(
                AlternativeLinkage(
                    each["prior"],
                    each["candidates"],
                    grid[low:high].astype(np.int32),
                    each["why"],
                    AlternativeFit.from_stored(each["facts"]),
                )
                for each, low, high in zip(about.get("grid", []), stops, stops[1:], strict=False)
            ),
        )


def composed(key: tuple[str, str]) -> tuple[str, str]:
    """Source and id in one form of their letters."""
    return unicodedata.normalize("NFC", key[0]), unicodedata.normalize("NFC", key[1])


def _about(reading: AlternativeLinkage) -> Json:
    return {
        "prior": reading.prior,
        "candidates": reading.candidates,
        "why": reading.why,
        "facts": reading.fit.to_stored(),
    }


def _npy(labels: Labels) -> bytes:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(labels, "<i4"), allow_pickle=False)
    return out.getvalue()


def capture_table(
    labels: Labels, sources: Sequence[str], lists: Sequence[str] | None = None
) -> CaptureTable:
    """Count people by which lists they are on: records in, counts out.

    Parameters
    ----------
    labels : int array, shape (reports,)
        One draw, or a point estimate.
    sources : sequence of str
        The source of each report.
    lists : sequence of str, optional
        The lists in their order; default: every source, sorted. Reports of other sources are
        left out.

    Returns
    -------
    CaptureTable
        People by capture history.

    Examples
    --------
    >>> capture_table(np.array([0, 1, 0]), ["A", "A", "B"]).counts
    {'11': 1, '10': 1}
    """
    names = tuple(sorted(set(sources)) if lists is None else lists)
    bit = {name: 1 << at for at, name in enumerate(names)}
    person = np.unique(labels, return_inverse=True)[1]
    of_each = [bit.get(source, 0) for _, source in zip(person, sources, strict=True)]
    on = np.zeros(len(labels), np.uint64)
    np.bitwise_or.at(on, person, np.array(of_each, np.uint64))
    cells, people = np.unique(on[on > 0], return_counts=True)
    patterns = ["".join("01"[int(cell) >> at & 1] for at in range(len(names))) for cell in cells]
    return CaptureTable(names, dict(zip(patterns, people.tolist(), strict=True)))


def pair_shares(labels: Labels) -> tuple[Ints, Ints, Floats]:
    """Pairs that some draw puts together, `left < right` in order, and their share of draws.

    Examples:
        >>> left, right, share = pair_shares(np.array([[0, 0, 1], [0, 1, 1]], np.int32))
        >>> left.tolist(), right.tolist(), share.tolist()
        ([0, 1], [1, 2], [0.5, 0.5])
    """
    count = labels.shape[1]
    codes = [np.zeros(0, np.int64)]
    for row in labels:
        order = np.argsort(row, kind="stable").astype(np.int64)
        held = row[order]
        for step in range(1, count):  # a report and the one `step` later in its cluster
            alike = held[step:] == held[:-step]
            if not alike.any():
                break
            codes.append(order[:-step][alike] * count + order[step:][alike])
    values, times = np.unique(np.concatenate(codes), return_counts=True)
    width = max(count, 1)
    return values // width, values % width, times / len(labels)


def together(labels: Labels) -> dict[tuple[int, int], float]:
    """Match probability of each pair that some draw puts together."""
    left, right, share = (each.tolist() for each in pair_shares(labels))
    return dict(zip(zip(left, right, strict=True), share, strict=True))


def pairs_within(labels: NDArray[Any]) -> int:
    """How many pairs of reports a partition has together."""
    sizes = np.bincount(labels)
    return int((sizes * (sizes - 1) // 2).sum())


def numbered(labels: NDArray[Any]) -> Labels:
    """The same partition with labels 0, 1, ... in order of first reports."""
    order = np.arange(len(labels))
    first = np.full(int(labels.max(initial=-1)) + 1, len(labels))
    np.minimum.at(first, labels, order)
    mine = first[labels]
    return np.asarray((np.cumsum(mine == order) - 1)[mine], np.int32)
