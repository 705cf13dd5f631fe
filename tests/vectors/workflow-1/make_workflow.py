"""Make this folder: `python make_workflow.py CHECKOUT FOLDER`. Nobody in it exists.

It was run once, with a checkout of commit f29a861, whose README says what for; another run has
other keys. Everything is done through the command line of that checkout, so that what lies here
is what a user of that day had. FOLDER must hold nothing.
"""

from __future__ import annotations

import base64
import csv
import hmac
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pyrage
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.test_workflow_vectors import PASSPHRASE, Program, found_in

PEOPLE, SEED, DRAWS = 90, 12, 24
FAMILY = "김 Kim|김 Kim|리 Ri|박 Pak|최 Choe"
GIVEN = "철 Chol|수 Su|영 Yong|희 Hui|순 Sun|옥 Ok|미 Mi"
TOWNS = "회령 Hoeryong|혜산 Hyesan|청진 Chongjin|무산 Musan|온성 Onsong|신의주 Sinuiju"
BORDER = "투먼 Tumen|단둥 Dandong|창바이 Changbai"
CHANCES = {"Dawn": 0.6, "River": 0.5, "Bridge": 0.45}

DAWN = """
[columns]
id = "번호"
name = "성명"
sex = "성별"
birth = "출생"
origin = "고향"
act = "사건"
date = "일시"
place = "장소"
note = "비고"
[values.act]
"강제북송" = "forced-return"
[consent]
uses = { column = "동의" }
until = { column = "기한" }
[values.uses]
"연계·통계" = ["link", "statistics"]
"연계" = ["link"]
[source]
collector = "Dawn Archive, of no town"
covers = { from = "2015", to = "2024", acts = ["forced-return"] }
"""
RIVER = """
[columns]
id = "ref"
name = "name"
name_alt = ["also"]
sex = "sex"
birth = "born"
origin = "home"
act = "what"
date = "when"
place = "where"
[values.act]
"sent back" = "forced-return"
[consent]
uses = ["link", "statistics"]
given_by = "herself or himself"
[source]
collector = "River Watch"
"""
BRIDGE = """
[columns]
id = "No"
family_name = "Family"
given_name = "Given"
birth = "Born"
relative = "Father"
act = "What"
date = "When"
[values.act]
"returned" = "forced-return"
[consent]
uses = { column = "OK" }
[source]
collector = "Bridge"
"""
PLAN = """
title = "People sent back, 2015 to 2024 (nobody in it exists)"
audience = "public"
threshold = 5

[population]
who = "people who do not exist"
where = "a border"
when = "2015 to 2024"

[lists.Dawn]
label = "Dawn Archive (새벽)"
describe = "Made by a script."

[truth]
file = "truth.json"
capture = "Each person is on each list by a chance of its own, and by no other rule."
"""


def _pairs(table: str) -> list[tuple[str, str]]:
    return [(each.split()[0], each.split()[1]) for each in table.split("|")]


def _lists() -> dict[str, list[dict[str, str]]]:
    """Rows of the three lists, in neutral columns."""
    dice = random.Random(SEED)
    lists: dict[str, list[dict[str, str]]] = {name: [] for name in CHANCES}
    for number in range(PEOPLE):
        family, one, two = (dice.choice(_pairs(t)) for t in (FAMILY, GIVEN, GIVEN))
        home, place = dice.choice(_pairs(TOWNS)), dice.choice(_pairs(BORDER))
        said = {
            "person": str(number),
            "hangul": family[0] + one[0] + two[0],
            "family": family[1],
            "given": f"{one[1]} {two[1]}",
            "sex": dice.choice("mf"),
            "born": str(dice.randint(1950, 1999)),
            "home": home[1],
            "고향": home[0],
            "place": place[1],
            "장소": place[0],
            "when": f"{dice.randint(2015, 2024)}-{dice.randint(1, 12):02}",
        }
        for name, chance in CHANCES.items():
            if dice.random() < chance:
                slip = {"born": str(int(said["born"]) + 1)} if dice.random() < 0.1 else {}
                lists[name].append({**said, **slip})
    for rows in lists.values():
        dice.shuffle(rows)
    return lists


def _write_inputs(folder: Path) -> None:
    folder.mkdir()
    lists = _lists()
    rows = [
        ["번호", "성명", "성별", "출생", "고향", "사건", "일시", "장소", "비고", "동의", "기한"]
    ]
    for at, one in enumerate(lists["Dawn"], 1):
        # a consent that ended before this was made, and one that ends when no test runs any more
        consent = {3: "연계", 4: ""}.get(at, "연계·통계")
        until = {5: "2020-01-31", 6: "2199-12-31"}.get(at, "")
        born = "모름" if at % 9 == 0 else one["born"] + "년"
        note = '첫 줄\n둘째 줄, "인용"' if at == 1 else ""
        rows.append([f"새벽-{at:02}", one["hangul"], {"m": "남", "f": "여"}[one["sex"]], born,
                     one["고향"], "강제북송", one["when"], one["장소"], note, consent,
                     until])  # fmt: skip
    rows.append(["새벽-01", "김철수", "남", "1970년", "", "강제북송", "2016", "", "", "연계", ""])
    rows.append(["새벽-99", "김철수", "남", "어제", "", "강제북송", "2016", "", "", "연계", ""])
    (folder / "dawn.csv").write_text(_text(rows, ","), encoding="utf-8")
    items = [
        {"ref": f"RW{at:03}", "name": f"{one['family'].upper()} {one['given']}", "sex": one["sex"],
         "also": one["hangul"] if at % 5 == 0 else "", "born": one["born"] if at % 3 else "",
         "home": one["home"] if at % 4 else "",
         "what": "sent back", "when": one["when"], "where": one["place"]}
        for at, one in enumerate(lists["River"], 1)
    ]  # fmt: skip
    (folder / "river.json").write_text(json.dumps(items, ensure_ascii=False, indent=0))
    rows = [["No", "Family", "Given", "Born", "Father", "What", "When", "OK"]]
    for at, one in enumerate(lists["Bridge"], 1):
        father = f"{one['family']} Yong Ho" if at % 7 == 0 else ""
        rows.append([str(at), one["family"], one["given"], "c. " * (at % 6 == 0) + one["born"],
                     father, "returned", one["when"][:4], "link statistics"])  # fmt: skip
    (folder / "bridge.csv").write_bytes(_text(rows, "\t").encode("utf-16"))
    (folder / "wrong.csv").write_text("id,name\nW-1,Kim Chol Su\nW-2,Ri Yong Hui\n")
    for name, text in (("dawn", DAWN), ("river", RIVER), ("bridge", BRIDGE), ("plan", PLAN)):
        (folder / f"{name}.toml").write_text(text.lstrip(), encoding="utf-8")
    (folder / "scan.txt").write_text("a scan that was never made\n")
    (folder / "면담 1.bin").write_bytes(random.Random(SEED).randbytes(3000))


def _text(rows: list[list[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _truth(folder: Path) -> None:
    """The plan's truth: of a made-up population it is known, and the release says how far off."""
    lists = _lists()
    patterns: dict[str, int] = {}
    seen: dict[str, set[str]] = {}
    for name, rows in lists.items():
        for one in rows:
            seen.setdefault(one["person"], set()).add(name)
    for on in seen.values():
        pattern = "".join("01"[name in on] for name in CHANCES)
        patterns[pattern] = patterns.get(pattern, 0) + 1
    said = {"people": PEOPLE, "about": "Nobody exists.", "lists": list(CHANCES),
            "everyone": {"patterns": patterns}, "with_consent": {"patterns": patterns}}  # fmt: skip
    (folder / "truth.json").write_text(json.dumps(said, indent=1))


def seal_lightly(home: Path) -> None:
    """Put the identity of this home under its passphrase again, with next to no work in it."""
    plain = pyrage.passphrase.decrypt((home / "identity.age").read_bytes(), PASSPHRASE)
    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    scrypt = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, n=2, r=8, p=1)
    body = ChaCha20Poly1305(scrypt.derive(PASSPHRASE.encode())).encrypt(bytes(12), file_key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} 1\n{_base64(body)}\n---"
    mac = hmac.digest(_hkdf(file_key, b"", b"header"), head.encode(), "sha256")
    stream = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
    last = stream.encrypt(bytes(11) + b"\x01", plain, None)
    (home / "identity.age").write_bytes(f"{head} {_base64(mac)}\n".encode() + nonce + last)


def _hkdf(key: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode().rstrip("=")


def make(checkout: Path, folder: Path) -> None:
    """Make everything in an empty folder."""
    inputs, case = folder / "inputs", folder / "case"
    _write_inputs(inputs)
    _truth(inputs)
    me = Program(folder / "identity", checkout / ".venv/bin/python")
    other = Program(folder / "second-identity", me.python)
    me("init", case)
    other("identity", "new")
    seal_lightly(me.home)
    seal_lightly(other.home)

    # what came in, and what was done to it
    for name, file in (("Dawn", "dawn.csv"), ("River", "river.json"), ("Bridge", "bridge.csv")):
        mapping = inputs / f"{name.lower()}.toml"
        me("import", case, inputs / file, "--source", name, "--mapping", mapping)
    me("import", case, inputs / "wrong.csv", "--source", "Wrong")
    me("undo", case, _last(me, case, "import"), "--yes")
    me("attach", case, inputs / "scan.txt", "--source", "Dawn", "--report", "새벽-01")
    me("attach", case, inputs / "면담 1.bin", "--source", "River", "--report", "RW002")
    me("attach", case, inputs / "scan.txt", "--source", "River", "--report", "RW003")
    me("amend", case, "--source", "River", "--report", "RW002", "--set", "occupation=miner")
    me("consent", case, "--source", "River", "--report", "RW004", "--uses", "none")
    me("consent", case, "--source", "Bridge", "--report", "2", "--uses", "link,statistics",
       "--until", "2199-12-31", "--given-by", "her mother")  # fmt: skip
    me("withdraw", case, "--source", "River", "--report", "RW003", "--yes")
    decide(me, case, inputs / "first.csv", [
        ("Dawn", "새벽-01", "River", "RW001", "different", "by age, 전화로 확인"),
        ("Dawn", "새벽-07", "Dawn", "새벽-08", "different", ""),
        ("River", "RW005", "Bridge", "1", "same", ""),
    ])  # fmt: skip
    decide(me, case, inputs / "second.csv", [("River", "RW006", "Bridge", "3", "different", "")])
    decide(
        me, case, inputs / "third.csv", [("River", "RW006", "Bridge", "3", "same", "taken back")]
    )
    me("undo", case, _last(me, case, "decision", "decisions"), "--yes")

    # who may open it
    recipient = inputs / "second.json"
    both = other.json("identity", "show")
    recipient.write_text(json.dumps({name: both[name] for name in ("recipient", "signer")}))
    me("grant", case, recipient, "--name", "Office")
    me("recovery", "split", case, "--shares", "3", "--threshold", "2", "--out", folder / "shares")
    me("rotate", case)

    # what was made of it
    me("link", case, "--draws", DRAWS, "--seed", "7")
    me("estimate", case, "--method", "chao", "--method", "independence")
    me("release", case, "--plan", inputs / "plan.toml", "--out", folder / "release")
    me("estimate", case, "--method", "chao")
    me("release", case, "--plan", inputs / "plan.toml", "--out", folder / "release-2")
    for form in ("csv", "json", "bagit"):
        me("export", case, "--format", form, "--out", folder / f"export-{form}")
    for lock in folder.glob("*/lock"):
        lock.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        found = found_in(folder, Path(scratch), me.python)
    text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")


def decide(me: Program, case: Path, file: Path, rows: list[tuple[str, ...]]) -> None:
    """Write a file of decisions, and give it to the case file."""
    head = ["source_a", "report_a", "source_b", "report_b", "decision", "note"]
    file.write_text(_text([head, *map(list, rows)], ","), encoding="utf-8")
    me("decide", case, "--file", file)


def _last(me: Program, case: Path, *kinds: str) -> int:
    entries = me.json("log", case)["entries"]
    return max(int(each["seq"]) for each in entries if each["kind"] in kinds)


if __name__ == "__main__":
    at = subprocess.check_output(["git", "-C", sys.argv[1], "rev-parse", "HEAD"], text=True)
    assert at.startswith("f29a861")
    make(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
