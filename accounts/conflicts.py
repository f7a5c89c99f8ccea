"""Turn what only the database can see in time into the errors that AWS documents."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from iamconsole.aws.errors import DeleteConflict, EntityAlreadyExists


@contextmanager
def refusing_duplicates(
    message: str, *, field: str | None = None, error: type[EntityAlreadyExists] = EntityAlreadyExists
) -> Iterator[None]:
    """Answer a broken unique rule with EntityAlreadyExists, or an error of its family, and this message."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as broken:
        raise error(message, field=field) from broken


def must(what: str, *, remaining: bool) -> None:
    """Refuse a deletion with `Cannot delete entity, must {what} first.` while something of that kind remains.

    Rules: iam errors of DeleteUser, DeleteGroup, DeleteRole (DeleteConflict).
    """
    if remaining:
        raise DeleteConflict(f"Cannot delete entity, must {what} first.")
