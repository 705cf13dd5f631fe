"""UpSet plot of the overlap of lists, with exact counts."""

from __future__ import annotations

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable
from uncounted.publish import fonts
from uncounted.publish.plots.base import Plot, Row, clean, draw_plot, head, notes, paragraph
from uncounted.publish.report.figures import COLUMN, PITCH, upset_rows
from uncounted.publish.svg import INK, Drawing, folded
from uncounted.text_table import whole

MOST_PATTERNS = 40
SMALL_COUNT = 5  # counts under it are not for publication (docs/dev/decisions/0006-publication.md)
WARNING = "Holds small counts: not for publication."
_SIZE = 13.0


def shown_patterns(table: CaptureTable) -> list[str]:
    """The patterns with most people, in reading order: by number of lists, then by count.

    Examples:
        >>> shown_patterns(CaptureTable.of("AB", {"10": 5, "01": 7, "11": 2}))
        ['01', '10', '11']
    """
    by_size = sorted(table.counts, key=lambda pattern: (-table.counts[pattern], pattern))
    kept = by_size[:MOST_PATTERNS]
    return sorted(kept, key=lambda p: (p.count("1"), -table.counts[p], p.translate(_TURNED)))


_TURNED = str.maketrans("10", "01")


def _rows(table: CaptureTable) -> list[Row]:
    """Every capture history, the most frequent first; None: that list was not active."""
    code = {"0": 0, "1": 1, "-": None}
    often = sorted(table.counts.items(), key=lambda item: -item[1])
    return [
        {**{name: code[at] for name, at in zip(table.lists, pattern, strict=True)}, "count": count}
        for pattern, count in often
    ]


def upset(table: CaptureTable) -> Plot:
    """UpSet plot that reads down: one row per combination of lists, a bar for its people.

    At most 40 combinations are drawn, those with most people; the rest are summed.

    Parameters
    ----------
    table : CaptureTable
        With exact counts: the plot is not for publication.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Raises
    ------
    NotEstimable
        No one is on any list.

    References
    ----------
    Lex, Gehlenborg, Strobelt, Vuillemot and Pfister (2014), IEEE TVCG 20:1983.

    Examples
    --------
    >>> upset(CaptureTable.of("AB", {"10": 50, "01": 7, "11": 2})).desc
    '3 combinations of 2 lists, with 59 people. ... Holds small counts: not for publication.'
    """
    if not table.observed:
        raise NotEstimable("no one is on any list: nothing to plot")
    shown = shown_patterns(table)
    rest = [pattern for pattern in table.counts if pattern not in set(shown)]
    left = sum(table.counts[pattern] for pattern in rest)
    secret = min(table.counts.values()) < SMALL_COUNT
    largest = max(table.counts, key=lambda pattern: table.counts[pattern])
    rest_words = f"{whole(len(rest))} more combinations, not drawn: {whole(left)} people together."
    parts = [
        f"{len(table.counts)} combinations of {len(table.lists)} lists, with "
        f"{whole(table.observed)} people.",
        f"Largest: on {_named(table, largest)} and no other list, {whole(table.counts[largest])}.",
    ]
    parts += [rest_words] if rest else []
    parts += [WARNING] if secret else []

    def draw(on: Drawing) -> float:
        y = head(on)
        if secret:
            y = paragraph(on, y - 2, WARNING, bold=True, fill=INK)
        pitch = min(PITCH, 0.4 * on.width / max(len(table.lists) - 1, 1))
        heads, full = _heads(table, on.width, pitch)
        rows = [(pattern, table.counts[pattern]) for pattern in shown]
        y = upset_rows(on, y + 14, heads, rows, pitch=pitch, full=full)
        return notes(on, y + 2, [rest_words]) if rest else y + 6

    return draw_plot("upset", "Overlap of the lists", " ".join(parts), draw, _rows(table))


def _named(table: CaptureTable, pattern: str) -> str:
    on = [name for name, mark in zip(table.lists, pattern, strict=True) if mark == "1"]
    return " and ".join(on)


def _heads(table: CaptureTable, width: float, pitch: float) -> tuple[list[list[str]], list[str]]:
    """Each list's name and total in at most three lines, and the names that had to be cut."""
    heads, full = [], []
    for i, (name, total) in enumerate(table.list_totals.items()):
        room, name = width - COLUMN - pitch * i - 14, clean(name)
        lines = folded(name, _SIZE, room, most=2)
        full.append("" if folded(name, _SIZE, room) == lines else name)
        last, words = lines[-1], f"{whole(total)} people"
        if fonts.width(f"{last} · {words}", _SIZE) <= room:
            lines = [*lines[:-1], f"{last} · {words}"]
        else:
            lines = [*lines, words]
        heads.append(lines)
    return heads, full
