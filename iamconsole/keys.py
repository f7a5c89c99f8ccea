"""The keys that no database may hold: made once in the state folder, or given by the environment."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SEALING_KEY_BYTES = 32


def secret_key(home: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Django's SECRET_KEY."""
    return environ.get("IAMCONSOLE_SECRET_KEY") or _kept(home / "secret.key")


def sealing_key(home: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """The 32 bytes that seal what must stay readable: secret access keys."""
    return _bytes("IAMCONSOLE_SEALING_KEY", home / "sealing.key", environ)


def audit_key(home: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """The 32 bytes that sign the digests of the audit trail."""
    return _bytes("IAMCONSOLE_AUDIT_KEY", home / "audit.key", environ)


def new_key() -> str:
    """A fresh key, in base64."""
    return base64.b64encode(secrets.token_bytes(SEALING_KEY_BYTES)).decode()


def make_folder(home: Path) -> None:
    """Make the state folder; root's may be entered, not listed, by the database's own account."""
    if not home.exists():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _bytes(name: str, path: Path, environ: Mapping[str, str]) -> bytes:
    text = environ.get(name) or _kept(path)
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SEALING_KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must be 32 random bytes written in base64.")
    return key


def _kept(path: Path) -> str:
    """The key in a file; whoever comes first makes it, whole and readable by its owner only."""
    try:
        if not path.exists():
            make_folder(path.parent)
            _make(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key {path} cannot be read or made ({error.strerror}): "
            "run as the owner of that folder, or choose another with IAMCONSOLE_HOME."
        ) from None


def _make(path: Path) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent)  # mode 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    try:
        os.link(draft, path)  # fails where another process was quicker: then its key counts
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
