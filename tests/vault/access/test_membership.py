"""Who may open a case file: what access gives, what taking it away does, what a new key changes."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.vault.opened import entries_of, execute

from uncounted.errors import AlreadyThere, BadInput, Damaged, Error, NoAccess, NoSpace, UsedWrongly
from uncounted.proof.checkpoint import open_checkpoint
from uncounted.proof.signed_note import Verifier
from uncounted.vault.access import rotation
from uncounted.vault.access.known_cases import Introduction, TrustNothing
from uncounted.vault.case import Case, Member
from uncounted.vault.keys import grants
from uncounted.vault.keys.case_keys import CaseKeys
from uncounted.vault.keys.identity import Identity
from uncounted.vault.keys.recipients import SecretKey, read, read_key
from uncounted.vault.reports.ingest import IncomingReport
from uncounted.vault.store.database import Storage

Many = Callable[..., Iterable[IncomingReport]]
DAY = datetime.date(2026, 11, 24)
VECTOR = Path(__file__).parents[2] / "vectors" / "case-1"


@pytest.fixture
def both(filled: Path, me: Identity, stranger: Identity) -> Path:
    """A case file with a second member."""
    with Case.open(filled, me) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
    return filled


# --- two members ---------------------------------------------------------------------------


def test_both_open_and_each_entry_says_who(
    both: Path, me: Identity, stranger: Identity, many: Many
) -> None:
    with Case.open(both, stranger) as case:
        assert case.members == (
            Member(me.recipient, me.vkey), Member(stranger.recipient, stranger.vkey, "Office"),
        )  # fmt: skip
        assert len(case.reports("link", DAY).reports) == 300
        assert case.intake("two", {}, many(2)).created == 2
        release = case.put("release", {"title": "second"}, b"manifest")
    with Case.open(both, me) as case:
        by = {entry.seq: entry.by for entry in case.entries()}
        assert by[release.seq] == by[release.seq - 1] == stranger.vkey
        assert set(list(by.values())[:-4]) == {me.vkey}
        assert case.check() == ()
        assert case.latest("release") is not None
        # The log is signed by whoever sealed it last, and proofs hold under their key.
        said = open_checkpoint(case.checkpoint(), [Verifier.parse(stranger.vkey)])
        assert said.size == release.seq + 1
        case.put("estimate", {"n": 1})
    with Case.open(both, stranger) as case:
        assert open_checkpoint(case.checkpoint(), [Verifier.parse(me.vkey)]).size == said.size + 1


def test_the_log_shows_grants_and_nothing_of_whom(both: Path, me: Identity) -> None:
    with Case.open(both, me) as case:
        *_, last = case.entries()
        assert attrs.asdict(last).keys() == {"seq", "kind", "when", "by"}
        assert (last.kind, last.by) == ("grant", me.vkey)
    public = b"".join(p.read_bytes() for p in (both / "log").rglob("*") if p.is_file())
    assert b"Office" not in public


def test_without_a_verifier_key_it_is_stated_at_the_first_opening(
    filled: Path, me: Identity, stranger: Identity
) -> None:
    with Case.open(filled, me) as case:
        case.grant(stranger.recipient, name="Office")
        assert case.members[-1] == Member(stranger.recipient, None, "Office")
    for _ in range(2):
        with Case.open(filled, stranger) as case:
            assert case.members[-1] == Member(stranger.recipient, stranger.vkey, "Office")
            assert [e.kind for e in case.entries() if e.by == stranger.vkey] == ["join"]
            assert case.check() == ()


def test_another_signing_key_next_to_a_members_recipient_is_refused(
    both: Path, stranger: Identity
) -> None:
    fields = json.loads(stranger.unsafe_secret())
    other = Identity.parse(json.dumps({**fields, "ed25519": "11" * 32}).encode())
    assert other.recipient == stranger.recipient
    with pytest.raises(NoAccess, match="has a key to the case file but is not a member"):
        Case.open(both, other)


def test_who_cannot_be_granted_access(both: Path, me: Identity, stranger: Identity) -> None:
    new = Identity.generate()
    with Case.open(both, me) as case:
        before = case.members
        with pytest.raises(AlreadyThere, match="a member already"):
            case.grant(f" {stranger.recipient} ")
        with pytest.raises(AlreadyThere, match="another member already has this name"):
            case.grant(new.recipient, name="Office")
        with pytest.raises(UsedWrongly, match="not a valid name for a member"):
            case.grant(new.recipient, name="recovery")
        with pytest.raises(UsedWrongly, match="belong to different identities"):
            case.grant(new.recipient, vkey=stranger.vkey)
        with pytest.raises(BadInput, match="not a verifier key"):
            case.grant(new.recipient, vkey="nonsense")
        with pytest.raises(BadInput, match="not an age recipient"):
            case.grant("age1nobody")
        assert case.members == before
        assert case.check() == ()


@pytest.mark.parametrize("kind", ["grant", "recovery"])
def test_a_file_that_cannot_be_written_is_a_grant_that_was_not_made(
    both: Path, me: Identity, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def full(*values: object) -> None:
        raise NoSpace("the disk is full", hint="make room and do it again")

    new = Identity.generate().recipient
    with Case.open(both, me) as case:
        before = case.members
        with monkeypatch.context() as patch:
            patch.setattr(grants, "put", full)
            with pytest.raises(NoSpace, match="disk is full"):
                case.grant(new) if kind == "grant" else case.add_recovery(new, 3, 2)
        assert case.members == before
        assert case.check() == ()
        case.grant(new)
        assert case.check() == ()


# --- taken away ----------------------------------------------------------------------------


def test_what_came_after_is_closed_and_an_old_copy_is_not(
    both: Path, tmp_path: Path, me: Identity, stranger: Identity, many: Many
) -> None:
    copy = shutil.copytree(both, tmp_path / "copy")
    old_files = {path.name: path.read_bytes() for path in (both / "members").iterdir()}
    with Case.open(both, me) as case:
        entry = case.revoke("Office")
        assert entry.kind == "revocation"
        assert case.intake("two", {}, many(5, start=1000)).created == 5
        assert case.members == (Member(me.recipient, me.vkey),)
        assert case.epoch == 2
        assert case.check() == ()
    with pytest.raises(NoAccess, match="this identity is not a member of the case file"):
        Case.open(both, stranger)
    # With the old key file put back it is known that there is a newer key.
    for name, content in old_files.items():
        (both / "members" / name).write_bytes(content)
    with pytest.raises(NoAccess, match="no longer a member of the case file"):
        Case.open(both, stranger)
    old_key = grants.grants(copy, stranger)[0].case_key
    with pytest.raises(Damaged, match="database of the case file was changed"):
        Storage(both / "case.db", CaseKeys(Case.id_of(both), old_key).database)
    # What the documentation says: the copy made before opens.
    with Case.open(copy, stranger) as case:
        assert len(case.reports("link", DAY).reports) == 300
    with Case.open(both, me) as case:  # what was put back is swept away
        assert len(list((both / "members").iterdir())) == 1
        assert len(case.reports("link", DAY).reports) == 305


def test_what_a_former_member_wrote_stays_theirs_and_they_sign_nothing_new(
    both: Path, me: Identity, stranger: Identity
) -> None:
    with Case.open(both, stranger) as case:
        case.put("release", {"title": "theirs"}, b"manifest")
    with Case.open(both, me) as case:
        revoked = case.revoke(stranger.recipient)
        case.put("release", {"title": "mine"}, b"manifest")
    with Case.open(both, me) as case:
        assert case.check() == ()
        assert case.replay() == case.state()
        assert [e.kind for e in case.entries() if e.by == stranger.vkey] == ["release"]
    path = both / "log/checkpoint"
    text = path.read_text().split("\n\n")[0] + "\n"
    assert int(text.split("\n")[1]) > revoked.seq
    path.write_bytes(stranger.signer.sign(text))
    with pytest.raises(Damaged, match="signed by someone whose access had been revoked"):
        Case.open(both, me)


def test_they_may_come_back_as_who_they_were(both: Path, me: Identity, stranger: Identity) -> None:
    with Case.open(both, me) as case:
        case.revoke("Office")
        with pytest.raises(UsedWrongly, match="belong to different identities"):
            case.grant(stranger.recipient, vkey=Identity.generate().vkey)
        case.grant(stranger.recipient)
    with Case.open(both, stranger) as case:
        assert case.members[-1].vkey == stranger.vkey
        assert case.check() == ()
        case.put("estimate", {"n": 1})
    with Case.open(both, me) as case:
        assert case.check() == ()


def test_no_one_is_revoked_by_mistake(both: Path, me: Identity) -> None:
    with Case.open(both, me) as case:
        with pytest.raises(UsedWrongly, match="no such member"):
            case.revoke("Nobody")
        with pytest.raises(UsedWrongly, match="your own access"):
            case.revoke(me.recipient)
        assert case.epoch == 1


class Trusting(TrustNothing):
    """Takes any case file for the right one."""

    def unknown(self, case: Introduction) -> bool:
        return True


def test_the_words_for_an_identity_without_access(
    both: Path, tmp_path: Path, me: Identity, stranger: Identity
) -> None:
    """What its home remembers tells a former member from somebody with the wrong identity."""
    theirs = attrs.evolve(stranger, home=tmp_path / "theirs")
    with pytest.raises(NoAccess, match=r"is not a member of the case file$") as caught:
        Case.open(both, attrs.evolve(Identity.generate(), home=tmp_path / "new"))
    assert "ask a member" in str(caught.value.hint)
    Case.open(both, theirs, meeting=Trusting()).close()
    with Case.open(both, me) as case:
        case.revoke("Office")
    with pytest.raises(NoAccess, match="no longer a member of the case file"):
        Case.open(both, theirs)
    Case.create(tmp_path / "another", theirs).close()
    with Case.create(tmp_path / "third", me), pytest.raises(Error):
        Case.open(tmp_path / "third", theirs)
    with pytest.raises(NoAccess, match=r"is not a member of the case file$") as caught:
        Case.open(tmp_path / "third", theirs)
    assert "check the folder and UNCOUNTED_HOME" in str(caught.value.hint)


@pytest.mark.parametrize("room", [2_000, 60_000])
def test_a_full_disk_leaves_the_case_file_under_its_key(
    both: Path, me: Identity, room: int
) -> None:
    """The function that copies a database says only in words that the disk is full."""

    with Case.open(both, me) as case:
        before = case.state()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        for renew in (case.rotate, lambda: case.revoke("Office")):
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
            try:
                with pytest.raises(NoSpace, match="the disk is full"):
                    renew()
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert case.epoch == 1
        assert case.state() == before
        assert case.check() == ()
        case.rotate()


# --- a new key -----------------------------------------------------------------------------

PAGE, RESERVE, SALT = 4096, 80, 16


def _fits(content: bytes, number: int, key: bytes) -> bool:
    """Whether a page's HMAC fits a raw key (SQLCipher 4: PBKDF2 with 2 rounds for the HMAC's)."""
    page = content[number * PAGE : (number + 1) * PAGE]
    salt = bytes(byte ^ 0x3A for byte in content[:SALT])
    mac_key = hashlib.pbkdf2_hmac("sha512", key, salt, 2, 32)
    said = page[SALT if number == 0 else 0 : PAGE - 64] + (number + 1).to_bytes(4, "little")
    return hmac.digest(mac_key, said, "sha512") == page[-64:]


def _clear_pages(content: bytes, key: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PAGE):
        page = content[start : start + PAGE]
        vector = page[PAGE - RESERVE : PAGE - RESERVE + 16]
        opened = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
        yield opened.update(page[SALT if start == 0 else 0 : PAGE - RESERVE])


def test_nothing_is_left_under_the_old_key(both: Path, me: Identity, many: Many) -> None:
    with Case.open(both, me) as case:
        case.put("linkage", {"draws": 1}, b"draws", ["link"])
        case.withdraw("one", "R-5")
    with entries_of(both, me) as entries:
        old_keys = entries.keys
        old_rows = [row for row in entries.storage.entries() if row.sealed is not None]
        old = [row.sealed.wrapped for row in old_rows if row.sealed is not None]
        old_object = entries.storage.object(old_rows[-3].seq)
    with Case.open(both, me) as case:
        state = case.state()
        case.rotate()
        assert case.state() == state
    with entries_of(both, me) as entries:
        new_keys = entries.keys
        new = [row.sealed for row in entries.storage.entries() if row.sealed is not None]
    content = (both / "case.db").read_bytes()
    numbers = range(len(content) // PAGE)
    assert all(_fits(content, number, new_keys.database) for number in numbers), "the check works"
    assert not any(_fits(content, number, old_keys.database) for number in numbers)
    clear = b"".join(_clear_pages(content, new_keys.database))
    assert clear.count(b"CREATE TABLE entries") == 1, "the pages were decrypted"
    assert [wrapped for wrapped in old if wrapped in clear] == []
    assert old_object is None or old_object.wrapped not in clear
    assert sum(sealed.wrapped in clear for sealed in new) > len(new) * 0.9, "not those over pages"
    for seq, sealed in enumerate(new[:50]):
        with pytest.raises(Damaged, match="not what was sealed"):
            old_keys.unseal(seq, b"entry", sealed)
    assert {path.name for path in both.iterdir()} == {
        "case.db", "case.json", "lock", "log", "members",
    }  # fmt: skip
    with pytest.raises(Damaged):
        Storage(both / "case.db", old_keys.database)


def test_a_new_key_changes_nothing_else(
    both: Path, me: Identity, stranger: Identity, many: Many
) -> None:
    with Case.open(both, me) as case:
        case.withdraw("one", "R-5")
        commitment = case.commit_to(b"table")
        log_before = case.leaves()
        entry = case.rotate()
        assert case.epoch == 2
        assert case.leaves()[: len(log_before)] == log_before
        assert case.proof(entry.seq)
        assert case.opens(commitment, b"table")
        # The keys that hash are the same: what was withdrawn stays out, what is known is known.
        again = case.intake("one", {"collector": "Gather One"}, many(10))
        assert (again.unchanged, again.rejected, again.created) == (9, 1, 0)
        assert case.intake("two", {}, many(1)).created == 1
        case.rotate()
        assert case.check() == ()
    with Case.open(both, stranger) as case:
        assert (case.epoch, case.check()) == (3, ())
        assert [e.kind for e in case.entries()].count("rotation") == 2


def test_no_room_for_a_new_key_changes_nothing(
    both: Path, me: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Storage, path: Path, key: bytes) -> None:
        path.write_bytes(b"half of it")
        raise NoSpace("the disk is full", hint="make room and do it again")

    with Case.open(both, me) as case:
        with monkeypatch.context() as patch:
            patch.setattr(Storage, "export", full)
            with pytest.raises(NoSpace, match="disk is full"):
                case.rotate()
        assert not (both / rotation.NEXT).exists()
        assert case.epoch == 1
        assert case.check() == ()
        case.put("estimate", {"n": 1})  # and the case file is still open
        case.rotate()
    with Case.open(both, me) as case:
        assert (case.epoch, case.check()) == (2, ())


# --- altered -------------------------------------------------------------------------------


def test_a_flip_in_anybodys_key_file_is_noticed(
    both: Path, me: Identity, stranger: Identity
) -> None:
    path = both / "members" / grants.file_name(stranger.recipient, 1)
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, len(whole) * 8 // 12):
        content = bytearray(whole)
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        with pytest.raises(Error):
            Case.open(both, stranger)
        with Case.open(both, me) as case:
            (finding,) = case.check()
            assert "not the file that was made for its member" in finding
    path.unlink()
    with Case.open(both, me) as case:  # one that is missing is put back
        assert case.check() == ()
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE holders SET name = 'Other' WHERE name = 'Office'",
        "UPDATE holders SET vkey = NULL WHERE name = 'Office'",
        "UPDATE holders SET since = 0 WHERE name = 'Office'",
        "DELETE FROM holders WHERE name = 'Office'",
        "UPDATE members SET revoked = 3 WHERE n = 2",
        "UPDATE members SET vkey = 'x' || vkey WHERE n = 2",
        "INSERT INTO holders SELECT 'age1x', vkey, 'x', 1, key FROM holders WHERE name = 'Office'",
    ],
)
def test_a_table_of_members_that_no_entry_speaks_of_is_noticed(
    both: Path, me: Identity, change: str
) -> None:
    """By somebody with the key: without it, no byte of the table can be reached."""
    with Case.open(both, me) as case:
        case._storage._run(change)
        assert any("members are not what the entries say" in line for line in case.check())


def test_a_flip_in_the_pages_of_the_member_tables_is_noticed(both: Path, me: Identity) -> None:
    sql = "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN ('members', 'holders')"
    pages = [row[0] for row in execute(both, me, sql)]
    whole = (both / "case.db").read_bytes()
    assert len(pages) >= 2
    for page in pages:
        for offset in (0, 100, 2000, 4000, 4095):
            content = bytearray(whole)
            content[(page - 1) * PAGE + offset] ^= 4
            (both / "case.db").write_bytes(content)
            with pytest.raises(Damaged, match=r"altered|changed"), Case.open(both, me) as case:
                raise Damaged(case.check()[0])
    (both / "case.db").write_bytes(whole)
    with Case.open(both, me) as case:
        assert case.check() == ()


def test_a_key_file_under_another_number_is_refused(both: Path, me: Identity) -> None:
    path = both / "members" / grants.file_name(me.recipient, 1)
    path.rename(path.with_name(grants.file_name(me.recipient, 2)))
    with pytest.raises(Damaged, match="changed or truncated"):
        Case.open(both, me)


# --- other kinds of keys -------------------------------------------------------------------


def _ssh_key(folder: Path, kind: str) -> Path:
    path = folder / kind
    size = ["-b", "2048"] if kind == "rsa" else []
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, *size, "-N", "", "-C", "who@where", "-f", str(path)],
        check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return path


def test_debians_age_opens_what_members_are_given(
    filled: Path, tmp_path: Path, me: Identity
) -> None:
    """X25519 and both kinds of SSH keys, with a program that shares no code with ours."""
    age_key = tmp_path / "key.txt"
    subprocess.run(["age-keygen", "-o", str(age_key)], check=True, capture_output=True)
    keys = [age_key, _ssh_key(tmp_path, "ed25519"), _ssh_key(tmp_path, "rsa")]
    given = [read_key(key).recipient for key in keys]
    assert given[1:] == [read(str(key.with_name(key.name + ".pub"))).recipient for key in keys[1:]]
    with Case.open(filled, me) as case:
        for recipient in given:
            case.grant(recipient)
        case.rotate()
    with entries_of(filled, me) as entries:
        case_key = entries.keys.unsafe_case_key().hex()
    for key, recipient in zip(keys, given, strict=True):
        sealed = filled / "members" / grants.file_name(recipient, 2)
        done = subprocess.run(
            ["age", "-d", "-i", str(key), str(sealed)],
            capture_output=True, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        lines = done.stdout.decode().split("\n")
        assert lines[:6] == [
            "uncounted case key 2", Case.id_of(filled), recipient, case_key, me.vkey, "2",
        ]  # fmt: skip
    # And what our key files open, Debian's age had sealed.
    done = subprocess.run(
        ["age", "-r", given[1]], input=b"sealed by Debian", capture_output=True, check=True
    )
    assert read_key(keys[1]).unseal(done.stdout) == b"sealed by Debian"


def test_a_spare_key_lets_an_identity_in(
    filled: Path, tmp_path: Path, me: Identity, stranger: Identity
) -> None:
    spare = read_key(_ssh_key(tmp_path, "ed25519"))
    with Case.open(filled, me) as case:
        case.grant(spare.recipient, name="Key in the safe")
    with Case.open(filled, stranger, through=spare) as case:
        assert case.members[-1] == Member(stranger.recipient, stranger.vkey)
        assert case.check() == ()
    Case.open(filled, stranger).close()
    with pytest.raises(AlreadyThere, match="a member already"):
        Case.open(filled, stranger, through=spare)
    with Case.open(filled, me) as case:
        case.revoke("Key in the safe")
    with pytest.raises(NoAccess, match="do not open this case file"):
        Case.open(filled, Identity.generate(), through=spare)


def test_a_member_who_signs_lets_no_one_else_in(
    both: Path, me: Identity, stranger: Identity
) -> None:
    theirs = SecretKey.from_age(json.loads(stranger.unsafe_secret())["age"])
    with pytest.raises(NoAccess, match="cannot be used to become a member"):
        Case.open(both, Identity.generate(), through=theirs)
    with Case.open(both, me) as case:
        assert len(case.members) == 2


def test_files_that_hold_a_recipient(tmp_path: Path, home: Path, me: Identity) -> None:
    path = tmp_path / "given"
    path.write_text(f"# Office\n\n{me.recipient}\n")
    assert read(str(path)).recipient == me.recipient
    public = read(str(home / "identity.json"))
    assert (public.recipient[:4], str(public.vkey)[:16]) == ("age1", "uncounted.member")
    for content, words in (
        ("", "holds 0 lines"),
        (f"{me.recipient}\n{me.recipient}\n", "holds 2 lines"),
        ("AGE-SECRET-KEY-1QQQ", "holds a secret key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "holds a secret key"),
        ("{}", "does not hold the public keys"),
        ('{"a":' * 10_000, "does not hold the public keys"),
        ("ecdsa-sha2-nistp256 AAAA x", "SSH key of this kind"),
        ("ssh-ed25519 AAAA", "not an SSH public key"),
        ("age1nobody", "not an age recipient"),
    ):
        path.write_text(content)
        with pytest.raises(BadInput, match=words):
            read(str(path))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="holds no key"):
        read(str(path))
    with pytest.raises(UsedWrongly, match="not a recipient, and not a file"):
        read("Office")


def test_key_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(UsedWrongly, match="no such key file"):
        read_key(tmp_path / "nowhere")
    path = tmp_path / "key"
    path.write_text("# nothing\n")
    with pytest.raises(BadInput, match="holds 0 age identities"):
        read_key(path)
    path.write_text("AGE-SECRET-KEY-1QQQ\n")
    with pytest.raises(BadInput, match="not an age identity"):
        read_key(path)
    path.unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "words", "-f", str(path)], check=True
    )
    with pytest.raises(BadInput, match="under a passphrase"):
        read_key(path)


# --- the version before --------------------------------------------------------------------


def test_a_case_file_of_the_first_version_opens_and_goes_on(
    tmp_path: Path, stranger: Identity
) -> None:
    folder = Path(shutil.copytree(VECTOR / "case", tmp_path / "case"))
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    mine = Identity.parse((VECTOR / "identity.json").read_bytes())
    for _ in range(2):
        with Case.open(folder, mine) as case:
            assert case.check() == ()
            assert case.replay() == case.state()
            assert [report.id for report in case.reports("link", DAY).reports] == ["R-1", "R-3"]
            assert case.members == (Member(mine.recipient, mine.vkey),)
    with Case.open(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey)
        case.rotate()
    with Case.open(folder, stranger) as case:
        assert case.check() == ()
        assert len(case.reports("link", DAY).reports) == 2
