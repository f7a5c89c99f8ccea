"""Pages that set and remove a permissions boundary."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Account, User
from policies.models import Boundary
from tests.accounts.views.test_roles import HTMX, READ_ONLY, text_of
from tests.factories import a_role, a_user, sign_in

pytestmark = pytest.mark.django_db

OTHER = "arn:aws:iam::aws:policy/PowerUserAccess"


@pytest.mark.parametrize("nouns", ["users", "roles"])
def test_a_boundary_is_set_changed_and_removed(console: Client, account: Account, nouns: str) -> None:
    entity = a_user(account, "Web") if nouns == "users" else a_role(account, "Web")
    page = f"/iam/{nouns}/boundary/Web"
    assert "ReadOnlyAccess" in text_of(
        console.post(page, {"permissions_boundary-step": "find", "permissions_boundary-find": "ReadOnlyAcc"})
    )
    for arn in (READ_ONLY, OTHER):
        done = console.post(page, {"permissions_boundary": arn})
        assert done["Location"] == f"/iam/{nouns}/details/Web?tab=permissions"
        assert [boundary.policy.arn for boundary in Boundary.objects.filter(account=account)] == [arn]
    assert "PowerUserAccess" in text_of(console.get(page))
    dialog = text_of(console.get(f"/iam/{nouns}/remove-boundary/Web", headers={**HTMX, "HX-Target": "dialog"}))
    assert "This can widen access." in dialog
    assert "<html" not in dialog
    assert console.post(f"/iam/{nouns}/remove-boundary/Web").status_code == 302
    entity.refresh_from_db()
    assert not hasattr(entity, "boundary")


def test_the_panel_shows_the_boundary_and_the_ways_to_change_it(console: Client, account: Account) -> None:
    a_role(account, "Web")
    assert "Set boundary" in text_of(console.get("/iam/roles/details/Web"))
    console.post("/iam/roles/boundary/Web", {"permissions_boundary": READ_ONLY})
    text = text_of(console.get("/iam/roles/details/Web"))
    assert "Change boundary" in text
    assert f'href="/iam/policies/details/{READ_ONLY}"' in text


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ([], "Choose a policy."),
        ([READ_ONLY, OTHER], "Choose one policy only."),
        (["arn:aws:iam::aws:policy/Nothing"], "does not exist or is not attachable."),
    ],
)
def test_anything_but_one_policy_is_refused(
    console: Client, account: Account, chosen: list[str], sentence: str
) -> None:
    a_role(account, "Web")
    response = console.post("/iam/roles/boundary/Web", {"permissions_boundary": chosen})
    assert response.status_code == 422
    assert sentence in text_of(response)


def test_bob_reads_and_may_not_set_it(client: Client, account: Account, bob: User) -> None:
    a_role(account, "Web")
    response = sign_in(client, bob).post("/iam/roles/boundary/Web", {"permissions_boundary": READ_ONLY})
    assert response.status_code == 403
    assert "iam:PutRolePermissionsBoundary" in text_of(response)
    assert client.post("/iam/roles/remove-boundary/Web").status_code == 403


def test_one_policy_is_chosen_by_a_radio_button(console: Client, account: Account) -> None:
    a_user(account, "dave")
    shown = text_of(console.get("/iam/users/boundary/dave"))
    assert re.search(r'<input type="radio" name="permissions_boundary" value="arn:aws:iam::aws:policy/', shown)
    assert '<input type="checkbox" name="permissions_boundary"' not in shown
    assert "data-select-all" not in shown


def test_the_names_of_a_policy_picker_are_links_beside_a_count(console: Client, account: Account) -> None:
    entity = a_user(account, "dave")
    shown = text_of(console.get(f"/iam/users/attach-policies/{entity.user_name}?policy_arns={READ_ONLY}"))
    assert re.search(r'<span class="cnt" data-count="([\d,]+|1,000\+)">\(1/\1\)</span>', shown)
    assert re.search(r'<td class="ttl nowrap"><a href="/iam/policies/details/arn:aws:[^"]+" target="_blank"', shown)
    assert '<nav class="pg push" aria-label="Pages of policies">' in shown
