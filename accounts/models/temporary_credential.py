"""Temporary credentials: what STS hands out, and what a session lives on."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from accounts.models.account import Account
from accounts.models.role import Role
from accounts.models.user import User
from iamconsole.aws.identifiers import Prefix, new_id


def new_temporary_key_id() -> str:
    """Make the access key id of temporary credentials."""
    return new_id(Prefix.TEMPORARY_KEY)


class CredentialKind(models.TextChoices):
    """The operation that made the credentials."""

    ASSUME_ROLE = "AssumeRole"
    WEB_IDENTITY = "AssumeRoleWithWebIdentity"
    SESSION_TOKEN = "GetSessionToken"  # noqa: S105 - an operation's name
    FEDERATION_TOKEN = "GetFederationToken"  # noqa: S105 - an operation's name


class TemporaryCredential(models.Model):
    """Credentials of a session: of a role, of a user, or of a user under another name. They expire by themselves.

    `account` is the account that the session acts in. The secret is sealed, of the token only the hash is kept.
    `session_policies` holds the documents as they were passed, None where none were; `claims` the condition keys of
    the web identity behind the session. Without role and user the session is the root user's.
    """

    access_key_id = models.CharField(primary_key=True, max_length=32, default=new_temporary_key_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=32, choices=CredentialKind.choices)
    role = models.ForeignKey(Role, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")
    session_name = models.CharField(max_length=64, default="", blank=True)
    source_identity = models.CharField(max_length=64, default="", blank=True)
    session_tags: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(default=list, blank=True)
    transitive_tag_keys: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    session_policies: models.JSONField[list[dict[str, str]] | None, list[dict[str, str]] | None] = models.JSONField(
        null=True, blank=True
    )
    provider = models.CharField(max_length=2048, default="", blank=True)
    claims: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)
    assumed_by = models.CharField(max_length=2048, default="", blank=True)
    sealed_secret = models.TextField()
    token_hash = models.CharField(max_length=64)
    mfa_time = models.DateTimeField(null=True, blank=True)
    issued = models.DateTimeField()
    expires = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="credential_of_role_or_user", condition=~Q(role__isnull=False, user__isnull=False)
            ),
            models.CheckConstraint(name="credential_expires_later", condition=Q(expires__gt=models.F("issued"))),
        ]
        indexes = [
            models.Index(fields=["account", "role", "-issued"], name="credential_by_role"),
            models.Index(fields=["account", "expires"], name="credential_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.access_key_id
