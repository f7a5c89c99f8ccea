"""The pages of Access Analyzer: findings by tab and status, one finding with what to do, archive, rescan, delete."""

from __future__ import annotations

from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from accounts.operations.access_keys import create_access_key
from accounts.operations.users import list_users
from iamconsole.audit.models import Event
from policies.models import Analyzer, Finding
from policies.operations.analyzers import create_analyzer, list_findings_v2
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy, sign_in
from tests.policies.operations.documents import allow

pytestmark = pytest.mark.django_db

FROM_PARTNER = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "999988887777"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "audit"}}
        }
    ]
}"""
MOST_QUERIES = 8


@pytest.fixture
def external(account: Account) -> Analyzer:
    return create_analyzer(a_call(account), analyzer_name="outside", type="ACCOUNT")


@pytest.fixture
def unused(account: Account) -> Analyzer:
    return create_analyzer(a_call(account), analyzer_name="idle", type="ACCOUNT_UNUSED_ACCESS", unused_access_age=0)


def shown(console: Client, address: str, status: int = 200) -> str:
    response = console.get(address)
    assert response.status_code == status
    return unescape(response.content.decode())


def test_without_an_analyzer_the_page_offers_to_make_one(console: Client) -> None:
    text = shown(console, "/iam/analyzer")
    assert "No analyzer of external access." in text
    assert "No analyzer of unused access." in shown(console, "/iam/analyzer?tab=unused")
    assert '<a href="/iam/analyzer" aria-current="page"' in text


def test_an_analyzer_is_made_in_the_console(console: Client, account: Account) -> None:
    made = console.post(
        "/iam/analyzer/create",
        {"type": "ACCOUNT_UNUSED_ACCESS", "analyzer_name": "idle", "unused_access_age": "30"},
    )
    assert (made.status_code, made["Location"]) == (302, "/iam/analyzer?tab=unused&analyzer=idle")
    assert Analyzer.objects.get(account=account).unused_access_age == 30
    again = console.post("/iam/analyzer/create", {"type": "ACCOUNT", "analyzer_name": "idle"})
    assert again.status_code == 422
    assert "already exists" in again.content.decode()


def test_ac66_the_list_shows_a_role_that_trusts_another_account(
    console: Client, account: Account, external: Analyzer
) -> None:
    a_role(account, "Auditor", trust=FROM_PARTNER)
    text = shown(console, "/iam/analyzer")
    body = text[text.index("<tbody>") :]
    for word in ("Auditor", "AWS account 999988887777", "sts:ExternalId StringEquals audit", "Write", "Active"):
        assert word in body
    a_role(account, "Open", trust=FROM_PARTNER.replace('{"AWS": "999988887777"}', '"*"'))
    assert "Anyone" in shown(console, "/iam/analyzer")


def test_ac66_the_finding_marks_the_statement_that_lets_in(
    console: Client, account: Account, external: Analyzer
) -> None:
    a_role(account, "Auditor", trust=FROM_PARTNER)
    shown(console, "/iam/analyzer")
    finding = Finding.objects.get(account=account)
    text = shown(console, f"/iam/analyzer/details/outside/{finding.pk}")
    assert text.count('class="l hit"') == 6
    assert "/iam/roles/edit-trust-policy/Auditor" in text


def test_ac10_the_finding_lists_unused_permissions_and_proposes_a_narrower_policy(
    console: Client, account: Account, unused: Analyzer
) -> None:
    dave = a_user(account, "dave", password=None)
    grant = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["iam:List*", "s3:*"], "Resource": "*"}}'
    )
    an_inline_policy(dave, grant, "Daily")
    list_users(a_call(account, dave))
    listed = shown(console, "/iam/analyzer?tab=unused")
    assert "Unused permission" in listed
    assert "1 service, " in listed
    finding = Finding.objects.get(account=account)
    text = shown(console, f"/iam/analyzer/details/idle/{finding.pk}")
    assert "Amazon S3" in text
    assert "iam:ListRoles" in text
    proposal = text[text.index("Proposed document of Daily") :]
    assert "iam:ListUsers" in proposal
    assert "s3:" not in proposal[: proposal.index("</pre>")]


@pytest.mark.parametrize("kind", ["password", "key", "role"])
def test_each_unused_thing_says_what_to_do(console: Client, account: Account, unused: Analyzer, kind: str) -> None:
    if kind == "role":
        a_role(account, "idle")
    else:
        a_user(account, "dave", password="Correct-Horse-7" if kind == "password" else None)
    if kind == "key":
        create_access_key(a_call(account), user_name="dave")
    assert "Never" in shown(console, "/iam/analyzer?tab=unused")
    finding = Finding.objects.get(account=account)
    said = {"password": "Disable console access", "key": "Deactivate it", "role": "Delete it"}[kind]
    assert said in shown(console, f"/iam/analyzer/details/idle/{finding.pk}")


def test_a_finding_is_archived_and_made_active_without_script(
    console: Client, account: Account, external: Analyzer
) -> None:
    a_role(account, "Auditor", trust=FROM_PARTNER)
    shown(console, "/iam/analyzer")
    finding = Finding.objects.get(account=account)
    answer = console.post("/iam/analyzer/update/outside", {"name": str(finding.pk), "status": "ARCHIVED"}, follow=True)
    text = answer.content.decode()
    assert "1 finding archived." in text
    assert "Nobody outside the zone of trust" in text
    assert "Auditor" in shown(console, "/iam/analyzer?status=archived")
    back = console.post(
        "/iam/analyzer/update/outside", {"name": str(finding.pk), "status": "ACTIVE", "finding": str(finding.pk)}
    )
    assert back["Location"] == f"/iam/analyzer/details/outside/{finding.pk}"
    assert "Auditor" in shown(console, "/iam/analyzer?status=active")
    nothing = console.post("/iam/analyzer/update/outside", {"status": "ARCHIVED"}, follow=True)
    assert "No finding was changed" in nothing.content.decode()


def test_statuses_and_types_are_filters(console: Client, account: Account, unused: Analyzer) -> None:
    a_user(account, "dave")
    role = a_role(account, "idle-role")
    shown(console, "/iam/analyzer?tab=unused")
    text = shown(console, "/iam/analyzer?tab=unused&f=type:Unused role")
    assert "idle-role" in text
    assert "/iam/users/details/dave" not in text
    role.delete()
    assert "idle-role" in shown(console, "/iam/analyzer?tab=unused&status=resolved")
    assert "Resolved" in shown(console, "/iam/analyzer?tab=unused&status=all&q=idle")


def test_rescan_is_an_act_with_an_event(console: Client, account: Account, external: Analyzer) -> None:
    answer = console.post("/iam/analyzer/scan/outside")
    assert answer["Location"] == "/iam/analyzer?analyzer=outside"
    assert Event.objects.filter(account_id=account.pk, event_name="StartResourceScan", read_only=False).count() == 1


def test_an_analyzer_is_deleted_once_its_name_was_typed(console: Client, account: Account, external: Analyzer) -> None:
    assert "enter the analyzer's name" in shown(console, "/iam/analyzer/delete/outside")
    assert console.post("/iam/analyzer/delete/outside", {"confirm": "inside"}).status_code == 422
    assert console.post("/iam/analyzer/delete/outside", {"confirm": "outside"})["Location"] == "/iam/analyzer"
    assert not Analyzer.objects.filter(account=account).exists()


def test_another_accounts_finding_and_analyzer_are_as_absent_as_none(
    client: Client, account: Account, external: Analyzer
) -> None:
    a_role(account, "Auditor", trust=FROM_PARTNER)
    list_findings_v2(a_call(account), analyzer_arn=external.arn)
    finding = Finding.objects.get(account=account)
    stranger = an_account()
    create_analyzer(a_call(stranger), analyzer_name="mine", type="ACCOUNT")
    console = sign_in(client, stranger)
    for address in (
        f"details/mine/{finding.pk}",
        f"details/outside/{finding.pk}",
        "details/mine/00000000-0000-4000-8000-000000000000",
        "details/mine/none",
        "delete/outside",
    ):
        shown(console, f"/iam/analyzer/{address}", 404)
    for verb in ("update", "scan"):
        answer = console.post(f"/iam/analyzer/{verb}/outside", {"name": str(finding.pk), "status": "ARCHIVED"})
        assert answer.status_code == 404


def test_carol_is_told_what_is_missing(client: Client, account: Account, external: Analyzer, carol: User) -> None:
    console = sign_in(client, carol)
    assert "access-analyzer:ListAnalyzers" in shown(console, "/iam/analyzer", 403)
    lister = a_user(account, "lister")
    an_inline_policy(lister, allow("access-analyzer:ListAnalyzers"))
    assert "access-analyzer:ListFindings" in shown(sign_in(Client(), lister), "/iam/analyzer")


def test_the_part_alone_is_the_part(console: Client, external: Analyzer) -> None:
    part = console.get("/iam/analyzer", headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    assert part.strip().startswith("<section")
    assert "<html" not in part


def test_markup_in_names_stays_text(console: Client, account: Account, external: Analyzer) -> None:
    a_role(account, "Auditor", trust=FROM_PARTNER.replace("audit", "<script>alert(1)</script>"))
    shown(console, "/iam/analyzer")
    assert b"<script>alert" not in console.get("/iam/analyzer").content


def test_a_list_of_a_fresh_scan_costs_the_same_for_ten_and_for_thousands(console: Client, account: Account) -> None:
    costs = []
    analyzer = create_analyzer(a_call(account), analyzer_name="many", type="ACCOUNT_UNUSED_ACCESS")
    for size in (10, 3000):
        Finding.objects.bulk_create(
            Finding(
                account=account, analyzer=analyzer, key=f"{size}-{number}", finding_type="UnusedIAMRole",
                resource=f"arn:aws:iam::{account.pk}:role/r{number}", resource_type="AWS::IAM::Role", details={},
            )
            for number in range(size)
        )  # fmt: skip
        Analyzer.objects.update(last_resource_analyzed_at=timezone.now(), scan_milliseconds=60_000)
        with CaptureQueriesContext(connection) as queries:
            assert console.get("/iam/analyzer?tab=unused").status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert costs[1] <= MOST_QUERIES
