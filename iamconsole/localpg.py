"""The embedded PostgreSQL: start it or join it, share it between processes, stop it when the last one leaves."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from iamconsole import keys, pgaccount
from iamconsole.pgaccount import LocalPostgresError

__all__ = ["LocalPostgres", "LocalPostgresError", "Urls"]

MAJOR = 18
OWNER = "iamconsole"
SERVING = "iamconsole_app"
DATABASE = "iamconsole"
SOCKET_PATH_LIMIT = 103  # bytes of a socket's path that every system takes
WAIT_SECONDS = 60
LOG_LIMIT = 5_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the server is, for its owner and for the role that serves."""

    owner: str
    serving: str


class LocalPostgres:
    """One server of a state folder; every process that uses it holds a shared lock on `users.lock`.

    The kernel drops the lock of a process that was killed, so whoever comes last can tell.
    """

    def __init__(self, state: Path, *, durable: bool = True) -> None:
        self._state = state.absolute()
        self._durable = durable
        self._users: int | None = None
        self._starter = 0

    def start(self) -> Urls:
        """Start the server, or join the one that runs; return its addresses."""
        try:
            return self._start()
        except PermissionError as error:
            raise LocalPostgresError(
                f"{error.filename or self._state} belongs to another user: run as that user, "
                "or choose another folder with IAMCONSOLE_HOME."
            ) from None

    def stop(self) -> None:
        """Leave; stop the server unless another process still uses it."""
        if self._users is None or os.getpid() != self._starter or not self._state.exists():
            return
        with self._queue():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                if self._pid_file_is_true():  # else pg_ctl would wait for a process that is none of ours
                    self._pg_ctl("-m", "fast", "stop")
        os.close(self._users)
        self._users = None
        atexit.unregister(self.stop)

    def _start(self) -> Urls:
        keys.make_folder(self._state)
        self._choose_places()
        self._starter = os.getpid()
        with self._queue():
            self._users = os.open(self._state / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._users, fcntl.LOCK_SH)
            atexit.register(self.stop)
            if not self._answers():
                self._account.own(self._data.parent, 0o700)
                self._make_socket_folder()
                self._initialise()
                self._launch()
            self._make_database()
        return Urls(self._url(OWNER), self._url(SERVING))

    def _choose_places(self) -> None:
        """Decide on account, data, sockets and programs."""
        mark = hashlib.sha256(str(self._state.resolve()).encode()).hexdigest()[:12]
        here, elsewhere = self._state, pgaccount.SHARED / mark
        self._account = pgaccount.choose([place / f"pg{MAJOR}" / "data" for place in (here, elsewhere)])
        place = here
        if not self._account.reaches(here):
            place = pgaccount.shared_folder() / mark
            place.mkdir(mode=0o755, exist_ok=True)
        self._data = place / f"pg{MAJOR}" / "data"
        self._sockets = place / "run"
        if len(os.fsencode(self._sockets / ".s.PGSQL.5432")) > SOCKET_PATH_LIMIT:
            name = f"iamconsole-{os.geteuid()}-{mark}"
            short = (Path(folder) / name for folder in (tempfile.gettempdir(), "/tmp"))  # noqa: S108 - own folder, 0700
            self._sockets = next(
                path
                for path in short
                if len(os.fsencode(path)) < SOCKET_PATH_LIMIT - 20 or path.parent == Path("/tmp")  # noqa: S108
            )
        self._programs = pgaccount.binaries(self._account)

    @contextmanager
    def _queue(self) -> Iterator[None]:
        """One starter or stopper at a time."""
        lock = os.open(self._state / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _answers(self) -> bool:
        """Whether our server answers on the socket. The pid file is never believed."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            try:
                with self._connect("postgres") as connection:
                    row = connection.execute("show data_directory").fetchone()
            except psycopg.OperationalError as error:
                if "the database system is" not in str(error):  # starting up, shutting down, in recovery
                    return False
                time.sleep(0.1)
                continue
            if row and Path(row[0]).resolve() == self._data.resolve():
                return True
            raise LocalPostgresError(f"Another PostgreSQL answers in {self._sockets}: choose another IAMCONSOLE_HOME.")
        raise LocalPostgresError(f"PostgreSQL in {self._data} has been starting for {WAIT_SECONDS} seconds.")

    def _make_socket_folder(self) -> None:
        self._account.own(self._sockets, 0o700)
        facts = self._sockets.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != self._account.uid or facts.st_mode & 0o077:
            raise LocalPostgresError(f"{self._sockets} must be a folder that only its owner can enter: remove it.")

    def _initialise(self) -> None:
        """Make the data folder; one that was cut off while being made begins anew."""
        if (self._data / "global" / "pg_control").exists():
            return
        if self._data.exists():
            shutil.rmtree(self._data)
        command: list[str | Path] = [self._programs / "initdb", "-D", self._data, "-U", OWNER, "-E", "UTF8"]
        command += ["--auth=trust", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        command += [] if self._durable else ["--no-sync"]
        done = self._account.run(command)
        if done.returncode:
            shutil.rmtree(self._data, ignore_errors=True)
            raise LocalPostgresError(f"PostgreSQL could not make {self._data}: {_last_line(done.stdout)}")

    def _launch(self) -> None:
        """Start the server; wait for what a killed one left behind."""
        log = self._data / "server.log"
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.unlink()
        chosen = SETTINGS | ({} if self._durable else CARELESS) | {"unix_socket_directories": str(self._sockets)}
        options = " ".join(f"-c {key}='{value}'" for key, value in chosen.items())
        for attempt in range(10):
            if not self._pid_file_is_true():
                (self._data / "postmaster.pid").unlink(missing_ok=True)
            begin = log.stat().st_size if log.exists() else 0
            done = self._pg_ctl("-t", str(WAIT_SECONDS), "-l", str(log), "-o", options, "start")
            if done.returncode == 0:
                return
            said = log.read_bytes()[begin:].decode(errors="replace") if log.exists() else done.stdout
            if "shared memory block" not in said and "lock file" not in said:
                break
            if attempt == 5:  # ours, alive, but its socket is gone: nobody can use it, so it may stop
                self._pg_ctl("-m", "fast", "stop")
            time.sleep(0.5)
        raise LocalPostgresError(f"PostgreSQL does not start: {_last_line(said)} (all of it: {log})")

    def _pid_file_is_true(self) -> bool:
        """Whether the pid file names our living server; numbers are used again, and zombies answer signals."""
        try:
            number = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return False
        return _is_server(number, self._data)

    def _make_database(self) -> None:
        """The database and the serving role, which owns nothing."""
        with self._connect("postgres", autocommit=True) as connection:
            if not connection.execute("select 1 from pg_roles where rolname = %s", [SERVING]).fetchone():
                connection.execute(sql.SQL("create role {} login nosuperuser").format(sql.Identifier(SERVING)))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))

    def _connect(self, database: str, *, autocommit: bool = False) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._sockets), port=5432, user=OWNER, dbname=database, connect_timeout=10, autocommit=autocommit
        )

    def _pg_ctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._account.run([self._programs / "pg_ctl", "-D", self._data, "-w", *arguments])

    def _url(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self._sockets), safe='')}&port=5432"


def _is_server(number: int, data: Path) -> bool:
    """Whether a process is the living server of this data folder (it works inside of it)."""
    process = Path("/proc") / str(number)
    if not Path("/proc/self/stat").exists():  # no such file system (macOS): ask ps
        command = ["/bin/ps", "-o", "stat=,comm=", "-p", str(number)]
        told = subprocess.run(command, check=False, capture_output=True, text=True).stdout
        return "postgres" in told and not told.lstrip().startswith("Z")
    try:
        name, _, rest = (process / "stat").read_text().rpartition(")")
        if "(postgres" not in name or rest.split()[0] == "Z":
            return False
        return (process / "cwd").readlink() == data.resolve()
    except PermissionError:
        return True
    except OSError:
        return False


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error:" in line]
    return (fatal or lines or ["no reason given"])[-1]
