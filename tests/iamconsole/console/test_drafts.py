"""Drafts are their owner's, last a day, and hold no secret in the clear; a creating form makes one thing."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console import drafts
from iamconsole.console.models import Draft
from tests.factories import a_call, a_user, an_account


def test_a_draft_is_kept_and_changed(account: Account) -> None:
    call = a_call(account, a_user(account))
    draft = drafts.start(call, "create-user", {"user_name": "dave"})
    drafts.save(call, draft, {"user_name": "erin"})
    assert drafts.load(call, str(draft.draft_id), "create-user").data == {"user_name": "erin"}
    drafts.discard(draft)
    with pytest.raises(NoSuchEntity):
        drafts.load(call, draft.draft_id, "create-user")


def test_a_draft_is_bound_to_its_owner_account_and_kind(account: Account) -> None:
    alice = a_call(account, a_user(account, user_name="alice"))
    draft = drafts.start(alice, "create-user")
    for other in (a_call(account, a_user(account)), a_call(account), a_call(an_account())):
        with pytest.raises(NoSuchEntity):
            drafts.load(other, draft.draft_id, "create-user")
    with pytest.raises(NoSuchEntity):
        drafts.load(alice, draft.draft_id, "create-role")
    with pytest.raises(NoSuchEntity):
        drafts.load(alice, "no-uuid", "create-user")


def test_a_draft_lives_a_day(account: Account) -> None:
    user = a_user(account)
    old = drafts.start(a_call(account, user, time=timezone.now() - timedelta(days=1, minutes=1)), "create-user")
    call = a_call(account, user)
    with pytest.raises(NoSuchEntity):
        drafts.load(call, old.draft_id, "create-user")
    drafts.start(call, "create-user")
    assert not Draft.objects.filter(pk=old.pk).exists()


def test_a_password_in_a_draft_is_sealed(account: Account) -> None:
    call = a_call(account, a_user(account))
    draft = drafts.start(call, "create-user", secrets={"password": "Battery-Staple-9"})
    drafts.save(call, draft, {"user_name": "dave"})
    kept = drafts.load(call, draft.draft_id, "create-user")
    assert "Battery" not in f"{kept.sealed}{kept.data}"
    assert drafts.secrets_of(kept) == {"password": "Battery-Staple-9"}
    other = drafts.start(call, "create-user")
    other.sealed = kept.sealed
    assert drafts.secrets_of(other) == {}


def test_a_form_sent_twice_leads_where_its_first_copy_led(account: Account) -> None:
    call, token = a_call(account), uuid.uuid4()
    with drafts.once(call, token) as first:
        assert first.address == ""
        first.lead_to("/iam/users/details/dave")
    with drafts.once(call, token) as second:
        assert second.address == "/iam/users/details/dave"
    with drafts.once(call, uuid.uuid4()) as other:
        assert other.address == ""


def test_a_form_whose_first_copy_failed_is_tried_again(account: Account) -> None:
    call, token = a_call(account), uuid.uuid4()
    with pytest.raises(ValueError, match="refused"), drafts.once(call, token):
        raise ValueError("refused")
    with drafts.once(call, token) as second:
        assert second.address == ""


def test_a_form_sent_twice_at_once_is_done_once(committed: None) -> None:
    account = an_account()
    call, token, made = a_call(account), uuid.uuid4(), []

    def send(number: int) -> str:
        try:
            with drafts.once(call, token) as form:
                if not form.address:
                    sleep(0.1)  # the second copy arrives while the first is on its way
                    made.append(number)
                    form.lead_to(f"/made/{number}")
                return form.address
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        addresses = set(pool.map(send, range(4)))
    assert len(made) == 1
    assert addresses == {f"/made/{made[0]}"}
