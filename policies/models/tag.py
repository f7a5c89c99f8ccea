"""Tags on customer managed policies."""

from django.db import models
from django.db.models.functions import Lower

from accounts.models.history import past, tracked
from accounts.models.tag import Tag
from policies.models.managed_policy import ManagedPolicy


@tracked(indexes=past("policy_tag", "policy"))
class PolicyTag(Tag):
    """A tag on a customer managed policy."""

    policy = models.ForeignKey(ManagedPolicy, on_delete=models.CASCADE, related_name="tags", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint("policy", Lower("key"), name="policy_tag_key_unique_ignoring_case")]
        indexes = [models.Index(fields=["account", "key", "value"], name="policy_tag_by_key")]
