"""The shared steps of tagging: write and remove the tags of any entity that carries them.

Rules: id_tags.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model

from accounts.models import Tag
from iamconsole.aws import names, quotas

OWNERS = {
    "usertag": "user",
    "roletag": "role",
    "instanceprofiletag": "instance_profile",
    "mfadevicetag": "mfa_device",
    "openidconnectprovidertag": "oidc_provider",
    "policytag": "policy",
    "labresourcetag": "resource",
}


def write_tags(kind: type[Tag], entity: Any, tags: Sequence[tuple[str, str]]) -> None:
    """Set these tags on an entity whose row is locked; a key that is there, in any case, gets the new value and case.

    Raises InvalidInput for a key given twice, LimitExceeded above 50 tags.
    """
    if not tags:
        return
    names.check_tags(list(tags))
    rows = kind._default_manager.filter(**{_owner(kind): entity})
    present = {tag.key.lower(): tag for tag in rows}
    fresh = [key for key, _ in tags if key.lower() not in present]
    quotas.TAGS_PER_RESOURCE.check(len(present) + len(fresh) - 1)
    for key, value in tags:
        tag = present.get(key.lower()) or kind(account_id=entity.account_id, **{_owner(kind): entity})
        if (tag.key, tag.value) != (key, value):
            tag.key, tag.value = key, value
            tag.save()


def remove_tags(kind: type[Tag], entity: Model, keys: Iterable[str]) -> None:
    """Remove the tags of these keys, ignoring case; a key that is not there is no error."""
    for key in keys:
        kind._default_manager.filter(**{_owner(kind): entity, "key__lower": key.lower()}).delete()


def check_tag_keys(keys: Sequence[str], parameter: str = "tagKeys") -> None:
    """Refuse keys that no tag can have, or more than a resource can carry. Rules: API_UntagUser."""
    broken = [
        sentence
        for number, key in enumerate(keys, start=1)
        for sentence in names.failures(names.TAG_KEY, key, f"{parameter}.{number}.member")
    ]
    names.refuse(broken, field=parameter)


def sorted_tags(entity: Any) -> tuple[tuple[str, str], ...]:
    """Give the tags of an entity that was found with its `tag_list`, by key."""
    return tuple(sorted((tag["key"], tag["value"]) for tag in entity.tag_list))


def _owner(kind: type[Tag]) -> str:
    return OWNERS[kind._meta.model_name or ""]
