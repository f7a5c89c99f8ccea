"""Opening accounts from the command line, and the demo account."""

from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from accounts.authentication import authenticate_root
from accounts.models import AccessKey, Account, User
from accounts.opening import open_account
from accounts.secrets import unseal
from iamconsole.aws.errors import EntityAlreadyExists, InvalidInput
from iamconsole.demo import cast

pytestmark = pytest.mark.django_db


def created(**options: object) -> dict[str, str]:
    out = StringIO()
    call_command(
        "createaccount", **{"name": "Team", "root_email": "root@team.example", "json": True, **options}, stdout=out
    )
    answer: dict[str, str] = json.loads(out.getvalue())
    return answer


def test_createaccount_prints_what_is_told_only_once() -> None:
    facts = created(account_id="111122223333")
    assert set(facts) == {"accountId", "alias", "rootEmail", "rootPassword", "accessKeyId", "secretAccessKey"}
    assert facts["accountId"] == "111122223333"
    key = AccessKey.objects.get(pk=facts["accessKeyId"])
    assert unseal(key.sealed_secret, f"access key {key.access_key_id}") == facts["secretAccessKey"]
    assert authenticate_root("root@team.example", facts["rootPassword"]).proven
    assert not authenticate_root("root@team.example", "").proven


@pytest.mark.parametrize(
    "options",
    [{"account_id": "123"}, {"root_email": "nobody"}, {"name": " "}, {"alias": "Not-An-Alias"}],
)
def test_createaccount_refuses_in_one_sentence(options: dict[str, str]) -> None:
    with pytest.raises(CommandError):
        created(**options)
    assert not Account.objects.filter(name="Team").exists()


def test_two_accounts_cannot_share_an_id_or_a_root_address() -> None:
    open_account(name="One", root_email="root@one.example", account_id="111122223333")
    with pytest.raises(EntityAlreadyExists):
        open_account(name="Two", root_email="root@two.example", account_id="111122223333")
    with pytest.raises(EntityAlreadyExists):
        open_account(name="Two", root_email="ROOT@one.example")
    with pytest.raises(InvalidInput):
        open_account(name="Two", root_email="root @two.example")


def test_the_demo_is_made_once_and_its_sign_ins_are_kept_for_their_owner(settings: Settings, tmp_path: Path) -> None:
    settings.IAMCONSOLE_HOME = tmp_path
    call_command("seed_demo", stderr=StringIO())
    file = tmp_path / "demo-sign-ins"
    first = file.read_text()
    assert first.startswith("account class-lab  user alice  password ")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    call_command("seed_demo", stderr=StringIO())
    assert file.read_text() == first
    assert Account.objects.filter(alias=cast.ALIAS).count() == 1


def test_a_fresh_demo_leaves_the_old_account_without_its_alias(settings: Settings, tmp_path: Path) -> None:
    settings.IAMCONSOLE_HOME = tmp_path
    call_command("seed_demo", stderr=StringIO())
    old = Account.objects.get(alias=cast.ALIAS)
    User.objects.filter(account=old, user_name="carol").update(path="/kept/")
    call_command("seed_demo", fresh=True, stderr=StringIO())
    assert Account.objects.get(alias=cast.ALIAS) != old
    assert User.objects.filter(account=old, user_name="carol", path="/kept/").exists()


def test_no_two_demo_accounts_have_a_password_in_common(settings: Settings, tmp_path: Path) -> None:
    settings.IAMCONSOLE_HOME = tmp_path
    lines: list[str] = []
    for _ in range(2):
        call_command("seed_demo", fresh=True, stderr=StringIO())
        lines += (tmp_path / "demo-sign-ins").read_text().splitlines()
    passwords = [line.rpartition(" ")[2] for line in lines]
    assert len(set(passwords)) == len(passwords)
