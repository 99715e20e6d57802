"""The first half of verification: every event, in the order of its leaf, against its hash, its columns and the tree."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from sauro.core.journal import diagnose
from sauro.core.journal.findings import Findings, Kind
from sauro.core.journal.sealer import TILE, TILE_LEVELS
from sauro.core.merkle import CompactRange, leaf_hash, perfect_root

READ = """
SELECT l.leaf_index, l.event_id::text, l.hash, e.body, e.id::text, e.name, e.person::text, e.position::text,
  e.grant_id::text, e.subject::text, e.key,
  to_char(e.recorded AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
FROM core_leaf l LEFT JOIN core_event e ON e.id = l.event_id
WHERE l.leaf_index >= %s AND l.leaf_index < %s ORDER BY l.leaf_index
"""
# What the columns repeat of the body, in the order of the statement: (column, key in the body).
_REPEATED = (
    ("id", "id"), ("name", "name"), ("person", "person"), ("position", "position"), ("grant_id", "grant"),
    ("subject", "subject"), ("key", "key"), ("recorded", "recorded"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expected:
    """A root that somebody signed. ``source`` names the checkpoint for the reader."""

    size: int
    root: bytes
    source: str


@dataclass
class Walk:
    """Goes through the leaves once. Feed ranges of rows to ``take``; call ``end`` after the last.

    ``expected`` are signed roots in order of size. The tree is built from the stored leaf hashes, so that an altered
    event is named alone and not by every root above it.
    """

    expected: list[Expected]
    findings: Findings
    tree: CompactRange = field(default_factory=CompactRange)
    events: int = 0
    covered: list[int] = field(default_factory=list)
    tiles: dict[int, list[bytes]] = field(default_factory=lambda: {level: [] for level in TILE_LEVELS})
    torn: bool = False
    _good: CompactRange = field(default_factory=CompactRange)
    _since: list[tuple[bytes, str]] = field(default_factory=list)
    _open: list[bytes] = field(default_factory=list)
    _wrong: Expected | None = None
    _judged: bool = False

    def take(self, rows: Sequence[Any]) -> None:
        """Rows of ``READ``, in order."""
        for leaf, event, hash_, body, *columns in rows:
            if leaf != self.events:
                self._missing(leaf)
            self._event(leaf, event, hash_, body, columns)
            self.events = leaf + 1
            if not self.torn:
                self._grow(hash_, event)

    def end(self) -> None:
        """Judge what is left: a wrong root without leaves behind it, checkpoints beyond the last leaf."""
        if self._wrong and not self._judged:
            self._judge(None)
        for beyond in self.expected[len(self.covered) :]:
            if beyond.size > self.events:
                self.findings.add(
                    Kind.JOURNAL_SHORTER, size=self.events, source=beyond.source, covered=beyond.size
                )

    def _event(self, leaf: int, event: str, hash_: bytes, body: bytes | None, columns: list[Any]) -> None:
        if body is None:
            self.findings.add(Kind.EVENT_DELETED, event=event, leaf=leaf)
            return
        if leaf_hash(body) != hash_:
            self.findings.add(Kind.EVENT_ALTERED, event=event, leaf=leaf)
        wrong = differing(body, columns)
        if wrong:
            self.findings.add(Kind.EVENT_COLUMNS, event=event, leaf=leaf, columns=wrong)

    def _missing(self, leaf: int) -> None:
        self.findings.add(Kind.LEAVES_MISSING, first=self.events, last=leaf - 1)
        # Without these leaves no later root can be computed.
        self.torn = True

    def _grow(self, hash_: bytes, event: str) -> None:
        self.tree.append(hash_)
        self._open.append(hash_)
        if len(self._open) == TILE:
            self._tile()
        if len(self._since) <= diagnose.MOST_LEAVES:
            self._since.append((hash_, event))
        if self._wrong:
            if not self._judged:
                self._judge((hash_, event))
            return
        while len(self.covered) < len(self.expected):
            next_ = self.expected[len(self.covered)]
            if next_.size > self.tree.size:
                return
            self.covered.append(next_.size)
            if next_.size < self.tree.size:
                continue
            if self.tree.root() != next_.root:
                self._wrong = next_
                return
            self._good, self._since = CompactRange(self.tree.size, list(self.tree.peaks)), []

    def _tile(self) -> None:
        level, full = TILE_LEVELS[0], self._open
        self._open = []
        self.tiles[level].append(perfect_root(full))
        for above in TILE_LEVELS[1:]:
            below = self.tiles[level]
            if len(below) % TILE:
                return
            self.tiles[above].append(perfect_root(below[-TILE:]))
            level = above

    def _judge(self, following: tuple[bytes, str] | None) -> None:
        """Say what happened between the last right root and the first wrong one, as exactly as it can be known."""
        self._judged = True
        wrong, start = self._wrong, self._good.size
        assert wrong is not None
        length = wrong.size - start
        leaves = [hash_ for hash_, _ in self._since[:length]]
        if len(leaves) == length:
            pair = diagnose.exchanged(self._good, leaves, wrong.root)
            if pair:
                first, last = (start + at for at in pair)
                self.findings.add(Kind.LEAVES_EXCHANGED, first=first, last=last)
                return
            if following:
                at = diagnose.inserted(self._good, [*leaves, following[0]], wrong.root)
                if at is not None:
                    event = [*self._since[:length], following][at][1]
                    self.findings.add(Kind.LEAF_INSERTED, leaf=start + at, event=event)
                    return
        self.findings.add(Kind.LEAVES_REPLACED, first=start, last=wrong.size - 1, source=wrong.source)


def differing(body: bytes, columns: Sequence[Any]) -> tuple[str, ...]:
    """The columns of an event that do not say what its body says; ``body`` itself where it cannot be read."""
    try:
        said = orjson.loads(body)
        return tuple(
            column
            for (column, name), value in zip(_REPEATED, columns, strict=True)
            if name in said and said[name] != value
        )
    except (ValueError, TypeError):
        return ("body",)
