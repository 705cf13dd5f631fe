"""From rows to reports: every row is accounted for, and no reason repeats a cell."""

from __future__ import annotations

import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records.read_file import read_file

from uncounted.errors import BadInput, BadMapping, Error
from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.rows import Accepted, Rejected
from uncounted.records.names.name import Name

MAP = """
[columns]
id = "ref"
name = "full name"
name_alt = ["alias"]
sex = "sex"
birth = "dob"
act = "what"
date = "when"
authority = "by"
outcome = "fate"
[values.act]
"went missing" = "disappearance"
[consent]
uses = { column = "consent" }
until = { column = "until" }
[source]
collector = "Example Group"
covers = { from = "2010", to = "2020", acts = ["disappearance"] }
"""
HEADER = "ref,full name,alias,sex,dob,what,when,by,fate,consent,until"


def _read(
    folder: Path, *rows: str, mapping: str = MAP, header: str = HEADER
) -> list[Accepted | Rejected]:
    path = folder / "list.csv"
    path.write_text("\n".join((header, *rows)), encoding="utf-8")
    return list(read_file(path, Mapping.parse(mapping), "A"))


def _one(folder: Path, row: str, **more: str) -> Accepted:
    [found] = _read(folder, row, **more)
    assert isinstance(found, Accepted), found
    return found


def _reasons(folder: Path, *rows: str, **more: str) -> list[tuple[int, tuple[str, ...]]]:
    found = _read(folder, *rows, **more)
    return [(one.row, one.reasons) for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize(
    ("ref", "taken"),
    [
        *(("-1", True), ("-0042", True), ("1-2", True), ("-1+cmd|x", False), ("-A1", False)),
        *(("-1-1", False), ("-", False), ("=1", False), ("+1", False), ("@a", False)),
    ],
)
def test_an_id_is_nothing_that_a_spreadsheet_runs(tmp_path: Path, ref: str, taken: bool) -> None:
    [found] = _read(tmp_path, f"{ref},Kim Chol Su,,,,,,,,,")
    assert isinstance(found, Accepted) == taken


def test_a_full_row(tmp_path: Path) -> None:
    row = "7,김철수,Kim Chol Su; 金哲洙,남,1975년 5월,went missing,2013,보위부,생사불명,"
    found = _one(tmp_path, row + '"link, statistics",2030-12-31')
    report = found.report
    assert (report.source, report.id, report.sex) == ("A", "7", "m")
    assert [name.written for name in report.names] == ["김철수", "Kim Chol Su", "金哲洙"]
    assert report.birth is not None
    assert report.birth.edtf == "1975-05"
    [act] = report.acts
    assert (act.kind, act.authority, act.outcome) == (
        "disappearance",
        "kp-state-security",
        "fate-unknown",
    )
    assert report.collector == "Example Group"
    assert found.consent.uses == {"link", "statistics"}
    assert found.consent.until == date(2030, 12, 31)
    assert found.warnings == ()


APART = """
[columns]
id = "ref"
name = "full name"
relative = "father"
occupation = "job"
number = "register"
"""


def _apart(folder: Path, *cells: str) -> Accepted:
    row = ",".join(("1", "Kim", *cells))
    return _one(folder, row, mapping=APART, header="ref,full name,father,job,register")


def test_what_tells_people_of_one_name_apart(tmp_path: Path) -> None:
    found = _apart(tmp_path, " 김영호 ", "광부", "0007")
    report = found.report
    assert (report.relative, report.occupation, report.number) == (Name("김영호"), "광부", "0007")
    assert found.warnings == ()


@pytest.mark.parametrize(
    "cell", ["", "\u200b", "-", "unknown", "미상", "不详", "N/A", "?", "0", "000"]
)
def test_what_says_that_nothing_is_known_says_nothing(tmp_path: Path, cell: str) -> None:
    report = _apart(tmp_path, cell, cell, cell).report
    assert (report.relative, report.occupation, report.number) == (None, None, None)


UNKNOWN_TO_ALL = "미상|미확인|불상|불명|알 수 없음|파악불가|확인 불가|미파악|不明|不清楚|未确认"


@pytest.mark.parametrize("cell", UNKNOWN_TO_ALL.split("|"))
def test_what_is_not_known_of_one_thing_is_not_known_of_any(tmp_path: Path, cell: str) -> None:
    mapping = MAP.replace('act = "what"', 'act = "what"\nplace = "place"')
    row = f"7,Kim,{cell},{cell},{cell},{cell},{cell},{cell},,,,{cell}"
    found = _one(tmp_path, row, mapping=mapping, header=f"{HEADER},place")
    report = found.report
    assert (report.names, report.sex, report.birth) == ((Name("Kim"),), None, None)
    assert (report.acts, found.warnings) == ((), ())
    assert _reasons(tmp_path, f"7,{cell},,,,,,,,,") == [(2, ("no name",))]


@pytest.mark.parametrize("cell", UNKNOWN_TO_ALL.split("|"))
def test_an_outcome_that_is_not_known_is_one(tmp_path: Path, cell: str) -> None:
    [act] = _one(tmp_path, f"7,Kim,,,,arrest,2013,,{cell},,").report.acts
    assert act.outcome == "fate-unknown"


def test_a_shortened_number_is_left_out_and_a_0_elsewhere_stays(tmp_path: Path) -> None:
    found = _apart(tmp_path, "", "", "1.23E+12")
    assert found.report.number is None
    [warning] = found.warnings
    assert "a number that a spreadsheet shortened" in warning
    [(_, reasons)] = _reasons(tmp_path, "7,Kim,,0,,,,,,,")
    assert "not a word of the vocabulary" in reasons[0], "a 0 may be a code"


def test_of_several_relatives_the_first_is_kept_with_a_warning(tmp_path: Path) -> None:
    found = _apart(tmp_path, "미상; 김영호", "", "")
    assert found.report.relative == Name("김영호")
    assert found.warnings == ()
    found = _apart(tmp_path, "김영호; 리순희", "", "")
    assert found.report.relative == Name("김영호")
    assert found.warnings == ("column 'father': several names, of which the first is kept",)


def test_a_relative_cell_that_counts_others_is_noted(tmp_path: Path) -> None:
    found = _apart(tmp_path, "김영희 외 2명", "", "")
    assert found.report.relative == Name("김영희 외 2명")
    [warning] = found.warnings
    assert warning.startswith("column 'father': may name several people")
    assert "영희" not in warning


@pytest.mark.parametrize(
    "cell",
    [
        "아버지 김비밀, 어머니 박비밀",
        "부: 김비밀(사망), 모: 박비밀",
        "김비밀(金秘密) 박비밀",
        "1. 김비밀 2. 박비밀",
        "KIM Secret Su, PAK Yong Hui",
        "아버지 김비밀 어머니 박비밀",
        "아버지 김비밀과 어머니 박비밀, 동생 이민호, 형 김민수",
        "김비밀 씨와 김토미 씨",
        "Kim Secret Su, wife Kim Secret Hui",
    ],
)
def test_a_cell_of_a_father_and_a_mother_is_kept_as_written_and_flagged(
    tmp_path: Path, cell: str
) -> None:
    found = _apart(tmp_path, f'"{cell}"', "", "")
    assert found.report.relative == Name(cell)
    [warning] = found.warnings
    assert warning.startswith("column 'father': may name several people")
    assert "Secret" not in warning
    assert "비밀" not in warning


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("아버지 사망, 어머니 박영희", "어머니 박영희"),
        ("아버지 중국 거주, 어머니 박영희", "어머니 박영희"),
        ("부: 김철수, 모: 미상", "부: 김철수"),
        ("Kim Chol Su, deceased", "Kim Chol Su"),
        ("Kim Chol Su (father, in China)", "Kim Chol Su (father, in China)"),
        ("김철수(아버지, 사망)", "김철수(아버지, 사망)"),
        ("이복형 김철수", "이복형 김철수"),
        ("Kim, Man", "Kim, Man"),
        ("Kim, Chol Su", "Kim, Chol Su"),
    ],
)
def test_who_is_named_next_to_what_became_of_another_is_kept(
    tmp_path: Path, cell: str, kept: str
) -> None:
    found = _apart(tmp_path, f'"{cell}"', "", "")
    assert (found.report.relative, found.warnings) == (Name(kept), ())


FATES = (
    "사망|생존|고아|이혼|사망함|부모 모두 사망|부 사망; 모 생존|아버지 미상|모 미상"
    "|행방불명|死亡|孤儿|父母双亡|已故|父已故|widow|Widowed.|an orphan"
    "|deceased|father deceased|both parents dead|mother unknown"
    "|Father: unknown"
    "|사망(2008)|사망?|사망 추정|사망으로 추정|2008년 사망|사망 (2008년 3월)"
    "|deceased 2008|died in 2008|처형됨|총살당함|옥사"
    "|killed|executed|아사|병사|부:사망 모:생존|사망(병사)|father: dead mother: alive|presumed dead"
    "|아버지(사망)|부 (사망; 2008)|father (deceased)"
    "|부모 미상|parents unknown|행불|아버지 중국 거주|mother in China|아버지는 사망|돌아가심"
    "|사망 (추정)|2009년경 사망|아버지 사망 추정|死亡（2008年）|부모 모두 : 사망"
)


@pytest.mark.parametrize("cell", FATES.split("|"))
def test_what_became_of_a_relative_names_no_one(tmp_path: Path, cell: str) -> None:
    assert _apart(tmp_path, cell, "", "").report.relative is None


@pytest.mark.parametrize(
    "cell",
    [
        "김사망",
        "고아라",
        "병사철",
        "사망(김철수)",
        "사망 김철수",
        "이생존",
        "아버지 김철수",
        "Father Kim",
    ],
)
def test_a_relatives_name_that_has_such_a_word_is_one(tmp_path: Path, cell: str) -> None:
    assert _apart(tmp_path, cell, "", "").report.relative == Name(cell)


def test_a_cell_that_says_there_is_no_other_name_is_not_two(tmp_path: Path) -> None:
    assert _one(tmp_path, "1,Kim,N/A,,,,,,,,").report.names == (Name("Kim"),)


def test_what_is_too_long_is_refused_column_by_column(tmp_path: Path) -> None:
    cells = ("x" * 501, "x" * 2001, "1" * 201)
    header = "ref,full name,father,job,register"
    [(_, reasons)] = _reasons(tmp_path, f"1,Kim,{','.join(cells)}", mapping=APART, header=header)
    assert reasons == (
        "column 'father': longer than 500 characters",
        "column 'job': longer than 2000 characters",
        "column 'register': longer than 200 characters",
    )


def test_reasons_name_the_column_and_never_the_cell(tmp_path: Path) -> None:
    rejected = _reasons(
        tmp_path,
        "1,,,,,,,,,,",
        ",Secretname,,,,,,,,,",
        "2,Secretname,,,Secretdate,,,,,,",
        "2,Secretname,,,,,,,,,",
        "2,Secretname,,,,,,,,,",
        "3,Secretname,,Secretsex,,Secretact,,,Secretfate,Secretuse,Secretday",
        "4,Secretname",
        "5,unknown,미상,,,,,,,,",
        "6,\u200b,,,2013-02-30,,,,,,",
    )
    assert rejected[0] == (2, ("no name",))
    assert rejected[1] == (3, ("no id (column 'ref' is empty)",))
    assert rejected[2] == (4, ("column 'dob': not a date",))
    assert rejected[3] == (6, ("id already used above",))
    assert len(rejected[4][1]) == 5
    assert "[values.act]" in rejected[4][1][0]
    assert rejected[5] == (8, ("2 cells where the header has 11",))
    assert rejected[6] == (9, ("no name",))
    assert rejected[7] == (10, ("column 'dob': no such day in that month", "no name"))
    assert "Secret" not in str(rejected)


def test_a_row_that_is_rejected_takes_no_id_from_one_below(tmp_path: Path) -> None:
    bad, first, second = "2,Kim,,,no day,,,,,,", "2,Ri,,,,,,,,,", "2,Pak,,,,,,,,,"
    for rows in ((bad, first), (first, bad), (bad, first, second, second, bad)):
        found = _read(tmp_path, *rows)
        [taken] = [one for one in found if isinstance(one, Accepted)]
        assert taken.report.names == (Name("Ri"),)
    used = [one.reasons[-1] for one in found if isinstance(one, Rejected)][1:]
    assert len(set(used[:2])) == 1, "one reason, however many rows have it"
    assert all("row" not in reason for reason in used)


@pytest.mark.parametrize(
    "ref", ["미상", "unknown", "N/A", "상동", "합계", "NULL", "비공개", "TBD", "?", "없음"]
)
def test_what_says_that_there_is_no_id_is_none(tmp_path: Path, ref: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"{ref},Kim Chol Su,,,,,,,,,")
    assert reasons == ("no id (column 'ref' says only that there is none)",)


@pytest.mark.parametrize(
    "ref", ["X-17", "NN-12", "미상-3", "Unknown 3", "①", "A", "가", "IV", "甲", "No", "1.23", "2E+"]
)
def test_what_tells_rows_apart_is_an_id(tmp_path: Path, ref: str) -> None:
    assert _one(tmp_path, f"{ref},Kim Chol Su,,,,,,,,,").report.id == ref


@pytest.mark.parametrize("ref", ["1.23E+12", "1E+15", "1.23457e+11", '"1,23E+12"'])
def test_a_number_that_a_spreadsheet_shortened_is_no_id(tmp_path: Path, ref: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"{ref},Kim Chol Su,,,,,,,,,")
    [reason] = reasons
    assert "a number that a spreadsheet shortened" in reason
    assert not any(map(str.isdigit, reason)), "nor does it say which"


def test_no_consent_stated_allows_nothing(tmp_path: Path) -> None:
    assert _one(tmp_path, "1,Kim,,,,,,,,,").consent.uses == frozenset()
    bare = '[columns]\nid = "ref"\nname = "full name"\n'
    assert _one(tmp_path, "1,Kim,,,,,,,,link,", mapping=bare).consent.uses == frozenset()


def test_words_of_consent_are_the_mappings(tmp_path: Path) -> None:
    words = MAP + '[values.uses]\n"동의" = ["link"]\n"아니오" = []\n'
    assert _one(tmp_path, "1,Kim,,,,,,,,동의,", mapping=words).consent.uses == {"link"}
    assert _one(tmp_path, "1,Kim,,,,,,,,아니오,", mapping=words).consent.uses == frozenset()
    assert _reasons(tmp_path, "1,Kim,,,,,,,,yes,")[0][1][0].startswith("column 'consent'")


OWN_USES = '[values.uses]\nyes = ["link"]\n"동의" = ["link", "statistics"]\n"아니오" = []\n'


@pytest.mark.parametrize(
    "cell",
    [
        *("no, link", "none, link", "link; None", "yes, no", "동의, no", "no / 동의"),
        *("link statistics, no", "아니오, link", "동의; 아니오", "no, yes link"),
    ],
)
def test_a_use_next_to_a_no_is_no_consent_and_no_report(tmp_path: Path, cell: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f'7,Kim,,,,,,,,"{cell}",', mapping=MAP + OWN_USES)
    [reason] = reasons
    assert "allows a use, and says no beside it" in reason


def test_words_that_allow_nothing_together_are_no_use(tmp_path: Path) -> None:
    [(_, reasons)] = _reasons(tmp_path, "7,Kim,,,,,,,,no link,", mapping=MAP + OWN_USES)
    [reason] = reasons
    assert "not a use that can be consented to" in reason


@pytest.mark.parametrize("cell", ["no", "none", "No, none", "아니오", "아니오, no", ""])
def test_a_no_alone_allows_nothing(tmp_path: Path, cell: str) -> None:
    found = _one(tmp_path, f'7,Kim,,,,,,,,"{cell}",', mapping=MAP + OWN_USES)
    assert found.consent.uses == frozenset()


def test_a_whole_cell_can_be_given_a_meaning(tmp_path: Path) -> None:
    own = OWN_USES + '"link, photo" = ["link"]\n'
    found = _one(tmp_path, '7,Kim,,,,,,,,"link, photo",', mapping=MAP + own)
    assert found.consent.uses == {"link"}


def test_what_is_outside_the_coverage_is_kept_with_a_warning(tmp_path: Path) -> None:
    warnings = _one(tmp_path, "1,Kim,,,,arrest,2021,,,,").warnings
    assert warnings == (
        "an act outside the period that the source covers",
        "an act of a kind that the source does not cover",
    )
    assert _one(tmp_path, "1,Kim,,,,went missing,after 2019,,,,").warnings == ()


def test_a_padded_first_of_january(tmp_path: Path) -> None:
    [warning] = _one(tmp_path, "1,Kim,,,1975-01-01,,,,,,").warnings
    assert "may be only a year" in warning
    padded = MAP.replace("[source]", "[source]\npads_dates = true")
    for written, edtf in (("1975-01-01", "1975"), ("1975-05-01", "1975-05")):
        found = _one(tmp_path, f"1,Kim,,,{written},,,,,,", mapping=padded)
        assert found.report.birth is not None
        assert (found.report.birth.edtf, found.report.birth.written) == (edtf, written)
        assert len(found.warnings) == 1


def test_a_list_in_the_ethiopian_calendar(tmp_path: Path) -> None:
    ethiopian = MAP.replace("[source]", '[source]\ncalendar = "ethiopian"')
    found = _one(tmp_path, "1,Kim,,,1967-01-02,,,,,,", mapping=ethiopian)
    assert found.report.birth is not None
    assert (found.report.birth.edtf, found.report.birth.written) == ("1974-09-12", "1967-01-02")


def test_an_authority_that_no_one_foresaw_is_kept(tmp_path: Path) -> None:
    found = _one(tmp_path, "1,Kim,,,,,,The night watch,,,")
    assert found.report.acts[0].authority == "The night watch"
    assert found.warnings == ("column 'by': not a word of the vocabulary, kept as written",)


def test_names_in_two_columns_dates_in_three_and_more_acts(tmp_path: Path) -> None:
    mapping = """
    [columns]
    id = "n"
    family_name = "f"
    given_name = "g"
    birth = { year = "y", month = "m", day = "d" }
    [[acts]]
    kind = "arrest"
    date = "arrested"
    [[acts]]
    kind = "forced-return"
    date = "returned"
    """
    header = "n,f,g,y,m,d,arrested,returned"
    found = _read(
        tmp_path,
        "1,김,철수,1975,5,,2012,2013",
        "2,Kim,Chol,1975,0,7,,2013",
        mapping=mapping,
        header=header,
    )
    one, two = (row.report for row in found if isinstance(row, Accepted))
    assert (one.names[0].written, one.names[0].family) == ("김철수", "김")
    assert two.names[0].written == "Kim Chol"
    assert [report.birth.edtf for report in (one, two) if report.birth] == ["1975-05", "1975-XX-07"]
    assert [[act.kind for act in report.acts] for report in (one, two)] == [
        ["arrest", "forced-return"],
        ["forced-return"],
    ]


def test_the_mapping_is_checked_before_the_first_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("ref,fullname\n1,x\n")
    with pytest.raises(BadMapping, match="'full name' that the file does not have") as refused:
        read_file(path, Mapping.parse('[columns]\nid = "ref"\nname = "full name"'), "A")
    assert refused.value.hint == "the name of column 2 is similar"


@pytest.mark.volume
def test_twelve_thousand_rows_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        file.writelines(f"{n},김철수,,m,1975,arrest,2013-05,,,,\n" for n in range(12_000))
    mapping = Mapping.parse(MAP)
    tracemalloc.start()
    early = rows = 0
    for found in read_file(path, mapping, "A"):
        rows += isinstance(found, Accepted)
        if rows == 1_000:
            early = tracemalloc.get_traced_memory()[0]
    late = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert rows == 12_000
    # What grows is one id and its row number a row: about 200 bytes.
    assert late - early < 3_000_000


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=11, max_size=11), min_size=1, max_size=4))
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_the_cells_every_row_is_accounted_for(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    found = _read(tmp_path, *lines)
    assert len(found) == sum(1 for row in rows if any(cell.strip() for cell in row))


@given(st.text(max_size=80) | st.text('[]columns.id="x"{}=,\n values act consent', max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_mapping_or_a_refusal(text: str) -> None:
    try:
        assert Mapping.parse(text).id
    except Error as refused:
        assert isinstance(refused, BadMapping)  # noqa: PT017


NOBODY = (
    "unknown|Unidentified male|N.N.|N. N.|NN|John Doe|desconocido|Persona no identificada"
    "|sin nombre|anónimo|inconnu|مجهول|مجهول الهوية|неизвестный|미상|성명불상|신원미상|姓名不详"
    "|无名氏|無名|佚名|某某|unnamed child|unknown 12"
    "|이름 모름|성명 모름|(이름 없음)|성명미상|이름을 알 수 없음|이름 모름(여)|모름|없음"
    "|신원 미상의 여성|여자아이|남자아이|남자 1|여성2|어린이"
    "|name not given|not recorded|a woman|An old man|Girl|young man"
    "|不知名男子|一名女子|男童|没有名字|不知道|имя неизвестно|мужчина|девочка|niña|un hombre|امرأة"
    "|12345|합계: 3명|총 3명|소계|모두 5명|以上共3人|合计|Total|Grand total: 31|Subtotal|Всего: 3"
    "|총합계|합계(명)|계: 12명|一共12人|人数合计|Total reports: 141|Total 12 victims|N = 12"
    "|NULL|(null)|nan|NaN|<NA>|#N/A|#REF!|undefined|비공개|신원 비공개|[redacted]"
    "|Confidential|不公开"
    "|TBD|to be confirmed|확인 중|待定|테스트|test|Test 2|sample|测试|상동|위와 같음|同上|〃|ditto"
    "|Same as above|해당 없음|No data|판독 불가|OOO|미상(비공개)"
    "|피해자 A|피해자A|Witness 3|witness no. 3|Victim-B|Person A (f)|A씨|B양|A모씨(여)|ㄱ씨|남자 가"
    "|证人甲|女A|某甲|가명 1|탈북여성 A|a witness|Full name|성명|피해자 성명|姓名|First name"
)


@pytest.mark.parametrize("text", NOBODY.split("|"))
def test_what_stands_for_no_one_is_no_name(tmp_path: Path, text: str) -> None:
    assert _reasons(tmp_path, f"7,{text},,,,,,,,,") == [(2, ("no name",))]


@pytest.mark.parametrize(
    "text",
    [
        *("No Chol Su", "Na Un Hui", "Sin Yong Nam", "Maria de la Cruz", "Nina", "노무현"),
        *("Young Man", "An Man", "No Man", "Boy George", "Baby", "영아", "주민", "남자현", "김씨"),
        *("총명", "공계수", "Sum", "Total Lee", "김철수 3", "㉮"),  # neither totals nor numbers
        *("Hans Null", "Nan", "Nat", "Test Kim", "Anna Blank", "김상동", "미정", "조사중"),
        *(
            "A. Kim",
            "Mr. K",
            "K",
            "구금자",
            "진정인",
            "송환자",
            "여자아",
            "Mann",
            "Casey",
            "Ann Case",
        ),
        *("이명", "성씨", "한자명", "명", "Max Born"),  # also words for columns
    ],
)
def test_a_name_that_has_such_a_word_is_one(tmp_path: Path, text: str) -> None:
    assert _one(tmp_path, f"7,{text},,,,,,,,,").report.names[0].written == text


APART_NAMES = {
    "mapping": '[columns]\nid = "ref"\nfamily_name = "family"\ngiven_name = "given"',
    "header": "ref,family,given",
}


@pytest.mark.parametrize("row", ["Case,A", "Boy,O", "Child,B", "Case,Ann"])
def test_a_family_and_a_given_name_are_no_label(tmp_path: Path, row: str) -> None:
    family, given_ = row.split(",")
    [name] = _one(tmp_path, f"7,{row}", **APART_NAMES).report.names
    assert (name.family, name.given) == (family, given_)


@pytest.mark.parametrize("row", ["Witness,A", "피해자,A", "Case,3", "Male,3"])
def test_a_label_in_two_columns_is_one(tmp_path: Path, row: str) -> None:
    assert _reasons(tmp_path, f"7,{row}", **APART_NAMES) == [(2, ("no name",))]


@pytest.mark.parametrize("given_", ["영아", "유아", "주민", "자매", "일행", "여인"])
def test_a_family_name_is_no_word_for_one(tmp_path: Path, given_: str) -> None:
    [name] = _one(tmp_path, f"7,한,{given_}", **APART_NAMES).report.names
    assert (name.family, name.given) == ("한", given_)


UNSAID_PARTS = (
    "미상|不详|N/A|비공개|모름|없음|확인중|未知|NA|상동|Test|(미상)|불상, 이름 모름|unknown, Name"
)


@pytest.mark.parametrize("parts", UNSAID_PARTS.split("|"))
def test_two_parts_that_say_nothing_are_no_name(tmp_path: Path, parts: str) -> None:
    row = f"7,{parts}" if "," in parts else f"7,{parts},{parts}"
    assert _reasons(tmp_path, row, **APART_NAMES) == [(2, ("no name",))]


@pytest.mark.parametrize(
    ("row", "family", "given"),
    [
        *(("김,미상", "김", None), ("Kim,N/A", "Kim", None), ("Kim,(unknown)", "Kim", None)),
        *(
            ("미상,철수", None, "철수"),
            ("未知,哲洙", None, "哲洙"),
            ("N/A,Chol Su", None, "Chol Su"),
        ),
        *(("No,Na", "No", "Na"), ("김,상동", "김", "상동"), ("김,○○", "김", "○○")),
    ],
)
def test_a_part_that_says_nothing_leaves_the_other(
    tmp_path: Path, row: str, family: str | None, given: str | None
) -> None:
    [name] = _one(tmp_path, f"7,{row}", **APART_NAMES).report.names
    assert (name.family, name.given) == (family, given)


EMPTIED = "reads as an empty cell (if it is a name"


@pytest.mark.parametrize(
    ("row", "noted"),
    [
        *(("김,김철수", True), ("金,金哲洙", True), ("Kim,Kim Chol Su", True)),
        *((",김철수", True), (",Kim Chol Su", True), (",Chol Su", False)),
        *(
            ("Kim,Chol Su KIM", True),
            ("김,철수", False),
            ("정,정희", False),
            ("Jong,Jong Hui", False),
        ),
        *(
            ("Kim,Kimchol Su", False),
            ("김,수김", False),
            ("Kim,Kim", False),
            ("남궁,남궁옥희", True),
        ),
    ],
)
def test_a_whole_name_for_a_given_one_is_noted(tmp_path: Path, row: str, noted: bool) -> None:
    warnings = _one(tmp_path, f"7,{row}", **APART_NAMES).warnings
    assert ["may hold the whole name" in one for one in warnings] == [True] * noted
    assert row.split(",")[1] not in str(warnings)


@pytest.mark.parametrize("given_", ["nan", "Null", "null"])
def test_a_given_name_that_reads_as_an_empty_cell_is_noted(tmp_path: Path, given_: str) -> None:
    found = _one(tmp_path, f"7,Kim,{given_}", **APART_NAMES)
    assert found.report.names == (Name("Kim", "Kim", None),)
    [warning] = found.warnings
    assert warning.startswith(f"column 'given': {EMPTIED}")


def test_so_is_another_name(tmp_path: Path) -> None:
    for other in ("nan", "nan; 김철"):
        [warning] = _one(tmp_path, f"7,김철,{other},,,,,,,,").warnings
        assert warning.startswith(f"column 'alias': {EMPTIED}")
    [warning] = _one(tmp_path, "7,nan,김난,,,,,,,,").warnings
    assert warning.startswith(f"column 'full name': {EMPTIED}")


@pytest.mark.parametrize("row", ["Kim,NULL", "Kim,#N/A", "Null,Hans", "Kim,Nan", "Kim,"])
def test_what_only_a_program_writes_is_not(tmp_path: Path, row: str) -> None:
    assert _one(tmp_path, f"7,{row}", **APART_NAMES).warnings == ()


def test_a_null_next_to_a_family_name_is_no_given_name(tmp_path: Path) -> None:
    mapping = '[columns]\nid = "ref"\nfamily_name = "family"\ngiven_name = "given"'
    apart = {"mapping": mapping, "header": "ref,family,given"}
    assert _one(tmp_path, "7,김,NULL", **apart).report.names == (Name("김", "김", None),)
    assert _one(tmp_path, "7,Null,Hans", **apart).report.names == (
        Name("Null Hans", "Null", "Hans"),
    )
    assert _reasons(tmp_path, "7,NULL,NULL", **apart) == [(2, ("no name",))]


@pytest.mark.parametrize(
    "row",
    ["ref no,Full name,,,,,,,,,", "번호,성명,별명,성별,생년월일,사건,일시,가해자,결과,,", HEADER],
)
def test_a_second_row_of_headers_is_no_one(tmp_path: Path, row: str) -> None:
    found = _read(tmp_path, row, "7,김철수,,,,,,,,,", row)
    assert [(one.row, getattr(one, "reasons", None)) for one in found] == [
        (2, ("the names of the columns once more, and no report",)),
        (3, None),
        (4, ("the names of the columns once more, and no report",)),
    ]


def test_a_name_that_is_a_word_for_columns_is_no_header(tmp_path: Path) -> None:
    assert _one(tmp_path, "7,이명,,,,,,,,,").report.names[0].written == "이명"
    assert _one(tmp_path, "no,김철수,,,,,,,,,").report.id == "no"
    for ident in ("no", "code", "번호"):
        for name in ("이명", "명", "성"):
            found = _one(tmp_path, f"{ident},{name},,,,,,,,,")
            assert found.report.names[0].written == name


def test_two_words_for_columns_of_names_are_a_header(tmp_path: Path) -> None:
    [(_, reasons)] = _reasons(tmp_path, "번호,성,명", **APART_NAMES)
    assert reasons == ("the names of the columns once more, and no report",)


PLACED = """
[columns]
id = "ref"
name = "name"
origin = "from"
place = "where"
authority = "by"
"""


def _placed(folder: Path, *cells: str) -> Accepted:
    row = ",".join(("1", "Kim", *cells))
    return _one(folder, row, mapping=PLACED, header="ref,name,from,where,by")


@pytest.mark.parametrize(
    "cell",
    [
        "미상",
        "불명",
        "모름",
        "unknown",
        "not stated",
        "N/A",
        "不明",
        "不详",
        "未知",
        "?",
        "-",
        "NULL",
        "비공개",
        "해당 없음",
    ],
)
def test_a_place_or_an_authority_that_is_not_known_is_none(tmp_path: Path, cell: str) -> None:
    found = _placed(tmp_path, cell, cell, cell)
    assert (found.report.origin, found.report.acts, found.warnings) == (None, (), ())


@pytest.mark.parametrize("cell", ["미상", "unknown", "N/A", "?", "-", "不详", "모름"])
def test_a_sex_that_is_not_known_is_none(tmp_path: Path, cell: str) -> None:
    found = _one(tmp_path, f"7,Kim Chol Su,,{cell},,,,,,,")
    assert (found.report.sex, found.warnings) == (None, ())


EMPTY = "-|?|—|NULL|nan|#N/A|N/A|비공개|해당없음|해당 없음|TBD|확인 중|[redacted]|not stated"


@pytest.mark.parametrize("cell", [*EMPTY.split("|"), "미상", "unknown", "不详"])
def test_an_act_or_outcome_of_which_nothing_is_reported_is_none(tmp_path: Path, cell: str) -> None:
    found = _one(tmp_path, f"7,Kim Chol Su,,,,{cell},2013,,,,")
    assert [act.kind for act in found.report.acts] == [None]
    assert found.report.acts[0].date
    if cell in EMPTY.split("|"):
        assert _one(tmp_path, f"7,Kim Chol Su,,,,,,,{cell},,").report.acts == ()


@pytest.mark.parametrize("cell", ["removed", "hidden", "none", "없음", "✓", "unidentified body"])
def test_what_may_mean_something_of_an_act_is_queried(tmp_path: Path, cell: str) -> None:
    for row in (f"7,Kim Chol Su,,,,{cell},,,,,", f"7,Kim Chol Su,,,,,,,{cell},,"):
        [(_, [reason])] = _reasons(tmp_path, row)
        assert "not a word of the vocabulary" in reason


@pytest.mark.parametrize("cell", ["장소 미상", "地点不详", "某地", "어딘가", "location unknown"])
def test_a_place_that_is_reported_not_to_be_known_is_none(tmp_path: Path, cell: str) -> None:
    report = _placed(tmp_path, cell, cell, "").report
    assert (report.origin, report.acts) == (None, ())


def test_a_place_of_which_a_part_is_known_stays_as_written(tmp_path: Path) -> None:
    report = _placed(tmp_path, "함경북도 미상", "Jilin (town unknown)", "unknown police").report
    assert report.origin == "함경북도 미상"
    [act] = report.acts
    assert (act.place, act.authority) == ("Jilin (town unknown)", "unknown police")


def test_of_which_kind_a_place_was_is_kept_as_written(tmp_path: Path) -> None:
    report = _placed(tmp_path, "마을 이름 모름", "관리소(명칭 미상)", "").report
    assert (report.origin, report.acts[0].place) == (None, "관리소(명칭 미상)")


@pytest.mark.parametrize("cell", ["상동", "same as above", "同上"])
def test_what_is_as_above_is_not_read_and_that_is_reported(tmp_path: Path, cell: str) -> None:
    found = _placed(tmp_path, cell, "회령", "")
    assert found.report.origin is None
    [warning] = found.warnings
    assert warning.startswith("column 'from': says only 'same as above'")


SEVERAL = (
    "김철수 외 3명|김철수외 1명|김철수 외 두 명|김철수 등 5명|김철수 일가족 4명|김철수 4명"
    "|金哲洙等三人|金哲洙等人|金哲洙一家三口|Kim Chol Su and 3 others|Kim et al."
    "|Kim & two children|Kim + 3|김철수와 자녀 2명|Kim with 3 others"
    "|Kim (4 people)|Ким и еще 3|Juan y 3 más|김철수 가족 4명|김철수, 식구 5명|김철수 5식구"
    "|자녀 2명|김철수 가족 4인|김철수 4인 가족|김철형 3명"
    "|김철수와 동생 2명|김철수 및 손자 3명|김철수 외 남동생 2명"
    "|Kim family of five|KIM ET AL.|김철수 (외 3명)|김철수 (가족 포함 5명)"
    "|김철수 외 2|김철수외2|3명|10여 명|성인 2명|脱北者5人|三名脱北者|女性2名|一家四口|母女二人"
    "|金哲洙3人|two women|two North Korean women|three defectors|Kim family (4)|group of 5"
    "|김철수와 두 딸|Kim Chol Su (+2)|김철수 가족(4)"
)
MAY_BE_SEVERAL = (
    "김비밀\n박비밀|김비밀, 박비밀|김비밀, 박비밀, 이순자|김비밀과 박비밀|김비밀 및 박비밀"
    "|김비밀 부부|김비밀(金秘密), 박비밀|金秘密、朴秘密|김비밀과 아내|金秘密夫妇"
    "|Kim Secret & Pak Secret|Kim Secret and Pak Secret|Kim Secret\nO Yong Hui"
    "|Kim Secret and wife|김비밀 (자녀 2명)|Kim Secret with two children"
    "|김비밀(자매 2명)|김비밀(동생 2명)|김비밀(오빠 2명)|김비밀(부모 2명)"
    "|김비밀 남매 2명|김비밀, 손자 3명|김비밀(식구 5명)"
    "|김비밀(가족 5명)|김비밀(5식구)|김비밀 (가족 총 5명)|Kim Secret (family of five)"
    "|Kim Secret (5 family members)|Kim et Al"
    "|김비밀(남동생 2명)|김비밀 (형 2명)|김비밀(고모 2명)|김비밀 (가족 4인)"
    "|김비밀(4인 가족)|Secret (동생 2명)"
    "|Kim Secret Su; Pak Yong Hui|Kim Secret Su / Pak Yong Hui|KIM Secret Su, PAK Yong Hui"
    "|Kim Secret-su, Pak Yong-hui|Kim Secret Su; Kim Yong Hui|1. Kim Secret 2. Pak Yong Hui"
    "|김비밀 와 박비밀|1. 김비밀 2. 박비밀|①김비밀 ②박비밀|김비밀(남) 박비밀(여)|김비밀 박비밀"
    "|김비밀 한영자|김비밀 최동혁|kim secret su; pak yong hui|Maria de la Secret; Juan Perez"
    "|金秘密和朴秘密|金秘密与朴秘密|金秘密 朴秘密|김비밀, 자녀 2|Kim Secret (and son)"
    "|Kim Secret + wife|아들 김비밀, 딸 박비밀"
    "|김비밀(손자 10여 명)|김비밀(외손자 2명)|金秘密等|金秘(一家三口)|金秘密（全家）"
)
ONE = (
    "Kim, Chol Su|김철수\n金哲洙|Kim Chol Su\n김철수"
    "|김철수, 회령시|김철수, 남|김철수, 광부|José Ortega y Gasset|이외수|김수인|박세명|김수명"
    "|김복동 할머니|Garcia Lopez, Maria Jose|Alexandra Moore"
    "|김부자|de la Cruz, Maria del Carmen"
    "|김(金)철수|남궁(南宮) 민수|김 철수(金 哲洙)|이철수 선생님|中村和三郎"
    "|Kim Chol Su (wife)"
    "|김철수 노동자|김철수 안전원|김철수 한국인|김철수 정치범|김철수 연락두절|김철수 강제북송"
    "|노동자 김철수|김철수 이주민|Kim Chol Su / Hoeryong City"
    "|Kim Chol Su; Musan County|Kim Chol Su / he died"
    "|Kim Chol Su\nin custody|Kim Chol Su; Died in custody"
)


@pytest.mark.parametrize("text", SEVERAL.split("|"))
def test_a_name_that_counts_others_is_rejected(tmp_path: Path, text: str) -> None:
    [(row, [reason])] = _reasons(tmp_path, f'7,"{text}",,,,,,,,,')
    assert row == 2
    assert reason.startswith("a name of several people")
    assert text not in reason


@pytest.mark.parametrize("text", MAY_BE_SEVERAL.split("|"))
def test_a_name_that_may_be_several_is_kept_and_noted(tmp_path: Path, text: str) -> None:
    found = _one(tmp_path, f'7,"{text}",,,,,,,,,')
    assert found.report.names[0].written == text
    assert found.warnings[0].startswith("column 'full name': holds more than a name")
    assert not any("Secret" in warning or "비밀" in warning for warning in found.warnings)


def test_zawgyi_is_said_and_kept_as_written(tmp_path: Path) -> None:
    zawgyi = "\u1031\u1019\u102c\u1004\u1039\u1031\u1019\u102c\u1004\u1039"
    found = _one(tmp_path, f"7,{zawgyi},,,,,,,,,")
    assert found.report.names[0].written == zawgyi
    [warning] = found.warnings
    assert warning.startswith("column 'full name': Burmese that looks like the Zawgyi encoding")
    assert zawgyi not in warning


def test_a_word_in_zawgyi_is_the_reason_why_a_row_is_rejected(tmp_path: Path) -> None:
    caught = "\u1016\u1019\u1039\u1038\u1006\u102e\u1038\u1001\u1036\u101b"
    [(_, [reason])] = _reasons(tmp_path, f"7,Kim Chol Su,,,,{caught},,,,,")
    assert reason.startswith("column 'what': Burmese that looks like the Zawgyi encoding")
    assert caught not in reason


@pytest.mark.parametrize(
    "text", ["김철수 용접공", "화가 김철수", "김철수 교통사고로", "전거리 김철수"]
)
def test_a_name_next_to_words_that_are_not_known_is_kept_as_written_and_flagged(
    tmp_path: Path, text: str
) -> None:
    found = _one(tmp_path, f"7,{text},,,,,,,,,")
    assert found.report.names[0].written == text
    [warning] = found.warnings
    assert warning.startswith("column 'full name': holds more than a name")
    assert not any(word in warning for word in text.split())


@pytest.mark.parametrize("text", ONE.split("|"))
def test_one_person_is_not_taken_for_several(tmp_path: Path, text: str) -> None:
    found = _one(tmp_path, f'7,"{text}",,,,,,,,,')
    assert found.report.names[0].written == text
    assert found.warnings == ()


@pytest.mark.parametrize("text", ["1985년생", "1985年生", "b. 1985", "born 1985", "*1985"])
def test_a_birth_may_say_that_it_is_one(tmp_path: Path, text: str) -> None:
    found = _one(tmp_path, f"7,김철수,,,{text},,,,,,")
    assert found.report.birth
    assert (found.report.birth.edtf, found.report.birth.written) == ("1985", text)
    assert found.warnings == ()


def test_when_something_happened_is_no_ones_birth(tmp_path: Path) -> None:
    [(_, reasons)] = _reasons(tmp_path, "7,김철수,,,85년생,,2013년생,,,,")
    assert reasons == ("column 'dob': a year of two digits", "column 'when': not a date")


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        *(
            ("2999", "that is still to come"),
            ("1999", ""),
            ("1850", ""),
            ("after 1800", "before 1850"),
        ),
        *(("1185", "before 1850"), ("1208-12", "before 1850"), ("../1849", "before 1850")),
    ],
)
def test_a_date_that_can_hardly_be_is_noted(tmp_path: Path, text: str, noted: str) -> None:
    warnings = (f"column 'dob': a date {noted}",) if noted else ()
    assert _one(tmp_path, f"7,김철수,,,{text},,,,,,").warnings == warnings


NO_DATE = (
    "비공개|해당없음|확인중|TBD|nan|NaN|NaT|#N/A|\\N|日期不详|时间不详|出生日期不详|미확인|불상|알수없음"
    "|잘 모름|do not know|not recorded|date unknown|exact date unknown|—|redacted|날짜 모름"
)


@pytest.mark.parametrize("text", NO_DATE.split("|"))
def test_a_cell_that_says_nothing_is_no_date(tmp_path: Path, text: str) -> None:
    found = _one(tmp_path, f"7,김철수,,,{text},disappearance,{text},,,,")
    assert (found.report.birth, found.report.acts[0].date, found.warnings) == (None, None, ())


@pytest.mark.parametrize("text", ["상동", "same as above", "〃"])
def test_a_date_as_above_is_noted(tmp_path: Path, text: str) -> None:
    found = _one(tmp_path, f"7,김철수,,,{text},,,,,,")
    assert found.report.birth is None
    assert found.warnings[0].startswith("column 'dob': says only 'same as above'")


def test_next_to_a_year_what_says_nothing_leaves_the_year(tmp_path: Path) -> None:
    found = _one(tmp_path, "7,김철수,,,1985 미상,,,,,,")
    assert found.report.birth
    assert found.report.birth.edtf == "1985"


@pytest.mark.parametrize("text", ["미상", "비공개", "TBD", "—", "2030~", "nan"])
def test_until_when_consent_lasts_has_to_be_a_day(tmp_path: Path, text: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"1,Kim,,,,,,,,link,{text}")
    assert reasons == ("column 'until': not a full day, so when consent ends is not known",)


IN_COLUMNS = """
[columns]
id = "n"
name = "f"
birth = { year = "y", month = "m", day = "d" }
"""


@pytest.mark.parametrize(
    ("cells", "edtf", "written"),
    [
        *(
            ("1985,3,15", "1985-03-15", "1985-03-15"),
            ("1985.0,3.0,2.0", "1985-03-02", "1985-03-02"),
        ),
        *(
            ("1985년,3월,15일", "1985-03-15", "1985-03-15"),
            ("1985,May,7", "1985-05-07", "1985 May 7"),
        ),
        *(("1985,봄,", "1985-21", "1985 봄"), ("1985,3,초", "1985-03-01/1985-03-12", "1985 3 초")),
        *(
            (f"1985,3,{none}", "1985-03", "1985-03")
            for none in ("?", "-", "미상", "99", "nan", "00")
        ),
        *((f"1985,{none},{none}", "1985", "1985") for none in ("?", "-", "n/a", "모름", "0")),
        *(
            ("1985,3-5,", "1985-03/1985-05", "1985 3-5"),
            ("1985,3~5,", "1985-03/1985-05", "1985 3~5"),
            ("1985,03-05,", "1985-03/1985-05", "1985 03-05"),
        ),
        ("1985,3,10-15", "1985-03-10/1985-03-15", "1985 3 10-15"),
        ("1985,July,10~15", "1985-07-10/1985-07-15", "1985 July 10~15"),
        ('1985,"3,5",', "1985-03?/1985-05?", "1985 3,5"),
        ("1985-03,,", "1985-03", "1985-03"),
        ("주체74(1985),3,", "1985-03", "주체74(1985)-03"),
        ("b. 1985,3,", "1985-03", "b. 1985-03"),
    ],
)
def test_a_date_in_three_columns(tmp_path: Path, cells: str, edtf: str, written: str) -> None:
    found = _one(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert found.report.birth
    assert (found.report.birth.edtf, found.report.birth.written) == (edtf, written)
    assert not any("0 taken as not known" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("cells", "edtf", "written"),
    [
        ("주체97년,3,14", "2008-03-14", "주체97년-03-14"),
        ("주체97년,,14", "2008-XX-14", "주체97년-XX-14"),
        ("주체97(2008)년,3월,", "2008-03", "주체97(2008)년-03"),
        ("1998(주체87)년,3,14", "1998-03-14", "1998(주체87)년-03-14"),
        ("주체97,3월초,", "2008-03-01/2008-03-12", "주체97 3월초"),
        ("Juche 97,3,초", "2008-03-01/2008-03-12", "Juche 97 3 초"),
        ("Juche 97,3,중순", "2008-03-11/2008-03-20", "Juche 97 3 중순"),
        ("주체97년,3-5,", "2008-03/2008-05", "주체97년 3-5"),
    ],
)
def test_a_juche_year_in_its_column_is_read_with_the_rest_and_noted_once(
    tmp_path: Path, cells: str, edtf: str, written: str
) -> None:
    found = _one(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert found.report.birth
    assert (found.report.birth.edtf, found.report.birth.written) == (edtf, written)
    assert found.warnings.count("column 'y': a year of the Juche era") == 1


@pytest.mark.parametrize(
    ("year", "edtf"),
    [
        *(("about 1985", "1985~"), ("약 1985", "1985~"), ("1985년경", "1985~")),
        *(("1985~", "1985~"), ("1985?", "1985?"), ("1985년(추정)", "1985?"), ("1985%", "1985%")),
        *(("주체74년경", "1985~"), ("1985년경 출생", "1985~")),
    ],
)
@pytest.mark.parametrize("rest", ["3,15", "3,", ",15", "봄,", "3-5,"])
def test_a_year_that_is_not_certain_is_kept_without_the_month_and_day_next_to_it(
    tmp_path: Path, year: str, edtf: str, rest: str
) -> None:
    found = _one(tmp_path, f"1,Kim,{year},{rest}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert found.report.birth
    assert found.report.birth.edtf == edtf
    assert found.report.birth.written.startswith(year)
    assert found.report.birth.written != year
    [warning] = [one for one in found.warnings if "Juche" not in one]
    assert warning == (
        "column 'y': the year is not certain, so the month and day beside it are left out"
    )


@pytest.mark.parametrize("year", ["about 1985", "1985년경", "1985~"])
def test_a_year_that_is_not_certain_stays_as_it_is_alone(tmp_path: Path, year: str) -> None:
    found = _one(tmp_path, f"1,Kim,{year},,미상", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert found.report.birth
    assert (found.report.birth.edtf, found.warnings) == ("1985~", ())


def test_a_year_of_birth_is_no_year_of_an_act_next_to_a_month(tmp_path: Path) -> None:
    mapping = IN_COLUMNS.replace("birth", "[[acts]]\ndate") + 'act = "a"\n'
    row = "1,Kim,b. 1985,3,,arrest"
    [(_, reasons)] = _reasons(tmp_path, row, mapping=mapping, header="n,f,y,m,d,a")
    assert reasons == ("column 'y': not a date",)


def test_a_juche_year_next_to_another_year_is_refused_in_its_column(tmp_path: Path) -> None:
    row = "1,Kim,주체97(2009)년,3,14"
    [(_, reasons)] = _reasons(tmp_path, row, mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert reasons == ("column 'y': the Juche year and the other year are not the same year",)


@pytest.mark.parametrize(
    "cells",
    [
        *("미상,미상,미상", "unknown,unknown,unknown", "0000,00,00", "-,-,-"),
        *("9999,99,99", "00,00,00", "99,99,99"),
    ],
)
def test_three_columns_that_say_nothing_are_no_date(tmp_path: Path, cells: str) -> None:
    found = _one(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert (found.report.birth, found.warnings) == (None, ())


@pytest.mark.parametrize(
    "cells", ["1985,13,", "1985,23,", "1985,23,초", "1985,31,3", "약 1985,13,"]
)
def test_a_column_of_months_has_no_season_by_its_number(tmp_path: Path, cells: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert reasons == ("column 'y': no such month",)


@pytest.mark.parametrize(
    "cells",
    [
        *("2008-03,3,", "2008.3,5,", "2008/03,5,", "2008-03,,5", "2008-03,봄,", "2008-03,3,5"),
        *("late 2008,3,", "2008년 봄,3,", "2008/2009,3,", "2008 or 2009,3,", "before 2008,3,"),
    ],
)
def test_a_column_of_years_has_no_month_next_to_another(tmp_path: Path, cells: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert reasons == (
        "column 'y': the year column has more than a year, and there is a month or day column",
    )


@pytest.mark.parametrize("cells", ["1985,3.5,", "1985,3-5,10", "1985,,초", "85?,3,"])
def test_columns_that_are_no_date_together_are_refused(tmp_path: Path, cells: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert reasons == ("column 'y': not a date",)


@pytest.mark.parametrize("cells", ["99,3,5", "99.0,3.0,", "99년,,", "00,3,5", "00,,", "99,미상,"])
def test_a_year_of_two_digits_in_its_column_is_refused(tmp_path: Path, cells: str) -> None:
    [(_, reasons)] = _reasons(tmp_path, f"1,Kim,{cells}", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert reasons == ("column 'y': a year of two digits",)


def test_a_year_of_two_digits_is_refused_where_no_other_column_is_read(tmp_path: Path) -> None:
    mapping = IN_COLUMNS.replace(', month = "m", day = "d"', "")
    [(_, reasons)] = _reasons(tmp_path, "1,Kim,99", mapping=mapping, header="n,f,y")
    assert reasons == ("column 'y': a year of two digits",)


@pytest.mark.parametrize("cell", ["#####", "########", "#", "#REF!", "#VALUE!", "#NAME?", "#NUM!"])
@pytest.mark.parametrize("cells", ["{},,", "1985,{},", "1985,3,{}"])
def test_what_a_spreadsheet_writes_for_a_date_that_it_lost_is_refused(
    tmp_path: Path, cell: str, cells: str
) -> None:
    row = f"1,Kim,{cells.format(cell)}"
    [(_, reasons)] = _reasons(tmp_path, row, mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert reasons == ("column 'y': a spreadsheet error, or #### from a column that is too narrow",)


@pytest.mark.parametrize("cell", ["#N/A", "#NV", "#Н/Д", "-", "미상"])
def test_a_cell_of_a_date_that_only_says_that_there_is_none_is_none(
    tmp_path: Path, cell: str
) -> None:
    found = _one(tmp_path, f"1,Kim,{cell},,", mapping=IN_COLUMNS, header="n,f,y,m,d")
    assert (found.report.birth, found.warnings) == (None, ())


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("+82 10 1234 5678", True),
        ("010-1234-5678", True),
        ("010.1234.5678", True),
        ("01012345678", True),
        ("13912345678", True),
        ("739164237", False),
        ("2013912345678", False),
        ("A-1975/33", False),
        ("12-345", False),
    ],
)
def test_what_looks_like_a_telephone_is_noted_and_not_repeated(
    tmp_path: Path, text: str, noted: bool
) -> None:
    mapping = MAP.replace('sex = "sex"', 'number = "sex"')
    found = _one(tmp_path, f"7,김철수,,{text},,,,,,,", mapping=mapping)
    assert found.report.number == text
    assert any("looks like a telephone" in warning for warning in found.warnings) == noted
    assert not any(text in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("김철수 010-2345-6789", True),
        ("김철수(010.2345.6789)", True),
        ("김철수01023456789", True),
        ("Kim +82 10 1234 5678", True),
        ("김철수 chol2345@mail.example", True),
        ("Kim Chol Su https://a.example/2345", True),
        ("김철수 www.2345.example", True),
        ("김철수 3", False),
        ("김@수", False),
    ],
)
@pytest.mark.parametrize("column", ["name", "relative"])
def test_a_telephone_or_address_in_a_name_is_noted_and_not_repeated(
    tmp_path: Path, name: str, noted: bool, column: str
) -> None:
    mapping = MAP.replace('sex = "sex"', 'relative = "sex"')
    row = f"7,{name},,,,,,,,," if column == "name" else f"7,김철수,,{name},,,,,,,"
    found = _one(tmp_path, row, mapping=mapping)
    told = [warning for warning in found.warnings if "which can lead to a person" in warning]
    assert len(told) == noted
    assert not any("2345" in warning or "1234" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("ident", "noted"),
    [("010-1234-5678", True), ("01012345678", True), ("a@b.example", True), ("S-17", False)],
)
def test_an_id_by_which_somebody_is_reached_is_noted_and_not_repeated(
    tmp_path: Path, ident: str, noted: bool
) -> None:
    found = _one(tmp_path, f"{ident},김철수,,,,,,,,,")
    told = [warning for warning in found.warnings if "number the reports anew" in warning]
    assert len(told) == noted
    assert not any(ident in warning for warning in told)


@pytest.mark.parametrize(
    ("text", "noted"), [("김철수의 딸", True), ("wife of Kim Chol Su", True), ("김형", False)]
)
def test_whose_relative_somebody_is_stays_and_is_noted_as_no_name(
    tmp_path: Path, text: str, noted: bool
) -> None:
    found = _one(tmp_path, f"7,{text},,,,,,,,,")
    assert found.report.names[0].written == text
    assert any("a relation to someone else" in warning for warning in found.warnings) == noted
    assert not any(text in warning for warning in found.warnings)


def test_who_has_a_name_of_their_own_next_to_it_is_not_noted(tmp_path: Path) -> None:
    found = _one(tmp_path, "7,이영희,김철수의 아내,,,,,,,,")
    assert [name.written for name in found.report.names] == ["이영희", "김철수의 아내"]
    assert not any("a relation to someone else" in warning for warning in found.warnings)


def test_a_title_above_the_header_is_queried(tmp_path: Path) -> None:
    with pytest.raises(BadMapping) as refused:
        _read(tmp_path, HEADER, header="List of 2019")
    assert "is the first row a title?" in str(refused.value.hint)
    with pytest.raises(BadInput) as cut:
        _read(tmp_path, HEADER, header="List of 2019,,")
    assert "is the first row a title?" in str(cut.value.hint)


@pytest.mark.parametrize(
    ("cells", "born"),
    [
        ("34,2021-05-03,", "1986/1987"),
        ("၃၄,May 2021,", "1986/1987"),
        ("34 years,2020/2021,", "1985/1987"),
        ("34 лет,2021,2019-02", "1984/1985"),  # at the first act
        ("34,,", None),
        (",2021,", None),
        ("unknown,2021,", None),
    ],
)
def test_an_age_at_the_first_act_gives_the_years_of_birth(
    tmp_path: Path, cells: str, born: str | None
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"id,name,age,death,arrest\n1,Aung Hla,{cells}\n", encoding="utf-8")
    acts = "".join(f'[[acts]]\nkind = "{kind}"\ndate = "{kind}"\n' for kind in ("death", "arrest"))
    text = f'[columns]\nid = "id"\nname = "name"\nbirth = {{ age = "age" }}\n{acts}'
    [row] = read_file(path, Mapping.parse(text), "A")
    assert isinstance(row, Accepted)
    assert (row.report.birth.edtf if row.report.birth else None) == born
    assert any("no act has a date" in warning for warning in row.warnings) == (cells == "34,,")


@pytest.mark.parametrize("cell", ["1987", "adult", "30-40", "-3", "200"])
def test_what_is_no_age_is_refused(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"id,name,age,date\n1,Aung Hla,{cell},2021\n", encoding="utf-8")
    text = '[columns]\nid = "id"\nname = "name"\nbirth = { age = "age" }\ndate = "date"\n'
    [row] = read_file(path, Mapping.parse(text), "A")
    assert isinstance(row, Rejected)
    assert row.reasons == ("column 'age': not an age in years",)


def test_an_age_has_no_year_beside_it() -> None:
    with pytest.raises(BadMapping, match="birth"):
        Mapping.parse('[columns]\nid = "i"\nname = "n"\nbirth = { age = "a", year = "y" }\n')
