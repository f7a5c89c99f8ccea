"""The dashboard's security recommendations, from the account's summary and the reader's own credentials.

Rules: best-practices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access_keys import AccessKeyMetadata

OLD_KEY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One recommendation: how urgent it is (ok, warn, err), what it says, and the route that mends it."""

    kind: str
    title: str
    text: str
    action: str = ""
    route: str = ""


def recommendations(
    summary: Mapping[str, int] | None,
    own_keys: Sequence[AccessKeyMetadata],
    now: datetime,
    *,
    is_root: bool,
    lacks_mfa: bool = False,
) -> tuple[Recommendation, ...]:
    """List them, the urgent first; what the reader may not see is left out.

    `lacks_mfa` says that the reader is a user who signs in without a second factor.
    """
    found = [*_of_account(summary or {}, is_root=is_root), *_of_keys(own_keys, now, is_root=is_root)]
    if lacks_mfa:
        found.append(
            Recommendation(
                "warn",
                "You have no MFA device",
                "Whoever learns your password can sign in as you. A second factor prevents that.",
                "Add MFA",
                "credentials-assign-mfa",
            )
        )
    return tuple(sorted(found, key=lambda each: ("err", "warn", "ok").index(each.kind)))


def _of_account(summary: Mapping[str, int], *, is_root: bool) -> list[Recommendation]:
    found = []
    if is_root:
        found.append(
            Recommendation(
                "err",
                "You are signed in as the root user",
                "Use an IAM user for everyday work: no policy limits the root user, and everybody who knows its "
                "password looks the same in the event history.",
                "Root user tasks",
                "root-tasks",
            )
        )
    if summary.get("AccountMFAEnabled") == 0:
        found.append(
            Recommendation(
                "warn",
                "The root user has no MFA device",
                "The root user can do everything in this account. A second factor protects it.",
                "Add MFA" if is_root else "",
                "credentials-assign-mfa" if is_root else "",
            )
        )
    elif summary:
        text = "Signing in as the root user takes a code besides the password."
        found.append(Recommendation("ok", "The root user has MFA", text))
    if summary.get("AccountAccessKeysPresent") == 1:
        found.append(
            Recommendation(
                "err",
                "The root user has access keys",
                "A key of the root user can do everything. Delete it and use a role or an IAM user.",
                "Manage keys" if is_root else "",
                "credentials" if is_root else "",
            )
        )
    elif summary:
        text = "Use IAM users or roles for programmatic access."
        found.append(Recommendation("ok", "The root user has no active access keys", text))
    return found


def _of_keys(keys: Sequence[AccessKeyMetadata], now: datetime, *, is_root: bool) -> list[Recommendation]:
    if is_root:
        return []
    old = [key for key in keys if key.is_active and (now - key.create_date).days > OLD_KEY_DAYS]
    return [
        Recommendation(
            "warn",
            f"Your access key {key.access_key_id} is {(now - key.create_date).days} days old",
            "Rotate it: create a second key, use it everywhere, then deactivate and delete this one.",
            "Manage keys",
            "credentials",
        )
        for key in old
    ]
