"""Somebody who looks at pages of the console, without a browser and without a network."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.authentication import identity_of
from accounts.models import User
from iamconsole.console.middleware import begin_session

__all__ = ["Visitor"]

_HOST = "localhost"


class Visitor:
    """A user who has just signed in."""

    def __init__(self, user: User) -> None:
        identity = identity_of(user.user_id)
        if identity is None:
            raise ValueError(f"{user.user_name} has no console password.")
        self._client = Client(SERVER_NAME=_HOST)
        request = HttpRequest()
        request.session = self._client.session
        begin_session(request, identity)
        request.session.save()
        self._client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key or ""

    def look(self, address: str) -> Any:
        """Answer the response of a page."""
        return self._client.get(address, secure=True)

    def queries(self, address: str) -> list[str]:
        """Look at a page twice and answer what the second time cost: by then its reader's policies are compiled."""
        self.look(address)
        with CaptureQueriesContext(connection) as captured:
            self.look(address)
        return [query["sql"] for query in captured.captured_queries]
