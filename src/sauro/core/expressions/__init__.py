"""The one evaluator of rules in forms, steps and definitions: CEL, the Common Expression Language (cel-spec).

A rule is a text in CEL that answers one value from named facts. The engine is cel-cpp, CEL's own (package
``cel-expr-python``). Of the others tried, ``cel-python`` fails on ``age == "17"`` and ``1 == 1.0`` where the
specification answers, and takes about thirty times as long; ``common-expression-language`` counts the bytes of
``size("Đỗ")``. What a rule may use is fixed here, not by the engine:

- the operators, ``has``, ``all``, ``exists``, ``exists_one``, ``filter``, ``map``, and the functions in ``FUNCTIONS``;
  no messages, no bytes, and a pattern for ``matches`` must be written out (RE2: linear time);
- at most 2,000 characters; a macro goes over facts or written lists, never over something built up on the way, so
  that a rule's work is bounded before it runs (``EvaluationFailed`` ``too_costly``).

Every fact a rule names must be given: ``None`` for an unanswered question (CEL's ``null``: equal only to itself, and
no operand of ``<`` or ``+``); a name that is not given at all is ``missing_fact``, whatever the rest would say.

Rules name their evaluator (invariant I11): ``EVALUATOR`` is this language with this profile, whose meaning is pinned
by ``tests/expressions/conformance.yaml``; a change of meaning is another name.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from sauro.core.expressions.errors import EvaluationFailed, ExpressionError, ExpressionRefused, Failed
from sauro.core.expressions.facts import Measure, plain
from sauro.core.expressions.syntax import Node, free_names, loop_depth, read_tree

__all__ = [
    "EVALUATOR",
    "EVALUATORS",
    "EvaluationFailed",
    "Expression",
    "ExpressionError",
    "ExpressionRefused",
    "Value",
    "compile_expression",
    "compile_rule",
]

EVALUATOR: Final = "cel/1"
EVALUATORS: Final = {"cel": EVALUATOR, EVALUATOR: EVALUATOR}
"""Names a rule may give, and the evaluator each stands for."""

Value = bool | int | float | str | datetime | timedelta | None

MAX_LENGTH: Final = 2_000
MAX_LOOP_DEPTH: Final = 3
MAX_ITERATIONS: Final = 10_000
"""The engine stops a rule after this many iterations; the bound on work below counts on it."""
MAX_WORK: Final = 4_000_000_000
"""Nodes x iterations x size of facts: about a second of comparing characters at the worst."""

FUNCTIONS: Final = frozenset(
    [
        "size",
        "contains",
        "startsWith",
        "endsWith",
        "matches",
        "int",
        "uint",
        "double",
        "string",
        "bool",
        "timestamp",
        "duration",
        "type",
        "dyn",
        "getFullYear",
        "getMonth",
        "getDate",
        "getDayOfMonth",
        "getDayOfWeek",
        "getDayOfYear",
        "getHours",
        "getMinutes",
        "getSeconds",
        "getMilliseconds",
    ]
)
OPERATORS: Final = frozenset(
    [
        "_&&_",
        "_||_",
        "!_",
        "-_",
        "_+_",
        "_-_",
        "_*_",
        "_/_",
        "_%_",
        "_==_",
        "_!=_",
        "_<_",
        "_<=_",
        "_>_",
        "_>=_",
        "@in",
        "_[_]",
        "_?_:_",
        "@not_strictly_false",
    ]
)
_TYPES: Final = frozenset(
    ["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"]
)
_SCALARS: Final = frozenset(
    kind.name()
    for kind in (
        cel.Type.BOOL, cel.Type.INT, cel.Type.UINT, cel.Type.DOUBLE, cel.Type.STRING, cel.Type.TIMESTAMP,
        cel.Type.DURATION,
    )
)  # fmt: skip
_NULL: Final = cel.Type.NULL.name()
_ERROR: Final = cel.Type.ERROR.name()
_PLACE: Final = re.compile(r"<input>:(-?\d+):(-?\d+): (.*)")
_FAILURES: Final[tuple[tuple[str, Failed], ...]] = (
    ("divide by zero", "division_by_zero"),
    ("modulus by zero", "division_by_zero"),
    ("overflow", "overflow"),
    ("out of range", "overflow"),
    ("No matching overloads", "no_such_overload"),
    ("no such overload", "no_such_overload"),
    ("Applying SELECT", "no_such_overload"),
    ("Key not found", "no_such_key"),
    ("Index error", "index_out_of_bounds"),
    ("index out of bounds", "index_out_of_bounds"),
    ("Index out of bounds", "index_out_of_bounds"),
    ("conversion", "conversion"),
    ("convert", "conversion"),
)


class Expression:
    """A compiled rule: immutable, shared between threads, evaluated with any number of facts."""

    __slots__ = ("_depth", "_longest", "_names", "_size", "text")

    text: str
    _names: frozenset[str]
    _size: int
    _depth: int
    _longest: int

    def __init__(self, text: str, tree: Node) -> None:
        fill = object.__setattr__
        fill(self, "text", text)
        fill(self, "_names", frozenset(free_names(tree)) - _TYPES)
        fill(self, "_size", sum(1 for _ in tree.walk()))
        fill(self, "_depth", loop_depth(tree))
        fill(
            self,
            "_longest",
            max((len(node.children) for node in tree.walk() if node.kind == "list"), default=0),
        )

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an expression never changes")

    def __repr__(self) -> str:
        return f"<Expression {self.text!r}>"

    def names(self) -> frozenset[str]:
        """The facts it refers to; variables of macros and names of types are not among them."""
        return self._names

    def evaluate(self, facts: Mapping[str, Any]) -> Value:
        """The rule's answer for these facts (``facts.plain``). Raises EvaluationFailed."""
        given, kinds, measure = {}, {}, Measure(longest=self._longest)
        for name in self._names:
            if name not in facts:
                raise EvaluationFailed("missing_fact", name)
            value = given[name] = plain(name, facts[name], measure)
            if isinstance(value, datetime):
                kinds[name] = "timestamp"
            elif isinstance(value, timedelta):
                kinds[name] = "duration"
        self._bound_work(measure)
        try:
            program = _checked(self.text, self._names, tuple(sorted(kinds.items())))
        except ExpressionRefused:  # it fits no moment, though it may fit other facts
            raise EvaluationFailed("no_such_overload") from None
        return _answer(program, given)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """The answer of a rule that must be true or false. Raises EvaluationFailed."""
        answer = self.evaluate(facts)
        if not isinstance(answer, bool):
            raise EvaluationFailed("not_boolean")
        return answer

    def _bound_work(self, measure: Measure) -> None:
        if self._depth:
            iterations = min(MAX_ITERATIONS, measure.longest**self._depth)
            if self._size * iterations * measure.size > MAX_WORK:
                raise EvaluationFailed("too_costly")


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """Read and check a rule. Raises ExpressionRefused, which says where and why."""
    if not isinstance(text, str) or not text.strip():
        raise ExpressionRefused("empty", "a rule needs a text")
    if len(text) > MAX_LENGTH:
        raise ExpressionRefused("too_long", f"{len(text)} characters; a rule has at most {MAX_LENGTH}")
    text = unicodedata.normalize("NFC", text)
    tree = _parse(text)
    for fault in _faults(tree):
        raise fault
    expression = Expression(text, tree)
    _checked(text, expression.names(), ())
    return expression


def compile_rule(rule: Mapping[str, Any]) -> Expression:
    """Compile ``rule["expression"]`` with the evaluator the rule itself names (I11). Raises ExpressionRefused."""
    named = rule.get("evaluator")
    if named not in EVALUATORS:
        raise ExpressionRefused(
            "evaluator", f"the rule must name its evaluator, one of {sorted(EVALUATORS)}: {named!r}"
        )
    return compile_expression(rule["expression"])


def _parse(text: str) -> Node:
    try:
        return read_tree(_environment((), ()).compile(text, disable_check=True).serialize())
    except RuntimeError as error:
        raise _refused("syntax", error) from None


@lru_cache(maxsize=4096)
def _checked(text: str, names: frozenset[str], kinds: tuple[tuple[str, str], ...]) -> Any:
    """The engine's program, type-checked: facts are of any type except those known to be moments or durations."""
    try:
        return _environment(tuple(sorted(names)), kinds).compile(text)
    except RuntimeError as error:
        raise _refused("type", error) from None


@lru_cache(maxsize=1024)
def _environment(names: tuple[str, ...], kinds: tuple[tuple[str, str], ...]) -> Any:
    known = {"timestamp": cel.Type.TIMESTAMP, "duration": cel.Type.DURATION}
    types = {name: known[kind] for name, kind in kinds}
    return cel.NewEnv(variables={name: types.get(name, cel.Type.DYN) for name in names})


def _faults(tree: Node) -> Iterator[ExpressionRefused]:
    if loop_depth(tree) > MAX_LOOP_DEPTH:
        yield ExpressionRefused("too_deep", f"more than {MAX_LOOP_DEPTH} macros inside one another")
    for node in tree.walk():
        if node.kind == "struct" and node.name:
            yield ExpressionRefused("struct", f"messages such as {node.name} are not used here")
        if node.kind == "call" and node.name not in FUNCTIONS | OPERATORS:
            yield ExpressionRefused("function", f"there is no function {node.name}")
        if node.kind == "loop" and not _plain(node.children[0]):
            yield ExpressionRefused(
                "loop_range", "a macro goes over a fact or a written list, nothing built up"
            )
        if node.kind == "call" and node.name == "matches":
            yield from _pattern(node)


def _plain(node: Node) -> bool:
    """Whether a value is part of the facts or written out, so that it is no larger than either."""
    if node.kind == "loop":  # filter, or a map that only takes parts out
        step = node.children[3]
        return _plain(node.children[0]) and all(
            _plain(item) for n in step.walk() if n.kind == "list" for item in n.children
        )
    if node.kind in ("list", "select", "struct"):
        return all(_plain(child) for child in node.children)
    if node.kind == "call":
        return node.name == "_[_]" and all(_plain(child) for child in node.children)
    return node.kind in ("const", "ident")


def _pattern(node: Node) -> Iterator[ExpressionRefused]:
    pattern = node.children[-1]
    if pattern.kind != "const":
        yield ExpressionRefused("pattern", "the pattern of matches() must be written out")
        return
    tried = _environment(("pattern",), ()).compile('"".matches(pattern)').eval(data={"pattern": pattern.name})
    if tried.type().name() == _ERROR:
        yield ExpressionRefused("pattern", f"{pattern.name!r} is no regular expression (RE2)")


def _answer(program: Any, given: dict[str, Any]) -> Value:
    try:
        result = program.eval(data=given)
    except RuntimeError:  # the engine's own limits: iterations, recursion
        raise EvaluationFailed("too_costly") from None
    kind = result.type().name()
    # value() of a null releases a reference to None it never took (cel-expr-python 0.1.3): never ask for it.
    if kind == _NULL:
        return None
    if kind in _SCALARS:
        return result.value()  # type: ignore[no-any-return]
    if kind == _ERROR:
        raise EvaluationFailed(_failure(str(result.value())))
    raise EvaluationFailed("not_a_value")


def _failure(message: str) -> Failed:
    return next((code for words, code in _FAILURES if words in message), "failed")


def _refused(code: Any, error: RuntimeError) -> ExpressionRefused:
    """The engine's first complaint, with its place."""
    found = _PLACE.search(str(error))
    if found is None:
        return ExpressionRefused("too_deep" if "recursion" in str(error) else code, str(error))
    line, column, message = int(found[1]), int(found[2]), found[3]
    if "recursion depth" in message:
        code = "too_deep"
    return ExpressionRefused(code, message, max(line, 0), max(column, 0))
