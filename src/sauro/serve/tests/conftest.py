"""People for tests of the one-stop room: a citizen, the officers of one commune, and a filing that is complete."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from sauro.core.doorway import Ask, Outcome, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Definition, StoredFile
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.serve.models import Dossier
from sauro.serve.queries.places import places_for
from sauro.serve.rules.procedures import Procedure, procedure

COMMUNE = "26041"
BIRTH = {
    "requester_name": "Trần Thị Hoa", "requester_id": "075190000001", "requester_residence": "12 Lê Lợi",
    "requester_relation": "mother", "requester_phone": "0912345678", "requester_email": "hoa@example.vn",
    "child_name": "TRẦN AN NHIÊN", "child_birth_date": "2026-11-02", "child_gender": "female",
    "child_birth_place": "Bệnh viện Đồng Nai", "child_home_place": "Đồng Nai", "child_ethnicity": "Kinh",
    "child_nationality": "Việt Nam", "proof_of_birth": "certificate", "surrogacy": "no", "mother_name": "Trần Thị Hoa",
    "mother_id": "075190000001", "mother_birth_year": 1990, "parents_married": "no", "result_delivery": "electronic",
}  # fmt: skip


ENTERED = {
    "personal_number": "075326000123", "register_number": "127/2026", "register_book": "01/2026", "registered_on": "2026-11-22",
}  # fmt: skip
"""What the drafter of a birth certificate enters, beside what was declared."""


def stored(dossier: UUID) -> UUID:
    """A stored file of the dossier, under the dossier's own id and without a body: what may be prepared and signed."""
    StoredFile.objects.create(
        id=dossier, unit=dossier, name_part="", digest=b"", size=1, media_type="application/pdf", scanned="clean",
        owner=PLATFORM, created=now(),
    )  # fmt: skip
    return dossier


def office(dossier: UUID, step: str) -> UUID:
    """The office that the dossier's plan names for a step."""
    return UUID(Dossier.objects.get(pk=dossier).plan["positions"][step])


@dataclass
class Town:
    """A commune with an officer in every office, and a citizen."""

    area: str
    citizen: UUID
    officers: dict[UUID, UUID] = field(default_factory=dict)

    def holder(self, position: UUID) -> UUID:
        return self.officers[position]

    def procedure(self, code: str) -> Procedure:
        found = definitions.in_force("procedure", code, local_day(now()))
        assert found is not None
        return found.compiled(procedure)

    def filing(self, code: str = "1.001193", *, channel: int = 1, **answers: Any) -> dict[str, Any]:
        found = self.procedure(code)
        places = places_for(found, self.area, channel)
        assert places is not None
        for organisation in places.involved:
            self.staff(organisation)
        given = BIRTH if code == "1.001193" else {}
        return {
            "id": new_id(), "definition": found.id, "received_by": places.received_by, "competent": places.competent,
            "involved": places.involved, "area": self.area, "channel": channel, "answers": {**given, **answers},
            # Nobody files for themselves at the counter; but there no paper has to be uploaded.
            "simulated": channel != 2,
        }  # fmt: skip

    def file(self, code: str = "1.001193", **answers: Any) -> UUID:
        payload = self.filing(code, **answers)
        dossier = act(Ask("serve.submit_dossier", self.citizen, str(payload["id"]), payload)).subject
        stored(dossier)
        return dossier

    def merge_away(self, position: UUID) -> UUID:
        """Merge the organisation of an office into the next commune, which is staffed. Gives the office's successor."""
        into = Actor.objects.get(kind="organisation", code="C26020").id
        self.staff(into)
        merged = Actor.objects.get(pk=position).organisation
        payload = {"into": into, "basis": "202/2025/QH15"}
        act(Ask("core.merge_organisations", PLATFORM, "merge", payload, merged))
        heir = Actor.objects.get(pk=position).current
        assert heir is not None and heir != position
        return heir

    def staff(self, organisation: UUID) -> None:
        """Appoint a person to every position of an organisation that has none yet."""
        for row in Actor.objects.filter(kind="position", organisation=organisation).values_list(
            "id", flat=True
        ):
            if row not in self.officers:
                person = new_id()
                day = date(2026, 1, 1)
                act(
                    Ask(
                        "core.register_actor",
                        PLATFORM,
                        f"p{person}",
                        {"id": person, "kind": "person", "valid_from": day},
                    )
                )
                act(
                    Ask(
                        "core.appoint",
                        PLATFORM,
                        f"a{person}",
                        {"person": person, "valid_from": day},
                        subject=row,
                    )
                )
                self.officers[row] = person

    def do(
        self,
        dossier: UUID,
        action: str,
        payload: dict[str, Any] | None = None,
        *,
        step: str = "",
        key: str = "",
    ) -> Outcome:
        """An act by the holder of the office that the dossier's plan names for a step (the present one)."""
        row = Dossier.objects.get(pk=dossier)
        position = UUID(row.plan["positions"][step or row.step])
        ask = Ask(
            action,
            self.officers[position],
            key or f"{action}:{new_id()}",
            payload or {},
            subject=dossier,
            position=position,
        )
        return act(ask)


@pytest.fixture
def town(db: None) -> Town:
    definitions.forget()
    citizen = new_id()
    day = date(2026, 1, 1)
    act(
        Ask(
            "core.register_actor",
            PLATFORM,
            f"c{citizen}",
            {"id": citizen, "kind": "person", "valid_from": day},
        )
    )
    role = Definition.objects.get(kind="role", code="citizen", state="published")
    act(
        Ask(
            "core.grant", PLATFORM, f"g{citizen}",
            {"holder": citizen, "role": role.id, "scope": "own", "purpose": "file", "basis": "account"},
        )
    )  # fmt: skip
    return Town(COMMUNE, citizen)
