"""The account's password policy: which passwords it refuses, and a password that it accepts.

Rules: id_credentials_passwords_account-policy.
"""

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from iamconsole.aws import quotas

__all__ = ["DEFAULT", "SYMBOLS", "PasswordPolicy", "generate"]

SYMBOLS: Final = "!@#$%^&*()_+-=[]{}|'"
_CLASSES: Final = (string.ascii_uppercase, string.ascii_lowercase, string.digits, SYMBOLS)
_GENERATED_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What an account asks of its users' passwords; 0 days never expire, 0 old passwords may all be used again.

    The policy of an account that has set none (`DEFAULT`) has rules that a policy of one's own cannot have.
    """

    minimum_length: int = quotas.PASSWORD_LENGTH.default
    require_uppercase: bool = False
    require_lowercase: bool = False
    require_numbers: bool = False
    require_symbols: bool = False
    allow_users_to_change_password: bool = False
    max_age_days: int = quotas.PASSWORD_MAX_AGE_DAYS.default
    reuse_prevention: int = quotas.PASSWORD_REUSE_PREVENTION.default
    hard_expiry: bool = False
    is_default: bool = False

    @property
    def expires(self) -> bool:
        """Tell whether passwords expire: AWS calls it ExpirePasswords and derives it from the age."""
        return self.max_age_days > 0

    def expiry(self, changed: datetime) -> datetime | None:
        """When a password that was last changed then expires; None where passwords do not."""
        return changed + timedelta(days=self.max_age_days) if self.expires else None

    def violations(
        self, password: str, *, account_name: str = "", email: str = "", user_name: str = ""
    ) -> tuple[str, ...]:
        """List every rule that the password breaks, each as a sentence; none means that it will do.

        The user name is refused as well as AWS's account name and e-mail address.
        """
        broken = [sentence for holds, sentence in self._rules() if not holds(password)]
        if self.is_default:
            identities = (("account name", account_name), ("e-mail address", email), ("user name", user_name))
            broken += [
                f"The password must not be the same as the {noun}."
                for noun, identity in identities
                if identity and password.casefold() == identity.casefold()
            ]
        return tuple(broken)

    @property
    def reuse_sentence(self) -> str:
        """What is said of a password that its user had before; the present one counts."""
        many = self.reuse_prevention
        return f"The password must not be {'the last one' if many == 1 else f'one of the last {many}'} of this user."

    def requirements(self) -> tuple[str, ...]:
        """List what a password must have, as sentences to show beside the field."""
        rules = tuple(sentence for _, sentence in self._rules())
        if self.reuse_prevention:
            rules += (self.reuse_sentence,)
        if self.is_default:
            rules += ("The password must not be the same as the account name or the e-mail address.",)
        return rules

    def _rules(self) -> tuple[tuple[Callable[[str], bool], str], ...]:
        rules: list[tuple[Callable[[str], bool], str]] = [
            (
                lambda password: len(password) >= self.minimum_length,
                f"The password must have at least {self.minimum_length} characters.",
            )
        ]
        if self.is_default:
            rules.append((_mixes_enough_classes, _MIX))
        for required, alphabet, sentence in (
            (self.require_uppercase, string.ascii_uppercase, "The password must have an upper-case letter (A-Z)."),
            (self.require_lowercase, string.ascii_lowercase, "The password must have a lower-case letter (a-z)."),
            (self.require_numbers, string.digits, "The password must have a number (0-9)."),
            (self.require_symbols, SYMBOLS, f"The password must have one of these symbols: {' '.join(SYMBOLS)}"),
        ):
            if required:
                rules.append((_having(alphabet), sentence))
        return tuple(rules)


_MIX: Final = (
    f"The password must mix at least {quotas.PASSWORD_CLASSES_REQUIRED} of these: upper-case letters, "
    f"lower-case letters, numbers, and the symbols {' '.join(SYMBOLS)}"
)

DEFAULT: Final = PasswordPolicy(is_default=True)


def generate(policy: PasswordPolicy = DEFAULT) -> str:
    """Make a random password that satisfies the policy, with a character of every class."""
    length = max(_GENERATED_LENGTH, policy.minimum_length)
    certain = [secrets.choice(alphabet) for alphabet in _CLASSES]
    everything = "".join(_CLASSES)
    rest = (secrets.choice(everything) for _ in range(length - len(certain)))
    characters = list(chain(certain, rest))
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def _having(alphabet: str) -> Callable[[str], bool]:
    return lambda password: any(character in alphabet for character in password)


def _mixes_enough_classes(password: str) -> bool:
    return sum(_having(alphabet)(password) for alphabet in _CLASSES) >= quotas.PASSWORD_CLASSES_REQUIRED
