"""Switching roles in the console: the console takes the role for the user, with the user's own permissions.

Rules: id_roles_use_switch-role-console; cloudtrail-event-reference-aws-console-sign-in-events (SwitchRole, ExitRole).
"""

from accounts import shapes
from accounts.assuming import assumed_role, found_role, role_used
from accounts.issuing import issue
from accounts.models import Account, CredentialKind, TemporaryCredential
from accounts.sessions import Credentials
from iamconsole.audit.recording import Outcome, sign_in_event
from iamconsole.aws import arn, names
from iamconsole.aws.identifiers import is_account_id
from iamconsole.call import Call
from iamconsole.gate import operation

__all__ = ["exit_role", "role_arn_of", "switch_role"]


def role_arn_of(account: str, role_name: str) -> str:
    """Name a role as it is typed: an account by its digits or its alias, and a role with its path.

    An alias that nobody has stays as it is: the role is then refused like any that does not trust the caller.
    """
    account = account.strip().lower()
    account_id = account.replace("-", "")
    if not is_account_id(account_id):
        # NAMED EXCEPTION: an alias leads anybody to its account's sign-in page, so the digits are no secret.
        found = Account.objects.filter(alias=account).values_list("pk", flat=True).first()
        account_id = found or account
    path, _, name = role_name.strip().strip("/").rpartition("/")
    return arn.role_arn(account_id, f"/{path}/" if path else "/", name)


@operation("sts:AssumeRole", resource=assumed_role, answer=shapes.assumed_role, batch=True)
def switch_role(
    call: Call, *, role_arn: str, role_session_name: str, seconds_left: int, external_id: str | None = None
) -> Credentials:
    """Take a role for the rest of a console session, the role's maximum session duration at most.

    AWS's console cannot give an external id; this one can, so that what it is for can be tried. The trail has it
    twice, as AWS's does: AssumeRole, and SwitchRole of the sign-in service.
    """
    if external_id is not None:
        names.check(names.EXTERNAL_ID, external_id, "externalId")
    role = found_role(call, role_arn)
    role_used(role, call)
    taken = issue(
        call,
        CredentialKind.ASSUME_ROLE,
        seconds=max(1, min(role.max_session_duration, seconds_left)),
        account=role.account,
        role=role,
        session_name=role_session_name,
    )
    said = {"SwitchFrom": call.principal.arn, "SwitchTo": role_arn, "RedirectTo": call.referer}
    outcome = Outcome(response={"SwitchRole": "Success"}, additional=said)
    sign_in_event(call, name="SwitchRole", outcome=outcome).save(force_insert=True)
    return taken


def exit_role(call: Call, access_key_id: str, switched_to: str) -> None:
    """End a session of a switched role before its time; its credentials are no more."""
    TemporaryCredential.objects.filter(pk=access_key_id).delete()
    outcome = Outcome(
        response={"ExitRole": "Success"}, additional={"SwitchTo": call.principal.arn, "SwitchFrom": switched_to}
    )
    sign_in_event(call, name="ExitRole", outcome=outcome).save(force_insert=True)
