r"""What names, paths, tags and descriptions may look like, and the sentence IAM refuses the others with.

Patterns are written as the API Reference writes them, because the refusal quotes them. `\w` is ASCII there.

Rules: reference_iam-quotas, "IAM name requirements"; API_CreateUser and the other API pages for patterns.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from iamconsole.aws import quotas
from iamconsole.aws.errors import InvalidInput, ValidationError
from iamconsole.aws.identifiers import is_account_id

_RESERVED = "aws:"
_ANY_SCRIPT = r"\p{L}\p{Z}\p{N}"
_CHARACTER_CLASS = re.compile(r"\[(?:\\.|[^\]])*\]")


@dataclass(frozen=True, slots=True)
class Name:
    """A kind of text: its pattern as AWS writes it, and its shortest and longest length in characters."""

    pattern: str
    minimum: int
    maximum: int

    def matches(self, value: str) -> bool:
        """Tell whether the whole value, whatever its length, satisfies the pattern."""
        seen = _any_script_as_ascii(value) if _ANY_SCRIPT in self.pattern else value
        return _compiled(self.pattern).fullmatch(seen) is not None

    @property
    def html_pattern(self) -> str:
        """The pattern for a form field's `pattern` attribute.

        Browsers read it in their strict `v` mode, where `-` and `/` within brackets must be escaped.
        """
        return _CHARACTER_CLASS.sub(_strict_class, self.pattern)


_NAME = r"[\w+=,.@-]+"
_LATIN_1 = r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*"
# AWS publishes no pattern for a policy's description; ours keeps out NUL and surrogates, which a database refuses.
_NO_CONTROLS = r"[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uD800-\uDFFF]*"

USER_NAME = Name(_NAME, 1, 64)
EXISTING_USER_NAME = Name(_NAME, 1, 128)  # reads accept more than CreateUser does
GROUP_NAME = Name(_NAME, 1, 128)
ROLE_NAME = Name(_NAME, 1, 64)
POLICY_NAME = Name(_NAME, 1, 128)
INSTANCE_PROFILE_NAME = Name(_NAME, 1, 128)
VIRTUAL_MFA_DEVICE_NAME = Name(_NAME, 1, 226)
SERVER_CERTIFICATE_NAME = Name(_NAME, 1, 128)
SAML_PROVIDER_NAME = Name(r"[\w._-]+", 1, 128)
CUSTOM_SUFFIX = Name(_NAME, 1, 64)
PATH = Name(r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", 1, 512)
PATH_PREFIX = Name(r"\u002F[\u0021-\u007F]*", 1, 512)
POLICY_PATH = Name(r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", 1, 512)
ACCOUNT_ALIAS = Name(r"^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", 3, 63)
ACCOUNT_ID = Name(r"\d{12}", 12, 12)
PASSWORD = Name(r"[\u0009\u000A\u000D\u0020-\u00FF]+", 1, 128)
DESCRIPTION = Name(_NO_CONTROLS, 0, 1000)
ROLE_DESCRIPTION = Name(_LATIN_1, 0, 1000)
TAG_KEY = Name(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", 1, 128)
TAG_VALUE = Name(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", 0, 256)
ACCESS_KEY_ID = Name(r"[\w]+", 16, 128)
AUTHENTICATION_CODE = Name(r"[\d]+", 6, 6)
SERIAL_NUMBER = Name(r"[\w+=/:,.@-]+", 9, 256)
POLICY_VERSION_ID = Name(r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", 2, 64)
ARN = Name(_NO_CONTROLS, 20, 2048)
ROLE_SESSION_NAME = Name(r"[\w+=,.@-]*", 2, 64)
SOURCE_IDENTITY = Name(r"[\w+=,.@-]*", 2, 64)
FEDERATED_USER_NAME = Name(r"[\w+=,.@-]*", 2, 32)
EXTERNAL_ID = Name(r"[\w+=,.@:\/-]*", 2, 1224)
OIDC_URL_LENGTH = 255
CONTEXT_KEY_NAME = Name(_NO_CONTROLS, 5, 256)
SIMULATED_RESOURCE = Name(_NO_CONTROLS, 1, 2048)


def failures(name: Name, value: str, parameter: str) -> tuple[str, ...]:
    """List what the value breaks, each as the sentence IAM writes; IAM leaves the value itself out."""
    broken = []
    if len(value) < name.minimum:
        broken.append(f"Member must have length greater than or equal to {name.minimum}")
    if len(value) > name.maximum:
        broken.append(f"Member must have length less than or equal to {name.maximum}")
    if not name.matches(value):
        broken.append(f"Member must satisfy regular expression pattern: {name.pattern}")
    return tuple(_failure(parameter, constraint) for constraint in broken)


def refuse(broken: Sequence[str], *, field: str) -> None:
    """Raise one ValidationError for all the failures, if there are any."""
    if broken:
        noun = "error" if len(broken) == 1 else "errors"
        raise ValidationError(f"{len(broken)} validation {noun} detected: {'; '.join(broken)}", field=field)


def check(name: Name, value: str, parameter: str) -> None:
    """Refuse a value that breaks its length or its pattern, naming every rule it breaks."""
    refuse(failures(name, value, parameter), field=parameter)


def check_member(allowed: Iterable[str], value: str, parameter: str) -> None:
    """Refuse a value that is not one of those that a parameter can have."""
    values = list(allowed)
    if value not in values:
        refuse([_failure(parameter, f"Member must satisfy enum value set: [{', '.join(values)}]")], field=parameter)


def check_user_name(value: str, parameter: str = "userName") -> None:
    """Refuse what cannot be the name of a new user. Rules: API_CreateUser."""
    check(USER_NAME, value, parameter)


def check_group_name(value: str, parameter: str = "groupName") -> None:
    """Refuse what cannot be the name of a group. Rules: API_CreateGroup."""
    check(GROUP_NAME, value, parameter)


def check_role_name(value: str, parameter: str = "roleName") -> None:
    """Refuse what cannot be the name of a role. Rules: API_CreateRole."""
    check(ROLE_NAME, value, parameter)


def check_policy_name(value: str, parameter: str = "policyName") -> None:
    """Refuse what cannot be the name of a managed or an inline policy. Rules: API_CreatePolicy, API_PutUserPolicy."""
    check(POLICY_NAME, value, parameter)


def check_instance_profile_name(value: str, parameter: str = "instanceProfileName") -> None:
    """Refuse what cannot be the name of an instance profile. Rules: API_CreateInstanceProfile."""
    check(INSTANCE_PROFILE_NAME, value, parameter)


def check_path(value: str, parameter: str = "path") -> None:
    """Refuse what cannot be the path of a user, a group, a role or an instance profile. Rules: API_CreateUser."""
    check(PATH, value, parameter)


def check_policy_path(value: str, parameter: str = "path") -> None:
    """Refuse what cannot be the path of a managed policy. Rules: API_CreatePolicy."""
    check(POLICY_PATH, value, parameter)


def check_account_alias(value: str, parameter: str = "accountAlias") -> None:
    """Refuse what cannot be an account alias; twelve digits would be taken for an account ID.

    Rules: API_CreateAccountAlias; console_account-alias.
    """
    check(ACCOUNT_ALIAS, value, parameter)
    if is_account_id(value):
        raise InvalidInput("An account alias cannot be twelve digits, because that is an account ID.", field=parameter)


def check_description(value: str, parameter: str = "description") -> None:
    """Refuse what cannot be the description of a policy. Rules: API_CreatePolicy."""
    check(DESCRIPTION, value, parameter)


def check_role_description(value: str, parameter: str = "description") -> None:
    """Refuse what cannot be the description of a role. Rules: API_CreateRole."""
    check(ROLE_DESCRIPTION, value, parameter)


def check_session_duration(value: int, parameter: str = "maxSessionDuration") -> None:
    """Refuse a maximum session duration outside one to twelve hours. Rules: API_CreateRole."""
    check_ranges((parameter, value, quotas.MAX_SESSION_DURATION))


def check_ranges(*given: tuple[str, int | None, quotas.Range]) -> None:
    """Refuse numbers outside their ranges, all in one sentence; each is a parameter, its value and its range."""
    broken = [
        (parameter, f"Member must have value {bound}")
        for parameter, value, limits in given
        if value is not None and (bound := _passed(value, limits))
    ]
    if broken:
        refuse([_failure(parameter, sentence) for parameter, sentence in broken], field=broken[0][0])


def _passed(value: int, limits: quotas.Range) -> str:
    if value < limits.minimum:
        return f"greater than or equal to {limits.minimum}"
    return f"less than or equal to {limits.maximum}" if value > limits.maximum else ""


def check_tags(tags: Sequence[tuple[str, str]], parameter: str = "tags") -> None:
    """Refuse tags that break a length or a pattern, are too many, are reserved, or repeat a key ignoring case.

    Rules: id_tags, "Rules for tagging"; API_Tag.
    """
    broken: list[str] = []
    most = quotas.TAGS_PER_RESOURCE.value
    if len(tags) > most:
        broken.append(_failure(parameter, f"Member must have length less than or equal to {most}"))
    for number, (key, value) in enumerate(tags, start=1):
        broken += failures(TAG_KEY, key, f"{parameter}.{number}.member.key")
        broken += failures(TAG_VALUE, value, f"{parameter}.{number}.member.value")
    refuse(broken, field=parameter)
    _refuse_reserved_tags(tags, parameter)
    check_tag_keys_differ([key for key, _ in tags], parameter)


def check_tag_keys_differ(keys: Iterable[str], parameter: str = "tags") -> None:
    """Refuse keys that are the same when case is ignored. Rules: id_tags, "Case sensitivity"."""
    seen: set[str] = set()
    for key in keys:
        folded = key.lower()
        if folded in seen:
            raise InvalidInput(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.", field=parameter
            )
        seen.add(folded)


def _refuse_reserved_tags(tags: Iterable[tuple[str, str]], parameter: str) -> None:
    for key, value in tags:
        if key.lower().startswith(_RESERVED):
            raise InvalidInput(f"Tag keys that begin with {_RESERVED} are reserved for AWS: {key}", field=parameter)
        if value.startswith(_RESERVED):
            raise InvalidInput(f"Tag values that begin with {_RESERVED} are reserved for AWS: {value}", field=parameter)


def _failure(parameter: str, constraint: str) -> str:
    return f"Value at '{parameter}' failed to satisfy constraint: {constraint}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(_ANY_SCRIPT, "A-Za-z0-9 "), re.ASCII)


def _any_script_as_ascii(value: str) -> str:
    """Write `a` for each letter, number or space of another script: `re` cannot name them by their category."""
    return "".join("a" if not c.isascii() and unicodedata.category(c)[0] in "LZN" else c for c in value)


def _strict_class(found: re.Match[str]) -> str:
    body = found.group()[1:-1].replace(r"\/", "/").replace("/", r"\/")
    return f"[{body[:-1]}\\-]" if body.endswith("-") and not body.endswith("\\-") else f"[{body}]"
