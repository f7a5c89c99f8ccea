"""The managed policies that an operation is authorized against."""

from accounts.arns import Parameters, Target, group_target, role_target, user_target
from iamconsole.aws import arn
from iamconsole.aws.errors import IamError
from iamconsole.call import Call
from policies import queries

TYPE = "AWS::IAM::ManagedPolicy"


def named_policy(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The managed policy of `policy_arn`; an ARN that names nothing stands for itself."""
    policy_arn = parameters["policy_arn"]
    try:
        policy = queries.find_policy(call, policy_arn)
    except IamError:
        return (Target(policy_arn, TYPE, policy_arn.rpartition("/")[2]),)
    tags = tuple((tag["key"], tag["value"]) for tag in policy.tag_list)
    return (Target(policy.arn, TYPE, policy.name, tags),)


def policy_source(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user, group or role of `policy_source_arn`; an ARN that names nobody of the account stands for itself."""
    source = parameters["policy_source_arn"]
    noun, _, rest = source.rpartition(":")[2].partition("/")
    if noun in _SOURCES and source.startswith(f"arn:aws:iam::{call.account_id}:"):
        target = _SOURCES[noun](call, rest.rpartition("/")[2])
        if target.arn == source:
            return (target,)
    return (Target(source),)


def reported_entity(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The user, group, role or managed policy of `arn`; one that names nothing of the account stands for itself."""
    about = parameters["arn"]
    if ":policy/" in about:
        return named_policy(call, {"policy_arn": about})
    return policy_source(call, {"policy_source_arn": about})


_SOURCES = {"user": user_target, "group": group_target, "role": role_target}


def new_policy(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The managed policy that is to be made."""
    name = parameters["policy_name"]
    return (Target(arn.policy_arn(call.account_id, parameters.get("path") or "/", name), TYPE, name),)
