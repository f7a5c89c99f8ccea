"""The account's password policy: its own, or IAM's where it has set none."""

from accounts import arns, queries
from accounts.models import AccountPasswordPolicy
from iamconsole.aws import names, quotas
from iamconsole.aws.errors import NoSuchEntity
from iamconsole.aws.password_policy import PasswordPolicy
from iamconsole.call import Call
from iamconsole.gate import operation


@operation("iam:GetAccountPasswordPolicy", resource=arns.any_resource, read_only=True)
def get_account_password_policy(call: Call) -> PasswordPolicy:
    """Read the account's own password policy; raises NoSuchEntity where it has set none.

    Rules: API_GetAccountPasswordPolicy.
    """
    own = AccountPasswordPolicy.objects.filter(pk=call.account_id).first()
    if own is None:
        raise _no_policy(call)
    return own.rules()


@operation("iam:UpdateAccountPasswordPolicy", resource=arns.any_resource)
def update_account_password_policy(
    call: Call,
    *,
    minimum_password_length: int = quotas.PASSWORD_LENGTH_API_DEFAULT,
    require_symbols: bool = False,
    require_numbers: bool = False,
    require_uppercase_characters: bool = False,
    require_lowercase_characters: bool = False,
    allow_users_to_change_password: bool = False,
    max_password_age: int | None = None,
    password_reuse_prevention: int | None = None,
    hard_expiry: bool = False,
) -> None:
    """Set the account's password policy as a whole: what is left out goes back to its default.

    Rules: API_UpdateAccountPasswordPolicy; id_credentials_passwords_account-policy.
    """
    names.check_ranges(
        ("minimumPasswordLength", minimum_password_length, quotas.PASSWORD_LENGTH),
        ("maxPasswordAge", max_password_age, quotas.PASSWORD_MAX_AGE_DAYS),
        ("passwordReusePrevention", password_reuse_prevention, quotas.PASSWORD_REUSE_PREVENTION),
    )
    queries.lock_account(call)
    AccountPasswordPolicy.objects.update_or_create(
        account_id=call.account_id,
        defaults={
            "minimum_password_length": minimum_password_length,
            "require_symbols": require_symbols,
            "require_numbers": require_numbers,
            "require_uppercase_characters": require_uppercase_characters,
            "require_lowercase_characters": require_lowercase_characters,
            "allow_users_to_change_password": allow_users_to_change_password,
            "max_password_age": max_password_age or 0,
            "password_reuse_prevention": password_reuse_prevention or 0,
            "hard_expiry": hard_expiry,
        },
    )


@operation("iam:DeleteAccountPasswordPolicy", resource=arns.any_resource)
def delete_account_password_policy(call: Call) -> None:
    """Go back to IAM's own password policy; raises NoSuchEntity where the account has set none.

    Rules: API_DeleteAccountPasswordPolicy.
    """
    queries.lock_account(call)
    own = AccountPasswordPolicy.objects.filter(pk=call.account_id).first()
    if own is None:
        raise _no_policy(call)
    own.delete()


def _no_policy(call: Call) -> NoSuchEntity:
    return NoSuchEntity(f"The Password Policy with domain name {call.account_id} cannot be found.")
