"""A forged case file in the place of a known one is refused before anything is sealed.

The leaves of the log are public. The forgers here copy them, so that the log, what a home saw of
it and the name of the creator all agree, and put a database of their own beside it.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.vault.opened import entries_of, execute

from uncounted.errors import Damaged, NoAccess, RolledBack, Swapped
from uncounted.proof.merkle import Frontier, leaf_hash
from uncounted.proof.tiles import TileLog
from uncounted.vault.access import known_cases, unlock
from uncounted.vault.access.known_cases import Introduction, KnownCases, MembersChanged
from uncounted.vault.case import Case
from uncounted.vault.keys import grants, succession
from uncounted.vault.keys.case_keys import CaseKeys
from uncounted.vault.keys.grants import Member
from uncounted.vault.keys.identity import Identity
from uncounted.vault.log.entries import Entries
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.store.database import Storage
from uncounted.vault.store.rows import HolderRow

Many = Callable[..., Iterable[IncomingReport]]


@attrs.define
class Asked:
    """Says yes to everything, and keeps what it was shown."""

    shown: list[Introduction] = attrs.field(factory=list)
    changes: list[MembersChanged] = attrs.field(factory=list)

    def unknown(self, case: Introduction) -> bool:
        self.shown.append(case)
        return True

    def changed(self, members: MembersChanged) -> None:
        self.changes.append(members)


@pytest.fixture
def mine(tmp_path: Path, me: Identity) -> Identity:
    return attrs.evolve(me, home=tmp_path / "home")


@pytest.fixture
def attacker() -> Identity:
    return Identity.generate()


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}


def _home(identity: Identity) -> Path:
    assert identity.home is not None
    return identity.home


def _forget(identity: Identity, folder: Path) -> None:
    """Make of what the home remembers what an earlier version kept."""
    known = KnownCases(identity)
    kept = known.get(Case.id_of(folder))
    assert kept is not None
    known._write(Case.id_of(folder), attrs.evolve(kept, authors=(), key=None, unsigned=None))


def _published(leaves: Iterable[bytes]) -> bytes:
    edge = Frontier()
    for leaf in leaves:
        edge = edge.append(leaf_hash(leaf))
    return json.dumps({"peaks": [p.hex() for p in edge.peaks], "size": edge.size}).encode()


def _leaves(folder: Path) -> list[bytes]:
    log = TileLog(folder / "log")
    return [log.entry(number) for number in range(log.size)]


def _replace(folder: Path, database: Path, files: dict[str, bytes]) -> None:
    for path in folder.glob("case.db*"):
        path.unlink()
    for path in (folder / "members").iterdir():
        path.unlink()
    database.rename(folder / "case.db")
    for name, content in files.items():
        (folder / "members" / name).write_bytes(content)
        (folder / "members" / name).chmod(0o600)


def _outsider(folder: Path, victim: Identity, attacker: Identity, *, epoch: int = 1) -> CaseKeys:
    """Put a database of the attacker's in the place of a case file's, with its public leaves."""
    case_id, leaves = Case.id_of(folder), _leaves(folder)
    keys = CaseKeys(case_id, secrets.token_bytes(32))
    made = folder.parent / "forged.db"
    storage = Storage.create(made, keys.database)
    sealed = grants.seal(case_id, keys.unsafe_case_key(), victim.recipient, attacker, epoch)
    with storage.transaction():
        storage.set_meta("case", case_id.encode())
        storage.set_meta("epoch", str(epoch).encode())
        storage.set_author(victim.recipient, victim.vkey)
        storage.set_author(attacker.recipient, attacker.vkey)
        storage.set_holder(HolderRow(victim.recipient, victim.vkey, None, 0, sealed))
        for number, leaf in enumerate(leaves):
            kind = "report" if number else "create"
            storage._run(
                "INSERT INTO entries VALUES (?, ?, '2026-11-30T00:00:00Z', 1, ?, NULL, NULL)",
                (number, kind, leaf),
            )
        storage.set_meta("published", _published(leaves))
    storage.close()
    _replace(folder, made, {grants.file_name(victim.recipient, epoch): sealed})
    return keys


@pytest.mark.parametrize("epoch", [1, 2])
def test_an_outsider_who_copied_the_public_leaves_is_refused(
    tmp_path: Path, mine: Identity, attacker: Identity, many: Many, epoch: int
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(5))
    _outsider(folder, mine, attacker, epoch=epoch)
    before, asked = _bytes(folder), Asked()
    with pytest.raises(Swapped, match="it was not opened") as caught:
        Case.open(folder, mine, meeting=asked)
    assert "restore yours from a copy" in str(caught.value.hint)
    assert _bytes(folder) == before
    assert asked == Asked()


def test_an_outsider_is_refused_where_an_earlier_version_kept_no_key(
    tmp_path: Path, mine: Identity, attacker: Identity, many: Many
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(5))
    _forget(mine, folder)
    _outsider(folder, mine, attacker)
    with pytest.raises(Swapped, match="not a member's when you last opened"):
        Case.open(folder, mine, meeting=Asked())


def test_an_outsider_is_refused_where_the_home_keeps_nothing(
    tmp_path: Path, me: Identity, mine: Identity, attacker: Identity, many: Many
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(5))
    shutil.rmtree(_home(mine) / known_cases.FOLDER)
    _outsider(folder, mine, attacker)
    for identity in (me, mine):  # without a home, and with one that saw the log
        with pytest.raises(Damaged, match="does not say who created the case file"):
            Case.open(folder, identity, meeting=Asked())


@pytest.mark.parametrize("record", ["none", "without a key"])
def test_entries_of_ones_own_under_the_peaks_of_the_true_log_are_refused(
    tmp_path: Path, mine: Identity, attacker: Identity, many: Many, record: str
) -> None:
    """The database keeps the right edge of the tree, which anyone can copy from the log."""
    folder, own = tmp_path / "case", tmp_path / "own"
    with Case.create(folder, mine) as case:
        case.grant(attacker.recipient, vkey=attacker.vkey)
        case.revoke(attacker.recipient)
    if record == "none":
        shutil.rmtree(_home(mine) / known_cases.FOLDER)
    else:
        _forget(mine, folder)
    case_id, leaves = Case.id_of(folder), _leaves(folder)
    giver = attacker if record == "none" else mine
    own.mkdir()
    unlocked = unlock.first(own, case_id, attrs.evolve(attacker, home=None))
    storage, keys = unlocked.storage, unlocked.keys
    with storage.transaction():
        entries = Entries(storage, keys, 1, attacker.signer)
        me_again = {"recipient": attacker.recipient, "vkey": attacker.vkey, "name": None}
        entries.append("create", {"case": case_id, "member": me_again})
        victim = Member(mine.recipient, mine.vkey)
        entry = entries.append("grant", {"member": attrs.asdict(victim)})
        sealed = grants.seal(case_id, keys.unsafe_case_key(), mine.recipient, giver)
        storage.set_author(mine.recipient, mine.vkey)
        storage.set_holder(HolderRow(mine.recipient, mine.vkey, None, entry.seq, sealed))
        entries.append("note", {})
        storage.set_meta("published", _published(leaves))
    storage.close()
    _replace(folder, own / "case.db", {grants.file_name(mine.recipient, 1): sealed})
    with pytest.raises(Damaged, match="the entries of the case file are not those of its log"):
        Case.open(folder, mine, meeting=Asked())


# --- a former member --------------------------------------------------------------------------


@attrs.frozen
class Revoked:
    """A case file of two, from which one was removed; and the copy that they had made before."""

    folder: Path
    copy: Path
    victim: Identity
    former: Identity


@pytest.fixture
def revoked(tmp_path: Path, mine: Identity, stranger: Identity, many: Many) -> Revoked:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(5))
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    with Case.open(folder, mine) as case:
        case.revoke("Office")
        case.intake("one", {}, many(3, start=100))
    return Revoked(folder, copy, mine, stranger)


@attrs.frozen
class Forgery:
    """The database that a former member makes of their old copy."""

    storage: Storage
    keys: CaseKeys
    entries: Entries
    leaves: list[bytes]  # of the newer entries, which they cannot open


def _former(
    at: Revoked,
    giver: Identity,
    epoch: int,
    *,
    more: Callable[[Forgery], None] = lambda forgery: None,
    kinds: str = "report",
    key: bytes | None = None,
    stay: bool = False,
) -> None:
    """Put the old copy in the place of the case file, under a key that its maker knows.

    1. The old database is put under the key, with the newer public leaves, without content.
    2. The maker leaves the holders, unless they `stay`; `more` does what it likes.
    3. The key is sealed to the victim.
    """
    case_id = Case.id_of(at.folder)
    unlocked = unlock.unlock(at.copy, case_id, at.former)
    keys = CaseKeys(case_id, key or secrets.token_bytes(32))
    made = at.folder.parent / "forged.db"
    unlocked.storage.export(made, keys.database)  # 1
    old, size = unlocked.keys, unlocked.storage.size()
    unlocked.storage.close()
    storage = Storage(made, keys.database)
    number = next(row.number for row in storage.authors() if row.vkey == at.former.vkey)
    entries = Entries(storage, keys, number, at.former.signer)
    leaves = _leaves(at.folder)[size:]
    with storage.transaction():
        for part in (b"entry", b"object"):
            storage.rewrap(part, lambda seq, of, wrapped: old.rewrap(seq, of, wrapped, keys))
        storage.set_meta("hashing", keys.carried(old))
        storage.set_meta("epoch", str(epoch).encode())
        for at_number, leaf in enumerate(leaves, size):
            storage._run(
                "INSERT INTO entries VALUES (?, ?, '2026-11-30T00:00:00Z', ?, ?, NULL, NULL)",
                (at_number, kinds, number, leaf),
            )
        sealed = grants.seal(case_id, keys.unsafe_case_key(), at.victim.recipient, giver, epoch)
        if not stay:  # 2
            storage.remove_holder(at.former.recipient, size)
        if giver.vkey not in {row.vkey for row in storage.authors()}:
            storage.set_author(giver.recipient, giver.vkey)
    with storage.transaction():
        more(Forgery(storage, keys, entries, leaves))
    with storage.transaction():
        storage.set_key(at.victim.recipient, sealed)  # 3
        published = _leaves(at.folder)
        storage.set_meta("published", _published(published))
    storage.close()
    _replace(at.folder, made, {grants.file_name(at.victim.recipient, epoch): sealed})


def _refused(at: Revoked, match: str, kind: type[Exception] = Swapped) -> None:
    before, asked = _bytes(at.folder), Asked()
    with pytest.raises(kind, match=match):
        Case.open(at.folder, at.victim, meeting=asked)
    assert _bytes(at.folder) == before
    assert asked.shown == []


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_former_member_with_an_old_copy_is_refused(
    revoked: Revoked, attacker: Identity, epoch: int
) -> None:
    _former(revoked, attacker, epoch)
    _refused(
        revoked,
        {
            1: "number 1, and the last one that you saw is number 2",
            2: "not the one that you saw under the same number",
            3: "nothing shows that its owner had the case key before",
        }[epoch],
    )


def test_a_former_member_who_signs_the_case_key_themselves_is_refused(revoked: Revoked) -> None:
    _former(revoked, revoked.former, 3, stay=True)
    _refused(revoked, "nothing shows that its owner had the case key before")


def test_a_former_member_with_the_victims_old_key_file_is_refused(revoked: Revoked) -> None:
    """The victim's file of the first case key is signed by a member, and the key is known."""
    old = grants.grants(revoked.copy, revoked.former)[0].case_key
    _former(revoked, revoked.former, 1, key=old)
    name = grants.file_name(revoked.victim.recipient, 1)
    shutil.copy(revoked.copy / "members" / name, revoked.folder / "members" / name)
    _refused(revoked, "number 1, and the last one that you saw is number 2")


@pytest.mark.parametrize("secret", ["first", "random"])
def test_a_forged_rotation_of_a_former_member_is_refused(
    revoked: Revoked, attacker: Identity, secret: str
) -> None:
    """Its link starts from the case key that they knew, not from the one after it."""
    first = CaseKeys(
        Case.id_of(revoked.folder), grants.grants(revoked.copy, revoked.former)[0].case_key
    )

    def rotate(made: Forgery) -> None:
        older = first if secret == "first" else CaseKeys(first.case_id, secrets.token_bytes(32))
        for epoch in (2, 3):
            body = {"epoch": epoch, "successor": succession.link(older, made.keys, epoch).hex()}
            made.entries.append("rotation", body)

    _former(revoked, attacker, 3, more=rotate)
    log = TileLog(revoked.folder / "log")
    assert log.size  # the checkpoint stays that of the victim
    _refused(revoked, "nothing shows that its owner had the case key before")


def test_where_an_earlier_version_kept_no_key_a_former_members_forgery_does_not_open(
    revoked: Revoked,
) -> None:
    """With the victim's own old key file, signed by the victim: entries are looked at instead."""
    _with_the_old_key(revoked, lambda made: None)
    _refused(revoked, r"entry \d+ was destroyed, and nothing says why", Damaged)


def _excused(made: Forgery) -> None:
    """A withdrawal by the forger, which says that the newer entries were forgotten."""
    size = made.storage.size()
    versions = list(range(size - len(made.leaves), size))
    body = {"tombstone": "00" * 32, "versions": versions, "attachments": []}
    made.entries.append("withdrawal", body)
    made.storage._run("INSERT INTO tombstones VALUES (?)", (bytes(32),))


def _with_the_old_key(at: Revoked, more: Callable[[Forgery], None]) -> None:
    old = grants.grants(at.copy, at.former)[0].case_key
    _forget(at.victim, at.folder)
    _former(at, at.former, 1, key=old, stay=True, more=more)
    name = grants.file_name(at.victim.recipient, 1)
    shutil.copy(at.copy / "members" / name, at.folder / "members" / name)


def test_where_no_key_was_kept_a_former_member_cannot_say_that_they_never_left(
    revoked: Revoked,
) -> None:
    """The removal is among the entries that they cannot open and say were forgotten."""
    _with_the_old_key(revoked, _excused)
    _refused(revoked, "is said to have been one when you last opened it, and was none")


def test_where_no_key_was_kept_a_former_member_cannot_remove_themselves(
    revoked: Revoked,
) -> None:
    """Who leaves takes the case key along: without a newer one they did not."""
    member = {"recipient": revoked.former.recipient, "vkey": revoked.former.vkey, "name": "Office"}

    def leave(made: Forgery) -> None:
        _excused(made)
        left = made.entries.append("revocation", {"member": member})
        made.storage.remove_holder(revoked.former.recipient, left.seq)

    _with_the_old_key(revoked, leave)
    _refused(revoked, "does not have the number that the entries give", Damaged)


def test_where_no_key_was_kept_a_member_whom_a_former_one_brings_back_is_told(
    revoked: Revoked,
) -> None:
    """The limit of an old record: it is not refused, but never without a word."""
    member = Member(revoked.former.recipient, revoked.former.vkey, "Office")

    def come_back(made: Forgery) -> None:
        _excused(made)
        again = made.entries.append("grant", {"member": attrs.asdict(member)})
        made.storage.set_holder(
            HolderRow(member.recipient, member.vkey, member.name, again.seq, b"")
        )

    _with_the_old_key(revoked, come_back)
    asked = Asked()
    with pytest.raises(KeyboardInterrupt):
        Case.open(revoked.folder, revoked.victim, meeting=Stopping(asked))
    assert [m.name for m in asked.changes[0].added] == ["Office"]


@attrs.frozen
class Stopping:
    """Stops where the change of members is told."""

    asked: Asked

    def unknown(self, case: Introduction) -> bool:
        return self.asked.unknown(case)

    def changed(self, members: MembersChanged) -> None:
        self.asked.changed(members)
        raise KeyboardInterrupt


def test_the_record_of_another_home_of_the_same_identity_is_its_own(
    revoked: Revoked, tmp_path: Path, attacker: Identity
) -> None:
    """A second home that saw the case file after the revocation refuses the forgery, too."""
    second = attrs.evolve(revoked.victim, home=tmp_path / "second home")
    Case.open(revoked.folder, second, meeting=(asked := Asked())).close()
    assert len(asked.shown) == 1
    _former(revoked, attacker, 2)
    _refused(attrs.evolve(revoked, victim=second), "under the same number")


def test_a_forgery_at_a_new_path_is_refused(
    revoked: Revoked, tmp_path: Path, attacker: Identity
) -> None:
    _former(revoked, attacker, 2)
    moved = revoked.folder.rename(tmp_path / "elsewhere.case")
    _refused(attrs.evolve(revoked, folder=moved), "under the same number")


def test_an_older_copy_is_shown_as_new_where_its_owner_deletes_the_records(
    revoked: Revoked,
) -> None:
    shutil.rmtree(revoked.folder)
    revoked.copy.rename(revoked.folder)
    case_id, home = Case.id_of(revoked.folder), _home(revoked.victim)
    _refused(revoked, "the whole folder is an older state", RolledBack)
    (home / "seen" / case_id).unlink()
    with pytest.raises(Swapped, match="number 1, and the last one that you saw") as caught:
        Case.open(revoked.folder, revoked.victim, meeting=Asked())
    assert str(home / known_cases.FOLDER / case_id) in str(caught.value.hint)
    (home / known_cases.FOLDER / case_id).unlink()
    with pytest.raises(NoAccess, match="not opened this case file before"):
        Case.open(revoked.folder, revoked.victim)
    asked = Asked()
    with Case.open(revoked.folder, revoked.victim, meeting=asked) as case:
        assert case.epoch == 1
    assert len(asked.shown) == 1


# --- what members do opens --------------------------------------------------------------------


def test_a_revocation_by_another_member_opens_and_is_told(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder, third = tmp_path / "case", Identity.generate()
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
        case.grant(third.recipient, vkey=third.vkey, name="Third")
    with Case.open(folder, stranger) as case:
        case.revoke("Third")
    with Case.open(folder, mine, meeting=(said := Asked())) as case:
        assert case.epoch == 2
        assert case.check() == ()
    assert [m.name for m in said.changes[0].removed] == ["Third"]


def test_new_case_keys_by_members_whom_the_home_never_saw_open(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    """Links lead from the case key that was seen to the present one, through any of them."""
    folder, third, spare = tmp_path / "case", Identity.generate(), Identity.generate()
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
        case.grant(spare.recipient, name="Spare")
    with Case.open(folder, third, through=spare) as case:  # joins by a key that signs nothing
        case.rotate()
        case.rotate()
        case.revoke("Office")
    with Case.open(folder, mine, meeting=(said := Asked())) as case:
        assert case.epoch == 4
        assert case.check() == ()
    (change,) = said.changes
    assert [m.vkey for m in change.added] == [third.vkey]
    assert [m.name for m in change.removed] == ["Office"]
    Case.open(folder, mine, meeting=(quiet := Asked())).close()
    assert quiet == Asked()


def test_the_link_is_as_the_specification_says(two: Path, me: Identity) -> None:
    """Section 3, "Succession", with nothing of the vault but the two case keys."""
    keys = []
    for _ in range(2):
        keys.append(grants.grants(two, me)[0].case_key)
        with Case.open(two, me) as case:
            entry = case.rotate()
    context = b"uncounted case 1\0" + bytes.fromhex(Case.id_of(two))
    first, second = (
        HKDF(SHA256(), 32, salt=context, info=b"succession").derive(key) for key in keys
    )
    with entries_of(two, me) as entries:
        opened = entries.at(entry.seq - 1)
    assert opened is not None
    link, place = bytes.fromhex(opened.body["successor"]), context + b"succession" + bytes(7)
    assert AESGCM(first).decrypt(link[:12], link[12:], place + b"\x02") == second


def test_who_came_and_went_between_two_openings_is_told(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder, third = tmp_path / "case", Identity.generate()
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
    with Case.open(folder, stranger) as case:
        case.grant(third.recipient, vkey=third.vkey, name="Third")
        case.revoke("Third")
    said = Asked()
    for _ in range(2):
        Case.open(folder, mine, meeting=said).close()
    (change,) = said.changes
    assert change.added == change.removed == (Member(third.recipient, third.vkey),)


def test_a_key_of_a_new_member_without_a_link_is_refused_until_a_known_one_rotates(
    tmp_path: Path, mine: Identity, stranger: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An earlier version of the program writes no link."""
    folder, third = tmp_path / "case", Identity.generate()
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
    with Case.open(folder, stranger) as case:
        case.grant(third.recipient, vkey=third.vkey, name="Third")
    with monkeypatch.context() as patch, Case.open(folder, third) as case:
        patch.setattr(succession, "link", lambda *of: b"")
        case.rotate()
    with pytest.raises(Swapped, match="nothing shows that its owner had") as caught:
        Case.open(folder, mine, meeting=Asked())
    assert "uncounted rotate" in str(caught.value.hint)
    with Case.open(folder, stranger) as case:
        case.rotate()
    with Case.open(folder, mine, meeting=Asked()) as case:
        assert case.epoch == 3


def test_a_record_of_an_earlier_version_is_brought_up_to_this_one(
    revoked: Revoked,
) -> None:
    _forget(revoked.victim, revoked.folder)
    known = KnownCases(revoked.victim)
    before = known.get(Case.id_of(revoked.folder))
    assert before is not None
    assert before.key is None
    Case.open(revoked.folder, revoked.victim, meeting=(asked := Asked())).close()
    assert asked == Asked()
    now = known.get(Case.id_of(revoked.folder))
    assert now is not None
    assert now.key is not None
    assert (now.key.epoch, now.unsigned) == (2, 0)


# --- the entries about members ----------------------------------------------------------------


@pytest.fixture
def two(tmp_path: Path, me: Identity, stranger: Identity, many: Many) -> Path:
    """Entries: 0 create, 1 grant, 2 to 4 an import, 5 a grant."""
    folder = tmp_path / "case"
    with Case.create(folder, me) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
        case.intake("one", {}, many(2))
        case.grant(Identity.generate().recipient, name="Spare")
    return folder


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = 0", "first entry does not"),
        ("UPDATE entries SET kind = 'note' WHERE seq = 0", "entry 0 does not fit its commitment"),
        (
            "UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = 1",
            "entry 1, about members, was destroyed",
        ),
        ("UPDATE entries SET kind = 'note' WHERE seq = 5", "tables of members are not"),
        (
            "UPDATE entries SET kind = 'grant', wrapped = NULL, content = NULL WHERE seq = 2",
            "entry 2, about members, was destroyed",
        ),
        ("DELETE FROM signatures WHERE first = 1", "entry 1, about members, is not signed"),
        ("DELETE FROM signatures", "entry 0, about members, is not signed"),
        ("DELETE FROM holders WHERE name = 'Spare'", "tables of members are not"),
        ("UPDATE holders SET name = 'Other' WHERE name = 'Spare'", "tables of members are not"),
        ("UPDATE members SET recipient = 'age1x' WHERE n = 2", "tables of members are not"),
        ("UPDATE members SET revoked = 3 WHERE n = 2", "tables of members are not"),
    ],
)
def test_members_that_the_entries_do_not_give_are_refused(
    two: Path, me: Identity, change: str, match: str
) -> None:
    execute(two, me, change)
    with pytest.raises(Damaged, match=match):
        Case.open(two, me)


def test_content_that_was_swapped_between_entries_is_refused(two: Path, me: Identity) -> None:
    execute(
        two,
        me,
        "CREATE TABLE one AS SELECT * FROM entries WHERE seq = 5",
        "UPDATE entries SET (wrapped, content) = (SELECT wrapped, content FROM one) WHERE seq = 1",
        "DROP TABLE one",
    )
    with pytest.raises(Damaged, match="entry 1 is not what was sealed"):
        Case.open(two, me)


def test_a_grant_by_someone_who_is_no_member_is_refused(
    two: Path, me: Identity, attacker: Identity
) -> None:
    with entries_of(two, me) as entries:
        storage, member = entries.storage, Member(attacker.recipient, attacker.vkey)
        with storage.transaction():
            number = storage.set_author(attacker.recipient, attacker.vkey)
            entry = Entries(storage, entries.keys, number, attacker.signer).append(
                "grant", {"member": attrs.asdict(member)}
            )
            storage.set_holder(HolderRow(member.recipient, member.vkey, None, entry.seq, b""))
    with pytest.raises(Damaged, match="written by someone who was not a member then"):
        Case.open(two, me)


def test_signatures_that_were_seen_must_stay(tmp_path: Path, mine: Identity, many: Many) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(2))
    execute(folder, mine, "DELETE FROM signatures WHERE first = 1")
    with pytest.raises(Damaged, match="signatures of entries are missing"):
        Case.open(folder, mine)
