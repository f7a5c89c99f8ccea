"""Who carries a managed policy: ListEntitiesForPolicy, seen from the policy's side."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from iamconsole.aws import names
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Filter, Sort, paginate
from policies import arns, queries
from policies.models import Attachment, Boundary, ManagedPolicy
from policies.owners import Entity

PERMISSIONS, BOUNDARY = "PermissionsPolicy", "PermissionsBoundary"
USAGES = (PERMISSIONS, BOUNDARY)
ENTITY_FILTERS = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
FILTERS: Mapping[str, Filter] = {"type": lambda value: Q(entity_type=value) if value in ENTITY_FILTERS else None}
SORTS = {"name": Sort("entity_name", ignore_case=True), "type": Sort("entity_type")}
_BOUNDARIES_NEXT = "boundaries"
"""The cursor between the last permissions page and the first boundary where both uses are asked for."""


@dataclass(frozen=True, slots=True)
class PolicyEntity:
    """A user, group or role that carries the policy, and as what."""

    type: str
    usage: str
    entity: Entity


@operation("iam:ListEntitiesForPolicy", resource=arns.named_policy, read_only=True)
def list_entities_for_policy(
    call: Call,
    *,
    policy_arn: str,
    entity_filter: str | None = None,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    page: PageRequest = PageRequest(),
) -> Page[PolicyEntity]:
    """List the users, groups and roles of the account that carry a policy, one page at a time.

    Without `policy_usage_filter` those that carry it as permissions come first, those that it bounds after them. The
    page's filter `type` takes `User`, `Group` and `Role`.

    Rules: API_ListEntitiesForPolicy.
    """
    if entity_filter is not None:
        names.check_member(ENTITY_FILTERS, entity_filter, "entityFilter")
        page = replace(page, filters=(*page.filters, ("type", entity_filter)))
    if policy_usage_filter is not None:
        names.check_member(USAGES, policy_usage_filter, "policyUsageFilter")
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    policy = queries.find_policy(call, policy_arn)
    if policy_usage_filter == PERMISSIONS:
        return _carrying(call, policy, path_prefix, page)
    if policy_usage_filter == BOUNDARY:
        return _bounded(call, policy, path_prefix, page)
    return _both(call, policy, path_prefix, page)


def _both(call: Call, policy: ManagedPolicy, path_prefix: str, page: PageRequest) -> Page[PolicyEntity]:
    mark = f"{_BOUNDARIES_NEXT}:"
    if page.after is not None and page.after.startswith(mark):
        bounded = _bounded(call, policy, path_prefix, replace(page, after=page.after.removeprefix(mark) or None))
        return replace(bounded, before=None, after=mark + bounded.after if bounded.after else None)
    carrying = _carrying(call, policy, path_prefix, page)
    if carrying.after is None and policy.permissions_boundary_usage_count:
        return replace(carrying, after=mark)
    return carrying


def _carrying(call: Call, policy: ManagedPolicy, path_prefix: str, page: PageRequest) -> Page[PolicyEntity]:
    rows = Attachment.objects.filter(account_id=call.account_id, policy=policy).annotate(
        entity_name=Coalesce("user__user_name", "group__group_name", "role__role_name", output_field=CharField()),
        entity_path=Coalesce("user__path", "group__path", "role__path", output_field=CharField()),
    )
    rows = rows.select_related("user", "group", "role")
    return _page(rows, PERMISSIONS, path_prefix, page, policy.attachment_count)


def _bounded(call: Call, policy: ManagedPolicy, path_prefix: str, page: PageRequest) -> Page[PolicyEntity]:
    rows = Boundary.objects.filter(account_id=call.account_id, policy=policy).annotate(
        entity_name=Coalesce("user__user_name", "role__role_name", output_field=CharField()),
        entity_path=Coalesce("user__path", "role__path", output_field=CharField()),
    )
    rows = rows.select_related("user", "role")
    return _page(rows, BOUNDARY, path_prefix, page, policy.permissions_boundary_usage_count)


def _page(rows: QuerySet[Any], usage: str, path_prefix: str, page: PageRequest, total: int) -> Page[PolicyEntity]:
    rows = rows.filter(entity_path__startswith=path_prefix).annotate(
        entity_type=Case(
            When(user__isnull=False, then=Value("User")),
            When(role__isnull=False, then=Value("Role")),
            default=Value("Group"),
            output_field=CharField(),
        )
    )
    found = paginate(rows, page, sorts=SORTS, default="name", search=("entity_name",), filters=FILTERS, total=total)
    items = tuple(PolicyEntity(row.entity_type, usage, row.entity) for row in found)
    return Page(items, found.after, found.before, found.matches, found.total)
