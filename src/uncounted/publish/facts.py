"""What a release is made from: plain values, already counted; no person, report or key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.base.result import Study
from uncounted.publish.disclosure.suppression_key import SuppressionKey


@attrs.frozen
class ListFacts:
    """One organisation's list."""

    name: str
    label: str = ""
    collector: str = ""
    describe: str = ""
    covers: str = ""
    reports: int | None = None


@attrs.frozen
class AlternativeLinkages:
    """Sensitivity of the headline to the linkage model: other priors and candidate rules."""

    tried: int
    passing: int
    not_estimable: int
    interval: tuple[float, float]
    strict: float | None = None
    loose: float | None = None


@attrs.frozen
class LinkageFacts:
    """How the record linkage was done, and its uncertainty."""

    method: str
    draws: int
    people_median: float
    people_interval: tuple[float, float]
    rhat: float | None = None
    linkage_variance_share: float | None = None
    copied: bool = False
    failed_check: bool = False
    alternatives: AlternativeLinkages | None = None


@attrs.frozen(eq=False)
class SyntheticTruth:
    """The true values of a synthetic population."""

    number: int
    capture: str = ""
    perfect: Study | None = None


@attrs.frozen(eq=False)
class ReleaseFacts:
    """Everything a release is made from."""

    lists: tuple[ListFacts, ...]
    table: CaptureTable
    study: Study
    made_at: dt.datetime
    version: str
    suppression_key: SuppressionKey
    linkage: LinkageFacts | None = None
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    commitment: str | None = None
    synthetic: bool = False
    truth: SyntheticTruth | None = None

    def __attrs_post_init__(self) -> None:
        if tuple(a.name for a in self.lists) != self.table.lists:
            raise ValueError("the lists of the facts are not those of the table, in its order")
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")
        if self.truth is not None and not self.synthetic:
            raise ValueError("only a simulated population has a known truth")
