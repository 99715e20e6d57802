"""A refusal: what the doorway says when it does not let something pass (invariant I8)."""

from typing import Any


class Refusal(Exception):
    """Something was asked that a rule does not allow.

    ``code`` is stable and machine-readable (``stale``, ``no_grant``, ``illegal_transition`` …); ``rule`` names what
    it rests on (an article, a grant, an invariant, a form rule); ``message`` is a translatable sentence that says
    what to do; ``field`` is the form field beside which to say it; ``status`` is the HTTP status; ``details`` holds
    non-personal facts only, since refusals are kept.
    """

    def __init__(
        self,
        code: str,
        rule: str,
        message: Any,
        *,
        field: str | None = None,
        status: int = 422,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(code, rule)
        self.code = code
        self.rule = rule
        self.message = message
        self.field = field
        self.status = status
        self.details = details or {}

    def __str__(self) -> str:
        return f"{self.code}: {self.message} [{self.rule}]"
