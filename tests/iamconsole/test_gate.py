"""The gate: who passes, what is recorded, and what stays undone."""

from __future__ import annotations

import json

import pytest

from accounts.arns import Target, named_user, new_user
from accounts.models import User
from accounts.operations.sts import decode_authorization_message
from accounts.operations.users import create_user, delete_user, get_user, list_users, update_user
from iamconsole.audit.models import Event
from iamconsole.audit.recorders import PageRecorder
from iamconsole.aws.errors import AccessDenied, EntityAlreadyExists, NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import OPERATIONS, attempt, operation
from tests.factories import a_call, a_user, an_account, an_inline_policy

pytestmark = pytest.mark.django_db

READ_ONLY = """{
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"}
}"""
EVERYTHING = """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"""


@pytest.fixture
def alice() -> Call:
    account = an_account()
    user = a_user(account, "alice")
    an_inline_policy(user, EVERYTHING)
    return a_call(account, user)


def a_call_of(name: str, policy: str | None, beside: Call) -> Call:
    user = a_user(beside.account, name)
    if policy:
        an_inline_policy(user, policy)
    return a_call(beside.account, user)


def events(call: Call) -> list[Event]:
    return list(Event.objects.filter(request_id=call.request_id).order_by("sequence"))


def test_a_change_and_its_event_are_made_together(alice: Call) -> None:
    create_user(alice, user_name="dave", path="/dev/")
    (event,) = events(alice)
    assert (event.event_name, event.read_only, event.error_code, event.user_name) == ("CreateUser", False, "", "alice")
    assert event.record["requestParameters"] == {"userName": "dave", "path": "/dev/"}
    assert event.record["responseElements"]["user"]["arn"].endswith(":user/dev/dave")
    assert event.record["userIdentity"]["type"] == "IAMUser"


def test_ac61_a_refused_call_leaves_one_event_and_nothing_else(alice: Call) -> None:
    carol = a_call_of("carol", None, alice)
    with pytest.raises(AccessDenied) as refused:
        create_user(carol, user_name="mallory")
    assert refused.value.message == (
        f"User: arn:aws:iam::{alice.account_id}:user/carol is not authorized to perform: iam:CreateUser "
        f"on resource: arn:aws:iam::{alice.account_id}:user/mallory "
        "because no identity-based policy allows the iam:CreateUser action"
    )
    assert not User.objects.filter(user_name="mallory").exists()
    (event,) = events(carol)
    assert (event.error_code, event.event_name) == ("AccessDenied", "CreateUser")
    assert event.decision is not None
    assert event.decision["decision"] == "implicitDeny"


def test_an_operation_that_fails_is_rolled_back_and_recorded(alice: Call) -> None:
    create_user(alice, user_name="dave")
    with pytest.raises(EntityAlreadyExists):
        create_user(alice, user_name="DAVE")
    assert [event.error_code for event in events(alice)] == ["", "EntityAlreadyExists"]
    alice.account.refresh_from_db()
    assert alice.account.user_count == 2


def test_an_unexpected_failure_is_recorded_and_leaves_nothing_half_made(alice: Call) -> None:
    @operation("iam:BreakHalfway", resource=new_user)
    def break_halfway(call: Call, *, user_name: str) -> None:
        User.objects.create(account=call.account, user_name=user_name)
        raise RuntimeError("the wire was cut")

    try:
        with pytest.raises(RuntimeError):
            break_halfway(alice, user_name="half")
    finally:
        del OPERATIONS["iam:BreakHalfway"]
    assert not User.objects.filter(user_name="half").exists()
    assert [event.error_code for event in events(alice)] == ["ServiceFailure"]


def test_one_operation_never_calls_another(alice: Call) -> None:
    @operation("iam:CallAnother", resource=named_user)
    def call_another(call: Call, *, user_name: str) -> User:
        return get_user(call, user_name=user_name)

    try:
        with pytest.raises(RuntimeError, match="never calls another"):
            call_another(alice, user_name="alice")
    finally:
        del OPERATIONS["iam:CallAnother"]


def test_the_reads_of_a_page_are_saved_with_one_insert(
    alice: Call, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    recorder = PageRecorder()
    call = a_call(alice.account, User.objects.get(user_name="alice"), recorder=recorder)
    get_user(call, user_name="alice")
    list_users(call)
    assert events(call) == []
    with django_assert_num_queries(1):  # type: ignore[operator]
        recorder.flush()
    assert [(event.event_name, event.read_only) for event in events(call)] == [("GetUser", True), ("ListUsers", True)]


def test_the_event_of_a_decision_keeps_context_and_versions(alice: Call) -> None:
    bob = a_call_of("bob", READ_ONLY, alice)
    get_user(bob, user_name="alice")
    (event,) = events(bob)
    assert event.decision is not None
    assert event.decision["decidedBy"] == "identity"
    assert event.decision["context"]["aws:username"] == ["bob"]
    assert event.decision["policies"][0]["version"].startswith("sha256:")
    assert event.decision["matchedStatements"][0]["index"] == 0


def test_a_changed_permission_binds_the_very_next_call(alice: Call) -> None:
    carol_user = a_user(alice.account, "carol")
    with pytest.raises(AccessDenied):
        get_user(a_call(alice.account, carol_user), user_name="alice")
    an_inline_policy(carol_user, READ_ONLY)
    assert get_user(a_call(alice.account, carol_user), user_name="alice").user_name == "alice"


def test_what_is_not_there_and_may_not_be_seen_answers_as_a_refusal(alice: Call) -> None:
    carol = a_call_of("carol", None, alice)
    with pytest.raises(AccessDenied):
        get_user(carol, user_name="nobody")
    with pytest.raises(NoSuchEntity):
        get_user(alice, user_name="nobody")


def test_another_accounts_user_is_as_absent_as_one_that_never_was(alice: Call) -> None:
    a_user(an_account(), "stranger")
    messages = []
    for name in ("stranger", "nobody"):
        with pytest.raises(NoSuchEntity) as absent:
            update_user(alice, user_name=name, new_path="/x/")
        messages.append(absent.value.message.replace(name, "NAME"))
    assert messages[0] == messages[1]


def test_ac19_only_who_may_create_users_creates_them(alice: Call) -> None:
    bob = a_call_of("bob", READ_ONLY, alice)
    with pytest.raises(AccessDenied, match="not authorized to perform: iam:CreateUser"):
        create_user(bob, user_name="eve")
    assert events(bob)[0].error_code == "AccessDenied"
    assert create_user(alice, user_name="eve").user_name == "eve"


def test_the_root_user_needs_no_policy(alice: Call) -> None:
    root = a_call(alice.account)
    create_user(root, user_name="first")
    (event,) = events(root)
    assert event.decision is not None
    assert event.decision["decidedBy"] == "root"
    assert event.record["userIdentity"]["type"] == "Root"


def test_row_history_carries_the_request_that_wrote_it(alice: Call) -> None:
    user = create_user(alice, user_name="dave")
    delete_user(alice, user_name="dave")
    history = User.pgh_event_model.objects.filter(user_id=user.user_id).order_by("pgh_id")  # type: ignore[attr-defined]
    assert [row.pgh_label for row in history] == ["insert", "delete"]
    assert {row.pgh_context["request_id"] for row in history} == {str(alice.request_id)}


def test_tags_at_creation_need_the_permission_to_tag(alice: Call) -> None:
    creator = a_call_of("creator", READ_ONLY.replace('"iam:Get*", "iam:List*"', '"iam:CreateUser"'), alice)
    create_user(creator, user_name="dave")
    with pytest.raises(AccessDenied, match="iam:TagUser"):
        create_user(creator, user_name="erin", tags=(("team", "red"),))
    create_user(alice, user_name="erin", tags=(("team", "red"),))
    (event,) = events(alice)
    assert event.record["requestParameters"]["tags"] == [{"key": "team", "value": "red"}]
    assert event.decision is not None
    assert event.decision["action"] == "iam:CreateUser"


def test_one_action_has_one_function() -> None:
    with pytest.raises(RuntimeError, match="one action, one function"):

        @operation("iam:GetUser", resource=named_user, read_only=True)
        def get_user_again(call: Call, *, user_name: str) -> None:
            raise AssertionError(user_name)

    assert OPERATIONS["iam:GetUser"].read_only


def test_a_refusal_of_ec2_brings_a_message_that_can_be_decoded(alice: Call) -> None:
    carol = a_call_of("carol", None, alice)
    with pytest.raises(AccessDenied) as refused:
        attempt(carol, "ec2:StartInstances", (Target("*"),), read_only=False)
    sentence, _, message = refused.value.message.partition(". Encoded authorization failure message: ")
    assert sentence.endswith("because no identity-based policy allows the ec2:StartInstances action")
    decoded = json.loads(decode_authorization_message(alice, encoded_message=message))
    assert decoded["context"]["action"] == "ec2:StartInstances"
    assert decoded["context"]["principal"]["arn"] == carol.principal.arn
