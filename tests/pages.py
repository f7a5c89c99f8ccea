"""The addresses of the console: what a page asks for, and the changes that its form makes, as tables.

A new page joins PAGES, or ASKS_FOR_NOTHING with the reason; docs/routes.md is written from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, get_resolver

if TYPE_CHECKING:
    from iamconsole.audit.models import Event


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
    reads: tuple[str, ...] = ()
    """Asked for before, where it is something else than the page of the same address asks for."""
    also: tuple[str, ...] = ()
    """What the button does besides; the change stands where it is refused."""


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
    Change("user-remove-mfa", "iam:DeactivateMFADevice", {}, DEVICE, also=("iam:DeleteVirtualMFADevice",)),
    Change("role-edit", "iam:UpdateRole", {"description": "walked", "duration": "7200"}, ROLE),
    Change("role-boundary", "iam:PutRolePermissionsBoundary", {"permissions_boundary": "<policy>"}, ROLE),
    Change("role-attach-policies", "iam:AttachRolePolicy", {"policy_arns": "<policy>"}, ROLE),
    Change(
        "resource-delete",
        "sqs:DeleteQueue",
        {"confirm": "jobs"},
        {"resource_arn": "<queue>"},
        reads=("sqs:GetQueueUrl",),
    ),
    Change("analyzer-scan", "access-analyzer:StartResourceScan", {}, ANALYZER),
    Change("analyzer-update", "access-analyzer:UpdateFindings", {"name": "<finding>", "status": "ARCHIVED"}, ANALYZER),
    Change(
        "analyzer-delete",
        "access-analyzer:DeleteAnalyzer",
        {"confirm": "unused-access"},
        {"analyzer_name": "unused-access"},
    ),
    Change(
        "provider-add-audience",
        "iam:AddClientIDToOpenIDConnectProvider",
        {"client_id": "walked-<who>"},
        PROVIDER,
        reads=("iam:GetOpenIDConnectProvider",),
    ),
    Change("provider-delete", "iam:DeleteOpenIDConnectProvider", {"confirm": "delete"}, PROVIDER),
    Change("role-revoke-sessions", "iam:PutRolePolicy", {"acknowledge": "1"}, ROLE),
    Change("class-reset", "organizations:CloseAccount", {"reason": "walked"}, {"account_id": "<student>"}),
    Change("policy-set-default-version", "iam:SetDefaultPolicyVersion", {"name": "v1"}, POLICY),
)


def addresses() -> dict[str, str]:
    """The address of every route of the console, as a pattern, by the route's name."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            elif pattern.name:
                yield pattern.name, prefix + str(pattern.pattern)

    found = walk(get_resolver().url_patterns, "")
    return {name: address for name, address in found if address.startswith(("iam/", "class/"))}


NAMED_OTHERWISE = {
    "ListSignInCards": "organizations:CreateAccount",
    "PlaceStudent": "organizations:CreateAccount",
    "ResetStudentAccount": "organizations:CloseAccount",
    "UpdateStudent": "organizations:CreateAccount",
}
"""What the trail calls the acts that AWS has no operations for, and the action that each asks for."""


def action_of(event: Event) -> str:
    """The action that a call asked for."""
    own = f"{event.event_source.partition('.')[0]}:{event.event_name}"
    return NAMED_OTHERWISE.get(event.event_name, own)
