"""A wizard leads back to the steps that are done, and to no other."""

from __future__ import annotations

from iamconsole.console.wizard import wizard_step

LABELS = ("Specify", "Choose", "Review")


def test_only_steps_that_are_done_can_be_gone_back_to() -> None:
    shown = wizard_step(LABELS, 2, start="/begin", address="/begin?step={}".format)
    assert shown["steps"] == [
        ("Specify", "/begin?step=1", "done"),
        ("Choose", None, "current"),
        ("Review", None, "todo"),
    ]
    assert (shown["title"], shown["action"], shown["previous"]) == ("Choose", "/begin?step=2", "/begin?step=1")


def test_without_a_draft_the_first_step_is_sent_to_where_the_wizard_begins() -> None:
    shown = wizard_step(LABELS, 1, start="/begin", address=None)
    assert (shown["action"], shown["previous"]) == ("/begin", "")
    assert [address for _, address, _ in shown["steps"]] == [None, None, None]
