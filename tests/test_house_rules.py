"""The check of sizes: what it names, and that the package passes it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("house_rules", ROOT / "tools" / "house_rules.py")
assert SPEC is not None
assert SPEC.loader is not None
house_rules = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(house_rules)


def test_the_package_is_within_its_sizes() -> None:
    assert list(house_rules.breaches(house_rules.PACKAGE)) == []


def test_a_module_too_long_and_a_room_too_full_are_named(tmp_path: Path) -> None:
    room = tmp_path / "package" / "room"
    room.mkdir(parents=True)
    for number in range(house_rules.MOST_MODULES):
        (room / f"m{number:02}.py").write_text("x = 1\n" * house_rules.MOST_LINES)
    assert list(house_rules.breaches(tmp_path / "package")) == []
    (room / "m00.py").write_text("x = 1\n" * (house_rules.MOST_LINES + 1))
    (room / "one_more.py").touch()
    full, long = house_rules.breaches(tmp_path / "package")
    assert full.startswith("package/room has 21 modules; at most 20")
    assert long.startswith("package/room/m00.py has 501 lines; at most 500")
