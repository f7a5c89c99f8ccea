"""What can be done on a page before it is looked at, and a stop of the tour: a page with what is done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Act = Callable[[Page], None]


@dataclass(frozen=True, slots=True)
class Stop:
    """A page, and what to do there before it is looked at."""

    route: str
    args: tuple[str, ...] = ()
    query: str = ""
    act: Act | None = None
    who: str = "alice"
    state: str = ""

    def __str__(self) -> str:
        place = self.args[-1].rpartition("/")[2] if self.args else ""
        words = (self.route, self.who if self.who != "alice" else "", place, self.query.strip("?"), self.state)
        return " ".join(word for word in words if word)


def press(*names: str, role: str = "button") -> Act:
    """Press buttons by their names, one after the other."""

    def act(page: Page) -> None:
        for name in names:
            page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]

    return act


def opened(selector: str) -> Act:
    """Open a disclosure."""
    return lambda page: page.locator(selector).first.click()


def dialog(*steps: str) -> Act:
    """Click what the selectors name; the last one opens the dialog."""

    def act(page: Page) -> None:
        for step in steps:
            page.locator(step).first.click()
        page.locator("#dialog[open] #dialog-title").wait_for()

    return act


def expanded(page: Page) -> None:
    """Open the first row that can be opened."""
    page.locator(".xb").first.click()
    page.locator("tr .code").first.wait_for()


def differences(page: Page) -> None:
    """Open the first row that can be opened, whose documents stand side by side."""
    page.locator(".xb").first.click()
    page.locator("tr .diff").first.wait_for()


def sent(name: str, **fields: str) -> Act:
    """Fill fields in by their names, and send the form by its button."""

    def act(page: Page) -> None:
        for field, value in fields.items():
            page.locator(f"[name={field}]").first.fill(value)
        with page.expect_navigation():
            page.locator("main").get_by_role("button", name=name, exact=True).last.click()

    return act


def tried(page: Page) -> None:
    """Try the request that the address has filled in."""
    page.get_by_role("button", name="Try", exact=True).click()
    page.locator("#tried-title").wait_for()


def mistried(page: Page) -> None:
    """Try a request that lacks the object it is about."""
    page.get_by_role("button", name="Try", exact=True).click()
    page.locator("#id_part-error").wait_for()


def editor(page: Page) -> None:
    """Wait for the code editor."""
    page.locator(".cm-content").wait_for()


def rewrite(page: Page, document: str) -> None:
    """Replace what stands in the code editor, by keys: Playwright's own `fill` makes the browser add styles."""
    page.locator(".cm-content").press("Control+A")
    page.keyboard.insert_text(document)


def wrong_document(page: Page) -> None:
    """Break the document in the editor and wait for what is found."""
    editor(page)
    rewrite(page, '{"Version": "2012-01-17", "Statement": []}')
    page.locator("#findings [data-line]").first.wait_for()


def steps(*acts: Act) -> Act:
    """Several acts in turn."""

    def act(page: Page) -> None:
        for each in acts:
            each(page)

    return act


def user_wizard(step: int) -> Act:
    """Walk the wizard of a new user as far as a step; the draft is left where it is."""

    def act(page: Page) -> None:
        page.fill("[name=user_name]", "erin")
        for number in range(2, step + 1):
            page.locator("main").get_by_role("button", name="Next", exact=True).last.click()
            page.wait_for_url(f"**step={number}")

    return act


def role_wizard(step: int) -> Act:
    """Walk the wizard of a new role as far as a step."""

    def act(page: Page) -> None:
        for number in range(2, step + 1):
            page.locator("main").get_by_role("button", name="Next", exact=True).last.click()
            page.wait_for_url(f"**step={number}")

    return act


def policy_wizard(page: Page) -> None:
    """Walk to the last step of a policy's editor."""
    editor(page)
    if page.url.endswith("/create"):
        rewrite(
            page,
            '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}',
        )
    page.locator("main").get_by_role("button", name="Next", exact=True).last.click()
    page.wait_for_url("**step=2")


def generated(page: Page) -> None:
    """Generate the credential report, unless an earlier look at the page did."""
    address = page.url
    button = page.get_by_role("button", name="Generate report")
    if button.count():
        with page.expect_navigation():
            button.click()
        page.goto(address)
    page.locator("#list").wait_for()


def practised(page: Page) -> None:
    """Add a device to the practice authenticator."""
    page.fill("[name=name]", "dora")
    page.fill("[name=secret_key]", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    page.get_by_role("button", name="Add device").click()
    page.locator("[data-code]").first.wait_for()


def custom_policy(length: str) -> Act:
    """Ask for a custom password policy; the answer is a question in the dialog, or the form with what is wrong."""

    def act(page: Page) -> None:
        page.locator("label.tile:has-text('Custom')").click()
        page.fill("[name=minimum_password_length]", length)
        page.get_by_role("button", name="Save changes").click()
        page.locator("#dialog[open] #dialog-title, [aria-invalid=true]").first.wait_for()

    return act
