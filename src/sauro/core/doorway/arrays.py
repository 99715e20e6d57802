"""Arrays of identifiers as PostgreSQL reads them: an act has a few, and psycopg writes each element by itself."""

from struct import Struct
from typing import Any

from psycopg.abc import Buffer
from psycopg.adapt import AdaptersMap
from psycopg.types.array import ListBinaryDumper

_UUID, _UUIDS = 2950, 2951
_HEAD = Struct("!iiiii").pack
_LENGTH = (16).to_bytes(4, "big")


class Identifiers(ListBinaryDumper):
    """A list of UUIDs in one dimension, all of them there; anything else is left to psycopg."""

    oid = _UUIDS
    element_oid = _UUID

    def dump(self, obj: list[Any]) -> Buffer | None:
        try:
            items = [each.bytes for each in obj]
        except AttributeError:
            return super().dump(obj)
        if not items:
            return super().dump(obj)
        return _HEAD(1, 0, _UUID, len(items), 1) + _LENGTH + _LENGTH.join(items)


def write_quickly(adapters: AdaptersMap) -> None:
    """Let these adapters write arrays of identifiers so."""
    adapters.register_dumper(None, Identifiers)
