"""Reading CSV: every encoding that arrives, and every way in which a file is not one."""

from __future__ import annotations

import codecs
import io
import os
import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uncounted import delimited, regular_files
from uncounted.errors import BadInput, Error

KOREAN = """번호,성명,성별,출생,고향,사건,일시,장소
1,김영숙,여,1978년,함경북도 회령시,강제북송,2013년 5월,도문 변방구류장
2,리철수,남,1985년 3월,량강도 혜산시,체포,2014년,연길시 공안국
3,박순옥,여,1969년,함경남도 함흥시,행방불명,2012년 겨울,장백현
"""
CHINESE = """编号,姓名,性别,出生,籍贯,事件,日期,地点
1,金英淑,女,1978年,咸镜北道会宁市,被强制遣返,2013年5月,图们边防看守所
2,李哲洙,男,1985年3月,两江道惠山市,被捕,2014年,延吉市公安局
3,朴顺玉,女,1969年,咸镜南道咸兴市,失踪,2012年冬天,长白县
"""
HANJA = "번호,성명,한자\n1,김철수,金哲洙\n2,리영희,李英姬\n3,박정호,朴正浩\n4,최순옥,崔順玉\n"
MIXED = "id,name,alias\n1,김영숙,金英淑\n2,Ким Чхоль Су,金哲洙\n3,José,\U0002000b\n"


def _written(folder: Path, data: bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(data)
    return path


def _table(sheet: delimited.Sheet) -> list[list[str]]:
    return [list(sheet.columns), *(list(row.cells.values()) for row in sheet)]


def _cells(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize(
    "text", [KOREAN, CHINESE, HANJA, MIXED], ids=["ko", "zh", "hanja", "mixed"]
)
@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030-mark"],
)
def test_unicode_is_read_whatever_its_form(tmp_path: Path, text: str, encoding: str) -> None:
    if encoding == "gb18030-mark":
        encoding, data = "utf-16", codecs.BOM_UTF16_BE + text.encode("utf-16-be")
    else:
        data = text.encode(encoding)
    sheet = delimited.read(_written(tmp_path, data))
    assert _table(sheet) == _cells(text)
    assert sheet.encoding == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (KOREAN, "cp949"),
        (HANJA, "cp949"),
        (KOREAN, "euc-kr"),
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
    ],
)
def test_korean_and_chinese_are_distinguished(tmp_path: Path, text: str, encoding: str) -> None:
    path = _written(tmp_path, text.encode(encoding))
    sheet = delimited.read(path)
    assert sheet.encoding == {"euc-kr": "cp949", "gbk": "gb18030"}.get(encoding, encoding)
    assert _table(sheet) == _cells(text)
    assert _table(delimited.read(path, encoding=encoding)) == _cells(text)


@pytest.mark.parametrize(("text", "encoding"), [(KOREAN, "cp949"), (CHINESE, "gb18030")])
def test_one_word_in_every_row_counts_once(tmp_path: Path, text: str, encoding: str) -> None:
    repeated = text + "".join(text.splitlines(keepends=True)[2] for _ in range(2_000))
    assert delimited.read(_written(tmp_path, repeated.encode(encoding))).encoding == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,name\n1,José Müller\n2,Frédéric\n", "latin-1"),
        ("1,Анна\n", "cp1251"),
        ("ид,имя\n1,Ким Чхоль Су\n2,Анна\n", "koi8-r"),
        ("編號,姓名,地點\n1,金英淑,咸鏡北道會寧市\n2,李哲洙,強制遣返", "big5"),
        ("番号,氏名\n1,金英淑さん\n2,強制送還されました", "shift_jis"),
        ("id,name\n1,김\n", "cp949"),
    ],
)
def test_what_cannot_be_reported_is_refused_not_inferred(
    tmp_path: Path, text: str, encoding: str
) -> None:
    path = _written(tmp_path, text.encode(encoding))
    with pytest.raises(BadInput, match=r"cannot be detected") as refused:
        delimited.read(path)
    assert "--encoding" in (refused.value.hint or "")
    assert _table(delimited.read(path, encoding=encoding)) == _cells(text)


def test_an_early_korean_row_and_a_broken_last_one_is_no_korean(tmp_path: Path) -> None:
    path = _written(tmp_path, KOREAN.encode("cp949") + b"4,\xff\xff\n")
    with pytest.raises(BadInput, match="an encoding that cannot be detected"):
        delimited.read(path)
    with pytest.raises(BadInput, match="not cp949 from beginning to end"):
        delimited.read(path, encoding="cp949")


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "undefined", "a\0b", "idna"])
def test_a_stated_encoding_must_be_one_of_text(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(BadInput, match="unknown encoding") as refused:
        delimited.read(_written(tmp_path, b"a,b\n1,2\n"), encoding=encoding)
    assert "utf-8" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\n\n", "is empty"),
        (b" ;;;\n", "empty first row"),
        (b"\na,b\n", "empty first row"),
        (b"PK\x03\x04rest", "an Excel or OpenDocument file"),
        (b"\xd0\xcf\x11\xe0", "an old Excel"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x1f\x8b\x08", "a compressed file"),
        (b"a,b\n1,\x00\n", "NUL characters"),
        (b"\x00\x01\x02\x03" * 50, "NUL characters"),
        (b"a,b,a\n", "column 3 has the name of column 1"),
        (b"a,,c\n", "column 2 has no name"),
        (b"\xff\xfea", "but is not valid"),
        (b'a,b\n1,"never closed\n2,x\n', "row 2: not CSV"),
        (b'a,b\n1,2\n3,"x"y\n', "row 3: not CSV"),
        (b'"a,b\n1,2\n', "row 1: not CSV"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = _written(tmp_path, data)
    with pytest.raises(BadInput) as refused:
        list(delimited.read(path))
    assert words in str(refused.value)


def test_no_error_repeats_a_cell_or_a_header(tmp_path: Path) -> None:
    for data in ("김철수,김철수\n1,2\n", '김철수,b\n1,"리영희\n', "김철수,,\n"):
        with pytest.raises(BadInput) as refused:
            list(delimited.read(_written(tmp_path, data.encode())))
        assert "김철수" not in f"{refused.value}{refused.value.hint}"
        assert "리영희" not in f"{refused.value}{refused.value.hint}"


def test_folders_missing_files_and_pipes(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder"):
        delimited.read(tmp_path)
    with pytest.raises(BadInput, match=r"no such file: missing\.csv"):
        delimited.read(tmp_path / "missing.csv")
    with pytest.raises(BadInput, match="cannot be read"):
        delimited.read(_written(tmp_path, b"a\n") / "below-a-file")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadInput, match="a device or a pipe"):
        delimited.read(tmp_path / "pipe")


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    sheet = delimited.read(_written(tmp_path, b"id,name"))
    assert (sheet.columns, list(sheet)) == (("id", "name"), [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path: Path, delimiter: str, end: str) -> None:
    lines = ['id,"na;m,e"', '1,"a,b;c\td"', "", '2,"two\nlines"', "3"]
    if delimiter != ",":
        lines = [line.replace("id,", f"id{delimiter}", 1) for line in lines]
        lines = [line.replace("1,", f"1{delimiter}", 1) for line in lines]
        lines = [line.replace("2,", f"2{delimiter}", 1) for line in lines]
    sheet = delimited.read(_written(tmp_path, end.join(lines).encode()))
    assert sheet.columns == ("id", "na;m,e")
    assert [(row.number, list(row.cells.values())) for row in sheet] == [
        (2, ["1", "a,b;c\td"]),
        (4, ["2", "two\nlines"]),
        (5, ["3", ""]),
    ]
    assert [row.wrong for row in sheet] == [None, None, "1 cell where the header has 2"]


def test_a_row_too_long_is_wrong_and_loses_nothing_else(tmp_path: Path) -> None:
    rows = list(delimited.read(_written(tmp_path, b"a,b\n1,2,3\n4,5\n")))
    assert rows[0].wrong == "3 cells where the header has 2"
    assert rows[1] == delimited.Row(3, {"a": "4", "b": "5"})


def test_a_long_cell_is_read_and_one_that_is_too_long_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _written(tmp_path, b"a,b\n1," + b"x" * 1_000_000 + b"\n")
    assert len(next(iter(delimited.read(path))).cells["b"]) == 1_000_000
    path = _written(tmp_path, b"a,b\n1," + b"x" * (delimited.LONGEST_FIELD + 1) + b"\n")
    with pytest.raises(BadInput, match="row 2: not CSV"):
        list(delimited.read(path))


@pytest.mark.volume
def test_memory_stays_flat(tmp_path: Path) -> None:
    line = "{},김철수,1975년 3월,함경북도 회령시,강제북송\n"
    path = tmp_path / "long.csv"
    with path.open("w", encoding="cp949") as file:
        file.write("번호,성명,출생,고향,사건\n")
        file.writelines(line.format(number) for number in range(100_000))
    tracemalloc.start()
    count = sum(1 for _ in delimited.read(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 100_000
    assert peak < 3_000_000 < path.stat().st_size


@given(st.binary(max_size=300) | st.text(',;\t"\n\r ab가金\0', max_size=80).map(str.encode))
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_are_a_table_or_a_refusal(tmp_path: Path, data: bytes) -> None:
    path = _written(tmp_path, data)
    try:
        rows = list(delimited.read(path))
    except Error as refused:
        assert isinstance(refused, BadInput)  # noqa: PT017
        return
    assert all(row.number >= 2 for row in rows)


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_written_well_comes_back(tmp_path: Path, rows: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    path = _written(tmp_path, "\n".join(["a,b", *quoted]).encode())
    back = [list(row.cells.values()) for row in delimited.read(path, encoding="utf-8")]
    assert back == [row for row in rows if any(cell.strip() for cell in row)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp949"])
@pytest.mark.parametrize("stated", ["sep=;", '"sep=;"', "SEP=;"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_excels_line_that_states_the_separator(
    tmp_path: Path, encoding: str, stated: str, end: str
) -> None:
    text = KOREAN.replace("함경북도 ", "함경북도,, ").replace(",", ";").replace(";;", ",,")
    lines = [stated, *text.splitlines(), "4;짧은"]
    sheet = delimited.read(_written(tmp_path, (end.join(lines) + end).encode(encoding)))
    assert sheet.columns == tuple(KOREAN.split("\n")[0].split(","))
    rows = list(sheet)
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert rows[0].cells["고향"] == "함경북도,, 회령시"
    assert rows[-1].wrong == "2 cells where the header has 8"


def test_a_separator_that_none_is_and_one_with_nothing_below(tmp_path: Path) -> None:
    assert delimited.read(_written(tmp_path, b"sep=x;a\n1;2\n")).columns == ("sep=x", "a")
    with pytest.raises(BadInput, match="is empty"):
        delimited.read(_written(tmp_path, b"sep=;\n"))


def test_a_vertical_bar_parts_cells_where_nothing_else_does(tmp_path: Path) -> None:
    sheet = delimited.read(_written(tmp_path, b"id|name|sex\n1|Kim|f\n2|Ri, B|m\n3|a|b|c\n"))
    assert [tuple(row.cells.values()) for row in sheet][:2] == [
        ("1", "Kim", "f"),
        ("2", "Ri, B", "m"),
    ]
    assert [row.wrong is None for row in sheet] == [True, True, False]
    sheet = delimited.read(_written(tmp_path, b"id,name|title\n1,Kim|Ri\n"))
    assert _table(sheet) == [["id", "name|title"], ["1", "Kim|Ri"]]
    assert delimited.read(_written(tmp_path, b'id,"a|b|c|d"\n')).columns == ("id", "a|b|c|d")


@pytest.mark.parametrize(
    "start",
    ["<html>", "<HTML lang='ko'>", "<!DOCTYPE html>", "\n <table>", "<?xml version='1.0'?>"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_web_page_that_is_called_a_table(tmp_path: Path, start: str, encoding: str) -> None:
    page = f"{start}<tr><td>번호</td><td>김영숙</td></tr>"
    with pytest.raises(BadInput, match="is a web page or XML") as refused:
        delimited.read(_written(tmp_path, page.encode(encoding)))
    assert "spreadsheet program" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("Person,,,,Event,,", "headings over several columns"),
        ("Person,,Event", "headings over several columns"),
        ("A list of people,,,", "is the first row a title"),
        ("id,", "delete the column"),
    ],
)
def test_a_column_without_a_name(tmp_path: Path, header: str, hint: str) -> None:
    with pytest.raises(BadInput, match="has no name") as refused:
        delimited.read(_written(tmp_path, f"{header}\nid,name,birth\n".encode()))
    assert hint in (refused.value.hint or "")
    assert ("headings" in hint) == ("headings" in (refused.value.hint or ""))


def test_empty_columns_at_the_end_are_none(tmp_path: Path) -> None:
    text = "id,name,,\n1,Kim,,\n2,Ri, ,\n3,Pak,x,\n4,Choe,,x\n5,Han\n6,Im,\n7,O,,,\n8,,,\n,,,\n"
    sheet = delimited.read(_written(tmp_path, text.encode()))
    assert (sheet.columns, sheet.beyond) == (("id", "name"), 2)
    assert [row.wrong for row in sheet] == [
        *(None, None, "3 cells where the header has 2", "4 cells where the header has 2"),
        *(None, "3 cells where the header has 2", "5 cells where the header has 2", None),
    ]
    assert [row.cells for row in sheet][:2] == [
        {"id": "1", "name": "Kim"},
        {"id": "2", "name": "Ri"},
    ]


def test_a_header_that_is_full_drops_no_cell(tmp_path: Path) -> None:
    sheet = delimited.read(_written(tmp_path, b"id,name,sex\n1,Kim,Chol,\n"))
    assert [row.wrong for row in sheet] == ["4 cells where the header has 3"]


def test_a_million_columns_are_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text(",".join(f"c{at}" for at in range(1_000_000)) + "\n")
    began = time.process_time()
    with pytest.raises(BadInput, match=r"wide\.csv has more than 16,384 columns") as caught:
        delimited.read(file)
    assert "keep the columns that you need" in str(caught.value.hint)
    assert time.process_time() - began < 2


def test_as_many_columns_as_a_spreadsheet_has_are_read(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text(",".join(f"c{at}" for at in range(16_384)) + "\n")
    assert len(delimited.read(file).columns) == 16_384


def test_a_file_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    file = tmp_path / "empty.csv"
    with file.open("wb") as target:
        target.truncate(5 << 30)
    with pytest.raises(BadInput, match=r"empty\.csv has more than 134,217,728 bytes") as caught:
        delimited.read(file)
    assert "in several files, under one --source" in str(caught.value.hint)


def test_the_first_block_of_nuls_is_the_last_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, read = tmp_path / "empty.csv", [0]
    with file.open("wb") as target:
        target.truncate(delimited.LARGEST_FILE)

    class Counted(io.FileIO):
        def readinto(self, buffer: Any, /) -> int:
            read[0] += (got := super().readinto(buffer) or 0)
            return got

    def opened(path: Path, **_: object) -> io.BufferedReader:
        return io.BufferedReader(Counted(path))

    monkeypatch.setattr(regular_files, "opened", opened)
    with pytest.raises(BadInput, match="is not text: it holds NUL characters"):
        delimited.read(file)
    assert 0 < read[0] < 1 << 20


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b",\n", b" \n"])
def test_rows_without_end_are_refused_at_once(tmp_path: Path, line: bytes) -> None:
    file = _written(tmp_path, b"id,name\n" + line * 1_048_576)
    began = time.process_time()
    with pytest.raises(BadInput, match="more than 1,048,576 rows"):
        _table(delimited.read(file))
    assert time.process_time() - began < 2
    file.write_bytes(b"id,name\n" + line * 1_000 + b"1,Kim\n")
    assert _table(delimited.read(file)) == [["id", "name"], ["1", "Kim"]]


def test_a_file_of_ragged_rows_is_refused_before_its_end(tmp_path: Path) -> None:
    ragged = b"1\n" * 9_999
    file = _written(tmp_path, b"id,name\n" + ragged + b"1,Kim\n" + ragged)
    assert len(_table(delimited.read(file))) == 20_000
    file.write_bytes(b"id,name\n" + ragged + b"\n1\n1,Kim\n")
    with pytest.raises(BadInput, match="none of the first 10,000 rows has as many cells"):
        _table(delimited.read(file))


def test_rows_of_two_bytes_under_thousands_of_columns_are_refused_at_once(tmp_path: Path) -> None:
    header = ",".join(f"c{at}" for at in range(16_384))
    file = _written(tmp_path, f"{header}\n{',' * 16_383}1\n".encode() + b"1\n" * 20_000)
    began = time.process_time()
    with pytest.raises(BadInput, match="too many cells for its size"):
        _table(delimited.read(file))
    assert time.process_time() - began < 4
    full = ("," * 299 + "1\n").encode()
    file.write_bytes(",".join(f"c{at}" for at in range(300)).encode() + b"\n" + full * 30_000)
    assert sum(1 for _ in delimited.read(file)) == 30_000  # every cell of it takes a byte


def test_names_of_columns_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    file = _written(tmp_path, b"id,name," + b"x" * (1 << 20) + b"\n1,Kim,1\n")
    with pytest.raises(BadInput, match="more than 1,048,576 characters"):
        delimited.read(file)


@pytest.mark.parametrize(
    "written", ["\u200fالاسم", "الا\u200dسم", "الاسم\u00a0", "\u2067الاسم\u2069", "الاسم"]
)
def test_a_column_is_called_what_is_seen(written: str) -> None:
    assert delimited.heading(written) == "الاسم"
    assert delimited.heading("Ім'я\u202fта\u00a0по батькові") == "Ім'я та по батькові"
    assert delimited.heading("Preno\u0301m") == "Prenóm"
