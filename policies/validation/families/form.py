"""Faults of form: what the reader and the grammar refuse, as the analyzer's errors.

Rules: access-analyzer-reference-policy-checks (errors); reference_policies_grammar.
"""

from policies.validation.checks import Check, Severity

__all__ = ["CHECKS", "REFUSED", "RULES"]


def _error(code: str, title: str, text: str, learn_more: str) -> Check:
    return Check(code, title, Severity.ERROR, text, learn_more)


INVALID_VERSION = _error(
    "INVALID_VERSION",
    "Invalid version",
    'The Version is not valid here. The two versions are "2012-10-17" and "2008-10-17".',
    "Version names the edition of the policy language, not the day the policy was written. There are two: 2012-10-17, "
    "which knows policy variables and which every managed policy must carry, and the older 2008-10-17.",
)
REFUSED = _error(
    "LAB_REFUSED_WHEN_SAVED",
    "Refused when saved",
    "IAM refuses to save this.",
    "IAM itself, not its analyzer, turns this away with MalformedPolicyDocument; the sentence says what it looks for.",
)
CHECKS = (
    INVALID_VERSION,
    REFUSED,
    _error(
        "JSON_SYNTAX_ERROR",
        "JSON syntax error",
        "The text is not one JSON object with each name once.",
        "A policy is strict JSON: double quotation marks, a comma between members and none before a closing bracket, "
        "no comments, no name twice in an object. The place given is where reading stopped.",
    ),
    _error(
        "DATA_TYPE_MISMATCH",
        "Data type mismatch",
        "This element must hold another type of JSON value.",
        "Every element has its type: Version, Id, Sid and Effect are strings; Action and Resource a string or a list "
        "of strings; Statement an object or a list of objects; Condition an object of objects.",
    ),
    _error(
        "INVALID_POLICY_ELEMENT",
        "Invalid policy element",
        "This is not an element of a policy of this kind.",
        "Element names are fixed, and upper and lower case count: Version, Id and Statement at the top; Sid, Effect, "
        "Principal, Action, Resource, Condition and the Not forms in a statement. Policies of identities have no Id.",
    ),
    _error(
        "INVALID_EFFECT",
        "Invalid effect",
        'Effect must be "Allow" or "Deny".',
        "A statement either allows or denies, written exactly Allow or Deny.",
    ),
    _error(
        "MISSING_EFFECT",
        "Missing effect",
        "The statement has no Effect.",
        "Nothing is assumed: each statement says Allow or Deny itself.",
    ),
    _error(
        "MISSING_ACTION",
        "Missing action",
        "The statement names no action.",
        "A statement needs Action or NotAction with at least one entry such as s3:GetObject.",
    ),
    _error(
        "MISSING_RESOURCE",
        "Missing resource",
        "The statement names no resource.",
        "Every kind of policy but a role's trust policy says on what its actions work: ARNs, or * for everything.",
    ),
    _error(
        "MISSING_PRINCIPAL",
        "Missing principal",
        "The statement names no principal.",
        "A policy that is attached to a resource must say whom it speaks of: accounts, users, roles or services.",
    ),
    _error(
        "MISSING_STATEMENT",
        "Missing statement",
        "The policy has no statement.",
        "A policy without statements says nothing, so IAM asks for at least one.",
    ),
    _error(
        "UNSUPPORTED_ELEMENT_COMBINATION",
        "Unsupported element combination",
        "An element and its Not form stand in one statement.",
        "Action and NotAction exclude one another, so do Resource and NotResource, Principal and NotPrincipal. Use "
        "two statements when you need both.",
    ),
    _error(
        "INVALID_CONDITION_OPERATOR",
        "Invalid condition operator",
        "This is not a condition operator.",
        "Operators are StringEquals, StringLike, the Numeric, Date, Arn and IpAddress families, Bool, BinaryEquals and "
        "Null, with ForAllValues: or ForAnyValue: before and IfExists behind where wanted.",
    ),
    _error(
        "NULL_WITH_IF_EXISTS",
        "Null with if exists",
        "Null takes no IfExists.",
        "Null already asks whether the key is there, so IfExists behind it would contradict the question.",
    ),
    _error(
        "INVALID_PRINCIPAL_FORMAT",
        "Invalid principal format",
        "The principal is not written as a principal.",
        'A principal is "*" or an object of types and values, such as {"AWS": "111122223333"}, and each value is an '
        "account, the ARN of a user, role or session, or a service.",
    ),
    _error(
        "INVALID_PRINCIPAL_KEY",
        "Invalid principal key",
        "This is not a type of principal.",
        "Principals are of the types AWS, Federated, Service and CanonicalUser.",
    ),
    _error(
        "UNSUPPORTED_SID",
        "Unsupported Sid",
        "The Sid holds characters that are not allowed.",
        "IAM takes letters and digits only: no spaces, hyphens or underscores.",
    ),
    _error(
        "UNIQUE_SIDS_REQUIRED",
        "Unique Sids required",
        "The Sid stands twice.",
        "A Sid is how a statement is found again, so it may stand only once in the policy. You may leave it out.",
    ),
    _error(
        "UNSUPPORTED_PRINCIPAL",
        "Unsupported principal",
        "A policy of this kind has no principal.",
        "A policy attached to a user, group or role speaks of that identity; take Principal or NotPrincipal away.",
    ),
    _error(
        "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
        "Unsupported wildcard in principal",
        "A principal cannot be part of a pattern.",
        "Principals are named in full or are * alone. To cover many roles, use * and narrow it by a condition on "
        "aws:PrincipalArn or aws:PrincipalOrgID.",
    ),
    _error(
        "SCP_SYNTAX_ERROR_PRINCIPAL",
        "SCP syntax error principal",
        "A service control policy has no principal.",
        "It speaks of every user and role in the accounts that it is attached to; a condition on aws:PrincipalArn can "
        "narrow it.",
    ),
    _error(
        "RCP_SYNTAX_ERROR_PRINCIPAL",
        "RCP syntax error principal",
        'The principal of a resource control policy is always "*".',
        "It speaks of whoever reaches the resources, so it names nobody and knows no NotPrincipal; conditions say whom "
        "it means.",
    ),
    _error(
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
        "Role trust policy syntax error NotPrincipal",
        "A role trust policy has no NotPrincipal.",
        "Trust is given by name: list with Principal who may assume the role.",
    ),
    _error(
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
        "Role trust policy syntax error resource",
        "A role trust policy has no Resource.",
        "Its resource is the role that carries it.",
    ),
    _error(
        "INVALID_ARN_PREFIX",
        "Invalid ARN prefix",
        "The resource does not begin with arn:.",
        "A resource is an ARN of six fields, arn:partition:service:region:account:resource, or * alone.",
    ),
    _error(
        "INVALID_PARTITION",
        "Invalid partition",
        "The second field of the ARN is no partition.",
        "The partitions are aws, aws-cn for China, aws-us-gov for the government Regions, and a few closed ones.",
    ),
)

RULES = ()
"""The grammar finds these; refusals.py turns its problems into findings."""
