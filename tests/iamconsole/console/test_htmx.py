"""Parts for htmx, pages for everyone else."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.urls("tests.iamconsole.console.addresses")
HTMX = {"HX-Request": "true"}


def is_page(text: str) -> bool:
    return text.lstrip().startswith("<!doctype html>")


def test_everyone_gets_the_whole_page(console: Client) -> None:
    response = console.get("/iam/test/show")
    assert is_page(response.content.decode())
    assert {"HX-Request", "HX-History-Restore-Request", "HX-Target"} <= set(response["Vary"].split(", "))


def test_htmx_gets_the_part(console: Client) -> None:
    response = console.get("/iam/test/show", headers=HTMX)
    assert not is_page(response.content.decode())
    assert "HX-Target" in response["Vary"]


def test_a_restored_history_entry_gets_the_whole_page(console: Client) -> None:
    response = console.get("/iam/test/show", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert is_page(response.content.decode())


@pytest.mark.parametrize(("target", "whole"), [("flash-list", False), ("list", True)])
def test_the_target_chooses_the_part(console: Client, target: str, whole: bool) -> None:
    response = console.get("/iam/test/show?map=1", headers={**HTMX, "HX-Target": target})
    assert is_page(response.content.decode()) is whole


def test_a_refused_form_is_swapped_by_htmx(console: Client) -> None:
    assert console.get("/iam/test/show?status=403", headers=HTMX).status_code == 422
    assert console.get("/iam/test/show?status=403").status_code == 403


def test_go_to_redirects_either_kind(console: Client) -> None:
    assert console.get("/iam/test/leave")["Location"] == "/signin/class-lab"
    response = console.get("/iam/test/leave", headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, "/signin/class-lab")
