from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Role
from iamconsole.aws.errors import AccessDenied, LimitExceeded, MalformedPolicyDocument, NoSuchEntity, ValidationError
from iamconsole.call import Call
from policies.models import InlinePolicy
from policies.operations import inline_policies
from policies.operations.inline_policies import get_user_policy, put_user_policy
from tests.factories import a_group, a_user
from tests.policies.operations.documents import EVERYTHING, LIST_BUCKET, allow, document, last_event

pytestmark = pytest.mark.django_db

KINDS = ("user", "group", "role")
TRUST = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})


@pytest.fixture(autouse=True)
def entities(alice: Call) -> None:
    a_user(alice.account, "dave", password=None)
    a_group(alice.account, "dave")
    Role.objects.create(account=alice.account, role_name="dave", assume_role_policy_document=TRUST)


def act(verb: str, kind: str) -> Callable[..., Any]:
    plural = "policies" if verb == "list" else "policy"
    function = getattr(inline_policies, f"{verb}_{kind}_{plural}")
    return lambda call, **more: function(call, **{f"{kind}_name": "dave"}, **more)


def of_size(size: int) -> str:
    empty = allow("s3:GetObject", "arn:aws:s3:::b/").replace(" ", "")
    return empty.replace("b/", "b/" + "x" * (size - len(empty)))


@pytest.mark.parametrize("kind", KINDS)
def test_an_inline_policy_is_put_read_listed_and_deleted(alice: Call, carol: Call, kind: str) -> None:
    put, get, listed, delete = (act(verb, kind) for verb in ("put", "get", "list", "delete"))
    with pytest.raises(AccessDenied):
        put(carol, policy_name="Own", policy_document=EVERYTHING)
    put(alice, policy_name="Own", policy_document=LIST_BUCKET)
    event = last_event(alice)
    assert event.event_name == f"Put{kind.capitalize()}Policy"
    assert event.record["requestParameters"] == {
        f"{kind}Name": "dave", "policyName": "Own", "policyDocument": LIST_BUCKET,
    }  # fmt: skip
    assert get(alice, policy_name="OWN").document == LIST_BUCKET
    for refused in (get, delete):
        with pytest.raises(AccessDenied):
            refused(carol, policy_name="Own")
    with pytest.raises(AccessDenied):
        listed(carol)
    put(alice, policy_name="Another", policy_document=EVERYTHING)
    assert [policy.policy_name for policy in listed(alice)] == ["Another", "Own"]
    delete(alice, policy_name="own")
    assert [policy.policy_name for policy in listed(alice)] == ["Another"]
    for absent in (get, delete):
        with pytest.raises(NoSuchEntity, match=f"The {kind} policy with name Own cannot be found."):
            absent(alice, policy_name="Own")


def test_ac48_the_text_is_stored_exactly_and_put_again_replaces_it(alice: Call) -> None:
    put_user_policy(alice, user_name="dave", policy_name="Own", policy_document="\n " + LIST_BUCKET)
    assert get_user_policy(alice, user_name="dave", policy_name="Own").document == "\n " + LIST_BUCKET
    put_user_policy(alice, user_name="dave", policy_name="Own", policy_document=EVERYTHING)
    (policy,) = InlinePolicy.objects.filter(user__user_name="dave", account=alice.account)
    assert (policy.document, policy.update_date > policy.create_date) == (EVERYTHING, True)


@pytest.mark.parametrize(("kind", "size"), [("user", 2048), ("group", 5120), ("role", 10240)])
def test_all_inline_policies_of_one_entity_share_their_quota(alice: Call, kind: str, size: int) -> None:
    put = act("put", kind)
    put(alice, policy_name="First", policy_document=of_size(size - 500))
    put(alice, policy_name="Second", policy_document=of_size(500))
    put(alice, policy_name="second", policy_document="  \n" + of_size(500))
    with pytest.raises(LimitExceeded, match=f"Maximum policy size of {size} bytes exceeded for {kind} dave") as refused:
        put(alice, policy_name="Second", policy_document=of_size(501))
    assert refused.value.field == "policyDocument"


@pytest.mark.parametrize(
    ("policy_name", "text", "error"),
    [
        ("a b", LIST_BUCKET, ValidationError),
        ("", LIST_BUCKET, ValidationError),
        ("x" * 129, LIST_BUCKET, ValidationError),
        ("Own", "{}", MalformedPolicyDocument),
        ("Own", EVERYTHING.replace("2012-10", "2012-01"), MalformedPolicyDocument),
        ("Own", TRUST, MalformedPolicyDocument),
    ],
)
def test_a_bad_name_or_document_is_refused(alice: Call, policy_name: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        put_user_policy(alice, user_name="dave", policy_name=policy_name, policy_document=text)
    assert not InlinePolicy.objects.filter(user__user_name="dave", account=alice.account).exists()


def test_the_policies_of_an_absent_user_are_absent(alice: Call) -> None:
    with pytest.raises(NoSuchEntity, match=r"The user with name nobody cannot be found\."):
        put_user_policy(alice, user_name="nobody", policy_name="Own", policy_document=EVERYTHING)
    with pytest.raises(NoSuchEntity):
        get_user_policy(alice, user_name="dave", policy_name="\x00")
