"""python -m bench.loading.base ADDRESS FILE COMMUNES CITIZENS: an installation with the whole pack, and real cases as seeds.

Every office of the chosen communes is held; for each commune cases stand at every stage, done act by act under a
simulated clock over the year before. What a copier needs to know of them goes into FILE.
"""

import json
import random
import sys
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.loading.forms import acceptable_answers
from bench.ours import installation
from bench.ours.steps import rendered

SINCE = date(2025, 7, 1)
FEW = 5
# Stages and how many of a thousand dossiers stand at each: an assumption of ours, told in docs/benchmarks.md.
STAGES = (
    ("returned", 780),
    ("finished", 60),
    ("sign", 30),
    ("draft", 60),
    ("accepted", 30),
    ("submitted", 25),
    ("supplement", 15),
)
PROCEDURES = ("1.000656", "1.001193", "1.001612")


def main() -> None:
    address, file, communes, citizens = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    # A small try needs no whole nation, which takes its minutes.
    installation.build(address, None if communes > FEW else (installation.PROVINCE,))
    random.seed(20251122)
    people = People()
    pool = people.citizens(citizens)
    seeds = Seeds(people, pool[0])
    for area in _areas(communes):
        seeds.commune(area)
    settle()
    told = {"seeds": seeds.made, "citizens": pool, "officers": seeds.officers}
    file.write_text(json.dumps(told, default=str))


def _areas(count: int) -> list[str]:
    """Communes spread over the whole country."""
    from sauro.core.models import Actor

    areas = list(
        Actor.objects.filter(type="commune-committee").order_by("code").values_list("area", flat=True)
    )
    return areas[:: max(1, len(areas) // count)][:count]


def settle() -> None:
    """What the worker would do: give every event its place, let every consumer read."""
    from sauro.core.journal import consumers, database, sealer
    from sauro.project.worker import all_consumers

    with database.connect() as own:
        keeper = sealer.Sealer()
        while keeper.seal_once(own):
            pass
    for consumer in all_consumers():
        consumers.drain(consumer)


class People:
    """Registers persons and puts them into offices; a thousand acts at a time."""

    def __init__(self) -> None:
        from sauro.core.doorway.genesis import PLATFORM
        from sauro.core.models import Definition

        self.platform = PLATFORM
        self.roles = dict(Definition.objects.filter(kind="role", state="published").values_list("code", "pk"))
        self.holders: dict[UUID, UUID] = {}
        self._preparer()

    def act(self, asks: list[tuple[str, dict[str, Any], UUID | None]]) -> list[UUID]:
        from sauro.core.doorway import Ask, act_many

        results = act_many(
            [
                Ask(name, self.platform, uuid.uuid4().hex, payload, subject=subject)
                for name, payload, subject in asks
            ]
        )
        for result in results:
            if isinstance(result, Exception):
                raise result
        return [result.subject for result in results if not isinstance(result, Exception)]

    def _preparer(self) -> None:
        body = {"code": "bench-preparer", "scope": "all", "actions": ["serve.prepare_signature"]}
        payload = {
            "kind": "role",
            "code": "bench-preparer",
            "version": 1,
            "valid_from": SINCE,
            "basis": "bench",
            "body": body,
        }
        (role,) = self.act([("core.publish_definition", payload, None)])
        self.act([("core.grant", self._grant(self.platform, role, "all"), None)])

    def _grant(self, holder: UUID, role: UUID, scope: str) -> dict[str, Any]:
        start = datetime.fromisoformat("2025-07-01T00:00:00+07:00")
        return {
            "holder": holder,
            "role": role,
            "scope": scope,
            "purpose": "bench",
            "basis": "bench",
            "valid_from": start,
        }

    def persons(self, names: list[str]) -> list[UUID]:
        return self.act(
            [
                (
                    "core.register_actor",
                    {
                        "kind": "person", "valid_from": SINCE,
                        "identity": {"name": name, "number": f"000{random.randrange(10**9):09d}", "phone": "0900000000"},
                    },
                    None,
                )
                for name in names
            ]
        )  # fmt: skip

    def citizens(self, count: int) -> list[tuple[UUID, UUID]]:
        """Citizens with the grant that each has for what is their own: (person, grant)."""
        persons = self.persons([_name() for _ in range(count)])
        grants = self.act(
            [("core.grant", self._grant(p, self.roles["citizen"], "own"), None) for p in persons]
        )
        return list(zip(persons, grants, strict=True))

    def staff(self, organisations: list[UUID]) -> None:
        """Somebody in every office of these organisations."""
        from sauro.core.models import Actor

        positions = [
            pk
            for pk in Actor.objects.filter(kind="position", organisation__in=organisations).values_list(
                "pk", flat=True
            )
            if pk not in self.holders
        ]
        persons = self.persons([_name() for _ in positions])
        self.act(
            [
                ("core.appoint", {"person": person, "valid_from": SINCE}, position)
                for person, position in zip(persons, positions, strict=True)
            ]
        )
        self.holders |= dict(zip(positions, persons, strict=True))


def _name() -> str:
    family = random.choice(["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng"])
    middle = random.choice(["Văn", "Thị", "Minh", "Thanh", "Ngọc", "Hữu", "Thu", "Quốc"])
    given = random.choice(
        ["An", "Bình", "Châu", "Dũng", "Hà", "Hạnh", "Hương", "Khánh", "Lan", "Long", "Mai", "Phúc"]
    )
    return f"{family} {middle} {given}"


class Seeds:
    """Carries cases to the stages they are to stand at."""

    def __init__(self, people: People, citizen: tuple[UUID, UUID]) -> None:
        self.people, self.citizen = people, citizen
        self.made: list[dict[str, Any]] = []
        self.officers: list[dict[str, Any]] = []
        self._clock = datetime.fromisoformat("2025-11-03T02:00:00+00:00")

    def commune(self, area: str) -> None:
        from sauro.core.queries import definitions
        from sauro.serve.queries.places import places_for
        from sauro.serve.rules.procedures import procedure

        for code in PROCEDURES:
            published = definitions.in_force("procedure", code, date(2025, 11, 3))
            assert published is not None
            found = published.compiled(procedure)
            places = places_for(found, area, 1)
            assert places is not None
            self.people.staff(places.involved)
            for stage, weight in STAGES:
                dossier = self._carry(found, places, area, stage)
                self.made.append(
                    {"dossier": dossier, "weight": weight, "stage": stage, "citizen": self.citizen}
                )

    def _carry(self, found: Any, places: Any, area: str, stage: str) -> UUID:
        from sauro.core.doorway import Ask
        from sauro.core.ids import new_id

        dossier = new_id()
        self._clock = _working(self._clock + timedelta(minutes=random.randrange(5, 90)))
        at = self._clock
        payload = {
            "id": dossier, "definition": found.id, "received_by": places.received_by, "competent": places.competent,
            "involved": places.involved, "area": area, "answers": acceptable_answers(found, at.date()), "channel": 1,
            "simulated": True,
        }  # fmt: skip
        self._act(Ask("serve.submit_dossier", self.citizen[0], uuid.uuid4().hex, payload), at)
        walk = Walk(self, dossier, found, at)
        walk.until(stage)
        return dossier

    def _act(self, asked: Any, at: datetime) -> None:
        from sauro.core.doorway import act
        from sauro.core.moment import simulated

        with simulated(lambda: at):
            act(asked)


class Walk:
    """One dossier on its way through the steps of its procedure."""

    def __init__(self, seeds: Seeds, dossier: UUID, found: Any, at: datetime) -> None:
        self.seeds, self.dossier, self.found, self.at = seeds, dossier, found, at

    def until(self, stage: str) -> None:
        """Act by act until the dossier stands at the stage."""
        if stage == "submitted":
            return
        if stage == "supplement":
            self._ask_for_more()
            return
        while True:
            row = self._row()
            kind = self.found.steps[row.step].kind
            if row.status == 10 or kind == stage or (stage == "accepted" and row.status != 1):
                return
            if stage == "finished" and row.status == 9:
                return
            self._step(kind, row.step)

    def _row(self) -> Any:
        from sauro.serve.models import Dossier

        return Dossier.objects.get(pk=self.dossier)

    def _ask_for_more(self) -> None:
        item = next(iter(self.found.components))
        lack = {"item": item, "reason": "Bản chụp bị mờ, không đọc được", "guidance": "Chụp lại đủ bốn góc"}
        self._do("serve.request_supplement", {"deficiencies": [lack]})

    def _step(self, kind: str, step: str) -> None:
        if kind == "sign":
            self._prepare()
        acts: dict[str, tuple[str, dict[str, Any]]] = {
            "accept": ("serve.accept_dossier", {}),
            "assign": ("serve.assign_dossier", {"step": step}),
            "draft": (
                "serve.draft_decision",
                {
                    "outcome": "granted",
                    "paragraphs": ["Cấp theo đề nghị của người nộp."],
                    "entries": self._entries(),
                },
            ),
            "sign": (
                "serve.sign_decision",
                {"file": self.dossier, "digest": "cd" * 32, "prepared": "ab" * 32},
            ),
            "issue": ("serve.issue_result", {}),
            "return": ("serve.return_result", {"how": "counter"}),
        }
        self._do(*acts.get(kind, ("serve.complete_step", {"step": step})))

    def _entries(self) -> dict[str, str]:
        """What stands on the result beside the answers, one value of each kind."""
        values = {"date": "2026-11-20", "number": "12", "money": "750000", "id_number": "000326000123"}
        return {entry.id: values.get(entry.kind, "127/2026") for entry in self.found.terms.result.entries}

    def _prepare(self) -> None:
        from sauro.core.doorway import Ask

        rendered([self.dossier])
        payload = {"file": self.dossier, "digest": "ab" * 32}
        platform = self.seeds.people.platform
        self.seeds._act(
            Ask("serve.prepare_signature", platform, uuid.uuid4().hex, payload, subject=self.dossier), self.at
        )

    def _do(self, action: str, payload: dict[str, Any]) -> None:
        from sauro.core.doorway import Ask

        self.at = _working(self.at + timedelta(minutes=random.randrange(20, 300)))
        row = self._row()
        position = UUID(row.plan["positions"][row.step])
        person = self.seeds.people.holders[position]
        self.seeds._act(
            Ask(action, person, uuid.uuid4().hex, payload, subject=self.dossier, position=position), self.at
        )


def _working(at: datetime) -> datetime:
    """The same moment, or the next one inside office hours (08:00–17:00 in Viet Nam, Monday to Friday)."""
    while at.weekday() > 4 or not 1 <= at.hour < 10:
        at = (at + timedelta(hours=1)).replace(minute=5)
    return at


if __name__ == "__main__":
    main()
