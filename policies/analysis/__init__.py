"""What principals can do: sets of actions worked out from policies, instead of one decision after the other."""

from policies.analysis.effective_access import EffectiveAccess, effective_access
from policies.analysis.matrix import AccessMatrix, access_matrix
from policies.analysis.origins import Origin, origins
from policies.analysis.subjects import Subject

__all__ = ["AccessMatrix", "EffectiveAccess", "Origin", "Subject", "access_matrix", "effective_access", "origins"]
