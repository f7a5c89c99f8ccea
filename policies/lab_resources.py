"""Find lab resources, and say what an operation on one is authorized against.

What is read starts from the caller's account, so another account's resource is as absent as one that never was. The one
exception is what a request names by ARN: there the resource's own policy decides together with the caller's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import queries
from accounts.arns import ANY, Parameters, Resolver, Target, role_target
from accounts.queries import tag_array
from iamconsole.aws.arn import Arn
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.identifiers import is_account_id
from iamconsole.call import REGION, Call
from policies.catalog import action
from policies.documents import policy_of
from policies.evaluation import Policy, PolicyType
from policies.lab_kinds import BUCKET, LabKind, Located, locate
from policies.models import LabResource, LabResourceTag

__all__ = [
    "bucket_is_taken",
    "find_resource",
    "found_by",
    "lock_resource",
    "named_resource",
    "new_resource",
    "passed_role",
    "policy_as",
    "request_target",
    "resources",
]

_OWN_TAG_KEYS = frozenset({"ec2", "secretsmanager"})
"""Services that name a resource's tags by keys of their own as well."""


def resources(call: Call, kind: LabKind) -> QuerySet[LabResource]:
    """All resources of a kind in the caller's account, each with its tags (`tag_list`)."""
    return _tagged(LabResource.objects.filter(account_id=call.account_id, kind=kind.key))


def found_by(query: str) -> Q:
    """The resources that a search finds: by name, by description, and by the tag Name."""
    named = LabResourceTag.objects.filter(resource=OuterRef("pk"), key="Name", value__icontains=query)
    return Q(name__icontains=query) | Q(description__icontains=query) | Q(Exists(named))


def find_resource(call: Call, resource_arn: str) -> LabResource:
    """Find a resource of the caller's account by its ARN, with its tags, or raise NoSuchEntity."""
    found = call.remember(("lab resource", resource_arn), lambda: _own(call, resource_arn).first())
    if found is None:
        raise _none(resource_arn)
    return found


def lock_resource(call: Call, resource_arn: str) -> LabResource:
    """Lock a resource's row until the transaction ends, or raise NoSuchEntity."""
    found = LabResource.objects.filter(account_id=call.account_id, arn=_text(resource_arn))
    locked = found.select_for_update(no_key=True).first()
    if locked is None:
        raise _none(resource_arn)
    return locked


def named_resource(call: Call, parameters: Parameters) -> tuple[Target, ...]:
    """The resource of `resource_arn`, in the caller's account; an ARN that names nothing there stands for itself."""
    try:
        return (_target(call, find_resource(call, parameters["resource_arn"])),)
    except NoSuchEntity:
        return (Target(parameters["resource_arn"]),)


def new_resource(kind: LabKind) -> Resolver:
    """The resource of a kind that is to be made. Where AWS makes the name up, or ends it, a pattern stands for it."""

    def resolve(call: Call, parameters: Parameters) -> tuple[Target, ...]:
        known = action(kind.create)
        if known is None or not known.has_resource_level_permissions:
            return (ANY,)
        name = parameters.get("name") or ""
        ending = "-??????" if kind.service == "secretsmanager" else ""
        as_named = f"{name}{ending}" if kind.name else "*"
        return (Target(kind.arn(call.account_id, parameters.get("region") or REGION, as_named), kind.type, name),)

    return resolve


def passed_role(kind: LabKind) -> Callable[[Call, Parameters], Iterable[tuple[str, Target]]]:
    """The role that is handed over to a function or an instance, new or not: iam:PassRole is asked for on it.

    Rules: id_roles_use_passrole.
    """

    def resolve(call: Call, parameters: Parameters) -> Iterable[tuple[str, Target]]:
        role = _role_given(call, parameters)
        if role is not None:
            (target,) = (named_resource if "resource_arn" in parameters else new_resource(kind))(call, parameters)
            keys = {"iam:PassedToService": (kind.principal,), "iam:AssociatedResourceArn": (target.arn,)}
            yield "iam:PassRole", replace(role, keys={**role.keys, **keys})

    return resolve


def request_target(call: Call, located: Located | None, asked: str) -> tuple[Target, LabResource | None]:
    """What a request names, in whichever account it lies, and the resource itself where it exists.

    `asked` is the ARN that the action is authorized on: of the resource, of a part of it, or `*`.
    """
    found = _anyones(located) if located else None
    if located is None or asked == "*":
        return Target(asked, account_id=_foreign_owner(call, asked)), found
    if found is None:
        owner = located.account_id if located.account_id != call.account_id else ""
        return Target(asked, located.kind.type, located.name, keys=_in_region(located.region), account_id=owner), None
    return replace(_target(call, found), arn=asked), found


def bucket_is_taken(name: str) -> bool:
    """Whether any account has a bucket of this name: the one name that all accounts share."""
    return LabResource.objects.filter(kind=BUCKET.key, name=_text(name)).exists()


def policy_as(resource: LabResource, text: str) -> Policy | None:
    """Make a text the policy of a resource; None for no text."""
    if not text:
        return None
    return policy_of(f"Policy of {resource.name}", text, PolicyType.RESOURCE, source=resource.arn)


def _foreign_owner(call: Call, asked: str) -> str:
    """The other account that an ARN names; empty where it names this one, or none."""
    owner = "" if asked == "*" else Arn.parse(asked).account
    return owner if is_account_id(owner) and owner != call.account_id else ""


def _target(call: Call, resource: LabResource) -> Target:
    kind = resource.known_kind
    tags = tuple((tag["key"], tag["value"]) for tag in resource.tag_list)
    keys: dict[str, tuple[str, ...]] = {**_in_region(resource.region)}
    if kind.service in _OWN_TAG_KEYS:
        keys |= {f"{kind.service}:ResourceTag/{key}": (value,) for key, value in tags}
    owner = resource.account_id if resource.account_id != call.account_id else ""
    policy = policy_as(resource, resource.document)
    return Target(resource.arn, kind.type, resource.name, tags, keys, account_id=owner, policy=policy)


def _in_region(region: str) -> Mapping[str, tuple[str, ...]]:
    return {"aws:RequestedRegion": (region,)} if region else {}


def _role_given(call: Call, parameters: Parameters) -> Target | None:
    """The role that a function's `role` names, or the one in an instance's profile."""
    if profile := parameters.get("iam_instance_profile"):
        try:
            role = queries.find_instance_profile(call, profile).role
        except NoSuchEntity:
            return None
        return role_target(call, role.role_name) if role else None
    given = parameters.get("role")
    if not given:
        return None
    known = role_target(call, given.rpartition("/")[2])
    return known if known.arn == given else Target(given, "AWS::IAM::Role")


def _own(call: Call, resource_arn: str) -> QuerySet[LabResource]:
    return _tagged(LabResource.objects.filter(account_id=call.account_id, arn=_text(resource_arn)))


def _anyones(located: Located) -> LabResource | None:
    """The resource of this ARN in whatever account."""
    if located.kind is BUCKET:
        rows = LabResource.objects.filter(kind=BUCKET.key, name=_text(located.name))
    else:
        rows = LabResource.objects.filter(account_id=_text(located.account_id), arn=_text(located.arn))
    return _tagged(rows).first()


def _tagged(rows: QuerySet[Any]) -> QuerySet[LabResource]:
    tagged: QuerySet[LabResource] = rows.annotate(tag_list=tag_array(LabResourceTag.objects.all(), "resource"))
    return tagged


def _text(value: str) -> str:
    """A text that the database can be asked for; what no row can hold finds nothing."""
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _none(resource_arn: str) -> NoSuchEntity:
    located = locate(resource_arn)
    noun = located.kind.label.lower() if located else "resource"
    return NoSuchEntity(f"There is no {noun} with the ARN {resource_arn} in this account.", field="resourceArn")
