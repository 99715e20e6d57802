"""What an event says of rows: its after-images, read at today's version of each table."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec
import orjson

from sauro.core.canonical import encode
from sauro.core.journal.tables import ERASURE, JOURNALLED, UPCASTERS, Image, TableSpec

PUT, DEL = "put", "del"


class CannotReplay(ValueError):
    """An event names a table, an operation or a version that this program does not know."""


class _Change(msgspec.Struct, array_like=True, gc=False):
    table: str
    op: str
    image: msgspec.Raw
    version: int = 1


class _Body(msgspec.Struct, gc=False):
    """The parts of a body that replay needs; images stay bytes."""

    id: str
    changes: list[_Change]
    recorded: str = ""
    erased: list[str] = []


_decode = msgspec.json.Decoder(_Body).decode


def digest(image: Image) -> bytes:
    """The SHA-256 of an image. Raises NotCanonical."""
    return sha256(encode(image)).digest()


def changes(body: Mapping[str, Any]) -> Iterator[tuple[TableSpec, str, Image]]:
    """The changes of an event's body, as (spec, ``put`` or ``del``, image).

    A unit that the event erased is a row of ``core_erasure``. Raises CannotReplay, and KeyError, TypeError or
    ValueError for what is no body.
    """
    for table, op, image, *rest in body["changes"]:
        spec = _spec(table, op)
        yield spec, op, _today(spec, image, rest[0] if rest else 1, body["id"]) if op == PUT else image
    for unit in body.get("erased", ()):
        yield ERASURE, PUT, _erasure(unit, body["id"], body["recorded"])


def written(body: bytes) -> Iterator[tuple[TableSpec, str, bytes | None]]:
    """The same as (spec, primary key, digest of the image; None where the row was deleted), for many bodies.

    An image is cut out of the body as it stands: canonical bytes of the whole are canonical bytes of each part.
    """
    said = _decode(body)
    for change in said.changes:
        spec = _spec(change.table, change.op)
        key, names_event = spec.head(change.image)
        if change.op == DEL:
            yield spec, key, None
        elif change.version == spec.version and (names_event or not spec.carries_event):
            yield spec, key, sha256(change.image).digest()
        else:
            image = _today(spec, orjson.loads(bytes(change.image)), change.version, said.id)
            yield spec, spec.key(image), digest(image)
    for unit in said.erased:
        yield ERASURE, unit, digest(_erasure(unit, said.id, said.recorded))


def _spec(table: str, op: str) -> TableSpec:
    spec = JOURNALLED.get(table)
    if spec is None or op not in (PUT, DEL):
        raise CannotReplay(f"{op} {table}")
    return spec


def _today(spec: TableSpec, image: Image, version: int, event: str) -> Image:
    for step in range(version, spec.version):
        if (spec.name, step) not in UPCASTERS:
            raise CannotReplay(f"{spec.name} {step} -> {step + 1}")
        image = UPCASTERS[spec.name, step](image)
    if spec.carries_event:
        image.setdefault("event", event)
    return image


def _erasure(unit: str, event: str, recorded: str) -> Image:
    return {"unit": unit, "event": event, "at": recorded}
