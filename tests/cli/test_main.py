"""What a user meets when something is wrong: a clear word, the right exit status, nothing lost."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.in_process import run_here
from tests.light_identity import seal_lightly

from uncounted.cli import pipeline
from uncounted.cli.app import SECTIONS, app
from uncounted.linkage.diagnostics import LinkageDiagnostics
from uncounted.workflow.link import LinkSummary, PeopleInterval

RETURNS = Path(__file__).parents[2] / "examples" / "returns"
PROGRAM = [sys.executable, "-m", "uncounted"]
PASSPHRASE = "비밀 문장 여섯 낱말로"

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an identity and an empty case file."""
    folder = tmp_path_factory.mktemp("cli")
    done = run(folder, "init", "case")
    assert done.returncode == 0, done.stderr
    seal_lightly(folder / "home", PASSPHRASE)  # all that follows opens it
    return folder


def environment(folder: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "UNCOUNTED_HOME": str(folder / "home"),
        "UNCOUNTED_PASSPHRASE": PASSPHRASE,
        "LANG": "C.UTF-8",
        **more,
    }


def run(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return run_here(arguments, env=env or environment(folder), cwd=folder)


def run_program(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, raw: bool = False
) -> subprocess.CompletedProcess[str]:
    """The same as a program, where it matters how that is started."""
    done = subprocess.run(
        [*PROGRAM, *arguments],
        cwd=folder,
        env=env or environment(folder),
        capture_output=True,
        encoding="latin-1" if raw else "utf-8",
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def refused(done: subprocess.CompletedProcess[str], status: int, words: str) -> None:
    assert (done.returncode, done.stdout) == (status, ""), done.stderr
    said = re.sub(r"^uncounted: [^:]+: \d+ s\n", "", done.stderr, flags=re.M)  # how long it took
    assert said.startswith("uncounted: error: "), done.stderr
    assert words in done.stderr, done.stderr
    for name in ("김", "Kim", "KIM", "영숙"):
        assert name not in done.stderr


def rows(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return name


HEAD = "id,name,birth,sex\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"PK\x03\x04\x14\x00\x00\x00", "XLSX"),
        (b"name,birth\nKim Yong Suk,1980\n", "there is no column called id\n"),
        (b"name,birth\nKim Yong Suk,1980\n", "hint: give each row a key that it keeps"),
        (b"id,birth\n1,1980\n", "there is no column called name\n"),
        ("김영숙,여,1980\n".encode(), "there are no columns called id and name"),
    ],
)
def test_files_that_are_no_list(base: Path, data: bytes, words: str) -> None:
    file = rows(base, "bad.csv", data)
    done = run(base, "import", "case", file, "--source", "S")
    refused(done, done.returncode, words)
    assert done.returncode in (1, 2)


def test_no_such_file_and_no_such_mapping(base: Path) -> None:
    done = run_program(base, "import", "case", "nowhere.csv", "--source", "S")
    refused(done, 1, "no such file: nowhere.csv")
    file = rows(base, "ok.csv", (HEAD + "1,Kim Yong Suk,1980,f\n").encode())
    done = run(base, "import", "case", file, "--source", "S", "--mapping", "nowhere.toml")
    refused(done, 1, "nowhere.toml")


def test_a_mapping_that_names_a_column_that_is_not_there(base: Path) -> None:
    file = rows(base, "ok.csv", (HEAD + "1,Kim Yong Suk,1980,f\n").encode())
    (base / "map.toml").write_text('[columns]\nid = "id"\nname = "full name"\n')
    done = run(base, "import", "case", file, "--source", "S", "--mapping", "map.toml")
    refused(done, 1, "full name")


def test_every_row_is_accounted_for_and_rejects_are_sealed(base: Path) -> None:
    text = HEAD + (
        "1,Kim Yong Suk,1980,f\n"
        "2,,1980,f\n"  # no name
        "3,Ri Chol,the year of the tiger,m\n"  # no date
        "1,Pak Un Ryon,1975,f\n"  # id again
        "4,Choe Hwa\n"  # ragged
        "5,Han Sol,1990,m\n"
    )
    file = rows(base, "mixed.csv", text.encode("utf-8-sig"))
    done = run(base, "import", "case", file, "--source", "mixed", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    counts = [answer[key] for key in ("rows", "created", "updated", "unchanged", "rejected")]
    assert counts == [6, 2, 0, 0, 4]
    assert not any(word in done.stdout + done.stderr for word in ("Kim", "Pak", "tiger", "Choe"))
    again = json.loads(run(base, "import", "case", file, "--source", "mixed", "--json").stdout)
    assert [again[key] for key in ("created", "updated", "unchanged")] == [0, 0, 2]
    said = run(base, "import", "case", file, "--source", "mixed")
    assert said.returncode == 0
    assert "warning: 4 rows rejected" in said.stdout.splitlines()
    assert re.search(r"see which: uncounted rejects case rejects-\d+", said.stdout)
    assert "error" not in said.stdout + said.stderr
    shown = run(base, "rejects", "case", answer["rejects"])
    assert [line.split()[0] for line in shown.stdout.splitlines()[1:]] == ["3", "4", "5", "6"]
    assert "tiger" not in shown.stdout
    every = run(base, "rejects", "case")
    assert every.stdout.split("\n")[0].split() == [
        "list",
        "when",
        "source",
        "rejected",
        "of",
        "rows",
    ]
    listed = json.loads(run(base, "rejects", "case", "--json").stdout)["lists"]
    assert [each["when"] for each in listed] == sorted(each["when"] for each in listed)
    mine = {each["name"]: each for each in listed}[answer["rejects"]]
    assert (mine["source"], mine["rejected"], mine["rows"]) == ("mixed", 4, 6)
    assert "taken back" not in every.stdout


def test_a_case_without_rejected_rows(base: Path, tmp_path: Path) -> None:
    home = environment(base)
    assert run(tmp_path, "init", "clean", env=home).returncode == 0
    assert run(tmp_path, "rejects", "clean", env=home).stdout == "No import rejected a row.\n"
    assert json.loads(run(tmp_path, "rejects", "clean", "--json", env=home).stdout) == {"lists": []}
    rows(tmp_path, "one.csv", (HEAD + "1,Kim Yong Suk,1980,f\n2,,1980,f\n").encode())
    done = run(tmp_path, "import", "clean", "one.csv", "--source", "S", "--json", env=home)
    entry = str(json.loads(done.stdout)["entry"])
    assert "taken back" not in run(tmp_path, "rejects", "clean", env=home).stdout
    assert run(tmp_path, "undo", "clean", entry, "--yes", env=home).returncode == 0
    assert "taken back" in run(tmp_path, "rejects", "clean", env=home).stdout
    refused(run(tmp_path, "rejects", "clean", "9" * 5000, env=home), 2, "no such list")


def test_help_has_every_command_with_a_whole_sentence(tmp_path: Path) -> None:
    shown = run(tmp_path, "--help", env=environment(tmp_path, COLUMNS="80")).stdout
    assert "..." not in shown.split("Workflow:")[1]
    assert sorted(name for names in SECTIONS.values() for name in names.split()) == sorted(
        app.commands
    )
    assert max(map(len, shown.splitlines())) <= 80


_SECOND = ("Su", "Hui", "Ok", "Nam", "Jin")


@pytest.mark.usefixtures("one_alternative")
def test_a_list_taken_in_twice_is_reported_when_it_is_linked(base: Path, tmp_path: Path) -> None:
    home = environment(base)
    head = "id,name,birth,sex,origin\n"
    given = (f"{one} {other}" for one in ("Chol", "Yong", "Sun", "Myong") for other in _SECOND)
    rows = [
        f"{at},Kim {name},19{at:02}-03-0{at % 9 + 1},f,Musan\n"
        for at, name in enumerate(given, start=40)
    ]
    for name, some in (("one.csv", rows), ("two.csv", rows[:15])):
        (tmp_path / name).write_text(head + "".join(some), encoding="utf-8")
    columns = "".join(f'{name} = "{name}"\n' for name in head.strip().split(","))
    mapping = f'[columns]\n{columns}[consent]\nuses = ["link", "statistics"]\n'
    (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
    assert run(tmp_path, "init", "twice", env=home).returncode == 0
    for name in ("one", "two"):
        named = ("--source", name, "--mapping", "map.toml")
        done = run(tmp_path, "import", "twice", f"{name}.csv", *named, env=home)
        assert done.returncode == 0, done.stderr
    assert run(tmp_path, "init", "single", env=home).returncode == 0
    (tmp_path / "single.csv").write_text(head + rows[0], encoding="utf-8")
    named = ("--source", "S", "--mapping", "map.toml")
    assert run(tmp_path, "import", "single", "single.csv", *named, env=home).returncode == 0
    done = run(tmp_path, "link", "single", env=home)
    assert (done.returncode, "warning" in done.stdout) == (0, False), done.stderr
    assert done.stdout.startswith("Linked 1 report from 1 list: 1 person (95% 1)\n")
    done = run(tmp_path, "link", "twice", "--draws", "10", env=home)
    assert done.returncode == 0, done.stderr
    words = "warning copied-list: 15 of 15 reports of two say exactly what reports of one say"
    assert words in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert json.loads(run(tmp_path, "link", "twice", "--draws", "10", "--json", env=home).stdout)[
        "diagnostics"
    ]["copied_lists"] == [{"shorter": "two", "longer": "one", "alike": 15, "of": 15}]
    again = [row.replace(",", "0,", 1) for row in rows[:2]]  # under other ids
    (tmp_path / "more.csv").write_text(head + "".join(rows + again), encoding="utf-8")
    named = ("--source", "one", "--mapping", "map.toml")
    assert run(tmp_path, "import", "twice", "more.csv", *named, env=home).returncode == 0
    done = run(tmp_path, "link", "twice", "--draws", "10", env=home)
    assert "warning exact-duplicates: 2 reports in the same list" in done.stdout


def test_a_dry_run_changes_nothing(base: Path) -> None:
    file = rows(base, "dry.csv", (HEAD + "1,Kim Yong Suk,1980,f\n,Ri Yong Ho,1981,m\n").encode())
    for _ in range(2):
        done = run(base, "import", "case", file, "--source", "dry", "--dry-run", "--json")
        answer = json.loads(done.stdout)
        assert (answer["created"], answer["rejected"], answer["rejects"]) == (1, 1, None)
        assert list(answer["reasons"].values()) == [1]
    done = run(base, "import", "case", file, "--source", "dry", "--dry-run")
    assert done.stdout.startswith("Dry run: nothing was saved.\nWould import 1 report from dry.csv")


def test_a_file_of_which_every_row_is_rejected_is_refused(base: Path) -> None:
    file = rows(base, "none.csv", (HEAD + ",Ri Yong Ho,1981,m\n").encode())
    for more in ([], ["--dry-run"], ["--json"]):
        done = run(base, "import", "case", file, "--source", "none", *more)
        assert done.returncode == 1
        assert "error: no row was imported" in done.stderr
    assert json.loads(done.stdout)["rejected"] == 1


@pytest.mark.parametrize("encoding", ["utf-16", "cp949", "gb18030"])
def test_encodings_that_happen(base: Path, encoding: str) -> None:
    names = (
        ["김영숙", "리철수", "박은련"] if encoding != "gb18030" else ["金英淑", "李哲洙", "朴银莲"]
    )
    places = "함경북도 회령시" if encoding != "gb18030" else "中国吉林省延边朝鲜族自治州图们市"
    text = "id,name,origin\n" + "".join(f"{i},{name},{places}\n" for i, name in enumerate(names))
    file = rows(base, f"{encoding}.csv", text.encode(encoding))
    done = run(base, "import", "case", file, "--source", encoding, "--json")
    if done.returncode:  # so few letters may not tell: then it says so, and takes a word
        refused(done, 1, "--encoding")
        done = run(
            base, "import", "case", file, "--source", encoding, "--json", "--encoding", encoding
        )
    assert json.loads(done.stdout)["created"] == 3


@pytest.mark.parametrize("encoding", ["cp949", "latin-1"])
def test_a_terminal_that_lacks_letters_shows_them_escaped(base: Path, encoding: str) -> None:
    lists = rows(base, "zh.csv", "id,name,说明\n1,赵明福,词\n2,조명복,말\n".encode())
    rows(base, "zh.toml", '[columns]\nid = "id"\nname = "name"\nnote = "说明"\n'.encode())
    env, source = environment(base, PYTHONIOENCODING=encoding), f"shown in {encoding}"
    done = run_program(
        *(base, "import", "case", lists, "--source", source, "--mapping", "zh.toml"),
        env=env,
        raw=True,
    )
    assert done.returncode == 0, done.stderr
    shown = run_program(
        base, "show", "case", "--source", source, "--report", "1", env=env, raw=True
    )
    assert (shown.returncode, r"\u8d75" in shown.stdout) == (0, True), shown.stderr
    found = run_program(base, "search", "case", "赵明福", env=env, raw=True)
    assert (found.returncode, r"\u8d75" in found.stdout) == (0, True), found.stderr


def test_what_is_read_again_is_utf_8_wherever_it_was_written(base: Path) -> None:
    lists = rows(base, "header.csv", "编号,姓名,说明\n1,赵明福,词\n".encode())
    env = environment(base, PYTHONIOENCODING="cp949")
    draft = run_program(base, "import", "case", lists, "--suggest", env=env)
    assert (draft.returncode, '"姓名"' in draft.stdout) == (0, True), draft.stderr
    rows(base, "header.toml", draft.stdout.encode())
    mapped = ("--source", "H", "--mapping", "header.toml")
    done = run_program(base, "import", "case", lists, *mapped, env=env, raw=True)
    assert done.returncode == 0, done.stderr
    told = run_program(base, "show", "case", "--source", "H", "--report", "1", "--json", env=env)
    assert json.loads(told.stdout)["content"]["names"][0]["written"] == "赵明福"


def test_a_folder_that_is_no_case_is_reported_before_a_passphrase_is_requested(
    tmp_path: Path,
) -> None:
    env = environment(tmp_path)
    del env["UNCOUNTED_PASSPHRASE"]
    refused(run(tmp_path, "link", ".", env=env), 1, "not a case file")
    refused(run(tmp_path, "link", "nowhere", env=env), 1, "no such folder")


def test_a_wrong_passphrase_and_none(base: Path) -> None:
    wrong = environment(base, UNCOUNTED_PASSPHRASE="wrong")
    refused(run(base, "link", "case", env=wrong), 1, "passphrase")
    none = environment(base)
    del none["UNCOUNTED_PASSPHRASE"]
    refused(run(base, "link", "case", env=none), 2, "there is no terminal to ask on")


def test_a_passphrase_from_a_file(base: Path) -> None:
    (base / "secret").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    none = environment(base)
    del none["UNCOUNTED_PASSPHRASE"]
    done = run(base, "rejects", "case", "rejects-0", "--passphrase-file", "secret", env=none)
    refused(done, 2, "no such list of rejected rows")


def test_nothing_is_written_over(base: Path) -> None:
    refused(run(base, "init", "case"), 1, "there already")
    (base / "there.csv").write_text("mine")
    (base / "full").mkdir()
    (base / "full" / "there.csv").write_text("mine")
    refused(run(base, "clusters", "case", "--out", "full/there.csv"), 1, "full/there.csv is there")
    refused(run(base, "clusters", "case", "--out", "there.csv"), 1, "there already")
    assert (base / "there.csv").read_text() == "mine"


def test_steps_out_of_order(base: Path) -> None:
    refused(run(base, "clusters", "case", "--out", "p.csv"), 1, "not been linked")
    refused(run(base, "estimate", "case"), 1, "not been linked")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["estimate", "t.csv", "--method", "magic"], "unknown method 'magic'"),
        (["estimate", "t.csv", "--level", "95"], "--level"),
        (["estimate", "t.csv", "--xi", "a"], "--xi"),
        (["estimate", "t.csv", "--lists", "A,A"], "repeats a value"),
        (["overlap", "case", "--out", "c.csv", "--lists", "A,A"], "repeats a value"),
        (["estimate", "t.csv", "--lists", "A,Z"], "unknown list 'Z'"),
        (["estimate", "t.csv", "--by", "year"], "no column 'year'"),
        (["import"], "Missing argument"),
        (["fly"], "No such command"),
    ],
)
def test_used_wrongly(base: Path, arguments: list[str], words: str) -> None:
    (base / "t.csv").write_text("A,B,C,count\n1,0,0,5\n0,1,0,7\n1,1,0,2\n0,0,1,5\n0,1,1,3\n")
    refused(run(base, *arguments), 2, words)


@pytest.mark.parametrize("name", ["", "a,b", "=B", "a\nb", "\x1b[31mred", "x" * 61])
def test_names_that_no_source_can_have(base: Path, name: str) -> None:
    file = rows(base, "ok.csv", (HEAD + "1,Kim Yong Suk,1980,f\n").encode())
    refused(run(base, "import", "case", file, "--source", name), 2, "not a valid name for a source")


def test_a_name_that_tables_use_is_reported_to_be_taken(base: Path) -> None:
    file = rows(base, "ok.csv", (HEAD + "1,Kim Yong Suk,1980,f\n").encode())
    done = run(base, "import", "case", file, "--source", "count")
    refused(done, 2, "choose a name other than count, sex, year, origin")
    assert "60" not in done.stderr


def test_a_folder_is_no_file_of_reports_whatever_else_was_reported(base: Path) -> None:
    (base / "lists").mkdir()
    for more in ((), ("--source", "A")):
        done = run(base, "import", "case", "lists", *more)
        refused(done, 1, "hint: give one file of reports")


def test_an_encoding_that_was_reported_and_is_wrong_is_to_be_left_out(base: Path) -> None:
    file = rows(base, "ko.csv", (HEAD + "1,김영숙,1980,f\n").encode("cp949"))
    said = ("--source", "A", "--encoding", "utf-8")
    refused(run(base, "import", "case", file, *said), 1, "omit --encoding")


def test_a_title_above_the_columns_is_queried_in_a_draft_too(base: Path) -> None:
    file = rows(base, "title.csv", b"Reports of 2013\nid,name\n1,X\n")
    refused(run(base, "import", "case", file, "--suggest"), 1, "is the first row a title?")


def test_ids_that_a_spreadsheet_would_run_are_rejected(base: Path) -> None:
    text = HEAD + '=HYPERLINK(1),Kim Yong Suk,1980,f\n"9\n9",Ri Chol,1980,m\n'
    file = rows(base, "ids.csv", text.encode())
    answer = json.loads(run(base, "import", "case", file, "--source", "ids", "--json").stdout)
    assert (answer["created"], answer["rejected"]) == (0, 2)


def test_nothing_to_link(base: Path, tmp_path: Path) -> None:
    home = environment(base)
    assert run(tmp_path, "init", "case", env=home).returncode == 0
    file = rows(tmp_path, "ok.csv", (HEAD + "1,Kim Yong Suk,1980,f\n").encode())
    done = run(tmp_path, "import", "case", file, "--source", "S", env=home)  # no consent
    assert done.returncode == 0, done.stderr
    refused(run(tmp_path, "link", "case", env=home), 1, "no report may be linked")


@pytest.mark.parametrize("count", ["1" + "0" * 30, "9" * 5000])
def test_more_people_than_there_can_be(base: Path, count: str) -> None:
    (base / "huge.csv").write_text(f"A,B,count\n1,0,{count}\n0,1,5\n1,1,5\n")
    refused(run(base, "estimate", "huge.csv"), 1, "row 2, column 'count': more than")


def test_no_overlap_is_refused_and_the_json_still_comes(base: Path) -> None:
    (base / "apart.csv").write_text("A,B,C,count\n1,0,0,60\n0,1,0,49\n0,0,1,40\n")
    done = run(base, "estimate", "apart.csv", "--json")
    assert done.returncode == 1
    assert "uncounted: error: no estimate: " in done.stderr
    answer = json.loads(done.stdout)
    assert {e["status"] for e in answer["estimates"]} == {"refused"}
    assert all(e["point"] is None and e["interval"] is None for e in answer["estimates"])


def test_estimates_by_stratum(base: Path) -> None:
    rows_ = ["A,B,C,year,count"]
    for year, scale in (("2019", 3), ("2020", 5)):
        for pattern, n in {"100": 9, "010": 8, "001": 7, "110": 4, "101": 3, "111": 2}.items():
            rows_.append(f"{','.join(pattern)},{year},{n * scale}")
    (base / "years.csv").write_text("\n".join(rows_) + "\n")
    answer = json.loads(run(base, "estimate", "years.csv", "--by", "year", "--json").stdout)
    assert [row["stratum"]["year"] for row in answer["strata"]] == ["2019", "2020"]
    first = {e["method"]: e["point"] for e in answer["total"]}
    assert first["decomposable"] > answer["observed"]


def test_verify_says_what_is_wrong_with_a_folder(tmp_path: Path) -> None:
    refused(run(tmp_path, "verify", "nowhere"), 2, "no such folder")
    (tmp_path / "empty").mkdir()
    refused(run(tmp_path, "verify", "empty"), 1, "manifest.json")


def test_verify_starts_without_heavy_libraries() -> None:
    code = (
        "import sys; from uncounted.cli.main import run; run(['verify', 'nowhere']);"
        "heavy = {'numpy', 'scipy', 'numba', 'jinja2', 'typst'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def own(base: Path, tmp_path: Path) -> Path:
    """A folder with an empty case file, for many reports."""
    done = run(tmp_path, "init", "case", env=environment(base))
    assert done.returncode == 0, done.stderr
    return tmp_path


def big_list(folder: Path, count: int) -> str:
    lines = [f"{i},Kim Yong{i},19{i % 90:02},f" for i in range(count)]
    return rows(folder, "big.csv", (HEAD + "\n".join(lines) + "\n").encode())


def test_stopped_in_the_middle_of_an_import(base: Path, own: Path) -> None:
    file, env = big_list(own, 30_000), environment(base)
    process = subprocess.Popen(
        [*PROGRAM, "import", "case", file, "--source", "stopped"],
        cwd=own,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=hears_ctrl_c,
    )
    journal = own / "case" / "case.db-wal"
    wait_until(lambda: journal.exists() and journal.stat().st_size > 1_000_000)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "uncounted: error: stopped; nothing was left half done" in err
    assert "Traceback" not in err
    small = rows(own, "small.csv", (HEAD + "1,Kim Yong Suk,1980,f\n").encode())
    done = run(own, "import", "case", small, "--source", "stopped", "--json", env=env)
    assert json.loads(done.stdout)["created"] == 1  # nothing of the stopped import is there


def wait_until(begun: Callable[[], bool]) -> None:
    """Look every hundredth of a second, for a minute."""
    for _ in range(6000):
        if begun():
            return
        time.sleep(0.01)
    raise AssertionError("it never began")


SWALLOWED = """
import os, signal, sys
from uncounted.cli import main as cli

def swallow(**_):
    {asked}
    raise {error}("a library's own")

cli.app.main = swallow
cli.run([])
sys.exit(cli.run([]))  # who was asked once can be asked again
"""


@pytest.mark.parametrize("one", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("error", ["ImportError", "RuntimeError", "OSError", "Error"])
def test_what_a_library_makes_of_being_stopped_is_that_we_stopped(one: str, error: str) -> None:
    asked = f"""try: os.kill(os.getpid(), signal.{one})
    except KeyboardInterrupt: pass
    from uncounted.errors import Error"""
    for head, status in ((asked, 130), ("from uncounted.errors import Error", 1)):
        done = subprocess.run(
            [sys.executable, "-c", SWALLOWED.format(asked=head, error=error)],
            capture_output=True,
            encoding="utf-8",
            check=False,
            preexec_fn=hears_ctrl_c,
        )
        assert done.returncode == status
        assert ("stopped; nothing was left half done" in done.stderr) == (status == 130)


TAKING_BACK = """
import os, signal, sys
from uncounted.cli import main as cli
from uncounted.errors import Error

def work(**_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    finally:
        {then}

cli.app.main = work
sys.exit(cli.run([]))
"""


@pytest.mark.parametrize(
    ("then", "status", "said"),
    [
        ("pass", 130, "nothing was left half done"),
        ("raise Error('the shares are still there')", 130, "the shares are still there"),
        ("raise PermissionError(13, 'no', 'share-1.txt')", 130, "Permission denied"),
        ("raise OSError(28, 'full')", 130, "may be left"),
        ("os.kill(os.getpid(), signal.SIGINT)", 130, "may be left"),
    ],
)
def test_nothing_is_left_is_reported_only_where_it_is_so(then: str, status: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TAKING_BACK.format(then=then)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=hears_ctrl_c,
    )
    assert done.returncode == status, done.stderr
    assert said in done.stderr
    assert ("nothing was left" in done.stderr) == (then == "pass")


def test_stopped_while_the_program_is_being_loaded() -> None:
    code = (
        "import sys, uncounted.__main__ as program\n"
        "class Stopped:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'uncounted.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stopped())\n"
        "program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "uncounted: error: stopped; nothing was begun\n"


def hears_ctrl_c() -> None:
    """As from a terminal, whoever runs the tests (nohup passes it over)."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def small_disk() -> None:
    """Writes past half a megabyte fail, as they do on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))


def test_a_full_disk(base: Path, own: Path) -> None:
    file, env = big_list(own, 5_000), environment(base)
    done = subprocess.run(
        [*PROGRAM, "import", "case", file, "--source", "full"],
        cwd=own,
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        preexec_fn=small_disk,
    )
    refused(done, 1, "")
    assert "full" in done.stderr or "write" in done.stderr
    done = run(own, "import", "case", file, "--source", "full", "--json", env=env)
    assert json.loads(done.stdout)["created"] == 5_000


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"rhat": 1.06, "ess": 54.0}, "poor-convergence: R-hat 1.060 (>1.030) or ESS 54 (<100)"),
        ({"rhat": 1.0304, "ess": 100.0}, "R-hat 1.030 (>1.030) or ESS 100 (<100)"),
        ({"rhat": 1.01, "ess": 54.0}, "ESS 54 (<100)"),
        (
            {"fails": "names agree in 81% of the links"},
            "linkage-check-failed: names agree in 81% of the links. Nothing is counted",
        ),
        ({"rhat": 1.03, "ess": 100.0, "fails": None}, ""),
        ({}, ""),
    ],
)
def test_link_says_when_draws_are_less_than_they_should_be(
    told: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = LinkSummary(
        reports=2,
        pairs=1,
        people=PeopleInterval(2.0, (2, 2)),
        draws=10,
        lists={},
        uncertain=0,
        decisions=0,
        decisions_older=0,
        seconds=0.0,
        excluded={},
        diagnostics=LinkageDiagnostics.from_stored(told),
    )
    pipeline.link_warnings(summary)
    said = " ".join(capsys.readouterr().out.split())
    assert words in said
    assert bool(said) == bool(words)
