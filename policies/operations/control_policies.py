"""Service control policies and resource control policies: create, read, list, change, delete."""

from contextlib import AbstractContextManager

from django.utils import timezone

from accounts import arns, organizations
from accounts.conflicts import refusing_duplicates
from accounts.models import PolicyTypes
from accounts.shapes import Shape
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import MalformedPolicyDocument
from iamconsole.aws.organization_errors import (
    ConstraintViolationException,
    DuplicatePolicyException,
    InvalidInputException,
    MalformedPolicyDocumentException,
    PolicyInUseException,
    constrain,
)
from iamconsole.aws.organizations import POLICY_DESCRIPTION, POLICY_NAME
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate
from policies.controls import (
    KINDS,
    POLICY_TYPE,
    control_policies,
    find_control_policy,
    known_control_policy,
    named_control_policy,
    new_control_policy,
)
from policies.documents import check_document
from policies.models import ControlPolicy, document_hash
from policies.validation.findings import findings

SORTS = {
    "policy_name": Sort("policy_name", ignore_case=True),
    "targets": Sort("target_count"),
    "created": Sort("create_date"),
}
_REFUSED = ("SCP_SYNTAX_ERROR_", "RCP_SYNTAX_ERROR_")
"""Faults that AWS Organizations refuses a document for, beyond those of the grammar that all policies share."""


def _shape(policy: ControlPolicy) -> Shape:
    summary = {
        "id": policy.policy_id,
        "arn": policy.arn,
        "name": policy.policy_name,
        "type": policy.type,
        "awsManaged": policy.is_aws_managed,
    }
    return {"policy": {"policySummary": summary}}


@operation(
    "organizations:CreatePolicy", resource=new_control_policy, keys={"policy_type": POLICY_TYPE}, answer=_shape
)  # fmt: skip
def create_policy(call: Call, *, name: str, policy_type: str, content: str, description: str = "") -> ControlPolicy:
    """Create a control policy, which binds nobody until it is attached.

    Raises MalformedPolicyDocumentException, DuplicatePolicyException for a name that differs only in case, and
    ConstraintViolationException above 5,120 characters or a thousand policies of the type.

    Rules: organizations API_CreatePolicy; orgs_manage_policies_scps_syntax; orgs_manage_policies_rcps_syntax.
    """
    names.check_member(PolicyTypes.values, policy_type, "policyType")
    names.check(POLICY_NAME, name, "name")
    names.check(POLICY_DESCRIPTION, description, "description")
    _check_content(content, policy_type)
    organization = organizations.lock_organization(call)
    constrain(
        quotas.CONTROL_POLICIES_PER_TYPE, organization.policies.filter(type=policy_type).count(),
        "You have exceeded the number of policies of this type that an organization can have.",
    )  # fmt: skip
    with _refusing_taken(name):
        return ControlPolicy.objects.create(
            account=call.account,
            organization=organization,
            type=policy_type,
            policy_name=name,
            description=description,
            document=content,
            document_hash=document_hash(content),
        )


@operation("organizations:DescribePolicy", resource=named_control_policy, read_only=True)
def describe_policy(call: Call, *, policy_id: str) -> ControlPolicy:
    """Read a control policy with its document and the number of places it is attached to (`target_count`).

    Rules: organizations API_DescribePolicy.
    """
    return known_control_policy(call, policy_id)


@operation(
    "organizations:ListPolicies", resource=arns.any_resource, keys={"policy_type": POLICY_TYPE}, read_only=True
)  # fmt: skip
def list_policies(call: Call, *, policy_type: str, page: PageRequest = PageRequest()) -> Page[ControlPolicy]:
    """List the control policies of a type, those of AWS included, one page at a time and without documents.

    Rules: organizations API_ListPolicies.
    """
    names.check_member(PolicyTypes.values, policy_type, "policyType")
    rows = control_policies(organizations.managed_organization(call)).filter(type=policy_type).defer("document")
    return paginate(rows, page, sorts=SORTS, default="policy_name", search=("policy_name", "policy_id"))


@operation("organizations:UpdatePolicy", resource=named_control_policy, answer=_shape)
def update_policy(
    call: Call, *, policy_id: str, name: str | None = None, description: str | None = None, content: str | None = None
) -> ControlPolicy:
    """Change a control policy; a new document holds for the very next request of all whom it binds.

    What is not given stays. Rules: organizations API_UpdatePolicy.
    """
    organization = organizations.lock_organization(call)
    policy = find_control_policy(organization, policy_id)
    _refuse_of_aws(policy)
    if name is not None:
        names.check(POLICY_NAME, name, "name")
        policy.policy_name = name
    if description is not None:
        names.check(POLICY_DESCRIPTION, description, "description")
        policy.description = description
    if content is not None:
        _check_content(content, policy.type)
        policy.document, policy.document_hash = content, document_hash(content)
    policy.update_date = timezone.now()
    with _refusing_taken(policy.policy_name):
        policy.save(update_fields=["policy_name", "description", "document", "document_hash", "update_date"])
    return policy


@operation("organizations:DeletePolicy", resource=named_control_policy)
def delete_policy(call: Call, *, policy_id: str) -> None:
    """Delete a control policy that is attached nowhere.

    Rules: organizations API_DeletePolicy.
    """
    policy = find_control_policy(organizations.lock_organization(call), policy_id)
    _refuse_of_aws(policy)
    if policy.target_count:
        raise PolicyInUseException("The policy is attached to one or more entities. You must detach it first.")
    policy.delete()


def _check_content(content: str, policy_type: str) -> None:
    """Refuse a document that AWS Organizations would not save; white space counts here."""
    kind = KINDS[policy_type]
    try:
        check_document(content, kind, "content")
    except MalformedPolicyDocument as error:
        raise MalformedPolicyDocumentException(error.message, field="content", problems=error.problems) from error
    if len(content) > quotas.CONTROL_POLICY_SIZE.value:
        raise ConstraintViolationException(
            f"The policy content exceeds the maximum of {quotas.CONTROL_POLICY_SIZE.value:,} characters.",
            reason=quotas.CONTROL_POLICY_SIZE.name,
            field="content",
        )
    for finding in findings(content, kind):
        if finding.code.startswith(_REFUSED):
            raise MalformedPolicyDocumentException(finding.message, field="content")


def _refuse_of_aws(policy: ControlPolicy) -> None:
    if policy.is_aws_managed:
        raise InvalidInputException("You cannot change or delete a policy that AWS manages.", field="policyId")


def _refusing_taken(name: str) -> AbstractContextManager[None]:
    taken = f"Your organization has a policy called {name} already."
    return refusing_duplicates(taken, field="name", error=DuplicatePolicyException)
