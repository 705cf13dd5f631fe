"""RFC 8785: its own example, and the law that parsing undoes writing."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from uncounted.errors import BadInput
from uncounted.proof.canonical_json import _is_plain, canonical, parse, sha256

_NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)

_ANY_TEXT = st.text(st.characters())  # lone surrogates too
_ANY_KEY = st.text("abAB_1~\x7f", max_size=3) | st.text(st.characters(codec="ascii")) | _ANY_TEXT
# Mostly what takes the fast way, and everything that stands just beside it.
NEAR_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([2**53 - 1, 2**53, 1 - 2**53, -(2**53), 10**17, 0.0, -0.0, 1e21, 0.5])
    | st.text(st.characters(max_codepoint=0x2F) | st.sampled_from('"\\/\x7f\u2028서\ue000😀'))
    | _ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(_ANY_KEY, inner, max_size=4)
    ),
    max_leaves=12,
)


def test_the_example_of_the_rfc() -> None:
    """RFC 8785, sections 3.2.2 and 3.2.3 (input) and 3.2.4 (octets)."""
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(value) == (
        b'{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf16_code_units() -> None:
    """RFC 8785, section 3.2.3: U+1F600 is a pair of surrogates and comes before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    order = list(parse(canonical(dict.fromkeys(keys, 0))))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@given(VALUES)
def test_parsing_undoes_writing(value: Any) -> None:
    written = canonical(value)
    assert parse(written) == value
    assert canonical(parse(written)) == written


@given(NEAR_PLAIN)
@example({"\ue000": 1, "😀": 2})
@example("\ud83d")
@example({"a": ["\udc00"]})
@example("\ud83d\ude00")
@example({"b\x00": 2**53 - 1, "b": -(2**53) + 1, "B": ("\x7f\x1f\u2028\b", [])})
def test_the_fast_way_gives_the_same_bytes_and_refuses_the_same(value: Any) -> None:
    try:
        expected = rfc8785.dumps(value)
    except ValueError:
        with pytest.raises(BadInput, match="no canonical JSON form"):
            canonical(value)
    else:
        assert canonical(value) == expected


@pytest.mark.parametrize("depth", [3, 300])
def test_deep_plain_values_are_written_alike(depth: int) -> None:
    value: Any = {}
    for _ in range(depth):
        value = {"inner": [value]}
    assert _is_plain(value)
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("beside", [0.0, 2**53, {"é": 1}, {1: 2}, {"a": [0.5]}, b"", {1}])
def test_what_is_written_otherwise_does_not_take_the_fast_way(beside: Any) -> None:
    assert not _is_plain(beside)


def test_a_list_in_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(BadInput, match="no canonical JSON form"):
        canonical(value)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 2**53, "\ud800", {1: 2}, {"a": object()}, b"bytes"],
    ids=["nan", "infinite", "beyond 2**53", "surrogate", "key", "object", "bytes"],
)
def test_what_json_cannot_carry_is_refused(value: Any) -> None:
    with pytest.raises(BadInput, match="no canonical JSON form"):
        canonical(value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a":1,"a":1}', "a JSON object repeats a key"),
        (b'{"a": 1}', "not in the canonical form"),
        (b'{"b":1,"a":2}', "not in the canonical form"),
        (b"1.0", "not in the canonical form"),
        (b'"\\u0041"', "not in the canonical form"),
        (b"NaN", "not JSON"),
        (b"\xff", "not JSON"),
        (b"", "not JSON"),
        (b"1" * 6000, "no canonical JSON form"),
        (b"[" * 100_000, "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
    ],
    ids=lambda x: None if isinstance(x, bytes) else x,
)
def test_other_bytes_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        parse(data)


def test_sha256_of_abc() -> None:
    """FIPS 180-2, appendix B.1."""
    assert sha256(b"abc").hex().startswith("ba7816bf8f01cfea414140de5dae2223")
