"""What every command prints with `--json` is as its schema says, and no command is without one."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner
from tests.json_schemas import SCHEMAS, commands_with_json, conform
from tests.light_identity import made_lightly

from uncounted.cli import app
from uncounted.proof.signed_note import fingerprint

pytestmark = pytest.mark.sampler

ROOT = Path(__file__).parents[1]
INPUTS = ROOT / "tests" / "vectors" / "workflow-1" / "inputs"
PASSPHRASE = "nobody in here exists"
ELSEWHERE = {"demo", "timestamp"}  # tests/cli/test_pipeline.py, tests/vault/log/test_timestamps.py


@attrs.frozen
class Answers:
    """What commands printed, by the name of their schema."""

    folder: Path
    patch: pytest.MonkeyPatch
    said: dict[str, list[Any]] = attrs.field(factory=lambda: defaultdict(list))

    def __call__(self, command: str, *arguments: object, status: int = 0) -> Any:
        """Run `recovery-split` and the like; keep and give what is printed."""
        words = (
            command.split("-") if command.split("-")[0] in ("identity", "recovery") else [command]
        )
        done = CliRunner().invoke(app, [*words, *map(str, arguments), "--json"])
        assert (done.exit_code, bool(done.exception)) == (status, bool(status)), done.output
        answer = json.loads(done.stdout)
        self.said[command].append(answer)
        return answer

    def identity(self, name: str) -> None:
        """Be the one whose keys are in this folder."""
        home = self.folder / name
        if not home.exists():
            made_lightly(home, PASSPHRASE)
        self.patch.setenv("UNCOUNTED_HOME", str(home))


def _table(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def _fill(file: Path, column: str, value: str) -> Path:
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, column: value} for row in rows)
    return file


def _tables(run: Answers) -> None:
    """Commands that need no case file."""
    folder, kosovo = run.folder, ROOT / "examples" / "kosovo.csv"
    attempts = ROOT / "examples" / "attempts.csv"
    run("explain")
    run("explain", "influential-list")
    run("estimate", kosovo, "--claim", "10000")
    apart = _table(folder / "apart.csv", "A,B,C,count\n1,0,0,9\n0,1,0,9\n1,1,0,6\n0,0,1,9\n")
    run("estimate", apart, status=1)
    two = _table(folder / "two.csv", "A,B,count\n1,0,40\n0,1,20\n1,1,10\n")
    run("estimate", two)
    counts = (
        (40, 22, 30, 9, 12, 5),
        (35, 28, 31, 8, 9, 7),
        (44, 25, 27, 11, 10, 6),
        (38, 24, 33, 7, 13, 4),
    )
    rows = "".join(
        f"{pattern},{2015 + year},{count}\n"
        for year, each in enumerate(counts)
        for pattern, count in zip(
            ("1,0,0", "0,1,0", "0,0,1", "1,1,0", "1,0,1", "0,1,1"), each, strict=True
        )
    )
    years = _table(folder / "years.csv", "A,B,C,year,count\n" + rows)
    few = ("--method", "decomposable", "--by", "year")
    run("estimate", years, *few)
    run("estimate", years, *few, "--partial-pooling")
    people = "".join(
        f"{row % 2},{int(row % 3 > 0)},{20 + row % 40}\n"
        for row in range(300)
        if row % 2 or row % 3
    )
    run("estimate", _table(folder / "people.csv", "A,B,age\n" + people), "--covariates", "age")
    brighton = ROOT / "examples" / "brighton.csv"
    run("estimate", brighton, "--covariates", "sex,age", "--lists", "treat,arrest,exchange")
    text = "[tables.years]\nfile = 'years.csv'\nby = 'year'\nmethods = 'chao'\n"
    run("estimate", _table(folder / "STUDY.toml", text), "--jobs", "1")
    run("rate", attempts, "--outcome", "arrested", "--by", "period", "--cluster", "interview",
        "--sensitivity", "0.9", "--specificity", "0.95", "--log-rho-sd", "0.5")  # fmt: skip
    run("rate", attempts, "--outcome", "arrested", "--source", "interview")
    run("rate", attempts, "--outcome", "arrested")
    crossings = ROOT / "examples" / "crossings.csv"
    lists = ("--lists", "Saebyok,TumenWatch,Panel,OpenDoor")
    run("rate", crossings, "--outcome", "arrested", "--by", "period", *lists, "--claim", "70,20")
    small = _table(folder / "few.csv", "A,B,C,arrested,count\n1,1,0,1,4\n1,0,1,0,3\n0,1,0,,2\n")
    run("rate", small, "--outcome", "arrested", "--lists", "A,B,C", status=1)


def _intake(run: Answers, case: Path) -> None:
    folder = run.folder
    run("init", case)
    river = ("--source", "River", "--mapping", INPUTS / "river.toml")
    run("import", case, INPUTS / "river.json", *river, "--dry-run")
    run("import", case, INPUTS / "river.json", *river)
    for name in ("dawn", "bridge"):
        mapping = INPUTS / f"{name}.toml"
        run("import", case, INPUTS / f"{name}.csv", "--source", name.title(), "--mapping", mapping)
    run("import", case, INPUTS / "dawn.csv", "--suggest")
    run("rejects", case)
    run("rejects", case, run("rejects", case)["lists"][0]["name"])
    one = ("--source", "River", "--report", "RW002")
    run("edit", case, *one, "--set", "sex=f")
    run("consent", case, *one, "--uses", "link,statistics", "--until", "2199-01-01")
    run("consent", case, "--list")
    run("attach", case, INPUTS / "scan.txt", *one)
    first = INPUTS / "first.csv"
    run("decide", case, "--file", first, "--dry-run")
    run("undo", case, run("decide", case, "--file", first)["entry"], "--yes")
    run("decide", case, "--file", first)
    decided = ("--source", "River", "--report", "RW001")
    run("show", case, *decided)
    run("show", case, *one)
    run("search", case, "영희")
    mine = _table(folder / "more.csv", "id,name\n1,Kim Chol Su\n")
    added = run("import", case, mine, "--source", "More")
    run("undo", case, added["entry"], "--yes")
    run("withdraw", case, "--source", "Bridge", "--report", "2", "--yes")


def _linkage(run: Answers, case: Path) -> None:
    folder = run.folder
    run("link", case, "--draws", "20")
    clusters = folder / "clusters.csv"
    run("clusters", case, "--out", clusters)
    run("overlap", case, "--out", folder / "overlap.csv")
    run("overlap", case, "--out", folder / "by.csv", "--by", "sex", "--draw", "3")
    run("evaluate", case)
    run("evaluate", case, "--truth", clusters, "--all-records")
    sample = folder / "sample.csv"
    run("evaluate", case, "--sample", "60", "--out", sample)
    _fill(sample, "same", "no")
    run("evaluate", case, "--labels", sample)
    run("review", case)
    run("review", case, "--next", "3", "--out", folder / "pairs.csv")
    few = ("--method", "decomposable", "--method", "log-linear", "--method", "chao")
    run("estimate", case, *few, "--claim", "90")
    run("estimate", case, "--method", "decomposable", "--by", "sex")


def _custody(run: Answers, case: Path) -> None:
    folder = run.folder
    plan = _table(folder / "plan.toml", (INPUTS / "plan.toml").read_text().split("[truth]")[0])
    release = run("release", case, "--plan", plan, "--out", folder / "release")
    run("verify", folder / "release", "--signer", release["signer"])
    run("verify", folder / "release", "--any-signer")
    run("export", case, "--format", "json", "--out", folder / "export")
    run("import", case, folder / "export", "--dry-run")
    run("log", case)
    run("check", case)
    run("members", case)
    run.patch.setenv("UNCOUNTED_HOME", str(folder / "second"))
    run("identity-new")
    second = run("identity-show")
    run.identity("first")
    trusted = run("identity-show")
    run("grant", case, second["recipient"], "--name", "Office", "--vkey", second["signer"])
    run("revoke", case, "Office")
    run("rotate", case)
    shares = folder / "shares"
    run("recovery-split", case, "--out", shares)
    split = run("recovery-split", case, "--replace")
    run.identity("heir")
    run.patch.setenv("UNCOUNTED_TRUST", fingerprint(trusted["signer"]))
    run("recovery-join", case, "--shares-file", _table(folder / "s", "\n".join(split["shares"])))
    run.patch.setenv("UNCOUNTED_NEW_PASSPHRASE", "another that is long")
    run("identity-passphrase")


def every_answer(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Run every command that takes `--json` on small data."""
    patch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)
    run, case = Answers(folder, patch), folder / "a.case"
    run.identity("first")
    _tables(run)
    _intake(run, case)
    _linkage(run, case)
    _custody(run, case)
    return run.said


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    with pytest.MonkeyPatch.context() as patch:
        return every_answer(tmp_path_factory.mktemp("json"), patch)


@pytest.mark.parametrize("command", sorted(set(commands_with_json()) - ELSEWHERE))
def test_an_answer_is_as_its_schema_says(command: str, said: dict[str, list[Any]]) -> None:
    assert said[command], "this command is not run"
    for answer in said[command]:
        conform(command, answer)


def test_every_command_with_json_has_a_schema() -> None:
    assert {file.stem for file in SCHEMAS.glob("*.json")} == set(commands_with_json())


def _open(schema: Any, path: str = "") -> Iterator[str]:
    """Objects with listed keys that would let another key pass."""
    if isinstance(schema, dict):
        if "properties" in schema and schema.get("additionalProperties") is not False:
            yield path
        for name, value in schema.items():
            yield from _open(value, f"{path}/{name}")
    elif isinstance(schema, list):
        for at, value in enumerate(schema):
            yield from _open(value, f"{path}/{at}")


@pytest.mark.parametrize("file", sorted(SCHEMAS.glob("*.json")), ids=lambda file: file.stem)
def test_a_schema_lets_no_other_key_pass(file: Path) -> None:
    assert list(_open(json.loads(file.read_text(encoding="utf-8")))) == []


def test_the_page_is_what_the_schemas_say() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "json_page.py"), "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
