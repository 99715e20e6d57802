"""How much work follows each organisation that goes, and what of it stays where it is because it has ended."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from sauro.serve.rules.statuses import Status
from sauro.steer.rules.matrix import OPEN

WAITS = [int(Status.SUPPLEMENT_REQUESTED), int(Status.FINANCE_REQUESTED)]


@dataclass(frozen=True)
class Load:
    """What an organisation, and those that it stands for, has to do; and what it did."""

    dossiers: int = 0
    waiting: int = 0
    tasks: int = 0
    beside: int = 0
    ended: int = 0
    grants: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.dossiers + other.dossiers, self.waiting + other.waiting, self.tasks + other.tasks,
            self.beside + other.beside, self.ended + other.ended, self.grants + other.grants,
        )  # fmt: skip


_LED = """
SELECT count(*) FILTER (WHERE c.kind = 'dossier' AND c.state IN ('filed', 'assigned')),
  count(*) FILTER (WHERE c.kind = 'dossier' AND d.status = ANY(%(waits)s)),
  count(*) FILTER (WHERE c.kind = 'task' AND c.state IN ('filed', 'assigned')),
  count(*) FILTER (WHERE c.state IN ('closed', 'cancelled'))
FROM core_commitment c LEFT JOIN serve_dossier d ON d.id = c.id WHERE c.lead = ANY(%(own)s)
"""
_BESIDE = "SELECT count(*) FROM steer_task WHERE coordinating && %(own)s AND stage = ANY(%(open)s)"
_GRANTS = """
SELECT count(*) FROM core_grant WHERE revoked_at IS NULL AND (valid_to IS NULL OR valid_to > now()) AND scope_id = ANY(%(own)s)
"""


def load(organisation: UUID) -> Load:
    """The work of one organisation as it stands today, with what it took over before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM core_actor WHERE current = %s", [organisation])
        values = {"own": [row[0] for row in cursor.fetchall()], "waits": WAITS, "open": list(OPEN)}
        cursor.execute(_LED, values)
        dossiers, waiting, tasks, ended = cursor.fetchone()
        cursor.execute(_BESIDE, values)
        (beside,) = cursor.fetchone()
        cursor.execute(_GRANTS, values)
        (grants,) = cursor.fetchone()
    return Load(dossiers, waiting, tasks, beside, ended, grants)


_LOST = """
SELECT DISTINCT p.id, g.role FROM core_grant g JOIN core_actor p ON p.id = g.holder
WHERE p.id = ANY(%s) AND g.revoked_at IS NULL AND (g.valid_to IS NULL OR g.valid_to > now())
"""


def rights(offices: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """Which roles each of these offices has been granted."""
    found: dict[UUID, set[UUID]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LOST, [list(offices)])
        for office, role in cursor.fetchall():
            found.setdefault(office, set()).add(role)
    return found
