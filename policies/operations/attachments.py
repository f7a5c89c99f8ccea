"""Attach managed policies to users, user groups and roles, detach and list them.

The nine operations are three functions over the table of owners.
"""

from accounts import arns
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import NoSuchEntity, PolicyNotAttachable
from iamconsole.call import Call
from iamconsole.gate import operation
from policies import queries
from policies.models import Attachment, ManagedPolicy
from policies.owners import GROUP, ROLE, USER, Entity, Owner

KEYS = {"policy_arn": "iam:PolicyARN"}
SERVICE_ROLE_PATH = "/aws-service-role/"


@operation("iam:AttachUserPolicy", resource=arns.named_user, keys=KEYS)
def attach_user_policy(call: Call, *, user_name: str, policy_arn: str) -> None:
    """Attach a managed policy to a user. Rules: API_AttachUserPolicy."""
    _attach(call, USER, user_name, policy_arn)


@operation("iam:AttachGroupPolicy", resource=arns.named_group, keys=KEYS)
def attach_group_policy(call: Call, *, group_name: str, policy_arn: str) -> None:
    """Attach a managed policy to a user group. Rules: API_AttachGroupPolicy."""
    _attach(call, GROUP, group_name, policy_arn)


@operation("iam:AttachRolePolicy", resource=arns.named_role, keys=KEYS)
def attach_role_policy(call: Call, *, role_name: str, policy_arn: str) -> None:
    """Attach a managed policy to a role. Rules: API_AttachRolePolicy."""
    _attach(call, ROLE, role_name, policy_arn)


@operation("iam:DetachUserPolicy", resource=arns.named_user, keys=KEYS)
def detach_user_policy(call: Call, *, user_name: str, policy_arn: str) -> None:
    """Detach a managed policy from a user. Rules: API_DetachUserPolicy."""
    _detach(call, USER, user_name, policy_arn)


@operation("iam:DetachGroupPolicy", resource=arns.named_group, keys=KEYS)
def detach_group_policy(call: Call, *, group_name: str, policy_arn: str) -> None:
    """Detach a managed policy from a user group. Rules: API_DetachGroupPolicy."""
    _detach(call, GROUP, group_name, policy_arn)


@operation("iam:DetachRolePolicy", resource=arns.named_role, keys=KEYS)
def detach_role_policy(call: Call, *, role_name: str, policy_arn: str) -> None:
    """Detach a managed policy from a role. Rules: API_DetachRolePolicy."""
    _detach(call, ROLE, role_name, policy_arn)


@operation("iam:ListAttachedUserPolicies", resource=arns.named_user, read_only=True)
def list_attached_user_policies(call: Call, *, user_name: str, path_prefix: str = "/") -> tuple[Attachment, ...]:
    """List the managed policies attached to a user itself. Rules: API_ListAttachedUserPolicies."""
    return _attached(call, USER, user_name, path_prefix)


@operation("iam:ListAttachedGroupPolicies", resource=arns.named_group, read_only=True)
def list_attached_group_policies(call: Call, *, group_name: str, path_prefix: str = "/") -> tuple[Attachment, ...]:
    """List the managed policies attached to a user group. Rules: API_ListAttachedGroupPolicies."""
    return _attached(call, GROUP, group_name, path_prefix)


@operation("iam:ListAttachedRolePolicies", resource=arns.named_role, read_only=True)
def list_attached_role_policies(call: Call, *, role_name: str, path_prefix: str = "/") -> tuple[Attachment, ...]:
    """List the managed policies attached to a role. Rules: API_ListAttachedRolePolicies."""
    return _attached(call, ROLE, role_name, path_prefix)


def _attach(call: Call, owner: Owner[Entity], name: str, policy_arn: str) -> None:
    """Attach a policy; one that is attached already is no error.

    The entity's lock makes the quota hold; the policy's keeps it from being deleted meanwhile.
    """
    entity = owner.lock_for_change(call, name)
    policy = _attachable(call, policy_arn)
    attached = Attachment.objects.filter(**{owner.noun: entity})
    if attached.filter(policy=policy).exists():
        return
    quotas.POLICIES_PER_OWNER[owner.noun].check(attached.count())
    Attachment.objects.create(account_id=call.account_id, policy=policy, **{owner.noun: entity})


def _attachable(call: Call, policy_arn: str) -> ManagedPolicy:
    try:
        policy = queries.hold_policy(call, policy_arn)
    except NoSuchEntity as error:
        raise NoSuchEntity(f"Policy {policy_arn} does not exist or is not attachable.", field="policyArn") from error
    if policy.is_aws_managed and policy.path.startswith(SERVICE_ROLE_PATH):
        raise PolicyNotAttachable("Cannot attach a Service Role Policy to a Customer Role.", field="policyArn")
    return policy


def _detach(call: Call, owner: Owner[Entity], name: str, policy_arn: str) -> None:
    entity = owner.lock_for_change(call, name)
    policy = queries.find_policy(call, policy_arn)
    gone, _ = Attachment.objects.filter(policy=policy, **{owner.noun: entity}).delete()
    if not gone:
        raise queries.no_policy(policy_arn)


def _attached(call: Call, owner: Owner[Entity], name: str, path_prefix: str) -> tuple[Attachment, ...]:
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    entity = owner.find(call, name)
    attached = queries.attachments_of(call, owner.noun, entity.pk)
    return tuple(attachment for attachment in attached if attachment.policy.path.startswith(path_prefix))
