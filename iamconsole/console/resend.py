"""Nothing typed is lost: a form that met an ended session, or a token older than the sign-in, can be sent again.

The page holds what was posted, passwords left out, and is made for forms of this site only: another site's form must
not become one of ours by a click.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest

__all__ = ["is_ours", "kept"]

_LONGEST = 512 * 1024
_NEVER_KEPT = ("password", "retype", "secret", "csrfmiddlewaretoken", "code")


def is_ours(request: HttpRequest) -> bool:
    """Tell whether a posted form came from a page of this site: by its Origin, or else by its Referer."""
    source = request.headers.get("Origin") or request.headers.get("Referer", "")
    parts = urlsplit(source)
    return (parts.scheme, parts.netloc) == (request.scheme, request.get_host())


def kept(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields to send again; empty where there is nothing, or too much, to keep."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if not _is_secret(name)]
    return fields if sum(len(name) + len(value) for name, value in fields) <= _LONGEST else []


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _NEVER_KEPT)
