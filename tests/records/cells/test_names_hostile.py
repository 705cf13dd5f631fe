"""Hostile files: read, encoded and compared without a crash, a hang or much memory."""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.records.read_file import read_file

from uncounted.errors import BadInput
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_parser import forms
from uncounted.records.intake import rows as intake
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names.name import Name
from uncounted.records.report import Report

MB = 1_000_000
MAP = Mapping.parse('[columns]\nid = "id"\nname = "name"\nname_alt = "alias"\nplace = "place"')
HEAD = "id,name,alias,place\n"


def levels(*written: str) -> list[str]:
    """The name's level of each writing after the first, against the first."""
    reports = [Report(str(at), str(at), (Name(one),)) for at, one in enumerate(written)]
    left, right = np.zeros(len(written) - 1, np.int64), np.arange(1, len(written))
    found = compare.levels(encode(reports), left, right)[:, 0]
    return ["same" if 1 <= at <= compare.NAME_SAME else NAME[at] for at in found]


@pytest.fixture
def within() -> Iterator[Callable[[float, int], None]]:
    """Call it with the seconds and the megabytes that the work since may have taken."""
    levels("김철수", "Kim Chol Su")  # tables are read and loops compiled before
    start = time.process_time()
    tracemalloc.start()

    def check(seconds: float, megabytes: int) -> None:
        peak = tracemalloc.get_traced_memory()[1]
        assert peak < megabytes * MB
        assert time.process_time() - start < seconds

    yield check
    tracemalloc.stop()


HUGE = {
    "letters": "Kim Chol Su " * 850_000,
    "one word": "kimcholsu" * 1_100_000,
    "syllables": "김" * 10 * MB,
    "characters": "金" * 10 * MB,
    "Cyrillic": "Ким " * 2_500_000,
    "commas": "," * 10 * MB,
    "initials": "K. " * 3_300_000,
    "hidden": "김" + "○" * 10 * MB,
    "marks on one letter": "a" + "\u0301" * 5 * MB,
    "what nobody sees": "\u200b" * 10 * MB,
    "letters that unfold": "\ufdfa" * 3 * MB,  # one becomes eighteen
    "lone surrogates": "\ud800" * 5 * MB,
    "brackets": "(" * 10 * MB,
    "words for who somebody is": "노동자 " * 2_500_000,
    "remarks": "김철수(석방)" * MB,
}


@pytest.mark.volume
@pytest.mark.parametrize("kind", HUGE)
def test_a_name_of_ten_megabytes(kind: str, within: Callable[[float, int], None]) -> None:
    name = HUGE[kind]
    levels(name, "김철수", name)
    assert len(forms([Name(name)])) <= 20
    within(20, 400)


def test_a_file_with_such_a_name_rejects_the_row_and_takes_the_next(tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    file.write_text(f"{HEAD}1,{'김' * 600_000},,\n2,김철수,,\n", encoding="utf-8")
    rows = list(read_file(file, MAP, "A"))
    assert isinstance(rows[0], intake.Rejected)
    assert rows[0].reasons[0] == "column 'name': longer than 500 characters"
    assert isinstance(rows[1], intake.Accepted)


def read(file: Path) -> tuple[list[intake.Accepted | intake.Rejected], str]:
    """The rows of a file, and why it was refused, if it was."""
    rows: list[intake.Accepted | intake.Rejected] = []
    try:
        rows += read_file(file, MAP, "A")
    except BadInput as error:
        return rows, str(error)
    return rows, ""


BOMBS = {
    "a quotation mark never closed": HEAD + '1,"' + "x,\n" * MB,
    "a cell of two million characters": HEAD + "1," + "x" * 2 * MB + ",,\n",
    "a hundred thousand columns": "id,name," + ",".join(f"c{at}" for at in range(100_000)) + "\n",
    "a row of a million commas": HEAD + "1,x" + "," * MB + "\n",
    "a million line ends": HEAD + "\n" * MB + "1,김철수,,\n",
    "nothing but quotation marks": '"' * 3 * MB,
    "a million aliases": HEAD + '1,김철수,"' + ";".join("x" * MB) + '",\n',
}


@pytest.mark.volume
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_of_a_file_is_refused_or_its_rows_are(
    kind: str, tmp_path: Path, within: Callable[[float, int], None]
) -> None:
    file = tmp_path / "bomb.csv"
    file.write_text(BOMBS[kind], encoding="utf-8")
    rows, refused = read(file)
    assert "x" * 50 not in refused  # no cell is told
    taken = [row for row in rows if isinstance(row, intake.Accepted)]
    assert len(taken) == (kind == "a million line ends")
    assert len(rows) <= 1 or kind == "a quotation mark never closed"
    assert rows or refused
    within(30, 300)


def test_formulas_in_names_stay_text_and_are_no_name(tmp_path: Path) -> None:
    file = tmp_path / "formulas.csv"
    file.write_text(f'{HEAD}1,"=HYPERLINK(""http://x"")",,\n2,@SUM(A1),,\n', encoding="utf-8")
    rows = [row for row in read_file(file, MAP, "A") if isinstance(row, intake.Accepted)]
    assert [row.report.names[0].written[0] for row in rows] == ["=", "@"]
    assert encode([row.report for row in rows]).count == 2


@pytest.mark.volume
def test_fifty_thousand_identical_names(within: Callable[[float, int], None]) -> None:
    count = 50_000
    names = (Name("Kim Chol Su"), Name("김철수"))
    reports = [Report(str(at % 3), str(at), names) for at in range(count)]
    encoded = encode(reports)
    assert len(encoded.arrays.form_starts) == 3  # read once, not once a report; and a row of nobody
    found = compare.levels(encoded, np.arange(count - 1), np.arange(1, count))[:, 0]
    assert set(found) == {compare.NAME_SAME}  # the same, and very usual: it says little
    within(60, 100)


@pytest.mark.parametrize(
    "char", "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202e\u2066\u00ad\u034f\ufe0f\u2800"
)
def test_what_no_one_sees_in_a_file_makes_no_other_name(char: str, tmp_path: Path) -> None:
    file = tmp_path / "unseen.csv"
    rows = (f"1,김{char}철수,", f"2,{char}Kim Ch{char}ol S{char}u{char},", f"3,金哲{char}洙,")
    file.write_text(HEAD + "".join(f"{row},\n" for row in rows), encoding="utf-8")
    reports = [row.report for row in read_file(file, MAP, "A") if isinstance(row, intake.Accepted)]
    assert all(char in report.names[0].written for report in reports)  # kept as written
    bare = [report.names[0].written.replace(char, "") for report in reports]
    for report, text in zip(reports, bare, strict=True):
        assert forms(report.names) == forms([Name(text)])
    assert levels("김철수", *(report.names[0].written for report in reports)) == ["same"] * 3


def test_names_from_right_to_left_are_compared_by_their_letters() -> None:
    assert levels("יוסף כהן", "יוסף כהן", "\u202bיוסף כהן\u202c", "דוד לוי") == [
        *["same"] * 2, "different"
    ]  # fmt: skip


def test_half_a_surrogate_pair_in_json_does_not_stop_the_file(tmp_path: Path) -> None:
    file = tmp_path / "half.json"
    rows = [{"id": "1", "name": "김\ud800철수"}, {"id": "2", "name": "김철수"}]
    file.write_text(json.dumps(rows), encoding="ascii")
    taken = list(read_file(file, Mapping.parse('[columns]\nid = "id"\nname = "name"'), "A"))
    assert [type(row) for row in taken][1] is intake.Accepted
    first = taken[0]
    if isinstance(first, intake.Accepted):  # then it can be sealed
        json.dumps(first.report.to_payload(), ensure_ascii=False).encode()
