"""Turn what only the database can see in time into the errors that AWS documents."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from iamconsole.aws.errors import DeleteConflict, EntityAlreadyExists


@contextmanager
def refusing_duplicates(message: str, *, field: str | None = None) -> Iterator[None]:
    """Answer a broken unique rule with EntityAlreadyExists and this message."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise EntityAlreadyExists(message, field=field) from error


def must(clear: bool, what: str) -> None:
    """Refuse a deletion while something still hangs on the entity: `Cannot delete entity, must {what} first.`

    Rules: iam errors of DeleteUser, DeleteGroup, DeleteRole (DeleteConflict).
    """
    if not clear:
        raise DeleteConflict(f"Cannot delete entity, must {what} first.")
