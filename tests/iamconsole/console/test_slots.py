"""Several people in one browser: each keeps to addresses and to a cookie of their own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import get_script_prefix

from accounts.models import Account, User
from accounts.secrets import hash_password
from iamconsole.console.models import ConsoleSession
from iamconsole.console.sessions import SessionStore, digest
from tests.factories import PASSWORD, a_code, a_user, an_mfa_device, session_of, sign_in

COOKIE = "iamconsole_session"


def add(client: Client, who: User | Account, slot: int) -> str:
    """Sign somebody in at a slot as the form would; answers the session's key."""
    session = SessionStore()
    session.slot = slot
    session.update(session_of(who))
    session.save()
    name = COOKIE if slot == 1 else f"{COOKIE}_{slot}"
    client.cookies[name] = session.session_key or ""
    return session.session_key or ""


def enter(client: Client, slot: int, user: User, **more: str) -> Any:
    fields = {"account": user.account_id, "username": user.user_name, "password": PASSWORD, **more}
    return client.post(f"/session/{slot}/signin", fields)


def who(client: Client, address: str) -> str:
    """Whose page an address is; empty where it asks to sign in."""
    response = client.get(address)
    found = re.search(r"Signed in as</dt><dd>([^<]*) @ ", response.content.decode())
    return found[1] if found else ""


@pytest.fixture
def both(client: Client, alice: User, bob: User) -> Client:
    """A browser in which alice is signed in at the first slot and bob at the second."""
    add(client, alice, 1)
    add(client, bob, 2)
    return client


def test_each_slot_shows_the_pages_of_its_own_person(both: Client) -> None:
    assert who(both, "/iam/") == "alice"
    assert who(both, "/session/2/iam/") == "bob"
    assert who(both, "/session/3/iam/") == ""
    assert get_script_prefix() == "/"


def test_a_sign_in_in_a_slot_leaves_the_others_as_they_are(client: Client, alice: User, bob: User) -> None:
    sign_in(client, alice)
    before = client.cookies[COOKIE].value
    assert enter(client, 2, bob)["Location"] == "/session/2/iam/"
    assert client.cookies[COOKIE].value == before
    cookie = client.cookies[f"{COOKIE}_2"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/", True, "Lax")
    assert (who(client, "/iam/"), who(client, "/session/2/iam/")) == ("alice", "bob")


@pytest.mark.parametrize("address", ["iam/", "iam/users", "iam/users/details/bob", "iam/policies?q=a", "iam/simulator"])
def test_every_address_of_a_page_stays_in_its_slot(client: Client, alice: User, bob: User, address: str) -> None:
    add(client, bob, 1)
    add(client, alice, 2)
    text = client.get(f"/session/2/{address}").content.decode()
    found = set(re.findall(r'(?:href|action|hx-get|hx-post|formaction|data-[a-z-]+)="(/[^"]*)"', text))
    assert len([each for each in found if each.startswith("/session/2/")]) > 10
    elsewhere = {each for each in found if not each.startswith(("/session/2/", "/static/"))}
    assert elsewhere == {"/iam/"}, "only the switch to the other session leads out of the slot"


def test_the_page_of_a_slot_is_marked_in_the_navigation(client: Client, alice: User) -> None:
    add(client, alice, 2)
    text = client.get("/session/2/iam/users/details/alice").content.decode()
    assert 'href="/session/2/iam/users" aria-current="page"' in text


def test_the_sign_in_link_that_is_handed_out_belongs_to_no_slot(client: Client, alice: User) -> None:
    add(client, alice, 2)
    text = client.get("/session/2/iam/users/details/alice?tab=credentials").content.decode()
    assert f"http://testserver/signin/{alice.account.alias}" in text


def test_the_account_menu_names_the_other_sessions(both: Client, account: Account) -> None:
    text = both.get("/iam/").content.decode()
    assert f'<span class="sr">Go to the session of </span>bob @ {account.alias}</a>' in text
    assert 'href="/session/2/iam/"' in text
    assert "Sign out of all 2 sessions" in text
    assert 'href="/iam/"' in both.get("/session/2/iam/users").content.decode()


def test_somebody_alone_in_the_browser_pays_nothing_for_it(
    client: Client, alice: User, bob: User, django_assert_num_queries: Any
) -> None:
    sign_in(client, alice)
    with django_assert_num_queries(2):
        client.get("/iam/root-tasks")
    add(client, bob, 2)
    with django_assert_num_queries(3):
        client.get("/iam/root-tasks")


@pytest.mark.parametrize("over", ["password", "signed out", "forged"])
def test_a_session_that_is_over_is_not_named(both: Client, bob: User, over: str) -> None:
    if over == "password":
        bob.login_profile.password = hash_password("Another-Horse-8")
        bob.login_profile.save()
    elif over == "signed out":
        ConsoleSession.objects.filter(principal_id=bob.pk).delete()
    else:
        both.cookies[f"{COOKIE}_2"] = "x" * 32
    assert "Go to the session of" not in both.get("/iam/").content.decode()


def test_add_session_leads_to_the_first_free_slot(client: Client, alice: User, bob: User) -> None:
    sign_in(client, alice)
    assert client.get("/sessions/add")["Location"] == "/session/2/signin"
    add(client, bob, 2)
    assert client.get("/sessions/add")["Location"] == "/session/3/signin"
    assert client.get("/session/2/sessions/add")["Location"] == "/session/3/signin"
    client.post("/signout")
    assert client.get("/session/2/sessions/add")["Location"] == "/signin"


def test_a_sixth_session_is_refused_with_a_sentence(client: Client, account: Account) -> None:
    for slot in range(1, 6):
        add(client, a_user(account, f"user-{slot}"), slot)
    response = client.get("/session/3/sessions/add")
    assert response.status_code == 409
    assert "5 sessions are open in this browser, which is the most." in response.content.decode()
    assert response.content.decode().count('href="/session/5/iam/"') == 2
    assert client.get("/session/6/signin").status_code == 404


def test_the_sign_in_page_names_who_is_signed_in_from_this_browser(both: Client, account: Account) -> None:
    for address in ("/session/3/signin", "/session/3/signin/root"):
        assert f"bob @ {account.alias}" in both.get(address).content.decode()
    assert "Signed in from this browser" not in Client().get("/signin").content.decode()


def test_a_second_tab_that_fills_the_same_slot_takes_the_next_one(client: Client, alice: User, bob: User) -> None:
    carol = a_user(alice.account, "carol")
    sign_in(client, alice)
    enter(client, 2, bob)
    assert enter(client, 2, carol, next="/session/2/iam/users")["Location"] == "/session/3/iam/"
    addresses = ("/iam/", "/session/2/iam/", "/session/3/iam/")
    assert [who(client, address) for address in addresses] == ["alice", "bob", "carol"]
    assert enter(client, 2, bob)["Location"] == "/session/2/iam/", "the same person stays"
    assert get_script_prefix() == "/"


def test_with_mfa_too_nobody_takes_the_place_of_another(client: Client, alice: User, bob: User) -> None:
    _, seed = an_mfa_device(bob, last_used_step=0)
    sign_in(client, alice)
    fields = {"account": bob.account_id, "username": "bob", "password": PASSWORD}
    assert client.post("/signin", fields)["Location"].startswith("/session/2/signin/mfa/code")
    assert client.post("/session/2/signin/mfa/code", {"code": a_code(seed)})["Location"] == "/session/2/iam/"
    assert (who(client, "/iam/"), who(client, "/session/2/iam/")) == ("alice", "bob")


def test_a_sixth_sign_in_is_sent_to_the_sentence(client: Client, account: Account) -> None:
    for slot in range(1, 6):
        add(client, a_user(account, f"user-{slot}"), slot)
    assert enter(client, 4, a_user(account, "late"))["Location"] == "/session/4/sessions/add"
    assert who(client, "/session/4/iam/") == "user-4"


def test_signing_out_of_one_leaves_the_others(both: Client, account: Account) -> None:
    assert both.post("/session/2/signout")["Location"] == f"/session/2/signin/{account.alias}"
    assert (who(both, "/iam/"), who(both, "/session/2/iam/")) == ("alice", "")
    both.post("/signout")
    assert who(both, "/iam/") == ""


def test_signing_out_of_all_leaves_nobody(both: Client, account: Account) -> None:
    keys = [both.cookies[name].value for name in (COOKIE, f"{COOKIE}_2")]
    assert both.post("/session/2/signout", {"all": "1"})["Location"] == "/signin"
    assert [both.cookies[name].value for name in (COOKIE, f"{COOKIE}_2")] == ["", ""]
    both.cookies[COOKIE], both.cookies[f"{COOKIE}_2"] = keys
    assert (who(both, "/iam/"), who(both, "/session/2/iam/")) == ("", "")


def test_the_cookie_of_a_slot_is_worth_nothing_in_another(both: Client, bob: User) -> None:
    stolen = both.cookies[f"{COOKIE}_2"].value
    both.cookies[COOKIE] = stolen
    both.cookies[f"{COOKIE}_3"] = stolen
    assert (who(both, "/iam/"), who(both, "/session/3/iam/")) == ("", "")
    assert who(both, "/session/2/iam/") == "bob"


def test_the_database_does_not_hold_the_key(both: Client) -> None:
    key = both.cookies[f"{COOKIE}_2"].value
    rows = ConsoleSession.objects.values_list("pk", "session_data")
    assert digest(2, key) in dict(rows)
    assert key not in str(list(rows))


@pytest.mark.parametrize("number", ["0", "1", "6", "02", "22", "-2", "2.0", "٢", "two", "%32%20", ""])
def test_a_number_that_is_no_slot_leads_nowhere(console: Client, number: str) -> None:
    assert console.get(f"/session/{number}/iam/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/healthz", "/readyz", "/static/mark.svg", "//evil.example", "/session/3/iam/", "//iam/"]
)
def test_what_has_no_prefix_is_not_found_under_one(both: Client, path: str) -> None:
    assert both.get(f"/session/2{path}").status_code == 404


def test_the_front_door_of_a_slot_leads_to_its_dashboard(both: Client) -> None:
    for address in ("/session/2", "/session/2/", "/session/2/iam"):
        assert both.get(address)["Location"] == "/session/2/iam/"


@pytest.mark.parametrize(
    ("onward", "target"),
    [
        ("/session/2/iam/users?q=a", "/session/2/iam/users?q=a"),
        ("/session/2//evil.example", "/session/2/iam/"),
        ("/session/2/\\evil.example", "/session/2/iam/"),
        ("/session/2/../../evil", "/session/2/iam/"),
        ("/session/2/%2e%2e/3/iam/", "/session/2/iam/"),
        ("/session/2/session/3/iam/", "/session/2/iam/"),
        ("/session/2/signin", "/session/2/iam/"),
        ("/session/3/iam/users", "/session/2/iam/"),
        ("/iam/users", "/session/2/iam/"),
        ("//evil.example/session/2/", "/session/2/iam/"),
        ("https://evil.example/session/2/iam/", "/session/2/iam/"),
    ],
)
def test_after_sign_in_the_reader_goes_on_within_the_slot(client: Client, bob: User, onward: str, target: str) -> None:
    assert enter(client, 2, bob, next=onward)["Location"] == target


def test_from_the_first_slot_nothing_leads_into_another(client: Client, bob: User) -> None:
    fields = {"account": bob.account_id, "username": "bob", "password": PASSWORD, "next": "/session/2/iam/"}
    assert client.post("/signin", fields)["Location"] == "/iam/"


def test_who_is_not_signed_in_at_a_slot_signs_in_there_and_comes_back(client: Client, db: None) -> None:
    response = client.get("/session/2/iam/users?q=a")
    assert response["Location"] == "/session/2/signin?next=%2Fsession%2F2%2Fiam%2Fusers%3Fq%3Da"
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/session/2/iam/users?q=a"}
    part = client.get("/session/2/iam/users?q=b", headers=headers)
    assert part["HX-Redirect"] == response["Location"]


def test_a_session_that_was_planted_in_a_slot_gets_a_new_key(client: Client, bob: User) -> None:
    planted = SessionStore()
    planted.slot = 2
    planted["planted"] = "x"
    planted.save()
    client.cookies[f"{COOKIE}_2"] = planted.session_key or ""
    enter(client, 2, bob)
    assert client.cookies[f"{COOKIE}_2"].value != planted.session_key
    assert not ConsoleSession.objects.filter(pk=digest(2, planted.session_key or "")).exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}, {"Origin": "http://evil.example"}])
def test_a_form_of_another_site_changes_nothing_in_any_slot(alice: User, bob: User, headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    add(client, alice, 1)
    add(client, bob, 2)
    for address in ("/signout", "/session/2/signout", "/session/2/signin", "/session/2/iam/groups/create"):
        assert client.post(address, {"all": "1"}, headers=headers).status_code == 403
    assert (who(client, "/iam/"), who(client, "/session/2/iam/")) == ("alice", "bob")


def test_notices_are_shown_to_whom_they_are_for(both: Client) -> None:
    both.post("/iam/groups/create", {"group_name": "Walkers"})
    assert "Walkers" not in both.get("/session/2/iam/").content.decode()
    assert "Walkers" in both.get("/iam/").content.decode()


def test_pages_of_somebody_who_is_signed_in_are_not_kept_by_the_browser(both: Client) -> None:
    for address in ("/iam/", "/session/2/iam/users", "/iam/nowhere"):
        assert both.get(address)["Cache-Control"] == "private, no-store"
    assert "no-store" not in both.get("/session/4/signout")["Cache-Control"]


def test_more_rows_of_a_list_stay_in_the_slot(client: Client, alice: User, account: Account) -> None:
    for number in range(12):
        a_user(account, f"walker-{number}")
    add(client, alice, 2)
    text = client.get("/session/2/iam/users?size=10&sort=user_name").content.decode()
    assert re.search(r'href="/session/2/iam/users\?[^"]*after=', text)
    pushed = client.get("/session/2/iam/events", headers={"HX-Request": "true", "HX-Target": "list"})
    assert pushed.headers.get("HX-Push-Url", "/session/2/iam/events").startswith("/session/2/iam/events")
