"""Tables from XLSX and JSON: what a person sees in a cell, and every way not to be one."""

from __future__ import annotations

import json
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from tests.records.read_file import read_file
from tests.records.tabular.sheets import Raw, dated, one_sheet, pack, parts, sheet

from uncounted import delimited
from uncounted.errors import BadInput, BadMapping, Error
from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.rows import Accepted, Rejected
from uncounted.records.tabular import headers, json_items, open_table

SECRET = "김비밀"
START = '[columns]\nid = "id"\nname = "name"\n'
REPEATED = START + '[[acts]]\nrepeat = "acts"\nact = "what"\ndate = "when"\n'


def cells(path: Path, **more: str) -> list[dict[str, str]]:
    return [dict(row.cells) for row in open_table.open_table(path, **more)]  # type: ignore[arg-type]


def refused(path: Path, words: str, **more: str) -> Error:
    with pytest.raises(BadInput, match=words) as caught:
        list(open_table.open_table(path, **more))  # type: ignore[arg-type]
    assert SECRET not in f"{caught.value} {caught.value.hint}"
    return caught.value


def taken(path: Path, mapping: str, **more: str) -> list[Accepted | Rejected]:
    return list(read_file(path, Mapping.parse(mapping), "A", **more))


# Workbooks -----------------------------------------------------------------------------------

SHOWN = [
    ("yyyy-mm-dd", 41401, "2013-05-07"),
    ("d mmm yyyy", 41401, "2013-05-07"),
    ("[$-412]yyyy/m/d;@", 41401, "2013-05-07"),
    ('yyyy"년" m"월" d"일"', 41401, "2013-05-07"),
    ("dddd, d mmmm yyyy", 41401, "2013-05-07"),
    ("yyyy", 41275, "2013"),
    ("yy", 41275, "2013"),
    ('yyyy"년"', 41275, "2013"),
    ('[$-804]e"年"m"月"', 41395, "2013-05"),
    ("mmm\\-yy", 41395, "2013-05"),
    ("m/d", 41401, "XXXX-05-07"),
    ("yyyy-mm-dd hh:mm", 41401.604166666664, "2013-05-07 14:30"),
    ("yyyy-mm-dd", 41401.99999, "2013-05-07"),
    ("h:mm AM/PM", 0.5, "12:00"),
    ("[h]:mm", 1.5, "1.5"),
    ("mm:ss", 0.5, "12:00"),
    ("General", 41401, "41401"),
    ("General", "2013.0", "2013"),
    ("General", "2.013E3", "2013"),
    ("0.00", "0.30000000000000004", "0.30"),
    ("General", "0.30000000000000004", "0.3"),
    ("0.00", "2008.1", "2008.10"),
    ("0.00", "2008.0999999999999", "2008.10"),
    ("0.00_ ", "2008.1", "2008.10"),
    ("0.00", "2008", "2008"),
    ("0.0", "2008.12", "2008.12"),
    ("General", "2008.1", "2008.1"),
    ("0.00E+00", 41401, "41401"),
    ('0 "days"', 7, "7"),
    ("00000", 42, "00042"),
    ("yyyy-mm-dd", 60, "1900-02-29"),
    ("yyyy-mm-dd", 59, "1900-02-28"),
    ("yyyy-mm-dd", 0, "0"),
    ("yyyy-mm-dd", -5, "-5"),
    ("yyyy-mm-dd", 99999999, "99999999"),
]


@pytest.mark.parametrize(("code", "number", "text"), SHOWN)
def test_a_number_says_what_its_cell_shows(
    tmp_path: Path, code: str, number: float, text: str
) -> None:
    path = one_sheet(tmp_path / "t.xlsx", [["a"], [dated(number, 1)]], codes=[code])
    assert cells(path) == [{"a": text}]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (14, "2013-05-07"), (22, "2013-05-07 00:00"), (17, "2013-05"), (57, "2013-05-07"),
        (20, "00:00"), (1, "41401"), (49, "41401"),
    ],
)  # fmt: skip
def test_formats_that_a_file_names_by_number(tmp_path: Path, number: int, text: str) -> None:
    held = parts({"Form": sheet([["a"], [dated(41401, 0)]])})
    held["xl/styles.xml"] = f'<styleSheet><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    assert cells(pack(tmp_path / "t.xlsx", held)) == [{"a": text}]


@pytest.mark.parametrize(
    ("code", "number", "edtf", "doubt"),
    [
        ("0.00", 2008.1, "2008-10", ""),
        ("0.00", 2008.01, "2008-01", ""),
        ("General", 2008.1, "2008-01", "January or October"),
        ("0.0", 2008.1, "2008-01", "January or October"),
        ("General", 2008.2, "2008-02", ""),
        ("General", 2008.11, "2008-11", ""),
        ("0.0", 2008.12, "2008-12", "shows rounded"),
    ],
)
def test_a_month_after_a_point(
    tmp_path: Path, code: str, number: float, edtf: str, doubt: str
) -> None:
    rows = [["id", "name", "birth"], ["1", "Kim", dated(number, 1)]]
    path = one_sheet(tmp_path / "t.xlsx", rows, codes=[code])
    [one] = taken(path, START + 'birth = "birth"\n')
    assert isinstance(one, Accepted)
    assert one.report.birth is not None
    assert one.report.birth.edtf == edtf
    assert [doubt in warning for warning in one.warnings] == ([True] if doubt else [])


@pytest.mark.parametrize(
    ("file", "text", "edtf", "noted"),
    [
        ("t.json", '[{"id": 1, "name": "Kim", "birth": 2008.1}]', "2008-01", True),
        ("t.json", '[{"id": 1, "name": "Kim", "birth": 2008.10}]', "2008-10", False),
        ("t.csv", "id,name,birth\n1,Kim,2008.1\n", "2008-01", True),
        ("t.csv", "id,name,birth\n1,Kim,2008.10\n", "2008-10", False),
        ("t.csv", "id,name,birth\n1,Kim,2008.01\n", "2008-01", False),
    ],
)
def test_a_month_after_a_point_in_a_file_that_says_no_format(
    tmp_path: Path, file: str, text: str, edtf: str, noted: bool
) -> None:
    (tmp_path / file).write_text(text)
    [one] = taken(tmp_path / file, START + 'birth = "birth"\n')
    assert isinstance(one, Accepted)
    assert one.report.birth is not None
    assert one.report.birth.edtf == edtf
    assert ["January or October" in warning for warning in one.warnings] == [True] * noted


def test_two_digits_after_the_point_by_the_number_of_the_format(tmp_path: Path) -> None:
    held = parts({"Form": sheet([["a"], [Raw('<c s="0"><v>2008.1</v></c>')]])})
    held["xl/styles.xml"] = '<styleSheet><cellXfs><xf numFmtId="2"/></cellXfs></styleSheet>'
    assert cells(pack(tmp_path / "t.xlsx", held)) == [{"a": "2008.10"}]


def test_a_month_of_the_east_is_a_month_only_on_its_first_day(tmp_path: Path) -> None:
    held = parts({"Form": sheet([["a"], [dated(41395, 0)]])})
    held["xl/styles.xml"] = '<styleSheet><cellXfs><xf numFmtId="57"/></cellXfs></styleSheet>'
    assert cells(pack(tmp_path / "t.xlsx", held)) == [{"a": "2013-05"}]


def test_days_counted_from_1904(tmp_path: Path) -> None:
    path = one_sheet(
        tmp_path / "t.xlsx",
        [["a"], [dated(39939, 1)]],
        codes=["yyyy-mm-dd"],
        more='<workbookPr date1904="1"/>',
    )
    assert cells(path) == [{"a": "2013-05-07"}]


def test_cells_of_every_kind(tmp_path: Path) -> None:
    held = parts(
        {
            "Form": sheet(
                [
                    ["shared", "rich", "truth", "formula", "words", "escaped", "iso"],
                    [
                        Raw('<c t="s"><v>1</v></c>'),
                        Raw('<c t="s"><v>0</v></c>'),
                        Raw('<c t="b"><v>1</v></c>'),
                        Raw("<c><f>1+1</f><v>2</v></c>"),
                        Raw('<c t="str"><f>A1</f><v>so</v></c>'),
                        Raw('<c t="inlineStr"><is><t>a_x000D_b_xD83D__xDE00_</t></is></c>'),
                        Raw('<c t="d"><v>2013-05-07T00:00:00Z</v></c>'),
                    ],
                    [None],
                    [Raw('<c r="C4" t="b"><v>0</v></c>')],
                ]
            )
        }
    )
    held["xl/sharedStrings.xml"] = (
        "<sst><si><r><t>김</t></r><r><rPr/><t>철수</t></r><rPh><t>kim</t></rPh></si>"
        "<si><t xml:space='preserve'> &lt;b&gt; </t></si></sst>"
    )
    table = open_table.open_table(pack(tmp_path / "t.xlsx", held))
    first, last = table
    assert list(first.cells.values()) == [
        " <b> ", "김철수", "TRUE", "2", "so", "a\rb😀", "2013-05-07",
    ]  # fmt: skip
    assert (last.number, last.cells["truth"]) == (4, "FALSE")
    assert (table.kind, table.encoding, table.unit) == ("XLSX", "utf-8", "row")


def test_a_cell_that_cannot_be_read_matters_where_it_is_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "name", "born", "other"],
        [1, "Kim", Raw("<c><f>1+1</f></c>"), Raw('<c t="e"><v>#N/A</v></c>')],
        [2, "Kim", Raw("<c><f>1+1</f><v/></c>"), None],
        [3, "Kim", Raw('<c t="e"><v>#REF!</v></c>'), None],
        [4, "Kim", 12345678901234567890, None],
        [5, "Kim", None, Raw('<c t="e"><v>#N/A</v></c>')],
        [6, "Kim", None, None, None, "beyond"],
        [7, "Kim", dated(2013, 1), None],
    ]
    path = one_sheet(tmp_path / "t.xlsx", rows, codes=["yyyy-mm-dd"])
    found = taken(path, START + 'birth = "born"\n')
    said = [one.reasons if isinstance(one, Rejected) else one.warnings for one in found]
    assert [one.row for one in found] == [2, 3, 4, 5, 6, 7, 8]
    assert "never saved" in said[0][0]
    assert "never saved" in said[1][0]
    assert "an error of the spreadsheet" in said[2][0]
    assert "more digits than a spreadsheet keeps" in said[3][0]
    assert said[4] == ()
    assert said[5] == ("a cell in column F, which has no name",)
    assert "a year typed into a date cell" in said[6][0]


def test_a_first_of_january_is_suspect_in_a_workbook_too(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "name", "born"],
        [1, "Kim", dated(27395, 1)],
        [2, "Ri", dated(27395, 2)],
    ]
    path = one_sheet(tmp_path / "t.xlsx", rows, codes=["yyyy-mm-dd", "yyyy"])
    day, year = taken(path, START + 'birth = "born"\n')
    assert isinstance(day, Accepted)
    assert isinstance(year, Accepted)
    assert "may be only a year" in day.warnings[0]
    assert year.warnings == ()
    assert year.report.birth is not None
    assert year.report.birth.edtf == "1975"
    padded, _ = taken(path, START + 'birth = "born"\n[source]\npads_dates = true\n')
    assert isinstance(padded, Accepted)
    assert padded.report.birth is not None
    assert padded.report.birth.edtf == "1975"


def test_merged_cells_are_reported_row_by_row(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["id", "name", "note"],
        [1, "Kim", "Pak"],
        [2, None, "Choe"],
        [3, "Ri", "Kang"],
    ]
    after = '<mergeCells><mergeCell ref="B2:B3"/><mergeCell ref="C9:D9"/></mergeCells>'
    found = taken(one_sheet(tmp_path / "t.xlsx", rows, after=after), START)
    assert [type(one).__name__ for one in found] == ["Rejected", "Rejected", "Accepted"]
    assert isinstance(found[0], Rejected)
    assert found[0].reasons[0].startswith("column 'name': merged with other cells")
    without = START.replace("name =", "family_name =").replace('"name"', '"note"')
    assert all(isinstance(one, Accepted) for one in taken(tmp_path / "t.xlsx", without))


def test_merged_cells_are_found_at_the_end_of_a_long_sheet(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "name"], *([i, f"name {i * 7919}"] for i in range(9_000))]
    after = '<mergeCells count="1"><mergeCell ref="A9000:A9001"/></mergeCells>' + " " * 70_000
    path = one_sheet(tmp_path / "t.xlsx", rows, after=after)
    assert [row.number for row in open_table.open_table(path) if row.bad] == [9000, 9001]


def test_which_sheet(tmp_path: Path) -> None:
    held = {SECRET: sheet([["a"], ["1"]]), "old": sheet([["b"], ["2"]]), "3": sheet([["c"], ["3"]])}
    path = pack(tmp_path / "t.xlsx", parts(held, hidden=["old"]))
    error = refused(path, r"has 2 sheets that may be meant, and 1 hidden")
    assert "--sheet" in (error.hint or "")
    assert cells(path, sheet=SECRET) == cells(path, sheet="1") == [{"a": "1"}]
    assert cells(path, sheet="old") == cells(path, sheet="2") == [{"b": "2"}]
    assert cells(path, sheet="3") == [{"c": "3"}]
    refused(path, "has no such sheet", sheet="4")
    path = pack(tmp_path / "u.xlsx", parts(held, hidden=["old", "3"]))
    assert cells(path) == [{"a": "1"}]
    refused(pack(tmp_path / "v.xlsx", parts(held, hidden=list(held))), "has no sheets that may")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "is empty"),
        ([[None], ["a"]], "has an empty first row"),
        ([["a", None, "b"], [1]], "column 2 has no name"),
        ([["a", "a"]], "column 2 has the name of column 1"),
    ],
)
def test_a_first_row_that_names_no_columns(
    tmp_path: Path, rows: list[list[object]], words: str
) -> None:
    refused(one_sheet(tmp_path / "t.xlsx", rows), words)


SOUND = sheet([["id", "name"], [1, SECRET]])


@pytest.mark.parametrize(
    ("part", "text", "words"),
    [
        ("xl/vbaProject.bin", "x", "holds macros"),
        ("xl/worksheets/sheet1.xml", SOUND[:-30], "is damaged"),
        (
            "xl/worksheets/sheet1.xml",
            '<!DOCTYPE a [<!ENTITY b "c">]>' + SOUND,
            "defines XML entities",
        ),
        (
            "xl/workbook.xml",
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><workbook/>',
            "defines XML entities",
        ),
        ("xl/workbook.xml", "<workbook/>", "has no sheet with rows"),
        ("xl/worksheets/sheet1.xml", SOUND.replace("<row>", '<row r="1">'), "is damaged"),
        ("xl/worksheets/sheet1.xml", SOUND.replace("<row>", '<row r="1048577">'), "is damaged"),
        ("xl/worksheets/sheet1.xml", sheet([[Raw('<c r="ZZZ1"/>')]]), "is damaged"),
        ("xl/worksheets/sheet1.xml", sheet([[Raw('<c r="B1"/><c r="A1"/>')]]), "is damaged"),
        ("xl/worksheets/sheet1.xml", sheet([[Raw('<c t="s"><v>7</v></c>')]]), "is damaged"),
        ("xl/worksheets/sheet1.xml", sheet([["_xD800_"]]), "half a character"),
        ("xl/worksheets/sheet1.xml", sheet([["_x0000_"]]), "NUL"),
        ("xl/worksheets/sheet1.xml", sheet([["a"], ["x" * 10_000_000]]), "a cell of more than"),
        ("xl/sharedStrings.xml", f"<sst><si><t>{'x' * 2_000_000}</t></si></sst>", "a cell of more"),
        ("xl/styles.xml", f"<styleSheet a='{'x' * 9_000_000}'/>", "is damaged"),
    ],
)
def test_a_workbook_that_is_none(tmp_path: Path, part: str, text: str, words: str) -> None:
    refused(pack(tmp_path / "t.xlsx", parts({"Form": SOUND}) | {part: text}), words)


def test_a_bomb_is_seen_before_it_goes_off(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts({"Form": SOUND}).items():
            archive.writestr(name, text)
        archive.writestr("xl/media/a.bin", bytes(40 << 20))
    refused(path, "unpacks to far more")


def of_one_text(path: Path, text: str, rows: int) -> Path:
    """A workbook in which every name is the same shared text."""
    shared = Raw('<c t="s"><v>0</v></c>')
    form = sheet([["id", "name"], *([number, shared] for number in range(rows))])
    strings = f"<sst><si><t>{text}</t></si></sst>"
    return pack(path, parts({"Form": form}) | {"xl/sharedStrings.xml": strings})


@pytest.mark.parametrize("length", [8_000, 32_000, 1_000_000])
def test_a_text_that_is_repeated_without_end_is_refused(tmp_path: Path, length: int) -> None:
    path = of_one_text(tmp_path / "t.xlsx", "x " * (length // 2), 100_000)
    began = time.process_time()
    with pytest.raises(BadInput, match=r"repeats its texts to more than [0-9,]* char") as caught:
        taken(path, START)
    assert "ask the sender" in str(caught.value.hint)
    assert time.process_time() - began < 4  # seconds; 2 on a machine that does nothing else


def test_merged_cells_over_each_other_without_end_are_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "name"], *([number, SECRET] for number in range(10_000))]
    merges = "<mergeCells>" + '<mergeCell ref="B2:B1048576"/>' * 20_000 + "</mergeCells>"
    began = time.process_time()
    refused(one_sheet(tmp_path / "t.xlsx", rows, after=merges), "is damaged")
    assert time.process_time() - began < 2


def test_a_short_text_may_be_repeated_in_every_row(tmp_path: Path) -> None:
    path = of_one_text(tmp_path / "t.xlsx", "Kim " * 25, 20_000)
    assert sum(1 for _ in open_table.open_table(path)) == 20_000


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"word/document.xml": ""}, "is no Excel file"),
        ({"content.xml": ""}, "is an OpenDocument file"),
        ({"xl/workbook.bin": ""}, "is a binary Excel file"),
    ],
)
def test_other_files_that_are_zips(tmp_path: Path, held: dict[str, str], words: str) -> None:
    refused(pack(tmp_path / "t.xlsx", held), words)


def test_what_only_one_kind_of_file_has(tmp_path: Path) -> None:
    path = one_sheet(tmp_path / "t.xlsx", [["a"], [1]])
    refused(path, "declares its own encoding", encoding="cp949")
    (tmp_path / "t.csv").write_text("a\n1\n")
    refused(tmp_path / "t.csv", "has no sheets", sheet="1")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    refused(tmp_path / "old.xls", "an old Excel file, or has a password")


def test_memory_stays_flat(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = one_sheet(tmp_path / "t.xlsx", [["id", "n"], *([i, "Kim"] for i in range(rows))])
        tracemalloc.start()
        assert sum(1 for _ in open_table.open_table(path)) == rows
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(12_000) < 1.5 * peak(4_000)


# Repeats -------------------------------------------------------------------------------------

MAIN_ROWS: list[list[object]] = [
    ["_index", "id", "name"],
    [1, "A", "Kim"],
    [2, "B", "Ri"],
    [3, "C", "Choe"],
]
ACT_ROWS: list[list[object]] = [
    ["what", "when", "_index", "_parent_table_name", "_parent_index"],
    ["arrest", "2013-05", 1, "Form", 1],
    ["forced_return", "2014", 2, "Form", 1],
    ["death", "2015", 3, "Form", 3],
]


def test_acts_of_a_second_sheet(tmp_path: Path) -> None:
    path = pack(tmp_path / "t.xlsx", parts({"Form": sheet(MAIN_ROWS), "acts": sheet(ACT_ROWS)}))
    found = taken(path, REPEATED)
    said = [
        [(act.kind, act.date and act.date.edtf) for act in one.report.acts]
        for one in found
        if isinstance(one, Accepted)
    ]
    assert said == [[("arrest", "2013-05"), ("forced-return", "2014")], [], [("death", "2015")]]


def test_acts_of_a_second_file(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text("id,name,KEY\nA,Kim,uuid:1\nB,Ri,uuid:2\n")
    acts = "what,when,PARENT_KEY,KEY\narrest,2013,uuid:2,k1\nunheard,2014,uuid:2,k2\n"
    (tmp_path / "form-acts.csv").write_text(acts)
    mapping = REPEATED.replace('"acts"', '"form-acts.csv"')
    first, second = taken(tmp_path / "form.csv", mapping)
    assert isinstance(first, Accepted)
    assert isinstance(second, Rejected)
    assert second.reasons[0].startswith("'form-acts.csv', row 3: column 'what': not a word")
    own = mapping + 'key = "KEY"\nparent = "PARENT_KEY"\n'
    assert taken(tmp_path / "form.csv", own) == [first, second]


def test_repeats_that_belong_to_no_one_or_to_two(tmp_path: Path) -> None:
    (tmp_path / "acts").write_text("what,when,PARENT_KEY\narrest,2013,1\narrest,2013,9\n")
    (tmp_path / "form.csv").write_text("id,name,KEY\nA,Kim,1\nB,Ri,1\n")
    rows = read_file(tmp_path / "form.csv", Mapping.parse(REPEATED), "A")
    assert isinstance(next(rows), Accepted)
    second = next(rows)
    assert isinstance(second, Rejected)
    assert second.reasons == ("its repeats are those of a row above too (the same key)",)
    with pytest.raises(BadInput, match=r"1 rows of a repeat belong to no row .* is row 3"):
        next(rows)


@pytest.mark.parametrize(
    ("main", "acts", "mapping", "words"),
    [
        (MAIN_ROWS, [["what", "when"], ["x", "y"]], REPEATED, "cannot be matched with the rows"),
        (MAIN_ROWS, ACT_ROWS, REPEATED.replace("what", "waht"), "does not have"),
        (MAIN_ROWS, ACT_ROWS, REPEATED.replace('"acts"', '"nope"'), "has no sheet named as repeat"),
        (
            MAIN_ROWS,
            [ACT_ROWS[0], ["arrest", "2013", 1, "acts", 1]],
            REPEATED,
            "belong to a sheet that is not read",
        ),
    ],
)
def test_repeats_that_cannot_be_joined(
    tmp_path: Path,
    main: list[list[object]],
    acts: list[list[object]],
    mapping: str,
    words: str,
) -> None:
    path = pack(tmp_path / "t.xlsx", parts({"Form": sheet(main), "acts": sheet(acts)}))
    with pytest.raises((BadMapping, BadInput), match=words):
        taken(path, mapping, sheet="1")


def test_a_repeat_is_no_way_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "form.csv").write_text("id,name,KEY\nA,Kim,1\n")
    with pytest.raises(BadMapping, match="must be a file in the same folder"):
        taken(tmp_path / "form.csv", REPEATED.replace('"acts"', '"../acts.csv"'))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[acts]]\nkind = "arrest"\nkey = "a"\n', "has a key but no repeat"),
        ('[[acts]]\nkind = "arrest"\nrepeat = "r"\nkey = "a"\n', "both a key and a parent"),
        ('[[acts]]\nkind = "arrest"\nsplit = true\n', "not for one kind"),
        ('[[acts]]\nact = "x"\nsplit = 1\n', "neither true nor false"),
    ],
)
def test_what_a_mapping_may_not_say_of_repeats(text: str, words: str) -> None:
    with pytest.raises(BadMapping) as caught:
        Mapping.parse(START + text)
    assert words in str(caught.value)


# Several in a cell ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("arrest detention forced_return", ["arrest", "detention", "forced-return"]),
        ("sent back", ["forced-return"]),
        ("sent back|arrest", ["forced-return", "arrest"]),
        ("체포; 강제 북송", ["arrest", "forced-return"]),
        ("체포 및 고문·구금", ["arrest", "torture", "detention"]),
        ("arrest arrest", ["arrest"]),
        ("", []),
        ("-", []),
        ("N/A", []),
        ("체포; 미상", ["arrest"]),
        ("arrest|?|NULL", ["arrest"]),
        ("체포됨; 북송됨", ["arrest", "forced-return"]),
    ],
)
def test_acts_of_a_select_multiple(tmp_path: Path, text: str, kinds: list[str]) -> None:
    (tmp_path / "t.csv").write_text(f"id,name,what,when\n1,Kim,{text},\n", encoding="utf-8")
    mapping = START + '[[acts]]\nact = "what"\ndate = "when"\nsplit = true\n'
    [one] = taken(tmp_path / "t.csv", mapping)
    assert isinstance(one, Accepted)
    assert [act.kind for act in one.report.acts] == kinds


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("체포; 강제 북송", True),
        ("체포, 고문", True),
        ("arrest and torture", True),
        ("arrest / arrest", False),
        ("arrest;", False),
        ("torture death", False),  # a space parts nothing: it may be one thing
    ],
)
def test_several_acts_in_a_cell_that_is_not_stated_to_hold_several(
    tmp_path: Path, text: str, several: bool
) -> None:
    """What is asked for is `split`, and no meaning of the words together: that would lose acts."""
    (tmp_path / "t.csv").write_text(f'id,name,what\n1,Kim,"{text}"\n', encoding="utf-8")
    [one] = taken(tmp_path / "t.csv", START + '[[acts]]\nact = "what"\n')
    assert isinstance(one, Rejected)
    assert ("several acts in one cell (say split = true" in one.reasons[0]) == several
    assert ("not a word of the vocabulary" in one.reasons[0]) != several


@pytest.mark.parametrize("text", ["death sentence", "사형 선고", "死刑判决"])
@pytest.mark.parametrize("split", ["true", "false"])
def test_a_death_sentence_is_no_death(tmp_path: Path, text: str, split: str) -> None:
    (tmp_path / "t.csv").write_text(f"id,name,what\n1,Kim,{text}\n", encoding="utf-8")
    [one] = taken(tmp_path / "t.csv", START + f'[[acts]]\nact = "what"\nsplit = {split}\n')
    assert isinstance(one, Accepted)
    assert [act.kind for act in one.report.acts] == ["sentence"]


@pytest.mark.parametrize("word", [SECRET, "unknown", "; none", "; removed"])
def test_a_select_multiple_with_a_word_that_is_none(tmp_path: Path, word: str) -> None:
    (tmp_path / "t.csv").write_text(f"id,name,what\n1,Kim,arrest {word}\n", encoding="utf-8")
    [one] = taken(tmp_path / "t.csv", START + '[[acts]]\nact = "what"\nsplit = true\n')
    assert isinstance(one, Rejected)
    assert "not words of the vocabulary" in one.reasons[0]
    assert SECRET not in str(one)


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("link statistics", {"link", "statistics"}),
        ("no link", None),
        ("link no", None),
        ("not link", None),
        ("no", set()),
    ],
)
def test_consent_of_a_select_multiple(tmp_path: Path, text: str, uses: set[str] | None) -> None:
    (tmp_path / "t.csv").write_text(f"id,name,ok\n1,Kim,{text}\n")
    [one] = taken(tmp_path / "t.csv", START + '[consent]\nuses = { column = "ok" }\n')
    assert (one.consent.uses if isinstance(one, Accepted) else None) == uses


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("번호,이름,x\n1,김,\n", "cp949"),
        ("연번,성명,성별\n", "cp949"),
        ("编号,姓名,x\n1,金,\n", "gb18030"),
        ("序号;姓名;性别\n", "gb18030"),
        ("sep=;\n번호;이름\n", "cp949"),
    ],
)
def test_the_header_tells_the_encoding_of_a_few_rows(
    tmp_path: Path, text: str, encoding: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(Error, match=r"(cannot be detected|could be Korean)"):
        delimited.read(path)
    table = open_table.open_table(path)
    assert table.encoding == encoding
    assert table.columns[1] in text


def test_a_name_in_the_first_row_does_not(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for row in ("1,林眉,女\n", "id,김철\n"):
        path.write_bytes(row.encode("gb18030" if "林" in row else "cp949"))
        refused(path, "(cannot be detected|could be Korean)")


def test_no_word_for_a_column_is_one_in_another_encoding() -> None:
    words = [word for word in headers.header_words() if not word.isascii()]
    ways = ("cp949", "gb18030", "big5hkscs", "cp932", "euc_jp")
    for word in words:
        for written_as in ways:
            for read_as in ("cp949", "gb18030"):
                seen = word.encode(written_as, "ignore").decode(read_as, "ignore")
                assert seen == word or not headers.fields_of(seen) or len(seen) < 2


# JSON ----------------------------------------------------------------------------------------

KOBO = {
    "count": 1,
    "next": None,
    "results": [
        {
            "_id": 7,
            "g/name": "Kim",
            "acts": [
                {"acts/what": "arrest", "acts/when": "2013-05"},
                {"acts/what": "death", "acts/when": None},
            ],
            "_geolocation": [None, None],
        }
    ],
}


@pytest.mark.parametrize("form", ["list", "lines", "answer", "json-lines"])
def test_items_of_every_form(tmp_path: Path, form: str) -> None:
    items = [{"id": 1, "p": {"name": "김", "n": 2013.0}}, {"id": 2, "p": {}, "words": ["a", "b"]}]
    lines = "\n".join(json.dumps(item) for item in items)
    path = tmp_path / ("t.jsonl" if form == "lines" else "t.json")
    path.write_text(
        {
            "list": json.dumps(items, indent=2),
            "lines": lines,
            "json-lines": lines,
            "answer": json.dumps({"totalRows": 2, "rows": items}),
        }[form]
    )
    table = open_table.open_table(path)
    assert table.columns == ("id", "p/name", "p/n", "words")
    assert [tuple(row.cells.values()) for row in table] == [
        ("1", "김", "2013", ""),
        ("2", "", "", "a; b"),
    ]
    assert table.unit == "item"


def test_repeats_of_kobo_in_json(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(KOBO))
    mapping = '[columns]\nid = "_id"\nname = "g/name"\n[[acts]]\nrepeat = "acts"\n'
    mapping += 'act = "acts/what"\ndate = "acts/when"\n'
    [one] = taken(tmp_path / "t.json", mapping)
    assert isinstance(one, Accepted)
    assert [act.kind for act in one.report.acts] == ["arrest", "death"]
    with pytest.raises(BadMapping, match="has the list that repeat 1"):
        taken(tmp_path / "t.json", mapping.replace('repeat = "acts"', 'repeat = "x"'))


def test_values_of_uwazi_in_json(tmp_path: Path) -> None:
    entity = {
        "sharedId": "abc",
        "title": "김철수",
        "metadata": {
            "alias": [{"value": "Kim Chol Su"}, {"value": "金哲洙"}],
            "acts": [{"value": "x1", "label": "Arrest"}, {"value": "x2", "label": "Death"}],
            "none": [],
        },
    }
    (tmp_path / "t.json").write_text(json.dumps({"rows": [entity]}))
    mapping = '[columns]\nid = "sharedId"\nname = "title"\nname_alt = "metadata/alias"\n'
    [one] = taken(tmp_path / "t.json", mapping + '[[acts]]\nact = "metadata/acts"\nsplit = true\n')
    assert isinstance(one, Accepted)
    assert [name.written for name in one.report.names] == ["김철수", "Kim Chol Su", "金哲洙"]
    assert [act.kind for act in one.report.acts] == ["arrest", "death"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[]", "is empty"),
        ("[1, 2]", "none of its items has a field"),
        ('[{"a": 1}', "item 2: not JSON"),
        ('[{"a": 1},', "item 2: not JSON: it stops"),
        ('[{"a": 1} {"a": 2}]', "item 2: not JSON"),
        ('[{"a": 1, "a": 2}]', "item 1: an object has a field twice"),
        ('[{"a": NaN}]', "item 1: not JSON .NaN"),
        ('[{"a": 1}] x', "something after"),
        ('{"results": [{"a": 1}], "next": "https://x/?page=2"}', "one page of several"),
        ("[" * 100_000, "item 1: "),
        ('"a"', "item 1: not JSON"),
        ('[{"' + SECRET + '": }]', "item 1: not JSON"),
    ],
)
def test_json_that_is_none(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    refused(tmp_path / "t.json", words)


def test_json_without_end_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "t.json").open("wb") as file:
        file.truncate((64 << 20) + 1)
    refused(tmp_path / "t.json", "more than 67,108,864 bytes")
    began = time.process_time()
    (tmp_path / "t.json").write_bytes(b"\n" * (4 << 20))
    refused(tmp_path / "t.json", "is empty")
    assert time.process_time() - began < 0.5
    monkeypatch.setattr(json_items, "MOST_ROWS", 100)
    (tmp_path / "t.jsonl").write_bytes(b"1 " * 101)
    refused(tmp_path / "t.jsonl", "more than 1,048,576 items")


PEOPLE = [{"id": 1, "name": "Kim"}, {"id": 2, "name": "Ri", "acts": [{"act": "arrest"}]}]


@pytest.mark.parametrize("key", ["records", SECRET, "사람"])
def test_a_list_with_nothing_next_to_it_is_taken(tmp_path: Path, key: str) -> None:
    (tmp_path / "t.json").write_text(json.dumps({key: PEOPLE}))
    table = open_table.open_table(tmp_path / "t.json")
    assert table.columns == ("id", "name")
    assert [row.cells["name"] for row in table] == ["Kim", "Ri"]


@pytest.mark.parametrize(
    "value", [{"count": 2, SECRET: PEOPLE}, {"x": {SECRET: PEOPLE}}, {"data": {"records": PEOPLE}}]
)
def test_a_list_with_more_around_it_is_reported(tmp_path: Path, value: object) -> None:
    (tmp_path / "t.json").write_text(json.dumps(value))
    refused(tmp_path / "t.json", "is one object")


def test_one_person_with_a_list_of_acts_is_an_item(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(PEOPLE[1:]))
    table = open_table.open_table(tmp_path / "t.json")
    assert (table.columns, table.repeats) == (("id", "name"), {"acts": ("act",)})


def test_one_person_stands_in_brackets(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    person = {"nr": 1, "navn": SECRET, "saker": [{"hva": "arrest"}]}
    path.write_text(json.dumps(person))
    mapping = '[columns]\nid = "nr"\nname = "navn"\n'
    error = refused(path, "is one object")
    assert "if the object is one person, put [ ] around it" in (error.hint or "")
    path.write_text(json.dumps([person]))
    [one] = taken(path, mapping)
    assert isinstance(one, Accepted)


def test_json_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_bytes('[{"a": "김"}]'.encode("cp949"))
    refused(tmp_path / "t.json", "not UTF-8")
    (tmp_path / "t.json").write_bytes(b'\xef\xbb\xbf[{"a": "1"}]')
    assert cells(tmp_path / "t.json") == [{"a": "1"}]


def test_items_that_cannot_be_read_are_reported_by_number(tmp_path: Path) -> None:
    items = r"""[{"id": 1, "name": "\ud800x"}, {"id": 2, "name": "Kim", "x": {"id": 1}},
        7, {"id": 2, "name": "Ri"}, {"id": 3, "name": [["a"]]}, {"id": 4, "name": "a\u0000"},
        {"id": 5, "x": 1, "x/y": 2, "name": "Kim"}]"""
    (tmp_path / "t.json").write_text(items)
    found = taken(tmp_path / "t.json", START)
    said = {one.row: one.reasons[0] for one in found if isinstance(one, Rejected)}
    assert "half a character" in said[1]
    assert said[3] == "not an object with fields"
    assert said[4] == "id already used above"
    assert "a list in a list" in said[5]
    assert "half a character" in said[6]
    assert set(said) == {1, 3, 4, 5, 6}


def test_a_workbook_whose_tags_have_a_prefix(tmp_path: Path) -> None:
    held = parts({"Form": SOUND})
    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml"):
        held[part] = held[part].replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:")
        held[part] = held[part].replace("xmlns=", "xmlns:x=")
    assert cells(pack(tmp_path / "t.xlsx", held)) == [{"id": "1", "name": SECRET}]


@pytest.mark.parametrize(("at", "byte"), [(4, 0xE0), (6, 0x20)], ids=["version", "flags"])
def test_a_zip_of_another_kind(tmp_path: Path, at: int, byte: int) -> None:
    path = one_sheet(tmp_path / "t.xlsx", [["a"], [1]])
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[at] = data[central + at + 2] = byte
    path.write_bytes(data)
    refused(path, "is damaged")


@pytest.mark.parametrize(
    ("value", "edtf"),
    [(1367884800, "2013-05-07"), (0, "1970-01-01"), (-86400, "1969-12-31"), (None, None),
     (1367938800, "2013-05-07/2013-05-08"), (1367884800000, ""), ("2013", "1970-01-01"),
     ("2013-05", "")],
)  # fmt: skip
def test_dates_that_are_seconds(tmp_path: Path, value: object, edtf: str | None) -> None:
    item = {"id": 1, "name": "Kim", "born": [{"value": value}]}
    (tmp_path / "t.json").write_text(json.dumps([item]))
    mapping = START + 'birth = "born"\n'
    [one] = taken(tmp_path / "t.json", mapping + "[source]\nunix_dates = true\n")
    if edtf == "":
        assert isinstance(one, Rejected)
        assert one.reasons == ("column 'born': not a number of seconds since 1970",)
        return
    assert isinstance(one, Accepted)
    birth = one.report.birth
    assert (birth and birth.edtf) == edtf
    assert birth is None or birth.written == str(value)
    if isinstance(value, int) and value > 86_400:
        [bare] = taken(tmp_path / "t.json", mapping)
        assert isinstance(bare, Rejected)
