"""Signing in: not an API operation of AWS, so it does not pass the gate; the trail holds every attempt.

Rules: cloudtrail-event-reference-aws-console-sign-in-events.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.authentication import Attempt, Identity, authenticate_root, authenticate_user
from accounts.models import Account, User
from accounts.principals import Principal, Root, UserPrincipal
from iamconsole.audit.recording import HIDDEN, Outcome, sign_in_event
from iamconsole.call import Call

__all__ = ["PasswordExpired", "SignInFailed", "Visit", "sign_in_as_root", "sign_in_as_user"]

WRONG_PASSWORD = "Failed authentication"  # noqa: S105  # AWS's sentence in the trail
UNKNOWN_USER = "No username found in supplied account"


class SignInFailed(Exception):
    """The details do not belong together; nobody is told which of them is wrong."""


class PasswordExpired(SignInFailed):
    """The password is right, but too old, and only an administrator can set another."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who may not be known yet."""

    time: datetime
    source_ip: str
    user_agent: str = ""
    secure_transport: bool = False
    referer: str = ""
    address: str = ""
    request_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def call(self, principal: Principal, account: Account, **more: Any) -> Call:
        """Make the call that this visit is, once it is known whose it is."""
        return Call(
            principal=principal,
            account=account,
            time=self.time,
            request_id=self.request_id,
            source_ip=self.source_ip,
            user_agent=self.user_agent,
            secure_transport=self.secure_transport,
            referer=self.referer,
            **more,
        )


def sign_in_as_user(visit: Visit, *, account: str, user_name: str, password: str) -> Identity:
    """Sign in an IAM user, or raise SignInFailed or PasswordExpired; either way the account's trail says so."""
    attempt = authenticate_user(account, user_name, password)
    barred = bool(attempt.identity and attempt.identity.hard_expiry and attempt.identity.has_expired(visit.time))
    if attempt.proven and attempt.identity and not barred:
        return _succeed(visit, attempt.identity)
    if attempt.account:
        _record_failure(visit, attempt.account, attempt, _claimed(attempt))
    raise PasswordExpired if attempt.proven else SignInFailed


def sign_in_as_root(visit: Visit, *, email: str, password: str) -> Identity:
    """Sign in the root user of the account with this e-mail address, or raise SignInFailed."""
    attempt = authenticate_root(email, password)
    if attempt.proven and attempt.identity:
        return _succeed(visit, attempt.identity)
    if attempt.account:
        root = Root(attempt.account.account_id)
        _record_failure(visit, attempt.account, attempt, _described(root))
    raise SignInFailed


def _succeed(visit: Visit, identity: Identity) -> Identity:
    call = visit.call(identity.principal, identity.account)
    with transaction.atomic():
        if isinstance(identity.principal, UserPrincipal):
            User.objects.filter(pk=identity.principal.user_id).update(password_last_used=visit.time)
        else:
            Account.objects.filter(pk=identity.account.pk).update(root_password_last_used=visit.time)
        outcome = Outcome(response={"ConsoleLogin": "Success"}, additional=_additional(visit))
        sign_in_event(call, name="ConsoleLogin", outcome=outcome).save(force_insert=True)
    return identity


def _record_failure(visit: Visit, account: Account, attempt: Attempt, claimed: dict[str, str]) -> None:
    known = attempt.identity
    principal = known.principal if known else UserPrincipal(account.account_id, "", HIDDEN)
    outcome = Outcome(
        response={"ConsoleLogin": "Failure"},
        error_message=WRONG_PASSWORD if known else UNKNOWN_USER,
        additional=_additional(visit),
    )
    event = sign_in_event(visit.call(principal, account), name="ConsoleLogin", outcome=outcome, identity=claimed)
    event.save(force_insert=True)


def _claimed(attempt: Attempt) -> dict[str, str]:
    """Describe who tried. A name that no user has may be a password typed into the wrong field: it is not kept."""
    if attempt.identity:
        return _described(attempt.identity.principal)
    account_id = attempt.account.account_id if attempt.account else ""
    return {"type": "IAMUser", "principalId": "", "accountId": account_id, "userName": HIDDEN, "accessKeyId": ""}


def _described(principal: Principal) -> dict[str, str]:
    described = {
        "type": principal.identity_type,
        "principalId": principal.principal_id,
        "accountId": principal.account_id,
        "accessKeyId": "",
    }
    if isinstance(principal, UserPrincipal):
        return {**described, "userName": principal.user_name}
    return {**described, "arn": principal.arn}


def _additional(visit: Visit) -> dict[str, str]:
    return {"LoginTo": visit.address, "MobileVersion": "No", "MFAUsed": "No"}
