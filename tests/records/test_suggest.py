"""A draft of a mapping: it can be read, says what is likely, and repeats nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.records.sheets import pack, parts, sheet

from uncounted.records import suggest, tables
from uncounted.records.columns import CONSENT_FIELDS, FIELDS, DateColumns
from uncounted.records.mapping import Mapping

SECRET = "김비밀"
RETURNS = Path(__file__).parents[2] / "examples" / "returns"


def drafted(path: Path, **more: str) -> str:
    return suggest.draft(*tables.survey(path, **more))


def written(folder: Path, text: str) -> Path:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "columns",
    [
        "연번,성명,성별,생년월일,고향,사건유형,발생일시,발생장소,비고",
        "编号,姓名,性别,出生日期,籍贯,事件类型,日期,地点,备注",
        "Ref. No,Full name,Gender,D.O.B,Home town,What happened,When,Where,Remarks",
        "a/id,a/name,a/sex,b/dob,b/origin,c/act,c/date,c/place,c/note",
        "g-id,g-full_name,g-sex,g-dob,g-origin,g-act,g-date,g-place,g-note",
    ],
)
def test_words_of_three_languages(tmp_path: Path, columns: str) -> None:
    mapping = Mapping.parse(drafted(written(tmp_path, columns + "\n")))
    names = columns.split(",")
    [act] = mapping.acts
    assert [mapping.id, mapping.name, mapping.sex, mapping.origin, mapping.note] == [
        names[0], names[1], names[2], names[4], names[8],
    ]  # fmt: skip
    assert (act.act, act.date, act.place) == (names[5], DateColumns(names[6]), names[7])
    assert mapping.birth == DateColumns(names[3])


def test_a_column_of_several_acts_is_split(tmp_path: Path) -> None:
    rows = "id,name,act,date,sex\n1,Kim,체포; 강제 북송,2013,m\n2,Ri,arrest,2014,f\n"
    text = drafted(written(tmp_path, rows))
    mapping = Mapping.parse(text)
    [act] = mapping.acts
    assert (act.act, act.date, act.split) == ("act", DateColumns("date"), True)
    assert "vocabulary" not in text.split("[consent]")[0]
    for other in ("arrest", "arrest;", "death sentence"):
        assert "split" not in drafted(written(tmp_path, rows.replace("체포; 강제 북송", other)))
    odd = drafted(written(tmp_path, rows.replace("체포; 강제 북송", "고문 사망")))
    assert "1 word that is not in the vocabulary" in odd


def test_every_word_of_the_table_is_of_a_field_and_of_one_or_a_number() -> None:
    words = suggest.header_words()
    fields = {*FIELDS, *CONSENT_FIELDS} - {"audience"}
    assert {field for meant in words.values() for field in meant} == fields
    for field in fields:
        assert field in words[field.replace("_", " ")]
    several = {tuple(meant) for meant in words.values() if len(meant) > 1}
    assert several == {("id", "number")}


@pytest.mark.parametrize(
    "columns",
    [
        "사건번호,성명,아버지,직업,등록번호",
        "案件编号,姓名,父亲,职业,编号",
        "Case no,Name,Father,Job,Register number",
        "id,name,spouse,occupation,number",
        "관리번호,이름,배우자(성명),직업(이전),등록 번호",
    ],
)
def test_what_tells_people_of_one_name_apart(tmp_path: Path, columns: str) -> None:
    mapping = Mapping.parse(drafted(written(tmp_path, columns + "\n")))
    found = [mapping.id, mapping.name, mapping.relative, mapping.occupation, mapping.number]
    assert found == columns.split(",")


@pytest.mark.parametrize("column", ["number", "등록번호", "编号", "registration no"])
def test_the_only_number_is_the_id(tmp_path: Path, column: str) -> None:
    mapping = Mapping.parse(drafted(written(tmp_path, f"{column},name\n")))
    assert (mapping.id, mapping.number) == (column, None)


def test_of_two_relatives_one_is_chosen_and_the_other_said(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, "id,name,mother,father,phone number,전화번호\n"))
    assert Mapping.parse(draft).relative == "father"
    assert "# Column 3 may be relative too." in draft
    assert "# Not known: columns 5, 6." in draft


@pytest.mark.parametrize("source", ["Saebyok", "TumenWatch", "Panel", "OpenDoor"])
def test_the_example_files(source: str) -> None:
    draft = drafted(RETURNS / f"{source}.csv")
    own = Mapping.parse(RETURNS / f"{source}.toml")
    mapping = Mapping.parse(draft)
    assert (mapping.id, mapping.name, mapping.family_name) == (own.id, own.name, own.family_name)
    assert mapping.birth == own.birth
    assert mapping.acts[0].act == own.acts[0].act
    assert mapping.consent.same_for_all is not None
    assert not mapping.consent.same_for_all.uses


def test_a_person_in_the_first_row_is_not_repeated(tmp_path: Path) -> None:
    rows = f"1,{SECRET},1975,{SECRET} 1\n" + f"2,{SECRET},1976,{SECRET}\n" * 9
    draft = drafted(written(tmp_path, rows))
    assert SECRET not in draft
    assert "must be said" in draft
    assert "# Column 3 looks like dates." in draft
    assert "# Not known: columns 1, 2, 4." in draft


def test_cells_tell_what_a_column_is_and_are_not_repeated(tmp_path: Path) -> None:
    rows = "".join(f"{i},{SECRET},arrest,{SECRET},2013-0{i},여\n" for i in range(1, 9))
    draft = drafted(written(tmp_path, "id,name,x1,act,x2,x3\n" + rows))
    assert SECRET not in draft
    assert "# Column 3 looks like acts (arrest)." in draft
    assert "# Column 5 looks like dates." in draft
    assert "# Column 6 looks like sexes (f)." in draft
    assert "# Column 4 has 1 word that is not in the vocabulary" in draft


def test_consent_is_never_guessed(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, 'id,name,consent\n1,Kim,"link, statistics"\n'))
    assert 'Column 3 may state it: uses = { column = "..." }' in draft
    assert "No consent stated is no use" in draft
    assert Mapping.parse(draft).consent.columns == ()


@pytest.mark.parametrize(
    ("days", "said", "unsaid"),
    [
        (["2013-01-01"] * 3 + ["2013-05-07"] * 3, "# pads_dates = true", "day_first"),
        (["13/05/2013", "07/05/2013", "08/05/2013"], "day_first = true", "pads_dates"),
        (["05/13/2013", "07/05/2013", "08/05/2013"], "day_first = false", "pads_dates"),
        (["05/13/2013", "13/05/2013", "08/05/2013"], "[source]", "day_first"),
    ],
)
def test_what_dates_look_like(tmp_path: Path, days: list[str], said: str, unsaid: str) -> None:
    rows = "".join(f"{i},Kim,{day}\n" for i, day in enumerate(days))
    draft = drafted(written(tmp_path, "id,name,dob\n" + rows))
    assert said in draft
    assert unsaid not in draft
    Mapping.parse(draft)


def test_a_form_with_a_repeat(tmp_path: Path) -> None:
    main: list[list[object]] = [["_index", "_uuid", "who/full_name"], [1, "u1", "Kim"]]
    acts: list[list[object]] = [
        ["acts/act", "acts/when", "x", "_parent_index"],
        ["arrest", "2013", "y", 1],
    ]
    held = {"Form": sheet(main), "acts": sheet(acts), "notes": sheet([[None], ["x"]])}
    path = pack(tmp_path / "t.xlsx", parts(held, hidden=["notes"]))
    mapping = Mapping.parse(drafted(path))
    assert (mapping.id, mapping.name) == ("_uuid", "who/full_name")
    [repeat] = mapping.repeats
    assert repeat.name == "acts"
    assert tables.open_table(path, repeats=mapping.repeats).columns == tuple(main[0])


def test_languages_of_uwazi(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, "id,title__en,title__ko,sex\n1,Kim,김,f\n"))
    mapping = Mapping.parse(draft)
    assert (mapping.name, mapping.name_alt) == ("title__en", ("title__ko",))
