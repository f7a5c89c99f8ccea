#!/usr/bin/env python3
import importlib.util
import os
import sys
from pathlib import Path

_PYTHON = Path(__file__).resolve().parent / ".venv/bin/python"  # made by ./run
if importlib.util.find_spec("django") is None and _PYTHON.exists():
    os.execv(_PYTHON, [str(_PYTHON), *sys.argv])  # noqa: S606 - the same program under its own interpreter

from iamconsole.cli import main  # noqa: E402 - only where its packages are

if __name__ == "__main__":
    main()
