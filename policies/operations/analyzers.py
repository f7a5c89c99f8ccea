"""IAM Access Analyzer: make analyzers, and read and settle what they find, all on the account's own data.

Whoever lists findings has them refreshed; AWS scans by itself every now and then. As in AWS, ListFindingsV2 and
GetFindingV2 are authorized by the actions ListFindings and GetFinding.

Rules: list_awsiamaccessanalyzer; access-analyzer API_Operations.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import arns
from accounts.arns import Parameters, Target
from accounts.models import Role, User
from accounts.queries import find_role, find_user
from accounts.shapes import Shape
from iamconsole.aws.analyzer_errors import (
    ConflictException,
    ResourceNotFoundException,
    ServiceQuotaExceededException,
    ValidationException,
)
from iamconsole.aws.arn import analyzer_arn
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.names import Name
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Filter, Sort, paginate
from policies.analysis.narrowing import NarrowerPolicy, narrow
from policies.evaluation import Policy
from policies.external_access import policy_text
from policies.finding_scan import refresh, scan
from policies.models import Analyzer, AnalyzerType, Finding, FindingStatus, FindingType
from policies.unused_access import Unused, unused_by

__all__ = [
    "FILTERS", "SORTS", "FindingDetails", "create_analyzer", "delete_analyzer", "get_finding_recommendation",
    "get_finding_v2", "list_analyzers", "list_findings_v2", "start_resource_scan", "update_findings",
]  # fmt: skip

DEFAULT_AGE = 90
LONGEST_AGE = 365
ANALYZER_NAME = Name(r"[A-Za-z][A-Za-z0-9_.-]*", 1, 255)
SORTS = {
    "updated": Sort("updated_at", tie=Sort("finding_id")),
    "resource": Sort("resource", tie=Sort("finding_id")),
}
FILTERS: Mapping[str, Filter] = {
    "status": lambda value: _one("status", value, FindingStatus.values),
    "type": lambda value: _one("finding_type", value, FindingType.values),
}
_TYPE = "AWS::AccessAnalyzer::Analyzer"


def _one(column: str, value: str, known: Sequence[str]) -> Q | None:
    return Q(**{column: value}) if value in known else None


def named_analyzer(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The analyzer of `analyzer_arn`."""
    arn = parameters["analyzer_arn"]
    return (Target(arn, _TYPE, arn.rpartition("/")[2]),)


def new_analyzer(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The analyzer that is to be made."""
    name = parameters["analyzer_name"]
    return (Target(analyzer_arn(call.account_id, name), _TYPE, name),)


@dataclass(frozen=True, slots=True)
class FindingDetails:
    """One finding with what it rests on now: the policy that lets in, or the permissions that are not used.

    `unused` is None for anything but unused permissions of an entity that is still there.
    """

    finding: Finding
    document: str = ""
    unused: Unused | None = None


def _made(analyzer: Analyzer) -> Shape:
    return {"arn": analyzer.arn}


@operation("access-analyzer:CreateAnalyzer", resource=new_analyzer, answer=_made)
def create_analyzer(
    call: Call,
    *,
    analyzer_name: str,
    type: str,  # noqa: A002 - the API's word
    unused_access_age: int | None = None,
) -> Analyzer:
    """Make an analyzer; one of each type is all that an account may have.

    `unused_access_age` are the days without use after which an analyzer of unused access speaks, 90 unless given. AWS
    begins at 1; here 0 counts at once whatever was not used since it was made, so that a lesson need not wait.

    Rules: access-analyzer API_CreateAnalyzer; access-analyzer-quotas.
    """
    if not ANALYZER_NAME.matches(analyzer_name) or len(analyzer_name) > ANALYZER_NAME.maximum:
        raise ValidationException(
            "An analyzer's name begins with a letter and has letters, digits, periods, underscores and hyphens.",
            field="analyzerName",
        )
    if type not in AnalyzerType.values:
        raise ValidationException(f"{type} is no type of analyzer.", field="type")
    age = None
    if type == AnalyzerType.ACCOUNT_UNUSED_ACCESS:
        age = DEFAULT_AGE if unused_access_age is None else unused_access_age
        if not 0 <= age <= LONGEST_AGE:
            raise ValidationException(f"Enter a number of days from 0 to {LONGEST_AGE}.", field="unusedAccessAge")
    try:
        with transaction.atomic():
            return Analyzer.objects.create(
                account_id=call.account_id, analyzer_name=analyzer_name, type=type, unused_access_age=age,
                created_at=call.time,
            )  # fmt: skip
    except IntegrityError as error:
        if "analyzer_name_unique" in str(error):
            raise ConflictException(
                f"An analyzer with the name {analyzer_name} already exists.", field="analyzerName"
            ) from error
        raise ServiceQuotaExceededException(
            "The account has an analyzer of this type: there can be one.", field="type"
        ) from error


@operation("access-analyzer:DeleteAnalyzer", resource=named_analyzer)
def delete_analyzer(call: Call, *, analyzer_arn: str) -> None:
    """Delete an analyzer with all its findings.

    Rules: access-analyzer API_DeleteAnalyzer.
    """
    _analyzer(call, analyzer_arn).delete()


@operation("access-analyzer:ListAnalyzers", resource=arns.any_resource, read_only=True)
def list_analyzers(call: Call) -> tuple[Analyzer, ...]:
    """List the account's analyzers, the oldest first.

    Rules: access-analyzer API_ListAnalyzers.
    """
    found = tuple(Analyzer.objects.filter(account_id=call.account_id).order_by("pk"))
    call.memo.update({("analyzer", each.arn): each for each in found})
    return found


@operation("access-analyzer:ListFindings", resource=named_analyzer, read_only=True)
def list_findings_v2(call: Call, *, analyzer_arn: str, page: PageRequest = PageRequest()) -> Page[Finding]:
    """List the findings of an analyzer, one page at a time; the first page is of a fresh scan.

    The page's filters are `status` and `type`, with the values of the API; it searches in the resources' ARNs.

    Rules: access-analyzer API_ListFindingsV2.
    """
    analyzer = _analyzer(call, analyzer_arn)
    if page.after is None and page.before is None:
        refresh(call, analyzer)
    rows = Finding.objects.filter(account_id=call.account_id, analyzer=analyzer)
    return paginate(rows, page, sorts=SORTS, default="-updated", search=("resource",), filters=FILTERS)


@operation("access-analyzer:GetFinding", resource=named_analyzer, read_only=True)
def get_finding_v2(call: Call, *, analyzer_arn: str, id: str) -> FindingDetails:  # noqa: A002 - the API's word
    """Read a finding with what it rests on now.

    Raises ResourceNotFoundException for one that the analyzer does not have, another account's included.

    Rules: access-analyzer API_GetFindingV2.
    """
    finding = _finding(call, _analyzer(call, analyzer_arn), id)
    if finding.finding_type == FindingType.EXTERNAL_ACCESS:
        return FindingDetails(finding, document=policy_text(call, finding))
    return FindingDetails(finding, unused=_unused(call, finding))


@operation("access-analyzer:GetFindingRecommendation", resource=named_analyzer, read_only=True)
def get_finding_recommendation(
    call: Call,
    *,
    analyzer_arn: str,
    id: str,  # noqa: A002 - the API's word
) -> tuple[tuple[Policy, NarrowerPolicy], ...]:
    """Propose, for unused permissions, a narrower document for each policy that gives some.

    Rules: access-analyzer API_GetFindingRecommendation.
    """
    finding = _finding(call, _analyzer(call, analyzer_arn), id)
    unused = _unused(call, finding)
    if unused is None:
        return ()
    proposed = ((policy, narrow(policy.compiled, unused.used)) for policy in unused.policies)
    return tuple((policy, narrower) for policy, narrower in proposed if narrower is not None)


@operation("access-analyzer:UpdateFindings", resource=named_analyzer)
def update_findings(call: Call, *, analyzer_arn: str, status: str, ids: Sequence[str]) -> int:
    """Archive findings or make them active again, and answer how many there were to change; what is resolved stays so.

    Rules: access-analyzer API_UpdateFindings.
    """
    if status not in (FindingStatus.ACTIVE, FindingStatus.ARCHIVED):
        raise ValidationException("A finding is made ACTIVE or ARCHIVED.", field="status")
    analyzer = _analyzer(call, analyzer_arn)
    known = [parsed for text in ids if (parsed := _uuid(text)) is not None]
    rows = Finding.objects.filter(account_id=call.account_id, analyzer=analyzer, pk__in=known)
    others = rows.exclude(status__in=(status, FindingStatus.RESOLVED))
    return others.update(status=status, updated_at=call.time)


@operation("access-analyzer:StartResourceScan", resource=named_analyzer)
def start_resource_scan(call: Call, *, analyzer_arn: str) -> None:
    """Scan at once, whenever the last scan was. AWS takes one resource; here all are looked at.

    Rules: access-analyzer API_StartResourceScan.
    """
    scan(call, _analyzer(call, analyzer_arn))


def _analyzer(call: Call, arn: str) -> Analyzer:
    found: Analyzer | None = call.remember(("analyzer", arn), lambda: _read(call, arn))
    if found is None:
        raise ResourceNotFoundException(f"No analyzer with the ARN {arn} was found.", field="analyzerArn")
    return found


def _read(call: Call, arn: str) -> Analyzer | None:
    found = Analyzer.objects.filter(account_id=call.account_id, analyzer_name=arn.rpartition("/")[2]).first()
    return found if found is not None and found.arn == arn else None


def _finding(call: Call, analyzer: Analyzer, finding_id: str) -> Finding:
    found: Finding | None = call.remember(("finding", finding_id), lambda: _by_id(call, analyzer, finding_id))
    if found is None:
        raise ResourceNotFoundException(f"The finding {finding_id} was not found.", field="id")
    return found


def _by_id(call: Call, analyzer: Analyzer, finding_id: str) -> Finding | None:
    known = _uuid(finding_id)
    if known is None:
        return None
    rows = Finding.objects.filter(account_id=call.account_id, analyzer=analyzer, pk=known)
    return rows.select_related("analyzer").first()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _unused(call: Call, finding: Finding) -> Unused | None:
    """What the entity of a finding does not use; None for another kind of finding, and where the entity is gone."""
    if finding.finding_type != FindingType.UNUSED_PERMISSION:
        return None
    return call.remember(("unused", str(finding.pk)), lambda: _computed(call, finding))


def _computed(call: Call, finding: Finding) -> Unused | None:
    find = find_role if ":role/" in finding.resource else find_user
    try:
        entity: User | Role = find(call, finding.resource.rpartition("/")[2])
    except NoSuchEntity:
        return None
    return unused_by(call, entity, finding.analyzer.unused_access_age or 0) if entity.arn == finding.resource else None
