"""The content security policy: nothing from elsewhere, nothing inline."""

import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpResponse

from iamconsole.console.request import ConsoleRequest

__all__ = ["ContentSecurityPolicy", "editor_page"]

P = ParamSpec("P")
_HEADER = "Content-Security-Policy"
_POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


class ContentSecurityPolicy:
    """Send the policy with every answer; the pages of the code editor add a nonce for its style element."""

    def __init__(self, get_response: Callable[[ConsoleRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsoleRequest) -> HttpResponse:
        """Add the header."""
        request.csp_nonce = ""
        response = self.get_response(request)
        policy = dict(_POLICY)
        if request.csp_nonce:
            policy["style-src"] += f" 'nonce-{request.csp_nonce}'"
        response.headers.setdefault(_HEADER, "; ".join(f"{name} {value}" for name, value in policy.items()))
        return response


def editor_page(
    view: Callable[Concatenate[ConsoleRequest, P], HttpResponse],
) -> Callable[Concatenate[ConsoleRequest, P], HttpResponse]:
    """Mark a view whose page holds the code editor; it is always loaded whole."""

    @wraps(view)
    def with_nonce(request: ConsoleRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.csp_nonce = secrets.token_urlsafe(16)
        return view(request, *args, **kwargs)

    return cast("Callable[Concatenate[ConsoleRequest, P], HttpResponse]", with_nonce)
