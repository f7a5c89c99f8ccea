"""The root user's own password: changed at the console alone, by no API operation; the trail holds every attempt.

Rules: id_root-user_manage_update-root-user-password; cloudtrail-event-reference-aws-console-sign-in-events.
"""

from django.db import transaction

from accounts import secrets
from accounts.models import Account
from accounts.operations.throttling import admit
from iamconsole.audit.recording import Outcome, sign_in_event
from iamconsole.aws import names, password_policy
from iamconsole.aws.errors import IamError, IncorrectPassword, InvalidUserType, PasswordPolicyViolation
from iamconsole.call import Call

__all__ = ["change_root_password", "requirements"]

RULES = password_policy.DEFAULT
SAME = "The new password must differ from the present one."


def requirements() -> tuple[str, ...]:
    """What the root user's password must have, as sentences; the account's policy for its users does not bind it."""
    return RULES.requirements()


def change_root_password(call: Call, *, old_password: str, new_password: str) -> None:
    """Change the password of the root user who calls; every session under the old one is over.

    Raises InvalidUserType for anybody else, IncorrectPassword where the old password is wrong, ValidationError or
    PasswordPolicyViolation for a new one that will not do. Guesses of the old one are slowed down like a sign-in's.
    """
    if call.principal.identity_type != "Root":
        raise InvalidUserType("Only the root user can change the root user's password.")
    try:
        account = _proven(call, old_password)
        _check(account, old_password, new_password)
        _replace(call, account, new_password)
    except IamError as error:
        _event(call, Outcome(response={"PasswordUpdated": "Failure"}, error_message=error.message))
        raise


def _proven(call: Call, password: str) -> Account:
    account = Account.objects.get(pk=call.account_id)
    attempted = admit(f"root {(account.root_email or '').lower()}", call.source_ip, call.time)
    if not attempted.admitted or not account.root_password:
        secrets.waste_a_check(password)
        raise _incorrect()
    if not secrets.password_matches(password, account.root_password):
        raise _incorrect()
    attempted.succeeded()
    return account


def _check(account: Account, old_password: str, new_password: str) -> None:
    names.check(names.PASSWORD, new_password, "newPassword")
    broken = RULES.violations(new_password, account_name=account.name, email=account.root_email or "")
    if not broken and new_password == old_password:
        broken = (SAME,)
    if broken:
        raise PasswordPolicyViolation(" ".join(broken), field="newPassword")


def _replace(call: Call, account: Account, password: str) -> None:
    """Put the new password in the place of the one that was proven, unless that is gone already."""
    encoded = secrets.hash_password(password)
    with transaction.atomic():
        present = Account.objects.filter(pk=account.pk, root_password=account.root_password)
        if not present.update(root_password=encoded):
            raise _incorrect()
        _event(call, Outcome(response={"PasswordUpdated": "Success"}))
    call.forget()


def _event(call: Call, outcome: Outcome) -> None:
    sign_in_event(call, name="PasswordUpdated", outcome=outcome).save(force_insert=True)


def _incorrect() -> IncorrectPassword:
    return IncorrectPassword("The old password was incorrect.", field="oldPassword")
