"""From a refusal to its page: what carol sees, and what alice finds by one click."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Arrive, Lab

RULES = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "ReadAtHome",
            "Effect": "Allow",
            "Action": ["iam:Get*", "iam:List*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
        },
        {
            "Sid": "NoGroups",
            "Effect": "Deny",
            "Action": "iam:ListGroups",
            "Resource": "*"
        }
    ]
}"""


def test_a_denial_leads_in_one_click_to_layer_policy_statement_and_line(lab: Lab, arrive: Arrive) -> None:
    carol = lab.user("carol")
    students = factories.a_group(lab.account, "Interns")
    carol.memberships.create(account=lab.account, group=students)
    factories.an_inline_policy(students, RULES, "interns-rules")
    refused = arrive(carol).page
    refused.goto(lab.address("dashboard"))
    refused.get_by_role("navigation", name="IAM").get_by_role("link", name="User groups", exact=True).click()
    expect(refused.get_by_role("heading", level=1)).to_have_text("You don't have permission for this")
    shown = refused.locator("main").inner_text()
    assert "with an explicit deny in an identity-based policy" in shown
    assert "Authorization ID" in shown
    assert "interns-rules" not in shown
    expect(refused.locator("main").get_by_role("link", name="Explain")).to_have_count(0)

    page = arrive(lab.user("alice")).page
    page.goto(lab.address("event-list", query="?by=user&value=carol&refused=1"))
    page.locator("tbody").get_by_role("link", name="ListGroups", exact=True).first.click()
    page.get_by_role("link", name="Explain decision").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why carol was refused iam:ListGroups")
    then = page.get_by_role("region", name="Then", exact=True)
    expect(then).to_contain_text("Denied: an explicit deny in the identity policy")
    expect(then).to_contain_text("interns-rules (inline) through the user group Interns")
    expect(then).to_contain_text("NoGroups, statement 2. Lines 11 to 16.")
    expect(page.get_by_role("region", name="Now", exact=True)).to_contain_text("It would still be refused.")
    decided = page.get_by_role("region", name="How it was decided", exact=True)
    marked = decided.locator(".code .l.deny")
    expect(marked).to_have_count(6)
    expect(marked.nth(1)).to_contain_text('"Sid": "NoGroups"')
    table = page.get_by_role("table", name="Statements looked at")
    expect(table).to_contain_text("Wanted eu-west-1; got us-east-1.")
