"""Where a statement parts from a request: one element a file, each in a sentence for a student.

Rules: troubleshoot_policies; reference_policies_elements.
"""

from policies.evaluation.partings.actions import action_parting
from policies.evaluation.partings.conditions import condition_parting
from policies.evaluation.partings.part import Part
from policies.evaluation.partings.principals import principal_parting
from policies.evaluation.partings.resources import resource_parting

__all__ = ["Part", "action_parting", "condition_parting", "principal_parting", "resource_parting"]
