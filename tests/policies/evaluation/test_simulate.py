"""The lines of `simulate`: cases in, decisions out."""

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from policies.evaluation.cases import decide_line
from tests.policies.evaluation.cast import ACCOUNT, ALICE, AN_OBJECT, allow, deny

ROOT_FOLDER = Path(__file__).parents[3]


def a_case(*statements: dict[str, Any], case_id: str = "one", **policies: Any) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {
        "id": case_id,
        "request": {
            "principal": ALICE,
            "action": "s3:GetObject",
            "resource": AN_OBJECT,
            "resourceAccount": ACCOUNT,
            "context": {"aws:username": ["alice"]},
        },
        "policies": {"identity": [{"name": "mine", "document": document}], **policies},
    }


def decided(case: dict[str, Any], *, explain: bool = False) -> dict[str, Any]:
    printed, readable = decide_line(json.dumps(case), explain=explain)
    assert readable, printed
    answer: dict[str, Any] = json.loads(printed)
    return answer


def refused(line: str) -> dict[str, Any]:
    printed, readable = decide_line(line)
    assert not readable
    answer: dict[str, Any] = json.loads(printed)
    return answer


def test_the_answer_has_the_contracts_members() -> None:
    assert decided(a_case({**deny(), "Sid": "No"})) == {
        "id": "one",
        "decision": "explicitDeny",
        "decidedBy": "identity",
        "matchedStatements": [
            {
                "policy": "mine",
                "policyType": "identity",
                "sid": "No",
                "index": 0,
                "start": {"line": 4, "column": 9},
                "end": {"line": 9, "column": 10},
            }
        ],
        "missingContextKeys": [],
    }


def test_a_document_given_as_text_keeps_its_own_places() -> None:
    case = a_case()
    case["policies"]["identity"][0]["document"] = json.dumps({"Version": "2012-10-17", "Statement": allow()})
    (match,) = decided(case)["matchedStatements"]
    assert match["start"] == {"line": 1, "column": 40}


def test_explain_adds_the_layers_in_order_and_the_near_misses() -> None:
    answer = decided(a_case(allow("s3:*", "arn:aws:s3:::app"), scp=[[]]), explain=True)
    layers = ["vpcEndpoint", "rcp", "scp", "resource", "identity", "boundary", "session"]
    assert [step["layer"] for step in answer["steps"]] == layers
    assert [step["layer"] for step in answer["steps"] if step["stops"]] == ["scp", "identity"]
    assert answer["nearMisses"][0]["sentence"].startswith("The statement covers the bucket")


def test_a_resource_policy_may_stand_with_its_name_or_bare() -> None:
    bare = {"Version": "2012-10-17", "Statement": allow("*", "*", Principal="*")}
    for resource in (bare, {"name": "bucket", "document": bare}):
        assert decided(a_case(deny("ec2:*"), resource=resource))["decidedBy"] == "resource"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("not json", "A value was expected"),
        ("[]", "A case is one JSON object."),
        ('{"id": 1, "id": 2}', "stands twice"),
        ('{"id": "x"}', '"request"'),
        ('{"id": "x", "request": {}, "policies": {}}', '"principal"'),
        ('{"id": "x", "request": NaN}', "A value was expected"),
        ("[" * 10_000, "nested"),
    ],
)
def test_a_line_that_cannot_be_read_says_so(line: str, told: str) -> None:
    assert told in refused(line)["error"]


def test_the_error_of_a_document_names_its_place_and_its_case() -> None:
    case = a_case({**allow(), "Effect": "allow"}, case_id="seven")
    answer = refused(json.dumps(case))
    assert answer["id"] == "seven"
    assert '"allow" is no Effect' in answer["error"]


def test_the_command_answers_every_line_and_ends_with_1_when_one_was_not_read(tmp_path: Path) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join([json.dumps(a_case(allow())), "", "nonsense", json.dumps(a_case(case_id="two"))]))
    command = [sys.executable, "manage.py", "simulate", str(file)]
    environment = {"IAMCONSOLE_HOME": str(tmp_path / "home"), "PATH": ""}
    ran = subprocess.run(command, cwd=ROOT_FOLDER, env=environment, capture_output=True, text=True, check=False)
    answers = [json.loads(line) for line in StringIO(ran.stdout)]
    assert [answer.get("decision") for answer in answers] == ["allowed", None, None]
    assert ran.returncode == 1
    assert "Statement is an empty list" in answers[2]["error"]


def simulating(home: Path, *, stdout: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "simulate"]
    environment = {"IAMCONSOLE_HOME": str(home), "PATH": ""}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT_FOLDER, env=environment, stdin=pipe, stdout=stdout, stderr=pipe, text=True
    )


def test_many_lines_do_not_grow_memory(tmp_path: Path) -> None:
    """Every line has a document of its own; `tests/fuzz/stream.py` sends a million."""
    with simulating(tmp_path, stdout=subprocess.DEVNULL) as process:
        assert process.stdin
        used = []
        for number in range(4000):
            statement = allow("s3:Get*", f"arn:aws:s3:::app/{number}/*")
            process.stdin.write(json.dumps(a_case(statement, case_id=str(number))) + "\n")
            if number % 2000 == 1999:
                used.append(resident(process.pid))
        process.stdin.close()
    assert used[1] - used[0] < 10_000
    assert process.returncode == 0


def resident(pid: int) -> int:
    """The memory that a process holds, in KB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert found
    return int(found[1])


def test_a_reader_who_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    with simulating(tmp_path, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        try:
            process.stdin.write((json.dumps(a_case(allow())) + "\n") * 2000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == ""
    assert process.returncode == 141
