"""A release folder: its files, their signed manifest, and the log proof.

Making one takes two steps with the case file's log between them: `manifest` says what will
be published, the log takes an entry that commits to it, and `write` makes a folder that
`verify` has accepted. No person's data comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from uncounted import atomic_files
from uncounted.errors import AlreadyThere, BadInput
from uncounted.proof.canonical_json import JSONObject, canonical, sha256
from uncounted.proof.signed_note import Signer
from uncounted.publish import verify as verifying


def manifest(
    files: Mapping[str, bytes],
    facts: JSONObject,
    *,
    signer: str,
    made_at: str,
    version: str,
) -> bytes:
    """Say what will be published, as canonical JSON; its SHA-256 goes into the log.

    Args:
        files: name -> bytes of every file of the release.
        facts: plain values that the release rests on; of the inputs salted commitments
            only, never the bare hash of a table.
        signer: verifier key of the one who will sign.
        made_at: when, UTC, as `2026-03-01T12:00:00Z`.
        version: that of the tool.

    Raises:
        BadInput: a file's name is not one that every system can carry, two differ by
            case alone, or a fact has no canonical JSON form.
    """
    if not verifying.TIME.fullmatch(made_at):
        raise BadInput("a release's time is written as 2026-03-01T12:00:00Z, in UTC")
    _check_names(files)
    return canonical(
        {
            "format": verifying.FORMAT,
            "tool": {"name": "uncounted", "version": version},
            "made_at": made_at,
            "signer": signer,
            "files": {
                name: {"size": len(data), "sha256": sha256(data).hex()}
                for name, data in files.items()
            },
            "facts": facts,
        }
    )


def entry(manifest: bytes) -> dict[str, str]:
    """Give the public body of the log entry, of kind "release", that commits to a manifest.

    Examples:
        >>> entry(b"{}")["manifest"][:16]
        '44136fa355b3678a'
    """
    return {"manifest": sha256(manifest).hex()}


def refuse_unwritable(folder: Path) -> None:
    """See that a release can be written into `folder`, before its entry is made; write nothing.

    Raises:
        AlreadyThere: there is something in it.
        NoSpace: no folder can be made there.
    """
    _refuse_full(folder)
    with atomic_files.partial_folder(folder):
        pass


def write(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    manifest: bytes,
    signer: Signer,
    opening: JSONObject,
    checkpoint: bytes,
    proof: bytes,
    leaves: bytes,
) -> verifying.Verdict:
    """Write the release into `folder`, whole or not at all, and give its own verdict on it.

    1. The folder is new, or there and empty.
    2. Everything is written into the same folder, under a temporary name, and flushed; what a
       killed process left under such a name is removed.
    3. What was written verifies, under the signer's own key.
    4. The temporary folder takes the name.

    Args:
        folder: where to.
        files: the same as were given to `manifest`.
        manifest: what `manifest` gave.
        signer: the key that the manifest names.
        opening: of the log's release entry: `{"body": {...}, "salt": hex}`.
        checkpoint: the log's signed checkpoint, sealed after that entry.
        proof: the `.tlog-proof` of that entry under that checkpoint.
        leaves: the log's leaf hashes up to the checkpoint, 32 bytes each.

    Raises:
        AlreadyThere: step 1.
        NoSpace: step 2 or 4; nothing is left behind.
        NotVerified: step 3, the parts do not belong together.
    """
    _check_names(files)  # before anything is written under them
    parts = dict(files) | {
        verifying.MANIFEST: manifest,
        verifying.SIGNATURE: signer.sign(verifying.signed_text(manifest)),
        verifying.OPENING: canonical(opening),
        verifying.CHECKPOINT: checkpoint,
        verifying.PROOF: proof,
        verifying.LEAVES: leaves,
    }
    _refuse_full(folder)  # 1
    with atomic_files.partial_folder(folder) as temporary:
        changed = {folder.parent}
        for name, data in parts.items():  # 2
            changed |= atomic_files.place(temporary / name, data)
        atomic_files.sync_folders(changed)
        verdict = verifying.verify(temporary, signer=signer.vkey)  # 3
        with atomic_files.disk_errors():  # 4
            if folder.exists():
                folder.rmdir()  # empty, by step 1; a full one is refused by the system
            temporary.rename(folder)
        atomic_files.sync_folders([folder.parent])
    return verdict


def _check_names(files: Mapping[str, bytes]) -> None:
    problem = verifying.wrong_names(files)
    if problem is not None:
        raise BadInput(problem, hint="use letters, digits, dots and hyphens, like report.html")


def _refuse_full(folder: Path) -> None:
    with atomic_files.disk_errors():
        taken = folder.is_symlink() or (
            folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        )
    if taken:
        raise AlreadyThere(
            "that folder is not empty",
            hint="give a folder that does not exist; a release is never overwritten",
        )
