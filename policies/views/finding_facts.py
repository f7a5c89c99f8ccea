"""What the pages of Access Analyzer tell of a finding, worked out from its row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from iamconsole.aws.arn import split_path
from policies.catalog import access_level, actions_matching
from policies.models import Finding, FindingStatus, FindingType

__all__ = ["STATUSES", "TYPES", "FindingFacts"]

TYPES = {
    "Unused permission": FindingType.UNUSED_PERMISSION.value,
    "Unused role": FindingType.UNUSED_ROLE.value,
    "Unused access key": FindingType.UNUSED_ACCESS_KEY.value,
    "Unused password": FindingType.UNUSED_PASSWORD.value,
}
STATUSES = {"Active": FindingStatus.ACTIVE.value, "Archived": FindingStatus.ARCHIVED.value,
            "Resolved": FindingStatus.RESOLVED.value}  # fmt: skip
_LABELS = {value: label for label, value in TYPES.items()}
_MARKS = {FindingStatus.ACTIVE: "warn", FindingStatus.ARCHIVED: "off", FindingStatus.RESOLVED: "ok"}
_PAGES = {"role": "role-detail", "user": "user-detail"}


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """One finding as the list and its own page show it."""

    finding: Finding
    analyzer_name: str

    @property
    def href(self) -> str:
        """The address of the finding's page."""
        return reverse("finding-detail", args=[self.analyzer_name, self.finding.finding_id])

    @property
    def short_id(self) -> str:
        """The first part of the id."""
        return str(self.finding.finding_id).partition("-")[0]

    @property
    def label(self) -> str:
        """What kind of finding it is, in words."""
        return _LABELS.get(self.finding.finding_type, "External access")

    @property
    def status(self) -> tuple[str, str]:
        """The status with its mark."""
        return _MARKS[FindingStatus(self.finding.status)], self.finding.status.capitalize()

    @property
    def noun(self) -> str:
        """`role` or `user`, nothing for a resource of another service."""
        noun = self.finding.resource.rpartition(":")[2].partition("/")[0]
        return noun if ":iam:" in self.finding.resource and noun in _PAGES else ""

    @property
    def name(self) -> str:
        """The name of the resource."""
        resource = self.finding.resource.split(":", 5)[-1]
        return split_path(resource)[1] if self.noun else resource

    @property
    def page(self) -> str:
        """The address of the role's or user's page."""
        return reverse(_PAGES[self.noun], args=[self.name]) if self.noun else ""

    @property
    def principal(self) -> str:
        """Who gets in, in words."""
        ((kind, who),) = self._details["principal"].items()
        if who == "*":
            return "Anyone"
        return {"AWS": f"AWS account {who}" if who.isdigit() else who, "Federated": f"Identity provider {who}"}.get(
            kind, f"{kind}: {who}"
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions under which somebody gets in, one a line."""
        return tuple(f"{key} {operator} {', '.join(values)}" for operator, key, values in self._details["condition"])

    @property
    def levels(self) -> str:
        """The access levels of what is let in: Read, Write."""
        names = {name for pattern in self._details["action"] for name in actions_matching(pattern)}
        return ", ".join(sorted({str(level.value) for name in names if (level := access_level(name))}))

    @property
    def last_accessed(self) -> datetime | None:
        """When the role, key or password was last used."""
        text = self._details.get("lastAccessed")
        return datetime.fromisoformat(text) if text else None

    @property
    def summary(self) -> str:
        """What is unused, in a few words."""
        details = self._details
        if self.finding.finding_type == FindingType.UNUSED_PERMISSION:
            return f"{_count(details['services'], 'service')}, {_count(details['actions'], 'action')}"
        return str(details.get("accessKeyId", ""))

    @property
    def _details(self) -> dict[str, Any]:
        return self.finding.details


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
