"""The demonstration goes on: a few simulated dossiers are filed and moved each minute, at the hour that it really is.

A duty of the worker. Nothing is planned here: what stands open is asked for, and who has the turn does the next step.
Decisions are rendered and signed one by one, as anybody's.
"""

from random import Random
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.ids import new_id
from sauro.core.models import Commitment, StoredFile
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.packs.procedure import Step
from sauro.project.cli.progress import Stages
from sauro.project.demonstration import COMMUNE
from sauro.project.simulation import answers, nation, people, places
from sauro.project.simulation.asking import Cast
from sauro.project.simulation.life import Case, Planned, Todo
from sauro.project.simulation.samples import samples
from sauro.serve import signing
from sauro.serve.models import Dossier
from sauro.serve.queries.places import standing_for
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.rules.statuses import Status

MOVES = 3
"""How many dossiers take a step for each one that is filed."""
CITIZENS, COMMUNES = 5, 1
# The desks of the demonstration's own people are theirs: nobody works there under their names.
_WAITING = """
SELECT d.id FROM serve_dossier d JOIN core_commitment c ON c.id = d.id
WHERE c.simulated AND d.status IN (1, 2, 4, 9) AND d.area <> %s ORDER BY random() LIMIT %s
"""
CHANCE = Random()
_REFUSED = ("wrong_step", "illegal_transition", "already_accepted", "stale")


class Pace:
    """Files and moves; what it knows of places and people is read once."""

    def __init__(self) -> None:
        self._ways: list[places.Way] = []
        self._citizens = people.citizens(CITIZENS)

    def step(self) -> int:
        """File one dossier and move a few. Gives 0: the next one waits its time."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [nation.LOCK])
            if not cursor.fetchone()[0]:
                return 0
            try:
                self._file()
                for dossier in _waiting():
                    _move(dossier)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [nation.LOCK])
        return 0

    def _file(self) -> None:
        """One filing by somebody made up, in a commune where people hold the offices."""
        if not self._ways:
            people.settle(self._citizens, Stages({}))
            self._ways = _ways()
        if not self._ways:
            return
        way = CHANCE.choice(self._ways)
        today = local_day(now())
        case = Case(new_id(), way, CHANCE.randrange(CITIZENS), False, "plain", False)
        case.todo = [Todo("submit", way.steps[0].id, None, 0.0)]
        cast = Cast(self._citizens, {}, {}, samples([way.procedure]), today)
        planned = Planned(0, 0, case, 0)
        StoredFile.objects.bulk_create(cast.files([planned], now()))
        act(cast.asking(planned, today))


def _ways() -> list[places.Way]:
    """The ways whose offices are all held; nobody files where nobody works."""
    today = local_day(now())
    found = places.provinces(COMMUNES, today, today)
    held = people.holders(places.offices_of(found))
    every = [way for province in found for ways in province.ways.values() for way in ways.values()]
    return [way for way in every if held.keys() >= set(way.plan.values())]


def _waiting() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [COMMUNE, MOVES])
        return [id_ for (id_,) in cursor.fetchall()]


def _move(dossier: UUID) -> None:
    """Let who has the turn do the next step; what somebody else did meanwhile is left to them."""
    row, promise = Dossier.objects.get(pk=dossier), Commitment.objects.get(pk=dossier)
    found = definitions.get(row.procedure).compiled(procedure)
    step = found.steps[row.step]
    office = (
        UUID(row.plan["positions"][step.id]) if row.status == Status.SUBMITTED else (promise.position or None)
    )
    # Where an office was merged away, whoever stands for it goes on.
    office = standing_for(office) if office else None
    person = people.holders([office]).get(office) if office else None
    if office is None or person is None:
        return
    key = f"pace:{dossier}:{promise.version}"
    try:
        if step.kind == "sign":
            if row.prepared_digest is not None:
                signing.sign(Reader(person, office), dossier, key)
            return
        action, payload = _act(found, step, row.channel)
        act(Ask(action, person, key, payload, dossier, office))
    except Refusal as refusal:
        if refusal.code not in _REFUSED:
            raise


def _act(found: Procedure, step: Step, channel: int) -> tuple[str, dict[str, Any]]:
    if step.kind == "draft":
        words = [f"Cấp theo đề nghị của người nộp {answers.MARK}."]
        return "serve.draft_decision", {
            "outcome": "granted",
            "paragraphs": words,
            "entries": answers.entries(found),
        }
    if step.kind == "return":
        return "serve.return_result", {"how": "online" if channel == places.ONLINE else "counter"}
    plain = {"accept": "serve.accept_dossier", "issue": "serve.issue_result"}
    if step.kind in plain:
        return plain[step.kind], {}
    return "serve.assign_dossier" if step.kind == "assign" else "serve.complete_step", {"step": step.id}


def wanted() -> bool:
    """Whether this installation goes on by itself."""
    return bool(settings.DEMONSTRATION and settings.SAURO_PACE)
