"""The cast: alice administers, bob may read only, carol may do nothing."""

from __future__ import annotations

import pytest

from iamconsole.call import Call
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
