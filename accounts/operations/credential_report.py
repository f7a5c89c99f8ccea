"""The credential report: every user's credentials and how they are used, as one table.

Rules: id_credentials_getting-report; API_GenerateCredentialReport; API_GetCredentialReport.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from io import StringIO
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from accounts import arns, queries
from accounts.access_keys import AccessKeyMetadata, key_array, keys_of
from accounts.models import AccessKey, Account, CredentialReport, MFADevice, User
from iamconsole.aws import quotas
from iamconsole.aws.errors import ReportExpired, ReportInProgress, ReportNotPresent
from iamconsole.aws.password_policy import PasswordPolicy
from iamconsole.call import Call
from iamconsole.gate import operation

__all__ = [
    "COLUMNS", "LIFETIME", "ROOT", "ReportState", "ReportTask", "generate_credential_report", "get_credential_report",
]  # fmt: skip

LIFETIME = timedelta(seconds=quotas.CREDENTIAL_REPORT_LIFETIME_SECONDS)
ROOT = "<root_account>"
_KEYS = quotas.ACCESS_KEYS_PER_USER.value
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(
        f"access_key_{number}_{fact}"
        for number in range(1, _KEYS + 1)
        for fact in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
    ),
    *(f"cert_{number}_{fact}" for number in (1, 2) for fact in ("active", "last_rotated")),
    "additional_credentials_info",
)
_ABSENT, _UNKNOWN, _UNTOLD = "N/A", "no_information", "not_supported"
_LOCK = 7_201_920
"""The first half of the advisory lock under which an account's report is generated; its hash is the other."""


class ReportState(StrEnum):
    """How far a report is. Rules: API_GenerateCredentialReport."""

    STARTED = "STARTED"
    INPROGRESS = "INPROGRESS"
    COMPLETE = "COMPLETE"


@dataclass(frozen=True, slots=True)
class ReportTask:
    """What GenerateCredentialReport answers."""

    state: ReportState
    description: str = ""


def _answer(task: ReportTask) -> dict[str, Any]:
    return {"state": task.state.value, **({"description": task.description} if task.description else {})}


@operation("iam:GenerateCredentialReport", resource=arns.any_resource, answer=_answer)
def generate_credential_report(call: Call) -> ReportTask:
    """Generate a report unless the last one is younger than four hours; STARTED is said of one that is new.

    Rules: API_GenerateCredentialReport.
    """
    if not _take_turn(call):
        return ReportTask(ReportState.INPROGRESS)
    last = CredentialReport.objects.filter(pk=call.account_id).only("generated_time").first()
    if last is not None and not _is_old(last, call):
        return ReportTask(ReportState.COMPLETE)
    content = _written(call)
    CredentialReport.objects.update_or_create(
        account_id=call.account_id, defaults={"generated_time": call.time, "content": content}
    )
    return ReportTask(ReportState.STARTED, "No report exists. Starting a new report generation task")


@operation("iam:GetCredentialReport", resource=arns.any_resource, read_only=True)
def get_credential_report(call: Call) -> CredentialReport:
    """Read the report as CSV, with the time it was generated.

    Raises ReportNotPresent where there is none, ReportExpired for one of more than four hours, ReportInProgress instead
    of both while another call generates one.

    Rules: API_GetCredentialReport.
    """
    report = CredentialReport.objects.filter(pk=call.account_id).first()
    if report is not None and not _is_old(report, call):
        return report
    if not _take_turn(call):
        raise ReportInProgress("The credential report is still being generated.")
    if report is None:
        raise ReportNotPresent("No credential report exists. Generate one first.")
    raise ReportExpired("The most recent credential report has expired. Generate a new one.")


def _is_old(report: CredentialReport, call: Call) -> bool:
    return call.time - report.generated_time >= LIFETIME


def _take_turn(call: Call) -> bool:
    """Take the turn to generate until the transaction ends; false while another call has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, call.account_id])
        return bool(cursor.fetchone()[0])


def _written(call: Call) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(call))
    return text.getvalue()


def _rows(call: Call) -> Iterator[Sequence[str]]:
    """The root user's row, then the users' by name; two queries however many there are."""
    account = Account.objects.select_related("own_password_policy").annotate(
        has_mfa=Exists(MFADevice.objects.filter(account=OuterRef("pk"), user=None, enable_date__isnull=False))
    ).get(pk=call.account_id)  # fmt: skip
    root_keys = AccessKey.objects.filter(account=account, user=None).order_by("create_date", "pk")
    yield _root_row(account, [AccessKeyMetadata.of(key) for key in root_keys])
    for user in _users(call):
        yield _user_row(user, account.password_policy)


def _users(call: Call) -> QuerySet[Any]:
    rows: QuerySet[Any] = queries.users(call).select_related("login_profile")
    has_mfa = Exists(MFADevice.objects.filter(user=OuterRef("pk"), enable_date__isnull=False))
    rows = rows.annotate(key_list=key_array(), has_mfa=has_mfa)
    return rows.order_by(Lower("user_name"))


def _root_row(account: Any, keys: Sequence[AccessKeyMetadata]) -> list[str]:
    password = [_UNTOLD, _time(account.root_password_last_used, _UNKNOWN), _UNTOLD, _UNTOLD]
    return _row(ROOT, account, password, keys)


def _user_row(user: User, policy: PasswordPolicy) -> list[str]:
    profile = getattr(user, "login_profile", None)
    password = ["false", *[_ABSENT] * 3]
    if profile is not None:
        changed = profile.password_last_changed
        used = _time(user.password_last_used, _UNKNOWN)
        password = ["true", used, _time(changed), _time(policy.expiry(changed))]
    return _row(user.user_name, user, password, keys_of(user))


def _row(name: str, owner: Any, password: Sequence[str], keys: Sequence[AccessKeyMetadata]) -> list[str]:
    shown: list[AccessKeyMetadata | None] = [*keys, *[None] * _KEYS][:_KEYS]
    return [
        name,
        owner.arn,
        _time(owner.create_date),
        *password,
        _word(owner.has_mfa),
        *(cell for key in shown for cell in _key(key)),
        *("false", _ABSENT) * 2,
        "",
    ]


def _key(key: AccessKeyMetadata | None) -> tuple[str, ...]:
    if key is None:
        return ("false", *[_ABSENT] * 4)
    used = (_time(key.last_used_date), key.last_used_region or _ABSENT, key.last_used_service or _ABSENT)
    return (_word(key.is_active), _time(key.create_date), *used)


def _time(moment: datetime | None, absent: str = _ABSENT) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else absent


def _word(value: object) -> str:
    return "true" if value else "false"
