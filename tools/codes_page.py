"""Write docs/reference/codes.md from the vocabulary: `python tools/codes_page.py`.

A test fails when the page is not what this writes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from uncounted.records import vocabulary

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "codes.md"
HEAD = """# Codes

The codes of acts, authorities, outcomes and sexes, with their labels and the other spellings that
`import` knows. How words are read, and how to add your own, is in [vocabulary](vocabulary.md). The
page is made from `src/uncounted/records/vocabulary.csv`.
"""
TITLES = {"act": "Acts", "authority": "Authorities", "outcome": "Outcomes", "sex": "Sexes"}


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for kind, title in TITLES.items():
        rows = [
            f"| `{term.code}` | {term.en} | {term.ko} | {term.zh} | {'; '.join(term.also)} |"
            for term in vocabulary.TERMS[kind]
        ]
        head = "| code | English | Korean | Chinese | also |\n|---|---|---|---|---|"
        parts.append(f"## {title}\n\n{head}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def main() -> int:
    """Write it."""
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
