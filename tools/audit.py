"""List what an installation consists of: packages, licences, libraries in wheels; write an SBOM.

    python tools/audit.py UV OUT.json

The list is of the packages that `uv.lock` names for users. The exit status is 1 if one of them has
a licence of the GPL family. The SBOM is CycloneDX 1.5, by uv. Known vulnerabilities are asked of
osv.dev, by uv; where that cannot be reached it is said, and decides nothing.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

_NO_COPYLEFT = ("GPL", "GENERAL PUBLIC")


def packages(sbom: dict[str, list[dict[str, str]]]) -> Iterator[tuple[str, str, str]]:
    """Name, version and licence of each package; one that is not installed here says so."""
    for part in sorted(sbom["components"], key=lambda part: part["name"]):
        try:
            said = metadata(part["name"])
        except PackageNotFoundError:
            yield part["name"], part["version"], "not installed on this platform"
            continue
        kinds = [text for text in said.get_all("Classifier", []) if text.startswith("License ::")]
        licence = said.get("License-Expression") or "; ".join(
            kind.rpartition(" :: ")[2] for kind in kinds
        )
        yield part["name"], part["version"], licence or _first_line(said)


def _first_line(said: PackageMetadata) -> str:
    return (said.get("License") or "not stated: see pyproject.toml").split("\n")[0]


def inside_wheels() -> Iterator[tuple[str, str]]:
    """Libraries that come inside wheels or with Python, which no lock file names."""
    from cryptography.hazmat.backends.openssl.backend import backend
    from sqlcipher3 import dbapi2

    yield "OpenSSL in cryptography", backend.openssl_version_text()
    yield "OpenSSL of Python", ssl.OPENSSL_VERSION
    yield "SQLite in sqlcipher3", dbapi2.sqlite_version
    with dbapi2.connect(":memory:") as database:
        yield "SQLCipher in sqlcipher3", database.execute("PRAGMA cipher_version").fetchone()[0]
        database.execute("PRAGMA key = 'none'")
        provider = database.execute("PRAGMA cipher_provider_version").fetchone()
        yield "OpenSSL in sqlcipher3", provider[0] if provider else "?"


def main(uv: str, out: Path) -> int:
    """Print the lists, write the SBOM, ask for known vulnerabilities."""
    of_users = ["--quiet", "--frozen", "--no-default-groups"]
    export = [uv, "export", *of_users, "--format", "cyclonedx1.5"]
    done = subprocess.run(export, check=True, capture_output=True, text=True)
    out.write_text(done.stdout, encoding="utf-8")
    refused = 0
    for name, version, licence in packages(json.loads(done.stdout)):
        copyleft = any(word in licence.upper() for word in _NO_COPYLEFT)
        refused += copyleft
        print(f"{name:24} {version:14} {licence}{'   NOT ALLOWED' if copyleft else ''}")
    print()
    for what, version in inside_wheels():
        print(f"{what:24} {version}")
    print(f"\nSBOM (CycloneDX 1.5): {out}")
    asked = subprocess.run([uv, "audit", *of_users], check=False, capture_output=True, text=True)
    if "osv.dev" in asked.stderr and asked.returncode:
        print("known vulnerabilities: osv.dev cannot be reached from here; nothing was checked")
    else:
        print(asked.stdout or "known vulnerabilities: none")
        refused += asked.returncode
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
