"""Fathers' names in patronymics: in a report's own name, or in place of a relative's name.

One list has the father's name in a column of its own, as it is or as a patronymic; another has the
patronymic as a word of the person's name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from uncounted.linkage.arrays import Codes, Ints
from uncounted.linkage.encoding.columns import ReportColumns
from uncounted.linkage.encoding.name_index import Indexer
from uncounted.linkage.encoding.source_names import SourceNames
from uncounted.records.cells.name_parser import father_of
from uncounted.records.names.forms import MOST_WORDS
from uncounted.records.names.name import Name


def with_fathers(
    recorded: ReportColumns, ways: Sequence[SourceNames], way_of: Ints
) -> tuple[Sequence[tuple[Name, ...]], Codes, Codes]:
    """Rows of names; the row of each report's relative and of the father in its own name.

    `ways` are ways of reading names, `way_of` the way of each report. A relative's name that is a
    patronymic alone becomes the father's name. Names that are read as Korean stay as they are, and
    without any relative nothing is looked for.
    """
    rows = Indexer[tuple[Name, ...]]()
    for names in recorded.name_rows:
        rows(names)
    nothing = rows(())
    if (recorded.relative == nothing).all():
        return tuple(rows.of), recorded.relative, np.full(len(way_of), nothing, np.int32)

    def fathers(codes: Codes, most: int) -> Codes:
        """The row of the father's name for each row of names; `nothing` where there is none."""
        pairs, at = np.unique(codes.astype(np.int64) * len(ways) + way_of, return_inverse=True)
        found = np.full(len(pairs), nothing, np.int32)
        for place, pair in enumerate(pairs.tolist()):
            way = ways[pair % len(ways)]
            if not way.korean and pair // len(ways) < len(recorded.name_rows):
                father = father_of(recorded.name_rows[pair // len(ways)], way.language, most)
                found[place] = rows((father,)) if father else nothing
        return found[at]

    of_relatives = fathers(recorded.relative, 1)
    relatives = np.where(of_relatives == nothing, recorded.relative, of_relatives)
    of_names = fathers(recorded.names, MOST_WORDS)
    return tuple(rows.of), relatives, of_names
