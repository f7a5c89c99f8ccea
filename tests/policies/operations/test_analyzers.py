"""IAM Access Analyzer on the account's own data: who gets in from outside, and what nobody uses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccessKey, Account, Organization, OrganizationAccount, Role
from accounts.operations.roles import update_assume_role_policy
from accounts.operations.users import list_users
from iamconsole.audit.models import LastAccessed
from iamconsole.aws.analyzer_errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from iamconsole.aws.errors import AccessDenied
from iamconsole.aws.paging import PageRequest
from iamconsole.call import Call
from policies.models import Analyzer, Boundary, Finding, FindingStatus, LabResource
from policies.operations.analyzers import (
    create_analyzer,
    delete_analyzer,
    get_finding_recommendation,
    get_finding_v2,
    list_analyzers,
    list_findings_v2,
    start_resource_scan,
    update_findings,
)
from policies.queries import find_policy
from tests.factories import a_call, a_group, a_role, a_user, an_account, an_inline_policy
from tests.policies.operations.documents import EVERYTHING, a_policy, allow, last_event

pytestmark = pytest.mark.django_db

PARTNER = "999988887777"
EXTERNAL, UNUSED = "ACCOUNT", "ACCOUNT_UNUSED_ACCESS"


def trusting(principal: str, condition: str = "") -> str:
    return (
        '{"Version": "2012-10-17", "Statement": [{"Sid": "Who", "Effect": "Allow", "Action": "sts:AssumeRole", '
        f'"Principal": {principal}{condition}}}]}}'
    )


FROM_PARTNER = trusting(f'{{"AWS": "{PARTNER}"}}')
FROM_EC2 = trusting('{"Service": "ec2.amazonaws.com"}')


@pytest.fixture
def root(account: Account) -> Call:
    return a_call(account)


def an_analyzer(call: Call, kind: str = EXTERNAL, age: int | None = None) -> Analyzer:
    return create_analyzer(call, analyzer_name=kind.title(), type=kind, unused_access_age=age)


def findings(call: Call, analyzer: Analyzer, status: str = "ACTIVE") -> list[Finding]:
    """What a scan of this moment leaves in a status."""
    now = a_call(call.account)
    start_resource_scan(now, analyzer_arn=analyzer.arn)
    page = PageRequest(size=100, filters=(("status", status),))
    return list(list_findings_v2(now, analyzer_arn=analyzer.arn, page=page))


def kinds(found: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(each.finding_type, each.resource.rpartition("/")[2]) for each in found}


def used(call: Call, role: Role, *, days: int = 0) -> None:
    LastAccessed.objects.create(
        account_id=call.account_id, principal_id=role.role_id, service="s3", action="GetObject",
        time=timezone.now() - timedelta(days=days), region="us-east-1",
    )  # fmt: skip


class TestExternalAccess:
    def test_ac66_a_finding_appears_when_a_role_trusts_another_account(self, root: Call) -> None:
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        a_role(root.account, "Server", trust=FROM_EC2)
        (finding,) = findings(root, an_analyzer(root))
        assert finding.resource == f"arn:aws:iam::{root.account_id}:role/Auditor"
        assert finding.details["principal"] == {"AWS": PARTNER}
        assert finding.details["action"] == ["sts:AssumeRole"]
        assert finding.details["isPublic"] is False

    def test_ac66_a_finding_appears_when_a_role_trusts_everybody(self, root: Call) -> None:
        a_role(root.account, "Open", trust=trusting('"*"'))
        (finding,) = findings(root, an_analyzer(root))
        assert finding.details["principal"] == {"AWS": "*"}
        assert finding.details["isPublic"] is True

    def test_ac66_opening_the_list_is_enough(self, root: Call) -> None:
        analyzer = an_analyzer(root)
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        assert len(list_findings_v2(a_call(root.account), analyzer_arn=analyzer.arn)) == 1

    @pytest.mark.parametrize(
        ("principal", "condition", "there"),
        [
            ('{"AWS": "arn:aws:iam::<own>:root"}', "", False),
            ('{"AWS": ["arn:aws:iam::<own>:user/alice", "arn:aws:iam::999988887777:user/mallory"]}', "", True),
            ('{"Federated": "accounts.google.com"}', "", True),
            ('{"Federated": "arn:aws:iam::<own>:saml-provider/Office"}', "", True),
            (
                '{"Service": "sns.amazonaws.com"}',
                ', "Condition": {"StringEquals": {"aws:SourceAccount": "<own>"}}',
                False,
            ),
            (
                '{"Service": "sns.amazonaws.com"}',
                ', "Condition": {"StringEquals": {"aws:SourceAccount": "999988887777"}}',
                True,
            ),
            ('"*"', ', "Condition": {"StringEquals": {"aws:PrincipalAccount": "<own>"}}', False),
            ('"*"', ', "Condition": {"StringEqualsIfExists": {"aws:PrincipalAccount": "<own>"}}', True),
            ('"*"', ', "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "<own>"}}', True),
            ('"*"', ', "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::<own>:role/*"}}', False),
            ('"*"', ', "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Admin"}}', True),
            ('{"AWS": "AIDAAAAAAAAAAAAAAAAAA"}', "", False),
        ],
    )  # fmt: skip
    def test_who_is_outside_the_zone_of_trust(self, root: Call, principal: str, condition: str, there: bool) -> None:
        text = trusting(principal, condition).replace("<own>", root.account_id)
        a_role(root.account, "Asked", trust=text)
        assert bool(findings(root, an_analyzer(root))) is there

    def test_a_deny_of_the_same_principal_takes_it_back(self, root: Call) -> None:
        text = (
            '{"Version": "2012-10-17", "Statement": ['
            '{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "999988887777"}}, '
            '{"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": "*"}]}'
        )
        a_role(root.account, "Shut", trust=text)
        assert not findings(root, an_analyzer(root))

    def test_a_resource_policy_that_lets_in_another_account_is_found(self, root: Call) -> None:
        document = FROM_PARTNER.replace("sts:AssumeRole", "s3:GetObject").replace(
            '"Action"', '"Resource": "arn:aws:s3:::papers/*", "Action"'
        )
        LabResource.objects.create(
            account=root.account, kind="bucket", region="us-east-1", name=f"papers-{root.account_id}",
            arn=f"arn:aws:s3:::papers-{root.account_id}", document=document,
        )  # fmt: skip
        (finding,) = findings(root, an_analyzer(root))
        assert (finding.resource_type, finding.details["action"]) == ("AWS::S3::Bucket", ["s3:GetObject"])

    def test_accounts_of_the_organization_are_trusted_where_it_is_the_zone(self, root: Call) -> None:
        partner = an_account()
        organization = Organization.objects.create(account=root.account)
        for account in (root.account, partner):
            OrganizationAccount.objects.create(account=account, organization=organization)
        a_role(root.account, "Auditor", trust=trusting(f'{{"AWS": "{partner.pk}"}}'))
        assert len(findings(root, an_analyzer(root))) == 1
        assert not findings(root, an_analyzer(root, "ORGANIZATION"))

    def test_a_finding_is_resolved_when_the_trust_is_gone_and_active_when_it_is_back(self, root: Call) -> None:
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        analyzer = an_analyzer(root)
        (first,) = findings(root, analyzer)
        update_assume_role_policy(root, role_name="Auditor", policy_document=FROM_EC2)
        assert not findings(root, analyzer)
        (resolved,) = findings(root, analyzer, "RESOLVED")
        assert resolved.pk == first.pk
        update_assume_role_policy(root, role_name="Auditor", policy_document=FROM_PARTNER)
        (again,) = findings(root, analyzer)
        assert again.pk == first.pk

    def test_the_details_hold_the_policy_as_it_is(self, root: Call) -> None:
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        analyzer = an_analyzer(root)
        (finding,) = findings(root, analyzer)
        assert get_finding_v2(root, analyzer_arn=analyzer.arn, id=str(finding.pk)).document == FROM_PARTNER


class TestUnusedAccess:
    def test_ac10_unused_permissions_are_listed_after_activity(self, root: Call) -> None:
        dave = a_user(root.account, "dave", password=None)
        an_inline_policy(dave, allow(["iam:List*", "s3:GetObject"]), "Daily")
        analyzer = an_analyzer(root, UNUSED)
        assert not findings(root, analyzer)
        list_users(a_call(root.account, dave))
        (finding,) = findings(root, analyzer)
        assert kinds([finding]) == {("UnusedPermission", "dave")}
        details = get_finding_v2(root, analyzer_arn=analyzer.arn, id=str(finding.pk))
        assert details.unused is not None
        assert details.unused.services == ("s3",)
        assert "iam:ListRoles" in details.unused.actions
        assert "iam:ListUsers" not in details.unused.actions
        assert finding.details == {"services": 1, "actions": len(details.unused.actions)}

    def test_ac10_a_narrower_policy_is_proposed_with_what_is_used(self, root: Call) -> None:
        dave = a_user(root.account, "dave", password=None)
        an_inline_policy(dave, allow(["iam:*", "s3:GetObject"]), "Daily")
        list_users(a_call(root.account, dave))
        analyzer = an_analyzer(root, UNUSED)
        (finding,) = findings(root, analyzer)
        ((policy, narrower),) = get_finding_recommendation(root, analyzer_arn=analyzer.arn, id=str(finding.pk))
        assert policy.name == "Daily"
        assert '"Action": "iam:ListUsers"' in narrower.document
        assert "s3:" not in narrower.document
        assert narrower.kept == 1

    def test_ac10_the_finding_is_resolved_once_the_proposal_is_in_force(self, root: Call) -> None:
        dave = a_user(root.account, "dave", password=None)
        policy = an_inline_policy(dave, allow(["iam:*", "s3:GetObject"]), "Daily")
        list_users(a_call(root.account, dave))
        analyzer = an_analyzer(root, UNUSED)
        (finding,) = findings(root, analyzer)
        ((_, narrower),) = get_finding_recommendation(root, analyzer_arn=analyzer.arn, id=str(finding.pk))
        policy.delete()
        an_inline_policy(dave, narrower.document, "Daily")
        assert not findings(root, analyzer)

    def test_a_refused_attempt_counts_as_use(self, root: Call) -> None:
        dave = a_user(root.account, "dave", password=None)
        an_inline_policy(dave, allow("iam:ListUsers"))
        an_inline_policy(dave, EVERYTHING.replace("Allow", "Deny").replace('"*"', '"iam:ListUsers"', 1))
        with pytest.raises(AccessDenied):
            list_users(a_call(root.account, dave))
        assert not findings(root, an_analyzer(root, UNUSED))

    def test_what_a_boundary_takes_away_is_not_unused(self, root: Call) -> None:
        dave = a_user(root.account, "dave", password=None)
        an_inline_policy(dave, allow(["iam:ListUsers", "s3:GetObject"]))
        arn = a_policy(root, "OnlyIAM", allow("iam:*"))
        Boundary.objects.create(account=root.account, policy=find_policy(root, arn), user=dave)
        list_users(a_call(root.account, dave))
        assert not findings(root, an_analyzer(root, UNUSED))

    def test_permissions_of_a_group_count_for_its_members(self, root: Call) -> None:
        group = a_group(root.account)
        an_inline_policy(group, allow(["iam:ListUsers", "s3:GetObject"]), "Shared")
        dave = a_user(root.account, "dave", password=None, groups=[group])
        list_users(a_call(root.account, dave))
        analyzer = an_analyzer(root, UNUSED)
        (finding,) = findings(root, analyzer)
        assert finding.details == {"services": 1, "actions": 0}
        ((policy, _),) = get_finding_recommendation(root, analyzer_arn=analyzer.arn, id=str(finding.pk))
        assert policy.name == "Shared"

    def test_old_credentials_and_roles_that_nobody_used_are_found(self, root: Call) -> None:
        long_ago = timezone.now() - timedelta(days=91)
        for name, made in (("old", long_ago), ("new", timezone.now())):
            user = a_user(root.account, name, create_date=made)
            user.login_profile.create_date = made
            user.login_profile.save()
            AccessKey.objects.create(account=root.account, user=user, sealed_secret="-", create_date=made)
            a_role(root.account, f"{name}-role", create_date=made)
        used_lately = a_role(root.account, "used-role", create_date=long_ago)
        used(root, used_lately)
        a_role(root.account, "linked", path="/aws-service-role/x.amazonaws.com/", create_date=long_ago)
        assert kinds(findings(root, an_analyzer(root, UNUSED))) == {
            ("UnusedIAMUserPassword", "old"),
            ("UnusedIAMUserAccessKey", "old"),
            ("UnusedIAMRole", "old-role"),
        }

    def test_an_age_of_no_days_counts_at_once(self, root: Call) -> None:
        dave = a_user(root.account, "dave")
        a_role(root.account, "idle")
        analyzer = an_analyzer(root, UNUSED, age=0)
        assert kinds(findings(root, analyzer)) == {("UnusedIAMUserPassword", "dave"), ("UnusedIAMRole", "idle")}
        dave.password_last_used = timezone.now()
        dave.save()
        assert kinds(findings(root, analyzer)) == {("UnusedIAMRole", "idle")}

    def test_an_inactive_key_is_not_spoken_of(self, root: Call) -> None:
        dave = a_user(root.account, "dave", password=None)
        AccessKey.objects.create(account=root.account, user=dave, sealed_secret="-", status="Inactive")
        assert not findings(root, an_analyzer(root, UNUSED, age=0))


class TestAnalyzers:
    def test_one_analyzer_of_a_type_and_of_a_name(self, root: Call) -> None:
        first = an_analyzer(root)
        assert first.arn == f"arn:aws:access-analyzer:us-east-1:{root.account_id}:analyzer/Account"
        with pytest.raises(ServiceQuotaExceededException):
            create_analyzer(root, analyzer_name="another", type=EXTERNAL)
        with pytest.raises(ConflictException):
            create_analyzer(root, analyzer_name="Account", type=UNUSED)
        assert list_analyzers(root) == (first,)

    @pytest.mark.parametrize(
        ("name", "kind", "age"),
        [
            ("1st", EXTERNAL, None),
            ("", EXTERNAL, None),
            ("ok", "EVERYTHING", None),
            ("ok", UNUSED, 366),
            ("ok", UNUSED, -1),
        ],
    )  # fmt: skip
    def test_what_is_out_of_range_is_refused(self, root: Call, name: str, kind: str, age: int | None) -> None:
        with pytest.raises(ValidationException):
            create_analyzer(root, analyzer_name=name, type=kind, unused_access_age=age)

    def test_archived_findings_stay_archived_and_can_be_made_active(self, root: Call) -> None:
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        analyzer = an_analyzer(root)
        (finding,) = findings(root, analyzer)
        ids = [str(finding.pk)]
        assert update_findings(root, analyzer_arn=analyzer.arn, status="ARCHIVED", ids=ids) == 1
        assert last_event(root).event_name == "UpdateFindings"
        assert not findings(root, analyzer)
        assert len(findings(root, analyzer, "ARCHIVED")) == 1
        assert update_findings(root, analyzer_arn=analyzer.arn, status="ACTIVE", ids=ids) == 1
        with pytest.raises(ValidationException):
            update_findings(root, analyzer_arn=analyzer.arn, status="RESOLVED", ids=ids)

    def test_a_resolved_finding_cannot_be_archived(self, root: Call) -> None:
        role = a_role(root.account, "Auditor", trust=FROM_PARTNER)
        analyzer = an_analyzer(root)
        (finding,) = findings(root, analyzer)
        role.delete()
        assert len(findings(root, analyzer, "RESOLVED")) == 1
        assert update_findings(root, analyzer_arn=analyzer.arn, status="ARCHIVED", ids=[str(finding.pk)]) == 0

    def test_another_accounts_findings_are_as_absent_as_none(self, root: Call) -> None:
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        analyzer = an_analyzer(root)
        (finding,) = findings(root, analyzer)
        stranger = a_call(an_account())
        own = an_analyzer(stranger)
        told = set()
        for finding_id in (str(finding.pk), "0b4bbf1e-0000-4000-8000-000000000000", "no id"):
            with pytest.raises(ResourceNotFoundException) as refused:
                get_finding_v2(stranger, analyzer_arn=own.arn, id=finding_id)
            told.add(refused.value.message.replace(finding_id, "ID"))
        assert len(told) == 1
        assert update_findings(stranger, analyzer_arn=own.arn, status="ARCHIVED", ids=[str(finding.pk)]) == 0
        for arn in (analyzer.arn, own.arn.replace("Account", "Nothing"), "nothing"):
            with pytest.raises(ResourceNotFoundException):
                list_findings_v2(stranger, analyzer_arn=arn)
        finding.refresh_from_db()
        assert finding.status == FindingStatus.ACTIVE

    def test_an_analyzer_goes_with_its_findings(self, root: Call) -> None:
        a_role(root.account, "Auditor", trust=FROM_PARTNER)
        analyzer = an_analyzer(root)
        assert findings(root, analyzer)
        delete_analyzer(root, analyzer_arn=analyzer.arn)
        assert not Finding.objects.filter(account=root.account).exists()
        assert not list_analyzers(a_call(root.account))

    def test_carol_may_do_none_of_it(self, root: Call, carol: Call) -> None:
        arn = f"arn:aws:access-analyzer:us-east-1:{carol.account_id}:analyzer/Account"
        for attempt in (
            lambda: create_analyzer(carol, analyzer_name="Account", type=EXTERNAL),
            lambda: list_analyzers(carol),
            lambda: list_findings_v2(carol, analyzer_arn=arn),
            lambda: get_finding_v2(carol, analyzer_arn=arn, id="x"),
            lambda: get_finding_recommendation(carol, analyzer_arn=arn, id="x"),
            lambda: update_findings(carol, analyzer_arn=arn, status="ARCHIVED", ids=[]),
            lambda: start_resource_scan(carol, analyzer_arn=arn),
            lambda: delete_analyzer(carol, analyzer_arn=arn),
        ):
            with pytest.raises(AccessDenied, match="access-analyzer:"):
                attempt()

    @pytest.mark.parametrize("kind", [EXTERNAL, UNUSED])
    def test_a_scan_costs_the_same_for_few_and_for_many(self, root: Call, kind: str) -> None:
        def crowd(size: int) -> None:
            for _ in range(size):
                role = a_role(root.account, trust=FROM_PARTNER)
                an_inline_policy(role, allow(["iam:ListUsers", "s3:GetObject"]))
                used(root, role)

        analyzer = an_analyzer(root, kind)
        costs = []
        for size in (3, 30):
            crowd(size)
            start_resource_scan(a_call(root.account), analyzer_arn=analyzer.arn)
            with CaptureQueriesContext(connection) as queries:
                start_resource_scan(a_call(root.account), analyzer_arn=analyzer.arn)
            costs.append(len(queries))
        assert costs[0] == costs[1]
        assert Finding.objects.filter(analyzer=analyzer).count() == 33
