"""Which passwords an account accepts.

Rules: id_credentials_passwords_account-policy.
"""

from collections.abc import Iterator

from accounts import secrets
from accounts.models import Account, AccountPasswordPolicy, EarlierPassword, LoginProfile, User
from iamconsole.aws import names, password_policy
from iamconsole.aws.errors import PasswordPolicyViolation
from iamconsole.aws.password_policy import PasswordPolicy
from iamconsole.call import Call


def policy_of(account: Account) -> PasswordPolicy:
    """The password policy of an account as it was when the account was read."""
    return account.password_policy


def policy_in_force(call: Call) -> PasswordPolicy:
    """The password policy of the caller's account as it is now."""
    own = AccountPasswordPolicy.objects.filter(pk=call.account_id).first()
    return own.rules() if own else password_policy.DEFAULT


def check_new_password(call: Call, user_name: str, password: str, parameter: str, user: User | None = None) -> None:
    """Refuse a password that the account's policy does not accept for this user, naming every rule it breaks.

    `user` is the user where there is one already, who may have had this password before. Raises ValidationError for
    characters or a length that no password may have, else PasswordPolicyViolation.
    """
    names.check(names.PASSWORD, password, parameter)
    policy = policy_in_force(call)
    broken = policy.violations(
        password, account_name=call.account.name, email=call.account.root_email or "", user_name=user_name
    )
    if user and not broken and _had_before(user, password, policy.reuse_prevention):
        broken = (policy.reuse_sentence,)
    if broken:
        raise PasswordPolicyViolation(" ".join(broken), field=parameter)


def _had_before(user: User, password: str, depth: int) -> bool:
    """Tell whether the password is among the user's last ones, the present one included; each costs a slow check."""
    return any(secrets.password_matches(password, encoded) for encoded in _last_passwords(user, depth))


def _last_passwords(user: User, depth: int) -> Iterator[str]:
    if depth <= 0:
        return
    present = LoginProfile.objects.filter(user=user).values_list("password", flat=True).first()
    if present is not None:
        yield present
    earlier = EarlierPassword.objects.filter(user=user).order_by("-id").values_list("password", flat=True)
    yield from earlier[: depth - (present is not None)]
