"""BagIt 1.0 (RFC 8493) bags: made and validated, with SHA-512 manifests.

Twenty lines of text files. The library of that name passes a flag where a count belongs
(a deprecation warning from Python 3.13 on), changes the working directory of the whole
process and reads every file again; it checks our bags in the tests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from uncounted import regular_files
from uncounted.atomic_files import create_text
from uncounted.errors import BadInput

PAYLOAD = "data"
_MANIFEST, _TAGS = "manifest-sha512.txt", "tagmanifest-sha512.txt"
_TAG_FILES = ("bagit.txt", "bag-info.txt", _MANIFEST)
_MOST_BYTES = 256 << 20  # of a manifest
_LINE = re.compile(r"(?P<digest>[0-9a-f]{128})[ \t]+(?P<path>[^\r\n]+)")
_HINT = "take the export once more, or from another copy"


def make(folder: Path, info: Mapping[str, str]) -> None:
    """Turn a folder whose content lies in `data/` into a bag (RFC 8493, section 2)."""
    files = _files(folder / PAYLOAD)
    size = sum(file.stat().st_size for file in files)
    tags = {
        **info,
        "Bagging-Date": dt.datetime.now(dt.UTC).date().isoformat(),
        "Payload-Oxum": f"{size}.{len(files)}",
    }
    with create_text(folder / "bagit.txt") as file:
        file.write("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    with create_text(folder / "bag-info.txt") as file:
        file.writelines(f"{label}: {value}\n" for label, value in tags.items())
    _write_manifest(folder, _MANIFEST, files)
    _write_manifest(folder, _TAGS, [folder / name for name in _TAG_FILES])


def check(folder: Path) -> None:
    """Make sure that a bag is complete and valid (RFC 8493, section 3).

    1. It says that it is a bag, and has a manifest of SHA-512.
    2. Every file of the manifests is there, inside the bag, and is what it was; a manifest names
       it once.
    3. Nothing is in `data/` that the manifest does not name; where there is a manifest of the
       tag files, it names those that every bag of ours has.

    Raises:
        BadInput: one of the steps fails.
    """
    changed = BadInput(
        "the bag is not valid: a file is missing, was added, or was changed", hint=_HINT
    )
    if not (folder / _MANIFEST).is_file():  # 1
        raise BadInput(f"the bag has no {_MANIFEST}", hint=_HINT)
    named: set[Path] = set()
    for manifest in (_MANIFEST, _TAGS):
        listed: set[Path] = set()
        for digest, name in _named(folder / manifest, changed):
            try:
                file = (folder / name).resolve()
                there = file.is_relative_to(folder.resolve()) and file.is_file()
                same = there and _sha512(file) == digest
            except (OSError, ValueError):  # a name that no file can have
                raise changed from None
            if not same or file in listed:  # 2
                raise changed
            listed.add(file)
        named |= listed
    ours = {(folder / name).resolve() for name in _TAG_FILES if (folder / _TAGS).exists()}
    if ours.union(file.resolve() for file in _files(folder / PAYLOAD)) - named:  # 3
        raise changed


def _named(manifest: Path, changed: BadInput) -> Iterator[tuple[str, str]]:
    try:
        text = (
            regular_files.read(manifest, most=_MOST_BYTES).decode("utf-8")
            if manifest.is_file()
            else ""
        )
    except (OSError, UnicodeDecodeError):
        raise changed from None
    # Lines end with LF, CR or both (section 2.1.3), and with nothing else.
    for line in filter(None, re.split(r"\r\n|\r|\n", text)):
        match = _LINE.fullmatch(line)
        if match is None:
            raise changed
        yield match["digest"], match["path"]


def _write_manifest(folder: Path, name: str, files: list[Path]) -> None:
    # Names in an export are ours, so none needs the escapes of section 2.1.3.
    with create_text(folder / name) as manifest:
        for file in files:
            manifest.write(f"{_sha512(file)}  {file.relative_to(folder).as_posix()}\n")


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sha512(file: Path) -> str:
    with regular_files.opened(file) as content:
        return hashlib.file_digest(content, "sha512").hexdigest()
