"""Rollback detection: the tree heads of a case file's log that an identity has seen.

A folder that is put back as a whole to an older state is consistent in itself. Only
an identity that remembers a later one can tell. This is kept in the identity's home, away from
the folder, and holds nothing but what the public log says. Losing it loses nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from uncounted import atomic_files
from uncounted.errors import Damaged, NoSpace, RolledBack
from uncounted.proof import strict_base64
from uncounted.proof.merkle import HASH_BYTES

FOLDER = "seen"
KEPT = 256  # of the newest; a line is 52 bytes or so


@attrs.frozen
class TreeHead:
    """That the log of a case file once had this many entries and this root."""

    size: int
    root: bytes = attrs.field(repr=lambda root: root.hex()[:16])


class SeenTreeHeads:
    """The tree heads of one case file that the identity in a home folder saw, oldest first."""

    def __init__(self, home: Path, case_id: str) -> None:
        self._path = home / FOLDER / case_id
        self.heads = self._read()

    def _read(self) -> tuple[TreeHead, ...]:
        try:
            lines = atomic_files.read_private(self._path).decode("ascii").splitlines()
            return tuple(_parsed(line) for line in lines)
        except FileNotFoundError:
            return ()
        except ValueError as error:
            raise Damaged(
                "the record of this case file in your identity was changed",
                hint=f"delete {self._path}; it is created again",
            ) from error

    def compare(self, size: int, root_at: Callable[[int], bytes]) -> None:
        """Hold the entries of a case file against what was seen of it.

        `root_at(n)` is the root of the log over its first n entries, n at most `size`.

        Raises:
            RolledBack: it has fewer entries than were seen, or other ones.
        """
        within = [head for head in self.heads if head.size <= size]
        # One root speaks for everything before it: only a difference is looked into.
        if within and root_at(within[-1].size) != within[-1].root:
            same = max((m.size for m in within if root_at(m.size) == m.root), default=0)
            raise RolledBack(
                f"this copy has diverged: its first {same} entries are those that"
                " this identity saw, but not those after it, up to entry"
                f" {within[-1].size}",
                hint="two copies of the case file were changed, and nothing joins them: keep both."
                f" To lose nothing, open the other copy and repeat there the {size - same} entries"
                " that only this one has. To go on with this one and lose what the other has after"
                f" entry {same}, withdrawals and consents too, delete {self._path} (the record of"
                " what this identity saw)",
            )
        if self.heads and self.heads[-1].size > size:
            raise RolledBack(
                f"the whole folder is an older state of the case file: it has {size} entries, "
                f"and this identity saw {self.heads[-1].size}",
                hint="somebody worked on another copy since, or this one is a backup: open the"
                " newest copy, which loses nothing. To go on with this one and lose the"
                f" {self.heads[-1].size - size} entries after it, withdrawals and consents too,"
                f" delete {self._path} (the record of what this identity saw)",
            )

    def add(self, head: TreeHead) -> None:
        """Remember one more; where the home cannot be written to, nothing is remembered.

        The case file is in order either way; `check` says when its newest state is not
        remembered.
        """
        if self.heads and self.heads[-1] == head:
            return
        kept = (*self.heads, head)[-KEPT:]
        text = "".join(f"{m.size} {strict_base64.encode(m.root)}\n" for m in kept)
        try:
            atomic_files.make_private_folder(self._path.parent)
            atomic_files.write(self._path, text.encode(), private=True)
        except NoSpace:
            return
        self.heads = kept

    def is_newest(self, head: TreeHead) -> bool:
        """Whether this is what was remembered last."""
        return bool(self.heads) and self.heads[-1] == head


def _parsed(line: str) -> TreeHead:
    size, _, root = line.partition(" ")
    decoded = strict_base64.decode(root, size=HASH_BYTES)
    if not size.isdecimal() or decoded is None:
        raise ValueError("not a size and a root")
    return TreeHead(int(size), decoded)


def opened_before(home: Path, case_id: str) -> tuple[bool, bool]:
    """Whether the identity in a home ever opened this case file, and whether it opened another."""
    names = {path.name for path in (home / FOLDER).glob("[!.]*")} if home.is_dir() else set[str]()
    return case_id in names, bool(names - {case_id})
