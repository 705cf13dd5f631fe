"""`case.json`: the public manifest of a case file, its format version and its id.

It is public and says nothing else. It is written last when a case file is made, so
that a folder without it is only the beginning of one.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from uncounted import atomic_files
from uncounted.errors import Damaged, NotACase

NAME = "case.json"
FORMAT_VERSION = 1
_ID = re.compile(r"[0-9a-f]{32}")


def write(folder: Path, case_id: str) -> None:
    """Say that the folder is the case file with this id.

    Raises:
        AlreadyThere: it says so already.
    """
    atomic_files.write(folder / NAME, _bytes(case_id), private=True, replace=False)


def exists(folder: Path) -> bool:
    """Whether the folder says that it is a case file."""
    return (folder / NAME).exists()


def read(folder: Path) -> str:
    """Give the id of the case file in a folder.

    Raises:
        NotACase: the folder is none, or one of a version not known here.
    """
    if not folder.is_dir():
        what = "that is a file, not a folder" if folder.exists() else "there is no such folder"
        raise NotACase(what, hint="a case file is a folder; create one with uncounted init")
    try:
        content = atomic_files.read_private(folder / NAME)
        mark = json.loads(content)
        version, case_id = mark["version"], mark["id"]
        known = mark["format"] == "uncounted-case" and _ID.fullmatch(case_id)
    except FileNotFoundError as error:
        raise NotACase(
            f"the folder is not a case file: {NAME} is missing",
            hint="check the path; create one: uncounted init",
        ) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotACase(f"{NAME} is not that of a case file", hint="check the path") from error
    if not known:
        raise NotACase(f"{NAME} is not that of a case file", hint="check the path")
    if version != FORMAT_VERSION:
        raise NotACase(
            f"the case file has format {version}, this program supports {FORMAT_VERSION}",
            hint="use a newer version of uncounted",
        )
    if content != _bytes(case_id):
        raise Damaged(f"{NAME} was altered", hint="restore it from a copy")
    return str(case_id)


def _bytes(case_id: str) -> bytes:
    mark = {"format": "uncounted-case", "version": FORMAT_VERSION, "id": case_id}
    return json.dumps(mark).encode() + b"\n"
