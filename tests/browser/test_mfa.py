"""A second factor in a real browser: set up from the page, asked for at sign-in, refused when wrong or used."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from accounts.models import MFADevice
from iamconsole.audit.models import Event
from tests.browser.conftest import Arrive, Lab
from tests.browser.walk import sign_in
from tests.factories import a_code


def main(page: Page, role: str, name: str) -> None:
    page.locator("main, dialog[open]").get_by_role(role, name=name, exact=True).last.click()  # type: ignore[arg-type]


def assign(page: Page, lab: Lab, name: str) -> tuple[str, str]:
    """Assign an authenticator app to oneself; answers the seed that the page shows, and the newest code it took."""
    page.goto(lab.address("credentials"))
    page.locator("#mfa-devices").get_by_role("link", name="Assign MFA device").first.click()
    page.get_by_label("Device name").fill(name)
    main(page, "button", "Next")
    expect(page.get_by_role("img", name="QR code for the authenticator app").locator("svg")).to_be_visible()
    page.locator("details.secret summary").click()
    seed = page.locator("#secret").inner_text()
    page.get_by_label("MFA code 1").fill("000000")
    page.get_by_label("MFA code 2").fill("000000")
    main(page, "button", "Assign MFA device")
    expect(page.get_by_role("alert").first).to_contain_text("Authentication code for device is not valid.")
    first, second = a_code(seed, steps=-1), a_code(seed)
    page.get_by_label("MFA code 1").fill(first)
    page.get_by_label("MFA code 2").fill(second)
    main(page, "button", "Assign MFA device")
    expect(page.locator("#flash")).to_contain_text(f"MFA device {name} assigned.")
    expect(page.locator("#mfa-devices").get_by_role("row", name=name)).to_contain_text("Virtual")
    return seed, second


def enter(page: Page, code: str) -> None:
    page.get_by_label("MFA code").fill(code)
    page.get_by_role("button", name="Submit").click()


def test_ac27_two_codes_enrol_a_device_and_signing_in_asks_for_the_next(lab: Lab, arrive: Arrive) -> None:
    seed, used = assign(arrive(lab.user("alice")).page, lab, "alices-phone")
    page = arrive().page
    sign_in(page, lab, "alice", lab.passwords["alice"])
    expect(page.get_by_role("heading", level=1)).to_have_text("Multi-factor authentication")
    expect(page.get_by_label("MFA code")).to_be_focused()
    page.goto(lab.address("user-list"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in as an IAM user")
    page.goto(lab.address("signin-mfa"))
    enter(page, used)
    expect(page.get_by_role("alert")).to_contain_text("Your sign-in details are not correct.")
    enter(page, a_code(seed, steps=1))
    expect(page.get_by_role("heading", level=1)).to_have_text("IAM dashboard")
    logins = Event.objects.filter(account_id=lab.account.pk, event_name="ConsoleLogin").order_by("sequence")
    assert [event.record["responseElements"]["ConsoleLogin"] for event in logins] == ["Failure", "Success"]
    assert {event.record["additionalEventData"]["MFAUsed"] for event in logins} == {"Yes"}
    page.goto(lab.address("credentials"))
    page.locator("#mfa-devices").get_by_role("link", name="Remove").click()
    expect(page.get_by_role("heading", level=1).last).to_have_text("Remove MFA device?")
    main(page, "button", "Remove")
    expect(page.locator("#flash")).to_contain_text("MFA device alices-phone removed.")
    assert not MFADevice.objects.filter(account=lab.account).exists()


def test_ac27_a_device_is_set_up_and_used_without_script(lab: Lab, arrive: Arrive) -> None:
    seed, _ = assign(arrive(lab.user("alice"), java_script_enabled=False).page, lab, "alices-phone")
    page = arrive(java_script_enabled=False).page
    sign_in(page, lab, "alice", lab.passwords["alice"])
    enter(page, a_code(seed, steps=1))
    expect(page.get_by_role("heading", level=1)).to_have_text("IAM dashboard")
