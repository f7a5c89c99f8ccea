"""Pages behind an entity's permissions tab, the same for users, user groups and roles."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_safe

from iamconsole.console.htmx import go_to, page
from iamconsole.console.panels import panel
from iamconsole.console.picker import is_step
from iamconsole.console.places import page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import each, told
from policies.forms.permissions import AttachPoliciesForm
from policies.operations.managed_policies import get_policy
from policies.operations.policy_versions import get_policy_version
from policies.views.entity_permissions import KINDS, EntityKind, is_arn
from policies.views.inline_policy import edit_inline_policy
from policies.views.policy_picker import policy_name, policy_picker
from policies.views.shown_document import show_document

__all__ = ["attach_policies", "policy_document", "remove_policies", "routes"]


def routes(noun: str) -> list[URLPattern]:
    """The addresses of these pages under `/iam/` for one noun: `user`, `group` or `role`."""
    views: Sequence[tuple[str, Callable[..., HttpResponse]]] = (
        ("attach-policies", attach_policies),
        ("remove-policies", remove_policies),
        ("inline-policy", edit_inline_policy),
        ("policy", policy_document),
    )
    return [path(f"{noun}s/{verb}/<path:name>", view, {"noun": noun}, name=f"{noun}-{verb}") for verb, view in views]


@require_http_methods(["GET", "POST"])
def attach_policies(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Attach managed policies to an entity."""
    kind = KINDS[noun]
    step = is_step(request, "policy_arns")
    form = AttachPoliciesForm(request.POST if request.method == "POST" and not step else None)
    if form.is_bound and form.is_valid():
        done = _attach_each(request, form, kind, name)
        if done:
            messages.success(request, f"{told(done, 'policies')} attached to {name}.")
        if not form.errors:
            return go_to(request, kind.page_address(name))
    attached = panel(kind.list_attached, request.call, **kind.named(name))
    here = frozenset(attachment.policy.arn for attachment in attached.value or ())
    used = f"{len(here)} of {kind.attachment_quota} managed policies are attached." if attached else ""
    picker = policy_picker(
        request,
        action=kind.address("attach-policies", name),
        form="attach-form",
        taken=here,
        errors=form.errors.get("policy_arns", ()),
        title="Other permissions policies",
        hint=used,
    )
    context = {
        "title": "Attach policies",
        "crumbs": kind.crumbs(name, "Attach policies"),
        "kind": kind,
        "name": name,
        "form": form,
        "attached": attached,
        "policy_picker": picker,
    }
    part = {picker.id: "policies/_policy_picker.html"}
    return page(request, "policies/attach_policies.html", context, part=part, status=form.status)


def _attach_each(request: ConsoleRequest, form: AttachPoliciesForm, kind: EntityKind, name: str) -> list[str]:
    """Attach what was chosen; what was refused is said on the form, the rest is attached."""
    attached = each(
        form.cleaned_data["policy_arns"],
        lambda policy_arn: kind.attach(request.call, **kind.named(name), policy_arn=policy_arn),
        lambda policy_arn, why: form.add_error("policy_arns", f"{policy_name(policy_arn)} was not attached: {why}"),
        begun=False,
    )
    return [policy_name(policy_arn) for policy_arn in attached]


@require_http_methods(["GET", "POST"])
def remove_policies(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Detach managed policies from an entity and delete inline ones, after a question."""
    kind = KINDS[noun]
    asked = request.POST if request.method == "POST" else request.GET
    keys = list(dict.fromkeys(asked.getlist("name")))
    if not keys:
        return go_to(request, kind.page_address(name))
    confirmation = _confirmation(kind, keys)
    errors = []
    if request.method == "POST":
        if request.POST.get("confirm", "").strip() == confirmation:
            _remove_each(request, kind, name, keys)
            return go_to(request, kind.page_address(name))
        errors = [f"Enter {confirmation} to confirm."]
    context = {
        "title": "Remove policies",
        "crumbs": kind.crumbs(name, "Remove policies"),
        "kind": kind,
        "name": name,
        "managed": [policy_name(key) for key in keys if is_arn(key)],
        "inline": [key for key in keys if not is_arn(key)],
        "keys": keys,
        "name_pairs": [("name", key) for key in keys],
        "confirmation": confirmation,
        "errors": errors,
    }
    part = dict.fromkeys(("dialog", "dialog-part"), "policies/_remove_policies.html")
    return page(request, "policies/remove_policies.html", context, part=part, status=422 if errors else 200)


def _confirmation(kind: EntityKind, keys: Sequence[str]) -> str:
    """What is to be typed: only where inline policies of a group go, the name of one, "2 inline policies" for more."""
    inline = [key for key in keys if not is_arn(key)]
    if kind.noun != "group" or not inline:
        return ""
    return told(inline, "inline policies")


def _remove_each(request: ConsoleRequest, kind: EntityKind, name: str, keys: Sequence[str]) -> None:
    def remove(key: str) -> None:
        if is_arn(key):
            kind.detach(request.call, **kind.named(name), policy_arn=key)
        else:
            kind.delete(request.call, **kind.named(name), policy_name=key)

    removed = each(
        keys,
        remove,
        lambda key, why: messages.error(request, f"{policy_name(key)} was not removed: {why}"),
        begun=False,
    )
    if removed:
        messages.success(request, f"{told([policy_name(key) for key in removed], 'policies')} removed from {name}.")


@require_safe
def policy_document(request: ConsoleRequest, noun: str, name: str) -> HttpResponse:
    """Show the JSON of one of an entity's policies: the part that opens under its row."""
    kind, key = KINDS[noun], request.GET.get("policy", "")
    if is_arn(key):
        policy = get_policy(request.call, policy_arn=key)
        version_id = f"v{policy.default_version_number}"
        version = get_policy_version(request.call, policy_arn=key, version_id=version_id)
        document, edit = version.document, page_address("policy", key)
    else:
        document = kind.get(request.call, **kind.named(name), policy_name=key).document
        version_id, edit = "", kind.address("inline-policy", name, policy=key)
    shown = policy_name(key)
    context = {
        "title": shown,
        "crumbs": kind.crumbs(name, shown),
        "policy": shown,
        "shown": show_document(request, document, kind.address("policy", name, policy=key)),
        "version_id": version_id,
        "edit": edit,
        "managed": is_arn(key),
    }
    target = request.htmx.target or ""
    return page(request, "policies/policy_document.html", context, part={target: "policies/_policy_document.html"})
