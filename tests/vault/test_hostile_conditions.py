"""What a member, a full disk, a clock or a keyboard can do to a case file, and what is said of it.

Nobody here exists.
"""

from __future__ import annotations

import datetime
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from tests.vault.opened import entries_of, execute

from uncounted.errors import Damaged, NoSpace, RolledBack, UsedWrongly
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.public_log import PublicLog
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.reports.rejected_rows import RejectedRow
from uncounted.vault.store.database import Storage
from uncounted.vault.store.lock import Lock

TODAY = datetime.date(2026, 11, 24)
BOTH = Consent(frozenset({"link", "statistics"}))


def _incoming(number: int, note: str = "arrested", consent: Consent = BOTH) -> IncomingReport:
    return IncomingReport(
        f"R-{number}", {"names": [{"written": "X"}], "note": note}, consent, number
    )


@pytest.fixture
def folder(tmp_path: Path, me: Identity) -> Path:
    place = tmp_path / "case"
    with Case.create(place, me) as case:
        case.intake("one", {}, [_incoming(1), _incoming(2, "released"), _incoming(3)])
    return place


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Writing the database anew finds no room, for as long as `full(True)` stands."""
    real = Storage.overwrite_deleted
    state = {"full": True}

    def overwrite_deleted(self: Storage) -> None:
        if state["full"]:
            raise NoSpace("the disk is full", hint="nothing was kept")
        real(self)

    monkeypatch.setattr(Storage, "overwrite_deleted", overwrite_deleted)

    def full(is_full: bool) -> None:
        state["full"] = is_full

    return full


def test_a_full_disk_after_a_withdrawal_is_reported_as_it_is(
    folder: Path, me: Identity, full_disk: Callable[[bool], None]
) -> None:
    with Case.open(folder, me) as case:
        with pytest.raises(NoSpace, match=r"it was erased; .* about 1 MB") as caught:
            case.withdraw("one", "R-1")
        assert "nothing was kept" not in str(caught.value.hint)
    with Case.open(folder, me) as case:  # reading works meanwhile
        assert [one.id for one in case.every_report()] == ["R-2", "R-3"]
        assert any("overwritten" in found or "deleted" in found for found in case.check())
    full_disk(False)
    with Case.open(folder, me) as case:
        assert case.check() == ()
    with entries_of(folder, me) as entries:
        assert not entries.storage.must_scrub()


def test_a_full_disk_after_an_import_was_taken_back(
    folder: Path, me: Identity, full_disk: Callable[[bool], None]
) -> None:
    with Case.open(folder, me) as case:
        (number,) = [entry.seq for entry in case.entries() if entry.kind == "import"]
        with pytest.raises(NoSpace, match="it was erased"):
            case.undo_import(number)
        assert list(case.every_report()) == []


def test_an_attachment_does_not_hide_that_something_is_to_be_overwritten(
    folder: Path, me: Identity, tmp_path: Path, full_disk: Callable[[bool], None]
) -> None:
    file = tmp_path / "scan"
    file.write_bytes(b"scan")
    with Case.open(folder, me) as case:
        with pytest.raises(NoSpace, match="it was erased"):
            case.withdraw("one", "R-1")
        case.attach("one", "R-2", [file])
    with entries_of(folder, me) as entries:
        assert entries.storage.must_scrub()
        assert not entries.storage.must_sweep()


def test_a_report_that_a_member_rewrote_in_place_is_noticed_wherever_it_is_read(
    folder: Path, me: Identity
) -> None:
    """Sealed anew, with the body as it was: only the commitment to the payload tells."""
    with entries_of(folder, me) as entries:
        row = entries.storage.entry(1)
        assert row is not None
        assert row.sealed is not None
        plain = entries.keys.unseal(1, b"entry", row.sealed)
        new = entries.keys.seal(1, b"entry", plain.replace(b"arrested", b"executed"))
    sql = "UPDATE entries SET wrapped = ?, content = ? WHERE seq = 1"
    execute(folder, me, sql, rows=[(new.wrapped, new.content)])
    with Case.open(folder, me) as case:
        said = "the bytes kept with entry 1 are not those it commits to"
        with pytest.raises(Damaged, match=said):
            case.history("one", "R-1")
        with pytest.raises(Damaged, match=said):
            case.reports("link", TODAY)
        with pytest.raises(Damaged, match=said):
            list(case.every_report())
        assert said in case.check()


def _destroyed(folder: Path, me: Identity, sql: str) -> tuple[str, ...]:
    execute(folder, me, sql)
    with Case.open(folder, me) as case:
        return case.check()


@pytest.fixture
def rich(folder: Path, me: Identity, tmp_path: Path) -> Path:
    """Of each thing that can be destroyed one: 5 estimate, 6 release, 7 amendment, 8 attachment."""
    file = tmp_path / "scan"
    file.write_bytes(b"scan")
    with Case.open(folder, me) as case:
        case.put("estimate", {"x": 1}, b"draws", uses=["link"])
        case.put("release", {"t": 1}, b"manifest")
        case.amend("one", "R-2", {"note": "second"})
        case.attach("one", "R-3", [file])
        case.commit_to(b"who")
        assert [(entry.seq, entry.kind) for entry in case.entries()][4:] == [
            (4, "import"),
            (5, "estimate"),
            (6, "release"),
            (7, "amendment"),
            (8, "attachment"),
            (9, "commitment"),
        ]
        assert case.check() == ()
    return folder


def test_the_bytes_of_an_artefact_cannot_go_unnoticed(rich: Path, me: Identity) -> None:
    assert _destroyed(rich, me, "DELETE FROM objects") == tuple(
        f"the bytes of entry {seq} were destroyed, and nothing says why" for seq in (5, 6, 9)
    )


def test_without_its_first_entry_a_case_file_is_not_opened(rich: Path, me: Identity) -> None:
    sql = "UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = 0"
    with pytest.raises(Damaged, match="first entry does not say who created the case file"):
        _destroyed(rich, me, sql)


@pytest.mark.parametrize("seq", [2, 4, 5, 6, 7, 8])
def test_no_entry_can_go_unnoticed(rich: Path, me: Identity, seq: int) -> None:
    sql = f"UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = {seq}"
    assert f"entry {seq} was destroyed, and nothing says why" in _destroyed(rich, me, sql)


def test_what_was_forgotten_is_no_damage(rich: Path, me: Identity) -> None:
    with Case.open(rich, me) as case:
        case.withdraw("one", "R-3")
        case.put("estimate", {}, b"draws", uses=["link"])
        assert case.check() == ()
        last = [entry for entry in case.entries() if entry.kind == "withdrawal"][-1]
        stored = case.stored(last.seq)
        assert stored is not None
        assert (stored.body["versions"], stored.body["attachments"]) == ([3], [8])
        case.undo_import(4)
        assert case.check() == ()


def test_a_withdrawal_excuses_nothing_else(rich: Path, me: Identity) -> None:
    with Case.open(rich, me) as case:
        key = case.put("suppression-key", {}, b"made from no report")
        case.withdraw("one", "R-1")
        case.put("estimate", {}, b"new draws", uses=["link"])
        newest = max(entry.seq for entry in case.entries())
    assert _destroyed(rich, me, "DELETE FROM objects") == tuple(
        f"the bytes of entry {seq} were destroyed, and nothing says why"
        for seq in (key.seq, newest)
    )
    attachment = "UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = 8"
    assert "entry 8 was destroyed, and nothing says why" in _destroyed(rich, me, attachment)


def test_bytes_that_were_to_be_forgotten_and_came_back_are_noticed(
    rich: Path, me: Identity
) -> None:
    with entries_of(rich, me) as entries:
        kept = entries.storage.object(5)
    assert kept is not None
    with Case.open(rich, me) as case:
        case.withdraw("one", "R-1")
    with entries_of(rich, me) as entries, entries.storage.transaction():
        entries.storage.add_object(5, kept, derived=True)
    with Case.open(rich, me) as case:
        assert case.check() == ("the bytes of entry 5 should have been forgotten, and are there",)


def test_a_mark_that_would_save_bytes_from_a_withdrawal_is_noticed(
    rich: Path, me: Identity
) -> None:
    assert _destroyed(rich, me, "UPDATE objects SET derived = 0 WHERE seq = 5") == (
        "the bytes of entry 5 are not kept as what the entry says they are",
    )


def test_two_imports_taken_back_out_of_order_leave_nothing_of_either(
    folder: Path, me: Identity
) -> None:
    with Case.open(folder, me) as case:
        second = case.intake("one", {"of": "B"}, [_incoming(1, "B"), _incoming(2, "B")]).entry
        case.undo_import(4)
        assert [one.payload["note"] for one in case.every_report()] == ["B", "B"]
        _, done = case.undo_import(second)
        assert (done.removed, done.restored) == (2, 0)
        assert list(case.every_report()) == []
        assert case.sources() == {}
        assert [case.stored(seq) for seq in (1, 2, 3, 5, 6)] == [None] * 5
        assert case.check() == ()


def test_what_is_known_of_a_source_is_what_its_newest_standing_import_stated(
    folder: Path, me: Identity
) -> None:
    with Case.open(folder, me) as case:
        case.amend("one", "R-1", {"note": "here"})
        second = case.intake("one", {"of": "B"}, [_incoming(2, "B")]).entry
        third = case.intake("one", {"of": "C"}, [_incoming(2, "C")]).entry
        case.undo_import(second)
        case.undo_import(third)
        assert case.sources() == {"one": {}}
        assert [one.payload["note"] for one in case.every_report()] == [
            "here",
            "released",
            "arrested",
        ]
        assert case.check() == ()


JUNE, MAY = datetime.date(2026, 6, 30), datetime.date(2026, 5, 31)


@pytest.mark.parametrize(
    ("here", "sent", "holds"),
    [
        (BOTH, Consent(), Consent()),
        (BOTH, Consent({"link", "share-with-un"}), Consent({"link"})),
        (Consent({"link"}, until=JUNE), BOTH, Consent({"link"}, until=JUNE)),
        (
            Consent({"link"}, until=JUNE),
            Consent({"link"}, until=MAY),
            Consent({"link"}, until=MAY),
        ),
        (Consent({"link"}), Consent({"link"}, "the UN"), Consent({"link"}, "the UN")),
        (Consent({"link"}, "A"), Consent({"link"}, "a "), Consent({"link"}, "A")),
        (Consent({"link"}, "A"), Consent({"link"}, "B"), Consent((), "A")),
        (Consent({"link"}, given_by="mother"), BOTH, Consent({"link"}, given_by="mother")),
    ],
)
def test_a_source_may_narrow_a_consent_that_was_noted_here_and_never_widen_it(
    folder: Path, me: Identity, here: Consent, sent: Consent, holds: Consent
) -> None:
    with Case.open(folder, me) as case:
        case.set_consent("one", "R-1", here)
        done = case.intake("one", {}, [_incoming(1, "said anew", sent)])
        assert done.consent_kept == 1
        (version, *_) = case.history("one", "R-1")
        assert version.consent == holds


def test_a_source_that_takes_a_consent_back_and_gives_it_again(folder: Path, me: Identity) -> None:
    """What was noted here is the limit all the while, not what the source once took back."""
    with Case.open(folder, me) as case:
        case.set_consent("one", "R-1", Consent({"link"}))
        case.intake("one", {}, [_incoming(1, "arrested", Consent())])
        assert case.history("one", "R-1")[0].consent == Consent()
        case.intake("one", {}, [_incoming(1, "arrested", BOTH)])
        assert case.history("one", "R-1")[0].consent == Consent({"link"})


# --- names as keyboards write them ---------------------------------------------------------

WHOLE_SOURCE, WHOLE_ID = "두 번째", "보고-1"
PIECES_SOURCE, PIECES_ID = (unicodedata.normalize("NFD", one) for one in (WHOLE_SOURCE, WHOLE_ID))


@pytest.mark.parametrize("source", [WHOLE_SOURCE, PIECES_SOURCE])
@pytest.mark.parametrize("report_id", [WHOLE_ID, PIECES_ID])
def test_a_withdrawn_report_does_not_come_back_however_it_is_typed(
    case: Case, source: str, report_id: str
) -> None:
    case.intake(PIECES_SOURCE, {}, [IncomingReport(PIECES_ID, {"note": ""}, BOTH, 1)])
    assert set(case.sources()) == {WHOLE_SOURCE}
    case.withdraw(source, report_id)
    for again in (WHOLE_SOURCE, PIECES_SOURCE):
        rows = [IncomingReport(WHOLE_ID, {}, BOTH, 1), IncomingReport(PIECES_ID, {}, BOTH, 2)]
        done = case.intake(again, {}, rows)
        assert done.rejected == 2
        assert done.rejects is not None
        assert case.rejects(done.rejects) == [RejectedRow(row, ("withdrawn",)) for row in (1, 2)]
    assert list(case.every_report()) == []


def test_one_report_however_it_is_typed(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "scan"
    file.write_bytes(b"scan")
    rows = [IncomingReport(WHOLE_ID, {"note": ""}, BOTH, 1), IncomingReport(PIECES_ID, {}, BOTH, 2)]
    done = case.intake(WHOLE_SOURCE, {}, rows)
    assert (done.created, done.rejected) == (1, 1)
    case.amend(PIECES_SOURCE, PIECES_ID, {"note": "anew"})
    case.set_consent(PIECES_SOURCE, PIECES_ID, Consent({"link"}))
    case.attach(PIECES_SOURCE, PIECES_ID, [file])
    assert len(case.history(PIECES_SOURCE, PIECES_ID)) == 3
    assert [one.source for one in case.attachments(PIECES_SOURCE, PIECES_ID)] == [WHOLE_SOURCE]
    assert case.intake(PIECES_SOURCE, {}, [IncomingReport(PIECES_ID, {}, BOTH, 1)]).updated == 1
    assert case.replay() == case.state()
    assert case.check() == ()


@pytest.mark.parametrize("almost", ["gather one", "Gather  One", "Ｇather One"])
def test_a_source_with_almost_the_name_of_another_is_refused(case: Case, almost: str) -> None:
    case.intake("Gather One", {}, [_incoming(1)])
    with pytest.raises(UsedWrongly, match="a source with nearly the same name"):
        case.intake(almost, {}, [_incoming(1)])
    assert set(case.sources()) == {"Gather One"}


def test_a_report_that_an_older_version_kept_in_pieces_is_still_found(
    tmp_path: Path, me: Identity
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.intake("one", {}, [IncomingReport("x", {"note": ""}, BOTH, 1)])
    execute(folder, me, "UPDATE reports SET id = ?", rows=[(PIECES_ID,)])
    with Case.open(folder, me) as case:
        assert case.intake("one", {}, [IncomingReport(WHOLE_ID, {}, BOTH, 1)]).updated == 1


def test_reports_that_allow_no_use_are_counted_where_they_were_taken_in(case: Case) -> None:
    nothing = Consent()
    rows = [_incoming(1), _incoming(2, consent=nothing)]
    assert case.intake("one", {}, rows).without_consent == 1
    again = case.intake(
        "one", {}, [*rows, _incoming(2, consent=nothing), _incoming(3, consent=nothing)]
    )
    assert (again.unchanged, again.rejected, again.without_consent) == (2, 1, 1)


# --- clocks, strangers, a lost log ---------------------------------------------------------


def _clock(*day: int) -> Callable[[], datetime.datetime]:
    return lambda: datetime.datetime(*day, 12, tzinfo=datetime.UTC)  # type: ignore[misc,arg-type]


def test_a_clock_set_back_brings_no_consent_back(tmp_path: Path, me: Identity) -> None:
    until_june = Consent({"link"}, until=JUNE)
    with Case.create(tmp_path / "case", me, clock=_clock(2026, 11, 24)) as case:
        case.intake("one", {}, [_incoming(1, consent=until_june), _incoming(2)])
    with Case.open(tmp_path / "case", me, clock=_clock(2026, 6, 1)) as case:
        chosen = case.reports("link", datetime.date(2026, 6, 1))
        assert [one.id for one in chosen.reports] == ["R-2"]
        assert chosen.left_out == {"consent ended": 1}
        case.put("release", {})
        assert len(case.reports("link", datetime.date(2026, 6, 1)).reports) == 1
        assert case.check() == ()
        assert len(case.doubtful_times()) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("export.csv", "the folder holds 1 that are none of the case file's: they are not sealed"),
        ("log/names.txt", "log/ holds 1 that are none of the log's: they are not sealed"),
        ("log/tile/0/names.txt", "log/ holds 1 that are none of the log's: they are not sealed"),
        ("log/tile/9/000", "log/ holds 1 that are none of the log's: they are not sealed"),
        ("log/tile/0/099", "log/ holds 1 that are none of the log's: they are not sealed"),
        ("log/tile/0/x000/000", "log/ holds 1 that are none of the log's: they are not sealed"),
        ("log/tile/00/000", "log/ holds 1 that are none of the log's: they are not sealed"),
        ("log/tile/entries/099", "log/ holds 1 that are none of the log's: they are not sealed"),
    ],
)
def test_a_file_that_is_none_of_ours_is_reported_without_its_name(
    folder: Path, me: Identity, name: str, said: str
) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("X", encoding="utf-8")
    with Case.open(folder, me) as case:
        assert case.check() == (said,)


@pytest.mark.parametrize(
    ("name", "mode", "said"),
    [
        ("members", 0o705, "members can be read by others than its owner"),
        ("members", 0o720, "members can be written to by others than its owner"),
        ("lock", 0o622, "lock can be written to by others than its owner"),
        ("log", 0o777, "log/ can be written to by everybody"),
        ("log/checkpoint", 0o666, "log/ can be written to by everybody"),
    ],
)
def test_who_else_may_write_is_reported(
    folder: Path, me: Identity, name: str, mode: int, said: str
) -> None:
    (folder / name).chmod(mode)
    with Case.open(folder, me) as case:
        assert case.check() == (said,)


@pytest.mark.parametrize("name", ["log/tile/0/.000.0123abcd.tmp", ".case.json.0123abcd"])
def test_what_a_crash_left_goes_at_the_next_opening(folder: Path, me: Identity, name: str) -> None:
    left = folder / name
    left.write_bytes(b"half of it")
    with Case.open(folder, me) as case:
        assert not left.exists()
        assert case.check() == ()


def test_without_its_log_a_case_file_is_refused_and_can_still_be_read(
    folder: Path, me: Identity
) -> None:
    shutil.rmtree(folder / "log")
    with pytest.raises(RolledBack, match="the log of the case file is missing") as caught:
        Case.open(folder, me)
    assert "--without-log" in str(caught.value.hint)
    with Case.open(folder, me, without_log=True) as case:
        assert len(list(case.every_report())) == 3
        assert case.check()[0] == "the log was not looked at"
        with pytest.raises(UsedWrongly, match="open for reading only"):
            case.amend("one", "R-1", {})
    assert not (folder / "log").exists()


def test_a_disk_so_full_that_the_log_cannot_be_written_either_keeps_no_one_from_reading(
    folder: Path, me: Identity, full_disk: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Case.open(folder, me) as case, pytest.raises(NoSpace, match="it was erased"):
        case.withdraw("one", "R-1")
    real = PublicLog.seal

    def no_room(self: PublicLog, identity: Identity) -> None:
        raise NoSpace("the disk is full", hint="free some space")

    with Case.open(folder, me) as case:
        monkeypatch.setattr(PublicLog, "seal", no_room)
        case.put("release", {})
    with Case.open(folder, me) as case:
        assert len(list(case.every_report())) == 2
    full_disk(False)
    with pytest.raises(NoSpace, match="the disk is full"):
        Case.open(folder, me)
    monkeypatch.setattr(PublicLog, "seal", real)
    with Case.open(folder, me) as case:
        assert case.check() == ()


@pytest.mark.parametrize(
    "name",
    [
        "lock",
        "case.db",
        "case.db-wal",
        "members",
        "attachments",
        "log",
        "log/tile",
        "log/timestamps",
    ],
)
def test_nothing_is_written_or_deleted_through_a_link(
    folder: Path, me: Identity, tmp_path: Path, name: str
) -> None:
    """Whoever may write to the folder would have a reader's own files overwritten, or deleted."""
    elsewhere, part = tmp_path / "elsewhere", folder / name
    if part.exists():
        part.rename(elsewhere)
    else:
        elsewhere.mkdir()
    before = {path: path.read_bytes() for path in elsewhere.rglob("*") if path.is_file()}
    before |= {elsewhere: elsewhere.read_bytes()} if elsewhere.is_file() else {}
    part.symlink_to(elsewhere)
    with pytest.raises(Damaged, match=f"{name} is a symbolic link"):
        Case.open(folder, me)
    assert {path: path.read_bytes() for path in before} == before
    part.unlink()
    if elsewhere.is_file() or any(elsewhere.iterdir()):
        elsewhere.rename(part)
    with Case.open(folder, me) as case:
        assert case.check() == ()


def test_a_lock_that_becomes_a_link_meanwhile_empties_no_file(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    (folder / "lock").unlink()
    (folder / "lock").symlink_to(target)
    with pytest.raises(UsedWrongly):
        Lock(folder / "lock")
    assert target.read_text() == "mine"


def test_a_report_whose_key_was_destroyed_in_place_is_reported(folder: Path, me: Identity) -> None:
    with entries_of(folder, me) as entries:
        (row,) = (row for row in entries.storage.reports() if row.id == "R-2")
        with entries.storage.transaction():
            entries.storage.forget_entry(row.seq)
    with Case.open(folder, me) as case:
        with pytest.raises(Damaged, match="not what the entries say: nothing was linked"):
            case.reports("link", TODAY)
        with pytest.raises(Damaged, match=f"entry {row.seq} was destroyed, but its report"):
            list(case.every_report())
        assert f"entry {row.seq} was destroyed, and nothing says why" in case.check()


def test_too_little_memory_to_write_the_database_anew_keeps_no_one_out(
    folder: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a whole database goes through memory, which `temp_store` says."""

    class Little:
        def __init__(self, database: object) -> None:
            self._database = database

        def execute(self, sql: str, *values: object) -> object:
            if sql == "VACUUM":
                raise MemoryError
            return self._database.execute(sql, *values)  # type: ignore[attr-defined]

        def __getattr__(self, name: str) -> object:
            return getattr(self._database, name)

    real = sqlcipher.connect
    with monkeypatch.context() as patch:
        patch.setattr(sqlcipher, "connect", lambda *args, **named: Little(real(*args, **named)))
        case = Case.open(folder, me)
    with pytest.raises(NoSpace, match="it was erased"):
        case.withdraw("one", "R-2")
    case.close()
    with Case.open(folder, me) as again:
        assert again.check() == ()
    with entries_of(folder, me) as entries:
        assert not entries.storage.must_scrub()
