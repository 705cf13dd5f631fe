"""The encoding of a text file: UTF-8, UTF-16, UTF-32, or Korean (CP949) against Chinese (GB18030).

It is found from the whole file; where two readings are both possible the file is refused,
since a name read in the wrong encoding is another name.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path

from uncounted import regular_files
from uncounted.errors import BadInput

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


def check(path: Path, encoding: str) -> str:
    """Make sure that a file is, from beginning to end, in the encoding that was stated."""
    try:
        name = _STATED[codecs.lookup(encoding).name.replace("utf_", "utf-")]
    except (LookupError, ValueError):
        raise BadInput(
            "unknown encoding",
            hint="encodings: " + ", ".join(sorted(set(_STATED))),
        ) from None
    if not _is_in(path, name):
        raise BadInput(
            f"{path.name} is not {encoding} from beginning to end",
            hint="omit --encoding to detect it, or save the file as UTF-8",
        )
    return name


def find(path: Path, knows: Callable[[str], bool] | None, header: Callable[[str], str]) -> str:
    """Find the encoding of a whole file, or refuse.

    1. A byte-order mark says it.
    2. NULs at every other byte, as of commas and line ends: UTF-16 without a mark.
    3. UTF-8, which text in another encoding is all but never by chance.
    4. CP949 or GB18030, see `_korean_or_chinese`.

    `knows` tells whether a text names a column; `header` gives the first row as read in an
    encoding.
    """
    with regular_files.opened(path) as file:
        head = file.read(4096)
    if not head:
        raise BadInput(f"{path.name} is empty", hint="its first row names the columns")
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)  # 1
    if marked is None and (wide := _utf16_without_mark(head)):  # 2
        wanted = [",;\t|", "\r\n"]
        if _is_in(path, wide, wanted) and not wanted:
            return wide
    name = marked or "utf-8"
    if _is_in(path, name):  # 3
        return name
    if marked:
        raise BadInput(
            f"{path.name} begins as {name} but is not valid {name}", hint="save it as UTF-8"
        )
    return _korean_or_chinese(path, knows, header)  # 4


def _utf16_without_mark(head: bytes) -> str | None:
    even, odd = head[::2].count(0), head[1::2].count(0)
    few = max(4, len(head) // 100)
    if odd > few and odd > 4 * even:
        return "utf-16-le"
    if even > few and even > 4 * odd:
        return "utf-16-be"
    return None


def _is_in(path: Path, encoding: str, wanted: list[str] | None = None) -> bool:
    """Whether a file is in this encoding from beginning to end.

    Of `wanted`, each a choice of characters, what the file has one of is taken out.
    """
    try:
        for chunk in _chunks(path, encoding):
            for choice in tuple(wanted or ()):
                if wanted and any(char in chunk for char in choice):
                    wanted.remove(choice)
    except UnicodeError:
        return False
    return True


def _characters(path: Path, encoding: str) -> set[str] | None:
    """Give the distinct characters of a file, or None if it is not in this encoding."""
    seen: set[str] = set()
    try:
        for chunk in _chunks(path, encoding):
            seen.update(chunk)
    except UnicodeError:
        return None
    return seen


def _chunks(path: Path, encoding: str) -> Iterator[str]:
    """Read a file, piece by piece.

    Raises:
        UnicodeError: it is not in this encoding.
        BadInput: it holds NUL characters, so that it is no text in any encoding.
    """
    with TextIOWrapper(regular_files.opened(path), encoding=encoding, newline="") as file:
        while chunk := file.read(1 << 16):
            if "\0" in chunk:
                raise BadInput(
                    f"{path.name} is not text: it holds NUL characters",
                    hint="export the table again, as CSV UTF-8",
                )
            yield chunk


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


def _korean_or_chinese(
    path: Path, knows: Callable[[str], bool] | None, header: Callable[[str], str]
) -> str:
    """Tell CP949 from GB18030, or refuse.

    The same two bytes are a Hangul syllable in one and a Chinese character in the
    other, so that a file can be text in both. Korean misread as Chinese has only
    characters of the first third of the table; Chinese misread as Korean has syllables
    that do not occur in Korean. The ratio of the two likelihoods decides when it is over 1,000;
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
    named = [name for name in whole if knows and _names_columns(header(name), knows)]
    if len(named) == 1:
        return named[0]
    if plausible:
        raise BadInput(
            f"{path.name} is not UTF-8, and could be Korean (CP949) or Chinese (GB18030)",
            hint="save the file as UTF-8, or add --encoding cp949 or --encoding gb18030",
        )
    raise BadInput(
        f"{path.name} has an encoding that cannot be detected (UTF-8, UTF-16, CP949, GB18030)",
        hint=_HINT,
    )


def _names_columns(header: str, knows: Callable[[str], bool]) -> bool:
    """Whether the first row has two known words, of two letters or more, all beyond ASCII.

    One may be a name: 林眉, misread, is a Korean word that columns are called.
    """
    cells = {cell.strip() for cell in _PARTING.split(header)}
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
