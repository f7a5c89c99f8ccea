"""What a policy document must be before an operation stores it.

Rules: API_CreatePolicy (PolicyDocument); reference_policies_grammar; reference_iam-quotas.
"""

import hashlib
from functools import lru_cache

from iamconsole.aws import names, quotas
from iamconsole.aws.errors import InvalidInput, LimitExceeded, MalformedPolicyDocument
from iamconsole.aws.names import Name
from iamconsole.aws.quotas import Quota
from policies.evaluation import Policy, PolicyType, compile_policy
from policies.evaluation.compiled import CompiledPolicy, compile_document
from policies.language.grammar import check
from policies.language.kinds import PolicyKind
from policies.language.problems import PolicyRefused
from policies.language.size import size_without_white_space

_LENGTH = quotas.POLICY_DOCUMENT_LENGTH
POLICY_DOCUMENT = Name(r"[\u0009\u000A\u000D\u0020-\u00FF]+", _LENGTH.minimum, _LENGTH.maximum)


def check_document(text: str, kind: PolicyKind, field: str = "policyDocument") -> None:
    """Refuse a text that IAM would not save as a policy of this kind.

    Raises ValidationError for its length or its characters, MalformedPolicyDocument with AWS's sentence, and with the
    places of the problems, for what it says.
    """
    names.check(POLICY_DOCUMENT, text, field)
    try:
        check(text, kind)
    except PolicyRefused as refused:
        raise MalformedPolicyDocument(refused.api_message, field=field, problems=refused.problems) from refused


def check_managed_document(text: str) -> None:
    """Refuse a text that IAM would not save as a managed policy, one that is too large included."""
    check_document(text, PolicyKind.IDENTITY_MANAGED)
    check_size(quotas.MANAGED_POLICY_SIZE, text)


def compile_input(text: str, kind: PolicyKind, field: str) -> CompiledPolicy:
    """Make a policy ready that a call brings along to be simulated; raises InvalidInput for what IAM would not save."""
    names.check(POLICY_DOCUMENT, text, field)
    try:
        return compile_document(check(text, kind), text)
    except PolicyRefused as refused:
        raise InvalidInput(str(refused), field=field) from refused


def policy_of(name: str, text: str, policy_type: PolicyType, source: str = "") -> Policy:
    """Make a policy of a text that no attachment gathers: a trust policy, a resource's own, one a session carries."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Policy(name, policy_type, _compiled(text), source=source, version=f"sha256:{digest}")


@lru_cache(maxsize=2048)
def _compiled(text: str) -> CompiledPolicy:
    return compile_policy(text)


def check_size(quota: Quota, text: str, field: str = "policyDocument") -> None:
    """Refuse a document that is too large, white space not counted."""
    try:
        quota.check_size(size_without_white_space(text))
    except LimitExceeded as error:
        error.field = field
        raise
