"""Make this folder's case file: `python make.py FOLDER`. Nobody in it exists.

It was run once, for what lies here; another run has other keys. It goes through every kind of
entry that is not forgotten by what follows, and through what forgets.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.ingest import IncomingReport

BOTH = Consent(frozenset({"link", "statistics"}))
UNTIL = Consent(frozenset({"link"}), "courts", datetime.date(2030, 1, 31), "her mother")


def _report(source: str, key: str, name: str, consent: Consent = BOTH) -> IncomingReport:
    says = {"format": 1, "source": source, "id": key, "names": [{"written": name}], "acts": []}
    return IncomingReport(key, says, consent, 2)


def make(folder: Path) -> None:
    """Make `case/` and `identity.json` in a folder."""
    me, other = Identity.generate(), Identity.generate()
    scan = folder / "scan.txt"
    scan.write_text("a scan that was never made\n")
    with Case.create(folder / "case", me) as case:
        case.intake("\uc11c\uc6b8", {"collector": "A", "covers": None}, [
            _report("\uc11c\uc6b8", "S-1", "\uae40\ucca0\uc218"),
            _report("\uc11c\uc6b8", "S-2", "\ub9ac\uc601\ud76c", UNTIL),
            _report("\uc11c\uc6b8", "S-3", "\ubc15\uc21c\uc774"),
        ])  # fmt: skip
        case.intake("Border", {"collector": None, "covers": None}, [
            _report("Border", "7", "Kim Chol-su"),
            _report("Border", "8", "Ri Yong Hui"),
        ])  # fmt: skip
        case.decide([
            ProposedDecision(
                2, ("\uc11c\uc6b8", "S-1"), ("Border", "7"), same=True, note="\uc804\ud654"
            ),
            ProposedDecision(3, ("\uc11c\uc6b8", "S-2"), ("Border", "8"), same=True),
            ProposedDecision(
                4, ("\uc11c\uc6b8", "S-3"), ("Border", "8"), same=False, note="by age"
            ),
            ProposedDecision(5, ("\uc11c\uc6b8", "S-1"), ("\uc11c\uc6b8", "S-2"), same=False),
        ])  # fmt: skip
        changed = case.decide(
            [ProposedDecision(2, ("\uc11c\uc6b8", "S-2"), ("Border", "8"), same=False)]
        )
        assert changed.entry is not None
        case.undo_decision(changed.entry)
        says = _report("Border", "7", "Kim Chol Su").payload
        case.amend("Border", "7", {**says, "note": "amended"})
        case.set_consent("Border", "8", UNTIL)
        case.attach("\uc11c\uc6b8", "S-1", [scan])
        case.attach("\uc11c\uc6b8", "S-3", [scan])
        case.put("linkage", {"draws": 1}, b"draws", ["link"])
        case.commit_to(b"a table")
        case.withdraw("\uc11c\uc6b8", "S-3")
        wrong = case.intake("Border", {"collector": "B", "covers": None}, [
            _report("Border", "7", "Kim Chol-su, changed"), _report("Border", "9", "Pak Il"),
        ])  # fmt: skip
        case.undo_import(wrong.entry)
        case.put("release", {"title": "first"}, b"manifest")
        case.grant(other.recipient, vkey=other.vkey, name="Office")
        case.rotate()
        case.put("linkage", {"draws": 2}, b"draws again", ["link"])
    scan.unlink()
    (folder / "identity.json").write_bytes(me.unsafe_secret())
    (folder / "case" / "lock").unlink()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
