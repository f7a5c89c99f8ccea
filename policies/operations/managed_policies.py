"""Managed policies: create, get, list, delete."""

from collections.abc import Mapping, Sequence

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When

from accounts import arns as account_arns
from accounts.conflicts import refusing_duplicates
from accounts.models import AWS
from accounts.queries import lock_account
from accounts.tagging import write_tags
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import DeleteConflict
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import Call
from iamconsole.gate import operation
from iamconsole.keyset import Filter, Sort, paginate
from policies import arns, queries, shapes
from policies.documents import check_managed_document
from policies.models import (
    JOB_FUNCTION_PATH,
    JOB_FUNCTIONS,
    Attachment,
    Boundary,
    ManagedPolicy,
    PolicyTag,
    PolicyVersion,
    document_hash,
)

SORTS = {
    "policy_name": Sort("policy_name", ignore_case=True),
    "type": Sort("type_rank"),
    "attached": Sort("attachment_count"),
    "created": Sort("create_date"),
}
JOB_FUNCTION = Q(account_id=AWS) & (Q(path=JOB_FUNCTION_PATH) | Q(policy_name__in=JOB_FUNCTIONS))
TYPES: Mapping[str, Q] = {
    "customer": ~Q(account_id=AWS),
    "aws": Q(account_id=AWS) & ~JOB_FUNCTION,
    "job-function": JOB_FUNCTION,
}
FILTERS: Mapping[str, Filter] = {"type": TYPES.get}
SCOPES: Mapping[str, Q] = {"All": Q(), "AWS": Q(account_id=AWS), "Local": ~Q(account_id=AWS)}
USAGES: Mapping[str, type[Attachment] | type[Boundary]] = {
    "PermissionsPolicy": Attachment,
    "PermissionsBoundary": Boundary,
}


@operation("iam:CreatePolicy", resource=arns.new_policy, also={"tags": "iam:TagPolicy"}, answer=shapes.policy)
def create_policy(
    call: Call,
    *,
    policy_name: str,
    policy_document: str,
    path: str = "/",
    description: str = "",
    tags: Sequence[tuple[str, str]] = (),
) -> ManagedPolicy:
    """Create a customer managed policy; the document, kept exactly as it came, is its default version v1.

    Raises MalformedPolicyDocument, EntityAlreadyExists for a name that differs only in case, and LimitExceeded at 1,500
    policies or above 6,144 characters.

    Rules: API_CreatePolicy; reference_iam-quotas.
    """
    names.check_policy_name(policy_name)
    names.check_policy_path(path)
    names.check_description(description)
    names.check_tags(list(tags))
    check_managed_document(policy_document)
    quotas.POLICIES_PER_ACCOUNT.check(lock_account(call).policy_count)
    taken = f"A policy called {policy_name} already exists. Duplicate names are not allowed."
    with refusing_duplicates(taken, field="policyName"):
        policy = ManagedPolicy.objects.create(
            account=call.account, policy_name=policy_name, path=path, description=description
        )
    PolicyVersion.objects.create(
        account=call.account,
        policy=policy,
        number=1,
        is_default=True,
        document=policy_document,
        document_hash=document_hash(policy_document),
        created_by=call.principal.arn,
    )
    write_tags(PolicyTag, policy, tags)
    return policy


@operation("iam:GetPolicy", resource=arns.named_policy, read_only=True)
def get_policy(call: Call, *, policy_arn: str) -> ManagedPolicy:
    """Read a managed policy, without its document.

    It comes with its tags (`tag_list`), what uses it in the account (`attachment_count`,
    `permissions_boundary_usage_count`) and `default_version_number`.

    Rules: API_GetPolicy.
    """
    return queries.find_policy(call, policy_arn)


@operation("iam:ListPolicies", resource=account_arns.any_resource, read_only=True)
def list_policies(
    call: Call,
    *,
    scope: str = "All",
    only_attached: bool = False,
    path_prefix: str = "/",
    policy_usage_filter: str | None = None,
    page: PageRequest = PageRequest(),
) -> Page[ManagedPolicy]:
    """List the managed policies that the account can attach, one page at a time.

    Each comes with its use in the account, as in `get_policy`. The page's filter `type` takes `customer`, `aws` and
    `job-function`.

    Rules: API_ListPolicies.
    """
    names.check_member(SCOPES, scope, "scope")
    names.check(names.PATH_PREFIX, path_prefix, "pathPrefix")
    rows = queries.with_usage(call, queries.policies(call).filter(SCOPES[scope])).annotate(type_rank=_type_rank())
    if path_prefix != "/":
        rows = rows.filter(path__startswith=path_prefix)
    if policy_usage_filter is not None:
        names.check_member(USAGES, policy_usage_filter, "policyUsageFilter")
        rows = rows.filter(_used_as(call, USAGES[policy_usage_filter]))
    elif only_attached:
        rows = rows.filter(_used_as(call, Attachment))
    return paginate(
        rows,
        page,
        sorts=SORTS,
        default="policy_name",
        search=("policy_name",),
        filters=FILTERS,
        total=_total(call, scope),
    )


@operation("iam:DeletePolicy", resource=arns.named_policy)
def delete_policy(call: Call, *, policy_arn: str) -> None:
    """Delete a customer managed policy that nothing uses, with its last version and its tags.

    Raises DeleteConflict while it is attached or a boundary, or has a version beside the default one.

    Rules: API_DeletePolicy.
    """
    lock_account(call)  # its counter changes too: always the account before the policy, so that nobody waits in a ring
    policy = queries.lock_customer_policy(call, policy_arn, "iam:DeletePolicy")
    if policy.attachments.exists() or policy.boundaries.exists():
        raise DeleteConflict("Cannot delete a policy attached to entities.")
    if policy.versions.filter(is_default=False).exists():
        raise DeleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
    policy.delete()


def _type_rank() -> Case:
    return Case(
        When(TYPES["customer"], then=Value("2")),
        When(JOB_FUNCTION, then=Value("1")),
        default=Value("0"),
        output_field=CharField(),
    )


def _used_as(call: Call, use: type[Attachment] | type[Boundary]) -> Exists:
    rows: QuerySet[Attachment | Boundary] = use._default_manager.filter(account_id=call.account_id)
    return Exists(rows.filter(policy=OuterRef("pk")))


def _total(call: Call, scope: str) -> int:
    local = 0 if scope == "AWS" else call.account.policy_count
    return local if scope == "Local" else local + ManagedPolicy.objects.filter(account_id=AWS).count()
