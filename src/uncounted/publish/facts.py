"""What `steps` hands in to be published: plain values, already counted.

There is no person here, no report and no key; a publisher that holds a `Facts`
can print numbers about lists and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs

from uncounted.captures import CaptureTable
from uncounted.estimate.base.result import Study
from uncounted.publish.disclosure.keyed_choice import Blind


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
class OtherWays:
    """What the headline's method gives where reports are linked in other ways.

    Attributes:
        tried: pairs of a prior and a rule of who may be one person.
        passing: how many of them pass their checks.
        silent: of these, those under which there is no number.
        interval: from the lowest end to the highest, over the main way and those that pass.
        strict: if only pairs that are nearly sure are links; None: no number.
        loose: if all pairs are but those that are nearly sure to be none; None: no number.
    """

    tried: int
    passing: int
    silent: int
    interval: tuple[float, float]
    strict: float | None = None
    loose: float | None = None


@attrs.frozen
class LinkageFacts:
    """How it was decided which reports are the same person, and how sure that is.

    Attributes:
        method: in words, a sentence or two.
        draws: ways of saying who is who that were drawn.
        people_median: people on at least one list, over the draws.
        people_interval: its 95% interval over the draws.
        rhat: of the number of people; None when there is only one draw.
        share_of_variance: how much of the variance of the headline estimate comes from
            linkage, 0 to 1; None when not known.
        copied: whether one of the lists stands in another nearly whole (`linkage.copied_lists`), by
            the reports that were used. It is printed only where no count is hidden.
        fails: whether the way that was used fails a check that other ways have to pass.
        other_ways: of linking, and what the headline would be; None when there is no headline.
    """

    method: str
    draws: int
    people_median: float
    people_interval: tuple[float, float]
    rhat: float | None = None
    share_of_variance: float | None = None
    copied: bool = False
    fails: bool = False
    other_ways: OtherWays | None = None


@attrs.frozen(eq=False)
class Truth:
    """What is known about a made-up population, and can be known of no real one.

    Attributes:
        number: people there are (N).
        capture: in words, how the lists come by their people.
        perfect: the study on the table that perfect linkage would give; None if not made.
    """

    number: int
    capture: str = ""
    perfect: Study | None = None


@attrs.frozen(eq=False)
class Facts:
    """Everything a release is made from.

    Attributes:
        lists: in the order of `table.lists`.
        table: of one stated point partition of the linkage draws.
        study: every method, refusals included.
        made_at: with its time zone; the PDF carries it, so the same facts give the same bytes.
        version: of the tool.
        blind: the case file's secret, from which it is drawn what is hidden beside the small
            counts: 32 bytes, the same for every release of a case. It is never printed.
        linkage: None for a table that came from a file.
        left_out: reports that were not used, by reason in words; printed coarsely.
        commitment: to the data, under a salt that stays in the case; never a bare hash.
        made_up: whether the population was invented.
        truth: for made-up populations only.
    """

    lists: tuple[ListFacts, ...]
    table: CaptureTable
    study: Study
    made_at: dt.datetime
    version: str
    blind: Blind
    linkage: LinkageFacts | None = None
    left_out: Mapping[str, int] = attrs.field(factory=dict)
    commitment: str | None = None
    made_up: bool = False
    truth: Truth | None = None

    def __attrs_post_init__(self) -> None:
        if tuple(a.name for a in self.lists) != self.table.lists:
            raise ValueError("the lists of the facts are not those of the table, in its order")
        if self.made_at.tzinfo is None:
            raise ValueError("made_at needs a time zone")
        if self.truth is not None and not self.made_up:
            raise ValueError("only a made-up population has a known truth")
