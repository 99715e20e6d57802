"""Two communes with more to do than anybody could type: run inside an installation, it prints what the journey needs.

sauro manage shell -c "from tests.journeys.crowd import fill; fill()"
"""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sauro.core.doorway import Ask, Outcome, act, act_many
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Actor, Definition, Holding
from sauro.core.moment import now
from sauro.packs.ids import id_of
from sauro.serve.models import Dossier
from sauro.serve.queries.places import places_for
from sauro.serve.tests.conftest import BIRTH, Town

GOES, STAYS = "26041", "26020"
DOSSIERS, TASKS, STEP = 1_000, 250, 500
"""For each of the two communes."""
DAY = date(2026, 1, 1)


def do(asks: list[Ask]) -> list[Outcome]:
    made = []
    for at in range(0, len(asks), STEP):
        for result in act_many(asks[at : at + STEP]):
            assert isinstance(result, Outcome), result
            made.append(result)
    return made


def person() -> UUID:
    known = {"id": new_id(), "kind": "person", "valid_from": DAY}
    return act(Ask("core.register_actor", PLATFORM, str(known["id"]), known)).subject


def staff(area: str) -> None:
    """Somebody in every office of a commune that nobody holds yet."""
    homes = Actor.objects.filter(kind="organisation", area=area).values_list("id", flat=True)
    for office in Actor.objects.filter(kind="position", organisation__in=list(homes)):
        if not Holding.objects.filter(position=office.id).exists():
            payload = {"person": person(), "valid_from": DAY}
            act(Ask("core.appoint", PLATFORM, f"crowd:{office.code}", payload, office.id))


def holder(office: UUID) -> UUID:
    return Holding.objects.get(position=office).person


def dossiers(area: str, citizen: UUID, count: int) -> list[UUID]:
    """Filed, and all but every tenth accepted."""
    found = Town(area, citizen).procedure("1.001193")
    places = places_for(found, area, 1)
    assert places is not None
    payloads: list[dict[str, Any]] = [
        {
            "id": new_id(), "definition": found.id, "received_by": places.received_by, "competent": places.competent,
            "involved": places.involved, "area": area, "channel": 1, "answers": BIRTH, "simulated": True,
        }
        for _number in range(count)
    ]  # fmt: skip
    do([Ask("serve.submit_dossier", citizen, str(payload["id"]), payload) for payload in payloads])
    ids = [payload["id"] for payload in payloads]
    desk = UUID(Dossier.objects.get(pk=ids[0]).plan["positions"]["receive"])
    accepted = [id_ for at, id_ in enumerate(ids) if at % 10 != 9]
    do([Ask("serve.accept_dossier", holder(desk), f"accept:{id_}", {}, id_, desk) for id_ in accepted])
    return ids


def tasks(areas: list[str]) -> None:
    """Promised by the centre to the communes."""
    office = Actor.objects.get(code="VN.VPTW/thu-ky-chi-dao").id
    judge = Actor.objects.get(code="VN.VPTW/tham-dinh-nhiem-vu").id
    secretary = holder(office)
    today = local_day(now())
    law = {
        "number": "99/NQ-CP", "title": "Chương trình hành động", "issuer": "Chính phủ", "issued": DAY, "valid_from": DAY,
        "text": "Điều 1. Nhiệm vụ",
    }  # fmt: skip
    instrument = act(Ask("steer.register_instrument", secretary, "crowd", law, None, office)).answer[
        "instrument"
    ]
    drafts = []
    for area in areas:
        lead = Actor.objects.get(code=f"C{area}")
        head = Actor.objects.get(kind="position", organisation=lead.id, head=True)
        for number in range(TASKS):
            terms = {
                "id": new_id(), "task": f"Số hóa hồ sơ hộ tịch, đợt {number + 1}", "lead": lead.id, "position": head.id,
                "output": "Biên bản nghiệm thu", "due_on": today + timedelta(days=120), "verifier": judge,
                "coordinating": [], "instrument": instrument, "home": Actor.objects.get(code="VN.VPTW").id,
            }  # fmt: skip
            drafts.append(Ask("steer.draft_task", secretary, str(terms["id"]), terms, None, office))
    made = [outcome.subject for outcome in do(drafts)]
    do([Ask("steer.assign_task", secretary, f"assign:{id_}", {}, id_, office) for id_ in made])


def fill() -> None:
    """Everything; then one dossier of the demonstration's own citizen, accepted, in the commune that goes."""
    crowd = person()
    role = Definition.objects.get(kind="role", code="citizen", state="published").id
    right = {"holder": crowd, "role": role, "scope": "own", "purpose": "file", "basis": "crowd"}
    act(Ask("core.grant", PLATFORM, "crowd", right))
    staff(STAYS)
    for area in (GOES, STAYS):
        dossiers(area, crowd, DOSSIERS)
    tasks([GOES, STAYS])
    (own,) = dossiers(GOES, id_of("demonstration/nguoidan"), 1)
    row = Dossier.objects.get(pk=own)
    names = {area: Actor.objects.get(code=f"C{area}") for area in (GOES, STAYS)}
    print(json.dumps({
        "dossier": str(own), "reference": row.reference, "code": row.code,
        "names": {area: {"vi": actor.name_vi, "en": actor.name_en} for area, actor in names.items()},
        "ids": {area: str(actor.id) for area, actor in names.items()},
    }))  # fmt: skip
