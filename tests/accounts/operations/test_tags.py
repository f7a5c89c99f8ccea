"""Tags on users, roles and instance profiles through the gate."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account, User
from accounts.operations import tags
from accounts.operations.instance_profiles import create_instance_profile
from iamconsole.audit.models import Event
from iamconsole.aws.errors import AccessDenied, InvalidInput, LimitExceeded, NoSuchEntity, ValidationError
from iamconsole.call import Call
from tests.factories import a_call, a_role, a_user, an_inline_policy

pytestmark = pytest.mark.django_db

NOUNS: list[tuple[str, Any, Any, Any]] = [
    ("user_name", tags.tag_user, tags.untag_user, tags.list_user_tags),
    ("role_name", tags.tag_role, tags.untag_role, tags.list_role_tags),
    (
        "instance_profile_name",
        tags.tag_instance_profile,
        tags.untag_instance_profile,
        tags.list_instance_profile_tags,
    ),
]
each_noun = pytest.mark.parametrize(("parameter", "tag", "untag", "list_tags"), NOUNS)


@pytest.fixture
def call(account: Account) -> Call:
    a_user(account, "Thing")
    a_role(account, "Thing")
    create_instance_profile(a_call(account), instance_profile_name="Thing")
    return a_call(account)


@each_noun
def test_tags_are_set_changed_listed_by_key_and_removed(
    call: Call, parameter: str, tag: Any, untag: Any, list_tags: Any
) -> None:
    named = {parameter: "thing"}
    tag(call, **named, tags=[("team", "web"), ("env", "dev"), ("empty", "")])
    assert list_tags(call, **named) == (("empty", ""), ("env", "dev"), ("team", "web"))
    tag(call, **named, tags=[("ENV", "prod")])
    assert list_tags(call, **named) == (("ENV", "prod"), ("empty", ""), ("team", "web"))
    untag(call, **named, tag_keys=["env", "absent"])
    assert list_tags(call, **named) == (("empty", ""), ("team", "web"))


@each_noun
def test_what_no_tag_can_be_is_refused(call: Call, parameter: str, tag: Any, untag: Any, list_tags: Any) -> None:
    named = {parameter: "Thing"}
    with pytest.raises(InvalidInput, match=r"Tag keys are case insensitive\.$"):
        tag(call, **named, tags=[("env", "a"), ("Env", "b")])
    with pytest.raises(InvalidInput, match="reserved"):
        tag(call, **named, tags=[("aws:x", "a")])
    with pytest.raises(ValidationError, match=r"tags\.1\.member\.key"):
        tag(call, **named, tags=[("x" * 129, "a")])
    with pytest.raises(ValidationError, match=r"tagKeys\.1\.member"):
        untag(call, **named, tag_keys=["?"])
    tag(call, **named, tags=[(f"k{number}", "") for number in range(50)])
    with pytest.raises(LimitExceeded):
        tag(call, **named, tags=[("one-more", "")])
    tag(call, **named, tags=[("K7", "changed")])
    assert len(list_tags(call, **named)) == 50
    with pytest.raises(NoSuchEntity):
        tag(call, **{parameter: "Nobody"}, tags=[("a", "b")])


@each_noun
def test_carol_may_do_none_of_it(
    account: Account, call: Call, carol: User, parameter: str, tag: Any, untag: Any, list_tags: Any
) -> None:
    hers = a_call(account, carol)
    attempts: list[tuple[Any, dict[str, Any]]] = [
        (tag, {"tags": [("a", "b")]}),
        (untag, {"tag_keys": ["a"]}),
        (list_tags, {}),
    ]
    for operation, arguments in attempts:
        with pytest.raises(AccessDenied):
            operation(hers, **{parameter: "Thing"}, **arguments)
    assert list_tags(call, **{parameter: "Thing"}) == ()


def test_a_policy_may_allow_only_certain_tag_keys(account: Account, call: Call, carol: User) -> None:
    an_inline_policy(
        carol,
        """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:TagRole", "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
                      "StringEquals": {"aws:RequestTag/team": "web"}}}}""",
    )
    tags.tag_role(a_call(account, carol), role_name="Thing", tags=[("team", "web")])
    for refused in ([("team", "db")], [("team", "web"), ("env", "dev")]):
        with pytest.raises(AccessDenied):
            tags.tag_role(a_call(account, carol), role_name="Thing", tags=refused)
    assert tags.list_role_tags(call, role_name="Thing") == (("team", "web"),)


def test_tagging_is_recorded(call: Call) -> None:
    tags.tag_role(call, role_name="Thing", tags=[("team", "web")])
    event = Event.objects.get(request_id=call.request_id)
    assert (event.event_name, event.read_only) == ("TagRole", False)
    assert event.record["requestParameters"]["roleName"] == "Thing"
