"""What can be wrong with an expression or its facts. Codes are stable; nothing here ever quotes a fact."""

from typing import Literal

Refused = Literal[
    "empty",
    "too_long",
    "syntax",
    "type",
    "function",
    "struct",
    "loop_range",
    "pattern",
    "too_deep",
    "evaluator",
]
Failed = Literal[
    "missing_fact", "bad_fact", "too_costly", "no_such_overload", "no_such_key", "index_out_of_bounds",
    "division_by_zero", "overflow", "conversion", "not_a_value", "not_boolean", "failed",
]  # fmt: skip


class ExpressionError(ValueError):
    """An expression cannot be used, or could not be evaluated."""

    code: str


class ExpressionRefused(ExpressionError):
    """The text is no rule of this house: where (line and column from 1, 0 unknown) and why, for its author."""

    def __init__(self, code: Refused, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"{code} at {line}:{column}: {message}" if line else f"{code}: {message}")
        self.code = code
        self.message = message
        self.line = line
        self.column = column


class EvaluationFailed(ExpressionError):
    """The rule has no answer for these facts. ``name`` is the fact's name where one is to blame."""

    def __init__(self, code: Failed, name: str = "") -> None:
        super().__init__(f"{code}: {name}" if name else code)
        self.code = code
        self.name = name
