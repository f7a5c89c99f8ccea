"""What the demo account holds, as data.

AWS managed policies are named by the end of their ARN, the account's own by their name.
"""

from dataclasses import dataclass
from pathlib import Path

ALIAS = "class-lab"
NAME = "Class lab"
ROOT_EMAIL = "root@class-lab.example"
PARTNER_ACCOUNT = "999988887777"
EXTERNAL_ID = "auditor-2026"

_DOCUMENTS = Path(__file__).parent / "documents"


def document(name: str, **values: str) -> str:
    """Read a policy document of the demo, with `<name>` replaced by what is given."""
    text = (_DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"<{key}>", value)
    return text


@dataclass(frozen=True, slots=True)
class DemoPolicy:
    """A customer managed policy; `earlier` are documents of the versions before the default one."""

    name: str
    description: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """A user group and what is attached to it."""

    name: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user; one with console access gets a password of this installation."""

    name: str
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    console: bool = True
    access_key: bool = False
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DemoRole:
    """A role, its trust policy by file name, and what is attached to it."""

    name: str
    trust: str
    description: str
    policies: tuple[str, ...]
    instance_profile: bool = False
    boundary: str = ""


@dataclass(frozen=True, slots=True)
class DemoResource:
    """A lab resource, by its kind; `runs_with` is the role of a function, the instance profile of an instance."""

    kind: str
    name: str
    tags: tuple[tuple[str, str], ...] = ()
    runs_with: str = ""


POLICIES = (
    DemoPolicy("ListBucketObjects", "Lists the objects of my-bucket."),
    DemoPolicy("AdminFixed", "Everything, with the version date written right."),
    DemoPolicy(
        "DevServers",
        "Runs the development servers: instances tagged env=dev.",
        earlier=("DevServers-v1", "DevServers-v2"),
    ),
    DemoPolicy("JenkinsPushImages", "Lets the build server push container images."),
    DemoPolicy("LambdaLogWriter", "Lets a function write its logs."),
    DemoPolicy("WebAppTable", "Reads and writes the web application's table."),
    DemoPolicy("DeveloperBoundary", "The most that developers and their roles may ever do."),
    DemoPolicy("StudentSelfService", "Lets everyone look after their own password and access keys."),
)

GROUPS = (
    DemoGroup("Admins", ("AdministratorAccess",)),
    DemoGroup("Developers", ("DevServers", "AmazonEC2ReadOnlyAccess", "AmazonS3FullAccess")),
    DemoGroup("QA", ("AmazonS3ReadOnlyAccess", "CloudWatchReadOnlyAccess")),
    DemoGroup("DatabaseAdmins", ("AmazonRDSFullAccess", "AmazonDynamoDBFullAccess")),
    DemoGroup("Students", ("StudentSelfService",)),
)

USERS = (
    DemoUser("alice", ("Admins",), tags=(("team", "platform"),)),
    DemoUser("instructor", ("Admins",)),
    DemoUser("bob", ("Developers", "QA"), ("IAMReadOnlyAccess",), tags=(("team", "web"),)),
    DemoUser("carol"),
    DemoUser("jenkins", policies=("JenkinsPushImages",), console=False, access_key=True),
)

PROVIDERS = (("https://token.actions.githubusercontent.com", "sts.amazonaws.com"),)
"""The identity providers: URL and audience."""

ROLES = (
    DemoRole(
        "EC2-S3-Reader", "trust-ec2", "Lets an instance read S3.", ("AmazonS3ReadOnlyAccess",), instance_profile=True
    ),
    DemoRole("Lambda-Log-Writer", "trust-lambda", "Lets a function write its logs.", ("LambdaLogWriter",)),
    DemoRole("CrossAccount-Auditor", "trust-auditor", "Lets the partner's auditors look.", ("SecurityAudit",)),
    DemoRole(
        "WebApp-DB", "trust-ec2", "The web application's way to its table.", ("WebAppTable",),
        instance_profile=True, boundary="DeveloperBoundary",
    ),
    DemoRole("GitHub-Deploy", "trust-github", "Deploys from the main branch.", ("AmazonS3FullAccess",)),
)  # fmt: skip

RESOURCES = (
    DemoResource("bucket", "my-bucket", (("team", "platform"),)),
    DemoResource("bucket", "other-bucket"),
    DemoResource("bucket", "project-x", (("project", "x"),)),
    DemoResource("table", "webapp", (("team", "web"),)),
    DemoResource("queue", "jobs"),
    DemoResource("log-group", "/aws/lambda/thumbnails"),
    DemoResource("function", "thumbnails", runs_with="Lambda-Log-Writer"),
    DemoResource("instance", "web-1", (("env", "dev"),), runs_with="EC2-S3-Reader"),
)

ANALYZERS: tuple[tuple[str, str, int | None], ...] = (
    ("external-access", "ACCOUNT", None),
    ("unused-access", "ACCOUNT_UNUSED_ACCESS", 0),  # at once: a class has no ninety days
)
"""The analyzers by name, with their type and the days after which something counts as unused."""
