"""The main job, by clicks, in a real browser."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Arrive, Lab
from tests.browser.job import Job
from tests.browser.walk import sign_in
from tests.conftest import READ_ONLY

PASSWORD = "Dave-has-7-secrets"


def test_an_administrator_does_the_whole_job_and_the_new_user_is_held_to_it(lab: Lab, arrive: Arrive) -> None:
    page = arrive().page
    job = Job(page, lab)
    sign_in(page, lab, "alice", lab.passwords["alice"])
    job.whole("dave", PASSWORD)
    job.sign_out()
    sign_in(page, lab, "dave", PASSWORD)
    job.is_refused("dave")


def test_ac34_removal_from_a_group_takes_effect_on_the_next_click_of_a_live_session(lab: Lab, arrive: Arrive) -> None:
    readers = factories.a_group(lab.account, "Readers")
    factories.an_inline_policy(readers, READ_ONLY)
    dave = factories.a_user(lab.account, "dave", groups=[readers])
    his, hers = Job(arrive(dave).page, lab), Job(arrive(lab.user("alice")).page, lab)
    his.page.goto(lab.address("user-list"))
    his.side("Roles")
    expect(his.main("link", "WebApp-DB")).to_be_visible()

    hers.page.goto(lab.address("group-detail", "Readers"))
    hers.page.get_by_label("Select dave").check()
    hers.main("button", "Remove").click()
    hers.main("button", "Remove user").click()
    hers.says("removed from Readers")

    his.page.get_by_role("navigation", name="IAM").get_by_role("link", name="Users", exact=True).click()
    expect(his.page.locator("main")).to_contain_text("because no identity-based policy allows the iam:ListUsers action")
