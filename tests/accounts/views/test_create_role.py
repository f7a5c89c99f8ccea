"""The wizard that creates a role."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, InstanceProfile, Role, User
from iamconsole.audit.models import Event
from policies.editor import trust
from tests.accounts.views.test_roles import HTMX, READ_ONLY, text_of
from tests.factories import a_role, an_inline_policy, sign_in

pytestmark = pytest.mark.django_db

CREATE = "/iam/roles/create"
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"


def start(client: Client, **entered: Any) -> str:
    """Take step 1; the address of step 2."""
    response = client.post(CREATE, {"entity_type": "service", "use_case": "ec2.amazonaws.com", **entered})
    assert response.status_code == 302, text_of(response)
    return str(response["Location"])


def choose(client: Client, second: str, **entered: Any) -> str:
    """Take step 2; the address of step 3."""
    response = client.post(second, entered)
    assert response.status_code == 302, text_of(response)
    return str(response["Location"])


def finish(client: Client, third: str, **entered: Any) -> Any:
    token = re.search(r'name="token" value="([^"]+)"', text_of(client.get(third)))
    assert token
    return client.post(third, {"token": token[1], "role_name": "Web", **entered})


def test_ac45_the_steps_are_trusted_entity_then_permissions_then_name(console: Client, account: Account) -> None:
    first = text_of(console.get(CREATE))
    places = [first.index(f">{step}") for step in ("Select trusted entity", "Add permissions", "Name, review")]
    assert places == sorted(places)
    second = start(console)
    assert "step=2" in second
    assert "<h1>Add permissions" in text_of(console.get(second))
    third = choose(console, second, policy_arns=[READ_ONLY])
    review = text_of(console.get(third))
    assert "<h1>Name, review, and create" in review
    assert "ec2.amazonaws.com" in review
    assert "ReadOnlyAccess" in review
    assert not Role.objects.filter(account=account).exists()
    done = finish(console, third)
    assert done["Location"] == "/iam/roles/details/Web"
    assert Role.objects.get(account=account).role_name == "Web"


def test_ac13_an_ec2_role_gets_policies_boundary_tags_and_an_instance_profile(
    console: Client, account: Account
) -> None:
    third = choose(console, start(console), policy_arns=[READ_ONLY], permissions_boundary=[BOUNDARY])
    finish(console, third, description="Serves", **{"tag-key": ["team"], "tag-value": ["web"]})
    role = Role.objects.get(account=account)
    assert json.loads(role.assume_role_policy_document)["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert role.description == "Serves"
    assert [attachment.policy.arn for attachment in role.attachments.all()] == [READ_ONLY]
    assert role.boundary.policy.arn == BOUNDARY
    assert [(tag.key, tag.value) for tag in role.tags.all()] == [("team", "web")]
    profile = InstanceProfile.objects.get(account=account)
    assert (profile.name, profile.role) == ("Web", role)
    names = list(
        Event.objects.filter(account_id=account.pk, read_only=False)
        .order_by("sequence")
        .values_list("event_name", flat=True)
    )
    assert names == ["CreateRole", "AttachRolePolicy", "CreateInstanceProfile", "AddRoleToInstanceProfile"]


def test_a_role_for_another_service_gets_no_instance_profile(console: Client, account: Account) -> None:
    third = choose(console, start(console, use_case="other", service="glue.amazonaws.com"))
    finish(console, third)
    assert "glue.amazonaws.com" in Role.objects.get(account=account).assume_role_policy_document
    assert not InstanceProfile.objects.filter(account=account).exists()


def test_another_account_is_trusted_with_external_id_and_mfa(console: Client, account: Account) -> None:
    second = start(
        console, entity_type="account", account_scope="another", account_id="1111-2222-3333",
        require_external_id="on", external_id="Unit7", require_mfa="on",
    )  # fmt: skip
    finish(console, choose(console, second))
    statement = json.loads(Role.objects.get(account=account).assume_role_policy_document)["Statement"][0]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert statement["Condition"]["StringEquals"] == {"sts:ExternalId": "Unit7"}
    assert statement["Condition"]["Bool"] == {"aws:MultiFactorAuthPresent": "true"}


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        ({"entity_type": "account", "account_scope": "another", "account_id": "123"}, "Enter the 12 digits"),
        ({"entity_type": "account", "require_external_id": "on", "external_id": "x"}, "Use 2 to 1,224"),
        ({"entity_type": "account", "require_external_id": "on", "external_id": "a b"}, "Use 2 to 1,224"),
        ({"entity_type": "custom", "document": " "}, "Enter a trust policy."),
        ({"entity_type": "custom", "document": '{"Version": "2012-10-17"}'}, "Line 1"),
        ({"entity_type": "group"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_with_step_1_is_said_at_its_field_and_kept(
    console: Client, entered: dict[str, str], sentence: str
) -> None:
    response = console.post(CREATE, entered)
    assert response.status_code == 422
    text = text_of(response)
    assert sentence in text
    for name in ("account_id", "external_id"):
        assert name not in entered or f'value="{entered[name]}"' in text


def test_a_custom_trust_policy_is_kept_as_it_was_typed(console: Client, account: Account) -> None:
    document = json.dumps(
        {"Statement": {"Effect": "Allow", "Principal": {"AWS": account.arn}, "Action": "sts:AssumeRole"}}, indent=1
    )
    second = start(console, entity_type="custom", document=document.replace("\n", "\r\n"))
    finish(console, choose(console, second))
    assert Role.objects.get(account=account).assume_role_policy_document == document


def test_the_preview_follows_the_choices(console: Client) -> None:
    asked = {"entity_type": "account", "choose": "1", "account_scope": "another", "account_id": "111122223333"}
    response = console.post(CREATE, asked, headers={**HTMX, "HX-Target": "trusted"})
    text = text_of(response)
    assert response.status_code == 200
    assert text.lstrip().startswith('<div id="trusted">')
    assert "arn:aws:iam::111122223333:root" in text
    unfinished = console.post(CREATE, {**asked, "account_id": "1"}, headers={**HTMX, "HX-Target": "trusted"})
    assert "Enter the missing values" in text_of(unfinished)
    custom = console.post(CREATE, {"entity_type": "custom", "choose": "1"}, headers={**HTMX, "HX-Target": "trusted"})
    editor = console.get(custom["HX-Redirect"])
    assert editor.status_code == 200
    assert 'id="id_document"' in text_of(editor)
    assert "sts:AssumeRole" in text_of(editor)


def test_step_1_without_script_shows_the_options_of_the_chosen_type(console: Client) -> None:
    text = text_of(console.post(CREATE, {"entity_type": "account", "choose": "1"}))
    assert "<html" in text
    assert 'name="require_mfa"' in text


def test_going_back_keeps_what_was_chosen(console: Client) -> None:
    second = start(console, entity_type="account", require_mfa="on")
    third = choose(console, second, policy_arns=[READ_ONLY])
    review = text_of(console.get(third))
    back = re.search(r'href="([^"]*step=2[^"]*)"', review)
    assert back
    text = text_of(console.get(back[1].replace("&amp;", "&")))
    assert re.search(rf'value="{re.escape(READ_ONLY)}"[^>]* checked|checked[^>]*value="{re.escape(READ_ONLY)}"', text)
    first = text_of(console.get(second.replace("step=2", "step=1")))
    assert re.search(r'name="require_mfa"[^>]* checked', first)


def test_more_policies_than_a_role_may_have_are_refused(console: Client) -> None:
    second = start(console)
    response = console.post(second, {"policy_arns": [f"{READ_ONLY}{number}" for number in range(11)]})
    assert response.status_code == 422
    assert "Choose at most 10 policies" in text_of(response)


def test_a_taken_name_is_said_at_the_field_and_nothing_is_made(console: Client, account: Account) -> None:
    a_role(account, "web")
    third = choose(console, start(console))
    response = finish(console, third, description="kept", **{"tag-key": ["team"], "tag-value": ["a"]})
    assert response.status_code == 422
    text = text_of(response)
    assert "Role with name Web already exists." in text
    assert "kept" in text
    assert 'value="team"' in text
    assert not InstanceProfile.objects.filter(account=account).exists()


def test_tags_are_added_and_removed_without_losing_the_name(console: Client) -> None:
    third = choose(console, start(console))
    text = text_of(console.post(third, {"role_name": "Web", "tag-add": "1"}))
    assert 'value="Web"' in text
    assert 'id="tags-key-1"' in text
    rows = {"tag-key": ["a", "A"], "tag-value": ["", ""]}
    twice = finish(console, third, **rows)
    assert twice.status_code == 422
    assert "This key stands above already" in text_of(twice)
    part = console.post(third, {**rows, "tag-remove": "0"}, headers={**HTMX, "HX-Target": "tags"})
    assert 'value="A"' in text_of(part)
    assert 'value="a"' not in text_of(part)


def test_the_same_form_sent_twice_makes_one_role(console: Client, account: Account) -> None:
    third = choose(console, start(console))
    token = re.search(r'name="token" value="([^"]+)"', text_of(console.get(third)))
    assert token
    answers = [console.post(third, {"token": token[1], "role_name": "Web"}) for _ in range(2)]
    assert [answer["Location"] for answer in answers] == ["/iam/roles/details/Web"] * 2
    assert Role.objects.filter(account=account).count() == 1


def test_what_could_not_be_attached_is_said_and_the_role_stays(client: Client, account: Account, carol: User) -> None:
    an_inline_policy(
        carol,
        """{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
        "Action": ["iam:CreateRole", "iam:Get*", "iam:List*"]}}""",
    )
    sign_in(client, carol)
    third = choose(client, start(client), policy_arns=[READ_ONLY])
    assert finish(client, third)["Location"] == "/iam/roles/details/Web"
    text = text_of(client.get("/iam/roles/details/Web"))
    assert "Could not attach ReadOnlyAccess" in text
    assert "Could not make its instance profile" in text
    assert "Role Web created." in text


def test_carol_is_told_at_the_end_that_she_may_not(client: Client, account: Account, carol: User) -> None:
    sign_in(client, carol)
    third = choose(client, start(client))
    response = finish(client, third)
    assert response.status_code == 403
    assert "is not authorized to perform: iam:CreateRole" in text_of(response)
    assert not Role.objects.filter(account=account).exists()


def test_another_persons_draft_does_not_exist(console: Client, client: Client, account: Account, carol: User) -> None:
    second = start(console)
    other = sign_in(Client(), carol)
    assert other.get(second).status_code == 404
    assert other.get(f"{CREATE}?draft=nonsense&step=2").status_code == 404


@pytest.mark.parametrize(
    ("entered", "sentence"),
    [
        (
            {"entity_type": "service", "use_case": "ec2.amazonaws.com", "service": trust.SERVICES[-1].service},
            "Choose Other service above",
        ),
        ({"entity_type": "service", "use_case": "other", "service": ""}, "Choose the service."),
        (
            {"entity_type": "account", "account_scope": "this", "account_id": "4444-5555-6666"},
            "Choose Another AWS account above to trust this one, or empty the field.",
        ),
        (
            {"entity_type": "account", "account_scope": "this", "external_id": "Ticket-7"},
            "Tick Require external ID above to ask for this one, or empty the field.",
        ),
    ],
)
def test_what_is_entered_for_an_option_not_chosen_is_asked_about(
    console: Client, entered: dict[str, str], sentence: str
) -> None:
    response = console.post(CREATE, entered)
    assert response.status_code == 422
    assert sentence in text_of(response)


def test_ones_own_account_id_beside_this_account_is_no_contradiction(console: Client, account: Account) -> None:
    start(console, entity_type="account", account_scope="this", account_id=account.account_id)


def test_next_shows_the_options_of_a_type_chosen_without_script_first(console: Client) -> None:
    response = console.post(CREATE, {"entity_type": "account", "shown": "service", "use_case": "ec2.amazonaws.com"})
    assert response.status_code == 200
    assert 'name="account_scope"' in text_of(response)


def test_the_boundary_is_one_policy_or_none(console: Client) -> None:
    second = start(console)
    shown = text_of(console.get(second))
    assert '<input type="radio" name="permissions_boundary" value="" checked> None' in shown
    assert '<input type="checkbox" name="policy_arns"' in shown
    third = choose(console, second, permissions_boundary=[""])
    assert "No policies." in text_of(console.get(third))
