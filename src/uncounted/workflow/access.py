"""Open a case file with the identity of the person at the terminal, and say who else may."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from uncounted.errors import UsedWrongly
from uncounted.proof.durable import refuse_existing
from uncounted.vault.case import Case
from uncounted.vault.keys import identity
from uncounted.vault.keys.recipients import Opener

__all__ = ["Case", "Opener", "has_identity", "open_case", "refuse_existing", "refuse_inside"]


def has_identity(home: Path) -> bool:
    """Whether there is an identity in this folder."""
    return identity.exists(home)


def open_case(
    folder: Path,
    home: Path,
    passphrase: Callable[[], str],
    *,
    through: Opener | None = None,
    without_log: bool = False,
) -> Case:
    """Open a case file with the identity in `home`.

    Args:
        folder: of the case file; a wrong one is refused before the passphrase is asked for.
        home: where the identity is kept.
        passphrase: asks for it.
        through: a key that access was granted to; the identity becomes a member.
        without_log: read a case file whose log is lost, and change nothing.
    """
    Case.look(folder)
    me = identity.load(home, passphrase())
    return Case.open(folder, me, through=through, without_log=without_log)


def refuse_inside(case: Path, out: Path) -> None:
    """Refuse to write over what is there, or into the case file.

    A case file holds nothing that it does not know of, and a copy of it would hold what
    stands there in clear.

    Raises:
        AlreadyThere: something has that name.
        UsedWrongly: it would be inside the case file.
    """
    refuse_existing(out)
    if out.resolve().is_relative_to(case.resolve()):
        raise UsedWrongly(
            "what --out names would stand inside the case file",
            hint="name a place of its own: who gets the case file would get it, too",
        )
