"""Every page of the console and every state that a page can open, as a table: a new page joins by one line.

In `args` and `query`, {policies} stands for the ARN prefix of the account's own policies, {alias} for the account's
alias, {key} for the ID of jenkins's access key and {own_key} for alice's, {event} for the ID of an event and
{refused} for that of a refusal,
{bucket} and {instance} for the ARNs of lab resources, {shown_password}, {shown_key}, {edited} and {device} for drafts
of alice's, {own_device} and {waiting} for two of the root user's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Act = Callable[[Page], None]

AWS = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
DEV = "{policies}/DevServers"
BUCKET = "{bucket}"


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


SIGNED_OUT = "nobody"
GITHUB = "token.actions.githubusercontent.com"
SIMULATED = "?principal=user/bob&action={}&action=ec2:DescribeInstances&resource=*&c.ec2:ResourceTag/env=prod"


def entity_stops(noun: str, name: str, inline: str) -> tuple[Stop, ...]:
    """The pages about the permissions of a user, user group or role."""
    return (
        Stop(f"{noun}-attach-policies", (name,)),
        Stop(f"{noun}-attach-policies", (name,), act=sent("Attach policies"), state="refused"),
        Stop(f"{noun}-remove-policies", (name,), f"?name={inline}"),
        Stop(f"{noun}-inline-policy", (name,), act=editor),
        Stop(f"{noun}-inline-policy", (name,), f"?policy={inline}", act=editor),
        Stop(f"{noun}-inline-policy", (name,), act=wrong_document, state="findings"),
        Stop(f"{noun}-policy", (name,), f"?policy={inline}"),
    )


STOPS = (
    Stop("signin", who=SIGNED_OUT),
    Stop("signin", who=SIGNED_OUT, act=sent("Sign in"), state="refused"),
    Stop("signin-root", who=SIGNED_OUT),
    Stop("signin-account", ("{alias}",), who=SIGNED_OUT),
    Stop("signin-password", who="dora"),
    Stop("signin-mfa", who="mona"),
    Stop("signin-passkey", who="pete"),
    Stop("practice-authenticator", who=SIGNED_OUT),
    Stop("practice-authenticator", who="dora", act=practised, state="with a device"),
    Stop("practice-authenticator", who=SIGNED_OUT, act=sent("Add device"), state="refused"),
    Stop("dashboard"),
    Stop("dashboard", act=opened("header summary.icon"), state="settings open"),
    Stop("dashboard", act=opened("header details:last-of-type summary"), state="account menu open"),
    Stop("dashboard", who="carol"),
    Stop("dashboard", who="root"),
    Stop("root-tasks"),
    Stop("root-tasks", who="root"),
    Stop("search", query="?q=dev"),
    Stop("search", query="?q=zzzz", state="nothing found"),
    Stop("account-alias"),
    Stop("account-alias", act=sent("Save changes", account_alias="Not An Alias"), state="refused"),
    Stop("account-delete-alias"),
    Stop("credential-report", act=generated, state="generated"),
    Stop("credential-report", query="?q=zzzz", act=generated, state="no matches"),
    Stop("credential-report", who="carol"),
    Stop("account-settings"),
    Stop("account-settings", who="carol"),
    Stop("account-password-policy"),
    Stop("account-password-policy", act=opened("label.tile:has-text('Custom')"), state="custom"),
    Stop("account-password-policy", act=custom_policy("5"), state="refused"),
    Stop("account-password-policy", act=custom_policy("12"), state="question"),
    Stop("group-list"),
    Stop("group-list", query="?q=zzzz", state="no matches"),
    Stop("group-list", who="carol"),
    Stop("group-create"),
    Stop("group-create", act=sent("Create user group"), state="refused"),
    Stop("group-detail", ("Developers",)),
    Stop("group-detail", ("Developers",), "?tab=permissions"),
    Stop("group-detail", ("Developers",), "?tab=permissions", act=expanded, state="row open"),
    Stop("group-detail", ("Developers",), "?tab=history"),
    Stop("group-detail", ("Developers",), act=dialog("main .acts >> text=Delete"), state="delete dialog"),
    Stop("group-detail", ("Nobody",), state="not found"),
    Stop("group-edit", ("Developers",)),
    Stop("group-add-users", ("Developers",)),
    Stop("group-remove-users", ("Developers",), "?name=bob"),
    Stop("group-delete", ("Developers",)),
    Stop("group-delete", query="?name=Developers&name=QA"),
    *entity_stops("group", "Developers", "group-notes"),
    Stop("user-list"),
    Stop("user-list", query="?q=o&f=path:/"),
    Stop("user-list", act=opened("main details.menu:has-text('Actions') summary"), state="actions open"),
    Stop(
        "user-list",
        act=dialog(
            "[aria-label='Select carol']", "main summary:has-text('Actions')", "main li button:text-is('Delete')"
        ),
        state="delete dialog",
    ),
    Stop("user-create"),
    Stop("user-create", act=sent("Next", user_name="no spaces allowed"), state="refused"),
    Stop("user-create", act=user_wizard(2), state="step 2"),
    Stop(
        "user-create",
        act=steps(user_wizard(2), opened("label.tile:has-text('Attach policies')")),
        state="step 2 attach",
    ),
    Stop("user-create", act=user_wizard(3), state="step 3"),
    Stop("user-detail", ("bob",)),
    Stop("user-detail", ("bob",), act=expanded, state="row open"),
    Stop("user-detail", ("bob",), "?tab=groups"),
    Stop("user-detail", ("bob",), "?tab=tags"),
    Stop("user-detail", ("jenkins",), "?tab=credentials"),
    Stop("user-detail", ("bob",), "?tab=history"),
    Stop("user-detail", ("bob",), "?tab=history", who="bob"),
    Stop("user-detail", ("bob",), act=dialog("main .acts >> text=Delete"), state="delete dialog"),
    Stop("user-detail", ("bob",), who="carol"),
    Stop("user-edit", ("bob",)),
    Stop("user-delete", ("bob",)),
    Stop("user-delete", ("jenkins",), state="blocked by a key"),
    Stop("user-delete", query="?name=bob&name=carol"),
    Stop("user-add-to-groups", query="?name=carol"),
    Stop("user-remove-from-groups", ("bob",), "?name=QA"),
    Stop("user-deactivate-keys", query="?name=jenkins"),
    Stop("user-disable-console-access", query="?name=carol"),
    Stop("user-console-access", ("carol",)),
    Stop("user-create-access-key", ("carol",)),
    Stop("user-activate-access-key", ("{key}", "jenkins")),
    Stop("user-deactivate-access-key", ("{key}", "jenkins")),
    Stop("user-delete-access-key", ("{key}", "jenkins")),
    Stop("user-assign-mfa", ("carol",)),
    Stop("user-assign-mfa", ("carol",), act=sent("Next", virtual_mfa_device_name="no spaces"), state="refused"),
    Stop("user-register-mfa", ("carol",), "?device=laptop"),
    Stop("user-activate-mfa", ("{device}", "carol")),
    Stop("user-resync-mfa", ("jenkins-phone", "jenkins")),
    Stop("user-remove-mfa", ("jenkins-phone", "jenkins")),
    Stop("user-retrieve", ("{shown_password}",)),
    Stop("user-copy-permissions", ("carol",)),
    Stop("user-tags", ("bob",)),
    Stop("user-boundary", ("bob",)),
    Stop("user-remove-boundary", ("bob",)),
    *entity_stops("user", "bob", "user-notes"),
    Stop("credentials"),
    Stop("credentials", act=sent("Change password"), state="refused"),
    Stop("credentials", who="root"),
    Stop("credentials", who="carol"),
    Stop("credentials-root-password", who="root"),
    Stop("credentials-root-password", who="root", act=sent("Change password"), state="refused"),
    Stop("confirm-identity", ("{waiting}",), who="root"),
    Stop("confirm-identity", ("{waiting}",), who="root", act=sent("Confirm"), state="refused"),
    Stop("session-add", state="the sign-in page of a free slot"),
    Stop("credentials-assign-mfa"),
    Stop("credentials-register-mfa", query="?device=laptop", who="root"),
    Stop("credentials-activate-mfa", ("{own_device}",), who="root"),
    Stop("credentials-resync-mfa", ("root-phone",), who="root"),
    Stop("credentials-remove-mfa", ("root-phone",), who="root"),
    Stop("credentials-create-access-key"),
    Stop("credentials-activate-access-key", ("{own_key}",)),
    Stop("credentials-deactivate-access-key", ("{own_key}",)),
    Stop("credentials-delete-access-key", ("{own_key}",)),
    Stop("credentials-retrieve", ("{shown_key}",)),
    Stop("role-list"),
    Stop("role-create"),
    Stop("role-create", act=steps(opened("label.tile:has-text('Custom trust policy')"), editor), state="custom"),
    Stop("role-create", act=role_wizard(2), state="step 2"),
    Stop("role-create", act=role_wizard(3), state="step 3"),
    Stop("role-detail", ("WebApp-DB",)),
    Stop("role-detail", ("WebApp-DB",), "?tab=trust"),
    Stop("role-detail", ("WebApp-DB",), "?tab=tags"),
    Stop("role-detail", ("WebApp-DB",), "?tab=history"),
    Stop("role-detail", ("WebApp-DB",), "?tab=history", act=differences, state="row open"),
    Stop("role-edit", ("WebApp-DB",)),
    Stop("role-edit-trust-policy", ("WebApp-DB",), act=editor),
    Stop("role-delete", ("WebApp-DB",)),
    Stop("role-delete", query="?name=WebApp-DB&name=GitHub-Deploy"),
    Stop("role-tags", ("WebApp-DB",)),
    Stop("role-tags", ("WebApp-DB",), act=press("Add new tag"), state="one more"),
    Stop("role-boundary", ("WebApp-DB",)),
    Stop("role-remove-boundary", ("WebApp-DB",)),
    *entity_stops("role", "WebApp-DB", "role-notes"),
    Stop("policy-list"),
    Stop("policy-list", query="?f=type:Customer+managed"),
    Stop("policy-detail", (DEV,)),
    Stop("policy-detail", (DEV,), "?tab=entities"),
    Stop("policy-detail", (DEV,), "?tab=tags"),
    Stop("policy-detail", (DEV,), "?tab=versions"),
    Stop("policy-detail", (DEV,), "?tab=versions", act=expanded, state="row open"),
    Stop("policy-detail", (DEV,), "?tab=history"),
    Stop("policy-detail", (DEV,), "?tab=last-accessed"),
    Stop("user-detail", ("alice",), "?tab=last-accessed"),
    Stop("user-detail", ("alice",), "?tab=last-accessed&service=iam"),
    Stop("user-detail", ("bob",), "?tab=last-accessed", who="bob"),
    Stop("group-detail", ("Admins",), "?tab=last-accessed"),
    Stop("role-detail", ("WebApp-DB",), "?tab=last-accessed"),
    Stop("analyzer"),
    Stop("analyzer", query="?tab=unused"),
    Stop("analyzer", query="?tab=unused&q=nobody", state="no match"),
    Stop("analyzer", query="?status=archived"),
    Stop("analyzer", who="carol"),
    Stop("analyzer", act=dialog(".ph [hx-get*='/analyzer/delete/']")),
    Stop("analyzer-create"),
    Stop("analyzer-create", act=sent("Create analyzer"), state="taken"),
    Stop("analyzer-delete", ("unused-access",)),
    Stop("finding-detail", ("external-access", "{finding}")),
    Stop("finding-detail", ("unused-access", "{idle}")),
    Stop("finding-detail", ("unused-access", "{unused_key}")),
    Stop("policy-detail", (DEV,), "?tab=history", act=differences, state="row open"),
    Stop(
        "policy-detail",
        (DEV,),
        "?tab=versions",
        act=dialog("[aria-label='Select version 1']", "main button:has-text('Set as default')"),
        state="set default dialog",
    ),
    Stop("policy-detail", (AWS,)),
    Stop("policy-create", act=editor),
    Stop("policy-create", act=wrong_document, state="findings"),
    Stop("policy-create", act=policy_wizard, state="step 2"),
    Stop("policy-check", ("INVALID_VERSION",)),
    Stop("policy-edit", (DEV,), act=editor),
    Stop("policy-edit", (DEV,), act=policy_wizard, state="step 2"),
    Stop("policy-edit", (AWS,), state="of AWS"),
    Stop("policy-import", query="?draft={edited}"),
    Stop("policy-attach", (DEV,)),
    Stop("policy-detach", (DEV,), "?name=group:Developers"),
    Stop("policy-version", (DEV,), "?version=v1"),
    Stop("policy-compare", (DEV,), "?a=v1&b=v3"),
    Stop("policy-set-default-version", (DEV,), "?name=v1"),
    Stop("policy-delete-version", (DEV,), "?name=v1"),
    Stop("policy-delete", (DEV,)),
    Stop("policy-tags", (DEV,)),
    Stop("organization"),
    Stop("organization", who="carol"),
    Stop("organization", query="?tab=scp"),
    Stop("organization", query="?tab=rcp"),
    Stop("organization", act=dialog(".ph [hx-get$='/organization/delete']")),
    Stop("organization-delete"),
    Stop("organization-leave"),
    Stop("organization-policy-type", ("rcp",)),
    Stop("organization-unit", ("{root}",)),
    Stop("organization-unit", ("{unit}",), query="?tab=policies"),
    Stop("organization-unit-create", ("{unit}",)),
    Stop("organization-unit-create", ("{unit}",), act=sent("Create organizational unit"), state="nothing entered"),
    Stop("organization-unit-edit", ("{unit}",)),
    Stop("organization-unit-delete", ("{unit}",)),
    Stop("organization-account", ("{member}",)),
    Stop("organization-account", ("{member}",), query="?tab=policies"),
    Stop("organization-account-create"),
    Stop("organization-account-created", ("{opened}",)),
    Stop("organization-account-move", ("{member}",)),
    Stop("organization-account-remove", ("{member}",)),
    Stop("organization-policy", ("{control}",)),
    Stop("organization-policy-create", ("rcp",), act=editor),
    Stop("organization-policy-edit", ("{control}",), act=editor),
    Stop("organization-policy-delete", ("{control}",)),
    Stop("organization-attach", ("scp", "{unit}")),
    Stop("organization-detach", ("{control}", "{unit}")),
    Stop("resource-list"),
    Stop("resource-list", act=opened("header .menu.start summary"), state="services open"),
    Stop("resource-list", query="?kind=topic"),
    Stop("resource-list", who="carol"),
    Stop("resource-create"),
    Stop("resource-create", query="?kind=instance"),
    Stop("resource-create", query="?kind=function"),
    Stop("resource-detail", (BUCKET,)),
    Stop("resource-detail", (BUCKET,), who="carol"),
    Stop("resource-detail", (BUCKET,), query="?tab=policy"),
    Stop("resource-detail", (BUCKET,), query="?tab=tags"),
    Stop("resource-detail", (BUCKET,), act=dialog(".ph [hx-get*='/resources/delete/']")),
    Stop("resource-detail", ("{instance}",)),
    Stop("resource-role", ("{instance}",)),
    Stop("resource-policy", (BUCKET,), act=editor),
    Stop("resource-tags", (BUCKET,)),
    Stop("resource-delete", (BUCKET,)),
    Stop("resource-delete-policy", (BUCKET,)),
    Stop("resource-try", query="?action=s3:ListBucket&resource=" + BUCKET, act=tried),
    Stop("resource-try", query="?action=s3:ListBucket&resource=" + BUCKET, who="carol", act=tried),
    Stop("resource-try", query="?action=s3:GetObject&resource=" + BUCKET, act=mistried),
    Stop("provider-list"),
    Stop("provider-create"),
    Stop("provider-create", act=sent("Add provider"), state="refused"),
    Stop("provider-detail", (GITHUB,)),
    Stop("provider-detail", (GITHUB,), act=sent("Sign token", subject="repo:a/b:ref:refs/heads/main"), state="token"),
    Stop("provider-detail", (GITHUB,), act=dialog("main .acts >> text=Delete"), state="delete dialog"),
    Stop("provider-delete", (GITHUB,)),
    Stop("role-switch"),
    Stop("role-switch", query="?account=123456789012&roleName=Auditor&displayName=Audit&color=green"),
    Stop("role-switch", act=sent("Switch role", account="{alias}", role_name="Nobody"), state="refused"),
    Stop("role-switch", who="root"),
    Stop("role-detail", ("WebApp-DB",), "?tab=sessions"),
    Stop("role-revoke-sessions", ("WebApp-DB",)),
    Stop("class"),
    Stop("class", query="?q=zzzz", state="no matches"),
    Stop("class", who="carol"),
    Stop("class-roster"),
    Stop("class-roster", act=sent("Preview", students="Anna,nonsense,1"), state="refused"),
    Stop("class-seating", ("{roster}",)),
    Stop("class-account", ("{student}",)),
    Stop("class-cards"),
    Stop("simulator"),
    Stop("simulator", query=SIMULATED.format("ec2:StartInstances")),
    Stop("simulator", query=SIMULATED.format("s3:GetObject") + "&explain=1"),
    Stop("simulator", query="?principal=user/nobody-here&action=nonsense"),
    Stop("access"),
    Stop("access", query="?id=nonsense", state="no id"),
    Stop("access-detail", ("{event}",)),
    Stop("access-detail", ("{refused}",)),
    Stop("access-detail", ("{refused}",), act=opened("#context > summary"), state="its context"),
    Stop("access-detail", ("{refused}",), act=opened("#now-steps > summary"), state="the steps now"),
    Stop("access-detail", ("{event}",), who="carol"),
    Stop("event-list"),
    Stop("event-list", query="?event={event}"),
    Stop("event-list", query="?f=user:zzzz", state="no matches"),
    Stop("event-list", query="?range=custom&from=2026-01-02T10:00&to=2026-01-01T10:00", state="a range that is none"),
)

NO_PAGES = {
    "healthz": "answers machines",
    "readyz": "answers machines",
    "event-download": "a file",
    "policy-complete": "answers the editor in JSON",
    "policy-validate": "takes a POST",
    "analyzer-scan": "takes a POST",
    "analyzer-update": "takes a POST",
    "credentials-file": "takes a POST",
    "organization-create": "takes a POST",
    "credentials-end-sessions": "takes a POST",
    "confirm-identity-code": "only after the password; walked in test_sessions",
    "confirm-identity-passkey": "only after the password; walked in test_sessions",
    "preferences": "takes a POST",
    "provider-add-audience": "takes a POST",
    "provider-remove-audience": "takes a POST",
    "provider-practise": "takes a POST",
    "role-switch-back": "takes a POST",
    "class-reset": "takes a POST",
    "signout": "takes a POST",
    None: "leads to the dashboard",
}
"""Routes that show no page, and why."""
