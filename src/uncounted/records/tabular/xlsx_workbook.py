"""The parts of an XLSX file: its sheets, its texts, the formats of its cells.

An XLSX file is a ZIP of XML from strangers, so both are read with suspicion: no document
type (and so no entity of its own), no part that unpacks to much more than it was, no
macros, nothing that is not there to be read once from beginning to end. Texts that cells
share are held as bytes; all else streams. No formula is ever worked out.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import attrs

from uncounted.errors import BadInput
from uncounted.records.tabular import xlsx_formats
from uncounted.records.tabular.xlsx_formats import Format

LONGEST_CELL = 1 << 20  # characters; a spreadsheet program stops at 32,767
LONGEST_TOKEN = 4 << 20  # bytes of one tag
MOST_TEXT = 512 << 20  # bytes of all texts that cells share
LARGEST_PART = 4 << 30
_MOST_PARTS = 10_000
_MOST_FORMATS = 100_000
_BOMB_SIZE, _BOMB_RATIO = 32 << 20, 400
# What reading a ZIP may raise; the last where it is of a later kind, or says it is.
_DAMAGED = (
    *(BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, OverflowError),
    NotImplementedError,
)
_HINT = "open it in a spreadsheet program, save it as .xlsx or as CSV UTF-8, and import that"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


@attrs.frozen
class SheetPart:
    """A sheet: its name (which may be anybody's), its part of the ZIP, whether it is hidden."""

    name: str = attrs.field(repr=False)
    part: str
    hidden: bool = False


class Texts:
    """Many texts, by number, as one run of UTF-8."""

    def __init__(self) -> None:
        self._bytes, self._offsets = bytearray(), array("Q", [0])

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def add(self, text: str) -> None:
        """Put a text at the end."""
        self._bytes += text.encode()
        self._offsets.append(len(self._bytes))

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self._bytes)

    def __getitem__(self, number: int) -> str:
        return self._bytes[self._offsets[number] : self._offsets[number + 1]].decode()


@attrs.frozen
class Workbook:
    """What a file has beside the rows of its sheets."""

    path: Path
    sheets: tuple[SheetPart, ...]
    texts: Texts = attrs.field(repr=False)
    formats: tuple[Format, ...] = ()
    since_1904: bool = False


def read(path: Path) -> Workbook:
    """Read everything but the rows.

    Raises:
        BadInput: it is damaged, no XLSX file, one with macros or a password, or a bomb.
    """
    parts = _check_parts(path)
    book = _Book()
    parse(path, "xl/workbook.xml", book.start)
    targets = _Targets()
    if "xl/_rels/workbook.xml.rels" in parts:
        parse(path, "xl/_rels/workbook.xml.rels", targets.start)
    sheets = []
    for name, relation, hidden in book.sheets:
        part = posixpath.normpath(posixpath.join("/xl", targets.of.get(relation, ""))).lstrip("/")
        if part in parts:  # a sheet of charts or macros has no such part
            sheets.append(SheetPart(name, part, hidden))
    if not sheets:
        raise BadInput(f"{path.name} has no sheet with rows", hint=_HINT)
    texts, styles = _Texts(path.name), _Styles()
    if (shared := targets.kinds.get("sharedStrings", "xl/sharedStrings.xml")) in parts:
        parse(path, shared, texts.start, texts.end, texts.text)
    if (styled := targets.kinds.get("styles", "xl/styles.xml")) in parts:
        parse(path, styled, styles.start, styles.end)
    return Workbook(path, tuple(sheets), texts.found, styles.formats, book.since_1904)


def _check_parts(path: Path) -> frozenset[str]:
    try:
        with ZipFile(path) as archive:
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
            f"{path.name} holds macros, which are never run here",
            hint="save it as .xlsx, without them",
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
                hint="it may be made to fill this machine; ask whoever sent it for a CSV file",
            )
    return names


def damaged(path: Path) -> BadInput:
    """The error for a file that is no XLSX from beginning to end."""
    return BadInput(f"{path.name} is damaged, or no XLSX file", hint=_HINT)


def chunks(path: Path, part: str) -> Iterator[bytes]:
    """Give a part of the ZIP, piece by piece.

    Raises:
        BadInput: the file is damaged; the checksum at the end is verified.
    """
    try:
        with ZipFile(path) as archive, archive.open(part) as stream:
            while piece := stream.read(1 << 16):
                yield piece
    except (*_DAMAGED, KeyError):
        raise damaged(path) from None


Start = Callable[[str, Attributes], Any]


def parse(
    path: Path,
    part: str,
    start: Start,
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> None:
    """Parse a part whole; see `parsing`."""
    for _ in parsing(path, part, start, end, text):
        pass


def parsing(
    path: Path,
    part: str,
    start: Start,
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> Iterator[None]:
    """Parse a part, with a stop after each piece of it.

    Tags are handed on without the prefix that a document may give all of them. `end` and
    `text` may be left out.

    Raises:
        BadInput: it is no XML in UTF-8, has a document type, or a tag that never ends.
    """
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True

    def first(tag: str, held: Attributes) -> None:
        """Where the first tag has a prefix, all have: else none has to be looked for."""
        prefix = ":" in tag
        parser.StartElementHandler = (
            (lambda tag, held: start(tag.rpartition(":")[2], held)) if prefix else start
        )
        if end is not None:
            parser.EndElementHandler = (lambda tag: end(tag.rpartition(":")[2])) if prefix else end
        parser.StartElementHandler(tag, held)

    parser.StartElementHandler = first
    if text is not None:
        parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise BadInput(f"{path.name} defines words of its own in its XML", hint=_HINT)

    parser.StartDoctypeDeclHandler = refuse
    fed = 0
    try:
        for piece in chunks(path, part):
            parser.Parse(piece, False)
            fed += len(piece)
            if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
                raise damaged(path)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError:
        raise damaged(path) from None


class _Book:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.since_1904 = False

    def start(self, tag: str, held: Attributes) -> None:
        if tag == "sheet":
            relation = next((held[key] for key in held if key.rpartition(":")[2] == "id"), "")
            self.sheets.append(
                (held.get("name", ""), relation, held.get("state", "visible") != "visible")
            )
        elif tag == "workbookPr":
            self.since_1904 = held.get("date1904", "0") in ("1", "true", "on")


class _Targets:
    def __init__(self) -> None:
        self.of: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def start(self, tag: str, held: Attributes) -> None:
        if tag == "Relationship" and held.get("TargetMode") != "External":
            target = held.get("Target", "")
            self.of[held.get("Id", "")] = target
            kind = held.get("Type", "").rpartition("/")[2]
            self.kinds[kind] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


class _Texts:
    """Reads `<si>`: its `<t>`, those of its runs, and not those that say how it is spoken."""

    def __init__(self, name: str) -> None:
        self.found = Texts()
        self._name = name
        self._inside = self._spoken = False
        self._runs: list[str] = []
        self._length = 0

    def start(self, tag: str, _: Attributes) -> None:
        if tag == "si":
            self._runs, self._length = [], 0
        elif tag == "rPh":
            self._spoken = True
        elif tag == "t":
            self._inside = not self._spoken

    def end(self, tag: str) -> None:
        if tag == "si":
            self.found.add(plain(self._name, "".join(self._runs)))
            if self.found.size > MOST_TEXT:
                raise BadInput(f"{self._name} holds more text than can be held", hint=_HINT)
        elif tag == "rPh":
            self._spoken = False
        elif tag == "t":
            self._inside = False

    def text(self, text: str) -> None:
        if self._inside:
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise too_long(self._name)
            self._runs.append(text)


def too_long(name: str) -> BadInput:
    """The error for a cell that no spreadsheet program would write."""
    return BadInput(
        f"{name} has a cell of more than {LONGEST_CELL:,} characters",
        hint="no spreadsheet program writes one: ask whoever sent it how the file was made",
    )


def plain(name: str, text: str) -> str:
    """Undo the escapes that XLSX has for what XML cannot hold (_x000D_ is a line end).

    Raises:
        BadInput: what comes out is half a character, or NUL.
    """
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


class _Styles:
    """Reads the format of each style that a cell may have: its own code, else by number."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}
        self._numbers: list[str] = []
        self._inside = False

    def start(self, tag: str, held: Attributes) -> None:
        if tag == "numFmt":
            self._codes.setdefault(held.get("numFmtId", ""), held.get("formatCode", "")[:1000])
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside and len(self._numbers) < _MOST_FORMATS:
            self._numbers.append(held.get("numFmtId", "0"))

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False

    @property
    def formats(self) -> tuple[Format, ...]:
        return tuple(
            xlsx_formats.of_code(self._codes[number])
            if number in self._codes
            else xlsx_formats.built_in(int(number))
            if re.fullmatch("[0-9]{1,5}", number)
            else xlsx_formats.PLAIN
            for number in self._numbers
        )
