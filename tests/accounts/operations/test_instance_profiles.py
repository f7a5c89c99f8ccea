"""Instance profiles through the gate."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account, InstanceProfile, User
from accounts.operations.instance_profiles import (
    add_role_to_instance_profile,
    create_instance_profile,
    delete_instance_profile,
    get_instance_profile,
    list_instance_profiles,
    list_instance_profiles_for_role,
    remove_role_from_instance_profile,
)
from accounts.tagging import sorted_tags
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    UnmodifiableEntity,
)
from iamconsole.call import Call
from tests.factories import a_call, a_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(account: Account) -> Call:
    return a_call(account)


def test_a_profile_holds_one_role_and_gives_it_back(account: Account, call: Call) -> None:
    web = a_role(account, "Web")
    a_role(account, "Other")
    profile = create_instance_profile(call, instance_profile_name="Web", path="/app/", tags=[("a", "b")])
    assert profile.instance_profile_id.startswith("AIPA")
    assert profile.arn == f"arn:aws:iam::{account.account_id}:instance-profile/app/Web"
    add_role_to_instance_profile(call, instance_profile_name="web", role_name="web")
    with pytest.raises(LimitExceeded, match="Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"):
        add_role_to_instance_profile(call, instance_profile_name="Web", role_name="Other")
    read = get_instance_profile(call, instance_profile_name="Web")
    assert (read.role, sorted_tags(read)) == (web, (("a", "b"),))
    assert list_instance_profiles_for_role(call, role_name="Web") == (profile,)
    with pytest.raises(NoSuchEntity):
        remove_role_from_instance_profile(call, instance_profile_name="Web", role_name="Other")
    with pytest.raises(DeleteConflict, match="must remove roles from instance profile first"):
        delete_instance_profile(call, instance_profile_name="Web")
    remove_role_from_instance_profile(call, instance_profile_name="Web", role_name="Web")
    assert list_instance_profiles_for_role(call, role_name="Web") == ()
    delete_instance_profile(call, instance_profile_name="Web")
    assert not InstanceProfile.objects.filter(account=account).exists()


def test_a_profile_name_differing_only_in_case_is_refused(call: Call) -> None:
    create_instance_profile(call, instance_profile_name="Web")
    with pytest.raises(EntityAlreadyExists, match=r"^Instance Profile WEB already exists\.$"):
        create_instance_profile(call, instance_profile_name="WEB")


def test_profiles_are_listed_with_their_roles(account: Account, call: Call) -> None:
    a_role(account, "Web")
    for name in ("b", "A"):
        create_instance_profile(call, instance_profile_name=name)
    add_role_to_instance_profile(call, instance_profile_name="b", role_name="Web")
    listed = [(profile.name, profile.role and profile.role.role_name) for profile in list_instance_profiles(call)]
    assert listed == [("A", None), ("b", "Web")]


def test_a_service_linked_role_is_put_into_no_profile(account: Account, call: Call) -> None:
    a_role(account, "AWSServiceRoleForX", path="/aws-service-role/x.amazonaws.com/")
    create_instance_profile(call, instance_profile_name="X")
    with pytest.raises(UnmodifiableEntity):
        add_role_to_instance_profile(call, instance_profile_name="X", role_name="AWSServiceRoleForX")


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        (create_instance_profile, {"instance_profile_name": "New"}),
        (get_instance_profile, {"instance_profile_name": "P"}),
        (list_instance_profiles, {}),
        (list_instance_profiles_for_role, {"role_name": "Web"}),
        (add_role_to_instance_profile, {"instance_profile_name": "P", "role_name": "Web"}),
        (remove_role_from_instance_profile, {"instance_profile_name": "P", "role_name": "Web"}),
        (delete_instance_profile, {"instance_profile_name": "P"}),
    ],
)
def test_carol_may_do_none_of_it(account: Account, carol: User, operation: Any, parameters: dict[str, str]) -> None:
    a_role(account, "Web")
    create_instance_profile(a_call(account), instance_profile_name="P")
    call = a_call(account, carol)
    with pytest.raises(AccessDenied):
        operation(call, **parameters)
    assert Event.objects.get(request_id=call.request_id).error_code == "AccessDenied"
    assert [profile.name for profile in InstanceProfile.objects.filter(account=account)] == ["P"]
