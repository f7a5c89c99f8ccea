"""Versions of managed policies: create, get, list, choose the default, delete.

A version is never edited: an edit is a new version, a rollback makes an old one the default again.

Rules: access_policies_managed-versioning.
"""

from collections.abc import Sequence

from django.utils import timezone

from iamconsole.aws import names, quotas
from iamconsole.aws.errors import DeleteConflict, NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import operation
from policies import arns, queries, shapes
from policies.documents import check_managed_document
from policies.models import ManagedPolicy, PolicyVersion, document_hash


@operation("iam:CreatePolicyVersion", resource=arns.named_policy, answer=shapes.policy_version)
def create_policy_version(
    call: Call, *, policy_arn: str, policy_document: str, set_as_default: bool = False
) -> PolicyVersion:
    """Add a version to a customer managed policy, under the next number that was never used.

    Raises MalformedPolicyDocument, and LimitExceeded where the policy has five versions.

    Rules: API_CreatePolicyVersion.
    """
    check_managed_document(policy_document)
    policy = queries.lock_customer_policy(call, policy_arn, "iam:CreatePolicyVersion")
    quotas.VERSIONS_PER_MANAGED_POLICY.check(policy.versions.count())
    policy.latest_version += 1
    _touch(policy, "latest_version")
    if set_as_default:
        policy.versions.filter(is_default=True).update(is_default=False)
    return PolicyVersion.objects.create(
        account=call.account,
        policy=policy,
        number=policy.latest_version,
        is_default=set_as_default,
        document=policy_document,
        document_hash=document_hash(policy_document),
        created_by=call.principal.arn,
    )


@operation("iam:GetPolicyVersion", resource=arns.named_policy, read_only=True)
def get_policy_version(call: Call, *, policy_arn: str, version_id: str) -> PolicyVersion:
    """Read one version with its document.

    Rules: API_GetPolicyVersion.
    """
    return _version(queries.find_policy(call, policy_arn), version_id)


@operation("iam:GetPolicyVersion", resource=arns.named_policy, read_only=True, batch=True)
def get_policy_documents(call: Call, *, policy_arn: str, version_ids: Sequence[str]) -> tuple[str, ...]:
    """Read the documents of several versions at once, the oldest first; a version that is not there is left out.

    AWS has no such call: to whoever asks it is GetPolicyVersion, done for each.
    """
    numbers = [int(version_id[1:]) for version_id in version_ids]
    found = queries.find_policy(call, policy_arn).versions.filter(number__in=numbers).order_by("number")
    return tuple(found.values_list("document", flat=True))


@operation("iam:ListPolicyVersions", resource=arns.named_policy, read_only=True)
def list_policy_versions(call: Call, *, policy_arn: str) -> tuple[PolicyVersion, ...]:
    """List the versions of a policy, the newest first, without their documents.

    Rules: API_ListPolicyVersions.
    """
    return tuple(queries.find_policy(call, policy_arn).versions.defer("document").order_by("-number"))


@operation("iam:SetDefaultPolicyVersion", resource=arns.named_policy)
def set_default_policy_version(call: Call, *, policy_arn: str, version_id: str) -> None:
    """Put a version in force, at once, for everything that the policy is attached to.

    Rules: API_SetDefaultPolicyVersion.
    """
    policy = queries.lock_customer_policy(call, policy_arn, "iam:SetDefaultPolicyVersion")
    version = _version(policy, version_id)
    if version.is_default:
        return
    policy.versions.filter(is_default=True).update(is_default=False)
    version.is_default = True
    version.save(update_fields=["is_default"])
    _touch(policy)


@operation("iam:DeletePolicyVersion", resource=arns.named_policy)
def delete_policy_version(call: Call, *, policy_arn: str, version_id: str) -> None:
    """Delete a version that is not the default one; its number is not given again.

    Rules: API_DeletePolicyVersion.
    """
    policy = queries.lock_customer_policy(call, policy_arn, "iam:DeletePolicyVersion")
    version = _version(policy, version_id)
    if version.is_default:
        raise DeleteConflict("Cannot delete the default version of a policy.", field="versionId")
    version.delete()


def _version(policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    names.check(names.POLICY_VERSION_ID, version_id, "versionId")
    number = version_id[1:]
    found = policy.versions.filter(number=int(number)).first() if number.isdigit() else None
    if found is None:
        message = f"Policy {policy.arn} version {version_id} does not exist or is not attachable."
        raise NoSuchEntity(message, field="versionId")
    return found


def _touch(policy: ManagedPolicy, *changed: str) -> None:
    policy.update_date = timezone.now()
    policy.save(update_fields=["update_date", *changed])
