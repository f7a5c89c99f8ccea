"""Open an account: what stands before any of its operations.

Nobody is signed in to an account that does not exist yet, so this is no operation of the gate: the operator of the
installation does it at the command line, and the trail begins with it.

Rules: organizations API_CreateAccount.
"""

from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import secrets
from accounts.models import AccessKey, Account
from accounts.principals import Root
from iamconsole.audit.recording import Outcome, api_event
from iamconsole.aws import identifiers, names, password_policy
from iamconsole.aws.errors import EntityAlreadyExists, InvalidInput
from iamconsole.call import Call, Door


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """A new account with its root user's password and access key, which are told this once."""

    account: Account
    root_password: str = field(repr=False)
    access_key_id: str
    secret_access_key: str = field(repr=False)


def open_account(
    *,
    name: str,
    root_email: str,
    account_id: str | None = None,
    alias: str | None = None,
    root_password: str | None = None,
    root_key: bool = True,
    root_sign_in: bool = True,
    by: Call | None = None,
) -> OpenedAccount:
    """Make an empty account with its root user.

    `account_id` and `root_password` are made up unless given; without `root_sign_in` the root user has no password.
    `by` is the call of who opens a member account for an organization: the new account's trail begins with that call,
    else with one of the command line. Raises EntityAlreadyExists for a taken id, alias or e-mail address, InvalidInput
    for what cannot be one.
    """
    _check(name, root_email, account_id, alias)
    password = (root_password or password_policy.generate()) if root_sign_in else ""
    account = Account(
        account_id=account_id or identifiers.new_account_id(), name=name, alias=alias, root_email=root_email
    )
    account.root_password = secrets.hash_password(password) if password else secrets.NO_PASSWORD
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError as error:
        taken = [f"the id {account_id}"] if account_id else []
        taken += [f"the alias {alias}"] if alias else []
        told = " or ".join([*taken, f"the root e-mail address {root_email}"])
        raise EntityAlreadyExists(f"There is already an account with {told}.") from error
    key, secret = _root_key(account) if root_key else (None, "")
    _record(account, replace(by, account=account) if by else root_call(account))
    return OpenedAccount(account, password, key.access_key_id if key else "", secret)


def root_call(account: Account) -> Call:
    """A call of the root user from the command line, as the seeding commands make it."""
    return Call(Root(account.account_id), account, timezone.now(), Door.COMMAND_LINE, user_agent="iamconsole")


def _check(name: str, root_email: str, account_id: str | None, alias: str | None) -> None:
    if not name.strip() or len(name) > 50 or not name.isprintable():
        raise InvalidInput("Give the account a name of 1 to 50 printable characters.", field="name")
    local, at, domain = root_email.rpartition("@")
    if not (local and at and domain) or len(root_email) > 254 or not root_email.isprintable() or " " in root_email:
        raise InvalidInput(f"{root_email} is no e-mail address: give one like root@example.com.", field="email")
    if account_id is not None and not identifiers.is_account_id(account_id):
        raise InvalidInput(f"{account_id} is no account id: it has exactly 12 digits.", field="accountId")
    if alias is not None:
        names.check_account_alias(alias)


def _root_key(account: Account) -> tuple[AccessKey, str]:
    secret = identifiers.new_secret_access_key()
    key = AccessKey(account=account)
    key.sealed_secret = secrets.seal(secret, f"access key {key.access_key_id}")
    key.save(force_insert=True)
    return key, secret


def _record(account: Account, call: Call) -> None:
    parameters = {"accountName": account.name, "email": account.root_email}
    response = {"accountId": account.account_id, "accountName": account.name}
    api_event(
        call,
        action="organizations:CreateAccount",
        read_only=False,
        parameters=parameters,
        outcome=Outcome(response=response),
    ).save(force_insert=True)
