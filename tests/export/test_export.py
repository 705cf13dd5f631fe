"""Leaving with everything, and coming back: the same reports, consents, sources and files."""

from __future__ import annotations

import csv
import datetime
import json
import os
import re
import shutil
import signal
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import bagit
import pytest
from click.testing import CliRunner
from tests.light_identity import made_lightly
from tests.vault.opened import execute

from uncounted.cli import app
from uncounted.cli.main import run
from uncounted.errors import AlreadyThere, BadInput, Damaged
from uncounted.export import csv_files, premis, restore, write
from uncounted.records.dates.partial_date import PartialDate, parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report
from uncounted.vault.case import OWN_KINDS, Case
from uncounted.vault.keys import identity
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import Entry
from uncounted.vault.reports import attachments
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.ingest import IncomingReport

PASSPHRASE = "a passphrase of five words"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "me"
    made_lightly(folder, PASSPHRASE)
    return folder


@pytest.fixture(autouse=True)
def who(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNCOUNTED_HOME", str(home))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)


ABOUT: dict[str, Any] = {
    "collector": "가 모임",
    "covers": {"from": "2010", "to": "2020-06", "acts": ["arrest", "forced-return"]},
}
UNTIL = datetime.date(2030, 1, 31)


def reports(source: str) -> list[IncomingReport]:
    said = [
        Report(
            source, "S-1", (Name("김철수"), Name("KIM Chol Su")), "m", parse("1980년 3월"), "회령",
            (Act("arrest", parse("about 2013"), "Tumen"),
             Act("forced-return", PartialDate.of("2013-05"), "Dandong", "cn-police")),
            "첫 줄\n둘째 줄, \"인용\"", "First Collector",
            Name("김영호"), "광부, \"조장\"", "0007",
        ),
        Report(source, "S-2", (Name("李英姬", "李", "英姬"),), "f", None, None, (), None, None),
        Report(source, "S-3", (Name("=HYPERLINK(1)"),), note="+82 is a number"),
    ]  # fmt: skip
    consents = (
        Consent(frozenset({"link", "statistics"}), "courts", UNTIL, "her mother"),
        Consent(),
        Consent(frozenset({"link"})),
    )
    return [
        IncomingReport(each.id, each.to_payload(), consent, row)
        for row, (each, consent) in enumerate(zip(said, consents, strict=True), 2)
    ]


@pytest.fixture
def me() -> Identity:
    return Identity.generate()


@pytest.fixture
def case(tmp_path: Path, me: Identity) -> Iterator[Case]:
    with Case.create(tmp_path / "a.case", me) as made:
        made.intake("Seoul", ABOUT, reports("Seoul"))
        made.intake("다른 목록", {"collector": None, "covers": None}, reports("다른 목록"))
        made.set_consent("Seoul", "S-2", Consent(frozenset({"link"})))
        scan = tmp_path / "면담 1.pdf"
        scan.write_bytes(os.urandom(70_000))
        made.attach("Seoul", "S-1", [scan])
        made.attach("다른 목록", "S-2", [scan])
        made.decide(
            [
                ProposedDecision(
                    2, ("Seoul", "S-1"), ("다른 목록", "S-1"), same=True, note="전화로 확인"
                ),
                ProposedDecision(3, ("Seoul", "S-1"), ("Seoul", "S-2"), same=False),
                ProposedDecision(4, ("Seoul", "S-3"), ("Seoul", "S-2"), same=True),
            ]
        )
        made.decide([ProposedDecision(2, ("Seoul", "S-2"), ("Seoul", "S-3"), same=False)])
        made.put("linkage", {}, b"draws", uses=["link"])
        yield made


def state(case: Case) -> dict[str, Any]:
    return {
        "reports": {
            (one.source, one.id): (one.payload, one.collector, consent)
            for one, consent in case.every_report_with_consent()
        },
        "sources": case.sources(),
        "attachments": sorted(
            (each.source, each.report, each.name, each.sha256) for each in case.attachments()
        ),
        "decisions": {each.pair: (each.same, each.note) for each in case.decisions()},
    }


@pytest.mark.parametrize("form", ["json", "bagit"])
def test_the_export_taken_into_a_new_case_gives_the_same_state(
    case: Case, form: write.Form, tmp_path: Path, me: Identity
) -> None:
    done = write.write(case, form, tmp_path / "out")
    assert (done.reports, done.attachments) == (6, 2)
    assert done.not_exported == {
        "earlier versions of reports": 1,
        "decisions that stand no more": 1,
        "linkages": 1,
    }
    with Case.create(tmp_path / "b.case", me) as other:
        told = restore.take_in(other, tmp_path / "out")
        assert (told.created, told.rejected, told.attachments) == (6, 0, 2)
        assert state(other) == state(case)
        other.seal_log()
        assert other.check() == ()
        again = restore.take_in(other, tmp_path / "out")
        assert (again.unchanged, again.attachments, again.decisions) == (6, 0, 0)
        assert again.decisions_skipped == {"decided here before": 3}
        assert len(list((other.folder / attachments.FOLDER).iterdir())) == 1


def test_no_two_lists_share_a_file(tmp_path: Path, me: Identity) -> None:
    sources = ("a:b", "source-1", "con", "attachments", "Seoul")
    with Case.create(tmp_path / "a.case", me) as case:
        for source in sources:
            case.intake(source, ABOUT, reports(source)[:2])
        done = write.write(case, "csv", tmp_path / "out")
    files = sorted(path.name for path in (tmp_path / "out").glob("*.csv"))
    assert done.reports == 10
    assert len(files) == len(sources)
    assert {"Seoul.csv", "source-1.csv", "source-1-2.csv", "con-2.csv"} <= set(files)
    for name in files:
        with (tmp_path / "out" / name).open(encoding="utf-8") as file:
            assert [row["id"] for row in csv.DictReader(file)] == ["S-1", "S-2"]
    assert '# the list: "a:b"' in (tmp_path / "out/source-1-2.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "sources", [["seoul", "Seoul", "SEOUL", "seoul-2"], ["가", "\u1100\u1161"], ["ß", "SS", "ẞ"]]
)
def test_no_two_lists_share_a_file_on_a_disk_that_levels_names(sources: list[str]) -> None:
    names = csv_files.file_names(sources)
    assert list(names) == sources
    levelled = {unicodedata.normalize("NFC", name).casefold() for name in names.values()}
    assert len(levelled) == len(sources)


@pytest.mark.parametrize("source", ["a\x7fb", "a\nb", "name.", "x" * 300])
def test_a_list_that_can_be_no_file_is_called_by_its_number(source: str) -> None:
    assert csv_files.file_names([source]) == {source: "source-1"}


def test_a_consent_decided_in_the_case_is_decided_in_the_other(
    case: Case, tmp_path: Path, me: Identity
) -> None:
    case.set_consent("Seoul", "S-1", Consent())
    write.write(case, "json", tmp_path / "out")
    with Case.create(tmp_path / "b.case", me) as other:
        assert restore.take_in(other, tmp_path / "out").consents_recorded == 2
        assert state(other) == state(case)
        assert restore.take_in(other, tmp_path / "out").consents_recorded == 0
        assert state(other) == state(case)
        again = other.intake("Seoul", ABOUT, reports("Seoul"))  # the source's own file once more
        assert again.consent_kept == 2
        assert other.history("Seoul", "S-1")[0].consent.uses == set()


def test_a_bag_with_many_attachments_is_looked_through_once(
    case: Case, tmp_path: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = list[None]()
    real = attachments.every
    write.write(case, "bagit", tmp_path / "out")
    with Case.create(tmp_path / "b.case", me) as other:

        def every(*values: Any) -> Any:
            looks.append(None)
            return real(*values)

        monkeypatch.setattr(attachments, "every", every)
        assert restore.take_in(other, tmp_path / "out").attachments == 2
    assert len(looks) == 2  # what is there already, and what to attach


def test_what_could_not_be_carried_is_reported_on_both_sides(
    case: Case, tmp_path: Path, me: Identity
) -> None:
    case.withdraw("Seoul", "S-3")
    done = write.write(case, "json", tmp_path / "out")
    assert done.not_exported["withdrawn reports that must not come back"] == 1
    with Case.create(tmp_path / "b.case", me) as other:
        told = restore.take_in(other, tmp_path / "out")
        assert told.not_in_export == done.not_exported


def test_attachments_of_one_name_are_distinguished(
    case: Case, tmp_path: Path, me: Identity
) -> None:
    other_scan = tmp_path / "면담 1.pdf"
    write.write(case, "bagit", tmp_path / "out")
    with Case.create(tmp_path / "b.case", me) as other:
        other.intake("Seoul", ABOUT, reports("Seoul"))
        other_scan.write_bytes(b"another interview")
        other.attach("Seoul", "S-1", [other_scan])
        other.intake("다른 목록", ABOUT, reports("다른 목록"))
        other.withdraw("다른 목록", "S-2")
        told = restore.take_in(other, tmp_path / "out")
        assert (told.attachments, told.attachments_skipped) == (
            1,
            {"its report is withdrawn here": 1},
        )
        assert len(other.attachments("Seoul", "S-1")) == 2
        again = restore.take_in(other, tmp_path / "out")
        assert again.attachments == 0
        assert again.attachments_skipped == {
            "its report is withdrawn here": 1,
            "attached before": 1,
        }


@pytest.mark.parametrize("form", write.FORMS)
def test_no_byte_in_clear_is_ever_open_to_others(
    case: Case, form: write.Form, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = dict[str, int]()

    def look(folder: Path) -> None:
        modes.update((path.name, path.stat().st_mode & 0o077) for path in folder.rglob("*"))

    monkeypatch.setattr(write, "_lock_up", look)
    write.write(case, form, tmp_path / "out")
    assert len(modes) > 2
    assert set(modes.values()) == {0}, modes


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_export_leaves_nothing(
    stop: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(stop)
    assert run(["init", str(tmp_path / "a.case")]) == 0
    there: list[str] = []

    def stopped(_: Path) -> None:
        there.extend(path.name for path in tmp_path.iterdir() if path.name.startswith(".out."))
        try:
            os.kill(os.getpid(), stop)
        finally:  # taking back is not taken back
            for one in (signal.SIGTERM, signal.SIGHUP):
                os.kill(os.getpid(), one)

    monkeypatch.setattr(write, "_lock_up", stopped)
    arguments = ["export", str(tmp_path / "a.case"), "--format", "json", "--out"]
    assert run([*arguments, str(tmp_path / "out")]) == 130
    assert len(there) == 2  # and its lock
    assert "stopped; nothing was left half done" in capfd.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.case"]
    assert signal.getsignal(stop) == before


def test_a_killed_export_is_swept_or_named(case: Case, tmp_path: Path) -> None:
    mine, others = tmp_path / ".out.0123abcd.partial", tmp_path / ".old.0123abcd.partial"
    for left in (mine, others):
        left.mkdir()
        (left / write.REPORTS).write_text("in clear")
    done = write.write(case, "json", tmp_path / "out")
    assert not mine.exists()
    assert done.unfinished == [".old.0123abcd.partial"]


def test_everything_is_for_its_owner_alone(case: Case, tmp_path: Path) -> None:
    write.write(case, "bagit", tmp_path / "out")
    for path in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.filterwarnings("ignore:'count' is passed:DeprecationWarning")  # in the library
def test_the_bag_is_one_and_its_events_are_the_log(case: Case, tmp_path: Path) -> None:
    write.write(case, "bagit", tmp_path / "out")
    assert (tmp_path / "out/bagit.txt").read_text().startswith("BagIt-Version: ")
    bagit.Bag(str(tmp_path / "out")).validate()
    events = ElementTree.parse(tmp_path / "out/data/premis.xml").getroot()
    spoken = {"p": "http://www.loc.gov/premis/v3"}
    kinds = [each.text for each in events.findall(".//p:eventDetail", spoken)]
    assert kinds == [entry.kind for entry in case.entries()]
    times = [each.text for each in events.findall(".//p:eventDateTime", spoken)]
    assert times == [entry.when for entry in case.entries()]
    assert "철수" not in (tmp_path / "out/data/premis.xml").read_text()


def test_every_kind_of_the_case_file_is_an_event_with_a_word_of_premis() -> None:
    own = OWN_KINDS - {"commitment"}  # that it was given says nothing of custody
    custody = [Entry(0, kind, "2026", "me") for kind in sorted(own)]
    root = ElementTree.fromstring(premis.events("ab", custody))
    types = {each.text for each in root.findall(".//{*}eventType")}
    assert types == {
        "creation", "ingestion", "modification", "metadata modification", "deletion",
        "encryption", "policy assignment",
    }  # fmt: skip


def test_csv_comes_back_through_its_own_mapping(case: Case, tmp_path: Path) -> None:
    done = write.write(case, "csv", tmp_path / "out")
    assert (
        done.not_exported["cells that a spreadsheet would run, with an apostrophe before them"] == 4
    )
    with (tmp_path / "out/Seoul.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[2]["name"] == "'=HYPERLINK(1)"
    new = str(tmp_path / "new.case")
    assert CliRunner().invoke(app, ["init", new]).exit_code == 0
    taken = CliRunner().invoke(
        app,
        ["import", new, str(tmp_path / "out/Seoul.csv"), "--source", "Seoul",
         "--mapping", str(tmp_path / "out/Seoul.toml"), "--json"],
    )  # fmt: skip
    assert taken.exit_code == 0, taken.output
    assert json.loads(taken.stdout)["created"] == 3
    shown = CliRunner().invoke(app, ["show", new, "--source", "Seoul", "--report", "S-1", "--json"])
    told = json.loads(shown.stdout)
    before = {(one.source, one.id): one.payload for one in case.every_report()}
    assert told["content"] == before["Seoul", "S-1"]
    assert told["consent"]["until"] == "2030-01-31"


def test_a_relative_that_a_table_would_split_is_counted(tmp_path: Path, me: Identity) -> None:
    said = Report("S", "1", (Name("김철수"),), relative=Name("김영호; 리순희"))
    with Case.create(tmp_path / "a.case", me) as case:
        case.intake("S", {}, [IncomingReport("1", said.to_payload(), Consent(), 2)])
        done = write.write(case, "csv", tmp_path / "out")
    assert done.not_exported["reports with another name that has a separator in it"] == 1
    with (tmp_path / "out/S.csv").open(encoding="utf-8") as file:
        assert [row["relative"] for row in csv.DictReader(file)] == ["김영호; 리순희"]


@pytest.fixture
def exported(case: Case, tmp_path: Path) -> Path:
    write.write(case, "json", tmp_path / "out")
    return tmp_path / "out"


def change(folder: Path, how: Any) -> None:
    file = folder / write.REPORTS
    value = json.loads(file.read_text(encoding="utf-8"))
    how(value)
    file.write_text(json.dumps(value), encoding="utf-8")


UNTRUE = {"one": ["다른 목록", "S-1"], "other": ["Seoul", "S-2"], "same": True}


def turned(decision: dict[str, Any]) -> dict[str, Any]:
    return {**decision, "one": decision["other"], "other": decision["one"]}


def said(value: dict[str, Any], **fields: Any) -> None:
    report = value["reports"][0]
    report["says"].update(fields)
    report["id"] = report["says"]["id"]


def renamed(value: dict[str, Any], name: str) -> None:
    value["sources"][name] = value["sources"].pop("Seoul")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (
            lambda v: v.update(format="uncounted-export/9"),
            "not an export that this version can read",
        ),
        (lambda v: v.pop("sources"), "is missing a part"),
        (lambda v: v.pop("left_behind"), "is missing a part"),
        (lambda v: v["reports"][0].pop("consent_decided"), "report 1 of the export cannot be"),
        (lambda v: v["reports"][1].update(consent_decided="no"), "report 2 of the export"),
        (lambda v: v.update(reports=3), "is missing a part"),
        (lambda v: v["reports"][1].update(says={}), "report 2 of the export cannot be read"),
        (lambda v: v["reports"][1].update(id="S-9"), "report 2 of the export cannot be read"),
        (lambda v: v["reports"][1].update(consent={"uses": ["x"]}), "report 2 of the export"),
        (lambda v: v["reports"].append(v["reports"][0]), "of the export occurs twice"),
        (lambda v: v["attachments"][0].update(file="../a.case/case.db"), "attachment 1 .* missing"),
        (lambda v: v["attachments"][0].update(sha256="0" * 64), "attachment 1 .* changed"),
        (lambda v: v["attachments"][0].update(report="S-99"), "attachment 1 .* missing"),
        (lambda v: v["attachments"][0].update(name=7), "a value of the export"),
        (lambda v: v["decisions"][0].update(one=["Seoul", "S-99"]), "decision 1 of the export can"),
        (lambda v: v["decisions"][0].update(one=["Seoul"]), "is missing a part"),
        (lambda v: v["decisions"][1].update(same="yes"), "decision 2 of the export cannot be read"),
        (lambda v: v["decisions"][1].update(note="철수 \ud800"), "a value of the export"),
        (lambda v: v["decisions"].append(turned(v["decisions"][0])), "decision 4 .* occurs twice"),
        (
            lambda v: v["decisions"][2].update(UNTRUE),
            "the decisions of the export contradict each other",
        ),
        (lambda v: v["reports"][0].update(collector={}), "report 1 of the export cannot be read"),
        (lambda v: v["reports"][0]["consent"].update(audience=5), "report 1 of the export"),
        (lambda v: v["reports"][0]["consent"].update(until="20300131"), "report 1 of the export"),
        (lambda v: v["reports"][0]["consent"].update(uses="link"), "report 1 of the export"),
        (lambda v: renamed(v, "a\nb"), "a value of the export"),
        (lambda v: renamed(v, "a\u202eb"), "a value of the export"),
        (lambda v: v["sources"]["Seoul"].update(collector=["철수"]), "a value of the export"),
        (lambda v: v["sources"]["Seoul"].update(covers=5), "is missing a part"),
        (lambda v: v["sources"]["Seoul"]["covers"].update(acts="arrest"), "a value of the export"),
        (lambda v: v["sources"]["Seoul"].update(vocabulary={"act": 5}), "is not a section"),
        (lambda v: v["sources"]["Seoul"].update(languages=["klingon"]), "a value of the export"),
        (lambda v: v["sources"]["Seoul"].update(languages="korean"), "a value of the export"),
        (lambda v: renamed(v, "count"), "no name that a source may have"),
        (lambda v: renamed(v, "=1+1,;"), "no name that a source may have"),
        (lambda v: renamed(v, "S" * 100_000), "no name that a source may have"),
        (lambda v: v.update(left_behind={"x": -7.9}), "a value of the export"),
        (lambda v: v.update(left_behind={"x": float("1e400")}), "a value of the export"),
        (lambda v: v.update(left_behind={"x": True}), "a value of the export"),
        (lambda v: v["decisions"][0].update(note="n" * 10_001), "decision 1 .* has a note of more"),
        (lambda v: v["sources"]["Seoul"].update(collector="x\x1b[31m"), "a value of the export"),
        (lambda v: v["sources"]["Seoul"]["covers"].update(to="\n#eval"), "a value of the export"),
        (lambda v: v["sources"]["Seoul"]["covers"].update(acts=["\x1b"]), "a value of the export"),
        (lambda v: said(v, names=[]), "report 1 of the export cannot be read: no name"),
        (lambda v: said(v, names=[{"written": " "}]), "report 1 .*: a text with nothing in it"),
        (lambda v: said(v, names=[{"written": "김" * 2_000_000}]), "report 1 .*: a text longer"),
        (lambda v: said(v, names=[{"written": "Kim"}] * 1_001), "report 1 .*: more than 1,000"),
        (lambda v: said(v, id="=cmd|1\n\x1b[2J"), "report 1 .*: its id is none"),
        (lambda v: said(v, id="i" * 201), "report 1 .*: its id is none"),
        (lambda v: said(v, sex="zz"), "report 1 .*: not a code of the vocabulary"),
        (lambda v: said(v, acts=[{"kind": "<script>"}]), "report 1 .*: not a code"),
        (lambda v: said(v, acts=[{"outcome": "x y"}]), "report 1 .*: not a code"),
        (lambda v: said(v, acts=[{"kind": "arrest"}] * 1_001), "report 1 .*: more than 1,000"),
        (lambda v: said(v, acts=[{"place": "x\0y"}]), "report 1 .*: a text with nothing in it"),
        (lambda v: said(v, note="n" * 30_000_000), "report 1 .*: a text longer than 1,000,000"),
        (lambda v: said(v, collector="x\x1b[2J"), "report 1 .*: a collector"),
        (lambda v: v["reports"][0].update(collector="x\x1b[2J"), "report 1 of the export cannot"),
        (
            lambda v: v["reports"][0]["consent"].update(audience="x" * 2_001),
            "report 1 of the export cannot be read",
        ),
    ],
)
def test_nothing_of_an_unsound_export_is_taken(
    how: Any, words: str, exported: Path, tmp_path: Path, me: Identity
) -> None:
    change(exported, how)
    with Case.create(tmp_path / "b.case", me) as other:
        with pytest.raises(BadInput, match=words) as raised:
            restore.take_in(other, exported)
        assert "철수" not in str(raised.value)
        assert [entry.kind for entry in other.entries()] == ["create"]


def test_words_that_the_vocabulary_has_gained_since_stay_those_of_an_older_export(
    exported: Path, tmp_path: Path, me: Identity
) -> None:
    own = {"act": {"killing": {"en": "Killing", "also": ["shot"]}, "shooting": {"en": "asesinato"}}}
    change(exported, lambda v: v["sources"]["Seoul"].update(vocabulary=own, languages=["spanish"]))
    with Case.create(tmp_path / "b.case", me) as other:
        restore.take_in(other, exported)
        about = other.sources()["Seoul"]
    assert about["vocabulary"] == own
    assert about["languages"] == ["spanish"]


def test_decisions_that_contradict_those_that_stand_are_refused_before_anything_is_taken(
    exported: Path, tmp_path: Path, me: Identity
) -> None:
    with Case.create(tmp_path / "b.case", me) as other:
        other.intake("Seoul", ABOUT, reports("Seoul"))
        other.intake("다른 목록", ABOUT, reports("다른 목록"))
        # Each alone is true there; S-1 of both lists is one person, so S-2 would be, too.
        other.decide([ProposedDecision(2, ("다른 목록", "S-1"), ("Seoul", "S-2"), same=True)])
        before = len(list(other.entries()))
        with pytest.raises(BadInput, match="contradict decisions in this case file"):
            restore.take_in(other, exported)
        assert len(list(other.entries())) == before


def test_what_was_decided_here_stands_and_a_withdrawn_report_has_no_decision(
    exported: Path, tmp_path: Path, me: Identity
) -> None:
    with Case.create(tmp_path / "b.case", me) as other:
        other.intake("Seoul", ABOUT, reports("Seoul"))
        other.decide(
            [ProposedDecision(2, ("Seoul", "S-1"), ("Seoul", "S-2"), same=True, note="here")]
        )
        other.withdraw("Seoul", "S-3")
        told = restore.take_in(other, exported)
        assert (told.decisions, told.decisions_skipped) == (
            1,
            {"decided here before": 1, "one of the two reports is withdrawn here": 1},
        )
        notes = {each.note for each in other.decisions()}
        assert notes == {"here", "전화로 확인"}


def test_an_export_without_decisions_or_consent_is_one_that_has_none(
    exported: Path, tmp_path: Path, me: Identity
) -> None:
    change(exported, lambda v: (v.pop("decisions"), v["reports"][0].update(consent=None)))
    with Case.create(tmp_path / "b.case", me) as other:
        assert restore.take_in(other, exported).decisions == 0
        consents = [consent for _, consent in other.every_report_with_consent()]
        assert consents[0] == Consent()


def test_decisions_come_back_from_csv_through_decide(case: Case, tmp_path: Path) -> None:
    odd = Report("Seoul", "=S-4", (Name("박순이"),))
    case.intake("Seoul", ABOUT, [IncomingReport("=S-4", odd.to_payload(), Consent(), 9)])
    case.decide(
        [ProposedDecision(2, ("Seoul", "=S-4"), ("Seoul", "S-2"), same=False, note="+82 10")]
    )
    write.write(case, "csv", tmp_path / "out")
    new = str(tmp_path / "new.case")
    CliRunner().invoke(app, ["init", new])
    for source in ("Seoul", "다른 목록"):
        file = tmp_path / f"out/{source}"
        CliRunner().invoke(
            app,
            ["import", new, f"{file}.csv", "--source", source, "--mapping", f"{file}.toml"],
        )
    out = str(tmp_path / "out/decisions.csv")
    done = CliRunner().invoke(app, ["decide", new, "--file", out, "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["new"], told["rejected"]) == (4, 0)
    # A spreadsheet may open it: no cell of it begins as a formula does.
    assert "Seoul,'=S-4" in (tmp_path / "out/decisions.csv").read_text(encoding="utf-8")
    assert "'+82 10" in (tmp_path / "out/decisions.csv").read_text(encoding="utf-8")


def test_a_list_of_attachments_runs_nothing(case: Case, tmp_path: Path) -> None:
    scan = tmp_path / "=1+1.pdf"
    scan.write_bytes(b"x")
    case.attach("Seoul", "S-1", [scan])
    write.write(case, "csv", tmp_path / "out")
    assert "S-1,'=1+1.pdf," in (tmp_path / "out/attachments.csv").read_text(encoding="utf-8")


def test_a_changed_bag_is_not_taken(case: Case, tmp_path: Path, me: Identity) -> None:
    write.write(case, "bagit", tmp_path / "out")
    out = tmp_path / "out"
    for harm in (_changed, _missing, _added, _outside, _no_manifest, _named_twice):
        shutil.rmtree(tmp_path / "bag", ignore_errors=True)
        harm(Path(shutil.copytree(out, tmp_path / "bag")))
        with (
            Case.create(tmp_path / f"{harm.__name__}.case", me) as other,
            pytest.raises(BadInput, match=r"the bag (is not valid|has no manifest)"),
        ):
            restore.take_in(other, tmp_path / "bag")


def _changed(folder: Path) -> None:
    file = folder / "data" / write.REPORTS
    file.write_text(file.read_text(encoding="utf-8").replace("회령", "무산"), encoding="utf-8")


def _missing(folder: Path) -> None:
    (folder / "data/premis.xml").unlink()


def _added(folder: Path) -> None:
    (folder / "data/more.txt").write_text("more")


def _outside(folder: Path) -> None:
    with (folder / "manifest-sha512.txt").open("a") as file:
        file.write(f"{'0' * 128}  ../../etc/passwd\n")


def _no_manifest(folder: Path) -> None:
    (folder / "manifest-sha512.txt").unlink()


def _named_twice(folder: Path) -> None:
    (folder / "tagmanifest-sha512.txt").unlink()  # which need not be there, and would show it
    manifest = folder / "manifest-sha512.txt"
    manifest.write_text(manifest.read_text() + manifest.read_text().splitlines()[0] + "\n")


def test_a_damaged_attachment_stops_the_export_and_leaves_nothing(
    case: Case, tmp_path: Path
) -> None:
    (held,) = (case.folder / attachments.FOLDER).iterdir()
    held.write_bytes(held.read_bytes()[:-1])
    with pytest.raises(Damaged, match="altered or is missing"):
        write.write(case, "json", tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.case", "면담 1.pdf"]


def test_nothing_is_written_over(case: Case, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(AlreadyThere, match="out is there already"):
        write.write(case, "json", tmp_path / "out")


def _case_of_one_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A case file made by the program, and where it may be exported to."""
    made_lightly(folder / "home", PASSPHRASE)
    monkeypatch.setenv("UNCOUNTED_HOME", str(folder / "home"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)
    case, out = str(folder / "a.case"), str(folder / "out")
    (folder / "s.csv").write_text("id,name,uses\nS-1,김철수,link\n")
    assert run(["init", case]) == 0
    assert run(["import", case, str(folder / "s.csv"), "--source", "S"]) == 0
    return case, out


def test_a_case_file_whose_log_is_lost_can_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    case, out = _case_of_one_report(tmp_path, monkeypatch)
    shutil.rmtree(tmp_path / "a.case/log")
    assert run(["export", case, "--format", "json", "--out", out]) == 1
    assert "--without-log" in capfd.readouterr().err
    assert run(["export", case, "--format", "json", "--out", out, "--without-log"]) == 0
    assert "김철수" in (tmp_path / "out" / write.REPORTS).read_text(encoding="utf-8")
    assert not (tmp_path / "a.case/log").exists()


def test_a_case_file_with_a_planted_trigger_can_be_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    case, out = _case_of_one_report(tmp_path, monkeypatch)
    me = identity.load(tmp_path / "home", PASSPHRASE)
    keeps = "CREATE TRIGGER keeps BEFORE DELETE ON objects BEGIN DELETE FROM tombstones; END"
    execute(tmp_path / "a.case", me, keeps)
    assert run(["export", case, "--format", "json", "--out", out]) == 1
    assert "--despite-foreign" in capfd.readouterr().err
    assert run(["export", case, "--format", "json", "--out", out, "--despite-foreign"]) == 0
    said = capfd.readouterr().err
    assert "warning: the database has foreign tables, indexes, triggers or views: 1" in said
    assert run(["init", f"{case}.new"]) == 0
    assert run(["import", f"{case}.new", out]) == 0
    assert "S: 1 report = 1 created" in capfd.readouterr().out


def test_the_commands(tmp_path: Path, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    case, out = str(tmp_path / "a.case"), str(tmp_path / "out")
    (tmp_path / "s.csv").write_text("id,name,uses\nS-1,김철수,link\n")
    (tmp_path / "gone.csv").write_text("id,name,uses\nS-9,李英姬,link\n")
    assert run(["init", case]) == 0
    assert run(["import", case, str(tmp_path / "s.csv")]) == 2
    assert "--source is missing" in capfd.readouterr().err
    assert run(["import", case, str(tmp_path / "s.csv"), "--source", "S"]) == 0
    (tmp_path / "bad.csv").write_text("id,name,uses\nS-2,,link\n")
    assert run(["import", case, str(tmp_path / "bad.csv"), "--source", "S"]) == 1
    (name,) = re.findall(r"uncounted rejects \S+ (\S+)", capfd.readouterr().out)
    assert run(["rejects", case, name, "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"rows": [{"row": 2, "reasons": ["no name"]}]}
    one = ["--source", "S", "--report", "S-1"]
    assert run(["consent", case, *one, "--uses", "none"]) == 0
    assert run(["import", case, str(tmp_path / "gone.csv"), "--source", "S"]) == 0
    assert run(["withdraw", case, "--source", "S", "--report", "S-9", "--yes"]) == 0
    capfd.readouterr()
    assert run(["export", case, "--format", "bagit", "--out", out]) == 0
    told = capfd.readouterr()
    assert "1 report and 0 attachments written" in told.out
    assert "in that folder is unencrypted" in told.err
    assert run(["init", str(tmp_path / "b.case")]) == 0
    assert run(["import", str(tmp_path / "b.case"), out]) == 0
    told = capfd.readouterr()
    assert "S: 1 report = 1 created" in told.out
    assert "1 consent decided where the export was made" in told.err
    assert "not in the export: 1 withdrawn reports that must not come back" in told.err
    assert run(["import", str(tmp_path / "b.case"), out, "--source", "S"]) == 2
    assert "omit --source and --mapping" in capfd.readouterr().err
    assert run(["import", str(tmp_path / "b.case"), str(home)]) == 1
    assert "holds no reports.json" in capfd.readouterr().err


def test_a_case_file_with_a_report_that_no_import_takes_today_is_exported_as_csv(
    tmp_path: Path, me: Identity
) -> None:
    says = Report("S", "1", ()).to_payload()
    with Case.create(tmp_path / "a.case", me) as case:
        case.intake("S", {}, [IncomingReport("1", says, Consent(), 2)])
        assert write.write(case, "csv", tmp_path / "out").reports == 1


def test_what_an_export_says_of_a_source_beyond_the_format_is_not_kept(
    exported: Path, tmp_path: Path, me: Identity
) -> None:
    change(exported, lambda v: v["sources"]["Seoul"].update(z="y" * 5_000_000))
    with Case.create(tmp_path / "b.case", me) as other:
        restore.take_in(other, exported)
        assert other.sources()["Seoul"] == ABOUT
