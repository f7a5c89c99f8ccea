"""A trail of many events, written in bulk, and the lookups that Event history answers from it.

Every attribute has a value that many events carry, at least a page of them in a trail of a thousand, and one that only
the ten oldest do: those must be found without reading the rest.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from iamconsole.benching.crowd import resting_triggers

__all__ = ["RARE", "lookups", "write"]

RARE = 10
"""How many events carry the rare value of every attribute: the oldest of the trail."""

_VALUES = {
    "user": ("user-1", "rare-user"),
    "event": ("TagUser", "CreateVirtualMFADevice"),
    "resource": ("thing-1", "rare-thing"),
    "type": ("AWS::IAM::User", "AWS::IAM::MFADevice"),
    "source": ("iam.amazonaws.com", "signin.amazonaws.com"),
    "key": ("AKIAOFTEN1", "AKIARARE"),
    "error": ("AccessDenied", "LimitExceeded"),
}
_MODES: tuple[tuple[dict[str, str], tuple[str, ...]], ...] = (({}, ()), ({"reads": "1"}, ()), ({}, ("error:any",)))
"""How a lookup can be bent: with successful reads, or to refusals only."""

# Of ten events six are successful reads, two changes, and one each a refused change and a refused read; of the rare
# ones half are changes and half refusals.
_READ_ONLY = "n >= {rare} AND n %% 10 < 7"
_ERROR = "CASE WHEN n < {rare} THEN CASE n %% 2 WHEN 0 THEN '' ELSE 'LimitExceeded' END"
_ERROR += " WHEN n %% 10 IN (6, 7) THEN 'AccessDenied' ELSE '' END"


def write(account_id: str, size: int) -> None:
    """Write so many events into an account, half a minute apart, the newest of them now."""
    with resting_triggers(), connection.cursor() as cursor:
        cursor.execute(_INSERT, [account_id, size])


def lookups() -> Iterator[str]:
    """The addresses of Event history: plain, by every attribute, each also with reads, refused only, and in a time."""
    yield from (_address(*filters, **mode) for mode, filters in _MODES)
    yield _address(range="1h")
    for name, values in _VALUES.items():
        for value in values:
            for mode, filters in _MODES if name != "error" else _MODES[:2]:
                yield _address(f"{name}:{value}", *filters, **mode)
        yield _address(f"{name}:{values[0]}", range="1h")
    yield from (_address(f"readonly:{value}", *more) for value in ("true", "false") for more in ((), ("error:any",)))


def _address(*filters: str, **mode: str) -> str:
    query = [*mode.items(), *(("f", each) for each in filters)]
    return f"{reverse('event-list')}?{urlencode(query)}" if query else reverse("event-list")


def _pick(name: str, often: str) -> str:
    return f"CASE WHEN n < {RARE} THEN '{_VALUES[name][1]}' ELSE {often} END"


_TIME = "now() - (size - n) * interval '30 seconds'"
_INSERT = f"""
    WITH trail (account, size) AS (VALUES (%s, %s)), numbered AS (
        SELECT account, {_TIME} AS time, {_READ_ONLY.format(rare=RARE)} AS read_only,
            {_ERROR.format(rare=RARE)} AS error,
            {_pick("user", "'user-' || n / 10 %% 3")} AS user_name,
            {_pick("event", "(ARRAY['TagUser', 'GetUser', 'CreateRole'])[n / 10 %% 3 + 1]")} AS event,
            {_pick("resource", "'thing-' || n / 10 %% 4")} AS resource,
            {_pick("type", "(ARRAY['AWS::IAM::User', 'AWS::IAM::Role'])[n / 10 %% 2 + 1]")} AS type,
            {_pick("source", "(ARRAY['iam', 'sts'])[n / 10 %% 2 + 1] || '.amazonaws.com'")} AS source,
            {_pick("key", "CASE n / 10 %% 3 WHEN 0 THEN '' ELSE 'AKIAOFTEN' || n / 10 %% 3 END")} AS key
        FROM trail, generate_series(0, size - 1) AS n
    )
    INSERT INTO audit_event (event_id, account_id, event_time, event_name, event_source, read_only, user_name,
        principal_id, access_key_id, resource_type, resource_name, error_code, request_id, record, decision)
    SELECT gen_random_uuid(), account, time, event, source, read_only, user_name, 'AIDA' || user_name, key, type,
        resource, error, gen_random_uuid(),
        jsonb_build_object(
            'eventVersion', '1.11', 'eventName', event, 'eventSource', source, 'readOnly', read_only,
            'eventTime', to_char(time, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'awsRegion', 'us-east-1',
            'sourceIPAddress', '192.0.2.7', 'userAgent', repeat('Mozilla/5.0 ', 8), 'eventID', gen_random_uuid(),
            'recipientAccountId', account, 'requestParameters', jsonb_build_object('userName', resource),
            'userIdentity', jsonb_build_object('type', 'IAMUser', 'userName', user_name, 'accountId', account,
                'arn', 'arn:aws:iam::' || account || ':user/' || user_name)
        ),
        jsonb_build_object(
            'decision', CASE error WHEN '' THEN 'allowed' ELSE 'implicitDeny' END, 'decidedBy', 'identity policy',
            'action', 'iam:' || event, 'resource', '*', 'matchedStatements', '[]'::jsonb, 'policies', '[]'::jsonb,
            'context', jsonb_build_object('aws:SourceIp', '["192.0.2.7"]'::jsonb, 'aws:username', '["x"]'::jsonb)
        )
    FROM numbered ORDER BY time
"""  # noqa: S608 - constants
