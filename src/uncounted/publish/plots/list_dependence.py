"""Posterior probability of each link between lists, as a triangle of discs."""

from __future__ import annotations

from uncounted.estimate.base.result import Estimate
from uncounted.publish import fonts
from uncounted.publish.plots.base import EDGE, Plot, clean, draw_plot, head, notes, shortened
from uncounted.publish.report.rounding import percent
from uncounted.publish.svg import ACCENT, GREY, Drawing

_SIZE = 13.0
_LARGEST, _LEAST = 76.0, 20.0
_NUMBERED = 40.0  # from this width on there is room for ">99%" under a disc


def list_dependence(estimate: Estimate) -> Plot:
    """Posterior probability that two lists depend on each other, given the other lists.

    The area of a disc is the probability. A row and a column are lists; they carry the same
    numbers.

    Parameters
    ----------
    estimate : Estimate
        Of `decomposable`, whose `diagnostics["edge_probabilities"]` are drawn.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    References
    ----------
    Madigan and York (1997), Biometrika 84:19.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import decomposable
    >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
    >>> list_dependence(decomposable(table)).title
    'Which lists depend on each other'
    """
    found = list(estimate.diagnostics["edge_probabilities"])
    names = list(dict.fromkeys(name for edge in found for name in edge["lists"]))
    chance = {frozenset(edge["lists"]): float(edge["probability"]) for edge in found}
    by_chance = sorted(found, key=lambda edge: -edge["probability"])
    parts = [
        f"{edge['lists'][0]} and {edge['lists'][1]}: {percent(edge['probability'])}."
        for edge in by_chance
    ]

    def draw(on: Drawing) -> float:
        y = head(
            on, "a link is certain where the disc fills its ring; the area is how likely it is"
        )
        return _triangle(on, y + 6, names, chance)

    title = "Which lists depend on each other"
    return draw_plot("links", title, f"How likely each link is. {' '.join(parts)}", draw)


def _triangle(
    on: Drawing, y: float, names: list[str], chance: dict[frozenset[str], float]
) -> float:
    many = len(names) - 1
    least = 0.45 * on.width
    cell = max(min(_LARGEST, (on.width - 2 * EDGE - least) / many), _LEAST)
    room = on.width - 2 * EDGE - cell * many - 10
    labels = [clean(f"{i} {name}") for i, name in enumerate(names, start=1)]
    widest = min(room, max(fonts.width(label, _SIZE) for label in labels))
    left = EDGE + widest + 10
    numbered = cell >= _NUMBERED
    high = cell + (12 if numbered else 0)
    for i, label in enumerate(labels):
        words = shortened(label, _SIZE, room)
        full = "" if words == label else label
        middle = y + cell / 2 if i else y + 12
        on.text(EDGE, middle + 4, words, size=_SIZE)
        on.tooltip(full)
        for j in range(i):
            _cell(
                on, left + (j + 0.5) * cell, middle, cell, chance[frozenset((names[j], names[i]))]
            )
            if numbered:
                words = _short(chance[frozenset((names[j], names[i]))])
                x = left + (j + 0.5) * cell
                on.text(x, middle + cell / 2 + 7, words, size=11, fill=GREY, anchor="middle")
        y += high if i else 24
    for j in range(many):
        on.text(left + (j + 0.5) * cell, y + 12, str(j + 1), size=_SIZE, anchor="middle")
    return notes(
        on,
        y + 16,
        ["The estimate is an average over all such graphs, each by how likely it is."],
    )


def _short(chance: float) -> str:
    return percent(chance).replace("under ", "<").replace("over ", ">")


def _cell(on: Drawing, x: float, y: float, cell: float, chance: float) -> None:
    full = 0.42 * cell
    on.dot(x, y, full, fill="#ffffff", stroke=GREY)
    if chance >= 0.005:
        on.dot(x, y, full * chance**0.5, fill=ACCENT)
