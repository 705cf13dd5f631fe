"""Text tables and interval pictures in fixed-width characters, of any script.

Cells are foreign text: what could move the cursor, turn the direction of reading round or write
to a clipboard is shown, never sent.
"""

from __future__ import annotations

from collections.abc import Sequence

WIDTH = 80
PLAIN = str.maketrans("─●├┤▶▸≥–·", "-o||>>>-,")  # for a terminal that has nothing but ASCII
# C0 and C1 controls and DEL; marks, overrides and isolates of direction; the two separators.
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
SHOWN = {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (*_CONTROLS, *_DIRECTIONS, 0x2028, 0x2029)
} | {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


def visible(text: str) -> str:
    r"""A cell of foreign text on one line: what a terminal would obey, as it is written in code.

    Examples:
        >>> print(visible("김철수\x1b[2J, 2013\u202e\n李英姬"))
        김철수\x1b[2J, 2013\u202e\n李英姬
    """
    return text.translate(SHOWN)


def whole(value: float) -> str:
    """A whole number as people write it.

    Examples:
        >>> whole(12595.4)
        '12,595'
    """
    return f"{round(value):,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun.

    Examples:
        >>> plural(1, "report"), plural(1200, "person", "people")
        ('1 report', '1,200 people')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Align rows of text in columns, wide Korean and Chinese letters counted as two.

    Cells are foreign text: each stays on its line, and controls in it are shown.
    """
    from rich.cells import cell_len

    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(cell_len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            gap = " " * (widths[i] - cell_len(cell))
            cells.append(gap + cell if i in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def wrapped(text: str, first: str = "", *, indent: int = 0, width: int = WIDTH) -> list[str]:
    """Words on lines of at most `width` columns, wide Korean and Chinese letters counted as two.

    `first` is put before the first word as it is; the other lines are indented. No word is
    broken, so that codes and options can be copied.
    """
    from rich.cells import cell_len

    lines, line, begun = [], first, False
    for word in text.split():
        if begun and cell_len(line) + 1 + cell_len(word) > width:
            lines.append(line)
            line, begun = " " * indent, False
        line += f" {word}" if begun else word
        begun = True
    return [*lines, line]


def interval_picture(
    low: float,
    point: float | None,
    high: float,
    *,
    left: float,
    right: float,
    width: int = 40,
) -> str:
    """An interval drawn in `width` characters on an axis from `left` to `right`.

    A limit beyond the axis is an arrow, and so is a lower bound, which has no point and no upper
    limit.

    Examples:
        >>> interval_picture(2, 5, 8, left=0, right=10, width=11)
        '  ├──●──┤'
        >>> interval_picture(6, None, float("inf"), left=0, right=10, width=11)
        '      ▸'
    """

    def at(value: float) -> int:
        share = (value - left) / (right - left) if right > left else 0.0
        return round(min(max(share, 0.0), 1.0) * (width - 1))

    cells = [" "] * width
    if point is None:
        return " " * at(low) + "▸"
    for i in range(at(low), at(high) + 1):
        cells[i] = "─"
    cells[at(low)], cells[at(high)] = "├", "▶" if high > right else "┤"
    cells[at(point)] = "●"
    return "".join(cells).rstrip()
