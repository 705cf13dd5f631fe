"""What a case file keeps of its releases: the suppression key, and a MAC of each one's counts.

With the MAC a holder of the case key could try which counts there were, so it is forgotten
when a report is withdrawn. The suppression key is random and is kept: two keys would suppress
two sets of counts, and what both suppress would be the small ones.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence

import attrs

from uncounted.captures import CaptureTable
from uncounted.errors import NotPublishable
from uncounted.proof.canonical_json import canonical
from uncounted.publish.disclosure.suppression_key import SUPPRESSION_KEY_BYTES
from uncounted.publish.plan import Plan
from uncounted.vault.case import Artefact, Case

_KEY = "suppression-key"
_BY_HAND = "they are not audited together: compare them by hand, then add --despite-earlier"


@attrs.frozen
class ReleaseRecord:
    """What a case file keeps, sealed, of a release; `table` is a MAC of the counts.

    `published` is a MAC of all that is printed but the date; an earlier version kept none.
    """

    lists: tuple[str, ...]
    threshold: int
    table: str
    published: str | None = None

    def to_bytes(self) -> bytes:
        """As the case file seals it."""
        return json.dumps(attrs.asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> ReleaseRecord:
        """Read back what `to_bytes` gave; an earlier version kept the suppression key in it."""
        value = json.loads(data)
        return cls(
            tuple(value["lists"]), value["threshold"], value["table"], value.get("published")
        )


def suppression_key(case: Case) -> bytes:
    """The suppression key of a case file; a new one, not kept yet, before its first release."""
    kept = _kept_key(case) or _key_of_earlier_version(case)
    return secrets.token_bytes(SUPPRESSION_KEY_BYTES) if kept is None else kept


def keep_suppression_key(case: Case, key: bytes | None = None) -> None:
    """Keep the key, if it is not kept yet.

    Without `key` it is the one in a release of an earlier version: to be taken out of there before
    a report is forgotten, with which all goes that was kept of releases.
    """
    key = _key_of_earlier_version(case) if key is None else key
    if key is not None and _kept_key(case) is None:
        case.put(_KEY, {}, key)


def _kept_key(case: Case) -> bytes | None:
    kept = case.latest(_KEY)
    return None if kept is None else kept.payload


def _key_of_earlier_version(case: Case) -> bytes | None:
    earlier = case.latest("release")
    kept = json.loads(earlier.payload) if earlier is not None and earlier.payload else {}
    return bytes.fromhex(kept["blind"]) if "blind" in kept else None


def keep(
    earlier: Artefact | None, plan: Plan, table: CaptureTable, key: bytes, despite_earlier: bool
) -> ReleaseRecord:
    """Decide whether this may be published after what was, and what to keep of it.

    Two releases may tell together what neither tells alone: with one list fewer, the
    difference of two shown counts is a hidden one. Nothing audits them together yet, so
    another release is refused unless it shows the same counts by the same rule.

    Raises:
        NotPublishable: the case file was released before with other counts, or with counts that
            cannot be compared any more.
    """
    before = _record_of(earlier)
    # which lists come first tells nothing: as they stood then, if they are the same
    same = before is not None and set(before.lists) == set(table.lists)
    table = table.select(before.lists if before is not None and same else sorted(table.lists))
    seal = hmac.digest(key, table.canonical(), "sha256").hex()
    now = ReleaseRecord(table.lists, plan.threshold, seal)
    if earlier is not None and before is None and not despite_earlier:
        raise NotPublishable(
            "this case file was released before, and a report was withdrawn or an import taken"
            " back since: the two releases together may disclose suppressed counts",
            hint=_BY_HAND,
        )
    counts = before and attrs.evolve(before, published=None)
    if before is not None and now != counts and not despite_earlier:
        raise NotPublishable(
            "this case file was released before with other lists, counts or"
            " threshold: the two together may disclose suppressed counts",
            hint=_BY_HAND,
        )
    return now


def _record_of(earlier: Artefact | None) -> ReleaseRecord | None:
    """What was kept of an earlier release; None where there was none, or it was forgotten."""
    return ReleaseRecord.from_bytes(earlier.payload) if earlier and earlier.payload else None


def keep_published(
    now: ReleaseRecord,
    earlier: Artefact | None,
    printed: Sequence[object],
    files: Mapping[str, bytes],
    key: bytes,
    despite_earlier: bool,
) -> ReleaseRecord:
    """Add what the files say, and refuse what differs from an earlier release but by its date.

    `printed` is what else the report prints: words, and numbers as they are rounded there.

    Raises:
        NotPublishable: another method, text or figure than in the earlier release.
    """
    said = json.loads(files["estimate.json"])
    for changing in ("made_at", "commitment", "version"):
        said.pop(changing)
    text = canonical([files["table.csv"].decode(), json.dumps(said), *printed])
    now = attrs.evolve(now, published=hmac.digest(key, text, "sha256").hex())
    before = _record_of(earlier)
    if before is not None and before.published != now.published and not despite_earlier:
        raise NotPublishable(
            "this case file was released before with another method, text or estimate: the two"
            " together may disclose suppressed counts",
            hint=_BY_HAND,
        )
    return now
