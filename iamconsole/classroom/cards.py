"""Sign-in cards: one a student, to be printed and cut."""

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from django.template.loader import render_to_string
from django.urls import reverse
from markupsafe import Markup

from iamconsole.classroom.operations.students import Card

__all__ = ["PrintedCard", "cards_file", "printed"]

_MODULE_PIXELS = 3


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """A card with the address of its account's sign-in page, in letters and as a QR code (SVG)."""

    card: Card
    address: str
    code: Markup


def printed(cards: Sequence[Card], address: str) -> tuple[PrintedCard, ...]:
    """Make cards ready to be printed; `address` is where students reach the console."""
    return tuple(_printed(card, address.rstrip("/")) for card in cards)


def cards_file(cards: Sequence[Card], address: str) -> str:
    """One HTML page with all cards that needs nothing beside itself."""
    return render_to_string("classroom/cards_file.html", {"cards": printed(cards, address)})


def _printed(card: Card, address: str) -> PrintedCard:
    page = address + reverse("signin-account", args=[card.student.member.label])
    code = segno.make(page, error="m").svg_inline(scale=_MODULE_PIXELS, dark="#000", light="#fff")
    return PrintedCard(card, page, Markup(code))  # noqa: S704 - drawn by segno, holds nothing but shapes
