"""The fingerprints by which an import knows a report again are made again by `check`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from tests.vault.conftest import BOTH, Maker
from tests.vault.opened import entries_of

from uncounted.errors import UsedWrongly
from uncounted.proof.canonical_json import canonical
from uncounted.vault.case import Case
from uncounted.vault.keys.case_keys import CaseKeys
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports import identifiers
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.replay import version_body

LINK = Consent(frozenset({"link"}))


def test_another_fingerprint_is_noticed(
    case: Case, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a program writes that takes another payload, or another consent, for its hash."""
    real: Callable[[CaseKeys, bytes, bytes], bytes] = CaseKeys.fingerprint
    case.intake("one", {}, [make(0)])
    with monkeypatch.context() as patch:
        patch.setattr(CaseKeys, "fingerprint", lambda keys, said, _: real(keys, said, b"{}"))
        case.intake("one", {}, [make(1)])
        patch.setattr(CaseKeys, "fingerprint", lambda keys, _, consent: real(keys, b"{}", consent))
        case.intake("one", {}, [make(2)])
    wrong = [row.seq for row in case.state().reports.values()][1:]
    case.seal_log()
    expected = [f"the fingerprint of entry {seq} is not that of what was sent" for seq in wrong]
    assert case.check() == tuple(expected)


@pytest.mark.parametrize("kind", ["amendment", "consent"])
def test_a_version_made_here_keeps_that_of_what_was_sent(
    tmp_path: Path, me: Identity, make: Maker, kind: str
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.intake("one", {}, [make(0)])
        (before,) = case.state().reports.values()
    payload = canonical(make(0).payload)
    with entries_of(folder, me) as entries, entries.storage.transaction():
        storage = entries.storage
        seq = storage.size()
        changed = attrs.evolve(before, seq=seq, print=entries.keys.fingerprint(payload, b"{}"))
        entries.append(kind, version_body(changed, before.seq).to_json(), payload)
        storage.set_report(changed, storage.source_number("one"))
    with Case.open(folder, me) as case:
        assert case.check() == (f"the fingerprint of entry {seq} is not that of what was sent",)


def test_what_was_narrowed_changed_rotated_and_taken_back_is_sound(case: Case, make: Maker) -> None:
    case.intake("one", {}, [make(0), make(1), make(2)])
    case.set_consent("one", "R-0", LINK)
    case.amend("one", "R-1", {"note": "amended"})
    changed = [make(n, note="sent anew", consent=BOTH) for n in range(3)]
    outcome = case.intake("one", {}, changed)
    assert (outcome.updated, outcome.consent_kept) == (3, 1)
    again = case.intake("one", {}, [make(n, note="and again") for n in range(3)])
    case.rotate()
    case.undo_import(again.entry)
    assert case.intake("one", {}, changed).unchanged == 3
    case.intake("one", {}, [make(0, note="after all", consent=Consent())])
    case.seal_log()
    assert case.check() == ()


def test_a_source_that_looks_like_another_is_refused() -> None:
    """A withdrawn report would come back under a name with one letter of another alphabet."""
    for other in ("\u0410rea", "Are\u03b1", "A\u200brea", "\uff21rea", "AREA "):
        with pytest.raises(UsedWrongly, match="nearly the same name"):
            identifiers.of_source(other, ["Area"])
    assert identifiers.of_source("Area 2", ["Area"]) == "Area 2"
    assert identifiers.of_source("\uc11c\uc6b8", ["Area"]) == "\uc11c\uc6b8"
