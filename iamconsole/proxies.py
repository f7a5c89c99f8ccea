"""Believe X-Forwarded-For and X-Forwarded-Proto, but only from the proxies that were named."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def behind(proxies: Sequence[str], application: WSGIApplication) -> WSGIApplication:
    """Wrap an application so that it sees the client and the scheme that its proxies saw."""
    if not proxies:
        return application
    networks = [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]

    def trusted(address: str) -> bool:
        parsed = _address(address)
        return parsed is not None and any(parsed in network for network in networks)

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if trusted(environ.get("REMOTE_ADDR", "")):
            hops = _parts(environ, "HTTP_X_FORWARDED_FOR")
            # From the right: the last address that no proxy of ours has.
            client = next((hop for hop in reversed(hops) if not trusted(hop)), hops[0] if hops else "")
            if parsed := _address(client):
                environ["REMOTE_ADDR"] = str(parsed)
            if (scheme := (_parts(environ, "HTTP_X_FORWARDED_PROTO") or [""])[-1]) in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return application(environ, start_response)

    return wrapped


def _parts(environ: dict[str, Any], header: str) -> list[str]:
    return [part.strip() for part in str(environ.get(header, "")).split(",") if part.strip()]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if parsed.version == 6 else parsed
