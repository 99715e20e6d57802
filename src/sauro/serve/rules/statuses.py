"""The four axes of a dossier, as the pack defines them: which moves are permitted, and what each rests on."""

from dataclasses import dataclass
from enum import IntEnum

import msgspec

from sauro.core.queries.definitions import Published
from sauro.core.shapes import prepared
from sauro.packs import schema

SHAPE = prepared(schema.StatusAxis)


class Status(IntEnum):
    """The ten national status codes (business axis)."""

    SUBMITTED = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    PROCESSING = 4
    SUPPLEMENT_REQUESTED = 5
    FINANCE_REQUESTED = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    RETURNED = 10


@dataclass(frozen=True)
class Axis:
    """One axis: its states and its permitted moves."""

    code: str
    states: dict[str, schema.Status]
    moves: dict[tuple[str, str], schema.Transition]

    def permits(self, before: str | int, after: str | int) -> bool:
        """Whether the move is permitted; staying is not a move."""
        return (str(before), str(after)) in self.moves

    def rule(self, before: str | int, after: str | int) -> str:
        """What the move, or its refusal, rests on."""
        move = self.moves.get((str(before), str(after)))
        if move is None:
            return f"statuses: {self.code} {before} → {after}"
        return (
            f"{move.basis.instrument}, {move.basis.article}"
            if move.basis
            else f"statuses: {self.code} ({move.ground})"
        )


def axis(published: Published) -> Axis:
    """Compile a published definition of kind ``status_axis``."""
    terms = msgspec.convert(published.body, SHAPE, strict=False)
    moves = {(move.start, move.to): move for move in terms.transitions}
    return Axis(terms.code, {state.code: state for state in terms.states}, moves)
