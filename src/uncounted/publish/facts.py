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
    """One organisation's list.

    Attributes:
        name: as in the case file and in the table.
        label: as readers should see it.
        collector: who made the list; may be empty.
        describe: one or two sentences on how; may be empty.
        covers: which period, places and acts the list was kept for, in words; may be empty.
        reports: reports that were used (after consent), duplicates included.
    """

    name: str
    label: str = ""
    collector: str = ""
    describe: str = ""
    covers: str = ""
    reports: int | None = None


@attrs.frozen
class AlternativeLinkages:
    """Sensitivity of the headline to the linkage model: other priors and candidate rules.

    Attributes:
        tried: pairs of a prior and a rule of who may be one person.
        passing: how many of them pass their checks.
        not_estimable: of these, those without an estimate.
        interval: the range over the main linkage and those that pass.
        strict: if only pairs that are nearly sure are links; None: no number.
        loose: if all pairs are but those that are nearly sure to be none; None: no number.
    """

    tried: int
    passing: int
    not_estimable: int
    interval: tuple[float, float]
    strict: float | None = None
    loose: float | None = None


@attrs.frozen
class LinkageFacts:
    """How the record linkage was done, and its uncertainty.

    Attributes:
        method: in words, a sentence or two.
        draws: posterior draws of the linkage.
        people_median: people on at least one list, over the draws.
        people_interval: its 95% interval over the draws.
        rhat: of the number of people; None when there is only one draw.
        linkage_variance_share: how much of the variance of the headline estimate comes from
            linkage, 0 to 1; None when not known.
        copied: whether one of the lists stands in another nearly whole (`linkage.copied_lists`), by
            the reports that were used. It is printed only where no count is hidden.
        failed_check: whether the way that was used fails a check that other ways have to pass.
        alternatives: sensitivity of the headline to the linkage; None without a headline.
    """

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
    """The true values of a synthetic population.

    Attributes:
        number: people there are (N).
        capture: in words, how the lists come by their people.
        perfect: the study on the table that perfect linkage would give; None if not made.
    """

    number: int
    capture: str = ""
    perfect: Study | None = None


@attrs.frozen(eq=False)
class ReleaseFacts:
    """Everything a release is made from.

    Attributes:
        lists: in the order of `table.lists`.
        table: of one stated point partition of the linkage draws.
        study: every method, refusals included.
        made_at: with its time zone; the PDF carries it, so the same facts give the same bytes.
        version: of the tool.
        suppression_key: the case file's secret for random suppression: 32 bytes, the same for
            every release of a case. It is never printed.
        linkage: None for a table that came from a file.
        left_out: reports that were not used, by reason in words; printed coarsely.
        commitment: to the data, under a salt that stays in the case; never a bare hash.
        synthetic: whether the population is simulated.
        truth: for synthetic populations only.
    """

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
            raise ValueError("only a made-up population has a known truth")
