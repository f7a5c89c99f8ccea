"""Tags: key and value pairs on the resources that IAM lets carry them."""

from django.db import models
from django.db.models.functions import Lower

from accounts.models.account import Account
from accounts.models.history import past, tracked
from accounts.models.instance_profile import InstanceProfile
from accounts.models.role import Role
from accounts.models.user import User


class Tag(models.Model):
    """What every tag has. Keys are unique on their resource ignoring case; their case is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    key = models.CharField(max_length=128)
    value = models.CharField(max_length=256, default="", blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


@tracked(indexes=past("user_tag", "user"))
class UserTag(Tag):
    """A tag on a user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tags", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint("user", Lower("key"), name="user_tag_key_unique_ignoring_case")]
        indexes = [models.Index(fields=["account", "key", "value"], name="user_tag_by_key")]


@tracked(indexes=past("role_tag", "role"))
class RoleTag(Tag):
    """A tag on a role."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="tags", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint("role", Lower("key"), name="role_tag_key_unique_ignoring_case")]
        indexes = [models.Index(fields=["account", "key", "value"], name="role_tag_by_key")]


@tracked()
class InstanceProfileTag(Tag):
    """A tag on an instance profile."""

    instance_profile = models.ForeignKey(InstanceProfile, on_delete=models.CASCADE, related_name="tags", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("instance_profile", Lower("key"), name="profile_tag_key_unique_ignoring_case")
        ]
