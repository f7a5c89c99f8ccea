"""Policies as AWS's API shapes write them, in lowerCamelCase: what a change's event holds as response elements.

Rules: API_Policy, API_PolicyVersion.
"""

from accounts.shapes import Shape, instant
from policies.models import ManagedPolicy, PolicyVersion


def policy(policy: ManagedPolicy) -> Shape:
    """A managed policy that was just made: nothing uses it yet."""
    return {
        "policy": {
            "policyName": policy.policy_name,
            "policyId": policy.policy_id,
            "arn": policy.arn,
            "path": policy.path,
            "defaultVersionId": "v1",
            "attachmentCount": 0,
            "permissionsBoundaryUsageCount": 0,
            "isAttachable": True,
            "createDate": instant(policy.create_date),
            "updateDate": instant(policy.update_date),
        }
    }


def policy_version(version: PolicyVersion) -> Shape:
    """A policy version that was made; its document stands among the request's parameters."""
    return {
        "policyVersion": {
            "versionId": version.version_id,
            "isDefaultVersion": version.is_default,
            "createDate": instant(version.create_date),
        }
    }
