"""The route table of pages: each address and each change asks for exactly the actions it lists.

Who is given those actions on the resources they are asked for on, and nothing else, gets the whole page; who is given
everything but one of them is told so. A change is made by who may do it and read its page, and by nobody who may do
everything else. The same of the operations by themselves: test_route_table.py.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from iamconsole.audit.models import Event
from tests.demo_account import Demo
from tests.factories import a_user, an_inline_policy, sign_in
from tests.pages import ASKS_FOR_NOTHING, CHANGES, PAGES, Change, Walk, action_of, addresses

pytestmark = pytest.mark.django_db

WHO = "walker"
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
Statement = Mapping[str, Any]

OFFERS_LESS: Mapping[str, str] = {
    "simulator": "what may not be listed is not offered, and nothing is said",
    "resource-role": "profiles that may not be listed are not suggested; their names can be typed",
}
"""Pages that do not name an action which is refused them."""
NEEDS_ALL: Mapping[str, str] = {
    "organization-account-move": "there is nothing to choose from without the units",
    "organization-attach": "there is nothing to choose from without the policies, those attached apart",
    "organization-detach": "the question names the target and the policy",
    "policy-edit": "the editor begins with the document",
    "policy-compare": "the page is two documents",
    "policy-set-default-version": "the question shows what the version changes",
    "policy-delete-version": "the question shows what the version changes",
}
"""Pages that are refused as a whole without any of their actions, not the first alone."""


def allow(action: str, resources: Iterable[str] = ("*",)) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": sorted(resources)}


def all_but(action: str) -> tuple[Statement, Statement]:
    return ANYTHING, {"Effect": "Deny", "Action": action, "Resource": "*"}


@pytest.fixture
def walker(demo: Demo) -> User:
    """A user of the demo account without permissions."""
    return a_user(demo.account, WHO)


@pytest.fixture
def given(walker: User) -> Callable[..., None]:
    """Let the walker do what these statements say, and nothing else."""

    def give(*statements: Statement) -> None:
        walker.inline_policies.all().delete()
        an_inline_policy(walker, json.dumps({"Version": "2012-10-17", "Statement": statements}))

    return give


class Walker:
    """The walker's browser, which sees with each answer the events that it left in the account."""

    def __init__(self, client: Client, demo: Demo, user: User) -> None:
        self.demo, self.client = demo, sign_in(client, user)

    def get(self, route: str, walk: Walk) -> tuple[Any, list[Event]]:
        address = reverse(route, kwargs=self.demo.fill(walk.arguments, WHO)) + walk.query
        return self._seen(lambda: self.client.get(address))

    def post(self, change: Change) -> tuple[Any, list[Event]]:
        address = reverse(change.route, kwargs=self.demo.fill(change.arguments, WHO))
        return self._seen(lambda: self.client.post(address, self.demo.fill(change.data, WHO)))

    def _seen(self, ask: Callable[[], Any]) -> tuple[Any, list[Event]]:
        last = Event.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
        response = ask()
        events = Event.objects.filter(account_id=self.demo.account.pk, sequence__gt=last)
        return response, list(events.order_by("sequence"))


@pytest.fixture
def walking(client: Client, demo: Demo, walker: User) -> Walker:
    return Walker(client, demo, walker)


def resources_of(events: Iterable[Event]) -> dict[str, set[str]]:
    """On which resources the policies were asked for each action."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for event in events:
        assert event.decision is not None, f"{event.event_name} was not decided"
        found[action_of(event)] |= {event.decision["resource"]}
        found[action_of(event)] |= {resource["ARN"] for resource in event.record.get("resources") or ()}
    return found


def refused(events: Iterable[Event]) -> set[str]:
    return {action_of(event) for event in events if event.error_code == "AccessDenied"}


def made(events: Iterable[Event]) -> set[str]:
    return {action_of(event) for event in events if not event.read_only and not event.error_code}


def reads_of(change: Change) -> tuple[str, ...]:
    return change.reads or (PAGES[change.route].actions if change.route in PAGES else ())


def test_every_exception_is_a_page() -> None:
    assert set(OFFERS_LESS) | set(NEEDS_ALL) <= set(PAGES)


def test_an_empty_form_asks_for_nothing(walking: Walker) -> None:
    wrong: list[str] = []
    for route, address in addresses().items():
        if ASKS_FOR_NOTHING.get(route) not in {"an empty form", "a text"} or "<" in address:
            continue
        response, events = walking.get(route, Walk())
        if response.status_code != 200 or events:
            wrong.append(f"{route}: answered {response.status_code}, asked for {sorted(map(action_of, events))}")
    assert not wrong, "\n".join(wrong)


def test_who_may_do_only_what_a_page_lists_gets_the_whole_page(walking: Walker, given: Callable[..., None]) -> None:
    wrong: list[str] = []
    for route, walk in PAGES.items():
        given(ANYTHING)
        asked = resources_of(walking.get(route, walk)[1])
        given(*(allow(action, asked.get(action, "*")) for action in (*walk.actions, *walk.afterwards)))
        response, events = walking.get(route, walk)
        if response.status_code != 200 or refused(events):
            wrong.append(f"{route}: answered {response.status_code}, refused {sorted(refused(events))}")
    assert not wrong, "\n".join(wrong)


def test_who_may_do_everything_but_one_action_of_a_page_is_refused_it(
    walking: Walker, given: Callable[..., None]
) -> None:
    wrong: list[str] = []
    for route, walk in PAGES.items():
        for action in walk.actions:
            given(*all_but(action))
            response, events = walking.get(route, walk)
            decides = route in NEEDS_ALL or (walk.decisive and action == walk.actions[0])
            expected = 403 if decides else 200
            if response.status_code != expected or refused(events) != {action}:
                wrong.append(
                    f"{route} without {action}: answered {response.status_code}, refused {sorted(refused(events))}"
                )
            if route not in OFFERS_LESS and action not in unescape(response.content.decode()):
                wrong.append(f"{route}: does not say that {action} is missing")
    assert not wrong, "\n".join(wrong)


def test_a_change_is_made_by_who_may_do_it_and_by_nobody_who_may_do_everything_else(
    walking: Walker, given: Callable[..., None]
) -> None:
    wrong: list[str] = []
    for change in CHANGES:
        given(*all_but(change.action))
        response, events = walking.post(change)
        if response.status_code != 403 or made(events) or change.action not in refused(events):
            wrong.append(f"{change.route} without {change.action}: {response.status_code}, made {sorted(made(events))}")
        asked = resources_of(event for event in events if action_of(event) in refused(events))
        given(allow(change.action, asked[change.action]), *(allow(read) for read in reads_of(change)))
        response, events = walking.post(change)
        if made(events) != {change.action} or refused(events) != set(change.also):
            wrong.append(
                f"{change.route} with only {change.action}: {response.status_code},"
                f" made {sorted(made(events))}, refused {sorted(refused(events))}"
            )
    assert not wrong, "\n".join(wrong)
