"""Signed digests of the chain, kept outside of the database: what the database cannot take back.

A file in the state folder that only grows, one JSON object a line: the newest seal's number and hash, and the signature
of the line before. Ed25519: the public key checks, and cannot sign.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["FILE", "Digest", "DigestError", "Line", "append", "appending", "lines", "newest", "public_key"]

FILE = "audit-digests.jsonl"
_LONGEST_LINE = 4096


class DigestError(Exception):
    """The digests and the database do not belong together, or the key is another."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What is signed of a seal."""

    seal: int
    hash: str
    last_sequence: int
    sealed_at: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file as it was found; `problem` says in words what is wrong with it."""

    number: int
    digest: Digest | None
    problem: str = ""


def public_key(key: bytes) -> Ed25519PublicKey:
    """The key that checks what this key signs."""
    return Ed25519PrivateKey.from_private_bytes(key).public_key()


@contextmanager
def appending(file: Path) -> Iterator[None]:
    """Let one process at a time append."""
    lock = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def append(file: Path, key: bytes, digest: Digest) -> None:
    """Sign a digest and add it to the file, on the disk before this returns."""
    previous, whole = _end(file)
    content = _content(digest, _signature(previous))
    signature = base64.b64encode(Ed25519PrivateKey.from_private_bytes(key).sign(_signed(content))).decode()
    text = ("" if whole else "\n") + json.dumps(content | {"signature": signature}) + "\n"
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def newest(file: Path, key: bytes) -> Digest | None:
    """The last digest of the file, None where there is none; raises DigestError where another key signed it."""
    last, _ = _end(file)
    if not last:
        return None
    digest, _, problem = _parse(last, public_key(key))
    if problem or digest is None:
        raise DigestError(f"The last line of {file} {problem}. Nothing is sealed. Run ./manage.py auditverify.")
    return digest


def lines(file: Path, key: Ed25519PublicKey) -> Iterator[Line]:
    """Read the file from its beginning, each line checked: its signature, and that it follows the one before."""
    previous, torn, highest = "", 0, 0
    try:
        opened = file.open(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return
    with opened:
        for number, text in enumerate(opened, 1):
            digest, before, problem = _parse(text, key)
            if digest is None and not text.endswith("}\n"):
                torn = number  # a power cut in the middle of a line: harmless where the next one follows the last whole
                continue
            if not problem and before != previous:
                problem = "does not follow the line before: a line was removed, changed or moved"
            elif not problem and digest is not None and digest.seal <= highest:
                problem = f"names seal {digest.seal} after seal {highest}"
            previous, torn = _signature(text) or previous, 0
            highest = max(highest, digest.seal if digest else 0)
            yield Line(number, digest, problem)
    if torn:
        yield Line(torn, None, "is cut off")


def _content(digest: Digest, previous: str) -> dict[str, str | int]:
    return {
        "seal": digest.seal,
        "hash": digest.hash,
        "lastSequence": digest.last_sequence,
        "sealedAt": digest.sealed_at,
        "previous": previous,
    }


def _signed(content: dict[str, str | int]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def _parse(text: str, key: Ed25519PublicKey) -> tuple[Digest | None, str, str]:
    """The digest of a line, the signature that it says stands before, and what is wrong with the line."""
    try:
        told = json.loads(text)
        digest = Digest(int(told["seal"]), str(told["hash"]), int(told["lastSequence"]), str(told["sealedAt"]))
        previous, signature = str(told["previous"]), base64.b64decode(told["signature"], validate=True)
    except (ValueError, TypeError, KeyError):
        return None, "", "cannot be read"
    try:
        key.verify(signature, _signed(_content(digest, previous)))
    except InvalidSignature:
        return digest, previous, "is forged, or was signed with another key: its signature does not fit"
    return digest, previous, ""


def _signature(text: str) -> str:
    try:
        return str(json.loads(text)["signature"])
    except (ValueError, TypeError, KeyError):
        return ""


def _end(file: Path) -> tuple[str, bool]:
    """The last whole line, and whether the file ends with one."""
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - 2 * _LONGEST_LINE))
            end = opened.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return "", True
    whole, newline, torn = end.rpartition("\n")
    return whole.rpartition("\n")[2] if newline else "", not torn
