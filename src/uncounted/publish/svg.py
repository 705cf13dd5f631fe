"""SVG drawing, with text measured in the package's fonts."""

from __future__ import annotations

import functools
import string
from html import escape

import attrs

from uncounted.publish import fonts

INK = "#1a1a1a"
GREY = "#6b6b6b"
PALE = "#d9d9d6"
ACCENT = "#0b5a8a"
_CUT = "…"


def number(value: float) -> str:
    """A coordinate, short and the same everywhere.

    Examples:
        >>> number(12.0), number(1 / 3)
        ('12', '0.33')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


@attrs.define
class Drawing:
    """A figure being drawn; `finish` gives its SVG.

    Attributes:
        width: in CSS pixels.
        title: what it is, for those who hear it.
        desc: what it shows, in a sentence or more.
        key: makes the ids of this drawing its own within a page.
        alone: it stands on no page of ours, so it carries its letters and a white ground.
    """

    width: float
    title: str
    desc: str
    key: str
    standalone: bool = False
    _parts: list[str] = attrs.field(factory=list)
    _letters: set[str] = attrs.field(factory=set)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 13,
        bold: bool = False,
        fill: str = INK,
        anchor: str = "start",
        halo: bool = False,
    ) -> float:
        """Write; returns how wide it is. With a `halo` no line runs through the letters."""
        weight = 700 if bold else 400
        wide = fonts.width(words, size, weight)
        around = ' stroke="#fff" stroke-width="4" paint-order="stroke"' if halo else ""
        self._parts.append(
            f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" '
            f'font-weight="{weight}" fill="{fill}" text-anchor="{anchor}"{around}>'
            f"{escape(words)}</text>"
        )
        self._letters.update(words)
        return wide

    def tooltip(self, full: str) -> None:
        """Have a browser show `full` over the text just written, which was cut from it."""
        if full:
            start = self._parts[-1].removesuffix("</text>")
            self._parts[-1] = f"{start}<title>{escape(full)}</title></text>"
            self._letters.update(full)

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        stroke: str = INK,
        width: float = 1,
        dash: str = "",
    ) -> None:
        """A straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<line x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" '
            f'stroke="{stroke}" stroke-width="{number(width)}"{dashed}/>'
        )

    def bar(self, x: float, y: float, wide: float, high: float, *, fill: str = INK) -> None:
        """A filled rectangle."""
        self._parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(wide, 0.5))}" '
            f'height="{number(high)}" fill="{fill}"/>'
        )

    def hatched(self, x: float, y: float, wide: float, high: float) -> None:
        """A box of slanted lines: something is here, and its size is not shown."""
        self._parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" '
            f'height="{number(high)}" fill="none" stroke="{GREY}" stroke-width="0.8"/>'
        )
        step = 6.0
        for i in range(int(wide / step)):
            left = x + i * step
            right = min(left + high, x + wide)
            self.line(left, y + high, right, y + high - (right - left), stroke=GREY, width=0.8)

    def dot(self, x: float, y: float, r: float, *, fill: str = INK, stroke: str = "none") -> None:
        """A disc."""
        self._parts.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(r)}" fill="{fill}" '
            f'stroke="{stroke}"/>'
        )

    def path(self, d: str, *, fill: str = INK, stroke: str = "", width: float = 1) -> None:
        """A filled shape, with an outline if `stroke` says so."""
        edge = f' stroke="{stroke}" stroke-width="{number(width)}"' if stroke else ""
        self._parts.append(f'<path d="{d}" fill="{fill}"{edge}/>')

    def finish(self, height: float) -> str:
        """The SVG, as wide as it was drawn."""
        size = f"{number(self.width)} {number(height)}"
        family, ground = fonts.FAMILY, ""
        if self.standalone:
            family = f"{fonts.FAMILY}, sans-serif"
            faces = "".join(_face(frozenset(self._letters), weight) for weight in fonts.WEIGHTS)
            ground = f'<style>{faces}</style><rect width="100%" height="100%" fill="#ffffff"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
            f'width="{number(self.width)}" height="{number(height)}" role="img" '
            f'aria-labelledby="{self.key}-t {self.key}-d" font-family="{family}">'
            f'<title id="{self.key}-t">{escape(self.title)}</title>'
            f'<desc id="{self.key}-d">{escape(self.desc)}</desc>'
            f"{ground}{''.join(self._parts)}</svg>"
        )


def _face(letters: frozenset[str], weight: int) -> str:
    return _face_of("".join(sorted(letters - set(_PLAIN))), weight)


@functools.lru_cache(maxsize=64)
def _face_of(more: str, weight: int) -> str:
    """A part of our font as a rule of style: plain letters always, and these."""
    return (
        f'@font-face{{font-family:"{fonts.FAMILY}";font-weight:{weight};'
        f"src:url(data:font/woff2;base64,{fonts.part(_PLAIN + more, weight)})}}"
    )


_PLAIN = string.ascii_letters + string.digits + string.punctuation + " "


def shortened(words: str, size: float, room: float, weight: int = 400) -> str:
    """Cut to the room there is, with an ellipsis; at least a letter is left."""
    if fonts.width(words, size, weight) <= room:
        return words
    kept = words
    while len(kept) > 1 and fonts.width(kept.rstrip() + _CUT, size, weight) > room:
        kept = kept[:-1]
    return kept.rstrip() + _CUT


def folded(
    words: str, size: float, room: float, *, weight: int = 400, most: int | None = None
) -> list[str]:
    """Break a text into lines that fit, within a word where there is no other way.

    With `most`, what goes beyond so many lines is cut, with an ellipsis.
    """
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and fonts.width(longer, size, weight) <= room:
            lines[-1] = longer
            continue
        lines.append("")
        for letter in word:
            if lines[-1] and fonts.width(lines[-1] + letter, size, weight) > room:
                lines.append("")
            lines[-1] += letter
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], shortened("".join(lines[most - 1 :]) + _CUT, size, room)]
    return lines


def ticks(top: float, most: int = 6) -> list[int]:
    """Round numbers from 0 up to `top`, at most `most` steps.

    Examples:
        >>> ticks(1800)
        [0, 500, 1000, 1500]
    """
    step = 1
    while top / step > most:
        step = next(s for s in _steps() if s > step)
    return list(range(0, int(top) + 1, step))


def _steps() -> list[int]:
    return [m * 10**e for e in range(12) for m in (1, 2, 5)]
