"""Small files made to keep the program busy, or to fill its memory: refused at once, in words."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.records.tabular.sheets import Raw, one_sheet, pack, parts, sheet

from uncounted import delimited
from uncounted.errors import BadInput
from uncounted.records.tabular import open_table

FORM = sheet([["id", "name"], [1, "Kim"]])


def long_key(length: int, fields: int) -> str:
    return json.dumps([{"A" * length: {f"a{at}": 1 for at in range(fields)}}])


JSON = [
    (long_key(200_000, 3_000), "field names, with their groups, of more than 1,000 characters"),
    (json.dumps([{"a": [{f"a{at}": 1 for at in range(16_385)}]}]), "too many fields"),
    (
        json.dumps([{f"c{at}": 1 for at in range(5_000)}, *[{}] * 20_000]),
        "too many cells for its size",
    ),
    (
        json.dumps([{"a": [{f"c{at}": 1 for at in range(5_000)}, *[{}] * 20_000]}]),
        "too many cells for its size",
    ),
    (
        json.dumps([{"k" * 900: {f"{a}-{b}": 1 for b in range(1_200)}} for a in range(3)]),
        "names of the columns of .* have more than",
    ),
    (
        json.dumps([{"a": [{"k" * 900: dict.fromkeys(map(str, range(400)))} for _ in range(60)]}]),
        "or too many of them",
    ),
]


@pytest.mark.parametrize(("text", "words"), JSON)
def test_json(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.json").write_text(text)
    began = time.process_time()
    with pytest.raises(BadInput, match=words) as caught:
        list(open_table.open_table(tmp_path / "t.json"))
    assert caught.value.hint
    assert time.process_time() - began < 4  # seconds; 2 on a machine that does nothing else


@pytest.mark.parametrize("depth", [25, 300, 900])
def test_objects_in_lists_in_lists(tmp_path: Path, depth: int) -> None:
    text = '{"id": "1", "name": "Kim", "a": ' + '[{"a": ' * depth + "1" + "}]" * depth + "}"
    (tmp_path / "t.json").write_text(f"[{text}]")
    (row,) = open_table.open_table(tmp_path / "t.json")
    assert row.wrong == "objects too deep in each other"


def test_a_path_of_a_form_is_read(tmp_path: Path) -> None:
    groups = {"id": 1, "g" * 200: {"h" * 200: {"i" * 200: "Kim"}}}
    (tmp_path / "t.json").write_text(json.dumps([groups]))
    (row,) = open_table.open_table(tmp_path / "t.json")
    assert row.cells["/".join(letter * 200 for letter in "ghi")] == "Kim"


RUNS = "<r><t>ab</t></r>"
XLSX = [
    ({"xl/sharedStrings.xml": "<sst>" + "<si/>" * 6_000_000 + "</sst>"}, "has more texts than"),
    (
        {"xl/sharedStrings.xml": "<sst>" + f"<si><t>{'a' * 1_000}</t></si>" * 60_000 + "</sst>"},
        "holds too much text",
    ),
    (
        {
            "xl/styles.xml": "<styleSheet><cellXfs>"
            + '<xf numFmtId="14"/>' * 900_000
            + "</cellXfs></styleSheet>"
        },
        "has more styles of cells than",
    ),
    ({"xl/sharedStrings.xml": f"<sst><si>{RUNS * 400_000}</si></sst>"}, "parts of a row or a text"),
    ({"xl/sharedStrings.xml": f"<sst><si>{RUNS * 40_000}</si></sst>"}, "more parts of a text than"),
    (
        {"xl/sharedStrings.xml": f"<sst><si>{'<r>' * 5_000}{'</r>' * 5_000}</si></sst>"},
        "is damaged",
    ),
]


@pytest.mark.parametrize(("held", "words"), XLSX)
def test_workbooks(tmp_path: Path, held: dict[str, str], words: str) -> None:
    path = pack(tmp_path / "t.xlsx", parts({"Form": FORM}) | held)
    began = time.process_time()
    with pytest.raises(BadInput, match=words):
        list(open_table.open_table(path))
    assert time.process_time() - began < 4  # seconds; 2 on a machine that does nothing else


def test_merged_cells_over_each_other_and_a_row_in_thousands_of_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[list[object]] = [["id", "name"], *([number, "Kim"] for number in range(2_000))]
    over = "".join(f'<mergeCell ref="A{at}:A{1_048_576 - at}"/>' for at in range(2, 900))
    path = one_sheet(tmp_path / "t.xlsx", rows, after=f"<mergeCells>{over}</mergeCells>")
    with pytest.raises(BadInput, match="is damaged"):
        list(open_table.open_table(path))
    many = '<mergeCell ref="C1:D1"/>' * 70_000
    path = one_sheet(tmp_path / "u.xlsx", rows, after=f"<mergeCells>{many}</mergeCells>")
    with pytest.raises(BadInput, match="has more merged cells than"):
        list(open_table.open_table(path))
    monkeypatch.setattr(delimited, "MOST_CELLS", 1 << 18)
    wide: list[list[object]] = [[f"c{at}" for at in range(2_000)]]
    wide += [["x"] for _ in range(2_000)]
    with pytest.raises(BadInput, match="too many cells for its size"):
        list(open_table.open_table(one_sheet(tmp_path / "w.xlsx", wide)))


def test_runs_are_joined_and_runs_in_runs_are_no_text(tmp_path: Path) -> None:
    held = "<is><r><rPr><b/></rPr><t>Kim </t></r><rPh><t>no</t></rPh><r><t>Chol</t></r></is>"
    path = one_sheet(tmp_path / "t.xlsx", [["id"], [Raw(f'<c t="inlineStr">{held}</c>')]])
    assert [row.cells["id"] for row in open_table.open_table(path)] == ["Kim Chol"]
    deep = Raw(f'<c t="inlineStr"><is>{"<r>" * 3_000}<t>x</t>{"</r>" * 3_000}</is></c>')
    with pytest.raises(BadInput, match="is damaged"):
        list(open_table.open_table(one_sheet(tmp_path / "u.xlsx", [["id"], [deep]])))
