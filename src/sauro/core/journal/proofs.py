"""Proofs for strangers: that an event stands in the journal, and that a later journal continues an earlier one.

They hold hashes (hexadecimal) and numbers, never bodies. ``check`` needs nothing but the proof and the verifier key
of the log, so that anybody can run it elsewhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext_lazy as _
from psycopg import Cursor

from sauro.core import merkle, note
from sauro.core.journal import checkpoints
from sauro.core.journal.database import Connection
from sauro.core.journal.hashes import StoredHashes, TreeBroken
from sauro.core.journal.sealer import tree_size
from sauro.core.merkle import ProofRefused
from sauro.core.note import Verifier
from sauro.core.refusal import Refusal

RULE = "I10"


class CheckpointAnswer(msgspec.Struct, frozen=True):
    """A signed statement of the tree's size and root; ``note`` is the C2SP signed note itself."""

    size: int
    root: str
    note: str


class InclusionProof(msgspec.Struct, frozen=True):
    """That the leaf with ``leaf_hash`` stands at ``leaf_index`` in the tree of ``size`` leaves (RFC 9162 §2.1.3).

    ``checkpoint`` is the signed note for that size, where one was signed.
    """

    leaf_index: int
    leaf_hash: str
    size: int
    root: str
    path: list[str]
    checkpoint: str | None
    event: UUID | None = None

    def check(self, verifiers: list[Verifier]) -> None:
        """Raises ProofRefused, or NoteRefused, where this proves nothing."""
        _check_note(self.checkpoint, self.size, self.root, verifiers)
        path = [bytes.fromhex(item) for item in self.path]
        leaf, root = bytes.fromhex(self.leaf_hash), bytes.fromhex(self.root)
        merkle.verify_inclusion(self.leaf_index, self.size, leaf, path, root)


class ConsistencyProof(msgspec.Struct, frozen=True):
    """That the tree of ``second`` leaves begins with the tree of ``first`` (RFC 9162 §2.1.4)."""

    first: int
    second: int
    first_root: str
    second_root: str
    path: list[str]
    checkpoint: str | None

    def check(self, verifiers: list[Verifier]) -> None:
        """Raises ProofRefused, or NoteRefused, where this proves nothing. Compare ``first_root`` with what you kept."""
        _check_note(self.checkpoint, self.second, self.second_root, verifiers)
        path = [bytes.fromhex(item) for item in self.path]
        roots = bytes.fromhex(self.first_root), bytes.fromhex(self.second_root)
        merkle.verify_consistency(self.first, self.second, *roots, path)


def checkpoint(connection: Connection, size: int | None = None) -> CheckpointAnswer:
    """The newest checkpoint, or the one of ``size``. Raises Refusal."""
    found = checkpoints.latest(connection) if size is None else checkpoints.at(connection, size)
    if found is None:
        raise _refusal("no_checkpoint", _("There is no checkpoint of this size. Ask for the newest one."))
    return CheckpointAnswer(found.size, found.root.hex(), found.note)


def inclusion(
    connection: Connection,
    *,
    event: UUID | None = None,
    leaf_index: int | None = None,
    size: int | None = None,
) -> InclusionProof:
    """Prove that an event (by its id or its place) is in the journal at ``size``; by default at the newest checkpoint.

    Raises Refusal: ``unknown_event``, ``not_sealed``, ``not_covered``, ``no_such_size``, ``no_checkpoint``,
    ``journal_torn``.
    """
    with _torn_is_refused(), connection.transaction(), Cursor(connection) as cursor:
        index, hash_ = _leaf(cursor, event, leaf_index)
        size = _size(connection, cursor, size)
        if index >= size:
            raise _refusal(
                "not_covered",
                _("This event is younger than the checkpoint. Ask again in a minute."),
                index=index,
            )
        hashes = StoredHashes(cursor).fetch(merkle.inclusion_ranges(index, size))
        path = merkle.inclusion_proof(index, size, hashes)
        root = merkle.inclusion_root(index, size, hash_, path)
        stored = checkpoints.at(connection, size)
        if stored and stored.root != root:
            raise TreeBroken(f"The leaves below {size} do not have the root that was signed")
    return InclusionProof(
        leaf_index=index,
        leaf_hash=hash_.hex(),
        size=size,
        root=root.hex(),
        path=[item.hex() for item in path],
        checkpoint=stored.note if stored else None,
        event=event,
    )


def consistency(connection: Connection, first: int, second: int | None = None) -> ConsistencyProof:
    """Prove that the journal at ``second`` (by default the newest checkpoint) continues the one at ``first``.

    Raises Refusal: ``no_such_size``, ``no_checkpoint``, ``journal_torn``.
    """
    with _torn_is_refused(), connection.transaction(), Cursor(connection) as cursor:
        second = _size(connection, cursor, second)
        if not 0 < first <= second:
            raise _no_such_size(first)
        ranges = merkle.consistency_ranges(first, second)
        hashes = StoredHashes(cursor).fetch([(0, first), (0, second), *ranges])
        path = merkle.consistency_proof(first, second, hashes)
        roots = merkle.root(first, hashes), merkle.root(second, hashes)
    stored = checkpoints.at(connection, second)
    return ConsistencyProof(
        first=first,
        second=second,
        first_root=roots[0].hex(),
        second_root=roots[1].hex(),
        path=[item.hex() for item in path],
        checkpoint=stored.note if stored else None,
    )


def _check_note(signed: str | None, size: int, root: str, verifiers: list[Verifier]) -> None:
    if signed is None:
        raise ProofRefused("No signed checkpoint stands behind this proof")
    said = note.open_checkpoint(signed, verifiers)
    if (said.size, said.root.hex()) != (size, root):
        raise ProofRefused("The signed checkpoint is of another tree")


def _leaf(cursor: Cursor[Any], event: UUID | None, leaf_index: int | None) -> tuple[int, bytes]:
    column, value = ("event_id", event) if event is not None else ("leaf_index", leaf_index)
    row = cursor.execute(
        f"SELECT leaf_index, hash FROM core_leaf WHERE {column} = %s",
        [value],
        binary=True,
    ).fetchone()
    if row:
        return row[0], row[1]
    if event and cursor.execute("SELECT FROM core_event WHERE id = %s", [event]).rowcount:
        raise _refusal("not_sealed", _("This event was recorded a moment ago. Ask again in a second."))
    raise _refusal("unknown_event", _("The journal has no such event. Check the number you were given."))


def _size(connection: Connection, cursor: Cursor[Any], size: int | None) -> int:
    if size is None:
        return checkpoint(connection).size
    if not 0 < size <= tree_size(cursor):
        raise _no_such_size(size)
    return size


def _no_such_size(size: int) -> Refusal:
    return _refusal("no_such_size", _("The journal never had this size. Ask for a smaller one."), size=size)


def _refusal(code: str, message: Any, status: int = 404, **details: Any) -> Refusal:
    return Refusal(code, RULE, message, status=status, details=details)


@contextmanager
def _torn_is_refused() -> Iterator[None]:
    """A journal that was tampered with proves nothing, and says so."""
    try:
        yield
    except TreeBroken as broken:
        raise _refusal(
            "journal_torn",
            _(
                "The journal is not whole here, so it can prove nothing. Tell the agency: it must verify its journal."
            ),
            status=409,
        ) from broken
