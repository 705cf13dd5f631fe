"""The exponential function as plain arithmetic, so that a loop over it is vectorised.

The library's is called once a number; this one takes four or eight at a time.
"""

# numba has no types for what follows
# mypy: disable-error-code="no-untyped-call,no-any-return,untyped-decorator,import-untyped"

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_intrinsic: Any = intrinsic  # which mypy would read as a class
_LOG2_E = 1.4426950408889634
_LN2 = 0.6931471805599453


@_intrinsic
def _from_bits(typing_context: Any, bits: Any) -> Any:
    """Read a whole number of 64 bits as a double."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), build


@numba.njit(nogil=True, forceinline=True, fastmath={"reassoc", "contract", "nsz", "arcp"})
def fast_exp(x):  # type: ignore[no-untyped-def]
    """e^x to 4e-14, x held to -708 .. 709: 2^n times Taylor's series on +-ln(2)/2.

    Of NaN it is no number one can use, so callers look for NaN themselves.
    """
    x = min(max(x, -708.0), 709.0)
    n = math.floor(x * _LOG2_E + 0.5)
    r = x - n * _LN2
    r2 = r * r
    last = 1 / 40320 + r / 362880 + r2 * (1 / 3628800 + r / 39916800 + r2 / 479001600)
    series = (
        1 + r + r2 * (0.5 + r / 6 + r2 * (1 / 24 + r / 120 + r2 * (1 / 720 + r / 5040 + r2 * last)))
    )
    return series * _from_bits((np.int64(n) + 1023) << 52)
