from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from iamconsole import databaseurl, environment, keys

PRODUCTION = {
    "IAMCONSOLE_PRODUCTION": "1",
    "IAMCONSOLE_SECRET_KEY": "s" * 50,
    "IAMCONSOLE_SEALING_KEY": keys.new_key(),
    "IAMCONSOLE_AUDIT_KEY": keys.new_key(),
    "IAMCONSOLE_HOSTS": "iam.example.org",
    "IAMCONSOLE_HTTPS": "1",
}
SHOWN = (
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "ALLOWED_HOSTS",
    "CSRF_TRUSTED_ORIGINS",
    "SECURE_HSTS_SECONDS",
    "DEBUG",
    "IAMCONSOLE_PLAIN_HTTP",
    "PASSWORD_HASHERS",
)


def settings(tmp_path: Path, **environ: str) -> dict[str, Any]:
    """The settings as a process of its own reads them."""
    code = (
        "import json; from iamconsole import settings as s;"
        f"print(json.dumps({{name: getattr(s, name) for name in {SHOWN!r}}}))"
    )
    clean = {"PATH": os.environ["PATH"], "IAMCONSOLE_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=clean | environ,
        cwd=environment.CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_on_this_machine_only_hosts_are_local_and_cookies_work_over_http(tmp_path: Path) -> None:
    read = settings(tmp_path)
    assert read["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert (read["SESSION_COOKIE_SECURE"], read["CSRF_COOKIE_SECURE"]) == (False, False)
    assert (read["SESSION_COOKIE_HTTPONLY"], read["SESSION_COOKIE_SAMESITE"]) == (True, "Lax")
    assert (read["DEBUG"], read["IAMCONSOLE_PLAIN_HTTP"]) == (False, False)
    assert read["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")


def test_on_a_network_address_any_host_is_served_and_plain_http_is_known(tmp_path: Path) -> None:
    read = settings(tmp_path, BIND="0.0.0.0")
    assert (read["ALLOWED_HOSTS"], read["IAMCONSOLE_PLAIN_HTTP"]) == (["*"], True)


def test_production_has_secure_cookies_trusted_origins_and_hsts(tmp_path: Path) -> None:
    read = settings(tmp_path, **PRODUCTION)
    assert (read["SESSION_COOKIE_SECURE"], read["CSRF_COOKIE_SECURE"]) == (True, True)
    assert read["CSRF_TRUSTED_ORIGINS"] == ["https://iam.example.org"]
    assert read["SECURE_HSTS_SECONDS"] > 0


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "IAMCONSOLE_PRODUCTION"])
def test_production_makes_nothing_up(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^IAMCONSOLE_PRODUCTION=1 needs {name}: .*\\.$"):
        environment.read({key: value for key, value in PRODUCTION.items() if key != name})


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"IAMCONSOLE_HTTPS": "0"}, "needs IAMCONSOLE_HTTPS=1"),
        ({"IAMCONSOLE_DEBUG": "1"}, "shows secrets"),
        ({"IAMCONSOLE_HOSTS": "*"}, "admits any"),
        ({"IAMCONSOLE_SECRET_KEY": "short"}, "32 characters"),
    ],
)
def test_production_refuses_a_wrong_setting(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        environment.read(PRODUCTION | change)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"PORT": "eighty"}, "PORT must be a whole number from 1 to 65535, not 'eighty'"),
        ({"PORT": "65536"}, "PORT must be"),
        ({"WORKERS": "0"}, "WORKERS must be"),
        ({"IAMCONSOLE_DEBUG": "perhaps"}, "IAMCONSOLE_DEBUG must be 1 or 0, not 'perhaps'"),
        ({"IAMCONSOLE_PROXIES": "10.0.0.1,balancer"}, "'balancer' is neither"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        environment.read(environ)


def test_a_refusal_is_one_sentence_and_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        env={"PATH": os.environ["PATH"], "IAMCONSOLE_PRODUCTION": "1"},
        cwd=environment.CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "iamconsole: IAMCONSOLE_PRODUCTION=1 needs IAMCONSOLE_SECRET_KEY: a long random text of its own.\n"
    )


def test_the_state_folder_is_the_chosen_one_or_in_the_checkout() -> None:
    assert environment.home({"IAMCONSOLE_HOME": "/srv/state"}) == Path("/srv/state")
    assert environment.home({}) == environment.CHECKOUT / ".data"


@pytest.mark.parametrize(
    ("bind", "expected"), [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("host", False)]
)
def test_loopback_addresses_are_known(bind: str, expected: bool) -> None:
    assert environment.is_loopback(bind) is expected


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    home = tmp_path / "home"
    secret, sealing = keys.secret_key(home, {}), keys.sealing_key(home, {})
    assert (keys.secret_key(home, {}), keys.sealing_key(home, {})) == (secret, sealing)
    assert len(sealing) == 32
    assert {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()} == {
        "secret.key": 0o600,
        "sealing.key": 0o600,
    }


def test_processes_that_start_at_once_agree_on_the_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: keys.secret_key(tmp_path / "home", {}), range(32)))) == 1


def test_the_environments_keys_win_and_nothing_is_made(tmp_path: Path) -> None:
    key = keys.new_key()
    assert keys.sealing_key(tmp_path / "home", {"IAMCONSOLE_SEALING_KEY": key}) == base64.b64decode(key)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_sealing_key_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="32 random bytes"):
        keys.sealing_key(tmp_path, {"IAMCONSOLE_SEALING_KEY": text})


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://me:p%40ss@db.example.org:5433/iam?sslmode=require",
            ("iam", "me", "p@ss", "db.example.org", "5433", {"sslmode": "require"}),
        ),
        ("postgres://me@/iam?host=%2Fvar%2Frun%2Fpg", ("iam", "me", "", "/var/run/pg", "", {})),
        ("postgresql:///iam", ("iam", "", "", "", "", {})),
        ("postgresql://[::1]/iam", ("iam", "", "", "::1", "", {})),
    ],
)
def test_a_database_url_is_taken_apart(url: str, expected: tuple[object, ...]) -> None:
    entry = databaseurl.parse(url)
    assert tuple(entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://me@db/iam", "must begin with postgresql://"),
        ("postgresql://me@db", "database's name"),
        ("postgresql://me@db:port/iam", "host or port"),
        ("postgresql://[::1/iam", "host or port"),
    ],
)
def test_a_database_url_that_cannot_be_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        databaseurl.parse(url)


def test_serving_limits_the_time_of_a_statement_and_migrating_does_not() -> None:
    url = "postgresql://me@db/iam?options=-c%20search_path%3Diam"
    serving, migrating = (databaseurl.settings_for(url, serving=serving) for serving in (True, False))
    assert serving["OPTIONS"]["options"].startswith("-c search_path=iam -c statement_timeout=")
    assert migrating["OPTIONS"]["options"] == "-c search_path=iam"
    assert (serving["CONN_MAX_AGE"], serving["CONN_HEALTH_CHECKS"]) == (0, True)
