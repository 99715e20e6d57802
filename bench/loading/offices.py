"""Who leads tasks in the benchmark: heads of agencies with the grants under which they act, a secretary and a verifier."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench.loading.base import SINCE, People

FIELDS = ("organisation", "position", "person", "lead_grant", "hand_grant")
_HEADS = """
SELECT p.organisation, p.id, g.id FROM core_actor p JOIN core_grant g ON g.holder = p.id AND g.revoked_at IS NULL
JOIN core_definition d ON d.id = g.role AND d.code = 'task_lead'
WHERE p.kind = 'position' AND p.head AND p.current = p.id ORDER BY p.code LIMIT %s
"""


@dataclass(frozen=True)
class Head:
    """A head with the grant of the office, and one to hand parts on to anybody: a cascade here goes to whom it may."""

    organisation: UUID
    position: UUID
    person: UUID
    lead_grant: UUID
    hand_grant: UUID

    def values(self) -> list[bytes]:
        return [str(getattr(self, name)).encode() for name in FIELDS]


class Offices(People):
    """Seats heads; every one of them may hand a part to every other."""

    def __init__(self) -> None:
        super().__init__()
        body = {"code": "bench-cascade", "scope": "all", "actions": ["steer.hand_sub_task"]}
        role = {"kind": "role", "code": "bench-cascade", "version": 1, "valid_from": SINCE, "basis": "bench", "body": body}  # fmt: skip
        (self.cascade,) = self.act([("core.publish_definition", role, None)])

    def heads(self, most: int) -> list[Head]:
        """So many heads of agencies, in office."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(_HEADS, [most])
            rows = cursor.fetchall()
        persons = self._seated([position for _organisation, position, _grant in rows])
        # The doorway acts under the oldest grant that covers the task: the one for handing on must be older.
        self.act([("core.revoke", {"basis": "61/2018/NĐ-CP"}, grant) for *_, grant in rows])
        handing = self.act(
            [("core.grant", self._grant(person, self.cascade, "all"), None) for person in persons]
        )
        leading = self.act([
            ("core.grant", {**self._grant(position, self.roles["task_lead"], "subtree"), "scope_id": organisation}, None)
            for organisation, position, _grant in rows
        ])  # fmt: skip
        return [
            Head(organisation, position, person, lead, hand)
            for (organisation, position, _), person, lead, hand in zip(
                rows, persons, leading, handing, strict=True
            )
        ]

    def seat(self, organisation: str, type_: str) -> tuple[UUID, UUID, UUID]:
        """Somebody in one office: (organisation, position, person)."""
        from sauro.core.models import Actor

        home = Actor.objects.get(code=organisation)
        position = Actor.objects.get(kind="position", organisation=home.id, type=type_)
        (person,) = self._seated([position.id])
        return home.id, position.id, person

    def _seated(self, positions: list[UUID]) -> list[UUID]:
        persons = self.persons([f"Bench {number}" for number in range(len(positions))])
        seats: list[tuple[str, dict[str, Any], UUID | None]] = [
            ("core.appoint", {"person": person, "valid_from": SINCE}, position)
            for position, person in zip(positions, persons, strict=True)
        ]
        self.act(seats)
        return persons
