"""Canonical bytes: one value, one sequence of bytes (RFC 8785, JSON Canonicalization Scheme).

Those bytes are made once, stored, and hashed; whoever makes them again from the same value gets the same ones.

What JSON cannot say exactly goes in as text: decimals in plain notation without trailing zeros, times in UTC with
six digits (``2025-07-01T03:00:00.000000Z``), dates as ``2025-07-01``, identifiers as lower-case UUIDs, bytes in
hexadecimal. Text is brought to Unicode NFC. Refused: floats, integers of 2⁵³ and beyond (write them as text), NUL and
lone surrogates in text, keys outside ASCII, moments without a time zone, and any type not named here.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson

MAX_INTEGER = 2**53 - 1
"""The largest whole number that every reader of JSON understands (RFC 8785 §3.2.2.3, ECMAScript)."""


class NotCanonical(ValueError):
    """A value has no canonical form. ``path`` says where it stands, from the outside in."""

    def __init__(self, reason: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(reason, path)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        return f"{self.reason} (at {'.'.join(self.path) or 'the top'})"


def canonical(value: Any) -> bytes:
    """The canonical bytes of ``value``. Raises NotCanonical."""
    return encode(plain(value))


def encode(value: Any) -> bytes:
    """The bytes of a value that is canonical already: what ``plain`` gave, or what canonical bytes were read into.

    Nothing is checked but the encoding of text.
    """
    # orjson sorts by UTF-8 bytes and RFC 8785 by UTF-16 units; for the ASCII keys allowed here that is one order.
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise NotCanonical(str(error)) from None


def quick(value: Any) -> bytes:
    """The bytes that ``canonical`` gives, in half its time, where all keys are ASCII and no float occurs.

    The caller answers for both; the rest is checked. Raises NotCanonical.
    """
    try:
        made = orjson.dumps(value, default=_other, option=_QUICK)
    except orjson.JSONEncodeError as error:
        raise (
            error.__cause__ if isinstance(error.__cause__, NotCanonical) else NotCanonical(str(error))
        ) from None
    if b"\\u0000" in made or not (made.isascii() or unicodedata.is_normalized("NFC", made.decode())):
        return canonical(value)
    return made


_QUICK = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
)


def plain(value: Any) -> Any:
    """``value`` as the dict, list, str, int, bool and None that its canonical bytes say. Raises NotCanonical."""
    return _FORMS.get(type(value), _other)(value)


def _object(value: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        if type(key) is not str or not key.isascii() or "\0" in key:
            raise NotCanonical(f"A key must be ASCII text, not {key!r}")
        try:
            # The forms are looked up here and not in plain(): an event has a hundred values, and calls cost.
            found[key] = item if item is None else _FORMS.get(type(item), _other)(item)
        except NotCanonical as error:
            raise NotCanonical(error.reason, (key, *error.path)) from None
    return found


def _array(value: list[Any] | tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for item in value:
        try:
            found.append(_FORMS.get(type(item), _other)(item))
        except NotCanonical as error:
            raise NotCanonical(error.reason, (str(len(found)), *error.path)) from None
    return found


def _same(value: Any) -> Any:
    return value


def _text(value: str) -> str:
    if value.isascii() and "\0" not in value:
        return value
    if "\0" in value:
        raise NotCanonical("Text must not contain NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical("Text must not contain lone surrogates") from None
    return unicodedata.normalize("NFC", value)


def _integer(value: int) -> int:
    if -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    raise NotCanonical("A whole number of 2^53 or more must be written as text")


def moment(value: datetime) -> str:
    """An aware moment as text, in UTC, always with microseconds. Raises NotCanonical for a naive one."""
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise NotCanonical("A moment needs its time zone")
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:-6] + "Z"


def decimal(value: Decimal) -> str:
    """A finite decimal as text: plain notation, no trailing zeros, no negative zero. Raises NotCanonical."""
    if not value.is_finite():
        raise NotCanonical("A decimal must be finite")
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _bytes(value: bytes | bytearray | memoryview) -> str:
    return value.hex()


def _other(value: Any) -> Any:
    """What is not exactly one of the types that JSON has, or one of ours, but may be a kind of one."""
    written = _WRITTEN.get(type(value))
    if written is not None:
        return written(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return _text(str.__str__(value))
    for kind in (UUID, datetime, date, Decimal):
        if isinstance(value, kind):
            return _FORMS[kind](value)
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, float):
        raise NotCanonical("A float has no exact value: use a Decimal or a whole number")
    raise NotCanonical(f"A {type(value).__name__} has no canonical form")


_WRITTEN: dict[type, Callable[[Any], str]] = {
    datetime: moment,
    date: date.isoformat,
    Decimal: decimal,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _bytes,
}
_FORMS: dict[type, Callable[[Any], Any]] = {
    **_WRITTEN,
    str: _text,
    type(None): _same,
    bool: _same,
    int: _integer,
    UUID: UUID.__str__,
    dict: _object,
    list: _array,
    tuple: _array,
}
