"""Console passwords: login profiles and the change of one's own password."""

from django.utils import timezone

from accounts import arns, queries, secrets, shapes
from accounts.conflicts import refusing_duplicates
from accounts.models import LoginProfile, User
from accounts.passwords import check_new_password
from iamconsole.aws.errors import IncorrectPassword, InvalidUserType, NoSuchEntity
from iamconsole.call import Call
from iamconsole.gate import operation

PASSWORDS = frozenset({"password", "old_password", "new_password"})


@operation("iam:CreateLoginProfile", resource=arns.named_user, hidden=PASSWORDS, answer=shapes.login_profile)
def create_login_profile(
    call: Call, *, user_name: str, password: str, password_reset_required: bool = False
) -> LoginProfile:
    """Give a user a console password.

    Raises EntityAlreadyExists where there is one, PasswordPolicyViolation with every rule the password breaks.

    Rules: API_CreateLoginProfile.
    """
    user = queries.lock_user(call, user_name)
    check_new_password(call, user.user_name, password, "password")
    with refusing_duplicates(f"Login Profile for user {user.user_name} already exists.", field="userName"):
        return LoginProfile.objects.create(
            user=user,
            account_id=call.account_id,
            password=secrets.hash_password(password),
            password_reset_required=password_reset_required,
        )


@operation("iam:GetLoginProfile", resource=arns.named_user, read_only=True)
def get_login_profile(call: Call, *, user_name: str) -> LoginProfile:
    """Read when a user's password was made and whether it must be changed; raises NoSuchEntity without one.

    Rules: API_GetLoginProfile.
    """
    user = queries.find_user(call, user_name)
    profile: LoginProfile | None = getattr(user, "login_profile", None)
    if profile is None:
        raise _no_profile(user)
    return profile


@operation("iam:UpdateLoginProfile", resource=arns.named_user, hidden=PASSWORDS)
def update_login_profile(
    call: Call, *, user_name: str, password: str | None = None, password_reset_required: bool | None = None
) -> None:
    """Set a user's password, or whether it must be changed at the next sign-in; sessions under the old one end.

    Rules: API_UpdateLoginProfile.
    """
    user = queries.lock_user(call, user_name)
    profile = _locked(user)
    if password is not None:
        check_new_password(call, user.user_name, password, "password")
        profile.password = secrets.hash_password(password)
        profile.password_last_changed = timezone.now()
    if password_reset_required is not None:
        profile.password_reset_required = password_reset_required
    profile.save()


@operation("iam:DeleteLoginProfile", resource=arns.named_user)
def delete_login_profile(call: Call, *, user_name: str) -> None:
    """Take a user's console password away; access keys go on working.

    Rules: API_DeleteLoginProfile.
    """
    _locked(queries.lock_user(call, user_name)).delete()


@operation("iam:ChangePassword", resource=arns.calling_user, hidden=PASSWORDS)
def change_password(call: Call, *, old_password: str, new_password: str) -> None:
    """Change the caller's own password.

    Raises InvalidUserType for root and roles, AccessDenied where the old password is wrong.

    Rules: API_ChangePassword.
    """
    if call.principal.identity_type != "IAMUser":
        raise InvalidUserType("Only IAM Users can change their own password")
    user = queries.lock_user(call, call.principal.name)
    profile = _locked(user)
    if not secrets.password_matches(old_password, profile.password):
        raise IncorrectPassword("The old password was incorrect.", field="oldPassword")
    check_new_password(call, user.user_name, new_password, "newPassword")
    profile.password = secrets.hash_password(new_password)
    profile.password_reset_required = False
    profile.password_last_changed = timezone.now()
    profile.save()


def _locked(user: User) -> LoginProfile:
    profile = LoginProfile.objects.select_for_update().filter(user=user).first()
    if profile is None:
        raise _no_profile(user)
    return profile


def _no_profile(user: User) -> NoSuchEntity:
    return NoSuchEntity(f"Login Profile for User {user.user_name} cannot be found.", field="userName")
