"""The fonts of the documentation site: the letters that its pages use, and no others.

Text is set in the font of the reports (Noto Sans CJK KR), code in a part of DejaVu Sans Mono.
Arabic, Burmese, Ge'ez and the Latin and Cyrillic letters that these lack are parts of other fonts
of Noto Sans. `make docs` writes both into the site. A page with a letter that none of the fonts has
stops the build, since a reader's machine may not have it either. To make the files in tools/fonts
again, on a machine with Debian's `fonts-dejavu-mono`, `fonts-noto-cjk` and `fonts-noto-core`:

    python -m tools.site_fonts /usr/share/fonts
"""

from __future__ import annotations

import base64
import functools
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from tools.make_fonts import pick

from uncounted.publish import fonts

FOLDER = Path(__file__).parent / "fonts"
MONO = FOLDER / "UncountedMono-Regular.woff2"
MORE = FOLDER / "UncountedMore-Regular.woff2"
MORE_LETTERS = "羁呉"  # rarer Hanzi of the pages, which the font of the reports does not have
SCRIPTS = {  # a part of a font each: the file it is of, and the letters it has
    "UncountedLatin": ("NotoSans-Regular.ttf", (0x100, 0x17F)),
    "UncountedCyrillic": ("NotoSans-Regular.ttf", (0x400, 0x4FF)),
    "UncountedArabic": ("NotoSansArabic-Regular.ttf", (0x600, 0x6FF)),
    "UncountedMyanmar": ("NotoSansMyanmar-Regular.ttf", (0x1000, 0x104F)),
    "UncountedEthiopic": ("NotoSansEthiopic-Regular.ttf", (0x1200, 0x137F)),
}
ASCII = "".join(map(chr, range(0x20, 0x7F)))
MONO_RANGES = ((0x20, 0x7E), (0xA0, 0xFF), (0x391, 0x3C9), (0x2010, 0x2027), (0x2190, 0x2193),
               (0x2200, 0x2265), (0x2500, 0x25FF), (0x2640, 0x2642))  # fmt: skip
_FACES = "".join(
    f'@font-face{{font-family:"{name}";src:url({name}-Regular.woff2)}}\n' for name in SCRIPTS
)
_SCRIPTS = ",".join(f'"{name}"' for name in SCRIPTS)
CSS = f"""{_FACES}
@font-face{{font-family:"Uncounted Sans";font-weight:400;src:url(UncountedSans-400.woff2)}}
@font-face{{font-family:"Uncounted Sans";font-weight:700;src:url(UncountedSans-700.woff2)}}
@font-face{{font-family:"Uncounted More";src:url(UncountedMore-Regular.woff2)}}
@font-face{{font-family:"Uncounted Mono";src:url(UncountedMono-Regular.woff2)}}
:root{{--md-text-font:"Uncounted Sans","Uncounted More","Uncounted Mono",{_SCRIPTS}}}
:root{{--md-code-font:"Uncounted Mono","Uncounted Sans","Uncounted More",{_SCRIPTS}}}
"""


@functools.cache
def letters_of(font_file: Path) -> frozenset[str]:
    """The letters of a font."""
    with TTFont(font_file, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def mono_letters() -> frozenset[str]:
    """The letters of the code font."""
    return letters_of(MONO)


def _file(name: str) -> str:
    return f"{name}-Regular.woff2"


def lacking(text: str) -> set[str]:
    """Letters that no font of the site has."""
    rest = fonts.missing(text) - mono_letters() - set(MORE_LETTERS)
    return rest - {letter for name in SCRIPTS for letter in letters_of(FOLDER / _file(name))}


def write(pages: Iterable[Path], folder: Path) -> None:
    """Write the fonts and their style sheet for these pages into `folder`.

    Raises:
        SystemExit: a page has a letter that no font has.
    """
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    faults = [
        f"{page.name}: no font of the site has "
        + ", ".join(f"U+{ord(c):04X}" for c in sorted(found))
        for page, text in texts.items()
        if (found := lacking(text))
    ]
    if faults:
        raise SystemExit("\n".join(faults))
    letters = "".join(sorted(set("".join(texts.values())) | set(ASCII)))
    folder.mkdir(parents=True, exist_ok=True)
    for weight in fonts.WEIGHTS:
        data = base64.b64decode(fonts.part(letters, weight))
        (folder / f"UncountedSans-{weight}.woff2").write_bytes(data)
    for made in (MONO, MORE, *(FOLDER / _file(name) for name in SCRIPTS)):
        (folder / made.name).write_bytes(made.read_bytes())
    (folder / "fonts.css").write_text(CSS, encoding="utf-8")


def make(font: TTFont, letters: str, to: Path, *, features: Iterable[str] = ()) -> None:
    """Make a part of a font, under a name of its own; `features` are those of its layout."""
    options = subset.Options()
    options.recalc_timestamp = False
    options.hinting = False
    options.layout_features = list(features)
    tool = subset.Subsetter(options)
    tool.populate(text=letters)
    tool.subset(font)
    name = to.stem.partition("-")[0]
    for number in (1, 4, 6):
        font["name"].setName(name, number, 3, 1, 0x409)
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames[0] = top.topDictIndex[0].FamilyName = top.topDictIndex[0].FullName = name
    font.recalcTimestamp = False
    font.flavor = "woff2"
    font.save(to)


if __name__ == "__main__":
    home = Path(sys.argv[1])
    noto = home / "truetype" / "noto"
    mono = "".join(chr(p) for low, high in MONO_RANGES for p in range(low, high + 1))
    make(TTFont(home / "truetype" / "dejavu" / "DejaVuSansMono.ttf"), mono, MONO)
    make(pick(home / "opentype" / "noto" / "NotoSansCJK-Regular.ttc"), MORE_LETTERS, MORE)
    for name, (file, (first, last)) in SCRIPTS.items():
        script = "".join(map(chr, range(first, last + 1)))
        make(TTFont(noto / file), script, FOLDER / _file(name), features=["*"])
