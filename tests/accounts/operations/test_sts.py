"""STS through the gate: who may take which role, for how long, and what the session may do then."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Role, RoleTag, TemporaryCredential, User
from accounts.operations.roles import get_role, update_assume_role_policy
from accounts.operations.sts import (
    assume_role,
    decode_authorization_message,
    get_access_key_info,
    get_caller_identity,
)
from accounts.operations.users import list_users
from accounts.principals import RoleSession, ServicePrincipal
from accounts.sessions import recall_session, secret_of
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    InvalidAuthorizationMessageException,
    InvalidClientTokenId,
    MalformedPolicyDocument,
    NoSuchEntity,
    PackedPolicyTooLarge,
    ValidationError,
)
from iamconsole.call import Call, Session, SessionKind
from policies import access
from policies.authorization_message import encode
from tests.accounts.operations.sessions import EVERYTHING, LIST_USERS, allowing, calling_with, trusting
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def role(account: Account) -> Role:
    role = a_role(account, "Auditor", trust=trusting(account.account_id), path="/audit/")
    an_inline_policy(role, LIST_USERS)
    return role


def test_ac37_a_role_lives_only_in_sessions_that_expire_after_an_hour(call: Call, role: Role) -> None:
    assert {field.name for field in Role._meta.get_fields()}.isdisjoint({"password", "access_keys", "login_profile"})
    taken = assume_role(call, role_arn=role.arn, role_session_name="alice")
    assert taken.credential.expires - taken.credential.issued == timedelta(seconds=3600)
    with pytest.raises(ValidationError, match="greater than or equal to 900"):
        assume_role(call, role_arn=role.arn, role_session_name="alice", duration_seconds=899)
    assume_role(call, role_arn=role.arn, role_session_name="alice", duration_seconds=900)


def test_ac38_taking_a_role_gives_a_key_a_secret_a_token_and_an_end(call: Call, role: Role) -> None:
    taken = assume_role(call, role_arn=role.arn, role_session_name="alice")
    assert taken.credential.access_key_id.startswith("ASIA")
    assert len(taken.secret_access_key) == 40
    assert secret_of(taken.credential) == taken.secret_access_key
    assert taken.session_token not in json.dumps(list(TemporaryCredential.objects.values()), default=str)
    with pytest.raises(ValidationError, match="exceeds the MaxSessionDuration set for this role"):
        assume_role(call, role_arn=role.arn, role_session_name="alice", duration_seconds=3601)
    end = taken.credential.expires
    assert recall_session(taken.credential.access_key_id, end - timedelta(seconds=1)) is not None
    assert recall_session(taken.credential.access_key_id, end) is None


def test_a_session_acts_as_the_role_and_not_as_who_took_it(call: Call, role: Role, alice: User) -> None:
    session = calling_with(assume_role(call, role_arn=role.arn, role_session_name="alice"))
    assert session.principal.arn == f"arn:aws:sts::{call.account_id}:assumed-role/Auditor/alice"
    assert list_users(session).items
    with pytest.raises(AccessDenied, match="assumed-role/Auditor/alice is not authorized to perform: iam:GetRole"):
        get_role(session, role_name="Auditor")


def test_ac47_two_users_of_one_role_stand_apart_in_the_trail(account: Account, alice: User, role: Role) -> None:
    bob = a_user(account, "bob-2")
    an_inline_policy(bob, allowing("sts:AssumeRole"))
    for user in (alice, bob):
        call = a_call(account, user)
        list_users(calling_with(assume_role(call, role_arn=role.arn, role_session_name=user.name)))
    events = Event.objects.filter(account_id=account.pk, event_name="ListUsers").order_by("sequence")
    identities = [event.record["userIdentity"] for event in events]
    assert [identity["arn"].rpartition("/")[2] for identity in identities] == ["alice", "bob-2"]
    assert len({identity["accessKeyId"] for identity in identities}) == 2
    for identity in identities:
        assert identity["type"] == "AssumedRole"
        assert identity["sessionContext"]["sessionIssuer"]["arn"] == role.arn
        assert identity["sessionContext"]["sessionIssuer"]["userName"] == "Auditor"


def test_the_event_of_taking_a_role_holds_no_secret(call: Call, role: Role) -> None:
    taken = assume_role(call, role_arn=role.arn, role_session_name="alice")
    event = Event.objects.get(account_id=call.account_id, event_name="AssumeRole")
    assert event.record["eventSource"] == "sts.amazonaws.com"
    assert event.record["requestParameters"] == {"roleArn": role.arn, "roleSessionName": "alice"}
    assert event.record["responseElements"]["credentials"]["accessKeyId"] == taken.credential.access_key_id
    assert event.record["responseElements"]["assumedRoleUser"]["assumedRoleId"] == f"{role.role_id}:alice"
    for secret in (taken.secret_access_key, taken.session_token):
        assert secret not in json.dumps([event.record, event.decision])


def test_a_role_is_taken_only_where_trust_and_permission_meet(account: Account, role: Role) -> None:
    carol = a_user(account, "carol-2")
    with pytest.raises(AccessDenied, match="because no identity-based policy allows the sts:AssumeRole action"):
        assume_role(a_call(account, carol), role_arn=role.arn, role_session_name="carol")
    Role.objects.filter(pk=role.pk).update(assume_role_policy_document=trusting(carol.arn))
    assume_role(a_call(account, carol), role_arn=role.arn, role_session_name="carol")  # named itself: that is enough
    assert Role.objects.get(pk=role.pk).last_used_date is not None


def test_an_administrator_whom_the_trust_policy_leaves_out_is_refused(call: Call, role: Role, account: Account) -> None:
    other = a_user(account)
    Role.objects.filter(pk=role.pk).update(assume_role_policy_document=trusting(other.arn))
    with pytest.raises(AccessDenied, match="because no role trust policy allows the sts:AssumeRole action"):
        assume_role(call, role_arn=role.arn, role_session_name="alice")


def test_a_role_that_does_not_exist_is_refused_like_one_that_does_not_trust(call: Call) -> None:
    with pytest.raises(AccessDenied, match="no role trust policy allows"):
        assume_role(call, role_arn=f"arn:aws:iam::{call.account_id}:role/Nobody", role_session_name="alice")
    with pytest.raises(ValidationError, match="nonsense is invalid"):
        assume_role(call, role_arn="nonsense", role_session_name="alice")


def test_ac16_the_root_user_takes_no_role(account: Account, role: Role) -> None:
    with pytest.raises(AccessDenied, match=r"^Roles may not be assumed by root accounts\.$"):
        assume_role(a_call(account), role_arn=role.arn, role_session_name="root-user")


class TestAcrossAccounts:
    """AC42: identity permission in one account and trust in the other, both or nothing."""

    EXTERNAL_ID = {"StringEquals": {"sts:ExternalId": "class-7"}}

    @pytest.fixture
    def theirs(self, account: Account) -> Role:
        role = a_role(an_account(), "Partner", trust=trusting(account.account_id, condition=self.EXTERNAL_ID))
        an_inline_policy(role, LIST_USERS)
        return role

    def test_ac42_a_role_of_another_account_works_with_both_sides(self, call: Call, theirs: Role) -> None:
        taken = assume_role(call, role_arn=theirs.arn, role_session_name="alice", external_id="class-7")
        a_user(theirs.account, "their-user")
        session = calling_with(taken)
        assert session.account_id == theirs.account_id
        assert [user.name for user in list_users(session).items] == ["their-user"]

    def test_ac42_without_permission_here_the_identity_policy_is_named(self, account: Account, theirs: Role) -> None:
        carol = a_user(account)
        with pytest.raises(AccessDenied, match="no identity-based policy allows the sts:AssumeRole"):
            assume_role(a_call(account, carol), role_arn=theirs.arn, role_session_name="carol", external_id="class-7")

    @pytest.mark.parametrize("external_id", [None, "class-8"])
    def test_ac42_a_wrong_external_id_is_refused_by_the_trust_policy(
        self, call: Call, theirs: Role, external_id: str | None
    ) -> None:
        with pytest.raises(AccessDenied, match="no role trust policy allows"):
            assume_role(call, role_arn=theirs.arn, role_session_name="alice", external_id=external_id)

    def test_ac42_without_trust_there_the_trust_policy_is_named(self, call: Call, theirs: Role) -> None:
        their_root = f"arn:aws:iam::{theirs.account_id}:root"
        Role.objects.filter(pk=theirs.pk).update(assume_role_policy_document=trusting(their_root))
        with pytest.raises(AccessDenied, match="no role trust policy allows"):
            assume_role(call, role_arn=theirs.arn, role_session_name="alice", external_id="class-7")

    def test_a_foreign_role_that_names_the_user_alone_still_needs_permission_here(
        self, account: Account, theirs: Role
    ) -> None:
        carol = a_user(account)
        Role.objects.filter(pk=theirs.pk).update(assume_role_policy_document=trusting(carol.arn))
        with pytest.raises(AccessDenied, match="no identity-based policy"):
            assume_role(a_call(account, carol), role_arn=theirs.arn, role_session_name="carol")

    def test_both_accounts_have_the_event_and_the_owner_learns_no_policy(self, call: Call, theirs: Role) -> None:
        assume_role(call, role_arn=theirs.arn, role_session_name="alice", external_id="class-7")
        ours = Event.objects.get(account_id=call.account_id, event_name="AssumeRole")
        copy = Event.objects.get(account_id=theirs.account_id, event_name="AssumeRole")
        assert ours.record["sharedEventID"] == copy.record["sharedEventID"]
        assert ours.event_id != copy.event_id
        assert copy.record["userIdentity"]["type"] == "AWSAccount"
        assert copy.record["userIdentity"]["accountId"] == call.account_id
        assert copy.record["recipientAccountId"] == theirs.account_id
        assert copy.decision is None
        assert copy.record["resources"][0]["accountId"] == theirs.account_id

    def test_a_refusal_is_told_to_the_callers_account_alone(self, call: Call, theirs: Role) -> None:
        with pytest.raises(AccessDenied):
            assume_role(call, role_arn=theirs.arn, role_session_name="alice")
        assert Event.objects.filter(account_id=call.account_id, error_code="AccessDenied").count() == 1
        assert not Event.objects.filter(account_id=theirs.account_id).exists()


class TestSessionPolicies:
    def test_a_session_policy_narrows_the_role(self, call: Call, role: Role) -> None:
        narrow = assume_role(call, role_arn=role.arn, role_session_name="alice", policy=allowing("iam:GetRole"))
        with pytest.raises(AccessDenied, match="because no session policy allows the iam:ListUsers action"):
            list_users(calling_with(narrow))

    def test_a_session_policy_grants_nothing_that_the_role_does_not(self, call: Call, role: Role) -> None:
        wide = assume_role(call, role_arn=role.arn, role_session_name="alice", policy=EVERYTHING)
        assert list_users(calling_with(wide)).items
        with pytest.raises(AccessDenied, match="no identity-based policy"):
            get_role(calling_with(wide), role_name="Auditor")

    def test_a_managed_policy_can_be_a_session_policy(self, call: Call, role: Role) -> None:
        arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
        session = calling_with(assume_role(call, role_arn=role.arn, role_session_name="alice", policy_arns=[arn]))
        with pytest.raises(AccessDenied, match="no session policy allows"):
            list_users(session)
        with pytest.raises(NoSuchEntity):
            assume_role(call, role_arn=role.arn, role_session_name="alice", policy_arns=[arn + "X"])

    def test_a_broken_or_too_large_session_policy_is_refused(self, call: Call, role: Role) -> None:
        with pytest.raises(MalformedPolicyDocument):
            assume_role(call, role_arn=role.arn, role_session_name="alice", policy='{"Version": "2012-10-17"}')
        with pytest.raises(ValidationError, match="less than or equal to 2048"):
            assume_role(call, role_arn=role.arn, role_session_name="alice", policy=allowing("s3:" + "a" * 2048))

    def test_tags_that_do_not_fit_in_the_packed_room_are_refused(
        self, call: Call, role: Role, account: Account
    ) -> None:
        trust = trusting(account.account_id, action=["sts:AssumeRole", "sts:TagSession"])
        Role.objects.filter(pk=role.pk).update(assume_role_policy_document=trust)
        import random

        letters = random.Random(7)
        tags = [(f"key{number}", "".join(letters.choices("abcdefghijklmnop0123456789", k=250))) for number in range(20)]
        with pytest.raises(PackedPolicyTooLarge, match=r"consumes \d+% of allotted space"):
            assume_role(call, role_arn=role.arn, role_session_name="alice", tags=tags)


class TestTagsAndSourceIdentity:
    ALL = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")

    @pytest.fixture
    def tagging(self, account: Account) -> Role:
        role = a_role(account, "Tagging", trust=trusting(account.account_id, action=list(self.ALL)))
        RoleTag.objects.create(account=account, role=role, key="Team", value="red")
        RoleTag.objects.create(account=account, role=role, key="Site", value="home")
        an_inline_policy(role, allowing("sts:*"))
        return role

    def test_tags_need_tag_session_on_both_sides(self, call: Call, role: Role) -> None:
        with pytest.raises(AccessDenied, match="no role trust policy allows the sts:TagSession action"):
            assume_role(call, role_arn=role.arn, role_session_name="alice", tags=[("team", "blue")])

    def test_the_tags_of_a_session_stand_before_those_of_its_role(self, call: Call, tagging: Role) -> None:
        session = calling_with(
            assume_role(call, role_arn=tagging.arn, role_session_name="alice", tags=[("team", "blue")])
        )
        context = access.judge(session, "iam:ListUsers", "*", {}).request.context
        tags = {key.partition("/")[2]: value for key, value in context.items() if key.startswith("aws:PrincipalTag/")}
        assert tags == {"team": ("blue",), "Site": ("home",)}

    def test_a_transitive_tag_and_the_source_identity_go_along_a_chain(
        self, call: Call, tagging: Role, account: Account
    ) -> None:
        first = assume_role(
            call,
            role_arn=tagging.arn,
            role_session_name="alice",
            tags=[("project", "moon"), ("shift", "night")],
            transitive_tag_keys=["project"],
            source_identity="alice@example",
        )
        second = a_role(account, "Second", trust=trusting(tagging.arn, action=list(self.ALL)))
        chained = assume_role(calling_with(first), role_arn=second.arn, role_session_name="again")
        principal = calling_with(chained).principal
        assert isinstance(principal, RoleSession)
        assert principal.tags == (("project", "moon"),)
        assert principal.source_identity == "alice@example"
        assert principal.context()["aws:SourceIdentity"] == ("alice@example",)
        third = a_role(account, "Third", trust=trusting(tagging.arn))
        with pytest.raises(AccessDenied, match="sts:TagSession"):
            assume_role(calling_with(first), role_arn=third.arn, role_session_name="again")

    def test_a_transitive_tag_cannot_be_replaced_on_the_way(self, call: Call, tagging: Role) -> None:
        first = assume_role(
            call, role_arn=tagging.arn, role_session_name="alice", tags=[("a", "1")], transitive_tag_keys=["a"]
        )
        with pytest.raises(ValidationError, match="conflicts with a transitive tag key"):
            assume_role(calling_with(first), role_arn=tagging.arn, role_session_name="again", tags=[("A", "2")])
        with pytest.raises(ValidationError, match="must be included in the requested tags"):
            assume_role(call, role_arn=tagging.arn, role_session_name="alice", transitive_tag_keys=["b"])

    def test_a_chain_lasts_an_hour_at_most(self, call: Call, tagging: Role) -> None:
        Role.objects.filter(pk=tagging.pk).update(max_session_duration=43200)
        first = assume_role(call, role_arn=tagging.arn, role_session_name="alice", duration_seconds=43200)
        with pytest.raises(ValidationError, match="1 hour session limit for roles assumed by role chaining"):
            assume_role(calling_with(first), role_arn=tagging.arn, role_session_name="again", duration_seconds=3601)

    def test_the_source_identity_can_be_demanded_by_a_trust_policy(self, call: Call, tagging: Role) -> None:
        condition = {"StringLike": {"sts:SourceIdentity": "a*"}}
        trust = trusting(call.account_id, action=list(self.ALL), condition=condition)
        Role.objects.filter(pk=tagging.pk).update(assume_role_policy_document=trust)
        assume_role(call, role_arn=tagging.arn, role_session_name="alice", source_identity="alice")
        with pytest.raises(AccessDenied):
            assume_role(call, role_arn=tagging.arn, role_session_name="alice", source_identity="mallory")


def test_ac39_a_service_takes_the_role_it_was_given(account: Account) -> None:
    machine = a_role(account, "Machine")
    ec2 = Call(principal=ServicePrincipal(account.pk, "ec2.amazonaws.com"), account=account, time=timezone.now())
    taken = assume_role(ec2, role_arn=machine.arn, role_session_name="i-0123456789abcdef0")
    assert calling_with(taken).principal.arn.endswith("assumed-role/Machine/i-0123456789abcdef0")
    event = Event.objects.get(account_id=account.pk, event_name="AssumeRole")
    assert event.record["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}
    lambda_ = Call(principal=ServicePrincipal(account.pk, "lambda.amazonaws.com"), account=account, time=timezone.now())
    with pytest.raises(AccessDenied, match="no role trust policy"):
        assume_role(lambda_, role_arn=machine.arn, role_session_name="function")


def test_everybody_may_ask_who_he_is(account: Account) -> None:
    deny = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'
    carol = a_user(account, "carol-3")
    an_inline_policy(carol, deny)
    identity = get_caller_identity(a_call(account, carol))
    assert (identity.user_id, identity.account, identity.arn) == (carol.user_id, account.pk, carol.arn)


def test_a_key_id_tells_its_account_and_no_more(call: Call, role: Role) -> None:
    taken = assume_role(call, role_arn=role.arn, role_session_name="alice")
    assert get_access_key_info(call, access_key_id=taken.credential.access_key_id) == call.account_id
    with pytest.raises(ValidationError):
        get_access_key_info(call, access_key_id="AKIAAAAAAAAAAAAAAAAA")


def test_a_role_that_is_deleted_takes_its_sessions_along(call: Call, role: Role) -> None:
    taken = assume_role(call, role_arn=role.arn, role_session_name="alice")
    role.inline_policies.all().delete()
    role.delete()
    assert recall_session(taken.credential.access_key_id, timezone.now()) is None


def test_a_change_of_the_trust_policy_counts_for_the_next_call(call: Call, role: Role, account: Account) -> None:
    assume_role(call, role_arn=role.arn, role_session_name="alice")
    other = a_user(account)
    update_assume_role_policy(call, role_name=role.name, policy_document=trusting(other.arn))
    with pytest.raises(AccessDenied):
        assume_role(
            a_call(account, User.objects.get(account=account, user_name="alice")),
            role_arn=role.arn,
            role_session_name="alice",
        )


def test_old_credentials_are_cleared_away(call: Call, role: Role) -> None:
    old = assume_role(call, role_arn=role.arn, role_session_name="alice").credential
    two_days = timedelta(days=2)
    TemporaryCredential.objects.filter(pk=old.pk).update(issued=old.issued - two_days, expires=old.expires - two_days)
    assume_role(call, role_arn=role.arn, role_session_name="alice")
    assert not TemporaryCredential.objects.filter(pk=old.pk).exists()


def test_an_encoded_message_opens_in_its_own_account_only(call: Call, account: Account) -> None:
    carol = a_call(account, a_user(account))
    judgement = access.judge(carol, "ec2:RunInstances", "*", {})
    message = encode(judgement.request, judgement.decision, account.pk, carol.principal.principal_id)
    content = json.loads(decode_authorization_message(call, encoded_message=message))
    assert content["allowed"] is False
    assert content["context"]["action"] == "ec2:RunInstances"
    assert content["context"]["principal"]["arn"] == carol.principal.arn
    elsewhere = a_call(an_account())
    for caller, text in ((elsewhere, message), (call, message[:-4] + "AAAA"), (call, "nonsense")):
        with pytest.raises(InvalidAuthorizationMessageException):
            decode_authorization_message(caller, encoded_message=text)
    with pytest.raises(AccessDenied):
        decode_authorization_message(carol, encoded_message=message)


@pytest.mark.parametrize("kind", list(SessionKind))
def test_only_console_and_role_sessions_reach_everything(kind: SessionKind) -> None:
    session = Session(timezone.now(), kind=kind)
    if kind in (SessionKind.CONSOLE, SessionKind.ROLE):
        session.check_reach("iam:ListUsers")
    else:
        with pytest.raises(InvalidClientTokenId):
            session.check_reach("iam:ListUsers")
    session.check_reach("s3:GetObject")
    session.check_reach("sts:GetCallerIdentity")
