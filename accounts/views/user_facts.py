"""What the pages about users tell of a user and of an access key, worked out from rows already read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.access_keys import AccessKeyMetadata, keys_of
from accounts.mfa_devices import devices_of
from accounts.models import LoginProfile, User

__all__ = ["KeyFacts", "Rotation", "UserFacts", "profile_of", "rotation_of"]

_WARN_DAYS, _ERROR_DAYS = 60, 90
_GROUPS_NAMED = 2
_MFA_WORDS = {False: "Virtual", True: "Passkey"}


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """An access key, how old it is, and what was said of it when it was made."""

    key: AccessKeyMetadata
    now: datetime
    description: str = ""

    @property
    def age(self) -> str:
        """The age in days, in words."""
        return _days(self.key.create_date, self.now)

    @property
    def mark(self) -> str:
        """How good the age is: `ok` under sixty days, `warn` to ninety, then `err`."""
        days = (self.now - self.key.create_date).days
        return "ok" if days < _WARN_DAYS else "warn" if days <= _ERROR_DAYS else "err"


@dataclass(frozen=True, slots=True)
class Rotation:
    """How far the rotation of access keys is: the key that is to go, and the one that replaces it.

    Rules: id-credentials-access-keys-update.
    """

    old: KeyFacts
    new: KeyFacts | None

    @property
    def step(self) -> int:
        """The number of the step that is next: 1 create, 2 move over, 3 deactivate, 4 delete."""
        if self.new is None:
            return 1
        if not self.old.key.is_active:
            return 4
        return 3 if self._moved else 2

    @property
    def due(self) -> bool:
        """Whether the old key is of an age at which it should be rotated."""
        return self.old.mark != "ok"

    @property
    def _moved(self) -> bool:
        """Whether the new key is in use, and was used later than the old one."""
        new, old = self.new.key.last_used_date if self.new else None, self.old.key.last_used_date
        return new is not None and (old is None or new > old)


def rotation_of(keys: Sequence[KeyFacts]) -> Rotation | None:
    """The rotation of a user's keys, oldest first; None without a key. An inactive one of two is the one to go."""
    if not keys:
        return None
    old, *others = sorted(keys, key=lambda facts: (facts.key.is_active, facts.key.create_date))
    return Rotation(old, others[0] if others else None)


@dataclass(frozen=True, slots=True)
class UserFacts:
    """One user of the list, which was read with its login profile, keys, MFA devices and group names."""

    user: User
    now: datetime

    @property
    def groups(self) -> str:
        """The first two groups by name, and how many more there are."""
        named = self.user.group_names
        more = len(named) - _GROUPS_NAMED
        shown = ", ".join(named[:_GROUPS_NAMED])
        return f"{shown} and {more} more" if more > 0 else shown

    @property
    def keys(self) -> tuple[KeyFacts, ...]:
        """The access keys, oldest first."""
        return tuple(KeyFacts(key, self.now) for key in keys_of(self.user))

    @property
    def oldest_active_key(self) -> KeyFacts | None:
        """The active key that is due first."""
        return next((facts for facts in self.keys if facts.key.is_active), None)

    @property
    def last_activity(self) -> datetime | None:
        """When a password or a key was last used."""
        used = (self.user.password_last_used, *(facts.key.last_used_date for facts in self.keys))
        return max((moment for moment in used if moment is not None), default=None)

    @property
    def mfa(self) -> str:
        """The kinds of MFA devices that are assigned, in a word or two; empty for none."""
        return ", ".join(dict.fromkeys(_MFA_WORDS[device.is_passkey] for device in devices_of(self.user)))

    @property
    def password_age(self) -> str:
        """The password's age in days, in words."""
        profile = profile_of(self.user)
        return _days(profile.password_last_changed, self.now) if profile else "None"


def profile_of(user: User) -> LoginProfile | None:
    """The login profile of a user that was read with it, None without a console password."""
    return getattr(user, "login_profile", None)


def _days(since: datetime, now: datetime) -> str:
    days = max((now - since).days, 0)
    return "Today" if days == 0 else f"{days:,} day{'' if days == 1 else 's'}"
