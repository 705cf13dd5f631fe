"""The study file: which tables, strata, replicates, methods and settings; in TOML.

Settings at the top hold for every table, unless the table has its own. `docs/how-to/run-a-study.md`
is its page for users.
"""

from __future__ import annotations

import inspect
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs

from uncounted import bounded_toml
from uncounted.errors import BadInput, BadMapping, UsedWrongly, unknown
from uncounted.estimate.base.settings import EstimateSettings
from uncounted.estimate.base.validation import by_method_of, checked
from uncounted.estimate.latent_class.estimator import StickBreakingPrior
from uncounted.estimate.study import METHODS
from uncounted.records.custom_vocabulary import section
from uncounted.workflow.estimate import EstimateRequest
from uncounted.workflow.studies.store import NAME
from uncounted.workflow.studies.tables import ESTIMATES, XI

_TEXTS = ("methods", "by", "lists", "ends_capture")
_SETTINGS = (
    *_TEXTS, "xi", "psi", "delta", "prior", "level", "seed", "headline", "disconnected",
    "min_records",
)  # fmt: skip
_OF_TABLE = ("file", "files", "replicates", "replicate_column", "only")
_TOP = ("title", "results", "tables")
_OF_METHODS, _LIGHTER = "settings", "lighter"
_CLASSES = tuple(field.name for field in attrs.fields(StickBreakingPrior))
_NUMBERS = ("psi", "delta", "level")
_WHOLES = ("seed", "min_records")

# Codes that begin with 0 are text.
_DECIMAL = re.compile(r"[+-]?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-]?[0-9]{1,2})?", re.IGNORECASE)

type Comparable = str | Decimal
type _Toml = Mapping[str, object]  # as tomllib reads it


@attrs.frozen
class StudyTable:
    """A table of a study: its files, and what is asked of it.

    Attributes:
        name: in the study file.
        files: of one table; of several, each a stratum; or of its replicates.
        kind: what the files are.
        request: strata, lists, methods and settings.
        replicate_column: the column that numbers the replicates in one file, if any.
        only: the rows that are read: columns, and their values.
        of_methods: settings of single methods.
        lighter: whether fits are lighter; None: if they are many.
    """

    name: str
    files: tuple[Path, ...]
    kind: str
    request: EstimateRequest
    replicate_column: str | None = None
    only: Mapping[str, frozenset[Comparable]] = attrs.field(factory=dict)
    of_methods: Mapping[str, Mapping[str, object]] = attrs.field(factory=dict)
    lighter: bool | None = None

    @property
    def settings(self) -> EstimateSettings:
        """Those of the request, and of single methods."""
        settings = self.request.settings
        names = {**settings.by_method, **self.of_methods}
        own = {name: {**settings.of(name), **self.of_methods.get(name, {})} for name in names}
        return attrs.evolve(settings, by_method=own)

    @property
    def imputed(self) -> bool:
        """Whether the table has imputed replicates."""
        return self.kind == "replicates" or self.replicate_column is not None


@attrs.frozen
class StudyFile:
    """A parsed study file."""

    title: str
    results: Path
    tables: tuple[StudyTable, ...]


def read_study_file(path: Path) -> StudyFile:
    """Read a study file; relative paths are beside it.

    Raises:
        BadInput: it cannot be read, or is not TOML.
        BadMapping: a key or a value that it does not take, or files that are not there.
    """
    try:
        text = bounded_toml.text_of(path)
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8 text") from error
    except OSError as error:
        raise BadInput(
            f"the study {path.name} cannot be read: {error.strerror}", hint="check the path"
        ) from error
    try:
        value = bounded_toml.loads(text, "the study")
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path.name} is not TOML: {error}") from error
    section("the study", value, (*_TOP, *_SETTINGS, _OF_METHODS, _LIGHTER))
    shared = _of_methods(value, "the study")
    tables = value.get("tables")
    if not isinstance(tables, dict) or not tables:
        raise BadMapping(
            "the study has no tables",
            hint='add one: [tables.NAME] and below it file = "TABLE.csv"',
        )
    common = {name: value[name] for name in (*_SETTINGS, _LIGHTER) if name in value}
    results = _text(value, "results", "the study") or f"{path.stem}.results"
    return StudyFile(
        _text(value, "title", "the study") or path.stem,
        path.parent / results,
        tuple(
            _table(name, own, common, shared, (path.parent, path.parent / results))
            for name, own in tables.items()
        ),
    )


def _table(
    name: str,
    own: object,
    common: _Toml,
    shared: Mapping[str, Mapping[str, object]],
    folders: tuple[Path, Path],
) -> StudyTable:
    what = f"[tables.{name}]"
    if not isinstance(own, dict):
        raise BadMapping(
            f"the study: {name!r} under 'tables' must be a table",
            hint=f'write [tables.{name}] and below it file = "TABLE.csv"',
        )
    section(what, own, (*_OF_TABLE, *_SETTINGS, _OF_METHODS, _LIGHTER))
    column = _text(own, "replicate_column", what)
    kinds = [kind for kind in ("file", "files", "replicates") if kind in own]
    if len(kinds) != 1:
        raise BadMapping(
            f"{what} must have one of 'file', 'files' and 'replicates'",
            hint='file = "one.csv"; files = "folder/*.csv", each a stratum; replicates ='
            ' "folder/*.parquet", imputed replicates of one file',
        )
    (kind,) = kinds
    if column is not None and kind != "file":
        raise BadMapping(
            f"{what}: 'replicate_column' is for replicates in one file",
            hint="leave it out: each file is a replicate, or give one file",
        )
    settings = _settings({**common, **own}, what)
    imputed = kind == "replicates" or column is not None
    try:
        request = EstimateRequest(
            **settings, robustness=False, replicates=(column or kind) if imputed else None
        )
        request.check(on_case=False)
    except UsedWrongly as error:
        raise BadMapping(f"{what}: {error}", hint=error.hint) from error
    methods = _of_methods(own, what)
    both = {each: {**shared.get(each, {}), **methods.get(each, {})} for each in (*shared, *methods)}
    for each in list(both):
        if request.methods is not None and each not in request.methods:
            if each in methods:
                raise BadMapping(
                    f"{what}: settings of {each}, which is not among its methods",
                    hint=f"methods: {', '.join(request.methods)}",
                )
            del both[each]  # for other tables of the study
    files = _files(own, kind, what, *folders)
    lighter = {**common, **own}.get(_LIGHTER)
    if not (lighter is None or isinstance(lighter, bool)):
        raise BadMapping(f"{what}: 'lighter' must be true or false")
    only = _only(own, what)
    _check_columns(request, column, only, what)
    return StudyTable(name, files, kind, request, column, only, both, lighter)


def _check_columns(
    request: EstimateRequest, column: str | None, only: Mapping[str, object], what: str
) -> None:
    """Refuse a column that is a list, or the count, and is to define strata or choose rows too."""
    for key, names in (("by", request.by), ("only", only), ("replicate_column", (column,))):
        for name in names:
            if name == "count" or name in (request.lists or ()):
                holds = "the number of people" if name == "count" else "a list"
                raise BadMapping(
                    f"{what}: {name!r} is {holds}, and cannot be in {key!r} too",
                    hint=f"take it out of {key!r}" + ("" if name == "count" else " or of 'lists'"),
                )


def comparable(value: str | float) -> Comparable:
    """A value as it is compared: numbers as numbers, and true as 1, as files write them.

    Examples:
        >>> comparable("1.0") == comparable(1) == comparable(True) == comparable("TRUE")
        True
        >>> comparable("01"), comparable("Kosovo")
        ('01', 'Kosovo')
    """
    text = str(value).strip()
    if text.lower() in ("true", "false"):
        return Decimal(text.lower() == "true")
    return Decimal(text) if _DECIMAL.fullmatch(text) else text


def _only(own: _Toml, what: str) -> dict[str, frozenset[Comparable]]:
    """The columns and values of the rows that are read."""
    found = own.get("only", {})
    if not isinstance(found, dict):
        raise BadMapping(f"{what}: 'only' must be a table", hint='only = { year = ["2001"] }')
    answer = {}
    for column, values in found.items():
        wanted = values if isinstance(values, list) else [values]
        if not wanted or not all(isinstance(v, str | int | float) for v in wanted):
            raise BadMapping(
                f"{what}: 'only' names for each column a value or a list of them",
                hint='e.g. only = { year = ["2001", "2002"] }',
            )
        answer[column] = frozenset(map(comparable, wanted))
    return answer


def _of_methods(value: _Toml, what: str) -> dict[str, dict[str, object]]:
    """Settings of single methods: `[settings.METHOD]`."""
    found = value.get(_OF_METHODS, {})
    if not isinstance(found, dict):
        raise BadMapping(f"{what}: 'settings' must be a table", hint="[settings.latent-class]")
    answer: dict[str, dict[str, object]] = {}
    for method, own in found.items():
        if method not in METHODS:
            raise BadMapping(
                f"{what}: {unknown('method', method, METHODS)}",
                hint=f"methods: {', '.join(METHODS)}",
            )
        if not isinstance(own, dict):
            raise BadMapping(f"{what}: the settings of {method} must be a table")
        given = {key: tuple(v) if isinstance(v, list) else v for key, v in own.items()}
        prior = {}
        if method == "latent-class":
            prior = {key: given.pop(key) for key in _CLASSES if key in given}
        try:
            by_method_of({method: given})
            answer[method] = checked(method, METHODS[method], given)
        except UsedWrongly as error:
            raise BadMapping(f"{what}: {error}", hint=error.hint) from error
        _check_types(method, given, prior, what)
        if prior:
            answer[method]["prior"] = StickBreakingPrior(**prior)  # type: ignore[arg-type]
    return answer


def _check_types(method: str, given: _Toml, prior: _Toml, what: str) -> None:
    """Refuse values of settings that are no number, text or truth value as the method takes it."""
    where = f"{what}: {method}"
    if "classes" in prior:
        _whole(prior["classes"], "classes", where)
    for key in ("alpha", "chance"):
        pair = prior.get(key, (1, 1))
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadMapping(
                f"{where}: {key!r} must be a list of two numbers", hint=f"e.g. {key} = [1, 1]"
            )
        if not all(_number(each, key, where) > 0 for each in pair):
            raise BadMapping(f"{where}: {key!r} must be above 0", hint=f"e.g. {key} = [1, 1]")
    takes = inspect.signature(METHODS[method]).parameters
    for key, value in given.items():
        kind = str(takes[key].annotation).removesuffix(" | None")
        if kind == "int":
            _whole(value, key, where)
        elif kind == "float":
            _number(value, key, where)
        elif kind == "bool":
            if not isinstance(value, bool):
                raise BadMapping(f"{where}: {key!r} must be true or false")
        elif not isinstance(takes[key].default, str):
            raise BadMapping(
                f"{where}: {key!r} cannot be set in a study file",
                hint=f"of latent classes: {', '.join(_CLASSES)}; else estimate in Python",
            )
        elif not isinstance(value, str):
            raise BadMapping(f"{where}: {key!r} must be text in quotes")


def _settings(value: _Toml, what: str) -> dict[str, Any]:
    """The settings of one table, checked for their types."""
    found: dict[str, Any] = {}
    for key in _TEXTS:
        if key in value:
            found[key] = _texts(value[key], key, what)
    if "methods" in found:
        for name in found["methods"]:
            if name not in METHODS:
                raise BadMapping(
                    f"{what}: {unknown('method', name, METHODS)}",
                    hint=f"methods: {', '.join(METHODS)}",
                )
    if "xi" in value:
        xi = value["xi"] if isinstance(value["xi"], list) else [value["xi"]]
        found["xi"] = [_number(each, "xi", what) for each in xi]
    for key in _NUMBERS:
        if key in value:
            found[key] = _number(value[key], key, what)
    for key in _WHOLES:
        if key in value:
            found[key] = _whole(value[key], key, what)
    for key in ("prior", "headline", "disconnected"):
        if key in value:
            found[key] = _text(value, key, what)
    return found


def _files(own: _Toml, kind: str, what: str, folder: Path, results: Path) -> tuple[Path, ...]:
    """The files, patterns resolved, in the order of their names; none of the results."""
    patterns = _texts(own[kind], kind, what)
    if kind == "file" and len(patterns) > 1:
        raise BadMapping(f"{what}: 'file' is one file", hint="for several write files = [...]")
    found: dict[Path, None] = {}
    for pattern in patterns:
        there = _matching(folder, pattern, results)
        if not there and (folder / pattern).is_dir():
            raise BadMapping(
                f"{what}: no CSV or Parquet file is in the folder {pattern!r}",
                hint="put the files there, or name another folder",
            )
        if not there:
            raise BadMapping(
                f"{what}: no file {pattern!r}",
                hint="paths are relative to the study file; * stands for any characters",
            )
        found.update(dict.fromkeys(there))
    names = [path.stem for path in found]
    if kind == "files" and (twice := [name for name in names if names.count(name) > 1]):
        raise BadMapping(
            f"{what}: two files are named {twice[0]!r}, and each name is a stratum",
            hint="rename one, or make them two tables of the study",
        )
    if kind == "files" and "file" in _texts(own.get("by", "-"), "by", what):
        raise BadMapping(
            f"{what}: a column 'file' cannot define strata, since each file is one",
            hint="rename the column",
        )
    if kind == "replicates" and len(found) < 2:
        raise BadMapping(
            f"{what}: 'replicates' names one file, so there is one replicate",
            hint='write file = "...", or name all replicates',
        )
    return tuple(found)


def _matching(folder: Path, pattern: str, results: Path) -> list[Path]:
    path = folder / pattern
    if path.is_dir():  # a folder of files
        inside = [each for each in path.iterdir() if each.suffix.lower() in (".csv", ".parquet")]
        return _sorted_without(inside, results)
    if path.exists() or not any(letter in pattern for letter in "*?["):
        return [path] if path.exists() else []
    anchor = Path(path.anchor)
    found = anchor.glob(str(path.relative_to(anchor)))
    return _sorted_without([each for each in found if each.is_file()], results)


def _sorted_without(files: Sequence[Path], results: Path) -> list[Path]:
    """Files in order, without those that this or another study wrote."""
    own = results.resolve()
    return sorted(
        each
        for each in files
        if not each.resolve().is_relative_to(own)
        and not (each.name in (ESTIMATES, XI) and (each.parent / NAME).exists())
    )


def _text(value: _Toml, key: str, what: str) -> str | None:
    found = value.get(key)
    if found is None:
        return None
    if not isinstance(found, str) or not found.strip():
        raise BadMapping(f"{what}: {key!r} must be text in quotes")
    return found.strip()


def _texts(value: object, key: str, what: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
        raise BadMapping(
            f"{what}: {key!r} must be text in quotes, or a list of them",
            hint=f'e.g. {key} = ["...", "..."]',
        )
    if len(set(texts)) < len(texts):
        raise BadMapping(f"{what}: {key!r} repeats a value", hint="give each value once")
    return tuple(texts)


def _whole(value: object, key: str, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadMapping(f"{what}: {key!r} must be a whole number")
    return value


def _number(value: object, key: str, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadMapping(f"{what}: {key!r} must be a number")
    return float(value)
