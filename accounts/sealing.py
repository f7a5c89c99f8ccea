"""Whether what the database holds can be opened with the key that this installation has."""

from accounts import secrets
from accounts.models import AccessKey, MFADevice, OpenIDConnectProvider, TemporaryCredential

__all__ = ["foreign_key"]

_HOLDERS = (
    (AccessKey, "sealed_secret"),
    (MFADevice, "sealed_seed"),
    (OpenIDConnectProvider, "sealed_practice_key"),
    (TemporaryCredential, "sealed_secret"),
)


def foreign_key() -> str:
    """Name the kind of what was sealed under another key, if there is any: one of each kind is looked at."""
    for model, column in _HOLDERS:
        rows = model._default_manager.exclude(**{column: ""}).order_by("-pk")
        sealed = rows.values_list(column, flat=True).first()
        if sealed and not secrets.is_of_this_key(sealed):
            return str(model._meta.verbose_name_plural)
    return ""
