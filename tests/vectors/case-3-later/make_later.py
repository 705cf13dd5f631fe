"""Make this folder's case file: `python make_later.py FOLDER`. Nobody in it exists.

It was run once, at the last commit of schema 3, for what lies here; another run has other keys.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.decisions import ProposedDecision
from uncounted.vault.reports.ingest import IncomingReport

BOTH = Consent(frozenset({"link", "statistics"}))


def _report(source: str, key: str, name: str, **more: object) -> IncomingReport:
    says = {"format": 1, "source": source, "id": key, "names": [{"written": name}], "acts": []}
    return IncomingReport(key, {**says, **more}, BOTH, 2)


def make(folder: Path) -> None:
    """Make `case/`, `identity.json` and `second.json` in a folder."""
    me, other = Identity.generate(), Identity.generate()
    with Case.create(folder / "case", me) as case:
        case.intake(
            "One", {"collector": "A"}, [_report("One", f"O-{n}", "Kim Chol-su") for n in range(300)]
        )
    with Case.open(folder / "case", me) as case:
        relative = {"format": 2, "relative": {"written": "Ri Yong Hui"}, "occupation": "miner"}
        case.intake("Two", {}, [_report("Two", "T-1", "Kim Chol Su", **relative)])
        case.decide([ProposedDecision(2, ("One", "O-1"), ("Two", "T-1"), same=True)])
        case.put("linkage", {"draws": 1}, b"draws", ["link"])
        case.commit_to(b"a table")
        kept = {"blind": "07" * 32, "lists": ["One", "Two"], "table": "0a" * 32, "threshold": 5}
        case.put("release", {"title": "first"}, json.dumps(kept, sort_keys=True).encode())
        case.grant(other.recipient, vkey=other.vkey, name="Office")
    with Case.open(folder / "case", other) as case:
        case.withdraw("One", "O-7")
    (folder / "identity.json").write_bytes(me.unsafe_secret())
    (folder / "second.json").write_bytes(other.unsafe_secret())
    (folder / "case" / "lock").unlink()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
