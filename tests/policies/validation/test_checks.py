"""Every check fires on three differently written documents and is silent about their repaired twins."""

from collections import Counter

import pytest

from policies.validation.findings import CHECKS, findings
from tests.policies.validation.documents import Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_check_fires_on_its_document_and_is_silent_about_the_repaired_one(case: Case) -> None:
    fired = [each for each in findings(case.fires, case.kind, case.resource_type) if each.code == case.code]
    assert fired, [each.code for each in findings(case.fires, case.kind, case.resource_type)]
    for finding in fired:
        assert 0 <= finding.span.start.offset <= finding.span.end.offset <= len(case.fires)
        assert finding.sentence
        assert "{" not in finding.sentence or "{" in case.fires
    silent = [each.sentence for each in findings(case.silent, case.kind, case.resource_type) if each.code == case.code]
    assert not silent, case.silent


@pytest.mark.parametrize("case", [case for case in CASES if case.number == 3], ids=str)
def test_a_check_names_the_statement_it_is_about(case: Case) -> None:
    fired = [each for each in findings(case.fires, case.kind, case.resource_type) if each.code == case.code]
    in_statements = [each.path[1] for each in fired if len(each.path) > 1 and each.path[0] == "Statement"]
    assert not in_statements or max(int(index) for index in in_statements) >= 1


def test_every_check_of_the_table_has_three_cases() -> None:
    counted = Counter(case.code for case in CASES)
    assert {code for code in CHECKS if counted[code] < 3} == set()
    assert set(counted) == set(CHECKS)


def test_the_table_holds_every_check_of_the_analyzer() -> None:
    of_aws = Counter(check.severity.name for check in CHECKS.values() if not check.is_ours)
    assert of_aws == {"ERROR": 80 - 1, "SECURITY_WARNING": 19, "WARNING": 26, "SUGGESTION": 29}


def test_a_repair_makes_its_finding_go() -> None:
    repaired = 0
    for case in CASES:
        fixes = [each.fix for each in findings(case.fires, case.kind, case.resource_type) if each.code == case.code]
        if not all(fixes):
            continue
        text = case.fires
        for fix in sorted((fix for fix in fixes if fix), key=lambda fix: -fix.span.start.offset):
            text = text[: fix.span.start.offset] + fix.replacement + text[fix.span.end.offset :]
        assert case.code not in {each.code for each in findings(text, case.kind, case.resource_type)}, str(case)
        repaired += 1
    assert repaired > 20
