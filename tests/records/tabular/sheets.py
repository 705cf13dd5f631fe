"""Writes XLSX files by hand, so that a test can say each byte of one."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


class Raw(str):
    """A cell as XML, written as it is."""

    __slots__ = ()


def dated(number: float, style: int) -> Raw:
    """A number with a style: 0 is plain, 1 and on are the codes given to `parts`."""
    return Raw(f'<c s="{style}"><v>{number}</v></c>')


def cell(value: object) -> str:
    """A cell of a text, a number, or as it is."""
    if isinstance(value, Raw):
        return str(value)
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def sheet(rows: Sequence[Sequence[object]], after: str = "") -> str:
    """A sheet's XML; `after` stands behind its rows."""
    body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{after}</worksheet>'


def parts(
    sheets: Mapping[str, str],
    *,
    codes: Sequence[str] = (),
    hidden: Sequence[str] = (),
    more: str = "",
) -> dict[str, str]:
    """The parts of a workbook, from the XML of its sheets by name."""
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{i}" r:id="r{i}"'
        f"{' state=' + quoteattr('hidden') if name in hidden else ''}/>"
        for i, name in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    formats = "".join(
        f'<numFmt numFmtId="{164 + i}" formatCode={quoteattr(code)}/>'
        for i, code in enumerate(codes)
    )
    styles = "".join(f'<xf numFmtId="{164 + i}"/>' for i in range(len(codes)))
    return {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{more}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f"{relations}</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{i}.xml": xml for i, xml in enumerate(sheets.values(), 1)},
    }


def pack(path: Path, held: Mapping[str, str]) -> Path:
    """Write parts into a file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in held.items():
            archive.writestr(name, text)
    return path


def one_sheet(path: Path, rows: Sequence[Sequence[object]], **more: object) -> Path:
    """Write a workbook of one sheet."""
    after = str(more.pop("after", ""))
    return pack(path, parts({"Form": sheet(rows, after)}, **more))  # type: ignore[arg-type]
