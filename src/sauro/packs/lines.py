"""Reading YAML so that every value knows its line.

The YAML 1.2 core schema, made of PyYAML's composer: ``yes`` and ``no`` are words, not truth values, and a date is a
date. Keys that occur twice, anchors and tags of objects are refused: a pack is plain data.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

Lines = dict[str, int]
"""Path of a value as msgspec writes it (``$.steps[2].hours``) → its line, counted from 1."""

_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_INT = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class BrokenFile(Exception):
    """The file is not YAML, or not plain data. ``line`` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def load(path: Path) -> tuple[Any, Lines]:
    """The data of a YAML file and the line of each of its values.

    Raises :class:`BrokenFile`.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise BrokenFile(mark.line + 1 if mark else 1, str(error.problem or error)) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BrokenFile(1, str(error)) from error
    lines: Lines = {}
    return (_value(node, "$", lines) if node is not None else None), lines


def line_of(lines: Lines, path: str) -> int:
    """The line of a path, or of the nearest value around it that the file has."""
    for candidate in _outwards(path):
        if candidate in lines:
            return lines[candidate]
    return 1


def _outwards(path: str) -> Iterator[str]:
    yield path
    while (cut := max(path.rfind("."), path.rfind("["))) > 0:
        path = path[:cut]
        yield path


def _value(node: yaml.Node, path: str, lines: Lines) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{path}[{index}]", lines) for index, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _mapping(node: yaml.MappingNode, path: str, lines: Lines) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise BrokenFile(line, "a key must be a word")
        key = key_node.value
        if key in result:
            raise BrokenFile(line, f"the key {key!r} occurs twice")
        result[key] = _value(value_node, f"{path}.{key}", lines)
        # A block value starts on the line after its key, but the key is where a reader looks.
        lines[f"{path}.{key}"] = line
    return result


def _scalar(node: yaml.ScalarNode) -> str | int | bool | date | None:
    text: str = node.value
    if node.style:  # quoted, or a block
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise BrokenFile(node.start_mark.line + 1, f"{text} is no date of the calendar") from None
    return text
