"""Attach a policy to users, user groups and roles from the policy's own side, and detach it."""

from collections.abc import Callable, Iterator, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.views.pickers import group_picker, role_picker, user_picker
from iamconsole.console.htmx import go_to, page
from iamconsole.console.picker import is_step
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, told
from policies.forms.policies import AttachPolicyForm
from policies.models import ManagedPolicy
from policies.views.addressed import addressed_policy
from policies.views.entity_permissions import KINDS, EntityKind

__all__ = ["attach", "detach"]

FORM = "attach-form"
FIELDS = {"user_names": "user", "group_names": "group", "role_names": "role"}


@require_http_methods(["GET", "POST"])
def attach(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Attach the policy to the users, user groups and roles that are chosen; what was refused is said."""
    if not policy_arn:
        return _from_list(request, lambda arn: reverse("policy-attach", args=[arn]))
    policy = addressed_policy(request.call, policy_arn)
    stepping = is_step(request, *FIELDS)
    form = AttachPolicyForm(request.POST if request.method == "POST" and not stepping else None)
    if form.is_bound and form.is_valid():
        done = _attach_each(request, form, policy)
        if done:
            messages.success(request, f"{policy.policy_name} attached to {told(done, 'entities')}.")
        if not form.errors:
            return go_to(request, page_address("policy", policy.arn, "entities"))
    action = reverse("policy-attach", args=[policy.arn])
    errors = {field: [str(sentence) for sentence in form[field].errors] for field in FIELDS}
    users = user_picker(request, action=action, form=FORM, errors=errors["user_names"])
    groups = group_picker(request, action=action, form=FORM, errors=errors["group_names"])
    roles = role_picker(request, action=action, form=FORM, errors=errors["role_names"])
    context = {
        "title": "Attach policy",
        "crumbs": crumbs(policy.arn, "Attach", of="policy"),
        "policy": policy,
        "form": form,
        "action": action,
        "back": page_address("policy", policy.arn, "entities"),
        "user_picker": users,
        "group_picker": groups,
        "role_picker": roles,
    }
    parts = {
        users.id: "accounts/users/_user_picker.html",
        groups.id: "accounts/groups/_group_picker.html",
        roles.id: "accounts/roles/_role_picker.html",
    }
    return page(request, "policies/attach.html", context, part=parts, status=form.status)


def _attach_each(request: ConsoleRequest, form: AttachPolicyForm, policy: ManagedPolicy) -> list[str]:
    def attach_to(chosen: tuple[str, str]) -> None:
        field, name = chosen
        kind = KINDS[FIELDS[field]]
        kind.attach(request.call, **kind.named(name), policy_arn=policy.arn)

    done = each(
        [(field, name) for field in FIELDS for name in form.cleaned_data[field]],
        attach_to,
        lambda chosen, why: form.refused(chosen[0], f"{chosen[1]}: {why}"),
        begun=False,
    )
    return [name for _, name in done]


@require_http_methods(["GET", "POST"])
def detach(request: ConsoleRequest, policy_arn: str = "") -> HttpResponse:
    """Ask, then detach the policy from the ticked entities."""
    if not policy_arn:
        return _from_list(request, lambda arn: page_address("policy", arn, "entities"))
    policy = addressed_policy(request.call, policy_arn)
    asked = request.POST if request.method == "POST" else request.GET
    entities = list(_entities(dict.fromkeys(asked.getlist("name"))))
    back = page_address("policy", policy.arn, "entities")
    if not entities:
        return go_to(request, back)
    if request.method == "POST":
        _detach_each(request, policy, entities)
        return go_to(request, back)
    context = {
        "title": "Detach policy",
        "crumbs": crumbs(policy.arn, "Detach", of="policy"),
        "policy": policy,
        "entities": entities,
        "action": reverse("policy-detach", args=[policy.arn]),
        "back": back,
        "hidden": [("name", f"{kind.noun}:{name}") for kind, name in entities],
        "question": "policies/_detach.html",
    }
    return page(request, "policies/question.html", context, part={"dialog": "policies/_detach.html"})


def _entities(keys: dict[str, None]) -> Iterator[tuple[EntityKind, str]]:
    """Read `user:alice`; what is written otherwise is left out."""
    for key in keys:
        noun, _, name = key.partition(":")
        if noun in KINDS and name:
            yield KINDS[noun], name


def _detach_each(request: ConsoleRequest, policy: ManagedPolicy, entities: Sequence[tuple[EntityKind, str]]) -> None:
    def detach_from(entity: tuple[EntityKind, str]) -> None:
        kind, name = entity
        kind.detach(request.call, **kind.named(name), policy_arn=policy.arn)

    def refused(entity: tuple[EntityKind, str], why: str) -> None:
        messages.error(request, f"{policy.policy_name} was not detached from {entity[1]}: {why}")

    done = each(entities, detach_from, refused, begun=False)
    if done:
        names = [name for _, name in done]
        messages.success(request, f"{policy.policy_name} detached from {told(names, 'entities')}.")


def _from_list(request: ConsoleRequest, address: Callable[[str], str]) -> HttpResponse:
    """The list's buttons name the chosen policy as `?name=`."""
    policy_arn = request.GET.get("name", "")
    return go_to(request, address(policy_arn) if policy_arn else reverse("policy-list"))
