"""Every error a user can meet, in one tree.

An error says what happened and, as a hint, what to try. It never carries a
name, a place or a word of testimony: rows are named by their number, reports by
nothing at all. Only `cli.main` (and a page's one error handler) catches them.
"""

from __future__ import annotations

from collections.abc import Iterable


class Error(Exception):
    """Something was refused or found wanting; `cli` prints it and exits with `exit_status`."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class UsedWrongly(Error):
    """The command was given something that it does not take."""

    exit_status = 2


class BadInput(Error):
    """A file handed to us cannot be read as what it should be."""


class BadMapping(BadInput):
    """A mapping or a plan names what is not there, or says what cannot be done."""


class NotACase(Error):
    """The folder is not a case file, or one that this version cannot read."""


class AlreadyThere(Error):
    """Something would be overwritten that must not be."""


class CaseBusy(Error):
    """Another process is writing to the case file."""


class WrongPassphrase(Error):
    """The passphrase does not open the identity."""


class NoAccess(Error):
    """This identity is not a member of the case file."""


class Damaged(Error):
    """Bytes are not what was sealed: changed, cut short or swapped."""


class RolledBack(Damaged):
    """The database or the log is older than the other half says."""


DISK_FULL = (
    "the disk is full",
    "free some space and run the command again",
)  # what happened, what to do


class Swapped(Damaged):
    """Another case file lies where a known one was."""


class NoSpace(Error):
    """The disk is full, or the folder cannot be written to."""


class NotLinked(Error):
    """A step needs a linkage that has not been made, or is out of date."""


class NotLinkable(Error):
    """The reports cannot be linked: too few, or nothing to compare."""


class NotEstimable(Error):
    """No number may be given for this table."""


class NotConverged(NotEstimable):
    """A sampler has not converged, so there is no number."""


class ClusterLost(Error):
    """A process or a cluster that was to compute does not answer any more."""


class NotPublishable(Error):
    """Publishing this would let a reader read or compute what must stay hidden."""


class NotStamped(Error):
    """A timestamp authority gave no answer."""


class NotVerified(Error):
    """A release does not check: a file, a signature or a proof is wrong."""


class MalformedNote(NotVerified):
    """Bytes that should be a signed note are not one."""


class UnknownSigner(NotVerified):
    """A note carries no signature by a trusted key."""


class BadSignature(NotVerified):
    """A signature by a known key does not fit the text."""


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The one of `known` that is most like `word`; None if none is like it."""
    import difflib

    spelled = {each.casefold(): each for each in known}
    found = difflib.get_close_matches(word.casefold(), spelled, 1, cutoff)
    return spelled[found[0]] if found else None


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """The message about an unknown word, with the nearest known one."""
    near = nearest(word, known)
    return f"unknown {what} {word!r}" + (f". Did you mean {near!r}?" if near else "")


class Interrupted(Error):
    """The user stopped a step; nothing was saved."""

    exit_status = 130
