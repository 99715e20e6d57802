"""What the doorway would answer: the same reads and the same rules as ``act_many``, and nothing is written.

For a dry run. Not the database's own constraints, and not what happens between the trial and the act.
"""

from collections.abc import Sequence
from dataclasses import replace

from sauro.core.doorway import store
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.batch import CHUNK, Result, _Item, _one, _read, _Room
from sauro.core.doorway.decide import local_day, parse, request_digest
from sauro.core.doorway.registry import Where, lookup
from sauro.core.doorway.store import Locked
from sauro.core.doorway.work import Work
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.core.vault import keyring

Chain = Sequence[Ask]
"""Acts on one thing, in order: the first makes it or is done to what stands, each later one to what came before."""


def trial(chains: Sequence[Chain]) -> list[list[Result]]:
    """One list of answers for each chain; it ends with the first refusal. A later act names its subject as the first does."""
    answers: list[list[Result]] = []
    for at in range(0, len(chains), CHUNK):
        answers += _tried(chains[at : at + CHUNK])
    return answers


def _tried(chains: Sequence[Chain]) -> list[list[Result]]:
    answers: list[list[Result]] = [[] for _chain in chains]
    works: dict[int, Work] = {}
    for step in range(max(map(len, chains), default=0)):
        items = []
        for at, chain in enumerate(chains):
            if step < len(chain) and (step == 0 or at in works):
                try:
                    items.append(_item(at, chain[step]))
                except Refusal as refusal:
                    answers[at].append(refusal)
        if not items:
            break
        with store.transaction() as doing:
            room = _read(doing, items) if step == 0 else _after(doing, items, works)
        for item in items:
            answers[item.at].append(_one(room, item))
        works = {item.at: work for item, work in room.works}
    return answers


def _item(at: int, ask: Ask) -> _Item:
    action = lookup(ask.action)
    payload = parse(action, ask)
    return _Item(at, ask, action, payload, request_digest(keyring.current(), ask, payload))


def _after(doing: store.Transaction, items: Sequence[_Item], works: dict[int, Work]) -> _Room:
    """What a later act of each chain would find: the rows as the acts before it leave them."""
    room = _Room(now())
    triples = sorted(
        {(i.ask.person, i.ask.position, i.action.name) for i in items}, key=lambda t: (t[0], str(t[1]), t[2])
    )
    wheres = [_where(item, works[item.at]) for item in items]
    places, grants = doing.ask(
        store.placing(wheres), store.granting(triples, room.moment, local_day(room.moment))
    )
    for grant in store.granted(grants):
        room.grants.setdefault((grant.person, grant.position, grant.action), []).append(grant)
    for item, found in zip(items, store.placed(wheres, places), strict=True):
        work = works[item.at]
        own = {spec.name: work.rows[spec.name] for spec in item.action.subject.tables}
        room.locked[work.subject] = Locked(own, replace(found.place, subject=work.subject), found.unit, found.wrapped)  # fmt: skip
    room.ask_facts(doing, items)
    return room


def _where(item: _Item, work: Work) -> Where:
    subject = item.action.subject
    columns = {name: value for spec in subject.tables for name, value in work.rows[spec.name].items()}
    named = columns.get(subject.organisations) if subject.organisations else None
    organisations = named if isinstance(named, list) else [named] if named else []
    return Where(
        columns.get(subject.owner) if subject.owner else None, tuple(organisations),
        columns.get(subject.unit) if subject.unit else None,
    )  # fmt: skip
