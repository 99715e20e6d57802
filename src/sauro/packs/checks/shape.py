"""Whether plain data has the shape of a struct: every fault with its place, not only the first.

msgspec stops at the first fault, and a person who edits a file wants them all.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from msgspec import inspect

Fault = tuple[str, str]
"""Path (``$.steps[2].hours``) and what is wrong there."""


def faults(value: Any, shape: type[msgspec.Struct]) -> Iterator[Fault]:
    """Every place where ``value`` has not the shape, from the outside in."""
    yield from _of(value, inspect.type_info(shape), "$")


def _of(value: Any, kind: inspect.Type, path: str) -> Iterator[Fault]:
    match kind:
        case inspect.StructType():
            yield from _struct(value, kind, path)
        case inspect.ListType():
            yield from _items(value, lambda _: kind.item_type, path)
        case inspect.TupleType():
            yield from _tuple(value, kind, path)
        case inspect.UnionType():
            yield from _union(value, kind, path)
        case inspect.LiteralType():
            if value not in kind.values:
                yield path, f"must be one of {', '.join(map(str, kind.values))}, not {_said(value)}"
        case inspect.DictType():
            if not isinstance(value, dict):
                yield path, f"must be a mapping, not {_said(value)}"
        case inspect.AnyType():
            return
        case _:
            yield from _scalar(value, kind, path)


def _struct(value: Any, kind: inspect.StructType, path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path, f"must be a mapping, not {_said(value)}"
        return
    known = {item.encode_name: item for item in kind.fields}
    for name in value.keys() - known.keys():
        yield f"{path}.{name}", f"unknown field {name}"
    for name, item in known.items():
        if name in value:
            yield from _of(value[name], item.type, f"{path}.{name}")
        elif item.required:
            yield path, f"the field {name} is missing"


def _items(value: Any, of: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield path, f"must be a list, not {_said(value)}"
        return
    for index, item in enumerate(value):
        yield from _of(item, of(index), f"{path}[{index}]")


def _tuple(value: Any, kind: inspect.TupleType, path: str) -> Iterator[Fault]:
    if isinstance(value, list) and len(value) != len(kind.item_types):
        yield path, f"must have {len(kind.item_types)} items, not {len(value)}"
        return
    yield from _items(value, lambda index: kind.item_types[index], path)


def _union(value: Any, kind: inspect.UnionType, path: str) -> Iterator[Fault]:
    """One of several: the structure that the value looks like is the one it is held against."""
    if value is None and any(isinstance(item, inspect.NoneType) for item in kind.types):
        return
    parts = [item for item in kind.types if not isinstance(item, inspect.NoneType)]
    structs = [item for item in parts if isinstance(item, inspect.StructType)]
    if isinstance(value, dict) and structs:
        yield from _of(value, structs[0], path)
        return
    tried = [list(_of(value, item, path)) for item in parts]
    if all(tried):
        yield from min(tried, key=len)


def _scalar(value: Any, kind: inspect.Type, path: str) -> Iterator[Fault]:
    match kind:
        case inspect.StrType():
            if not isinstance(value, str):
                yield path, f"must be text, not {_said(value)}" + _quotes(value)
            elif kind.pattern and not re.search(kind.pattern, value):
                yield path, f"{value!r} is not written as it must be"
        case inspect.BoolType():
            if not isinstance(value, bool):
                yield path, f"must be true or false, not {_said(value)}"
        case inspect.IntType():
            if not isinstance(value, int) or isinstance(value, bool):
                yield path, f"must be a whole number, not {_said(value)}"
        case inspect.DateType():
            if type(value) is not date:
                yield path, f"must be a date (YYYY-MM-DD), not {_said(value)}"


def _quotes(value: Any) -> str:
    return " (put it in quotes)" if isinstance(value, int | date) else ""


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else repr(value)
