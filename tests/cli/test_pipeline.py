"""The whole road on the shipped example, once: what it says, and what it must not leave."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.cli.test_main import hears_ctrl_c
from tests.in_process import run_here
from tests.json_schemas import conform
from tests.light_identity import seal_lightly
from tests.synthetic_linkage import keep

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, round_to_interval, run
from uncounted.linkage import Linkage
from uncounted.proof.signed_note import fingerprint
from uncounted.vault.case import Case
from uncounted.vault.keys import identity

RETURNS = Path(__file__).parents[2] / "examples" / "returns"
PROGRAM = [sys.executable, "-m", "uncounted"]
PASSPHRASE = "nobody in here exists"

pytestmark = pytest.mark.process


def forget_copies(out: Path) -> None:
    """Each copy of the case file goes its own way, and an identity that saw one refuses another."""
    shutil.rmtree(out / "identity" / "seen", ignore_errors=True)


def environment(out: Path) -> dict[str, str]:
    return {
        **os.environ,
        "UNCOUNTED_HOME": str(out / "identity"),
        "UNCOUNTED_PASSPHRASE": PASSPHRASE,
        "LANG": "C.UTF-8",
    }


def uncounted(out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    forget_copies(out)
    return run_here(arguments, env=environment(out))


def copied(out: Path, folder: Path) -> Path:
    """A copy of the case file to work on."""
    return Path(shutil.copytree(out / "returns.case", folder / "returns.case"))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "out"


@pytest.fixture(scope="module")
def said(out: Path) -> dict[str, Any]:
    """What the demo answers as JSON; nothing else is on stdout."""
    done = subprocess.run(
        [*PROGRAM, "demo", "--out", str(out), "--json"],
        env=environment(out),
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    conform("demo", answer)
    seal_lightly(out / "identity", PASSPHRASE)  # all that follows opens it
    return answer


@pytest.fixture(scope="module")
def few(out: Path, said: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a tenth of the draws, released anew: releases of its copies take less time."""
    folder = tmp_path_factory.mktemp("few")
    shutil.copytree(out / "identity", folder / "identity")
    case = copied(out, folder)
    forget_copies(folder)
    with Case.open(case, identity.load(folder / "identity", PASSPHRASE)) as opened:
        stored = opened.latest("linkage")
        assert stored is not None
        assert stored.payload is not None
        linkage = Linkage.from_bytes(stored.payload)
        keep(opened, attrs.evolve(linkage, labels=linkage.labels[::10]))
    plan = ["--plan", str(RETURNS / "plan.toml"), "--out", str(folder / "release")]
    done = uncounted(folder, "release", str(case), *plan, "--despite-earlier")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    answer: dict[str, Any] = json.loads((RETURNS / "truth.json").read_text(encoding="utf-8"))
    return answer


def names() -> Iterator[str]:
    """Every name in the example's lists, as written, longer than two letters."""
    columns = {
        "Saebyok": ("utf-8", ",", ["성명"]),
        "TumenWatch": ("utf-8-sig", ",", ["family_name", "given_name"]),
        "Panel": ("utf-8-sig", ";", ["Name (family name in capitals)"]),
        "OpenDoor": ("utf-16", "\t", ["Full name"]),
    }
    for name, (encoding, delimiter, fields) in columns.items():
        with (RETURNS / f"{name}.csv").open(encoding=encoding, newline="") as file:
            for row in csv.DictReader(file, delimiter=delimiter):
                yield from (row[field] for field in fields if len(row[field]) > 4)


def test_the_linkage_is_good_enough_to_count_with(out: Path, said: dict[str, Any]) -> None:
    truth_file = str(RETURNS / "truth.csv")
    done = uncounted(out, "evaluate", str(out / "returns.case"), "--truth", truth_file, "--json")
    found = json.loads(done.stdout)
    assert found["f1"] >= 0.92
    assert found["precision"] >= 0.95
    assert found["people"] == pytest.approx(found["true_people"], rel=0.05)
    assert found["counts"]["not_in_the_truth"] == 0


def test_the_number_is_near_what_perfect_linkage_gives(
    said: dict[str, Any], truth: dict[str, Any]
) -> None:
    perfect = said["perfect_linkage"]["point"]
    assert said["point"] == pytest.approx(perfect, rel=0.10)
    table = CaptureTable(tuple(truth["lists"]), truth["with_consent"]["patterns"])
    exact = run(table, EstimateSettings([said["method"]]))[said["method"]]
    assert perfect == round_to_interval(exact.number(), exact.interval, table.observed).point
    assert said["truth"] == truth["people"] == 1500


def test_the_release_verifies_and_names_its_signer(out: Path, said: dict[str, Any]) -> None:
    mine = json.loads(uncounted(out, "identity", "--json").stdout)["signer"]
    done = uncounted(out, "verify", str(out / "release"), "--signer", mine)
    assert done.returncode == 0, done.stderr
    unchecked = uncounted(out, "verify", str(out / "release"))
    assert (unchecked.returncode, "signer not checked" in unchecked.stdout) == (1, True)
    assert "was not checked" in unchecked.stderr
    assert "and not who published them" in unchecked.stdout
    assert "This shows who published" in done.stdout
    assert "--any-signer" in unchecked.stderr
    anybody = uncounted(out, "verify", str(out / "release"), "--any-signer")
    assert anybody.returncode == 0, anybody.stderr
    for words in ("  title ", "  made ", "  headline   Four organisations recorded 891 people"):
        assert words in anybody.stdout
    other = "example.org/other+00000000+AQAA"
    assert uncounted(out, "verify", str(out / "release"), "--signer", other).returncode != 0


def test_a_changed_page_does_not_verify(out: Path, said: dict[str, Any], tmp_path: Path) -> None:
    copy = tmp_path / "release"
    copy.mkdir()
    for file in (out / "release").iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    page = (copy / "report.html").read_text(encoding="utf-8")
    (copy / "report.html").write_text(page.replace("estimate", "know"), encoding="utf-8")
    done = uncounted(out, "verify", str(copy))
    assert (done.returncode, done.stdout) == (1, "")
    assert "report.html" in done.stderr


def test_no_name_is_left_anywhere_in_clear(out: Path, said: dict[str, Any]) -> None:
    wanted = set(names())
    assert len(wanted) > 500
    for file in out.rglob("*"):
        if not file.is_file() or file.suffix in (".pdf", ".png"):
            continue
        data = file.read_bytes()
        for name in wanted:
            assert name.encode() not in data, file
            assert name.encode("utf-16-le") not in data, file


def test_people_has_one_row_a_report_and_never_a_name(out: Path, said: dict[str, Any]) -> None:
    with (out / "clusters.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["source", "report", "person", "probability", "previous"]
    assert len({(row["source"], row["report"]) for row in rows}) == len(rows)
    assert all(0 < float(row["probability"]) <= 1 for row in rows)


def test_people_and_captures_say_that_they_are_one_reading_of_many(
    out: Path, said: dict[str, Any], tmp_path: Path
) -> None:
    case = str(out / "returns.case")
    done = json.loads(
        uncounted(out, "clusters", case, "--out", str(tmp_path / "p.csv"), "--json").stdout
    )
    low, high = done["people_interval"]
    assert 0 < low < high
    assert done["draws"] == 200
    told = uncounted(out, "clusters", case, "--out", str(tmp_path / "q.csv"))
    assert f"(95% {low}–{high} people)" in told.stdout
    for draw, one in (([], True), (["--draw", "3"], False)):
        file = tmp_path / f"c{len(draw)}.csv"
        told = uncounted(out, "overlap", case, "--out", str(file), *draw)
        assert ("the point estimate of the linkage" in told.stdout) == one


def test_captures_split_by_what_reports_say_add_up(
    out: Path, said: dict[str, Any], tmp_path: Path
) -> None:
    case, file = str(out / "returns.case"), tmp_path / "split.csv"
    done = uncounted(out, "overlap", case, "--out", str(file), "--by", "sex,year", "--json")
    with (out / "overlap.csv").open(encoding="utf-8", newline="") as opened:
        observed = sum(int(row["count"]) for row in csv.DictReader(opened))
    assert json.loads(done.stdout)["observed"] == observed
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert list(rows[0])[-3:] == ["sex", "year", "count"]
    assert sum(int(row["count"]) for row in rows) == observed
    assert {row["sex"] for row in rows} <= {"f", "m", "", "reports differ"}
    assert {"2015", "2024"} <= {row["year"] for row in rows}
    answer = json.loads(uncounted(out, "estimate", str(file), "--by", "sex,year", "--json").stdout)
    assert answer["observed"] == observed
    wrong = uncounted(out, "overlap", case, "--out", str(tmp_path / "x"), "--by", "name")
    assert (wrong.returncode, "unknown column 'name'" in wrong.stderr) == (2, True)


def test_no_small_count_is_in_the_released_table(out: Path, said: dict[str, Any]) -> None:
    with (out / "release" / "table.csv").open(encoding="utf-8", newline="") as file:
        counts = [row["count"] for row in csv.DictReader(file)]
    assert all(count == "" or int(count) >= 5 for count in counts)


def test_the_page_says_what_it_must(out: Path, said: dict[str, Any]) -> None:
    page = (out / "release" / "report.html").read_text(encoding="utf-8")
    for words in (
        "No person in it exists",
        "새벽기록",
        "Comparison with the true total",
        "Identifying assumption",
        "1,500",
    ):
        assert words in page
    assert "http://" not in page.replace("http://www.w3.org/", "")
    assert "https://" not in page


@pytest.mark.usefixtures("one_alternative")
def test_a_second_release_with_other_lists_is_refused(few: Path, tmp_path: Path) -> None:
    """With one list fewer, the difference of two shown counts is a hidden one."""
    case = str(copied(few, tmp_path))
    again, fewer = tmp_path / "again", tmp_path / "fewer"
    plan = str(RETURNS / "plan.toml")
    assert uncounted(few, "release", case, "--plan", plan, "--out", str(again)).returncode == 0
    assert (again / "table.csv").read_bytes() == (few / "release" / "table.csv").read_bytes()
    three = tmp_path / "three.toml"
    three.write_text(
        'title = "t"\nonly = ["Panel", "OpenDoor", "TumenWatch"]\n'
        '[population]\nwho = "a"\nwhere = "b"\nwhen = "c"\n[lists.OpenDoor]\nlabel = "Door"\n'
    )
    names = ["--audience", "public", "--lists", "Panel,OpenDoor,TumenWatch"]
    done = uncounted(few, "release", case, "--plan", str(three), "--out", str(fewer))
    assert 'run uncounted link --audience "public" --lists "Panel,OpenDoor' in done.stderr
    assert uncounted(few, "link", case, "--draws", "20", *names).returncode == 0
    done = uncounted(few, "release", case, "--plan", str(three), "--out", str(fewer))
    assert (done.returncode, done.stdout, fewer.exists()) == (1, "", False)
    assert "released before with other lists" in done.stderr
    arguments = ["--plan", str(three), "--out", str(fewer), "--despite-earlier"]
    assert uncounted(few, "release", case, *arguments).returncode == 0
    assert (fewer / "table.csv").read_text().startswith("Door,Panel,TumenWatch,count")


def test_a_plan_that_presents_one_list_counts_all(few: Path, tmp_path: Path) -> None:
    """And a folder that cannot be written is refused before the log takes note of a release."""
    case, plan = str(copied(few, tmp_path)), tmp_path / "plan.toml"
    plan.write_text(
        'title = "t"\n[population]\nwho = "a"\nwhere = "b"\nwhen = "c"\n'
        '[lists.Panel]\nlabel = "P"\n'
    )
    file = tmp_path / "file"
    file.write_text("")
    before = uncounted(few, "log", case).stdout
    refused = uncounted(few, "release", case, "--plan", str(plan), "--out", str(file / "released"))
    assert (refused.returncode, "part of the path is a file" in refused.stderr) == (2, True)
    within = str(Path(case) / "released")
    refused = uncounted(few, "release", case, "--plan", str(plan), "--out", within)
    assert (refused.returncode, "inside the case file" in refused.stderr) == (2, True)
    strange = tmp_path / "strange.toml"
    strange.write_text('method = "sample coverage"\n' + plan.read_text())
    elsewhere = str(tmp_path / "elsewhere")
    refused = uncounted(few, "release", case, "--plan", str(strange), "--out", elsewhere)
    assert refused.returncode == 2
    assert "unknown method 'sample coverage' in the plan" in refused.stderr
    assert "sample-coverage" in refused.stderr
    assert uncounted(few, "log", case).stdout == before
    arguments = ["--plan", str(plan), "--out", str(tmp_path / "released"), "--despite-earlier"]
    assert uncounted(few, "release", case, *arguments).returncode == 0
    header = (tmp_path / "released" / "table.csv").read_text().splitlines()[0]
    assert header == "P,OpenDoor,Saebyok,TumenWatch,count,shown"


def test_a_second_member_releases_under_a_key_of_their_own(few: Path, tmp_path: Path) -> None:
    case, again, keys = str(copied(few, tmp_path)), tmp_path / "again", tmp_path / "keys.json"
    assert uncounted(tmp_path, "identity", "new").returncode == 0
    keys.write_text(uncounted(tmp_path, "identity", "--json").stdout)
    theirs = json.loads(keys.read_text())["signer"]
    plan = ["--plan", str(RETURNS / "plan.toml"), "--out", str(again)]
    assert "not a member" in uncounted(tmp_path, "release", case, *plan).stderr
    assert uncounted(few, "grant", case, str(keys)).returncode == 0
    hers = fingerprint(json.loads(uncounted(few, "identity", "--json").stdout)["signer"])
    assert "not opened this case file before" in uncounted(tmp_path, "release", case, *plan).stderr
    done = uncounted(tmp_path, "release", case, *plan, "--trust", hers)
    assert done.returncode == 0, done.stderr
    first = str(few / "release")
    done = uncounted(tmp_path, "verify", str(again), "--signer", theirs, "--since", first, "--json")
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert (verdict["signer"], verdict["signer_checked"]) == (theirs, True)
    assert any("another member made it" in warning for warning in verdict["warnings"])
    assert uncounted(tmp_path, "verify", first, "--signer", theirs).returncode == 1


def test_what_is_written_for_the_user_is_for_the_user_alone(
    out: Path, said: dict[str, Any]
) -> None:
    for name in ("clusters.csv", "overlap.csv"):
        assert (out / name).stat().st_mode & 0o077 == 0


def test_a_second_demo_replaces_its_own_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep me")
    done = uncounted(tmp_path, "demo", "--out", str(tmp_path / "mine"))
    assert done.returncode == 1
    assert "already exists and was not made by an earlier demo" in done.stderr
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep me"


def test_the_case_is_sound_and_a_withdrawal_asks_for_a_new_linkage(
    out: Path, said: dict[str, Any], tmp_path: Path
) -> None:
    case = str(copied(out, tmp_path))
    assert uncounted(out, "check", case).returncode == 0
    with (RETURNS / "truth.csv").open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    gone = ["--source", first["source"], "--report", first["id"], "--yes"]
    assert uncounted(out, "withdraw", case, *gone).returncode == 0
    done = uncounted(out, "estimate", case)
    assert (done.returncode, done.stdout) == (1, "")
    assert "run uncounted link again" in done.stderr
    mapping = ["--source", first["source"], "--mapping", str(RETURNS / f"{first['source']}.toml")]
    file_again = str(RETURNS / f"{first['source']}.csv")
    again = json.loads(uncounted(out, "import", case, file_again, *mapping, "--json").stdout)
    assert (again["created"], again["updated"], again["rejected"]) == (0, 0, 1)
    assert uncounted(out, "check", case).returncode == 0


@pytest.mark.parametrize(
    "command",
    [["link", "CASE"], ["estimate", "CASE"], ["release", "CASE", "--plan", "PLAN", "--out", "OUT"]],
    ids=lambda command: str(command[0]),
)
def test_stopped_in_the_middle_of_a_step(
    out: Path, said: dict[str, Any], tmp_path: Path, command: list[str]
) -> None:
    case = copied(out, tmp_path)
    plan, released = RETURNS / "plan.toml", tmp_path / "release"
    forget_copies(out)
    paths = {"CASE": str(case), "PLAN": str(plan), "OUT": str(released)}
    process = subprocess.Popen(
        [*PROGRAM, *(paths.get(word, word) for word in command)],
        env=environment(out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=hears_ctrl_c,
    )
    time.sleep(3)  # the case file is open, and none of these steps is over
    process.send_signal(signal.SIGINT)
    answered, complained = process.communicate(timeout=60)
    assert (process.returncode, answered) == (130, ""), complained
    assert "stopped; nothing was left half done" in complained
    assert "Traceback" not in complained
    assert [path.name for path in tmp_path.iterdir()] == ["returns.case"]
    assert uncounted(out, "check", str(case)).returncode == 0
