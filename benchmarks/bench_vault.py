"""What sealing costs: 20,000 reports into a case file, against plain SQLite, in one run.

    .venv/bin/python benchmarks/bench_vault.py [reports] [rounds]

Both take the same payloads as JSON text, in one transaction, on the same disk, in write-ahead
mode, flushed at the end. Plain SQLite keeps them in clear and knows nothing of who may read
what; the case file encrypts each under a key of its own inside an encrypted database,
commits to each, and signs the log. A case file has no index of names (search reads it all), so
plain SQLite gets none either: one would only make the ratio smaller. The rounds alternate; the
table gives medians, and the ratio of each round beside them, by the clock and in processor time.
"""

from __future__ import annotations

import datetime
import gc
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from uncounted.proof.tiles import TileLog
from uncounted.records.search import found_in, keys
from uncounted.vault.case import Case, IncomingReport
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent

TODAY = datetime.date(2026, 1, 1)
CONSENT = Consent(frozenset({"link", "statistics"}))
SYLLABLES = "김리박최정강조윤장임한오서신권황안송류홍영철수희순옥미경성남일혜진은주명국"


def payloads(count: int) -> list[dict[str, Any]]:
    """Simulated reports of the size of real ones, about 700 bytes each. Nobody here exists."""
    rng = Random(1)
    return [_payload(rng, number) for number in range(count)]


def _payload(rng: Random, number: int) -> dict[str, Any]:
    hangul = "".join(rng.choices(SYLLABLES, k=3))
    act = {
        "kind": "forced-return",
        "date": {
            "edtf": f"{rng.randint(2008, 2020)}-{rng.randint(1, 12):02d}~",
            "written": "about",
        },
        "place": "도문",
        "authority": None,
        "outcome": None,
    }
    return {
        "format": 1,
        "source": "bench",
        "id": f"B-{number:06d}",
        "names": [
            {"written": hangul, "family": hangul[0], "given": hangul[1:]},
            {"written": f"NAME {number}", "family": None, "given": None},
        ],
        "sex": rng.choice(["f", "m", None]),
        "birth": {"edtf": str(rng.randint(1940, 2000)), "written": "born"},
        "origin": "함경북도 무산군",
        "acts": [act, {**act, "kind": "detention"}],
        "note": "국경에서 헤어졌다. " * rng.randint(0, 6) or None,
        "collector": "Bench",
    }


def plain(folder: Path, reports: list[dict[str, Any]]) -> tuple[float, float, float]:
    """Seconds to insert the rows into SQLite in clear, to read them all, and of the processor."""
    worked, began = time.process_time(), time.perf_counter()
    base = sqlite3.connect(folder / "plain.db", isolation_level=None)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = FULL")
    base.execute(
        "CREATE TABLE report (source TEXT, id TEXT, payload TEXT, consent TEXT,"
        " PRIMARY KEY (source, id)) WITHOUT ROWID"
    )
    consent = json.dumps(CONSENT.to_json())
    base.execute("BEGIN IMMEDIATE")
    base.executemany(
        "INSERT INTO report VALUES (?, ?, ?, ?)",
        (("bench", r["id"], json.dumps(r, ensure_ascii=False), consent) for r in reports),
    )
    base.execute("COMMIT")
    base.close()
    inserted, worked = time.perf_counter() - began, time.process_time() - worked
    began = time.perf_counter()
    base = sqlite3.connect(folder / "plain.db")
    read = [json.loads(text) for (text,) in base.execute("SELECT payload FROM report")]
    base.close()
    assert len(read) == len(reports)
    return inserted, time.perf_counter() - began, worked


def sealed(folder: Path, me: Identity, reports: list[dict[str, Any]]) -> dict[str, float]:
    """Seconds for each step of a case file, and its size."""

    def incoming() -> Iterator[IncomingReport]:
        for row, payload in enumerate(reports, start=2):
            yield IncomingReport(payload["id"], payload, CONSENT, row)

    case = Case.create(folder / "case", me)
    worked = time.process_time()
    marks = [time.perf_counter()]
    case.intake("bench", {"collector": "Bench"}, incoming())
    marks.append(time.perf_counter())
    case.seal_log()
    case.close()
    marks.append(time.perf_counter())
    worked = time.process_time() - worked
    case = Case.open(folder / "case", me)
    marks.append(time.perf_counter())
    read = case.reports(("link", "statistics"), TODAY)
    marks.append(time.perf_counter())
    again = case.intake("bench", {"collector": "Bench"}, incoming())
    marks.append(time.perf_counter())
    found = sum(bool(found_in(one.payload, keys(["철수"]))) for one in case.every_report())
    marks.append(time.perf_counter())
    case.seal_log()
    wrong = case.check()
    marks.append(time.perf_counter())
    case.close()
    assert len(read.reports) == again.unchanged == len(reports)
    assert found
    assert wrong == ()
    names = ("seal", "log", "open", "read", "the same again", "search", "check")
    steps = {name: b - a for name, a, b in zip(names, marks, marks[1:], strict=False)}
    return {**steps, "worked": worked}


def million(folder: Path) -> tuple[float, int]:
    """Seconds to append one entry to a log of a million leaves, and the files that it writes."""
    log = TileLog(folder / "log", 0)
    for start in range(0, 1_000_000, 50_000):
        log.append([number.to_bytes(32) for number in range(start, start + 50_000)])
    began = time.perf_counter()
    mark = time.time()
    log.append([b"one more".ljust(32)])
    spent = time.perf_counter() - began
    touched = [f for f in (folder / "log").rglob("*") if f.is_file() and f.stat().st_mtime >= mark]
    assert log.size == 1_000_001
    return spent, len(touched)


PEAK = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import bench_vault as bench
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
count = int(sys.argv[2])
rng = bench.Random(1)
rows = (
    bench.IncomingReport(f"B-{n:06d}", bench._payload(rng, n), bench.CONSENT, n)
    for n in range(count)
)
with Case.create(Path(sys.argv[3]) / "case", Identity.generate()) as case:
    case.intake("bench", {}, rows)
status = Path("/proc/self/status").read_text()
print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""


def peak(count: int) -> float:
    """Megabytes of memory, at most, while so many reports are sealed as they are read."""
    with tempfile.TemporaryDirectory() as name:
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(Path(__file__).parent), str(count), name],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(done.stdout)


def _size(files: Iterable[Path]) -> float:
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main(count: int = 20_000, rounds: int = 3) -> None:
    """Run the rounds and print a table for the page of figures."""
    reports = payloads(count)
    gc.freeze()  # the garbage collector need not look through our millions of values, for either
    me = Identity.generate()
    clear: list[tuple[float, float, float]] = []
    vault: list[dict[str, float]] = []
    sizes = (0.0, 0.0)
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            clear.append(plain(folder, reports))
            vault.append(sealed(folder, me, reports))
            sizes = (_size([folder / "plain.db"]), _size((folder / "case").rglob("*")))
    step = {name: median(one[name] for one in vault) for name in vault[0]}
    inserted, selected = (median(one[i] for one in clear) for i in (0, 1))
    pairs = list(zip(vault, clear, strict=True))
    by_clock = ", ".join(f"{(one['seal'] + one['log']) / other[0]:.1f}" for one, other in pairs)
    by_work = ", ".join(f"{one['worked'] / other[2]:.1f}" for one, other in pairs)
    print(f"{count} reports, medians of {rounds} rounds, seconds\n")
    print("| | case file | plain SQLite | ratio |\n|---|---:|---:|---:|")
    kept = step["seal"] + step["log"]
    print(f"| take in, log signed | {kept:.2f} | {inserted:.2f} | {kept / inserted:.1f} |")
    print(f"| of which the log | {step['log']:.2f} | | |")
    print(f"| open, the identity unlocked | {step['open']:.3f} | | |")
    print(f"| read all | {step['read']:.2f} | {selected:.2f} | {step['read'] / selected:.1f} |")
    print(f"| take in the same again | {step['the same again']:.2f} | | |")
    print(f"| megabytes on disk | {sizes[1]:.1f} | {sizes[0]:.1f} | {sizes[1] / sizes[0]:.1f} |")
    print(f"| search, all of it read | {step['search']:.2f} | | |")
    print(f"| check, all of it recomputed | {step['check']:.2f} | | |")
    print(f"\nratios of taking in, round by round: {by_clock}; in processor time: {by_work}")
    few, many = peak(count // 10), peak(count)
    print(f"peak memory of taking in: {few:.0f} MB for {count // 10}, {many:.0f} MB for {count}")
    with tempfile.TemporaryDirectory() as name:
        spent, files = million(Path(name))
    print(f"one more entry on a log of a million: {spent * 1000:.1f} ms, {files} files written")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
