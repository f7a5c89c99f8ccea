"""Two people in one browser, each in a tab; the end of a session; the question before the gravest acts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Account, User
from iamconsole.console.models import ConsoleSession
from iamconsole.console.sessions import SessionStore, digest
from tests.browser.conftest import Arrive, Lab
from tests.browser.test_accessibility import RULES, violations
from tests.browser.walk import ACCOUNT_FIELD
from tests.factories import a_code, an_mfa_device
from tests.soft_passkey import a_passkey


def enter(page: Page, lab: Lab, user_name: str) -> None:
    """Fill in the sign-in form that is open."""
    page.get_by_label(ACCOUNT_FIELD).fill(lab.account.alias or "")
    page.get_by_label("User name").fill(user_name)
    page.get_by_label("Password", exact=True).fill(lab.passwords[user_name])
    page.get_by_role("button", name="Sign in", exact=True).click()


def open_menu(page: Page) -> None:
    page.locator("header summary", has_text="Account menu").click()


def add_session(page: Page) -> Page:
    """Add a session by the account menu; answers the new tab, at a sign-in form."""
    open_menu(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Add session").click()
    return opened.value


def detach(page: Page, lab: Lab, user_name: str, policy: str) -> None:
    page.goto(lab.address("user-detail", user_name))
    page.get_by_role("checkbox", name=policy).check()
    page.locator("main").get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("button", name="Remove policy").click()
    expect(page.get_by_role("checkbox", name=policy)).to_be_hidden()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_alice_detaches_a_policy_and_bob_is_refused_in_the_next_tab(lab: Lab, arrive: Arrive, script: bool) -> None:
    hers = arrive(lab.user("alice"), java_script_enabled=script).page
    hers.goto(lab.address("dashboard"))
    his = add_session(hers)
    enter(his, lab, "bob")
    expect(his).to_have_url(f"{lab.site}/session/2/iam/")
    side = his.get_by_role("navigation", name="IAM")
    side.get_by_role("link", name="Users", exact=True).click()
    expect(his).to_have_url(f"{lab.site}/session/2/iam/users")
    expect(his.locator("main").get_by_role("link", name="carol", exact=True)).to_be_visible()
    expect(his.locator("header")).to_contain_text(f"bob @ {lab.account.alias}")

    detach(hers, lab, "bob", "IAMReadOnlyAccess")
    expect(hers.locator("header")).to_contain_text(f"alice @ {lab.account.alias}")

    side.get_by_role("link", name="Roles", exact=True).click()
    expect(his).to_have_url(f"{lab.site}/session/2/iam/roles")
    expect(his.locator("main")).to_contain_text("iam:ListRoles")
    expect(his.locator("main")).to_contain_text("not authorized")

    open_menu(his)
    his.get_by_role("link", name="Go to the session of alice").click()
    expect(his).to_have_url(f"{lab.site}/iam/")
    expect(his.locator("header")).to_contain_text("alice")


def test_each_signs_out_alone_and_back_shows_nothing(lab: Lab, arrive: Arrive) -> None:
    hers = arrive(lab.user("alice")).page
    hers.goto(lab.address("dashboard"))
    his = add_session(hers)
    enter(his, lab, "bob")
    his.get_by_role("navigation", name="IAM").get_by_role("link", name="Users", exact=True).click()
    expect(his.locator("main").get_by_role("link", name="carol", exact=True)).to_be_visible()
    open_menu(his)
    his.get_by_role("button", name="Sign out", exact=True).click()
    expect(his).to_have_url(f"{lab.site}/session/2/signin/{lab.account.alias}")
    expect(his.locator("main")).to_contain_text(f"alice @ {lab.account.alias}")
    for _ in range(2):
        his.go_back()
        expect(his.get_by_role("heading", level=1)).to_contain_text("Sign in")
        expect(his.get_by_text("carol", exact=True)).to_have_count(0)
    hers.reload()
    expect(hers.locator("header")).to_contain_text("alice")


def test_filters_pages_and_dialogs_stay_in_the_slot(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("bob")).page
    page.goto(lab.address("dashboard"))
    hers = add_session(page)
    enter(hers, lab, "alice")
    hers.goto(f"{lab.site}/session/2/iam/users")
    hers.get_by_role("searchbox", name="Find users").press_sequentially("car")
    expect(hers).to_have_url(re.compile(r"/session/2/iam/users\?.*q=car"))
    hers.get_by_role("link", name="carol", exact=True).click()
    hers.locator("main").get_by_role("link", name="Delete", exact=True).click()
    hers.locator("dialog[open] [name=confirm]").fill("carol")
    hers.locator("dialog[open]").get_by_role("button", name="Delete user").click()
    expect(hers).to_have_url(re.compile(r"/session/2/iam/users"))
    expect(hers.locator("#flash")).to_contain_text("carol")
    page.reload()
    expect(page.locator("#flash")).not_to_contain_text("carol")


def test_one_signs_out_of_a_forgotten_computer(lab: Lab, arrive: Arrive) -> None:
    forgotten, here = arrive(lab.user("alice")).page, arrive(lab.user("alice")).page
    forgotten.goto(lab.address("dashboard"))
    here.goto(lab.address("credentials"))
    box = here.locator("#sessions")
    expect(box.get_by_role("row")).to_have_count(3)
    box.get_by_role("button", name="Sign out of all others").click()
    expect(here.locator("#flash")).to_contain_text("1 session was ended.")
    expect(box.get_by_role("row")).to_have_count(2)
    forgotten.reload()
    expect(forgotten.get_by_role("heading", level=1)).to_contain_text("Sign in")


def grow_old(page: Page, who: User | Account) -> None:
    """Let somebody's only session have begun an hour ago."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "iamconsole_session")
    session = SessionStore(key)
    assert session["principal"] == who.pk
    session["issued"] = (timezone.now() - timedelta(hours=1)).isoformat()
    session.save()
    assert ConsoleSession.objects.filter(pk=digest(1, key)).exists()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_older_sign_in_is_asked_again_and_nothing_is_lost(lab: Lab, arrive: Arrive, script: bool) -> None:
    page = arrive(lab.account, java_script_enabled=script).page
    password = lab.passwords[f"root {lab.account.root_email}"]
    page.goto(lab.address("credentials-root-password"))
    page.get_by_label("Old password", exact=True).fill(password)
    page.get_by_label("New password", exact=True).fill("Battery-Staple-9")
    page.get_by_label("Retype new password", exact=True).fill("Battery-Staple-9")
    grow_old(page, lab.account)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("main")).to_contain_text("Your sign-in details are not correct.")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(lab.address("credentials"))
    expect(page.locator("#flash")).to_contain_text("The root user's password was changed.")


def test_a_dialog_of_an_older_sign_in_leads_to_the_question(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice")).page
    page.goto(lab.address("dashboard"))
    grow_old(page, lab.user("alice"))
    page.goto(lab.address("account-settings"))
    page.locator("main").get_by_role("link", name="Delete", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    page.get_by_label("Password", exact=True).fill(lab.passwords["alice"])
    page.get_by_role("button", name="Confirm").click()
    expect(page).to_have_url(lab.address("account-delete-alias"))


def test_with_an_mfa_device_the_code_is_asked_for_on_a_page_of_its_own(lab: Lab, arrive: Arrive) -> None:
    alice = lab.user("alice")
    _, seed = an_mfa_device(alice, "phone")
    a_passkey(alice, "laptop")
    page = arrive(alice).page
    page.goto(lab.address("dashboard"))
    grow_old(page, alice)
    page.goto(lab.address("credentials-remove-mfa", "phone"))
    page.get_by_label("Password", exact=True).fill(lab.passwords["alice"])
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("button", name="Use passkey or security key")).to_be_visible()
    assert violations(page, {"rules": RULES}) == []
    page.get_by_role("link", name="Use an authenticator app instead").click()
    expect(page.get_by_role("link", name="Use a passkey or security key instead")).to_be_visible()
    assert violations(page, {"rules": RULES}) == []
    page.get_by_role("textbox", name="MFA code").fill(a_code(seed))
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1).last).to_have_text("Remove MFA device?")
