"""The plan of a release: title, population, labels and disclosure rule, in a TOML file.

It holds no count. `docs/reference/release.md` is its page for users.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from uncounted import bounded_toml, spreadsheet_formulas
from uncounted.errors import BadInput, BadMapping, unknown
from uncounted.lookalikes import shape
from uncounted.publish.headline import MOST_OF_TITLE

LEAST_THRESHOLD = 5  # a count of 1 to 4 is never shown
DEFAULT_THRESHOLD = 5
_KEYS = (
    "title", "population", "audience", "threshold", "language", "only", "lists", "truth", "method"
)  # fmt: skip
_POPULATION = ("who", "where", "when", "unit")
_LIST = ("label", "collector", "describe", "covers")
_TRUTH = ("file", "capture")


_UNPRINTED = ("Cc", "Cs", "Co", "Cn")
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# what a spreadsheet may run, at the start of a cell or behind a separator; full-width forms too

type _Toml = Mapping[str, object]  # as tomllib reads it


@attrs.frozen
class Population:
    """Whom the number counts: who, where, when, and the unit (`people`, `deaths`, ...)."""

    who: str
    where: str
    when: str
    unit: str = "people"


@attrs.frozen
class ListPlan:
    """How a list is presented; empty words fall back on what the case file says."""

    label: str = ""
    collector: str = ""
    describe: str = ""
    covers: str = ""


@attrs.frozen
class Plan:
    """A parsed `PLAN.toml`."""

    title: str
    population: Population
    audience: str = "public"
    threshold: int = DEFAULT_THRESHOLD
    language: str = "en"
    only: tuple[str, ...] = ()
    lists: Mapping[str, ListPlan] = attrs.field(factory=dict)
    method: str | None = None
    truth_file: Path | None = None
    truth_capture: str = ""

    @classmethod
    def parse(cls, source: Path | str) -> Plan:
        """Read a plan from a file, or from its text. A relative truth file is beside the plan."""
        text, folder = _text(source)
        try:
            value = bounded_toml.loads(text, "the plan")
        except tomllib.TOMLDecodeError as error:
            raise BadInput(f"the plan is not TOML: {error}") from error
        _known(value, _KEYS, "the plan")
        population = _table(value, "population", _POPULATION)
        for key in ("who", "where", "when"):
            if key not in population:
                raise BadMapping(
                    f"the plan's [population] has no {key!r}",
                    hint=f'add a line: {key} = "..."',
                )
        _refuse_long(population.get("unit", ""), "unit")
        truth = _table(value, "truth", _TRUTH)
        where = truth.get("file")
        return cls(
            title=_title(value),
            population=Population(**population),
            audience=_string(value, "audience", "the plan") or "public",
            threshold=_threshold(value),
            language=_language(value),
            only=_only(value),
            lists=_lists(value),
            method=_string(value, "method", "the plan"),
            truth_file=folder / where if where else None,
            truth_capture=truth.get("capture", ""),
        )

    def words(self) -> tuple[str, ...]:
        """All words of the plan that a release prints."""
        of_lists = [text for one in self.lists.values() for text in attrs.astuple(one)]
        return (self.title, *attrs.astuple(self.population), *of_lists, self.truth_capture)

    def order(self, lists: Iterable[str]) -> tuple[str, ...]:
        """The lists to count, those that the plan presents first, as it has them.

        Raises:
            BadMapping: the plan counts or presents a list that there is not or that it leaves
                out, or calls two by one name.
        """
        there = tuple(lists)
        _known(dict.fromkeys(self.only), there, "the plan's 'only'", "list")
        self.check_lists(there)
        if left := [name for name in self.lists if self.only and name not in self.only]:
            raise BadMapping(
                f"the plan describes {left[0]!r}, which is not in its 'only'",
                hint="add it to 'only', or delete its [lists] table",
            )
        names = tuple(dict.fromkeys((*self.lists, *(self.only or there))))
        labels = [self.lists.get(name, ListPlan()).label or name for name in names]
        if formulas := [label for label in labels if spreadsheet_formulas.runs(label)]:
            raise BadMapping(
                f"the label {formulas[0]!r} begins like a formula of a spreadsheet",
                hint="begin it with a letter: it heads a column of table.csv",
            )
        if twice := [label for at, label in enumerate(labels) if label in labels[:at]]:
            raise BadMapping(
                f"the plan calls two lists {twice[0]!r}", hint="give each list a different label"
            )
        shapes = [shape(label) for label in labels]
        if alike := [at for at, seen in enumerate(shapes) if seen in shapes[:at]]:
            raise BadMapping(
                f"the label {labels[alike[0]]!r} looks like that of another list",
                hint="they differ only in capitals, spaces, signs that are not seen or letters of"
                " another alphabet: give each list a clearly different label",
            )
        return names

    def check_lists(self, lists: Iterable[str]) -> None:
        """Refuse a plan that presents a list which the table does not have."""
        _known(self.lists, tuple(lists), "the plan's [lists]", "list")


def _text(source: Path | str) -> tuple[str, Path]:
    if isinstance(source, str):
        return source, Path()
    try:
        return bounded_toml.text_of(source), source.parent
    except UnicodeDecodeError as error:
        raise BadInput(f"{source.name} is not UTF-8 text") from error
    except OSError as error:
        raise BadInput(
            f"the plan {source.name or source} cannot be read: {error.strerror}",
            hint="check the path",
        ) from error


def _known(value: _Toml, allowed: tuple[str, ...], what: str, kind: str = "key") -> None:
    for key in value:
        if key not in allowed:
            raise BadMapping(
                f"{what}: {unknown(kind, key, allowed)}", hint=f"{kind}s: {', '.join(allowed)}"
            )


def _string(value: _Toml, key: str, what: str) -> str | None:
    found = value.get(key)
    if found is None:
        return None
    if not isinstance(found, str) or not found.strip():
        raise BadMapping(f"{what}: {key!r} must be text in quotes")
    text = unicodedata.normalize("NFC", " ".join(found.split()))
    if any(unicodedata.category(letter) in _UNPRINTED or letter in _TURNING for letter in text):
        raise BadMapping(
            f"{what}: {key!r} has a control character, or one that turns the direction of the text",
            hint="type the text again instead of copying it",
        )
    return text


def _table(value: _Toml, key: str, allowed: tuple[str, ...]) -> dict[str, str]:
    found = value.get(key, {})
    if not isinstance(found, dict):
        raise BadMapping(f"the plan: {key!r} must be a table, [{key}]")
    _known(found, allowed, f"the plan's [{key}]")
    words = {name: _string(found, name, f"the plan's [{key}]") for name in found}
    return {name: text for name, text in words.items() if text is not None}


def _title(value: _Toml) -> str:
    title = _string(value, "title", "the plan")
    if title is None:
        raise BadMapping("the plan has no 'title'", hint='add a first line: title = "..."')
    _refuse_long(title, "title")
    return title


def _refuse_long(text: str, key: str) -> None:
    if len(text) > MOST_OF_TITLE:
        raise BadMapping(
            f"the plan: {key!r} has {len(text):,} characters, and at most"
            f" {MOST_OF_TITLE:,} are shown",
            hint="shorten it",
        )


def _threshold(value: _Toml) -> int:
    threshold = value.get("threshold", DEFAULT_THRESHOLD)
    if isinstance(threshold, bool) or not isinstance(threshold, int):
        raise BadMapping("the plan: 'threshold' must be a whole number")
    if threshold < LEAST_THRESHOLD:
        raise BadMapping(
            f"the plan: 'threshold' is {threshold}; it must be at least {LEAST_THRESHOLD}",
            hint=f"{DEFAULT_THRESHOLD} is the default",
        )
    return threshold


def _language(value: _Toml) -> str:
    language = _string(value, "language", "the plan") or "en"
    if language != "en":
        raise BadMapping(
            f"the plan: 'language' is {language!r}; reports are written in 'en' only",
            hint="titles, labels and descriptions may be in any language, Korean included",
        )
    return language


def _only(value: _Toml) -> tuple[str, ...]:
    found = value.get("only", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise BadMapping(
            "the plan: 'only' must be names of lists", hint='as in: only = ["Dawn", "River"]'
        )
    names = tuple(unicodedata.normalize("NFC", each) for each in found)
    if len(set(names)) < len(names):
        raise BadMapping("the plan: 'only' names a list twice")
    return names


def _lists(value: _Toml) -> dict[str, ListPlan]:
    found = value.get("lists", {})
    if not isinstance(found, dict):
        raise BadMapping("the plan: 'lists' must hold tables, [lists.NAME]")
    return {name: ListPlan(**_table(found, name, _LIST)) for name in found}
