"""One action of a policy in a table: on which resources, in which Region and account, and when.

Rules: access_policies_understand-action-summary.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.catalog import Action, action, action_bits, service
from policies.language.document import Document, Effect
from policies.language.wildcards import unmarked
from policies.summary import wording
from policies.summary.policy_summary import conditions
from policies.summary.sayings import Entry, Saying, sayings
from policies.summary.warnings import action_warning

__all__ = ["ActionSummary", "ResourceRow", "action_summary"]

ALL_REGIONS = "All regions"
ALL_ACCOUNTS = "All accounts"
THIS_ACCOUNT = "This account"


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One resource, or kind of resources, that a statement names for the action."""

    resource: str
    region: str
    account: str
    condition: str
    statement: int
    """The statement's place in the document, from 0."""


@dataclass(frozen=True, slots=True)
class ActionSummary:
    """What the statements of one effect say of one action."""

    action: Action
    service_name: str
    effect: Effect
    rows: tuple[ResourceRow, ...]
    warning: str = ""

    @property
    def title(self) -> str:
        """Reads `PutObject action in S3`."""
        short = self.service_name.removeprefix("Amazon ").removeprefix("AWS ")
        return f"{self.action.name} action in {short}"


def action_summary(document: Document, effect: Effect, full_name: str, *, account_id: str = "") -> ActionSummary | None:
    """Sum up what a policy's statements of an effect say of an action; None for one that AWS does not have.

    `account_id` is the account that the reader looks from.
    """
    known = action(full_name)
    if known is None:
        return None
    bit = action_bits(full_name)
    said = tuple(saying for saying in sayings(document, effect) if saying.actions & bit)
    home = service(known.service)
    return ActionSummary(
        action=known,
        service_name=home.name if home else known.service,
        effect=effect,
        rows=tuple(row for saying in said for row in _rows(saying, bit, known.service, account_id)),
        warning=action_warning(said, known.full_name, bit, known.service) if said else "",
    )


def _rows(saying: Saying, bit: int, prefix: str, account_id: str) -> Iterator[ResourceRow]:
    for entry in saying.entries_for(bit):
        region, account = _place(entry, account_id)
        resource = wording.resource(entry, prefix)
        yield ResourceRow(resource, region, account, conditions((saying,)), saying.statement.index)


def _place(entry: Entry, account_id: str) -> tuple[str, str]:
    pattern = entry.pattern
    if pattern is None or not pattern.parts:
        return ALL_REGIONS, ALL_ACCOUNTS
    region, account = unmarked(pattern.parts[3]), unmarked(pattern.parts[4])
    here = THIS_ACCOUNT if account and account == account_id else account
    return (region if region not in ("", "*") else ALL_REGIONS, here if account not in ("", "*") else ALL_ACCOUNTS)
