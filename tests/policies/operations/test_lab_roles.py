"""Roles that lab resources run as: who may hand them over, and to which service."""

from __future__ import annotations

import pytest

from accounts.models import Account, InstanceProfile, Role, User
from accounts.operations.instance_profiles import add_role_to_instance_profile
from iamconsole.aws.errors import AccessDenied, InvalidInput
from policies.models import LabResource
from policies.operations.lab_resources import CREATE, LEND, TAKE_BACK
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.lab_documents import LAMBDA_TRUST, a_resource, allowing


@pytest.fixture
def carol(account: Account) -> User:
    """Who may do nothing."""
    return a_user(account, "carol")


def a_profile(account: Account, name: str, role: Role) -> InstanceProfile:
    return InstanceProfile.objects.create(account=account, instance_profile_name=name, role=role)


def test_creating_a_function_is_refused_without_pass_role(account: Account, carol: User) -> None:
    role = a_role(account, "Runner", trust=LAMBDA_TRUST)
    an_inline_policy(carol, allowing("lambda:CreateFunction"))
    with pytest.raises(AccessDenied) as refused:
        CREATE["function"](a_call(account, carol), name="f1", role=role.arn)
    assert refused.value.action == "iam:PassRole"
    assert refused.value.resource == role.arn
    assert not LabResource.objects.filter(account=account).exists()


def test_pass_role_is_allowed_to_the_service_that_its_condition_names(account: Account, carol: User) -> None:
    runner = a_role(account, "Runner", trust=LAMBDA_TRUST)
    other = a_role(account, "OrgAdmin", trust=LAMBDA_TRUST)
    to_lambda = '{"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}'
    an_inline_policy(carol, allowing("lambda:CreateFunction", "ec2:RunInstances"))
    an_inline_policy(carol, allowing("iam:PassRole", resource=runner.arn, condition=to_lambda))
    CREATE["function"](a_call(account, carol), name="f1", role=runner.arn)
    with pytest.raises(AccessDenied, match="iam:PassRole"):
        CREATE["function"](a_call(account, carol), name="f2", role=other.arn)
    a_profile(account, "web", runner)
    with pytest.raises(AccessDenied, match="iam:PassRole"):
        CREATE["instance"](a_call(account, carol), iam_instance_profile="web")


def test_an_instance_asks_pass_role_on_the_role_in_its_profile(account: Account, carol: User) -> None:
    role = a_role(account, "WebNode")
    a_profile(account, "web", role)
    an_inline_policy(carol, allowing("ec2:RunInstances"))
    CREATE["instance"](a_call(account, carol))
    with pytest.raises(AccessDenied) as refused:
        CREATE["instance"](a_call(account, carol), iam_instance_profile="web")
    assert (refused.value.action, refused.value.resource) == ("iam:PassRole", role.arn)
    to_ec2 = '{"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}'
    an_inline_policy(carol, allowing("iam:PassRole", resource=role.arn, condition=to_ec2))
    made = CREATE["instance"](a_call(account, carol), iam_instance_profile="web")
    assert made.runs_as == f"arn:aws:iam::{account.pk}:instance-profile/web"


def test_putting_a_role_into_a_profile_asks_pass_role_too(account: Account, carol: User) -> None:
    role = a_role(account, "WebNode")
    InstanceProfile.objects.create(account=account, instance_profile_name="web")
    an_inline_policy(carol, allowing("iam:AddRoleToInstanceProfile"))
    given = {"instance_profile_name": "web", "role_name": "WebNode"}
    with pytest.raises(AccessDenied) as refused:
        add_role_to_instance_profile(a_call(account, carol), **given)
    assert (refused.value.action, refused.value.resource) == ("iam:PassRole", role.arn)
    to_ec2 = '{"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}'
    an_inline_policy(carol, allowing("iam:PassRole", resource=role.arn, condition=to_ec2))
    add_role_to_instance_profile(a_call(account, carol), **given)


@pytest.mark.parametrize("role_name", ["Ec2Only", "Missing"])
def test_a_function_takes_no_role_that_lambda_may_not_assume(account: Account, role_name: str) -> None:
    a_role(account, "Ec2Only")
    with pytest.raises(InvalidInput, match="cannot be assumed by Lambda"):
        a_resource(account, "function", name="f1", role=f"arn:aws:iam::{account.pk}:role/{role_name}")


def test_a_role_of_another_account_cannot_be_passed(account: Account) -> None:
    theirs = a_role(an_account(), "Runner", trust=LAMBDA_TRUST)
    with pytest.raises(InvalidInput, match="cannot be assumed by Lambda"):
        a_resource(account, "function", name="f1", role=theirs.arn)


def test_giving_an_instance_another_profile_asks_pass_role_on_the_role_in_it(account: Account, carol: User) -> None:
    a_profile(account, "web", a_role(account, "WebNode"))
    admin = a_role(account, "OrgAdmin")
    a_profile(account, "admin", admin)
    instance = a_resource(account, "instance", iam_instance_profile="web")
    an_inline_policy(carol, allowing("ec2:AssociateIamInstanceProfile", resource=instance.arn))
    with pytest.raises(AccessDenied) as refused:
        LEND["instance"](a_call(account, carol), resource_arn=instance.arn, iam_instance_profile="admin")
    assert (refused.value.action, refused.value.resource) == ("iam:PassRole", admin.arn)
    here = f'{{"StringEquals": {{"iam:AssociatedResourceArn": "{instance.arn}"}}}}'
    an_inline_policy(carol, allowing("iam:PassRole", resource=admin.arn, condition=here))
    LEND["instance"](a_call(account, carol), resource_arn=instance.arn, iam_instance_profile="admin")
    instance.refresh_from_db()
    assert instance.runs_as.endswith("instance-profile/admin")
    with pytest.raises(AccessDenied):
        TAKE_BACK["instance"](a_call(account, carol), resource_arn=instance.arn)
    TAKE_BACK["instance"](a_call(account), resource_arn=instance.arn)
    instance.refresh_from_db()
    assert instance.runs_as == ""


def test_a_function_gets_another_role_only_from_who_may_pass_it(account: Account, carol: User) -> None:
    first, second = (a_role(account, name, trust=LAMBDA_TRUST) for name in ("First", "Second"))
    function = a_resource(account, "function", name="f1", role=first.arn)
    an_inline_policy(carol, allowing("lambda:UpdateFunctionConfiguration"))
    with pytest.raises(AccessDenied, match="iam:PassRole"):
        LEND["function"](a_call(account, carol), resource_arn=function.arn, role=second.arn)
    LEND["function"](a_call(account), resource_arn=function.arn, role=second.arn)
    function.refresh_from_db()
    assert function.runs_as == second.arn
    with pytest.raises(InvalidInput):
        LEND["function"](a_call(account), resource_arn=function.arn, role=a_role(account, "Ec2Only").arn)
