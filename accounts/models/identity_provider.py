"""Identity providers: who outside IAM may vouch for somebody."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models.account import Account
from accounts.models.history import tracked
from accounts.models.tag import Tag
from iamconsole.aws import arn


@tracked("sealed_practice_key")
class OpenIDConnectProvider(models.Model):
    """An OpenID Connect provider that the account trusts: its address, and the audiences its tokens may be for.

    `url` is the host with its path, without scheme, as the ARN and the condition keys have it. Offline nobody can ask
    the issuer for its keys: tokens are signed with a practice key of the account's own, sealed under the key that is
    kept outside the database.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    url = models.CharField(max_length=255)
    client_id_list: models.Field[Any, Any] = ArrayField(models.CharField(max_length=255), default=list, blank=True)
    thumbprint_list: models.Field[Any, Any] = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    create_date = models.DateTimeField(default=timezone.now)
    sealed_practice_key = models.TextField()

    tag_list: list[dict[str, Any]]  # read by `accounts.queries.find_oidc_provider`

    class Meta:
        constraints = [models.UniqueConstraint("account", Lower("url"), name="oidc_provider_url_unique_ignoring_case")]
        indexes = [models.Index(fields=["account", "create_date", "id"], name="oidc_provider_by_create_date")]

    def __str__(self) -> str:
        return self.url

    @property
    def arn(self) -> str:
        """The provider's ARN, by which trust policies name it."""
        return arn.oidc_provider_arn(self.account_id, self.url)

    @property
    def name(self) -> str:
        """The provider's address, by the word all entities share."""
        return self.url


@tracked()
class OpenIDConnectProviderTag(Tag):
    """A tag on an OpenID Connect provider."""

    oidc_provider = models.ForeignKey(
        OpenIDConnectProvider, on_delete=models.CASCADE, related_name="tags", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("oidc_provider", Lower("key"), name="oidc_provider_tag_key_unique_ignoring_case")
        ]
