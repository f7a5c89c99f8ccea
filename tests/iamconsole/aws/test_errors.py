"""The error codes and statuses are the ones AWS documents."""

import pytest

from iamconsole.aws import errors, organization_errors
from iamconsole.aws.errors import AccessDenied, IamError, NoSuchEntity

STATUSES = {
    "AccessDenied": 403,
    "NoSuchEntity": 404,
    "EntityAlreadyExists": 409,
    "LimitExceeded": 409,
    "DeleteConflict": 409,
    "MalformedPolicyDocument": 400,
    "InvalidInput": 400,
    "ValidationError": 400,
    "UnmodifiableEntity": 400,
    "EntityTemporarilyUnmodifiable": 409,
    "PasswordPolicyViolation": 400,
    "InvalidAuthenticationCode": 403,
    "InvalidUserType": 400,
    "ConcurrentModification": 409,
    "PolicyNotAttachable": 400,
    "PolicyEvaluation": 500,
    "ReportNotPresent": 410,
    "ReportExpired": 410,
    "ReportInProgress": 404,
    "ServiceFailure": 500,
    "InvalidClientTokenId": 403,
    "ExpiredToken": 403,
    "ExpiredTokenException": 400,
    "InvalidIdentityToken": 400,
    "IDPRejectedClaim": 403,
    "PackedPolicyTooLarge": 400,
    "InvalidAuthorizationMessageException": 400,
}


def test_every_code_has_the_status_that_aws_documents() -> None:
    assert {code: error.status for code, error in errors.ERRORS.items()} == STATUSES


@pytest.mark.parametrize("error", errors.ERRORS.values())
def test_a_code_is_the_name_of_its_class(error: type[IamError]) -> None:
    assert error.code == error.__name__
    assert error.__doc__


def test_every_error_class_is_found_by_its_code() -> None:
    by_another_code = {errors.IncorrectPassword}  # AWS answers it with the code of a refusal
    of_organizations = {organization_errors.AccessDeniedException}
    assert set(IamError.__subclasses__()) - by_another_code - of_organizations == set(errors.ERRORS.values())
    assert errors.IncorrectPassword.code == "AccessDenied"


def test_an_error_reads_as_its_message_and_knows_its_parameter() -> None:
    error = NoSuchEntity("The user with name dave cannot be found.", field="userName")
    assert (str(error), error.message, error.field) == (error.message, str(error), "userName")
    assert str(error) == "The user with name dave cannot be found."


def test_a_refused_access_tells_who_wanted_what_and_why() -> None:
    carol = "arn:aws:iam::123456789012:user/carol"
    error = AccessDenied("no", action="iam:ListUsers", resource="*", principal_arn=carol, reason="implicitDeny")
    assert (error.action, error.resource, error.principal_arn) == ("iam:ListUsers", "*", carol)
    assert (error.reason, error.decision, error.field) == ("implicitDeny", None, None)


@pytest.mark.parametrize("name", sorted(set(organization_errors.__all__) - {"constrain"}))
def test_an_error_of_organizations_has_its_own_code_and_the_status_of_that_service(name: str) -> None:
    error = getattr(organization_errors, name)
    assert (error.code, error.status) == (name, 400)
    assert error.__doc__
    assert issubclass(error, IamError)
