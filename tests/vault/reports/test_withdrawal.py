"""After a withdrawal, every page of the database is decrypted by hand and searched.

This reads SQLCipher's file as docs/spec/case.md says, with AES alone: free pages and
slack bytes included, which SQL would never show.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.vault.opened import entries_of

from uncounted.vault.case import Case
from uncounted.vault.keys import grants
from uncounted.vault.keys.case_keys import CaseKeys
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.ingest import IncomingReport

Maker = Callable[..., IncomingReport]
Many = Callable[..., Iterable[IncomingReport]]
PAGE, RESERVE, SALT = 4096, 80, 16  # a page ends with its IV (16) and HMAC-SHA512 (64)


def _pages_in_clear(folder: Path, me: Identity) -> bytes:
    (grant,) = grants.grants(folder, me)
    key = CaseKeys(grant.case_id, grant.case_key).database
    content = (folder / "case.db").read_bytes()
    clear = bytearray()
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        sealed = page[SALT if start == 0 else 0 : PAGE - RESERVE]
        vector = page[PAGE - RESERVE : PAGE - RESERVE + 16]
        opened = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        clear += opened.update(sealed) + opened.finalize()
    return bytes(clear)


def test_no_page_remembers_a_withdrawn_report(
    tmp_path: Path, me: Identity, make: Maker, many: Many
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.intake("one", {}, many(400, start=1000))
        case.intake("one", {}, [make(1234567), make(7654321)])
        case.intake("one", {}, [make(1234567, note="long " * 3000)])  # spills over several pages
        case.put("linkage", {"draws": 1}, b"draws of R-1234567", ["link"])
    with entries_of(folder, me) as entries:
        rows = [row for row in entries.storage.entries() if row.kind == "report"]
        secrets = [b"R-1234567"]  # long enough never to stand by chance among sealed bytes
        withdrawn = [entries.open(row) for row in rows]
        for row, opened in zip(rows, withdrawn, strict=True):
            if opened is not None and opened.body["id"] == "R-1234567":
                assert row.sealed is not None
                secrets += [row.sealed.wrapped, row.sealed.content[:200], row.sealed.content[-200:]]
                secrets.append(bytes.fromhex(opened.body["print"]))
        (linkage,) = (row for row in entries.storage.entries() if row.kind == "linkage")
        draws = entries.storage.object(linkage.seq)
        assert draws is not None
        secrets += [draws.wrapped, draws.content]

    before = _pages_in_clear(folder, me)
    assert before.count(b"CREATE TABLE entries") == 1, "the pages were decrypted"
    # Two versions: two wrapped keys, two contents, one current fingerprint, the id, the draws.
    assert sum(secret in before for secret in secrets) >= 8

    with Case.open(folder, me) as case:
        case.withdraw("one", "R-1234567")
    after = _pages_in_clear(folder, me)
    assert [secret for secret in secrets if secret in after] == []
    assert not (folder / "case.db-wal").exists()
    with Case.open(folder, me) as case:
        assert case.check() == ()
        assert len(case.reports("link", datetime.date(2026, 11, 24)).reports) == 401


def test_what_was_kept_of_a_release_goes_with_a_report_that_was_in_it(
    tmp_path: Path, me: Identity, many: Many
) -> None:
    """A MAC of its counts would tell the capture history of the person to one who tries some."""
    mac = b"the MAC of the counts of a release"
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        imported = case.intake("one", {}, many(3))
        case.put("release", {"title": "first"}, mac)
        case.put("suppression-key", {}, b"k" * 32)
        case.withdraw("one", "R-1")
        for kind, kept in (("release", None), ("suppression-key", b"k" * 32)):
            found = case.latest(kind)
            assert found is not None
            assert found.payload == kept
        assert case.check() == ()
        case.put("release", {"title": "second"}, mac)
        case.undo_import(imported.entry)
        assert (found := case.latest("release")) is not None
        assert found.payload is None
        assert case.check() == ()
    with entries_of(folder, me) as entries:
        assert [entries.storage.object(seq) for seq in (5, 8)] == [None, None]
