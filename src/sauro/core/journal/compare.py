"""The tables in the journal's scope, row by row, against what replay says, in both directions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from psycopg import Cursor, ServerCursor

from sauro.core.journal.ahead import ahead
from sauro.core.journal.database import Connection
from sauro.core.journal.findings import Kind, Progress, Report
from sauro.core.journal.images import PUT, changes, digest
from sauro.core.journal.scratch import Key, Scratch, Written
from sauro.core.journal.tables import ERASURE, JOURNALLED, Image, TableSpec

CHUNK = 5_000

Overlay = Mapping[Key, Written | None]

_BODY = "SELECT e.id::text, e.body FROM core_leaf l JOIN core_event e ON e.id = l.event_id WHERE l.leaf_index = %s"
_UNSEALED_BODY = """
SELECT e.id::text, e.body FROM core_event e WHERE NOT EXISTS (SELECT FROM core_leaf l WHERE l.event_id = e.id) ORDER BY e.seq DESC
"""


def compare(
    connection: Connection, scratch: Scratch, overlay: Overlay, report: Report, say: Progress
) -> None:
    """Compare every journalled table inside the caller's snapshot; ``overlay`` is what unsealed events say."""
    says = Says(scratch, overlay)
    erased = frozenset(says.keys(ERASURE.name))
    for spec in sorted(JOURNALLED.values(), key=lambda each: each.name):
        _Comparison(connection, spec, says, erased, report, say).run()
    report.compared = True


@dataclass(frozen=True)
class Says:
    """What the journal says of rows: the scratch file, and over it the events without a place yet."""

    scratch: Scratch
    overlay: Overlay

    def of(self, key: Key) -> Written | None:
        return self.overlay[key] if key in self.overlay else self.scratch.get(key)

    def differing(self, name: str, found: list[tuple[str, bytes]]) -> dict[str, Written | None]:
        """Of rows (key, digest), those of which the journal says something else, or nothing (None)."""
        below = self.scratch.differing(name, found)
        for key, shown in found if self.overlay else ():
            if (name, key) in self.overlay:
                below.pop(key, None)
                above = self.overlay[name, key]
                if above is None or above[0] != shown:
                    below[key] = above
        return below

    def keys(self, name: str) -> set[str]:
        found = self.scratch.keys(name)
        for (table, key), written in self.overlay.items():
            if table == name:
                (found.add if written else found.discard)(key)
        return found

    def count(self, name: str) -> int:
        found = self.scratch.count(name)
        for key, written in self.overlay.items():
            if key[0] == name:
                found += bool(written) - bool(self.scratch.get(key))
        return found

    def absent(self, name: str, present: Iterator[str]) -> list[tuple[str, int]]:
        """Rows that must be there, given the keys of those that are."""
        there = set(present)
        gone = [
            (key, leaf) for key, leaf in self.scratch.absent(name, there) if (name, key) not in self.overlay
        ]
        gone += [
            (key, w[1])
            for (table, key), w in self.overlay.items()
            if table == name and w and key not in there
        ]
        return gone


@dataclass
class _Comparison:
    """One table."""

    connection: Connection
    spec: TableSpec
    says: Says
    erased: frozenset[str]
    report: Report
    say: Progress

    def run(self) -> None:
        name = self.spec.name
        known = rows = 0
        expected = self.says.count(name)
        for chunk in self._chunks():
            known += self._compare(chunk)
            rows += len(chunk)
            self.say(name, rows, expected)
        self.say(name, rows, expected)
        self.report.rows[name] = rows
        if known < expected:
            self._gone()

    def _chunks(self) -> Iterator[list[tuple[Any, ...]]]:
        spec = self.spec
        checks = "".join(
            f', (octet_length(t."{full}") = 0), sha256(t."{full}") = t."{short}"'
            for full, short in spec.commits
        )
        with ServerCursor(self.connection, f"compare_{spec.name}") as cursor:
            cursor.execute(
                f"SELECT {spec.canonical_columns()}{checks} FROM {spec.name} t WHERE {spec.rows}", binary=True
            )
            yield from ahead(lambda: cursor.fetchmany(CHUNK))

    def _compare(self, chunk: list[tuple[Any, ...]]) -> int:
        """Compare some rows; gives how many of them the journal knows."""
        spec = self.spec
        images = [spec.read(values) for values in chunk]
        keys = [spec.key(image) for image in images]
        found = list(zip(keys, map(digest, images), strict=True))
        differing = self.says.differing(spec.name, found)
        unknown = 0
        if differing:
            for key, image in zip(keys, images, strict=True):
                if key in differing:
                    unknown += self._differs(key, image, differing[key])
        if spec.commits:
            for key, image, values in zip(keys, images, chunk, strict=True):
                if key not in differing:
                    self._bodies(key, image, values[len(spec.columns) :])
        return len(chunk) - unknown

    def _differs(self, key: str, image: Image, written: Written | None) -> bool:
        """Say how a row differs; gives whether no event wrote it."""
        if written is None:
            self.report.findings.add(Kind.ROW_INSERTED, table=self.spec.name, key=key)
            return True
        leaf = written[1]
        said = self._writer(key, leaf)[1]
        names = [*self.spec.names, *(name for name in said if name not in self.spec.names)]
        columns = tuple(
            name for name in names if (name in said, said.get(name)) != (name in image, image.get(name))
        )
        self._altered(key, columns, leaf)
        return False

    def _bodies(self, key: str, image: Image, checks: tuple[Any, ...]) -> None:
        """Excluded columns against their digests: altered, unless lawfully erased and empty."""
        for (full, _), empty, right in zip(self.spec.commits, checks[::2], checks[1::2], strict=True):
            if right:
                continue
            if empty and self.spec.unit and image[self.spec.unit] in self.erased:
                self.report.erased += 1
                continue
            written = self.says.of((self.spec.name, key))
            assert written is not None
            self._altered(key, (full,), written[1])

    def _altered(self, key: str, columns: tuple[str, ...], leaf: int) -> None:
        event = self._writer(key, leaf)[0]
        self.report.findings.add(
            Kind.ROW_ALTERED, table=self.spec.name, key=key, columns=columns, event=event, leaf=leaf
        )

    def _gone(self) -> None:
        """Rows that the journal knows and the table lacks."""
        spec = self.spec
        with ServerCursor(self.connection, f"keys_{spec.name}") as cursor:
            cursor.itersize = CHUNK
            cursor.execute(
                f"SELECT {spec.canonical_columns()} FROM {spec.name} t WHERE {spec.rows}", binary=True
            )
            keys = (spec.key(dict(zip(spec.names, values, strict=True))) for values in cursor)
            gone = self.says.absent(spec.name, keys)
        for key, leaf in gone:
            event, said = self._writer(key, leaf)
            if spec.unit and said.get(spec.unit) in self.erased:
                self.report.erased += 1
                continue
            self.report.findings.add(Kind.ROW_DELETED, table=spec.name, key=key, event=event, leaf=leaf)

    def _writer(self, key: str, leaf: int) -> tuple[str, Image]:
        """The event that wrote a row last, and the row's image there; an empty one where it cannot be read."""
        with Cursor(self.connection) as cursor:
            rows = cursor.execute(*((_BODY, [leaf]) if leaf >= 0 else (_UNSEALED_BODY,)), binary=True)
            event = ""
            for event, body in rows:
                images = self._images(body, key)
                if images:
                    return event, images[-1]
        return event, {}

    def _images(self, body: bytes, key: str) -> list[Image]:
        try:
            return [
                image
                for spec, op, image in changes(orjson.loads(body))
                if op == PUT and spec.name == self.spec.name and spec.key(image) == key
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            return []
