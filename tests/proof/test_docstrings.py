"""Every example in the docstrings of this room, and on the pages about its formats, is run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import uncounted.proof

ROOT = Path(__file__).parents[2]
MODULES = [
    f"uncounted.proof.{found.name}" for found in pkgutil.iter_modules(uncounted.proof.__path__)
]
SILENT = {"uncounted.proof.tlog_proof"}  # they write, or need a log


@pytest.mark.parametrize("name", [*MODULES, "uncounted.publish.bundle", "uncounted.publish.verify"])
def test_docstrings(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert not failed
    assert tried or name in SILENT


@pytest.mark.parametrize("page", ["log.md", "release.md"])
def test_pages(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, tried = doctest.testfile(str(ROOT / "docs/spec" / page), module_relative=False)
    assert not failed
    assert tried
