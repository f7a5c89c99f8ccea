"""Make the demo account, operation by operation, as its root user would.

Sign-ins are made up for each installation; no two have a password in common.
"""

import secrets
from dataclasses import dataclass
from functools import partial

from accounts.models import Account
from accounts.opening import open_account, root_call
from accounts.operations.access_keys import create_access_key
from accounts.operations.groups import add_user_to_group, create_group
from accounts.operations.identity_providers import create_open_id_connect_provider
from accounts.operations.instance_profiles import add_role_to_instance_profile, create_instance_profile
from accounts.operations.login_profiles import create_login_profile
from accounts.operations.roles import create_role
from accounts.operations.users import create_user
from iamconsole.aws import arn, password_policy
from iamconsole.call import Call
from iamconsole.demo import cast
from iamconsole.demo.cast import DemoGroup, DemoPolicy, DemoResource, DemoRole, DemoUser, document
from policies.lab_kinds import BUCKET, LabKind, kind_of
from policies.lab_resources import bucket_is_taken
from policies.operations.analyzers import create_analyzer
from policies.operations.attachments import attach_group_policy, attach_role_policy, attach_user_policy
from policies.operations.boundaries import put_role_permissions_boundary
from policies.operations.lab_resources import CREATE
from policies.operations.managed_policies import create_policy
from policies.operations.policy_versions import create_policy_version
from policies.queries import aws_managed_arns


@dataclass(frozen=True, slots=True)
class SignIn:
    """One line of the sign-ins that `./run` prints; `who` is `user alice` or `root ADDRESS`."""

    who: str
    password: str
    account: str = cast.ALIAS

    def __str__(self) -> str:
        return f"account {self.account}  {self.who}  password {self.password}"


def demo_account() -> Account | None:
    """The demo account, where it exists."""
    return Account.objects.filter(alias=cast.ALIAS).first()


def seed() -> list[SignIn]:
    """Make the demo account whole and answer its sign-ins, the administrator first."""
    opened = open_account(
        name=cast.NAME, root_email=cast.ROOT_EMAIL, alias=cast.ALIAS, root_password=typeable_password(), root_key=False
    )
    passwords = furnish_with_cast(root_call(opened.account))
    sign_ins = [SignIn(f"user {name}", password) for name, password in passwords.items()]
    return [*sign_ins, SignIn(f"root {cast.ROOT_EMAIL}", opened.root_password)]


def furnish_with_cast(call: Call) -> dict[str, str]:
    """Put the demo cast into an account that is there already; answer the passwords of its users by name."""
    seeding = _Seeding(call)
    for policy in cast.POLICIES:
        seeding.policy(policy)
    for group in cast.GROUPS:
        seeding.group(group)
    for url, audience in cast.PROVIDERS:
        create_open_id_connect_provider(call, url=url, client_id_list=[audience])
    for role in cast.ROLES:
        seeding.role(role)
    for resource in cast.RESOURCES:
        seeding.resource(resource)
    for name, kind, age in cast.ANALYZERS:
        create_analyzer(call, analyzer_name=name, type=kind, unused_access_age=age)
    sign_ins = [sign_in for user in cast.USERS for sign_in in seeding.user(user)]
    return {sign_in.who.removeprefix("user "): sign_in.password for sign_in in sign_ins}


class _Seeding:
    """The steps of seeding, one entity at a time."""

    def __init__(self, call: Call) -> None:
        self.call = call
        named = {name for entity in (*cast.GROUPS, *cast.USERS, *cast.ROLES) for name in entity.policies}
        self._aws = aws_managed_arns(named - {policy.name for policy in cast.POLICIES})

    def policy(self, demo: DemoPolicy) -> None:
        first, *later = (*demo.earlier, demo.name)
        create_policy(
            self.call, policy_name=demo.name, policy_document=self._document(first), description=demo.description
        )
        for name in later:
            create_policy_version(
                self.call, policy_arn=self._arn(demo.name), policy_document=self._document(name), set_as_default=True
            )

    def group(self, demo: DemoGroup) -> None:
        create_group(self.call, group_name=demo.name)
        for name in demo.policies:
            attach_group_policy(self.call, group_name=demo.name, policy_arn=self._arn(name))

    def role(self, demo: DemoRole) -> None:
        create_role(
            self.call,
            role_name=demo.name,
            assume_role_policy_document=self._document(demo.trust),
            description=demo.description,
        )
        for name in demo.policies:
            attach_role_policy(self.call, role_name=demo.name, policy_arn=self._arn(name))
        if demo.boundary:
            put_role_permissions_boundary(self.call, role_name=demo.name, permissions_boundary=self._arn(demo.boundary))
        if demo.instance_profile:
            create_instance_profile(self.call, instance_profile_name=demo.name)
            add_role_to_instance_profile(self.call, instance_profile_name=demo.name, role_name=demo.name)

    def resource(self, demo: DemoResource) -> None:
        """Make a lab resource. A bucket whose name another account of this installation has gets a suffix."""
        kind = kind_of(demo.kind)
        assert kind is not None  # noqa: S101 - the cast names kinds that there are
        create = partial(CREATE[demo.kind], self.call, tags=demo.tags)
        if kind.runs_as == "role":
            create(name=demo.name, role=arn.role_arn(self.call.account_id, "/", demo.runs_with))
        elif kind.runs_as:
            create(iam_instance_profile=demo.runs_with, tags=(("Name", demo.name), *demo.tags))
        else:
            create(name=self._free(kind, demo.name))

    def _free(self, kind: LabKind, name: str) -> str:
        taken = kind is BUCKET and bucket_is_taken(name)
        return f"{name}-{self.call.account_id}" if taken else name

    def user(self, demo: DemoUser) -> list[SignIn]:
        create_user(self.call, user_name=demo.name, tags=demo.tags)
        for name in demo.groups:
            add_user_to_group(self.call, group_name=name, user_name=demo.name)
        for name in demo.policies:
            attach_user_policy(self.call, user_name=demo.name, policy_arn=self._arn(name))
        if demo.access_key:
            create_access_key(self.call, user_name=demo.name)
        if not demo.console:
            return []
        password = typeable_password()
        create_login_profile(self.call, user_name=demo.name, password=password)
        return [SignIn(f"user {demo.name}", password)]

    def _arn(self, name: str) -> str:
        return self._aws.get(name) or arn.policy_arn(self.call.account_id, "/", name)

    def _document(self, name: str) -> str:
        return document(name, account=self.call.account_id, partner=cast.PARTNER_ACCOUNT, external_id=cast.EXTERNAL_ID)


def typeable_password() -> str:
    """Make up a password that people copy from a beamer: three groups of five, nothing that looks like another."""
    alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    while True:
        password = "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(3))
        if not password_policy.DEFAULT.violations(password):
            return password
