"""The picker of managed policies: the part `policies/_policy_picker.html` draws it."""

from collections.abc import Collection, Iterable

from iamconsole.console.panels import panel
from iamconsole.console.picker import Picker, read_picker
from iamconsole.console.request import ConsoleRequest
from policies.models import ManagedPolicy
from policies.operations.managed_policies import list_policies

__all__ = ["policy_name", "policy_picker"]

_KINDS = (
    ("", "All types"),
    ("customer", "Customer managed"),
    ("aws", "AWS managed"),
    ("job-function", "AWS managed - job function"),
)


def policy_picker(
    request: ConsoleRequest,
    *,
    action: str,
    form: str,
    name: str = "policy_arns",
    taken: Collection[str] = (),
    errors: Iterable[object] = (),
    title: str = "Permissions policies",
    hint: str = "",
    optional: bool = False,
    single: bool = False,
) -> Picker[ManagedPolicy]:
    """Read a form's picker of policies and list its open page; ARNs of `taken` cannot be chosen again."""
    asked = read_picker(request, name, kinds=[value for value, _ in _KINDS])
    return Picker(
        asked=asked,
        panel=panel(list_policies, request.call, page=asked.request),
        action=action,
        form=form,
        key=lambda policy: policy.arn,
        label=policy_name,
        taken=taken,
        kinds=_KINDS,
        errors=tuple(map(str, errors)),
        title=title,
        hint=hint,
        optional=optional,
        single=single,
    )


def policy_name(policy_arn: str) -> str:
    """The name at the end of a policy's ARN."""
    return policy_arn.rpartition("/")[2]
