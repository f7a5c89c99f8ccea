"""AWS's own policies measure false alarms: no error and no security warning but those listed with a reason."""

import csv
from pathlib import Path

from policies.catalog.managed_policies import aws_managed_policies
from policies.language.kinds import PolicyKind
from policies.validation.findings import Severity, findings

EXCEPTIONS = Path(__file__).parent / "aws_managed_exceptions.tsv"
GRAVE = (Severity.ERROR, Severity.SECURITY_WARNING)


def test_no_aws_managed_policy_gives_an_error_or_a_security_warning_that_is_not_listed() -> None:
    found = {
        (policy.name, finding.code)
        for policy in aws_managed_policies()
        for finding in findings(policy.document, PolicyKind.IDENTITY_MANAGED)
        if finding.severity in GRAVE
    }
    with EXCEPTIONS.open(newline="") as lines:
        listed = {(line["policy"], line["code"]) for line in csv.DictReader(lines, delimiter="\t")}
    assert sorted(found - listed) == []
    assert sorted(listed - found) == []


def test_every_exception_has_a_reason() -> None:
    with EXCEPTIONS.open(newline="") as lines:
        assert all(line["reason"] for line in csv.DictReader(lines, delimiter="\t"))
