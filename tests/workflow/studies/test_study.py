"""A study: what is computed, kept and pooled, and what fails without ending the run."""

from __future__ import annotations

import csv
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from uncounted.captures import CaptureTable, read_tables
from uncounted.cli import app
from uncounted.errors import AlreadyThere, BadInput, CaseBusy, Damaged, Error
from uncounted.estimate import METHODS, EstimateSettings, run
from uncounted.estimate.base.pooling import pool_imputed
from uncounted.estimate.base.result import Fitted
from uncounted.estimate.study import LIGHTER
from uncounted.workflow.studies import fits, replicates, study
from uncounted.workflow.studies.result import StudyResult
from uncounted.workflow.studies.store import NAME, Store
from uncounted.workflow.studies.study import run_study

LISTS = ("A", "B", "C")
SEX = {
    "f": {"100": 60, "010": 50, "001": 40, "110": 20, "101": 14, "011": 12, "111": 7},
    "m": {"100": 30, "010": 44, "001": 41, "110": 11, "101": 9, "011": 13, "111": 3},
    "x": {"100": 3, "010": 2, "001": 4},
}
ONE = """
methods = ["chao", "sample-coverage"]
xi = [0.5, 2]
[tables.people]
file = "people.csv"
by = "sex"
"""


def _write(file: Path, strata: dict[str, dict[str, int]]) -> None:
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*LISTS, "sex", "count"])
        for sex, counts in strata.items():
            writer.writerows([*pattern, sex, n] for pattern, n in counts.items())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(tmp_path / "people.csv", SEX)
    (tmp_path / "STUDY.toml").write_text(ONE)
    return tmp_path


def _run(folder: Path, **changed: str) -> StudyResult:
    file = folder / "STUDY.toml"
    text = file.read_text()
    for old, new in changed.items():
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)
    return run_study(file, jobs=1)


def _rows(folder: Path, name: str = "estimates.csv") -> list[dict[str, str]]:
    with (folder / "STUDY.results" / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_result_is_what_the_method_gives_on_the_table(folder: Path) -> None:
    done = _run(folder)
    (table,) = done.tables
    for each in read_tables(folder / "people.csv", by=["sex"])[:2]:
        at = [label["sex"] for label in table.labels].index(each.stratum["sex"])
        task = fits.task_of(each, "sample-coverage", EstimateSettings(), lighter=False)
        alone = METHODS["sample-coverage"](each, seed=task.options["seed"])
        assert table.studies[at]["sample-coverage"].interval == alone.interval
        assert table.studies[at]["chao"].point == run(each, EstimateSettings("chao"))["chao"].point
    assert (done.tasks.total, done.tasks.computed, done.tasks.kept) == (6, 6, 0)
    assert table.strata is not None
    assert {each.method for each in table.strata.total} == {"chao", "sample-coverage"}


def test_every_result_is_in_the_files_and_a_refusal_has_its_reason(folder: Path) -> None:
    _run(folder)
    rows = _rows(folder)
    assert {row["scope"] for row in rows} == {"stratum", "total"}
    refused = [row for row in rows if row["sex"] == "x"]
    assert {(row["status"], row["point"]) for row in refused} == {("refused", "")}
    assert all("no person is on two lists" in row["reason"] for row in refused)
    assert {row["xi"] for row in _rows(folder, "xi.csv")} == {"0.5", "2.0"}
    for name in ("estimates.csv", "xi.csv", NAME):
        assert (folder / "STUDY.results" / name).stat().st_mode & 0o77 == 0


def test_a_second_run_computes_nothing_and_gives_the_same(folder: Path) -> None:
    _run(folder)
    before = _rows(folder)
    done = _run(folder)
    assert (done.tasks.kept, done.tasks.computed) == (6, 0)
    assert _rows(folder) == before


@pytest.mark.parametrize(
    ("old", "new", "computed"),
    [
        ("xi = [0.5, 2]", "xi = [0.5, 1, 3]", 0),
        ("[tables.people]", 'headline = "model"\n[tables.people]', 0),
        ('"chao", ', '"chao", "independence", ', 3),
        ("xi =", "level = 0.8\nxi =", 6),
        ("xi =", "seed = 2\nxi =", 6),
    ],
)
def test_a_changed_line_computes_only_what_it_touches(
    folder: Path, old: str, new: str, computed: int
) -> None:
    _run(folder)
    assert _run(folder, **{old: new}).tasks.computed == computed


def test_a_corrected_stratum_computes_itself(folder: Path) -> None:
    _run(folder)
    _write(folder / "people.csv", {**SEX, "m": {**SEX["m"], "111": 4}})
    assert _run(folder).tasks.computed == 2


def test_another_version_computes_everything(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(folder)
    monkeypatch.setattr(fits, "program", lambda: "0.0.9")
    assert _run(folder).tasks.computed == 6


def _replicates(folder: Path, write: Callable[[pl.DataFrame, Path], Any], suffix: str) -> None:
    """Four replicates, a row for each person, in which the sex of a fifth was imputed."""
    rng = np.random.default_rng(3)
    on = rng.random((400, 3)) < 0.4
    on = on[on.any(axis=1)]
    sex, missing = rng.integers(0, 2, len(on)), rng.random(len(on)) < 0.2
    (folder / suffix).mkdir()
    for r in range(4):
        drawn = np.where(missing, rng.integers(0, 2, len(on)), sex)
        people = {f"in_{j}": on[:, j].astype(int) for j in range(3)}
        frame = pl.DataFrame(
            {
                "match_id": [f"id-{at}" for at in range(len(on))],
                **people,
                "sex": ["fm"[each] for each in drawn],
                "age": rng.integers(0, 90, len(on)),
            }
        )
        write(frame, folder / suffix / f"R{r}.{suffix}")


STUDY_OF_REPLICATES = """
lists = ["in_0", "in_1", "in_2"]
by = "sex"
methods = ["decomposable", "chao"]
[tables.parquet]
replicates = "parquet/*.parquet"
[tables.csv]
replicates = "csv"
"""


def test_replicates_are_pooled_by_rubins_rules_and_parquet_is_as_csv(tmp_path: Path) -> None:
    _replicates(tmp_path, pl.DataFrame.write_parquet, "parquet")
    _replicates(tmp_path, pl.DataFrame.write_csv, "csv")
    (tmp_path / "STUDY.toml").write_text(STUDY_OF_REPLICATES)
    done = _run(tmp_path)
    assert done.tasks.total == 2 * 2 * 4  # equal tables of the two folders are one task
    parquet, as_csv = done.tables
    assert [study.to_json() for study in parquet.studies] == [
        study.to_json() for study in as_csv.studies
    ]
    by_hand = []
    for r in range(4):
        frame = pl.read_csv(tmp_path / "csv" / f"R{r}.csv").filter(pl.col("sex") == "f")
        (table,) = read_tables(frame.select("in_0", "in_1", "in_2"))
        table = CaptureTable(table.lists, table.counts, {"sex": "f"})
        settings = EstimateSettings(imputed=True)
        options = fits.task_of(table, "decomposable", settings, lighter=False).options
        by_hand.append(Fitted(METHODS["decomposable"](table, **options), table.observed, 1))
    pooled = pool_imputed(by_hand)
    found = parquet.studies[0]["decomposable"]
    assert parquet.labels[0] == {"sex": "f"}
    assert found.point == pytest.approx(pooled.point, rel=1e-12)
    assert found.interval == pytest.approx(pooled.interval, rel=1e-12)
    assert found.settings["replicates"] == 4


def test_replicates_in_a_column_are_pooled(tmp_path: Path) -> None:
    _replicates(tmp_path, pl.DataFrame.write_csv, "csv")
    frames = [
        pl.read_csv(tmp_path / "csv" / f"R{r}.csv").with_columns(replica=pl.lit(r))
        for r in range(4)
    ]
    pl.concat(frames).write_csv(tmp_path / "all.csv")
    text = STUDY_OF_REPLICATES.split("[tables")[0] + (
        '[tables.column]\nfile = "all.csv"\nreplicate_column = "replica"\n'
        '[tables.folder]\nreplicates = "csv"\n'
    )
    (tmp_path / "STUDY.toml").write_text(text)
    column, folder = _run(tmp_path).tables
    assert [s["chao"].point for s in column.studies] == [s["chao"].point for s in folder.studies]


def test_files_of_one_table_each_are_strata(tmp_path: Path) -> None:
    for sex in "fm":
        rows = "".join(f"{','.join(k)},{n}\n" for k, n in SEX[sex].items())
        (tmp_path / f"{sex}.csv").write_text("A,B,C,count\n" + rows)
    text = 'methods = "chao"\n[tables.all]\nfiles = ["f.csv", "m.csv"]\n'
    (tmp_path / "STUDY.toml").write_text(text)
    (table,) = _run(tmp_path).tables
    assert table.labels == ({"file": "f"}, {"file": "m"})
    (tmp_path / "m.csv").write_text("A,B,D,count\n1,0,0,4\n1,1,0,4\n")
    with pytest.raises(BadInput, match=r"m\.csv has other lists than the files before it"):
        _run(tmp_path)


def test_identical_files_are_refused_as_strata_and_named_as_replicates(folder: Path) -> None:
    shutil.copy(folder / "people.csv", folder / "copy.csv")
    text = 'methods = "chao"\n[tables.all]\nfiles = ["people.csv", "copy.csv"]\nby = "sex"\n'
    (folder / "STUDY.toml").write_text(text)
    with pytest.raises(BadInput, match=r"people\.csv and copy\.csv are identical"):
        _run(folder)
    (table,) = _run(folder, **{"files =": "replicates ="}).tables
    assert all("identical-replicates" in {w.code for w in s.warnings} for s in table.studies)
    with (folder / "copy.csv").open("a") as stream:
        stream.write("1,0,0,f,1\n")
    (table,) = _run(folder).tables
    assert not any("identical-replicates" in {w.code for w in s.warnings} for s in table.studies)


def test_one_more_stratum_does_not_change_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study, "MANY", 3)
    monkeypatch.setattr(fits, "LIGHTER", {"chao": {"variant": "equal"}})
    assert _run(folder).tables[0].as_before == ""
    _write(folder / "people.csv", {**SEX, "y": SEX["m"]})
    done = _run(folder)
    assert (done.tasks.computed, done.tables[0].as_before) == (2, "full")
    shown = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.toml"), "--jobs", "1"])
    assert "Fits as in the first run, full: people (change: lighter = true)" in shown.stdout
    done = _run(folder, **{"[tables.people]": "lighter = true\n[tables.people]"})
    assert (done.tasks.computed, done.tables[0].as_before) == (4, "")


def test_what_a_run_does_not_use_is_deleted(folder: Path) -> None:
    _run(folder)
    _write(folder / "people.csv", {**SEX, "m": {**SEX["m"], "111": 4}})
    _run(folder)
    assert not (folder / "STUDY.results" / f"{NAME}-wal").exists()
    with Store.opened(folder / "STUDY.results") as store:
        assert len(store) == 6
        assert store._database.execute("SELECT count(*) FROM file").fetchone() == (1,)


def test_a_file_that_changes_while_it_is_read_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(file: Path, *_: object) -> list[CaptureTable]:
        tables = read_tables(file, by=["sex"])
        _write(folder / "people.csv", {"f": SEX["f"]})
        return tables

    monkeypatch.setattr(replicates, "_read", read)
    with pytest.raises(BadInput, match=r"people\.csv changed while it was being read"):
        _run(folder)


def _failing(table: CaptureTable, **_: object) -> Any:
    if table.stratum["sex"] == "m":
        raise ZeroDivisionError("a word of the file")
    return METHODS["independence"](table)


def test_a_defect_is_a_row_with_its_place_and_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fits, "METHODS", {**METHODS, "chao": _failing})
    done = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.toml"), "--jobs", "1"])
    assert done.exit_code == 1
    assert str(done.exception) == "1 of 6 fits failed"
    (row,) = [row for row in _rows(folder) if "not computed" in row["reason"]]
    assert row["reason"].startswith("not computed: a defect in uncounted (ZeroDivisionError at ")
    assert "a word" not in row["reason"]
    monkeypatch.undo()
    assert _run(folder).tasks.computed == 1


def test_results_that_are_damaged_are_refused_in_words(folder: Path) -> None:
    _run(folder)
    file = folder / "STUDY.results" / NAME
    database = sqlite3.connect(file)
    database.execute("UPDATE fit SET record = substr(record, 1, length(record) - 9)")
    database.commit()
    database.close()
    with pytest.raises(Damaged, match="the results of earlier runs are damaged"):
        _run(folder)
    file.write_bytes(b"not a database" * 99)
    with pytest.raises(Damaged, match="the results of earlier runs are damaged"):
        _run(folder)


def test_another_database_or_folder_is_not_taken_for_results(folder: Path) -> None:
    results = folder / "STUDY.results"
    results.mkdir()
    (results / "letter.txt").write_text("mine")
    with pytest.raises(Error, match="is there already, and is no folder of results"):
        _run(folder)
    other = sqlite3.connect(results / NAME)
    other.execute("CREATE TABLE fit (key, record)")
    other.commit()
    other.close()
    with pytest.raises(Damaged, match="are no results of a study"):
        _run(folder)


@pytest.mark.parametrize(
    ("name", "text"), [("names.csv", "a,b\n"), ("estimates.csv", "a,b\n"), ("xi.csv", "table,xi\n")]
)
def test_files_of_the_user_are_not_replaced(folder: Path, name: str, text: str) -> None:
    results = folder / "STUDY.results"
    results.mkdir()
    (results / name).write_text(text)
    with pytest.raises(AlreadyThere, match="is there already, and is no folder of results"):
        _run(folder)
    assert {each.name: each.read_text() for each in results.iterdir()} == {name: text}


def test_a_folder_with_the_name_of_a_file_of_results_is_refused(folder: Path) -> None:
    (folder / "STUDY.results" / "estimates.csv").mkdir(parents=True)
    with pytest.raises(AlreadyThere, match=r"estimates\.csv in STUDY\.results is a folder"):
        _run(folder)


def test_results_are_of_one_study(folder: Path) -> None:
    _run(folder)
    text = f'results = "STUDY.results"\n{ONE}'
    (folder / "other.toml").write_text(text)
    before = _rows(folder)
    with pytest.raises(AlreadyThere, match=r"has the results of another study, STUDY\.toml"):
        run_study(folder / "other.toml", jobs=1)
    assert _rows(folder) == before
    (folder / "STUDY.toml").unlink()  # renamed
    assert run_study(folder / "other.toml", jobs=1).tasks.kept == 6


def test_a_pattern_leaves_out_the_results(folder: Path) -> None:
    pattern = {'file = "people.csv"': 'files = "**/*.csv"'}
    assert _run(folder, **pattern).tasks.computed == 6
    assert _run(folder).tasks.kept == 6
    (folder / "other.toml").write_text((folder / "STUDY.toml").read_text())
    assert len(run_study(folder / "other.toml", jobs=1).tables[0].studies) == 3


def test_two_runs_at_a_time_are_refused(folder: Path) -> None:
    with (
        Store.opened(folder / "STUDY.results"),
        pytest.raises(CaseBusy, match=r"another run is writing to STUDY\.results"),
    ):
        _run(folder)


def test_ctrl_c_keeps_every_fit_that_was_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(tasks: Sequence[fits.FitTask], _: int | None) -> Iterator[list[fits.FitDone]]:
        yield fits.fit_all(tasks[:2])
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(study, "run_tasks", stopped)
    done = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.toml"), "--jobs", "1"])
    assert done.exit_code != 0
    assert "every fit that was done is kept: the same command computes the rest" in done.stderr
    monkeypatch.undo()
    assert _run(folder).tasks.kept == 2


@pytest.mark.parametrize("method", [name for name in METHODS if name != "two-list"])
def test_a_record_gives_the_estimate_back(method: str) -> None:
    table = CaptureTable(LISTS, SEX["f"])
    options = {**EstimateSettings().for_every_method, **LIGHTER.get(method, {})}
    if "resamples" in options:
        options["resamples"] = 2
    estimate = METHODS[method](table, **options)
    record = fits.packed(estimate)
    again = fits.unpacked(record)
    assert again.to_json() == estimate.to_json()
    assert (again.log_n0, again.seed) == (estimate.log_n0, estimate.seed)
    if estimate.draws is not None:
        assert again.draws is not None
        assert again.draws.tolist() == sorted(estimate.draws.tolist())
    for wrong in (record[:-1], b"", record[1:]):
        with pytest.raises(Damaged):
            fits.unpacked(wrong)


def test_a_study_file_may_be_in_capitals(folder: Path) -> None:
    (folder / "STUDY.toml").rename(folder / "STUDY.TOML")
    shown = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.TOML"), "--jobs", "1", "-q"])
    assert shown.exit_code == 0
    assert shown.stdout.startswith("1 table; 6 fits")


def test_the_screen_has_at_most_25_lines(folder: Path) -> None:
    text = 'methods = "chao"\n' + "".join(
        f'[tables.t{at}]\nfile = "people.csv"\nby = "sex"\n' for at in range(30)
    )
    (folder / "STUDY.toml").write_text(text)
    shown = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.toml"), "--jobs", "1"])
    assert shown.exit_code == 0, shown.output
    assert len(shown.stdout.splitlines()) <= 25
    assert max(map(len, shown.stdout.splitlines()[:-3])) <= 80
    assert "and 23 tables more" in shown.stdout


def test_only_some_rows_are_read(folder: Path) -> None:
    text = 'methods = "chao"\n[tables.some]\nfile = "people.csv"\nonly = { sex = ["f", "m"] }\n'
    (folder / "STUDY.toml").write_text(text)
    (table,) = _run(folder).tables
    assert table.whole.observed == sum(SEX["f"].values()) + sum(SEX["m"].values())
    assert table.labels == ({},)
    with pytest.raises(BadInput, match="no row of some has the values that 'only' names"):
        _run(folder, **{'["f", "m"]': '["F"]'})


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_only_compares_numbers_as_numbers(tmp_path: Path, suffix: str) -> None:
    frame = pl.DataFrame(
        {
            "A": [1, 1, 0] * 4,
            "B": [0, 1, 1] * 4,
            "year": [2001.0] * 6 + [2002.5] * 6,
            "known": [True] * 9 + [False] * 3,
        }
    )
    write = frame.write_csv if suffix == "csv" else frame.write_parquet
    write(tmp_path / f"people.{suffix}")
    text = f'methods = "chao"\nlists = ["A", "B"]\n[tables.a]\nfile = "people.{suffix}"\nonly = '
    for only, people in (
        ("{ year = 2001 }", 6),
        ('{ year = "2001" }', 6),
        ("{ year = 2002.5, known = true }", 3),
        ("{ known = false }", 3),
    ):
        (tmp_path / "STUDY.toml").write_text(text + only)
        assert _run(tmp_path).tables[0].whole.observed == people
    (tmp_path / "STUDY.toml").write_text(text + "{ year = 1999 }")
    with pytest.raises(BadInput) as refusal:
        _run(tmp_path)
    assert "2002.5" in str(refusal.value.hint)


def test_persons_of_parquet_have_no_row_in_an_error(tmp_path: Path) -> None:
    (tmp_path / "STUDY.toml").write_text('[tables.a]\nfile = "people.parquet"\n')
    frame = pl.DataFrame({"A": [1, 1, 2, 2, 0], "B": [0, 1, 1, 1, 0]})
    frame.write_parquet(tmp_path / "people.parquet")
    with pytest.raises(BadInput, match=r"people\.parquet, column 'A': 2 people have a value other"):
        _run(tmp_path)
    frame.filter(pl.col("A") < 2).write_parquet(tmp_path / "people.parquet")
    with pytest.raises(BadInput, match=r"people\.parquet: 1 person is on no list"):
        _run(tmp_path)


def test_what_is_written_is_kept_if_the_program_is_killed(tmp_path: Path) -> None:
    with Store.opened(tmp_path / "one") as store:
        store.keep([fits.FitDone("key", b"record")])
        shutil.copytree(tmp_path / "one", tmp_path / "as-killed")
        store.keep([fits.FitDone("later", b"record")])
    with Store.opened(tmp_path / "as-killed") as store:
        assert store.has(["key", "later"]) == {"key"}
        assert len(store) == 1


def test_what_contradicts_a_total_is_said_first(folder: Path) -> None:
    shown = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.toml"), "--jobs", "1"])
    assert "Read first: people: 1 of 3 strata has no estimate" in shown.stdout
    firsts = [row["read_first"] for row in _rows(folder) if row["scope"] == "total"]
    assert firsts[0].startswith("1 of 3 strata has no estimate")
    assert firsts[1:] == [""]
    assert "Chao lower bound in" not in shown.stdout  # it is first, and a bound
    more = CliRunner().invoke(app, ["estimate", str(folder / "STUDY.toml"), "--jobs", "1", "-v"])
    assert "All strata" in more.stdout


def test_small_lists_are_left_out_in_words(folder: Path) -> None:
    (table,) = _run(folder, **{"[tables.people]": "min_records = 3\n[tables.people]"}).tables
    assert table.studies[2].lists == {"A": 3, "C": 4}
    assert any(w.code == "small-lists" for w in table.studies[2].warnings)


def test_a_store_that_was_deleted_is_made_anew(folder: Path) -> None:
    _run(folder)
    (folder / "STUDY.results" / NAME).unlink()
    assert _run(folder).tasks.computed == 6
