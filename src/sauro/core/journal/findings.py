"""What verification finds: each finding is a record that names what was changed and where, and says it in a sentence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

Progress = Callable[[str, int, int], None]
"""Told now and then: which stage (``events``, ``replay``, ``state``), how much is done, of how much."""

MOST = 1_000
"""So many findings are kept one by one; the others are counted."""


class Kind(StrEnum):
    """What happened. The values are stable: programs read them."""

    EVENT_ALTERED = "event_altered"
    EVENT_COLUMNS = "event_columns_altered"
    EVENT_DELETED = "event_deleted"
    EVENT_INSERTED = "event_inserted"
    EVENT_UNREADABLE = "event_unreadable"
    LEAVES_MISSING = "leaves_missing"
    LEAVES_EXCHANGED = "leaves_exchanged"
    LEAF_INSERTED = "leaf_inserted"
    LEAVES_REPLACED = "leaves_replaced"
    TILE_WRONG = "tile_wrong"
    CHECKPOINT_FORGED = "checkpoint_forged"
    JOURNAL_SHORTER = "journal_shorter"
    ROW_ALTERED = "row_altered"
    ROW_DELETED = "row_deleted"
    ROW_INSERTED = "row_inserted"


_SENTENCES: dict[Kind, Any] = {
    Kind.EVENT_ALTERED: _(
        "Event %(event)s at leaf %(leaf)s was altered: its bytes are not those that were sealed."
    ),
    Kind.EVENT_COLUMNS: _("Columns of event %(event)s at leaf %(leaf)s were altered: %(columns)s."),
    Kind.EVENT_DELETED: _("Event %(event)s at leaf %(leaf)s was deleted."),
    Kind.EVENT_INSERTED: _(
        "Event %(event)s was inserted without a place in the journal, or no sealer has run since it was recorded."
    ),
    Kind.EVENT_UNREADABLE: _("Event %(event)s at leaf %(leaf)s cannot be replayed: %(reason)s."),
    Kind.LEAVES_MISSING: _("Leaves %(first)s to %(last)s were deleted."),
    Kind.LEAVES_EXCHANGED: _("Leaves %(first)s and %(last)s were exchanged: the journal was reordered."),
    Kind.LEAF_INSERTED: _(
        "Leaf %(leaf)s, with event %(event)s, was inserted after the journal had been sealed."
    ),
    Kind.LEAVES_REPLACED: _(
        "Leaves %(first)s to %(last)s are not those for which checkpoint %(source)s was signed: "
        "events among them were altered, deleted, inserted or reordered."
    ),
    Kind.TILE_WRONG: _("The stored hash of subtree %(index)s at level %(level)s is not that of its leaves."),
    Kind.CHECKPOINT_FORGED: _(
        "Checkpoint %(source)s is not genuine: no key of this installation signed it, or it does not say what "
        "its note says."
    ),
    Kind.JOURNAL_SHORTER: _(
        "The journal has %(size)s events, but checkpoint %(source)s covers %(covered)s: "
        "the journal was truncated, or the whole database was rolled back."
    ),
    Kind.ROW_ALTERED: _("Row %(key)s of %(table)s was altered: %(columns)s. Event %(event)s wrote it last."),
    Kind.ROW_DELETED: _("Row %(key)s of %(table)s was deleted. Event %(event)s wrote it last."),
    Kind.ROW_INSERTED: _("Row %(key)s of %(table)s was inserted: no event wrote it."),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be. ``facts`` holds ids, places and column names, never contents."""

    kind: Kind
    facts: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, kind: Kind, **facts: Any) -> "Finding":
        return cls(kind, tuple(facts.items()))

    @property
    def sentence(self) -> str:
        """What and where, in the reader's language."""
        said = {name: ", ".join(value) if isinstance(value, tuple) else value for name, value in self.facts}
        return str(_SENTENCES[self.kind]) % said

    def fact(self, name: str) -> Any:
        return dict(self.facts).get(name)

    def as_dict(self) -> dict[str, Any]:
        """For programs: the kind, the facts, and the sentence."""
        return {"kind": str(self.kind), **dict(self.facts), "sentence": self.sentence}


@dataclass
class Findings:
    """A bounded list: the first thousand, and how many there were."""

    kept: list[Finding] = field(default_factory=list)
    count: int = 0
    _seen: set[Finding] = field(default_factory=set)

    def add(self, kind: Kind, **facts: Any) -> None:
        self.put(Finding.of(kind, **facts))

    def put(self, finding: Finding) -> None:
        """Add a finding; one that is known already counts once."""
        if finding in self._seen:
            return
        self.count += 1
        if len(self.kept) < MOST:
            self.kept.append(finding)
            self._seen.add(finding)


@dataclass
class Report:
    """The answer of ``verify`` and ``replay_check``.

    ``events`` were read; ``waiting`` are committed and not sealed yet; ``rows`` were compared, by table; ``erased``
    rows are empty or gone because their unit was lawfully erased. ``compared`` is false where only a range of the
    journal was replayed. ``covered`` are the sizes of the checkpoints that were compared.
    """

    findings: Findings = field(default_factory=Findings)
    events: int = 0
    waiting: int = 0
    rows: dict[str, int] = field(default_factory=dict)
    erased: int = 0
    compared: bool = False
    covered: list[int] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.findings.count

    @property
    def exit_code(self) -> int:
        """0: all agrees; 1: something was changed."""
        return 0 if self.intact else 1

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "intact": self.intact,
            "events": self.events,
            "waiting": self.waiting,
            "rows": self.rows,
            "erased": self.erased,
            "compared": self.compared,
            "covered": self.covered,
            "count": self.findings.count,
            "findings": [finding.as_dict() for finding in self.findings.kept],
        }
