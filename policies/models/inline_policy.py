"""Inline policies: part of one user, group or role, without versions and without an ARN."""

from typing import cast

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Account, Group, Role, User
from accounts.models.history import past, tracked
from policies.models.attachment import exactly_one


@tracked(
    indexes=[
        models.Index(fields=["account", "document_hash"], name="inline_policy_was_by_hash"),
        *past("inline_policy", "user", "group", "role"),
    ]
)
class InlinePolicy(models.Model):
    """A policy document embedded in exactly one user, group or role."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="inline_policies", db_index=False)
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, related_name="inline_policies", db_index=False
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, null=True, related_name="inline_policies", db_index=False)
    policy_name = models.CharField(max_length=128)
    document = models.TextField()
    document_hash = models.CharField(max_length=64)
    create_date = models.DateTimeField(default=timezone.now)
    update_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(name="inline_policy_has_one_entity", condition=exactly_one("user", "group", "role")),
            models.UniqueConstraint("user", Lower("policy_name"), name="user_inline_name_unique_ignoring_case"),
            models.UniqueConstraint("group", Lower("policy_name"), name="group_inline_name_unique_ignoring_case"),
            models.UniqueConstraint("role", Lower("policy_name"), name="role_inline_name_unique_ignoring_case"),
        ]

    def __str__(self) -> str:
        return self.policy_name

    @property
    def entity(self) -> User | Group | Role:
        """The user, group or role that the policy is part of."""
        return cast("User | Group | Role", self.user or self.group or self.role)  # the check constraint holds it
