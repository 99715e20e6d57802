"""What a split gave to a part is handed over to it, act by act, once the split has taken effect."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import structlog
from django.db import connection

from sauro.core.doorway import Ask, Outcome, act_many
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.models import Reorganisation
from sauro.core.moment import now
from sauro.core.queries.competence import COMPETENT
from sauro.serve.queries.queue import OPEN as OPEN_DOSSIERS
from sauro.steer.rules.matrix import OPEN as OPEN_TASKS

log = structlog.get_logger()
AT_ONCE = 200
AGAIN = timedelta(hours=1)
LOOKED_AFTER = timedelta(days=31)
"""So long after a split what is open is looked through: what was being filed in that moment comes after."""

_WHOLE = "SELECT w.id, w.current FROM core_actor w JOIN core_actor c ON c.current = w.current WHERE c.id = %s AND w.kind = 'organisation'"
_ASTRAY = f"""
WITH own AS ({_WHOLE})
SELECT f.id, f.current, f.target FROM (
  SELECT d.id, own.current, {COMPETENT.format(start="own.id", procedure="d.procedure_code", area="d.area")} AS target
  FROM serve_dossier d JOIN own ON own.id = ANY(d.involved)
  WHERE d.involved && ARRAY(SELECT id FROM own) AND d.status = ANY(%s)
    AND NOT d.id = ANY(%s::uuid[]) AND (%s::jsonb = '[]' OR %s::jsonb ? d.procedure_code) AND (%s::jsonb = '[]' OR %s::jsonb ? d.area)) f
WHERE f.target <> f.current ORDER BY f.id LIMIT %s
"""  # noqa: S608 — constants of ours
_TASKS = f"""
WITH own AS ({_WHOLE})
SELECT t.id, own.current, p.current FROM steer_task t JOIN own ON own.id = t.lead JOIN core_actor p ON p.id = %s
WHERE t.id = ANY(%s::uuid[]) AND NOT t.id = ANY(%s::uuid[]) AND t.stage = ANY(%s) AND p.current <> own.current ORDER BY t.id
"""  # noqa: S608 — constants of ours
Case = tuple[UUID, UUID, UUID]
"""A dossier or task, the organisation that has it, and the one that should."""


_refused: dict[UUID, datetime] = {}
"""What was refused, and when: it is not asked for again at once, and keeps nothing else from its turn."""


def step() -> int:
    """Hand over what recent splits gave away and is not there yet. Gives how many acts were done."""
    recent = Reorganisation.objects.filter(kind="split", state="done", ended_at__gt=now() - LOOKED_AFTER)
    return sum(carry_on(row) for row in recent.order_by("ended_at", "id"))


def carry_on(split: Reorganisation) -> int:
    """The same for one split, at most so many at a time."""
    done = _hand_over(split, "serve.hand_over", dossiers(split, AT_ONCE, _lately()))
    return done + _hand_over(split, "steer.hand_over_task", tasks(split, _lately()))


def _lately() -> list[UUID]:
    """What was refused within the hour; older refusals are forgotten."""
    since = now() - AGAIN
    for id_ in [id_ for id_, at in _refused.items() if at < since]:
        del _refused[id_]
    return list(_refused)


def dossiers(split: Reorganisation, most: int, but: Sequence[UUID] = ()) -> list[Case]:
    """Open dossiers that the organisation still has and a filing of today would bring elsewhere."""
    if not (split.terms.get("procedures") or split.terms.get("areas")):
        return []
    procedures, areas = (json.dumps(split.terms[name]) for name in ("procedures", "areas"))
    values = [split.absorbed[0], list(OPEN_DOSSIERS), list(but), procedures, procedures, areas, areas, most]
    return _asked(_ASTRAY, values)


def tasks(split: Reorganisation, but: Sequence[UUID] = ()) -> list[Case]:
    """Open tasks that were named and that the organisation still leads."""
    named = split.terms.get("tasks") or []
    return (
        _asked(_TASKS, [split.absorbed[0], split.into, named, list(but), list(OPEN_TASKS)]) if named else []
    )


def waiting(split: Reorganisation) -> int:
    """How many are not handed over yet; of very many, only that there are at least so many."""
    return len(dossiers(split, AT_ONCE)) + len(tasks(split))


def _hand_over(split: Reorganisation, action: str, cases: list[Case]) -> int:
    asks = [
        Ask(action, PLATFORM, str(uuid5(split.id, f"{id_} {came} {into}")), {"came": came, "into": into, "basis": split.basis}, id_)
        for id_, came, into in cases
    ]  # fmt: skip
    done = 0
    for ask, result in zip(asks, act_many(asks), strict=True):
        if isinstance(result, Outcome):
            done += not result.repeated
        else:
            assert ask.subject is not None
            _refused[ask.subject] = now()
            log.warning("not handed over", subject=str(ask.subject), action=action, code=result.code)
    return done


def _asked(sql: str, values: list[Any]) -> list[Case]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
