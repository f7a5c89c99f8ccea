"""Find managed policies: those of the caller's account and those of AWS, which every account may read."""

from django.db.models import QuerySet

from accounts.models import AWS
from accounts.queries import tag_array
from iamconsole.aws.arn import Arn, split_path
from iamconsole.aws.errors import NoSuchEntity, ValidationError
from iamconsole.call import Call
from policies.models import ManagedPolicy, PolicyTag, PolicyVersion


def policies(call: Call) -> QuerySet[ManagedPolicy]:
    """The managed policies that the caller's account can attach: its own and AWS's."""
    return ManagedPolicy.objects.filter(account_id__in=(call.account_id, AWS))


def find_policy(call: Call, policy_arn: str) -> ManagedPolicy:
    """Find a managed policy by ARN with its tags, or raise NoSuchEntity.

    A text that is no ARN raises ValidationError with AWS's sentence. Path and name must both fit.
    """
    owner, path, name = _parts(policy_arn)
    found = call.remember(
        ("policy", policy_arn),
        lambda: _in_account(call, owner, path, name)
        .annotate(tag_list=tag_array(PolicyTag.objects.all(), "policy"))
        .first(),
    )
    if found is None:
        raise no_policy(policy_arn)
    return found


def lock_policy(call: Call, policy_arn: str) -> ManagedPolicy:
    """Lock a customer managed policy's row until the transaction ends, or raise NoSuchEntity."""
    owner, path, name = _parts(policy_arn)
    found = _in_account(call, owner, path, name).select_for_update().first()
    if found is None:
        raise no_policy(policy_arn)
    return found


def default_version(policy: ManagedPolicy) -> PolicyVersion:
    """The version of a policy that is in force."""
    return policy.versions.get(is_default=True)


def no_policy(policy_arn: str) -> NoSuchEntity:
    """Say that there is no such policy."""
    return NoSuchEntity(f"Policy {policy_arn} was not found.", field="policyArn")


def _parts(policy_arn: str) -> tuple[str, str, str]:
    parsed = Arn.parse(policy_arn)
    if parsed.service != "iam" or not parsed.resource.startswith("policy/"):
        raise ValidationError(f"ARN {policy_arn} is not valid.", field="policyArn")
    path, name = split_path(parsed.resource)
    return parsed.account, path, name


def _in_account(call: Call, owner: str, path: str, name: str) -> QuerySet[ManagedPolicy]:
    if owner not in (call.account_id, AWS):
        return ManagedPolicy.objects.none()
    return ManagedPolicy.objects.filter(account_id=owner, policy_name__lower=name.lower(), path=path)
