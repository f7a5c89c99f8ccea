"""The shared step of setting a permissions boundary, for the operations that make or change a user or role.

Rules: access_policies_boundaries.
"""

from accounts.models import Role, User
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call
from policies import queries
from policies.models import Boundary


def set_boundary(call: Call, entity: User | Role, policy_arn: str) -> Boundary:
    """Bound a user or role, whose row is locked, by a managed policy; an earlier boundary is replaced.

    Raises NoSuchEntity for a policy that the account cannot see.
    """
    try:
        policy = queries.hold_policy(call, policy_arn)
    except NoSuchEntity as error:
        message = f"Scope ARN: {policy_arn} does not exist or is not attachable."
        raise NoSuchEntity(message, field="permissionsBoundary") from error
    owner = {"user": entity} if isinstance(entity, User) else {"role": entity}
    boundary, _ = Boundary.objects.update_or_create(
        **owner, defaults={"policy": policy}, create_defaults={"policy": policy, "account_id": call.account_id, **owner}
    )
    return boundary
