"""The request that every view of the console receives."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from iamconsole.call import Call
from iamconsole.console.preferences import Preferences
from iamconsole.console.switching import Switched

__all__ = ["ConsoleRequest"]


class ConsoleRequest(HttpRequest):
    """A request with who asks (`call`), what htmx said of it, and how the reader likes the pages.

    `password_expires` is when the reader's own password does, where the account's policy says so. `slot` is the place
    of who asks among those who are signed in from this browser. `base` is the call of who signed in, the same as `call`
    until a role was switched to (`switched`).
    """

    call: Call
    base: Call
    switched: Switched | None
    password_expires: datetime | None
    htmx: HtmxDetails
    prefs: Preferences
    slot: int
    csp_nonce: str
