"""TOML of a mapping or a plan, within limits: of its length, its dotted keys and its nesting.

The standard library's parser takes time that grows with the square of a dotted key, and calls
itself for each bracket. What is beyond a limit is refused before it is parsed.
"""

from __future__ import annotations

import re
import tomllib
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from uncounted import regular_files
from uncounted.errors import BadMapping

LONGEST: Final = 1 << 20  # characters
MOST_DOTS: Final = 50  # on one line, outside texts and comments
# A text in quotes, closed or not: it matches at every quotation mark, so the search is linear.
_TEXT = re.compile(r""""(?:[^"\\\n]|\\.)*+["\\]?|'[^'\n]*+'?""")


def text_of(path: Path) -> str:
    """Read the text of a file, no further than the limit.

    Raises:
        OSError: it is not there, is no regular file, or may not be read.
        UnicodeDecodeError: it is not UTF-8.
    """
    with TextIOWrapper(regular_files.opened(path), encoding="utf-8-sig") as file:
        return file.read(LONGEST + 1)


def loads(text: str, what: str) -> dict[str, Any]:
    """Parse TOML; a syntax error is `tomllib.TOMLDecodeError`.

    Args:
        text: the TOML.
        what: what it is, for errors: "the plan".

    Raises:
        BadMapping: it is too long, has a line with too many dots, a number with too many
            digits, or is nested too deeply.

    Examples:
        >>> loads("threshold = 5", "the plan")
        {'threshold': 5}
    """
    if len(text) > LONGEST:
        raise BadMapping(
            f"{what} has more than {LONGEST:,} characters",
            hint="check that this is the file you mean; a mapping or a plan has a few pages",
        )
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            outside = _TEXT.sub("", line).partition("#")[0]
            if outside.count(".") > MOST_DOTS:
                raise BadMapping(
                    f"{what}, line {number}: more than {MOST_DOTS} dots outside quotation marks",
                    hint='no key has more than a few parts; put a text in quotes: "..."',
                )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # the interpreter's own limit: 4,300 digits
        raise BadMapping(
            f"{what} has a number with thousands of digits",
            hint='no value of it is one; put a text in quotes: "..."',
        ) from None
    except RecursionError:
        raise BadMapping(
            f"{what} is nested too deeply", hint="no value of it is a list in a list"
        ) from None
