"""The rotation guide beside access keys, who has two active ones, and a user that is a program."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AccessKey, Account, LoginProfile, User
from policies.operations.simulation import simulate_principal_policy
from tests.factories import a_call, a_user, an_inline_policy, sign_in

PUSH = """{
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["ecr:*Push*", "ecr:*Layer*", "ecr:PutImage"],
            "Resource": "arn:aws:ecr:*:*:repository/web/*"
        }
    ]
}"""


@pytest.fixture
def desk(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def a_key(user: User, *, days: int = 0, used: int | None = None, active: bool = True) -> AccessKey:
    now = timezone.now()
    return AccessKey.objects.create(
        account=user.account,
        user=user,
        sealed_secret="-",
        status="Active" if active else "Inactive",
        create_date=now - timedelta(days=days),
        last_used_date=None if used is None else now - timedelta(days=used),
        last_used_service="" if used is None else "ecr",
        last_used_region="" if used is None else "eu-west-1",
    )


def guide(desk: Client) -> str:
    text = unescape(desk.get("/iam/users/details/dave?tab=credentials").content.decode())
    return text[text.index("Rotate access keys") :].partition("</details>")[0] if "Rotate access keys" in text else ""


def current(shown: str) -> str:
    """The step that is marked as the next one."""
    return shown.partition('aria-current="step">')[2].partition("</li>")[0]


def test_without_a_key_there_is_nothing_to_rotate(desk: Client, account: Account) -> None:
    a_user(account, "dave")
    assert not guide(desk)


def test_an_old_key_asks_for_a_second_one_and_says_its_age(desk: Client, account: Account) -> None:
    a_key(a_user(account, "dave"), days=120)
    shown = guide(desk)
    assert "120 days old: rotate it" in shown
    assert "/iam/users/create-access-key/dave" in current(shown)


def test_with_two_active_keys_programs_move_over_then_the_old_one_is_deactivated(
    desk: Client, account: Account
) -> None:
    dave = a_user(account, "dave")
    old, new = a_key(dave, days=100, used=1), a_key(dave)
    assert "Give the new key to every program" in current(guide(desk))
    new.last_used_date = timezone.now()
    new.save()
    step = current(guide(desk))
    assert f"Deactivate {old.access_key_id}" in step


def test_an_inactive_old_key_is_to_be_deleted(desk: Client, account: Account) -> None:
    dave = a_user(account, "dave")
    old = a_key(dave, days=100, active=False)
    a_key(dave, used=0)
    assert f"Delete {old.access_key_id}" in current(guide(desk))


def test_the_key_shows_service_region_and_time_of_its_last_use(desk: Client, account: Account) -> None:
    a_key(a_user(account, "dave"), used=0)
    assert ", ecr in eu-west-1" in desk.get("/iam/users/details/dave?tab=credentials").content.decode()


def test_ac20_users_with_two_active_keys_are_found(desk: Client, account: Account) -> None:
    both, one, half = (a_user(account, name) for name in ("both", "one", "half"))
    for user, states in ((both, (True, True)), (one, (True,)), (half, (True, False))):
        for active in states:
            a_key(user, active=active)
    shown = desk.get("/iam/users?f=keys:two active").content.decode()
    assert "/iam/users/details/both" in shown
    assert "/iam/users/details/one" not in shown
    assert "/iam/users/details/half" not in shown
    assert "/iam/users/details/one" in desk.get("/iam/users?f=keys:something else").content.decode()


def test_ac20_the_credential_report_leads_to_them(desk: Client) -> None:
    report = desk.post("/iam/credential-report", follow=True).content.decode()
    assert '<a href="/iam/users?f=keys%3Atwo+active">' in report


def made_without_console_access(desk: Client, account: Account, name: str) -> User:
    """Walk through the three steps of the wizard as for a program."""
    details = {"user_name": name, "path": "/", "password_kind": "generated"}
    permissions = desk.post("/iam/users/create", details)["Location"]
    review = desk.post(permissions, {"method": "group"})["Location"]
    token = re.findall(r'name="token" value="([^"]+)"', desk.get(review).content.decode())[0]
    assert desk.post(review, {"token": token})["Location"] == f"/iam/users/details/{name}"
    return User.objects.get(account=account, user_name=name)


def test_ac21_a_program_gets_a_user_without_a_password_a_key_and_may_only_push(desk: Client, account: Account) -> None:
    jenkins = made_without_console_access(desk, account, "jenkins")
    assert not LoginProfile.objects.filter(user=jenkins).exists()
    an_inline_policy(jenkins, PUSH, "PushImages")

    def decided(action: str, repository: str) -> str:
        (result,) = simulate_principal_policy(
            a_call(account),
            policy_source_arn=jenkins.arn,
            action_names=[action],
            resource_arns=[f"arn:aws:ecr:eu-west-1:{account.pk}:repository/{repository}"],
        )
        return result.eval_decision.value

    pushing = ("ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage")
    assert {decided(action, "web/shop") for action in pushing} == {"allowed"}
    assert decided("ecr:PutImage", "secret/shop") == "implicitDeny"
    assert decided("ecr:DeleteRepository", "web/shop") == "implicitDeny"

    offered = unescape(desk.get("/iam/users/create-access-key/jenkins").content.decode())
    assert "Third-party service" in offered
    assert "Better: let the service assume a role, with an external ID." in offered
    made = desk.post("/iam/users/create-access-key/jenkins", {"use_case": "third-party", "confirmed": "on"})
    shown = desk.get(made["Location"]).content.decode()
    assert "only once" in shown
    assert "Download .csv file" in shown
    assert desk.get(made["Location"]).status_code == 404
