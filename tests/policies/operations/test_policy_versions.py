from __future__ import annotations

from collections.abc import Callable

import pytest

from iamconsole.aws.errors import (
    AccessDenied,
    DeleteConflict,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from iamconsole.call import Call
from policies.operations.attachments import attach_user_policy
from policies.operations.managed_policies import get_policy
from policies.operations.policy_versions import (
    create_policy_version,
    delete_policy_version,
    get_policy_version,
    list_policy_versions,
    set_default_policy_version,
)
from policies.operations.simulation import simulate_principal_policy
from tests.policies.operations.documents import (
    ADMINISTRATOR_ACCESS,
    EVERYTHING,
    LIST_BUCKET,
    a_policy,
    allow,
    last_event,
)

pytestmark = pytest.mark.django_db

SECOND = allow("s3:GetObject", "arn:aws:s3:::my-bucket/*")


def versions(call: Call, arn: str) -> list[tuple[str, bool]]:
    return [(version.version_id, version.is_default) for version in list_policy_versions(call, policy_arn=arn)]


def test_ac60_an_edit_is_v2_and_a_rollback_puts_v1_in_force_again(alice: Call, carol: Call) -> None:
    arn = a_policy(alice)
    attach_user_policy(alice, user_name="carol", policy_arn=arn)

    def may_read() -> bool:
        (result,) = simulate_principal_policy(
            alice,
            policy_source_arn=carol.principal.arn,
            action_names=["s3:GetObject"],
            resource_arns=["arn:aws:s3:::my-bucket/key"],
        )
        return result.allowed

    assert versions(alice, arn) == [("v1", True)]
    create_policy_version(alice, policy_arn=arn, policy_document=SECOND)
    assert versions(alice, arn) == [("v2", False), ("v1", True)]
    assert not may_read()
    set_default_policy_version(alice, policy_arn=arn, version_id="v2")
    assert versions(alice, arn) == [("v2", True), ("v1", False)]
    assert may_read()
    set_default_policy_version(alice, policy_arn=arn, version_id="v1")
    assert versions(alice, arn) == [("v2", False), ("v1", True)]
    assert not may_read()


def test_ac60_a_sixth_version_is_refused_and_a_number_is_never_given_twice(alice: Call) -> None:
    arn = a_policy(alice)
    for _ in range(4):
        create_policy_version(alice, policy_arn=arn, policy_document=SECOND)
    with pytest.raises(
        LimitExceeded,
        match=r"A managed policy can have up to 5 versions\. Before you create a new version, you must delete",
    ):
        create_policy_version(alice, policy_arn=arn, policy_document=SECOND)
    delete_policy_version(alice, policy_arn=arn, version_id="v5")
    version = create_policy_version(alice, policy_arn=arn, policy_document=SECOND, set_as_default=True)
    assert version.version_id == "v6"
    assert versions(alice, arn) == [("v6", True), ("v4", False), ("v3", False), ("v2", False), ("v1", False)]
    assert get_policy(alice, policy_arn=arn).default_version_number == 6


def test_ac48_each_version_keeps_its_exact_text_and_its_creator(alice: Call) -> None:
    arn = a_policy(alice)
    create_policy_version(alice, policy_arn=arn, policy_document=LIST_BUCKET + "\n\n")
    second = get_policy_version(alice, policy_arn=arn, version_id="v2")
    assert (second.document, second.created_by) == (LIST_BUCKET + "\n\n", alice.principal.arn)
    assert get_policy_version(alice, policy_arn=arn, version_id="v1").document == LIST_BUCKET


def test_ac61_a_new_version_leaves_an_event_with_its_document_and_its_id(alice: Call) -> None:
    arn = a_policy(alice)
    create_policy_version(alice, policy_arn=arn, policy_document=SECOND, set_as_default=True)
    event = last_event(alice)
    assert event.event_name == "CreatePolicyVersion"
    assert event.record["requestParameters"] == {"policyArn": arn, "policyDocument": SECOND, "setAsDefault": True}
    assert event.record["responseElements"]["policyVersion"]["versionId"] == "v2"
    assert event.record["resources"][0]["ARN"] == arn


def test_the_default_version_cannot_be_deleted(alice: Call) -> None:
    arn = a_policy(alice)
    with pytest.raises(DeleteConflict, match=r"Cannot delete the default version of a policy\."):
        delete_policy_version(alice, policy_arn=arn, version_id="v1")


@pytest.mark.parametrize(
    ("version_id", "error"),
    [("v2", NoSuchEntity), ("v99999999999999999999", NoSuchEntity), ("2", ValidationError), ("v0", ValidationError),
     ("v1.x", NoSuchEntity), ("", ValidationError), ("v١", ValidationError)],
)  # fmt: skip
def test_a_version_that_is_not_there_is_refused(alice: Call, version_id: str, error: type[Exception]) -> None:
    arn = a_policy(alice)
    for operation in (get_policy_version, set_default_policy_version, delete_policy_version):
        with pytest.raises(error):
            operation(alice, policy_arn=arn, version_id=version_id)


def test_ac51_an_impossible_version_is_refused_as_a_new_version_too(alice: Call) -> None:
    arn = a_policy(alice)
    with pytest.raises(MalformedPolicyDocument):
        create_policy_version(alice, policy_arn=arn, policy_document=EVERYTHING.replace("2012-10", "2012-01"))
    assert versions(alice, arn) == [("v1", True)]


def test_ac49_the_versions_of_an_aws_managed_policy_can_be_read_and_not_changed(alice: Call) -> None:
    assert versions(alice, ADMINISTRATOR_ACCESS)
    changes: list[Callable[[], object]] = [
        lambda: create_policy_version(alice, policy_arn=ADMINISTRATOR_ACCESS, policy_document=LIST_BUCKET),
        lambda: set_default_policy_version(alice, policy_arn=ADMINISTRATOR_ACCESS, version_id="v1"),
        lambda: delete_policy_version(alice, policy_arn=ADMINISTRATOR_ACCESS, version_id="v1"),
    ]
    before = versions(alice, ADMINISTRATOR_ACCESS)
    for change in changes:
        with pytest.raises(AccessDenied, match="is not authorized to perform: iam:"):
            change()
    assert versions(alice, ADMINISTRATOR_ACCESS) == before


def test_bob_may_read_versions_and_not_make_them_and_carol_neither(alice: Call, bob: Call, carol: Call) -> None:
    arn = a_policy(alice)
    assert versions(bob, arn) == [("v1", True)]
    with pytest.raises(AccessDenied):
        create_policy_version(bob, policy_arn=arn, policy_document=SECOND)
    with pytest.raises(AccessDenied):
        set_default_policy_version(bob, policy_arn=arn, version_id="v1")
    with pytest.raises(AccessDenied):
        get_policy_version(carol, policy_arn=arn, version_id="v1")
    assert versions(alice, arn) == [("v1", True)]
