"""Records of policies: what may be done, and who carries it."""

from policies.models.analyzer import Analyzer, AnalyzerType, Finding, FindingStatus, FindingType
from policies.models.attachment import Attachment, Boundary
from policies.models.control_policy import FULL_ACCESS, ControlPolicy, ControlPolicyAttachment
from policies.models.data_file import DataFile
from policies.models.inline_policy import InlinePolicy
from policies.models.managed_policy import JOB_FUNCTION_PATH, JOB_FUNCTIONS, ManagedPolicy, PolicyVersion, document_hash
from policies.models.resource import LabResource, LabResourceTag
from policies.models.tag import PolicyTag

__all__ = [
    "FULL_ACCESS",
    "JOB_FUNCTIONS",
    "JOB_FUNCTION_PATH",
    "Analyzer",
    "AnalyzerType",
    "Attachment",
    "Boundary",
    "ControlPolicy",
    "ControlPolicyAttachment",
    "DataFile",
    "Finding",
    "FindingStatus",
    "FindingType",
    "InlinePolicy",
    "LabResource",
    "LabResourceTag",
    "ManagedPolicy",
    "PolicyTag",
    "PolicyVersion",
    "document_hash",
]
