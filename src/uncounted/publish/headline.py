"""The headline and the title of a release to verify: what a reader is shown of untrusted files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

from uncounted.errors import NotVerified
from uncounted.proof import untrusted_files
from uncounted.proof.canonical_json import JSONObject

ESTIMATES: Final = "estimate.json"
MOST_OF_TITLE: Final = 1_000  # characters; of the unit of a plan too, which the headline holds
_MOST_OF_ESTIMATES: Final = 1 << 20  # bytes
_MOST_OF_HEADLINE: Final = 10_000  # characters
_ASK: Final = "a release of uncounted has none; ask the publisher for a new one"


def refuse_long_title(facts: JSONObject) -> None:
    """Refuse a signed title that is too long to be shown.

    Raises:
        NotVerified: it is.
    """
    title = facts.get("title")
    if isinstance(title, str) and len(title) > MOST_OF_TITLE:
        raise NotVerified(
            f"manifest.json has a title of {len(title):,} characters;"
            f" at most {MOST_OF_TITLE:,} are shown",
            hint=_ASK,
        )


def headline(folder: Path, size: int, sha256: str) -> str | None:
    """The sentence of `estimate.json`, from bytes with the signed hash; None where there is none.

    Raises:
        NotVerified: the file changed since it was checked, repeats a key (another reader may be
            shown another sentence), or has a sentence too long to be shown.
    """
    if size > _MOST_OF_ESTIMATES:
        return None
    data = untrusted_files.read(folder, ESTIMATES, limit=_MOST_OF_ESTIMATES)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise NotVerified(
            f"{ESTIMATES} was changed while it was verified",
            hint="copy the folder to a place where no program writes, and verify it again",
        )
    try:
        value = json.loads(data, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError):
        return None
    sentence = value.get("sentence") if isinstance(value, dict) else None
    if isinstance(sentence, str) and len(sentence) > _MOST_OF_HEADLINE:
        raise NotVerified(
            f"{ESTIMATES} has a sentence of {len(sentence):,} characters;"
            f" at most {_MOST_OF_HEADLINE:,} are shown",
            hint=_ASK,
        )
    return sentence if isinstance(sentence, str) else None


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotVerified(
            f"{ESTIMATES} repeats a key, so that two readers may be shown two headlines", hint=_ASK
        )
    return found
