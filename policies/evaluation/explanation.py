"""Each layer's verdict on a request."""

from policies.evaluation.examination import Examination
from policies.evaluation.records import EvalDecision, Step


def steps(examination: Examination, decision: EvalDecision, decided_by: str) -> tuple[Step, ...]:
    """Every layer in order."""
    return ()
