"""Quotas and unique names hold when everybody comes at once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from iamconsole.aws.errors import IamError
from iamconsole.call import Call
from policies.models import Attachment, ManagedPolicy, PolicyVersion
from policies.operations.attachments import attach_group_policy
from policies.operations.managed_policies import create_policy, delete_policy
from policies.operations.policy_versions import create_policy_version
from tests.factories import a_call, a_group, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, LIST_BUCKET, a_policy

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def admin(committed: None) -> Call:
    account = an_account()
    user = a_user(account, password=None)
    an_inline_policy(user, EVERYTHING)
    return a_call(account, user)


def at_once(admin: Call, *acts: Callable[[Call], object]) -> list[str]:
    """Run each act in a thread of its own, all begun together; the error codes that came back."""
    errors: list[str] = []
    gate = Barrier(len(acts))

    def run(act: Callable[[Call], object]) -> None:
        try:
            gate.wait(10)
            act(Call(principal=admin.principal, account=admin.account, time=admin.time))
        except IamError as error:
            errors.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return errors


def test_two_creators_of_one_name_in_different_case_make_one_policy(admin: Call) -> None:
    def create(name: str) -> Callable[[Call], object]:
        return lambda call: create_policy(call, policy_name=name, policy_document=LIST_BUCKET)

    assert at_once(admin, *map(create, ("Tools", "TOOLS", "tools"))) == ["EntityAlreadyExists"] * 2
    assert ManagedPolicy.objects.filter(account=admin.account).count() == 1


def test_five_versions_hold_when_many_are_created_at_once(admin: Call) -> None:
    arn = a_policy(admin)

    def another(call: Call) -> object:
        return create_policy_version(call, policy_arn=arn, policy_document=LIST_BUCKET, set_as_default=True)

    assert at_once(admin, *[another] * 6) == ["LimitExceeded"] * 2
    versions = PolicyVersion.objects.filter(account=admin.account)
    assert sorted(version.number for version in versions) == [1, 2, 3, 4, 5]
    assert [version.number for version in versions if version.is_default] == [5]


def test_ten_policies_of_a_group_hold_when_many_are_attached_at_once(admin: Call) -> None:
    group = a_group(admin.account, "Developers")
    arns = [a_policy(admin, f"Tools{number}") for number in range(13)]
    for arn in arns[:8]:
        attach_group_policy(admin, group_name="Developers", policy_arn=arn)

    def attach(arn: str) -> Callable[[Call], object]:
        return lambda call: attach_group_policy(call, group_name="developers", policy_arn=arn)

    assert at_once(admin, *map(attach, arns[8:])) == ["LimitExceeded"] * 3
    assert Attachment.objects.filter(group=group).count() == 10


def test_a_policy_that_is_being_attached_cannot_be_deleted_meanwhile(admin: Call) -> None:
    a_group(admin.account, "Developers")
    arn = a_policy(admin)
    errors: list[str] = []

    def delete() -> None:
        errors.extend(at_once(admin, lambda call: delete_policy(call, policy_arn=arn)))

    deleting = Thread(target=delete)
    with transaction.atomic():
        attach_group_policy(admin, group_name="Developers", policy_arn=arn)
        deleting.start()
        deleting.join(0.5)
        assert deleting.is_alive()  # it waits for the attachment to be committed
    deleting.join(30)
    assert errors == ["DeleteConflict"]
    assert Attachment.objects.filter(account=admin.account).count() == 1


def test_attaching_and_deleting_at_once_never_wait_for_each_other_in_a_ring(admin: Call) -> None:
    a_group(admin.account, "Developers")
    arn = a_policy(admin)
    errors = at_once(
        admin,
        lambda call: attach_group_policy(call, group_name="Developers", policy_arn=arn),
        lambda call: delete_policy(call, policy_arn=arn),
    )
    assert errors in (["NoSuchEntity"], ["DeleteConflict"])
