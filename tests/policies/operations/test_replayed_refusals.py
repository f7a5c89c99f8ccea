"""A refusal replayed as it was, beside what it would be now that policies, tags and principals have changed."""

from __future__ import annotations

import pytest

from accounts.operations.groups import delete_group, remove_user_from_group
from accounts.operations.sts import assume_role
from accounts.operations.tags import tag_user
from accounts.operations.users import create_user, delete_user
from iamconsole.call import Call
from policies.evaluation import EvalDecision
from policies.models import InlinePolicy
from policies.operations.attachments import attach_user_policy, detach_user_policy
from policies.operations.boundaries import delete_user_permissions_boundary
from policies.operations.inline_policies import delete_group_policy, put_user_policy
from policies.operations.managed_policies import delete_policy
from policies.operations.policy_versions import create_policy_version, delete_policy_version
from tests.factories import a_group, a_role, an_inline_policy
from tests.policies.operations.documents import a_policy
from tests.policies.operations.investigations import (
    ALLOW_ALL,
    DENY_USERS,
    SPARE,
    Turn,
    bounded,
    look,
    now_of,
    pretty,
    reads_user,
    refused,
    statement,
    then_of,
    trust,
    turn,
    user_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forgetful")]


def test_a_trust_policy_is_replayed_after_it_was_changed_and_the_role_deleted(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    role = a_role(alice.account, "Deploy", trust=trust(alice, mfa=True))
    authorization_id = refused(lambda: assume_role(dave, role_arn=role.arn, role_session_name="monday"))
    role.assume_role_policy_document = trust(alice).replace("user/nobody", "user/dave")
    role.save()
    found = look(alice, authorization_id)
    parting = then_of(found).deciding.parting
    assert parting is not None
    assert parting.name == "Bool aws:MultiFactorAuthPresent"
    assert now_of(found).allowed
    role.delete()
    found = look(alice, authorization_id)
    assert turn(then_of(found)) == Turn("Role trust policy", "Trust policy of Deploy", 1, 12)
    assert now_of(found).deciding.layer == "Role trust policy"


def test_an_old_refusal_gives_the_old_answer_beside_todays(alice: Call, dave: Call) -> None:
    """The policy, the group and the boundary changed since, and the version and the inline policy are gone."""
    user = user_of(dave)
    group = a_group(alice.account, "Interns")
    user.memberships.create(account=alice.account, group=group)
    an_inline_policy(group, pretty(SPARE), "interns-rules")
    rules = a_policy(alice, "Rules", DENY_USERS)
    attach_user_policy(alice, user_name="dave", policy_arn=rules)
    limit = bounded(alice, dave, ALLOW_ALL)
    authorization_id = reads_user(dave)
    before = turn(then_of(look(alice, authorization_id)))
    assert before == Turn("Identity policy", "Rules")

    create_policy_version(alice, policy_arn=rules, policy_document=pretty(SPARE), set_as_default=True)
    delete_policy_version(alice, policy_arn=rules, version_id="v1")
    remove_user_from_group(alice, group_name="Interns", user_name="dave")
    delete_group_policy(alice, group_name="Interns", policy_name="interns-rules")
    delete_group(alice, group_name="Interns")
    create_policy_version(alice, policy_arn=limit, policy_document=pretty(SPARE), set_as_default=True)
    found = look(alice, authorization_id)
    assert turn(then_of(found)) == before
    assert then_of(found).result.eval_decision is EvalDecision.EXPLICIT_DENY
    assert turn(now_of(found)) == Turn("Permissions boundary", "Limit", 0, 4)

    detach_user_policy(alice, user_name="dave", policy_arn=rules)
    delete_policy(alice, policy_arn=rules)
    delete_user_permissions_boundary(alice, user_name="dave")
    found = look(alice, authorization_id)
    assert turn(then_of(found)) == before
    assert now_of(found).allowed


def test_a_policy_of_the_same_name_made_anew_is_not_taken_for_the_old_one(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    rules = a_policy(alice, "Rules", DENY_USERS)
    attach_user_policy(alice, user_name="dave", policy_arn=rules)
    authorization_id = reads_user(dave)
    detach_user_policy(alice, user_name="dave", policy_arn=rules)
    delete_policy(alice, policy_arn=rules)
    attach_user_policy(alice, user_name="dave", policy_arn=a_policy(alice, "Rules", pretty(SPARE)))
    found = look(alice, authorization_id)
    assert turn(then_of(found)) == Turn("Identity policy", "Rules")
    assert now_of(found).allowed


def test_a_policy_of_aws_is_found_though_it_has_no_history(alice: Call, dave: Call) -> None:
    reads_objects = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    attach_user_policy(alice, user_name="dave", policy_arn=reads_objects)
    authorization_id = reads_user(dave)
    detach_user_policy(alice, user_name="dave", policy_arn=reads_objects)
    found = look(alice, authorization_id)
    assert [policy.name for policy in then_of(found).deciding.policies] == ["AmazonS3ReadOnlyAccess"]
    assert found.living == {reads_objects}


def test_an_inline_policy_is_replayed_as_it_was(alice: Call, dave: Call) -> None:
    put_user_policy(alice, user_name="dave", policy_name="own", policy_document=DENY_USERS)
    authorization_id = reads_user(dave)
    put_user_policy(alice, user_name="dave", policy_name="own", policy_document=ALLOW_ALL)
    InlinePolicy.objects.filter(user=user_of(dave)).delete()
    assert turn(then_of(look(alice, authorization_id))) == Turn("Identity policy", "own")


def test_a_tag_that_mends_access_counts_now(alice: Call, dave: Call) -> None:
    mine = {"StringEquals": {"aws:PrincipalTag/team": "web"}}
    an_inline_policy(user_of(dave), pretty(SPARE, statement("Allow", "iam:GetUser", Condition=mine)), "by-team")
    authorization_id = reads_user(dave)
    assert not now_of(look(alice, authorization_id)).allowed
    tag_user(alice, user_name="dave", tags=[("team", "web")])
    found = look(alice, authorization_id)
    assert not then_of(found).allowed
    assert now_of(found).allowed


def test_who_was_deleted_since_is_said_to_be_gone(alice: Call, dave: Call) -> None:
    authorization_id = reads_user(dave)
    delete_user(alice, user_name="dave")
    create_user(alice, user_name="dave")
    found = look(alice, authorization_id)
    assert (found.gone, found.now) == (True, None)
    assert turn(then_of(found)) == Turn("Identity policy", "", None, None)
