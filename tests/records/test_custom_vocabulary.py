"""Words that the users of a case file add: read, refused, kept in it, and known from then on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.light_identity import made_lightly

from uncounted.cli import app
from uncounted.errors import BadMapping
from uncounted.linkage.encoding import places as compared
from uncounted.records import vocabulary
from uncounted.records.custom_vocabulary import OwnWords, _in_table
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names.name import Name
from uncounted.records.places import gazetteer as places
from uncounted.records.report import Act, Report

OWN: dict[str, Any] = {
    "act": {
        "border-handover": {"en": "Handover at the border", "ko": "국경 인계", "zh": "边境移交"},
        "forced-return": {"also": ["pushed back"]},
    },
    "authority": {"kp-youth-league": {"en": "Youth league", "ko": "청년동맹"}},
    "outcome": {"under-surveillance": {"en": "Under surveillance", "also": ["감시 중"]}},
    "sex": {"f": {"also": ["weibl."]}},
    "place": {
        "KP-09-hoeryong": {"also": ["H-town", "북쪽장마당"]},
        "KP-09-newburg": {"en": "Newburg", "ko": "새로운군", "zh": "新新郡"},
        "CN-2106-xinxian": {"en": "Xinxian County", "zh": "新贤县"},
    },
}


@pytest.mark.parametrize(
    ("kind", "word", "code"),
    [
        ("act", "국경 인계", "border-handover"),
        ("act", "BORDER_HANDOVER", "border-handover"),
        ("act", "边境移交", "border-handover"),
        ("act", "Pushed-Back", "forced-return"),
        ("act", "강제북송", None),  # the vocabulary's own, not a case's
        ("authority", "청년동맹", "kp-youth-league"),
        ("authority", "pushed back", None),
        ("outcome", "감시 중", "under-surveillance"),
        ("sex", "Weibl.", "f"),
    ],
)
def test_own_words_stand_for_their_codes(kind: str, word: str, code: str | None) -> None:
    assert OwnWords.parse(OWN).code_for(kind, word) == code


def test_an_own_word_goes_before_what_the_vocabulary_would_read() -> None:
    own = OwnWords.parse({"act": {"public-execution": {"en": "Public execution", "ko": "체포됨"}}})
    assert own.code_for("act", "public execution") == "public-execution"
    assert own.code_for("act", "체포됨") == "public-execution"


@pytest.mark.parametrize(
    ("text", "standing_for"),
    [
        ("H-town", "회령"),
        ("near h town, North Hamgyong", "함북 회령시"),
        ("북쪽장마당", "회령"),
        ("함경북도 새로운군", "Newburg"),
        ("NEWBURG (KP)", "新新郡"),
        ("辽宁省丹东市新贤县", "Xinxian County, Dandong, China"),
    ],
)
def test_own_places_are_compared_as_one(text: str, standing_for: str) -> None:
    own = OwnWords.parse(OWN)
    read = [compared.read(own.place(one)) for one in (text, standing_for)]
    assert read[0] == read[1]
    assert len(read[0].fine) == 1
    assert compared.compare([text, standing_for], read)[0, 1] == compared.SAME


def test_a_new_county_lies_in_its_province_and_is_no_other_place() -> None:
    own = OwnWords.parse(OWN)
    texts = [own.place(text) for text in ("Newburg", "North Hamgyong", "무산", "Dandong", "H-town")]
    levels = compared.compare(texts, [compared.read(text) for text in texts])
    assert list(levels[0, 1:]) == [
        compared.WITHIN, compared.SAME_WIDE, compared.DIFFERENT, compared.SAME_WIDE
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["무산", "Newburgh", "the H-towns", "x" * 10_000, ""])
def test_what_has_no_own_word_is_left_as_it_is(text: str) -> None:
    assert OwnWords.parse(OWN).place(text) == text


def test_a_place_may_lie_in_a_country_that_the_table_lacks() -> None:
    own = OwnWords.parse({"place": {"SY-aleppo": {"en": "Aleppo", "also": ["حلب", "Alep"]}}})
    assert {own.place(text) for text in ("حلب", "ALEP", "Aleppo", "\u200fحلب")} == {"aleppo"}
    assert own.place("حمص") == "حمص"


def test_two_own_places_in_one_text_both_stay() -> None:
    read = compared.read(OwnWords.parse(OWN).place("H-town, 무산"))
    assert read == compared.read("회령, 무산")
    assert read.fine == {"KP-09-hoeryong", "KP-09-musan"}


def test_every_place_of_the_table_is_found_by_what_it_is_called_in_comparison() -> None:
    for place in places.every():
        assert [found.code for found in places.candidates(_in_table(place.code))] == [place.code]


def test_reports_are_translated_for_linkage_only() -> None:
    report = Report(
        "A", "1", (Name("김철수"),), origin="H-town", acts=(Act(place="북쪽장마당"), Act())
    )
    (seen,) = OwnWords.parse(OWN).translated([report])
    assert (seen.origin, seen.acts[0].place, seen.acts[1]) == ("함경북도 회령시",) * 2 + (Act(),)
    assert list(OwnWords().translated([report])) == [report]


def test_they_come_back_from_what_a_case_keeps() -> None:
    own = OwnWords.parse(OWN)
    about = json.loads(json.dumps({"collector": None, "vocabulary": own.to_payload()}))
    assert OwnWords.of_case([about, {"collector": "x"}, about]) == own
    more = OwnWords.parse({"act": {"border-handover": {"en": "Handover", "also": ["given over"]}}})
    both = OwnWords.of_case([about, {"vocabulary": more.to_payload()}])
    for word in ("국경 인계", "Handover at the border", "handover", "given over"):
        assert both.code_for("act", word) == "border-handover"


def test_words_that_a_case_kept_have_precedence_over_later_ones_of_the_vocabulary() -> None:
    kept = {"vocabulary": {"act": {"shooting": {"en": "Shot dead", "also": ["murdered"]}}}}
    mapping = Mapping.parse('columns = {id = "id", name = "name"}')
    with_words = mapping.with_words(OwnWords.of_case([kept]))
    assert with_words.code_for("act", "Murdered") == "shooting"
    assert with_words.code_for("act", "killed") == "killing"
    with pytest.raises(BadMapping, match="already stands for 'killing'"):
        OwnWords.parse(kept["vocabulary"])


REFUSED = {
    "is not a section": {"act": ["x"]},
    "unknown key 'acts'": {"acts": {}},
    "is a new code without a label": {"act": {"border-handover": {"ko": "국경 인계"}}},
    "already exists, with its labels": {"act": {"arrest": {"en": "Capture"}}},
    "is not a code": {"act": {"Border Handover": {"en": "Handover"}}},
    "has a label that is not a text": {"act": {"x": {"en": "X", "also": "y"}}},
    "already stands for 'arrest'": {"act": {"detention": {"also": ["Arrested"]}}},
    "already stands for 'a'": {"act": {"a": {"en": "One"}, "b": {"en": "one"}}},
    "already stands for 'KP-09-musan'": {"place": {"KP-09-hoeryong": {"also": ["무산"]}}},
    "does not begin with the code": {"place": {"hoeryong": {"en": "H"}}},
    "is finer than a county": {"place": {"KP-09-hoeryong-ri": {"en": "A village"}}},
    "would be read as a place of the built-in table": {"place": {"KP-09-hyesan": {"en": "Xyz"}}},
}
FORBIDDEN = (
    "safe house", "Shelter", "escape route", "broker", "Helpers", "whereabouts", "은신처", "탈출로",
    "브로커", "조력자", "庇护所", "路线",
)  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_meant_is_refused(words: str) -> None:
    with pytest.raises(BadMapping, match=words):
        OwnWords.parse(REFUSED[words])


@pytest.mark.parametrize("word", FORBIDDEN)
@pytest.mark.parametrize("kind", ["act", "authority", "outcome"])
def test_no_word_that_helps_to_find_anybody_can_be_added(kind: str, word: str) -> None:
    with pytest.raises(BadMapping, match="a word that the vocabulary does not allow"):
        OwnWords.parse({kind: {"x": {"en": "X", "also": [word]}}})


def test_the_vocabulary_itself_has_no_such_word() -> None:
    for kind, terms in vocabulary.TERMS.items():
        for term in terms:
            OwnWords.parse({kind: {term.code: {"also": list(term.spellings)}}})


def test_a_mapping_may_use_its_own_codes_at_once() -> None:
    mapping = Mapping.parse(
        '[columns]\nid = "id"\nname = "name"\n[[acts]]\nkind = "arrests"\n'
        '[vocabulary.act.arrests]\nen = "Arrests of many"\n'
        '[source]\ncovers = { acts = ["arrests"] }\n'
    )
    assert mapping.acts[0].kind == "arrests"  # else refused, as a slip for arrest
    assert mapping.about()["vocabulary"] == {"act": {"arrests": {"en": "Arrests of many"}}}


def ask(*arguments: str, failed_check: bool = False) -> Any:
    done = CliRunner().invoke(app, arguments)
    if failed_check:
        raise done.exception or AssertionError(done.output)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in arguments else None


MAP = """
[columns]
id = "id"
name = "name"
origin = "origin"
act = "act"
place = "place"
outcome = "outcome"
[consent]
uses = ["link", "statistics"]
[vocabulary.act.border-handover]
en = "Handover at the border"
ko = "국경 인계"
[vocabulary.outcome.under-surveillance]
en = "Under surveillance"
[vocabulary.place.KP-09-hoeryong]
also = ["H-town"]
"""
FIRST = "id,name,origin,act,place,outcome\n1,김철수,H-town,국경 인계,H-town,Under surveillance\n"
LATER = "id,name,act,outcome\n1,Kim Chol Su,Border handover,under surveillance\n"


def test_a_case_file_knows_its_words_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_lightly(tmp_path / "me", "a passphrase of five words")
    monkeypatch.setenv("UNCOUNTED_HOME", str(tmp_path / "me"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", "a passphrase of five words")
    case, other = str(tmp_path / "a.case"), str(tmp_path / "b.case")
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "first.csv").write_text(FIRST, encoding="utf-8")
    (tmp_path / "later.csv").write_text(LATER, encoding="utf-8")
    ask("init", case)
    # 1. A file with its words, then one of another source without a mapping.
    map_ = ("--mapping", str(tmp_path / "map.toml"))
    first = ("import", case, str(tmp_path / "first.csv"), "--source", "A", *map_, "--json")
    assert ask(*first)["created"] == 1
    assert ask(*first)["unchanged"] == 1
    later = ("import", case, str(tmp_path / "later.csv"), "--source", "B", "--json")
    assert ask(*later)["created"] == 1
    for source in "AB":
        says = ask("show", case, "--source", source, "--report", "1", "--json")["content"]
        assert says["acts"][0]["kind"] == "border-handover"
        assert says["acts"][0]["outcome"] == "under-surveillance"
    # 2. An amendment may use them.
    edit = ("edit", case, "--source", "B", "--report", "1", "--set", "act2=국경 인계", "--json")
    assert ask(*edit)["changed"]
    # 3. A word cannot come to mean two things.
    clash = MAP.replace("border-handover", "handing-over")
    (tmp_path / "map.toml").write_text(clash, encoding="utf-8")
    with pytest.raises(BadMapping, match="already stands for 'border-handover'"):
        ask(*first, failed_check=True)
    # 4. All of it leaves with the case, and comes back in another.
    ask("export", case, "--format", "csv", "--out", str(tmp_path / "out"))
    ask("init", other)
    out = ("--mapping", str(tmp_path / "out/A.toml"), "--json")
    assert ask("import", other, str(tmp_path / "out/A.csv"), "--source", "A", *out)["created"] == 1
    kept = ("import", other, str(tmp_path / "later.csv"), "--source", "B", "--json")
    assert ask(*kept)["created"] == 1
