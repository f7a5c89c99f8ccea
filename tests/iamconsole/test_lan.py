from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from django.core.exceptions import ImproperlyConfigured

from iamconsole import environment, lan


def test_without_the_option_nothing_is_set() -> None:
    environ: dict[str, str] = {}
    lan.prepare([], environ)
    assert environ == {}


def test_a_room_over_plain_http_gets_its_address_host_and_origin() -> None:
    environ: dict[str, str] = {"PORT": "9000"}
    lan.prepare(["--lan", "192.168.7.5"], environ)
    read = environment.read(environ)
    assert (read.bind, read.origin, read.https) == ("192.168.7.5", "http://192.168.7.5:9000", False)
    assert "192.168.7.5" in read.hosts
    assert read.plain_http


def test_a_room_over_tls_gets_a_certificate_for_its_address_kept_until_it_expires(tmp_path: Path) -> None:
    environ = {"IAMCONSOLE_HOME": str(tmp_path / "home"), "PORT": "443"}
    lan.prepare(["--lan", "192.168.7.5", "--tls"], environ)
    read = environment.read(environ)
    assert (read.origin, read.https, read.plain_http) == ("https://192.168.7.5", True, False)
    certificate = x509.load_pem_x509_certificate(Path(read.certificate).read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.168.7.5")]
    assert Path(read.certificate_key).stat().st_mode & 0o777 == 0o600
    before = Path(read.certificate).read_bytes()
    lan.prepare(["--lan", "192.168.7.5", "--tls"], environ)
    assert Path(read.certificate).read_bytes() == before


def test_an_address_is_found_when_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lan, "find_address", lambda: "10.1.2.3")
    environ: dict[str, str] = {}
    lan.prepare(["--lan"], environ)
    assert environ["BIND"] == "10.1.2.3"


def test_hosts_that_were_named_stay() -> None:
    environ = {"IAMCONSOLE_HOSTS": "class.example.org"}
    lan.prepare(["--lan", "10.1.2.3"], environ)
    assert environ["IAMCONSOLE_HOSTS"] == "class.example.org"


def test_an_ipv6_address_is_written_in_brackets() -> None:
    assert lan.origin("fe80::1", 8000, tls=False) == "http://[fe80::1]:8000"


def test_tls_without_a_room_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="goes with --lan"):
        lan.prepare(["--tls"], {})


def test_the_qr_code_is_text_for_a_terminal() -> None:
    assert len(lan.qr_code("http://192.168.7.5:8000/").splitlines()) > 10
