"""A case file of made-up people, and the identities that open it. Nobody here exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.light_identity import seal_lightly

from uncounted.vault.case import Case
from uncounted.vault.keys import identity
from uncounted.vault.keys.identity import Identity
from uncounted.vault.reports.consent import Consent
from uncounted.vault.reports.ingest import IncomingReport

PASSPHRASE = "열 개의 낱말 correct horse"
BOTH = Consent(frozenset({"link", "statistics"}))
ABOUT = {"collector": "Gather One", "covers": {"from": "2017"}}

Maker = Callable[..., IncomingReport]


def _incoming(
    number: int, *, consent: Consent = BOTH, row: int | None = None, **payload: Any
) -> IncomingReport:
    said = {
        "n": number,
        "names": [{"written": "김무명"}, {"written": "KIM Mumyong"}],
        "note": "국경에서 헤어졌다",
    }
    return IncomingReport(
        f"R-{number}", {**said, **payload}, consent, number + 2 if row is None else row
    )


@pytest.fixture(scope="session")
def make() -> Maker:
    return _incoming


@pytest.fixture(scope="session")
def many() -> Callable[..., Iterable[IncomingReport]]:
    return _many


@pytest.fixture(scope="session")
def passphrase() -> str:
    return PASSPHRASE


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one identity, made in earnest, and opened without scrypt's second of work."""
    folder = tmp_path_factory.mktemp("person") / "home"
    identity.create(folder, PASSPHRASE)
    seal_lightly(folder, PASSPHRASE)
    return folder


@pytest.fixture(scope="session")
def me() -> Identity:
    return Identity.generate()


@pytest.fixture(scope="session")
def stranger() -> Identity:
    return Identity.generate()


@pytest.fixture
def case(tmp_path: Path, me: Identity) -> Iterator[Case]:
    with Case.create(tmp_path / "case", me) as opened:
        yield opened


@pytest.fixture
def filled(tmp_path: Path, me: Identity, make: Maker) -> Path:
    """A closed case folder with 300 reports and an artefact."""
    folder = tmp_path / "case"
    with Case.create(folder, me) as opened:
        opened.intake("one", ABOUT, _many(300))
        opened.put("release", {"title": "first"}, b"manifest")
    return folder


def _many(count: int, start: int = 0) -> Iterable[IncomingReport]:
    return (_incoming(number) for number in range(start, start + count))
