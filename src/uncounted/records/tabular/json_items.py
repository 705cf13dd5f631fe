"""The items of a JSON file: a list of objects, or one object per line.

Objects inside an object become columns with a path (`group/field`), a list of objects repeats, a
list of words one cell with ; between them. An object with `label` or `value` (Uwazi) counts as
that. Numbers stay as they were written, but 2013.0 becomes 2013. The text is held in memory.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import attrs

from uncounted import regular_files
from uncounted.delimited import (
    LONGEST_HEADER,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    heading,
    most_rows,
    named_columns,
    too_many_cells,
    too_many_rows,
)
from uncounted.errors import BadInput
from uncounted.proof.canonical_json import JSONObject

DEEPEST = 20
LONGEST_PATH = 1_000  # letters of one: the keys of all objects that a field lies in
MOST_PATHS = 16 << 20  # letters of all paths of one item
LARGEST = 64 << 20  # bytes: the text is held in memory
# Under which an API puts the list of its answer: KoBo, Uwazi, OData and others.
_LISTS = ("results", "rows", "value", "data", "entities", "submissions", "items", "records")
_HINT = "it must be a list of objects, [{...}, {...}], or one object per line"
_SPACES = re.compile(r"[ \t\r\n]*+")
_LOST = re.compile("[\ud800-\udfff\0]")


class JsonItems:
    """A JSON file: its columns, in order of appearance, those of its repeats, and its items.

    A key may be data, even one that every item has: only what `headers` knows may be repeated.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        columns: dict[str, None] = {}
        inside: dict[str, dict[str, None]] = {}
        number, repeated = 0, Counter[str]()
        for number, value in _items(path):
            item = _flat(path, number, value)
            columns.update(dict.fromkeys(item.cells))
            for name, children in item.repeats.items():
                keys = inside.setdefault(name, {})
                repeated[name] += len(children)
                for child in children:
                    keys.update(dict.fromkeys(child.cells))
            if max(len(columns), len(inside), *map(len, inside.values())) > MOST_COLUMNS:
                raise BadInput(f"{path.name}, item {number}: too many fields", hint=_HINT)
        cells = [(number, len(columns)), *((repeated[name], len(inside[name])) for name in inside)]
        if any(rows > most_rows(path, wide) for rows, wide in cells):
            raise too_many_cells(path.name)
        if not columns:
            raise BadInput(f"{path.name} is empty, or none of its items has a field", hint=_HINT)
        self.columns = named_columns(path.name, tuple(columns))
        self.repeats = {name: tuple(keys) for name, keys in inside.items()}
        if sum(len(key) for keys in inside.values() for key in keys) > LONGEST_HEADER:
            raise BadInput(f"{path.name}: the names of its fields are too long", hint=_HINT)

    def __iter__(self) -> Iterator[Row]:
        """Give each item, numbered from 1; what it does not state is empty."""
        blank = dict.fromkeys(self.columns, "")
        for number, value in _items(self.path):
            item = _flat(self.path, number, value)
            repeats = {
                name: [
                    Row(i, dict.fromkeys(self.repeats[name], "") | child.cells, bad=child.bad)
                    for i, child in enumerate(children, 1)
                ]
                for name, children in item.repeats.items()
            }
            yield Row(number, blank | item.cells, item.wrong, item.bad, repeats=repeats)


def _flat(path: Path, number: int, value: Any) -> _Flat:
    try:
        return _Flat(value, [MOST_PATHS])
    except _BadJson as bad:
        raise BadInput(f"{path.name}, item {number}: {bad.why}", hint=_HINT) from None


_TOO_DEEP = "objects too deep in each other"


class _Flat:
    """An item as cells by path; `left` is how many letters the paths of the item may still have.

    An object in 300 lists, one in the other, and a long key over many fields are short files:
    what a path repeats is limited, and so is the depth, that of the lists included.
    """

    def __init__(self, value: Any, left: list[int], depth: int = 0) -> None:
        self._left = left
        self.cells: dict[str, str] = {}
        self.bad: dict[str, str] = {}
        self.repeats: dict[str, list[_Flat]] = {}
        self.wrong: str | None = None
        if isinstance(value, dict):
            self._object("", value, depth)
        else:
            self.wrong = "not an object with fields"

    def _object(self, path: str, value: JSONObject, depth: int) -> None:
        for key, part in value.items():
            self._left[0] -= len(path) + len(key)
            if len(path) + len(key) > LONGEST_PATH or self._left[0] < 0:
                raise _BadJson(
                    f"field names, with their groups, of more than {LONGEST_PATH:,}"
                    " characters, or too many of them"
                )
            written = f"{path}/{key}" if path else key
            here = heading(written)
            if _LOST.search(here) or not here or written != written.strip():
                self.wrong = "a field whose name cannot be read"
            elif here in self.cells or here in self.repeats:
                self.wrong = "a field that is there twice"
            elif depth > DEEPEST:
                self.wrong = _TOO_DEEP
            else:
                self._value(here, part, depth)

    def _value(self, here: str, value: Any, depth: int) -> None:
        value = _stated(value)
        if isinstance(value, dict):
            self._object(here, value, depth + 1)
        elif isinstance(value, list) and any(isinstance(_stated(one), dict) for one in value):
            if depth > DEEPEST:
                self.wrong = _TOO_DEEP
                return
            if len(value) > MOST_ROWS:
                raise _BadJson(f"a list of more than {MOST_ROWS:,} objects")
            children = [_Flat(one, self._left, depth + 1) for one in value]
            self.repeats[here] = children
            if any(child.wrong == _TOO_DEEP for child in children):
                self.wrong = _TOO_DEEP
        elif isinstance(value, list):
            self._cell(here, "; ".join(text for one in value if (text := _text(_stated(one)))))
            if any(isinstance(_stated(one), list) for one in value):
                self.bad[here] = "a list in a list"
        else:
            self._cell(here, _text(value))

    def _cell(self, here: str, text: str) -> None:
        if _LOST.search(text):
            self.bad[here] = "half a character, or none"
            text = ""
        self.cells[here] = text


def _stated(value: Any) -> Any:
    """What an object of Uwazi's states: its label, else its value; anything else is itself."""
    if isinstance(value, dict) and "value" in value:
        label = value.get("label")
        return label if isinstance(label, str) and label else value["value"]
    return value


def _text(value: Any) -> str:
    if value is None or isinstance(value, list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@attrs.frozen
class _BadJson(Exception):
    """What is wrong, before it is known in which item."""

    why: str


def _pairs(pairs: list[tuple[str, Any]]) -> JSONObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _BadJson("an object has a field twice")
    return found


def _number(text: str) -> str:
    return re.sub(r"\.0+$", "", text)


def _constant(_: str) -> NoReturn:
    raise _BadJson("not JSON (NaN and Infinity are no numbers)")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=str, parse_float=_number, parse_constant=_constant
)


class _Stream:
    """The text of a file, taken a value at a time."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def peek(self) -> str:
        """The next character that is no space, or "" at the end."""
        spaces = _SPACES.match(self._text, self._at)
        assert spaces is not None
        self._at = spaces.end()
        return self._text[self._at : self._at + 1]

    def take(self, wanted: str) -> None:
        if self.peek() != wanted:
            raise _BadJson("not JSON")
        self._at += 1

    def value(self) -> Any:
        if not self.peek():
            raise _BadJson("not JSON: it stops in the middle")
        try:
            found, self._at = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError:
            raise _BadJson("not JSON, or it stops in the middle") from None
        except RecursionError:
            raise _BadJson("objects too deep in each other") from None
        return found


def _items(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        stream, number = _Stream(regular_files.read(path, most=LARGEST).decode("utf-8-sig")), 0
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}", hint=_HINT) from None
    except UnicodeError:
        raise BadInput(
            f"{path.name} is not UTF-8, as JSON must be", hint="save it as UTF-8"
        ) from None
    try:
        for number, value in enumerate(_values(stream, path), 1):
            if number > MOST_ROWS:
                raise too_many_rows(path.name, "items")
            yield number, value
    except _BadJson as bad:
        raise BadInput(f"{path.name}, item {number + 1}: {bad.why}", hint=_HINT) from None


def _values(stream: _Stream, path: Path) -> Iterator[Any]:
    first = stream.peek()
    if not first:
        raise BadInput(f"{path.name} is empty", hint=_HINT)
    if first == "[":
        yield from _list(stream)
        if stream.peek():
            raise _BadJson("something after the end of the list")
    elif path.suffix.casefold() in (".jsonl", ".ndjson"):
        while stream.peek():
            yield stream.value()
    elif first == "{":
        yield from _answer(stream, path.name)
    else:
        raise _BadJson("not JSON")


def _list(stream: _Stream) -> Iterator[Any]:
    stream.take("[")
    if stream.peek() == "]":
        stream.take("]")
        return
    while True:
        yield stream.value()
        if stream.peek() == "]":
            stream.take("]")
            return
        stream.take(",")


def _answer(stream: _Stream, name: str) -> Iterator[Any]:
    """The list in an object that an API answered with; else the objects one after the other."""
    stream.take("{")
    rest: list[tuple[str, Any]] = []
    listed = False
    while stream.peek() != "}":
        if rest or listed:
            stream.take(",")
        key = stream.value()
        if not isinstance(key, str):
            raise _BadJson("not JSON")
        stream.take(":")
        if key in _LISTS and not listed and stream.peek() == "[":
            listed = True
            yield from _list(stream)
            continue
        rest.append((key, stream.value()))
        if key in ("next", "@odata.nextLink") and rest[-1][1]:
            raise _BadJson("the file is one page of several: export all of it at once")
    stream.take("}")
    if listed:
        if stream.peek():
            raise _BadJson("something after the end of the list")
    elif stream.peek():
        yield _pairs(rest)
        while stream.peek():
            yield stream.value()
    elif len(rest) == 1 and isinstance(rest[0][1], list):
        yield from rest[0][1]
    else:
        raise BadInput(
            f"{name} is one object",
            hint="import the list of people alone, [{...}, {...}]; if the object is one person, put"
            " [ ] around it, and if each key is one, make the key a field, such as id",
        )
