"""Lab resources: create, list, read, tag, delete, and keep their resource policies.

For every kind there is one operation for each of the service's own actions, made from the table of kinds: creating a
bucket asks for s3:CreateBucket, creating a function for lambda:CreateFunction and for iam:PassRole on its role.

Rules: id_roles_use_passrole; access_policies_identity-vs-resource; the kinds' service pages.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from accounts import queries as identities
from accounts.arns import any_resource
from accounts.conflicts import refusing_duplicates
from accounts.tagging import check_tag_keys, remove_tags, sorted_tags, write_tags
from accounts.trust import principal_ids
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import InvalidInput, LimitExceeded, MalformedPolicyDocument, NoSuchEntity
from iamconsole.aws.paging import Page, PageRequest
from iamconsole.call import REGION, Call
from iamconsole.gate import operation
from iamconsole.keyset import Sort, paginate
from policies import access
from policies.documents import check_document
from policies.lab_kinds import BUCKET, INSTANCE, KEY, KINDS, REGIONS, LabKind, locate
from policies.lab_resources import (
    find_resource,
    found_by,
    lock_resource,
    named_resource,
    new_resource,
    passed_role,
    policy_as,
    resources,
)
from policies.lab_sessions import lends_to
from policies.language.kinds import PolicyKind
from policies.language.reader import read
from policies.models import LabResource, LabResourceTag, document_hash
from policies.models.resource import new_instance_id, new_key_id, new_secret_suffix

__all__ = [
    "CREATE",
    "DELETE",
    "DELETE_POLICY",
    "GET_POLICY",
    "LEND",
    "LIST",
    "PUT_POLICY",
    "READ",
    "SORTS",
    "TAG",
    "TAKE_BACK",
    "UNTAG",
    "kind_at",
    "list_resource_tags",
    "read_resource",
    "tag_resource",
    "untag_resource",
]

SORTS = {
    "name": Sort("name", ignore_case=True, tie=Sort("id")),
    "created": Sort("create_date"),
}
_REGION_NAMES = tuple(region for region, _ in REGIONS)
_TAKEN = "The bucket name {name} is not available: all accounts share the names of buckets. Choose another one."
_MADE_UP: Mapping[str, Callable[[], str]] = {INSTANCE.key: new_instance_id, KEY.key: new_key_id}

Function = Callable[..., Any]


def _creating(kind: LabKind) -> Function:
    @operation(
        kind.create,
        resource=new_resource(kind),
        keys={"region": "aws:RequestedRegion", "instance_type": "ec2:InstanceType"},
        also={"tags": kind.tag},
        further=passed_role(kind) if kind.runs_as else None,
        answer=lambda made: {"arn": made.arn},
    )
    def create(
        call: Call,
        *,
        name: str = "",
        region: str = REGION,
        description: str = "",
        role: str | None = None,
        iam_instance_profile: str | None = None,
        instance_type: str | None = None,
        tags: Sequence[tuple[str, str]] = (),
    ) -> LabResource:
        if kind.name is not None:
            names.check(kind.name, name, "name")
        names.check_member(_REGION_NAMES, region, "region")
        names.check_description(description)
        names.check_tags(list(tags))
        runs_as = _role(call, kind, role) if kind.runs_as == "role" else _profile(call, iam_instance_profile)
        identities.lock_account(call)
        quotas.LAB_RESOURCES_PER_KIND.check(resources(call, kind).count())
        made = LabResource(account=call.account, kind=kind.key, region=region, description=description, runs_as=runs_as)
        made.name = name if kind.name else _MADE_UP[kind.key]()
        made.arn = kind.arn(call.account_id, region, f"{made.name}{new_secret_suffix(kind)}")
        made.document = _first_policy(call, kind)
        made.document_hash = document_hash(made.document) if made.document else ""
        with refusing_duplicates(_taken(kind, name), field="name"):
            made.save(force_insert=True)
        write_tags(LabResourceTag, made, tags)
        return made

    return create


def _listing(kind: LabKind) -> Function:
    @operation(kind.list, resource=any_resource, read_only=True)
    def list_resources(call: Call, *, page: PageRequest = PageRequest()) -> Page[LabResource]:
        rows = resources(call, kind)
        if page.query:
            rows = rows.filter(found_by(page.query.strip()))
        return paginate(rows, page, sorts=SORTS, default="name")

    return list_resources


def _reading(kind: LabKind) -> Function:
    # DescribeInstances lists as well as reads: the second function of the one action.
    @operation(kind.read, resource=named_resource, read_only=True, batch=kind.read == kind.list)
    def describe(call: Call, *, resource_arn: str) -> LabResource:
        return find_resource(call, resource_arn)

    return describe


def _deleting(kind: LabKind) -> Function:
    @operation(kind.delete, resource=named_resource)
    def delete(call: Call, *, resource_arn: str) -> None:
        lock_resource(call, resource_arn).delete()

    return delete


def _tagging(kind: LabKind) -> Function:
    @operation(kind.tag, resource=named_resource)
    def tag(call: Call, *, resource_arn: str, tags: Sequence[tuple[str, str]]) -> None:
        write_tags(LabResourceTag, lock_resource(call, resource_arn), tags)

    return tag


def _untagging(kind: LabKind) -> Function:
    @operation(kind.untag, resource=named_resource)
    def untag(call: Call, *, resource_arn: str, tag_keys: Sequence[str]) -> None:
        check_tag_keys(tag_keys)
        remove_tags(LabResourceTag, lock_resource(call, resource_arn), tag_keys)

    return untag


def _getting_policy(kind: LabKind) -> Function:
    @operation(kind.get_policy, resource=named_resource, read_only=True)
    def get_policy(call: Call, *, resource_arn: str) -> str:
        return find_resource(call, resource_arn).document

    return get_policy


def _putting_policy(kind: LabKind) -> Function:
    @operation(kind.put_policy, resource=named_resource)
    def put_policy(call: Call, *, resource_arn: str, policy: str) -> None:
        resource = lock_resource(call, resource_arn)
        # An attribute of a queue or topic is taken away by setting it to nothing.
        if policy or kind.delete_policy or kind is KEY:
            _check_policy(call, kind, resource, policy)
        _write_policy(resource, policy)

    return put_policy


def _deleting_policy(kind: LabKind) -> Function:
    @operation(kind.delete_policy, resource=named_resource)
    def delete_policy(call: Call, *, resource_arn: str) -> None:
        _write_policy(lock_resource(call, resource_arn), "")

    return delete_policy


def _lending(kind: LabKind) -> Function:
    @operation(kind.lend, resource=named_resource, further=passed_role(kind))
    def lend(
        call: Call, *, resource_arn: str, role: str | None = None, iam_instance_profile: str | None = None
    ) -> None:
        resource = lock_resource(call, resource_arn)
        resource.runs_as = _role(call, kind, role) if kind.runs_as == "role" else _profile(call, iam_instance_profile)
        resource.save(update_fields=["runs_as"])

    return lend


def _taking_back(kind: LabKind) -> Function:
    @operation(kind.take_back, resource=named_resource)
    def take_back(call: Call, *, resource_arn: str) -> None:
        resource = lock_resource(call, resource_arn)
        resource.runs_as = ""
        resource.save(update_fields=["runs_as"])

    return take_back


def _write_policy(resource: LabResource, text: str) -> None:
    resource.document, resource.document_hash = text, document_hash(text) if text else ""
    resource.save(update_fields=["document", "document_hash"])


def _check_policy(call: Call, kind: LabKind, resource: LabResource, text: str) -> None:
    """Refuse what the service would not take as the policy of this resource.

    Raises MalformedPolicyDocument: for its grammar, a principal that does not exist, a statement about something else,
    or a key policy that would lock its author out.
    """
    check_document(text, PolicyKind.RESOURCE, "policy")
    if len(text) > kind.policy_size:
        raise LimitExceeded(f"The policy can have up to {kind.policy_size:,} characters.", field="policy")
    document = read(text)
    principal_ids(document, "policy")
    if kind.names_itself:
        for statement in document.statements:
            for name in statement.resource.texts if statement.resource else ():
                if not name.startswith(resource.arn):
                    raise MalformedPolicyDocument(
                        f"Policy has invalid resource: {name} is not {resource.arn}, nor anything in it.",
                        field="policy",
                    )
    if (
        kind is KEY
        and not access.judge(call, KEY.put_policy, resource.arn, {}, policy=policy_as(resource, text)).allowed
    ):
        raise MalformedPolicyDocument(
            "The new key policy will not allow you to update the key policy in the future.", field="policy"
        )


def _role(call: Call, kind: LabKind, given: str | None) -> str:
    """The ARN of the role that a function is to run with; its trust policy must let the service take it."""
    try:
        role = identities.find_role(call, (given or "").rpartition("/")[2])
    except NoSuchEntity as error:
        raise _unfit(kind) from error
    if role.arn != given or not lends_to(call, role, kind.principal):
        raise _unfit(kind)
    return role.arn


def _unfit(kind: LabKind) -> InvalidInput:
    return InvalidInput(f"The role defined for the function cannot be assumed by {kind.service_label}.", field="role")


def _profile(call: Call, name: str | None) -> str:
    return identities.find_instance_profile(call, name).arn if name else ""


def _taken(kind: LabKind, name: str) -> str:
    return _TAKEN.format(name=name) if kind is BUCKET else f"{kind.label} {name} already exists."


def _first_policy(call: Call, kind: LabKind) -> str:
    """The policy that a resource is made with: a key lets its account decide, everything else has none.

    Rules: key-policy-default.
    """
    return _DEFAULT_KEY_POLICY.replace("<account>", call.account_id) if kind is KEY else ""


_DEFAULT_KEY_POLICY = """{
    "Version": "2012-10-17",
    "Id": "key-default-1",
    "Statement": [
        {
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {
                "AWS": "arn:aws:iam::<account>:root"
            },
            "Action": "kms:*",
            "Resource": "*"
        }
    ]
}"""


CREATE: Mapping[str, Function] = {kind.key: _creating(kind) for kind in KINDS}
LIST: Mapping[str, Function] = {kind.key: _listing(kind) for kind in KINDS}
READ: Mapping[str, Function] = {kind.key: _reading(kind) for kind in KINDS}
DELETE: Mapping[str, Function] = {kind.key: _deleting(kind) for kind in KINDS}
TAG: Mapping[str, Function] = {kind.key: _tagging(kind) for kind in KINDS}
UNTAG: Mapping[str, Function] = {kind.key: _untagging(kind) for kind in KINDS}
GET_POLICY: Mapping[str, Function] = {kind.key: _getting_policy(kind) for kind in KINDS if kind.get_policy}
PUT_POLICY: Mapping[str, Function] = {kind.key: _putting_policy(kind) for kind in KINDS if kind.put_policy}
DELETE_POLICY: Mapping[str, Function] = {kind.key: _deleting_policy(kind) for kind in KINDS if kind.delete_policy}
LEND: Mapping[str, Function] = {kind.key: _lending(kind) for kind in KINDS if kind.lend}
TAKE_BACK: Mapping[str, Function] = {kind.key: _taking_back(kind) for kind in KINDS if kind.take_back}
"""The operations of each kind by its key."""


def kind_at(resource_arn: str) -> LabKind:
    """The kind that an ARN belongs to; an ARN of none of the kinds names nothing here."""
    located = locate(resource_arn)
    if located is None:
        raise NoSuchEntity(f"There is no lab resource with the ARN {resource_arn}.", field="resourceArn")
    return located.kind


def read_resource(call: Call, *, resource_arn: str) -> LabResource:
    """Read a resource by the operation of its kind."""
    found: LabResource = READ[kind_at(resource_arn).key](call, resource_arn=resource_arn)
    return found


def list_resource_tags(call: Call, *, resource_arn: str) -> tuple[tuple[str, str], ...]:
    """Read a resource's tags, by key, by the operation of its kind."""
    return sorted_tags(read_resource(call, resource_arn=resource_arn))


def tag_resource(call: Call, *, resource_arn: str, tags: Sequence[tuple[str, str]]) -> None:
    """Set tags on a resource by the operation of its kind."""
    TAG[kind_at(resource_arn).key](call, resource_arn=resource_arn, tags=tags)


def untag_resource(call: Call, *, resource_arn: str, tag_keys: Sequence[str]) -> None:
    """Remove tags from a resource by the operation of its kind."""
    UNTAG[kind_at(resource_arn).key](call, resource_arn=resource_arn, tag_keys=tag_keys)
