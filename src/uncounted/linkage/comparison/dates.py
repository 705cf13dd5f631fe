"""Comparison level of two dates, each an interval of days. Compiled."""

from __future__ import annotations

from uncounted._numba import compiled_inner


@compiled_inner
def _ymd(day: int) -> tuple[int, int, int]:
    """Year, month and day of a proleptic Gregorian day number (1 is 1 January 1)."""
    # H. F. Fliegel and T. C. Van Flandern, CACM 11 (1968) 657.
    n = day + 1721425 + 68569
    c = 4 * n // 146097
    n -= (146097 * c + 3) // 4
    y = 4000 * (n + 1) // 1461001
    n += 31 - 1461 * y // 4
    m = 80 * n // 2447
    d = n - 2447 * m // 80
    n = m // 11
    return 100 * (c - 49) + y + n, m + 2 - 12 * n, d


@compiled_inner
def _one_slip(x: int, y: int) -> bool:
    """Two of year, month and day the same, or day and month swapped, or year digits swapped."""
    a, b, c = _ymd(x)
    d, e, f = _ymd(y)
    if (a == d) + (b == e) + (c == f) == 2:
        # a year wrong by more than a digit is another year
        return a == d or abs(a - d) <= 1 or abs(a - d) % 10 == 0 or _digits_swapped(a, d)
    return a == d and b == f and c == e


@compiled_inner
def _digits_swapped(a: int, d: int) -> bool:
    return a // 100 == d // 100 and a % 10 == d // 10 % 10 and a // 10 % 10 == d % 10


@compiled_inner
def births(lo: int, hi: int, lo2: int, hi2: int) -> int:
    """A level of `compare.BIRTH`, of the first and last days on which two may be born."""
    if (lo == 0 and hi == 0) or (lo2 == 0 and hi2 == 0):
        return 0
    to_the_day = lo == hi and lo2 == hi2
    if to_the_day:
        if lo == lo2:
            return 1
        if _one_slip(lo, lo2):
            return 5
        if _ymd(lo)[1:] == _ymd(lo2)[1:]:
            return 6
    elif max(lo, lo2) <= min(hi, hi2):
        width = max(hi - lo, hi2 - lo2)
        return 2 if width <= 31 else (3 if width <= 366 else 4)
    gap = max(max(lo, lo2) - min(hi, hi2), 0)
    if gap <= 366:
        return 8 if to_the_day else 7
    if gap <= 3 * 366:
        return 10 if to_the_day else 9
    return 11


@compiled_inner
def days(lo: int, hi: int, lo2: int, hi2: int) -> int:
    """A level of `compare.DATE`, of the first and last days of two acts."""
    if (lo == 0 and hi == 0) or (lo2 == 0 and hi2 == 0):
        return 0
    if lo == hi and lo2 == hi2:
        if lo == lo2:
            return 1
        if _one_slip(lo, lo2):
            return 4
    elif max(lo, lo2) <= min(hi, hi2):
        return 2 if max(hi - lo, hi2 - lo2) <= 31 else 3
    return 4 if max(lo, lo2) - min(hi, hi2) <= 45 else 5
