"""The settings of the tests: the real ones, with a quick hasher and a password nobody uses."""

from __future__ import annotations

from iamconsole.settings import *  # noqa: F403 - the tests run on the real settings

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
IAMCONSOLE_PRACTICE_AUTHENTICATOR = True  # as in a class, so that its page is among those that are looked at
STATIC_ROOT = None  # type: ignore[assignment] # files are found where they lie
