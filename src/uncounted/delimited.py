"""Tables as text from strangers: CSV in the encodings that really arrive.

Reads UTF-8, UTF-16 and UTF-32, and the Korean and Chinese encodings that spreadsheets
still write (CP949, GB18030). Which one it was is found from the whole file and told
in the answer; where two readings are both possible the file is refused, since a name
read in the wrong encoding is another name. What cannot be read is refused with its
row; no cell is ever repeated in an error, and neither is a header, for a file without
a header has a person in its first row.

A file is read twice, once to find its encoding and once for its rows, and never held
in memory.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import difflib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import attrs

from uncounted.errors import BadInput

LONGEST_FIELD = 16 << 20
LONGEST_HEADER = 1 << 20
# One limit for the whole process: the standard library has no other.
csv.field_size_limit(LONGEST_FIELD)
# Where the first row names one column, of a file that has more or should have.
TITLE = "is the first row a title? take out what stands above the row that names the columns"
_GROUPED = (
    "write its name into the first row, or take the column out; where the first row has headings"
    " over several columns each, take that row out, so that the one below it names the columns"
)
_HINT = "save the file as UTF-8, or say which with --encoding where the command has it"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # UTF-32 first: its little-endian mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What may be stated, and what it is read as: the wider of each family.
_STATED = {
    **{"utf-8": "utf-8-sig", "ascii": "utf-8-sig", "utf-16": "utf-16", "utf-32": "utf-32"},
    **{"utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be"},
    **{"cp949": "cp949", "euc_kr": "cp949", "johab": "johab"},
    **{"gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030"},
    **{"big5": "big5hkscs", "big5hkscs": "big5hkscs", "cp950": "cp950"},
    **{"shift_jis": "cp932", "cp932": "cp932", "euc_jp": "euc_jp"},
    **{"cp1251": "cp1251", "koi8-r": "koi8-r", "cp1252": "cp1252", "iso8859-1": "iso8859-1"},
}
# What a file of another kind begins with, and what to do about it.
_FOREIGN = (
    (b"PK\x03\x04", "an Excel or OpenDocument file", "save it as CSV UTF-8 and import that"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save it as CSV UTF-8 and import that"),
    (b"%PDF", "a PDF", "export the table that it was made from as CSV UTF-8"),
    (b"\x1f\x8b", "a compressed file", "unpack it first"),
    (b"SQLite format 3\x00", "a database", "export the table as CSV UTF-8"),
    (b"{\\rtf", "a rich text file", "save it as plain text, CSV UTF-8"),
)
# What some systems save under the name of .xls; a table that begins so names no column.
_PAGES = (
    *(b"<html", b"<!doct", b"<?xml", b"<table", b"<head", b"<meta", b"<style", b"<div"),
    *(b"<workbook", b"<body", b"<!--"),
)
_MARKS = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"  # of encodings, spaces, and the NULs of UTF-16


@attrs.frozen
class Row:
    """One row: its number in the file (the header is row 1) and its cells by column.

    `wrong` says why the row is not well formed (ragged), or is None. `bad` and `doubts` say,
    by column, why a cell cannot be read or should be looked at; `repeats` holds the rows of
    other tables that belong to this one. A CSV file on its own has none of the three.
    """

    number: int
    cells: dict[str, str]
    wrong: str | None = None
    bad: Mapping[str, str] = attrs.field(factory=dict)
    doubts: Mapping[str, str] = attrs.field(factory=dict)
    repeats: Mapping[str, Sequence[Row]] = attrs.field(factory=dict)


def near(columns: Sequence[str], name: str) -> str:
    """Where a column may be that is not there under that name; no header is repeated.

    Examples:
        >>> near(["sex", "year"], "Year")
        'the name of column 2 is nearly that'
    """
    folded = [column.casefold()[:_LONGEST] for column in columns]
    found = difflib.get_close_matches(name.casefold(), folded, 1)
    if found:
        return f"the name of column {folded.index(found[0]) + 1} is nearly that"
    return f"write the names as the file has them, {len(columns)} in all"


_LONGEST = 100  # letters of a header that are compared
# The first line that Excel reads, and does not show: it counts as no row.
_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[\r\n]*', re.IGNORECASE)


@attrs.frozen
class Sheet:
    """A table of text: its columns, its encoding, and its rows, read as they are asked for.

    `beyond` columns at the end have no name, and must be empty: a spreadsheet saves such.
    """

    path: Path
    columns: tuple[str, ...]
    encoding: str
    delimiter: str
    beyond: int = 0

    def __iter__(self) -> Iterator[Row]:
        """Give each row that is not blank; a ragged one has `wrong` set.

        Raises:
            BadInput: a quotation mark is never closed, a field is longer than
                `LONGEST_FIELD`; with the number of the row.
        """
        with _opened(self.path, self.encoding) as file:
            for number, cells in _rows(self.path, file, self.delimiter):
                if number == 1 or not any(cell.strip() for cell in cells):
                    continue
                if self.beyond and len(cells) == len(self.columns) + self.beyond:
                    cells = _cut(cells, len(self.columns))
                wrong = None
                if len(cells) != len(self.columns):
                    there = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
                    wrong = f"{there} where the header has {len(self.columns)}"
                padded = cells + [""] * (len(self.columns) - len(cells))
                yield Row(number, dict(zip(self.columns, padded, strict=False)), wrong)


def read(
    path: Path, *, encoding: str | None = None, knows: Callable[[str], bool] | None = None
) -> Sheet:
    """Open a CSV file: find its encoding and its delimiter, read its header.

    Args:
        path: the file; commas, semicolons, tabs or vertical bars between its cells, of which
            Excel's first line `sep=;` may say which.
        encoding: what to read it as; None: find out, and refuse when that cannot be told.
        knows: tells whether a text is what a column is called, which no text is in Korean and,
            misread, in Chinese: so a short file's header may tell what it is.

    Raises:
        BadInput: no file or none that may be read, no text, no header, a column without a
            name or with the name of another, an encoding that cannot be told.
    """
    _check_file(path)
    encoding = _stated(path, encoding) if encoding else _found(path, knows)
    delimiter = _find_delimiter(path, encoding)
    with _opened(path, encoding) as file:
        _, header = next(_rows(path, file, delimiter), (1, []))
    named = _cut(header, 2)  # a title over nothing is no header
    columns = named_columns(path.name, named if all(map(str.strip, named)) else header)
    return Sheet(path, columns, encoding, delimiter, len(header) - len(columns))


def _cut(cells: list[str], least: int) -> list[str]:
    """Cells without the empty ones at the end, but for the first few."""
    end = len(cells)
    while end > least and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def head(path: Path) -> bytes:
    """Give the first 64 bytes of a file, when it is one that may be read.

    Raises:
        BadInput: it is a folder or a device, is not there, or may not be read.
    """
    if path.is_dir():
        raise BadInput(
            f"{path.name or path} is a folder",
            hint="name a file in it; a case file is sealed, and is no table",
        )
    if path.exists() and not path.is_file():
        raise BadInput(f"{path.name} is a device or a pipe, not a file", hint="save it first")
    try:
        with path.open("rb") as file:
            return file.read(64)
    except FileNotFoundError:
        raise BadInput(f"there is no file {path.name}", hint="check the path") from None
    except (OSError, ValueError):
        raise BadInput(
            f"{path.name} cannot be read", hint="check that you may read it (ls -l)"
        ) from None


def _check_file(path: Path) -> None:
    start_of_file = head(path)
    for start, kind, hint in _FOREIGN:
        if start_of_file.startswith(start):
            raise BadInput(f"{path.name} is {kind}, not CSV", hint=hint)
    if start_of_file.lstrip(_MARKS).replace(b"\0", b"").lower().startswith(_PAGES):
        raise BadInput(
            f"{path.name} is a web page or XML, whatever its name says",
            hint="open it in a spreadsheet program, and save it as .xlsx or as CSV UTF-8",
        )


def _opened(path: Path, encoding: str) -> TextIO:
    """Open a file at the row that names its columns, after Excel's `sep=;` where it has one."""
    return _started(path, encoding)[0]


def _started(path: Path, encoding: str) -> tuple[TextIO, str | None]:
    """A file at that row, and the separator that the line before it states."""
    try:
        with contextlib.ExitStack() as if_it_fails:
            file = if_it_fails.enter_context(path.open(encoding=encoding, newline=""))
            stated = _SEPARATOR.fullmatch(file.readline(_LONGEST))
            if stated is None:
                file.seek(0)
            if_it_fails.pop_all()
    except (OSError, UnicodeError):
        raise BadInput(
            f"{path.name} cannot be read any more", hint="is the disk that it is on still there?"
        ) from None
    return file, stated[1] if stated else None


def _rows(path: Path, file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Number the rows from 1; the reader's own words are left out, they may quote a cell."""
    number = 0
    try:
        for number, cells in enumerate(csv.reader(file, delimiter=delimiter, strict=True), 1):
            yield number, cells
    except csv.Error:
        raise BadInput(
            f"{path.name}, row {number + 1}: not CSV (a quotation mark that is never closed or"
            " stands inside a cell, or a cell that is too long)",
            hint='a cell with quotation marks is written "so ""called"" cell"',
        ) from None
    except UnicodeError:
        raise BadInput(
            f"{path.name}, row {number + 1}: not in its encoding any more",
            hint="the file was changed while it was read; do it again",
        ) from None


def named_columns(what: str, header: Sequence[str]) -> tuple[str, ...]:
    """Give the names of the columns of a first row, each once and none of them empty.

    Args:
        what: what the table is called in an error, such as the name of the file.
        header: the cells of the first row.

    Raises:
        BadInput: no column, one without a name, or two of one name; none is repeated.
    """
    columns = [cell.strip() for cell in header]
    if not columns:
        raise BadInput(f"{what} is empty", hint="its first row names the columns")
    first: dict[str, int] = {}
    for position, name in enumerate(columns, 1):
        if not name:
            raise BadInput(
                f"{what}: column {position} has no name",
                hint=TITLE
                if sum(map(bool, columns)) == 1 and len(columns) > 2
                else _GROUPED
                if any(columns[position:])
                else "write its name into the first row, or take the column out",
            )
        if name in first:
            raise BadInput(
                f"{what}: column {position} has the name of column {first[name]}",
                hint="give each column a name of its own in the first row",
            )
        first[name] = position
    return tuple(columns)


def _find_delimiter(path: Path, encoding: str) -> str:
    """The separator that the first line states, or has most of, outside quotation marks.

    A vertical bar, which parts words in a cell too, is one only where there is no other.
    """
    file, stated = _started(path, encoding)
    with file:
        first = file.readline(LONGEST_HEADER)
        more = "" if first.strip(" ,;\t\r\n") else file.read(LONGEST_HEADER)
    if not first.strip(" ,;\t\r\n"):
        raise BadInput(
            f"{path.name} has an empty first row"
            if more.strip() or first.strip()
            else f"{path.name} is empty",
            hint="its first row names the columns",
        )
    if stated:
        return stated
    outside = "".join(first.split('"')[::2])
    found = max(",;\t", key=outside.count)
    return "|" if found not in outside and "|" in outside else found


def _stated(path: Path, encoding: str) -> str:
    """Make sure that a file is, from beginning to end, in the encoding that was stated."""
    try:
        name = _STATED[codecs.lookup(encoding).name.replace("utf_", "utf-")]
    except (LookupError, ValueError):
        raise BadInput(
            "no such encoding of text is known",
            hint="the encodings are " + ", ".join(sorted(set(_STATED))),
        ) from None
    if _characters(path, name) is None:
        raise BadInput(
            f"{path.name} is not {encoding} from beginning to end",
            hint="leave the encoding out, so that it is looked for, or save the file as UTF-8",
        )
    return name


def _found(path: Path, knows: Callable[[str], bool] | None) -> str:
    """Find the encoding of a whole file, or refuse.

    1. A byte-order mark says it.
    2. NULs at every other byte, as of commas and line ends: UTF-16 without a mark.
    3. UTF-8, which text in another encoding is all but never by chance.
    4. CP949 or GB18030, see `_korean_or_chinese`.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise BadInput(f"{path.name} is empty", hint="its first row names the columns")
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)  # 1
    if marked is None and (wide := _utf16_without_mark(head)):  # 2
        seen = _characters(path, wide)
        if seen is not None and seen & set(",;\t|") and seen & set("\r\n"):
            return wide
    name = marked or "utf-8"
    if _characters(path, name) is not None:  # 3
        return name
    if marked:
        raise BadInput(
            f"{path.name} begins as {name} and does not go on so", hint="save it as UTF-8"
        )
    return _korean_or_chinese(path, knows)  # 4


def _utf16_without_mark(head: bytes) -> str | None:
    even, odd = head[::2].count(0), head[1::2].count(0)
    few = max(4, len(head) // 100)
    if odd > few and odd > 4 * even:
        return "utf-16-le"
    if even > few and even > 4 * odd:
        return "utf-16-be"
    return None


def _characters(path: Path, encoding: str) -> set[str] | None:
    """Give the distinct characters of a file, or None if it is not in this encoding.

    Raises:
        BadInput: it holds NUL characters, so that it is no text in any encoding.
    """
    seen: set[str] = set()
    try:
        with path.open(encoding=encoding, newline="") as file:
            while chunk := file.read(1 << 16):
                seen.update(chunk)
    except UnicodeError:
        return None
    if "\0" in seen:
        raise BadInput(
            f"{path.name} is not text: it holds NUL characters",
            hint="export the table again, as CSV UTF-8",
        )
    return seen


# Shares among the *distinct* characters of a text, so that one word in every row counts
# once: measured on Chinese names, places and testimony (367 characters) and on Korean
# (304). Plain: a syllable without a rare vowel or final, see `_is_plain`.
_PLAIN = {"cp949": 0.90, "gb18030": 0.59}
# Of the codes that CP949 has for Hanja: from 0xCA (by reading) and from 0xD8. In GB2312
# the first are frequent characters, the second rare ones, 0xF8 and up none at all.
_FREQUENT = {"cp949": 0.27, "gb18030": 0.94}
_HANGUL_CODES = 0.62  # of a Chinese text's characters, those that are Hangul when misread
_SURE = 7.0  # a likelihood ratio of 1,000
_PARTING = re.compile(r'[,;\t|"]')
_FEWEST = 6  # distinct characters, under which nothing is decided
_LEVEL_1, _LEVEL_2, _BEYOND = range(0xB0, 0xD8), range(0xD8, 0xF8), range(0xF8, 0xFF)


def _korean_or_chinese(path: Path, knows: Callable[[str], bool] | None) -> str:
    """Tell CP949 from GB18030, or refuse.

    The same two bytes are a Hangul syllable in one and a Chinese character in the
    other, so that a file can be text in both. Korean misread as Chinese has only
    characters of the first third of the table; Chinese misread as Korean has syllables
    that nobody writes. The ratio of the two likelihoods decides when it is over 1,000;
    where it is not, the header does, if it has known words in one of them only.
    """
    readings = {name: _characters(path, name) for name in ("cp949", "gb18030")}
    codes = {
        name: {code for char in seen if len(code := _code(char, name)) == 2}
        for name, seen in readings.items()
        if seen is not None
    }
    plausible = {name for name, found in codes.items() if _is_plausible(name, found)}
    if plausible == {"cp949", "gb18030"}:
        ratio = _log_ratio(codes["cp949"])
        plausible -= {"gb18030"} if ratio > _SURE else {"cp949"} if ratio < -_SURE else set()
    if len(plausible) == 1:
        return plausible.pop()
    whole = [name for name, seen in readings.items() if seen is not None]
    named = [name for name in whole if knows and _names_columns(path, name, knows)]
    if len(named) == 1:
        return named[0]
    if plausible:
        raise BadInput(
            f"{path.name} is not UTF-8, and whether it is Korean (CP949) or Chinese (GB18030)"
            " cannot be told",
            hint="save the file as UTF-8, or say --encoding cp949 or gb18030 where the command"
            " has it",
        )
    raise BadInput(
        f"{path.name} is in no encoding that can be told (UTF-8, UTF-16, CP949, GB18030)",
        hint=_HINT,
    )


def _names_columns(path: Path, encoding: str, knows: Callable[[str], bool]) -> bool:
    """Whether the first row has two known words, of two letters or more, all beyond ASCII.

    One may be a name: 林眉, misread, is a Korean word that columns are called.
    """
    with _opened(path, encoding) as file:
        cells = {cell.strip() for cell in _PARTING.split(file.readline(LONGEST_HEADER))}
    words = [cell for cell in cells if len(cell) > 1 and min(cell) > "\x7f"]
    return sum(map(knows, words)) > 1


def _code(char: str, encoding: str) -> bytes:
    try:
        return char.encode(encoding)
    except UnicodeError:
        return b""


def _is_plausible(encoding: str, codes: Iterable[bytes]) -> bool:
    """Whether a text has nearly all its characters where the language has its usual ones."""
    usual = rare = 0
    for lead, trail in codes:
        if 0xA1 <= lead < 0xB0 and trail >= 0xA1:
            continue  # punctuation and symbols, which both have
        standard = lead >= 0xB0 and trail >= 0xA1
        if encoding == "gb18030" and standard and lead in _BEYOND:
            return False
        if standard and (encoding == "cp949" or lead in _LEVEL_1):
            usual += 1
        else:
            rare += 1
    return usual >= 3 * rare and usual >= _FEWEST


def _log_ratio(codes: Iterable[bytes]) -> float:
    """Log likelihood of Korean against Chinese, of codes that are text in both."""
    plain = odd = frequent = other = 0
    for code in codes:
        if code[0] < 0xB0 or code[1] < 0xA1:
            continue
        if code[0] <= 0xC8:
            if _is_plain(code.decode("cp949")):
                plain += 1
            else:
                odd += 1
        elif code[0] in _LEVEL_1:
            frequent += 1
        else:
            other += 1
    hangul, hanja = plain + odd, frequent + other
    ratio = _binomial(plain, odd, _PLAIN) + _binomial(frequent, other, _FREQUENT)
    # A Korean file may have any share of Hanja: a uniform prior, so a beta function.
    korean = math.lgamma(hangul + 1) + math.lgamma(hanja + 1) - math.lgamma(hangul + hanja + 2)
    chinese = hangul * math.log(_HANGUL_CODES) + hanja * math.log(1 - _HANGUL_CODES)
    return ratio + korean - chinese


def _binomial(yes: int, no: int, share: dict[str, float]) -> float:
    korean, chinese = share["cp949"], share["gb18030"]
    return yes * math.log(korean / chinese) + no * math.log((1 - korean) / (1 - chinese))


def _is_plain(syllable: str) -> bool:
    """Whether a Hangul syllable has no doubled initial, no rare vowel and no rare final."""
    number = ord(syllable) - 0xAC00
    initial, vowel, final = number // 588, number // 28 % 21, number % 28
    return (
        initial not in (1, 4, 8, 10, 13)
        and vowel not in (3, 10, 15, 19)
        and final in (0, 1, 4, 8, 16, 17, 19, 21)
    )
