"""A passkey in software: it makes a key pair and signs challenges, as an authenticator and a browser do together."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts.models import Account, MFADevice, User
from accounts.passkeys import new_serial_number

HOST, ORIGIN = "localhost", "http://localhost"
_PRESENT, _VERIFIED, _ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftPasskey:
    """One key pair for one host; `origin` is where the browser says it was asked."""

    host: str = HOST
    origin: str = ORIGIN
    sign_count: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    identifier: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @property
    def credential_id(self) -> str:
        return bytes_to_base64url(self.identifier)

    @property
    def public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}))

    def register(self, options: str) -> str:
        """Answer what `navigator.credentials.create()` was given."""
        attested = bytes(16) + len(self.identifier).to_bytes(2) + self.identifier + self.public_key
        data = self._data(_PRESENT | _VERIFIED | _ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def sign(self, options: str, *, counted: bool = True) -> str:
        """Answer what `navigator.credentials.get()` was given."""
        self.sign_count += counted
        data, client = self._data(_PRESENT | _VERIFIED), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4)

    def _client(self, kind: str, options: str) -> bytes:
        challenge = bytes_to_base64url(base64url_to_bytes(json.loads(options)["challenge"]))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response: bytes) -> str:
        encoded: dict[str, Any] = {name: bytes_to_base64url(value) for name, value in response.items()}
        named = {"id": self.credential_id, "rawId": self.credential_id, "type": "public-key"}
        return json.dumps({**named, "response": {**encoded, "transports": ["internal"]}})


def a_passkey(owner: User | Account, name: str = "laptop", **fields: Any) -> tuple[MFADevice, SoftPasskey]:
    """A passkey that is assigned to a user or to the root user, and the device that signs with it."""
    soft = SoftPasskey()
    account = owner if isinstance(owner, Account) else owner.account
    user = owner if isinstance(owner, User) else None
    device = MFADevice.objects.create(
        account=account,
        user=user,
        virtual_mfa_device_name=name,
        passkey_serial_number=new_serial_number(account.account_id, user.user_name if user else None, name),
        credential_id=soft.credential_id,
        public_key=bytes_to_base64url(soft.public_key),
        **{"enable_date": timezone.now(), "relying_party": HOST, **fields},
    )
    return device, soft
