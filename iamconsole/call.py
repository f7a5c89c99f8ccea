"""The call: who asks, from where, when, and through which door."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from accounts.models import Account
from accounts.principals import Principal
from iamconsole.audit.recorders import ImmediateRecorder, Recorder
from iamconsole.aws.errors import InvalidClientTokenId
from policies.evaluation import Policy

T = TypeVar("T")

REGION = "us-east-1"
"""The Region that a global service's calls carry. Rules: reference_policies_condition-keys (aws:RequestedRegion)."""


class Door(StrEnum):
    """Where a call came in."""

    CONSOLE = "console"
    API = "api"
    COMMAND_LINE = "command line"


class SessionKind(StrEnum):
    """How a session came about: what its credentials may call depends on it."""

    CONSOLE = "console"
    ROLE = "role"
    TOKEN = "token"  # noqa: S105 - GetSessionToken, not a token
    FEDERATION = "federation"


@dataclass(frozen=True, slots=True)
class Session:
    """What temporary credentials add to a call; a console session is one.

    `mfa_time` says when a second factor was given, on the way into the session; None without one. `policies` are the
    session policies passed when it was made, None where none were.
    """

    issued: datetime
    mfa_time: datetime | None = None
    kind: SessionKind = SessionKind.CONSOLE
    expires: datetime | None = None
    policies: tuple[Policy, ...] | None = None

    @property
    def mfa_authenticated(self) -> bool:
        """Whether a second factor was given."""
        return self.mfa_time is not None

    def check_reach(self, action: str) -> None:
        """Refuse what credentials of this kind may never call, whatever policies say.

        Raises InvalidClientTokenId. Rules: id_credentials_temp_control-access_getsessiontoken, ..._getfederationtoken.
        """
        service, _, name = action.lower().partition(":")
        if self.kind is SessionKind.TOKEN:
            within = service == "sts" and name not in ("assumerole", "getcalleridentity")
            beyond = within or (service == "iam" and not self.mfa_authenticated)
        else:
            beyond = self.kind is SessionKind.FEDERATION and (
                service == "iam" or (service == "sts" and name != "getcalleridentity")
            )
        if beyond:
            raise InvalidClientTokenId("The security token included in the request is invalid")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the service, whatever the door.

    `account` is the account that the call works in: every query starts from it. `memo` keeps what was read while the
    call lasts and is emptied by every write.
    """

    principal: Principal
    account: Account
    time: datetime
    door: Door = Door.CONSOLE
    request_id: uuid.UUID = field(default_factory=uuid.uuid4)
    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    secure_transport: bool = False
    session: Session | None = None
    access_key_id: str = ""
    referer: str = ""
    recorder: Recorder = field(default_factory=ImmediateRecorder, compare=False, repr=False)
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def account_id(self) -> str:
        """The twelve digits of the account that the call works in."""
        return self.account.account_id

    def remember(self, key: Any, load: Callable[[], T]) -> T:
        """Answer from the memo, loading the value the first time."""
        if key not in self.memo:
            self.memo[key] = load()
        return self.memo[key]  # type: ignore[no-any-return]  # the memo holds values of any type by key

    def forget(self) -> None:
        """Empty the memo: something was written."""
        self.memo.clear()

    def context(self) -> Mapping[str, tuple[str, ...]]:
        """The condition keys that every request carries, whatever it asks for.

        Rules: reference_policies_condition-keys.
        """
        return {**self.principal.context(), **self._network(), **self._session()}

    def _network(self) -> dict[str, tuple[str, ...]]:
        keys: dict[str, tuple[str, ...]] = {
            "aws:CurrentTime": (f"{self.time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",),
            "aws:EpochTime": (str(int(self.time.timestamp())),),
            "aws:RequestedRegion": (REGION,),
            "aws:SecureTransport": (_word(self.secure_transport),),
            "aws:SourceIp": (self.source_ip,),
            "aws:ViaAWSService": ("false",),
            "aws:ResourceAccount": (self.account_id,),
        }
        if self.user_agent:
            keys["aws:UserAgent"] = (self.user_agent,)
        if self.referer:
            keys["aws:referer"] = (self.referer,)
        return keys

    def _session(self) -> dict[str, tuple[str, ...]]:
        if self.session is None:
            return {}
        keys: dict[str, tuple[str, ...]] = {
            "aws:TokenIssueTime": (f"{self.session.issued.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",),
            "aws:MultiFactorAuthPresent": (_word(self.session.mfa_authenticated),),
        }
        if self.session.mfa_time is not None:
            keys["aws:MultiFactorAuthAge"] = (str(int((self.time - self.session.mfa_time).total_seconds())),)
        return keys


def _word(value: object) -> str:
    return "true" if value else "false"
