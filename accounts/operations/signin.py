"""Signing in: not an API operation of AWS, so it does not pass the gate; the trail holds every attempt.

Rules: cloudtrail-event-reference-aws-console-sign-in-events.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts import passkeys
from accounts.authentication import Attempt, Identity, authenticate_root, authenticate_user
from accounts.codes import use_code
from accounts.mfa_devices import enabled_devices
from accounts.models import Account, MFADevice, User
from accounts.operations.throttling import Attempted, admit
from accounts.passkeys import Answer, UnprovenAnswer
from accounts.principals import Principal, UserPrincipal
from iamconsole.audit.recording import HIDDEN, Outcome, sign_in_event
from iamconsole.call import Call

__all__ = [
    "PasswordExpired",
    "Proven",
    "SignInFailed",
    "Visit",
    "mfa_devices_of",
    "sign_in_as_root",
    "sign_in_as_user",
    "sign_in_with_code",
    "sign_in_with_passkey",
]

WRONG_PASSWORD = "Failed authentication"  # noqa: S105  # AWS's sentence in the trail
UNKNOWN_USER = "No username found in supplied account"
_KINDS = {False: "Virtual MFA", True: "U2F MFA"}


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


class _Gauge:
    """What a visit's attempt counts for, until it is known whether it succeeds."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.attempted: Attempted | None = None

    def admit(self, subject: str) -> bool:
        """Count the attempt, or refuse it."""
        self.attempted = admit(subject, self.visit.source_ip, self.visit.time)
        return self.attempted.admitted

    def settle(self, *, proven: bool) -> None:
        """Take the count back where the attempt succeeded."""
        if proven and self.attempted:
            self.attempted.succeeded()


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody whose password is right. Where `needs_code` an MFA device has to show one before the sign-in is done."""

    identity: Identity
    needs_code: bool = False


def sign_in_as_user(visit: Visit, *, account: str, user_name: str, password: str) -> Proven:
    """Sign in an IAM user, or raise SignInFailed or PasswordExpired; either way the account's trail says so."""
    gauge = _Gauge(visit)
    attempt = authenticate_user(account, user_name, password, admit=gauge.admit)
    gauge.settle(proven=attempt.proven)
    barred = bool(attempt.identity and attempt.identity.hard_expiry and attempt.identity.has_expired(visit.time))
    if attempt.proven and attempt.identity and not barred:
        return _prove(visit, attempt.identity)
    if attempt.account:
        _save_failure(visit, attempt.identity or attempt.account, _claimed(attempt), _additional(visit))
    raise PasswordExpired if attempt.proven else SignInFailed


def sign_in_as_root(visit: Visit, *, email: str, password: str) -> Proven:
    """Sign in the root user of the account with this e-mail address, or raise SignInFailed."""
    gauge = _Gauge(visit)
    attempt = authenticate_root(email, password, admit=gauge.admit)
    gauge.settle(proven=attempt.proven)
    if attempt.proven and attempt.identity:
        return _prove(visit, attempt.identity)
    if attempt.account:
        _save_failure(visit, attempt.identity or attempt.account, _claimed(attempt), _additional(visit))
    raise SignInFailed


def mfa_devices_of(identity: Identity) -> tuple[MFADevice, ...]:
    """The MFA devices any one of which completes the sign-in, oldest first."""
    principal = identity.principal
    user_id = principal.user_id if isinstance(principal, UserPrincipal) else None
    return tuple(enabled_devices(identity.account.account_id, user_id))


def sign_in_with_code(visit: Visit, identity: Identity, *, code: str, device: str = "") -> None:
    """Complete a sign-in with the code of an MFA device, of any one where none is named, or raise SignInFailed.

    A code counts once: of two attempts with the same one, at the same time or later, the second fails.
    """
    virtual = [each for each in mfa_devices_of(identity) if not each.is_passkey]
    devices = [each for each in virtual if device in ("", each.name)]
    _complete(visit, identity, devices, lambda each: use_code(each, code, visit.time))


def sign_in_with_passkey(visit: Visit, identity: Identity, answer: Answer | None) -> None:
    """Complete a sign-in with what a passkey answered to a challenge, or raise SignInFailed.

    None stands for an answer that nobody asked for. An answer counts once, and none to an older challenge counts after
    it.
    """
    claimed = answer.credential_id if answer else ""
    devices = [each for each in mfa_devices_of(identity) if each.is_passkey and each.credential_id == claimed]
    _complete(visit, identity, devices, lambda each: _take_answer(each, answer, visit.time))


def _complete(
    visit: Visit, identity: Identity, devices: Sequence[MFADevice], take: Callable[[MFADevice], bool]
) -> None:
    """Sign in by the first of these devices whose proof is taken; whoever guesses too often is not listened to."""
    gauge = _Gauge(visit)
    admitted = gauge.admit(f"code {identity.principal.principal_id}")
    with transaction.atomic():
        taken = next((each for each in devices if take(each)), None) if admitted else None
        if taken:
            _succeed(visit, identity, taken)
            gauge.settle(proven=True)
            return
    named = devices[0] if len(devices) == 1 else None
    _save_failure(visit, identity, _described(identity.principal), _additional(visit, named, mfa_used=True))
    raise SignInFailed


def _take_answer(device: MFADevice, answer: Answer | None, moment: datetime) -> bool:
    if answer is None:
        return False
    try:
        count = passkeys.verify_signature(answer, device, moment)
    except UnprovenAnswer:
        return False
    issued = answer.challenge.issued
    unused = MFADevice.objects.filter(
        Q(last_challenge_date=None) | Q(last_challenge_date__lt=issued),
        pk=device.pk, enable_date=device.enable_date, sign_count=device.sign_count,
    )  # fmt: skip
    return unused.update(last_challenge_date=issued, sign_count=count) == 1


def _prove(visit: Visit, identity: Identity) -> Proven:
    devices = mfa_devices_of(identity)
    if not devices:
        _succeed(visit, identity)
        return Proven(identity)
    kind = _KINDS[devices[0].is_passkey] if len(devices) == 1 else "Multiple MFA Devices"
    outcome = Outcome(response={"CheckMfa": "Success"}, additional={**_additional(visit), "MfaType": kind})
    claimed = _described(identity.principal)
    call = visit.call(identity.principal, identity.account)
    sign_in_event(call, name="CheckMfa", outcome=outcome, identity=claimed).save(force_insert=True)
    return Proven(identity, needs_code=True)


def _succeed(visit: Visit, identity: Identity, device: MFADevice | None = None) -> None:
    call = visit.call(identity.principal, identity.account)
    with transaction.atomic():
        if isinstance(identity.principal, UserPrincipal):
            User.objects.filter(pk=identity.principal.user_id).update(password_last_used=visit.time)
        else:
            Account.objects.filter(pk=identity.account.pk).update(root_password_last_used=visit.time)
        additional = _additional(visit, device, mfa_used=device is not None)
        outcome = Outcome(response={"ConsoleLogin": "Success"}, additional=additional)
        sign_in_event(call, name="ConsoleLogin", outcome=outcome).save(force_insert=True)


def _save_failure(visit: Visit, about: Identity | Account, claimed: dict[str, str], additional: dict[str, str]) -> None:
    """Record a failure of somebody who is known, or of an unknown name in a known account."""
    known = isinstance(about, Identity)
    call = (
        visit.call(about.principal, about.account)
        if isinstance(about, Identity)
        else visit.call(UserPrincipal(about.account_id, "", HIDDEN), about)
    )
    outcome = Outcome(
        response={"ConsoleLogin": "Failure"},
        error_message=WRONG_PASSWORD if known else UNKNOWN_USER,
        additional=additional,
    )
    sign_in_event(call, name="ConsoleLogin", outcome=outcome, identity=claimed).save(force_insert=True)


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


def _additional(visit: Visit, device: MFADevice | None = None, *, mfa_used: bool = False) -> dict[str, str]:
    said = {"LoginTo": visit.address, "MobileVersion": "No", "MFAUsed": "Yes" if mfa_used else "No"}
    return {**said, "MFAIdentifier": device.serial_number} if device else said
