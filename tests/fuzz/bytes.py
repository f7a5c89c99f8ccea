"""Fuzz the reader by coverage, with atheris: `.venv/bin/python -m tests.fuzz.bytes -max_total_time=300`.

atheris is no dependency: `.venv/bin/pip install atheris` puts it there where it has a wheel (Linux, x86-64).
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["policies.language"]):
    from tests.fuzz.reader import look_at


def one_input(data: bytes) -> None:
    look_at(data.decode("utf-8", errors="surrogateescape"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
