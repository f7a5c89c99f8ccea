"""`simulate`: decisions for requests given as lines of JSON, without a database."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError

from policies.evaluation.cases import decide_line

__all__ = ["Command"]

_BROKEN_PIPE = 141
"""What a shell reports of a command that SIGPIPE ended."""


class Command(BaseCommand):
    """Decide each line of the input and print one line an answer, in order."""

    help = "Decide requests given as JSON Lines, with their policies; print decisions as JSON Lines."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE and --explain."""
        parser.add_argument("file", nargs="?", default="-", help="a file of JSON Lines; standard input if left out")
        parser.add_argument("--explain", action="store_true", help="add each layer's verdict and the near misses")

    def handle(self, *args: object, file: str, explain: bool, **options: object) -> None:
        """Answer line by line; exit with status 1 when a line could not be read."""
        try:
            all_read = self._answer(file, explain=explain)
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever read the answers has seen enough. What is still to be written on exit goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(_BROKEN_PIPE)
        if not all_read:
            sys.exit(1)

    def _answer(self, file: str, *, explain: bool) -> bool:
        all_read = True
        with _opened(file) as lines:
            for line in lines:
                if line.isspace():
                    continue
                printed, readable = decide_line(line, explain=explain)
                all_read = all_read and readable
                self.stdout.write(printed)
        return all_read


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    if file == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        yield sys.stdin
        return
    with ExitStack() as stack:
        try:
            lines = stack.enter_context(Path(file).open(encoding="utf-8", errors="replace"))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        yield lines
