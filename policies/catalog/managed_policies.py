"""The AWS managed policies with the history of their versions, as our data file keeps them."""

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from iamconsole.aws.arn import policy_arn
from policies.catalog import source

FILE_NAME = "aws_managed_policies.json.xz"
OWNER = "aws"
"""What stands for the account in the ARN of an AWS managed policy."""


@dataclass(frozen=True, slots=True)
class AwsManagedPolicyVersion:
    """One version: its number, the day AWS published it, its text."""

    number: int
    create_date: datetime
    document: str


@dataclass(frozen=True, slots=True)
class AwsManagedPolicy:
    """A managed policy of AWS.

    `versions` ascend by number; a number can be missing where no collection holds that version.

    Rules: access_policies_managed-vs-inline, "AWS managed policies".
    """

    name: str
    path: str
    policy_id: str
    description: str
    create_date: datetime
    update_date: datetime
    default_version: int
    versions: tuple[AwsManagedPolicyVersion, ...]

    @property
    def arn(self) -> str:
        """The policy's ARN."""
        return policy_arn(OWNER, self.path, self.name)

    @property
    def document(self) -> str:
        """The text of the default version."""
        return next(version.document for version in self.versions if version.number == self.default_version)


def data_hash() -> str:
    """Name the content of the data file: SHA-256 in hexadecimal."""
    return hashlib.sha256(source.own_bytes(FILE_NAME)).hexdigest()


def aws_managed_policies() -> Iterator[AwsManagedPolicy]:
    """Read all AWS managed policies, sorted by name; nothing is kept in memory."""
    for entry in json.loads(lzma.decompress(source.own_bytes(FILE_NAME)))["policies"]:
        yield AwsManagedPolicy(
            name=entry["name"],
            path=entry["path"],
            policy_id=entry["policyId"],
            description=entry["description"],
            create_date=datetime.fromisoformat(entry["createDate"]),
            update_date=datetime.fromisoformat(entry["updateDate"]),
            default_version=entry["defaultVersion"],
            versions=tuple(
                AwsManagedPolicyVersion(number, datetime.fromisoformat(created), document)
                for number, created, document in entry["versions"]
            ),
        )
