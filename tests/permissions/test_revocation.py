"""Authority that has ended is gone for every act, page, list, file and live part that is asked for from then on.

Each cell that the matrix allows is asked once more in the session that was open, after the authority behind it has ended:
by revoking the grants, by their day having passed, by the person having left the office, or by all grants having been
given to another office. Nothing is kept from one request to the next.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db.models import QuerySet

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Grant, Holding
from sauro.core.moment import now
from sauro.packs.vocabulary import ACTIONS
from tests.permissions import asks_reads, asks_rest, asks_serve, asks_steer, matrix
from tests.permissions.asking import Asked, Question, how
from tests.permissions.matrix import NOBODY, OFFICIALS
from tests.permissions.world import LAW, Reading, World, undone

assert asks_reads and asks_rest and asks_serve and asks_steer


def revoke(who: Reading) -> None:
    for grant in _grants(who):
        act(Ask("core.revoke", PLATFORM, f"r{grant.id}", {"basis": LAW}, grant.id))


def expire(who: Reading) -> None:
    _grants(who).update(valid_to=now() - timedelta(seconds=1))


def leave(who: Reading) -> None:
    """The last day in the office was yesterday; what was given to the person goes with a mandate's end."""
    Holding.objects.filter(person=who.person).update(valid_to=local_day(now()) - timedelta(days=1))
    Grant.objects.filter(holder=who.person).update(valid_to=now() - timedelta(seconds=1))


def hand_on(who: Reading) -> None:
    _grants(who).update(holder=new_id())


def _grants(who: Reading) -> QuerySet[Grant]:
    return Grant.objects.filter(holder__in=[id_ for id_ in (who.person, who.office) if id_], revoked_at=None)


WAYS = (revoke, expire, leave, hand_on)


def test_what_has_ended_holds_no_longer(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    found, wrong, turn = Counter[str](), [], count()
    cells = list(matrix.cells())
    # What somebody without any role may do rests on no grant.
    free = {(cell.kind, cell.where) for cell in cells if cell.role == NOBODY and cell.answer == "allow"}
    for cell in cells:
        if cell.answer != "allow" or cell.role not in (*OFFICIALS, "citizen") or cell.does not in ACTIONS:
            continue
        if (cell.kind, cell.where) in free:
            continue
        if cell.kind == "doorway" and cell.role == "citizen":
            continue
        who = world.who(cell.role, cell.relation)
        ways = [way for way in WAYS if who.office or way is not leave]
        way = ways[next(turn) % len(ways)]
        with undone():
            ask = how(cell)
            said = _after(world, Question(world, cell, who), ask, way)
        found[way.__name__] += 1
        if said not in ("hide", "refuse"):
            wrong.append(f"{cell}: still {said} after {way.__name__}")
    with capsys.disabled():
        print(f"\nasked again after the authority had ended: {dict(found)}")
    assert not wrong, f"{len(wrong)} outlive their grant:\n" + "\n".join(wrong)
    assert all(found[way.__name__] > 100 for way in WAYS), found


def _after(world: World, question: Question, ask: Asked, way: Callable[[Reading], object]) -> str:
    """The answer to a cell whose case was made ready while the authority stood, and asked when it had ended."""
    client: Any = question.who.client
    first: list[object] = []

    class Late:
        """The same browser: what is sent first waits until the authority has ended."""

        def __getattr__(self, name: str) -> Any:
            sending = getattr(client, name)
            if name not in ("get", "post"):
                return sending

            def send(*args: Any, **kwargs: Any) -> Any:
                if not first:
                    first.append(way(question.who))
                return sending(*args, **kwargs)

            return send

    who = Reading(question.who.person, question.who.office, question.who.agency, Late())  # type: ignore[arg-type]
    if question.cell.kind == "doorway":
        way(question.who)
    return ask(Question(world, question.cell, who))
