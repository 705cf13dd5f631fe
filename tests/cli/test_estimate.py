"""What may be asked of `uncounted estimate` beyond a plain table."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import t as scipy_t

from uncounted.captures import read_tables
from uncounted.cli.main import run
from uncounted.estimate import GammaPoissonPrior, chao, decomposable

KOSOVO = """EXH,ABA,OSCE,HRW,count
1,0,0,0,1131
0,1,0,0,845
0,0,1,0,936
0,0,0,1,306
1,1,0,0,177
1,0,1,0,228
1,0,0,1,106
0,1,1,0,217
0,1,0,1,31
0,0,1,1,123
1,1,1,0,181
1,1,0,1,18
1,0,1,1,42
0,1,1,1,32
1,1,1,1,27
"""


@pytest.fixture
def kosovo(tmp_path: Path) -> Path:
    file = tmp_path / "kosovo.csv"
    file.write_text(KOSOVO)
    return file


@pytest.fixture
def years(tmp_path: Path) -> Path:
    file = tmp_path / "years.csv"
    rows = [
        f"{year},{pattern},{count + year % 3}"
        for year in range(2015, 2021)
        for pattern, count in {"1,0": 9, "0,1": 7, "1,1": 4}.items()
    ]
    file.write_text("year,A,B,count\n" + "\n".join(rows) + "\n")
    return file


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """1,000 people whose age decides how easily they are recorded."""
    rng = np.random.default_rng(1)
    age = rng.integers(15, 80, 1000)
    chance = 1 / (1 + np.exp(0.5 - (age - 45) / 30))
    on = rng.random((1000, 2)) < chance[:, None]
    file = tmp_path / "people.csv"
    rows = [f"{int(a)},{int(b)},{n}" for (a, b), n in zip(on, age, strict=True) if a or b]
    file.write_text("A,B,age\n" + "\n".join(rows) + "\n")
    return file


def test_a_claim_is_printed_and_in_json(kosovo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", str(kosovo), "--method", "chao", "--claim", "8000"]) == 0
    assert "\nClaim: more than 8,000 (whether it holds, and while xi is below)\n" in (
        capfd.readouterr().out
    )
    assert run(["estimate", str(kosovo), "--method", "chao", "--claim", "<9000", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["claim"]["side"] == "fewer than"


def test_pictures_are_for_their_owner_and_nothing_is_written_over(
    kosovo: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    requested = [
        "estimate",
        str(kosovo),
        "--method",
        "decomposable",
        "--pictures",
        str(tmp_path / "p"),
    ]
    assert run(requested) == 0
    assert "are not for publication" in capfd.readouterr().err
    drawn = sorted(path.name for path in (tmp_path / "p").glob("*.svg"))
    assert {"posterior.svg", "xi.svg", "trajectory.svg", "upset-narrow.svg"} <= set(drawn)
    figures = {path.stem for path in (tmp_path / "p").glob("*.csv")}
    assert figures == {name.removesuffix(".svg") for name in drawn if "narrow" not in name}
    with (tmp_path / "p" / "upset.csv").open(newline="") as file:
        assert sum(int(row["count"]) for row in csv.DictReader(file)) == 4400
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "p").iterdir())
    assert run(requested) == 1
    assert "p is there already" in capfd.readouterr().err


def test_checks_can_be_left_out(kosovo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    few = ["estimate", str(kosovo), "--method", "independence", "--json"]
    assert run(few) == 0
    assert json.loads(capfd.readouterr().out)["robustness"]["leave_one_out"]
    assert run([*few, "--no-checks"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert not any(said["robustness"].values())
    assert said["sensitivity"]["xi"]


def test_a_picture_never_turns_a_claim_round(
    kosovo: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It draws "more than" alone, and to the side on which it still holds (1.463, 0.969)."""
    requested = ["estimate", str(kosovo), "--method", "decomposable", "--claim"]
    assert run([*requested, "<10000", "--pictures", str(tmp_path / "fewer")]) == 0
    assert "10,000 holds" not in (tmp_path / "fewer" / "xi.svg").read_text()
    assert run([*requested, "10000", "--pictures", str(tmp_path / "more")]) == 0
    picture = (tmp_path / "more" / "xi.svg").read_text()
    assert "holds for xi below 1.46; the whole interval is above it for xi below 0.96" in picture
    fewer, more = capfd.readouterr().out.split("Claim: ")[1:]
    assert "decomposable graphs     no        no       1.47           2.2" in fewer
    assert "decomposable graphs    yes        no       1.46          0.96" in more


def test_strata_pooled_and_alone_stand_side_by_side(
    years: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    requested = [
        "estimate",
        str(years),
        "--by",
        "year",
        "--partial-pooling",
        "--method",
        "independence",
    ]
    assert run(requested) == 0
    told = capfd.readouterr().out
    rows = told.splitlines()
    assert rows[2].split() == ["Stratum", "Documented", "Alone", "Pooled", "Shrinkage"]
    assert [row.split()[:2] for row in rows[3:9]] == [["year", str(y)] for y in range(2015, 2021)]
    assert "independence, pooled" in told
    assert max(map(len, rows)) <= 80
    assert run([*requested, "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert len(said["strata"]) == len(said["pooling"]["rows"]) == 6
    assert [each["method"] for each in said["total"]] == ["independence, pooled", "independence"]


def test_pictures_of_strata_have_a_folder_each(
    years: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "p"
    assert (
        run(["estimate", str(years), "--by", "year", "--method", "chao", "--pictures", str(out)])
        == 0
    )
    assert sorted(path.name for path in out.iterdir()) == ["1", "2", "3", "4", "5", "6"]
    capfd.readouterr()


def test_people_given_their_age(people: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", str(people), "--covariates", "age"]) == 0
    told = capfd.readouterr().out
    assert "Conditional on covariates: age\n" in told
    assert "\nA and B " in told
    assert "Sensitivity to the odds ratio psi of the two lists (1 = independent)" in told
    assert max(map(len, told.splitlines())) <= 80
    assert run(["estimate", str(people), "--covariates", "age", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    low, high = said["estimates"][0]["interval"]
    assert low < 1000 < high
    assert said["covariates"] == ["age"]


def test_three_lists_given_covariates(capfd: pytest.CaptureFixture[str]) -> None:
    table = str(Path(__file__).parents[2] / "examples" / "gaza-by-governorate.csv")
    assert run(["estimate", table, "--covariates", "governorate", "--xi", "0.5,1"]) == 0
    told = capfd.readouterr().out.splitlines()
    assert len(told) <= 25
    assert max(map(len, told)) <= 80
    assert "hospital and survey, on no other list" in "\n".join(told)
    assert "'governorate' a list has no person" in " ".join(told)
    assert run(["estimate", table, "--covariates", "governorate", "--quiet"]) == 0
    assert capfd.readouterr().out == "at least 67,700; 29,271 documented\n"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--partial-pooling"], "--partial-pooling needs strata"),
        (
            ["--by", "A", "--partial-pooling", "--method", "chao", "--method", "independence"],
            "strata are pooled with one method",
        ),
        (["--covariates", "A", "--by", "B"], "cannot be used with --by"),
        (["--claim", "some"], "a whole number of people"),
        (["--covariates", "nothing"], "no covariate column 'nothing'"),
        (["--method", "identified", "--psi", "nan"], "nan"),
        (["--xi", "1e-308"], "xi 1e-308 is not from 1/1000 to 1000"),
        (["--xi", "1e-300,1e300"], "xi 1e-300 is not from 1/1000 to 1000"),
        (["--xi", "1,nan"], "xi nan is not above 0"),
        (["--xi", ""], "--xi has an empty value"),
        (["--xi", "1,,2"], "--xi has an empty value"),
        (["--lists", ""], "--lists has an empty value"),
        (["--by", ""], "--by has an empty value"),
        (["--covariates", ""], "--covariates has an empty value"),
        (
            ["--categorical", "age"],
            "--categorical needs --covariates",
        ),
        (["--covariates", "age", "--claim", "10"], "cannot be used with --claim, --delta or"),
        (
            ["--covariates", "age", "--xi", "2"],
            "--xi is for three lists or more, and there are two",
        ),
        (["--covariates", "age", "--no-checks"], "cannot be used with --covariates or --partial-"),
        (
            ["--covariates", "age", "--prior", "1/N"],
            "cannot be used with --claim, --delta or",
        ),
        (
            ["--by", "age", "--partial-pooling", "--claim", "10"],
            "--partial-pooling cannot be used with --xi or --claim",
        ),
        (
            ["--by", "age", "--partial-pooling", "--xi", "2"],
            "--partial-pooling cannot be used with --xi or --claim",
        ),
        (
            ["--by", "age", "--partial-pooling", "--prior", "2,5"],
            "--partial-pooling cannot be used with --prior",
        ),
        (["--by", "age", "--partial-pooling", "--psi", "2"], "--psi is for two-list, which is not"),
        (["--method", "chao", "--psi", "2"], "--psi is for two-list, which is not"),
        (["--method", "chao", "--delta", "1"], "--delta is for decomposable, which is not"),
        (["--method", "chao", "--prior", "1/N"], "--prior is for decomposable and identified"),
        (["--prior", "flat"], "a prior on N must be 1/N or SHAPE,SCALE"),
        (["--prior", "1,2,3"], "a prior on N must be 1/N or SHAPE,SCALE"),
        (
            ["--prior", "-1,5"],
            "is not valid: both must be above 0, and they and the expected N at most 1e12",
        ),
        (["--delta", "0"], "0.0 is not in the range"),
        (["--delta", "inf"], "inf is not in the range"),
        (["--by", "count"], "no column 'count'"),
    ],
)
def test_what_does_not_go_together(
    people: Path, more: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["estimate", str(people), *more]) == 2
    told = capfd.readouterr()
    assert words in told.err
    assert told.out == ""


def test_an_odds_ratio_is_of_two_lists(kosovo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", str(kosovo), "--psi", "2"]) == 2
    told = capfd.readouterr()
    assert "--psi is for two lists, and there are 4" in told.err
    assert "--lists A,B" in told.err
    assert run(["estimate", str(kosovo), "--psi", "2", "--lists", "EXH,ABA", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    (two,) = [each for each in said["estimates"] if each["method"] == "two-list"]
    assert two["settings"]["psi"] == 2


def test_counts_are_not_strata(kosovo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["estimate", str(kosovo), "--by", "count"]) == 2
    assert "leave it out of --by" in capfd.readouterr().err
    assert run(["estimate", str(kosovo), "--by", "HRW"]) == 1
    assert "'HRW' holds 0 and 1 as a list does" in capfd.readouterr().err


def test_the_prior_is_the_users(kosovo: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """As in Python: `decomposable(kosovo, delta=0.5)`, and a prior that expects 12,000."""

    def requested(*more: str) -> dict[str, Any]:
        told = ["estimate", str(kosovo), "--method", "decomposable", "--json", *more]
        assert run(told) == 0
        (estimate,) = json.loads(capfd.readouterr().out)["estimates"]
        return dict(estimate)

    table = read_tables(kosovo)[0]
    assert requested("--delta", "0.5")["point"] == decomposable(table, delta=0.5).point
    informed = requested("--prior", "20, 600")
    assert informed["settings"]["prior_N"] == GammaPoissonPrior(20, 600).name
    assert informed["point"] == decomposable(table, prior=GammaPoissonPrior(20, 600)).point
    assert (
        requested("--prior", "1/n")["interval"] == requested()["interval"] != informed["interval"]
    )


def test_a_prior_count_reaches_pooled_strata(
    years: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pooled = ["estimate", str(years), "--by", "year", "--partial-pooling", "--json", "--delta"]
    totals = []
    for delta in ("0.25", "2"):
        assert run([*pooled, delta]) == 0
        totals.append(json.loads(capfd.readouterr().out)["total"][0]["point"])
    assert totals[0] != totals[1]


@pytest.fixture
def replicates(tmp_path: Path) -> Path:
    """Twelve imputed replicates of a file with a small list, in two regions."""
    rng = np.random.default_rng(1)
    rows = ["rep,region,A,B,C,D,count"]
    for rep in range(12):
        for region in "NS":
            rows += [
                f"{rep},{region},{','.join(pattern)},{rng.poisson(people)}"
                for pattern, people in [
                    ("1000", 60), ("0100", 50), ("0010", 40), ("1100", 20), ("1010", 15),
                    ("0110", 12), ("1110", 6),
                ]
            ]  # fmt: skip
            rows.append(f"{rep},{region},1,0,0,1,1")
    file = tmp_path / "replicates.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_imputed_replicates_are_pooled_by_rubins_rules(
    replicates: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Summed they would be twelve times as many people. The figures as computed by hand here."""
    asked = ["estimate", str(replicates), "--replicates", "rep", "--method", "chao"]
    assert run([*asked, "--lists", "A,B,C", "--by", "region"]) == 0
    assert "linkage" not in capfd.readouterr().out
    one = replicates.with_name("one.csv")
    lines = replicates.read_text().splitlines()
    one.write_text(
        "\n".join(line for line in lines if ",S," not in line).replace(",N,", ",") + "\n"
    )
    one.write_text(one.read_text().replace("rep,region,", "rep,"))
    assert run(["estimate", str(one), "--replicates", "rep", "--method", "chao", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    (pooled,) = said["estimates"]
    tables = read_tables(one, by=["rep"])
    fits = [chao(table) for table in tables]
    n = round(np.mean([table.observed for table in tables]))
    m, W = np.array([fit.log_n0 for fit in fits]).T
    B = m.var(ddof=1) * (1 + 1 / 12)
    T = W.mean() + B
    t = scipy_t.ppf(0.975, 11 * (1 + W.mean() / B) ** 2)
    ends = n + np.exp(m.mean() + np.array([-t, t]) * np.sqrt(T)) - 0.5
    assert said["observed"] == n
    assert pooled["interval"] == pytest.approx(ends)
    n0 = [fit.number() - table.observed for fit, table in zip(fits, tables, strict=True)]
    assert pooled["point"] == pytest.approx(n + np.mean(n0))
    assert pooled["settings"]["replicates"] == 12
    assert "12 imputed replicates are draws of one file" in pooled["assumption"]
    assert pooled["diagnostics"]["imputation_variance_share"] == pytest.approx(B / T)


def test_small_lists_are_left_out_in_words(
    replicates: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    asked = ["estimate", str(replicates), "--replicates", "rep", "--by", "region"]
    assert run([*asked, "--min-records", "5", "--method", "chao", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    for each in said["strata"]:
        (fit,) = each["estimates"]
        assert fit["settings"]["lists_left_out"] == ["D"]
        assert "Lists with fewer than 5 people are left out: D." in fit["assumption"]
        assert any("fewer than 5 people: D (1)" in warning["text"] for warning in each["warnings"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--replicates", "rep", "--by", "rep"], "cannot define strata"),
        (["--replicates", "region", "--by", "rep", "--min-records", "0"], "at least 1 person"),
        (["--replicates", "rep", "--by", "region", "--partial-pooling"], "cannot be used with"),
        (["--replicates", "nope"], "no column 'nope'"),
        (["--replicates", "rep", "--by", "region", "--pictures", "p"], "--pictures cannot be used"),
    ],
)
def test_options_of_replicates_that_do_not_go_together(
    replicates: Path, options: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["estimate", str(replicates), *options]) == 2
    assert words in capfd.readouterr().err
