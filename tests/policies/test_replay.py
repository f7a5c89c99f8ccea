"""What is read back from an event: who called."""

from __future__ import annotations

import pytest

from accounts.principals import (
    FederatedUser,
    Principal,
    RoleSession,
    Root,
    ServicePrincipal,
    UserPrincipal,
    WebIdentity,
)
from policies.replay import principal_then, simulated_arn

ACCOUNT = "111122223333"
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com"
CALLERS: list[tuple[Principal, str]] = [
    (Root(ACCOUNT), f"arn:aws:iam::{ACCOUNT}:root"),
    (UserPrincipal(ACCOUNT, "AIDA1", "dave", "/dev/"), f"arn:aws:iam::{ACCOUNT}:user/dev/dave"),
    (RoleSession(ACCOUNT, "AROA1", "Deploy", "monday", "/ci/"), f"arn:aws:iam::{ACCOUNT}:role/ci/Deploy"),
    (FederatedUser(ACCOUNT, "AIDA1", "dave", "guest", "/dev/"), ""),
    (WebIdentity(ACCOUNT, PROVIDER, "", "sub-1"), ""),
    (ServicePrincipal(ACCOUNT, "ec2.amazonaws.com"), ""),
]


@pytest.mark.parametrize(("caller", "simulated"), CALLERS, ids=lambda value: type(value).__name__)
def test_a_caller_is_read_back_from_its_event(caller: Principal, simulated: str) -> None:
    identity = {**caller.identity(), "sessionContext": caller.session_context()}
    assert principal_then(identity, ACCOUNT) == caller
    assert simulated_arn(caller) == simulated


def test_a_session_that_the_root_user_handed_on_is_read_back() -> None:
    caller = FederatedUser(ACCOUNT, "", "root", "guest")
    found = principal_then({**caller.identity(), "sessionContext": caller.session_context()}, ACCOUNT)
    assert isinstance(found, FederatedUser)
    assert (found.user_id, found.federated_name) == ("", "guest")


@pytest.mark.parametrize("identity", [{}, {"type": "AWSAccount", "accountId": ACCOUNT}, {"type": "IAMUser", "arn": ""}])
def test_an_event_that_says_too_little_names_nobody_or_no_more_than_it_says(identity: dict[str, str]) -> None:
    found = principal_then(identity, ACCOUNT)
    assert found is None or found.principal_id == ""
