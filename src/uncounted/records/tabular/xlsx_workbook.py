"""The parts of an XLSX file: its sheets, its texts, the formats of its cells.

The ZIP and its XML are untrusted: no document type or entities, no part that unpacks to much more
than it was, no macros. Texts that cells share are held; all else streams. No formula is evaluated.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from collections.abc import Container, Iterator
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import attrs

from uncounted import regular_files
from uncounted.errors import BadInput
from uncounted.records.tabular import xlsx_formats
from uncounted.records.tabular.xlsx_formats import Format

LONGEST_CELL = 1 << 20  # characters; a spreadsheet program stops at 32,767
LONGEST_TOKEN = 4 << 20  # bytes of one tag or text
LONGEST_HELD = 64 << 20  # bytes of one row
LONGEST_TEXTS = 512 << 20  # letters of all texts that cells share
# A small file that unpacks to much: letters of the texts that cells share, as many as the first,
# or as the second times the bytes of the file; texts and merges, as many as `few`, or as bytes.
SHORT_TEXTS, LETTERS_PER_BYTE = 32 << 20, 50
FEW = 1 << 16
MOST_STYLES = 1 << 16  # of cells; a spreadsheet program has 64,000
MOST_RUNS = 1 << 15  # parts of one text in letters of their own; it has 32,767 letters
MOST_HELD = 1 << 18  # elements of one row or text
LARGEST_PART = 4 << 30
_MOST_PARTS = 10_000
_BOMB_SIZE, _BOMB_RATIO = 32 << 20, 400
# What reading a ZIP may raise; the last where it is of a later kind, or says it is.
_DAMAGED = (
    *(BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, OverflowError),
    NotImplementedError,
)
_HINT = "open it in a spreadsheet program, save it as .xlsx or as CSV UTF-8, and import that"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@attrs.frozen
class SheetPart:
    """A sheet: its name (which may be a person's), its part of the ZIP, whether it is hidden."""

    name: str = attrs.field(repr=False)
    part: str
    hidden: bool = False


@attrs.frozen
class Workbook:
    """What a file has beside the rows of its sheets."""

    path: Path
    sheets: tuple[SheetPart, ...]
    texts: list[str] = attrs.field(repr=False)
    formats: tuple[Format, ...] = ()
    since_1904: bool = False
    bytes: int = 0  # of the file


def read(path: Path) -> Workbook:
    """Read everything but the rows; damaged files, macros, passwords and bombs are refused."""
    parts = _check_parts(path)
    targets = dict[str, str]()  # the parts, by relation and by kind
    if "xl/_rels/workbook.xml.rels" in parts:
        for tag, held in elements(path, "xl/_rels/workbook.xml.rels"):
            if tag == "Relationship" and held.get("TargetMode") != "External":
                part = posixpath.join("/xl", held.get("Target", ""))
                kind = held.get("Type", "").rpartition("/")[2]
                for key in (held.get("Id", ""), kind):
                    targets[key] = posixpath.normpath(part).lstrip("/")
    sheets, since_1904 = [], False
    for tag, held in elements(path, "xl/workbook.xml"):
        if tag == "workbookPr":
            since_1904 = held.get("date1904", "0") in ("1", "true", "on")
        relation = next((held.get(key, "") for key in held.attrib if local(key) == "id"), "")
        part = targets.get(relation, "")
        if tag == "sheet" and part in parts:  # a sheet of charts or macros has no such part
            is_hidden = held.get("state", "visible") != "visible"
            sheets.append(SheetPart(held.get("name", ""), part, is_hidden))
    if not sheets:
        raise BadInput(f"{path.name} has no sheet with rows", hint=_HINT)
    shared = targets.get("sharedStrings", "xl/sharedStrings.xml")
    size = path.stat().st_size
    texts = _texts(path, shared, size) if shared in parts else []
    styles = targets.get("styles", "xl/styles.xml")
    formats = tuple(_formats(path, styles)) if styles in parts else ()
    return Workbook(path, tuple(sheets), texts, formats, since_1904, size)


def _check_parts(path: Path) -> frozenset[str]:
    try:
        with regular_files.opened(path) as file, ZipFile(file) as archive:
            parts = archive.infolist()
    except _DAMAGED:
        raise damaged(path) from None
    names = frozenset(part.filename for part in parts)
    if "xl/workbook.xml" not in names:
        kind = "a binary Excel file" if "xl/workbook.bin" in names else "no Excel file"
        kind = "an OpenDocument file" if "content.xml" in names else kind
        raise BadInput(f"{path.name} is {kind}", hint=_HINT)
    if any(name.casefold().endswith("vbaproject.bin") for name in names):
        raise BadInput(
            f"{path.name} holds macros",
            hint="save it as .xlsx, without macros",
        )
    if len(parts) > _MOST_PARTS or len(names) < len(parts):
        raise damaged(path)
    for part in parts:
        if part.flag_bits & 1:
            raise BadInput(f"{path.name} has a password", hint="save it without one")
        if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise damaged(path)
        large = part.file_size > _BOMB_SIZE
        if part.file_size > LARGEST_PART or (
            large and part.file_size > _BOMB_RATIO * max(part.compress_size, 1)
        ):
            raise BadInput(
                f"{path.name} unpacks to far more than a table has",
                hint="it may be malicious; ask the sender for a CSV file",
            )
    return names


def too_many(path: Path, what: str) -> BadInput:
    """The error for a file with more of something than a spreadsheet program writes."""
    return BadInput(
        f"{path.name} has more {what} than a spreadsheet program writes into such a file",
        hint="it may be malicious; ask the sender for a CSV file",
    )


def damaged(path: Path) -> BadInput:
    """The error for a file that is no XLSX from beginning to end."""
    return BadInput(f"{path.name} is damaged, or not an XLSX file", hint=_HINT)


def chunks(path: Path, part: str) -> Iterator[bytes]:
    """Give a part of the ZIP, piece by piece; the checksum at the end is verified."""
    try:
        with (
            regular_files.opened(path) as file,
            ZipFile(file) as archive,
            archive.open(part) as stream,
        ):
            while piece := stream.read(1 << 16):
                yield piece
    except (*_DAMAGED, KeyError):
        raise damaged(path) from None


def elements(
    path: Path, part: str, whole: Container[str] = ()
) -> Iterator[tuple[str, Element[str]]]:
    """Parse a part: give each tag, without its prefix, as it begins, or at its end if `whole`.

    What is within a whole one comes with it; of the others nothing is held. Anything but XML in
    UTF-8 without a document type is refused.
    """
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    done: list[Element[str]] = []
    builder, began, name, held_here = TreeBuilder(), 0, "", 0

    def start(tag: str, held: dict[str, str]) -> None:
        nonlocal builder, began, name, held_here
        if local(tag) not in whole:
            done.append(Element(tag, held))
            return
        builder, began, name, held_here = TreeBuilder(), parser.CurrentByteIndex, tag, 0
        builder.start(tag, held)
        parser.StartElementHandler, parser.CharacterDataHandler = builder.start, builder.data
        parser.EndElementHandler = end

    def end(tag: str) -> None:
        nonlocal held_here
        builder.end(tag)
        held_here += 1
        if held_here > MOST_HELD:
            raise too_many(path, "parts of a row or a text")
        if tag == name:
            done.append(builder.close())
            outside()

    def outside() -> None:
        parser.StartElementHandler = start
        parser.EndElementHandler = parser.CharacterDataHandler = None

    def refuse(*_: object) -> None:
        raise BadInput(f"{path.name} defines XML entities", hint=_HINT)

    parser.StartDoctypeDeclHandler = refuse
    outside()
    fed = 0
    try:
        for piece in chunks(path, part):
            parser.Parse(piece, False)
            fed += len(piece)
            at = parser.CurrentByteIndex
            is_long = parser.EndElementHandler is not None and at - began > LONGEST_HELD
            if is_long or fed - at > LONGEST_TOKEN:
                raise damaged(path)
            yield from ((local(element.tag), element) for element in done)
            done.clear()
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise damaged(path) from None


@lru_cache(maxsize=1024)
def local(tag: str) -> str:
    """A tag without its prefix."""
    return tag.rpartition(":")[2]


def text_of(path: Path, held: Element[str]) -> str:
    """The text of a cell or of a shared one: its runs, and not those that say how it is spoken."""
    parts = list[str]()
    for one in held:
        tag = local(one.tag)
        if tag == "t":
            parts.append(one.text or "")
        elif tag == "r":
            inside = [(local(each.tag), each.text or "") for each in one]
            if any(kind == "r" for kind, _ in inside):  # no run lies in another
                raise damaged(path)
            parts += [text for kind, text in inside if kind == "t"]
    if len(parts) > MOST_RUNS:
        raise too_many(path, "parts of a text")
    return "".join(parts)


def plain(name: str, text: str) -> str:
    """Undo the escapes that XLSX has for what XML cannot hold (_x000D_ is a line end)."""
    if len(text) > LONGEST_CELL:
        raise BadInput(
            f"{name} has a cell of more than {LONGEST_CELL:,} characters",
            hint="no spreadsheet program writes such a cell: ask the sender how it was made",
        )
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    try:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise BadInput(f"{name} is not text: it holds half a character", hint=_HINT) from None
    if "\0" in text:
        raise BadInput(f"{name} is not text: it holds NUL characters", hint=_HINT)
    return text


def _texts(path: Path, part: str, file_size: int) -> list[str]:
    texts, size = list[str](), 0
    most = min(LONGEST_TEXTS, max(SHORT_TEXTS, LETTERS_PER_BYTE * file_size))
    most_texts = max(FEW, file_size)
    for tag, held in elements(path, part, whole=("si",)):
        if tag == "si":
            texts.append(plain(path.name, text_of(path, held)))
            size += len(texts[-1])
            if size > most:
                raise BadInput(f"{path.name} holds too much text", hint=_HINT)
            if len(texts) > most_texts:
                raise too_many(path, "texts")
    return texts


def _formats(path: Path, part: str) -> Iterator[Format]:
    """The format of each style that a cell may have: its own code, else by number."""
    codes = dict[str, str]()
    of_cells, styles = False, 0
    for tag, held in elements(path, part):
        of_cells = tag == "cellXfs" or (of_cells and tag not in _SECTIONS)
        if tag == "numFmt":
            codes.setdefault(held.get("numFmtId", ""), held.get("formatCode", "")[:1000])
        elif tag == "xf" and of_cells:
            styles += 1
            if max(styles, len(codes)) > MOST_STYLES:
                raise too_many(path, "styles of cells")
            number = held.get("numFmtId", "0")
            if number in codes:
                yield xlsx_formats.of_code(codes[number])
            else:
                known = re.fullmatch("[0-9]{1,5}", number)
                yield xlsx_formats.built_in(int(number)) if known else xlsx_formats.PLAIN


# The sections of the part with the styles that may follow that of the cells.
_SECTIONS = frozenset(
    ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellStyles", "dxfs", "tableStyles")
)
