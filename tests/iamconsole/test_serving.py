from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread, Timer

import pytest
from django.core.exceptions import ImproperlyConfigured

from iamconsole import announce, environment, serving
from iamconsole.environment import Environment


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening


@pytest.fixture
def home() -> Iterator[Path]:
    """A state folder that root's borrowed account may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="iamconsole-serving-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def env(home: Path, **environ: str) -> Environment:
    return environment.read({"IAMCONSOLE_HOME": str(home)} | environ)


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_a_taken_port_is_one_plain_sentence(tmp_path: Path, listener: socket.socket) -> None:
    port = str(listener.getsockname()[1])
    with pytest.raises(ImproperlyConfigured, match=f"^Port {port} is taken: stop what listens there, or choose"):
        serving.claim(env(tmp_path, PORT=port))


def test_an_address_of_another_machine_is_one_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^This machine has no address 203\.0\.113\.9"):
        serving.claim(env(tmp_path, BIND="203.0.113.9"))


def test_a_second_server_of_one_state_folder_is_refused(tmp_path: Path) -> None:
    lock = serving.claim(env(tmp_path, PORT=free_port()))
    try:
        with pytest.raises(ImproperlyConfigured, match="already runs from"):
            serving.claim(env(tmp_path, PORT=free_port()))
    finally:
        os.close(lock)


def test_the_pid_file_of_a_killed_server_is_removed_even_when_its_number_lives_on(tmp_path: Path) -> None:
    (tmp_path / "gunicorn.pid").write_text(f"{os.getpid()}\n")
    os.close(serving.claim(env(tmp_path, PORT=free_port())))
    assert not (tmp_path / "gunicorn.pid").exists()


def test_after_a_kill_the_port_is_awaited_until_the_last_worker_has_left(
    tmp_path: Path, listener: socket.socket
) -> None:
    (tmp_path / "gunicorn.pid").write_text("1\n")
    leaving = Timer(0.5, listener.close)
    leaving.start()
    os.close(serving.claim(env(tmp_path, PORT=str(listener.getsockname()[1]))))
    leaving.join()


def test_the_block_names_the_address_and_the_sign_ins(tmp_path: Path) -> None:
    line = "account class-lab  user alice  password correct-horse"
    (tmp_path / serving.DEMO_SIGN_INS).write_text(f"{line}\n")
    text = serving.block(env(tmp_path, PORT="8123"))
    assert text.index("http://localhost:8123/\n") < text.index(line)


def test_the_block_of_a_production_server_names_no_sign_ins(tmp_path: Path) -> None:
    (tmp_path / serving.DEMO_SIGN_INS).write_text("account class-lab  user alice  password correct-horse\n")
    production = {
        "IAMCONSOLE_PRODUCTION": "1",
        "IAMCONSOLE_SECRET_KEY": "s" * 40,
        "IAMCONSOLE_SEALING_KEY": "x",
        "IAMCONSOLE_AUDIT_KEY": "y",
        "IAMCONSOLE_HOSTS": "iam.example.org",
        "IAMCONSOLE_HTTPS": "1",
    }
    text = serving.block(env(tmp_path, **production))
    assert "https://iam.example.org/\n" in text
    assert "correct-horse" not in text


def test_a_room_is_shown_a_qr_code_and_what_plain_http_lacks(tmp_path: Path) -> None:
    text = serving.block(env(tmp_path, BIND="10.1.2.3", IAMCONSOLE_ORIGIN="http://10.1.2.3:8000"))
    assert "http://10.1.2.3:8000/" in text
    assert "█" in text
    assert "passkeys need https" in text


def test_nobody_but_our_own_middleware_believes_forwarded_headers(tmp_path: Path) -> None:
    options = serving.options(env(tmp_path), lambda _arbiter: None, 0)
    assert (options["forwarded_allow_ips"], options["control_socket_disable"]) == ("", True)


def test_a_server_that_answers_badly_is_not_ready() -> None:
    class Unready(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *args: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Unready) as server:
        Thread(target=server.handle_request).start()
        assert not announce.answers(f"http://127.0.0.1:{server.server_port}/readyz")
    assert not announce.answers(f"http://127.0.0.1:{free_port()}/readyz")


def test_serve_announces_itself_once_it_answers_and_term_stops_everything(home: Path) -> None:
    port = free_port()
    unset = {"DATABASE_URL", "DATABASE_OWNER_URL", "DJANGO_SETTINGS_MODULE", "IAMCONSOLE_PURPOSE"}
    environ = {key: value for key, value in os.environ.items() if key not in unset}
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        env=environ | {"IAMCONSOLE_HOME": str(home), "PORT": port},
        cwd=environment.CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == "\n"
        assert server.stdout.readline() == f"iamconsole is ready: http://localhost:{port}/\n"
        assert announce.answers(f"http://127.0.0.1:{port}/readyz")
        assert (home / "gunicorn.pid").read_text().strip() == str(server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    assert server.returncode == 0
    assert not (home / "gunicorn.pid").exists()
    assert not list(home.glob("pg*/data/postmaster.pid"))
