"""The cast: alice administers, bob may read only, carol and dave nothing; and an organization of alice's."""

from __future__ import annotations

import pytest

from accounts.models import Account, Organization
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizations import create_organization
from iamconsole.call import Call
from policies import replay as replaying
from policies.applied import CompiledPolicies
from tests.factories import a_call, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, READ_ONLY


@pytest.fixture
def alice() -> Call:
    account = an_account()
    user = a_user(account, "alice", password=None)
    an_inline_policy(user, EVERYTHING, "everything")
    return a_call(account, user)


@pytest.fixture
def bob(alice: Call) -> Call:
    user = a_user(alice.account, "bob", password=None)
    an_inline_policy(user, READ_ONLY, "read-only")
    return a_call(alice.account, user)


@pytest.fixture
def carol(alice: Call) -> Call:
    return a_call(alice.account, a_user(alice.account, "carol", password=None))


@pytest.fixture
def dave(alice: Call) -> Call:
    return a_call(alice.account, a_user(alice.account, "dave", password=None))


@pytest.fixture
def organization(alice: Call) -> Organization:
    return create_organization(alice)


@pytest.fixture
def member(alice: Call, organization: Organization) -> Account:
    return create_account(alice, email=f"dev-{alice.account_id}@example.com", account_name="Dev").account


@pytest.fixture
def administrator(member: Account) -> Call:
    """Who administers the member account."""
    user = a_user(member, "mallory", password=None)
    an_inline_policy(user, EVERYTHING)
    return a_call(member, user)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has compiled nothing yet: every document of a record must be found anew."""
    monkeypatch.setattr(replaying, "COMPILED", CompiledPolicies())
