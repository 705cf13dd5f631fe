"""Looking after a case file: what happened, is it sound, and forgetting a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from uncounted.cli.app import (
    app,
    case_argument,
    json_option,
    needs_a_yes,
    open_case,
    passphrase_option,
    read_roots,
    roots_option,
)
from uncounted.cli.terminal import answer, answer_json, columns, plural, say
from uncounted.errors import Damaged, NotVerified

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from uncounted.vault.log.entries import Entry
    from uncounted.vault.log.timestamps import StoredTimestamp
    from uncounted.vault.reports.decisions import DecisionStatus


@app.command()
@case_argument
@click.option("--source", required=True, help="The list that the report is on.")
@click.option("--report", required=True, help="The report's id on that list.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@passphrase_option
@json_option
def withdraw(
    case: Path, source: str, report: str, yes: bool, passphrase_file: Path | None, as_json: bool
) -> None:
    r"""Forget one report for good: its key is destroyed, and it is not let in again.

    Linkages and estimates made with it are forgotten, too. What this cannot reach:
    copies of the case file that were made before, and what has been published.

    \b
    Example:
      uncounted withdraw returns.case --source Seoul --report S-17
    """
    needs_a_yes(yes)
    with open_case(case, passphrase_file) as opened:
        if not yes:
            click.confirm(
                "Forget this report for good? Nobody can bring it back", abort=True, err=True
            )
        entry = opened.withdraw(source, report)
    if as_json:
        answer_json({"entry": entry.seq})
    else:
        answer("The report is forgotten. Link again before you count.")
    say("Copies of this folder that were made before can still be read with a key: delete them.")


@app.command()
@case_argument
@passphrase_option
@json_option
def log(case: Path, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Show who did what when, without content: the custody log.

    Reports are counted, not listed: each is an entry of its own. So are the decisions of
    a file, which stand with it; one may be older than what a report says now.

    \b
    Example:
      uncounted log returns.case
    """
    with open_case(case, passphrase_file) as opened:
        entries = list(opened.entries())
        doubtful = opened.doubtful_times()
        states = opened.decision_states()
    if as_json:
        rows = [
            {"seq": e.seq, "kind": e.kind, "when": e.when, "by": e.by}
            | (_state(states[e.seq]) if e.seq in states else {})
            for e in entries
        ]
        answer_json({"entries": rows, "doubtful_times": list(doubtful)})
        return
    told = [(str(e.seq), e.when, what, e.by.split("+")[0]) for e, what in _shown(entries, states)]
    answer(columns([("entry", "when", "what", "by"), *told], right=[0]))
    kinds = Counter(entry.kind for entry in entries)
    answer(f"{plural(len(entries), 'entry', 'entries')}, {kinds['report']:,} of them reports")
    for remark in doubtful:
        say(f"  mind: {remark}")


def _state(state: DecisionStatus) -> dict[str, Any]:
    return {"state": state.standing, "older_than_report": state.older_than_report}


def _shown(
    entries: Sequence[Entry], states: Mapping[int, DecisionStatus]
) -> Iterator[tuple[Entry, str]]:
    """The entries that are listed, each with what is said of it.

    The decisions of a file are the entries just before its own: they are told with it.
    """
    among: list[DecisionStatus] = []
    for entry in entries:
        if entry.kind == "decision":
            among.append(states[entry.seq])
        elif entry.kind == "decisions":
            yield entry, _decisions(among)
            among.clear()
        elif entry.kind != "report":
            yield entry, entry.kind


def _decisions(states: Sequence[DecisionStatus]) -> str:
    parts = [plural(len(states), "decision")]
    parts += [
        f"{count:,} {what}"
        for what, count in Counter(state.standing for state in states).items()
        if what != "stands"
    ]
    if older := sum(state.older_than_report for state in states):
        parts.append(f"{older:,} older than what a report says now")
    return ", ".join(parts)


@app.command()
@case_argument
@roots_option
@passphrase_option
@json_option
def check(case: Path, roots: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    r"""Read and recompute everything in a case file, and say in words what is wrong.

    Timestamps are verified without a connection. With --roots they must be signed under
    the certificates in that file, and it is said who says when; all are then held against
    them, so put every authority's root into the file.

    \b
    Examples:
      uncounted check returns.case
      uncounted check returns.case --roots root.pem
    """
    trusted = read_roots(roots)
    with open_case(case, passphrase_file) as opened:
        wrong = opened.check()
        entries = sum(1 for _ in opened.entries())
        doubtful = opened.doubtful_times()
    stamped, strange = _verified(case, trusted)
    if as_json:
        answer_json(
            {
                "entries": entries,
                "wrong": list(wrong),
                "timestamps": _listed(stamped),
                "doubtful_times": list(doubtful),
            }
        )
    else:
        for finding in wrong:
            answer(finding)
        for remark in doubtful:  # a time is only its writer's claim: no damage
            say(f"  mind: {remark}")
    if wrong:
        raise Damaged(
            f"{plural(len(wrong), 'thing')} wrong with the case file",
            hint="permissions and what is not of the case file you can put right; for the rest,"
            " keep this folder as it is, and bring the whole of it back from a copy",
        )
    if strange:
        raise NotVerified(
            f"{plural(strange, 'timestamp is', 'timestamps are')} not signed under the"
            " certificates that you named",
            hint="put the root of every authority that was asked into the file of --roots",
        )
    if not as_json:
        answer(
            f"Sound: {plural(entries, 'entry', 'entries')}, the database, the log and its seals."
        )
        _tell_stamps(stamped, trusted=bool(trusted))


def _verified(folder: Path, roots: Sequence[Certificate]) -> tuple[list[StoredTimestamp], int]:
    """The timestamps of a log that hold under these certificates, and how many do not."""
    from uncounted.vault.log import timestamps

    held: list[StoredTimestamp] = []
    strange = 0
    for file in timestamps.kept(folder):
        try:
            held.append(timestamps.reread(file, roots))
        except NotVerified:
            strange += 1
    return held, strange


def _listed(stamped: Sequence[StoredTimestamp]) -> list[dict[str, Any]]:
    return [
        {
            "time": each.stamp.time.isoformat(),
            "authority": each.stamp.authority,
            "entries": each.size,
            "trusted": each.stamp.trusted,
            "file": each.file.name,
        }
        for each in stamped
    ]


def _tell_stamps(stamped: Sequence[StoredTimestamp], *, trusted: bool) -> None:
    for each in stamped if trusted else ():
        answer(
            f"{each.stamp.authority} says: the log's first {plural(each.size, 'entry', 'entries')}"
            f" were there {each.stamp.time:%Y-%m-%d %H:%M:%S} UTC."
        )
    if stamped and not trusted:
        answer(f"{plural(len(stamped), 'timestamp')}, and each is about this log.")
        say("  nobody has checked whose they are: give --roots")
