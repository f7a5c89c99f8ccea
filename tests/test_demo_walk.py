"""Every address of the console as each of the demo users: allowed and refused as the evaluator says."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Group
from iamconsole.audit.models import Event
from policies import access
from policies.evaluation import evaluate
from policies.models import Attachment
from tests.demo_account import Demo
from tests.factories import a_call, sign_in
from tests.pages import ASKS_FOR_NOTHING, CHANGES, PAGES, action_of, addresses

pytestmark = pytest.mark.django_db


def test_no_address_is_left_out_of_the_walk() -> None:
    assert set(addresses()) == set(PAGES) | set(ASKS_FOR_NOTHING)


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
        denied = {action_of(event) for event in asked if refused(event)}
        names = {action_of(event) for event in asked}
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
        made = [action_of(event) for event in events if not event.read_only and not event.error_code]
        if may and change.action not in made:
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
