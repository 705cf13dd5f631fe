"""What warnings mean: a code, what is the case, why it matters, what to do.

Each room keeps its own in a file `explanations.toml`, the gravest first.
"""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files
from typing import Literal

import attrs


@attrs.frozen
class Explanation:
    """What a warning means."""

    code: str
    level: Literal["warning", "note"]
    title: str
    why: str
    todo: tuple[str, ...]
    reference: str


@functools.cache
def explanations_of(package: str) -> dict[str, Explanation]:
    """Every code of a package with its explanation, in the order of its file."""
    text = files(package).joinpath("explanations.toml").read_text(encoding="utf-8")
    return {
        code: Explanation(code, **{**entry, "todo": tuple(entry["todo"])})
        for code, entry in tomllib.loads(text).items()
    }
