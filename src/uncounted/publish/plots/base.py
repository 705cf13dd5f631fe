"""What all plots share: two widths, text, the axis of people, saving."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.errors import AlreadyThere
from uncounted.estimate.base.rounding import round_to_interval
from uncounted.estimate.base.rows import Interval
from uncounted.publish import fonts
from uncounted.publish.report.figures import NARROW, WIDE
from uncounted.publish.svg import GREY, Drawing, folded, ticks
from uncounted.text_table import whole

EDGE = 4.0  # nothing is drawn nearer to the sides
SMALL = 12.0

type Row = Mapping[str, object]  # figures by what they are


@attrs.frozen
class Plot:
    """A chart as SVG in two widths, with a text description.

    A notebook displays it. The fonts it uses are inside the file.

    Attributes
    ----------
    name : str
        Short, as a file would be called.
    title : str
        What it is.
    desc : str
        What it shows, in sentences; it is in the SVG for screen readers.
    svg : str
        680 pixels wide, for a page.
    narrow : str
        340 pixels wide, for a phone or a column.
    rows : tuple of mapping
        The figures that it shows, a row each with the same keys: for `pandas.DataFrame(plot.rows)`.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.publish.plots import upset
    >>> upset(CaptureTable.of("AB", {"10": 50, "01": 7, "11": 2})).rows[0]
    {'A': 1, 'B': 0, 'count': 50}
    """

    name: str
    title: str
    desc: str
    svg: str = attrs.field(repr=False)
    narrow: str = attrs.field(repr=False)
    rows: tuple[Row, ...] = attrs.field(repr=False)

    def _repr_svg_(self) -> str:
        return self.svg


def save_plots(plots: Sequence[Plot], folder: str | Path) -> tuple[Path, ...]:
    """Write `NAME.svg` and `NAME-narrow.svg` for each plot, readable by their owner alone.

    Parameters
    ----------
    plots : sequence of Plot
        With different names.
    folder : str or Path
        Created if missing.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    AlreadyThere
        One of the files exists; then none is written.
    NoSpace
        The disk is full, or the folder cannot be written to.

    Examples
    --------
    >>> import tempfile
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.publish.plots import upset
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in save_plots([upset(CaptureTable.of("AB", {"11": 9}))], folder)]
    ['upset.svg', 'upset-narrow.svg']
    """
    folder = Path(folder)
    files = {folder / f"{each.name}.svg": each.svg for each in plots}
    files |= {folder / f"{each.name}-narrow.svg": each.narrow for each in plots}
    with atomic_files.disk_errors():
        taken = [path for path in files if path.is_symlink() or path.exists()]
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
    if taken:
        raise AlreadyThere(
            f"{len(taken)} of the plots already exist, {taken[0].name} among them",
            hint="give another folder, or delete them first",
        )
    folders = [atomic_files.place(path, svg.encode(), private=True) for path, svg in files.items()]
    atomic_files.sync_folders(set().union(*folders))
    return tuple(files)


type Box = tuple[float, float, float, float]  # left, top, right, bottom


def boxes_meet(a: Box, b: Box, gap: float) -> bool:
    """Whether two boxes touch, or have less than `gap` between them from left to right."""
    return a[0] < b[2] + gap and b[0] < a[2] + gap and a[1] < b[3] and b[1] < a[3]


def limits(interval: Interval | None) -> Row:
    """An interval as two figures; a limit that is not bounded is None."""
    low, high = interval or (None, None)
    return {"low": low, "high": None if high is None or math.isinf(high) else high}


def draw_plot(
    name: str, title: str, desc: str, draw: Callable[[Drawing], float], rows: Iterable[Row]
) -> Plot:
    """Draw in both widths; `draw` gives the height it took."""
    title, desc = clean(title), clean(desc)
    own = hashlib.sha256(f"{title}\n{desc}".encode()).hexdigest()[:8]
    drawn = []
    for width, kind in ((WIDE, "wide"), (NARROW, "narrow")):
        on = Drawing(width, title, desc, f"{name}-{own}-{kind}", standalone=True)
        drawn.append(on.finish(math.ceil(draw(on))))
    wide, narrow = drawn
    return Plot(name, title, desc, wide, narrow, tuple(rows))


def clean(words: str) -> str:
    r"""Make a name XML text: line ends become spaces, forbidden characters are removed."""
    return " ".join("".join(_allowed(letter) for letter in words).split())


def _allowed(letter: str) -> str:
    if letter.isspace():
        return " "
    point = ord(letter)
    turns = 0x202A <= point <= 0x202E or 0x2066 <= point <= 0x2069  # would turn the line round
    bad = point < 0x20 or 0x7F <= point < 0xA0 or 0xD800 <= point <= 0xDFFF or turns
    return "\ufffd" if bad or point & 0xFFFE == 0xFFFE else letter


def paragraph(
    draw: Drawing,
    y: float,
    words: str,
    *,
    size: float = SMALL,
    bold: bool = False,
    fill: str = GREY,
    most: int | None = None,
) -> float:
    """Write lines from the left edge under `y`; where the last one ends."""
    words = clean(words)
    weight = 700 if bold else 400
    for line in folded(words, size, draw.width - 2 * EDGE, weight=weight, most=most):
        y += size + 5
        draw.text(EDGE, y, line, size=size, bold=bold, fill=fill)
    return y + 4


def head(draw: Drawing, under: str = "") -> float:
    """The title, and a line of what is drawn; where the picture may begin."""
    y = paragraph(draw, 0.0, draw.title, size=15, bold=True, fill="#1a1a1a")
    return (paragraph(draw, y - 4, under) if under else y) + 4


def notes(draw: Drawing, y: float, sentences: Iterable[str], most: int | None = None) -> float:
    """Sentences under a picture, each from a new line."""
    for sentence in sentences:
        y = paragraph(draw, y - 1, sentence, most=most)
    return y + 3


@attrs.frozen
class EstimateText:
    """A number in words, long and short."""

    long: str
    short: str


def estimate_text(
    point: float, interval: tuple[float, float] | None, observed: int, *, bound: bool = False
) -> EstimateText:
    """Rounded to the precision of the interval."""
    if interval is None:
        return EstimateText(f"about {whole(point)}, with no interval", f"about {whole(point)}")
    r = round_to_interval(point, interval, observed)
    if bound:
        least = f"at least {r.low if r.high is None else r.point:,}"
        return EstimateText(least, least)
    return EstimateText(f"{r.about}, {r.between}", f"{r.about} ({r.span})")


@attrs.frozen
class Axis:
    """People from 0 to `reach`, from left to right; what is beyond stands at the right end."""

    left: float
    right: float
    reach: float

    def at(self, value: float) -> float:
        """Where a number of people lies."""
        return self.left + (self.right - self.left) * min(max(value, 0.0) / self.reach, 1.0)

    def foot(self, draw: Drawing, y: float, words: str = "total") -> float:
        """The line with its numbers; where it ends."""
        draw.line(self.left, y, self.right, y, stroke=GREY)
        half = fonts.width(words, SMALL) / 2
        last = -math.inf
        for tick in ticks(self.reach, 8 if draw.width > NARROW else 4):
            x, wide = self.at(tick), fonts.width(whole(tick), SMALL)
            draw.line(x, y, x, y + 5, stroke=GREY)
            left = min(max(x - wide / 2, EDGE), draw.width - EDGE - wide)
            if left > last + 6:
                draw.text(left, y + 18, whole(tick), size=SMALL, fill=GREY)
                last = left + wide
        draw.text((self.left + self.right) / 2 - half, y + 34, words, size=SMALL, fill=GREY)
        return y + 42


def axis_reach(
    points: Iterable[float], uppers: Iterable[float], lead: float | None = None
) -> float:
    """How far an axis of people goes: all points, and the upper limits that are not absurdly far.

    Of the headline the upper limit is shown, or as much of it as three times the points.

    Examples:
        >>> axis_reach([100, 200], [300, 5000]), axis_reach([100, 200], [300, 5000], 5000)
        (312.0, 624.0)
    """
    top = max(point for point in points if math.isfinite(point))
    near = [upper for upper in uppers if upper <= 3 * top]
    return 1.04 * max(top, *near, min(lead or 0.0, 3 * top))
