"""Give each student of a roster an account of its own: the steps of the page and of the command."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from accounts import organizations
from accounts.models import Account, Organization, OrganizationAccount, OrganizationalUnit, PolicyTypes
from accounts.operations.organization_accounts import create_account, move_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from iamconsole.aws.errors import EntityAlreadyExists
from iamconsole.call import Call
from iamconsole.classroom.furnishing import furnish, sealed
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.operations.states import UNIT, keep_start
from iamconsole.classroom.operations.students import list_all_students, seat_student, update_student
from iamconsole.classroom.roster import Student
from policies.models import ControlPolicy
from policies.operations.control_policies import create_policy
from policies.operations.control_policy_attachments import attach_policy

__all__ = ["Change", "Planned", "plan", "seat"]

_STAY = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "StudentsStay",
            "Effect": "Deny",
            "Action": "organizations:LeaveOrganization",
            "Resource": "*"
        }
    ]
}"""
_STAY_NAME = "StudentsStay"


class Change(StrEnum):
    """What a line of a roster leads to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Planned:
    """A student of a roster, and what would be done."""

    student: Student
    change: Change
    account_id: str = ""


def plan(call: Call, students: Sequence[Student]) -> tuple[Planned, ...]:
    """Say what a roster would change; nothing is written."""
    known = {row.student_id.lower(): row for row in list_all_students(call)}
    return tuple(_planned(student, known.get(student.student_id.lower())) for student in students)


def _planned(student: Student, row: StudentAccount | None) -> Planned:
    if row is None:
        return Planned(student, Change.NEW)
    same = (row.student_name, row.email) == (student.name, student.email)
    return Planned(student, Change.SAME if same else Change.CHANGED, row.member_id)


def seat(call: Call, students: Sequence[Student], *, demo: bool = False) -> Iterator[Planned]:
    """Make what is missing, one student at a time, and say of each what was done; whoever has an account keeps it.

    The caller's account becomes the management account of an organization if it is in none. Raises AccessDenied with
    the first operation that the caller may not call.
    """
    plans = plan(call, students)
    unit_id = _unit(call) if any(each.change is Change.NEW for each in plans) else ""
    for each in plans:
        if each.change is Change.CHANGED:
            student = each.student
            update_student(call, account_id=each.account_id, student_name=student.name, email=student.email)
        yield _seated(call, each.student, unit_id, demo=demo) if each.change is Change.NEW else each


def _unit(call: Call) -> str:
    """The unit of the students, made with the organization where there is none yet."""
    place = organizations.place_of(call)
    organization: Organization = place.organization if place else create_organization(call)
    units = OrganizationalUnit.objects.filter(organization=organization, parent=None, unit_name=UNIT)
    found = units.values_list("pk", flat=True).first()
    return found or _new_unit(call, organization)


def _new_unit(call: Call, organization: Organization) -> str:
    """Make the unit, with the policy that keeps a student's administrator from taking the account out of the class."""
    unit_id = create_organizational_unit(call, parent_id=organization.root_id, name=UNIT).pk
    policy = ControlPolicy.objects.filter(account_id=call.account_id, policy_name=_STAY_NAME).first()
    if policy is None:
        policy = create_policy(
            call,
            name=_STAY_NAME,
            policy_type=PolicyTypes.SERVICE_CONTROL_POLICY.value,
            content=_STAY,
            description="Keeps the accounts of students in the organization.",
        )
    attach_policy(call, policy_id=policy.policy_id, target_id=unit_id)
    return str(unit_id)


def _seated(call: Call, student: Student, unit_id: str, *, demo: bool) -> Planned:
    """Make one account whole. What a killed run left half made is found again by its root user's address."""
    alias = _alias(call, student)
    root_email = f"{student.slug}@{call.account_id}.students.example"
    made = {"email": root_email, "account_name": student.name}
    member = _half_made(call, root_email) or create_account(call, **made, root_sign_in=False).account
    with transaction.atomic():
        place = OrganizationAccount.objects.select_related("organization").get(pk=member.pk)
        if place.unit_id != unit_id:
            move_account(
                call,
                account_id=member.pk,
                source_parent_id=place.organization.root_id,
                destination_parent_id=unit_id,
            )
        sign_ins = furnish(member, alias=alias, demo=demo)
        member.refresh_from_db()
        keep_start(call, member)
        seat_student(
            call,
            account_id=member.pk,
            student_id=student.student_id,
            student_name=student.name,
            email=student.email,
            alias=alias,
            sealed_sign_ins=sealed(member.pk, sign_ins),
        )
    return Planned(student, Change.NEW, member.pk)


def _half_made(call: Call, root_email: str) -> Account | None:
    found = Account.objects.filter(root_email__lower=root_email.lower()).first()
    if found is None:
        return None
    ours = OrganizationAccount.objects.filter(pk=found.pk, organization__account_id=call.account_id).exists()
    if not ours or StudentAccount.objects.filter(pk=found.pk).exists():
        raise EntityAlreadyExists(f"Another student has the address {root_email}: give them different student ids.")
    return found


def _alias(call: Call, student: Student) -> str:
    """A free alias: the class and the student."""
    base = f"{call.account.label}-{student.slug}"[:58].strip("-").replace("--", "-")
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    taken = set(Account.objects.filter(alias__in=names).values_list("alias", flat=True))
    return next(name for name in names if name not in taken)
