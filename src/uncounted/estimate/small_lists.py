"""Small lists left out before an estimate (`--min-records`), and the words that say so."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate.base.result import Study
from uncounted.estimate.base.warning import EstimateWarning


@attrs.frozen
class SmallLists:
    """Lists with fewer people than were asked for.

    Attributes:
        least: people that a list must have.
        people: how many each list that is left out has.
        uncounted: people on these lists alone, who are not in the table either.
    """

    least: int
    people: dict[str, int]
    uncounted: int

    def add_warning(self, study: Study) -> Study:
        """The study with a warning, and with a sentence in the assumption of each estimate."""
        if not self.people:
            return study
        lists = ", ".join(f"{name} ({people:,})" for name, people in self.people.items())
        text = (
            f"fewer than {self.least:,} people: {lists}; {self.uncounted:,} people on no other list"
        )
        sentence = (
            f"Lists with fewer than {self.least:,} people are left out: {', '.join(self.people)}."
        )
        estimates = tuple(
            attrs.evolve(
                each,
                assumption=f"{each.assumption} {sentence}" if each.assumption else each.assumption,
                settings={
                    **each.settings,
                    "min_records": self.least,
                    "lists_left_out": list(self.people),
                },
            )
            for each in study.estimates
        )
        warnings = (EstimateWarning("small-lists", text), *study.warnings)
        return attrs.evolve(study, estimates=estimates, warnings=warnings)


def without_small_lists(
    tables: Sequence[CaptureTable], least: int
) -> tuple[list[CaptureTable], SmallLists]:
    """Leave lists with fewer than `least` people out of the tables of one population.

    Of several tables (imputed replicates) a list stays if its mean reaches `least`, so that the
    lists are the same in all.

    Examples:
        >>> table = CaptureTable.of("ABC", {"110": 5, "100": 2, "001": 1})
        >>> (kept,), small = without_small_lists([table], 5)
        >>> kept.lists, small.people, small.uncounted
        (('A', 'B'), {'C': 1}, 1)
    """
    if least < 1:
        raise UsedWrongly(f"a list must have at least 1 person, not {least}", hint="e.g. 5")
    names = tables[0].lists
    means = {name: sum(table.list_totals[name] for table in tables) / len(tables) for name in names}
    small = {name: round(mean) for name, mean in means.items() if mean < least}
    kept = [name for name in names if name not in small]
    if not kept:  # a table has a list at least, and this one is refused
        kept, small = [names[0]], {name: small[name] for name in names[1:]}
    left = [table.select(kept) for table in tables]
    before = sum(table.observed for table in tables) - sum(table.observed for table in left)
    return left, SmallLists(least, small, round(before / len(tables)))
