"""A report as data: the HTML page and the PDF print the same `Document`."""

from __future__ import annotations

import attrs

from uncounted.publish.report.figures import SvgFigure


@attrs.frozen
class Paragraph:
    """A paragraph; `kind` is `plain`, `strong` (a box that must be seen) or `small`."""

    text: str
    kind: str = "plain"


@attrs.frozen
class BulletList:
    """A list of sentences, each with an optional bold beginning."""

    items: tuple[tuple[str, str], ...]


@attrs.frozen
class FigureBlock:
    """A figure with its caption."""

    figure: SvgFigure
    caption: str


@attrs.frozen
class TableBlock:
    """A table; `numeric` columns are set to the right; `emphasis` rows are bold."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    emphasis: frozenset[int] = frozenset()
    caption: str = ""


@attrs.frozen
class Command:
    """What to type to check the report."""

    text: str


type Block = Paragraph | BulletList | FigureBlock | TableBlock | Command


@attrs.frozen
class Section:
    """A heading and what stands under it; `key` is its anchor."""

    key: str
    heading: str
    blocks: tuple[Block, ...]


@attrs.frozen
class Document:
    """A whole report."""

    language: str
    title: str
    banner: str
    headline: str
    lead: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    made: str
    version: str

    def letters(self) -> str:
        """Every letter that is printed, each once, in order: what the font must have."""
        found = {*self.title, *self.banner, *self.headline, *self.made, *self.version}
        found.update(*self.lead, *(word for pair in self.about for word in pair))
        for section in self.sections:
            found.update(section.heading)
            for block in section.blocks:
                found.update(*_texts(block))
        return "".join(sorted(found - {"\n"}))


def _texts(block: Block) -> list[str]:
    if isinstance(block, Paragraph | Command):
        return [block.text]
    if isinstance(block, BulletList):
        return [word for item in block.items for word in item]
    if isinstance(block, FigureBlock):
        return [block.caption, block.figure.wide]
    return [*block.columns, block.caption, *(cell for row in block.rows for cell in row)]
