"""The student accounts of a class: keep, change, list, and the sign-ins on their cards.

No operations of AWS: each asks the action of AWS Organizations that comes nearest.
"""

from dataclasses import dataclass

from accounts import arns, organizations
from accounts.models import Account, LoginProfile
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.classroom.furnishing import SignIn, unsealed
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.operations.states import find_student
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate

__all__ = [
    "Card",
    "get_student",
    "list_all_students",
    "list_cards",
    "list_students",
    "seat_of",
    "seat_student",
    "update_student",
]

SORTS = {
    "name": Sort("student_name", ignore_case=True),
    "student_id": Sort("student_id", ignore_case=True),
}


@operation("organizations:CreateAccount", resource=arns.any_resource, hidden=frozenset({"sealed_sign_ins"}), batch=True)
def seat_student(
    call: Call,
    *,
    account_id: str,
    student_id: str,
    student_name: str,
    email: str,
    alias: str,
    sealed_sign_ins: str,
) -> StudentAccount:
    """Keep whose a member account is; it asks organizations:CreateAccount."""
    return StudentAccount.objects.create(
        member=Account.objects.get(
            pk=organizations.find_member(organizations.managed_organization(call), account_id).pk
        ),
        account=call.account,
        student_id=student_id,
        student_name=student_name,
        email=email,
        alias=alias,
        sealed_sign_ins=sealed_sign_ins,
    )


@operation("organizations:CreateAccount", resource=arns.any_resource, batch=True, event_name="UpdateStudent")
def update_student(call: Call, *, account_id: str, student_name: str, email: str) -> None:
    """Change a student's name and address in the class; the account stays as it is."""
    student = find_student(call, account_id)
    student.student_name, student.email = student_name, email
    student.save(update_fields=["student_name", "email"])


@operation("organizations:ListAccounts", resource=arns.any_resource, read_only=True, batch=True)
def list_students(call: Call, *, page: PageRequest = PageRequest()) -> Page[StudentAccount]:
    """List the student accounts of the class, one page at a time."""
    rows = StudentAccount.objects.filter(account_id=call.account_id).select_related("member").defer("sealed_sign_ins")
    return paginate(rows, page, sorts=SORTS, default="name", search=("student_name", "student_id", "member__alias"))


@operation("organizations:ListAccounts", resource=arns.any_resource, read_only=True, batch=True)
def list_all_students(call: Call) -> tuple[StudentAccount, ...]:
    """List all student accounts of the class, as a roster is held against them."""
    return tuple(StudentAccount.objects.filter(account_id=call.account_id).defer("sealed_sign_ins"))


@operation("organizations:DescribeAccount", resource=organizations.member, read_only=True, batch=True)
def get_student(call: Call, *, account_id: str) -> StudentAccount:
    """Read a student account of the class, or raise NoSuchEntity."""
    return find_student(call, account_id)


@dataclass(frozen=True, slots=True)
class Card:
    """What a card tells: whose account it is, and the sign-ins whose passwords are still those that were handed out."""

    student: StudentAccount
    sign_ins: tuple[SignIn, ...]


@operation(
    "organizations:CreateAccount", resource=arns.any_resource, read_only=True, batch=True, event_name="ListSignInCards"
)
def list_cards(call: Call, *, account_id: str = "") -> tuple[Card, ...]:
    """Give the cards of the class, or of one account; who may make the accounts may hand out their cards."""
    rows = StudentAccount.objects.filter(account_id=call.account_id).select_related("member").order_by("student_name")
    found = list(rows.filter(pk=account_id) if account_id else rows)
    unchanged = _unchanged(found)
    return tuple(Card(each, _told(each, unchanged)) for each in found)


def _unchanged(students: list[StudentAccount]) -> set[tuple[str, str]]:
    """The users, by account and name, whose passwords are older than their card."""
    made = {each.member_id: each.create_date for each in students}
    rows = LoginProfile.objects.filter(account_id__in=made)
    found = rows.values_list("account_id", "user__user_name", "password_last_changed")
    return {(account_id, name) for account_id, name, changed in found if changed <= made[account_id]}


def _told(student: StudentAccount, unchanged: set[tuple[str, str]]) -> tuple[SignIn, ...]:
    every = unsealed(student.member_id, student.sealed_sign_ins)
    return tuple(each for each in every if (student.member_id, each.user_name) in unchanged)


def seat_of(call: Call) -> StudentAccount | None:
    """Whose account the caller works in, where it is a student's: the page of the class says so and offers nothing."""
    return StudentAccount.objects.filter(pk=call.account_id).defer("sealed_sign_ins").first()
