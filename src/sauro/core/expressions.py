"""The one evaluator of rules: CEL."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import celpy

EVALUATOR = "cel"
EVALUATORS = frozenset({EVALUATOR})


class ExpressionError(ValueError):
    """It cannot be read or evaluated."""


class Expression:
    def __init__(self, text: str) -> None:
        env = celpy.Environment()
        try:
            self._ast = env.compile(text)
        except celpy.CELParseError as error:
            raise ExpressionError(str(error)) from None
        self._program = env.program(self._ast)
        self._names = frozenset(str(t.children[0]) for t in self._ast.find_data("ident"))

    def names(self) -> frozenset[str]:
        return self._names

    def evaluate(self, facts: Mapping[str, Any]) -> Any:
        try:
            return self._program.evaluate({k: celpy.json_to_cel(v) for k, v in facts.items()})
        except celpy.CELEvalError as error:
            raise ExpressionError(str(error)) from None


@lru_cache(4096)
def compile_expression(text: str) -> Expression:
    return Expression(text)
