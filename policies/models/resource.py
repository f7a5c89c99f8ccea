"""Lab resources: buckets, queues, tables, functions and their kin, as named things that policies speak of."""

import secrets
import string
import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Account
from accounts.models.history import tracked
from accounts.models.tag import Tag
from policies.lab_kinds import BUCKET, KINDS, SECRET, LabKind

__all__ = ["LabResource", "LabResourceTag", "new_instance_id", "new_key_id", "new_secret_suffix"]

_BY_KEY = {kind.key: kind for kind in KINDS}
_LETTERS = string.ascii_letters + string.digits


def new_instance_id() -> str:
    """Make the id of an instance, which is its name in the ARN."""
    return f"i-0{secrets.token_hex(8)}"


def new_key_id() -> str:
    """Make the id of a KMS key, which is its name in the ARN."""
    return str(uuid.uuid4())


def new_secret_suffix(kind: LabKind) -> str:
    """Make what Secrets Manager adds to a secret's name in its ARN; nothing for any other kind."""
    return f"-{''.join(secrets.choice(_LETTERS) for _ in range(6))}" if kind is SECRET else ""


@tracked()
class LabResource(models.Model):
    """A resource of some service, with its own policy where AWS has them.

    `runs_as` is the ARN of what gives it a role: of the role itself for a function, of the instance profile for an
    instance. As in AWS it is a name: the role may be deleted while something runs with it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=16)
    region = models.CharField(max_length=32)
    name = models.CharField(max_length=512)
    arn = models.CharField(max_length=2048)
    description = models.CharField(max_length=1000, default="", blank=True)
    document = models.TextField(default="", blank=True)
    document_hash = models.CharField(max_length=64, default="", blank=True)
    runs_as = models.CharField(max_length=2048, default="", blank=True)
    create_date = models.DateTimeField(default=timezone.now)

    tag_list: list[dict[str, str]]  # read by `policies.lab_resources.find_resource`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "arn"], name="lab_resource_arn_unique"),
            models.UniqueConstraint(fields=["account", "kind", "region", "name"], name="lab_resource_name_unique"),
            # The one name that all accounts share: a bucket's ARN holds no account.
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(kind=BUCKET.key), name="bucket_name_unique_across_accounts"
            ),
        ]
        indexes = [
            models.Index("account", "kind", Lower("name"), "id", name="lab_resource_by_name"),
            models.Index("account", "kind", "create_date", "id", name="lab_resource_by_create_date"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def known_kind(self) -> LabKind:
        """What is known of its kind."""
        return _BY_KEY[self.kind]

    @property
    def title(self) -> str:
        """What people call it: an instance by its tag Name, a key by its description, anything else by its name."""
        if self.known_kind.name is not None:
            return self.name
        named = {tag["key"]: tag["value"] for tag in getattr(self, "tag_list", ())}.get("Name", "")
        return named or self.description or self.name


@tracked()
class LabResourceTag(Tag):
    """A tag on a lab resource."""

    resource = models.ForeignKey(LabResource, on_delete=models.CASCADE, related_name="tags", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("resource", Lower("key"), name="lab_resource_tag_key_unique_ignoring_case")
        ]
        indexes = [models.Index(fields=["account", "key", "value"], name="lab_resource_tag_by_key")]
