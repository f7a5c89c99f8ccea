"""What is wrong with a policy text, where, and in AWS's words."""

from dataclasses import dataclass

from policies.language.document import Position, Span

__all__ = ["SYNTAX_ERRORS", "Path", "PolicyRefused", "PolicySyntaxError", "Problem"]

Path = tuple[str | int, ...]

SYNTAX_ERRORS = "Syntax errors in policy."


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps a document from being saved."""

    sentence: str
    api_message: str
    span: Span
    path: Path = ()
    code: str = "MalformedPolicyDocument"
    issue_code: str = ""
    """The check of IAM Access Analyzer that reports the same, where it has one."""

    @property
    def message(self) -> str:
        """The sentence for the reader, with its place."""
        return f"Line {self.span.start.line}, column {self.span.start.column}: {self.sentence}"


class PolicySyntaxError(ValueError):
    """The text is no policy document."""

    def __init__(self, message: str, position: Position, path: Path = (), api_message: str = SYNTAX_ERRORS) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.path = path
        self.api_message = api_message


class PolicyRefused(ValueError):
    """IAM would not save this document; `api_message` and `code` are those of the first problem."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(problems[0].message)
        self.problems = problems
        self.api_message = problems[0].api_message
        self.code = problems[0].code
