"""AWS Organizations' words: its unique ids, its ARNs, the names it takes.

Rules: API_Organization, API_Root, API_OrganizationalUnit, API_PolicySummary of AWS Organizations.
"""

import secrets
import string

from iamconsole.aws.arn import AWS_MANAGED, PARTITION, Arn
from iamconsole.aws.names import Name

__all__ = [
    "ACCOUNT_NAME",
    "POLICY_DESCRIPTION",
    "POLICY_NAME",
    "UNIT_NAME",
    "control_policy_arn",
    "new_control_policy_id",
    "new_organization_id",
    "new_root_id",
    "new_unit_id",
    "organizations_arn",
]

_LETTERS = string.ascii_lowercase + string.digits
# AWS takes any character, of an account's name ASCII only; ours keeps out controls and surrogates, which neither a page
# nor a database takes well.
_PRINTABLE = r"[^\u0000-\u001F\u007F-\u009F\uD800-\uDFFF]+"
_TEXT = r"[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uD800-\uDFFF]*"

ACCOUNT_NAME = Name(_PRINTABLE, 1, 50)
UNIT_NAME = Name(_PRINTABLE, 1, 128)
POLICY_NAME = Name(_PRINTABLE, 1, 128)
POLICY_DESCRIPTION = Name(_TEXT, 0, 512)


def new_organization_id() -> str:
    """Make the unique id of an organization."""
    return f"o-{_some(10)}"


def new_root_id() -> str:
    """Make the unique id of a root."""
    return f"r-{_some(8)}"


def new_unit_id(root_id: str) -> str:
    """Make the unique id of a unit, which carries that of its root."""
    return f"ou-{root_id.removeprefix('r-')}-{_some(8)}"


def new_control_policy_id() -> str:
    """Make the unique id of a policy of an organization."""
    return f"p-{_some(8)}"


def organizations_arn(management_account: str, *resource: str) -> str:
    """Name something of an organization; all of them belong to its management account.

    Rules: orgs_reference_arn-formats.
    """
    return str(Arn(PARTITION, "organizations", "", management_account, "/".join(resource)))


def control_policy_arn(owner: str, organization_id: str, policy_type: str, policy_id: str) -> str:
    """Name a control policy, one of AWS's where the owner is `AWS_MANAGED`: those stand in no organization."""
    kind = policy_type.lower()
    place = ("policy", kind) if owner == AWS_MANAGED else ("policy", organization_id, kind)
    return organizations_arn(owner, *place, policy_id)


def _some(number: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(number))
