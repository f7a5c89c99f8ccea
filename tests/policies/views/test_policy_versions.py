"""The versions of a policy in the console: choose the default, delete, compare, and delete the whole policy."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

from accounts.models import Account, User
from iamconsole.audit.models import Event
from policies.models import Attachment, ManagedPolicy, PolicyVersion
from policies.operations.attachments import attach_group_policy, attach_user_policy
from policies.operations.boundaries import put_user_permissions_boundary
from policies.operations.policy_versions import create_policy_version
from tests.factories import a_call, a_group, a_user, an_inline_policy, sign_in
from tests.policies.operations.documents import a_policy, allow

READ_ONLY_ACCESS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def text(response: Any) -> str:
    return unescape(response.content.decode())


def two_versions(account: Account) -> str:
    call = a_call(account)
    arn = a_policy(call, "Tools", allow("s3:GetObject"))
    create_policy_version(call, policy_arn=arn, policy_document=allow("s3:PutObject"))
    return arn


def versions_of(account: Account) -> list[tuple[str, bool]]:
    found = PolicyVersion.objects.filter(account=account).order_by("number")
    return [(version.version_id, version.is_default) for version in found]


def test_setting_the_default_asks_first_and_names_the_number_of_entities(console: Client, account: Account) -> None:
    arn = two_versions(account)
    call = a_call(account)
    a_user(account, "dave")
    a_user(account, "erin")
    attach_user_policy(call, user_name="dave", policy_arn=arn)
    put_user_permissions_boundary(call, user_name="erin", permissions_boundary=arn)
    address = f"/iam/policies/set-default-version/{arn}"
    asked = text(console.get(f"{address}?name=v2"))
    assert "Set version 2 as the default?" in asked
    assert "2 attached entities" in asked
    assert versions_of(account) == [("v1", True), ("v2", False)]
    response = console.post(address, {"name": "v2"}, follow=True)
    assert "Version 2 is now the default version of Tools." in text(response)
    assert versions_of(account) == [("v1", False), ("v2", True)]


def test_the_question_comes_to_htmx_as_a_part(console: Client, account: Account) -> None:
    address = f"/iam/policies/set-default-version/{two_versions(account)}?name=v2"
    part = text(console.get(address, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="dialog"))
    assert part.lstrip().startswith('<div class="dlg box"')


def test_deleting_a_version_asks_first_and_the_default_one_stays(console: Client, account: Account) -> None:
    arn = two_versions(account)
    address = f"/iam/policies/delete-version/{arn}"
    assert "Delete version 2?" in text(console.get(f"{address}?name=v2"))
    assert "is the default version" in text(console.get(f"{address}?name=v1"))
    refused = console.post(address, {"name": "v1"})
    assert refused.status_code == 422
    assert "Cannot delete the default version of a policy." in text(refused)
    console.post(address, {"name": "v2"})
    assert versions_of(account) == [("v1", True)]


def test_a_version_that_is_not_there_answers_404(console: Client, account: Account) -> None:
    arn = two_versions(account)
    for version_id in ("v9", "nonsense", "v1.2", "v" + "9" * 40):
        assert console.get(f"/iam/policies/version/{arn}?version={version_id}").status_code == 404
        assert console.get(f"/iam/policies/delete-version/{arn}?name={version_id}").status_code == 404
        assert console.get(f"/iam/policies/compare/{arn}?a=v1&b={version_id}").status_code == 404


def test_a_version_opens_under_its_row_and_as_a_page(console: Client, account: Account) -> None:
    address = f"/iam/policies/version/{two_versions(account)}?version=v2"
    part = text(console.get(address, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="version-2-cell"))
    assert "s3:PutObject" in part
    assert "<html" not in part
    assert "<h1>Tools, version 2" in text(console.get(address))


def test_exactly_two_versions_are_compared_the_older_one_first(console: Client, account: Account) -> None:
    arn = two_versions(account)
    address = f"/iam/policies/compare/{arn}"
    for query in ("", "?name=v1", "?name=v1&name=v2&name=v3"):
        assert "Choose exactly two versions to compare." in text(console.get(f"{address}{query}", follow=True))
    response = console.get(f"{address}?name=v2&name=v1", follow=True)
    assert response.redirect_chain == [(f"{address}?a=v1&b=v2", 302)]
    shown = text(response)
    assert "<del>GetObject</del>" in shown
    assert "<ins>PutObject</ins>" in shown
    assert "Version 1 (default)" in shown
    assert "1 line removed, 1 line added." in shown


def test_versions_of_aws_are_compared_too(console: Client) -> None:
    response = console.get(f"/iam/policies/compare/{READ_ONLY_ACCESS}?a=v187&b=v190")
    assert response.status_code == 200
    assert "<ins>" in text(response) or 'class="a"' in text(response)


def test_deleting_needs_the_typed_name_and_tells_what_goes(console: Client, account: Account) -> None:
    arn = two_versions(account)
    a_user(account, "dave")
    attach_user_policy(a_call(account), user_name="dave", policy_arn=arn)
    address = f"/iam/policies/delete/{arn}"
    asked = text(console.get(address))
    assert '1 attachment: <a href="/iam/users/details/dave">dave</a>' in asked
    assert "2 versions: v2, v1 (default)" in asked
    wrong = console.post(address, {"confirm": "tools"})
    assert wrong.status_code == 422
    assert "Enter Tools to confirm." in text(wrong)
    assert ManagedPolicy.objects.filter(account=account).exists()


def test_deleting_detaches_everywhere_and_deletes_the_versions(console: Client, account: Account) -> None:
    arn = two_versions(account)
    call = a_call(account)
    for number in range(3):
        a_user(account, f"user{number}")
        attach_user_policy(call, user_name=f"user{number}", policy_arn=arn)
    a_group(account, "Developers")
    attach_group_policy(call, group_name="Developers", policy_arn=arn)
    response = console.post(f"/iam/policies/delete/{arn}", {"confirm": "Tools"}, follow=True)
    assert "Tools deleted." in text(response)
    assert not ManagedPolicy.objects.filter(account=account).exists()
    assert not Attachment.objects.filter(account=account).exists()
    names = list(Event.objects.filter(account_id=account.account_id).values_list("event_name", flat=True))
    for name in ("DetachUserPolicy", "DetachGroupPolicy", "DeletePolicyVersion", "DeletePolicy"):
        assert name in names


def test_a_boundary_is_not_deleted(console: Client, account: Account) -> None:
    arn = two_versions(account)
    a_user(account, "dave")
    put_user_permissions_boundary(a_call(account), user_name="dave", permissions_boundary=arn)
    address = f"/iam/policies/delete/{arn}"
    assert "is the permissions boundary of 1 entity: <a" in text(console.get(address))
    assert console.post(address, {"confirm": "Tools"}).status_code == 422
    assert versions_of(account) == [("v1", True), ("v2", False)]


def test_what_could_not_be_taken_away_is_told_and_the_policy_stays(
    client: Client, account: Account, carol: User
) -> None:
    arn = two_versions(account)
    a_user(account, "dave")
    attach_user_policy(a_call(account), user_name="dave", policy_arn=arn)
    an_inline_policy(carol, allow(["iam:Get*", "iam:List*", "iam:DeletePolicy", "iam:DeletePolicyVersion"]))
    sign_in(client, carol)
    response = client.post(f"/iam/policies/delete/{arn}", {"confirm": "Tools"})
    assert response.status_code == 403
    assert "<dt>Missing action</dt><dd>iam:DetachUserPolicy</dd>" in text(response)
    assert versions_of(account) == [("v1", True), ("v2", False)]


def test_setting_the_default_without_leave_is_refused(client: Client, account: Account, bob: User) -> None:
    arn = two_versions(account)
    sign_in(client, bob)
    response = client.post(f"/iam/policies/set-default-version/{arn}", {"name": "v2"})
    assert response.status_code == 403
    assert "iam:SetDefaultPolicyVersion" in text(response)
    assert versions_of(account) == [("v1", True), ("v2", False)]


def test_a_long_document_shows_its_first_lines_and_a_link_to_all(console: Client) -> None:
    version = PolicyVersion.objects.get(policy__policy_name="ReadOnlyAccess", is_default=True)
    total = len(version.document.splitlines())
    detail, row = f"/iam/policies/details/{READ_ONLY_ACCESS}", f"/iam/policies/version/{READ_ONLY_ACCESS}"
    for address in (f"{detail}?tab=permissions&view=json", f"{row}?version={version.version_id}"):
        shown = console.get(address)
        assert shown.content.count(b'<span class="l">') == 400
        assert f'<a href="{address}&all=1">Show all {total:,} lines</a>' in text(shown)
        assert "Copy JSON" not in text(shown)
        everything = console.get(f"{address}&all=1")
        assert everything.content.count(b'<span class="l">') == total
        assert "Show all" not in text(everything)
        assert "Copy JSON" in text(everything)
    under_a_row = console.get(
        f"{row}?version={version.version_id}", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="version-190-cell"
    )
    assert f'all=1">Show all {total:,} lines' in text(under_a_row)


def test_a_long_comparison_shows_what_changed_and_a_link_to_all(console: Client) -> None:
    address = f"/iam/policies/compare/{READ_ONLY_ACCESS}?a=v187&b=v190"
    shown = text(console.get(address))
    assert "equal lines</td>" in shown
    assert shown.count('<td class="a">') > 0
    everything = text(console.get(f"{address}&all=1"))
    assert f'<a href="{address}&all=1">Show all {everything.count("<tr><td>"):,} lines</a>' in shown
    assert "equal lines</td>" not in everything
    assert shown.count('<td class="a">') == everything.count('<td class="a">')


def test_the_versions_say_what_each_changed_and_how_many_there_are(console: Client, account: Account) -> None:
    arn = two_versions(account)
    call = a_call(account)
    create_policy_version(call, policy_arn=arn, policy_document=allow(["s3:PutObject", "s3:GetObject"]))
    address = f"/iam/policies/details/{arn}?tab=versions"
    told = re.findall(r'data-l="Change">([^<]*)<', text(console.get(address)))
    assert told == ["1 action added", "1 action added, 1 action removed", "First version"]
    assert "Policy versions (3)" in text(console.get(f"/iam/policies/details/{arn}"))
    console.post(f"/iam/policies/set-default-version/{arn}", {"name": "v2"})
    console.post(f"/iam/policies/delete-version/{arn}", {"name": "v1"})
    told = re.findall(r'data-l="Change">([^<]*)<', text(console.get(address)))
    assert told == ["1 action added", "Oldest version kept"]


def test_each_page_of_a_long_history_says_what_its_versions_changed(console: Client) -> None:
    address = f"/iam/policies/details/{READ_ONLY_ACCESS}?tab=versions"
    first = re.findall(r'data-l="Change">([^<]*)<', text(console.get(address)))
    assert len(first) == 50
    assert all(words.endswith(("added", "removed", "changed", "unchanged")) for words in first)
    whole = text(console.get(f"{address}&size=100"))
    assert re.findall(r'data-l="Change">([^<]*)<', whole)[:50] == first
    after = re.search(r"after=(\d+)", text(console.get(address)))
    assert after
    second = re.findall(r'data-l="Change">([^<]*)<', text(console.get(f"{address}&after={after[1]}")))
    assert re.findall(r'data-l="Change">([^<]*)<', whole)[50:] == second


def test_without_leave_to_read_documents_the_versions_are_listed_alone(
    client: Client, account: Account, carol: User
) -> None:
    arn = two_versions(account)
    an_inline_policy(carol, allow(["iam:GetPolicy", "iam:ListPolicyVersions"]))
    sign_in(client, carol)
    shown = text(client.get(f"/iam/policies/details/{arn}?tab=versions"))
    assert re.findall(r'data-l="Change">([^<]*)<', shown) == ["-", "-"]
