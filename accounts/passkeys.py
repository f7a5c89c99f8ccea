"""Passkeys and security keys: what is asked of a browser, and what its answers prove.

Rules: id_credentials_mfa_enable_fido; W3C Web Authentication, Level 2.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import MFADevice
from iamconsole.aws import arn

__all__ = [
    "Answer",
    "Challenge",
    "Credential",
    "RelyingParty",
    "UnprovenAnswer",
    "device_name",
    "new_challenge",
    "new_serial_number",
    "registration_options",
    "sign_in_options",
    "verify_registration",
    "verify_signature",
]

LIFETIME = timedelta(minutes=5)
_CHALLENGE_BYTES = 32
_LONGEST_ANSWER = 64 * 1024
_RANDOM_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_RANDOM_LENGTH = 26
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)


class UnprovenAnswer(Exception):
    """An answer that proves nothing: malformed, too late, for something else, from elsewhere, or signed by another."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The console as a passkey knows it: its host name, and the origin that the browser vouches for."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What an authenticator is asked to sign; it holds for minutes."""

    value: bytes
    issued: datetime
    party: RelyingParty

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether there is still time to answer."""
        return timedelta(0) <= moment - self.issued < LIFETIME


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser sent back, as JSON, for a challenge."""

    challenge: Challenge
    credential: str

    @property
    def credential_id(self) -> str:
        """Which passkey claims to have answered; empty for what cannot be read."""
        identifier = _read(self.credential).get("id")
        return identifier if isinstance(identifier, str) else ""


@dataclass(frozen=True, slots=True)
class Credential:
    """A passkey that was registered: its public half."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: tuple[str, ...]


def new_challenge(party: RelyingParty, moment: datetime) -> Challenge:
    """Set a challenge that nobody can foresee."""
    return Challenge(secrets.token_bytes(_CHALLENGE_BYTES), moment, party)


def new_serial_number(account_id: str, user_name: str | None, name: str) -> str:
    """Make the ARN of a new passkey of a user, or of the root user for None."""
    random = "".join(secrets.choice(_RANDOM_CHARACTERS) for _ in range(_RANDOM_LENGTH))
    return arn.passkey_arn(account_id, user_name, f"{name}-{random}")


def device_name(serial_number: str) -> str:
    """The friendly name within a passkey's ARN."""
    return serial_number.rpartition("/")[2].rpartition("-")[0]


def registration_options(challenge: Challenge, user: str, existing: Iterable[str] = ()) -> str:
    """What `navigator.credentials.create()` is given, as JSON; no passkey of `existing` is registered twice.

    The user's handle is random, so that no passkey overwrites another on the same device.
    """
    return options_to_json(
        generate_registration_options(
            rp_id=challenge.party.host,
            rp_name="iamconsole",
            user_name=user,
            challenge=challenge.value,
            timeout=_milliseconds(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each)) for each in existing],
        )
    )


def sign_in_options(challenge: Challenge, devices: Sequence[MFADevice]) -> str:
    """What `navigator.credentials.get()` is given, as JSON: any of these passkeys may sign."""
    return options_to_json(
        generate_authentication_options(
            rp_id=challenge.party.host,
            challenge=challenge.value,
            timeout=_milliseconds(),
            allow_credentials=[_descriptor(device) for device in devices],
            user_verification=UserVerificationRequirement.PREFERRED,
        )
    )


def verify_registration(answer: Answer, moment: datetime) -> Credential:
    """Learn the public key of a new passkey, or raise UnprovenAnswer."""
    _check_time(answer, moment)
    try:
        verified = verify_registration_response(
            credential=_checked(answer.credential),
            expected_challenge=answer.challenge.value,
            expected_rp_id=answer.challenge.party.host,
            expected_origin=answer.challenge.party.origin,
        )
    except Exception as fault:  # anybody's bytes: whatever they trip, they prove nothing
        raise UnprovenAnswer(str(fault)) from fault
    return Credential(
        bytes_to_base64url(verified.credential_id),
        bytes_to_base64url(verified.credential_public_key),
        verified.sign_count,
        _transports(answer.credential),
    )


def verify_signature(answer: Answer, device: MFADevice, moment: datetime) -> int:
    """Check that a passkey signed the challenge; answers its new sign count, or raises UnprovenAnswer."""
    _check_time(answer, moment)
    if answer.challenge.party.host != device.relying_party or answer.credential_id != device.credential_id:
        raise UnprovenAnswer("The answer is another passkey's, or for another host.")
    try:
        verified = verify_authentication_response(
            credential=_checked(answer.credential),
            expected_challenge=answer.challenge.value,
            expected_rp_id=device.relying_party,
            expected_origin=answer.challenge.party.origin,
            credential_public_key=base64url_to_bytes(device.public_key),
            credential_current_sign_count=device.sign_count,
        )
    except Exception as fault:
        raise UnprovenAnswer(str(fault)) from fault
    return verified.new_sign_count


def _check_time(answer: Answer, moment: datetime) -> None:
    if not answer.challenge.holds_at(moment):
        raise UnprovenAnswer("The answer came too late.")


def _checked(credential: str) -> dict[str, Any]:
    read = _read(credential)
    if not read:
        raise UnprovenAnswer("The answer cannot be read.")
    return read


def _read(credential: str) -> dict[str, Any]:
    if len(credential) > _LONGEST_ANSWER:
        return {}
    try:
        read = json.loads(credential)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _transports(credential: str) -> tuple[str, ...]:
    """How the device says it is reached, as far as the words are known; a hint for the browser, no more."""
    response = _read(credential).get("response")
    named = response.get("transports") if isinstance(response, dict) else None
    if not isinstance(named, list):
        return ()
    return tuple(sorted(_TRANSPORTS.intersection(each for each in named if isinstance(each, str))))


def _descriptor(device: MFADevice) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(each) for each in device.transports.split(",") if each in _TRANSPORTS]
    return PublicKeyCredentialDescriptor(base64url_to_bytes(device.credential_id), transports=transports or None)


def _milliseconds() -> int:
    return int(LIFETIME.total_seconds() * 1000)
