"""The permissions policies of a user, user group or role, as its page shows and changes them.

The part `policies/_permissions.html` draws a `Permissions`. The pages behind its buttons (attach, remove, inline
policy, one policy's JSON) are the same for the three nouns: `policies.views.permissions`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from iamconsole.aws import quotas
from iamconsole.aws.errors import AccessDenied
from iamconsole.call import Call
from iamconsole.console.panels import Panel, panel
from iamconsole.console.places import Crumbs, crumbs, page_address
from policies.models import Attachment, InlinePolicy
from policies.operations import attachments, inline_policies

__all__ = ["KINDS", "EntityKind", "Permissions", "PolicyRow", "is_arn", "permissions_of"]

Operation = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class EntityKind:
    """One of the three kinds of entity that carry policies: its words, its routes and its operations."""

    noun: str
    label: str
    plural: str
    attach: Operation
    detach: Operation
    list_attached: Operation
    put: Operation
    get: Operation
    list_inline: Operation
    delete: Operation

    def named(self, name: str) -> dict[str, str]:
        """The parameter by which every operation of this kind takes the entity's name."""
        return {f"{self.noun}_name": name}

    def address(self, verb: str, name: str, **query: str) -> str:
        """The address of one of the pages behind the entity's permissions: `attach-policies`, `remove-policies` ..."""
        address = reverse(f"{self.noun}-{verb}", args=[name])
        return f"{address}?{urlencode(query)}" if query else address

    def page_address(self, name: str) -> str:
        """The address of the entity's permissions tab."""
        return page_address(self.noun, name, "permissions")

    def crumbs(self, name: str, here: str) -> Crumbs:
        """The breadcrumbs of a page under the entity's permissions."""
        return crumbs(name, here, of=self.noun, tab="permissions")

    @property
    def attachment_quota(self) -> int:
        """How many managed policies one entity may carry."""
        return quotas.POLICIES_PER_OWNER[self.noun].value

    @property
    def inline_size(self) -> int:
        """How many characters, white space not counted, its inline policies may have together."""
        return quotas.INLINE_POLICY_SIZE[self.noun].value


def _kind(noun: str, label: str, plural: str) -> EntityKind:
    return EntityKind(
        noun=noun,
        label=label,
        plural=plural,
        attach=getattr(attachments, f"attach_{noun}_policy"),
        detach=getattr(attachments, f"detach_{noun}_policy"),
        list_attached=getattr(attachments, f"list_attached_{noun}_policies"),
        put=getattr(inline_policies, f"put_{noun}_policy"),
        get=getattr(inline_policies, f"get_{noun}_policy"),
        list_inline=getattr(inline_policies, f"list_{noun}_policies"),
        delete=getattr(inline_policies, f"delete_{noun}_policy"),
    )


KINDS = {
    kind.noun: kind
    for kind in (
        _kind("user", "user", "Users"),
        _kind("group", "user group", "User groups"),
        _kind("role", "role", "Roles"),
    )
}


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One permissions policy in an entity's table.

    `key` is the ARN of a managed policy, or the name of an inline one (which holds no colon). `href` is where the name
    leads, `document` the address of the policy's JSON. What comes through a group cannot be removed here; `via_href`
    leads to the group.
    """

    key: str
    name: str
    type_label: str
    via: str
    href: str
    document: str
    removable: bool = True
    via_href: str = ""


@dataclass(frozen=True, slots=True)
class Permissions:
    """What `policies/_permissions.html` draws. `refusals` are of the reads that were not allowed."""

    kind: EntityKind
    name: str
    rows: tuple[PolicyRow, ...]
    refusals: tuple[AccessDenied, ...]
    attached: int | None
    editable: bool = True

    @property
    def attach_address(self) -> str:
        """Where policies are attached."""
        return self.kind.address("attach-policies", self.name)

    @property
    def inline_address(self) -> str:
        """Where an inline policy is created."""
        return self.kind.address("inline-policy", self.name)

    @property
    def remove_address(self) -> str:
        """Where ticked policies are removed."""
        return self.kind.address("remove-policies", self.name)


def is_arn(key: str) -> bool:
    """Tell the key of a managed policy from that of an inline one."""
    return ":" in key


def permissions_of(
    call: Call, noun: str, name: str, *, inherited: Sequence[PolicyRow] = (), editable: bool = True
) -> Permissions:
    """Read the policies of an entity, attached and inline; two operations, either of which may be refused.

    `inherited` rows, of a user's groups, are shown after its own; `editable` is False for a service-linked role.
    """
    kind = KINDS[noun]
    attached: Panel[tuple[Attachment, ...]] = panel(kind.list_attached, call, **kind.named(name))
    inline: Panel[tuple[InlinePolicy, ...]] = panel(kind.list_inline, call, **kind.named(name))
    rows = (
        *(attached_row(kind, name, attachment) for attachment in attached.value or ()),
        *(inline_row(kind, name, policy) for policy in inline.value or ()),
        *inherited,
    )
    return Permissions(
        kind=kind,
        name=name,
        rows=rows,
        refusals=tuple(read.refusal for read in (attached, inline) if read.refusal),
        attached=len(attached.value) if attached.value is not None else None,
        editable=editable,
    )


def attached_row(kind: EntityKind, name: str, attachment: Attachment, *, group: str = "") -> PolicyRow:
    """The row of an attached policy: the entity's own, or of the group through which a user has it."""
    policy = attachment.policy
    holder, holder_name = (KINDS["group"], group) if group else (kind, name)
    return PolicyRow(
        key=policy.arn,
        name=policy.policy_name,
        type_label=policy.type_label,
        via=f"Group {group}" if group else "Directly",
        href=page_address("policy", policy.arn),
        document=holder.address("policy", holder_name, policy=policy.arn),
        removable=not group,
        via_href=page_address("group", group, "permissions") if group else "",
    )


def inline_row(kind: EntityKind, name: str, policy: InlinePolicy, *, group: str = "") -> PolicyRow:
    """The row of an inline policy: the entity's own, or of the group through which a user has it."""
    holder, holder_name = (KINDS["group"], group) if group else (kind, name)
    return PolicyRow(
        key=policy.policy_name,
        name=policy.policy_name,
        type_label="Customer inline",
        via=f"Group {group}" if group else "Inline",
        href=holder.address("inline-policy", holder_name, policy=policy.policy_name),
        document=holder.address("policy", holder_name, policy=policy.policy_name),
        removable=not group,
        via_href=page_address("group", group, "permissions") if group else "",
    )
