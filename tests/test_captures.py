"""The door: counts by pattern, and the table file that a user brings."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.captures import CaptureTable, read_tables
from uncounted.errors import BadInput, UsedWrongly


def write(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_patterns(tmp_path: Path) -> None:
    (table,) = read_tables(write(tmp_path, "A,B,count\n1,0,5\n0,1,7\n1,1,2\n"))
    assert table == CaptureTable.of("AB", {"10": 5, "01": 7, "11": 2})
    assert (table.observed, table.list_totals, table.on("AB")) == (14, {"A": 7, "B": 9}, 2)


def test_a_table_of_persons_is_the_same_table(tmp_path: Path) -> None:
    rows = ["1,0"] * 5 + ["0,1"] * 7 + ["1,1"] * 2
    (table,) = read_tables(write(tmp_path, "A,B\n" + "\n".join(rows) + "\n"))
    assert table == CaptureTable.of("AB", {"10": 5, "01": 7, "11": 2})


def test_strata_and_a_list_that_was_not_active(tmp_path: Path) -> None:
    path = write(tmp_path, "A,B,year,count\n1,0,2019,5\n1,,2020,3\n")
    old, new = read_tables(path, by=["year"])
    assert dict(old.stratum) == {"year": "2019"}
    assert dict(new.counts) == {"1-": 3}


def test_repeated_patterns_are_added(tmp_path: Path) -> None:
    (table,) = read_tables(write(tmp_path, "A,B,count\n1,0,5\n1,0,6\n0,1,1\n"))
    assert table.counts["10"] == 11


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A,B,count\n2,0,5\n1,0,5\n", "row 2, column 'A': must be 0, 1 or empty"),
        ("A,B,count\n1,0,-5\n", "row 2, column 'count': must be a whole number"),
        ("A,B,count\n1,0,60.5\n", "must be a whole number"),
        ("A,B,count\n1,0,NaN\n", "must be a whole number"),
        ("A,B,count\n1,0,\u0665\n", "must be a whole number"),
        ("A,B,count\n0,0,5\n", "row 2: all zeros"),
        ("A,B,count\n1,0\n", "row 2: 2 cells where the header has 3"),
        ("A,B,count\n", "a header but no rows"),
        ("count\n5\n", "no column of 0 and 1"),
        ("", "empty"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_tables(write(tmp_path, text))


def test_another_column_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="column 'year' holds values other than 0 and 1") as caught:
        read_tables(write(tmp_path, "A,B,year,count\n1,0,2019,5\n"))
    assert "--by year" in str(caught.value.hint)
    with pytest.raises(UsedWrongly, match="no column 'age'"):
        read_tables(write(tmp_path, "A,B,count\n1,0,5\n"), by=["age"])


def test_people_are_counted_by_list_not_split_by_their_number(tmp_path: Path) -> None:
    with pytest.raises(UsedWrongly, match="'count' holds the number of people of each row") as told:
        read_tables(write(tmp_path, "A,B,count\n1,0,5\n0,1,5\n1,1,2\n"), by=["count"])
    assert told.value.hint == "leave it out of --by"


def test_a_list_does_not_split_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, "A,B,C,count\n1,0,0,5\n0,1,1,5\n0,0,1,2\n")
    with pytest.raises(BadInput, match="row 4: all zeros") as told:
        read_tables(path, by=["C"])
    assert told.value.hint == "'C' holds 0 and 1 as a list does: if it is one, leave it out of --by"
    with pytest.raises(BadInput, match="row 2: all zeros") as told:
        read_tables(write(tmp_path, "A,B,year,count\n0,0,2019,5\n"), by=["year"])
    assert "its count is what is estimated" in str(told.value.hint)


@pytest.mark.parametrize(
    "count", [3.7, 3.0, True, False, float("nan"), np.float64(2), np.True_, "5", None]
)
def test_people_are_whole(count: int) -> None:
    with pytest.raises(BadInput, match="pattern 10 has a number of people that is not a whole"):
        CaptureTable.of("AB", {"10": count, "01": 7})


def test_whole_numbers_of_numpy_are_the_same_table() -> None:
    plain = CaptureTable.of("AB", {"10": 5, "01": 7, "11": 0})
    table = CaptureTable.of("AB", {"10": np.int32(5), "01": np.uint8(7), "11": np.int64(0)})
    assert (table, table.digest()) == (plain, plain.digest())


def test_no_cell_is_repeated_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        read_tables(write(tmp_path, "A,B,count\n1,0,5\n김영숙,1,2\n"))
    assert "김" not in f"{caught.value}{caught.value.hint}"


def test_select_drops_who_is_on_no_chosen_list() -> None:
    table = CaptureTable.of("ABC", {"100": 5, "011": 7, "111": 2})
    assert dict(table.select("CB").counts) == {"11": 9}
    with pytest.raises(UsedWrongly, match="unknown list 'D'"):
        table.select("D")


people = st.lists(st.sets(st.sampled_from("ABC"), min_size=1), max_size=30)


@given(people)
def test_totals_reconcile(on: list[set[str]]) -> None:
    table = CaptureTable.tally("ABC", on)
    assert table.observed == len(on) == sum(table.seen_exactly(k) for k in (1, 2, 3))
    for name in "ABC":
        assert table.list_totals[name] == sum(name in person for person in on)


@given(people, st.permutations("ABC"))
def test_the_order_of_lists_changes_nothing(on: list[set[str]], order: list[str]) -> None:
    one, other = CaptureTable.tally("ABC", on), CaptureTable.tally(order, on)
    if on:
        assert other.select("ABC").digest() == one.digest()


def test_no_header_is_repeated_that_may_be_a_person(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("1,김비밀,0\n0,박비밀,1\n1,리비밀,0\n")
    with pytest.raises(BadInput, match="column 2 holds values other than 0 and 1"):
        read_tables(file)
    with pytest.raises(UsedWrongly, match="has no column 'year'") as raised:
        read_tables(file, by=["year"])
    assert "비밀" not in f"{raised.value} {raised.value.hint}"
    file.write_text("Year,A,B\n2013,0,1\n")
    with pytest.raises(UsedWrongly) as raised:
        read_tables(file, by=["year"])
    assert raised.value.hint == "the name of column 1 is similar"


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_a_table_goes_into_a_data_frame_and_comes_back(backend: str) -> None:
    table = CaptureTable.of("ABC", {"10-": 5, "011": 7, "111": 2})
    frame = table.to_frame(backend)
    assert type(frame).__module__.startswith(backend)
    assert list(frame.columns) == ["A", "B", "C", "count"]
    assert CaptureTable.from_frame(frame) == table


def test_a_data_frame_may_have_a_row_a_person_and_true_and_false() -> None:
    import pandas as pd

    frame = pd.DataFrame({"A": [True, True, False], "B": [False, True, True]})
    assert CaptureTable.from_frame(frame).counts == {"10": 1, "11": 1, "01": 1}
    frame = pd.DataFrame({"A": [1.0, float("nan")], "B": [1.0, 1.0]})
    assert CaptureTable.from_frame(frame).counts == {"11": 1, "-1": 1}


def test_a_data_frame_with_another_value_is_refused_by_row_and_column() -> None:
    import pandas as pd

    with pytest.raises(BadInput, match="the data frame, row 2, column 'B': must be 0, 1 or empty"):
        CaptureTable.from_frame(pd.DataFrame({"A": [1, 1], "B": [1, 2]}))


def test_rows_of_people_are_not_held(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("A,B\n" + "1,0\n0,1\n1,1\n" * 10_000)
    tracemalloc.start()
    (table,) = read_tables(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert table.counts == {"10": 10_000, "01": 10_000, "11": 10_000}
    assert peak < 2_000_000  # with every row kept 15 million
