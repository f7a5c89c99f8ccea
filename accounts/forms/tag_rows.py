"""The rows of a tag editor as they stand in a form, with what is wrong with each."""

from collections.abc import Iterable
from typing import Self

from django.http import QueryDict

from iamconsole.aws import names, quotas
from iamconsole.aws.errors import IamError, InvalidInput

__all__ = ["TagRows"]

_NO_KEY = "Enter a key, or remove the tag."
_CHARACTERS = "Use letters, digits, spaces and _ . : / = + - @; up to 128 in the key, 256 in the value."
_TWICE = "This key stands above already. Keys are the same when only their case differs."


class TagRows:
    """Keys and values being edited. `errors` are the sentences of each row, by its number from 0.

    `stepped` tells that Add or Remove was pressed: the form is to be shown again, and nothing done.
    """

    def __init__(self, rows: Iterable[tuple[str, str]] = ()) -> None:
        self.rows = list(rows)
        self.errors: dict[int, list[str]] = {}
        self.loose: list[str] = []
        self.stepped = False

    @classmethod
    def read(cls, data: QueryDict) -> Self:
        """Read the fields `tag-key` and `tag-value`, and do what an Add or Remove button asks for."""
        read = cls(zip(data.getlist("tag-key"), data.getlist("tag-value"), strict=False))
        removed = data.get("tag-remove", "")
        if "tag-add" in data:
            read.rows.append(("", ""))
        if removed.isascii() and removed.isdigit() and len(removed) < 6 and int(removed) < len(read.rows):
            del read.rows[int(removed)]
        read.stepped = "tag-add" in data or "tag-remove" in data
        return read

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The tags, as operations take them."""
        return tuple(self.rows)

    @property
    def status(self) -> int:
        """422 where something must be mended, else 200."""
        return 422 if self.errors or self.loose else 200

    def check(self) -> bool:
        """Say at each row what is wrong with it; tell whether all is right."""
        seen: set[str] = set()
        for number, (key, value) in enumerate(self.rows):
            broken = _broken(key, value)
            if key and key.lower() in seen:
                broken.append(_TWICE)
            seen.add(key.lower())
            if broken:
                self.errors[number] = broken
        if len(self.rows) > quotas.TAGS_PER_RESOURCE.value:
            self.loose.append(quotas.TAGS_PER_RESOURCE.message)
        return not self.errors and not self.loose


def _broken(key: str, value: str) -> list[str]:
    if not key:
        return [_NO_KEY]
    try:
        names.check_tags([(key, value)])
    except InvalidInput as error:
        return [error.message]
    except IamError:
        return [_CHARACTERS]
    return []
