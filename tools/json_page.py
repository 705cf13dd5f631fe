"""Write docs/reference/json.md from the schemas beside it.

    python tools/json_page.py

One table for each command: the keys of what it prints with `--json`, their types and meaning.
`tests/test_json.py` fails when the page is not what this writes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
PAGE = REFERENCE / "json.md"
SCHEMAS = REFERENCE / "schemas"
GROUPS = ("identity", "recovery")

HEAD = """# JSON output

With `--json` a command prints one JSON object on standard output and nothing else there. Messages
and progress go to standard error. The exit status is 0 if the command did its work, 1 if it
refused or found something wrong, 2 if it was used wrongly; with 1 or 2 there is no JSON. Six
commands can print the object and then fail: `estimate` when no method gives an estimate, `rate`
when no group has an estimated rate that was asked for, `check`
when the case file has errors, `import` and `decide` when every row is rejected, `verify` when the
signer was not checked.

Numbers are not rounded. An interval is a pair of the lower and the upper end; an end that is not
bounded is `null`. Keys marked `?` are left out where they do not apply. Every object is closed: a
key that is not listed here is not printed. The tables are made from the JSON Schemas (draft
2020-12) in [schemas](schemas), one file for each command, and a test holds the output of every
command against them.
"""


def type_of(schema: dict[str, Any]) -> str:
    """The type of a value in words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return "interval" if name == "interval" else f"[{name}](#{name.replace('_', '-')})"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(type_of(each) for each in schema["anyOf"])
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(type_of({**schema, "type": each}) for each in kind)
    if kind == "array":
        return f"array of {type_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map of {type_of(schema['additionalProperties'])}"
    return str(kind)


def inside(schema: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The object in a value whose keys are to be listed, and how its path goes on."""
    if "properties" in schema:
        return "", schema
    if "anyOf" in schema:
        return next((found for each in schema["anyOf"] if (found := inside(each))), None)
    if isinstance(schema.get("items"), dict) and (found := inside(schema["items"])):
        return "[]" + found[0], found[1]
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and (found := inside(more)):
        return ".*" + found[0], found[1]
    return None


def rows(schema: dict[str, Any], before: str = "") -> Iterator[str]:
    """A row of the table for each key, those inside it after it."""
    for name, value in schema["properties"].items():
        optional = "" if name in schema["required"] else "?"
        text = value.get("description", "")
        yield f"| `{before}{name}`{optional} | {type_of(value)} | {text} |"
        if found := inside(value):
            yield from rows(found[1], f"{before}{name}{found[0]}.")


def table(schema: dict[str, Any]) -> Iterator[str]:
    """The table of an object's keys."""
    yield from ("| key | type | meaning |", "|---|---|---|", *rows(schema), "")


def command(name: str, schema: dict[str, Any]) -> Iterator[str]:
    """The section of a command."""
    group = name.split("-")[0]
    title = name.replace("-", " ", 1) if group in GROUPS else name
    yield from (f"## {title}", "", schema["description"], "")
    for variant in schema.get("oneOf", ()):
        yield from (f"**{variant['title']}.** {variant['description']}", "", *table(variant))
    if "properties" in schema:
        yield from table(schema)
    for key, value in schema.get("$defs", {}).items():
        if key != "interval":
            yield from (
                f"### {key.replace('_', ' ')}",
                "",
                *([value["description"], ""] if "description" in value else []),
            )
            yield from table(value)


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for file in sorted(SCHEMAS.glob("*.json")):
        lines += command(file.stem, json.loads(file.read_text(encoding="utf-8")))
    return "\n".join(lines).rstrip() + "\n"


def main(*, check: bool) -> int:
    """Write the page, or say that it is not what the schemas say."""
    if not check:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print(
            f"docs/reference/json.md is not what the schemas say: run tools/{Path(__file__).name}"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
