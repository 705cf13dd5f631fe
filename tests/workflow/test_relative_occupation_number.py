"""A relative, an occupation and a number tell reports apart in the case file, and go no further.

Nothing that is written, said or released on the road to a number has a word of them.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import attrs
import pypdf
import pytest
from tests.light_identity import sealed_lightly
from tests.records.read_file import read_file
from tests.workflow.test_crash_recovery import LISTS, PASSPHRASE, PLAN, RETURNS, ROWS

from uncounted.cli.main import run
from uncounted.proof.signed_note import fingerprint
from uncounted.records.intake import rows as intake
from uncounted.records.intake.mapping import Mapping
from uncounted.records.names.name import Name
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport

SECRETS = ("비밀", "SECRET-WORK", "SECRET-NR")
BOTH = Consent(frozenset({"link", "statistics"}))


def _persons() -> dict[tuple[str, str], str]:
    with (RETURNS / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {(row["source"], row["id"]): row["person"] for row in csv.DictReader(file)}


def _reports(source: str, folder: Path) -> list[Report]:
    """The first reports of a list of the example, each with the three as they would be."""
    lines = (RETURNS / f"{source}.csv").read_bytes().decode(LISTS[source]).split("\n")
    some = folder / f"{source}.csv"
    some.write_bytes("\n".join(lines[: ROWS + 1]).encode(LISTS[source]))
    persons = _persons()
    name, work, number = SECRETS
    return [
        attrs.evolve(
            row.report,
            relative=Name(f"{name} {persons[source, row.report.id]}"),
            occupation=work,
            number=f"{number}-{persons[source, row.report.id]}",
        )
        for row in read_file(some, Mapping.parse(RETURNS / f"{source}.toml"), source)
        if isinstance(row, intake.Accepted)
    ]


def _texts(file: Path) -> list[str]:
    data = file.read_bytes()
    texts = [data.decode(encoding, errors="replace") for encoding in ("utf-8", "utf-16-le")]
    if file.suffix == ".pdf":
        reader = pypdf.PdfReader(io.BytesIO(data))
        texts += [*(page.extract_text() for page in reader.pages), str(reader.metadata)]
    return texts


@pytest.mark.sampler
@pytest.mark.usefixtures("one_alternative")
def test_they_are_in_no_file_that_is_written_and_no_line_that_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    me, folder, out = Identity.generate(), tmp_path / "a.case", tmp_path / "out"
    for made in (out, tmp_path / "home"):
        made.mkdir()
    sealed = sealed_lightly(me.unsafe_secret(), PASSPHRASE)
    (tmp_path / "home" / "identity.age").write_bytes(sealed)
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    monkeypatch.setenv("UNCOUNTED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("UNCOUNTED_TRUST", fingerprint(me.vkey))
    with Case.create(folder, me) as case:
        for source in ("Saebyok", "TumenWatch", "Panel"):
            reports = enumerate(_reports(source, tmp_path), 2)
            case.intake(
                source,
                {},
                [IncomingReport(one.id, one.to_payload(), BOTH, row) for row, one in reports],
            )
        assert sum(each.payload["format"] == 2 for each in case.every_report()) == 3 * ROWS
    for command in (
        ("link", "--draws", "10"),
        ("clusters", "--out", str(out / "clusters.csv")),
        ("overlap", "--by", "sex,year,origin", "--out", str(out / "overlap.csv")),
        ("review", "--next", "5", "--out", str(out / "pairs.csv")),
        ("estimate", "--lists", "Saebyok,TumenWatch,Panel", "--pictures", str(out / "pictures")),
        ("release", "--plan", str(tmp_path / "plan.toml"), "--out", str(out / "release")),
        ("check",),
    ):
        assert run([command[0], str(folder), *command[1:]]) == 0, command
    for split in ("relative", "occupation", "number"):
        assert run(["overlap", str(folder), "--by", split, "--out", str(out / "x.csv")]) == 2
    told = capsys.readouterr()
    written = [file for place in (out, folder) for file in place.rglob("*") if file.is_file()]
    assert {"clusters.csv", "report.html", "report.pdf", "table.csv", "case.db"} <= {
        file.name for file in written
    }
    texts = [told.out, told.err, *(text for file in written for text in _texts(file))]
    for secret in SECRETS:
        assert not any(secret in text for text in texts), secret
