"""Public functions and classes have numpydoc docstrings: parameters, returns and an example."""

from __future__ import annotations

import importlib
import inspect
import re

import pytest
from tests.test_public_names import PUBLIC

_HEADING = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


def documented() -> dict[str, object]:
    """Functions and classes by their dotted names; constants and modules have no docstring here."""
    found = {
        f"{room}.{name}": getattr(importlib.import_module(room), name)
        for room, names in PUBLIC.items()
        for name in names.split()
    }
    return {name: each for name, each in found.items() if callable(each)}


PUBLIC_OBJECTS = documented()


def sections(thing: object) -> dict[str, str]:
    """The sections of a numpydoc docstring, by heading."""
    _, *parts = _HEADING.split(inspect.getdoc(thing) or "")
    return dict(zip(parts[::2], parts[1::2], strict=True))


def named_in(section: str) -> set[str]:
    """The names that a section of parameters or attributes explains."""
    heads = (line for line in section.splitlines() if line and not line.startswith(" "))
    return {name.strip() for head in heads for name in head.split(" : ")[0].split(",")}


def signature_names(thing: object) -> set[str]:
    assert callable(thing)
    parameters = inspect.signature(thing).parameters.values()
    return {str(each.replace(annotation=each.empty, default=each.empty)) for each in parameters}


def test_there_are_public_functions_and_classes() -> None:
    assert len(PUBLIC_OBJECTS) > 50


@pytest.mark.parametrize("name", PUBLIC_OBJECTS)
def test_parameters_are_those_of_the_signature(name: str) -> None:
    """A class that is a result explains the same names as its attributes."""
    thing, written = PUBLIC_OBJECTS[name], sections(PUBLIC_OBJECTS[name])
    kinds = ("Parameters", "Attributes") if inspect.isclass(thing) else ("Parameters",)
    section = next((written[kind] for kind in kinds if kind in written), "")
    assert named_in(section) == signature_names(thing)


@pytest.mark.parametrize("name", PUBLIC_OBJECTS)
def test_what_is_returned_is_explained(name: str) -> None:
    thing = PUBLIC_OBJECTS[name]
    assert callable(thing)
    if not inspect.isclass(thing):
        returns = inspect.signature(thing).return_annotation not in (None, "None")
        assert ("Returns" in sections(thing)) == returns


@pytest.mark.parametrize("name", PUBLIC_OBJECTS)
def test_there_is_an_example(name: str) -> None:
    assert ">>> " in sections(PUBLIC_OBJECTS[name]).get("Examples", "")
