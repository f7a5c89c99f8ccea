"""The page of all checks, written from the table: docs/checks.md.

`python -m policies.validation.report > docs/checks.md` writes it anew; a test compares the two.
"""

import sys

from policies.validation.checks import Check, Severity
from policies.validation.table import CHECKS, FAMILIES

__all__ = ["page"]

_TITLES = {
    Severity.ERROR: "Errors",
    Severity.SECURITY_WARNING: "Security warnings",
    Severity.WARNING: "Warnings",
    Severity.SUGGESTION: "Suggestions",
}
_HEAD = """# Checks of a policy

What the policy editor, and whoever calls `policies.validation.findings.findings`, can say about a policy. The codes
are those of IAM Access Analyzer's policy validation; the ones that begin with `LAB_` are ours. Words in braces are
filled in with the names found.

This page is written from the table: `python -m policies.validation.report > docs/checks.md`.
"""


def page() -> str:
    """The whole page."""
    homes = {check.code: family for family, (checks, _) in FAMILIES.items() for check in checks}
    parts = [_HEAD]
    for severity, title in _TITLES.items():
        checks = sorted((check for check in CHECKS.values() if check.severity is severity), key=_place)
        ours = sum(check.is_ours for check in checks)
        parts.append(f"## {title}\n\n{len(checks) - ours} of the analyzer, {ours} of ours.\n")
        parts += [_entry(check, homes[check.code]) for check in checks]
    return "\n".join(parts)


def _place(check: Check) -> tuple[bool, str]:
    return check.is_ours, check.code


def _entry(check: Check, family: str) -> str:
    text = check.text.replace("{{", "{").replace("}}", "}")
    home = f"policies/validation/families/{family}.py"
    return f"### {check.code}\n\n**{check.title}.** {text}\n\n{check.learn_more} (`{home}`)\n"


if __name__ == "__main__":
    sys.stdout.write(page())
