"""The error codes of AWS Organizations, each of the family that IAM has for the same thing.

Whoever answers for a family - the page of what is not there, a form's taken name - so answers for these as well.

Rules: API_Operations of AWS Organizations, "Errors" of each operation.
"""

from iamconsole.aws.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    IamError,
    InvalidInput,
    LimitExceeded,
    MalformedPolicyDocument,
    NoSuchEntity,
)
from iamconsole.aws.quotas import Quota

__all__ = [
    "AWSOrganizationsNotInUseException",
    "AccessDeniedException",
    "AccountNotFoundException",
    "AlreadyInOrganizationException",
    "ChildNotFoundException",
    "ConstraintViolationException",
    "DestinationParentNotFoundException",
    "DuplicateAccountException",
    "DuplicateOrganizationalUnitException",
    "DuplicatePolicyAttachmentException",
    "DuplicatePolicyException",
    "InvalidInputException",
    "MalformedPolicyDocumentException",
    "MasterCannotLeaveOrganizationException",
    "OrganizationNotEmptyException",
    "OrganizationalUnitNotEmptyException",
    "OrganizationalUnitNotFoundException",
    "ParentNotFoundException",
    "PolicyInUseException",
    "PolicyNotAttachedException",
    "PolicyNotFoundException",
    "PolicyTypeAlreadyEnabledException",
    "PolicyTypeNotEnabledException",
    "RootNotFoundException",
    "SourceParentNotFoundException",
    "TargetNotFoundException",
    "constrain",
]


class AccessDeniedException(IamError):
    """The caller's account is not the management account, whatever its policies say."""

    code, status = "AccessDeniedException", 400


class AWSOrganizationsNotInUseException(NoSuchEntity):
    """The caller's account is in no organization."""

    code, status = "AWSOrganizationsNotInUseException", 400


class AccountNotFoundException(NoSuchEntity):
    """The organization has no such account."""

    code, status = "AccountNotFoundException", 400


class OrganizationalUnitNotFoundException(NoSuchEntity):
    """The organization has no such unit."""

    code, status = "OrganizationalUnitNotFoundException", 400


class ParentNotFoundException(NoSuchEntity):
    """The organization has no such root or unit to stand below."""

    code, status = "ParentNotFoundException", 400


class RootNotFoundException(NoSuchEntity):
    """The organization has no such root."""

    code, status = "RootNotFoundException", 400


class ChildNotFoundException(NoSuchEntity):
    """The organization has no such unit or account."""

    code, status = "ChildNotFoundException", 400


class SourceParentNotFoundException(NoSuchEntity):
    """The account does not stand directly below the root or unit that was named."""

    code, status = "SourceParentNotFoundException", 400


class DestinationParentNotFoundException(NoSuchEntity):
    """The organization has no such root or unit to move to."""

    code, status = "DestinationParentNotFoundException", 400


class TargetNotFoundException(NoSuchEntity):
    """The organization has no such root, unit or account."""

    code, status = "TargetNotFoundException", 400


class PolicyNotFoundException(NoSuchEntity):
    """Neither the organization nor AWS has such a policy."""

    code, status = "PolicyNotFoundException", 400


class PolicyNotAttachedException(NoSuchEntity):
    """The policy is not attached to the target."""

    code, status = "PolicyNotAttachedException", 400


class AlreadyInOrganizationException(EntityAlreadyExists):
    """The account is in an organization already."""

    code, status = "AlreadyInOrganizationException", 400


class DuplicateAccountException(EntityAlreadyExists):
    """The account stands there already."""

    code, status = "DuplicateAccountException", 400


class DuplicateOrganizationalUnitException(EntityAlreadyExists):
    """The parent has a unit of that name."""

    code, status = "DuplicateOrganizationalUnitException", 400


class DuplicatePolicyException(EntityAlreadyExists):
    """The organization has a policy of that type and name."""

    code, status = "DuplicatePolicyException", 400


class DuplicatePolicyAttachmentException(EntityAlreadyExists):
    """The policy is attached to the target already."""

    code, status = "DuplicatePolicyAttachmentException", 400


class PolicyTypeAlreadyEnabledException(EntityAlreadyExists):
    """The root has that type of policies enabled already."""

    code, status = "PolicyTypeAlreadyEnabledException", 400


class PolicyTypeNotEnabledException(InvalidInput):
    """The root has that type of policies not enabled."""

    code, status = "PolicyTypeNotEnabledException", 400


class InvalidInputException(InvalidInput):
    """A parameter is at odds with another one, or with what AWS owns."""

    code, status = "InvalidInputException", 400


class MasterCannotLeaveOrganizationException(InvalidInput):
    """The management account stays until the organization is deleted."""

    code, status = "MasterCannotLeaveOrganizationException", 400


class OrganizationNotEmptyException(DeleteConflict):
    """The organization has member accounts still."""

    code, status = "OrganizationNotEmptyException", 400


class OrganizationalUnitNotEmptyException(DeleteConflict):
    """The unit has accounts or units below it still."""

    code, status = "OrganizationalUnitNotEmptyException", 400


class PolicyInUseException(DeleteConflict):
    """The policy is attached somewhere still."""

    code, status = "PolicyInUseException", 400


class MalformedPolicyDocumentException(MalformedPolicyDocument):
    """The document breaks the grammar of its type; `problems` say where, for the reader."""

    code, status = "MalformedPolicyDocumentException", 400


class ConstraintViolationException(LimitExceeded):
    """A quota would be passed, or fewer than the least would be left; `reason` is AWS's word for which."""

    code, status = "ConstraintViolationException", 400

    def __init__(self, message: str, *, reason: str, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.reason = reason


def constrain(quota: Quota, current: int, message: str, *, field: str | None = None) -> None:
    """Refuse one more when there are already `current`; the quota's name is the reason."""
    if current >= quota.value:
        raise ConstraintViolationException(message, reason=quota.name, field=field)
