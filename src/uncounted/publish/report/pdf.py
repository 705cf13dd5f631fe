"""A report as an A4 PDF, typeset by typst from the same document as the page.

The same document and time give the same bytes; fonts are those of the package alone.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import attrs
import typst

from uncounted.errors import NotPublishable
from uncounted.proof.canonical_json import JSONObject
from uncounted.publish import fonts
from uncounted.publish.report.document import Block, Document, FigureBlock, Paragraph

_TEMPLATE = Path(__file__).parent / "templates" / "report.typ"


def pdf(document: Document, made_at: dt.datetime) -> bytes:
    """The PDF; the same document and time, the same bytes."""
    fonts.refuse_missing(document.letters())
    try:
        made = typst.compile(
            _TEMPLATE.read_bytes(),
            font_paths=typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=[fonts.FOLDER],
            ),
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(_plain(document), ensure_ascii=False)},
            format="pdf",
            timestamp=int(made_at.timestamp()),
        )
    except typst.TypstError as error:
        raise NotPublishable("the report could not be typeset as a PDF") from error
    assert isinstance(made, bytes)
    return made


def _plain(document: Document) -> JSONObject:
    value = attrs.asdict(document, recurse=False)
    value["family"] = fonts.FAMILY
    value["sections"] = [
        {
            "key": section.key,
            "heading": section.heading,
            "blocks": [_block(block) for block in section.blocks],
        }
        for section in document.sections
    ]
    return value


def _block(block: Block) -> JSONObject:
    kind = type(block).__name__
    if isinstance(block, FigureBlock):
        figure = block.figure
        return {"kind": kind, "svg": figure.wide, "alt": figure.desc, "caption": block.caption}
    if isinstance(block, Paragraph):
        return {"kind": kind, "text": block.text, "style": block.kind}
    value = attrs.asdict(block, recurse=False)
    plain = {k: sorted(v) if isinstance(v, frozenset) else v for k, v in value.items()}
    return {"kind": kind, **plain}
