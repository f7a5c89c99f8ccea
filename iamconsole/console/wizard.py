"""Wizards: forms of several steps, each with an address of its own."""

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["wizard_step"]


def wizard_step(
    labels: Sequence[str], step: int, *, start: str, address: Callable[[int], str] | None
) -> dict[str, Any]:
    """What a step shows of its wizard: its place among the steps, and where its form is sent.

    `start` is where the wizard begins, `address` gives the steps' addresses once there is a draft. Only steps that are
    done can be gone back to.
    """
    return {
        "title": labels[step - 1],
        "steps": [
            (
                label,
                address(number) if address and number < step else None,
                "done" if number < step else "current" if number == step else "todo",
            )
            for number, label in enumerate(labels, start=1)
        ],
        "action": address(step) if address else start,
        "previous": address(step - 1) if address and step > 1 else "",
    }
