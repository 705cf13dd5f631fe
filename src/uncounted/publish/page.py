"""A report as one HTML file that needs nothing from anywhere.

Style, figures and the letters it uses are inside it, and its own policy forbids the
browser to fetch anything. Every text is escaped; the only markup that passes as it
is are the figures, which are drawn here.
"""

from __future__ import annotations

from pathlib import Path

import jinja2
from markupsafe import Markup

from uncounted.publish import fonts
from uncounted.publish.draft import Draft

_TEMPLATES = Path(__file__).parent / "templates"


def html(draft: Draft) -> bytes:
    """The page; the same draft, the same bytes.

    Raises:
        NotPublishable: the font lacks a letter of it.
    """
    letters = draft.letters()
    fonts.refuse_missing(letters)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    text = environment.get_template("report.html.j2").render(
        draft=draft,
        family=fonts.FAMILY,
        faces=[(weight, Markup(fonts.part(letters, weight))) for weight in fonts.WEIGHTS],  # noqa: S704 - base64 of ours
        css=Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        svg=Markup,  # `svg.Drawing` has escaped every text of a figure
        kind_of=lambda block: type(block).__name__,
    )
    return text.encode()
