"""Letters for the sex: what H, M and V mean is decided by all values of the column."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.records.read_file import read_file

from uncounted.records.intake.mapping import Mapping
from uncounted.records.intake.rows import Accepted, Rejected
from uncounted.records.intake.sex_letters import letters_in
from uncounted.records.intake.suggest import draft
from uncounted.records.tabular import open_table

MAP = '[columns]\nid = "id"\nname = "name"\nsex = "sex"\n'
FLAGGED = "has H and M and no F, so H is read as male (hombre) and M as female (mujer)"


def _file(folder: Path, cells: list[str]) -> Path:
    path = folder / "list.csv"
    rows = (f"{at},Ana Lopez,{cell}" for at, cell in enumerate(cells, 1))
    path.write_text("\n".join(("id,name,sex", *rows)), encoding="utf-8")
    return path


def _read(folder: Path, cells: str, mapping: str = MAP) -> list[str]:
    """The sex of each row, "-" if it is not stated, and "refused"."""
    found = read_file(_file(folder, cells.split()), Mapping.parse(mapping), "A")
    return [(one.report.sex or "-") if isinstance(one, Accepted) else "refused" for one in found]


@pytest.mark.parametrize(
    ("cells", "sexes"),
    [
        ("H M ? M", "m f - f"),  # hombre, mujer
        ("M M h. m.", "f f m f"),  # whatever is first
        ("H F", "m f"),  # homme, femme
        ("V H", "m f"),  # varón, hembra
        ("M F M", "m f m"),
        ("M M", "m m"),
        ("M ?", "m -"),
        # nothing is guessed
        ("M F H", "m f refused"),
        ("F H M", "f refused m"),
        ("M V", "refused refused"),  # man, vrouw or mujer, varón
        ("H", "refused"),
        ("V F", "refused f"),
        ("H M mujer", "refused refused f"),
        ("H M Male", "refused refused m"),
        ("H M q", "m f refused"),  # q is no word for a sex
    ],
)
def test_letters_are_read_by_the_whole_column(tmp_path: Path, cells: str, sexes: str) -> None:
    assert _read(tmp_path, cells) == sexes.split()


@pytest.mark.parametrize(
    ("values", "cells", "sexes"),
    [
        ('"M" = "m"\n"H" = "m"', "H M", "m m"),
        ('"M" = "f"\n"H" = "m"', "H M", "m f"),
        ('"H" = "m"', "H M", "m f"),  # of which M follows
        ('"M" = "f"', "H M", "m f"),
        ('"M" = "m"', "H M", "refused m"),
        ('"H" = "f"', "H M", "f m"),  # hembra, macho
        ('"V" = "m"', "V M", "m refused"),  # M is still unsaid
        ('"V" = "f"\n"M" = "m"', "V M", "f m"),
    ],
)
def test_what_the_mapping_states_comes_first(
    tmp_path: Path, values: str, cells: str, sexes: str
) -> None:
    assert _read(tmp_path, cells, f"{MAP}[values.sex]\n{values}\n") == sexes.split()


@pytest.mark.parametrize(
    ("own", "cells", "sexes"),
    [
        ('m = { also = ["H"] }', "H M", "m f"),
        ('m = { also = ["H", "M"] }', "H M", "m m"),
        ('f = { also = ["H"] }', "H M", "f m"),
        ('m = { also = ["V"] }', "V M", "m refused"),
        ('f = { also = ["weibl."] }', "H M", "m f"),
    ],
)
def test_own_words_of_the_case_count_as_stated(
    tmp_path: Path, own: str, cells: str, sexes: str
) -> None:
    assert _read(tmp_path, cells, f"{MAP}[vocabulary.sex]\n{own}\n") == sexes.split()


def test_a_column_of_h_and_m_is_flagged_with_the_same_words_in_each_row(tmp_path: Path) -> None:
    path = _file(tmp_path, ["H", "M", "?"])
    first, second, third = read_file(path, Mapping.parse(MAP), "A")
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert isinstance(third, Accepted)
    assert first.warnings == second.warnings, "a warning does not say which letter a row has"
    assert FLAGGED in first.warnings[0]
    assert "[values.sex]" in first.warnings[0]
    assert third.warnings == ()
    homme, _ = read_file(_file(tmp_path, ["H", "F"]), Mapping.parse(MAP), "A")
    assert isinstance(homme, Accepted)
    assert homme.warnings == ()


def test_m_and_v_are_refused_with_what_to_state(tmp_path: Path) -> None:
    one, _ = read_file(_file(tmp_path, ["M", "V"]), Mapping.parse(MAP), "A")
    assert isinstance(one, Rejected)
    assert "may each be male or female (state both under [values.sex]" in one.reasons[0]


def test_an_unknown_word_is_not_repeated_and_the_reason_says_what_to_do(tmp_path: Path) -> None:
    [one] = read_file(_file(tmp_path, ["Secretsex"]), Mapping.parse(MAP), "A")
    assert isinstance(one, Rejected)
    assert one.reasons == (
        "column 'sex': not a word of the vocabulary (say what it means under [values.sex] of the"
        ' mapping, as in "the word" = "f"; the word is not repeated here, since a cell may name a'
        " person: find it in the file)",
    )


@pytest.mark.parametrize(
    ("cells", "lines"),
    [
        ("H M H", ['"H" = "m"', '"M" = "f"']),
        ("M V V", ['# "M" = "f"', '# "V" = "f"']),
        ("H M mujer", ['# "H" = "f"', '# "M" = "f"']),
    ],
)
def test_a_draft_states_the_letters(tmp_path: Path, cells: str, lines: list[str]) -> None:
    drafted = draft(open_table.open_table(_file(tmp_path, cells.split())), {})
    section = drafted.split("[values.sex]\n")[1].split("\n\n")[0].splitlines()
    assert section[1:] == lines
    assert section[0].startswith("# Column 3 has ")
    Mapping.parse(drafted)


@pytest.mark.parametrize("cells", ["H F H", "M F M", "hombre mujer", "V H"])
def test_a_draft_says_nothing_of_letters_that_are_plain(tmp_path: Path, cells: str) -> None:
    drafted = draft(open_table.open_table(_file(tmp_path, cells.split())), {})
    assert "[values.sex]" not in drafted


def test_a_draft_counts_the_words_beside_letters(tmp_path: Path) -> None:
    drafted = draft(open_table.open_table(_file(tmp_path, ["H", "M", "Secretsex"])), {})
    assert "# Column 3 has 1 word that is not in the vocabulary." in drafted
    assert "Secret" not in drafted


def test_reading_stops_where_m_is_known_to_be_male() -> None:
    def cells() -> object:
        yield from ("M", "F")
        pytest.fail("the rest of the column was read")

    assert letters_in(cells()).codes == {}  # type: ignore[arg-type]


def test_a_few_h_among_many_m_do_not_make_them_female() -> None:
    assert dict(letters_in(["M"] * 100 + ["H"]).codes) == {}
    assert dict(letters_in(["M"] * 90 + ["H"] * 10).codes) == {"h": "m", "m": "f"}
