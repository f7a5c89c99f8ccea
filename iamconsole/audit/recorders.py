"""When an event becomes a row: at once, or with the others of its page."""

from typing import Protocol

from iamconsole.audit.models import Event

__all__ = ["ImmediateRecorder", "PageRecorder", "Recorder"]


class Recorder(Protocol):
    """Takes the events of successful reads."""

    def add(self, event: Event) -> None:
        """Keep or save one event."""


class ImmediateRecorder:
    """Saves every read's event at once."""

    def add(self, event: Event) -> None:
        """Save the event."""
        event.save(force_insert=True)


class PageRecorder:
    """Keeps the events of a page's reads until `flush` saves them together."""

    def __init__(self) -> None:
        self._kept: list[Event] = []

    def add(self, event: Event) -> None:
        """Keep the event."""
        self._kept.append(event)

    def flush(self) -> None:
        """Save what was kept, with one INSERT."""
        kept, self._kept = self._kept, []
        if kept:
            Event.objects.bulk_create(kept)
