"""Lab resources: what creating and reading one asks for, and the policies they carry."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, InstanceProfile, User
from accounts.operations.instance_profiles import add_role_to_instance_profile
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    EntityAlreadyExists,
    InvalidInput,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
    ValidationError,
)
from policies.lab_kinds import KINDS, kind_of, locate
from policies.models import LabResource
from policies.operations.lab_resources import CREATE, DELETE, DELETE_POLICY, GET_POLICY, LIST, PUT_POLICY, READ, TAG
from policies.operations.lab_tries import try_action
from tests.factories import a_call, a_role, a_user, an_account, an_inline_policy

LAMBDA_TRUST = """{"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"""


def allowing(*actions: str, resource: str = "*", condition: str = "") -> str:
    named = ", ".join(f'"{action}"' for action in actions)
    more = f', "Condition": {condition}' if condition else ""
    return f"""{{"Version": "2012-10-17", "Statement":
        {{"Effect": "Allow", "Action": [{named}], "Resource": "{resource}"{more}}}}}"""


def a_resource(account: Account, kind: str, **fields: object) -> LabResource:
    made: LabResource = CREATE[kind](a_call(account), **fields)
    return made


def last_event(account: Account) -> Event:
    return Event.objects.filter(account_id=account.pk).order_by("event_time", "pk").last()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.name], ids=lambda kind: kind.key)
def test_every_kind_is_made_read_listed_tagged_and_deleted(account: Account, kind) -> None:
    role = a_role(account, "Runner", trust=LAMBDA_TRUST)
    given = {"role": role.arn} if kind.runs_as == "role" else {}
    made = a_resource(account, kind.key, name="notes", region="eu-west-1", **given)
    located = locate(made.arn)
    assert located is not None
    assert located.kind is kind
    call = a_call(account)
    assert READ[kind.key](call, resource_arn=made.arn) == made
    assert made in LIST[kind.key](call).items
    TAG[kind.key](call, resource_arn=made.arn, tags=[("team", "web")])
    assert READ[kind.key](call, resource_arn=made.arn).tag_list == [{"key": "team", "value": "web"}]
    DELETE[kind.key](call, resource_arn=made.arn)
    with pytest.raises(NoSuchEntity):
        READ[kind.key](call, resource_arn=made.arn)
    names = set(Event.objects.filter(account_id=account.pk).values_list("event_source", "event_name"))
    assert (f"{kind.service}.amazonaws.com", kind.create.partition(":")[2]) in names
    assert (f"{kind.service}.amazonaws.com", kind.delete.partition(":")[2]) in names
