"""The demo account with all that a walk through the console's pages needs to be there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import AccessKey, Account, User
from accounts.operations.organization_accounts import create_account
from accounts.operations.organizational_units import create_organizational_unit
from accounts.operations.organizations import create_organization
from iamconsole.audit.models import Event
from iamconsole.call import Call
from iamconsole.classroom.models import StudentAccount
from iamconsole.classroom.roster import Student
from iamconsole.classroom.seating import seat
from iamconsole.demo import cast, seeding
from policies.models import Finding, LabResource
from policies.operations.analyzers import start_resource_scan
from policies.operations.control_policies import create_policy
from tests.factories import a_call, an_mfa_device


@dataclass
class Demo:
    account: Account
    organization: Mapping[str, str] = field(default_factory=dict)

    def user(self, name: str) -> User:
        return User.objects.get(account=self.account, user_name=name)

    def resource(self, kind: str) -> str:
        arns = LabResource.objects.filter(account=self.account, kind=kind).order_by("pk").values_list("arn", flat=True)
        return str(arns[0])

    def decided(self) -> str:
        """The id of an event that policies decided."""
        return str(
            Event.objects.filter(account_id=self.account.pk, decision__isnull=False).earliest("sequence").event_id
        )

    def fill(self, values: Mapping[str, str], who: str) -> dict[str, str]:
        key = AccessKey.objects.get(account=self.account, user__user_name="jenkins")
        words = {
            "<policy>": f"arn:aws:iam::{self.account.account_id}:policy/DevServers",
            "<key>": key.access_key_id,
            "<event>": self.decided(),
            **self.organization,
            "<bucket>": self.resource("bucket"),
            "<instance>": self.resource("instance"),
            "<finding>": str(
                Finding.objects.get(account=self.account, resource__endswith="role/CrossAccount-Auditor").pk
            ),
            "<queue>": f"arn:aws:sqs:us-east-1:{self.account.account_id}:jobs",
        }
        return {name: words.get(value, value.replace("<who>", who)) for name, value in values.items()}


def the_demo() -> Demo:
    """The demo account as it is seeded, with a device, an organization, a student's account and findings."""
    seeding.seed()
    demo = Demo(Account.objects.get(alias=cast.ALIAS))
    an_mfa_device(demo.user("jenkins"), "jenkins-phone")
    demo.organization = an_organization(a_call(demo.account))
    external = f"arn:aws:access-analyzer:us-east-1:{demo.account.pk}:analyzer/external-access"
    start_resource_scan(a_call(demo.account), analyzer_arn=external)
    return demo


def an_organization(call: Call) -> dict[str, str]:
    """An organization with a unit, a member account and a policy, by the words that stand for them here."""
    root_id = create_organization(call).root_id
    unit = create_organizational_unit(call, parent_id=root_id, name="Development")
    opened = create_account(call, email="walked-member@example.com", account_name="Sandbox")
    content = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}}'
    control = create_policy(call, name="Guard", policy_type="SERVICE_CONTROL_POLICY", content=content)
    list(seat(call, [Student("Anna Berg", "", "walked", 1)]))
    student = StudentAccount.objects.get(account_id=call.account_id).member_id
    return {
        "<student>": student,
        "<unit>": unit.unit_id,
        "<member>": opened.account.account_id,
        "<control>": control.policy_id,
    }
