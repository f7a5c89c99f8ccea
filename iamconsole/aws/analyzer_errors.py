"""The error codes of IAM Access Analyzer, each of the family that IAM has for the same thing.

Whoever answers for a family - the page of what is not there, a form's taken name - so answers for these as well.

Rules: access-analyzer API_Operations, "Errors" of each operation.
"""

from iamconsole.aws.errors import EntityAlreadyExists, LimitExceeded, NoSuchEntity, ValidationError

__all__ = [
    "ConflictException", "ResourceNotFoundException", "ServiceQuotaExceededException", "ValidationException",
]  # fmt: skip


class ResourceNotFoundException(NoSuchEntity):
    """The account has no such analyzer, or the analyzer no such finding."""

    code, status = "ResourceNotFoundException", 404


class ConflictException(EntityAlreadyExists):
    """The account has an analyzer of that name."""

    code, status = "ConflictException", 409


class ServiceQuotaExceededException(LimitExceeded):
    """The account has as many analyzers of that type as it may have."""

    code, status = "ServiceQuotaExceededException", 402


class ValidationException(ValidationError):
    """A parameter is out of range or none of what is allowed."""

    code, status = "ValidationException", 400
