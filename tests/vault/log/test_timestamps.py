"""Timestamps, against an authority that is OpenSSL's own, on loopback."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner
from tests.json_schemas import conform
from tests.light_identity import made_lightly

from uncounted.cli import app
from uncounted.errors import BadInput, NotStamped, NotVerified, UsedWrongly
from uncounted.proof import rfc3161
from uncounted.proof.rfc3161 import TimestampRequest
from uncounted.vault.case import Case
from uncounted.vault.keys import identity
from uncounted.vault.log import timestamps, tsa_client

CONFIG = """
[req]
distinguished_name=dn
[dn]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign
[tsa]
basicConstraints=CA:FALSE
extendedKeyUsage=critical,timeStamping
keyUsage=critical,digitalSignature
[mail]
basicConstraints=CA:FALSE
extendedKeyUsage=critical,emailProtection
[authority]
serial=serial
crypto_device=builtin
signer_cert=tsa.pem
certs=ca.pem
signer_key=tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256,sha512
ess_cert_id_chain=no
"""
PASSWORD = "a passphrase of five words"


@attrs.frozen
class OpenSsl:
    """A root, an authority under it, and what it says to a query."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, purpose: str = "tsa") -> OpenSsl:
        made = cls(folder)
        (folder / "a.cnf").write_text(CONFIG)
        (folder / "serial").write_text("01")
        made.run(
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650"
            " -subj /CN=Root -config a.cnf -extensions ca"
        )
        made.run(
            "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=Authority"
            " -config a.cnf"
        )
        made.run(
            "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 7 -days 3650"
            f" -extfile a.cnf -extensions {purpose} -out tsa.pem"
        )
        return made

    def run(self, arguments: str) -> str:
        done = subprocess.run(
            ["openssl", *arguments.split()], cwd=self.folder, capture_output=True, check=True
        )
        return done.stdout.decode()

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        self.run("ts -reply -queryfile query.tsq -out answer.tsr -config a.cnf -section authority")
        return (self.folder / "answer.tsr").read_bytes()

    @property
    def root(self) -> bytes:
        return (self.folder / "ca.pem").read_bytes()


@pytest.fixture(scope="module")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    return OpenSsl.make(tmp_path_factory.mktemp("authority"))


type Served = Callable[[Callable[[bytes], tuple[int, str, bytes]]], str]


@pytest.fixture
def serve() -> Iterator[Served]:
    """Serve on loopback; gives the address and stops at the end."""
    servers: list[HTTPServer] = []

    def start(reply: Callable[[bytes], tuple[int, str, bytes]]) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, kind, answer = reply(body)
                self.send_response(status)
                if status in (301, 302):
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}/tsr"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def case(tmp_path: Path, me: identity.Identity) -> Iterator[Case]:
    with Case.create(tmp_path / "a.case", me) as made:
        made.put("note", {"n": 1})
        made.seal_log()
        yield made


REPLY = "application/timestamp-reply"


def test_a_stamp_is_taken_kept_and_verified_offline_by_us_and_by_openssl(
    case: Case, openssl: OpenSsl, serve: Served
) -> None:
    url = serve(lambda query: (200, REPLY, openssl.answer(query)))
    roots = rfc3161.certificates(openssl.root)
    before = datetime.now(UTC) - timedelta(seconds=2)
    done = case.timestamp(lambda q: tsa_client.ask(url, q), authority=url, roots=roots)
    assert done.stamp.trusted
    assert done.stamp.authority == "CN=Authority"
    assert before < done.stamp.time < datetime.now(UTC) + timedelta(seconds=2)
    assert done.size == 2
    assert [entry.kind for entry in case.entries()] == ["create", "note", "timestamp"]
    again = timestamps.verify(done.file, roots)
    assert again.stamp == done.stamp
    said = openssl.run(
        f"ts -verify -data {done.file.with_suffix('.note')} -in {done.file} -CAfile ca.pem"
    )
    assert "Verification: OK" in said
    assert list(case.check()) == []


def test_every_byte_of_a_kept_stamp_is_watched(case: Case, openssl: OpenSsl) -> None:
    done = case.timestamp(openssl.answer, authority="loopback")
    for file in (done.file, done.file.with_suffix(".note")):
        kept = file.read_bytes()
        for at in range(0, len(kept), 97):
            file.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
            assert any("altered" in found for found in case.check()), at
        file.write_bytes(kept)
    done.file.unlink()
    assert list(case.check()) == ["the timestamp of entry 2 is missing or was altered"]


def test_a_stamp_of_another_log_is_noticed(
    case: Case, openssl: OpenSsl, tmp_path: Path, me: identity.Identity
) -> None:
    with Case.create(tmp_path / "b.case", me) as other:
        foreign = other.timestamp(openssl.answer, authority="loopback")
    place = case.folder / timestamps.FOLDER
    place.mkdir(parents=True)
    for file in (foreign.file, foreign.file.with_suffix(".note")):
        (place / file.name).write_bytes(file.read_bytes())
    assert [found for found in case.check() if "another log" in found]


def test_without_roots_it_says_that_no_one_checked_whose_it_is(openssl: OpenSsl) -> None:
    request = TimestampRequest.of(b"text")
    stamp = rfc3161.verify(openssl.answer(request.data), b"text", nonce=request.nonce)
    assert not stamp.trusted


def test_what_is_not_a_good_stamp_is_refused(openssl: OpenSsl, tmp_path: Path) -> None:
    request = TimestampRequest.of(b"text")
    answer, roots = openssl.answer(request.data), rfc3161.certificates(openssl.root)
    with pytest.raises(NotVerified, match="about something else"):
        rfc3161.verify(answer, b"tex", roots)
    with pytest.raises(NotVerified, match="answers another request"):
        rfc3161.verify(answer, b"text", roots, nonce=request.nonce + 1)
    other = rfc3161.certificates(OpenSsl.make(tmp_path, "mail").root)
    with pytest.raises(NotVerified, match="not signed under the certificates that you named"):
        rfc3161.verify(answer, b"text", other)
    for cut in range(0, len(answer), 61):
        with pytest.raises(NotVerified):
            rfc3161.verify(answer[:cut], b"text", roots)
    with pytest.raises(NotVerified, match="too long"):
        rfc3161.verify(bytes(rfc3161.MOST_BYTES + 1), b"text")
    with pytest.raises(NotVerified, match="not a timestamp"):
        rfc3161.verify(b"<html>", b"text")
    with pytest.raises(BadInput, match="no certificate"):
        rfc3161.certificates(b"hello")
    with pytest.raises(BadInput, match="cannot be read"):
        rfc3161.certificates(openssl.root.replace(b"M", b"N", 3))


def test_a_refusal_of_the_authority_is_a_refusal(openssl: OpenSsl) -> None:
    broken = TimestampRequest.of(b"text").data.replace(
        b"\x60\x86\x48\x01\x65\x03\x04\x02\x03", b"\x60\x86\x48\x01\x65\x03\x04\x02\x09"
    )
    with pytest.raises(NotVerified, match="refused to give"):
        rfc3161.verify(openssl.answer(broken), b"text")


def test_a_certificate_for_mail_signs_no_timestamps(openssl: OpenSsl, tmp_path: Path) -> None:
    mail = OpenSsl.make(tmp_path, "mail")
    with pytest.raises(subprocess.CalledProcessError):  # openssl will not sign with it either
        mail.answer(TimestampRequest.of(b"text").data)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ((404, "text/plain", b""), "HTTP 404"),
        ((302, REPLY, b""), "HTTP 302"),
        ((200, "text/html", b"<html>"), "not from a timestamp authority"),
        ((200, REPLY, bytes(rfc3161.MOST_BYTES + 5)), "too long"),
    ],
)
def test_what_does_not_answer_like_an_authority(
    reply: tuple[int, str, bytes], words: str, serve: Served
) -> None:
    url = serve(lambda _: reply)
    with pytest.raises(NotStamped, match=words):
        tsa_client.ask(url, b"query")


def test_no_one_there(case: Case) -> None:
    with pytest.raises(NotStamped, match="refused"):
        tsa_client.ask("http://127.0.0.1:9/tsr", b"query")
    with pytest.raises(NotStamped, match="cannot be reached"):
        case.timestamp(lambda q: tsa_client.ask("http://127.0.0.1:9/", q), authority="nobody")
    assert [entry.kind for entry in case.entries()] == ["create", "note"]
    assert timestamps.files(case.folder) == []


def test_no_answer_in_time(serve: Served) -> None:
    waits = threading.Event()

    def slow(_: bytes) -> tuple[int, str, bytes]:
        waits.wait(1)
        return 200, REPLY, b""

    url = serve(slow)
    with pytest.raises(NotStamped, match="no answer in time"):
        tsa_client.ask(url, b"query", seconds=0.05)
    waits.set()


@pytest.mark.parametrize("headers", [b"", f"Content-Type: {REPLY}\r\n\r\n".encode()])
def test_an_answer_that_drips_is_none(headers: bytes) -> None:
    """A byte now and then keeps a timeout for each piece from ever coming."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            there, _ = server.accept()
            with there, contextlib.suppress(OSError):
                there.recv(10_000)
                there.sendall(b"HTTP/1.1 200 OK\r\n" + headers)
                while not over.wait(0.02):
                    there.sendall(b"X")

        dripping = threading.Thread(target=drip)
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(NotStamped, match="no answer in time"):
            tsa_client.ask(f"http://127.0.0.1:{server.getsockname()[1]}/", b"query", seconds=0.3)
        took = time.monotonic() - begun
        over.set()
        dripping.join()
    assert took < 5


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/",
        "stamps.example",
        "http://",
        "http://a:b@c/",
        "http://a:x/",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsedWrongly, match="address"):
        tsa_client.ask(url, b"query")


def test_the_command(
    tmp_path: Path, openssl: OpenSsl, serve: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_lightly(tmp_path / "home", PASSWORD)
    monkeypatch.setenv("UNCOUNTED_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("UNCOUNTED_PASSPHRASE", PASSWORD)
    url = serve(lambda query: (200, REPLY, openssl.answer(query)))
    case = str(tmp_path / "a.case")
    assert CliRunner().invoke(app, ["init", case]).exit_code == 0
    done = CliRunner().invoke(app, ["timestamp", case, "--authority", url])
    assert done.exit_code == 0
    assert "CN=Authority says: the log's 1 entries were there" in done.stdout
    assert "Connecting to 127.0.0.1, port" in done.stderr
    assert "its signer was not checked" in done.stderr
    roots = tmp_path / "ca.pem"
    roots.write_bytes(openssl.root)
    again = CliRunner().invoke(
        app, ["timestamp", case, "--authority", url, "--roots", str(roots), "--json"]
    )
    assert '"trusted": true' in again.stdout
    conform("timestamp", json.loads(again.stdout))
    assert "nobody has checked" not in again.stderr
    _check_says_what_the_stamps_say(case, roots, tmp_path)


def _check_says_what_the_stamps_say(case: str, roots: Path, tmp_path: Path) -> None:
    bare = CliRunner().invoke(app, ["check", case])
    assert "2 timestamps" in bare.stdout
    assert "the authority was not checked: give its certificate with --roots" in bare.stderr
    done = CliRunner().invoke(app, ["check", case, "--roots", str(roots)])
    assert done.exit_code == 0, done.output
    assert done.stdout.count("CN=Authority says: the log's first") == 2
    assert "the log's first 2 entries were there 20" in done.stdout
    as_json = CliRunner().invoke(app, ["check", case, "--roots", str(roots), "--json"])
    conform("check", json.loads(as_json.stdout))
    told = json.loads(as_json.stdout)["timestamps"]
    assert [(one["entries"], one["trusted"]) for one in told] == [(1, True), (2, True)]
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "ca.pem"
    other.write_bytes(OpenSsl.make(tmp_path / "other").root)
    refused = CliRunner().invoke(app, ["check", case, "--roots", str(other)])
    assert isinstance(refused.exception, NotVerified)
    assert "2 timestamps are not signed under the certificates" in str(refused.exception)
    gone = CliRunner().invoke(app, ["check", case, "--roots", str(tmp_path / "none")])
    assert isinstance(gone.exception, UsedWrongly)
