"""Eight numbers of any size side by side, for the sum over graphs: one of each row of scores.

A number is (m, e) = m * 2^(500 e) with 1 <= |m| < 2^500, or m = 0 with an e below all others.
Eight of them are two vectors of the processor; whatever it has, the compiler makes do with. In an
array a number of eight rows takes 16 doubles: the mantissas, then the exponents.
"""

# numba has no types for what follows
# mypy: disable-error-code="no-untyped-call,no-any-return,untyped-decorator,import-untyped"

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core.datamodel.models import PrimitiveModel
from numba.extending import intrinsic, register_model

ROWS = 8
WIDTH = 2 * ROWS  # doubles of a number of eight rows
BITS = 500
LEAST_EXPONENT = -1e9  # of zero

_intrinsic: Any = intrinsic  # which mypy would read as a class
_DOUBLE = ir.DoubleType()
_EIGHT = ir.VectorType(_DOUBLE, ROWS)


class _Eight(types.Type):
    """Eight doubles."""

    def __init__(self) -> None:
        super().__init__(name="eight_doubles")


@register_model(_Eight)
class _EightModel(PrimitiveModel):
    def __init__(self, models: Any, kind: Any) -> None:
        super().__init__(models, kind, _EIGHT)


_eight = _Eight()
_number = types.UniTuple(_eight, 2)


def _all(value: float) -> Any:
    return ir.Constant(_EIGHT, [ir.Constant(_DOUBLE, value)] * ROWS)


def _pointer(context: Any, b: Any, kind: Any, array: Any, at: Any) -> Any:
    """Where the number `at` of an array begins."""
    made = context.make_array(kind)(context, b, array)
    first = b.gep(made.data, [b.mul(at, ir.Constant(at.type, WIDTH))])
    return b.bitcast(first, _EIGHT.as_pointer())


def _half(b: Any, pointer: Any, which: int) -> Any:
    return b.gep(pointer, [ir.Constant(ir.IntType(64), which)])


def _pair(context: Any, b: Any, m: Any, e: Any) -> Any:
    return context.make_tuple(b, _number, (m, e))


def _apart(b: Any, number: Any) -> tuple[Any, Any]:
    return b.extract_value(number, 0), b.extract_value(number, 1)


def _size(b: Any, m: Any) -> Any:
    return b.select(b.fcmp_ordered("<", m, _all(0.0)), b.fneg(m), m)


def _lowered(b: Any, m: Any, e: Any) -> tuple[Any, Any]:
    """Of a mantissa of 1 to 2^1000: below 2^500."""
    size = _size(b, m)
    high = b.fcmp_ordered(">=", size, _all(2.0**BITS))
    m = b.fmul(m, b.select(high, _all(2.0**-BITS), _all(1.0)))
    return m, b.fadd(e, b.select(high, _all(1.0), _all(0.0)))


def _fitted(b: Any, m: Any, e: Any) -> tuple[Any, Any]:
    """Of a mantissa of 2^-500 to 2^1000, or 0."""
    size = _size(b, m)
    low = b.fcmp_ordered("<", size, _all(1.0))
    m = b.fmul(m, b.select(low, _all(2.0**BITS), _all(1.0)))
    e = b.fsub(e, b.select(low, _all(1.0), _all(0.0)))
    m, e = _lowered(b, m, e)
    none = b.fcmp_ordered("==", m, _all(0.0))
    return m, b.select(none, _all(LEAST_EXPONENT), e)


def _sum(b: Any, m1: Any, e1: Any, m2: Any, e2: Any) -> tuple[Any, Any]:
    """Of mantissas as they come; the sum of a thousand still fits."""
    gap = b.fsub(e1, e2)
    first = b.fcmp_ordered(">=", gap, _all(0.0))

    def scale(lead: Any, behind: float) -> Any:
        """1 at the greater exponent, 2^-500 at the next, else 0."""
        near = b.fcmp_ordered("==", gap, _all(behind))
        return b.select(lead, _all(1.0), b.select(near, _all(2.0**-BITS), _all(0.0)))

    second = b.fcmp_ordered("<=", gap, _all(0.0))
    m = b.fadd(b.fmul(m1, scale(first, -1.0)), b.fmul(m2, scale(second, 1.0)))
    return m, b.select(first, e1, e2)


@_intrinsic
def get(typing_context: Any, array: Any, at: Any) -> Any:
    """Read a number."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        p = _pointer(context, b, signature.args[0], arguments[0], arguments[1])
        return _pair(context, b, b.load(p, align=8), b.load(_half(b, p, 1), align=8))

    return _number(array, types.int64), build


@_intrinsic
def put(typing_context: Any, array: Any, at: Any, number: Any) -> Any:
    """Write a number, fitted."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        p = _pointer(context, b, signature.args[0], arguments[0], arguments[1])
        m, e = _fitted(b, *_apart(b, arguments[2]))
        b.store(m, p, align=8)
        b.store(e, _half(b, p, 1), align=8)
        return context.get_dummy_value()

    return types.void(array, types.int64, _number), build


@_intrinsic
def nothing(typing_context: Any) -> Any:
    """Give zero."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        return _pair(context, b, _all(0.0), _all(LEAST_EXPONENT))

    return _number(), build


@_intrinsic
def one(typing_context: Any) -> Any:
    """Give one."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        return _pair(context, b, _all(1.0), _all(0.0))

    return _number(), build


@_intrinsic
def plus(typing_context: Any, one: Any, other: Any) -> Any:
    """Add; up to a thousand before the sum is put anywhere."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        both = (*_apart(b, arguments[0]), *_apart(b, arguments[1]))
        return _pair(context, b, *_sum(b, *both))

    return _number(_number, _number), build


@_intrinsic
def minus(typing_context: Any, one: Any, other: Any) -> Any:
    """Subtract."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        m, e = _apart(b, arguments[1])
        return _pair(context, b, *_sum(b, *_apart(b, arguments[0]), b.fneg(m), e))

    return _number(_number, _number), build


@_intrinsic
def times(typing_context: Any, one: Any, other: Any) -> Any:
    """Multiply two numbers as they stand in arrays."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        m1, e1 = _apart(b, arguments[0])
        m2, e2 = _apart(b, arguments[1])
        return _pair(context, b, *_lowered(b, b.fmul(m1, m2), b.fadd(e1, e2)))

    return _number(_number, _number), build


@_intrinsic
def over(typing_context: Any, one: Any, other: Any) -> Any:
    """Divide by a number as it stands in an array; zero by zero is zero."""

    def build(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        m1, e1 = _apart(b, arguments[0])
        m2, e2 = _apart(b, arguments[1])
        none = b.fcmp_ordered("==", m2, _all(0.0))
        m = b.select(none, _all(0.0), b.fdiv(m1, b.select(none, _all(1.0), m2)))
        return _pair(context, b, *_fitted(b, m, b.fsub(e1, e2)))

    return _number(_number, _number), build
