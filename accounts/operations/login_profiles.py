"""Console passwords: login profiles and the change of one's own password."""

from django.utils import timezone

from accounts import arns, queries, secrets, shapes
from accounts.conflicts import refusing_duplicates
from accounts.models import EarlierPassword, LoginProfile, User
from accounts.passwords import check_new_password, policy_in_force
from iamconsole.aws import quotas
from iamconsole.aws.errors import IncorrectPassword, InvalidUserType, NoSuchEntity, PasswordPolicyViolation
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
    check_new_password(call, user.user_name, password, "password", user)
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
        check_new_password(call, user.user_name, password, "password", user)
        _replace(profile, password)
    if password_reset_required is not None:
        profile.password_reset_required = password_reset_required
    profile.save()


@operation("iam:DeleteLoginProfile", resource=arns.named_user)
def delete_login_profile(call: Call, *, user_name: str) -> None:
    """Take a user's console password away; access keys go on working.

    Rules: API_DeleteLoginProfile.
    """
    profile = _locked(queries.lock_user(call, user_name))
    _remember(profile)
    profile.delete()


@operation("iam:ChangePassword", resource=arns.calling_user, hidden=PASSWORDS)
def change_password(call: Call, *, old_password: str, new_password: str) -> None:
    """Change the caller's own password.

    Raises InvalidUserType for root and roles, AccessDenied where the old password is wrong, PasswordPolicyViolation for
    a new one that the account's policy refuses, or for any where the old one has expired for good.

    Rules: API_ChangePassword.
    """
    if call.principal.identity_type != "IAMUser":
        raise InvalidUserType("Only IAM Users can change their own password")
    user = queries.lock_user(call, call.principal.name)
    profile = _locked(user)
    if not secrets.password_matches(old_password, profile.password):
        raise IncorrectPassword("The old password was incorrect.", field="oldPassword")
    _refuse_after_hard_expiry(call, profile)
    check_new_password(call, user.user_name, new_password, "newPassword", user)
    _replace(profile, new_password)
    profile.password_reset_required = False
    profile.save()


def _refuse_after_hard_expiry(call: Call, profile: LoginProfile) -> None:
    policy = policy_in_force(call)
    expiry = policy.expiry(profile.password_last_changed)
    if policy.hard_expiry and expiry is not None and expiry <= call.time:
        raise PasswordPolicyViolation("The password has expired. Only an administrator can set a new one.")


def _replace(profile: LoginProfile, password: str) -> None:
    _remember(profile)
    profile.password = secrets.hash_password(password)
    profile.password_last_changed = timezone.now()


def _remember(profile: LoginProfile) -> None:
    """Keep the hash of a password that goes, and no more of them than a policy can ask for."""
    EarlierPassword.objects.create(user_id=profile.user_id, password=profile.password)
    kept = EarlierPassword.objects.filter(user_id=profile.user_id).order_by("-id")
    stale = list(kept.values_list("pk", flat=True)[quotas.PASSWORD_REUSE_PREVENTION.maximum :])
    EarlierPassword.objects.filter(pk__in=stale).delete()


def _locked(user: User) -> LoginProfile:
    profile = LoginProfile.objects.select_for_update().filter(user=user).first()
    if profile is None:
        raise _no_profile(user)
    return profile


def _no_profile(user: User) -> NoSuchEntity:
    return NoSuchEntity(f"Login Profile for User {user.user_name} cannot be found.", field="userName")
