"""What `uncounted estimate` prints: at most 25 lines by default, and every block when verbose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from rich.cells import cell_len

from uncounted.captures import CaptureTable, read_tables
from uncounted.cli.main import run as run_program
from uncounted.estimate import EstimateSettings, Study, run
from uncounted.estimate.base.warning import EstimateWarning, explanations
from uncounted.estimate.text.one_line import quiet_line
from uncounted.estimate.text.summary import lines
from uncounted.explanations import explanations_of

KOSOVO = CaptureTable.of(
    ["EXH", "ABA", "OSCE", "HRW"],
    {
        "1000": 1131, "0100": 845, "0010": 936, "0001": 306, "1100": 177, "1010": 228,
        "1001": 106, "0110": 217, "0101": 31, "0011": 123, "1110": 181, "1101": 18,
        "1011": 42, "0111": 32, "1111": 27,
    },
)  # fmt: skip
UK = CaptureTable.of(
    ["LA", "NG", "PFNCA", "GO", "GP"],
    {
        "10000": 54, "01000": 463, "00100": 995, "00010": 695, "00001": 316, "11000": 15,
        "10100": 19, "10010": 3, "01100": 62, "01010": 19, "01001": 1, "00110": 76,
        "00101": 11, "00011": 8, "11100": 1, "11010": 1, "01110": 4, "11110": 1,
    },
)  # fmt: skip
EXAMPLES = Path(__file__).parents[2] / "examples"
TABLES = {
    "kosovo": KOSOVO,
    "uk": UK,
    "two lists": CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}),
    "names in Korean": CaptureTable.of(
        ["국가인권위원회", "북한인권정보센터", "사단법인 북한인권시민연합"],
        {"100": 60, "010": 49, "110": 4, "001": 247, "101": 112, "011": 142, "111": 12},
    ),
    "gaza": read_tables(EXAMPLES / "gaza.csv")[0],  # the main method refuses, the bound is above
    "peru": read_tables(EXAMPLES / "peru.csv")[0],
}


LIGHTER = EstimateSettings(lighter=True)
FEWER = EstimateSettings(  # with the edges of `decomposable`
    by_method={
        "latent-class": {"chains": 4, "target_ess": 400},
        "log-linear": {"resamples": 50},
        "log-linear-stepwise": {"resamples": 50},
    }
)


@pytest.fixture(scope="module")
def study() -> Callable[[str], Study]:
    done: dict[str, Study] = {}

    def of(name: str) -> Study:
        if name not in done:
            done[name] = run(TABLES[name], FEWER if name in ("kosovo", "uk") else LIGHTER)
        return done[name]

    return of


def screen(study: Study, **more: Any) -> list[str]:
    return "\n".join(lines(study, **more)).splitlines()


@pytest.mark.parametrize("name", TABLES)
def test_a_screen_is_at_most_25_lines_of_80_characters(
    name: str, study: Callable[[str], Study]
) -> None:
    printed = screen(study(name))
    assert len(printed) <= 25
    assert max(map(cell_len, printed)) <= 80
    assert printed[0].startswith("Multiple systems estimation")
    meaning = "    What a warning means: uncounted explain "
    codes = [each.code for each in study(name).warnings if each.must_report]
    first = min(codes, key=list(explanations()).index, default="")
    assert printed[-1] == f"Details: --verbose{meaning}{first}" if codes else "Details: --verbose"


@pytest.mark.parametrize("name", TABLES)
def test_every_warning_is_on_the_screen_at_least_by_its_code(
    name: str, study: Callable[[str], Study]
) -> None:
    done = study(name)
    text = "\n".join(screen(done))
    for warning in done.warnings:
        assert (warning.code in text) == warning.must_report
    codes = {each.code for each in done.warnings if each.must_report}
    count = f"{len(codes)} warning{'s' if len(codes) > 1 else ''}: "
    assert (count in text) == bool(codes)
    verbose = " ".join(" ".join(screen(done, verbose=True)).split())
    assert all(each.code in verbose and each.text in verbose for each in done.warnings)


def test_many_warnings_leave_the_screen_at_25_lines(study: Callable[[str], Study]) -> None:
    """Those with no room are named; the gravest keep their figures."""
    grave = [code for code, each in explanations().items() if each.level == "warning"]
    for many in range(1, 11):
        found = tuple(EstimateWarning(code, "a figure, " * 8) for code in grave[-many:])
        printed = screen(attrs.evolve(study("kosovo"), warnings=found))
        assert len(printed) <= 25
        text = " ".join(" ".join(printed).split())
        assert f"number {grave[-many]} a figure, " in text
        assert ("more (--verbose): " in text) == (many > 2)
        assert all(code in text for code in grave[-many:])
    printed = screen(attrs.evolve(study("kosovo"), warnings=found), verbose=True)
    assert "more (--verbose)" not in "\n".join(printed)


def test_quiet_is_one_line(study: Callable[[str], Study]) -> None:
    assert quiet_line(study("two lists")).endswith("; 70 documented")
    line = quiet_line(study("kosovo"))
    assert line == "15,000 (95% calibrated 6,400–60,000); methods 9,100–14,300; 4,400 documented"
    model = quiet_line(attrs.evolve(study("kosovo"), calibrated=None))
    assert model == "12,600 (95% CrI 9,800–16,600); methods 9,100–14,300; 4,400 documented"
    assert quiet_line(run(CaptureTable.of("AB", {"10": 5, "01": 7}))) == (
        "no estimate; 12 documented"
    )


def test_verbose_has_each_block(study: Callable[[str], Study]) -> None:
    text = "\n".join(screen(study("kosovo"), verbose=True))
    for heading in (
        "Methods",
        "Calibrated on lists of known size",
        "List dependence (posterior probability of an edge)",
        "Pairwise Chapman estimates (each pair taken as independent)",
        "Sensitivity to the identifying assumption (xi; 1 = as the method assumes)",
        "Sensitivity to priors",
        "Leave one list out",
        "List of known size, predicted from the others",
        "Subsampling: estimates from random parts, rescaled",
    ):
        assert f"\n\n{heading}\n  " in text
    assert "Details: --verbose" not in text
    assert max(map(cell_len, text.splitlines())) <= 80
    assert all(f"\n  {source}" in text for source in ("decomposable graphical", "lower bound (Ch"))


def test_each_estimate_is_on_the_axis(study: Callable[[str], Study]) -> None:
    done = study("kosovo")
    printed = screen(done)
    assert printed[3] == "Total  15,000 (6,400–60,000), 95% calibrated on 227 lists of known size"
    table = printed[5 : 6 + len(done.estimates)]
    limits = [int(row.split("–")[1].split()[0].replace(",", "")) for row in table[1:-1]]
    assert table[0].split()[-2:] == ["4,400", f"{max(limits):,}"]
    for row in table[1:-1]:
        assert "●" in row or "o" in row
    assert "(main)" in table[1]
    assert "69%" in table[1]
    assert "≥ 8,580" in table[-1]


def test_a_refusal_is_printed_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "apart.csv"
    file.write_text("A,B,C,count\n1,0,0,5\n0,1,0,7\n0,0,1,3\n")
    for more in ([], ["--verbose"]):
        assert run_program(["estimate", str(file), *more]) == 1
        told = capfd.readouterr()
        assert told.out == ""
        assert told.err.count("no person is on two lists") == 1
        assert len(told.err.splitlines()) <= 4
    assert run_program(["estimate", str(file), "--quiet"]) == 1
    assert capfd.readouterr().out == "no estimate; 15 documented\n"


def test_methods_that_refuse_for_one_reason_share_a_line() -> None:
    """A method that has an estimate is shown; the reason of the others once."""
    table = CaptureTable.of("ABC", {"100": 40, "010": 30, "001": 20, "110": 3, "101": 2, "011": 1})
    done = run(table, EstimateSettings(lighter=True, robustness=False))
    printed = " ".join(" ".join(screen(done)).split())
    for reason in {each.reason for each in done.estimates if not each.ok}:
        assert printed.count(str(reason)) == 1


def test_quiet_and_verbose_do_not_go_together(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "two.csv"
    file.write_text("A,B,count\n1,0,40\n0,1,20\n1,1,10\n")
    assert run_program(["estimate", str(file), "--method", "independence", "-q"]) == 0
    assert capfd.readouterr().out == "150 (95% CI 100–255); 70 documented\n"
    assert run_program(["estimate", str(file), "-q", "-v"]) == 2
    assert capfd.readouterr().out == ""


EVERY = explanations_of("uncounted.linkage") | explanations()


@pytest.mark.parametrize("code", EVERY)
def test_explain(code: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_program(["explain", code]) == 0
    printed = capfd.readouterr().out.splitlines()
    assert printed[0] == code
    assert max(map(cell_len, printed)) <= 80
    text = " ".join(" ".join(printed).split())
    found = EVERY[code]
    for part in (f"{found.title}.", found.why, *found.todo, f"Reference {found.reference}"):
        assert part in text


def test_explain_lists_all_codes(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_program(["explain"]) == 0
    printed = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == list(EVERY)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("influental-list", "Did you mean 'influential-list'?"),
        ("low_ess", "Did you mean 'low-ess'?"),
        ("xyz", "uncounted explain lists all codes"),
    ],
)
def test_an_unknown_code(typed: str, hint: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_program(["explain", typed]) == 2
    told = capfd.readouterr()
    assert told.out == ""
    assert hint in told.err
