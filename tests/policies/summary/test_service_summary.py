"""One service of a policy, and one action, in a table."""

from __future__ import annotations

from policies.language.document import Effect
from policies.language.reader import read
from policies.summary.action_summary import ActionSummary, action_summary
from policies.summary.service_summary import ServiceSummary, service_summary
from tests.policies.summary.documents import a_document, allow, deny, of_aws, of_the_demo

ACCOUNT = "111122223333"


def service(*statements: dict[str, object], prefix: str = "s3", effect: Effect = Effect.ALLOW) -> ServiceSummary:
    found = service_summary(a_document(*statements), effect, prefix)
    assert found is not None
    return found


def action(*statements: dict[str, object], name: str = "s3:PutObject") -> ActionSummary:
    found = action_summary(a_document(*statements), Effect.ALLOW, name, account_id=ACCOUNT)
    assert found is not None
    return found


def test_actions_are_grouped_by_level_with_their_number() -> None:
    found = service_summary(read(of_aws("AmazonS3ReadOnlyAccess")), Effect.ALLOW, "s3")
    assert found is not None
    lists, reads = found.groups
    assert lists.title == f"List ({lists.total} of {lists.total} actions)"
    assert len(reads.rows) < reads.total
    assert lists.rows[0].resource == "All resources"
    assert [group.level.value for group in found.remaining] == ["Read", "Tagging", "Write", "Permissions management"]


def test_the_other_effect_is_another_table() -> None:
    found = service_summary(read(of_the_demo("DevServers")), Effect.DENY, "ec2")
    assert found is not None
    assert [group.title for group in found.groups] == ["Tagging (2 of 2 actions)"]


def test_an_action_without_resource_level_permissions_needs_a_wildcard() -> None:
    found = service(allow("s3:List*", "arn:aws:s3:::reports"))
    warnings = {row.name: row.warning for row in found.groups[0].rows}
    assert warnings["ListBucket"] == ""
    assert warnings["ListAllMyBuckets"] == (
        "This action does not support resource-level permissions. This requires a wildcard (*) for the resource."
    )


def test_an_action_without_resource_or_condition_is_warned_of() -> None:
    prefix = {"StringLike": {"s3:prefix": "home/*"}}
    objects = "arn:aws:s3:::reports/*"

    def warning(name: str, resource: str, **more: object) -> str:
        (group,) = service(allow(name, resource, **more)).groups
        return group.rows[0].warning

    assert warning("s3:ListBucket", objects) == "This action does not have an applicable resource."
    assert warning("s3:GetObject", objects, Condition=prefix) == "This action does not have an applicable condition."
    assert warning("s3:GetObject", "arn:aws:s3:::reports", Condition=prefix) == (
        "This action does not have an applicable resource and condition."
    )
    assert warning("s3:ListBucket", "arn:aws:s3:::reports", Condition=prefix) == ""


def test_unknown_actions_of_a_service_are_told() -> None:
    assert service(allow(["s3:GetObject", "s3:GetNothing"])).unknown == ("s3:GetNothing",)
    assert service_summary(a_document(allow("s3:*")), Effect.ALLOW, "nowhere") is None


def test_not_action_shows_what_remains() -> None:
    found = service({"Effect": "Allow", "NotAction": ["s3:Put*", "s3:Delete*"], "Resource": "*"})
    names = {row.name for group in found.groups for row in group.rows}
    assert "GetObject" in names
    assert "PutObject" not in names


def test_the_resources_of_an_action_tell_region_and_account() -> None:
    found = action(
        allow(
            "ec2:StopInstances",
            ["arn:aws:ec2:us-west-2:111122223333:instance/*", "arn:aws:ec2:*:444455556666:instance/i-1"],
        ),
        allow("ec2:Stop*", "*"),
        name="ec2:stopinstances",
    )
    assert [(row.resource, row.region, row.account) for row in found.rows] == [
        ("region | string like | us-west-2, InstanceId | string like | All", "us-west-2", "This account"),
        ("InstanceId | string like | i-1", "All regions", "444455556666"),
        ("All resources", "All regions", "All accounts"),
    ]
    assert [row.statement for row in found.rows] == [0, 0, 1]


def test_the_title_names_action_and_service() -> None:
    assert action(allow("s3:*")).title == "PutObject action in S3"
    assert action(deny("s3:*")).rows == ()


def test_an_action_leaves_out_resources_that_it_does_not_take() -> None:
    found = action(allow("s3:*", ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]))
    assert [row.resource for row in found.rows] == [
        "BucketName | string like | reports, ObjectName | string like | All"
    ]
    assert found.warning == ""
    nothing = action(allow("s3:*", "arn:aws:s3:::reports"))
    assert (nothing.rows, nothing.warning) == ((), "This action does not have an applicable resource.")


def test_an_unknown_action_has_no_summary() -> None:
    assert action_summary(a_document(allow("s3:*")), Effect.ALLOW, "s3:GetNothing") is None
