"""Tags on customer managed policies: set, remove, list.

Rules: id_tags_customer-managed-policies.
"""

from collections.abc import Sequence

from accounts.tagging import check_tag_keys, remove_tags, sorted_tags, write_tags
from iamconsole.call import Call
from iamconsole.gate import operation
from policies import arns, queries
from policies.models import PolicyTag


@operation("iam:TagPolicy", resource=arns.named_policy)
def tag_policy(call: Call, *, policy_arn: str, tags: Sequence[tuple[str, str]]) -> None:
    """Set tags on a customer managed policy; a key that is there gets the new value.

    Rules: API_TagPolicy.
    """
    write_tags(PolicyTag, queries.lock_customer_policy(call, policy_arn, "iam:TagPolicy"), tags)


@operation("iam:UntagPolicy", resource=arns.named_policy)
def untag_policy(call: Call, *, policy_arn: str, tag_keys: Sequence[str]) -> None:
    """Remove the tags of these keys from a customer managed policy.

    Rules: API_UntagPolicy.
    """
    check_tag_keys(tag_keys)
    remove_tags(PolicyTag, queries.lock_customer_policy(call, policy_arn, "iam:UntagPolicy"), tag_keys)


@operation("iam:ListPolicyTags", resource=arns.named_policy, read_only=True)
def list_policy_tags(call: Call, *, policy_arn: str) -> tuple[tuple[str, str], ...]:
    """List a policy's tags by key.

    Rules: API_ListPolicyTags.
    """
    return sorted_tags(queries.find_policy(call, policy_arn))
