"""Where the pages of managed policies lie, and how a page finds its policy."""

from django.urls import reverse

from iamconsole.aws.errors import ValidationError
from iamconsole.call import Call
from policies import queries
from policies.models import ManagedPolicy
from policies.operations.managed_policies import get_policy

__all__ = ["Crumbs", "crumbs", "find", "home"]

Crumbs = list[tuple[str, str | None]]


def find(call: Call, policy_arn: str) -> ManagedPolicy:
    """Read the policy of an address; one that is no ARN leads nowhere, like that of another account."""
    try:
        return get_policy(call, policy_arn=policy_arn)
    except ValidationError as error:
        raise queries.no_policy(policy_arn) from error


def home(policy: ManagedPolicy, tab: str = "") -> str:
    """The address of a policy's page, or of one of its tabs."""
    address = reverse("policy-detail", args=[policy.arn])
    return f"{address}?tab={tab}" if tab else address


def crumbs(policy: ManagedPolicy | None = None, *places: str) -> Crumbs:
    """The way to a policy, or to something below the list or below the policy."""
    above: Crumbs = [("IAM", reverse("dashboard")), ("Policies", reverse("policy-list"))]
    named: Crumbs = [(policy.policy_name, home(policy))] if policy else []
    return [*above, *named, *((place, None) for place in places)]
