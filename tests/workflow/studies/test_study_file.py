"""The study file: what it refuses, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from uncounted.cli import app
from uncounted.errors import BadInput, BadMapping
from uncounted.estimate.latent_class.estimator import StickBreakingPrior
from uncounted.workflow.studies.study_file import read_study_file

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("titel = 'x'", "the study: unknown key 'titel'. Did you mean 'title'?"),
        ("title = 'x'", "the study has no tables"),
        ("tables = 3", "the study has no tables"),
        ("[tables]\na = 3", "'a' under 'tables' must be a table"),
        ("[tables.a]\nfile = 't.csv'\nmethod = 'chao'", "unknown key 'method'. Did you mean"),
        ("[tables.a]\nfile = 't.csv'\nmethods = 'choa'", "unknown method 'choa'. Did you mean"),
        ("[tables.a]\nby = 'sex'", "must have one of 'file', 'files' and 'replicates'"),
        ("[tables.a]\nfile = 't.csv'\nfiles = 't.csv'", "must have one of 'file'"),
        ("[tables.a]\nfile = 'u.csv'", "no file 'u.csv'"),
        ("[tables.a]\nfiles = 'x'", "no CSV or Parquet file is in the folder 'x'"),
        ("[tables.a]\nreplicates = 't*.csv'", "names one file, so there is one replicate"),
        ("[tables.a]\nfiles = 't.csv'\nreplicate_column = 'r'", "is for replicates in one file"),
        ("[tables.a]\nfile = 't.csv'\nxi = ['one']", "'xi' must be a number"),
        ("[tables.a]\nfile = 't.csv'\nxi = [5000]", "xi"),
        ("[tables.a]\nfile = 't.csv'\nseed = 1.5", "'seed' must be a whole number"),
        ("[tables.a]\nfile = 't.csv'\nlevel = 2", "level"),
        ("[tables.a]\nfile = 't.csv'\nby = []", "'by' must be text in quotes, or a list"),
        ("[tables.a]\nfile = 't.csv'\nby = ['a', 'a']", "'by' repeats a value"),
        ("[tables.a]\nfile = 't.csv'\nlists = [1]", "'lists' must be text in quotes, or a list"),
        ("[tables.a]\nfile = 't.csv'\nheadline = 'x'", "headline"),
        ("[settings.choa]\n[tables.a]\nfile = 't.csv'", "unknown method 'choa'. Did you mean"),
        ("[settings]\nchao = 1\n[tables.a]\nfile = 't.csv'", "settings of chao must be a table"),
        ("[settings.chao]\nx = 1\n[tables.a]\nfile = 't.csv'", "chao has no setting 'x'"),
        ("[settings.chao]\nseed = 1\n[tables.a]\nfile = 't.csv'", "is not a setting of chao"),
        (
            "[tables.a]\nfile = 't.csv'\nmethods = 'chao'\nsettings.independence = {}",
            "settings of independence, which is not among its methods",
        ),
        ("[tables.a]\nfiles = ['t.csv', 'x/../t.csv']", "two files are named 't'"),
        ("[tables.a]\nfiles = 't.csv'\nby = 'file'", "a column 'file' cannot define strata"),
        ("[tables.a]\nfile = 't.csv'\nlists = ['A', 'B']\nby = 'A'", "'A' is a list, and cannot"),
        ("[tables.a]\nfile = 't.csv'\nby = 'count'", "'count' is the number of people"),
        ("[settings.latent-class]\nclasses = 'many'", "'classes' must be a whole number"),
        ("[settings.latent-class]\nclasses = 1.5", "'classes' must be a whole number"),
        ("[settings.latent-class]\nalpha = 0.0", "'alpha' must be a list of two numbers"),
        ("[settings.latent-class]\nchance = [0, -1]", "'chance' must be above 0"),
        ("[settings.latent-class]\nchance = ['a', 1]", "'chance' must be a number"),
        ("[settings.latent-class]\nchains = 4.5", "'chains' must be a whole number"),
        ("[settings.latent-class]\nbudget = '9'", "'budget' must be a number"),
        ("[settings.decomposable]\nedges = 1", "'edges' must be true or false"),
        ("[settings.decomposable]\nprior = 1", "'prior' cannot be set in a study file"),
        ("[settings.chao]\nvariant = 1", "'variant' must be text in quotes"),
        ("lighter = 1\n[tables.a]\nfile = 't.csv'", "'lighter' must be true or false"),
        ("[tables.a]\nfile = 't.csv'\nonly = 3", "'only' must be a table"),
        ("[tables.a]\nfile = 't.csv'\nonly.x = [[1]]", "'only' names for each column a value"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.csv").write_text("A,B,count\n1,1,3\n")
    (tmp_path / "x").mkdir()
    (tmp_path / "STUDY.toml").write_text(text)
    with pytest.raises(BadMapping) as refusal:
        read_study_file(tmp_path / "STUDY.toml")
    assert words in str(refusal.value)


def test_what_is_no_study_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_study_file(tmp_path / "none.toml")
    (tmp_path / "STUDY.toml").write_text("[tables")
    with pytest.raises(BadInput, match="is not TOML"):
        read_study_file(tmp_path / "STUDY.toml")
    (tmp_path / "STUDY.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="not UTF-8"):
        read_study_file(tmp_path / "STUDY.toml")


def test_a_setting_of_a_table_is_before_that_of_the_study(tmp_path: Path) -> None:
    for name in ("t1.csv", "t2.csv"):
        (tmp_path / name).write_text("A,B,count\n1,1,3\n")
    (tmp_path / "STUDY.toml").write_text(
        'seed = 3\nmethods = "chao"\n[tables.a]\nfile = "t1.csv"\n'
        '[tables.b]\nfiles = "t*.csv"\nseed = 4\n'
    )
    study = read_study_file(tmp_path / "STUDY.toml")
    one, two = study.tables
    assert (one.request.seed, two.request.seed) == (3, 4)
    assert one.request.methods == two.request.methods == ("chao",)
    assert [file.name for file in two.files] == ["t1.csv", "t2.csv"]
    assert (study.title, study.results) == ("STUDY", tmp_path / "STUDY.results")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["STUDY.toml", "--method", "chao"], "--method cannot be used with a study"),
        (["STUDY.toml", "--jobs", "1", "--dask", "tcp://127.0.0.1:1"], "exclude each other"),
        ([str(ROOT / "examples" / "kosovo.csv"), "--jobs", "2"], "--jobs is for studies"),
    ],
)
def test_options_that_do_not_go_together(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["estimate", *arguments])
    assert words in str(done.exception)


def test_settings_of_a_method_are_those_of_the_study_and_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("A,B,C,count\n1,1,0,3\n")
    (tmp_path / "STUDY.toml").write_text(
        "delta = 0.5\n[settings.latent-class]\nclasses = 15\nchains = 4\n"
        "[tables.a]\nfile = 't.csv'\n"
        "[tables.a.settings.latent-class]\nchains = 2\n"
        "[tables.b]\nfile = 't.csv'\nmethods = 'decomposable'\nlighter = true\n"
    )
    one, two = read_study_file(tmp_path / "STUDY.toml").tables
    assert (one.lighter, two.lighter) == (None, True)
    prior = StickBreakingPrior(classes=15)
    assert one.settings.of("latent-class") == {"prior": prior, "chains": 2}
    assert one.settings.of("decomposable") == {"delta": 0.5}
    assert two.settings.by_method == {"decomposable": {"delta": 0.5}}
