"""The quotas and unique names of an organization hold when everybody comes at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from accounts.models import OrganizationAccount, OrganizationalUnit
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization, delete_organization
from iamconsole.aws import quotas
from iamconsole.call import Call
from policies.models import ControlPolicy
from policies.operations.control_policies import create_policy
from policies.operations.control_policy_attachments import attach_policy
from tests.factories import a_call, an_account
from tests.policies.operations.documents import deny
from tests.policies.operations.test_concurrency import at_once

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def root(committed: None) -> Call:
    """The root user of an account that manages an organization."""
    call = a_call(an_account())
    create_organization(call)
    return call


def a_unit(name: str) -> Callable[[Call], object]:
    def make(call: Call) -> object:
        root_id = call.account.managed_organization.root_id
        return create_organizational_unit(call, parent_id=root_id, name=name)

    return make


def test_two_who_make_the_last_unit_make_one(root: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "UNITS_PER_ORGANIZATION", replace(quotas.UNITS_PER_ORGANIZATION, value=1))
    assert at_once(root, a_unit("One"), a_unit("Two")) == ["ConstraintViolationException"]
    assert OrganizationalUnit.objects.filter(account=root.account).count() == 1


def test_two_who_make_a_unit_of_one_name_make_one(root: Call) -> None:
    assert at_once(root, a_unit("Dev"), a_unit("DEV")) == ["DuplicateOrganizationalUnitException"]


def test_two_who_make_an_organization_of_one_account_make_one(committed: None) -> None:
    root = a_call(an_account())
    assert at_once(root, create_organization, create_organization) == ["AlreadyInOrganizationException"]


def test_an_account_is_never_left_without_its_organization(root: Call) -> None:
    def join(call: Call) -> object:
        return create_account(call, email=f"dev-{call.account_id}@example.com", account_name="Dev")

    assert len(at_once(root, join, delete_organization)) == 1
    member = OrganizationAccount.objects.filter(account__root_email=f"dev-{root.account_id}@example.com")
    assert all(each.organization.account_id == root.account_id for each in member)


def test_the_last_place_of_a_target_goes_to_one_of_two(root: Call) -> None:
    organization = root.account.managed_organization
    made = [a_control(root, f"Guard {number}") for number in range(5)]
    for policy in made[:3]:
        attach_policy(root, policy_id=policy.pk, target_id=organization.root_id)
    outcomes = at_once(
        root,
        *(
            lambda call, policy=policy: attach_policy(call, policy_id=policy.pk, target_id=organization.root_id)
            for policy in made[3:]
        ),
    )
    assert outcomes == ["ConstraintViolationException"]
    both = at_once(
        root,
        lambda call: attach_policy(call, policy_id=made[4].pk, target_id=root.account_id),
        lambda call: attach_policy(call, policy_id=made[4].pk, target_id=root.account_id),
    )
    assert both == ["DuplicatePolicyAttachmentException"]


def a_control(call: Call, name: str) -> ControlPolicy:
    return create_policy(call, name=name, policy_type="SERVICE_CONTROL_POLICY", content=deny("iam:CreateUser"))
