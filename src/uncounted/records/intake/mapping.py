"""Column mapping: the `MAP.toml` that goes with an import.

A mapping's own words may be repeated in errors. A file's header may not, unless it is made of known
words: the first row of a file without a header is a person's. Such columns are given by position.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from pathlib import Path

import attrs

from uncounted import delimited
from uncounted.errors import BadMapping
from uncounted.proof.canonical_json import JSONObject
from uncounted.records import vocabulary
from uncounted.records.custom_vocabulary import OwnWords
from uncounted.records.fields import (
    CONSENT_FIELDS,
    FIELDS,
    NAME_FIELDS,
    STATED_FIELDS,
    ActColumns,
    Column,
    ConsentRule,
    DateColumns,
    SourceInfo,
)
from uncounted.records.intake import mapping_toml
from uncounted.records.intake.sex_letters import LETTERS, SexLetters, letters_in
from uncounted.records.tabular.headers import is_known
from uncounted.records.tabular.open_table import Repeat

_SHOWN = 10  # columns that a message names


@attrs.frozen
class Mapping:
    """Which column is what, what a file's own words mean, what was consented to.

    Examples:
        >>> mapping = Mapping.parse('columns = {id = "ref_no", name = "full name"}')
        >>> mapping.id, mapping.name
        ('ref_no', 'full name')
    """

    id: str
    name: str | None = None
    family_name: str | None = None
    given_name: str | None = None
    name_alt: tuple[str, ...] = ()
    sex: str | None = None
    birth: DateColumns | None = None
    origin: str | None = None
    relative: str | None = None
    occupation: str | None = None
    number: str | None = None
    note: str | None = None
    collector: str | None = None
    acts: tuple[ActColumns, ...] = ()
    values: Map[str, Map[str, str]] = attrs.field(factory=dict)
    uses_words: Map[str, frozenset[str]] = attrs.field(factory=dict)
    consent: ConsentRule = attrs.field(factory=ConsentRule)
    source: SourceInfo = attrs.field(factory=SourceInfo)
    own: OwnWords = attrs.field(factory=OwnWords)
    sex_letters: SexLetters = attrs.field(factory=SexLetters)  # of the file that is read

    @classmethod
    def parse(cls, source: Path | str) -> Mapping:
        """Read and check a mapping from a file (a Path) or from its text (a str)."""
        return cls(**mapping_toml.fields(mapping_toml.read(source)))

    @classmethod
    def default(cls, columns: Iterable[str]) -> Mapping:
        """Use the columns that bear the vocabulary's own names, and refuse the others."""
        there = tuple(columns)
        known = {_plain(name): name for name in there}
        lacking = [] if "id" in known else ["id"]
        lacking += [] if known.keys() & set(NAME_FIELDS) else ["name"]
        if lacking:
            raise _lacks(lacking, only_one=len(there) == 1)
        _refuse_strange(there)
        fields = {key: known[key] for key in FIELDS if key in known}
        consent = {key: Column(known[key]) for key in CONSENT_FIELDS if key in known}
        mapping = cls(**mapping_toml.fields({"columns": fields}))
        return attrs.evolve(mapping, consent=ConsentRule(**consent))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, each once, in the order of the mapping."""
        own = (self.id, self.name, self.family_name, self.given_name, *self.name_alt)
        rest = (getattr(self, name) for name in STATED_FIELDS if name != "birth")
        parts = [name for name in (*own, *rest) if name]
        parts += self.birth.columns if self.birth else ()
        for act in self.acts:
            own_key = (act.key,) if act.key else ()
            parts += act.columns if act.repeat is None else own_key
        return tuple(dict.fromkeys((*parts, *self.consent.columns)))

    @property
    def repeats(self) -> tuple[Repeat, ...]:
        """The second tables that acts are in, each once, with the columns that are read."""
        found: dict[str, Repeat] = {}
        for act in self.acts:
            if act.repeat is None:
                continue
            seen = found.setdefault(act.repeat, Repeat(act.repeat, act.key, act.parent))
            found[act.repeat] = attrs.evolve(
                seen, columns=tuple(dict.fromkeys((*seen.columns, *act.columns)))
            )
        return tuple(found.values())

    def check(self, columns: Iterable[str]) -> None:
        """Refuse a file that lacks a column that the mapping names."""
        there = tuple(columns)
        for name in self.columns:
            if name not in there:
                raise BadMapping(
                    f"the mapping names a column {name!r} that the file does not have",
                    hint=delimited.near(there, name),
                )

    def unused(self, columns: Iterable[str]) -> tuple[int, ...]:
        """Positions, from 1, of a file's columns that are not read."""
        return tuple(i for i, name in enumerate(columns, 1) if name not in self.columns)

    def code_for(self, kind: str, text: str) -> str | None:
        """Give the code of a file's word: the file's own first, the case's, the vocabulary's.

        An empty string is a word that the mapping says means nothing.
        """
        own = self.values.get(kind, {}).get(vocabulary.key(text))
        if own is not None:
            return own
        return self.own.code_for(kind, text) or vocabulary.code_for(kind, text)

    def for_cells_of_sex(self, cells: Iterable[str]) -> Mapping:
        """This mapping with the meaning of letters for the sex in a column of these cells."""
        own = {
            vocabulary.key(text): word.code
            for word in self.own.words.get("sex", ())
            for text in (*word.labels, *word.also)
        }
        stated = {**own, **self.values.get("sex", {})}
        known = {letter: stated[letter] for letter in LETTERS if letter in stated}
        return attrs.evolve(self, sex_letters=letters_in(cells, known))

    def with_words(self, case: OwnWords) -> Mapping:
        """This mapping with the words of a case file; no word may stand for two codes."""
        own = self.own.joined(case)
        own.check(kept=True)
        return attrs.evolve(self, own=own)

    def about(self) -> JSONObject:
        """What a case file keeps about the source, with the words of the case file."""
        own = self.own.to_payload()
        return {**self.source.about(), **({"vocabulary": own} if own else {})}


def _lacks(keys: list[str], *, only_one: bool) -> BadMapping:
    """Which columns a file without a mapping lacks; it may be a title that was taken for them."""
    several = "s" if len(keys) > 1 else ""
    message = f"there {'are' if several else 'is'} no column{several} called {' and '.join(keys)}"
    hint = "write a mapping that says which column is what (--mapping MAP.toml)"
    if only_one:
        hint = delimited.TITLE
    elif keys == ["id"]:
        hint = "give each row a key that it keeps, as its number, in a column id, or " + hint
    return BadMapping(message, hint=hint)


def _refuse_strange(columns: tuple[str, ...]) -> None:
    strange = [
        f"{i} ({name!r})" if is_known(name) else str(i)
        for i, name in enumerate(columns, 1)
        if _plain(name) not in (*FIELDS, *CONSENT_FIELDS)
    ]
    if strange:
        which = ", ".join(strange[:_SHOWN])
        more = f" and {len(strange) - _SHOWN:,} others" if len(strange) > _SHOWN else ""
        raise BadMapping(
            f"without a mapping the meaning of column {which}{more} is unknown",
            hint="write a mapping (--mapping MAP.toml; --suggest drafts one), or"
            " delete it; in JSON columns are numbered in the order of their"
            " keys",
        )


def _plain(name: str) -> str:
    return vocabulary.key(name).replace(" ", "_")
