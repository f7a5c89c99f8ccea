"""Several calls for one press of a button: what was refused is told, the rest is done."""

from __future__ import annotations

from iamconsole.aws.errors import NoSuchEntity
from iamconsole.console.steps import each, perform, told


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
