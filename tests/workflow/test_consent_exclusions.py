"""Each command that uses reports asks for consent, and says how many it left out and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.light_identity import sealed_lightly
from tests.workflow.test_crash_recovery import LISTS, PASSPHRASE, PLAN, RETURNS, ROWS

from uncounted.cli.main import run
from uncounted.records.report import Report
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent


@pytest.mark.sampler
@pytest.mark.usefixtures("one_alternative")
def test_how_many_and_why_but_never_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    me, folder = Identity.generate(), tmp_path / "a.case"
    (tmp_path / "home").mkdir()
    sealed = sealed_lightly(me.unsafe_secret(), PASSPHRASE)
    (tmp_path / "home" / "identity.age").write_bytes(sealed)
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    monkeypatch.setenv("UNCOUNTED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", PASSPHRASE)
    assert run(["init", str(folder)]) == 0
    for name in ("Saebyok", "TumenWatch", "Panel"):
        lines = (RETURNS / f"{name}.csv").read_bytes().decode(LISTS[name]).split("\n")
        some = tmp_path / f"{name}.csv"
        some.write_bytes("\n".join(lines[: ROWS + 1]).encode(LISTS[name]))
        mapping = str(RETURNS / f"{name}.toml")
        assert run(["import", str(folder), str(some), "--source", name, "--mapping", mapping]) == 0
    with Case.open(folder, me) as case:
        both = Consent(frozenset({"link", "statistics"}))
        reports = list(case.every_report())
        keys = [(each.source, each.id) for each in reports]
        for key in keys:
            case.set_consent(*key, both)
        for number, (source, id_) in enumerate(keys[-5:]):
            uses = frozenset({"link"} if number < 2 else {"statistics"})
            case.set_consent(source, id_, Consent(uses))
    capsys.readouterr()

    def printed_by(*arguments: str) -> str:
        assert run([arguments[0], str(folder), *arguments[1:]]) == 0
        told = capsys.readouterr()
        assert not any(id_ in told.err + told.out for _, id_ in keys[-5:])
        return " ".join((told.out + told.err).split())

    words = "3 reports (no consent for link), 2 reports (no consent for statistics)"
    assert f"excluded {words}" in printed_by("link", "--draws", "10")
    for command in (
        ("overlap", "--out", str(tmp_path / "table.csv")),
        ("estimate", "--lists", "Saebyok,TumenWatch,Panel"),
        ("release", "--plan", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "out")),
    ):
        assert words in printed_by(*command), command
    refused = next(each.payload for each in reports if (each.source, each.id) == keys[-1])
    name = Report.from_payload(refused).names[0].written
    for before, after in (
        ('title = "made up"', f'title = "In memory of {name}"'),
        ("[lists.Panel]", f'[lists.Panel]\nlabel = "List of {name}"'),
        ("[population]", f'audience = "family of {name}"\n[population]'),
    ):
        (tmp_path / "named.toml").write_text(PLAN.replace(before, after), encoding="utf-8")
        plan = ["--plan", str(tmp_path / "named.toml"), "--out", str(tmp_path / "named")]
        assert run(["release", str(folder), *plan]) == 1
        err = capsys.readouterr().err
        assert "a text of the release holds the name of a documented person" in err
        assert name not in err
