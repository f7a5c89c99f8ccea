"""GetSessionToken, GetFederationToken, and codes of MFA devices that a call brings along."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from accounts.models import Account, Role, User
from accounts.operations.sts import (
    assume_role,
    get_caller_identity,
    get_federation_token,
    get_session_token,
)
from accounts.operations.users import get_user, list_users
from iamconsole.audit.models import Event
from iamconsole.aws.errors import (
    AccessDenied,
    InvalidClientTokenId,
    ValidationError,
)
from iamconsole.call import Call
from policies import access
from tests.accounts.operations.sessions import LIST_USERS, a_program, allowing, calling_with, trusting
from tests.factories import a_call, a_code, a_role, a_user, an_inline_policy, an_mfa_device
from tests.soft_passkey import a_passkey


@pytest.fixture
def call(account: Account, alice: User) -> Call:
    return a_call(account, alice)


@pytest.fixture
def role(account: Account) -> Role:
    role = a_role(account, "Auditor", trust=trusting(account.account_id), path="/audit/")
    an_inline_policy(role, LIST_USERS)
    return role


class TestMFA:
    NEEDS_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

    @pytest.fixture
    def guarded(self, account: Account) -> Role:
        return a_role(account, "Guarded", trust=trusting(account.account_id, condition=self.NEEDS_MFA))

    def test_a_role_that_wants_mfa_takes_a_code_with_the_call(
        self, account: Account, alice: User, guarded: Role
    ) -> None:
        device, seed = an_mfa_device(alice)
        call = a_program(account, alice)
        with pytest.raises(AccessDenied, match="no role trust policy"):
            assume_role(call, role_arn=guarded.arn, role_session_name="alice")
        code = a_code(seed)
        taken = assume_role(
            a_program(account, alice),
            role_arn=guarded.arn,
            role_session_name="alice",
            serial_number=device.serial_number,
            token_code=code,
        )
        assert calling_with(taken).context()["aws:MultiFactorAuthPresent"] == ("false",)
        with pytest.raises(AccessDenied, match="invalid MFA one time pass code"):
            assume_role(
                a_program(account, alice),
                role_arn=guarded.arn,
                role_session_name="alice",
                serial_number=device.serial_number,
                token_code=code,
            )
        assert code not in json.dumps(
            list(Event.objects.filter(account_id=account.pk).values_list("record", flat=True))
        )

    def test_a_passkey_shows_no_codes(self, account: Account, alice: User, guarded: Role) -> None:
        device, _ = a_passkey(alice, "laptop")
        with pytest.raises(AccessDenied, match="invalid MFA"):
            get_session_token(a_program(account, alice), serial_number=device.serial_number, token_code="123456")

    def test_a_device_of_somebody_else_proves_nothing(self, account: Account, alice: User, guarded: Role) -> None:
        device, seed = an_mfa_device(a_user(account))
        with pytest.raises(AccessDenied, match="invalid MFA"):
            assume_role(
                a_program(account, alice),
                role_arn=guarded.arn,
                role_session_name="alice",
                serial_number=device.serial_number,
                token_code=a_code(seed),
            )

    def test_a_session_token_without_mfa_reaches_neither_iam_nor_most_of_sts(
        self, account: Account, alice: User
    ) -> None:
        session = calling_with(get_session_token(a_program(account, alice)))
        for refused in (lambda: get_user(session, user_name="alice"), lambda: get_session_token(session)):
            with pytest.raises(InvalidClientTokenId):
                refused()
        assert get_caller_identity(session).arn == alice.arn

    def test_a_session_token_with_mfa_does_what_the_user_may(self, account: Account, alice: User) -> None:
        device, seed = an_mfa_device(alice)
        taken = get_session_token(
            a_program(account, alice), serial_number=device.serial_number, token_code=a_code(seed)
        )
        session = calling_with(taken)
        assert get_user(session, user_name="alice").name == "alice"
        assert session.context()["aws:MultiFactorAuthPresent"] == ("true",)
        assert taken.credential.expires - taken.credential.issued == timedelta(hours=12)

    def test_the_root_users_session_token_lasts_an_hour(self, account: Account) -> None:
        with pytest.raises(ValidationError):
            get_session_token(a_program(account), duration_seconds=3601)
        assert get_caller_identity(calling_with(get_session_token(a_program(account)))).user_id == account.pk


class TestFederation:
    def test_a_federated_session_may_do_what_user_and_session_policy_both_allow(
        self, account: Account, alice: User
    ) -> None:
        taken = get_federation_token(a_program(account, alice), name="visitor", policy=allowing("s3:GetObject"))
        session = calling_with(taken)
        assert session.principal.arn == f"arn:aws:sts::{account.pk}:federated-user/visitor"
        assert access.judge(session, "s3:GetObject", "arn:aws:s3:::b/k", {}).allowed
        assert not access.judge(session, "s3:PutObject", "arn:aws:s3:::b/k", {}).allowed

    def test_without_a_session_policy_it_may_do_nothing(self, account: Account, alice: User) -> None:
        session = calling_with(get_federation_token(a_program(account, alice), name="visitor"))
        assert not access.judge(session, "s3:GetObject", "arn:aws:s3:::b/k", {}).allowed
        with pytest.raises(InvalidClientTokenId):
            list_users(session)

    def test_it_needs_permission_and_long_term_credentials(self, account: Account, call: Call, role: Role) -> None:
        with pytest.raises(AccessDenied, match="sts:GetFederationToken"):
            get_federation_token(a_program(account, a_user(account)), name="visitor")
        an_inline_policy(role, allowing("sts:*"))
        session = calling_with(assume_role(call, role_arn=role.arn, role_session_name="alice"))
        with pytest.raises(AccessDenied, match="session credentials"):
            get_federation_token(session, name="visitor")
