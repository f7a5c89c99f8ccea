"""Access keys: create, list, update, delete, last used."""

from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts import arns, queries, secrets, shapes
from accounts.access_keys import AccessKeyMetadata, keys_of
from accounts.models import AccessKey, AccessKeyStatus, User
from iamconsole.aws import quotas
from iamconsole.aws.errors import NoSuchEntity, ValidationError
from iamconsole.aws.identifiers import new_secret_access_key
from iamconsole.call import Call
from iamconsole.gate import operation


@dataclass(frozen=True, slots=True)
class CreatedAccessKey:
    """A fresh access key with its secret, which is shown this once and never again."""

    key: AccessKey
    secret_access_key: str = field(repr=False)


@operation("iam:CreateAccessKey", resource=arns.named_user, answer=lambda created: shapes.access_key(created.key))
def create_access_key(call: Call, *, user_name: str | None = None) -> CreatedAccessKey:
    """Make an access key for a user, or for the caller where no name is given.

    Raises LimitExceeded where the owner has two, active or not.

    Rules: API_CreateAccessKey; reference_iam-quotas.
    """
    user = queries.lock_owner(call, user_name)
    quotas.ACCESS_KEYS_PER_USER.check(_keys(call, user).count())
    secret = new_secret_access_key()
    key = AccessKey(account_id=call.account_id, user=user)
    key.sealed_secret = secrets.seal(secret, f"access key {key.access_key_id}")
    key.save(force_insert=True)
    return CreatedAccessKey(key, secret)


@operation("iam:ListAccessKeys", resource=arns.named_user, read_only=True)
def list_access_keys(call: Call, *, user_name: str | None = None) -> tuple[AccessKeyMetadata, ...]:
    """List the access keys of a user, or of the caller where no name is given, oldest first; no secrets.

    Rules: API_ListAccessKeys.
    """
    owner = queries.owner_name(call, user_name)
    if owner:
        return keys_of(queries.find_user(call, owner))
    return tuple(AccessKeyMetadata.of(key) for key in _keys(call, None).order_by("create_date", "pk"))


@operation("iam:UpdateAccessKey", resource=arns.named_user)
def update_access_key(call: Call, *, access_key_id: str, status: str, user_name: str | None = None) -> None:
    """Activate or deactivate an access key.

    Rules: API_UpdateAccessKey.
    """
    if status not in AccessKeyStatus.values:
        raise ValidationError(
            "1 validation error detected: Value at 'status' failed to satisfy constraint: "
            "Member must satisfy enum value set",
            field="status",
        )
    key = _key(call, queries.lock_owner(call, user_name), access_key_id)
    key.status = status
    key.save(update_fields=["status"])


@operation("iam:DeleteAccessKey", resource=arns.named_user)
def delete_access_key(call: Call, *, access_key_id: str, user_name: str | None = None) -> None:
    """Delete an access key, whatever its state; the console asks for an inactive one.

    Rules: API_DeleteAccessKey.
    """
    _key(call, queries.lock_owner(call, user_name), access_key_id).delete()


@operation("iam:GetAccessKeyLastUsed", resource=arns.owner_of_access_key, read_only=True)
def get_access_key_last_used(call: Call, *, access_key_id: str) -> AccessKey:
    """Read when, for which service and in which Region a key was last used.

    Rules: API_GetAccessKeyLastUsed.
    """
    key = AccessKey.objects.filter(account_id=call.account_id, pk=access_key_id).select_related("user").first()
    if key is None:
        raise _no_key(access_key_id)
    return key


def _keys(call: Call, user: User | None) -> QuerySet[AccessKey]:
    return AccessKey.objects.filter(account_id=call.account_id, user=user)


def _key(call: Call, user: User | None, access_key_id: str) -> AccessKey:
    key = _keys(call, user).filter(pk=access_key_id).first()
    if key is None:
        raise _no_key(access_key_id)
    return key


def _no_key(access_key_id: str) -> NoSuchEntity:
    return NoSuchEntity(f"The Access Key with id {access_key_id} cannot be found", field="accessKeyId")
