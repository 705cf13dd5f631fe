"""Attachments: files of a report, each an age file under a key of its own.

A file is read once, in pieces, and is on the disk in ciphertext only; no clear copy is
ever made, not for a moment. Its key is an age identity that is kept in the attachment's
entry and nowhere else, so forgetting the entry forgets the file. Equal files are kept
once. What is put back is checked whole before its first byte is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import attrs
import pyrage
from pyrage import x25519

from uncounted import atomic_files, regular_files
from uncounted.errors import BadInput, Damaged, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.vault.log.bodies import AttachmentBody
from uncounted.vault.log.entries import Entries, Entry
from uncounted.vault.reports import age_files
from uncounted.vault.reports.age_files import Digest, SealedFile
from uncounted.vault.reports.versions import current
from uncounted.vault.store.database import Storage

FOLDER = age_files.FOLDER
KIND = "attachment"
_COPY = "restore the case file from a copy, or attach the file again"


@attrs.frozen
class Attachment(AttachmentBody):
    """A file that belongs to a report, and the entry with which it came."""

    entry: Entry

    @property
    def sealed(self) -> SealedFile:
        """The age file that holds it."""
        return SealedFile(self.size, self.sha256, self.file, self.identity)

    @property
    def key(self) -> x25519.Identity:
        """What opens the age file."""
        return self.sealed.key


@attrs.frozen
class NewAttachment:
    """A file on its way in: to which report, where it lies, and the name to keep."""

    source: str
    report: str = attrs.field(repr=False)
    file: Path
    name: str = attrs.field(repr=False)


def of_report(
    storage: Storage,
    source: str,
    report_id: str,
    files: Sequence[Path],
    names: Sequence[str] | None = None,
) -> list[NewAttachment]:
    """Files that are to be attached to one report, under these names or their own."""
    row = current(storage, source, report_id)
    named = [file.name for file in files] if names is None else list(names)
    if len(named) != len(files):
        raise UsedWrongly("the numbers of files and names differ", hint="give a name for each file")
    pairs = zip(files, named, strict=True)
    return [NewAttachment(row.source, row.id, file, name) for file, name in pairs]


def attach_all(
    entries: Entries,
    folder: Path,
    new: Sequence[NewAttachment],
    *,
    progress: Progress = silent,
) -> list[Attachment]:
    """Seal files and attach them, each to its report: all of them or none.

    What the case file holds already is looked at once, however many files there are.

    1. The reports are there, and so is every file.
    2. A note in the database says that files are on their way, so that a crash is tidied up.
    3. Each file is sealed under a fresh key; one that the case file has already, whole, is
       not kept twice, and one that the report has already under that name is passed over.
    4. One transaction adds the entries and takes the note away.

    Returns:
        What was attached: fewer than `new` when reports had some of them already.
    """
    rows = [current(entries.storage, each.source, each.report) for each in new]  # 1
    for number, each in enumerate(new, start=1):
        if not each.file.is_file():
            raise UsedWrongly(
                f"file {number} to attach does not exist, or is not a regular file",
                hint="check the path; a folder, a pipe or a device cannot be attached",
            )
    there, held = dict[str, SealedFile](), set[tuple[str, str, str, str]]()
    for one in every(entries):
        there[one.sha256] = one.sealed
        held.add((one.source, one.report, one.name, one.file))
    if entries.storage.must_sweep():  # an attempt before this one could not tidy up after itself
        sweep(entries, folder)
    with entries.storage.transaction():  # 2
        entries.storage.must_be_swept()
    try:
        sealed_now = list[tuple[str, str, str, SealedFile]]()
        for number, (row, each) in enumerate(zip(rows, new, strict=True)):  # 3
            sealed = _seal(each.file, folder / FOLDER, there, progress, (number, len(new)))
            there[sealed.sha256] = sealed
            known = (row.source, row.id, each.name, sealed.file)
            if known not in held:
                held.add(known)
                sealed_now.append((row.source, row.id, each.name, sealed))
        with entries.storage.transaction():  # 4
            made = [_note(entries, *those) for those in sealed_now]
            entries.storage.nothing_to_sweep()
    except BaseException:
        sweep(entries, folder)
        raise
    return made


def every(
    entries: Entries, source: str | None = None, report_id: str | None = None
) -> Iterator[Attachment]:
    """Every attachment that was not forgotten, or those of one report, in order."""
    for opened in entries.of_kind(KIND):
        body = AttachmentBody.from_json(opened.body)
        if source is None or (body.source, body.report) == (source, report_id):
            yield Attachment(**attrs.asdict(body), entry=opened.entry)


def forget(entries: Entries, source: str, report_id: str) -> None:
    """Destroy the keys of a report's attachments, inside the transaction of its withdrawal.

    Their files go with the next `sweep`, unless another report has the same ones.
    """
    for attachment in list(every(entries, source, report_id)):
        entries.storage.forget_entry(attachment.entry.seq)


def sweep(entries: Entries, folder: Path) -> None:
    """Delete the age files that nothing speaks of any more, and pieces that a crash left."""
    place = folder / FOLDER
    if not place.is_dir():
        return
    wanted = {f"{each.file}.age" for each in every(entries)} | age_files.of_unfinished(
        entries.storage
    )
    gone = [
        path
        for path in place.iterdir()
        if path.name not in wanted and age_files.OURS.fullmatch(path.name) and not path.is_dir()
    ]
    with atomic_files.disk_errors():
        for path in gone:
            path.unlink(missing_ok=True)
    if gone:
        atomic_files.sync_folders([place])


def put_back(folder: Path, attachment: Attachment, target: IO[bytes]) -> None:
    """Write what an attachment holds, in clear, to an open file.

    The age format gives out what it has read before it notices that the end is missing. So
    the file is opened twice from the same place: once to nowhere, and only if it is whole
    and what was attached, once more to the target.
    """
    path = folder / FOLDER / f"{attachment.file}.age"
    wrong = Damaged(
        f"the attachment of entry {attachment.entry.seq} was altered or is missing", hint=_COPY
    )
    whole, again = Digest(), Digest(target)
    try:
        with regular_files.opened(path, most=age_files.most_of(attachment.size)) as file:
            pyrage.decrypt_io(file, whole, [attachment.key])
            if whole.hexdigest() == attachment.sha256:
                file.seek(0)
                pyrage.decrypt_io(file, again, [attachment.key])
    except (OSError, pyrage.DecryptError) as error:
        raise (again.failed or wrong) from error
    if again.hexdigest() != attachment.sha256:
        raise wrong


def findings(entries: Entries, folder: Path) -> Iterator[str]:
    """Say which attachments are missing or altered, and which files belong to none."""
    place = folder / FOLDER
    wanted: dict[str, Attachment] = {}
    for attachment in every(entries):
        wanted.setdefault(attachment.file, attachment)
    for name, attachment in wanted.items():
        path, seq = place / f"{name}.age", attachment.entry.seq
        if not path.is_file():
            yield f"the attachment of entry {seq} is missing"
            continue
        try:
            if age_files.hash_of(path, attachment.size) != name:
                yield f"the attachment of entry {seq} was altered"
        except regular_files.TooLarge:
            yield f"the attachment of entry {seq} was altered"
        except OSError:
            yield f"the attachment of entry {seq} cannot be read: the disk fails"
    there = {path.name for path in place.iterdir()} if place.is_dir() else set()
    strange = there - {f"{name}.age" for name in wanted} - age_files.of_unfinished(entries.storage)
    if strange:
        yield f"{FOLDER}/ holds {len(strange)} that no entry speaks of"


def _note(
    entries: Entries, source: str, report_id: str, name: str, sealed: SealedFile
) -> Attachment:
    body = AttachmentBody(source, report_id, name, **attrs.asdict(sealed))
    return Attachment(**attrs.asdict(body), entry=entries.append(KIND, body.to_json()))


def _seal(
    file: Path,
    place: Path,
    there: Mapping[str, SealedFile],
    progress: Progress,
    of: tuple[int, int],
) -> SealedFile:
    def known(sha256: str) -> SealedFile | None:
        # One that was lost or altered may not stand for this one, which is whole.
        found = there.get(sha256)
        return found if found is not None and _is_whole(place, found) else None

    with _opened(file, of[0]) as plain:
        progress("sealing files", *of)
        return age_files.seal(plain, place, known)


def _is_whole(place: Path, sealed: SealedFile) -> bool:
    try:
        return age_files.hash_of(place / f"{sealed.file}.age", sealed.size) == sealed.file
    except OSError:
        return False


def _opened(file: Path, number: int) -> IO[bytes]:
    try:
        return regular_files.opened(file)
    except OSError as error:
        raise BadInput(
            f"file {number + 1} to attach cannot be opened",
            hint="check its permissions, and its disk",
        ) from error
