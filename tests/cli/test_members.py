"""Members, recovery and passphrases from the command line: what is printed, asked and refused."""

from __future__ import annotations

import importlib
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import click
import pytest
from click.testing import CliRunner, Result
from tests.light_identity import made_lightly, sealed_lightly

from uncounted.cli import app
from uncounted.cli.main import run
from uncounted.proof.signed_note import fingerprint
from uncounted.vault.keys import identity

WORDS = "a passphrase of five words"

MADE: dict[Path, identity.Identity] = {}


class Who:
    """Types commands as one person or another."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._patch = folder, monkeypatch
        self.case = str(folder / "a.case")

    def be(self, name: str) -> Who:
        self._patch.setenv("UNCOUNTED_HOME", str(self.folder / name))
        return self

    def type(self, *arguments: str | Path, status: int = 0) -> Result:
        done = CliRunner().invoke(app, [str(each) for each in arguments])
        assert done.exit_code == status, (done.output, done.exception)
        return done

    def json(self, *arguments: str | Path) -> Any:
        return json.loads(self.type(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("homes")
    for name in ("first", "second"):
        made_lightly(folder / name, WORDS)
        MADE[folder / name] = identity.load(folder / name, WORDS)
    return folder


@pytest.fixture
def who(homes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Who:
    for name in ("first", "second"):
        shutil.copytree(homes / name, tmp_path / name)

    def opened(home: Path, passphrase: str) -> identity.Identity:
        return attrs.evolve(MADE[homes / home.name], home=home)

    monkeypatch.setattr(identity, "load", opened)
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", WORDS)
    monkeypatch.setenv("UNCOUNTED_TRUST", fingerprint(MADE[homes / "first"].vkey))
    typing = Who(tmp_path, monkeypatch)
    typing.be("first").type("init", typing.case)
    return typing


def refused(capsys: pytest.CaptureFixture[str], status: int, words: str, *arguments: str) -> None:
    assert run([*arguments]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("uncounted: error: ")
    assert words in err


def test_two_members_and_a_revocation(who: Who, capsys: pytest.CaptureFixture[str]) -> None:
    case, keys = who.case, who.folder / "office.json"
    keys.write_text(who.be("second").type("identity", "show", "--json").stdout)
    assert keys.read_text() == who.type("identity", "--json").stdout
    recipient = json.loads(keys.read_text())["recipient"]
    refused(capsys, 1, "not a member", "log", case)
    done = who.be("first").type("grant", case, keys, "--name", "Office")
    assert done.stdout == "Office can open this case file, and read all of it.\n"
    mark = done.stderr.split()[-1]
    assert f"Its fingerprint:   {mark}\n" in who.be("second").type("identity").stdout
    assert mark in who.be("first").type("members", case).stdout
    listed = who.json("members", case)
    assert [member["name"] for member in listed["members"]] == [None, "Office"]
    assert listed["members"][1]["recipient"] == recipient
    shown = who.type("members", case).stdout
    assert recipient in shown
    assert "signs nothing" not in shown
    who.be("second").type("check", case)
    who.type("rotate", case)
    log = who.json("log", case)["entries"]
    assert [entry["kind"] for entry in log] == ["create", "grant", "rotation"]
    assert log[1]["by"] != log[2]["by"] == json.loads(keys.read_text())["signer"]
    refused(capsys, 2, "your own access", "revoke", case, "Office")
    done = who.be("first").type("revoke", case, "Office")
    assert "under a new key" in done.stdout
    assert "a copy of this folder made before entry 3 still opens with their key" in done.stderr
    who.be("second")
    refused(capsys, 1, "no longer a member of the case file", "log", case)
    who.be("first")
    refused(capsys, 2, "no such member", "revoke", case, str(keys))
    refused(capsys, 2, "no such member", "revoke", case, "Nobody")


def test_a_case_file_that_is_new_to_a_member_is_trusted_once(
    who: Who, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UNCOUNTED_TRUST")
    mine, theirs = (who.be(name).json("identity") for name in ("first", "second"))
    who.be("first").type("grant", who.case, theirs["recipient"], "--vkey", theirs["signer"])
    mark = fingerprint(mine["signer"])
    who.be("second")
    assert run(["log", who.case]) == 1
    err = capsys.readouterr().err
    assert err.startswith("You have not opened this case file before.\n  case file:   ")
    assert f"  your access: given by {mark}\n  2 members:\n    {mark}\n" in err
    assert "uncounted: error: you have not opened this case file before" in err
    assert f"if it is {mark}, run the command again with --trust and that fingerprint" in err
    other = fingerprint(theirs["signer"])
    assert run(["log", who.case, "--trust", other]) == 2
    err = capsys.readouterr().err
    assert "access was given to you by another key than the one that you trust" in err
    said = who.type("log", who.case, "--trust", mark).stderr
    assert f"  2 members:\n    {mark}\n    {other}\n" in said  # a stated key does not hide them
    assert who.type("log", who.case).stderr == ""  # nothing is asked again
    shutil.rmtree(who.folder / "second" / "known")
    shutil.rmtree(who.folder / "second" / "seen")
    answers, asked = iter([False, True]), []

    def confirm(question: str, **named: object) -> bool:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr(click, "confirm", confirm)
    module = importlib.import_module("uncounted.cli.app")
    monkeypatch.setattr(module, "somebody_is_there", lambda: True)
    who.type("log", who.case, status=1)
    who.type("log", who.case)
    who.type("log", who.case)
    assert asked == ["Is this the case file that you expect?"] * 2
    shutil.rmtree(who.folder / "second" / "known")  # as a home of an earlier version is
    answers = iter([True])
    said = who.type("log", who.case).stderr
    assert said.startswith("Your identity holds states of this log, but no record of who created")
    assert "an earlier version, which kept no such record" in said
    assert len(asked) == 3


def test_who_came_since_is_said_and_another_case_file_at_the_path_refused(
    who: Who, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = who.be("second").json("identity")
    who.be("first").type("grant", who.case, theirs["recipient"], "--vkey", theirs["signer"])
    third = identity.Identity.generate()
    who.be("second").type("grant", who.case, third.recipient, "--vkey", third.vkey, "--name", "New")
    said = who.be("first").type("log", who.case).stderr
    assert said == (
        "warning: the members of this case file changed since you last opened it:\n"
        f"  new      {fingerprint(third.vkey)}  New\n"
        "New members can read the whole case file. If you did not expect them, stop here.\n"
    )
    assert who.type("log", who.case).stderr == ""
    other = who.folder / "other.case"
    who.be("second").type("init", other)
    first = who.be("first").json("identity")
    who.be("second").type("grant", other, first["recipient"], "--vkey", first["signer"])
    shutil.rmtree(who.case)
    other.rename(who.case)
    who.be("first")
    refused(capsys, 1, "another case file lies where you opened a case file", "log", who.case)


def test_a_grant_without_a_verifier_key_says_what_that_means(who: Who) -> None:
    recipient = who.be("second").json("identity")["recipient"]
    done = who.be("first").type("grant", who.case, recipient)
    assert done.stdout == f"{recipient} can open this case file, and read all of it.\n"
    assert "states it when it first opens" in done.stderr
    assert "signs nothing" in who.type("members", who.case).stdout
    who.be("second").type("check", who.case)
    assert "signs nothing" not in who.type("members", who.case).stdout


def test_a_verifier_key_that_is_not_the_files(who: Who, capsys: pytest.CaptureFixture[str]) -> None:
    keys = who.folder / "office.json"
    mine = who.json("identity")["signer"]
    keys.write_text(who.be("second").type("identity", "--json").stdout)
    who.be("first")
    refused(
        capsys, 2, "not the verifier key that the file holds",
        "grant", who.case, str(keys), "--vkey", mine,
    )  # fmt: skip


def test_shares_on_the_terminal_and_back(who: Who, capsys: pytest.CaptureFixture[str]) -> None:
    done = who.type("recovery", "split", who.case, "--shares", "4", "--threshold", "2")
    lines = done.stdout.splitlines()
    assert lines[-1] == "Any 2 of these 4 open the case file."
    shares = [line.split(": ")[1] for line in lines[:-1]]
    assert [len(share.split()) for share in shares] == [20] * 4
    assert not any(share in done.stderr for share in shares)
    file = who.folder / "shares.txt"
    who.be("second")
    file.write_text(shares[0] + "\n")
    join = ["recovery", "join", who.case, "--shares-file", str(file)]
    refused(capsys, 1, "2 shares are needed, and 1 were given", *join)
    file.write_text(f"# from the safe\n{shares[3]}\n\n{shares[1]}\n")
    done = who.type(*join)
    assert done.stdout == "Your identity is a member of this case file.\n"
    assert "revoke removes it" in done.stderr
    refused(capsys, 1, "a member already", *join)
    who.type("check", who.case)
    refused(capsys, 1, "already has recovery shares", "recovery", "split", who.case)
    told = who.json("recovery", "split", who.case, "--replace")
    assert (len(told["shares"]), told["threshold"]) == (5, 3)
    refused(capsys, 2, "there is no terminal to ask on", "recovery", "join", who.case)
    refused(capsys, 2, "at least 2", "recovery", "split", who.case, "--threshold", "1")
    for secret in (*shares, *told["shares"]):
        for path in (who.folder / "a.case").rglob("*"):
            assert path.is_dir() or secret.encode() not in path.read_bytes()


def test_shares_in_files_for_their_owner_alone(
    who: Who, capsys: pytest.CaptureFixture[str]
) -> None:
    out = who.folder / "shares"
    done = who.type("recovery", "split", who.case, "--out", out)
    assert done.stdout == f"5 shares are in {out}. Any 3 of them open the case file.\n"
    files = sorted(out.iterdir())
    assert [file.name for file in files] == [f"share-{n}-of-5.txt" for n in range(1, 6)]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    split = ["recovery", "split", who.case, "--replace", "--out"]
    refused(capsys, 1, "there already", *split, str(out))


def test_a_split_that_fails_leaves_no_share(
    who: Who, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from uncounted.errors import NoSpace
    from uncounted.vault.case import Case

    def full(*values: object, **named: object) -> None:
        raise NoSpace("the disk is full")

    monkeypatch.setattr(Case, "add_recovery", full)
    out = who.folder / "shares"
    assert run(["recovery", "split", who.case, "--out", str(out)]) == 1
    assert list(out.iterdir()) == []
    err = capsys.readouterr().err
    assert "Destroy these shares" in err
    assert "the disk is full" in err


@pytest.mark.parametrize("as_json", [True, False])
def test_shares_are_shown_before_they_open_anything(
    as_json: bool, who: Who, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the two must leave words that open nothing, not a key that nobody has."""
    from uncounted.vault.case import Case

    class Gone(BaseException):
        pass

    def crash(*_: object, **__: object) -> None:
        raise Gone

    capsys.readouterr()
    monkeypatch.setattr(Case, "add_recovery", crash)
    with pytest.raises(Gone):
        run(["recovery", "split", who.case, *(["--json"] if as_json else [])])
    out = capsys.readouterr().out
    shares = json.loads(out)["shares"] if as_json else [x.split(": ")[1] for x in out.splitlines()]
    assert [len(share.split()) for share in shares] == [20] * 5


def test_shares_are_requested_until_there_are_enough(
    who: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    from uncounted.cli import members

    shares = who.json("recovery", "split", who.case, "--shares", "3", "--threshold", "2")["shares"]
    typed: Iterator[str] = iter(["not a share", shares[2], shares[2], shares[0]])
    asked = []

    def prompt(question: str, **named: object) -> str:
        asked.append(question)
        return next(typed)

    monkeypatch.setattr(click, "prompt", prompt)
    monkeypatch.setattr(members, "somebody_is_there", lambda: True)
    done = who.be("second").type("recovery", "join", who.case)
    assert asked == ["Share 1", "Share 1", "Share 2", "Share 2"]
    assert "share 1 has 3 words" in done.stderr
    assert "2 shares are needed." in done.stderr
    assert "share 2 is share 1 once more" in done.stderr
    assert "Your identity is a member" in done.stdout


def test_a_spare_key_in_a_file(who: Who, capsys: pytest.CaptureFixture[str]) -> None:
    import subprocess

    key = who.folder / "spare"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    who.type("grant", who.case, f"{key}.pub", "--name", "Key in the safe")
    assert "..." in who.type("members", who.case).stdout
    refused(capsys, 1, "holds a secret key", "grant", who.case, str(key))
    join = ["recovery", "join", who.case, "--key", str(key)]
    refused(capsys, 2, "--shares-file and --key", *join, "--shares-file", "-")
    assert who.be("second").json(*join)["recipient"].startswith("age1")
    who.type("check", who.case)


@pytest.mark.scrypt
def test_identities(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UNCOUNTED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", "the first words")
    for command in (["identity"], ["identity", "show"], ["identity", "passphrase"]):
        refused(capsys, 1, "no identity found", *command)
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", "short")
    refused(capsys, 2, "fewer than 12 characters", "identity", "new")
    refused(capsys, 2, "fewer than 12 characters", "init", str(tmp_path / "a.case"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", "the first words")
    assert run(["identity", "new"]) == 0
    assert "Your recipient:    age1" in capsys.readouterr().out
    refused(capsys, 1, "already has an identity", "identity", "new")
    refused(capsys, 2, "UNCOUNTED_NEW_PASSPHRASE or give --new-pass", "identity", "passphrase")
    (tmp_path / "new").write_text("second words\n")
    arguments = ["identity", "passphrase", "--new-passphrase-file", str(tmp_path / "new"), "--json"]
    assert run(arguments) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["recipient"] == identity.public(tmp_path / "home").recipient


def test_a_passphrase_is_generated_for_a_person_who_types_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = "six words of a list generated"
    monkeypatch.delenv("UNCOUNTED_PASSPHRASE", raising=False)
    monkeypatch.setenv("UNCOUNTED_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("uncounted.workflow.access.generated", lambda: made)
    monkeypatch.setattr("uncounted.vault.keys.passphrase_file.seal", sealed_lightly)
    module = importlib.import_module("uncounted.cli.app")
    monkeypatch.setattr(module, "somebody_is_there", lambda: True)
    done = CliRunner().invoke(app, ["identity", "new"], input=f"\nnot these\n{made}\n")
    assert done.exit_code == 0, done.output
    assert done.stderr.count(made) == 1
    assert "That is not the same passphrase." in done.stderr
    assert identity.load(tmp_path / "home", made).home == tmp_path / "home"
    done = CliRunner().invoke(app, ["identity"])
    assert "scrypt at 2^1" in done.stderr  # sealed as an earlier version might have


def test_the_name_of_a_member_cannot_look_like_a_line_of_ours() -> None:
    from uncounted.cli.trust import _shown
    from uncounted.workflow.access import Member

    forged = Member("age1\nx", None, "Office\n  created by:  qjg4-yta4\u202e" + "x" * 99)
    assert _shown(forged) == f"age1?x...  Office?  created by:  qjg4-yta4?{'x' * 28}"
