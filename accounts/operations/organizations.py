"""The organization: create, describe, delete; its root; leave it."""

from accounts import arns, organizations
from accounts.models import JoinedMethod, Organization, OrganizationAccount, OrganizationalUnit, PolicyTypes
from accounts.organizations import Node
from accounts.queries import lock_account
from accounts.shapes import Shape
from iamconsole.aws import names, quotas
from iamconsole.aws.organization_errors import (
    AlreadyInOrganizationException,
    MasterCannotLeaveOrganizationException,
    OrganizationNotEmptyException,
)
from iamconsole.call import Call
from iamconsole.gate import operation
from policies.controlling import allow_everything
from policies.models import ControlPolicy, ControlPolicyAttachment

FEATURE_SETS = ("ALL",)


def _shape(organization: Organization) -> Shape:
    return {
        "organization": {
            "id": organization.organization_id,
            "arn": organization.arn,
            "featureSet": "ALL",
            "masterAccountId": organization.account_id,
            "masterAccountArn": organizations.Node(organization).arn,
        }
    }


@operation("organizations:CreateOrganization", resource=arns.any_resource, answer=_shape)
def create_organization(call: Call, *, feature_set: str = "ALL") -> Organization:
    """Make the caller's account the management account of a new organization.

    Service control policies are enabled at its root, with FullAWSAccess attached. Raises
    AlreadyInOrganizationException for an account that is in one.

    Rules: organizations API_CreateOrganization; orgs_manage_policies_scps.
    """
    names.check_member(FEATURE_SETS, feature_set, "featureSet")
    lock_account(call)
    if OrganizationAccount.objects.filter(pk=call.account_id).exists():
        raise AlreadyInOrganizationException("The AWS account is already a member of an organization.")
    types = [PolicyTypes.SERVICE_CONTROL_POLICY.value]
    organization = Organization.objects.create(account=call.account, policy_types=types)
    own = OrganizationAccount.objects.create(
        account=call.account, organization=organization, joined_method=JoinedMethod.INVITED
    )
    allow_everything(organization, (Node(organization), Node(organization, member=own)), types)
    return organization


@operation("organizations:DescribeOrganization", resource=arns.any_resource, read_only=True)
def describe_organization(call: Call) -> Organization:
    """Read the organization that the caller's account is in; a member account may too.

    Raises AWSOrganizationsNotInUseException for an account that is in none.

    Rules: organizations API_DescribeOrganization.
    """
    return organizations.organization_of(call)


@operation("organizations:DeleteOrganization", resource=arns.any_resource)
def delete_organization(call: Call) -> None:
    """Delete the organization, with its units and its policies.

    Raises OrganizationNotEmptyException while an account but the management account is in it.

    Rules: organizations API_DeleteOrganization.
    """
    organization = organizations.lock_organization(call)
    if organization.accounts.exclude(pk=call.account_id).exists():
        raise OrganizationNotEmptyException("To delete an organization you must first remove all member accounts.")
    ControlPolicyAttachment.objects.filter(account_id=call.account_id).delete()
    ControlPolicy.objects.filter(account_id=call.account_id).delete()
    organization.accounts.all().delete()
    for depth in range(quotas.ORGANIZATION_DEPTH.value, 0, -1):  # the database keeps a parent while it has children
        OrganizationalUnit.objects.filter(organization=organization, path__len=depth).delete()
    organization.delete()


@operation("organizations:LeaveOrganization", resource=organizations.any_in_organization)
def leave_organization(call: Call) -> None:
    """Take the caller's own account out of its organization; its control policies bind it no longer.

    Raises MasterCannotLeaveOrganizationException for the management account.

    Rules: organizations API_LeaveOrganization.
    """
    organization = organizations.organization_of(call)
    if organization.account_id == call.account_id:
        raise MasterCannotLeaveOrganizationException(
            "The management account cannot leave its organization: delete the organization instead."
        )
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    OrganizationAccount.objects.filter(pk=call.account_id, organization=organization).delete()


@operation("organizations:ListRoots", resource=arns.any_resource, read_only=True)
def list_roots(call: Call) -> tuple[Node, ...]:
    """List the roots of the organization; there is one. Its organization says which policy types are enabled.

    Rules: organizations API_ListRoots.
    """
    return (Node(organizations.managed_organization(call)),)
