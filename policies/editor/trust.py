"""Build the trust policies of the console's role wizard.

Rules: id_roles_create_for-service; id_roles_create_for-user; confused-deputy (external ID).
"""

import json
from dataclasses import dataclass
from typing import Any

from iamconsole.aws.arn import root_arn
from policies.language.document import Version

__all__ = ["EC2", "SERVICES", "UseCase", "account_trust", "service_trust", "use_case"]


@dataclass(frozen=True, slots=True)
class UseCase:
    """A service that can be given a role: its principal and what the role lets it do."""

    service: str
    label: str
    text: str


SERVICES: tuple[UseCase, ...] = (
    UseCase("ec2.amazonaws.com", "EC2", "Lets EC2 instances call AWS services for you."),
    UseCase("lambda.amazonaws.com", "Lambda", "Lets Lambda functions call AWS services for you."),
    UseCase("apigateway.amazonaws.com", "API Gateway", "Lets API Gateway write logs for you."),
    UseCase("autoscaling.amazonaws.com", "EC2 Auto Scaling", "Lets Auto Scaling send notifications for you."),
    UseCase("backup.amazonaws.com", "AWS Backup", "Lets AWS Backup read and copy your resources."),
    UseCase("batch.amazonaws.com", "Batch", "Lets Batch manage compute resources for you."),
    UseCase("cloudformation.amazonaws.com", "CloudFormation", "Lets CloudFormation create resources for you."),
    UseCase("cloudtrail.amazonaws.com", "CloudTrail", "Lets CloudTrail deliver to CloudWatch Logs."),
    UseCase("codebuild.amazonaws.com", "CodeBuild", "Lets CodeBuild call AWS services for you."),
    UseCase("codedeploy.amazonaws.com", "CodeDeploy", "Lets CodeDeploy reach instances for you."),
    UseCase("codepipeline.amazonaws.com", "CodePipeline", "Lets CodePipeline run the stages of a pipeline."),
    UseCase("config.amazonaws.com", "Config", "Lets Config read the state of your resources."),
    UseCase("ecs-tasks.amazonaws.com", "Elastic Container Service task", "Lets the containers of a task act for you."),
    UseCase("ecs.amazonaws.com", "Elastic Container Service", "Lets ECS manage clusters for you."),
    UseCase("eks.amazonaws.com", "EKS", "Lets EKS manage clusters for you."),
    UseCase("events.amazonaws.com", "EventBridge", "Lets EventBridge start targets for you."),
    UseCase("firehose.amazonaws.com", "Data Firehose", "Lets Firehose deliver streams for you."),
    UseCase("glue.amazonaws.com", "Glue", "Lets Glue crawl and transform your data."),
    UseCase("monitoring.rds.amazonaws.com", "RDS enhanced monitoring", "Lets RDS write metrics to CloudWatch Logs."),
    UseCase("rds.amazonaws.com", "RDS", "Lets RDS manage resources for you."),
    UseCase("redshift.amazonaws.com", "Redshift", "Lets Redshift read data for you."),
    UseCase("s3.amazonaws.com", "S3", "Lets S3 replicate objects for you."),
    UseCase("sagemaker.amazonaws.com", "SageMaker", "Lets notebooks, training and endpoints act for you."),
    UseCase("scheduler.amazonaws.com", "EventBridge Scheduler", "Lets a schedule start targets for you."),
    UseCase("ssm.amazonaws.com", "Systems Manager", "Lets Systems Manager act on your instances."),
    UseCase("states.amazonaws.com", "Step Functions", "Lets a state machine call AWS services for you."),
)
"""The services of the wizard; the two common use cases stand first."""

EC2 = SERVICES[0].service


def use_case(service: str) -> UseCase | None:
    """The use case of a service principal; None for one that the wizard does not offer."""
    return next((case for case in SERVICES if case.service == service), None)


def service_trust(service: str) -> str:
    """Let a service take the role."""
    return _document({"Service": service}, {})


def account_trust(account_id: str, *, external_id: str = "", require_mfa: bool = False) -> str:
    """Let an account's administrators decide which of its users and roles take the role.

    An external ID guards against a confused deputy; requiring MFA asks for a second factor at sign-in.
    """
    conditions: dict[str, Any] = {}
    if external_id:
        conditions["StringEquals"] = {"sts:ExternalId": external_id}
    if require_mfa:
        conditions["Bool"] = {"aws:MultiFactorAuthPresent": "true"}
    return _document({"AWS": root_arn(account_id)}, conditions)


def _document(principal: dict[str, str], conditions: dict[str, Any]) -> str:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": Version.CURRENT.value, "Statement": [statement]}, indent=4)
