"""What `import uncounted` does not bring with it."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import uncounted

_LOADED = """
import sys
before = set(sys.modules)
import uncounted
print("importlib.metadata" in set(sys.modules) - before, "numpy" in sys.modules)
"""


def test_the_package_alone_reads_no_metadata() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _LOADED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_version_is_that_of_the_installed_package() -> None:
    from uncounted import __version__

    assert __version__ == version("uncounted") == uncounted.__version__


def test_every_name_that_it_offers_is_there() -> None:
    for name in uncounted.__all__:
        assert getattr(uncounted, name) is not None
