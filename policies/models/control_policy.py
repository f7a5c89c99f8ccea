"""Service control policies and resource control policies, and what in an organization they are attached to."""

from collections.abc import Mapping

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import AWS, Account
from accounts.models.history import tracked
from accounts.models.organization import Organization, OrganizationAccount, OrganizationalUnit, PolicyTypes
from iamconsole.aws.organizations import control_policy_arn, new_control_policy_id

FULL_ACCESS: Mapping[str, str] = {
    PolicyTypes.SERVICE_CONTROL_POLICY: "p-FullAWSAccess",
    PolicyTypes.RESOURCE_CONTROL_POLICY: "p-RCPFullAWSAccess",
}
"""The policy of AWS that is attached everywhere when a type is switched on. Rules: orgs_manage_policies_scps."""


@tracked(indexes=[models.Index(fields=["account", "document_hash"], name="control_policy_was_by_hash")])
class ControlPolicy(models.Model):
    """A service control policy or a resource control policy; one of AWS belongs to the account `aws`."""

    policy_id = models.CharField(primary_key=True, max_length=130, default=new_control_policy_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="policies"
    )  # fmt: skip
    type = models.CharField(max_length=32, choices=PolicyTypes.choices)
    policy_name = models.CharField(max_length=128)
    description = models.CharField(max_length=512, default="", blank=True)
    document = models.TextField()
    document_hash = models.CharField(max_length=64)
    create_date = models.DateTimeField(default=timezone.now)
    update_date = models.DateTimeField(default=timezone.now)

    # What `policies.organizations` reads with a policy; a row read otherwise has none of it.
    target_count: int

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", "type", Lower("policy_name"), name="control_policy_name_unique_ignoring_case"
            ),
        ]

    def __str__(self) -> str:
        return self.policy_name

    @property
    def arn(self) -> str:
        """The policy's ARN, in the management account or in that of AWS."""
        return control_policy_arn(self.account_id, self.organization_id or "", self.type, self.policy_id)

    @property
    def name(self) -> str:
        """The friendly name, by the word all policies share."""
        return self.policy_name

    @property
    def is_aws_managed(self) -> bool:
        """Whether AWS owns the policy, so that no customer can change it."""
        return self.account_id == AWS


@tracked()
class ControlPolicyAttachment(models.Model):
    """A control policy attached to an organization's root, to a unit, or to an account.

    `target_id` says to which of them; the foreign keys keep a unit or an account from going before what hangs on it.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    policy = models.ForeignKey(ControlPolicy, on_delete=models.PROTECT, related_name="attachments", db_index=False)
    target_id = models.CharField(max_length=68)
    unit = models.ForeignKey(OrganizationalUnit, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    member = models.ForeignKey(OrganizationAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    create_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="control_policy_attachment_has_one_target",
                condition=Q(unit=F("target_id"), member=None)
                | Q(member=F("target_id"), unit=None)
                | Q(unit=None, member=None, target_id__startswith="r-"),
            ),
            models.UniqueConstraint(fields=["account", "target_id", "policy"], name="control_policy_attached_once"),
        ]
        indexes = [models.Index(fields=["account", "policy", "target_id"], name="attachment_by_control_policy")]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.target_id}"
