"""Switch role: the session acts as the role in every page and event, and comes back."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account, Role, TemporaryCredential, User
from iamconsole.audit.models import Event
from tests.factories import a_role, a_user, an_account, an_inline_policy, sign_in

LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


def trusting(principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def role(account: Account) -> Role:
    role = a_role(account, "Auditor", trust=trusting(account.account_id), path="/audit/")
    an_inline_policy(role, LIST_USERS)
    return role


@pytest.fixture
def alices(client: Client, alice: User) -> Client:
    return sign_in(client, alice)


def switch(client: Client, role: Role, **more: str) -> int:
    name = f"{role.path}{role.role_name}".strip("/")
    answer = client.post("/iam/switch-role", {"account": role.account_id, "role_name": name, **more})
    return answer.status_code


def test_ac44_a_person_acts_as_the_role_until_he_switches_back(alices: Client, role: Role) -> None:
    assert switch(alices, role, display_name="Audit work", color="green") == 302
    page = alices.get("/iam/users").content.decode()
    assert "Audit work" in page
    assert 'data-color="green"' in page
    assert "Switch back to alice" in page
    assert alices.get("/iam/roles").status_code == 403
    event = Event.objects.filter(account_id=role.account_id, event_name="ListRoles").latest("sequence")
    assert event.record["userIdentity"]["arn"].endswith(":assumed-role/Auditor/alice")
    assert event.error_code == "AccessDenied"
    assert alices.post("/iam/switch-back").status_code == 302
    assert alices.get("/iam/roles").status_code == 200
    assert not TemporaryCredential.objects.exists()


def test_the_trail_has_the_switch_and_the_way_back(alices: Client, role: Role, alice: User) -> None:
    switch(alices, role)
    alices.post("/iam/switch-back")
    names = ("AssumeRole", "SwitchRole", "ExitRole")
    events = {event.event_name: event.record for event in Event.objects.filter(event_name__in=names)}
    assert set(events) == set(names)
    assert events["SwitchRole"]["eventSource"] == "signin.amazonaws.com"
    assert events["SwitchRole"]["additionalEventData"]["SwitchTo"] == role.arn
    assert events["SwitchRole"]["userIdentity"]["arn"] == alice.arn
    assert events["ExitRole"]["additionalEventData"]["SwitchTo"] == alice.arn


def test_a_second_switch_asks_the_persons_own_permissions(alices: Client, role: Role, account: Account) -> None:
    other = a_role(account, "Other", trust=trusting(account.account_id))
    an_inline_policy(other, LIST_USERS)
    switch(alices, role)
    assert switch(alices, other) == 302
    assert alices.get("/iam/users").status_code == 200
    latest = Event.objects.filter(event_name="ListUsers").latest("sequence")
    assert latest.record["userIdentity"]["arn"].endswith("/Other/alice")


def test_a_role_that_cannot_be_taken_leaves_everything_as_it_was(alices: Client, account: Account) -> None:
    theirs = a_role(account, "Theirs")
    answer = alices.post("/iam/switch-role", {"account": account.account_id, "role_name": "Theirs"})
    assert answer.status_code == 403
    assert "ask your administrator" in answer.content.decode()
    assert theirs.role_name in answer.content.decode()
    assert alices.get("/iam/roles").status_code == 200


def test_an_account_is_found_by_its_alias_and_another_account_can_be_entered(alices: Client, account: Account) -> None:
    elsewhere = an_account()
    a_user(elsewhere, "over-there")
    role = a_role(elsewhere, "Visitor", trust=trusting(account.account_id))
    an_inline_policy(role, LIST_USERS)
    answer = alices.post("/iam/switch-role", {"account": elsewhere.alias, "role_name": "Visitor"})
    assert answer.status_code == 302
    page = alices.get("/iam/users").content.decode()
    assert "over-there" in page
    assert "Visitor" in page
    assert alices.post("/iam/switch-role", {"account": "no-such-alias", "role_name": "Visitor"}).status_code == 403


class TestTwoAccounts:
    """AC42 by the console: the identity's permission here, the trust with its external id there."""

    @pytest.fixture
    def theirs(self, account: Account) -> Role:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": account.account_id},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "class-7"}},
        }
        trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
        role = a_role(an_account(), "Partner", trust=trust)
        an_inline_policy(role, LIST_USERS)
        a_user(role.account, "over-there")
        return role

    def test_ac42_both_sides_and_the_external_id_open_the_other_account(self, alices: Client, theirs: Role) -> None:
        assert switch(alices, theirs, external_id="class-7") == 302
        assert "over-there" in alices.get("/iam/users").content.decode()
        assert "class-7" not in alices.cookies["iamconsole_roles"].value

    @pytest.mark.parametrize("external_id", ["", "class-8"])
    def test_ac42_without_the_external_id_the_trust_policy_refuses(
        self, alices: Client, theirs: Role, external_id: str
    ) -> None:
        form = {"account": theirs.account_id, "role_name": "Partner", "external_id": external_id}
        answer = alices.post("/iam/switch-role", form)
        assert answer.status_code == 403
        assert "because no role trust policy allows the sts:AssumeRole action" in answer.content.decode()

    def test_ac42_without_permission_here_the_identity_policy_refuses(
        self, client: Client, account: Account, theirs: Role
    ) -> None:
        carols = sign_in(client, a_user(account, "carol-8"))
        form = {"account": theirs.account_id, "role_name": "Partner", "external_id": "class-7"}
        answer = carols.post("/iam/switch-role", form)
        assert answer.status_code == 403
        assert "because no identity-based policy allows the sts:AssumeRole action" in answer.content.decode()


def test_ac16_the_root_user_is_offered_no_role_and_takes_none(client: Client, account: Account, role: Role) -> None:
    root = sign_in(client, account)
    assert 'href="/iam/switch-role"' not in root.get("/iam/").content.decode()
    page = root.get("/iam/switch-role").content.decode()
    assert "Roles may not be assumed by root accounts." in page
    assert "<form" not in page[page.index('id="main"') :]
    assert switch(root, role) == 403
    assert not TemporaryCredential.objects.exists()


def test_a_roles_session_that_runs_out_leaves_the_person(alices: Client, role: Role) -> None:
    switch(alices, role)
    past = timezone.now() - timedelta(hours=2)
    TemporaryCredential.objects.update(issued=past, expires=past + timedelta(hours=1))
    assert alices.get("/iam/roles").status_code == 200


def test_a_roles_session_lasts_no_longer_than_the_sign_in(alices: Client, role: Role) -> None:
    Role.objects.filter(pk=role.pk).update(max_session_duration=43200)
    session = alices.session
    session["issued"] = (timezone.now() - timedelta(hours=11)).isoformat()
    session.save()
    switch(alices, role)
    credential = TemporaryCredential.objects.get()
    assert credential.expires - credential.issued <= timedelta(hours=1)


def test_the_roles_last_used_are_offered_again_five_at_most(alices: Client, account: Account) -> None:
    for number in range(6):
        switch(alices, a_role(account, f"Role-{number}", trust=trusting(account.account_id)))
    alices.post("/iam/switch-back")
    page = alices.get("/iam/").content.decode()
    assert [f'value="Role-{number}"' in page for number in range(6)] == [False, True, True, True, True, True]
    alices.cookies["iamconsole_roles"] = "forged"
    assert alices.get("/iam/").status_code == 200


def test_a_link_fills_the_form_in(alices: Client) -> None:
    page = alices.get("/iam/switch-role?account=123456789012&roleName=division/Reader&displayName=Reading&color=blue")
    text = page.content.decode()
    assert 'value="123456789012"' in text
    assert 'value="division/Reader"' in text
    assert 'value="Reading"' in text
    assert 'value="blue" checked' in text


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "../../etc", "<script>"])
def test_a_name_that_is_none_is_refused_at_its_field(alices: Client, account: Account, name: str) -> None:
    answer = alices.post("/iam/switch-role", {"account": account.account_id, "role_name": name})
    assert answer.status_code in (403, 422)
    assert "<script>" not in answer.content.decode().split('id="main"')[1].split("</main>")[0]


@pytest.mark.parametrize(
    "path", ["/iam/", "/iam/security-credentials", "/iam/settings", "/iam/events", "/iam/simulator"]
)
def test_no_page_falls_over_a_role(alices: Client, account: Account, path: str) -> None:
    wide = a_role(account, "Wide", trust=trusting(account.account_id))
    an_inline_policy(
        wide, '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
    )
    switch(alices, wide)
    assert alices.get(path).status_code == 200
