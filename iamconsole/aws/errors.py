"""One class for each error code of the IAM API, with the HTTP status AWS documents for it.

Operations raise them; the door that was used (console or Query API) renders them.

Rules: API_Operations, "Errors" of each operation; CommonErrors.
"""

from typing import Any, ClassVar

__all__ = [
    "ERRORS",
    "AccessDenied",
    "ConcurrentModification",
    "DeleteConflict",
    "EntityAlreadyExists",
    "EntityTemporarilyUnmodifiable",
    "ExpiredToken",
    "ExpiredTokenException",
    "IDPRejectedClaim",
    "IamError",
    "IncorrectPassword",
    "InvalidAuthenticationCode",
    "InvalidAuthorizationMessageException",
    "InvalidClientTokenId",
    "InvalidIdentityToken",
    "InvalidInput",
    "InvalidUserType",
    "LimitExceeded",
    "MalformedPolicyDocument",
    "NoSuchEntity",
    "PackedPolicyTooLarge",
    "PasswordPolicyViolation",
    "PolicyEvaluation",
    "PolicyNotAttachable",
    "ReportExpired",
    "ReportInProgress",
    "ReportNotPresent",
    "ServiceFailure",
    "UnmodifiableEntity",
    "ValidationError",
]


class IamError(Exception):
    """A request that IAM refuses; `field` is the API parameter at fault (`userName`), when there is one."""

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class AccessDenied(IamError):
    """The caller's policies do not allow the action on the resource. Rules: troubleshoot_access-denied.

    `decision` is what was judged; `authorization_id` is the id of the event that recorded the refusal.
    """

    code, status = "AccessDenied", 403

    def __init__(self, message: str, *, action: str, resource: str, principal_arn: str, reason: str) -> None:
        super().__init__(message)
        self.action = action
        self.resource = resource
        self.principal_arn = principal_arn
        self.reason = reason
        self.decision: object | None = None
        self.authorization_id = ""


class IncorrectPassword(IamError):
    """The old password of ChangePassword is wrong: AWS answers with the code of a refusal."""

    code, status = "AccessDenied", 403


class NoSuchEntity(IamError):
    """The request names a user, group, role, policy, key or version that does not exist."""

    code, status = "NoSuchEntity", 404


class EntityAlreadyExists(IamError):
    """The name is taken in this account; names that differ only by case count as the same."""

    code, status = "EntityAlreadyExists", 409


class LimitExceeded(IamError):
    """A quota would be passed. Rules: reference_iam-quotas."""

    code, status = "LimitExceeded", 409


class DeleteConflict(IamError):
    """Something still hangs on what is to be deleted: a key, a membership, an attachment, a version."""

    code, status = "DeleteConflict", 409


class MalformedPolicyDocument(IamError):
    """The policy document breaks the grammar of its kind; `problems` say where, for the reader.

    Rules: reference_policies_grammar.
    """

    code, status = "MalformedPolicyDocument", 400

    def __init__(self, message: str, *, field: str | None = None, problems: tuple[Any, ...] = ()) -> None:
        super().__init__(message, field=field)
        self.problems = problems


class InvalidClientTokenId(IamError):
    """The credentials are unknown, revoked, or of a kind that may not make this call. Rules: CommonErrors."""

    code, status = "InvalidClientTokenId", 403


class ExpiredToken(IamError):
    """The temporary credentials of the call have run out. Rules: CommonErrors."""

    code, status = "ExpiredToken", 403


class ExpiredTokenException(IamError):
    """The identity token that was handed in has run out. Rules: API_AssumeRoleWithWebIdentity."""

    code, status = "ExpiredTokenException", 400


class InvalidIdentityToken(IamError):
    """The identity token is no token of the named provider. Rules: API_AssumeRoleWithWebIdentity."""

    code, status = "InvalidIdentityToken", 400


class IDPRejectedClaim(IamError):
    """The identity provider says that the claims are wrong. Rules: API_AssumeRoleWithWebIdentity."""

    code, status = "IDPRejectedClaim", 403


class PackedPolicyTooLarge(IamError):
    """The session policies and tags are too large together. Rules: API_AssumeRole."""

    code, status = "PackedPolicyTooLarge", 400


class InvalidAuthorizationMessageException(IamError):
    """The encoded authorization message was not made here, or was changed. Rules: API_DecodeAuthorizationMessage."""

    code, status = "InvalidAuthorizationMessageException", 400


class InvalidInput(IamError):
    """A parameter is well formed, but out of range or at odds with another one."""

    code, status = "InvalidInput", 400


class ValidationError(IamError):
    """A parameter breaks its length, range or pattern. Rules: CommonErrors."""

    code, status = "ValidationError", 400


class InvalidAuthenticationCode(IamError):
    """The codes of an MFA device do not fit, or were used before. Rules: API_EnableMFADevice."""

    code, status = "InvalidAuthenticationCode", 403


class UnmodifiableEntity(IamError):
    """Only the service that a role is linked to may change that role."""

    code, status = "UnmodifiableEntity", 400


class EntityTemporarilyUnmodifiable(IamError):
    """The entity is still being created, or was just deleted and made again: try later."""

    code, status = "EntityTemporarilyUnmodifiable", 409


class PasswordPolicyViolation(IamError):
    """The new password breaks the account's password policy. Rules: id_credentials_passwords_account-policy."""

    code, status = "PasswordPolicyViolation", 400


class InvalidUserType(IamError):
    """The root user or a role session called something that only an IAM user may call. Rules: API_ChangePassword."""

    code, status = "InvalidUserType", 400


class ConcurrentModification(IamError):
    """Somebody else changed the same entity at the same time; nothing was changed by this request."""

    code, status = "ConcurrentModification", 409


class PolicyNotAttachable(IamError):
    """A policy made for service-linked roles was to be attached to something else. Rules: API_AttachRolePolicy."""

    code, status = "PolicyNotAttachable", 400


class PolicyEvaluation(IamError):
    """A well-formed policy could not be evaluated by the simulator. Rules: API_SimulatePrincipalPolicy."""

    code, status = "PolicyEvaluation", 500


class ReportNotPresent(IamError):
    """No credential report has been generated. Rules: API_GetCredentialReport."""

    code, status = "ReportNotPresent", 410


class ReportExpired(IamError):
    """The newest credential report is too old to be given. Rules: API_GetCredentialReport."""

    code, status = "ReportExpired", 410


class ReportInProgress(IamError):
    """The credential report is still being generated. Rules: API_GetCredentialReport."""

    code, status = "ReportInProgress", 404


class ServiceFailure(IamError):
    """The service failed for a reason that lies with the service, not with the request."""

    code, status = "ServiceFailure", 500


ERRORS: dict[str, type[IamError]] = {
    error.code: error
    for error in (
        AccessDenied,
        NoSuchEntity,
        EntityAlreadyExists,
        LimitExceeded,
        DeleteConflict,
        MalformedPolicyDocument,
        InvalidInput,
        ValidationError,
        UnmodifiableEntity,
        EntityTemporarilyUnmodifiable,
        PasswordPolicyViolation,
        InvalidAuthenticationCode,
        InvalidUserType,
        ConcurrentModification,
        PolicyNotAttachable,
        PolicyEvaluation,
        ReportNotPresent,
        ReportExpired,
        ReportInProgress,
        ServiceFailure,
        InvalidClientTokenId,
        ExpiredToken,
        ExpiredTokenException,
        InvalidIdentityToken,
        IDPRejectedClaim,
        PackedPolicyTooLarge,
        InvalidAuthorizationMessageException,
    )
}
