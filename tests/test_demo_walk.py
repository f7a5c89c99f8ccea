"""Every address of the console as each of the demo users: allowed and refused as the evaluator says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import AccessKey, Account, Group, User
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from iamconsole.audit.models import Event
from iamconsole.call import Call
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.roster import Student
from iamconsole.classroom.seating import seat
from iamconsole.demo import cast, seeding
from policies import access
from policies.evaluation import evaluate
from policies.models import Attachment, Finding, LabResource
from policies.operations.analyzers import start_resource_scan
from policies.operations.control_policies import create_policy
from tests.factories import a_call, an_mfa_device, sign_in

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Walk:
    """A GET: its arguments, and the actions that it asks for, the one that makes or breaks the page first."""

    actions: tuple[str, ...] = ()
    arguments: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    decisive: bool = True
    afterwards: tuple[str, ...] = ()
    """Asked for only where nothing before was refused."""


PROVIDER = {"name": "token.actions.githubusercontent.com"}
USER, GROUP, ROLE = {"name": "jenkins"}, {"name": "Developers"}, {"name": "WebApp-DB"}
POLICY = {"policy_arn": "<policy>"}
KEY = {"key_id": "<key>", **USER}
UNIT, MEMBER, CONTROL = {"unit_id": "<unit>"}, {"account_id": "<member>"}, {"policy_id": "<control>"}
BUCKET = {"resource_arn": "<bucket>"}
DEVICE = {"device": "jenkins-phone", **USER}
ANALYZER = {"analyzer_name": "external-access"}
FINDING = {"finding_id": "<finding>", **ANALYZER}


def panels(*actions: str, **arguments: str) -> Walk:
    """A page that stands whatever is refused: each refusal fills its own panel."""
    return Walk(actions, arguments, decisive=False)


PAGES: Mapping[str, Walk] = {
    "dashboard": panels("iam:GetAccountSummary", "iam:ListAccessKeys", "iam:ListMFADevices", "cloudtrail:LookupEvents"),
    "search": Walk(
        ("iam:ListUsers", "iam:ListGroups", "iam:ListRoles", "iam:ListPolicies"), query="?q=dev", decisive=False
    ),
    "account-alias": Walk(("iam:ListAccountAliases",)),
    "account-delete-alias": Walk(("iam:ListAccountAliases",)),
    "credential-report": Walk(("iam:GetCredentialReport",)),
    "account-settings": panels("iam:GetAccountPasswordPolicy", "iam:ListAccountAliases"),
    "account-password-policy": Walk(("iam:GetAccountPasswordPolicy",)),
    "group-list": Walk(("iam:ListGroups",)),
    "group-create": panels("iam:ListUsers", "iam:ListPolicies"),
    "group-detail": Walk(("iam:GetGroup",), GROUP),
    "group-edit": Walk(("iam:GetGroup",), GROUP),
    "group-add-users": Walk(("iam:GetGroup", "iam:ListUsers"), GROUP),
    "group-delete": panels("iam:GetGroup", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies", name="Developers"),
    "group-attach-policies": panels("iam:ListAttachedGroupPolicies", "iam:ListPolicies", name="Developers"),
    "group-inline-policy": Walk(("iam:ListAttachedGroupPolicies",), GROUP),
    "user-list": Walk(("iam:ListUsers",)),
    "user-detail": Walk(
        (
            "iam:GetUser",
            "iam:ListAccessKeys",
            "iam:ListMFADevices",
            "iam:ListGroupsForUser",
            "iam:ListAttachedUserPolicies",
            "iam:ListUserPolicies",
        ),
        USER,
    ),
    "user-edit": Walk(("iam:GetUser",), USER),
    "user-delete": Walk(
        (
            "iam:GetUser",
            "iam:ListAccessKeys",
            "iam:ListMFADevices",
            "iam:ListGroupsForUser",
            "iam:ListAttachedUserPolicies",
            "iam:ListUserPolicies",
        ),
        USER,
    ),
    "user-console-access": Walk(("iam:GetUser",), USER),
    "user-copy-permissions": Walk(("iam:GetUser", "iam:ListUsers"), USER),
    "user-activate-access-key": Walk(("iam:ListAccessKeys",), KEY),
    "user-deactivate-access-key": Walk(("iam:ListAccessKeys",), KEY),
    "user-delete-access-key": Walk(("iam:ListAccessKeys",), KEY),
    "user-resync-mfa": Walk(("iam:ListMFADevices",), DEVICE),
    "user-remove-mfa": Walk(("iam:ListMFADevices",), DEVICE),
    "user-tags": Walk(("iam:ListUserTags",), USER),
    "user-attach-policies": panels("iam:ListAttachedUserPolicies", "iam:ListPolicies", name="jenkins"),
    "user-inline-policy": Walk(("iam:ListAttachedUserPolicies",), USER),
    "user-boundary": Walk(("iam:GetUser", "iam:ListPolicies"), USER),
    "user-remove-boundary": Walk(("iam:GetUser",), USER),
    "credentials": panels("iam:GetUser", "iam:ListAccessKeys", "iam:ListMFADevices"),
    "role-list": Walk(("iam:ListRoles",)),
    "role-detail": Walk(
        (
            "iam:GetRole",
            "iam:ListInstanceProfilesForRole",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
        ),
        ROLE,
    ),
    "role-edit": Walk(("iam:GetRole",), ROLE),
    "organization": Walk(
        (
            "organizations:DescribeOrganization",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListAccounts",
        )
    ),
    "organization-delete": Walk(("organizations:DescribeOrganization",)),
    "organization-leave": Walk(("organizations:DescribeOrganization",)),
    "organization-policy-type": Walk(("organizations:DescribeOrganization",), {"tab": "rcp"}),
    "organization-unit": Walk(
        (
            "organizations:DescribeOrganizationalUnit",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListAccountsForParent",
        ),
        UNIT,
    ),
    "organization-unit-create": Walk(("organizations:DescribeOrganizationalUnit",), {"parent_id": "<unit>"}),
    "organization-unit-edit": Walk(("organizations:DescribeOrganizationalUnit",), UNIT),
    "organization-unit-delete": Walk(("organizations:DescribeOrganizationalUnit",), UNIT),
    "organization-account": Walk(("organizations:DescribeAccount", "organizations:DescribeEffectivePolicy"), MEMBER),
    "organization-account-move": Walk(
        ("organizations:DescribeAccount", "organizations:ListOrganizationalUnitsForParent"), MEMBER
    ),
    "organization-account-remove": Walk(("organizations:DescribeAccount",), MEMBER),
    "organization-policy": Walk(("organizations:DescribePolicy", "organizations:ListTargetsForPolicy"), CONTROL),
    "organization-policy-edit": Walk(("organizations:DescribePolicy",), CONTROL),
    "organization-policy-delete": Walk(("organizations:DescribePolicy",), CONTROL),
    "organization-attach": Walk(
        (
            "organizations:DescribeOrganizationalUnit",
            "organizations:ListPoliciesForTarget",
            "organizations:ListPolicies",
        ),
        {"kind": "scp", "target_id": "<unit>"},
    ),
    "organization-detach": Walk(
        ("organizations:DescribeOrganizationalUnit", "organizations:DescribePolicy"), {**CONTROL, "target_id": "<unit>"}
    ),
    "resource-list": panels("s3:ListAllMyBuckets"),
    "resource-detail": panels("s3:GetBucketLocation", resource_arn="<bucket>"),
    "resource-policy": Walk(("s3:GetBucketPolicy",), BUCKET),
    "resource-delete-policy": Walk(("s3:GetBucketPolicy",), BUCKET),
    "resource-role": Walk(("ec2:DescribeInstances", "iam:ListInstanceProfiles"), {"resource_arn": "<instance>"}),
    "resource-delete": Walk(("s3:GetBucketLocation",), BUCKET),
    "resource-tags": Walk(("s3:GetBucketLocation",), {"name": "<bucket>"}),
    "role-edit-trust-policy": Walk(("iam:GetRole",), ROLE),
    "role-delete": Walk(
        (
            "iam:GetRole",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:ListInstanceProfilesForRole",
        ),
        ROLE,
    ),
    "role-tags": Walk(("iam:ListRoleTags",), ROLE),
    "role-attach-policies": panels("iam:ListAttachedRolePolicies", "iam:ListPolicies", name="WebApp-DB"),
    "role-inline-policy": Walk(("iam:ListAttachedRolePolicies",), ROLE),
    "role-boundary": Walk(("iam:GetRole", "iam:ListPolicies"), ROLE),
    "role-remove-boundary": Walk(("iam:GetRole",), ROLE),
    "policy-list": Walk(("iam:ListPolicies",)),
    "policy-detail": Walk(("iam:GetPolicy", "iam:GetPolicyVersion"), POLICY),
    "policy-edit": Walk(("iam:GetPolicy", "iam:GetPolicyVersion"), POLICY),
    "policy-attach": Walk(("iam:GetPolicy", "iam:ListUsers", "iam:ListGroups", "iam:ListRoles"), POLICY),
    "policy-compare": Walk(("iam:GetPolicy", "iam:GetPolicyVersion"), POLICY, "?a=v1&b=v2"),
    "policy-set-default-version": Walk(("iam:GetPolicy", "iam:GetPolicyVersion"), POLICY, "?name=v1"),
    "policy-delete-version": Walk(("iam:GetPolicy", "iam:GetPolicyVersion"), POLICY, "?name=v1"),
    "policy-delete": Walk(("iam:GetPolicy", "iam:ListEntitiesForPolicy", "iam:ListPolicyVersions"), POLICY),
    "policy-tags": Walk(("iam:ListPolicyTags",), {"name": "<policy>"}),
    "simulator": Walk(
        ("iam:ListUsers", "iam:ListRoles", "iam:ListGroups", "iam:SimulatePrincipalPolicy"),
        query="?principal=user/jenkins&action=ecr:PutImage",
        decisive=False,
        afterwards=("iam:GetContextKeysForPrincipalPolicy",),
    ),
    "access-detail": Walk(("iam:TroubleshootAccess",), {"event_id": "<event>"}),
    "provider-list": Walk(("iam:ListOpenIDConnectProviders",)),
    "provider-detail": Walk(("iam:GetOpenIDConnectProvider",), PROVIDER),
    "provider-delete": Walk(("iam:GetOpenIDConnectProvider",), PROVIDER),
    "role-revoke-sessions": Walk(("iam:GetRole",), ROLE),
    "class": Walk(("organizations:ListAccounts",)),
    "class-account": Walk(("organizations:DescribeAccount",), {"account_id": "<student>"}),
    "class-cards": Walk(("organizations:CreateAccount",)),
    "analyzer": Walk(("access-analyzer:ListAnalyzers", "access-analyzer:ListFindings")),
    "finding-detail": Walk(("access-analyzer:GetFinding",), FINDING),
    "analyzer-delete": Walk(("access-analyzer:ListAnalyzers",), ANALYZER),
    "event-list": Walk(("cloudtrail:LookupEvents",)),
    "event-download": Walk(("cloudtrail:LookupEvents",)),
}
ASKS_FOR_NOTHING = {
    "analyzer-create": "an empty form",
    "provider-create": "an empty form",
    "provider-add-audience": "takes a change only",
    "provider-remove-audience": "takes a change only",
    "provider-practise": "takes a change only",
    "role-switch": "an empty form",
    "role-switch-back": "by POST alone",
    "class-roster": "an empty form",
    "class-seating": "only after a roster was read",
    "class-reset": "by POST alone",
    "analyzer-scan": "takes a change only",
    "analyzer-update": "takes a change only",
    "organization-create": "by POST alone",
    "organization-account-create": "an empty form",
    "organization-account-created": "only after an account was opened",
    "organization-policy-create": "an empty form",
    "root-tasks": "a text",
    "access": "an empty form",
    "user-create": "an empty form",
    "user-retrieve": "only after a password was made",
    "role-create": "an empty form",
    "resource-create": "an empty form",
    "resource-try": "an empty form",
    "policy-create": "an empty form",
    "policy-import": "only inside a draft",
    "policy-validate": "looks at what was typed",
    "policy-check": "the catalog of checks",
    "policy-complete": "the catalog",
    "user-create-access-key": "an empty form",
    "credentials-create-access-key": "an empty form",
    "credentials-activate-access-key": "walked with the other user's keys",
    "credentials-deactivate-access-key": "walked with the other user's keys",
    "credentials-delete-access-key": "walked with the other user's keys",
    "user-assign-mfa": "an empty form",
    "user-activate-mfa": "only after a device was made",
    "user-register-mfa": "only where a browser has passkeys",
    "credentials-register-mfa": "only where a browser has passkeys",
    "credentials-assign-mfa": "an empty form",
    "credentials-activate-mfa": "only after a device was made",
    "credentials-resync-mfa": "walked with the other user's device",
    "credentials-remove-mfa": "walked with the other user's device",
    "credentials-retrieve": "only after something secret was made",
    "confirm-identity": "only where an act waits",
    "confirm-identity-code": "only where an act waits",
    "confirm-identity-passkey": "only where an act waits",
    "credentials-root-password": "an empty form, for the root user alone",
    "credentials-end-sessions": "ends one's own sessions, by POST alone",
    "credentials-file": "only after something secret was made",
    "policy-detach": "asks which entity",
    "policy-version": "a part of the policy's page",
    "group-policy": "a part of the group's page",
    "role-policy": "a part of the role's page",
    "user-policy": "a part of the user's page",
    "group-remove-users": "asks which users",
    "group-remove-policies": "asks which policies",
    "user-remove-policies": "asks which policies",
    "role-remove-policies": "asks which policies",
    "user-add-to-groups": "asks which users",
    "user-remove-from-groups": "asks which groups",
    "user-deactivate-keys": "asks which users",
    "user-disable-console-access": "asks which users",
}


@dataclass(frozen=True)
class Change:
    """A POST that changes something: the operation it calls."""

    route: str
    action: str
    data: Mapping[str, str]
    arguments: Mapping[str, str] = field(default_factory=dict)


CUSTOM_POLICY = {"kind": "custom", "minimum_password_length": "8", "confirmed": "on"}
CHANGES = (
    Change("organization-policy-type", "organizations:EnablePolicyType", {}, {"tab": "rcp"}),
    Change("organization-unit-edit", "organizations:UpdateOrganizationalUnit", {"name": "Test"}, UNIT),
    Change(
        "organization-attach",
        "organizations:AttachPolicy",
        {"policy_id": "<control>"},
        {"kind": "scp", "target_id": "<unit>"},
    ),
    Change("organization-detach", "organizations:DetachPolicy", {}, {**CONTROL, "target_id": "<unit>"}),
    Change("account-alias", "iam:CreateAccountAlias", {"account_alias": "walked-<who>"}),
    Change("account-password-policy", "iam:UpdateAccountPasswordPolicy", CUSTOM_POLICY),
    Change("group-create", "iam:CreateGroup", {"group_name": "Walkers"}),
    Change("group-edit", "iam:UpdateGroup", {"new_group_name": "QA2"}, {"name": "QA"}),
    Change("group-add-users", "iam:AddUserToGroup", {"user_names": "carol"}, GROUP),
    Change("group-attach-policies", "iam:AttachGroupPolicy", {"policy_arns": "<policy>"}, {"name": "Students"}),
    Change("user-edit", "iam:UpdateUser", {"new_user_name": "jenkins", "new_path": "/ci/"}, USER),
    Change("user-attach-policies", "iam:AttachUserPolicy", {"policy_arns": "<policy>"}, USER),
    Change("user-boundary", "iam:PutUserPermissionsBoundary", {"permissions_boundary": "<policy>"}, USER),
    Change("user-deactivate-access-key", "iam:UpdateAccessKey", {}, KEY),
    Change("user-assign-mfa", "iam:CreateVirtualMFADevice", {"virtual_mfa_device_name": "walked-<who>"}, USER),
    Change("user-remove-mfa", "iam:DeactivateMFADevice", {}, DEVICE),
    Change("role-edit", "iam:UpdateRole", {"description": "walked", "duration": "7200"}, ROLE),
    Change("role-boundary", "iam:PutRolePermissionsBoundary", {"permissions_boundary": "<policy>"}, ROLE),
    Change("role-attach-policies", "iam:AttachRolePolicy", {"policy_arns": "<policy>"}, ROLE),
    Change("resource-delete", "sqs:DeleteQueue", {"confirm": "jobs"}, {"resource_arn": "<queue>"}),
    Change("analyzer-scan", "access-analyzer:StartResourceScan", {}, ANALYZER),
    Change("analyzer-update", "access-analyzer:UpdateFindings", {"name": "<finding>", "status": "ARCHIVED"}, ANALYZER),
    Change(
        "analyzer-delete",
        "access-analyzer:DeleteAnalyzer",
        {"confirm": "unused-access"},
        {"analyzer_name": "unused-access"},
    ),
    Change("provider-add-audience", "iam:AddClientIDToOpenIDConnectProvider", {"client_id": "walked-<who>"}, PROVIDER),
    Change("provider-delete", "iam:DeleteOpenIDConnectProvider", {"confirm": "delete"}, PROVIDER),
    Change("role-revoke-sessions", "iam:PutRolePolicy", {"acknowledge": "1"}, ROLE),
    Change("class-reset", "organizations:CloseAccount", {"reason": "walked"}, {"account_id": "<student>"}),
    Change("policy-set-default-version", "iam:SetDefaultPolicyVersion", {"name": "v1"}, POLICY),
)


@dataclass
class Demo:
    account: Account
    organization: Mapping[str, str] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return User.objects.get(account=self.account, user_name=name)

    def resource(self, kind: str) -> str:
        arns = LabResource.objects.filter(account=self.account, kind=kind).order_by("pk").values_list("arn", flat=True)
        return str(arns[0])

    def decided(self) -> str:
        """The id of an event that policies decided."""
        return str(
            Event.objects.filter(account_id=self.account.pk, decision__isnull=False).earliest("sequence").event_id
        )

    def fill(self, values: Mapping[str, str], who: str) -> dict[str, str]:
        key = AccessKey.objects.get(account=self.account, user__user_name="jenkins")
        words = {
            "<policy>": f"arn:aws:iam::{self.account.account_id}:policy/DevServers",
            "<key>": key.access_key_id,
            "<event>": self.decided(),
            **self.organization,
            "<bucket>": self.resource("bucket"),
            "<instance>": self.resource("instance"),
            "<finding>": str(
                Finding.objects.get(account=self.account, resource__endswith="role/CrossAccount-Auditor").pk
            ),
            "<queue>": f"arn:aws:sqs:us-east-1:{self.account.account_id}:jobs",
        }
        return {name: words.get(value, value.replace("<who>", who)) for name, value in values.items()}


@pytest.fixture
def demo(db: None) -> Demo:
    seeding.seed()
    demo = Demo(Account.objects.get(alias=cast.ALIAS))
    an_mfa_device(demo.user("jenkins"), "jenkins-phone")
    demo.organization = an_organization(a_call(demo.account))
    external = f"arn:aws:access-analyzer:us-east-1:{demo.account.pk}:analyzer/external-access"
    start_resource_scan(a_call(demo.account), analyzer_arn=external)
    return demo


def an_organization(call: Call) -> dict[str, str]:
    """An organization with a unit, a member account and a policy, by the words that stand for them here."""
    root_id = create_organization(call).root_id
    unit = create_organizational_unit(call, parent_id=root_id, name="Development")
    opened = create_account(call, email="walked-member@example.com", account_name="Sandbox")
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}}'
    control = create_policy(call, name="Guard", policy_type="SERVICE_CONTROL_POLICY", content=content)
    list(seat(call, [Student("Anna Berg", "", "walked", 1)]))
    student = StudentAccount.objects.get(account_id=call.account_id).member_id
    return {
        "<student>": student,
        "<unit>": unit.unit_id,
        "<member>": opened.account.account_id,
        "<control>": control.policy_id,
    }


def named_routes() -> Iterator[str]:
    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            elif pattern.name:
                yield prefix + str(pattern.pattern), pattern.name

    return (name for address, name in walk(get_resolver().url_patterns, "") if address.startswith(("iam/", "class/")))


def test_no_address_is_left_out_of_the_walk() -> None:
    assert set(named_routes()) == set(PAGES) | set(ASKS_FOR_NOTHING)


def events_after(last: int, account: Account) -> list[Event]:
    return list(Event.objects.filter(account_id=account.account_id, sequence__gt=last).order_by("sequence"))


def newest() -> int:
    return Event.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


def says_the_evaluator(event: Event, demo: Demo, who: str) -> bool:
    """Ask the engine anew, past the gate: the policies as they are, the context that the event kept."""
    assert event.decision is not None
    call = a_call(demo.account, demo.user(who))
    judgement = access.judge(call, event.decision["action"], event.decision["resource"], {})
    context = {key: tuple(values) for key, values in event.decision["context"].items()}
    request = type(judgement.request)(
        judgement.request.principal, judgement.request.action, judgement.request.resource, demo.account.pk, context
    )
    return evaluate(request, judgement.applied.policies).allowed


def refused(event: Event) -> bool:
    """An account without a password policy of its own answers NoSuchEntity to whoever may ask."""
    return event.error_code == "AccessDenied"


@pytest.mark.parametrize("who", ["alice", "instructor", "bob", "carol"])
def test_every_page_shows_and_refuses_as_the_evaluator_says(client: Client, demo: Demo, who: str) -> None:
    console = sign_in(client, demo.user(who))
    wrong: list[str] = []
    for route, walk in PAGES.items():
        last = newest()
        arguments = demo.fill(walk.arguments, who)
        response = console.get(reverse(route, kwargs=arguments) + walk.query)
        asked = events_after(last, demo.account)
        denied = {f"{event.event_source.split('.')[0]}:{event.event_name}" for event in asked if refused(event)}
        names = {f"{event.event_source.split('.')[0]}:{event.event_name}" for event in asked}
        wrong += [
            f"{route}: {event.event_name} was answered against the evaluator"
            for event in asked
            if says_the_evaluator(event, demo, who) is refused(event)
        ]
        page_refused = walk.decisive and walk.actions[0] in denied
        expected = set(walk.actions[:1]) if page_refused else set(walk.actions)
        expected |= set() if denied else set(walk.afterwards)
        if names != expected:
            wrong.append(f"{route}: asked for {sorted(names)}, not for {sorted(expected)}")
        if response.status_code != (403 if page_refused else 200):
            wrong.append(f"{route}: answered {response.status_code}, refused {sorted(denied)}")
        if route != "simulator":  # what it may not list it does not offer
            wrong += [
                f"{route}: does not say that {action} is missing"
                for action in denied
                if action not in text_of(response)
            ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("who", "may"), [("alice", True), ("bob", False), ("carol", False)])
def test_every_change_is_made_or_refused_as_the_evaluator_says(client: Client, demo: Demo, who: str, may: bool) -> None:
    console = sign_in(client, demo.user(who))
    wrong: list[str] = []
    for change in CHANGES:
        last = newest()
        address = reverse(change.route, kwargs=demo.fill(change.arguments, who))
        response = console.post(address, demo.fill(change.data, who), follow=True)
        events = events_after(last, demo.account)
        made = [event.event_name for event in events if not event.read_only and not event.error_code]
        if may and change.action.partition(":")[2] not in made:
            wrong.append(f"{change.route}: did not {change.action}, answered {response.status_code}")
        if not may and made:
            wrong.append(f"{change.route}: {who} could {made}")
        if not may and not re.search(r"not authorized to perform: [\w-]+:\w+", text_of(response)):
            wrong.append(f"{change.route}: does not give AWS's sentence ({response.status_code})")
    assert not wrong, "\n".join(wrong)


def test_bob_may_read_and_carol_nothing(client: Client, demo: Demo) -> None:
    bob, carol = demo.user("bob"), demo.user("carol")
    assert sign_in(client, bob).get("/iam/users").status_code == 200
    assert sign_in(Client(), carol).get("/iam/users").status_code == 403


def test_the_demo_account_holds_the_cast(demo: Demo) -> None:
    groups = set(Group.objects.filter(account=demo.account).values_list("group_name", flat=True))
    assert groups >= {"Developers", "QA", "DatabaseAdmins", "Admins"}
    assert demo.user("bob").group_count == 2
    assert demo.user("carol").group_count == 0
    assert not Attachment.objects.filter(user=demo.user("carol")).exists()


def test_ac35_the_groups_of_the_demo_have_different_policies(demo: Demo) -> None:
    attached = {
        group.group_name: frozenset(group.attachments.values_list("policy__policy_name", flat=True))
        for group in Group.objects.filter(account=demo.account)
    }
    four = [attached[name] for name in ("Developers", "QA", "DatabaseAdmins", "Admins")]
    assert all(four)
    assert len(set(four)) == 4
