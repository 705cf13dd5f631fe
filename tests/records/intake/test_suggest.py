"""A draft of a mapping: it can be read, says what is likely, and repeats nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.records.tabular.sheets import pack, parts, sheet

from uncounted.errors import BadInput
from uncounted.records.fields import CONSENT_FIELDS, FIELDS, DateColumns
from uncounted.records.intake import suggest
from uncounted.records.intake.mapping import Mapping
from uncounted.records.tabular import headers, open_table

SECRET = "김비밀"
RETURNS = Path(__file__).parents[3] / "examples" / "returns"


def drafted(path: Path, **more: str) -> str:
    return suggest.draft(*open_table.survey(path, **more))


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
        "_uuid,a/name,a/sex,b/dob,b/origin,c/act,c/date,c/place,c/note",
        "KEY,g-full_name,g-sex,g-dob,g-origin,g-act,g-date,g-place,g-note",
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


MISSING = (
    "No.,Full name,Sex,Date of birth,Father's name,Date last seen,Place last seen,Date of death",
    "Folio,Nombre completo,Sexo,Fecha de nacimiento,Nombre del padre,Fecha de desaparición,"
    "Lugar de la desaparicion,Fecha de defunción",
    "الرقم,الاسم الكامل,الجنس,تاريخ الميلاد,اسم الأب,تاريخ الاختفاء,مكان الإختفاء,تاريخ الوفاة",
    "№,ПІБ,Стать,Дата народження,По батькові,Дата зникнення,Місце зникнення,Дата смерті",
    "№,ФИО,Пол,Дата рождения,Отчество,Дата исчезновения,Место исчезновения,Дата гибели",
    "번호,성명,성별,생년월일,아버지,실종일,실종 장소,사망 일자",
    "编号,姓名,性别,出生日期,父亲,失踪日期,失踪地点,死亡时间",
)


@pytest.mark.parametrize("columns", MISSING)
def test_a_list_of_the_missing_and_the_dead_has_an_act_for_each_date(
    tmp_path: Path, columns: str
) -> None:
    names = columns.split(",")
    mapping = Mapping.parse(drafted(written(tmp_path, columns + "\n")))
    assert [mapping.id, mapping.name, mapping.sex, mapping.relative] == [*names[:3], names[4]]
    missing, death = mapping.acts
    assert (missing.kind, missing.date, missing.place) == (
        *("disappearance", DateColumns(names[5]), names[6]),
    )
    assert (death.kind, death.date) == ("death", DateColumns(names[7]))


def test_the_only_act_of_the_columns_has_the_place_and_the_outcome(tmp_path: Path) -> None:
    columns = "id,name,Date of arrest,Arrested by,Where,Status"
    [act] = Mapping.parse(drafted(written(tmp_path, columns + "\n"))).acts
    assert (act.kind, act.authority, act.place, act.outcome) == (
        *("arrest", "Arrested by", "Where", "Status"),
    )
    both = Mapping.parse(drafted(written(tmp_path, columns + ",act\n"))).acts
    assert [one.kind for one in both] == [None, "arrest"]


def test_the_draft_of_the_example_is_its_mapping_but_for_consent() -> None:
    path = RETURNS.parent / "forms" / "missing.csv"
    draft, own = Mapping.parse(drafted(path)), Mapping.parse(path.with_suffix(".toml"))
    assert attrs.evolve(draft, consent=own.consent) == own


def test_a_column_of_an_act_that_may_be_a_name_is_known_only_in_a_header(tmp_path: Path) -> None:
    assert headers.act_of("이송일") == ("transfer", "date")
    assert not headers.is_known("이송일")
    assert "이송일" not in drafted(written(tmp_path, "1,이송일,1970\n2,이송일,1971\n"))


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
    words = headers.header_words()
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


@pytest.mark.parametrize(
    "columns",
    [
        "성,이름",
        "الكنية,الاسم",
        "apellidos,nombre",
        "Surname,Name",
        "Last name,Name",
        "姓,名字",
        "person/family_name,person/name",
        "성씨 *,이름:",
    ],
)
def test_a_plain_name_next_to_a_family_name_is_the_given_one(tmp_path: Path, columns: str) -> None:
    family, given_ = columns.split(",")
    for header in (f"id,sex,{family},{given_}", f"id,sex,{given_},{family}"):
        draft = drafted(written(tmp_path, header + "\n"))
        mapping = Mapping.parse(draft)
        assert (mapping.family_name, mapping.given_name, mapping.name) == (family, given_, None)
        assert f'given_name = "{given_}"  # taken so beside a family name; if it is the' in draft


def test_a_whole_name_next_to_a_family_name_stays_one(tmp_path: Path) -> None:
    for columns in ("id,sex,Surname,Full name", "id,sex,Surname,Full name,Name"):
        mapping = Mapping.parse(drafted(written(tmp_path, columns + "\n")))
        assert (mapping.name, mapping.family_name) == ("Full name", "Surname")
        assert mapping.given_name == ("Name" if columns.endswith(",Name") else None)
        assert mapping.name_alt == ()
    mapping = Mapping.parse(drafted(written(tmp_path, "id,Name,Surname,First name\n")))
    assert (mapping.name, mapping.given_name) == ("Name", "First name")


def test_letters_apart_as_on_forms_are_a_word(tmp_path: Path) -> None:
    mapping = Mapping.parse(drafted(written(tmp_path, "번호,성  명,생 년 월 일,성　별 *,姓 名\n")))
    assert (mapping.name, mapping.birth, mapping.name_alt) == (
        *("성  명", DateColumns("생 년 월 일"), ("姓 名",)),
    )
    assert mapping.sex == "성　별 *"
    assert headers.is_known("성 명(한자)")
    for column in ("김 철 수", "이 영", "성 명 김", "김 성 명", "고 향", "장 소", "이 명", "유 형"):
        assert not headers.is_known(column)
    form = drafted(written(tmp_path, "번호,성 명,성 별,고 향,성,이 름\n"))
    assert Mapping.parse(form).origin == "고 향"
    assert Mapping.parse(form).given_name == "이 름"
    assert "고 향" not in drafted(items(tmp_path, [{"id": 1, "고 향": 2, "성 명": 3, "성 별": 4}]))


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        *(("피해자명", "name"), ("대상자 성명", "name"), ("Victim's name", "name")),
        *(("Victim ID", "id"), ("사례번호", "id"), ("Type of act", "act")),
        *(("given", "given_name"), ("Given names", "given_name"), ("family", "family_name")),
    ],
)
def test_what_columns_are_usually_called(columns: str, field: str) -> None:
    assert list(headers.fields_of(columns)) == [field]


@pytest.mark.parametrize(
    ("columns", "name", "alt"),
    [
        ("Korean name,English name", "Korean name", ("English name",)),
        ("성명,name_en,中文名", "성명", ("name_en", "中文名")),
        ("성명,이름,별명", "성명", ("이름", "별명")),
        ("中文名,英文名", "中文名", ("英文名",)),
        ("별명,영문명", "영문명", ("별명",)),
        ("alias,Surname,First name,Korean name", None, ("alias", "Korean name")),
    ],
)
def test_names_in_several_languages(
    tmp_path: Path, columns: str, name: str | None, alt: tuple[str, ...]
) -> None:
    mapping = Mapping.parse(drafted(written(tmp_path, f"id,sex,{columns}\n")))
    assert (mapping.name, mapping.name_alt) == (name, alt)


@pytest.mark.parametrize("key", ["Ko", "ko", "name_ko", "victim_ko", "En", "Zh/name"])
def test_a_language_alone_or_after_one_line_may_be_somebody(tmp_path: Path, key: str) -> None:
    assert not headers.is_known(key)
    assert f'"{key}"' not in drafted(items(tmp_path, [{"id": 1, key: "x", "sex": "f"}]))


def test_a_pseudonym_is_no_name(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, "id,sex,이름(가명),성명,name (pseudonym)\n"))
    mapping = Mapping.parse(draft)
    assert (mapping.name, mapping.name_alt) == ("성명", ())
    assert "# Pseudonyms, which are left out: column 3, 5.\n" in draft
    alone = drafted(written(tmp_path, "id,sex,이름(가명)\n"))
    assert "required: which column is the name?" in alone
    assert "alias" not in alone


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([-94694400, 157766400, 1261440000], True),
        ([1367884800], True),
        (["1985", "2013-05"], False),
        (["20130507"], False),
        ([None], False),
    ],
)
def test_seconds_in_a_column_of_dates_are_reported(
    tmp_path: Path, values: list[Any], said: bool
) -> None:
    held = [
        {"sharedId": str(at), "title": "Kim", "metadata": {"birth": [{"value": one}], "tel": 1e9}}
        for at, one in enumerate(values)
    ]
    draft = drafted(items(tmp_path, held))
    assert ("\n# unix_dates = true\n" in draft) == said
    assert ("# Column 3 looks like seconds since 1970" in draft) == said


def test_of_two_relatives_one_is_chosen_and_the_other_stated(tmp_path: Path) -> None:
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
    assert "required: which column" in draft
    assert "# Column 3 looks like dates." in draft
    assert "# Not known: columns 1, 2, 4." in draft


@pytest.mark.parametrize("cell", ["{}/남편", "{}-wife", "wife-{}", "아내({})", "{} (x)", "name/{}"])
def test_nor_is_one_whose_cell_has_a_known_word_last(tmp_path: Path, cell: str) -> None:
    draft = drafted(written(tmp_path, f"1,{cell.format(SECRET)},1975,{SECRET}__ko\n"))
    assert SECRET not in draft
    assert "required: which column" in draft


@pytest.mark.parametrize("column", ["{}/name", "{}-name"])
def test_a_header_that_is_surely_one_is_repeated(tmp_path: Path, column: str) -> None:
    named = column.format("intro")
    assert Mapping.parse(drafted(written(tmp_path, f"id,{named},dob,sex\n"))).name == named


@pytest.mark.parametrize(
    "row",
    [
        f"성명({SECRET}),성별(여),생년월일(1970),x",
        f"{SECRET}-id,{SECRET}-name,{SECRET}-sex,x",
        f"{SECRET}/아내,{SECRET}/생일,{SECRET}/고향,x",
    ],
)
def test_what_is_known_but_for_a_group_or_brackets_makes_no_header(
    tmp_path: Path, row: str
) -> None:
    draft = drafted(written(tmp_path, row + "\n"))
    assert SECRET not in draft
    assert "what may be a person's name is not repeated here" in draft


def test_what_is_in_brackets_is_repeated_only_if_known(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, f"_uuid,id,name,sex,father ({SECRET}),note [{SECRET}]__ko\n"))
    assert SECRET not in draft
    assert "# Column 5 may be relative;" in draft
    known = "번호,이름(성 제외),성별(남/여),생년월일(YYYY-MM-DD),직업(이전),date (mm/dd/yyyy)"
    mapping = Mapping.parse(drafted(written(tmp_path, known + "\n")))
    assert [mapping.id, mapping.given_name, mapping.sex, mapping.occupation] == [
        "번호", "이름(성 제외)", "성별(남/여)", "직업(이전)",
    ]  # fmt: skip
    assert mapping.birth == DateColumns("생년월일(YYYY-MM-DD)")
    assert mapping.acts[0].date == DateColumns("date (mm/dd/yyyy)")


@pytest.mark.parametrize(
    "name",
    ["group_ab1cd23/full_name", "group_wk55l24-name", "victim_info/name", "household/victim/name"],
)
def test_plain_names_of_groups_are_known(name: str) -> None:
    assert headers.is_known(name)
    for secret in (SECRET, "Kim", "group_kim", "group_kim1", "Kim info", ""):
        assert not headers.is_known(f"{secret}/name")


def items(folder: Path, value: Any) -> Path:
    path = folder / "t.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "item",
    [
        {SECRET: {"name": SECRET, "birth": 1970}},
        {SECRET: "father"},
        {"name": {SECRET: "x"}},
        {"relations": {SECRET: {"name": SECRET, "acts": [{"act": "arrest", SECRET: "x"}]}}},
        {SECRET: [{"act": "arrest", "date": "2013-01-01"}] * 3},
        {"acts": [{f"{SECRET}/act": "arrest"}]},
        {f"{SECRET}-id": 1, f"name ({SECRET})": 2, f"{SECRET}__ko": 3},
        {"family": {SECRET: {"name": SECRET, "birth": 1970}}},
        {"family": {f"{SECRET}/wife": SECRET, "birth": 1970}},
        {"family": {f"{SECRET}/acts": [{"act": "arrest"}]}},
    ],
)
def test_a_key_of_json_that_may_be_data_is_not_repeated(tmp_path: Path, item: Any) -> None:
    plain = [{"id": i, "name": "Kim"} for i in range(4)]
    one_family = [{**person, **item} for person in plain]
    for rows in ([item, {"x": 1}], [*plain, item], [{**plain[0], **item}, *plain], one_family):
        draft = drafted(items(tmp_path, rows))
        assert SECRET not in draft
        Mapping.parse(draft.replace('# id = "..."', 'id = "x"').replace("# name", "name"))
    assert SECRET not in drafted(items(tmp_path, [{**plain[0], **item}]))


WORDS = st.sampled_from(
    [
        "name",
        "성명",
        "id",
        "birth",
        "family",
        "acts",
        "act",
        "person",
        "wife",
        "_uuid",
        "KEY",
        "note",
    ]
)
SHAPES = st.sampled_from(
    ["{0}"] * 5 + ["{1}", "{0} ({1})", "{0}[{1}]__ko", "{1}-{0}", "{1}/{0}", "{0}/{1}", "{0} {1}"]
    + ["{1}_{0}", "{0} ({1}) (yyyy)", "{0}:{1}", "group_{1}/{0}"]
)  # fmt: skip
KEYS = st.builds(lambda shape, word: shape.format(word, SECRET), SHAPES, WORDS)
ITEMS = st.recursive(
    st.sampled_from([SECRET, 1970, "2013-01-01", "arrest"]),
    lambda inner: st.dictionaries(KEYS, inner | st.lists(inner, max_size=2), min_size=1),
    max_leaves=8,
)


@settings(deadline=None)
@given(item=st.dictionaries(KEYS, ITEMS, min_size=1), alike=st.integers(1, 4), alone=st.booleans())
def test_wherever_it_stands_and_in_however_many_items(
    tmp_path_factory: pytest.TempPathFactory, item: Any, alike: int, alone: bool
) -> None:
    path = items(tmp_path_factory.getbasetemp(), item if alone else [item] * alike)
    try:
        said = drafted(path)
    except BadInput as refused:
        said = f"{refused} {refused.hint}"
    assert SECRET not in said


def test_nor_is_one_of_many_items_where_most_keys_are_somebodys(tmp_path: Path) -> None:
    rows: list[Any] = [{"id": i, "name": "Kim", "x": {SECRET: {"name": "a"}}} for i in range(6)]
    for i, row in enumerate(rows[:3]):
        row["x"][f"other{i}"] = {"name": "b"}
    assert SECRET not in drafted(items(tmp_path, rows))


def test_what_is_hidden_is_reported_by_its_place(tmp_path: Path) -> None:
    item = {"id": 1, SECRET: {"name": SECRET, "father": 1}, "x": [{"act": "arrest"}]}
    draft = drafted(items(tmp_path, [item]))
    assert "# Column 2 may be name; what may be a person's name is not repeated here." in draft
    assert "# List 1 in the items may hold acts" in draft
    assert '# repeat = "..."\n# act = "act"\n' in draft


@pytest.mark.parametrize("rows", [1, 2, 3, 5])
def test_a_table_that_is_keyed_by_people_is_refused(tmp_path: Path, rows: int) -> None:
    people = {f"{SECRET}{i}": {"name": f"{SECRET}{i}", "birth": 1970} for i in range(rows)}
    for value in (people, {"people": people}, {"count": rows, "x": people}):
        with pytest.raises(BadInput, match="is one object") as refused:
            drafted(items(tmp_path, value))
        assert SECRET not in f"{refused.value}{refused.value.hint}"
    item = {"person": {"id": 1, "name": "Kim"}, "event": {"date": 2013}}
    assert Mapping.parse(drafted(items(tmp_path, [item]))).name == "person/name"


def test_json_of_kobo_odk_and_uwazi_is_drafted(tmp_path: Path) -> None:
    acts = [{"group_zq3wx45/acts/act": "arrest", "group_zq3wx45/acts/when": "2013"}]
    kobo = {
        "_uuid": "u",
        "group_ab1cd23/full_name": "Kim",
        "group_ab1cd23/sex": "f",
        "group_zq3wx45/acts": acts,
    }
    mapping = Mapping.parse(drafted(items(tmp_path, {"count": 3, "results": [kobo] * 3})))
    assert (mapping.id, mapping.name) == ("_uuid", "group_ab1cd23/full_name")
    assert mapping.repeats[0].name == "group_zq3wx45/acts"
    # One submission and two: what is made of known words is still said.
    odk = {"meta": {"instanceID": "u"}, "person": {"full_name": "Kim"}, "acts": [{"act": "arrest"}]}
    mapping = Mapping.parse(drafted(items(tmp_path, {"value": [odk] * 2})))
    assert (mapping.id, mapping.name) == ("meta/instanceID", "person/full_name")
    assert mapping.repeats[0].name == "acts"
    uwazi = {"sharedId": "a", "title": "Kim", "metadata": {"date_of_birth": [{"value": 1}]}}
    mapping = Mapping.parse(drafted(items(tmp_path, {"rows": [uwazi], "totalRows": 1})))
    assert (mapping.id, mapping.name) == ("sharedId", "title")
    assert mapping.birth == DateColumns("metadata/date_of_birth")
    # A group that may be somebody is left to whoever reads the draft.
    draft = drafted(items(tmp_path, [{**kobo, "Pak/father": "Kim"}] * 4))
    assert "# Column 4 may be relative;" in draft


def test_cells_tell_what_a_column_is_and_are_not_repeated(tmp_path: Path) -> None:
    rows = "".join(f"{i},{SECRET},arrest,{SECRET},2013-0{i},여\n" for i in range(1, 9))
    draft = drafted(written(tmp_path, "id,name,x1,act,x2,x3\n" + rows))
    assert SECRET not in draft
    assert "# Column 3 looks like acts (arrest)." in draft
    assert "# Column 5 looks like dates." in draft
    assert "# Column 6 looks like sexes (f)." in draft
    assert "# Column 4 has 1 word that is not in the vocabulary" in draft


def test_consent_is_never_inferred(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, 'id,name,consent\n1,Kim,"link, statistics"\n'))
    assert 'Column 3 may state it: uses = { column = "..." }' in draft
    assert "Without consent, reports are stored encrypted" in draft
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
    assert open_table.open_table(path, repeats=mapping.repeats).columns == tuple(main[0])


def test_the_name_of_a_sheet_is_repeated_only_if_it_is_known(tmp_path: Path) -> None:
    main: list[list[object]] = [["_index", "_uuid", "name"], [1, "u1", "Kim"]]
    acts: list[list[object]] = [["act", "when", "_parent_index"], ["arrest", "2013", 1]]
    held = {"Form": sheet(main), "acts": sheet(acts), SECRET: sheet(acts)}
    draft = drafted(pack(tmp_path / "t.xlsx", parts(held)))
    assert SECRET not in draft
    assert "# Sheet 2 of those that belong to this one may hold acts; its name" in draft
    assert [repeat.name for repeat in Mapping.parse(draft).repeats] == ["acts"]


@pytest.mark.parametrize("suffix", ["kim", "ri", "han"])
def test_a_suffix_that_is_no_language_may_be_somebodys(tmp_path: Path, suffix: str) -> None:
    for column in (f"name__{suffix}", f"person/name__{suffix}"):
        assert not headers.is_known(column)
        draft = drafted(items(tmp_path, [{"id": 1, column: "x", "sex": "f"}]))
        assert f"__{suffix}" not in draft
        assert "Not known: column 2." in draft


def test_languages_of_uwazi(tmp_path: Path) -> None:
    draft = drafted(written(tmp_path, "id,title__en,title__ko,sex\n1,Kim,김,f\n"))
    mapping = Mapping.parse(draft)
    assert (mapping.name, mapping.name_alt) == ("title__en", ("title__ko",))
