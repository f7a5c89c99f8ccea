"""Serving under gunicorn: one server a state folder, announced when it answers."""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from gunicorn.app.base import BaseApplication

from iamconsole import lan
from iamconsole.environment import Environment

DEMO_SIGN_INS = "demo-sign-ins"
WORKERS_LINGER_SECONDS = 5  # the workers of a master that was killed notice it and leave


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn in this process, told its settings instead of reading them."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application that every worker serves."""
        from iamconsole.wsgi import application

        return application


def claim(env: Environment) -> int:
    """Make sure of the address and the state folder before anything else is done; return the folder's lock."""
    lock = _lock(env.home)
    crashed = lock is not None and (env.home / "gunicorn.pid").exists()
    deadline = time.monotonic() + (WORKERS_LINGER_SECONDS if crashed else 0)
    while refusal := _refusal_of_address(env):
        if time.monotonic() > deadline:
            raise ImproperlyConfigured(refusal)
        time.sleep(0.1)
    if lock is None:
        raise ImproperlyConfigured(
            f"Another server already runs from {env.home}: stop it, or choose another folder with IAMCONSOLE_HOME."
        )
    (env.home / "gunicorn.pid").unlink(missing_ok=True)  # we hold the lock, so whoever wrote it is gone
    return lock


def serve(env: Environment, lock: int, *, in_worker: Callable[[], object]) -> None:
    """Serve until INT or TERM; does not return. `in_worker` is called in every worker when it begins."""

    def announce(_arbiter: object) -> None:
        command = [sys.executable, "-m", "iamconsole.announce", probe_url(env)]
        folder = Path(__file__).resolve().parent.parent
        child = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=folder)
        if child.stdin is not None:
            child.stdin.write(block(env))
            child.stdin.close()

    Server(options(env, announce, lock) | {"post_worker_init": lambda _worker: in_worker()}).run()


def options(env: Environment, announce: Callable[[object], None], lock: int) -> dict[str, Any]:
    """What gunicorn is told."""
    return {
        "bind": f"{_bracketed(env.bind)}:{env.port}",
        "workers": env.workers,
        "threads": env.threads,
        "worker_class": "gthread",
        "preload_app": True,
        "pidfile": str(env.home / "gunicorn.pid"),
        "proc_name": "iamconsole",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",  # the middleware decides whom to believe, from IAMCONSOLE_PROXIES
        "certfile": env.certificate or None,
        "keyfile": env.certificate_key or None,
        "limit_request_line": 8190,  # a simulation's address holds the whole question
        "timeout": 60,
        "graceful_timeout": 10,
        "loglevel": "warning",
        "when_ready": announce,
        "post_fork": lambda _arbiter, _worker: os.close(
            lock
        ),  # a worker must not outlive its master's hold on the folder
    }


def address(env: Environment) -> str:
    """The address that people type."""
    if env.origin:
        return f"{env.origin}/"
    if env.production:
        return f"https://{env.hosts[0]}/"
    here = env.loopback or ipaddress.ip_address(env.bind.strip("[]")).is_unspecified
    return f"{lan.origin('localhost' if here else env.bind, env.port, tls=bool(env.certificate))}/"


def probe_url(env: Environment) -> str:
    """The address at which this machine asks whether the server is ready."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.bind, env.bind)  # noqa: S104 - compared, not bound
    return f"{lan.origin(host, env.port, tls=bool(env.certificate))}/readyz"


def block(env: Environment) -> str:
    """What a ready server prints: its address, and who can sign in to the demo account."""
    lines = ["", f"iamconsole is ready: {address(env)}", ""]
    if not env.loopback and env.origin:
        lines += [lan.qr_code(address(env)), ""]
    sign_ins = env.home / DEMO_SIGN_INS
    if not env.production and sign_ins.exists():
        lines += [sign_ins.read_text(encoding="utf-8").strip(), ""]
    if env.plain_http:
        lines += ["Plain http: passwords travel unencrypted; passkeys need https (--tls).", ""]
    return "\n".join(lines) + "\n"


def _lock(home: Path) -> int | None:
    """Take the state folder, unless another server holds it. The kernel frees it when its holder dies."""
    lock = os.open(home / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _refusal_of_address(env: Environment) -> str:
    """Why the address cannot be listened on, in one sentence; empty when it can."""
    family = socket.AF_INET6 if ":" in env.bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.bind.strip("[]"), env.port))
        except OSError as error:
            return _sentence(error, env)
    return ""


def _sentence(error: OSError, env: Environment) -> str:
    where = f"{env.bind}:{env.port}"
    sentences = {
        errno.EADDRINUSE: f"Port {env.port} is taken: stop what listens there, or choose another with PORT=8001 ./run.",
        errno.EADDRNOTAVAIL: f"This machine has no address {env.bind}.",
        errno.EACCES: f"This user may not listen on {where}: choose a port above 1023.",
    }
    return sentences.get(error.errno or 0, f"Cannot listen on {where}: {error.strerror or error}.")


def _bracketed(bind: str) -> str:
    return f"[{bind}]" if ":" in bind and not bind.startswith("[") else bind
