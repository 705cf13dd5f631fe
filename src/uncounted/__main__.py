"""`python -m uncounted`."""

from uncounted.cli import main

main()
