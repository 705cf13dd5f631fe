"""Hierarchical log-linear models: their interaction terms as bit masks of lists.

A model is the sets of lists that have a parameter, as bit masks in rising order: the
empty set (the intercept), every single list, and with a set all that it holds. The
set of all lists never has one, since the table could not tell it from the unseen.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from itertools import chain, combinations

import numpy as np
import numpy.typing as npt

type Model = tuple[int, ...]
type Masks = npt.NDArray[np.int64]


def main_effects(J: int) -> Model:
    """Independence: the intercept and every list on its own."""
    return (0, *(1 << i for i in range(J)))


def pair_terms(J: int) -> tuple[int, ...]:
    """Every pair of lists, as masks."""
    return tuple(sorted((1 << i) | (1 << j) for i, j in combinations(range(J), 2)))


@functools.cache
def hierarchical(J: int, order: int) -> tuple[Model, ...]:
    """Every hierarchical model with all main effects and no set of more than `order` lists.

    Examples:
        >>> [len(hierarchical(J, J - 1)) for J in (3, 4, 5)]
        [8, 113, 6893]
    """
    by_size = {
        k: [sum(1 << i for i in lists) for lists in combinations(range(J), k)]
        for k in range(2, min(order, J - 1) + 1)
    }
    return tuple(_grow(set(main_effects(J)), by_size, 2))


def _grow(model: set[int], by_size: dict[int, list[int]], k: int) -> Iterator[Model]:
    possible = [
        mask for mask in by_size.get(k, ()) if all(mask ^ bit in model for bit in bits(mask))
    ]
    if not possible:
        yield tuple(sorted(model))
        return
    for chosen in chain.from_iterable(combinations(possible, r) for r in range(len(possible) + 1)):
        yield from _grow(model | set(chosen), by_size, k + 1)


def completed(J: int, sets: Iterable[int]) -> Model:
    """The smallest hierarchical model with these sets: with main effects and all their parts."""
    model = set(main_effects(J))
    for top in sets:
        part = top
        while part:
            model.add(part)
            part = (part - 1) & top
    return tuple(sorted(model))


def neighbours(model: Model, J: int, order: int) -> list[Model]:
    """Every hierarchical model that has one set of lists more, or one fewer."""
    has = set(model)
    found = [tuple(sorted(has - {top})) for top in _tops(model) if top.bit_count() > 1]
    for size in range(2, min(order, J - 1) + 1):
        for lists in combinations(range(J), size):
            mask = sum(1 << i for i in lists)
            if mask not in has and all(mask ^ bit in has for bit in bits(mask)):
                found.append(tuple(sorted((*model, mask))))
    return found


def _tops(model: Model) -> list[int]:
    return [a for a in model if a and not any(a != b and a & b == a for b in model)]


def bits(mask: int) -> Iterator[int]:
    """The single lists of a set, as masks."""
    while mask:
        yield mask & -mask
        mask &= mask - 1


def padded(models: Iterable[Model]) -> tuple[Masks, Masks]:
    """Models as rows of masks (rest -1), and how many masks each has."""
    listed = list(models)
    sizes = np.array([len(model) for model in listed], dtype=np.int64)
    terms = np.full((len(listed), int(sizes.max())), -1, dtype=np.int64)
    for row, model in zip(terms, listed, strict=True):
        row[: len(model)] = model
    return terms, sizes


def in_brackets(model: Model, places: tuple[int, ...] | None = None) -> str:
    """The largest sets of a model, by the places of their lists (1 for the first).

    Examples:
        >>> in_brackets((0, 1, 2, 3, 4))
        '[12,3]'
    """
    where = places or tuple(range(1, max(model).bit_length() + 1))
    comma = " " if max(where) > 9 else ""
    sets = [sorted(where[bit.bit_length() - 1] for bit in bits(top)) for top in _tops(model)]
    sets.sort(key=lambda places: (-len(places), places))
    return "[" + ",".join(comma.join(map(str, places)) for places in sets) + "]"
