"""Switching roles in a real browser, with script and without."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Arrive, Lab

LIST_USERS = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*"}}'


@pytest.mark.parametrize("script", [True, False])
def test_ac44_alice_becomes_the_role_and_herself_again(lab: Lab, arrive: Arrive, script: bool) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": lab.account.account_id}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    factories.an_inline_policy(factories.a_role(lab.account, "Counter", trust=trust), LIST_USERS)
    page = arrive(lab.user("alice"), java_script_enabled=script).page
    page.goto(lab.address("role-detail", "Counter"))
    page.get_by_role("link", name="Switch to this role").click()
    page.get_by_label("Display name").fill("Counting")
    page.get_by_label("Green", exact=True).check()
    page.locator("main").get_by_role("button", name="Switch role", exact=True).click()
    menu = page.locator("header details.menu").last
    expect(menu.locator("summary")).to_contain_text("Counting")
    page.goto(lab.address("user-list"))
    expect(page.get_by_role("link", name="bob", exact=True)).to_be_visible()
    page.goto(lab.address("role-list"))
    expect(page.locator("main")).to_contain_text(
        "assumed-role/Counter/alice is not authorized to perform: iam:ListRoles"
    )
    menu.locator("summary").click()
    page.get_by_role("button", name="Switch back to alice").click()
    expect(menu.locator("summary")).to_contain_text("alice @")
    page.goto(lab.address("role-list"))
    expect(page.get_by_role("link", name="Counter", exact=True)).to_be_visible()
