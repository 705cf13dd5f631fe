"""Make the fonts that the package carries: a part of Noto Sans CJK KR, under a name of its own.

Run on a machine with Debian's `fonts-noto-cjk`:

    python tools/make_fonts.py /usr/share/fonts/opentype/noto

The part: Latin, Greek and Cyrillic, punctuation and signs that reports use, the Hangul and
Hanja of KS X 1001 and the first level of the Hanzi of GB 2312. The same font version
gives the same bytes. The family is renamed so that a page can tell it from a font of the
reader's machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Uncounted Sans"
WEIGHTS = ("Regular", "Bold")
KOREAN = "Noto Sans CJK KR"
TO = Path(__file__).parent.parent / "src" / "uncounted" / "publish" / "fonts"

RANGES = (
    (0x0020, 0x007E),  # Latin
    (0x00A0, 0x017F),
    (0x0218, 0x021B),
    (0x02C6, 0x02DD),
    (0x0370, 0x03FF),  # Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x1EA0, 0x1EF9),  # Vietnamese
    (0x2010, 0x2027),  # punctuation
    (0x202F, 0x205E),
    (0x2070, 0x209C),  # superscripts and subscripts
    (0x20A9, 0x20AC),
    (0x2100, 0x218B),
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematics
    (0x25A0, 0x25FF),
    (0x3000, 0x303F),  # CJK punctuation
    (0x3040, 0x30FF),  # kana
    (0x3131, 0x318E),  # jamo that stand alone
    (0xFF01, 0xFF5E),  # full width
)


def national(codec: str, first: range, second: range) -> set[int]:
    """Code points of a two-byte national character set, by Python's own codec."""
    found = set()
    for a in first:
        for b in second:
            try:
                found.add(ord(bytes([a, b]).decode(codec)))
            except (UnicodeDecodeError, TypeError):
                continue
    return found


def wanted() -> set[int]:
    """Every code point that we would like to be able to print."""
    points = {p for low, high in RANGES for p in range(low, high + 1)}
    points |= national("euc_kr", range(0xB0, 0xC9), range(0xA1, 0xFF))  # Hangul of KS X 1001
    points |= national("euc_kr", range(0xCA, 0xFE), range(0xA1, 0xFF))  # Hanja of KS X 1001
    points |= national("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))  # Hanzi, first level
    return points


def pick(collection: Path) -> TTFont:
    """The Korean face of a collection."""
    for font in TTCollection(str(collection), lazy=True).fonts:
        if font["name"].getDebugName(1) == KOREAN:
            return font
        if font["name"].getDebugName(16) == KOREAN:
            return font
    raise SystemExit(f"{collection.name} has no face {KOREAN}")


def rename(font: TTFont, weight: str) -> None:
    """Give the part its own name; copyright, version and licence stay as they were."""
    names = font["name"]
    version = names.getDebugName(5).split(";")[0]
    texts = {
        1: FAMILY,
        2: weight,
        3: f"{version};{FAMILY.replace(' ', '')}-{weight}",
        4: f"{FAMILY} {weight}",
        6: f"{FAMILY.replace(' ', '')}-{weight}",
        10: f"A part of Noto Sans CJK KR, {version}",
    }
    for record in list(names.names):
        if record.nameID not in {0, 5, 8, 9, 11, 12, 13, 14}:
            names.removeNames(nameID=record.nameID)
    for number, text in texts.items():
        names.setName(text, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames[0] = texts[6]
    top.topDictIndex[0].FamilyName = FAMILY
    top.topDictIndex[0].FullName = texts[4]


def make(source: Path, weight: str) -> Path:
    """Write one weight; returns where."""
    font = pick(source / f"NotoSansCJK-{weight}.ttc")
    options = subset.Options()
    options.layout_features = ["kern", "liga", "ccmp", "locl", "palt", "tnum", "mark", "mkmk"]
    options.name_IDs = ["*"]
    options.hinting = False
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    options.recalc_timestamp = False
    tool = subset.Subsetter(options)
    tool.populate(unicodes=wanted())
    tool.subset(font)
    rename(font, weight)
    font.recalcTimestamp = False
    path = TO / f"UncountedSans-{weight}.otf"
    font.save(path)
    return path


if __name__ == "__main__":
    for name in WEIGHTS:
        made = make(Path(sys.argv[1]), name)
        print(made.name, f"{made.stat().st_size:,} bytes")
