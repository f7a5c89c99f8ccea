"""From what somebody proves to who that is: account, user name and password, or the root user's e-mail address.

Every failure looks alike and takes alike long; only the trail tells an unknown user from a wrong password.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare

from accounts import secrets
from accounts.models import AWS, Account, User
from accounts.principals import Principal, Root, UserPrincipal
from iamconsole.aws.identifiers import is_account_id

__all__ = ["Attempt", "Identity", "authenticate_root", "authenticate_user", "identity_of", "recall"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody with a console password, as one query reads them.

    `mark` changes with the password: a session that carries another one is over. `hard_expiry` says that an expired
    password cannot be changed by its user.
    """

    account: Account
    principal: Principal
    mark: str
    password_reset_required: bool = False
    password_expires: datetime | None = None
    hard_expiry: bool = False

    def has_expired(self, now: datetime) -> bool:
        """Tell whether the password is older than the account's policy lets it be."""
        return self.password_expires is not None and self.password_expires <= now


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an attempt to sign in: the account and user it was about, where they exist, and whether it held."""

    account: Account | None = None
    identity: Identity | None = None
    proven: bool = False


Admit = Callable[[str], bool]
"""Tells whether the password of a subject may be checked now; see `accounts.operations.throttling`."""


def _anybody(subject: str) -> bool:
    return True


def authenticate_user(account: str, user_name: str, password: str, *, admit: Admit = _anybody) -> Attempt:
    """Check an IAM user's sign-in; the account is named by its twelve digits or its alias."""
    found = _account(account)
    admitted = admit(f"user {found.account_id if found else account.strip().lower()} {user_name.lower()}")
    user = _users().filter(account=found, user_name__lower=user_name.lower()).first() if found else None
    encoded = user.login_profile.password if user and hasattr(user, "login_profile") else ""
    return Attempt(found, _identity_of(user) if user else None, proven=_proves(password, encoded, admitted=admitted))


def authenticate_root(email: str, password: str, *, admit: Admit = _anybody) -> Attempt:
    """Check the root user's sign-in."""
    account = _accounts().filter(root_email__lower=email.lower()).first() if email else None
    identity = _root_identity(account) if account else None
    encoded = account.root_password if account else ""
    return Attempt(account, identity, proven=_proves(password, encoded, admitted=admit(f"root {email.lower()}")))


def recall(principal_id: str, mark: str) -> Identity | None:
    """Find who a session belongs to, in one query; None where the user or the password has gone or changed.

    `principal_id` is a user's unique id, or the account's twelve digits for its root user.
    """
    identity = identity_of(principal_id)
    return identity if identity and constant_time_compare(identity.mark, mark) else None


def identity_of(principal_id: str) -> Identity | None:
    """Read somebody who has a console password, in one query."""
    if is_account_id(principal_id):
        account = _accounts().filter(pk=principal_id).first()
        return _root_identity(account) if account else None
    user = _users().filter(pk=principal_id, login_profile__isnull=False).first()
    return _identity_of(user) if user else None


def _account(text: str) -> Account | None:
    text = (
        text.strip().lower().replace("-", "") if is_account_id(text.strip().replace("-", "")) else text.strip().lower()
    )
    if text == AWS or not text:
        return None
    rows = _accounts().filter(pk=text) if is_account_id(text) else _accounts().filter(alias=text)
    return rows.first()


def _accounts() -> QuerySet[Account]:
    return Account.objects.select_related("own_password_policy")


def _users() -> QuerySet[User]:
    return User.objects.select_related("account__own_password_policy", "login_profile")


def _identity_of(user: User) -> Identity:
    principal = UserPrincipal(user.account_id, user.user_id, user.user_name, user.path)
    profile = getattr(user, "login_profile", None)
    if profile is None:
        return Identity(user.account, principal, secrets.fingerprint(user.user_id, ""))
    policy = user.account.password_policy
    return Identity(
        user.account,
        principal,
        secrets.fingerprint(user.user_id, profile.password),
        password_reset_required=profile.password_reset_required,
        password_expires=policy.expiry(profile.password_last_changed),
        hard_expiry=policy.hard_expiry,
    )


def _root_identity(account: Account) -> Identity:
    mark = secrets.fingerprint(account.account_id, account.root_password)
    return Identity(account, Root(account.account_id), mark)


def _proves(password: str, encoded: str, *, admitted: bool) -> bool:
    if not encoded or not admitted:
        secrets.waste_a_check(password)
        return False
    return secrets.password_matches(password, encoded)
