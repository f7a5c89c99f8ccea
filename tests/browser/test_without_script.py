"""The whole job with JavaScript off: links and forms alone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Arrive, Lab
from tests.browser.job import Job
from tests.browser.walk import sign_in

PASSWORD = "Dave-has-7-secrets"


def test_an_administrator_does_the_whole_job_without_script(lab: Lab, arrive: Arrive) -> None:
    page = arrive(java_script_enabled=False).page
    job = Job(page, lab, script=False)
    sign_in(page, lab, "alice", lab.passwords["alice"])
    job.whole("dave", PASSWORD)
    job.sign_out()
    sign_in(page, lab, "dave", PASSWORD)
    job.is_refused("dave")


def test_lists_deletion_and_the_trail_work_without_script(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice"), java_script_enabled=False).page
    job = Job(page, lab, script=False)
    page.goto(lab.address("user-list"))
    page.get_by_role("searchbox", name="Find users").fill("car")
    job.main("button", "Filter").click()
    expect(job.main("link", "carol")).to_be_visible()
    expect(job.main("link", "bob")).to_be_hidden()
    job.main("link", "carol").click()
    job.main("link", "Delete").click()
    page.locator("[name=confirm]").fill("carl")
    job.main("button", "Delete user").click()
    expect(page.locator("main")).to_contain_text("carol")
    page.locator("[name=confirm]").fill("carol")
    job.main("button", "Delete user").click()
    job.says("carol")
    expect(job.main("link", "carol")).to_be_hidden()
    job.side("Event history")
    job.main("link", "DeleteUser").click()
    expect(page.get_by_role("region", name="Event record JSON")).to_contain_text('"userName": "carol"')
