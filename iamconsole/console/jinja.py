"""The Jinja2 environment of the templates."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined

from iamconsole.console.links import EXPLAINED, explain, practice_authenticator, simulator_address
from policies.lab_kinds import KINDS

__all__ = ["ago", "environment", "linked", "moment", "number", "relative"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_RELATIVE_DAYS = 30


def environment(**options: Any) -> Environment:
    """Make the environment: strict, escaping, with the console's globals and filters."""
    made = Environment(  # noqa: S701  # autoescape is among the options below
        **{**options, "autoescape": True, "undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    )
    made.globals.update(url=_url, static=static, htmx_script=htmx_script, brand=settings.BRAND)
    made.globals.update(explain_url=explain, simulator_url=simulator_address)
    made.globals.update(practice_url=practice_authenticator)
    made.globals.update(services=tuple((kind.service_label, kind.plural, kind.key) for kind in KINDS))
    made.filters.update(_FILTERS)
    return made


def _url(name: str, *args: Any, **kwargs: Any) -> str:
    return reverse(name, args=args, kwargs=kwargs)


def number(value: int) -> str:
    """Write a whole number with commas: 1,204."""
    return f"{value:,}"


def moment(value: datetime) -> str:
    """Write a time in full, in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def relative(value: datetime, now: datetime | None = None) -> str:
    """Say how long ago a time is: "3 days ago"; from thirty days on, its date."""
    now = now or timezone.now()
    seconds = int((now - value).total_seconds())
    if seconds < _MINUTE:
        return "Now" if seconds > -_MINUTE else moment(value)
    for limit, unit, noun in ((_HOUR, _MINUTE, "minute"), (_DAY, _HOUR, "hour"), (_RELATIVE_DAYS * _DAY, _DAY, "day")):
        if seconds < limit:
            count = seconds // unit
            return f"{count} {noun}{'' if count == 1 else 's'} ago"
    return f"{value.astimezone(UTC):%Y-%m-%d}"


def ago(value: datetime) -> SafeString:
    """Draw a time element: relative text, the full time as its tooltip and for screen readers."""
    full, text = moment(value), relative(value)
    return format_html(
        '<time datetime="{}" title="{}">{}<span class="sr">, {}</span></time>', value.isoformat(), full, text, full
    )


def linked(sentence: object) -> SafeString:
    """Write a sentence with the link that it names to the explanation of a refusal."""
    before, *rest = EXPLAINED.split(str(sentence))
    pieces = [(address, after) for address, after in zip(rest[::2], rest[1::2], strict=True)]
    links = format_html_join("", '<a href="{}">Explain</a>{}', pieces)
    return format_html("{}{}", before, links)


def _day(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d}"


_FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "linked": linked,
    "number": number,
    "moment": moment,
    "relative": relative,
    "day": _day,
}
