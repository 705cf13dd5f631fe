"""What reading a file costs: 100,000 simulated reports as CSV, XLSX and JSON.

    .venv/bin/python benchmarks/bench_intake.py [rows]

Seconds are of the processor, and megabytes the most that were held at once. Each is read in a
process of its own, first as a table alone and then up to the reports, with
a mapping; half the rows, too, to see whether memory grows with the file. XLSX is written
twice: with its texts in the cells, and with texts that cells share, as Excel does it.
Nobody in the files exists.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

COLUMNS = ("id", "name", "name_alt", "sex", "birth", "origin", "act", "date", "place", "note")
SYLLABLES = "김리박최정강조윤장임한오서신권황안송류홍영철수희순옥미경성남일혜진은주명국"
KINDS = ("csv", "json", "texts.xlsx", "shared.xlsx")
_BOOK = '<workbook xmlns:r="r"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>'
_RELATIONS = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
_STYLES = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Simulated reports; a birth is a day, as a spreadsheet counts them."""
    rng = Random(1)
    for number in range(count):
        yield (
            number,
            "".join(rng.choices(SYLLABLES, k=3)),
            f"NAME {rng.randrange(10**6)}",
            rng.choice(["여", "남", "f", ""]),
            rng.randrange(15_000, 38_000),
            rng.choice(["회령", "혜산", "청진"]),
            rng.choice(["강제북송", "arrest", "被捕"]),
            f"{rng.randint(2008, 2020)}-{rng.randint(1, 12):02d}",
            rng.choice(["도문", "장백", "연길"]),
            f"Told to us in interview {rng.randrange(10**5)}, and again later.",
        )


def write(path: Path, count: int) -> None:
    """Write the reports as the kind of file that the name says."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *(_days(row) for row in rows(count))])
    elif path.suffix == ".json":
        items = [dict(zip(COLUMNS, _days(row), strict=True)) for row in rows(count)]
        path.write_text(json.dumps(items, ensure_ascii=False), encoding="utf-8")
    else:
        _write_xlsx(path, count, shared=path.name.startswith("shared"))


def _days(row: tuple[object, ...]) -> tuple[object, ...]:
    return (*row[:4], f"19{60 + int(str(row[4])) % 40}-0{1 + int(str(row[4])) % 9}-15", *row[5:])


def _write_xlsx(path: Path, count: int, *, shared: bool) -> None:
    texts: dict[str, int] = {}

    def cell(value: object, style: int) -> str:
        if isinstance(value, int):
            return f'<c s="{style}"><v>{value}</v></c>'
        if shared:
            return f'<c t="s"><v>{texts.setdefault(str(value), len(texts))}</v></c>'
        return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", _BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", _RELATIONS)
        archive.writestr("xl/styles.xml", _STYLES)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as out:
            out.write(b"<worksheet><sheetData>")
            for row in (COLUMNS, *rows(count)):
                cells = "".join(cell(value, int(i == 4)) for i, value in enumerate(row))
                out.write(f"<row>{cells}</row>".encode())
            out.write(b"</sheetData></worksheet>")
        body = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f"<sst>{body}</sst>")


def read(path: Path, how: str) -> None:
    """Read one file, and print rows, seconds and the most megabytes that were held."""
    from uncounted.records.intake import rows as intake
    from uncounted.records.intake.mapping import Mapping
    from uncounted.records.tabular import open_table

    before = time.process_time()
    found = 0
    if how == "table":
        found = sum(1 for _ in open_table.open_table(path))
    elif how == "reports":
        mapping = Mapping.default(COLUMNS)
        found = sum(
            isinstance(one, intake.Accepted)
            for one in intake.read_table(open_table.open_table(path), mapping, "A")
        )
    seconds = time.process_time() - before
    # Not getrusage: what it says of a child begins with what the parent held.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    held = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps([found, seconds, held]))


def _measure(path: Path, how: str) -> tuple[int, float, float]:
    done = subprocess.run(
        [sys.executable, __file__, "--read", str(path), how],
        capture_output=True,
        text=True,
        check=True,
    )
    found, seconds, held = json.loads(done.stdout)
    return found, seconds, held


def main(count: int) -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as folder:
        _, _, base = _measure(Path(folder), "nothing")
        print(f"{count:,} reports; a process that reads nothing holds {base:.0f} MB")
        print("| file | MB | table, s | reports, s | held, MB | held for half, MB |")
        print("|---|---:|---:|---:|---:|---:|")
        for kind in KINDS:
            path = Path(folder) / (f"t.{kind}" if "." not in kind else kind)
            write(path, count // 2)
            _, _, half = _measure(path, "reports")
            write(path, count)
            _, table, _ = _measure(path, "table")
            found, reports, held = _measure(path, "reports")
            if found != count:
                raise SystemExit(f"{path.name}: {found:,} of {count:,} reports were read")
            size = path.stat().st_size / 2**20
            print(
                f"| {kind} | {size:.1f} | {table:.1f} | {reports:.1f} | {held:.0f} | {half:.0f} |"
            )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), sys.argv[3])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
