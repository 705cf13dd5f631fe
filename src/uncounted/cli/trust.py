"""Trust in a case file: one that is new is shown and asked about once, new members are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import click

from uncounted.cli.terminal import say
from uncounted.errors import UsedWrongly
from uncounted.text_table import plural

if TYPE_CHECKING:
    from uncounted.workflow.access import Introduction, Member, MembersChanged


@attrs.frozen
class AtTheTerminal:
    """Asks the person at the terminal; without a terminal, takes a stated fingerprint.

    `trusted` holds one or more fingerprints, between spaces or commas.
    """

    trusted: str = ""
    ask: bool = attrs.field(kw_only=True)

    def unknown(self, case: Introduction) -> bool:
        """Show a case file that is new, and say whether it is trusted.

        Raises:
            UsedWrongly: fingerprints were stated, and none is of the key that gave access.
        """
        stated = self.trusted.replace(",", " ").split()
        if case.log_seen:
            say("Your identity holds states of this log, but no record of who created the case")
            say("file: either you opened it with an earlier version, which kept no such record,")
            say("or the record was deleted. Compare the fingerprints before you trust it.")
        else:
            say("You have not opened this case file before.")
        for line in _introduced(case):
            say(line)
        if set(stated) & set(case.vouched):
            return True
        if stated:
            raise UsedWrongly(
                "access was given to you by another key than the one that you trust",
                hint="compare its fingerprint with the one shown as giver of your access; who"
                " created the case file shows nothing, since a former member can copy that",
            )
        if not self.ask:
            return False
        say("All of these members can read whatever you import. Compare the fingerprint of the")
        say("key that gave you access: a former member can copy who created the case file.")
        return click.confirm("Is this the case file that you expect?", err=True)

    def changed(self, members: MembersChanged) -> None:
        """Say who came and who went."""
        say("warning: the members of this case file changed since you last opened it:")
        for what, some in (("new", members.added), ("removed", members.removed)):
            for member in some:
                say(f"  {what:<8} {_shown(member)}")
        if members.added:
            say("New members can read the whole case file. If you did not expect them, stop here.")


def _introduced(case: Introduction) -> list[str]:
    from uncounted.workflow.access import fingerprint

    signed = "" if case.creator_signed else "  (claimed: an earlier version did not sign this)"
    return [
        f"  case file:   {case.case_id}",
        f"  created by:  {fingerprint(case.creator)}{signed}",
        f"  your access: given by {fingerprint(case.giver)}",
        f"  {plural(len(case.members), 'member')}:",
        *(f"    {_shown(member)}" for member in case.members),
    ]


def _shown(member: Member) -> str:
    from uncounted.workflow.access import fingerprint

    key = fingerprint(member.vkey) if member.vkey else f"{_one_line(member.recipient, 20)}..."
    return f"{key}  {_one_line(member.name or '')}".rstrip()


def _one_line(text: str, longest: int = 60) -> str:
    """A text from another person, which cannot look like a line of the program."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:longest])
