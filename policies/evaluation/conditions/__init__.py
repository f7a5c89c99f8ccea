"""The condition operators: one family a file, one table, and how values and operators combine.

Rules: reference_policies_elements_condition_operators;
reference_policies_condition-single-vs-multi-valued-context-keys.
"""

from policies.evaluation.conditions.combining import ConditionTest, compile_condition
from policies.evaluation.conditions.table import OPERATORS

__all__ = ["OPERATORS", "ConditionTest", "compile_condition"]
