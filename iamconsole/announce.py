"""Prints what it was handed once the server answers: `python -m iamconsole.announce URL < block`.

A process of its own, so that gunicorn's master neither waits nor forks with a thread running.
"""

from __future__ import annotations

import http.client
import os
import ssl
import sys
import time
from urllib.parse import urlsplit

PATIENCE_SECONDS = 120


def answers(url: str) -> bool:
    """Whether an address answers 200. The certificate is our own: only the answer counts."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection = (
        http.client.HTTPSConnection(host, port, timeout=15, context=ssl._create_unverified_context())  # noqa: S323
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, port, timeout=15)
    )
    try:
        connection.request("GET", parts.path, headers={"Host": "localhost"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(url: str) -> None:
    """Wait for the address, as long as the server lives; then print."""
    block, parent = sys.stdin.read(), os.getppid()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while os.getppid() == parent:
        if answers(url):
            sys.stdout.write(block)
            sys.stdout.flush()
            return
        if time.monotonic() > deadline:
            sys.exit(f"iamconsole: {url} does not answer yet; the database may be down.")
        time.sleep(0.1)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
