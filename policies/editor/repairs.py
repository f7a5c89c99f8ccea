"""Do the repair that a finding offers."""

from collections.abc import Iterable

from policies.validation.checks import Finding

__all__ = ["repair"]


def repair(text: str, found: Iterable[Finding], name: str) -> str:
    """The text with the repair of the finding of this name; as it is where no finding of this name has one."""
    for finding in found:
        if finding.fix is not None and finding.name == name:
            span = finding.fix.span
            return text[: span.start.offset] + finding.fix.replacement + text[span.end.offset :]
    return text
