"""What a mapping may say, and how it is told what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from uncounted.errors import BadMapping
from uncounted.records.fields import Column
from uncounted.records.intake.mapping import Mapping

START = '[columns]\nid = "a"\nname = "b"\n'


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        (START + 'name = "c"\n', "the mapping says name twice: line 4", "give it once"),
        (START + '"sex" = "c"\n"sex" = "d"', 'says "sex" twice: its end', "give it once"),
        (START + "[columns]\nsex = 'c'", "the mapping says [columns] twice: line 4", ""),
        (START + "birth = { year = 'y', year = 'z' }", "says year twice: line 4", ""),
        (START + "name_alt = [\n'y']\nname_alt = [\n'y']\n", "says a name twice: line 7", ""),
        ("[columns]\n= 3", "not TOML: line 2", "a section"),
        ("[columns", "not TOML: its end", "a section"),
        ('[columns]\nname = "b"\n', "which column is the id", "key of the source"),
        ('[columns]\nid = "a"\n', "no column with a name", "name ="),
        (
            START + 'naem_alt = "x"\n',
            "unknown key 'naem_alt'. Did you mean 'name_alt'?",
            "id, name",
        ),
        (START + 'shelter = "x"\n', "unknown key 'shelter'", "keys: "),
        (START + "sex = 3\n", "[columns] sex is not a text", "in quotes"),
        (
            START + '[consnet]\nuses = ["link"]',
            "unknown key 'consnet'. Did you mean 'consent'?",
            "columns",
        ),
        (START + '[consent]\nuses = ["lnik"]', "'lnik' is not a use", "link, statistics"),
        (START + '[consent]\nuntil = "2030"', "not a complete date", "2030-12-31"),
        (
            START + '[consent]\nuses = { colum = "x" }',
            "unknown key 'colum'. Did you mean 'column'?",
            "keys: ",
        ),
        (
            START + '[values.act]\n"x" = "forced-retrun"',
            "unknown code 'forced-retrun'. Did you mean 'forced-return'?",
            "codes: ",
        ),
        (START + '[values.sex]\n"x" = "other"', "unknown code", "f, m"),
        (START + '[values.act]\n"x" = "Not A Code"', "unknown code", "hyphens"),
        (START + "[source]\npads_dates = 1", "neither true nor false", ""),
        (START + '[source]\nlanguages = ["Arabik"]', "Did you mean 'arabic'", "persian"),
        (START + "[source]\nlanguages = [1]", "languages is not a text", "in quotes"),
        (START + '[source]\ncalendar = "mayan"', "calendar is not one that is read", "ethiopian"),
        (
            START + '[source]\ncalendar = "hijri"\npads_dates = true',
            "both calendar and pads_dates",
            "leave out pads_dates",
        ),
        (START + '[source]\ncovers = { from = "soon" }', "not a date", "2017"),
        (START + "[source]\ncovers = { from = 2017.10 }", "not a date", "2017"),
        (START + "[source]\ncovers = { from = 2020, to = 2010 }", "ends before it begins", ""),
        (START + "[[acts]]\ndate = 'x'", "either a kind or a column", ""),
        (START + "birth = { month = 'x' }", "needs a year", ""),
        ("x = " + "[" * 3000, "mapping", ""),
    ],
)
def test_a_mapping_that_cannot_be_meant(text: str, words: str, hint: str) -> None:
    with pytest.raises(BadMapping) as refused:
        Mapping.parse(text)
    assert words in str(refused.value)
    assert hint in (refused.value.hint or "")


ACTS = "[[acts]]\nkind = 'arrest'\n"
FORM = "[[acts]]\nrepeat = 'r'\n"


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        (
            '[columns]\nid = "b"\nname = "b"',
            "id and name cannot both be in one column, 'b'",
            "people",
        ),
        ('[columns]\nid = "b"\nfamily_name = "b"', "id and family_name cannot", "one name would"),
        (START + 'name_alt = ["c", "b"]', "name and name_alt cannot", "each column once"),
        (START + 'name_alt = ["c", "c"]', "name_alt names the column 'c' twice", ""),
        (START + 'family_name = "b"', "name and family_name cannot", ""),
        (START + 'relative = "b"', "name and relative cannot", ""),
        (START + 'note = "b"', "name and note cannot", "a column of its own"),
        (START + 'relative = "c"\nnote = "c"', "relative and note cannot", "a relative's name has"),
        (START + 'birth = "d"\ndate = "d"', "birth and date cannot both be in one column, 'd'", ""),
        (START + 'birth = { year = "d", month = "d" }', "birth names the column 'd' twice", ""),
        (START + f'birth = "d"\n{ACTS}date = {{ year = "d" }}', "birth and date cannot", ""),
        (START + 'date = "d"\nplace = "d"', "date and place cannot", ""),
        (START + 'sex = "d"\nact = "d"', "sex and act cannot", ""),
        (START + f'{ACTS}place = "a"', "id and place cannot", ""),
        (START + 'sex = "d"\n[consent]\nuses = { column = "d" }', "sex and uses cannot", ""),
        (START + 'date = "d"\n[consent]\nuntil = { column = "d" }', "date and until cannot", ""),
        (START + f"{FORM}act = 'x'\ndate = 'x'", "act and date cannot", ""),
        (
            START + f"{ACTS}date = 'd'\n{ACTS}date = 'd'",
            "sections of acts are identical",
            "delete one",
        ),
        (START + "act = 'd'\n[[acts]]\nact = 'd'", "sections of acts are identical", "delete one"),
    ],
)
def test_things_that_are_not_in_one_column(text: str, words: str, hint: str) -> None:
    test_a_mapping_that_cannot_be_meant(text, words, hint)


@pytest.mark.parametrize(
    "text",
    [
        'number = "a"',
        'act = "c"\noutcome = "c"\nauthority = "c"\nplace = "c"\nnote = "c"',
        'origin = "c"\nplace = "c"',
        'birth = "c"\nnote = "c"',
        f"{ACTS}date = 'd'\nplace = 'e'\n[[acts]]\nkind = 'death'\ndate = 'd'\nplace = 'e'",
        f"{ACTS}date = {{ year = 'y', month = 'm' }}\n{ACTS}date = {{ year = 'y', month = 'n' }}",
        f"sex = 'c'\n{FORM}act = 'a'\ndate = 'b'\nplace = 'c'",  # of another table
        f"{FORM}act = 'x'\ndate = 'd'\n{FORM}act = 'y'\ndate = 'd'\nkey = 'a'\nparent = 'p'",
        "relative = 'c'\ncollector = 'e'\n[consent]\ngiven_by = { column = 'c' }",
        "[consent]\ngiven_by = { column = 'b' }\naudience = { column = 'b' }",
    ],
)
def test_things_that_may_be_in_one_column(text: str) -> None:
    assert Mapping.parse(START + text).id == "a"


def test_a_file_with_a_mark_and_one_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "MAP.toml"
    path.write_bytes(b"\xef\xbb\xbf" + START.encode())
    assert Mapping.parse(path).id == "a"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadMapping, match=r"MAP\.toml is not UTF-8"):
        Mapping.parse(path)
    with pytest.raises(BadMapping, match=r"no such mapping file: none\.toml"):
        Mapping.parse(tmp_path / "none.toml")


def test_words_of_ones_own() -> None:
    mapping = Mapping.parse(START + '[values.act]\n"토대 조사" = "loyalty-check"\n"-" = ""\n')
    assert mapping.code_for("act", "토대  조사") == "loyalty-check"
    assert mapping.code_for("act", "-") == ""
    assert mapping.code_for("act", "체포") == "arrest"


def test_coverage_takes_numbers_and_days() -> None:
    covers = Mapping.parse(
        START + "[source]\ncovers = { from = 2017, to = 2024-06-30 }"
    ).source.covers
    assert covers is not None
    assert covers.to_payload() == {"from": "2017", "to": "2024-06-30", "acts": []}


def test_without_a_mapping_the_vocabularys_own_names_are_used() -> None:
    mapping = Mapping.default(["ID", "Name", "Name alt", "birth", "uses"])
    assert (mapping.id, mapping.name, mapping.name_alt) == ("ID", "Name", ("Name alt",))
    assert mapping.consent.uses == Column("uses")
    assert mapping.unused(["ID", "zip", "Name"]) == (2,)


def test_what_tells_people_of_one_name_apart_is_read() -> None:
    mapping = Mapping.default(["id", "name", "relative", "Occupation", "number"])
    assert (mapping.relative, mapping.occupation, mapping.number) == (
        "relative", "Occupation", "number",
    )  # fmt: skip
    assert mapping.columns == ("id", "name", "relative", "Occupation", "number")
    assert Mapping.parse(START + 'number = "c"\n').unused(["a", "b", "c", "d"]) == (4,)


def test_a_column_that_is_not_there_is_reported_for_any_kind_of_file() -> None:
    with pytest.raises(
        BadMapping, match="names a column 'b' that the file does not have"
    ) as refused:
        Mapping.parse(START).check(["a", "김철수", "x"])
    assert refused.value.hint == "write the column names as in the file (3 columns)"


def test_a_header_is_repeated_only_when_it_is_one() -> None:
    with pytest.raises(BadMapping, match="column 3 \\('dob'\\)"):
        Mapping.default(["id", "name", "dob"])
    with pytest.raises(BadMapping) as refused:
        Mapping.default(["17", "김철수", "1975"])
    assert "김철수" not in f"{refused.value}{refused.value.hint}"


@pytest.mark.parametrize("column", ["witness/김철수", "김철수/name", "김철수", "name (김철수)"])
def test_nor_is_a_name_next_to_id_and_name_that_may_be_somebodys(column: str) -> None:
    with pytest.raises(
        BadMapping, match=r"meaning of column 3, 4 .'full name'. is unknown"
    ) as refused:
        Mapping.default(["id", "name", column, "full name"])
    assert "김철수" not in f"{refused.value}{refused.value.hint}"


def test_nor_is_what_looks_like_a_language_and_is_none() -> None:
    with pytest.raises(
        BadMapping, match=r"meaning of column 3, 4 .'sex__ko'. is unknown"
    ) as refused:
        Mapping.default(["id", "name", "sex__kim", "sex__ko"])
    assert "kim" not in f"{refused.value}{refused.value.hint}"


def test_a_message_does_not_list_thousands_of_columns() -> None:
    with pytest.raises(BadMapping) as caught:
        Mapping.default(["id", "name", *(f"c{at}" for at in range(16_000))])
    assert "column 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 15,990 others is unknown" in str(
        caught.value
    )


def test_a_collector_is_a_name_on_one_line() -> None:
    for written in (r"x\u001b[31m", r"a\nb", "x" * 2_001):
        with pytest.raises(BadMapping, match="collector is not a name on one line"):
            Mapping.parse(
                f'columns = {{id = "id", name = "name"}}\nsource = {{collector = "{written}"}}'
            )


def test_languages_of_names_are_kept_with_the_source() -> None:
    stated = Mapping.parse(START + '[source]\nlanguages = ["Persian", "arabic", "korean"]')
    assert stated.about()["languages"] == ["arabic", "korean"]
    assert "languages" not in Mapping.parse(START).about()
