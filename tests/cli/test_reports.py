"""Single reports from the command line: found, read, amended, consented, taken back."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.light_identity import made_lightly

from benchmarks import bench_names
from uncounted.cli import app
from uncounted.cli.main import run
from uncounted.errors import UsedWrongly
from uncounted.records import search
from uncounted.records.cells.name_search import NameQuery
from uncounted.records.names.name import Name

ROWS = """id,name,name_alt,sex,birth,act,date,place,note,uses
S-1,김철수,Kim Chol Su,m,1980,forced return,2013-05,Dandong,국경에서 헤어졌다,"link,statistics"
S-2,리영희,,f,1984-02,arrest,2014,Yanji,형과 함께,"link,statistics"
S-3,朴明哲,Pak Myŏng-chŏl,m,,arrest,2015,Tumen,,link
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    made_lightly(folder / "me", "a passphrase of five words")
    return folder


@pytest.fixture(autouse=True)
def who(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each test works on a copy of its own: what was seen of the others is another story.
    shutil.rmtree(home / "me" / "seen", ignore_errors=True)
    monkeypatch.setenv("UNCOUNTED_HOME", str(home / "me"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", "a passphrase of five words")


@pytest.fixture(scope="module")
def filled(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "seoul.csv").write_text(ROWS)
    env = {"UNCOUNTED_HOME": str(home / "me"), "UNCOUNTED_PASSPHRASE": "a passphrase of five words"}
    for arguments in (
        ["init", str(folder / "a.case")],
        ["import", str(folder / "a.case"), str(folder / "seoul.csv"), "--source", "Seoul"],
    ):
        done = CliRunner().invoke(app, arguments, env=env)
        assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def case(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled / "a.case", tmp_path / "a.case"))


def do(*arguments: str | Path, typed: str | None = None) -> Result:
    done = CliRunner().invoke(app, [str(each) for each in arguments], input=typed)
    assert done.exit_code == 0, done.output
    return done


def answer(*arguments: str | Path) -> Any:
    return json.loads(do(*arguments, "--json").stdout)


ONE: Sequence[str] = ("--source", "Seoul", "--report", "S-1")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["철수"], [("S-1", "name")]),
        (["국경"], [("S-1", "note")]),
        (["明哲"], [("S-3", "name")]),
        (["chol"], [("S-1", "name"), ("S-3", "name")]),
        (["KIM", "su"], [("S-1", "name")]),
        (["김", "형"], []),
        (["형과 함께"], [("S-2", "note")]),
    ],
)
def test_search_in_any_script(filled: Path, words: list[str], found: list[tuple[str, str]]) -> None:
    rows = answer("search", filled / "a.case", *words)["reports"]
    assert [(row["report"], *row["found_in"]) for row in rows] == found


def test_a_relative_is_found_as_names_are(case: Path) -> None:
    do("edit", case, *ONE, "--set", "relative=Kim Yŏng-ho", "--set", "occupation=어부")
    rows = answer("search", case, "yong", "KIM")["reports"]
    assert rows == [
        {
            "source": "Seoul",
            "report": "S-1",
            "names": ["김철수", "Kim Chol Su"],
            "found_in": ["relative"],
        }
    ]
    assert answer("search", case, "su", "yong")["reports"] == []
    assert answer("search", case, "어부")["reports"] == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["kim", "chul-soo"], ["S-1"]),
        (["Ким", "Чхоль", "Су"], ["S-1"]),
        (["金哲洙"], ["S-1"]),
        (["Cheolsu"], ["S-1"]),
        (["박철수"], []),
        (["Gim"], []),
        (["gukgyeong"], []),  # 국경, a word of the note
    ],
)
def test_a_name_is_found_in_another_spelling(
    filled: Path, words: list[str], found: list[str]
) -> None:
    rows = answer("search", filled / "a.case", *words)["reports"]
    assert [row["report"] for row in rows if row["found_in"] == ["spelling"]] == found
    assert len(rows) == len(found)


def test_the_table_of_published_spellings_is_found() -> None:
    """Of the spellings that were kept back when the rules were made, and of other people."""
    people = bench_names.people("held_out")[:40]
    found = missed = wrong = 0
    for at, row in enumerate(people):
        wanted = NameQuery(row["hangul"][0])
        for kind in bench_names.WRITTEN:
            seen = [wanted.matches([Name(text)]) for text in row.get(kind, ())]
            found, missed = found + sum(seen), missed + len(seen) - sum(seen)
        others = people[at + 1 :]
        wrong += sum(wanted.matches([Name(other["north"][0])]) for other in others)
    assert found / (found + missed) > 0.95
    assert wrong <= 1


def test_half_a_syllable_is_not_found() -> None:
    assert search.found_in({"names": [{"written": "김철수"}]}, search.keys(["처"])) == ()


def test_show_tells_what_it_says_and_what_happened(case: Path) -> None:
    do("edit", case, *ONE, "--set", "birth=1981-03", "--set", "date=2013-06-02")
    shown = do("show", case, *ONE).stdout
    assert [line.split()[0] for line in shown.splitlines()[2:4]] == ["name", "name_alt"]
    for words in ("김철수", "Kim Chol Su", "1981-03", "forced-return, 2013-06-02, Dandong"):
        assert words in shown
    assert "consent: link, statistics" in shown
    told = answer("show", case, *ONE)
    assert [version["kind"] for version in told["versions"]] == ["amendment", "report"]
    assert told["content"]["acts"][0]["place"] == "Dandong"


def test_what_tells_people_of_one_name_apart_is_reported_shown_and_taken_away(case: Path) -> None:
    (before,) = (row["content"] for row in [answer("show", case, *ONE)])
    fields = {"relative": "김\x1b영호", "occupation": "어부", "number": "VII/12"}
    settings = [word for pair in fields.items() for word in ("--set", "=".join(pair))]
    do("edit", case, *ONE, *settings)
    says = answer("show", case, *ONE)["content"]
    said = {"relative": {"written": "김\x1b영호"}, "occupation": "어부", "number": "VII/12"}
    assert says == {**before, **said, "format": 2}
    shown = do("show", case, *ONE).stdout
    for line in ("relative", "김\\x1b영호", "occupation  어부", "number      VII/12"):
        assert line in shown
    do("edit", case, *ONE, *(f"--set={field}=" for field in fields))
    assert answer("show", case, *ONE)["content"] == before
    assert do("check", case).stdout.startswith("OK: no errors found")


def test_a_file_is_attached_and_shown(case: Path, tmp_path: Path) -> None:
    file = tmp_path / "면담.txt"
    file.write_text("말한 것")
    done = do("attach", case, file, *ONE)
    assert "1 file sealed: 10 bytes" in done.stdout
    assert "attached: 면담.txt (10 bytes)" in do("show", case, *ONE).stdout
    assert do("check", case).stdout.startswith("OK: no errors found")


def test_a_field_is_reported_anew_once(case: Path, tmp_path: Path) -> None:
    fields = tmp_path / "fields.txt"
    fields.write_text("sex=f\nbirth=1980\nsex=m\n")
    for asked in (["--set", "sex=X", "--set", "sex=M"], ["--from", str(fields)]):
        done = CliRunner().invoke(app, ["edit", str(case), *ONE, *asked])
        assert done.exit_code != 0
        assert "'sex' is given twice" in str(done.exception)


def test_amending_to_what_it_says_already_writes_nothing(case: Path) -> None:
    assert answer("edit", case, *ONE, "--set", "sex=m") == {
        "changed": False,
        "entry": None,
        "warnings": [],
    }


def test_consent_binds_from_then_on(case: Path) -> None:
    do("consent", case, *ONE, "--uses", "none")
    assert answer("show", case, *ONE)["consent"]["uses"] == []
    done = do("consent", case, *ONE, "--uses", "link,statistics", "--until", "2027-12-31")
    assert "link, statistics; until 2027-12-31" in done.stdout


def test_an_audience_of_no_words_is_refused(case: Path) -> None:
    asked = ["consent", str(case), *ONE, "--uses", "link", "--audience", " "]
    done = CliRunner().invoke(app, asked)
    assert "--audience is empty" in str(done.exception)
    assert answer("show", case, *ONE)["consent"]["audience"] is None


def test_an_import_is_taken_back_and_may_come_again(case: Path, filled: Path) -> None:
    entries = answer("log", case)["entries"]
    number = next(entry["seq"] for entry in entries if entry["kind"] == "import")
    done = do("undo", case, str(number), "--yes")
    assert "Seoul: 3 reports gone" in done.stdout
    assert answer("search", case, "철수")["reports"] == []
    again = answer("import", case, filled / "seoul.csv", "--source", "Seoul")
    assert (again["created"], again["entry"]) == (3, number + 5)
    assert do("check", case).stdout.startswith("OK: no errors found")


def test_an_import_says_what_was_decided_here(case: Path, filled: Path, tmp_path: Path) -> None:
    do("consent", case, *ONE, "--uses", "link")
    do("edit", case, "--source", "Seoul", "--report", "S-2", "--set", "sex=")
    newer = tmp_path / "seoul.csv"
    newer.write_text(ROWS.replace("1980", "1979").replace("1984-02", "1985"))
    done = do("import", case, newer, "--source", "Seoul")
    said = " ".join(done.stdout.split())
    assert "1 report with consent recorded in the case file: only the uses that both" in said
    assert "1 report had been edited in the case file" in said
    assert answer("show", case, *ONE)["consent"]["uses"] == ["link"]


HOSTILE = "\x1b]52;c;QQ==\x07\x9b2J 둘째\n줄 \u202e국경\u2069"


def test_testimony_cannot_drive_the_terminal(case: Path, tmp_path: Path) -> None:
    scan = tmp_path / "a\x1b[2J.pdf"
    scan.write_bytes(b"scan")
    do("attach", case, scan, *ONE)
    do("edit", case, *ONE, "--set", "name=김\x1b[31m철수", "--set", "note=-", typed=HOSTILE)
    do("consent", case, *ONE, "--uses", "link", "--given-by", "her\x9bmother")
    shown = do("show", case, *ONE)
    found = do("search", case, "철수")
    as_json = do("show", case, *ONE, "--json")
    for said in (shown.stdout, found.stdout, as_json.stdout):
        assert not set(said) & set("\x1b\x07\x9b\u202e\u2069\r"), said
    assert "\\x1b]52;c;QQ==\\x07\\x9b2J 둘째\\n줄 \\u202e국경\\u2069" in shown.stdout
    assert "attached: a\\x1b[2J.pdf (4 bytes)" in shown.stdout
    assert "given by her\\x9bmother" in shown.stdout
    assert "김\\x1b[31m철수" in found.stdout
    assert json.loads(as_json.stdout)["content"]["note"] == HOSTILE


def test_testimony_need_not_stand_on_the_command_line(case: Path, tmp_path: Path) -> None:
    do("edit", case, *ONE, "--set", "note=-", typed="어머니의 말\n둘째 줄\n")
    assert answer("show", case, *ONE)["content"]["note"] == "어머니의 말\n둘째 줄"
    (tmp_path / "fields").write_bytes("\ufeffbirth=1981\r\nnote=a = b\r\n".encode())
    do("edit", case, *ONE, "--from", tmp_path / "fields")
    says = answer("show", case, *ONE)["content"]
    assert (says["birth"]["written"], says["note"]) == ("1981", "a = b")
    do("edit", case, *ONE, "--from", "-", typed="note=\n")
    assert "note" not in answer("show", case, *ONE)["content"]
    assert "1 report found" in do("search", case, typed="kim  chol\n").stdout
    for command in ("edit", "search"):
        assert "history of your shell" in " ".join(do(command, "--help").stdout.split())


@pytest.mark.parametrize(
    ("more", "typed", "words"),
    [
        (["--set", "note=-", "--set", "name=-"], b"", "can be read only once"),
        (["--set", "note=-", "--from", "-"], b"", "can be read only once"),
        (["--set", "note=-"], b"\xff\xfe", "standard input is not text in UTF-8"),
        (["--from", "/nowhere"], b"", "no such file of fields"),
        ([], b"", "nothing to change"),
    ],
)
def test_fields_that_cannot_be_read(
    filled: Path, more: list[str], typed: bytes, words: str
) -> None:
    done = CliRunner().invoke(app, ["edit", str(filled / "a.case"), *ONE, *more], input=typed)
    assert isinstance(done.exception, UsedWrongly)
    assert words in str(done.exception)


def test_excluded_reports_are_listed_with_the_reason_and_without_a_name(case: Path) -> None:
    two, three = ("--source", "Seoul", "--report", "S-2"), ("--source", "Seoul", "--report", "S-3")
    assert answer("consent", case, "--list") == {
        "excluded": [{"source": "Seoul", "report": "S-3", "reason": "no consent for statistics"}],
        "withdrawn": 0,
    }
    do("consent", case, *two, "--uses", "link,statistics", "--audience", "UN")
    do("consent", case, *three, "--uses", "link,statistics", "--until", "2020-12-31")
    do("withdraw", case, *ONE, "--yes")
    shown = do("consent", case, "--list").stdout
    assert [line.split("  ")[-1].strip() for line in shown.splitlines()] == [
        "1 report may not be linked and counted",
        "why",
        "consent ended",
        "1 withdrawn: not listed, since only a keyed hash of each id is kept",
    ]
    for_public = answer("consent", case, "--list", "--audience", "public")["excluded"]
    assert {each["report"]: each["reason"] for each in for_public} == {
        "S-2": "no consent for this audience",
        "S-3": "consent ended",
    }
    said = shown + json.dumps(for_public, ensure_ascii=False)
    assert not any(name in said for name in ("리영희", "朴明哲", "김철수"))
    do("consent", case, *three, "--uses", "link,statistics")
    assert "Every report may be linked and counted." in do("consent", case, "--list").stdout


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--uses", "link"], "--source, --report and --uses are needed"),
        (["--list", *ONE], "--list records nothing"),
        (["--list", "--uses", "link"], "--list records nothing"),
    ],
)
def test_a_consent_is_recorded_or_the_excluded_are_listed(
    filled: Path, more: list[str], words: str
) -> None:
    done = CliRunner().invoke(app, ["consent", str(filled / "a.case"), *more])
    assert isinstance(done.exception, UsedWrongly)
    assert words in str(done.exception)


def test_a_passphrase_comes_out_of_a_pipe_and_with_a_mark(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("UNCOUNTED_PASSPHRASE")
    arguments = ["log", str(filled / "a.case"), "--passphrase-file"]
    reading, writing = os.pipe()
    os.write(writing, b"a passphrase of five words\n")
    os.close(writing)
    assert run([*arguments, f"/dev/fd/{reading}"]) == 0
    os.close(reading)
    file = tmp_path / "words"
    file.write_bytes("\ufeffa passphrase of five words\r\n".encode())
    assert run([*arguments, str(file)]) == 0
    capfd.readouterr()
    file.write_bytes("a passphrase".encode("utf-16"))
    assert run([*arguments, str(file)]) == 2
    assert "the passphrase file is not text in UTF-8" in capfd.readouterr().err
    assert run([*arguments, str(tmp_path)]) == 2
    assert "no such passphrase file" in capfd.readouterr().err
    join = ["recovery", "join", str(filled / "a.case"), "--shares-file"]
    assert run([*join, str(file)]) == 2
    assert "the file of shares is not text in UTF-8" in capfd.readouterr().err
    assert run([*join, str(tmp_path)]) == 2
    assert "no such file of shares" in capfd.readouterr().err


@pytest.mark.parametrize("command", [["withdraw", *ONE], ["undo", "4"]])
def test_what_has_to_be_confirmed_is_refused_where_no_one_is(
    filled: Path,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO()))
    assert run([command[0], str(filled / "a.case"), *command[1:]]) == 2
    said = capfd.readouterr().err
    assert "there is no terminal to ask on" in said
    assert "hint: add --yes" in said


def test_a_withdrawal_in_json(case: Path) -> None:
    number = len(answer("log", case)["entries"])
    assert answer("withdraw", case, *ONE, "--yes") == {"entry": number}


def test_a_consent_that_is_over_is_reported(case: Path) -> None:
    done = do("consent", case, *ONE, "--uses", "link", "--until", "2020-12-31")
    assert "that day is past" in done.stderr
    done = do("consent", case, *ONE, "--uses", "link", "--until", "2999-12-31")
    assert "past" not in done.stderr


def test_a_word_that_is_not_in_the_vocabulary_is_answered_with_those_that_are(
    filled: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edit = ["edit", str(filled / "a.case"), *ONE, "--set"]
    assert run([*edit, "act=picnic", "--set", "sex=?x"]) == 1
    said = capfd.readouterr().err
    assert "'act': not a word of the vocabulary" in said
    assert "act: " in said
    assert "forced-return" in said
    assert "mapping" not in said
    assert "picnic" not in said


def test_attaching_again_says_that_nothing_changed(case: Path, tmp_path: Path) -> None:
    (tmp_path / "scan").write_bytes(b"scan")
    do("attach", case, tmp_path / "scan", *ONE)
    again = do("attach", case, tmp_path / "scan", *ONE)
    assert "0 files sealed" in again.stdout
    assert "1 file the report has already" in again.stderr
    assert answer("attach", case, tmp_path / "scan", *ONE) == {"attached": [], "unchanged": 1}


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["show", "--source", "Seoul", "--report", "S-9"], 2, "no such report in this source"),
        (["search", "..."], 2, "no words to search for"),
        (["edit", *ONE, "--set", "birth"], 2, "not FIELD=VALUE"),
        (["edit", *ONE, "--set", "shelter=x"], 2, "unknown field"),
        (["edit", *ONE, "--set", "date3=2013"], 2, "the report has no act 3"),
        (["edit", *ONE, "--set", "birth=soon"], 1, "'birth': not a date"),
        (["edit", *ONE, "--set", "name="], 1, "no name"),
        (["consent", *ONE, "--uses", "everything"], 2, "unknown use"),
        (["consent", *ONE, "--uses", "link", "--until", "2027"], 2, "needs a complete date"),
        (["undo", "0", "--yes"], 2, "is neither an import nor a decision"),
        (["attach", "/nowhere", *ONE], 2, "file 1 to attach does not exist"),
    ],
)
def test_what_cannot_be_done_says_why_and_names_no_one(
    filled: Path, arguments: list[str], status: int, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    command, *rest = arguments
    assert run([command, str(filled / "a.case"), *rest]) == status
    said = capfd.readouterr()
    assert words in said.err
    assert "uncounted: hint:" in said.err or status == 1
    assert "철수" not in said.out + said.err
    assert answer("log", filled / "a.case")["entries"][-1]["kind"] == "import"
