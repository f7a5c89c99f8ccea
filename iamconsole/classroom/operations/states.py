"""Put a student account back to its start, or to a state that was kept."""

from collections.abc import Sequence

from django.db import transaction

from accounts import organizations
from accounts.conflicts import refusing_duplicates
from accounts.models import Account, OrganizationAccount, OrganizationalUnit
from accounts.organizations import Node
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.call import Call
from iamconsole.classroom.models import AccountState, StudentAccount
from iamconsole.classroom.states import clear_rows, put_rows, take_rows
from iamconsole.gate import operation
from policies.controlling import allow_everything

__all__ = ["UNIT", "keep_start", "list_account_states", "reset_account"]


_TAKEN = "The state holds a bucket whose name another account has taken meanwhile: nothing was put back."
UNIT = "Students"
"""The unit of the organization in which the student accounts stand."""


@operation(
    "organizations:CloseAccount", resource=organizations.changed_member, batch=True, event_name="ResetStudentAccount"
)
def reset_account(call: Call, *, account_id: str, state_id: int | None = None, reason: str = "") -> AccountState:
    """Keep a student account as it is now, then put it back to its start, or to a kept state; answer what was kept.

    An account that has left the organization is taken in again. Everything goes back: users with their passwords,
    policies, roles, lab resources, the alias. The trail stays. No operation of AWS: it asks organizations:CloseAccount,
    for it ends what the account was.
    """
    student = find_student(call, account_id)
    member = Account.objects.select_for_update(no_key=True).get(pk=student.member_id)
    states = AccountState.objects.filter(member=member)
    wanted = states.filter(pk=state_id).first() if state_id else states.filter(is_start=True).first()
    if wanted is None:
        raise NoSuchEntity("This account has no such state to go back to.", field="stateId")
    kept = _keep(
        call, member, reason=reason or ("Before a reset" if wanted.is_start else "Before a state was put back")
    )
    clear_rows(member.pk)
    with refusing_duplicates(_TAKEN):
        put_rows(wanted.rows)
    member.alias = _free(wanted.alias, member)
    member.save(update_fields=["alias"])
    _take_in_again(call, member)
    return kept


@operation("organizations:DescribeAccount", resource=organizations.member, read_only=True, batch=True)
def list_account_states(call: Call, *, account_id: str) -> Sequence[AccountState]:
    """List what was kept of a student account, newest first, without the rows."""
    student = find_student(call, account_id)
    return tuple(AccountState.objects.filter(member=student.member_id).defer("rows").order_by("-taken", "-pk"))


def keep_start(call: Call, member: Account) -> None:
    """Keep an account that has just been furnished: this is where a reset leads back to."""
    with transaction.atomic():
        AccountState.objects.filter(member=member, is_start=True).delete()
        _keep(call, member, reason="Start", is_start=True)


def find_student(call: Call, account_id: str) -> StudentAccount:
    """Find a student account of the caller's class, or raise NoSuchEntity."""
    rows = StudentAccount.objects.select_related("member")
    found = rows.filter(account_id=call.account_id, pk=account_id).first() if "\x00" not in account_id else None
    if found is None:
        raise NoSuchEntity(f"There is no student account {account_id}.", field="accountId")
    return found


def _keep(call: Call, member: Account, *, reason: str, is_start: bool = False) -> AccountState:
    return AccountState.objects.create(
        member=member,
        is_start=is_start,
        taken=call.time,
        taken_by=call.principal.arn,
        reason=reason[:256],
        alias=member.alias or "",
        rows=take_rows(member.pk),
    )


def _take_in_again(call: Call, member: Account) -> None:
    """Let an account that has left stand among the students again. In another organization it stays where it is."""
    if OrganizationAccount.objects.filter(pk=member.pk).exists():
        return
    organization = organizations.lock_organization(call)
    unit = OrganizationalUnit.objects.filter(organization=organization, parent=None, unit_name=UNIT).first()
    place = OrganizationAccount.objects.create(account=member, organization=organization, unit=unit)
    allow_everything(organization, (Node(organization, member=place),), organization.policy_types)


def _free(alias: str, member: Account) -> str | None:
    """The alias as it was, unless another account has taken it meanwhile."""
    taken = not alias or Account.objects.exclude(pk=member.pk).filter(alias=alias).exists()
    return None if taken else alias
