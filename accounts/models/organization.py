"""Organizations: accounts managed together, in a tree of organizational units below one root."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.counting import counted
from accounts.models.history import tracked
from iamconsole.aws import quotas
from iamconsole.aws.organizations import new_organization_id, new_root_id, organizations_arn


class PolicyTypes(models.TextChoices):
    """The types of policies that an organization's root can be switched on for; here those of authorization."""

    SERVICE_CONTROL_POLICY = "SERVICE_CONTROL_POLICY", "Service control policies"
    RESOURCE_CONTROL_POLICY = "RESOURCE_CONTROL_POLICY", "Resource control policies"


class JoinedMethod(models.TextChoices):
    """How an account came to its organization. Rules: organizations API_Account."""

    CREATED = "CREATED", "Created"
    INVITED = "INVITED", "Invited"


@tracked("account_count")
class Organization(models.Model):
    """An organization with all features, its root included; `account` is the management account.

    `policy_types` are those enabled at the root. An operation that changes the tree or what is attached to it locks
    this row first.
    """

    organization_id = models.CharField(primary_key=True, max_length=34, default=new_organization_id, editable=False)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="managed_organization")
    root_id = models.CharField(max_length=34, unique=True, default=new_root_id, editable=False)
    policy_types = ArrayField(models.CharField(max_length=32, choices=PolicyTypes.choices), default=list, blank=True)
    create_date = models.DateTimeField(default=timezone.now)
    account_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.organization_id

    @property
    def arn(self) -> str:
        """The ARN of the organization, in the management account."""
        return organizations_arn(self.account_id, "organization", self.organization_id)

    @property
    def root_arn(self) -> str:
        """The ARN of the root of the tree."""
        return organizations_arn(self.account_id, "root", self.organization_id, self.root_id)


@tracked()
class OrganizationalUnit(models.Model):
    """A container for accounts and for other units; one without a parent stands directly below the root.

    INVARIANT: `path` are the ids of the units from below the root down to this one. As in AWS a unit is never moved, so
    that its path never changes and no unit can come to stand below itself.
    """

    unit_id = models.CharField(primary_key=True, max_length=68, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False, related_name="units")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="units")
    path = ArrayField(models.CharField(max_length=68))
    unit_name = models.CharField(max_length=128)
    create_date = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint("parent", Lower("unit_name"), name="unit_name_unique_in_its_parent"),
            models.UniqueConstraint(
                "organization", Lower("unit_name"), condition=models.Q(parent=None), name="unit_name_unique_below_root"
            ),
            models.CheckConstraint(
                name="unit_depth_within_quota", condition=models.Q(path__len__lte=quotas.ORGANIZATION_DEPTH.value)
            ),
        ]
        indexes = [models.Index(fields=["account", "organization", "path"], name="unit_by_path")]
        triggers = [pgtrigger.ReadOnly(name="never_moved", fields=["account", "organization", "parent", "path"])]

    def __str__(self) -> str:
        return self.unit_name

    @property
    def arn(self) -> str:
        """The ARN of the unit, in the management account."""
        return organizations_arn(self.account_id, "ou", self.organization_id, self.unit_id)


@tracked()
class OrganizationAccount(models.Model):
    """An account's place in its organization; without a unit it stands directly below the root.

    The key makes it one organization at most. The management account has a place too.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, primary_key=True, related_name="organization_account"
    )  # fmt: skip
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, db_index=False, related_name="accounts")
    unit = models.ForeignKey(
        OrganizationalUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts", db_index=False
    )  # fmt: skip
    joined_method = models.CharField(max_length=16, choices=JoinedMethod.choices, default=JoinedMethod.CREATED)
    joined_date = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["organization", "unit", "account"], name="account_by_unit")]
        triggers = [counted("accounts_organization", "organization_id", "account_count", reference="organization_id")]

    def __str__(self) -> str:
        return self.account_id

    @property
    def is_management(self) -> bool:
        """Whether this is the management account, which no control policy binds."""
        return self.organization.account_id == self.account_id

    @property
    def arn(self) -> str:
        """The account's ARN within the organization."""
        place = self.organization
        return organizations_arn(place.account_id, "account", place.organization_id, self.account_id)
