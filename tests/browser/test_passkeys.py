"""Passkeys in a real browser, with Chromium's virtual authenticator: registered, used, refused, cancelled, removed."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import CDPSession, Locator, Page, expect

from accounts.models import MFADevice
from iamconsole.audit.models import Event
from tests.browser.conftest import Arrive, Lab
from tests.browser.walk import sign_in
from tests.factories import a_code, an_mfa_device

USE, REGISTER = "Use passkey or security key", "Register passkey"
STEP = "Multi-factor authentication"


class Authenticator:
    """A virtual authenticator built into one page's device; its owner is always there."""

    def __init__(self, page: Page) -> None:
        self.session: CDPSession = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        added = self.session.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.name: str = added["authenticatorId"]

    def ask(self, command: str, **more: Any) -> Any:
        return self.session.send(f"WebAuthn.{command}", {"authenticatorId": self.name, **more})

    @property
    def credentials(self) -> list[dict[str, Any]]:
        return list(self.ask("getCredentials")["credentials"])

    def carry(self, credentials: list[dict[str, Any]]) -> None:
        """Hold these passkeys, as the same device in another window."""
        for credential in credentials:
            self.ask("addCredential", credential=credential)


def press(page: Page, name: str) -> None:
    """Press a button once the page's script is there: who is quicker gets a sentence, and presses again."""
    page.wait_for_load_state()
    page.get_by_role("button", name=name).click()


def choose(page: Page, lab: Lab, name: str) -> None:
    """Walk to the page that registers a passkey of one's own."""
    page.goto(lab.address("credentials"))
    page.locator("#mfa-devices").get_by_role("link", name="Assign MFA device").first.click()
    page.get_by_label("Device name").fill(name)
    page.get_by_role("radio", name="Passkey or security key").check()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Register {name} for alice")


def register(page: Page, lab: Lab, name: str = "laptop") -> Authenticator:
    authenticator = Authenticator(page)
    choose(page, lab, name)
    press(page, REGISTER)
    expect(page.locator("#flash")).to_contain_text(f"MFA device {name} assigned.")
    return authenticator


def at_the_step(arrive: Arrive, lab: Lab) -> Page:
    page = arrive().page
    sign_in(page, lab, "alice", lab.passwords["alice"])
    expect(page.get_by_role("heading", level=1)).to_have_text(STEP)
    return page


def problem(page: Page) -> Locator:
    """What the page says is wrong; the sentences that wait for the script are hidden."""
    return page.locator("[role=alert]:visible").first


def logins(lab: Lab) -> list[str]:
    rows = Event.objects.filter(account_id=lab.account.pk, event_name="ConsoleLogin").order_by("sequence")
    return [event.record["responseElements"]["ConsoleLogin"] for event in rows]


def test_ac27_a_passkey_is_registered_signs_in_and_is_removed(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice")).page
    mine = register(page, lab)
    row = page.locator("#mfa-devices").get_by_role("row", name="laptop")
    expect(row).to_contain_text("Passkey or security key")
    expect(row).to_contain_text(":u2f/user/alice/laptop-")
    other = at_the_step(arrive, lab)
    Authenticator(other).carry(mine.credentials)
    expect(other.get_by_role("button", name=USE)).to_be_focused()
    other.wait_for_load_state()
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", level=1)).to_have_text("IAM dashboard")
    assert logins(lab) == ["Success"]
    login = Event.objects.get(account_id=lab.account.pk, event_name="ConsoleLogin").record["additionalEventData"]
    device = MFADevice.objects.get(account=lab.account)
    assert (login["MFAUsed"], login["MFAIdentifier"]) == ("Yes", device.serial_number)
    other.goto(lab.address("credentials"))
    other.locator("#mfa-devices").get_by_role("link", name="Remove").click()
    other.locator("dialog[open]").get_by_role("button", name="Remove").click()
    expect(other.locator("#flash")).to_contain_text("MFA device laptop removed.")
    assert not MFADevice.objects.filter(account=lab.account).exists()


def test_the_same_passkey_is_not_assigned_twice(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice")).page
    register(page, lab)
    choose(page, lab, "again")
    press(page, REGISTER)
    expect(problem(page)).to_contain_text("This passkey or security key is assigned already.")
    assert MFADevice.objects.filter(account=lab.account).count() == 1


def test_a_cancelled_dialog_leads_back_to_the_page_and_to_the_other_devices(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice")).page
    mine = register(page, lab)
    _, seed = an_mfa_device(lab.user("alice"), "phone")
    other = at_the_step(arrive, lab)
    authenticator = Authenticator(other)  # holds no passkey of alice's: the browser finds nothing to use
    press(other, USE)
    expect(problem(other)).to_contain_text("Your browser brought no passkey")
    expect(problem(other)).to_be_focused()
    authenticator.carry(mine.credentials)
    other.get_by_role("link", name="Try another MFA method").click()
    other.get_by_role("link", name="Try another MFA method").click()
    press(other, USE)
    expect(other.get_by_role("heading", level=1)).to_have_text("IAM dashboard")
    assert logins(lab) == ["Success"]
    third = at_the_step(arrive, lab)
    third.get_by_role("link", name="Try another MFA method").click()
    third.get_by_label("MFA code").fill(a_code(seed))
    third.get_by_role("button", name="Submit").click()
    expect(third.get_by_role("heading", level=1)).to_have_text("IAM dashboard")


def test_a_cancelled_registration_can_be_tried_again(lab: Lab, arrive: Arrive) -> None:
    page = arrive(lab.user("alice")).page
    Authenticator(page)
    choose(page, lab, "laptop")
    page.evaluate(  # what the browser does when its dialog is closed, which no test can click
        "() => (navigator.credentials.create = async () => { throw new DOMException('', 'NotAllowedError'); })"
    )
    press(page, REGISTER)
    expect(problem(page)).to_contain_text("or choose an authenticator app")
    page.reload()
    press(page, REGISTER)
    expect(page.locator("#flash")).to_contain_text("MFA device laptop assigned.")


def test_a_foreign_and_a_replayed_answer_are_refused(lab: Lab, arrive: Arrive) -> None:
    mine = register(arrive(lab.user("alice")).page, lab)
    page = at_the_step(arrive, lab)
    authenticator = Authenticator(page)
    (credential,) = mine.credentials
    (second,) = register(arrive(lab.user("alice")).page, lab, "second").credentials
    authenticator.carry([{**credential, "privateKey": second["privateKey"]}])  # the right name, another's key
    press(page, USE)
    expect(problem(page)).to_contain_text("Your sign-in details are not correct.")
    authenticator.ask("clearCredentials")
    authenticator.carry([credential])
    with page.expect_request(lambda request: request.method == "POST") as sent:
        press(page, USE)
    expect(page.get_by_role("heading", level=1)).to_have_text("IAM dashboard")
    answer = (sent.value.post_data_json or {})["credential"]
    thief = at_the_step(arrive, lab)
    thief.evaluate(
        "(answer) => { const form = document.querySelector('form'); form.elements.credential.value = answer;"
        " HTMLFormElement.prototype.submit.call(form); }",
        answer,
    )
    expect(problem(thief)).to_contain_text("Your sign-in details are not correct.")
    assert logins(lab) == ["Failure", "Success", "Failure"]


def test_without_script_the_page_says_so_and_offers_the_app(lab: Lab, arrive: Arrive) -> None:
    register(arrive(lab.user("alice")).page, lab)
    _, seed = an_mfa_device(lab.user("alice"), "phone")
    page = arrive(java_script_enabled=False).page
    sign_in(page, lab, "alice", lab.passwords["alice"])
    expect(page.get_by_text("A passkey needs JavaScript.")).to_be_visible()
    expect(page.get_by_role("button", name=USE)).to_be_hidden()
    page.get_by_role("link", name="Try another MFA method").click()
    page.get_by_label("MFA code").fill(a_code(seed))
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("IAM dashboard")
