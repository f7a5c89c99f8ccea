"""The main job, step by step as a person does it, with script or without."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import rewrite
from tests.browser.conftest import Lab

OBJECTS = """{
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "ReadObjects", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
        {"Sid": "SeeGroups", "Effect": "Allow", "Action": "iam:ListGroups", "Resource": "*"},
        {"Sid": "KeepBuckets", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
    ]
}"""
OBJECTS_AND_MORE = OBJECTS.replace('"s3:GetObject"', '["s3:GetObject", "s3:DeleteObject"]')
BROKEN = OBJECTS.replace("2012-10-17", "2012-01-17")


@dataclass(frozen=True, slots=True)
class Job:
    """Somebody at work in an account; what script does for them is done by hand where there is none."""

    page: Page
    lab: Lab
    script: bool = True

    def main(self, role: str, name: str) -> Locator:
        """A control of the page, the dialog's included."""
        return self.page.locator("main, dialog[open]").get_by_role(role, name=name, exact=True).last  # type: ignore[arg-type]

    def side(self, name: str) -> None:
        """Go to a part of the console by the side navigation."""
        self.page.get_by_role("navigation", name="IAM").get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)

    def says(self, words: str) -> None:
        """Expect a message of success at the top."""
        expect(self.page.locator("#flash")).to_contain_text(words)

    def write(self, document: str) -> None:
        """Put a text into the policy editor."""
        if self.script:
            rewrite(self.page, document)
        else:
            self.page.get_by_label("Policy document (JSON)").fill(document)

    def sign_out(self) -> None:
        """Sign out by the account menu."""
        self.page.locator("header summary", has_text="Account menu").click()
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Sign in")

    def create_user(self, user_name: str, password: str) -> None:
        """Walk the wizard of a new user with a password of our choice."""
        self.side("Users")
        self.main("link", "Create user").click()
        self.page.get_by_label("User name").fill(user_name)
        self.page.get_by_label("Provide user access to the console").check()
        self.page.get_by_label(re.compile("^Custom password")).first.check()
        self.page.get_by_role("textbox", name="Custom password").fill(password)
        self.page.locator("[name=password_reset_required]").uncheck()
        self.main("button", "Next").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Set permissions")
        self.main("button", "Next").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Review and create")
        self.main("button", "Create user").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Retrieve password")
        expect(self.page.get_by_text("You can see this password only once.")).to_be_visible()
        self.page.locator("details.secret summary").click()
        expect(self.page.locator("#secret")).to_have_text(password)
        self.main("link", "Return to users list").click()
        expect(self.main("link", user_name)).to_be_visible()

    def create_group(self, group_name: str, user_name: str) -> None:
        """Create a user group with one user in it."""
        self.side("User groups")
        self.main("link", "Create user group").click()
        self.page.get_by_label("User group name").fill(group_name)
        self.page.get_by_label(f"Select {user_name}", exact=True).check()
        self.main("button", "Create user group").click()
        self.says(f"{group_name} created.")
        expect(self.main("link", user_name)).to_be_visible()

    def create_policy(self, policy_name: str, document: str) -> None:
        """Create a managed policy in the JSON editor; a broken text is refused first, and kept."""
        self.side("Policies")
        self.main("link", "Create policy").click()
        self.write(BROKEN)
        self.main("button", "Next").click()
        expect(self.page.get_by_role("alert").first).to_contain_text("This policy contains the following error")
        expect(self.page.locator("#findings")).to_contain_text("Ln 2")
        self.write(document)
        self.main("button", "Next").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Review and create")
        self.page.get_by_label("Policy name").fill(policy_name)
        self.main("button", "Create policy").click()
        self.says(f"{policy_name} created.")

    def attach_to_group(self, group_name: str) -> None:
        """Attach the policy whose page is open."""
        self.page.locator("main").get_by_role("link", name="Attach", exact=True).first.click()
        self.page.get_by_label(f"Select {group_name}", exact=True).check()
        self.main("button", "Attach policy").click()
        self.says("attached to")
        expect(self.main("link", group_name)).to_be_visible()

    def edit_to_version_2(self, document: str) -> None:
        """Edit the policy whose page is open and save it as the default version."""
        self.main("link", "Permissions").click()
        self.main("link", "Edit").click()
        self.write(document)
        self.main("button", "Next").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Review and save")
        expect(self.page.locator(".diff td.a", has_text="s3:DeleteObject")).to_be_visible()
        self.main("button", "Save changes").click()
        self.says("saved as version 2, which is now the default")

    def roll_back_to_version_1(self) -> None:
        """Make version 1 the default again, from the tab of versions."""
        self.page.get_by_label("Select version 1", exact=True).check()
        self.main("button", "Set as default").click()
        expect(self.page.get_by_role("heading", level=1).last).to_have_text("Set version 1 as the default?")
        self.main("button", "Set as default").click()
        self.says("Version 1 is now the default version")
        expect(self.page.get_by_role("row", name="Version 1")).to_contain_text("Default")

    def simulate(self, user_name: str, *actions: str) -> None:
        """Ask the simulator what a user may do."""
        self.side("Policy simulator")
        self.page.get_by_label("Principal").fill(f"user/{user_name}")
        self.page.get_by_label("Actions").fill("\n".join(actions))
        self.main("button", "Run simulation").click()
        expect(self.page.get_by_role("status").filter(has_text="Nothing was changed.")).to_be_visible()

    def explain(self, action: str) -> Locator:
        """Have one result of the simulator explained."""
        self.page.get_by_role("link", name=f"Explain {action} on *", exact=True).click()
        expect(self.page.locator("#explain-title")).to_contain_text(action)
        return self.page.locator("#explain")

    def whole(self, user_name: str, password: str) -> None:
        """Everything that the administrator does."""
        self.create_user(user_name, password)
        self.create_group("Builders", user_name)
        self.create_policy("Objects", OBJECTS)
        self.attach_to_group("Builders")
        self.edit_to_version_2(OBJECTS_AND_MORE)
        self.roll_back_to_version_1()
        self.simulate(user_name, "s3:GetObject", "s3:DeleteObject", "s3:DeleteBucket")
        allowed = self.explain("s3:GetObject")
        expect(allowed.locator(".verdict")).to_contain_text(re.compile("allowed", re.IGNORECASE))
        expect(allowed.locator(".l.hit").first).to_contain_text("ReadObjects")
        refused = self.explain("s3:DeleteBucket")
        expect(refused.locator(".l.deny").first).to_contain_text("KeepBuckets")
        expect(self.explain("s3:DeleteObject")).to_contain_text(
            "because no identity-based policy allows the s3:DeleteObject action"
        )

    def is_refused(self, user_name: str) -> None:
        """What the new user sees: the one list that the policy allows, and AWS's sentence in place of another."""
        self.page.goto(self.lab.address("group-list"))
        expect(self.main("link", "Builders")).to_be_visible()
        self.page.goto(self.lab.address("user-detail", "alice"))
        account = f"arn:aws:iam::{self.lab.account.account_id}"
        expect(self.page.locator("main")).to_contain_text(
            f"User: {account}:user/{user_name} is not authorized to perform: iam:GetUser "
            f"on resource: {account}:user/alice because no identity-based policy allows the iam:GetUser action"
        )
