"""Walks the tour: one visitor for each of its people, and an account that has something to show on every page."""

from __future__ import annotations

from dataclasses import asdict

from django.urls import reverse
from playwright.sync_api import Browser, Page

from accounts import totp
from accounts.arns import Target
from accounts.operations.access_keys import create_access_key
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from accounts.operations.users import list_users
from accounts.views import mfa_devices, organization_accounts, retrieve
from iamconsole.audit.models import Event
from iamconsole.aws import arn
from iamconsole.aws.errors import AccessDenied
from iamconsole.call import Call
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.roster import Student
from iamconsole.classroom.seating import seat
from iamconsole.classroom.views import rosters
from iamconsole.console import drafts, reauthentication
from iamconsole.gate import attempt
from policies.models import Finding, LabResource
from policies.operations.analyzers import list_analyzers, start_resource_scan
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.control_policies import create_policy
from policies.operations.control_policy_attachments import attach_policy
from policies.views import specify_permissions
from tests import factories
from tests.browser.acts import Stop
from tests.browser.conftest import DESK, Lab, Visitor, arrive_at
from tests.browser.tour import SIGNED_OUT
from tests.soft_passkey import a_passkey

ACCOUNT_FIELD = "Account ID (12 digits) or account alias"
NOTES = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}}'


def a_refusal(call: Call) -> str:
    """The authorization id of something that NOTES deny."""
    try:
        attempt(call, "s3:PutObject", (Target("arn:aws:s3:::papers/exam.txt"),), read_only=False)
    except AccessDenied as refusal:
        return refusal.authorization_id
    raise AssertionError("it was allowed")


def furnish(lab: Lab) -> dict[str, str]:
    """Add what the demo leaves out; answer what the tour's addresses leave open."""
    account, alice, bob = lab.account, lab.user("alice"), lab.user("bob")
    call = factories.a_call(account, alice)
    for entity, name in (
        (bob, "user-notes"),
        (account.group_set.get(group_name="Developers"), "group-notes"),
        (account.role_set.get(role_name="WebApp-DB"), "role-notes"),
    ):
        factories.an_inline_policy(entity, NOTES, name)
    factories.a_user(account, "dora", password_reset_required=True)
    factories.an_mfa_device(factories.a_user(account, "mona"), "monas-phone")
    a_passkey(factories.a_user(account, "pete"), "petes-laptop")
    put_user_permissions_boundary(call, user_name="bob", permissions_boundary=lab.policy_arn("DeveloperBoundary"))
    password = {"what": "credentials", "user_name": "erin", "back": "/iam/users", "created": True}
    key = {"what": "accessKeys", "user_name": "alice", "access_key_id": "AKIAIOSFODNN7EXAMPLE", "back": "/iam/users"}
    sealed = {"secret": "Shown-Only-Once-1"}
    device = {"owner": "carol", "serial_number": arn.mfa_arn(account.account_id, "/", "new"), "device": "new"}
    seed = {"seed": totp.new_seed()}
    waiting = {"path": reverse("account-delete-alias"), "query": ""}
    factories.an_mfa_device(lab.user("jenkins"), "jenkins-phone")
    factories.an_mfa_device(account, "root-phone")
    found = findings(call)
    return {
        "finding": found["ExternalAccess"],
        "idle": found["UnusedPermission"],
        "unused_key": found["UnusedIAMUserAccessKey"],
        **an_organization(factories.a_call(account)),
        "alias": account.alias or "",
        "policies": arn.policy_arn(account.account_id, "/", "").rstrip("/"),
        "bucket": LabResource.objects.filter(account=account, kind="bucket").earliest("pk").arn,
        "instance": LabResource.objects.get(account=account, kind="instance").arn,
        "key": lab.user("jenkins").access_keys.get().access_key_id,
        "own_key": create_access_key(call).key.access_key_id,
        "event": str(
            Event.objects.filter(account_id=account.pk, event_name="CreateUser").earliest("event_time").event_id
        ),
        "refused": a_refusal(factories.a_call(account, bob)),
        "device": str(drafts.start(call, mfa_devices.KIND, device, secrets=seed).pk),
        "own_device": str(
            drafts.start(factories.a_call(account), mfa_devices.KIND, {**device, "owner": ""}, secrets=seed).pk
        ),
        "waiting": str(drafts.start(factories.a_call(account), reauthentication.KIND, waiting).pk),
        "shown_password": str(drafts.start(call, retrieve.KIND, password, secrets=sealed).pk),
        "shown_key": str(drafts.start(call, retrieve.KIND, key, secrets=sealed).pk),
        "edited": str(drafts.start(call, specify_permissions.DRAFT, {"arn": "", "document": NOTES}).pk),
    }


def findings(call: Call) -> dict[str, str]:
    """Let both analyzers of the demo scan, and answer the id of a finding of each type."""
    list_users(call)
    for analyzer in list_analyzers(call):
        start_resource_scan(call, analyzer_arn=analyzer.arn)
    rows = Finding.objects.filter(account=call.account).order_by("resource")
    return {row.finding_type: str(row.pk) for row in rows}


def an_organization(call: Call) -> dict[str, str]:
    """Make an organization with a unit, a member account and a policy; answer what addresses call them."""
    root_id = create_organization(call).root_id
    unit = create_organizational_unit(call, parent_id=root_id, name="Development")
    account = create_account(call, email=f"sandbox-{call.account_id}@example.com", account_name="Sandbox").account
    control = create_policy(call, name="Guard", policy_type="SERVICE_CONTROL_POLICY", content=NOTES)
    attach_policy(call, policy_id=control.policy_id, target_id=unit.unit_id)
    data = {"account_id": account.account_id, "name": account.name, "email": account.root_email}
    alice = factories.a_call(call.account, call.account.user_set.get(user_name="alice"))
    opened = drafts.start(alice, organization_accounts.KIND, data, secrets={"password": "Shown-Only-Once-1"})
    return {
        "root": root_id,
        "unit": unit.unit_id,
        "member": account.account_id,
        "control": control.policy_id,
        **a_class(alice),
        "opened": str(opened.pk),
    }


def a_class(call: Call) -> dict[str, str]:
    """A student with an account, and a roster of another who has none."""
    list(seat(call, [Student("Anna Berg", "anna@example.org", "s1", 1)]))
    rows = [asdict(Student("Bo Li", "bo@example.org", "s2", 1))]
    return {
        "student": StudentAccount.objects.get(account_id=call.account_id).member_id,
        "roster": str(drafts.start(call, rosters.KIND, {"students": rows, "demo": False}).pk),
    }


def sign_in(page: Page, lab: Lab, user_name: str, password: str) -> None:
    """Sign in by the form, as a person does."""
    page.goto(lab.address("signin"))
    page.get_by_label(ACCOUNT_FIELD).fill(lab.account.alias or "")
    page.get_by_label("User name").fill(user_name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: not url.endswith("/signin"))


class Tour:
    """The visitors stay for the whole run, so that each page costs one load."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self.browser = browser
        self.lab = lab
        self.places = furnish(lab)
        self.visitors: dict[str, Visitor] = {}

    def visitor(self, who: str) -> Visitor:
        """The window of somebody, opened the first time that it is asked for."""
        if who not in self.visitors:
            halfway = who in ("dora", "mona", "pete")
            somebody = (
                None if halfway or who == SIGNED_OUT else self.lab.account if who == "root" else self.lab.user(who)
            )
            self.visitors[who] = visitor = arrive_at(self.browser, self.lab.site, somebody)
            if halfway:
                sign_in(visitor.page, self.lab, who, factories.PASSWORD)
        return self.visitors[who]

    def go(self, stop: Stop) -> Visitor:
        """Open the page of a stop and bring it into its state."""
        visitor = self.visitor(stop.who)
        visitor.complaints.clear()
        visitor.page.set_viewport_size(DESK)
        visitor.page.goto(self.address(stop))
        if stop.act:
            stop.act(visitor.page)
        return visitor

    def address(self, stop: Stop) -> str:
        """The address of a stop in this account."""
        args = [arg.format_map(self.places) for arg in stop.args]
        return self.lab.address(stop.route, *args, query=stop.query.format_map(self.places))
