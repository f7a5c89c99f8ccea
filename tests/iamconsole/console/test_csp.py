"""The content security policy."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.urls("tests.iamconsole.console.addresses")


@pytest.mark.parametrize("address", ["/iam/test/show", "/iam/test/refuse", "/iam/nowhere", "/signin/root"])
def test_every_page_sends_the_strict_policy(console: Client, address: str) -> None:
    policy = console.get(address)["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy


def test_the_pages_of_the_editor_allow_its_style_by_a_nonce_of_their_own(console: Client) -> None:
    nonces = set()
    for _ in range(2):
        found = re.search(
            r"style-src 'self' 'nonce-([\w-]+)'", console.get("/iam/test/editor")["Content-Security-Policy"]
        )
        assert found
        nonces.add(found[1])
    assert len(nonces) == 2


@pytest.mark.parametrize("address", ["/iam/test/show", "/iam/test/refuse", "/signin/root", "/signin"])
def test_pages_hold_nothing_inline(console: Client, client: Client, address: str) -> None:
    for reader in (console, Client()):
        text = reader.get(address, follow=True).content.decode()
        assert " style=" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert not re.search(r"\son[a-z]+=", text)
