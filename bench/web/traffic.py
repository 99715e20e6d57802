"""python -m bench.web.traffic ADDRESS SECONDS RATE ROUNDS: what officials and citizens of a nation will ask, as one JSON line.

Everybody's session is made beforehand. Half of the requests are an officer's queue and dossiers, a quarter the catalogue,
the rest acts and boards; each official and each citizen asks for what is theirs. Moments are drawn as they come in life:
independently of one another (exponential gaps), and of how long answers take.
"""

import json
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from bench.loading.base import People
from bench.ours import installation
from bench.web.people import signed_in
from bench.web.places import CODES, WORDS

OFFICERS, CITIZENS = 200, 2_000
TOKEN = "x" * 32
"""Sent back as a form's token and as its cookie: what is compared is that they are the same."""
RECORD, BIRTH = "2.000488", "1.001193"
MIX = {
    "queue": 0.30, "dossier": 0.20, "catalogue": 0.25, "filing": 0.03, "act": 0.03, "desk": 0.06, "tasks": 0.05,
    "numbers": 0.04, "own dossiers": 0.04,
}  # fmt: skip
OFFICIALS = """
SELECT h.person, o.id, bool_or(d.code = 'one_stop_officer'), bool_or(d.code = 'agency_head')
FROM core_holding h JOIN core_actor p ON p.id = h.position JOIN core_actor o ON o.id = p.organisation
JOIN core_grant g ON g.holder = p.id AND g.revoked_at IS NULL JOIN core_definition d ON d.id = g.role
WHERE h.valid_to IS NULL GROUP BY h.person, o.id
HAVING count(DISTINCT p.id) = 1 AND bool_or(d.code IN ('one_stop_officer', 'case_officer', 'agency_head'))
  AND (SELECT count(*) FROM core_holding other WHERE other.person = h.person) = 1
  AND EXISTS (SELECT 1 FROM serve_dossier WHERE involved @> ARRAY[o.id])
ORDER BY h.person
"""
OPEN = "SELECT id FROM serve_dossier WHERE involved @> ARRAY[%s] ORDER BY id DESC LIMIT 30"
NEW = (
    "SELECT id FROM serve_dossier WHERE involved @> ARRAY[%s] AND received_by = %s AND status = 1 ORDER BY id"
)
APPLICANTS = """
SELECT applicant, array_agg(id ORDER BY id DESC) FROM serve_dossier WHERE applicant IS NOT NULL
GROUP BY applicant ORDER BY applicant LIMIT %s
"""
AREAS = "SELECT DISTINCT area FROM serve_dossier WHERE procedure IN (SELECT id FROM core_definition WHERE code = %s)"


@dataclass
class Request:
    """One request: seconds after the beginning, who asks and what; ``sent`` is a body, ``wanted`` the statuses of an answer."""

    at: float
    kind: str
    path: str
    session: str
    wanted: list[int] = field(default_factory=lambda: [200])
    sent: str = ""
    key: str = ""
    content: str = "application/x-www-form-urlencoded"
    reads: tuple[str, str] | None = None


@dataclass
class Official:
    """An official who is signed in, with the dossiers of their agency and those that wait to be accepted."""

    person: UUID
    session: str
    dossiers: list[UUID]
    waiting: list[UUID]
    heads: bool


def main() -> None:
    address, seconds, rate, rounds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    installation.enter(address)
    random.seed(20261123)
    from sauro.core.vault import keyring

    keyring.current()
    crowd = Crowd(int(seconds * rate * rounds * MIX["act"] * 2) + 20)
    plans = [[asdict(each) for each in crowd.ask(seconds, rate)] for _ in range(rounds)]
    print(json.dumps({"plans": plans, "officials": len(crowd.officials), "citizens": len(crowd.citizens)}))


def _file(citizens: list[UUID], count: int) -> None:
    """So many births that wait at the counters to be accepted, beside what the simulation left there."""
    from django.db import connection

    from bench.loading.forms import acceptable_answers
    from sauro.core.doorway import Ask, act_many
    from sauro.core.doorway.decide import local_day
    from sauro.core.ids import new_id
    from sauro.core.moment import now
    from sauro.core.queries import definitions
    from sauro.serve.queries.places import places_for
    from sauro.serve.rules.procedures import procedure

    today = local_day(now())
    published = definitions.in_force("procedure", BIRTH, today)
    assert published is not None
    found = published.compiled(procedure)
    with connection.cursor() as cursor:
        cursor.execute(AREAS, [BIRTH])
        places = [(area, places_for(found, area, 1)) for (area,) in cursor.fetchall()]
    asks = []
    for person, (area, place), _number in zip(cycle(citizens), cycle(places), range(count), strict=False):
        if place is None:
            raise SystemExit(f"nobody receives births in {area}")
        payload = {
            "id": new_id(), "definition": found.id, "received_by": place.received_by, "competent": place.competent,
            "involved": place.involved, "area": area, "answers": acceptable_answers(found, today), "channel": 1,
            "simulated": True,
        }  # fmt: skip
        asks.append(Ask("serve.submit_dossier", person, uuid.uuid4().hex, payload))
    for done in act_many(asks):
        if isinstance(done, Exception):
            raise done


class Crowd:
    """Everybody who asks, and what is theirs."""

    def __init__(self, waiting: int) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(APPLICANTS, [CITIZENS])
            rows: list[tuple[UUID, list[UUID]]] = cursor.fetchall()
            _file([person for person, _dossiers in rows], waiting)
            # Whoever has filed nothing yet looks procedures and numbers up, and files.
            newcomers = People().citizens(CITIZENS - len(rows)) if len(rows) < CITIZENS else []
            rows += [(person, []) for person, _grant in newcomers]
            self.citizens = [(signed_in(person), dossiers) for person, dossiers in rows]
            self.officials = self._officials(cursor)
            cursor.execute(AREAS, [RECORD])
            self.areas = [row[0] for row in cursor.fetchall()]
        self.waiting = [(each, dossier) for each in self.officials for dossier in each.waiting]
        random.shuffle(self.waiting)
        makers: dict[str, Callable[[], Iterator[dict[str, Any]]]] = {
            "queue": self._queue, "dossier": self._dossier, "catalogue": self._catalogue, "filing": self._filing,
            "act": self._act, "desk": self._desk, "tasks": self._tasks, "numbers": self._numbers,
            "own dossiers": self._own,
        }  # fmt: skip
        self.turns = {kind: make() for kind, make in makers.items()}

    def ask(self, seconds: float, rate: float) -> Iterator[Request]:
        """Requests of so many seconds, in the order of their moments."""
        at = 0.0
        while (at := at + random.expovariate(rate)) < seconds:
            (kind,) = random.choices(list(MIX), list(MIX.values()))
            asked = next(self.turns[kind], None)
            if asked is None:
                raise SystemExit(f"there is too little in this nation for so many requests of kind {kind}")
            yield Request(at, kind, **asked)

    def _officials(self, cursor: Any) -> list[Official]:
        cursor.execute(OFFICIALS)
        rows = cursor.fetchall()
        random.shuffle(rows)
        # A counter accepts each dossier once: one official for each.
        counters = list({organisation: row for row in rows if row[2] for organisation in [row[1]]}.values())
        heads = [row for row in rows if row[3]][: OFFICERS // 5]
        others = [row for row in rows if row not in counters and row not in heads]
        found = []
        for person, organisation, receives, leads in [*heads, *counters, *others][:OFFICERS]:
            cursor.execute(OPEN, [organisation])
            dossiers = [row[0] for row in cursor.fetchall()]
            waiting: list[UUID] = []
            if receives:
                cursor.execute(NEW, [organisation, organisation])
                waiting = [row[0] for row in cursor.fetchall()]
            found.append(Official(person, signed_in(person), dossiers, waiting, leads))
        return found

    def _queue(self) -> Iterator[dict[str, Any]]:
        for official in cycle(self.officials):
            query = random.choice(["", "", "", "?mine=1", "?late=1"])
            yield {"path": f"/can-bo/ho-so/{query}", "session": official.session}

    def _dossier(self) -> Iterator[dict[str, Any]]:
        for official in cycle(self.officials):
            dossier = str(random.choice(official.dossiers))
            yield {
                "path": f"/can-bo/ho-so/{dossier}/",
                "session": official.session,
                "reads": (str(official.person), dossier),
            }

    def _catalogue(self) -> Iterator[dict[str, Any]]:
        found = [f"/thu-tuc/?{urlencode({'q': word})}" for word in WORDS]
        found += [f"/thu-tuc/{code}/" for code in CODES]
        for session, _dossiers in cycle(self.citizens):
            yield {"path": random.choice(["/", "/thu-tuc/", *found]), "session": session}

    def _filing(self) -> Iterator[dict[str, Any]]:
        from bench.loading.forms import acceptable_answers
        from sauro.core.doorway.decide import local_day
        from sauro.core.moment import now
        from sauro.core.queries import definitions
        from sauro.serve.rules.procedures import procedure

        today = local_day(now())
        published = definitions.in_force("procedure", RECORD, today)
        assert published is not None
        answers = acceptable_answers(published.compiled(procedure), today)
        for session, _dossiers in cycle(self.citizens):
            sent = {"procedure": RECORD, "area": random.choice(self.areas), "answers": answers}
            yield {
                "path": "/api/dossiers", "session": session, "wanted": [201], "content": "application/json",
                "sent": json.dumps(sent, default=str), "key": f"load-{uuid.uuid4().hex}",
            }  # fmt: skip

    def _act(self) -> Iterator[dict[str, Any]]:
        for official, dossier in self.waiting:
            key = f"load-{uuid.uuid4().hex}"
            sent = urlencode({"csrfmiddlewaretoken": TOKEN, "key": key})
            path = f"/can-bo/ho-so/{dossier}/accept/"
            yield {"path": path, "session": official.session, "wanted": [302], "sent": sent, "key": key}

    def _desk(self) -> Iterator[dict[str, Any]]:
        for official in cycle([each for each in self.officials if each.heads]):
            yield {
                "path": random.choice(["/can-bo/", "/can-bo/dieu-hanh/"]),
                "session": official.session,
                "wanted": [200, 302],
            }

    def _tasks(self) -> Iterator[dict[str, Any]]:
        for official in cycle(self._leads()):
            yield {
                "path": random.choice(["/can-bo/nhiem-vu/", "/can-bo/nhiem-vu/?mine=1"]),
                "session": official,
            }

    def _leads(self) -> list[str]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT h.person FROM core_holding h JOIN core_actor p ON p.id = h.position"
                " WHERE h.valid_to IS NULL AND p.organisation IN (SELECT lead FROM steer_task)"
                " AND h.position IN (SELECT g.holder FROM core_grant g JOIN core_definition d ON d.id = g.role"
                " WHERE d.code = 'task_lead') ORDER BY 1 LIMIT 40"
            )
            return [signed_in(person) for (person,) in cursor.fetchall()]

    def _numbers(self) -> Iterator[dict[str, Any]]:
        for session, _dossiers in cycle(self.citizens):
            yield {"path": random.choice(["/so-lieu/", "/so-lieu/nghi-van/"]), "session": session}

    def _own(self) -> Iterator[dict[str, Any]]:
        for session, dossiers in cycle([each for each in self.citizens if each[1]]):
            yield {
                "path": random.choice(["/ho-so-cua-toi/", f"/ho-so-cua-toi/{dossiers[0]}/"]),
                "session": session,
            }


if __name__ == "__main__":
    main()
