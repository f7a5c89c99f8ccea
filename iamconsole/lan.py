"""`serve --lan [ADDRESS] [--tls]`: the same console for a room."""

from __future__ import annotations

import argparse
import io
import ipaddress
import os
import socket
from collections.abc import MutableMapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from iamconsole import environment, keys

CERTIFICATE_DAYS = 397
RENEW_DAYS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The three options, as `serve` describes them."""
    parser.add_argument(
        "--lan",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="serve for a room: listen on this machine's network address (or on ADDRESS) and show a QR code",
    )
    parser.add_argument("--tls", action="store_true", help="with --lan: https with a certificate made on the spot")
    parser.add_argument(
        "--practice-authenticator",
        action="store_true",
        help="a page that shows MFA codes, for rooms without phones",
    )


def prepare(arguments: Sequence[str], environ: MutableMapping[str, str] = os.environ) -> None:
    """Set address, hosts, origin and cookies in the environment, before the settings are read."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    add_arguments(parser)
    chosen, _ = parser.parse_known_args(arguments)
    if chosen.practice_authenticator:
        environ["IAMCONSOLE_PRACTICE_AUTHENTICATOR"] = "1"
    if chosen.lan is None:
        if chosen.tls:
            raise ImproperlyConfigured("--tls goes with --lan.")
        return
    address = chosen.lan or find_address()
    shown = find_address() if address in ("0.0.0.0", "::") else address  # noqa: S104 - asked for by name
    environ["BIND"] = address
    environ["IAMCONSOLE_HTTPS"] = "1" if chosen.tls else "0"
    environ["IAMCONSOLE_ORIGIN"] = origin(shown, environment.read(environ).port, tls=chosen.tls)
    names = (shown, *environment.LOCAL_HOSTS, socket.gethostname(), f"{socket.gethostname()}.local")
    environ.setdefault("IAMCONSOLE_HOSTS", ",".join(f"[{name}]" if _version(name) == 6 else name for name in names))
    if chosen.tls:
        certificate, key = make_certificate(environment.home(environ) / "tls", shown)
        environ["IAMCONSOLE_CERTIFICATE"], environ["IAMCONSOLE_CERTIFICATE_KEY"] = str(certificate), str(key)


def find_address() -> str:
    """The address that this machine uses towards its network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation; connecting a datagram socket sends nothing
            address = str(probe.getsockname()[0])
        except OSError:
            address = _address_of_host_name()
    if not address or environment.is_loopback(address):
        raise ImproperlyConfigured("This machine has no network address that could be found: give it, --lan ADDRESS.")
    return address


def origin(address: str, port: int, *, tls: bool) -> str:
    """The address as a browser writes it: no port where it is the scheme's own."""
    scheme, usual = ("https", 443) if tls else ("http", 80)
    host = f"[{address}]" if _version(address) == 6 else address
    return f"{scheme}://{host}" if port == usual else f"{scheme}://{host}:{port}"


def qr_code(url: str) -> str:
    """A QR code for a terminal."""
    import segno

    out = io.StringIO()
    segno.make(url, micro=False).terminal(out, compact=True)
    return out.getvalue()


def make_certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate for an address, signed by itself; kept until it is about to expire."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    now = datetime.now(UTC)
    name = address.replace(":", "_").replace("/", "_")
    certificate_file, key_file = folder / f"{name}.crt", folder / f"{name}.key"
    if certificate_file.exists() and key_file.exists():
        kept = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        if kept.not_valid_after_utc > now + timedelta(days=RENEW_DAYS):
            return certificate_file, key_file
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "iamconsole")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names.append(x509.IPAddress(ipaddress.ip_address(address)) if _version(address) else x509.DNSName(address))
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    keys.make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    encoding, unencrypted = serialization.Encoding.PEM, serialization.NoEncryption()
    _write(key_file, key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, unencrypted))
    _write(certificate_file, certificate.public_bytes(encoding))
    return certificate_file, key_file


def _address_of_host_name() -> str:
    try:
        return socket.gethostbyname(socket.gethostname())
    except OSError:
        return ""


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _version(address: str) -> int:
    """4 or 6, and 0 for a name."""
    try:
        return ipaddress.ip_address(address.strip("[]")).version
    except ValueError:
        return 0
