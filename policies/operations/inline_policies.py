"""Inline policies of users, user groups and roles: put, get, list, delete.

The twelve operations are four functions over the table of owners.
"""

from django.utils import timezone

from accounts import arns
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import LimitExceeded, NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import operation
from policies import queries
from policies.documents import check_document
from policies.language.kinds import PolicyKind
from policies.language.size import size_without_white_space
from policies.models import InlinePolicy, document_hash
from policies.owners import GROUP, ROLE, USER, Entity, Owner


@operation("iam:PutUserPolicy", resource=arns.named_user)
def put_user_policy(call: Call, *, user_name: str, policy_name: str, policy_document: str) -> None:
    """Embed an inline policy in a user, or replace the one of this name. Rules: API_PutUserPolicy."""
    _put(call, USER, user_name, policy_name, policy_document)


@operation("iam:PutGroupPolicy", resource=arns.named_group)
def put_group_policy(call: Call, *, group_name: str, policy_name: str, policy_document: str) -> None:
    """Embed an inline policy in a user group, or replace the one of this name. Rules: API_PutGroupPolicy."""
    _put(call, GROUP, group_name, policy_name, policy_document)


@operation("iam:PutRolePolicy", resource=arns.named_role)
def put_role_policy(call: Call, *, role_name: str, policy_name: str, policy_document: str) -> None:
    """Embed an inline policy in a role, or replace the one of this name. Rules: API_PutRolePolicy."""
    _put(call, ROLE, role_name, policy_name, policy_document)


@operation("iam:GetUserPolicy", resource=arns.named_user, read_only=True)
def get_user_policy(call: Call, *, user_name: str, policy_name: str) -> InlinePolicy:
    """Read an inline policy of a user with its document. Rules: API_GetUserPolicy."""
    return _get(call, USER, user_name, policy_name)


@operation("iam:GetGroupPolicy", resource=arns.named_group, read_only=True)
def get_group_policy(call: Call, *, group_name: str, policy_name: str) -> InlinePolicy:
    """Read an inline policy of a user group with its document. Rules: API_GetGroupPolicy."""
    return _get(call, GROUP, group_name, policy_name)


@operation("iam:GetRolePolicy", resource=arns.named_role, read_only=True)
def get_role_policy(call: Call, *, role_name: str, policy_name: str) -> InlinePolicy:
    """Read an inline policy of a role with its document. Rules: API_GetRolePolicy."""
    return _get(call, ROLE, role_name, policy_name)


@operation("iam:ListUserPolicies", resource=arns.named_user, read_only=True)
def list_user_policies(call: Call, *, user_name: str) -> tuple[InlinePolicy, ...]:
    """List the inline policies of a user, by name and without documents. Rules: API_ListUserPolicies."""
    return _list(call, USER, user_name)


@operation("iam:ListGroupPolicies", resource=arns.named_group, read_only=True)
def list_group_policies(call: Call, *, group_name: str) -> tuple[InlinePolicy, ...]:
    """List the inline policies of a user group, by name and without documents. Rules: API_ListGroupPolicies."""
    return _list(call, GROUP, group_name)


@operation("iam:ListRolePolicies", resource=arns.named_role, read_only=True)
def list_role_policies(call: Call, *, role_name: str) -> tuple[InlinePolicy, ...]:
    """List the inline policies of a role, by name and without documents. Rules: API_ListRolePolicies."""
    return _list(call, ROLE, role_name)


@operation("iam:DeleteUserPolicy", resource=arns.named_user)
def delete_user_policy(call: Call, *, user_name: str, policy_name: str) -> None:
    """Delete an inline policy of a user. Rules: API_DeleteUserPolicy."""
    _delete(call, USER, user_name, policy_name)


@operation("iam:DeleteGroupPolicy", resource=arns.named_group)
def delete_group_policy(call: Call, *, group_name: str, policy_name: str) -> None:
    """Delete an inline policy of a user group. Rules: API_DeleteGroupPolicy."""
    _delete(call, GROUP, group_name, policy_name)


@operation("iam:DeleteRolePolicy", resource=arns.named_role)
def delete_role_policy(call: Call, *, role_name: str, policy_name: str) -> None:
    """Delete an inline policy of a role. Rules: API_DeleteRolePolicy."""
    _delete(call, ROLE, role_name, policy_name)


def _put(call: Call, owner: Owner[Entity], name: str, policy_name: str, document: str) -> None:
    """Store the text exactly as it came; all inline policies of one entity share its quota of characters."""
    names.check_policy_name(policy_name)
    check_document(document, PolicyKind.IDENTITY_INLINE)
    entity = owner.lock_for_change(call, name)
    _check_aggregate_size(owner, entity, policy_name, document)
    content = {"policy_name": policy_name, "document": document, "document_hash": document_hash(document)}
    present = _named(owner, entity, policy_name)
    if present is None:
        InlinePolicy.objects.create(account_id=call.account_id, **{owner.noun: entity}, **content)
        return
    for column, value in content.items():
        setattr(present, column, value)
    present.update_date = timezone.now()
    present.save(update_fields=[*content, "update_date"])


def _check_aggregate_size(owner: Owner[Entity], entity: Entity, policy_name: str, document: str) -> None:
    others = InlinePolicy.objects.filter(**{owner.noun: entity}).exclude(policy_name__lower=policy_name.lower())
    documents = [document, *others.values_list("document", flat=True)]
    try:
        quotas.check_inline_policy_size(owner.noun, entity.name, sum(map(size_without_white_space, documents)))
    except LimitExceeded as error:
        error.field = "policyDocument"
        raise


def _get(call: Call, owner: Owner[Entity], name: str, policy_name: str) -> InlinePolicy:
    found = _named(owner, owner.find(call, name), policy_name)
    if found is None:
        raise _no_policy(owner, policy_name)
    return found


def _list(call: Call, owner: Owner[Entity], name: str) -> tuple[InlinePolicy, ...]:
    return queries.inline_policies_of(call, owner.noun, owner.find(call, name).pk)


def _delete(call: Call, owner: Owner[Entity], name: str, policy_name: str) -> None:
    found = _named(owner, owner.lock_for_change(call, name), policy_name)
    if found is None:
        raise _no_policy(owner, policy_name)
    found.delete()


def _named(owner: Owner[Entity], entity: Entity, policy_name: str) -> InlinePolicy | None:
    if "\x00" in policy_name:
        return None
    return InlinePolicy.objects.filter(policy_name__lower=policy_name.lower(), **{owner.noun: entity}).first()


def _no_policy(owner: Owner[Entity], policy_name: str) -> NoSuchEntity:
    return NoSuchEntity(f"The {owner.noun} policy with name {policy_name} cannot be found.", field="policyName")
