"""How History tabs name who made a change."""

from __future__ import annotations

import pytest
from django.utils import timezone

from policies.history import Recorded, Thing


@pytest.mark.parametrize(
    ("identity", "who"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::111122223333:root"}, "The root user"),
        ({"type": "IAMUser", "userName": "alice", "arn": "arn:aws:iam::111122223333:user/team/alice"}, "alice"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/alice"}, "Admin/alice"),
        ({"type": "FederatedUser", "arn": "arn:aws:sts::111122223333:federated-user/erin"}, "erin"),
        ({"type": "AWSAccount", "accountId": "111122223333"}, "Account 111122223333"),
        ({}, "Someone"),
    ],
)
def test_who_made_a_change_is_named_shortly(identity: dict[str, str], who: str) -> None:
    assert Recorded("id", "CreateUser", timezone.now(), identity).who == who


def test_only_what_exists_under_another_name_is_renamed() -> None:
    assert Thing("group", "Developers", "Builders", "Builders").renamed
    assert not Thing("group", "Developers", "Developers", "Developers").renamed
    assert not Thing("group", "Developers").renamed
