"""Holds what a command prints with `--json` against its schema in `docs/reference/schemas`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import jsonschema  # type: ignore[import-untyped]

from uncounted.cli import app

SCHEMAS = Path(__file__).parents[1] / "docs" / "reference" / "schemas"


@cache
def _validator(command: str) -> Any:
    schema = json.loads((SCHEMAS / f"{command}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def conform(command: str, answer: Any) -> None:
    """Fail where an answer of a command (`recovery-split`) is not as its schema says."""
    errors = [
        f"{error.json_path}: {error.message[:300]}"
        for found in _validator(command).iter_errors(answer)
        for error in [jsonschema.exceptions.best_match([found])]
    ]
    assert not errors, f"{command}: " + "\n".join(errors)


def commands_with_json(group: click.Group = app, before: str = "") -> Iterator[str]:
    """Every command that takes `--json`, such as `link` or `recovery-split`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands_with_json(command, f"{before}{name}-")
        elif any(option.name == "as_json" for option in command.params):
            yield before + name
