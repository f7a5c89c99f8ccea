"""A field that belongs to an option chooses it, and gives way when another option is chosen."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Lab


def test_a_service_entered_is_the_service_trusted_until_another_use_case_is_chosen(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("role-create"))
    preview = admin.get_by_role("region", name="Trust policy, read only")
    service = admin.locator("#id_service")
    service.select_option(index=2)
    chosen = service.input_value()
    expect(admin.locator("[name=use_case][value=other]")).to_be_checked()
    expect(preview).to_contain_text(chosen)
    admin.locator("[name=use_case]").first.check()
    expect(service).to_have_value("")
    expect(preview).to_contain_text("ec2.amazonaws.com")


def test_an_account_and_an_external_id_entered_are_used(lab: Lab, admin: Page) -> None:
    admin.goto(lab.address("role-create"))
    admin.get_by_text("AWS account", exact=True).click()
    preview = admin.get_by_role("region", name="Trust policy, read only")
    admin.locator("#id_account_id").press_sequentially("444455556666")
    expect(admin.locator("[name=account_scope][value=another]")).to_be_checked()
    admin.locator("#id_external_id").press_sequentially("Ticket-7")
    expect(admin.locator("#id_require_external_id")).to_be_checked()
    expect(preview).to_contain_text("444455556666")
    expect(preview).to_contain_text("Ticket-7")
    admin.locator("#id_require_external_id").uncheck()
    expect(admin.locator("#id_external_id")).to_have_value("")
    expect(preview).not_to_contain_text("Ticket-7")
