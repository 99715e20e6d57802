"""The syntax tree of an expression, as the engine itself parsed it.

The engine gives its tree only in the wire format of ``cel.expr.ParsedExpr`` (cel-spec, proto/cel/expr/syntax.proto);
reading that keeps one grammar in the house. Macros are already expanded: ``xs.all(x, p)`` is a comprehension.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

Kind = Literal["const", "ident", "select", "has", "call", "list", "struct", "loop"]

Fields = dict[int, list[int | bytes]]


@dataclass(frozen=True, slots=True)
class Node:
    """One node. ``name`` is an identifier, field, function or message name; of a constant, its text if it is one.

    The children of a ``loop`` are range, initial value, condition, step and result, and ``name`` its variable;
    ``total`` is the variable in which it gathers its result.
    """

    kind: Kind
    name: str = ""
    children: tuple["Node", ...] = ()
    total: str = ""

    def walk(self) -> Iterator["Node"]:
        """This node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


_CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _LOOP = range(3, 10)


def read_tree(serialized: bytes) -> Node:
    """The tree of what ``Expression.serialize()`` of an unchecked expression returned (an Any of ParsedExpr)."""
    return _node(_one(_fields(_one(_fields(serialized), 2)), 2))


def free_names(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[str]:
    """Identifiers that no macro binds, with repetitions."""
    if node.kind == "ident" and node.name not in bound:
        yield node.name
    if node.kind != "loop":
        for child in node.children:
            yield from free_names(child, bound)
        return
    over, initial, *inner = node.children
    yield from free_names(over, bound)
    yield from free_names(initial, bound)
    for child in inner:
        yield from free_names(child, bound | {node.name, node.total})


def loop_depth(node: Node) -> int:
    """How many loops run inside one another."""
    below = max((loop_depth(child) for child in node.children), default=0)
    return below + 1 if node.kind == "loop" else below


def _node(message: bytes) -> Node:
    fields = _fields(message)
    for number, read in _READERS.items():
        if number in fields:
            return read(_fields(_one(fields, number)))
    return Node("const")


def _const(fields: Fields) -> Node:
    return Node("const", _text(fields, 6))


def _ident(fields: Fields) -> Node:
    return Node("ident", _text(fields, 1))


def _select(fields: Fields) -> Node:
    return Node("has" if fields.get(3) else "select", _text(fields, 2), _nodes(fields, 1))


def _call(fields: Fields) -> Node:
    return Node("call", _text(fields, 2), _nodes(fields, 1) + _nodes(fields, 3))


def _list(fields: Fields) -> Node:
    return Node("list", "", _nodes(fields, 1))


def _struct(fields: Fields) -> Node:
    entries = [_fields(cast(bytes, entry)) for entry in fields.get(2, [])]
    return Node("struct", _text(fields, 1), tuple(n for e in entries for n in _nodes(e, 3) + _nodes(e, 4)))


def _loop(fields: Fields) -> Node:
    parts = [_nodes(fields, number) for number in (2, 4, 5, 6, 7)]
    return Node("loop", _text(fields, 1), tuple(node for part in parts for node in part), _text(fields, 3))


_READERS: Final = {
    _CONST: _const,
    _IDENT: _ident,
    _SELECT: _select,
    _CALL: _call,
    _LIST: _list,
    _STRUCT: _struct,
    _LOOP: _loop,
}


def _nodes(fields: Fields, number: int) -> tuple[Node, ...]:
    return tuple(_node(cast(bytes, message)) for message in fields.get(number, []))


def _one(fields: Fields, number: int) -> bytes:
    return cast(bytes, fields[number][-1])


def _text(fields: Fields, number: int) -> str:
    return _one(fields, number).decode() if number in fields else ""


def _fields(message: bytes) -> Fields:
    """One protobuf message's fields by number: varints as integers, everything else as bytes."""
    fields: Fields = {}
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        value: int | bytes
        match key & 7:
            case 0:
                value, at = _varint(message, at)
            case 1:
                value, at = message[at : at + 8], at + 8
            case 2:
                size, at = _varint(message, at)
                value, at = message[at : at + size], at + size
            case 5:
                value, at = message[at : at + 4], at + 4
            case _:
                raise ValueError("no protobuf message")
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
