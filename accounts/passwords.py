"""Which passwords an account accepts.

Rules: id_credentials_passwords_account-policy.
"""

from accounts.models import Account
from iamconsole.aws import names, password_policy
from iamconsole.aws.errors import PasswordPolicyViolation
from iamconsole.aws.password_policy import PasswordPolicy
from iamconsole.call import Call


def policy_of(account: Account) -> PasswordPolicy:
    """The password policy in force in an account: IAM's own, as no account has set another yet."""
    return password_policy.DEFAULT


def check_new_password(call: Call, user_name: str, password: str, parameter: str) -> None:
    """Refuse a password that the account's policy does not accept for this user, naming every rule it breaks.

    Raises ValidationError for characters or a length that no password may have, else PasswordPolicyViolation.
    """
    names.check(names.PASSWORD, password, parameter)
    broken = policy_of(call.account).violations(
        password, account_name=call.account.name, email=call.account.root_email or "", user_name=user_name
    )
    if broken:
        raise PasswordPolicyViolation(" ".join(broken), field=parameter)
