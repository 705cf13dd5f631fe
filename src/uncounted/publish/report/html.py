"""A report as one self-contained HTML file.

Style, figures and fonts are inside, and its content security policy forbids fetching anything.
All text is escaped; the only markup passed through are the figures drawn here.
"""

from __future__ import annotations

import re
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from uncounted.publish import fonts
from uncounted.publish.report.document import Document

_TEMPLATES = Path(__file__).parent / "templates"


_HANGUL = re.compile(r"[\u3131-\u318e\uac00-\ud7a3]+(?:[\s·]+[\u3131-\u318e\uac00-\ud7a3]+)*")


def tongue(text: str) -> Markup:
    """Escape a text and mark its Korean as Korean, so that it is read aloud as such.

    Examples:
        >>> print(tongue("Dawn & (새벽 기록)"))
        Dawn &amp; (<span lang="ko">새벽 기록</span>)
    """
    parts, at = [], 0
    for found in _HANGUL.finditer(text):
        parts += [escape(text[at : found.start()]), _SPAN.format(found.group())]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


_SPAN = Markup('<span lang="ko">{}</span>')


def html(document: Document) -> bytes:
    """The page; the same document, the same bytes."""
    letters = document.letters()
    fonts.refuse_missing(letters)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    text = environment.get_template("report.html.j2").render(
        document=document,
        family=fonts.FAMILY,
        faces=[(weight, Markup(fonts.part(letters, weight))) for weight in fonts.WEIGHTS],  # noqa: S704 - base64 of ours
        css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        svg=Markup,  # `svg.Drawing` has escaped every text of a figure
        tongue=tongue,
        kind_of=lambda block: type(block).__name__,
    )
    return text.encode()
