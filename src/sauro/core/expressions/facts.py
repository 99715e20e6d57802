"""Facts as the engine takes them: plain values, checked and measured before anything runs."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sauro.core.expressions.errors import EvaluationFailed

MAX_SIZE: Final = 1_000_000
MAX_NESTING: Final = 16
_ELEMENT: Final = 32
"""What one element costs to visit, in characters compared or copied."""
_INT64: Final = 2**63


@dataclass(slots=True)
class Measure:
    """How large facts are: ``size`` in characters (an element counts as 32), ``longest`` list or map."""

    size: int = 0
    longest: int = 0


def plain(name: str, value: Any, measure: Measure) -> Any:
    """One fact, as CEL has it:

    None is ``null`` (an unanswered question); text in NFC; whole Decimals are integers (money in dong) and others are
    refused, since CEL has none; a date is the timestamp of its midnight UTC; a datetime must be aware; UUIDs and
    enumerations are their text or number; lists, tuples and mappings with text keys nest up to 16 deep, and a moment
    inside one is its RFC 3339 text (``timestamp(x)`` reads it). Raises EvaluationFailed ``bad_fact``, ``too_costly``.
    """
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise EvaluationFailed("bad_fact", name)
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    if isinstance(value, timedelta):
        return value
    return _nested(name, value, measure, 0)


def _nested(name: str, value: Any, measure: Measure, depth: int) -> Any:
    measure.size += _ELEMENT
    if measure.size > MAX_SIZE or depth > MAX_NESTING:
        raise EvaluationFailed("too_costly", name)
    if isinstance(value, Mapping):
        measure.longest = max(measure.longest, len(value))
        return {
            _key(name, key, measure): _nested(name, inner, measure, depth + 1) for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        measure.longest = max(measure.longest, len(value))
        return [_nested(name, inner, measure, depth + 1) for inner in value]
    return _scalar(name, value, measure)


def _scalar(name: str, value: Any, measure: Measure) -> bool | int | float | str | None:
    if isinstance(value, Enum):
        value = value.value
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _text(name, value, measure)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return int(value)
    if isinstance(value, float) and value - value == 0:  # neither infinite nor NaN
        return float(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00Z"
    raise EvaluationFailed("bad_fact", name)


def _key(name: str, key: Any, measure: Measure) -> str:
    if not isinstance(key, str):
        raise EvaluationFailed("bad_fact", name)
    return _text(name, key, measure)


def _text(name: str, value: str, measure: Measure) -> str:
    measure.size += len(value)
    if measure.size > MAX_SIZE:
        raise EvaluationFailed("too_costly", name)
    text = unicodedata.normalize("NFC", value)
    try:
        text.encode()  # a lone surrogate is no text
    except UnicodeEncodeError:
        raise EvaluationFailed("bad_fact", name) from None
    return str(text)
