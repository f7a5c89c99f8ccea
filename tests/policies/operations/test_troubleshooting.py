"""The access troubleshooter: a decision replayed as it was, beside what it would be now, and to whom what is told."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from accounts.models import Organization, OrganizationAccount, PolicyTypes, User
from accounts.operations.groups import delete_group, remove_user_from_group
from accounts.operations.sts import assume_role
from accounts.operations.tags import tag_user
from accounts.operations.users import create_user, delete_user, get_user
from accounts.principals import RoleSession
from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.call import Call, Session
from iamconsole.gate import attempt
from policies import replay as replaying
from policies.applied import CompiledPolicies
from policies.documents import policy_of
from policies.evaluation import EvalDecision, PolicyType
from policies.lab_kinds import locate
from policies.lab_resources import request_target
from policies.models import Boundary, ControlPolicy, ControlPolicyAttachment, InlinePolicy, LabResource, document_hash
from policies.operations.attachments import attach_user_policy, detach_user_policy
from policies.operations.boundaries import delete_user_permissions_boundary, put_user_permissions_boundary
from policies.operations.inline_policies import delete_group_policy, put_user_policy
from policies.operations.managed_policies import delete_policy
from policies.operations.policy_versions import create_policy_version, delete_policy_version
from policies.operations.troubleshooting import Investigation, Verdict, troubleshoot_access
from tests.factories import a_call, a_group, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, a_policy, allow, last_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("forgetful")]

TROUBLESHOOT = allow("iam:TroubleshootAccess")
SPARE = {"Sid": "Spare", "Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
BUCKET = "arn:aws:s3:::papers-of-the-class"


def pretty(*statements: dict[str, Any]) -> str:
    """A document whose first statement begins in line 4; SPARE takes six lines."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=4)


def statement(effect: str, action: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Sid": "Deciding", "Effect": effect, "Action": action, "Resource": resource, **more}


ALLOW_ALL = pretty(statement("Allow", "*"))
DENY_USERS = pretty(SPARE, statement("Deny", "iam:GetUser"))


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has compiled nothing yet: every document of a record must be found anew."""
    monkeypatch.setattr(replaying, "COMPILED", CompiledPolicies())


@dataclass(frozen=True)
class Turn:
    """What a page must name: where the decision was made."""

    layer: str
    policy: str
    index: int | None = 1
    line: int | None = 10


def refused(act: Callable[[], object]) -> str:
    """The authorization id of a refusal."""
    with pytest.raises(AccessDenied) as caught:
        act()
    assert str(uuid.UUID(caught.value.authorization_id)) == caught.value.authorization_id
    return caught.value.authorization_id


def look(alice: Call, authorization_id: str) -> Investigation:
    """Open an authorization as alice does, with what she has read before forgotten."""
    return troubleshoot_access(replace(alice, memo={}), authorization_id=authorization_id)


def then_of(found: Investigation) -> Verdict:
    assert found.then is not None
    assert found.agrees
    return found.then


def now_of(found: Investigation) -> Verdict:
    assert found.now is not None
    return found.now


def turn(verdict: Verdict) -> Turn:
    decided = verdict.deciding
    name = decided.policy.name if decided.policy else ""
    if decided.statement is None:
        return Turn(decided.layer, name, None, None)
    return Turn(decided.layer, name, decided.statement.index, decided.first_line)


def reads_user(call: Call) -> str:
    return refused(lambda: get_user(replace(call, memo={}), user_name="carol"))


@pytest.fixture
def dave(alice: Call) -> Call:
    return a_call(alice.account, a_user(alice.account, "dave", password=None))


def user_of(call: Call) -> User:
    return User.objects.get(account=call.account, user_name=call.principal.name)


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


def bounded(alice: Call, dave: Call, document: str) -> str:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    arn = a_policy(alice, "Limit", document)
    put_user_permissions_boundary(alice, user_name="dave", permissions_boundary=arn)
    return arn


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


def a_bucket(call: Call, document: str) -> LabResource:
    return LabResource.objects.create(
        account=call.account, kind="bucket", region="us-east-1", name=BUCKET.rpartition(":")[2], arn=BUCKET,
        document=document, document_hash=document_hash(document),
    )  # fmt: skip


def gets_object(call: Call) -> str:
    asked = f"{BUCKET}/exam.txt"
    target, _ = request_target(call, locate(asked), asked)
    return refused(lambda: attempt(replace(call, memo={}), "s3:GetObject", (target,), read_only=True))


def bucket_policy(effect: str) -> str:
    spare = {**SPARE, "Action": "s3:ListBucket", "Resource": BUCKET, "Principal": "*"}
    return pretty(spare, {**statement(effect, "s3:GetObject", f"{BUCKET}/*"), "Principal": "*"})


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


def trust(alice: Call, *, mfa: bool = False) -> str:
    condition = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}} if mfa else {}
    principal = {"AWS": f"arn:aws:iam::{alice.account_id}:{'root' if mfa else 'user/nobody'}"}
    spare = {
        "Sid": "Spare",
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:TagSession",
    }
    return pretty(
        spare, {"Sid": "Deciding", "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **condition}
    )


def test_a_trust_policy_that_does_not_name_the_caller(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    role = a_role(alice.account, "Deploy", trust=trust(alice))
    authorization_id = refused(lambda: assume_role(dave, role_arn=role.arn, role_session_name="monday"))
    verdict = then_of(look(alice, authorization_id))
    assert turn(verdict) == Turn("Role trust policy", "Trust policy of Deploy", 1, 12)
    assert "no role trust policy allows the sts:AssumeRole action" in verdict.result.sentence
    assert verdict.deciding.parting is not None
    assert verdict.deciding.parting.element == "principal"


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


def test_carol_may_not_and_learns_nothing_of_any_policy(alice: Call, carol: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), DENY_USERS, "secret-rules")
    authorization_id = reads_user(dave)
    with pytest.raises(AccessDenied) as caught:
        troubleshoot_access(carol, authorization_id=authorization_id)
    assert "secret-rules" not in caught.value.message
    assert "iam:TroubleshootAccess" in caught.value.message


def test_bob_who_reads_may(alice: Call, bob: Call, carol: Call) -> None:
    an_inline_policy(user_of(bob), TROUBLESHOOT, "troubleshoots")
    assert turn(then_of(look(bob, reads_user(carol)))) == Turn("Identity policy", "", None, None)
    event = last_event(alice)
    assert (event.event_name, event.read_only, event.error_code) == ("TroubleshootAccess", True, "")


@pytest.mark.parametrize("authorization_id", ["", "nonsense", "6c1f2a70-4f3b-4d6e-9c1e-0a1b2c3d4e5f"])
def test_an_id_that_never_was_is_absent(alice: Call, authorization_id: str) -> None:
    with pytest.raises(NoSuchEntity):
        troubleshoot_access(alice, authorization_id=authorization_id)


def test_another_accounts_id_is_as_absent_as_one_that_never_was(alice: Call) -> None:
    stranger = a_call(an_account())
    other = a_call(stranger.account, a_user(stranger.account, "other", password=None))
    theirs = reads_user(other)
    never = str(uuid.uuid4())
    messages = []
    for authorization_id in (theirs, never):
        with pytest.raises(NoSuchEntity) as caught:
            troubleshoot_access(alice, authorization_id=authorization_id)
        messages.append(caught.value.message.replace(authorization_id, "ID"))
    assert messages[0] == messages[1]


def test_the_policy_of_another_accounts_resource_is_a_name_and_no_more(alice: Call, dave: Call) -> None:
    an_inline_policy(user_of(dave), ALLOW_ALL, "all")
    owner = a_call(an_account())
    a_bucket(owner, bucket_policy("Deny"))
    verdict = then_of(look(alice, gets_object(dave)))
    assert verdict.deciding.layer == "Resource policy"
    assert (verdict.deciding.statement, verdict.deciding.readable) == (None, False)
    assert all(not shown.lines for shown in verdict.explanation.shown if shown.layer == "Resource policy")
    assert [row.examined for row in verdict.looked_at if row.layer == "Resource policy"] == [None]


def test_tags_of_another_accounts_resource_are_not_told(alice: Call, dave: Call) -> None:
    mine = {"StringEquals": {"aws:ResourceTag/owner": "dave"}}
    an_inline_policy(user_of(dave), pretty(SPARE, statement("Allow", "s3:GetObject", Condition=mine)), "own-objects")
    owner = a_call(an_account())
    bucket = a_bucket(owner, bucket_policy("Allow"))
    bucket.tags.create(account=owner.account, key="owner", value="secret-of-the-owner")
    authorization_id = gets_object(dave)
    found = look(alice, authorization_id)
    parting = then_of(found).deciding.parting
    assert parting is not None
    assert parting.name == "StringEquals aws:ResourceTag/owner"
    assert found.recording is not None
    assert found.recording.request.context["aws:ResourceTag/owner"] == ("secret-of-the-owner",)
    assert "aws:ResourceTag/owner" not in found.context
    for verdict in (then_of(found), now_of(found)):
        told = (verdict.deciding, verdict.looked_at, verdict.explanation.near, verdict.explanation.sentence)
        assert "secret-of-the-owner" not in repr(told)
        assert all("secret-of-the-owner" not in shown.note for shown in verdict.explanation.shown)


def test_a_recorded_document_holds_no_text_but_that_of_the_session(alice: Call, carol: Call) -> None:
    reads_user(a_session(alice, pretty(SPARE)))
    decision = last_event(alice).decision
    assert decision is not None
    texts = {policy["type"]: policy.get("document") for policy in decision["policies"]}
    assert texts == {"identity": None, "session": pretty(SPARE)}
    assert EVERYTHING not in json.dumps(decision)
    assert Boundary.objects.count() == 0
