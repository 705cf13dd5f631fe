"""Files of labels: read as they are meant, and refused by row and reason, never by content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from uncounted.errors import BadInput, UsedWrongly
from uncounted.linkage.evaluation.labels import LabelledPairs, Persons, read_sample, read_truth

PAIR = "source_1,report_1,source_2,report_2,same"
DESIGN = f"{PAIR},stratum,of,drawn"
SECRET = "Kim Chol Su"


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def write(*lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "labels.csv"
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        return path

    return write


def test_persons_under_either_name_of_the_column(file: Callable[..., Path]) -> None:
    for column in ("report", "id"):
        found = read_truth(file(f"source,{column},person", "A,1,p", "B,2,p", "B,3,"))
        assert isinstance(found, Persons)
        assert found.of == {("A", "1"): "p", ("B", "2"): "p"}
        assert found.unlabelled == 1


def test_ids_are_one_however_their_letters_are_composed(file: Callable[..., Path]) -> None:
    decomposed = "\u1109\u1162-1"  # what a Mac writes for 새-1
    found = read_truth(file("source,report,person", f"A,{decomposed},p"))
    assert isinstance(found, Persons)
    assert found.of == {("A", "새-1"): "p"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_answers_in_three_languages_from_a_spreadsheet(
    file: Callable[..., Path], encoding: str
) -> None:
    answers = ["YES", "아니오", "是", "?", "", "모름", "no"]
    lines = [f"A,{at},B,{at},{said}" for at, said in enumerate(answers)]
    found = read_truth(file(PAIR, *lines, encoding=encoding))
    assert isinstance(found, LabelledPairs)
    assert [row.same for row in found.rows] == [True, False, True, None, None, None, False]
    assert found.unsure == 3


def test_a_pair_either_way_round_is_one_pair(file: Callable[..., Path]) -> None:
    found = read_truth(file(PAIR, "A,1,B,2,yes", "B,2,A,1,yes"))
    assert isinstance(found, LabelledPairs)
    assert len(found.rows) == 1


NASTY = {
    "two persons": (
        ["source,report,person", "A,1,p", f"A,1,{SECRET}"],
        "row 3: the report of row 2, with another person",
    ),
    "no person at all": (["source,report,person", "A,1,", "A,2, "], "has no report with a person"),
    "no such column": (["source,person", f"A,{SECRET}"], "has no column 'report'"),
    "ragged": (["source,report,person", f"A,1,p,{SECRET}"], "row 2: 4 cells where"),
    "no id": (["source,report,person", f"A,,{SECRET}"], ": empty cell in the column"),
    "a weight of nothing": (["source,report,person,weight", "A,1,p,0"], "must be above 0"),
    "a weight that is a word": (
        ["source,report,person,weight", f"A,1,p,{SECRET}"],
        ": the weight must be above 0",
    ),
    "two weights": (
        ["source,report,person,weight", "A,1,p,2", "A,2,p,3"],
        "row 3: another weight than in row 2",
    ),
    "with itself": ([PAIR, "A,1,A,1,yes"], "row 2: a report paired with itself"),
    "another word": ([PAIR, f"A,1,B,1,{SECRET}"], "row 2: 'same' is neither yes nor no"),
    "twice, two answers": ([PAIR, "A,1,B,1,yes", "B,1,A,1,no"], "row 3: the pair of row 2"),
    "a circle": (
        [PAIR, "A,1,B,1,yes", "B,1,C,1,yes", "A,1,C,1,no"],
        "row 4: this row says different, but other rows make them the same person",
    ),
    "no answer": ([PAIR, "A,1,B,1,", "A,2,B,2,?"], "has no labels"),
    "infinite": (["source,report,person,weight", "A,1,p,inf"], "must be above 0"),
}


@pytest.mark.parametrize("what", NASTY)
def test_what_contradicts_itself_is_refused_by_row(file: Callable[..., Path], what: str) -> None:
    lines, words = NASTY[what]
    with pytest.raises(BadInput, match=words) as error:
        read_truth(file(*lines))
    assert error.value.hint or "has no report" in words
    assert SECRET not in f"{error.value} {error.value.hint}"


SAMPLE = {
    "a row taken out": (["A,1,B,1,yes,A,9,2"], "has 1 of a stratum of which 2 pairs were drawn"),
    "other numbers": (
        ["A,1,B,1,yes,A,9,2", "A,2,B,2,no,A,8,2"],
        "row 3: its stratum has other numbers than in row 2",
    ),
    "more drawn than there are": (["A,1,B,1,yes,A,1,2", "A,2,B,2,no,A,1,2"], "other numbers"),
    "no number": (["A,1,B,1,yes,A,nine,2"], "no whole number in 'of' or 'drawn'"),
    "a pair twice": (["A,1,B,1,yes,A,9,2", "B,1,A,1,yes,A,9,2"], "row 3: the pair of row 2"),
}


@pytest.mark.parametrize("what", SAMPLE)
def test_a_sample_that_was_changed_is_refused(file: Callable[..., Path], what: str) -> None:
    lines, words = SAMPLE[what]
    with pytest.raises(BadInput, match=words):
        read_sample(file(DESIGN, *lines))


def test_a_sample_is_no_truth_and_pairs_are_no_sample(file: Callable[..., Path]) -> None:
    with pytest.raises(UsedWrongly, match="unequal probabilities"):
        read_truth(file(DESIGN, "A,1,B,1,yes,A,1,1"))
    with pytest.raises(BadInput, match="has no column 'stratum'"):
        read_sample(file(PAIR, "A,1,B,1,yes"))
