"""The access troubleshooter: the layer, the policy and the statement that decided."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest

from accounts.models import Organization, OrganizationAccount, PolicyTypes
from accounts.operations.sts import assume_role
from accounts.operations.users import get_user
from accounts.principals import RoleSession
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call, Session
from policies.documents import policy_of
from policies.evaluation import EvalDecision, PolicyType
from policies.models import Boundary, ControlPolicy, ControlPolicyAttachment, document_hash
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.troubleshooting import troubleshoot_access
from tests.factories import a_call, a_group, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, a_policy, last_event
from tests.policies.operations.investigations import (
    ALLOW_ALL,
    DENY_USERS,
    SPARE,
    TROUBLESHOOT,
    Turn,
    a_bucket,
    bounded,
    bucket_policy,
    gets_object,
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


def test_no_allow_names_the_layer_and_that_nothing_speaks_of_the_action(alice: Call, carol: Call) -> None:
    verdict = then_of(look(alice, reads_user(carol)))
    assert turn(verdict) == Turn("Identity policy", "", None, None)
    assert verdict.result.eval_decision is EvalDecision.IMPLICIT_DENY
    assert "no identity-based policy allows the iam:GetUser action" in verdict.result.sentence


def test_no_allow_names_the_statement_that_came_nearest(alice: Call, dave: Call) -> None:
    other = f"arn:aws:iam::{alice.account_id}:user/erin"
    an_inline_policy(user_of(dave), pretty(SPARE, statement("Allow", "iam:Get*", other)), "reads-erin")
    verdict = then_of(look(alice, reads_user(dave)))
    assert turn(verdict) == Turn("Identity policy", "reads-erin")
    assert verdict.deciding.parting is not None
    assert (verdict.deciding.parting.name, verdict.deciding.parting.wanted) == ("Resource", (other,))
    assert verdict.deciding.parting.span.start.line == 14


def test_an_explicit_deny_of_the_user(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    an_inline_policy(user_of(dave), DENY_USERS, "not-users")
    verdict = then_of(look(alice, reads_user(dave)))
    assert turn(verdict) == Turn("Identity policy", "not-users")
    assert verdict.deciding.last_line == 15
    assert verdict.result.eval_decision is EvalDecision.EXPLICIT_DENY


def test_an_explicit_deny_of_a_group_names_the_group(alice: Call, dave: Call) -> None:
    group = a_group(alice.account, "Interns")
    user = user_of(dave)
    user.memberships.create(account=alice.account, group=group)
    an_inline_policy(user, ALLOW_ALL, "all")
    an_inline_policy(group, DENY_USERS, "interns-rules")
    verdict = then_of(look(alice, reads_user(dave)))
    assert turn(verdict) == Turn("Identity policy", "interns-rules")
    assert verdict.deciding.policy is not None
    assert verdict.deciding.policy.via == "Interns"


def test_an_explicit_deny_of_the_boundary(alice: Call, dave: Call) -> None:
    bounded(alice, dave, DENY_USERS)
    assert turn(then_of(look(alice, reads_user(dave)))) == Turn("Permissions boundary", "Limit")


def test_a_missing_allow_of_the_boundary(alice: Call, dave: Call) -> None:
    bounded(alice, dave, pretty(SPARE))
    verdict = then_of(look(alice, reads_user(dave)))
    assert turn(verdict) == Turn("Permissions boundary", "Limit", 0, 4)
    assert "no permissions boundary allows the iam:GetUser action" in verdict.result.sentence


def test_a_failed_condition_names_key_operator_wanted_and_got(alice: Call, dave: Call) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    policy = pretty(SPARE, statement("Allow", "iam:*", Condition=condition))
    an_inline_policy(user_of(dave), policy, "at-home")
    verdict = then_of(look(alice, reads_user(dave)))
    assert turn(verdict) == Turn("Identity policy", "at-home")
    parting = verdict.deciding.parting
    assert parting is not None
    assert parting.name == "StringEquals aws:RequestedRegion"
    assert (parting.wanted, parting.asked) == (("eu-west-1",), ("us-east-1",))
    assert policy.splitlines()[parting.span.start.line - 1].strip() == '"aws:RequestedRegion": "eu-west-1"'


def with_session(call: Call, document: str) -> Call:
    session = Session(call.time, policies=(policy_of("Session policy", document, PolicyType.SESSION),))
    return replace(call, session=session)


def a_session(alice: Call, document: str) -> Call:
    role = a_role(alice.account, "Deploy")
    an_inline_policy(role, ALLOW_ALL, "all")
    principal = RoleSession(alice.account_id, role.role_id, role.role_name, "monday")
    return with_session(replace(alice, principal=principal, memo={}), document)


def test_an_explicit_deny_of_the_session_policy(alice: Call, carol: Call) -> None:
    session = a_session(alice, pretty(SPARE, statement("Deny", "iam:GetUser")))
    found = look(alice, reads_user(session))
    assert turn(then_of(found)) == Turn("Session policy", "Session policy")
    assert turn(now_of(found)) == Turn("Session policy", "Session policy")


def test_a_missing_allow_of_the_session_policy(alice: Call, carol: Call) -> None:
    verdict = then_of(look(alice, reads_user(a_session(alice, pretty(SPARE)))))
    assert turn(verdict) == Turn("Session policy", "Session policy", 0, 4)
    assert "no session policy allows the iam:GetUser action" in verdict.result.sentence


def test_an_explicit_deny_of_the_resource_policy(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    bucket = a_bucket(alice, bucket_policy("Deny"))
    authorization_id = gets_object(dave)
    named = f"Policy of {bucket.name}"
    assert turn(then_of(look(alice, authorization_id))) == Turn("Resource policy", named, 1, 11)
    bucket.delete()
    found = look(alice, authorization_id)
    assert turn(then_of(found)) == Turn("Resource policy", named, 1, 11)
    assert now_of(found).allowed


def member_of(manager: Call, *accounts: Call) -> Organization:
    organization = Organization.objects.create(account=manager.account, policy_types=list(PolicyTypes.values))
    for call in (manager, *accounts):
        OrganizationAccount.objects.create(account=call.account, organization=organization)
    for name in ("p-FullAWSAccess", "p-RCPFullAWSAccess"):
        for target in (organization.root_id, *(call.account_id for call in accounts)):
            ControlPolicyAttachment.objects.create(
                account=manager.account, organization=organization, policy_id=name, target_id=target,
                member_id=None if target == organization.root_id else target,
            )  # fmt: skip
    return organization


def a_control_policy(
    manager: Call,
    organization: Organization,
    document: str,
    target: str = "",
    kind: str = PolicyTypes.SERVICE_CONTROL_POLICY,
) -> ControlPolicy:
    policy = ControlPolicy.objects.create(
        account=manager.account, organization=organization, type=kind,
        policy_name="NoUsers", document=document, document_hash=document_hash(document),
    )  # fmt: skip
    ControlPolicyAttachment.objects.create(
        account=manager.account, organization=organization, policy=policy, target_id=target or organization.root_id,
        member_id=target or None,
    )  # fmt: skip
    return policy


@pytest.fixture
def manager() -> Call:
    return a_call(an_account())


def test_an_explicit_deny_of_an_scp_and_who_may_read_it(manager: Call, alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    organization = member_of(manager, alice)
    a_control_policy(manager, organization, DENY_USERS)
    authorization_id = reads_user(dave)
    erin = a_call(alice.account, a_user(alice.account, "erin", password=None))
    an_inline_policy(user_of(erin), pretty(statement("Allow", "organizations:DescribePolicy")), "describes")
    an_inline_policy(user_of(erin), TROUBLESHOOT, "troubleshoots")
    assert turn(then_of(look(erin, authorization_id))) == Turn("Service control policy", "NoUsers")
    bob = a_call(alice.account, a_user(alice.account, "bob", password=None))
    an_inline_policy(user_of(bob), TROUBLESHOOT, "troubleshoots")
    verdict = then_of(look(bob, authorization_id))
    assert turn(verdict) == Turn("Service control policy", "NoUsers", None, None)
    assert not verdict.deciding.readable
    assert not verdict.deciding.whole
    hidden = [row for row in verdict.looked_at if row.policy.name == "NoUsers"]
    assert [row.examined for row in hidden] == [None]
    assert all(not shown.lines for shown in verdict.explanation.shown)


def test_an_explicit_deny_of_an_rcp_of_the_resources_account(manager: Call, alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    owner = a_call(an_account())
    organization = member_of(manager, owner)
    document = pretty(
        {**SPARE, "Effect": "Deny", "Principal": "*"}, {**statement("Deny", "s3:GetObject"), "Principal": "*"}
    )
    a_control_policy(manager, organization, document, kind=PolicyTypes.RESOURCE_CONTROL_POLICY)
    a_bucket(owner, bucket_policy("Allow"))
    found = look(alice, gets_object(dave))
    assert turn(then_of(found)) == Turn("Resource control policy", "NoUsers", None, None)
    assert turn(now_of(found)) == turn(then_of(found))
    assert not then_of(found).deciding.readable


def test_an_scp_that_allows_too_little_names_the_level(manager: Call, alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    organization = member_of(manager, alice)
    ControlPolicyAttachment.objects.filter(target_id=alice.account_id, policy_id="p-FullAWSAccess").delete()
    a_control_policy(manager, organization, TROUBLESHOOT, alice.account_id)
    verdict = then_of(look(alice, reads_user(dave)))
    assert verdict.deciding.layer == "Service control policy"
    assert verdict.step is not None
    assert "at level 2 of 2" in verdict.step.reason


def test_a_trust_policy_that_does_not_name_the_caller(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    role = a_role(alice.account, "Deploy", trust=trust(alice))
    authorization_id = refused(lambda: assume_role(dave, role_arn=role.arn, role_session_name="monday"))
    verdict = then_of(look(alice, authorization_id))
    assert turn(verdict) == Turn("Role trust policy", "Trust policy of Deploy", 1, 12)
    assert "no role trust policy allows the sts:AssumeRole action" in verdict.result.sentence
    assert verdict.deciding.parting is not None
    assert verdict.deciding.parting.element == "principal"


def test_later_layers_are_evaluated_too(alice: Call, carol: Call) -> None:
    arn = a_policy(alice, "Limit", pretty(SPARE))
    put_user_permissions_boundary(alice, user_name="carol", permissions_boundary=arn)
    verdict = then_of(look(alice, reads_user(carol)))
    assert verdict.also_stopped_by == ("Permissions boundary",)
    assert [box.words for box in verdict.explanation.boxes if box.name == "Permissions boundary"] == [
        "Not reached; would stop it too"
    ]


def test_every_statement_is_looked_at(alice: Call, dave: Call) -> None:
    bounded(alice, dave, pretty(SPARE, statement("Allow", "iam:*")))
    an_inline_policy(user_of(dave), DENY_USERS, "not-users")
    rows = then_of(look(alice, reads_user(dave))).looked_at
    assert [(row.policy.name, row.counted) for row in rows if row.is_about_action] == [
        ("all", True),
        ("not-users", True),
        ("Limit", True),
    ]
    assert {row.policy.name for row in rows if not row.is_about_action} == {"not-users", "Limit"}


def test_an_allowed_event_says_why(alice: Call, carol: Call) -> None:
    get_user(alice, user_name="carol")
    verdict = then_of(look(alice, str(last_event(alice).event_id)))
    assert verdict.allowed
    assert turn(verdict) == Turn("Identity policy", "everything", 0, 1)


def test_an_allowance_of_the_root_user_says_why(alice: Call) -> None:
    root = a_call(alice.account)
    get_user(root, user_name="alice")
    verdict = then_of(look(alice, str(last_event(alice).event_id)))
    assert verdict.deciding.layer == "Root user"


def test_an_event_without_a_decision_says_so(alice: Call) -> None:
    with pytest.raises(NoSuchEntity):
        troubleshoot_access(alice, authorization_id=str(uuid.uuid4()))
    found = look(alice, str(last_event(alice).event_id))
    assert found.event.event_name == "TroubleshootAccess"


def test_a_recorded_document_holds_no_text_but_that_of_the_session(alice: Call, carol: Call) -> None:
    reads_user(a_session(alice, pretty(SPARE)))
    decision = last_event(alice).decision
    assert decision is not None
    texts = {policy["type"]: policy.get("document") for policy in decision["policies"]}
    assert texts == {"identity": None, "session": pretty(SPARE)}
    assert EVERYTHING not in json.dumps(decision)
    assert Boundary.objects.count() == 0
