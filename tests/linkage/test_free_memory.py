from __future__ import annotations

import ctypes
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.linkage.free_memory import PackedKeys, empty_caches, give_back
from uncounted.records.names import sounds
from uncounted.records.names.languages import pack


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_other_c_libraries_keep_what_is_free(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    give_back()

    def missing(_: None) -> NoReturn:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", missing)
    give_back()


@given(st.lists(st.tuples(st.text(max_size=3), st.text(max_size=5))))
def test_keys_are_the_same_after_packing(keys: list[tuple[str, str]]) -> None:
    packed = PackedKeys.of(keys)
    assert packed.keys() == tuple(keys)
    assert [packed.sources[at] for at in packed.source] == [source for source, _ in keys]


def test_caches_of_values_are_emptied_and_tables_stay() -> None:
    sounds.script_of("김")
    languages = pack.languages()
    assert sounds.script_of.cache_info().currsize
    empty_caches()
    assert not sounds.script_of.cache_info().currsize
    assert pack.languages() is languages
