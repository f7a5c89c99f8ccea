"""Who a request's principal is: the kinds of callers that the rules tell apart.

Rules: reference_policies_elements_principal; reference_policies_variables (principal key values).
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

__all__ = ["ACCOUNT_ROOT", "WEB_IDENTITY_PROVIDERS", "Caller", "CallerKind", "UnknownPrincipal", "caller_of"]

ACCOUNT_ROOT = re.compile(r"arn:[^:*?]+:iam::([0-9]{12}):root")
WEB_IDENTITY_PROVIDERS = frozenset(
    {"cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"}
)
_SERVICE_NAME = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_ACCOUNT = re.compile(r"[0-9]{12}")


class CallerKind(Enum):
    """The kinds of callers."""

    USER = auto()
    ROLE_SESSION = auto()
    FEDERATED_USER = auto()
    ROOT = auto()
    SERVICE = auto()
    IDENTITY_PROVIDER = auto()
    """Web identity or SAML: not yet a session, known by its provider."""
    ANONYMOUS = auto()
    GROUP = auto()
    """No caller in AWS; a group's policies can be simulated all the same."""


class UnknownPrincipal(ValueError):
    """The request's principal is of no known form."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A request's principal taken apart; `name` is the user's or the role's, without path."""

    kind: CallerKind
    arn: str
    account: str = ""
    name: str = ""

    @property
    def has_identity_policies(self) -> bool:
        """Whether an account's identity policies can speak for this caller."""
        return self.kind not in _WITHOUT_IDENTITY_POLICIES


_WITHOUT_IDENTITY_POLICIES = frozenset({CallerKind.SERVICE, CallerKind.IDENTITY_PROVIDER, CallerKind.ANONYMOUS})

_KINDS = {
    ("iam", "user"): CallerKind.USER,
    ("iam", "group"): CallerKind.GROUP,
    ("iam", "role"): CallerKind.ROLE_SESSION,
    ("iam", "oidc-provider"): CallerKind.IDENTITY_PROVIDER,
    ("iam", "saml-provider"): CallerKind.IDENTITY_PROVIDER,
    ("sts", "assumed-role"): CallerKind.ROLE_SESSION,
    ("sts", "federated-user"): CallerKind.FEDERATED_USER,
}


@lru_cache(4096)
def caller_of(principal: str) -> Caller:
    """Take a principal apart: an ARN, a service's name, or `*` for anonymous."""
    if principal == "*":
        return Caller(CallerKind.ANONYMOUS, principal)
    if match := ACCOUNT_ROOT.fullmatch(principal):
        return Caller(CallerKind.ROOT, principal, match[1])
    fields = principal.split(":", 5)
    if len(fields) == 6 and fields[0] == "arn":
        form, _, name = fields[5].partition("/")
        kind = _KINDS.get((fields[2], form))
        if kind is not None and name and _ACCOUNT.fullmatch(fields[4]):
            own = name.split("/")[0] if form == "assumed-role" else name.rsplit("/", 1)[-1]
            return Caller(kind, principal, fields[4], own)
    elif _SERVICE_NAME.fullmatch(principal):
        built_in = principal in WEB_IDENTITY_PROVIDERS and principal != "cognito-identity.amazonaws.com"
        return Caller(CallerKind.IDENTITY_PROVIDER if built_in else CallerKind.SERVICE, principal)
    raise UnknownPrincipal(f"{principal!r} is no user, role session, federated user, account root, service or *.")
