"""Tables that are not what the entries say are refused before anything is made of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.vault.opened import entries_of, execute

from uncounted.errors import Damaged
from uncounted.proof.canonical_json import canonical
from uncounted.proof.commitment import commit, new_salt
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import public_body
from uncounted.vault.reports.consent import Consent
from uncounted.workflow import link as workflow
from uncounted.workflow.captures import write_overlap
from uncounted.workflow.estimate import EstimateRequest, estimate_case
from uncounted.workflow.evaluate import EvaluationRequest, evaluate
from uncounted.workflow.release import release
from uncounted.workflow.review import review

PLAN = """title = "A"
[population]
who = "people"
where = "somewhere"
when = "2017"
"""
DAY = datetime.date(2030, 1, 1)
CHANGED = {
    "a consent": """UPDATE reports SET consent = replace(consent, '"link"', '"link","statistics"')
                    WHERE id = 'R-1'""",
    "the version before a consent": "UPDATE reports SET seq = first, consent = "
    "(SELECT consent FROM reports WHERE id = 'R-2') WHERE id = 'R-1'",
    "a list": "UPDATE sources SET about = '{}'",
    "a report that is gone": "DELETE FROM reports WHERE id = 'R-3'",
    "a leaf": "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE seq = 2) WHERE seq = 3",
}


MADE: tuple[Callable[[Case, Path], object], ...] = (
    lambda case, _: workflow.link(case, on=DAY),
    lambda case, out: workflow.clusters(case, out / "out.csv", on=DAY),
    lambda case, out: write_overlap(case, out / "out.csv", on=DAY),
    lambda case, _: estimate_case(case, EstimateRequest(), on=DAY),
    lambda case, _: evaluate(case, EvaluationRequest(), on=DAY),
    lambda case, _: review(case, on=DAY),
    lambda case, out: release(case, out / "plan.toml", out / "out", on=DAY),
)


@pytest.mark.parametrize("what", CHANGED)
def test_a_table_that_a_member_changed_is_refused_before_anything_is_made_of_it(
    what: str, filled: Path, me: Identity, tmp_path: Path
) -> None:
    with Case.open(filled, me) as case:
        case.set_consent("one", "R-1", Consent(frozenset({"link"})))
        case.compare_tables()
    execute(filled, me, CHANGED[what])
    (tmp_path / "plan.toml").write_text(PLAN)
    with Case.open(filled, me) as case:
        with pytest.raises(Damaged):
            case.reports("link", DAY)
        for each in MADE:
            with pytest.raises(
                Damaged, match=r"nothing was linked, counted or published|its commitment"
            ):
                each(case, tmp_path)


def test_an_entry_that_was_sealed_anew_with_another_consent_is_refused(
    filled: Path, me: Identity
) -> None:
    """Entry, leaf and table fit each other, and no more the log."""
    allowed = Consent(frozenset({"link", "statistics"})).to_json()
    with Case.open(filled, me) as case:
        case.set_consent("one", "R-1", Consent())
        case.seal_log()
        case.compare_tables()
    with entries_of(filled, me) as entries:
        row = entries.storage.report("one", "R-1")
        assert row is not None
        opened = entries.at(row.seq)
        assert opened is not None
        assert opened.payload is not None
        body = {**opened.body, "consent": allowed}
        salt = opened.salt
        payload_salt = new_salt()
        body["payload"] = commit(opened.payload, payload_salt).hex()
        content = canonical(body)
        plain = salt + len(content).to_bytes(4) + content + payload_salt + opened.payload
        sealed = entries.keys.seal(row.seq, b"entry", plain)
        leaf = commit(canonical(public_body(opened.entry, body)), salt)
    forged = [(leaf, sealed.wrapped, sealed.content, row.seq)]
    execute(
        filled,
        me,
        "UPDATE entries SET leaf = ?, wrapped = ?, content = ? WHERE seq = ?",
        rows=forged,
    )
    said = [(canonical(allowed).decode(),)]
    execute(filled, me, "UPDATE reports SET consent = ? WHERE id = 'R-1'", rows=said)
    with Case.open(filled, me) as case:
        assert case.replay() == case.state()
        with pytest.raises(Damaged, match="are not what the entries say"):
            case.compare_tables()
