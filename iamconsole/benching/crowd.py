"""A crowd: an account full of users, groups, roles, policies and events, written in bulk to measure with.

Bulk rows pass the gate by, so a crowd lives inside a transaction that is rolled back. The triggers rest meanwhile: they
would update the account's one row for every row of the crowd. What they would have counted is written at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pgtrigger
from django.db import connection

from accounts.models import Account, LoginProfile, User
from iamconsole.aws.identifiers import new_account_id
from policies.models import InlinePolicy, document_hash

__all__ = ["ADMINISTRATOR", "TABLES", "Crowd", "gather", "name", "resting_triggers"]

ADMINISTRATOR = "administrator"
TABLES = (
    "accounts_user",
    "accounts_group",
    "accounts_role",
    "accounts_membership",
    "accounts_loginprofile",
    "accounts_accesskey",
    "accounts_usertag",
    "policies_managedpolicy",
    "policies_policyversion",
    "policies_attachment",
    "policies_boundary",
    "policies_inlinepolicy",
    "policies_labresource",
    "audit_event",
    "accounts_membershipevent",
    "accounts_usertagevent",
    "accounts_roletagevent",
    "policies_attachmentevent",
    "policies_policyversionevent",
)
"""The tables that a crowd fills."""

_EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'


@dataclass(frozen=True, slots=True)
class Crowd:
    """An account with `size` rows of each kind, and somebody in it who may do everything.

    The first of each kind has the most company: every user is in the first group and carries the first policy. It has
    the longest history, too: as many changes of each table as there are others.
    """

    account: Account
    administrator: User
    size: int


def name(noun: str, number: int) -> str:
    """Name one of the crowd: `user-000000` is the first."""
    return f"{noun}-{number:06}"


def gather(size: int) -> Crowd:
    """Write a crowd into an account of its own. The caller rolls back."""
    with resting_triggers():
        account = Account.objects.create(account_id=new_account_id(), name=f"A crowd of {size}")
        with connection.cursor() as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement, [account.account_id, size])
        administrator = _administrator(account)
        counters = {"user_count": size + 1, "group_count": size, "role_count": size, "policy_count": size}
        Account.objects.filter(pk=account.pk).update(**counters)
    return Crowd(account, administrator, size)


@contextmanager
def resting_triggers() -> Iterator[None]:
    """Let triggers rest: all at once for a superuser; for others by their names, which takes ten times as long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            with pgtrigger.ignore():
                yield
            return
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def _administrator(account: Account) -> User:
    user = User.objects.create(account=account, user_name=ADMINISTRATOR)
    LoginProfile.objects.create(account=account, user=user, password="!")  # noqa: S106 - the hash of no password
    InlinePolicy.objects.create(
        account=account, user=user, policy_name="Everything", document=_EVERYTHING,
        document_hash=document_hash(_EVERYTHING),
    )  # fmt: skip
    return user


def _id(prefix: str, number: str = "n") -> str:
    return f"'{prefix}' || account || lpad(({number})::text, 8, '0')"


def _named(noun: str) -> str:
    return f"'{noun}-' || lpad(n::text, 6, '0')"


# Each is a SELECT's list over the numbers n from 0 to size - 1, with the account beside them.
_PATH = "CASE WHEN n %% 2 = 1 THEN '/team-' || n %% 20 || '/' ELSE '/' END"
_CREATED = "now() - interval '400 days' + n * interval '37 seconds'"
_LAST_USED = f"CASE WHEN n %% 3 > 0 THEN {_CREATED} END"
_BUCKET = f"account || '-' || {_named('bucket')}"  # all accounts share the names of buckets
_TRUST = """'{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
              "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}}'"""
_DOCUMENT = """'{"Version": "2012-10-17", "Statement": [{"Sid": "ReadTheBucket", "Effect": "Allow",
                 "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::bucket-' || n || '*"}]}'"""
_HASH = f"encode(sha256(({_DOCUMENT})::bytea), 'hex')"


def _rows(table: str, columns: str, values: str, *, where: str = "TRUE") -> str:
    crowd = "WITH crowd (account, size) AS (VALUES (%s, %s))"
    numbers = "FROM crowd, generate_series(0, size - 1) AS n"
    return f"{crowd} INSERT INTO {table} ({columns}) SELECT {values} {numbers} WHERE {where}"


def _past(table: str, owner: str, prefix: str, columns: str, values: str) -> str:
    """Rows of a history, one a minute, all of the first of a kind."""
    return _rows(
        table,
        f"pgh_created_at, pgh_label, account_id, pgh_obj_id, id, {owner}, {columns}",
        f"now() - interval '300 days' + n * interval '1 minute', 'insert', account, n, n, {_id(prefix, '0')}, {values}",
    )


_STATEMENTS = (
    _rows(
        "accounts_user",
        "user_id, account_id, user_name, path, create_date, password_last_used, group_count",
        f"{_id('AIDA')}, account, {_named('user')}, {_PATH}, {_CREATED}, {_LAST_USED}, least(n, 1) + 1",
    ),
    _rows(
        "accounts_group",
        "group_id, account_id, group_name, path, create_date, user_count",
        f"{_id('AGPA')}, account, {_named('group')}, {_PATH}, {_CREATED}, CASE n WHEN 0 THEN size ELSE 1 END",
    ),
    _rows(
        "accounts_role",
        "role_id, account_id, role_name, path, description, assume_role_policy_document, max_session_duration,"
        " create_date, last_used_date, last_used_region",
        f"{_id('AROA')}, account, {_named('role')}, {_PATH}, '', {_TRUST}, 3600, {_CREATED}, {_LAST_USED}, ''",
    ),
    # Everybody is in the first group, and each but the first in one more of their own.
    *(
        _rows(
            "accounts_membership",
            "account_id, user_id, group_id, create_date",
            f"account, {_id('AIDA')}, {_id('AGPA', group)}, now()",
            where=where,
        )
        for group, where in (("0", "TRUE"), ("n", "n > 0"))
    ),
    _rows(
        "accounts_loginprofile",
        "user_id, account_id, password, password_reset_required, create_date, password_last_changed",
        f"{_id('AIDA')}, account, '!', FALSE, now(), now()",
    ),
    _rows(
        "accounts_accesskey",
        "access_key_id, account_id, user_id, status, sealed_secret, create_date, last_used_service, last_used_region",
        f"{_id('AKIA')}, account, {_id('AIDA')}, 'Active', '', now(), '', ''",
        where="n %% 2 = 0",
    ),
    _rows(
        "accounts_usertag",
        "account_id, user_id, key, value",
        f"account, {_id('AIDA')}, 'team', 'blue'",
        where="n %% 4 = 0",
    ),
    _rows(
        "policies_managedpolicy",
        "policy_id, account_id, policy_name, path, description, latest_version, create_date, update_date",
        f"{_id('ANPA')}, account, {_named('policy')}, {_PATH}, '', 1, {_CREATED}, {_CREATED}",
    ),
    _rows(
        "policies_policyversion",
        "account_id, policy_id, number, is_default, document, document_hash, create_date, created_by",
        f"account, {_id('ANPA')}, 1, TRUE, {_DOCUMENT}, {_HASH}, {_CREATED}, ''",
    ),
    # The first policy is on everybody; each group and role has one of its own.
    *(
        _rows(
            "policies_attachment",
            f"account_id, policy_id, {noun}_id, create_date",
            f"account, {_id('ANPA', policy)}, {_id(prefix)}, now()",
        )
        for noun, prefix, policy in (("user", "AIDA", "0"), ("group", "AGPA", "n"), ("role", "AROA", "n"))
    ),
    # Of every ten users one is bounded by the first policy and one by a policy of their own.
    *(
        _rows(
            "policies_boundary",
            "account_id, policy_id, user_id",
            f"account, {_id('ANPA', policy)}, {_id('AIDA')}",
            where=f"n %% 10 = {rest}",
        )
        for policy, rest in (("0", 0), ("n", 5))
    ),
    _rows(
        "policies_inlinepolicy",
        "account_id, role_id, policy_name, document, document_hash, create_date, update_date",
        f"account, {_id('AROA')}, 'Inline', {_DOCUMENT}, {_HASH}, now(), now()",
        where="n %% 10 = 0",
    ),
    _rows(
        "policies_labresource",
        "account_id, kind, region, name, arn, description, document, document_hash, runs_as, create_date",
        f"account, 'bucket', 'us-east-1', {_BUCKET}, 'arn:aws:s3:::' || {_BUCKET}, '', '', '', '', {_CREATED}",
    ),
    _past("accounts_usertagevent", "user_id", "AIDA", "key, value", "'n', n::text"),
    _past("accounts_roletagevent", "role_id", "AROA", "key, value", "'n', n::text"),
    _past("accounts_membershipevent", "group_id", "AGPA", "user_id, create_date", f"{_id('AIDA')}, now()"),
    _past("policies_attachmentevent", "group_id", "AGPA", "policy_id, create_date", f"{_id('ANPA')}, now()"),
    _past(
        "policies_policyversionevent",
        "policy_id",
        "ANPA",
        "number, is_default, document, document_hash, create_date, created_by",
        f"n + 1, TRUE, {_DOCUMENT}, {_HASH}, now(), ''",
    ),
    _rows(
        "audit_event",
        "event_id, account_id, event_time, event_name, event_source, read_only, user_name, principal_id, access_key_id,"
        " resource_type, resource_name, error_code, request_id, record",
        f"gen_random_uuid(), account, {_CREATED}, CASE n %% 4 WHEN 0 THEN 'GetUser' ELSE 'TagUser' END,"
        " 'iam.amazonaws.com', n %% 4 = 0, 'user-' || n %% 50, '', '', 'AWS::IAM::User', "
        f"{_named('user')}, CASE n %% 7 WHEN 0 THEN 'AccessDenied' ELSE '' END, gen_random_uuid(), "
        f"jsonb_build_object('eventName', 'TagUser', 'eventTime',"
        f' to_char({_CREATED}, \'YYYY-MM-DD"T"HH24:MI:SS"Z"\'),'
        " 'eventSource', 'iam.amazonaws.com', 'sourceIPAddress', '127.0.0.1', 'userIdentity',"
        " jsonb_build_object('type', 'IAMUser', 'userName', 'user-' || n %% 50))",
    ),
)
