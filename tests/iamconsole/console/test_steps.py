"""Several calls for one press of a button: what was refused is told, the rest is done."""

from __future__ import annotations

import pytest

from iamconsole.aws.errors import AccessDenied, NoSuchEntity
from iamconsole.console.steps import Unfinished, cascade, each, perform, told


def miss(name: str = "dave") -> None:
    if name == "dave":
        raise NoSuchEntity("The user with name dave cannot be found.")


def test_a_refused_step_does_not_keep_the_next_from_being_taken() -> None:
    taken: list[str] = []
    steps = [("delete the key", miss), ("delete the user", lambda: taken.append("user"))]
    assert perform(steps) == ["Could not delete the key: The user with name dave cannot be found."]
    assert taken == ["user"]


def test_of_several_things_those_are_answered_to_which_it_was_done() -> None:
    refused: list[tuple[str, str]] = []
    assert each(["dave", "erin"], miss, lambda name, why: refused.append((name, why))) == ["erin"]
    assert refused == [("dave", "The user with name dave cannot be found.")]


def test_one_thing_is_told_by_its_name_and_several_by_their_number() -> None:
    assert told(["dave"], "users") == "dave"
    assert told(["dave", "erin"], "users") == "2 users"


def deny() -> None:
    raise AccessDenied("no", action="iam:DeleteUser", resource="*", principal_arn="arn", reason="because")


def test_a_cascade_stops_at_the_first_refusal() -> None:
    taken: list[str] = []
    steps = [
        ("delete the key", lambda: taken.append("key")),
        ("delete the user", deny),
        ("tell", lambda: taken.append("tell")),
    ]
    with pytest.raises(Unfinished, match="Could not delete the user: no"):
        cascade(steps)
    assert taken == ["key"]


def test_a_cascade_of_which_nothing_was_done_is_refused_as_one_operation_is() -> None:
    with pytest.raises(AccessDenied):
        cascade([("delete the user", deny)])


def test_where_policies_allow_none_of_it_the_refusal_is_raised_unless_something_was_begun() -> None:
    with pytest.raises(AccessDenied):
        perform([("delete the user", deny)], begun=False)
    with pytest.raises(AccessDenied):
        each([deny], lambda act: act(), print, begun=False)
    assert perform([("delete the user", deny)]) == ["Could not delete the user: no"]
    assert perform([("look", lambda: None), ("delete the user", deny)], begun=False) == [
        "Could not delete the user: no"
    ]
    assert perform([("find", miss), ("delete the user", deny)], begun=False)[1:] == ["Could not delete the user: no"]
