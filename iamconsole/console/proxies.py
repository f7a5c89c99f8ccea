"""Behind a proxy that we were told of, the client is whom the proxy names."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

__all__ = ["TrustedProxies"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Believe X-Forwarded-For and -Proto of the addresses in IAMCONSOLE_PROXIES, and of nobody else.

    Everything behind it reads REMOTE_ADDR and the scheme as if no proxy were there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        names = getattr(settings, "IAMCONSOLE_PROXIES", ())
        self.proxies: tuple[Network, ...] = tuple(ipaddress.ip_network(name, strict=False) for name in names)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the client in the proxy's place."""
        peer = request.META.get("REMOTE_ADDR") or "127.0.0.1"
        request.META["REMOTE_ADDR"] = peer
        if self._is_proxy(peer):
            request.META["REMOTE_ADDR"] = self._client(request, peer)
            if request.META.get("HTTP_X_FORWARDED_PROTO", "").strip().lower() == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)

    def _client(self, request: HttpRequest, peer: str) -> str:
        """Walk back to the first address that is no proxy of ours; what stands before it may be made up."""
        client = peer
        for text in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            try:
                client = str(ipaddress.ip_address(text.strip()))
            except ValueError:
                break
            if not self._is_proxy(client):
                break
        return client

    def _is_proxy(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address in network for network in self.proxies)
