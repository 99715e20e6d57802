"""Whom a simulated nation needs: holders for the offices that would stand empty, and citizens. Done once, by key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID

from sauro.core.doorway import Ask, act_many
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Actor, Definition, Holding
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.packs.ids import id_of
from sauro.project.cli.progress import Stages

LAST = "Mô-Phỏng"
"""The last word of every made-up name; one word, since lists show the first letter of each."""
SINCE = date(2026, 1, 1)
STEP = 100
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ")
MIDDLES = ("Văn", "Thị", "Minh", "Thanh", "Ngọc", "Hữu", "Thu", "Quốc")
GIVEN = ("An", "Bình", "Châu", "Dũng", "Hà", "Hạnh", "Hương", "Khánh", "Lan", "Long", "Mai", "Phúc")


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who files. The number begins with 000: it is given to nobody."""

    id: UUID
    name: str
    number: str


def name_of(number: int) -> str:
    """A made-up name that says so."""
    chance = Random(number)
    return f"{chance.choice(FAMILIES)} {chance.choice(MIDDLES)} {chance.choice(GIVEN)} {LAST}"


def citizens(count: int) -> list[Citizen]:
    """The first of the simulated citizens; the same ones for every seed."""
    return [
        Citizen(id_of(f"simulation/citizen/{n}"), name_of(n), f"00029{n:07d}") for n in range(count)
    ]  # fmt: skip


def settle(wanted: Sequence[Citizen], stages: Stages) -> None:
    """Register the citizens who are not there yet, each with the grant that everybody has for their own."""
    role = Definition.objects.get(kind="role", code="citizen", state="published").id
    known = set(Actor.objects.filter(pk__in=[each.id for each in wanted]).values_list("pk", flat=True))
    asks = []
    for each in wanted:
        if each.id in known:
            continue
        identity = {"name": each.name, "number": each.number}
        asks.append(_registering(each.id, identity))
        given = {
            "holder": each.id, "role": role, "scope": "own", "purpose": "citizen", "basis": "simulation",
            "valid_from": datetime(2026, 1, 1, tzinfo=UTC),
        }  # fmt: skip
        asks.append(Ask("core.grant", PLATFORM, f"simulation:{each.id}", given))
    _do(asks, stages, "citizens")


def fill(offices: Iterable[UUID], stages: Stages) -> None:
    """Appoint somebody made up to each of these offices that nobody holds today."""
    wanted = set(offices) - set(holders(offices))
    rows = Actor.objects.filter(pk__in=wanted, kind="position").order_by("code").values_list("pk", "code")
    asks = []
    for number, (office, code) in enumerate(rows):
        person = id_of(f"simulation/officer/{code}")
        if not Actor.objects.filter(pk=person).exists():
            asks.append(_registering(person, {"name": name_of(1_000_000 + number)}))
        payload = {"person": person, "valid_from": SINCE}
        asks.append(Ask("core.appoint", PLATFORM, f"simulation:{code}", payload, subject=office))
    _do(asks, stages, "officers")


def holders(offices: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who holds these offices today: one person each, the one who was first appointed."""
    today = local_day(now())
    rows = Holding.objects.filter(position__in=list(offices), valid_from__lte=today).order_by(
        "-valid_from", "-id"
    )
    return {row.position: row.person for row in rows if row.valid_to is None or row.valid_to >= today}


def _registering(person: UUID, identity: dict[str, str]) -> Ask:
    payload: dict[str, Any] = {"id": person, "kind": "person", "valid_from": SINCE, "identity": identity}
    return Ask("core.register_actor", PLATFORM, f"simulation:{person}", payload)


def _do(asks: list[Ask], stages: Stages, title: str) -> None:
    # The persons first, many at a time: an appointment is an act of its own and would cut the batches.
    asks.sort(key=lambda ask: ask.action != "core.register_actor")
    for at in range(0, len(asks), STEP):
        for result in act_many(asks[at : at + STEP]):
            if isinstance(result, Refusal):
                raise result
        stages(title, min(at + STEP, len(asks)), len(asks))
