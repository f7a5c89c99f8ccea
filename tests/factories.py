"""Rows for tests, with good defaults; a test spells only what it is about."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import totp
from accounts.authentication import recall
from accounts.mfa_devices import seal_seed
from accounts.models import Account, Group, LoginProfile, Membership, MFADevice, Role, User
from accounts.principals import Root, UserPrincipal
from accounts.secrets import fingerprint, hash_password
from iamconsole.aws.identifiers import new_account_id
from iamconsole.call import Call, Session
from policies.models import InlinePolicy, document_hash

PASSWORD = "Correct-Horse-7"
_numbers = count(1)


def an_account(**fields: Any) -> Account:
    """An account of its own, with a root user whose password is PASSWORD."""
    number = next(_numbers)
    account_id = fields.pop("account_id", None) or new_account_id()
    defaults = {
        "name": f"Class {number}",
        "alias": f"class-{account_id}",
        "root_email": f"owner-{account_id}@example.com",
        "root_password": hash_password(PASSWORD),
    }
    return Account.objects.create(account_id=account_id, **{**defaults, **fields})


def a_user(
    account: Account,
    user_name: str = "",
    *,
    password: str | None = PASSWORD,
    password_reset_required: bool = False,
    groups: tuple[Group, ...] | list[Group] = (),
    **fields: Any,
) -> User:
    """A user, who can sign in with PASSWORD unless `password` is None."""
    user = User.objects.create(account=account, user_name=user_name or f"user-{next(_numbers)}", **fields)
    if password is not None:
        LoginProfile.objects.create(
            user=user,
            account=account,
            password=hash_password(password),
            password_reset_required=password_reset_required,
        )
    for group in groups:
        Membership.objects.create(account=account, user=user, group=group)
    return user


def a_group(account: Account, group_name: str = "", **fields: Any) -> Group:
    """A user group without members."""
    return Group.objects.create(account=account, group_name=group_name or f"group-{next(_numbers)}", **fields)


EC2_TRUST = (
    '{"Version": "2012-10-17", "Statement": '
    '[{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
)


def a_role(account: Account, role_name: str = "", *, trust: str = EC2_TRUST, **fields: Any) -> Role:
    """A role that EC2 may take unless `trust` says otherwise, without policies."""
    return Role.objects.create(
        account=account,
        role_name=role_name or f"role-{next(_numbers)}",
        assume_role_policy_document=trust,
        **fields,
    )


def a_call(account: Account, user: User | None = None, *, time: datetime | None = None, **fields: Any) -> Call:
    """A call of a user, or of the account's root user."""
    principal = (
        UserPrincipal(account.account_id, user.user_id, user.user_name, user.path) if user else Root(account.account_id)
    )
    time = time or timezone.now()
    return Call(principal=principal, account=account, time=time, session=Session(time), **fields)


def session_of(who: User | Account, *, mfa: bool = False) -> dict[str, str]:
    """What the session of somebody who has just signed in holds, with a second factor or without."""
    encoded = who.root_password if isinstance(who, Account) else who.login_profile.password
    mark = fingerprint(str(who.pk), encoded)
    assert recall(str(who.pk), mark) is not None
    now = timezone.now().isoformat()
    account_id = who.pk if isinstance(who, Account) else who.account_id
    second_factor = {"mfa": now} if mfa else {}
    return {"account": account_id, "principal": str(who.pk), "mark": mark, "issued": now, **second_factor}


def an_inline_policy(entity: User | Group | Role, document: str, policy_name: str = "") -> InlinePolicy:
    """A policy inside a user, group or role, written past the operations."""
    owner = {type(entity).__name__.lower(): entity}
    return InlinePolicy.objects.create(
        account_id=entity.account_id,
        policy_name=policy_name or f"inline-{next(_numbers)}",
        document=document,
        document_hash=document_hash(document),
        **owner,
    )


def sign_in(client: Client, who: User | Account, *, mfa: bool = False) -> Client:
    """Give the client the session that a sign-in would have begun, without the cost of a password check."""
    session = client.session
    session.update(session_of(who, mfa=mfa))
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client


def an_mfa_device(owner: User | Account, name: str = "", **fields: Any) -> tuple[MFADevice, str]:
    """An enabled virtual MFA device of a user or of the root user, with its seed."""
    account = owner if isinstance(owner, Account) else owner.account
    device = MFADevice(
        account=account,
        user=owner if isinstance(owner, User) else None,
        virtual_mfa_device_name=name or f"phone-{next(_numbers)}",
        **{"enable_date": timezone.now(), **fields},
    )
    seed = totp.new_seed()
    device.sealed_seed = seal_seed(device, seed)
    device.save(force_insert=True)
    return device, seed


def a_code(seed: str, *, steps: int = 0) -> str:
    """What a device with this seed shows now, or some thirty seconds from now."""
    return totp.code_of(seed, totp.step_of(timezone.now()) + steps)
