"""What makes a simulated request doubtful although it can be decided: names that AWS does not know.

Rules: access_policies_testing-policies.
"""

from policies.catalog import action, resource_type
from policies.language.wildcards import matches


def doubt(action_name: str, resource: str) -> str:
    """Say why a question makes little sense; nothing where it does."""
    known = action(action_name)
    if known is None:
        return "AWS has no such action: the decision only follows from the patterns of the policies."
    types = [found for name in known.resource_types if (found := resource_type(known.service, name))]
    if resource == "*" or not types or any(matches(found.arn_pattern, resource) for found in types):
        return ""
    return "The resource you typed for this simulation does not match this service."
