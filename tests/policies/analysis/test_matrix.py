"""Who can do what."""

from policies.analysis import Subject, access_matrix, effective_access, origins
from policies.evaluation import AppliedPolicies, Policy, PolicyType
from policies.language.document import Effect
from tests.policies.evaluation.cast import ACCOUNT, a_policy, allow, deny

READS = a_policy(allow("s3:Get*"), name="reads")
WRITES = a_policy(allow("s3:Put*", "arn:aws:s3:::app/*"), name="writes")
BOUNDARY = a_policy(allow("s3:*"), PolicyType.BOUNDARY, name="boundary")


def a_subject(name: str, *policies: Policy, boundary: tuple[Policy, ...] | None = None) -> Subject:
    return Subject(f"arn:aws:iam::{ACCOUNT}:user/{name}", AppliedPolicies(identity=policies, boundary=boundary))


def test_the_matrix_says_who_can() -> None:
    alice, bob, carol = a_subject("alice", READS, WRITES), a_subject("bob", READS), a_subject("carol")
    matrix = access_matrix([alice, bob, carol])
    assert matrix.who_can("s3:GetObject") == (alice, bob)
    assert matrix.who_can("S3:putobject") == (alice,)
    assert matrix.who_can("s3:NoSuchAction") == ()


def test_subjects_of_the_same_policies_are_worked_out_once() -> None:
    matrix = access_matrix([a_subject("alice", READS, WRITES), a_subject("bob", WRITES, READS)])
    assert matrix.rows[0] is matrix.rows[1]


def test_a_later_matrix_takes_the_rows_that_are_still_right() -> None:
    subjects = [a_subject("alice", READS, WRITES), a_subject("bob", READS)]
    before = access_matrix(subjects)
    changed = [a_subject("alice", READS), subjects[1]]
    after = access_matrix(changed, before=before)
    assert after.rows == access_matrix(changed).rows
    assert after.rows[1] is before.rows[1]


def test_a_resource_policy_tells_subjects_of_the_same_policies_apart() -> None:
    named = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/alice"}
    bucket = a_policy(allow("s3:GetObject", Principal=named), PolicyType.RESOURCE)
    names = ("alice", "bob")
    subjects = [Subject(f"arn:aws:iam::{ACCOUNT}:user/{each}", AppliedPolicies(resource=bucket)) for each in names]
    matrix = access_matrix(subjects, "arn:aws:s3:::app/x")
    assert matrix.who_can("s3:GetObject") == (subjects[0],)
    assert matrix.rows[0] == effective_access(subjects[0], "arn:aws:s3:::app/x")


def test_origins_name_the_statements_about_an_action() -> None:
    denies = a_policy(deny("s3:*", "arn:aws:s3:::secret/*"), name="denies")
    subject = a_subject("alice", READS, denies, boundary=(BOUNDARY,))
    found = origins(subject, "s3:GetObject")
    assert [(each.statement.policy.name, each.effect, each.limited) for each in found] == [
        ("denies", Effect.DENY, True),
        ("reads", Effect.ALLOW, False),
        ("boundary", Effect.ALLOW, False),
    ]
    named = [each.statement.policy.name for each in origins(subject, "s3:GetObject", "arn:aws:s3:::app/x")]
    assert named == ["reads", "boundary"]
