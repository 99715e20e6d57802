"""One real case as the doorway left it: its events, its rows in every table, its personal text; ready to be copied."""

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import psycopg

from bench.loading.codes import Codes, References
from bench.loading.stencil import Stencil

UUID_TEXT = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
EVENT_COLUMNS = "id, name, person, position, grant_id, subject, key, request, recorded"
# Rows of a case outside the journal, by the column that names the case.
BESIDE = {"serve_notice": "dossier"}


@dataclass
class Part:
    """A sealed part as it stands: its text is sealed anew for each copy, under the copy's own unit."""

    unit: int
    name: str
    version: int
    data: dict[str, Any]
    digest: int


@dataclass
class Seed:
    """Stencils over one list of values. ``ids`` are remade as UUIDv7 of the same millisecond; ``codes`` counted on."""

    values: list[bytes]
    ids: list[int]
    keys: list[int]
    codes: list[int]
    references: list[int]
    digests: list[int]
    events: list[tuple[int, Stencil, Stencil]] = field(default_factory=list)
    rows: dict[str, list[Stencil]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    units: list[int] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


Citizen = tuple[bytes, bytes]
"""A person and the grant for what is their own, as text."""


def take(link: psycopg.Connection[Any], subject: UUID, keyring: Any, citizen: Citizen) -> Seed:
    """Read one case. Raises ValueError where it shares a row with another case, which a copy could not."""
    events = link.execute(
        f"SELECT {EVENT_COLUMNS}, body FROM core_event WHERE subject = %s ORDER BY seq", [subject]
    ).fetchall()
    bodies = [orjson.loads(event[-1]) for event in events]
    rows, personal = touched(bodies)
    identities = {str(event[0]) for event in events} | {id_ for ids in rows.values() for id_ in ids}
    identities |= {unit for unit, _ in personal}
    dossier = next(iter(rows["serve_dossier"]))
    for table, column in BESIDE.items():
        found = link.execute(f"SELECT id::text FROM {table} WHERE {column} = %s", [dossier]).fetchall()
        identities |= {row[0] for row in found}
    reference, code = _names(link, dossier)
    keys = sorted({event[6] for event in events})
    seed = _named(sorted(identities), keys, code, reference, digests_of(bodies), citizen)
    place = {value: number for number, value in enumerate(seed.values)}
    for event in events:
        head = copied(link, f"SELECT {EVENT_COLUMNS} FROM core_event WHERE id = '{event[0]}'")[0]
        seed.events.append(
            (
                place[str(event[0]).encode()],
                Stencil(head, seed.values),
                Stencil(bytes(event[-1]), seed.values),
            )
        )
    for table, ids in rows.items():
        add_rows(link, seed, table, "id", ids)
    for table, column in BESIDE.items():
        add_rows(link, seed, table, column, {dossier})
    _add_personal(link, seed, {unit for unit, _ in personal}, place, keyring)
    return seed


def touched(bodies: list[dict[str, Any]]) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """The rows that the events changed, by table; and the personal parts, as (unit, part)."""
    rows: dict[str, set[str]] = {}
    personal: set[tuple[str, str]] = set()
    for body in bodies:
        for table, _op, image, *_version in body["changes"]:
            if table == "core_personal":
                personal.add((image["unit"], image["part"]))
            else:
                rows.setdefault(table, set()).add(image["id"])
    return rows, personal


def digests_of(bodies: list[dict[str, Any]]) -> list[str]:
    return [
        image["digest"]
        for body in bodies
        for table, _, image, *_ in body["changes"]
        if table == "core_personal"
    ]


def _names(link: psycopg.Connection[Any], dossier: str) -> tuple[str, str | None]:
    row = link.execute("SELECT reference, code FROM serve_dossier WHERE id = %s", [dossier]).fetchone()
    if row is None:
        raise ValueError(f"{dossier} has events and no row")
    return row[0], row[1]


def _named(
    ids: list[str], keys: list[str], code: str | None, reference: str, digests: list[str], citizen: Citizen
) -> Seed:
    values: list[bytes] = []

    def add(names: list[str]) -> list[int]:
        start = len(values)
        values.extend(name.encode() for name in names)
        return list(range(start, len(values)))

    seed = Seed(values, add(ids), add(keys), add([code] if code else []), add([reference]), add(digests))
    values.extend(citizen)
    return seed


def copied(link: psycopg.Connection[Any], query: str) -> list[bytes]:
    """Rows in PostgreSQL's own text form, one line each."""
    with link.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
        return b"".join(bytes(chunk) for chunk in copy).splitlines(keepends=True)


def add_rows(link: psycopg.Connection[Any], seed: Seed, table: str, column: str, ids: set[str]) -> None:
    names = link.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [table],
    ).fetchone()
    assert names is not None
    seed.columns[table] = names[0]
    wanted = ",".join(f"'{id_}'" for id_ in ids)
    lines = copied(link, f"SELECT {names[0]} FROM {table} WHERE {column} IN ({wanted})")
    if lines:
        seed.rows.setdefault(table, []).extend(Stencil(line, seed.values) for line in lines)


def _add_personal(
    link: psycopg.Connection[Any], seed: Seed, units: set[str], place: dict[bytes, int], keyring: Any
) -> None:
    from sauro.core.vault.cipher import unwrap
    from sauro.core.vault.parts import open_part

    for unit in sorted(units):
        row = link.execute("SELECT wrapped FROM core_unit_key WHERE unit = %s", [unit]).fetchone()
        if row is None:
            raise ValueError(f"unit {unit} has no key")
        key = unwrap(keyring, UUID(unit), bytes(row[0]))
        seed.units.append(place[unit.encode()])
        for name, version, ciphertext, digest in link.execute(
            "SELECT part, version, ciphertext, digest FROM core_personal WHERE unit = %s", [unit]
        ).fetchall():
            data = open_part(key, name, version, bytes(ciphertext))
            at = place[bytes(digest).hex().encode()]
            seed.parts.append(Part(place[unit.encode()], name, version, data, at))
        add_rows(link, seed, "core_token", "unit", {unit})


class Copier:
    """Makes copies of a seed: fresh values for its holes, its personal text sealed under fresh unit keys."""

    def __init__(self, seed: Seed, keyring: Any, codes: Codes, references: References) -> None:
        self._seed, self._keyring, self._codes, self._references = seed, keyring, codes, references
        self._milliseconds = [seed.values[i][:13] for i in seed.ids]

    def values(self, citizen: Citizen) -> tuple[list[bytes], list[bytes], list[bytes]]:
        """New values, with this citizen as the applicant; lines for core_unit_key; lines for core_personal."""
        from sauro.core.vault.cipher import new_unit
        from sauro.core.vault.parts import seal_part

        seed = self._seed
        values = list(seed.values)
        values[-2:] = citizen
        for i, head in zip(seed.ids, self._milliseconds, strict=True):
            tail = os.urandom(10).hex().encode()
            # The millisecond stays (the index stays compact), version and variant too; 74 bits are new.
            values[i] = head + b"-7" + tail[:3] + b"-8" + tail[3:6] + b"-" + tail[6:18]
        for i in seed.keys:
            values[i] = b"copy-" + os.urandom(12).hex().encode()
        for i in seed.references:
            values[i] = self._references.next(values[i])
        for i in seed.codes:
            values[i] = self._codes.next(values[i])
        for i in seed.digests:
            values[i] = os.urandom(32).hex().encode()
        keys, units, personal = {}, [], []
        for i in seed.units:
            unit = new_unit(self._keyring, UUID(values[i].decode()))
            keys[i] = unit.key
            units.append(b"%b\t\\\\x%b\tnow\n" % (values[i], unit.wrapped.hex().encode()))
        for part in seed.parts:
            sealed = seal_part(keys[part.unit], part.name, part.version, part.data)
            values[part.digest] = sealed.digest.hex().encode()
            personal.append(
                b"%b\t%b\t%d\t\\\\x%b\t\\\\x%b\n"
                % (
                    values[part.unit],
                    part.name.encode(),
                    part.version,
                    sealed.ciphertext.hex().encode(),
                    values[part.digest],
                )
            )
        return values, units, personal


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()
