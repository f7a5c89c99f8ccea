"""Managed policies and their numbered, immutable versions."""

import hashlib

import pgtrigger
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import AWS, Account
from accounts.models.counting import counted
from accounts.models.history import past, tracked
from iamconsole.aws import arn
from iamconsole.aws.identifiers import Prefix, new_id

JOB_FUNCTION_PATH = "/job-function/"
JOB_FUNCTIONS = frozenset({"AdministratorAccess", "PowerUserAccess", "SecurityAudit"})
"""Job functions that do not stand under the path of the others. Rules: access_policies_job-functions."""


def new_policy_id() -> str:
    """Make the unique id of a managed policy."""
    return new_id(Prefix.MANAGED_POLICY)


def document_hash(document: str) -> str:
    """Name a document by its content: SHA-256 in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


@tracked()
class ManagedPolicy(models.Model):
    """A managed policy, of a customer's account or of AWS (`account_id` is `aws`).

    Name, path and description never change. `latest_version` only grows: a number is never used twice, also after its
    version was deleted.
    """

    policy_id = models.CharField(primary_key=True, max_length=32, default=new_policy_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="managed_policies")
    policy_name = models.CharField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    description = models.CharField(max_length=1000, default="", blank=True)
    latest_version = models.PositiveIntegerField(default=1)
    create_date = models.DateTimeField(default=timezone.now)
    update_date = models.DateTimeField(default=timezone.now)

    # What `policies.queries.find_policy` and `with_usage` read with a policy; a row read otherwise has none of it.
    tag_list: list[dict[str, str]]
    attachment_count: int
    permissions_boundary_usage_count: int
    default_version_number: int
    version_count: int

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("policy_name"), name="policy_name_unique_ignoring_case"),
        ]
        indexes = [
            models.Index("account", "path", Lower("policy_name"), name="policy_by_path"),
            models.Index("account", "create_date", "policy_id", name="policy_by_create_date"),
        ]
        triggers = [
            counted(
                "accounts_account", "account_id", "policy_count", reference="account_id",
                unless=f"row.account_id = '{AWS}'",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.policy_name

    @property
    def arn(self) -> str:
        """The policy's ARN, path included."""
        return arn.policy_arn(self.account_id, self.path, self.policy_name)

    @property
    def name(self) -> str:
        """The friendly name, by the word all entities share."""
        return self.policy_name

    @property
    def is_aws_managed(self) -> bool:
        """Whether AWS owns the policy, so that no customer can change it."""
        return self.account_id == AWS

    @property
    def type_label(self) -> str:
        """The console's word for the kind of policy."""
        if not self.is_aws_managed:
            return "Customer managed"
        is_job_function = self.path == JOB_FUNCTION_PATH or self.policy_name in JOB_FUNCTIONS
        return "AWS managed - job function" if is_job_function else "AWS managed"


@tracked(
    indexes=[
        models.Index(fields=["account", "document_hash"], name="policy_version_was_by_hash"),
        *past("policy_version", "policy"),
    ]
)
class PolicyVersion(models.Model):
    """One version of a managed policy; its document never changes."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    policy = models.ForeignKey(ManagedPolicy, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    is_default = models.BooleanField(default=False)
    document = models.TextField()
    document_hash = models.CharField(max_length=64)
    create_date = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=2048, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_number_once"),
            # INVARIANT: exactly one version of a policy is the default; here: never two.
            models.UniqueConstraint(
                fields=["policy"], condition=models.Q(is_default=True), name="policy_has_one_default_version"
            ),
            models.CheckConstraint(name="policy_version_from_v1", condition=models.Q(number__gte=1)),
        ]
        indexes = [models.Index(fields=["account", "policy", "number"], name="policy_version_by_account")]
        triggers = [
            pgtrigger.ReadOnly(
                name="immutable", fields=["account", "policy", "number", "document", "document_hash", "create_date"]
            ),
        ]

    def __str__(self) -> str:
        return self.version_id

    @property
    def version_id(self) -> str:
        """The version as AWS writes it: `v` and the number."""
        return f"v{self.number}"
