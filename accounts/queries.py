"""Find identities of the caller's account by name.

Every query starts from the account of the call, so another account's object is as absent as one that never was. What
is read is remembered for the length of the call; `lock_*` reads again and locks the row until the transaction ends.
The locks are of the kind that lets others point at the row (`no_key`): PostgreSQL checks every foreign key at COMMIT,
and would wait there for a stronger lock, perhaps in a ring.
"""

from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from accounts.access_keys import key_array
from accounts.mfa_devices import device_array, enabled_devices
from accounts.models import (
    AccessKey,
    Account,
    Group,
    InstanceProfile,
    InstanceProfileTag,
    MFADevice,
    MFADeviceTag,
    OpenIDConnectProvider,
    OpenIDConnectProviderTag,
    Role,
    RoleTag,
    User,
    UserTag,
)
from iamconsole.aws import arn
from iamconsole.aws.arn import Arn
from iamconsole.aws.errors import NoSuchEntity, ValidationError
from iamconsole.call import Call

M = TypeVar("M", bound=Model)


def tag_array(tags: QuerySet[Any], owner: str) -> ArraySubquery:
    """Read an entity's tags in the same query as the entity, as a list of `{"key", "value"}`."""
    return ArraySubquery(
        tags.filter(**{owner: OuterRef("pk")}).order_by("pk").values(json=JSONObject(key="key", value="value"))
    )


def users(call: Call) -> QuerySet[User]:
    """All users of the caller's account."""
    return User.objects.filter(account_id=call.account_id)


def groups(call: Call) -> QuerySet[Group]:
    """All user groups of the caller's account."""
    return Group.objects.filter(account_id=call.account_id)


def roles(call: Call) -> QuerySet[Role]:
    """All roles of the caller's account."""
    return Role.objects.filter(account_id=call.account_id)


def instance_profiles(call: Call) -> QuerySet[InstanceProfile]:
    """All instance profiles of the caller's account."""
    return InstanceProfile.objects.filter(account_id=call.account_id).select_related("role")


def virtual_mfa_devices(call: Call) -> QuerySet[MFADevice]:
    """All virtual MFA devices of the caller's account, whose codes come from a seed: no passkeys."""
    return MFADevice.objects.filter(account_id=call.account_id, credential_id="")


def mfa_devices(call: Call, owner: User | None) -> QuerySet[MFADevice]:
    """The MFA devices of any kind that a user, or the root user for None, signs in with, oldest first."""
    return enabled_devices(call.account_id, owner.user_id if owner else None)


def find_user(call: Call, user_name: str) -> User:
    """Find a user by name, ignoring case, with all that hangs on it but policies, or raise NoSuchEntity.

    That is the login profile, the boundary, `tag_list`, `key_list` and `device_list`.
    """
    rows: QuerySet[Any] = users(call).select_related("login_profile", "boundary__policy")
    rows = rows.annotate(tag_list=tag_array(UserTag.objects.all(), "user"), key_list=key_array())
    rows = rows.annotate(device_list=device_array())
    found: User = _named(call, rows, "user", user_name, lambda: no_user(user_name))
    return found


def find_group(call: Call, group_name: str) -> Group:
    """Find a user group by name, ignoring case, or raise NoSuchEntity."""
    return _named(call, groups(call), "group", group_name, lambda: no_group(group_name))


def find_role(call: Call, role_name: str) -> Role:
    """Find a role by name, ignoring case, with boundary and tags, or raise NoSuchEntity."""
    rows = roles(call).select_related("boundary__policy").annotate(tag_list=tag_array(RoleTag.objects.all(), "role"))
    return _named(call, rows, "role", role_name, lambda: no_role(role_name))


def find_role_of_any_account(call: Call, role_arn: str) -> Role | None:
    """Find a role by its ARN, in whichever account it stands, with its account, boundary and tags.

    NAMED EXCEPTION: the one query of IAM that leaves the caller's account, because assuming a role does. The role's
    trust policy is asked before anything of it is told.
    """
    try:
        parsed = Arn.parse(role_arn)
    except ValidationError:
        return None
    kind, _, rest = parsed.resource.partition("/")
    if parsed.service != "iam" or kind != "role" or not rest or "\x00" in role_arn:
        return None
    path, name = arn.split_path(parsed.resource)
    rows = Role.objects.filter(account_id=parsed.account, path=path).select_related("account", "boundary__policy")
    rows = rows.annotate(tag_list=tag_array(RoleTag.objects.all(), "role"))
    return call.remember(("role of any account", role_arn), lambda: _first(rows, "role_name", name))


def find_instance_profile(call: Call, name: str) -> InstanceProfile:
    """Find an instance profile by name, ignoring case, with its role and tags, or raise NoSuchEntity."""
    rows = instance_profiles(call).annotate(
        tag_list=tag_array(InstanceProfileTag.objects.all(), "instance_profile"),
    )
    return _named(call, rows, "instance_profile", name, lambda: no_instance_profile(name))


def find_mfa_device(call: Call, serial_number: str) -> MFADevice:
    """Find a virtual MFA device by its ARN, with its user and its tags, or raise NoSuchEntity."""
    rows: QuerySet[Any] = virtual_mfa_devices(call).select_related("user")
    rows = rows.annotate(tag_list=tag_array(MFADeviceTag.objects.all(), "mfa_device"))
    found: MFADevice | None = call.remember(
        ("mfa_device", serial_number), lambda: _device(rows, call, serial_number)
    )  # fmt: skip
    if found is None:
        raise no_mfa_device(serial_number)
    return found


def oidc_providers(call: Call) -> QuerySet[OpenIDConnectProvider]:
    """All OpenID Connect providers of the caller's account."""
    return OpenIDConnectProvider.objects.filter(account_id=call.account_id)


def find_oidc_provider(call: Call, provider_arn: str) -> OpenIDConnectProvider:
    """Find an OpenID Connect provider by its ARN, with its tags, or raise NoSuchEntity."""
    tags = tag_array(OpenIDConnectProviderTag.objects.all(), "oidc_provider")
    rows: QuerySet[Any] = oidc_providers(call)
    rows = rows.annotate(tag_list=tags)
    found: OpenIDConnectProvider | None = call.remember(
        ("oidc_provider", provider_arn), lambda: _provider(rows, call.account_id, provider_arn)
    )
    if found is None:
        raise no_oidc_provider(provider_arn)
    return found


def lock_oidc_provider(call: Call, provider_arn: str) -> OpenIDConnectProvider:
    """Lock an OpenID Connect provider's row until the transaction ends, or raise NoSuchEntity."""
    rows = oidc_providers(call).select_for_update(no_key=True)
    found = _provider(rows, call.account_id, provider_arn)
    if found is None:
        raise no_oidc_provider(provider_arn)
    return found


def find_oidc_provider_of_any_account(account_id: str, url: str) -> OpenIDConnectProvider | None:
    """Find the provider of an issuer in the account of a role that a token's bearer asks for.

    NAMED EXCEPTION: the bearer is of no account; the token is checked against the provider before anything is told.
    """
    rows = OpenIDConnectProvider.objects.filter(account_id=account_id).select_related("account")
    return _first(rows, "url", url)


def no_oidc_provider(provider_arn: str) -> NoSuchEntity:
    """Say that the account has no such OpenID Connect provider."""
    return NoSuchEntity(f"OpenIDConnect Provider not found for arn {provider_arn}", field="openIDConnectProviderArn")


def find_owner_of_access_key(call: Call, access_key_id: str) -> str | None:
    """Name the user of the account to whom an access key belongs; None for the root user's and for an unknown key."""
    keys = AccessKey.objects.filter(account_id=call.account_id, pk=access_key_id)
    return keys.values_list("user__user_name", flat=True).first()


def lock_account(call: Call) -> Account:
    """Lock the account's row, so that a quota holds under concurrency, and read its counters as they are now."""
    return Account.objects.select_for_update(no_key=True).get(pk=call.account_id)


def lock_user(call: Call, user_name: str) -> User:
    """Lock a user's row until the transaction ends, or raise NoSuchEntity."""
    return _locked(users(call), "user_name", user_name, no_user(user_name))


def lock_mfa_device(call: Call, serial_number: str) -> MFADevice:
    """Lock a virtual MFA device's row until the transaction ends, or raise NoSuchEntity."""
    found = _device(virtual_mfa_devices(call).select_for_update(no_key=True), call, serial_number)
    if found is None:
        raise no_mfa_device(serial_number)
    return found


def owner_name(call: Call, user_name: str | None) -> str | None:
    """Name the user whose credentials are meant: the caller where no name is given; None is the root user."""
    if user_name:
        return user_name
    if call.principal.identity_type == "Root":
        return None
    if call.principal.identity_type != "IAMUser":
        raise ValidationError("Must specify userName when calling with non-User credentials", field="userName")
    return call.principal.name


def lock_owner(call: Call, user_name: str | None) -> User | None:
    """Lock the user whose credentials are meant; for the root user, None, the account."""
    owner = owner_name(call, user_name)
    if owner is None:
        lock_account(call)
        return None
    return lock_user(call, owner)


def lock_group(call: Call, group_name: str) -> Group:
    """Lock a group's row until the transaction ends, or raise NoSuchEntity."""
    return _locked(groups(call), "group_name", group_name, no_group(group_name))


def lock_role(call: Call, role_name: str) -> Role:
    """Lock a role's row until the transaction ends, or raise NoSuchEntity."""
    return _locked(roles(call), "role_name", role_name, no_role(role_name))


def lock_instance_profile(call: Call, name: str) -> InstanceProfile:
    """Lock an instance profile's row until the transaction ends, or raise NoSuchEntity."""
    rows = InstanceProfile.objects.filter(account_id=call.account_id)
    return _locked(rows, "instance_profile_name", name, no_instance_profile(name))


def no_user(user_name: str) -> NoSuchEntity:
    """Say that the account has no such user."""
    return NoSuchEntity(f"The user with name {user_name} cannot be found.", field="userName")


def no_group(group_name: str) -> NoSuchEntity:
    """Say that the account has no such group."""
    return NoSuchEntity(f"The group with name {group_name} cannot be found.", field="groupName")


def no_role(role_name: str) -> NoSuchEntity:
    """Say that the account has no such role."""
    return NoSuchEntity(f"The role with name {role_name} cannot be found.", field="roleName")


def no_instance_profile(name: str) -> NoSuchEntity:
    """Say that the account has no such instance profile."""
    return NoSuchEntity(f"Instance Profile {name} cannot be found.", field="instanceProfileName")


def no_mfa_device(serial_number: str) -> NoSuchEntity:
    """Say that the account has no such virtual MFA device."""
    return NoSuchEntity(f"VirtualMFADevice with serial number {serial_number} does not exist.", field="serialNumber")


def _provider(
    rows: QuerySet[OpenIDConnectProvider], account_id: str, provider_arn: str
) -> OpenIDConnectProvider | None:
    prefix = arn.oidc_provider_arn(account_id, "")
    return _first(rows, "url", provider_arn[len(prefix) :]) if provider_arn.startswith(prefix) else None


def _device(rows: QuerySet[MFADevice], call: Call, serial_number: str) -> MFADevice | None:
    path, name = arn.split_path(serial_number)
    found = _first(rows.filter(path=path), "virtual_mfa_device_name", name) if "\x00" not in path else None
    return found if found is not None and found.serial_number.lower() == serial_number.lower() else None


def _named(call: Call, rows: QuerySet[M], noun: str, name: str, absent: Any) -> M:
    found = call.remember((noun, name.lower()), lambda: _first(rows, f"{noun}_name", name))
    if found is None:
        raise absent()
    return found


def _first(rows: QuerySet[M], column: str, name: str) -> M | None:
    # Lower() on both sides meets the unique index; `iexact` would compare upper-cased and miss it.
    return rows.filter(**{f"{column}__lower": name.lower()}).first() if "\x00" not in name else None


def _locked(rows: QuerySet[M], column: str, name: str, absent: NoSuchEntity) -> M:
    found = _first(rows.select_for_update(no_key=True), column, name)
    if found is None:
        raise absent
    return found
