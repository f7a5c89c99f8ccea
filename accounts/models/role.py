"""Roles: identities that people and services take for a while."""

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.counting import counted
from accounts.models.history import tracked
from iamconsole.aws import arn, quotas
from iamconsole.aws.identifiers import Prefix, new_id

SERVICE_LINKED_PATH = "/aws-service-role/"
"""Where the roles stand that a service made for itself. Rules: using-service-linked-roles."""


def new_role_id() -> str:
    """Make the unique id of a role."""
    return new_id(Prefix.ROLE)


@tracked(
    "last_used_date",
    "last_used_region",
    indexes=[models.Index(fields=["account", "role_name"], name="role_was_by_name")],
)
class Role(models.Model):
    """A role, with the one trust policy that says who may assume it."""

    role_id = models.CharField(primary_key=True, max_length=32, default=new_role_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    role_name = models.CharField(max_length=64)
    path = models.CharField(max_length=512, default="/")
    description = models.CharField(max_length=1000, default="", blank=True)
    assume_role_policy_document = models.TextField()
    max_session_duration = models.PositiveIntegerField(default=quotas.MAX_SESSION_DURATION.default)
    create_date = models.DateTimeField(default=timezone.now)
    last_used_date = models.DateTimeField(null=True, blank=True)
    last_used_region = models.CharField(max_length=32, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("role_name"), name="role_name_unique_ignoring_case"),
            models.CheckConstraint(
                name="role_session_duration_in_range",
                condition=models.Q(
                    max_session_duration__gte=quotas.MAX_SESSION_DURATION.minimum,
                    max_session_duration__lte=quotas.MAX_SESSION_DURATION.maximum,
                ),
            ),
        ]
        indexes = [
            models.Index("account", "path", Lower("role_name"), name="role_by_path"),
            models.Index("account", "create_date", "role_id", name="role_by_create_date"),
            models.Index("account", "last_used_date", "role_id", name="role_by_last_used"),
        ]
        triggers = [counted("accounts_account", "account_id", "role_count", reference="account_id")]

    def __str__(self) -> str:
        return self.role_name

    @property
    def arn(self) -> str:
        """The role's ARN, path included."""
        return arn.role_arn(self.account_id, self.path, self.role_name)

    @property
    def name(self) -> str:
        """The friendly name, by the word all entities share."""
        return self.role_name

    @property
    def is_service_linked(self) -> bool:
        """Whether the role belongs to a service, which alone may change it."""
        return self.path.startswith(SERVICE_LINKED_PATH)
