"""An account that alice administers, where bob and Developers are."""

from __future__ import annotations

import pytest

from accounts.models import Account, User
from accounts.operations.groups import create_group
from accounts.operations.users import create_user
from iamconsole.call import Call
from tests.factories import a_call


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    """A call of alice's, who administers; each operation of a test shares its request."""
    return a_call(account, alice)


@pytest.fixture
def bobs(call: Call) -> Call:
    """The same, in an account where bob and Developers are."""
    create_user(call, user_name="bob")
    create_group(call, group_name="Developers")
    return call
