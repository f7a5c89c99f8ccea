"""The policy that an address names."""

from iamconsole.aws.errors import ValidationError
from iamconsole.call import Call
from policies import queries
from policies.models import ManagedPolicy
from policies.operations.managed_policies import get_policy

__all__ = ["addressed_policy"]


def addressed_policy(call: Call, policy_arn: str) -> ManagedPolicy:
    """Read the policy of an address; one that is no ARN leads nowhere, like that of another account."""
    try:
        return get_policy(call, policy_arn=policy_arn)
    except ValidationError as error:
        raise queries.no_policy(policy_arn) from error
