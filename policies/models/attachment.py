"""What managed policies are attached to: permissions and permissions boundaries."""

from typing import cast

from django.db import models
from django.utils import timezone

from accounts.models import Account, Group, Role, User
from accounts.models.history import past, tracked
from policies.models.managed_policy import ManagedPolicy


def exactly_one(*names: str) -> models.Q:
    """State that just one of these foreign keys is set."""
    condition = models.Q()
    for chosen in names:
        condition |= models.Q(**{f"{name}__isnull": name != chosen for name in names})
    return condition


@tracked(indexes=past("attachment", "policy", "user", "group", "role"))
class Attachment(models.Model):
    """A managed policy attached to exactly one user, group or role as a permissions policy."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    policy = models.ForeignKey(ManagedPolicy, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="attachments", db_index=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="attachments", db_index=False)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="attachments", db_index=False)
    create_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(name="attachment_has_one_entity", condition=exactly_one("user", "group", "role")),
            models.UniqueConstraint(fields=["user", "policy"], name="user_policy_attached_once"),
            models.UniqueConstraint(fields=["group", "policy"], name="group_policy_attached_once"),
            models.UniqueConstraint(fields=["role", "policy"], name="role_policy_attached_once"),
        ]
        indexes = [models.Index(fields=["account", "policy", "id"], name="attachment_by_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.user_id or self.group_id or self.role_id}"

    @property
    def entity(self) -> User | Group | Role:
        """The user, group or role that carries the policy."""
        return cast("User | Group | Role", self.user or self.group or self.role)  # the check constraint holds it


@tracked(indexes=past("boundary", "policy", "user", "role"))
class Boundary(models.Model):
    """A managed policy set as the permissions boundary of exactly one user or role."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    policy = models.ForeignKey(ManagedPolicy, on_delete=models.PROTECT, related_name="boundaries", db_index=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, null=True, related_name="boundary")
    role = models.OneToOneField(Role, on_delete=models.CASCADE, null=True, related_name="boundary")

    class Meta:
        constraints = [
            models.CheckConstraint(name="boundary_has_one_entity", condition=exactly_one("user", "role")),
        ]
        indexes = [models.Index(fields=["account", "policy", "id"], name="boundary_by_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id} bounds {self.user_id or self.role_id}"

    @property
    def entity(self) -> User | Role:
        """The user or role that the policy bounds."""
        return cast("User | Role", self.user or self.role)  # the check constraint holds it
