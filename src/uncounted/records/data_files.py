"""Tables that are shipped beside the module that reads them, so that a linguist can edit them."""

from __future__ import annotations

import csv
from importlib import resources


def table_rows(package: str, file: str) -> list[dict[str, str]]:
    """Read the rows of a CSV file of a package, without its comment lines (`#`)."""
    text = resources.files(package).joinpath(file).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
