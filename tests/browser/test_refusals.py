"""A refused act says in its dialog what is missing, and keeps what was typed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Arrive, Lab
from tests.browser.job import Job
from tests.conftest import READ_ONLY
from tests.policies.operations.documents import allow

TROUBLESHOOTS = allow("iam:TroubleshootAccess")
EXPLAINED = re.compile("^/iam/access/[0-9a-f-]{36}$")


def test_a_refusal_stands_in_the_dialog_beside_the_name_that_was_typed(lab: Lab, arrive: Arrive) -> None:
    dave = factories.a_user(lab.account, "dave")
    factories.an_inline_policy(dave, READ_ONLY)
    factories.an_inline_policy(dave, TROUBLESHOOTS)
    page = arrive(dave).page
    job = Job(page, lab)
    page.goto(lab.address("group-detail", "QA"))
    job.main("link", "Delete").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("[name=confirm]").fill("QA")
    for _ in range(2):
        job.main("button", "Delete user group").click()
        expect(dialog.get_by_role("alert")).to_have_count(1)
        expect(dialog.get_by_role("alert")).to_contain_text("Missing action: iam:")
    expect(dialog.get_by_role("alert")).to_contain_text("Authorization ID: ")
    expect(dialog.get_by_role("link", name="Explain")).to_have_attribute("href", EXPLAINED)
    expect(dialog.locator("[name=confirm]")).to_have_value("QA")
    expect(job.main("button", "Delete user group")).to_be_enabled()


def test_a_refusal_outside_a_dialog_is_a_notice_that_names_the_action(lab: Lab, arrive: Arrive) -> None:
    dave = factories.a_user(lab.account, "dave")
    factories.an_inline_policy(dave, READ_ONLY.replace('"iam:Get*", ', ""))
    factories.an_inline_policy(dave, TROUBLESHOOTS)
    page = arrive(dave).page
    page.goto(lab.address("user-list"))
    page.get_by_label("Select carol").check()
    page.locator("main summary", has_text="Actions").click()
    page.locator("main").get_by_role("button", name="Delete", exact=True).click()
    notice = page.locator("#flash").get_by_role("alert")
    expect(notice).to_contain_text("Missing action: iam:GetUser")
    expect(notice).to_contain_text("Authorization ID: ")
    expect(notice.get_by_role("link", name="Explain")).to_have_attribute("href", EXPLAINED)


def test_who_may_not_troubleshoot_gets_the_id_and_no_link(lab: Lab, arrive: Arrive) -> None:
    dave = factories.a_user(lab.account, "dave")
    factories.an_inline_policy(dave, READ_ONLY.replace('"iam:Get*", ', ""))
    page = arrive(dave).page
    page.goto(lab.address("user-list"))
    page.get_by_label("Select carol").check()
    page.locator("main summary", has_text="Actions").click()
    page.locator("main").get_by_role("button", name="Delete", exact=True).click()
    notice = page.locator("#flash").get_by_role("alert")
    expect(notice).to_contain_text("Authorization ID: ")
    expect(notice.get_by_role("link", name="Explain")).to_have_count(0)
