"""The kinds of lab resources: which service each belongs to, how its ARN is built, and what it is asked for.

A lab resource is a named thing that policies can speak of. No service is played: what a kind can do is to be created,
to carry tags and, where AWS has them, a resource policy, and to be tried.

Rules: list_amazons3, list_amazonsqs, list_amazonsns, list_amazondynamodb, list_awslambda, list_amazonec2,
list_awssecretsmanager, list_awskeymanagementservice, list_amazoncloudwatchlogs;
reference_aws-services-that-work-with-iam.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from iamconsole.aws.arn import PARTITION, Arn
from iamconsole.aws.errors import ValidationError
from iamconsole.aws.names import Name
from policies.catalog import Action

__all__ = [
    "BUCKET",
    "FUNCTION",
    "INSTANCE",
    "KEY",
    "KINDS",
    "LOG_GROUP",
    "QUEUE",
    "REGIONS",
    "SECRET",
    "TABLE",
    "TOPIC",
    "LabKind",
    "Located",
    "PartOf",
    "changing_actions",
    "kind_of",
    "locate",
]

REGIONS = (
    ("us-east-1", "US East (N. Virginia)"),
    ("us-east-2", "US East (Ohio)"),
    ("us-west-2", "US West (Oregon)"),
    ("eu-west-1", "Europe (Ireland)"),
    ("eu-central-1", "Europe (Frankfurt)"),
    ("eu-north-1", "Europe (Stockholm)"),
    ("ap-south-1", "Asia Pacific (Mumbai)"),
    ("ap-southeast-2", "Asia Pacific (Sydney)"),
    ("sa-east-1", "South America (Sao Paulo)"),
)
"""Regions to put a resource in, the usual one first."""


@dataclass(frozen=True, slots=True)
class PartOf:
    """What lies inside a resource and has an ARN of its own: an object in a bucket."""

    label: str
    types: frozenset[str]
    separator: str
    example: str


@dataclass(frozen=True, slots=True)
class LabKind:
    """One kind of resource, by AWS's own words and actions.

    `catalog_type` is its resource type in the service's own list; `name` is None where AWS makes the name up.
    `put_policy` is empty where AWS has no resource policy, `delete_policy` where one can only be replaced, and
    `names_itself` says that such a policy may speak of this resource alone. `runs_as` is "role" or "instance profile"
    for what acts with a role, `principal` the service that the role is passed to, `lend` the action that gives it
    another one, `take_back` the one that leaves it none, and `reach` the action by which somebody gets to act so.
    """

    key: str
    label: str
    plural: str
    service: str
    service_label: str
    type: str
    catalog_type: str
    name: Name | None
    name_hint: str
    list: str
    read: str
    create: str
    delete: str
    tag: str
    untag: str
    actions: tuple[str, ...]
    prefix: str = ""
    regional: bool = True
    part: PartOf | None = None
    put_policy: str = ""
    get_policy: str = ""
    delete_policy: str = ""
    policy_size: int = 20_480
    names_itself: bool = False
    runs_as: str = ""
    principal: str = ""
    lend: str = ""
    take_back: str = ""
    reach: str = ""

    @property
    def has_policy(self) -> bool:
        """Whether AWS gives such a resource a policy of its own."""
        return bool(self.put_policy)

    def arn(self, account_id: str, region: str, name: str) -> str:
        """The ARN of the resource of this name; a bucket's holds neither Region nor account."""
        where = (region, account_id) if self.regional else ("", "")
        return str(Arn(PARTITION, self.service, *where, f"{self.prefix}{name}"))

    def asked(self, arn: str, part: str, known: Action) -> str | None:
        """The ARN that an action on this resource is authorized on; None where it needs a part and none is named.

        An action that no policy can limit to a resource is authorized on `*`.
        """
        if not known.has_resource_level_permissions:
            return "*"
        types = {name.lower() for name in known.resource_types}
        if self.part is None or not types & self.part.types:
            return arn
        if part:
            return f"{arn}{self.part.separator}{part}"
        return arn if self.catalog_type in types else None


@dataclass(frozen=True, slots=True)
class Located:
    """An ARN as it is read: the resource it lies in, and the part of it that it names, if any."""

    kind: LabKind
    arn: str
    account_id: str
    region: str
    name: str
    part: str


def kind_of(key: str) -> LabKind | None:
    """The kind of this key."""
    return _BY_KEY.get(key)


def locate(text: str) -> Located | None:
    """Read an ARN as that of a resource of one of the kinds; None for any other text."""
    try:
        parsed = Arn.parse(text)
    except ValidationError:
        return None
    for kind in KINDS:
        if kind.service != parsed.service or not parsed.resource.startswith(kind.prefix):
            continue
        if kind.regional != bool(parsed.account and parsed.region):
            continue
        name, part = _split(kind, parsed.resource.removeprefix(kind.prefix))
        base = kind.arn(parsed.account, parsed.region, name)
        return Located(kind, base, parsed.account, parsed.region, name, part)
    return None


def _split(kind: LabKind, rest: str) -> tuple[str, str]:
    if kind.part is None:
        return rest, ""
    name, separator, part = rest.partition(kind.part.separator)
    return (name, part) if separator else (rest, "")


_OBJECT = PartOf("Object key", frozenset({"object"}), "/", "notes/today.txt")
_INDEX = PartOf("Index", frozenset({"index"}), "/index/", "by-date")
_STREAM = PartOf("Log stream", frozenset({"log-stream"}), ":log-stream:", "today")

BUCKET = LabKind(
    key="bucket", label="Bucket", plural="Buckets", service="s3", service_label="S3", type="AWS::S3::Bucket",
    catalog_type="bucket",
    name=Name(r"(?!xn--|.*\.\.|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]*[a-z0-9]", 3, 63),
    name_hint="3 to 63 lower-case letters, digits, dots and hyphens. No other account may have a bucket of this name.",
    list="s3:ListAllMyBuckets", read="s3:GetBucketLocation", create="s3:CreateBucket", delete="s3:DeleteBucket",
    tag="s3:TagResource", untag="s3:UntagResource",
    actions=("s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:GetBucketVersioning",
             "s3:PutBucketPublicAccessBlock"),
    regional=False, part=_OBJECT,
    put_policy="s3:PutBucketPolicy", get_policy="s3:GetBucketPolicy", delete_policy="s3:DeleteBucketPolicy",
    names_itself=True,
)  # fmt: skip
QUEUE = LabKind(
    key="queue", label="Queue", plural="Queues", service="sqs", service_label="SQS", type="AWS::SQS::Queue",
    catalog_type="queue", name=Name(r"[A-Za-z0-9_-]+(\.fifo)?", 1, 80),
    name_hint="Up to 80 letters, digits, hyphens and underscores.",
    list="sqs:ListQueues", read="sqs:GetQueueUrl", create="sqs:CreateQueue", delete="sqs:DeleteQueue",
    tag="sqs:TagQueue", untag="sqs:UntagQueue",
    actions=("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue"),
    put_policy="sqs:SetQueueAttributes", get_policy="sqs:GetQueueAttributes",
)  # fmt: skip
TOPIC = LabKind(
    key="topic", label="Topic", plural="Topics", service="sns", service_label="SNS", type="AWS::SNS::Topic",
    catalog_type="topic", name=Name(r"[A-Za-z0-9_-]+(\.fifo)?", 1, 256),
    name_hint="Up to 256 letters, digits, hyphens and underscores.",
    list="sns:ListTopics", read="sns:ListTagsForResource", create="sns:CreateTopic", delete="sns:DeleteTopic",
    tag="sns:TagResource", untag="sns:UntagResource", actions=("sns:Publish", "sns:Subscribe"),
    put_policy="sns:SetTopicAttributes", get_policy="sns:GetTopicAttributes",
)  # fmt: skip
TABLE = LabKind(
    key="table", label="Table", plural="Tables", service="dynamodb", service_label="DynamoDB",
    type="AWS::DynamoDB::Table", catalog_type="table", name=Name(r"[A-Za-z0-9_.-]+", 3, 255),
    name_hint="3 to 255 letters, digits, underscores, dots and hyphens.",
    list="dynamodb:ListTables", read="dynamodb:DescribeTable", create="dynamodb:CreateTable",
    delete="dynamodb:DeleteTable", tag="dynamodb:TagResource", untag="dynamodb:UntagResource",
    actions=("dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem", "dynamodb:UpdateItem",
             "dynamodb:DeleteItem"),
    prefix="table/", part=_INDEX,
    put_policy="dynamodb:PutResourcePolicy", get_policy="dynamodb:GetResourcePolicy",
    delete_policy="dynamodb:DeleteResourcePolicy", names_itself=True,
)  # fmt: skip
FUNCTION = LabKind(
    key="function", label="Function", plural="Functions", service="lambda", service_label="Lambda",
    type="AWS::Lambda::Function", catalog_type="function", name=Name(r"[A-Za-z0-9_-]+", 1, 64),
    name_hint="Up to 64 letters, digits, hyphens and underscores.",
    list="lambda:ListFunctions", read="lambda:GetFunction", create="lambda:CreateFunction",
    delete="lambda:DeleteFunction", tag="lambda:TagResource", untag="lambda:UntagResource",
    actions=("lambda:InvokeFunction", "lambda:UpdateFunctionCode", "lambda:GetFunctionConfiguration"),
    prefix="function:",
    put_policy="lambda:AddPermission", get_policy="lambda:GetPolicy", delete_policy="lambda:RemovePermission",
    runs_as="role", principal="lambda.amazonaws.com", lend="lambda:UpdateFunctionConfiguration",
    reach="lambda:InvokeFunction",
)  # fmt: skip
INSTANCE = LabKind(
    key="instance", label="Instance", plural="Instances", service="ec2", service_label="EC2",
    type="AWS::EC2::Instance", catalog_type="instance", name=None,
    name_hint="Becomes the tag Name. The instance ID is made up.",
    list="ec2:DescribeInstances", read="ec2:DescribeInstances", create="ec2:RunInstances",
    delete="ec2:TerminateInstances", tag="ec2:CreateTags", untag="ec2:DeleteTags",
    actions=("ec2:StartInstances", "ec2:StopInstances", "ec2:RebootInstances", "ec2:ModifyInstanceAttribute"),
    prefix="instance/", runs_as="instance profile", principal="ec2.amazonaws.com",
    lend="ec2:AssociateIamInstanceProfile", take_back="ec2:DisassociateIamInstanceProfile", reach="ssm:StartSession",
)  # fmt: skip
SECRET = LabKind(
    key="secret", label="Secret", plural="Secrets", service="secretsmanager", service_label="Secrets Manager",
    type="AWS::SecretsManager::Secret", catalog_type="secret", name=Name(r"[A-Za-z0-9/_+=.@-]+", 1, 512),
    name_hint="Up to 512 letters, digits and / _ + = . @ - characters. Six characters are added in the ARN.",
    list="secretsmanager:ListSecrets", read="secretsmanager:DescribeSecret", create="secretsmanager:CreateSecret",
    delete="secretsmanager:DeleteSecret", tag="secretsmanager:TagResource", untag="secretsmanager:UntagResource",
    actions=("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:RotateSecret"),
    prefix="secret:",
    put_policy="secretsmanager:PutResourcePolicy", get_policy="secretsmanager:GetResourcePolicy",
    delete_policy="secretsmanager:DeleteResourcePolicy",
)  # fmt: skip
KEY = LabKind(
    key="key", label="Key", plural="Keys", service="kms", service_label="KMS", type="AWS::KMS::Key",
    catalog_type="key", name=None, name_hint="",
    list="kms:ListKeys", read="kms:DescribeKey", create="kms:CreateKey", delete="kms:ScheduleKeyDeletion",
    tag="kms:TagResource", untag="kms:UntagResource",
    actions=("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DisableKey", "kms:CreateGrant"),
    prefix="key/", put_policy="kms:PutKeyPolicy", get_policy="kms:GetKeyPolicy", policy_size=32_768,
)  # fmt: skip
LOG_GROUP = LabKind(
    key="log-group", label="Log group", plural="Log groups", service="logs", service_label="CloudWatch Logs",
    type="AWS::Logs::LogGroup", catalog_type="log-group", name=Name(r"[.\-_/#A-Za-z0-9]+", 1, 512),
    name_hint="Up to 512 letters, digits and . - _ / # characters.",
    list="logs:DescribeLogGroups", read="logs:ListTagsForResource", create="logs:CreateLogGroup",
    delete="logs:DeleteLogGroup", tag="logs:TagResource", untag="logs:UntagResource",
    actions=("logs:CreateLogStream", "logs:PutLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams",
             "logs:PutRetentionPolicy"),
    prefix="log-group:", part=_STREAM,
)  # fmt: skip

KINDS = (BUCKET, QUEUE, TOPIC, TABLE, FUNCTION, INSTANCE, SECRET, KEY, LOG_GROUP)
_BY_KEY: Mapping[str, LabKind] = {kind.key: kind for kind in KINDS}


@cache
def changing_actions() -> frozenset[str]:
    """What creates, changes or deletes lab resources, in lower case: there are pages that really do it."""
    named = (
        action
        for kind in KINDS
        for action in (
            kind.create,
            kind.delete,
            kind.tag,
            kind.untag,
            kind.put_policy,
            kind.delete_policy,
            kind.lend,
            kind.take_back,
        )
    )
    return frozenset(action.lower() for action in named if action)
