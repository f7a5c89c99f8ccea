"""Pages about identity providers: list, add, details, audiences, a practice token, delete."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.identity_providers import AddProviderForm, AudienceForm, PracticeTokenForm
from accounts.models import OpenIDConnectProvider
from accounts.operations.identity_providers import (
    add_client_id_to_open_id_connect_provider,
    address_of,
    create_open_id_connect_provider,
    delete_open_id_connect_provider,
    get_open_id_connect_provider,
    list_open_id_connect_providers,
    remove_client_id_from_open_id_connect_provider,
    sign_practice_token,
)
from accounts.operations.web_identity import assume_role_with_web_identity, identify
from accounts.sessions import Credentials, principal_of
from iamconsole.aws import arn
from iamconsole.aws.errors import IamError
from iamconsole.call import Call
from iamconsole.console.drafts import once
from iamconsole.console.forms import ConsoleForm, attempt, place
from iamconsole.console.htmx import go_to, page
from iamconsole.console.middleware import visit_of
from iamconsole.console.places import crumbs, page_address
from iamconsole.console.request import ConsoleRequest
from iamconsole.console.steps import refusal_of

__all__ = ["add", "add_audience", "delete", "detail", "index", "practise", "remove_audience"]


@require_safe
def index(request: ConsoleRequest) -> HttpResponse:
    """List the account's identity providers."""
    context = {
        "title": "Identity providers",
        "crumbs": crumbs(of="provider"),
        "providers": list_open_id_connect_providers(request.call),
    }
    return page(request, "accounts/providers/list.html", context)


@require_http_methods(["GET", "POST"])
def add(request: ConsoleRequest) -> HttpResponse:
    """Trust one more OpenID Connect provider."""
    form = AddProviderForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with once(request.call, form.cleaned_data["token"]) as attempted:
            address = attempted.address or _added(request, form)
            if address:
                return go_to(request, attempted.address or attempted.lead_to(address))
    context = {"title": "Add provider", "crumbs": crumbs("Add provider", of="provider"), "form": form}
    return page(request, "accounts/providers/create.html", context, status=form.status)


@require_safe
def detail(request: ConsoleRequest, name: str) -> HttpResponse:
    """Show a provider: audiences, thumbprints, tags, and the practice token."""
    return _shown(request, _provider(request, name))


@require_POST
def add_audience(request: ConsoleRequest, name: str) -> HttpResponse:
    """Let tokens for one more audience in."""
    provider = _provider(request, name)
    form = AudienceForm(request.POST)
    if form.is_valid():
        client_id = form.cleaned_data["client_id"]
        named = {"open_id_connect_provider_arn": provider.arn, "client_id": client_id}
        attempt(form, add_client_id_to_open_id_connect_provider, request.call, **named)
    if form.is_valid():
        messages.success(request, f"Audience {form.cleaned_data['client_id']} added.")
        return go_to(request, page_address("provider", provider.url))
    return _shown(request, provider, audience=form)


@require_POST
def remove_audience(request: ConsoleRequest, name: str) -> HttpResponse:
    """Let tokens for an audience in no more."""
    provider = _provider(request, name)
    client_id = request.POST.get("client_id", "")
    named = {"open_id_connect_provider_arn": provider.arn, "client_id": client_id}
    for sentence in refusal_of(partial(remove_client_id_from_open_id_connect_provider, request.call, **named)):
        messages.error(request, sentence)
        return go_to(request, page_address("provider", provider.url))
    messages.success(request, f"Audience {client_id} removed.")
    return go_to(request, page_address("provider", provider.url))


@never_cache
@require_POST
def practise(request: ConsoleRequest, name: str) -> HttpResponse:
    """Sign a practice token, and take a role with it where one is named."""
    provider = _provider(request, name)
    form = PracticeTokenForm(request.POST)
    token = taken = None
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in ("subject", "audience")}
        token = attempt(form, sign_practice_token, request.call, open_id_connect_provider_arn=provider.arn, **asked)
    if token and form.cleaned_data["role_arn"]:
        taken = _taken(request, form, token)
    return _shown(request, provider, practice=form, token=token, taken=taken)


@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, name: str) -> HttpResponse:
    """Ask for the word "delete", then delete the provider."""
    provider = _provider(request, name)
    errors: list[str] = []
    if request.method == "POST":
        errors = [] if request.POST.get("confirm", "").strip() == "delete" else ["Enter the word delete."]
        act = partial(delete_open_id_connect_provider, request.call, open_id_connect_provider_arn=provider.arn)
        errors = errors or refusal_of(act)
        if not errors:
            messages.success(request, f"{provider.url} deleted.")
            return go_to(request, "provider-list")
    context = {
        "title": f"Delete {provider.url}",
        "crumbs": crumbs(provider.url, "Delete", of="provider"),
        "provider": provider,
        "errors": errors,
    }
    part = "accounts/providers/_delete.html"
    status = 422 if errors else 200
    return page(
        request, "accounts/providers/delete.html", context, part={"dialog": part, "dialog-part": part}, status=status
    )


def _provider(request: ConsoleRequest, name: str) -> OpenIDConnectProvider:
    named = arn.oidc_provider_arn(request.call.account_id, name)
    return get_open_id_connect_provider(request.call, open_id_connect_provider_arn=named)


def _added(request: ConsoleRequest, form: AddProviderForm) -> str | None:
    url = form.cleaned_data["url"]
    provider = attempt(
        form,
        create_open_id_connect_provider,
        request.call,
        url=url,
        client_id_list=[form.cleaned_data["audience"]],
    )
    if provider is None:
        return None
    messages.success(request, f"{provider.url} added.")
    return page_address("provider", address_of(url))


def _taken(request: ConsoleRequest, form: PracticeTokenForm, token: str) -> Credentials | None:
    """Take the role as the token's bearer would, who has no credentials here."""
    role_arn = form.cleaned_data["role_arn"].strip()
    try:
        account, bearer = identify(role_arn, token, request.call.time)
        call: Call = visit_of(request).call(bearer, account)
        return assume_role_with_web_identity(call, role_arn=role_arn, role_session_name="practice-token")
    except IamError as error:
        place(form, error)
        return None


def _shown(
    request: ConsoleRequest,
    provider: OpenIDConnectProvider,
    *,
    audience: AudienceForm | None = None,
    practice: PracticeTokenForm | None = None,
    token: str | None = None,
    taken: Credentials | None = None,
) -> HttpResponse:
    sent: ConsoleForm | None = audience or practice
    first = provider.client_id_list[0] if provider.client_id_list else ""
    context = {
        "title": provider.url,
        "crumbs": crumbs(provider.url, of="provider"),
        "provider": provider,
        "audience": audience or AudienceForm(),
        "practice": practice or PracticeTokenForm(initial={"audience": first}),
        "token": token,
        "taken": taken,
        "session": principal_of(taken.credential) if taken else None,
        "delete_url": reverse("provider-delete", args=[provider.url]),
    }
    return page(request, "accounts/providers/detail.html", context, status=sent.status if sent else 200)
