from __future__ import annotations

import ctypes
from typing import NoReturn

import pytest

from uncounted.linkage.free_memory import give_back


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_other_c_libraries_keep_what_is_free(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    give_back()

    def missing(_: None) -> NoReturn:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    give_back()
