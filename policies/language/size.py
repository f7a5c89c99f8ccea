"""The size of a policy document as IAM's quotas count it.

Rules: reference_iam-quotas.
"""

__all__ = ["size_without_white_space"]

_WHITE_SPACE = dict.fromkeys(map(ord, " \t\n\r"))


def size_without_white_space(text: str) -> int:
    """The number of characters, white space left out."""
    return len(text.translate(_WHITE_SPACE))
