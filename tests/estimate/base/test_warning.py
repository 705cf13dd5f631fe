"""Codes of warnings: each has an explanation, and each explanation a warning that is given."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import uncounted
from uncounted.estimate import Study
from uncounted.estimate.base.warning import EstimateWarning, explanations, over_draws
from uncounted.explanations import explanations_of

SOURCE = Path(uncounted.__file__).parent


def constructed() -> Iterator[tuple[str, set[str]]]:
    """Of each construction in the source the possible codes, with where it is.

    The code is a literal, or a name that holds one of the literals of the module.
    """
    for file in SOURCE.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        literals = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name("EstimateWarning"), args=[ast.Constant(code), *_]):
                    yield f"{file.name}:{node.lineno}", {str(code)}
                case ast.Call(func=ast.Name("EstimateWarning")):
                    if file.name not in ("warning.py", "fits.py"):  # copied, or kept before
                        yield f"{file.name}:{node.lineno}", literals & set(explanations())


def test_every_code_that_is_given_has_an_explanation() -> None:
    for place, codes in constructed():
        assert codes, place
        assert codes <= set(explanations()), place


def test_every_explanation_is_of_a_code_that_is_given() -> None:
    given = set().union(*(codes for _, codes in constructed()))
    assert set(explanations()) == given


def test_no_code_is_explained_twice() -> None:
    assert not set(explanations_of("uncounted.linkage")) & set(explanations())


def test_every_explanation_of_a_linkage_is_of_a_code_that_is_printed() -> None:
    files = (SOURCE / "cli").glob("*.py")
    printed = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert all(f'"{code}"' in printed for code in explanations_of("uncounted.linkage"))


EVERY = explanations_of("uncounted.linkage") | explanations()


@pytest.mark.parametrize("code", EVERY)
def test_an_explanation_is_complete(code: str) -> None:
    found = EVERY[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert found.level in ("warning", "note")
    assert found.title[0].isupper()
    assert not found.title.endswith(".")
    assert not re.search(r"\d", found.title)  # a report prints it where counts are hidden
    assert found.why.endswith(".")
    assert found.todo
    assert all(step[0].isupper() and step[-1] in ".?" for step in found.todo)
    assert found.reference


def test_a_warning_knows_its_level_and_title() -> None:
    warning = EstimateWarning("influential-list", "without ABA: 7,120, no overlap with main")
    assert warning.must_report
    assert warning.title == explanations()["influential-list"].title
    assert not EstimateWarning("greedy-search", "").must_report


def test_each_once_in_order() -> None:
    a, b = EstimateWarning("unstable", "one"), EstimateWarning("unstable", "other")
    study = Study(observed=1, lists={}, estimates=(), warnings=(a, b, b, a))
    assert study.warnings == (a, b)
    assert over_draws([], 10) == ()
