"""Ids of people: a person keeps theirs, none is given twice, and what changed is counted."""

from __future__ import annotations

import itertools
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.errors import Damaged
from uncounted.linkage.person_ids import (
    Key,
    LinkageChanges,
    PersonIds,
    first_ids,
    random_id,
    relinked,
    same_reports,
)

type People = Sequence[str]  # of each person the reports, a letter each


def parts(people: People) -> tuple[list[Key], list[int]]:
    found = [(("A", letter), at) for at, each in enumerate(people) for letter in each]
    return [key for key, _ in found], [at for _, at in found]


def counter(start: int = 0) -> Callable[[], str]:
    numbers = itertools.count(start)
    return lambda: f"P-{next(numbers)}"


def before(people: People, linkage: int = 1) -> PersonIds:
    return first_ids(linkage, *parts(people), counter())


def then(ids: PersonIds, people: People, linkage: int = 2) -> tuple[PersonIds, LinkageChanges]:
    return relinked(ids, linkage, *parts(people), counter(100 * linkage))


def named(ids: PersonIds) -> dict[str, str]:
    """The id of each person, by their reports."""
    return {"".join(sorted(id_ for _, id_ in keys)): who for who, keys in ids.people.items()}


def counts(changes: LinkageChanges) -> Mapping[str, int]:
    return {name: n for name, n in attrs.asdict(changes).items() if n and name != "since"}


MORE = {"with_new_reports": 1, "unchanged": 1, "new": 1}


@pytest.mark.parametrize(
    ("was", "now", "kept", "changed"),
    [
        ("ab c", "ab c", {"ab": "ab", "c": "c"}, {"unchanged": 2}),
        ("ab c", "abx c y", {"abx": "ab", "c": "c"}, MORE),
        ("abc", "ab", {"ab": "abc"}, {"with_fewer_reports": 1}),
        ("abc d", "abc", {"abc": "abc"}, {"unchanged": 1, "gone": 1}),
        ("abc", "a bc", {"bc": "abc"}, {"split": 2}),  # the larger part
        ("abcd", "ab cd", {"ab": "abcd"}, {"split": 2}),  # alike: with the first report
        ("a bc", "abc", {"abc": "bc"}, {"merged": 1}),  # of whom there are most reports
        ("ab cd", "abcd", {"abcd": "ab"}, {"merged": 1}),
        ("abc de", "ab cde", {"ab": "abc", "cde": "de"}, {"regrouped": 2}),
        ("abc de", "ab cde f", {"ab": "abc", "cde": "de"}, {"regrouped": 2, "new": 1}),
    ],
)
def test_who_keeps_an_id_and_what_changed(
    was: str, now: str, kept: dict[str, str], changed: dict[str, int]
) -> None:
    ids = before(was.split())
    found, changes = then(ids, now.split())
    old, new = named(ids), named(found)
    for reports, who in new.items():
        assert (who == old[kept[reports]]) if reports in kept else (who not in old.values())
    assert counts(changes) == changed
    assert changes.since == 1


def test_of_equal_parts_the_older_id_stays() -> None:
    second, _ = then(before(["cd"]), ["cd", "ab"])
    found, _ = then(second, ["abcd"], 3)
    assert named(found) == {"abcd": named(second)["cd"]}
    assert found.since == {"P-0": 1}


def test_a_merged_id_is_remembered_while_somebody_has_its_reports() -> None:
    first = before(["abc", "de", "f"])
    old = named(first)
    second, _ = then(first, ["abcde", "f"])
    assert second.retired == {old["de"]: old["abc"]}
    third, _ = then(second, ["abcdef"], 3)
    assert third.retired == {old["de"]: old["abc"], old["f"]: old["abc"]}
    taken_back, _ = then(third, ["abc", "def"], 4)
    assert old["de"] not in taken_back.people  # an id that was given up is not given again
    gone, _ = then(third, ["x"], 5)
    assert gone.retired == {}


def test_a_withdrawn_report_leaves_no_id_behind() -> None:
    first = before(["w", "ab", "cd", "v"])
    second, _ = then(first, ["wab", "cd", "v"])
    gone = same_reports(("A", "w"), second.of)
    left = second.without(gone, {first.of["A", "w"], second.of["A", "w"]}, counter(900))
    assert named(left) == {"ab": "P-900", "cd": first.of["A", "c"], "v": first.of["A", "v"]}
    assert left.retired == {}
    assert left.since["P-900"] == 2  # as if it were given in the last linkage
    content = left.to_bytes().decode()
    assert first.of["A", "w"] not in content
    assert second.of["A", "w"] not in content
    assert '"w"' not in content
    alone = left.without({("A", "v")}, {left.of["A", "v"]})
    assert named(alone) == {"ab": "P-900", "cd": first.of["A", "c"]}


def test_a_report_is_found_in_any_form_of_its_letters() -> None:
    whole = ("새벽", "은-1")
    pieces = unicodedata.normalize("NFD", whole[0]), unicodedata.normalize("NFD", whole[1])
    assert same_reports(pieces, [whole, ("A", "1")]) == {whole}


def test_ids_are_kept_as_bytes() -> None:
    ids, _ = then(before(["ab", "c"]), ["abc", "d"])
    assert PersonIds.from_bytes(ids.to_bytes()) == ids
    for content in (b"", b"[]", b"{}", ids.to_bytes().replace(b'"format":1', b'"format":2')):
        with pytest.raises(Damaged, match="person ids"):
            PersonIds.from_bytes(content)


def test_a_random_id() -> None:
    some = {random_id() for _ in range(200)}
    assert len(some) == 200
    assert all(len(each) == 12 and each.startswith("P-") for each in some)


def test_words() -> None:
    words = LinkageChanges(7, unchanged=1, with_new_reports=2000, gone=1).words
    assert words == "since entry 7: 1 person unchanged, 2,000 with new reports, 1 gone"


labelled = st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 5), min_size=1)


@given(labelled, labelled, labelled, st.randoms())
def test_laws_of_three_linkages(
    one: dict[str, int], two: dict[str, int], three: dict[str, int], rng: random.Random
) -> None:
    """Every id is one person's; those who did not change keep theirs; order does not matter."""
    ids = PersonIds(0, {}, {})
    ever: set[str] = set()
    for linkage, labels in enumerate((one, two, three), 1):
        rows = list(labels.items())
        keys, of = [("A", letter) for letter, _ in rows], [label for _, label in rows]
        new = counter(100 * linkage)
        found, changes = relinked(ids, linkage, keys, of, new)
        groups = Counter(of)
        assert sorted(found.of) == sorted(keys)
        assert len(found.people) == len(groups)
        assert {found.of[key] for key in keys} == set(found.people) == set(found.since)
        assert not (set(found.people) - set(ids.people)) & ever  # no id comes back
        for id_, reports in ids.people.items():
            if sorted(reports) in [sorted(each) for each in found.people.values()]:
                assert found.of[reports[0]] == id_
        assert set(found.retired.values()) <= set(found.people)
        assert not set(found.retired) & set(found.people)
        told = counts(changes)
        assert sum(told.values()) - told.get("gone", 0) == len(groups)
        shuffled = rng.sample(rows, len(rows))
        relabelled = {label: 9 - label for label in groups}
        other, others = relinked(
            ids,
            linkage,
            [("A", letter) for letter, _ in shuffled],
            [relabelled[label] for _, label in shuffled],
            counter(100 * linkage),
        )
        assert (other, others) == (found, changes)
        again, unchanged = relinked(found, linkage, keys, of)
        assert again == found
        assert counts(unchanged) == {"unchanged": len(groups)}
        ever |= set(found.people)
        ids = found
