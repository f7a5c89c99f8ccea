"""From a request and the policies that apply to it to a decision with its reasons."""

from policies.evaluation.compiled import CompiledPolicy, compile_policy
from policies.evaluation.evaluate import evaluate
from policies.evaluation.records import (
    AppliedPolicies,
    Decision,
    EvalDecision,
    MatchedStatement,
    Policy,
    PolicyType,
    Request,
)

__all__ = [
    "AppliedPolicies",
    "CompiledPolicy",
    "Decision",
    "EvalDecision",
    "MatchedStatement",
    "Policy",
    "PolicyType",
    "Request",
    "compile_policy",
    "evaluate",
]
