"""Find managed policies: those of the caller's account and those of AWS, which every account may read."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import AWS, Group, User
from accounts.queries import tag_array
from iamconsole.aws.arn import Arn, split_path
from iamconsole.aws.errors import AccessDenied, NoSuchEntity, ValidationError
from iamconsole.call import Call
from policies.models import Attachment, Boundary, InlinePolicy, ManagedPolicy, PolicyTag, PolicyVersion


def policies(call: Call) -> QuerySet[ManagedPolicy]:
    """The managed policies that the caller's account can attach: its own and AWS's."""
    return ManagedPolicy.objects.filter(account_id__in=(call.account_id, AWS))


def with_usage(call: Call, rows: QuerySet[Any]) -> QuerySet[ManagedPolicy]:
    """Read with each policy what uses it in the caller's account, and the number of its default version.

    Adds `attachment_count`, `permissions_boundary_usage_count` and `default_version_number`.
    """
    default = PolicyVersion.objects.filter(policy=OuterRef("pk"), is_default=True)
    read: QuerySet[ManagedPolicy] = rows.annotate(
        attachment_count=_uses(Attachment.objects.all(), call),
        permissions_boundary_usage_count=_uses(Boundary.objects.all(), call),
        default_version_number=Subquery(default.values("number")[:1]),
    )
    return read


def find_policy(call: Call, policy_arn: str) -> ManagedPolicy:
    """Find a managed policy by ARN with its tags, its use (`with_usage`) and `version_count`, or raise NoSuchEntity.

    A text that is no ARN raises ValidationError with AWS's sentence. Path and name must both fit.
    """
    owner, path, name = _parts(policy_arn)
    tags = tag_array(PolicyTag.objects.all(), "policy")
    versions = _count(PolicyVersion.objects.filter(policy=OuterRef("pk")))
    rows: QuerySet[Any] = _in_account(call, owner, path, name)
    found: ManagedPolicy | None = call.remember(
        ("policy", policy_arn), lambda: with_usage(call, rows.annotate(tag_list=tags, version_count=versions)).first()
    )
    if found is None:
        raise no_policy(policy_arn)
    return found


def lock_policy(call: Call, policy_arn: str) -> ManagedPolicy:
    """Lock a customer managed policy's row until the transaction ends, or raise NoSuchEntity."""
    owner, path, name = _parts(policy_arn)
    found = _in_account(call, owner, path, name).select_for_update(no_key=True).first()
    if found is None:
        raise no_policy(policy_arn)
    return found


def hold_policy(call: Call, policy_arn: str) -> ManagedPolicy:
    """Find a policy that something is to point at, and keep it from being deleted until the transaction ends.

    A policy of AWS is never deleted, so that accounts need not wait for each other.
    """
    policy = find_policy(call, policy_arn)
    return policy if policy.is_aws_managed else lock_policy(call, policy_arn)


def lock_customer_policy(call: Call, policy_arn: str, action: str) -> ManagedPolicy:
    """Lock a policy that the account may change until the transaction ends, or raise NoSuchEntity.

    Raises AccessDenied for a policy of AWS, whatever the caller's own policies say.

    Rules: access_policies_managed-vs-inline, "AWS managed policies".
    """
    if find_policy(call, policy_arn).is_aws_managed:
        caller = call.principal.arn
        raise AccessDenied(
            f"User: {caller} is not authorized to perform: {action} on resource: {policy_arn}",
            action=action,
            resource=policy_arn,
            principal_arn=caller,
            reason="only AWS can change an AWS managed policy",
        )
    return lock_policy(call, policy_arn)


def default_version(policy: ManagedPolicy) -> PolicyVersion:
    """The version of a policy that is in force."""
    return policy.versions.get(is_default=True)


def find_default_documents(account_id: str, policy_arns: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """Give ARN, name and the document in force of managed policies of an account or of AWS, or raise NoSuchEntity."""
    found = []
    for policy_arn in policy_arns:
        owner, path, name = _parts(policy_arn)
        versions = PolicyVersion.objects.filter(
            policy__account_id=owner, policy__path=path, policy__policy_name=name, is_default=True
        )
        row = versions.values_list("document", flat=True).first() if owner in (account_id, AWS) else None
        if row is None:
            raise no_policy(policy_arn)
        found.append((policy_arn, name, row))
    return tuple(found)


def attachments_of(call: Call, noun: str, entity_id: str) -> tuple[Attachment, ...]:
    """The attachments of one user, group or role with their policies, by the policies' names."""
    return call.remember(
        ("attachments", noun, entity_id),
        lambda: _by_policy_name(Attachment.objects.filter(**{f"{noun}_id": entity_id})),
    )


def inline_policies_of(call: Call, noun: str, entity_id: str) -> tuple[InlinePolicy, ...]:
    """The inline policies of one user, group or role, by name and without documents."""
    return call.remember(
        ("inline policies", noun, entity_id),
        lambda: _by_name(InlinePolicy.objects.filter(**{f"{noun}_id": entity_id})),
    )


def gather_policies(call: Call, user: User, groups: Sequence[Group]) -> None:
    """Read the policies of a user and of all its groups with two queries; what asks for each afterwards costs none."""
    everyone = [("user", user.pk), *(("group", group.pk) for group in groups)]
    here = Q(user=user) | Q(group__in=[group.pk for group in groups])
    attached = _by_policy_name(Attachment.objects.filter(here))
    inline = _by_name(InlinePolicy.objects.filter(here))
    for noun, pk in everyone:
        call.memo["attachments", noun, pk] = tuple(row for row in attached if getattr(row, f"{noun}_id") == pk)
        call.memo["inline policies", noun, pk] = tuple(row for row in inline if getattr(row, f"{noun}_id") == pk)
    call.memo.update({("group", group.name.lower()): group for group in groups})


def no_policy(policy_arn: str) -> NoSuchEntity:
    """Say that there is no such policy."""
    return NoSuchEntity(f"Policy {policy_arn} was not found.", field="policyArn")


def _uses(rows: QuerySet[Any], call: Call) -> Coalesce:
    return _count(rows.filter(account_id=call.account_id, policy=OuterRef("pk")))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("policy").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _by_policy_name(rows: QuerySet[Attachment]) -> tuple[Attachment, ...]:
    return tuple(sorted(rows.select_related("policy"), key=lambda row: row.policy.policy_name.lower()))


def _by_name(rows: QuerySet[InlinePolicy]) -> tuple[InlinePolicy, ...]:
    return tuple(sorted(rows.defer("document"), key=lambda policy: policy.policy_name.lower()))


def _parts(policy_arn: str) -> tuple[str, str, str]:
    parsed = Arn.parse(policy_arn)
    if parsed.service != "iam" or not parsed.resource.startswith("policy/"):
        raise ValidationError(f"ARN {policy_arn} is not valid.", field="policyArn")
    path, name = split_path(parsed.resource)
    return parsed.account, path, name


def _in_account(call: Call, owner: str, path: str, name: str) -> QuerySet[ManagedPolicy]:
    if owner not in (call.account_id, AWS):
        return ManagedPolicy.objects.none()
    return ManagedPolicy.objects.filter(account_id=owner, policy_name__lower=name.lower(), path=path)


def aws_managed_arns(policy_names: Iterable[str]) -> dict[str, str]:
    """The ARNs of AWS managed policies by name; a name that AWS has not is left out."""
    rows = ManagedPolicy.objects.filter(account_id=AWS, policy_name__in=list(policy_names))
    return {policy.policy_name: policy.arn for policy in rows}
