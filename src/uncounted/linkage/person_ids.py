"""Persistent ids of the people of a linkage, and what changed since the linkage before.

An id is random: it says nothing of a person, of how many there are or of when they were added, and
two case files have none in common. It stays with the reports that it was given to. An id of which
no report is left is not kept, and is not given again.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from uncounted.errors import Damaged
from uncounted.linkage.result import composed
from uncounted.text_table import plural, whole

type Key = tuple[str, str]
_FORMAT = 1
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U
_LENGTH = 10  # 2^50 ids: two of a million people differ, and a forgotten one does not return


def random_id() -> str:
    """A new id, such as P-7K3M9QXA2B."""
    return "P-" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


@attrs.frozen
class PersonIds:
    """Which person each report of a linkage is assigned to, by ids that stay.

    Attributes:
        linkage: the entry of the linkage.
        people: the reports of each person, by id.
        since: the entry of the linkage in which each id was given.
        retired: ids given up when people were merged or regrouped, and the ids in their place.
    """

    linkage: int
    people: Mapping[str, Sequence[Key]]
    since: Mapping[str, int]
    retired: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def of(self) -> dict[Key, str]:
        """The id of each report's person."""
        return {key: id_ for id_, keys in self.people.items() for key in keys}

    def without(
        self, gone: Collection[Key], cut: Collection[str] = (), new: Callable[[], str] = random_id
    ) -> PersonIds:
        """The same without these reports; people whose id is in `cut` get another id.

        Nothing connects the other id with the one before.
        """
        left = {id_: [key for key in keys if key not in gone] for id_, keys in self.people.items()}
        fresh = _unused(new, {*self.people, *self.retired})
        called = {id_: fresh() if id_ in cut else id_ for id_, keys in left.items() if keys}
        return attrs.evolve(
            self,
            people={now: left[id_] for id_, now in called.items()},
            since={
                now: self.since[id_] if now == id_ else self.linkage for id_, now in called.items()
            },
            retired={
                old: id_
                for old, id_ in self.retired.items()
                if id_ in called and id_ not in cut and old not in cut
            },
        )

    def to_bytes(self) -> bytes:
        """As the case file seals it."""
        value = {"format": _FORMAT, **attrs.asdict(self, recurse=False)}
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> PersonIds:
        """Read back what `to_bytes` gave; anything else is `Damaged`."""
        try:
            return cls._of(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError) as why:
            raise Damaged(
                "the stored person ids cannot be read", hint="run uncounted link again"
            ) from why

    @classmethod
    def _of(cls, value: dict[str, Any]) -> PersonIds:
        if value.pop("format") != _FORMAT:
            raise ValueError("another format")
        for keys in value["people"].values():
            keys[:] = [(source, report) for source, report in keys]
        return cls(**value)


@attrs.frozen
class LinkageChanges:
    """How many people of a linkage are as they were in the linkage before, and how many are not.

    All but `gone` count people of the present linkage. The parts are exclusive: people who have
    exchanged reports with others count as regrouped, and not as merged or split.

    Attributes:
        since: the entry of the linkage before.
        unchanged: with the same reports.
        with_new_reports: the same person, with reports that were not linked before.
        with_fewer_reports: the same person, without reports that may not be linked now.
        new: of reports that were not linked before.
        merged: of the reports of two or more people.
        split: of some of the reports of one person.
        regrouped: of reports that were exchanged among people.
        gone: people before, of whose reports none is linked now.
    """

    since: int
    unchanged: int = 0
    with_new_reports: int = 0
    with_fewer_reports: int = 0
    new: int = 0
    merged: int = 0
    split: int = 0
    regrouped: int = 0
    gone: int = 0

    @property
    def words(self) -> str:
        """In words, such as `since entry 1462: 850 people unchanged, 20 new`."""
        people = [f"{plural(self.unchanged, 'person', 'people')} unchanged"]
        others = [
            f"{whole(count)} {name.replace('_', ' ')}"
            for name, count in attrs.asdict(self).items()
            if name not in ("since", "unchanged") and count
        ]
        return f"since entry {self.since}: {', '.join(people + others)}"


def first_ids(
    linkage: int,
    keys: Sequence[Key],
    labels: Iterable[int],
    new: Callable[[], str] = random_id,
) -> PersonIds:
    """New ids for the people of a partition."""
    return relinked(PersonIds(linkage, {}, {}), linkage, keys, labels, new)[0]


def relinked(
    before: PersonIds,
    linkage: int,
    keys: Sequence[Key],
    labels: Iterable[int],
    new: Callable[[], str] = random_id,
) -> tuple[PersonIds, LinkageChanges]:
    """The ids of the people of a new partition, and what changed; `keys` are its reports.

    1. Each person before and each person now with reports in common are a pair. Pairs are taken
       in the order of how many reports they have in common. Of equal ones the person whose id is
       older comes first, then the one with the first report by source and id, before and now.
    2. The person now keeps the id of the person before, if neither was in an earlier pair. So the
       largest part of a person who was split keeps the id, and people who were merged have the
       id of the one of whom there are most reports.
    3. Everyone else gets a new id. An id that nobody keeps, and of which there are reports, is
       remembered with the id of the person who has most of them now.
    """
    now: dict[int, list[Key]] = defaultdict(list)
    for key, label in zip(keys, labels, strict=True):
        now[int(label)].append(key)
    people = sorted(sorted(each) for each in now.values())
    was = before.of
    shared: dict[tuple[str, int], int] = defaultdict(int)
    for at, reports in enumerate(people):
        for key in reports:
            if key in was:
                shared[was[key], at] += 1
    first = {id_: min(reports) for id_, reports in before.people.items()}
    order = sorted(  # 1
        shared, key=lambda pair: (-shared[pair], before.since[pair[0]], first[pair[0]], pair[1])
    )
    kept: dict[int, str] = {}
    taken: set[str] = set()
    for id_, at in order:  # 2
        if id_ not in taken and at not in kept:
            kept[at] = id_
            taken.add(id_)
    fresh = _unused(new, {*before.people, *before.retired})  # 3
    ids = [kept.get(at) or fresh() for at in range(len(people))]
    given_up: dict[str, str] = {}
    for id_, at in order:
        if id_ not in taken:
            given_up.setdefault(id_, ids[at])
    stands = set(ids)
    earlier = {old: given_up.get(id_, id_) for old, id_ in before.retired.items()}
    found = PersonIds(
        linkage,
        dict(sorted(zip(ids, people, strict=True))),
        {id_: before.since.get(id_, linkage) for id_ in sorted(ids)},
        {old: id_ for old, id_ in {**earlier, **given_up}.items() if id_ in stands},
    )
    return found, _changes(before, people, shared)


def _unused(new: Callable[[], str], used: Collection[str]) -> Callable[[], str]:
    """New ids, none of which was used."""
    known = set(used)

    def fresh() -> str:
        while (id_ := new()) in known:
            pass
        known.add(id_)
        return id_

    return fresh


def _changes(
    before: PersonIds, people: Sequence[Sequence[Key]], shared: Iterable[tuple[str, int]]
) -> LinkageChanges:
    """Count people by what the group of people before and now is like that share reports."""
    earlier: dict[int, list[str]] = defaultdict(list)
    later: dict[str, list[int]] = defaultdict(list)
    for id_, at in shared:
        earlier[at].append(id_)
        later[id_].append(at)
    counts: dict[str, int] = defaultdict(int)
    counts["gone"] = len(before.people) - len(later)
    counts["new"] = len(people) - len(earlier)
    done: set[int] = set()
    for start in earlier:
        if start in done:
            continue
        olds, nows, todo = set[str](), {start}, [start]
        while todo:
            for id_ in earlier[todo.pop()]:
                if id_ not in olds:
                    olds.add(id_)
                    todo += [at for at in later[id_] if at not in nows]
                    nows.update(later[id_])
        done |= nows
        counts[_what(before, people, olds, nows)] += len(nows)
    return LinkageChanges(before.linkage, **counts)


def _what(
    before: PersonIds, people: Sequence[Sequence[Key]], olds: Collection[str], nows: Collection[int]
) -> str:
    if len(nows) > 1:
        return "regrouped" if len(olds) > 1 else "split"
    if len(olds) > 1:
        return "merged"
    (old,), (now,) = olds, nows
    was, is_ = set(before.people[old]), set(people[now])
    if is_ - was:
        return "with_new_reports"
    return "with_fewer_reports" if was - is_ else "unchanged"


def same_reports(one: Key, keys: Iterable[Key]) -> set[Key]:
    """Those of the keys that are this report's, in whatever form its letters are."""
    wanted = composed(one)
    return {key for key in keys if composed(key) == wanted}
