"""Checks of our own, beside those of AWS: actions and resources that do not meet, and what gives away too much.

Rules: reference_policies_actions-resources-contextkeys; best-practices; the findings of the parliament linter.
"""

from collections.abc import Iterator
from functools import lru_cache

from policies.catalog import AccessLevel, Action, action, action_names, resource_type
from policies.catalog import action_bits as bits_of
from policies.evaluation.conditions.booleans import boolean
from policies.language.document import Effect, Statement
from policies.language.kinds import PolicyKind
from policies.language.variables import split_arn
from policies.validation.arn_shapes import ArnShape, may_meet
from policies.validation.checks import Check, Finding, Severity, quoted
from policies.validation.patterns import covers_action, has_wildcard, is_everything
from policies.validation.subject import Subject, entries_of

__all__ = ["CHECKS", "RULES"]


def _own(code: str, title: str, severity: Severity, text: str, learn_more: str) -> Check:
    return Check(f"LAB_{code}", title, severity, text, learn_more)


RESOURCE_MISMATCH = _own(
    "RESOURCE_MISMATCH",
    "Action without a matching resource",
    Severity.WARNING,
    "{action} works on {types}, and no resource of this statement is one: it has no effect.",
    "Each action works on certain kinds of resources. s3:ListBucket works on the bucket, arn:aws:s3:::bucket; "
    "s3:GetObject on the objects in it, arn:aws:s3:::bucket/*. An action without resource-level permissions needs *.",
)
RESOURCE_STAR = _own(
    "RESOURCE_STAR",
    "Every resource",
    Severity.SUGGESTION,
    "{actions} can be limited to single resources, and is allowed on all of them.",
    "Least privilege: name the resources that the work needs.",
)
RESOURCE_EFFECTIVELY_STAR = _own(
    "RESOURCE_EFFECTIVELY_STAR",
    "Every resource in other words",
    Severity.SUGGESTION,
    "{arn} covers every resource of {service} in every account and Region.",
    "An ARN of nothing but wildcards is * for its service. Name what is meant.",
)
BAD_PATTERN_FOR_MFA = _own(
    "BAD_PATTERN_FOR_MFA",
    "MFA condition that access keys pass by",
    Severity.SECURITY_WARNING,
    "Requests signed with long-term access keys carry no aws:MultiFactorAuthPresent, so this {effect}.",
    "The key is there for temporary credentials only. To deny without MFA write BoolIfExists false; to allow with MFA "
    "write Bool true.",
)
NOT_RESOURCE_WITH_ALLOW = _own(
    "NOT_RESOURCE_WITH_ALLOW",
    "Allow with NotResource",
    Severity.WARNING,
    "Allow with NotResource reaches everything else, things that are made tomorrow too.",
    "List with Resource what is meant, and deny the exceptions.",
)
PRIVILEGE_ESCALATION = _own(
    "PRIVILEGE_ESCALATION",
    "Way to more privileges",
    Severity.WARNING,
    "{actions} on every resource lets its owner become an administrator.",
    "Whoever can change policies, make credentials for others, or hand a role to a service that he controls can get "
    "what he was not given. Limit these actions to named resources, or by a permissions boundary.",
)
CREDENTIALS_EXPOSURE = _own(
    "CREDENTIALS_EXPOSURE",
    "Credentials in the answer",
    Severity.SUGGESTION,
    "{action} answers with credentials.",
    "What such an action returns can be used elsewhere. Allow it to those who need it, on the resources they need.",
)
PERMISSIONS_MANAGEMENT = _own(
    "PERMISSIONS_MANAGEMENT",
    "Permissions management on every resource",
    Severity.SUGGESTION,
    "{action} changes permissions, and is allowed on every resource.",
    "Actions of this access level decide who may do what. Keep them to named resources.",
)
RESOURCE_POLICY_ESCALATION = _own(
    "RESOURCE_POLICY_PRIVILEGE_ESCALATION",
    "Denied here, regained by the resource's policy",
    Severity.WARNING,
    "{denied} is denied, but {allowed} is allowed, by which the policy of the resource can be rewritten.",
    "Whoever may put the policy of a bucket or queue can let in another identity that nobody has denied anything.",
)
CHECKS = (
    RESOURCE_MISMATCH,
    RESOURCE_STAR,
    RESOURCE_EFFECTIVELY_STAR,
    BAD_PATTERN_FOR_MFA,
    NOT_RESOURCE_WITH_ALLOW,
    PRIVILEGE_ESCALATION,
    CREDENTIALS_EXPOSURE,
    PERMISSIONS_MANAGEMENT,
    RESOURCE_POLICY_ESCALATION,
)
_MFA = "aws:multifactorauthpresent"
_ESCALATIONS: tuple[tuple[str, ...], ...] = (
    ("iam:CreateAccessKey",),
    ("iam:CreateLoginProfile",),
    ("iam:UpdateLoginProfile",),
    ("iam:CreatePolicyVersion",),
    ("iam:SetDefaultPolicyVersion",),
    ("iam:AttachUserPolicy",),
    ("iam:AttachGroupPolicy",),
    ("iam:PutUserPolicy",),
    ("iam:PutGroupPolicy",),
    ("iam:AddUserToGroup",),
    ("iam:AttachRolePolicy", "sts:AssumeRole"),
    ("iam:PutRolePolicy", "sts:AssumeRole"),
    ("iam:UpdateAssumeRolePolicy", "sts:AssumeRole"),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"),
    ("iam:PassRole", "cloudformation:CreateStack"),
    ("iam:PassRole", "glue:CreateDevEndpoint"),
    ("iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"),
)
_STEPS = frozenset(name for way in _ESCALATIONS for name in way)
_CREDENTIALS = frozenset(
    {
        *("iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile"),
        *("iam:createservicespecificcredential", "iam:resetservicespecificcredential", "sts:assumerole"),
        *("sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:getfederationtoken", "sts:getsessiontoken"),
        *("ecr:getauthorizationtoken", "redshift:getclustercredentials", "rds-db:connect", "sso:getrolecredentials"),
        *("lightsail:getinstanceaccessdetails", "codeartifact:getauthorizationtoken", "chime:createapikey"),
        *(
            "cognito-identity:getopenidtoken",
            "cognito-identity:getcredentialsforidentity",
            "mediapackage:rotatechannelcredentials",
        ),
    }
)
_REWRITING = {
    "s3:deleteobject": "s3:PutBucketPolicy",
    "s3:getobject": "s3:PutBucketPolicy",
    "s3:putobject": "s3:PutBucketPolicy",
    "sqs:sendmessage": "sqs:SetQueueAttributes",
    "sns:publish": "sns:SetTopicAttributes",
    "kms:decrypt": "kms:PutKeyPolicy",
    "secretsmanager:getsecretvalue": "secretsmanager:PutResourcePolicy",
}
_BUCKET = ArnShape("", "", "*")
_MOST_PAIRS = 20_000


def mismatches(subject: Subject) -> Iterator[Finding]:
    """Every action meets a resource that it works on."""
    left = _MOST_PAIRS
    for statement in subject.statements:
        if statement.resource is None or statement.action is None or subject.kind is PolicyKind.TRUST:
            continue
        arns = statement.resource.texts
        if any(map(is_everything, arns)) or not arns:
            continue
        variables = subject.document.has_variables
        left -= len(arns) * len(statement.action.values)
        for entry in entries_of(statement, statement.action):
            known = None if has_wildcard(entry.text) else action(entry.text)
            if known is None or left < 0 or any(_works_on(known, arn, variables=variables) for arn in arns):
                continue
            types = quoted([f"the type {name}" for name in known.resource_types]) or '"*" only'
            yield RESOURCE_MISMATCH.at(entry.value.span, entry.path, action=entry.text, types=types)


def _works_on(known: Action, arn: str, *, variables: bool) -> bool:
    fields = split_arn(arn, variables=variables)
    if len(fields) < 6 or fields[0] != "arn":
        return True  # reported for its form
    return _meets(known.full_name, fields[2].lower(), fields[5])


@lru_cache(maxsize=16_384)
def _meets(full_name: str, service: str, resource: str) -> bool:
    known = action(full_name)
    forms = _forms(known) if known else ()
    bare = _without_variables(resource)
    return any(name == service and may_meet(bare, form.resource) and not _is_object(form, bare) for name, form in forms)


def _is_object(form: ArnShape, resource: str) -> bool:
    """Whether the form is a bucket's, in whose name no slash can stand, and the resource an object's."""
    return form == _BUCKET and "/" in resource


def _without_variables(text: str) -> str:
    while (begin := text.find("${")) >= 0 and (end := text.find("}", begin)) >= 0:
        text = f"{text[:begin]}*{text[end + 1 :]}"
    return text


def _forms(known: Action) -> tuple[tuple[str, ArnShape], ...]:
    found = []
    for name in known.resource_types:
        kind = resource_type(known.service, name)
        fields = kind.arn_pattern.split(":", 5) if kind else ()
        if len(fields) == 6:
            found.append((fields[2], ArnShape(*fields[3:])))
    return tuple(found)


def stars(subject: Subject) -> Iterator[Finding]:
    """What can be limited to resources is, and so is what manages permissions."""
    if not subject.grants:
        return
    for statement in subject.allows:
        if statement.resource is None or not any(map(is_everything, statement.resource.texts)):
            continue
        named = [each for value in _values(statement) if (each := action(value)) is not None]
        limited = [each.full_name for each in named if each.has_resource_level_permissions]
        path = ("Statement", statement.index)
        if limited:
            yield RESOURCE_STAR.at(statement.resource.span, (*path, "Resource"), actions=quoted(limited))
        for each in named:
            if each.access_level is AccessLevel.PERMISSIONS_MANAGEMENT and statement.action is not None:
                yield PERMISSIONS_MANAGEMENT.at(statement.action.span, (*path, "Action"), action=each.full_name)


def _values(statement: Statement) -> tuple[str, ...]:
    return tuple(text for text in statement.action.texts if not has_wildcard(text)) if statement.action else ()


def effective_stars(subject: Subject) -> Iterator[Finding]:
    """No ARN is * in other words."""
    for entry in subject.resources:
        fields = entry.text.split(":", 5)
        allows = entry.statement.effect is Effect.ALLOW and entry.element.name == "Resource"
        if len(fields) == 6 and allows and is_everything(fields[5]) and all(part in ("", "*") for part in fields[3:5]):
            names = {"arn": entry.text, "service": fields[2]}
            yield RESOURCE_EFFECTIVELY_STAR.at(entry.value.span, entry.path, **names)


def mfa(subject: Subject) -> Iterator[Finding]:
    """A condition on MFA also catches access keys."""
    for test in subject.tests:
        if test.key != _MFA or test.operator is None:
            continue
        asked = {boolean(text) for text in test.texts}
        denies = test.statement.effect is Effect.DENY
        if denies and test.base == "Bool" and not test.operator.if_exists and asked == {False}:
            yield BAD_PATTERN_FOR_MFA.at(test.condition.span, test.path, effect="denies nothing to them")
        elif not denies and test.base == "Bool" and test.operator.if_exists and asked == {True}:
            yield BAD_PATTERN_FOR_MFA.at(test.condition.span, test.path, effect="lets them in")
        elif not denies and test.base == "Null" and asked == {False}:
            effect = "asks only whether credentials are temporary"
            yield BAD_PATTERN_FOR_MFA.at(test.condition.span, test.path, effect=effect)


def not_resources(subject: Subject) -> Iterator[Finding]:
    """An Allow names its resources."""
    for statement in subject.allows:
        if statement.not_resource is not None:
            path = ("Statement", statement.index, "NotResource")
            yield NOT_RESOURCE_WITH_ALLOW.at(statement.not_resource.span, path)


def escalations(subject: Subject) -> Iterator[Finding]:
    """Nobody can give himself more."""
    if not subject.grants:
        return
    for statement in subject.allows:
        everywhere = statement.resource is not None and any(map(is_everything, statement.resource.texts))
        if statement.action is None or not everywhere or statement.conditions:
            continue
        patterns = [text.lower() for text in statement.action.texts]
        held = {name for name in _STEPS if any(covers_action(each, name.lower()) for each in patterns)}
        found = [way for way in _ESCALATIONS if held.issuperset(way)]
        if found:
            names = [" with ".join(way) for way in found]
            path = ("Statement", statement.index, "Action")
            yield PRIVILEGE_ESCALATION.at(statement.action.span, path, actions=quoted(names))


def credentials(subject: Subject) -> Iterator[Finding]:
    """What answers with credentials is seen."""
    if not subject.grants:
        return
    for entry in subject.actions:
        if (
            entry.text.lower() in _CREDENTIALS
            and entry.statement.effect is Effect.ALLOW
            and entry.element.name == "Action"
        ):
            yield CREDENTIALS_EXPOSURE.at(entry.value.span, entry.path, action=entry.text)


def regained(subject: Subject) -> Iterator[Finding]:
    """What is denied cannot be regained by the policy of the resource."""
    denied = any(each.statement.effect is Effect.DENY and each.text.lower() in _REWRITING for each in subject.actions)
    if not subject.grants or not denied:
        return
    allowed = 0
    for statement in subject.allows:
        for text in statement.action.texts if statement.action else ():
            allowed |= bits_of(text)
    for entry in subject.actions:
        way = _REWRITING.get(entry.text.lower())
        if way is None or entry.statement.effect is not Effect.DENY or entry.element.name != "Action":
            continue
        if allowed & bits_of(way) and not _denied(subject, way):
            names = {"denied": entry.text, "allowed": action_names(bits_of(way))[0]}
            yield RESOURCE_POLICY_ESCALATION.at(entry.value.span, entry.path, **names)


def _denied(subject: Subject, name: str) -> bool:
    return any(
        covers_action(entry.text.lower(), name.lower()) and entry.element.name == "Action"
        for entry in subject.actions
        if entry.statement.effect is Effect.DENY
    )


RULES = (mismatches, stars, effective_stars, mfa, not_resources, escalations, credentials, regained)
