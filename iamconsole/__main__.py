"""`python -m iamconsole NAME`."""

from __future__ import annotations

from iamconsole.cli import main

if __name__ == "__main__":
    main()
