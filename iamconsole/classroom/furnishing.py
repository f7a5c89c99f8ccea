"""What a student account begins with: a user for the student who administers it, and the demo cast where wanted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import Account
from accounts.opening import root_call
from accounts.operations.account import create_account_alias
from accounts.operations.groups import add_user_to_group, create_group
from accounts.operations.login_profiles import create_login_profile
from accounts.operations.users import create_user
from accounts.secrets import UnreadableSecret, seal, unseal
from iamconsole.demo.seeding import furnish_with_cast, typeable_password
from policies.operations.attachments import attach_group_policy
from policies.queries import aws_managed_arns

__all__ = ["STUDENT", "SignIn", "furnish", "sealed", "unsealed"]

STUDENT = "student"
_GROUP, _POLICY = "Administrators", "AdministratorAccess"


@dataclass(frozen=True, slots=True)
class SignIn:
    """A user of a student account and the password that its card tells."""

    user_name: str
    password: str = field(repr=False)


def furnish(account: Account, *, alias: str, demo: bool) -> tuple[SignIn, ...]:
    """Give a new account its alias and its start, operation by operation, as its root user would."""
    call = root_call(account)
    create_account_alias(call, account_alias=alias)
    password = typeable_password()
    create_group(call, group_name=_GROUP)
    attach_group_policy(call, group_name=_GROUP, policy_arn=aws_managed_arns({_POLICY})[_POLICY])
    create_user(call, user_name=STUDENT)
    add_user_to_group(call, group_name=_GROUP, user_name=STUDENT)
    create_login_profile(call, user_name=STUDENT, password=password, password_reset_required=True)
    others: Mapping[str, str] = furnish_with_cast(call) if demo else {}
    return (SignIn(STUDENT, password), *(SignIn(name, secret) for name, secret in others.items()))


def sealed(account_id: str, sign_ins: tuple[SignIn, ...]) -> str:
    """Seal the sign-ins of an account; they open for no other."""
    return seal(json.dumps([[each.user_name, each.password] for each in sign_ins]), _purpose(account_id))


def unsealed(account_id: str, text: str) -> tuple[SignIn, ...]:
    """Open the sign-ins of an account; none, where they were sealed under another key."""
    try:
        return tuple(SignIn(*each) for each in json.loads(unseal(text, _purpose(account_id))))
    except UnreadableSecret:
        return ()


def _purpose(account_id: str) -> str:
    return f"sign-ins of student account {account_id}"
