"""A home knows which case file lies where: a swapped one is refused, an unknown one asked about."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import attrs
import pytest
from tests.vault.opened import execute

from uncounted import atomic_files
from uncounted.errors import Damaged, NoAccess, NoSpace, RolledBack, Swapped
from uncounted.export import write
from uncounted.proof.signed_note import fingerprint
from uncounted.vault.access import known_cases
from uncounted.vault.access.known_cases import Introduction, KnownCases, MembersChanged
from uncounted.vault.case import Case
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.ingest import IncomingReport

Many = Callable[..., Iterable[IncomingReport]]


@attrs.define
class Asked:
    """Answers as it was told to, and keeps what it was shown."""

    answer: bool = True
    shown: list[Introduction] = attrs.field(factory=list)
    changes: list[MembersChanged] = attrs.field(factory=list)

    def unknown(self, case: Introduction) -> bool:
        self.shown.append(case)
        return self.answer

    def changed(self, members: MembersChanged) -> None:
        self.changes.append(members)


@pytest.fixture
def mine(tmp_path: Path, me: Identity) -> Identity:
    return attrs.evolve(me, home=tmp_path / "home")


def _attackers(folder: Path, attacker: Identity, victim: Identity) -> None:
    """A sound case file of somebody else's, granted to the victim's public recipient."""
    with Case.create(folder, attacker) as case:
        case.grant(victim.recipient, vkey=victim.vkey)


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != "lock"}


def test_a_case_file_in_the_place_of_another_is_refused(
    tmp_path: Path, mine: Identity, stranger: Identity, many: Many
) -> None:
    """What the attacker did: the import would have sealed new testimony for them."""
    folder = tmp_path / "returns.case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(5))
    folder.rename(tmp_path / "taken away")
    _attackers(folder, stranger, mine)
    before, asked = _bytes(folder), Asked()
    with pytest.raises(Swapped, match="another case file lies where") as caught:
        Case.open(folder, mine, meeting=asked)
    assert "restore yours from a copy" in str(caught.value.hint)
    assert _bytes(folder) == before
    assert asked.shown == []  # no answer lets it in
    shutil.rmtree(folder)
    (tmp_path / "taken away").rename(folder)
    with Case.open(folder, mine) as case:
        assert len(list(case.every_report())) == 5


def test_a_known_case_file_in_the_place_of_another_is_refused_too(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder, shared = tmp_path / "returns.case", tmp_path / "shared.case"
    Case.create(folder, mine).close()
    _attackers(shared, stranger, mine)
    Case.open(shared, mine, meeting=Asked()).close()
    shutil.rmtree(folder)
    shutil.copytree(shared, folder)
    with pytest.raises(Swapped, match="another case file lies where"):
        Case.open(folder, mine, meeting=Asked())
    Case.open(shared, mine).close()


def test_an_unknown_case_file_is_shown_and_asked_about_once(
    tmp_path: Path, me: Identity, mine: Identity, stranger: Identity
) -> None:
    folder = tmp_path / "theirs.case"
    _attackers(folder, stranger, me)
    entries = _bytes(folder)
    with pytest.raises(NoAccess, match="not opened this case file before") as caught:
        Case.open(folder, mine)
    assert f"if it is {fingerprint(stranger.vkey)}," in str(caught.value.hint)
    refused = Asked(answer=False)
    with pytest.raises(NoAccess, match="not opened this case file before"):
        Case.open(folder, mine, meeting=refused)
    assert _bytes(folder) == entries
    (shown,) = refused.shown
    assert (shown.case_id, shown.creator, shown.giver) == (
        Case.id_of(folder),
        stranger.vkey,
        stranger.vkey,
    )
    assert [m.recipient for m in shown.members] == [stranger.recipient, me.recipient]
    yes = Asked()
    for _ in range(2):
        Case.open(folder, mine, meeting=yes).close()
    assert len(yes.shown) == 1


def test_a_case_file_of_an_earlier_version_that_is_not_trusted_is_not_upgraded(
    tmp_path: Path,
) -> None:
    vector = Path(__file__).parents[2] / "vectors" / "case-3-later"
    folder = Path(shutil.copytree(vector / "case", tmp_path / "case"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    mine = attrs.evolve(
        Identity.parse((vector / "second.json").read_bytes()), home=tmp_path / "home"
    )
    before, asked = _bytes(folder), Asked(answer=False)
    with pytest.raises(NoAccess, match="not opened this case file before"):
        Case.open(folder, mine, meeting=asked)
    assert _bytes(folder) == before
    assert not asked.shown[0].creator_signed
    with Case.open(folder, mine, meeting=Asked()) as case:
        assert case.upgraded
        assert case.check() == ()


def test_a_case_file_of_another_key_with_the_id_of_mine_is_refused(
    tmp_path: Path, mine: Identity, stranger: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, other = tmp_path / "mine.case", tmp_path / "other.case"
    Case.create(folder, mine).close()
    case_id = Case.id_of(folder)
    with monkeypatch.context() as patch:
        patch.setattr("uncounted.vault.open_case.secrets.token_hex", lambda _: case_id)
        _attackers(other, stranger, mine)
    with pytest.raises(RolledBack, match="diverged"):
        Case.open(other, mine, meeting=Asked())
    assert mine.home is not None
    shutil.rmtree(mine.home / "seen")
    with pytest.raises(Swapped, match="not the one that you saw under the same number"):
        Case.open(other, mine, meeting=Asked())


def test_a_case_file_with_the_id_of_mine_that_a_member_created_is_refused(
    tmp_path: Path, mine: Identity, stranger: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were a member, so that their signature is good for a case key; not for another case."""
    folder, other = tmp_path / "mine.case", tmp_path / "other.case"
    _attackers(folder, mine, stranger)
    case_id = Case.id_of(folder)
    with monkeypatch.context() as patch:
        patch.setattr("uncounted.vault.open_case.secrets.token_hex", lambda _: case_id)
        _attackers(other, stranger, mine)
    with Case.open(other, stranger) as case:
        case.rotate()
    assert mine.home is not None
    shutil.rmtree(mine.home / "seen")
    with pytest.raises(Swapped, match="created by another key"):
        Case.open(other, mine, meeting=Asked())


def test_a_folder_that_was_moved_opens_without_a_question(tmp_path: Path, mine: Identity) -> None:
    one, two = tmp_path / "one.case", tmp_path / "two.case"
    Case.create(one, mine).close()
    one.rename(two)
    Case.open(two, mine).close()
    Case.create(one, mine).close()  # and where it lay there is room for another
    for folder in (one, two):
        Case.open(folder, mine).close()


def test_a_path_that_was_left_is_free_for_what_is_asked_about(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    one, two = tmp_path / "one.case", tmp_path / "two.case"
    Case.create(one, mine).close()
    one.rename(two)
    Case.open(two, mine).close()
    _attackers(one, stranger, mine)
    asked = Asked()
    Case.open(one, mine, meeting=asked).close()
    assert len(asked.shown) == 1


def test_a_link_to_a_folder_is_the_folder(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder, link = tmp_path / "returns.case", tmp_path / "link.case"
    Case.create(folder, mine).close()
    link.symlink_to(folder)
    Case.open(link, mine).close()
    shutil.rmtree(folder)
    _attackers(folder, stranger, mine)
    with pytest.raises(Swapped, match="another case file lies where"):
        Case.open(link, mine, meeting=Asked())


def test_who_came_and_went_is_said_before_anything_is_written(
    tmp_path: Path, mine: Identity, stranger: Identity, many: Many
) -> None:
    folder, third = tmp_path / "case", Identity.generate()
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office")
    Case.open(folder, mine, meeting=(quiet := Asked())).close()
    assert quiet.changes == []  # what was done here needs no word
    with Case.open(folder, stranger) as case:
        case.grant(third.recipient, vkey=third.vkey, name="Third")

    class Stop(Asked):
        def changed(self, members: MembersChanged) -> None:
            super().changed(members)
            raise KeyboardInterrupt

    before = _bytes(folder)
    stop, said = Stop(), Asked()
    with pytest.raises(KeyboardInterrupt):
        Case.open(folder, mine, meeting=stop)
    assert _bytes(folder) == before
    Case.open(folder, mine, meeting=said).close()  # not heard to the end: said again
    assert stop.changes == said.changes
    assert [m.name for m in said.changes[0].added] == ["Third"]
    assert said.changes[0].removed == ()
    with Case.open(folder, stranger) as case:
        case.revoke("Third")
    with Case.open(folder, mine, meeting=said) as case:
        case.intake("one", {}, many(1))
    assert [m.name for m in said.changes[1].removed] == ["Third"]
    Case.open(folder, mine, meeting=said).close()
    assert len(said.changes) == 2


def test_who_states_a_verifier_key_later_is_said_to_be_new_and_not_to_be_gone(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient)
    Case.open(folder, stranger).close()
    said = Asked()
    Case.open(folder, mine, meeting=said).close()
    (change,) = said.changes
    assert [m.vkey for m in change.added] == [stranger.vkey]
    assert change.removed == ()


def test_a_case_file_of_which_a_home_has_tree_heads_alone_is_asked_about(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    """Homes of earlier versions kept no more, and agreeing with them shows nothing."""
    folder = tmp_path / "theirs.case"
    _attackers(folder, stranger, mine)
    Case.open(folder, mine, meeting=(first := Asked())).close()
    assert not first.shown[0].log_seen
    assert mine.home is not None
    shutil.rmtree(mine.home / known_cases.FOLDER)
    with pytest.raises(NoAccess, match="no record of who created this case file"):
        Case.open(folder, mine)
    asked = Asked()
    for _ in range(2):
        Case.open(folder, mine, meeting=asked).close()
    assert [shown.log_seen for shown in asked.shown] == [True]
    assert KnownCases(mine).at(known_cases.place(folder)) == Case.id_of(folder)


def test_tree_heads_that_somebody_wrote_into_the_home_make_no_case_file_known(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    """`seen/` is not sealed: a line of an attacker's own checkpoint is no proof of an opening."""
    folder = tmp_path / "mine.case"
    Case.create(folder, mine).close()
    assert mine.home is not None
    (mine.home / known_cases.FOLDER / Case.id_of(folder)).unlink()
    shutil.rmtree(folder)
    _attackers(folder, stranger, mine)
    _, size, root, *_ = (folder / "log" / "checkpoint").read_text().splitlines()
    (mine.home / "seen" / Case.id_of(folder)).write_text(f"{size} {root}\n")
    before = _bytes(folder)
    with pytest.raises(NoAccess, match="did not say that you trust it"):
        Case.open(folder, mine)
    with pytest.raises(NoAccess, match="did not say that you trust it"):
        Case.open(folder, mine, meeting=(asked := Asked(answer=False)))
    assert asked.shown[0].creator == stranger.vkey
    assert _bytes(folder) == before


def test_what_is_remembered_tells_nobody_else_and_cannot_be_written_by_others(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder = tmp_path / "of-somebody.case"
    with Case.create(folder, mine) as case:
        case.grant(stranger.recipient, vkey=stranger.vkey, name="Office Seoul")
    assert mine.home is not None
    file = mine.home / known_cases.FOLDER / Case.id_of(folder)
    content = file.read_bytes()
    assert not any(word in content for word in (b"somebody", b"Office", b"age1"))
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    for changed in (content[:-1] + bytes([content[-1] ^ 1]), content[:5], b""):
        file.write_bytes(changed)
        assert KnownCases(mine).get(Case.id_of(folder)) is None
    file.write_bytes(content)
    theirs = attrs.evolve(stranger, home=mine.home)
    assert KnownCases(theirs).get(Case.id_of(folder)) is None
    assert KnownCases(mine).get(Case.id_of(folder)) is not None


def test_a_home_that_cannot_be_written_to_stops_nothing(
    tmp_path: Path, mine: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*values: object) -> None:
        raise NoSpace("the disk is full", hint="make room")

    Case.create(tmp_path / "case", attrs.evolve(mine, home=None)).close()
    monkeypatch.setattr(atomic_files, "make_private_folder", full)
    asked = Asked()
    for _ in range(2):
        Case.open(tmp_path / "case", mine, meeting=asked).close()
    assert len(asked.shown) == 2  # it remembers nothing, so it asks again


def test_through_a_spare_key_an_unknown_case_file_is_asked_about_before_anybody_joins(
    tmp_path: Path, me: Identity, mine: Identity, stranger: Identity
) -> None:
    spare = Identity.generate()
    folder = tmp_path / "theirs.case"
    with Case.create(folder, stranger) as case:
        case.grant(spare.recipient)
    before = _bytes(folder)
    with pytest.raises(NoAccess, match="not opened this case file before"):
        Case.open(folder, mine, through=spare)
    assert _bytes(folder) == before
    with Case.open(folder, mine, through=spare, meeting=Asked()) as case:
        assert me.recipient in {m.recipient for m in case.members}
        assert case.reports("link", datetime.date(2026, 11, 24)).reports == ()


@pytest.mark.parametrize("rotations", [0, 1])
def test_a_former_member_cannot_vouch_with_the_creators_signature(
    tmp_path: Path, mine: Identity, stranger: Identity, rotations: int
) -> None:
    """They have it in an old copy, to which they can grant access."""
    folder, old, creator = tmp_path / "case", tmp_path / "old", Identity.generate()
    _attackers(folder, creator, stranger)
    shutil.copytree(folder, old)
    with Case.open(folder, creator) as case:
        case.revoke(stranger.recipient)
        case.grant(mine.recipient, vkey=mine.vkey)
    with Case.open(old, stranger) as case:
        case.grant(mine.recipient, vkey=mine.vkey)
        for _ in range(rotations):
            case.rotate()
    for where, giver in ((old, stranger), (folder, creator)):
        asked = Asked(answer=False)
        with pytest.raises(NoAccess):
            Case.open(where, mine, meeting=asked)
        assert asked.shown[0].creator_signed
        assert asked.shown[0].vouched == (fingerprint(giver.vkey),)


def test_a_record_of_an_earlier_version_whose_members_all_left_has_a_way_out(
    tmp_path: Path, mine: Identity, stranger: Identity
) -> None:
    folder, third = tmp_path / "case", Identity.generate()
    _attackers(folder, stranger, mine)
    Case.open(folder, mine, meeting=Asked()).close()
    known = KnownCases(mine)
    kept = known.get(Case.id_of(folder))
    assert kept is not None
    known._write(Case.id_of(folder), attrs.evolve(kept, authors=(), key=None, unsigned=None))
    with Case.open(folder, stranger) as case:
        case.grant(third.recipient, vkey=third.vkey)
    with Case.open(folder, third) as case:
        case.revoke(stranger.recipient)
    with pytest.raises(Swapped, match="nothing shows that its owner had the case key") as caught:
        Case.open(folder, mine, meeting=Asked())
    assert mine.home is not None
    record = mine.home / known_cases.FOLDER / Case.id_of(folder)
    assert f"delete {record} (" in str(caught.value.hint)
    record.unlink()
    Case.open(folder, mine, meeting=(asked := Asked())).close()
    assert [shown.giver for shown in asked.shown] == [third.vkey]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("foreign", [True, False])
def test_without_its_first_entry_a_case_file_can_still_be_exported(
    tmp_path: Path, mine: Identity, many: Many, known: bool, foreign: bool
) -> None:
    folder = tmp_path / "case"
    with Case.create(folder, mine) as case:
        case.intake("one", {}, many(3))
    execute(folder, mine, "UPDATE entries SET wrapped = NULL, content = NULL WHERE seq = 0")
    if foreign:
        execute(folder, mine, "CREATE TABLE another (one)")
    if not known:
        assert mine.home is not None
        shutil.rmtree(mine.home / known_cases.FOLDER)
    if not foreign:
        with pytest.raises(Damaged, match="does not say who created") as caught:
            Case.open(folder, mine, meeting=Asked())
        assert "uncounted export --without-log takes out" in str(caught.value.hint)
    before, asked = _bytes(folder), Asked()
    with Case.open(
        folder, mine, meeting=asked, despite_foreign=foreign, without_log=not foreign
    ) as case:
        assert "the first entry does not say who created the case file" in case.doubts()
        write.write(case, "json", tmp_path / "out")
    assert [shown.creator_signed for shown in asked.shown] == ([] if known else [False])
    assert _bytes(folder) == before
