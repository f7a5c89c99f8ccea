"""`simulate`: decisions for requests given as lines of JSON, without a database."""

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
        unread = False
        with _opened(file) as lines:
            for line in lines:
                if line.isspace():
                    continue
                printed, readable = decide_line(line, explain=explain)
                unread = unread or not readable
                self.stdout.write(printed)
        if unread:
            sys.exit(1)


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
