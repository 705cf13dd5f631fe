"""Every parser that reads a foreign byte, fed with what it would rather not read.

Sound input is cut, flipped, doubled and spliced; whatever comes of it, the only error that
may come out is one of ours, it repeats nothing of what was read, and it comes soon.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.records.read_file import read_file
from tests.records.tabular.sheets import pack, parts, sheet

from uncounted import delimited
from uncounted.captures import read_tables
from uncounted.errors import Error
from uncounted.export import bagit, restore
from uncounted.histories import read_persons
from uncounted.proof import merkle, rfc3161
from uncounted.proof.checkpoint import Checkpoint, open_checkpoint, sign
from uncounted.proof.signed_note import Signer, Verifier, open_note, split
from uncounted.proof.tiles import TileLog
from uncounted.proof.tlog_proof import TlogProof
from uncounted.publish.plan import Plan
from uncounted.publish.verify import verify
from uncounted.records.dates import partial_date as dates
from uncounted.records.intake import suggest
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.records.tabular import open_table
from uncounted.vault.case import Case
from uncounted.vault.keys import recipients
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent

pytestmark = pytest.mark.exhaustive

SECRET = "김비밀"
KEY = Signer.from_seed("example.org/team", bytes(32))
LEAVES = [merkle.leaf_hash(bytes([n])) for n in range(5)]
NOTE = sign(Checkpoint("example.org/log", 5, merkle.root(merkle.nodes_of(LEAVES), 5)), KEY)
PROOF = TlogProof(1, tuple(merkle.inclusion_proof(merkle.nodes_of(LEAVES), 1, 5)), NOTE)
MAP = f"""
[columns]
id = "ref"
name = "name"
act = "what"
date = "when"
[values.act]
"{SECRET}" = "arrest"
[consent]
uses = ["link"]
[source]
covers = {{ from = "2017", to = "2024", acts = ["arrest"] }}
"""
CSV = f"ref,name,what,when\n1,{SECRET},arrest,2013-05\n2,{SECRET},{SECRET},2013년 5월\n"
TABLE = "A,B,C,count\n1,0,0,10\n0,1,1,4\n1,1,1,2\n"
PEOPLE = "A,B,age\n1,0,30\n0,1,41\n1,1,22\n"
PLAN = 'title = "T"\n[population]\nwho = "a"\nwhere = "b"\nwhen = "c"\n[lists.A]\nlabel = "x"\n'
SAYS = Report(
    "A", "1", (Name(SECRET),), relative=Name(SECRET), occupation=SECRET, number=SECRET
).to_payload()
EXPORT = json.dumps(
    {
        "format": "uncounted-export/1",
        "sources": {"A": {}},
        "reports": [
            {
                "source": "A",
                "id": "1",
                "collector": None,
                "consent_decided": False,
                "consent": Consent().to_json(),
                "says": SAYS,
            }
        ],
        "attachments": [],
        "left_behind": {},
    },
    ensure_ascii=False,
)
ME = Identity.generate()
JSON = json.dumps(
    [{"ref": 1, "g": {"name": SECRET}, "acts": [{"what": "arrest"}]}], ensure_ascii=False
)
BOOK = parts({"Form": sheet([["ref", "name"], [1, SECRET]])})
BOOK["xl/sharedStrings.xml"] = f"<sst><si><t>{SECRET}</t></si></sst>"


def _zipped(held: dict[str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return pack(Path(folder) / "t.xlsx", held).read_bytes()


def _part(name: str) -> Callable[[Path, bytes], None]:
    """Harm one part and not the ZIP around it, whose checksum sees all harm."""

    def parse(folder: Path, data: bytes) -> None:
        with zipfile.ZipFile(folder / "t.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
            for part, text in BOOK.items():
                archive.writestr(part, data if part == name else text)
        list(open_table.open_table(folder / "t.xlsx"))

    return parse


def _tiles(folder: Path, data: bytes) -> None:
    (folder / "tile/0").mkdir(parents=True, exist_ok=True)
    (folder / "tile/0/000.p").mkdir(exist_ok=True)
    (folder / "tile/0/000.p/5").write_bytes(data)
    (folder / "checkpoint").write_bytes(NOTE)
    log = TileLog(folder, 5)
    log.inclusion_proof(2)
    log.root()


def _checkpoint(folder: Path, data: bytes) -> None:
    (folder / "checkpoint").write_bytes(data)
    TileLog(folder)
    open_checkpoint(data, [KEY.verifier])


RELEASE = Path(__file__).parent / "vectors" / "proof" / "release"


def _released(name: str) -> Callable[[Path, bytes], None]:
    """A release in which one file is what is given."""

    def parse(folder: Path, data: bytes) -> None:
        copy = folder / "release"
        if not copy.is_dir():
            shutil.copytree(RELEASE, copy)
        (copy / name).write_bytes(data)
        verify(copy)

    return parse


def _bag(folder: Path, data: bytes) -> None:
    (folder / "bag/data").mkdir(parents=True, exist_ok=True)
    (folder / "bag/data/a.txt").write_bytes(b"a")
    (folder / "bag/manifest-sha512.txt").write_bytes(data)
    bagit.check(folder / "bag")


def _marked(folder: Path, data: bytes) -> None:
    (folder / "a.case").mkdir(exist_ok=True)
    (folder / "a.case/case.json").write_bytes(data)
    Case.id_of(folder / "a.case")


def _file(suffix: str, read: Callable[[Path], object]) -> Callable[[Path, bytes], None]:
    def parse(folder: Path, data: bytes) -> None:
        file = folder / f"input{suffix}"
        file.write_bytes(data)
        read(file)

    return parse


def _rows(file: Path) -> None:
    list(read_file(file, Mapping.parse(MAP), "A"))


@attrs.frozen
class Parser:
    """A parser, and something sound for it to read."""

    parse: Callable[[Path, bytes], object]
    sound: bytes


PARSERS = {
    "csv": Parser(_file(".csv", lambda file: list(delimited.read(file))), CSV.encode()),
    "json": Parser(_file(".json", lambda file: list(open_table.open_table(file))), JSON.encode()),
    "json lines": Parser(
        _file(".jsonl", lambda f: list(open_table.open_table(f))), b'{"a": 1}\n{}'
    ),
    "xlsx": Parser(_file(".xlsx", lambda file: list(open_table.open_table(file))), _zipped(BOOK)),
    **{
        name: Parser(_part(name), BOOK[name].encode())
        for name in BOOK
        if name != "xl/_rels/workbook.xml.rels"
    },
    "draft": Parser(_file(".csv", lambda f: suggest.draft(*open_table.survey(f))), CSV.encode()),
    "rows": Parser(_file(".csv", _rows), CSV.encode()),
    "mapping": Parser(_file(".toml", Mapping.parse), MAP.encode()),
    "plan": Parser(_file(".toml", Plan.parse), PLAN.encode()),
    "table": Parser(_file(".csv", read_tables), TABLE.encode()),
    "people": Parser(_file(".csv", lambda f: read_persons(f, covariates=["age"])), PEOPLE.encode()),
    "date": Parser(
        lambda _, data: dates.read(data.decode(errors="replace")), "2013년 5월 7일경".encode()
    ),
    "note": Parser(lambda _, data: open_note(data, [KEY.verifier]), NOTE),
    "split": Parser(lambda _, data: split(data), NOTE),
    "checkpoint": Parser(_checkpoint, NOTE),
    "proof": Parser(
        lambda _, data: TlogProof.parse(data).verify(LEAVES[1], [KEY.verifier]), PROOF.encode()
    ),
    "tiles": Parser(_tiles, b"".join(LEAVES)),
    "vkey": Parser(
        lambda _, data: Verifier.parse(data.decode(errors="replace")), KEY.verifier.vkey.encode()
    ),
    "timestamp": Parser(lambda _, data: rfc3161.verify(data, b"text"), b"0\x03\x02\x01\x00"),
    "certificates": Parser(
        lambda _, data: rfc3161.certificates(data),
        b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    ),
    "export": Parser(_file(".json", restore.read), EXPORT.encode()),
    **{
        name: Parser(_released(name), (RELEASE / name).read_bytes())
        for name in ("manifest.json", "manifest.sig", "opening.json", "log-leaves")
    },
    "bag": Parser(_bag, f"{hashlib.sha512(b'a').hexdigest()}  data/a.txt\n".encode()),
    "case.json": Parser(
        _marked, b'{"format": "uncounted-case", "version": 1, "id": "' + b"ab" * 16 + b'"}\n'
    ),
    "recipient": Parser(
        lambda _, data: recipients.parse(data.decode(errors="replace")), ME.recipient.encode()
    ),
}


@st.composite
def harmed(draw: st.DrawFn, sound: bytes) -> bytes:
    """Sound bytes, harmed in one to four places."""
    data = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(data) - 1, 0)))
        how = draw(st.sampled_from(["flip", "cut", "double", "splice", "head", "drop"]))
        if how == "flip" and data:
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del data[at:]
        elif how == "double":
            data[at:at] = data[at : at + draw(st.integers(0, 40))]
        elif how == "splice":
            data[at:at] = draw(st.binary(max_size=20))
        elif how == "head":
            data[:0] = draw(
                st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"\r\n", b"=", b"[", b"{"])
            )
        else:
            del data[at : at + draw(st.integers(1, 20))]
    return bytes(data)


# A sound timestamp needs an authority: those are in `test_timestamps`.
@pytest.mark.parametrize("name", sorted(PARSERS.keys() - {"timestamp", "certificates"}))
def test_the_sound_input_is_one(name: str, tmp_path: Path) -> None:
    PARSERS[name].parse(tmp_path, PARSERS[name].sound)


def refusal(parser: Parser, folder: Path, data: bytes) -> str:
    """What our error says; nothing when the bytes are let pass. Any other error goes up."""
    try:
        parser.parse(folder, data)
    except Error as error:
        return f"{error} {error.hint}"
    return ""


@pytest.mark.parametrize("name", PARSERS)
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_only_our_own_errors_come_out(name: str, tmp_path: Path, data: st.DataObject) -> None:
    parser = PARSERS[name]
    given_bytes = data.draw(harmed(parser.sound) | st.binary(max_size=200))
    said = refusal(parser, tmp_path, given_bytes)
    if name not in ("mapping", "plan"):  # their words are their author's
        assert SECRET not in said


def deep(opening: bytes, many: int = 100_000) -> bytes:
    return opening * many


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    "bomb",
    [
        deep(b"["), deep(b'{"a":'), deep(b"a = ["), b"9" * 5_000, b"\0" * 1_000_000,
        b'"' + b"x" * 2_000_000, b"," * 300_000, b"\xff" * 100_000, "‮​".encode() * 10_000,
    ],
    ids=["lists", "objects", "toml", "digits", "zeros", "quote", "commas", "bytes", "marks"],
)  # fmt: skip
def test_no_bomb_goes_off(name: str, bomb: bytes, tmp_path: Path) -> None:
    assert len(refusal(PARSERS[name], tmp_path, bomb)) < 500
