"""Ids of people that a case file keeps from one linkage to the next, and when reports go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import attrs

from uncounted.vault.case import Case

if TYPE_CHECKING:
    from uncounted.linkage import Linkage
    from uncounted.linkage.person_ids import LinkageChanges, PersonIds

_IDS = "person-ids"
_USES = ("link", "statistics")


def ids_kept(case: Case) -> Iterator[PersonIds]:
    """The persistent ids of each linkage that has them, the newest first."""
    from uncounted.linkage.person_ids import PersonIds

    return (PersonIds.from_bytes(each.payload) for each in case.artefacts(_IDS) if each.payload)


def keep_ids(case: Case, entry: int, linkage: Linkage) -> tuple[PersonIds, LinkageChanges | None]:
    """Give the people of a linkage ids, those of the linkage before if they are the same, and keep.

    Of a linkage of an earlier version, which gave none, the people get ids first. Those of a
    linkage that fails a check are not kept: the next one has the ids of the one before.
    """
    from uncounted.linkage import Linkage, person_ids, point_partition

    before = next(ids_kept(case), None)
    if before is None:
        earlier = [
            each for each in case.artefacts("linkage") if each.payload and each.entry.seq < entry
        ]
        if earlier:  # the latest of all reports: others were of some, for an audience
            largest = max(earlier, key=lambda each: (each.body.get("reports", 0), each.entry.seq))
            old = Linkage.from_bytes(largest.payload or b"")
            seq = largest.entry.seq
            before = person_ids.first_ids(seq, old.keys, point_partition(old).tolist())
    point = point_partition(linkage).tolist()
    if before is None:
        ids, changes = person_ids.first_ids(entry, linkage.keys, point), None
    else:
        ids, changes = person_ids.relinked(before, entry, linkage.keys, point)
    if not linkage.diagnostics.failed_check:
        noted = {"linkage": entry, "changes": changes and attrs.asdict(changes)}
        case.put(_IDS, noted, ids.to_bytes(), uses=_USES)
    return ids, changes


def ids_without(case: Case, source: str, report_id: str) -> PersonIds | None:
    """The ids to keep when this report is withdrawn; None: there are none.

    People of whom it is or was a report get other ids: those in an earlier table of clusters
    would lead from the report to the others.
    """
    from uncounted.linkage.person_ids import same_reports

    kept = list(ids_kept(case))
    if not kept:
        return None
    had = [(each, same_reports((source, report_id), each.of)) for each in kept]
    cut = {each.of[key] for each, keys in had for key in keys}
    return kept[0].without(had[0][1], cut)


def ids_of_present(case: Case, ids: PersonIds | None) -> PersonIds | None:
    """The same ids, of the reports that the case file has now."""
    if ids is None:
        return None
    present = {(stored.source, stored.id) for stored in case.every_report()}
    return ids.without(set(ids.of) - present)


def standing_ids(case: Case) -> PersonIds | None:
    """The ids of the latest linkage; None: there are none."""
    return next(ids_kept(case), None)


def carry_ids(case: Case, ids: PersonIds | None) -> None:
    """Keep ids, if there are any, after what was made from reports was destroyed."""
    if ids is not None:
        case.put(_IDS, {}, ids.to_bytes(), uses=_USES)
