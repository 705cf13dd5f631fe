"""PLAN.toml: what it may say, and how it is told that it says something else."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from uncounted.errors import BadInput, BadMapping
from uncounted.publish.plan import ListPlan, Plan

GOOD = """
title = "Returned"
[population]
who = "people sent back"
where = "the border"
when = "2017 to 2024"
"""


def test_the_least_plan_takes_the_defaults() -> None:
    plan = Plan.parse(GOOD)
    assert (plan.threshold, plan.audience, plan.language, plan.method) == (5, "public", "en", None)
    assert plan.truth_file is None


def test_a_full_plan_is_read_and_its_truth_file_lies_next_to_it(tmp_path: Path) -> None:
    text = 'threshold = 10\nmethod = "decomposable"\naudience = "UN"\n' + GOOD
    text += '[lists.A]\nlabel = "새벽"\n[truth]\nfile = "truth.json"\ncapture = "unequal"\n'
    path = tmp_path / "plan.toml"
    path.write_text("\ufeff" + text, encoding="utf-8")
    plan = Plan.parse(path)
    assert plan.truth_file == tmp_path / "truth.json"
    assert (plan.threshold, plan.lists["A"].label, plan.truth_capture) == (10, "새벽", "unequal")


def test_hangul_in_pieces_is_put_together() -> None:
    apart = "\u1109\u1162\u1107\u1167\u11a8"  # decomposed, as macOS writes file names
    plan = Plan.parse(GOOD.replace("Returned", apart))
    assert plan.title == "새벽"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("title", "titel"), "the plan: unknown key 'titel'"),
        (GOOD.replace("where", "were"), r"\[population\]: unknown key 'were'"),
        (GOOD.replace('when = "2017 to 2024"', ""), r"\[population\] has no 'when'"),
        ("threshold = 4\n" + GOOD, "'threshold' is 4; it must be at least 5"),
        ("threshold = true\n" + GOOD, "'threshold' must be a whole number"),
        ('threshold = "5"\n' + GOOD, "'threshold' must be a whole number"),
        ('language = "ko"\n' + GOOD, "'language' is 'ko'"),
        ("audience = 3\n" + GOOD, "'audience' must be text"),
        ("only = 'A'\n" + GOOD, "'only' must be names of lists"),
        ("only = ['A', 'A']\n" + GOOD, "names a list twice"),
        (GOOD + "[lists.A]\nlabell = 'x'\n", r"\[A\]: unknown key 'labell'"),
        (GOOD + "[lists]\nA = 3\n", "'A' must be a table"),
        ("lists = 3\n" + GOOD, "'lists' must hold tables"),
        (GOOD.replace('title = "Returned"', ""), "the plan has no 'title'"),
        ("population = 3\ntitle = 'x'\n", "'population' must be a table"),
    ],
)
def test_what_is_wrong_is_named(text: str, words: str) -> None:
    with pytest.raises(BadMapping, match=words):
        Plan.parse(text)


def test_the_nearest_key_is_suggested() -> None:
    with pytest.raises(BadMapping, match=r"unknown key 'titel'. Did you mean 'title'\?") as caught:
        Plan.parse(GOOD.replace("title", "titel"))
    assert str(caught.value.hint).startswith("keys: ")


def test_a_list_that_is_not_there_is_named_with_the_nearest() -> None:
    plan = Plan.parse(GOOD + '[lists.Panell]\nlabel = "x"\n')
    with pytest.raises(BadMapping, match=r"unknown list 'Panell'\. Did you mean 'Panel'\?"):
        plan.check_lists(["Panel", "OpenDoor"])


def test_no_toml_and_no_file_are_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the plan is not TOML"):
        Plan.parse("title = ")
    with pytest.raises(BadInput, match=r"nothing\.toml cannot be read"):
        Plan.parse(tmp_path / "nothing.toml")
    (tmp_path / "plan.toml").write_bytes("제목".encode("cp949"))
    with pytest.raises(BadInput, match=r"plan\.toml is not UTF-8"):
        Plan.parse(tmp_path / "plan.toml")


@pytest.mark.parametrize(
    ("only", "presented", "wanted"),
    [
        ((), (), ("A", "B", "C")),
        ((), ("C", "B"), ("C", "B", "A")),
        (("C", "A"), ("A",), ("A", "C")),
    ],
)
def test_a_plan_counts_all_lists_unless_it_says_which(
    only: tuple[str, ...], presented: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    plan = attrs.evolve(Plan.parse(GOOD), only=only, lists={name: ListPlan() for name in presented})
    assert plan.order(["A", "B", "C"]) == wanted


@pytest.mark.parametrize(
    ("only", "presented", "words"),
    [
        (("D",), {}, "the plan's 'only': unknown list 'D'"),
        ((), {"D": ""}, "unknown list 'D'"),
        (("A",), {"B": ""}, "describes 'B', which is not in its 'only'"),
        ((), {"A": "x", "B": "x"}, "calls two lists 'x'"),
        (("A", "B"), {"B": "A"}, "calls two lists 'A'"),
    ],
)
def test_a_plan_that_readers_could_not_follow_is_refused(
    only: tuple[str, ...], presented: dict[str, str], words: str
) -> None:
    lists = {name: ListPlan(label) for name, label in presented.items()}
    plan = attrs.evolve(Plan.parse(GOOD), only=only, lists=lists)
    with pytest.raises(BadMapping, match=words):
        plan.order(["A", "B", "C"])


@pytest.mark.parametrize("label", ["=HYPERLINK(A9)", "@SUM(1;1)", "-1+cmd", "\uff1d1+1", "a;=1+1"])
def test_a_label_that_a_spreadsheet_would_run_is_refused(label: str) -> None:
    """Labels head the columns of table.csv, which strangers open."""
    plan = attrs.evolve(Plan.parse(GOOD), lists={"A": ListPlan(label)})
    with pytest.raises(BadMapping, match="begins like a formula"):
        plan.order(["A", "B"])


@pytest.mark.parametrize("letter", ["\\u0000", "\\u0007", "\\u202e", "\\u2066", "\\u007f"])
def test_no_control_character_gets_onto_the_page(letter: str) -> None:
    for text in (
        GOOD.replace("Returned", f"Re{letter}turned"),
        GOOD.replace("the border", f"the {letter} border"),
        GOOD + f'[lists.A]\nlabel = "A{letter}"\n',
    ):
        with pytest.raises(BadMapping, match="control character") as caught:
            Plan.parse(text)
        assert letter not in str(caught.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Area", "\u0410rea"),  # Cyrillic A
        ("Border", "B\u03bfrder"),  # Greek o
        ("Border", "border"),
        ("Border", "Bor\u200bder"),
        ("Border", "\uff22order"),
    ],
)
def test_two_labels_that_look_alike_are_refused(one: str, other: str) -> None:
    plan = Plan.parse(GOOD + f'[lists.A]\nlabel = "{one}"\n[lists.B]\nlabel = "{other}"\n')
    with pytest.raises(BadMapping, match="looks like that of another list"):
        plan.order(["A", "B"])
    clear = Plan.parse(GOOD + f'[lists.A]\nlabel = "{one} 1"\n[lists.B]\nlabel = "{one} 2"\n')
    assert clear.order(["A", "B"]) == ("A", "B")


@pytest.mark.parametrize("key", ["title", "unit"])
def test_what_a_reader_could_not_be_shown_is_refused(key: str) -> None:
    values = {"title": "t", "unit": "people"} | {key: "x" * 1001}
    text = (
        f'title = "{values["title"]}"\n[population]\nwho = "a"\nwhere = "b"\nwhen = "c"\n'
        f'unit = "{values["unit"]}"\n'
    )
    with pytest.raises(BadMapping, match=f"{key!r} has 1,001 characters, and at most 1,000"):
        Plan.parse(text)
