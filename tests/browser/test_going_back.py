"""Back, reload and two tabs: always a whole page, and nobody's work is lost."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive, Lab
from tests.browser.job import Job


def expect_whole_page(page: Page) -> None:
    """The shell stands around whatever the page shows."""
    expect(page.locator("header.top")).to_be_visible()
    expect(page.get_by_role("navigation", name="IAM")).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)


def test_back_to_a_filtered_list_and_a_reload_show_whole_pages(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("user-list"))
    admin.get_by_role("searchbox", name="Find users").press_sequentially("car")
    expect(admin.get_by_role("link", name="bob", exact=True)).to_be_hidden()
    expect(admin).to_have_url(re.compile(r"\?.*q=car"))
    admin.get_by_role("link", name="carol", exact=True).click()
    expect(admin.get_by_role("heading", level=1)).to_have_text("carol")
    for revisit in (admin.go_back, admin.reload):
        revisit()
        expect_whole_page(admin)
        expect(admin.get_by_role("searchbox", name="Find users")).to_have_value("car")
        expect(admin.get_by_role("link", name="carol", exact=True)).to_be_visible()
        expect(admin.get_by_role("link", name="bob", exact=True)).to_be_hidden()
    admin.go_back()
    expect_whole_page(admin)
    expect(admin.get_by_role("link", name="bob", exact=True)).to_be_visible()


def test_back_from_a_simulation_and_an_event_shows_whole_pages(lab: Lab, admin: Page) -> None:
    job = Job(admin, lab)
    admin.goto(lab.address("dashboard"))
    job.simulate("bob", "s3:GetObject", "s3:ListBucket")
    job.explain("s3:ListBucket")
    admin.go_back()
    expect_whole_page(admin)
    expect(admin.locator("#explain-title")).to_contain_text("s3:GetObject")
    admin.reload()
    expect_whole_page(admin)
    job.side("Event history")
    job.main("link", "AttachRolePolicy").click()
    expect(admin.locator("#split-title")).to_contain_text("AttachRolePolicy")
    admin.reload()
    expect_whole_page(admin)
    expect(admin.locator("#split-title")).to_contain_text("AttachRolePolicy")
    admin.go_back()
    expect_whole_page(admin)
    expect(admin.locator("#split-title")).to_be_hidden()


def test_a_policy_that_changed_in_another_tab_is_not_overwritten_unseen(lab: Lab, arrive: Arrive) -> None:
    first, second = (Job(arrive(lab.user("alice")).page, lab) for _ in range(2))
    for tab, action in ((first, "s3:GetObject"), (second, "s3:PutObject")):
        tab.page.goto(lab.address("policy-edit", lab.policy_arn("ListBucketObjects")))
        tab.write(
            f'{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}'
        )
        tab.main("button", "Next").click()
        expect(tab.page.get_by_role("heading", level=1)).to_have_text("Review and save")
    first.main("button", "Save changes").click()
    first.says("saved as version 2")

    with second.page.expect_response(lambda response: response.request.method == "POST") as answer:
        second.main("button", "Save changes").click()
    assert answer.value.status == 409
    expect(second.page.locator("main")).to_contain_text("Someone changed this while you were editing.")
    expect(second.page.locator(".diff")).to_contain_text("s3:GetObject")
    expect(second.page.locator(".diff")).to_contain_text("s3:PutObject")
    second.main("button", "Save changes").click()
    second.says("saved as version 3")
