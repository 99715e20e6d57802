"""Merging organisations (invariant I7): one act moves who stands for whom, and no dossier."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.actors import ACTOR, COMMITMENT, found_by
from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.registry import Query, Row, action
from sauro.core.doorway.work import Work
from sauro.core.models import Actor, Commitment, Holding
from sauro.core.rules.reorganising import Held, Merged, Unfit, merge, settle


class Founded(msgspec.Struct, forbid_unknown_fields=True):
    """A successor that is founded by the same act: of the kind and in the place of the organisation that goes."""

    id: UUID
    code: str
    name_vi: str
    name_en: str


class Pair(msgspec.Struct, forbid_unknown_fields=True):
    """A further organisation that goes, and the one that stands for it."""

    organisation: UUID
    into: UUID


class Placement(msgspec.Struct, forbid_unknown_fields=True):
    """In which office the person of a holding goes on; in none without ``position``."""

    holding: UUID
    position: UUID | None = None


class MergeOrganisations(msgspec.Struct, forbid_unknown_fields=True):
    """The subject is absorbed into another organisation, on a legal basis; others with it, in this order, before it.

    ``keep`` are offices that go along as they are. ``placed`` says of single holders in which office they go on;
    everybody else goes on in the office that takes over theirs, where it is of the same type.
    """

    into: UUID
    basis: str
    also: list[Pair] = []
    keep: list[UUID] = []
    placed: list[Placement] = []
    founded: Founded | None = None


_INVOLVED = """
SELECT a.*, h.id AS holding, h.person AS held_by, h.valid_from AS held_from, h.kind AS held_as, h.event AS held_event,
  h.valid_to AS held_to
FROM core_actor a LEFT JOIN core_holding h ON h.position = a.id AND h.valid_from <= %s::date
  AND (h.valid_to IS NULL OR h.valid_to >= %s::date)
WHERE a.id = ANY(%s::uuid[]) OR a.organisation = ANY(%s::uuid[]) OR a.current = ANY(%s::uuid[])
  OR a.current IN (SELECT id FROM core_actor WHERE organisation = ANY(%s::uuid[]))
  OR (a.kind = 'organisation' AND EXISTS (SELECT 1 FROM core_actor s WHERE s.id = ANY(%s::uuid[]) AND s.path <> ''
    AND starts_with(a.path, s.path)))
ORDER BY a.id, h.id"""


def involved(absorbed: Sequence[UUID], into: Sequence[UUID], day: date) -> Query:
    """Every actor that a merger may move, with who holds it on a day: one row for each holding."""
    both = [*absorbed, *into]
    return _INVOLVED, [day, day, both, both, both, both, list(absorbed)]


def organisations(subject: UUID, p: MergeOrganisations) -> tuple[list[UUID], list[UUID]]:
    """Those that go, and those that stand for them."""
    return [*(pair.organisation for pair in p.also), subject], [*(pair.into for pair in p.also), p.into]


def parted(facts: Sequence[Row]) -> tuple[dict[UUID, Row], dict[UUID, Row]]:
    """Actors and holdings by id, of the rows that ``involved`` gives."""
    names = [str(field.column) for field in Actor._meta.concrete_fields]
    actors = {row["id"]: {name: row[name] for name in names} for row in facts}
    holdings = {
        row["holding"]: {
            "id": row["holding"], "position": row["id"], "person": row["held_by"], "kind": row["held_as"],
            "valid_from": row["held_from"], "valid_to": row["held_to"], "event": row["held_event"],
        }
        for row in facts if row["holding"] is not None
    }  # fmt: skip
    return actors, holdings


def founded_row(founded: Founded, absorbed: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The successor that is founded, as its row."""
    old = str(absorbed["path"])
    above = old[: old.rstrip("/").rfind("/") + 1]
    return {
        **absorbed, "id": founded.id, "code": founded.code, "name_vi": founded.name_vi, "name_en": founded.name_en,
        "national_code": "", "words": found_by(founded.name_vi, founded.name_en, founded.code), "path": f"{above}{founded.code}/", "current": founded.id, "valid_from": today, "valid_to": None,
    }  # fmt: skip


def moves(facts: Sequence[Row], subject: UUID, p: MergeOrganisations, today: date) -> Merged:
    """What this merger changes, by the rows that ``involved`` gives: for the act, and for who looks beforehand.

    Raises Unfit.
    """
    actors, holdings = parted(facts)
    if subject not in actors:
        raise Unfit("no_successor")
    if p.founded is not None:
        actors[p.founded.id] = founded_row(p.founded, actors[subject], today)
    pairs = [(pair.organisation, pair.into) for pair in p.also]
    made = merge(actors.values(), [*pairs, (subject, p.into)], p.keep, today)
    held = [Held(row["id"], row["position"], row["person"], row["valid_from"]) for row in holdings.values()]
    placed = {placement.holding: placement.position for placement in p.placed}
    if any(office is not None and _gone(office, actors, made) for office in placed.values()):
        raise Unfit("no_office")
    return settle(made, actors.values(), held, placed)


def _gone(office: UUID, actors: Mapping[UUID, Row], made: Merged) -> bool:
    """Whether this is no office that stands afterwards."""
    row = actors.get(office)
    return row is None or row["kind"] != "position" or office in made.offices or row["current"] != office


def unfit_words(code: str) -> str:
    """What is wrong with a merger, and what to do."""
    words = {
        "no_successor": _("The successor must be an organisation that stands today."),
        "into_itself": _("An organisation cannot be merged into itself."),
        "no_head": _("The successor has no head who could take over."),
        "no_office": _("Somebody is to go on in an office that does not stand afterwards. Choose another office."),
        "no_part": _("Both organisations of a split must stand today."),
        "is_a_place": _("No new organisation can be split off from the committee of a commune or province: dossiers name no smaller place. Split what lies below it, or give its procedures to an organisation that exists."),
        "code_taken": _("The code of the new organisation, or of one of its offices, is taken already. Choose another."),
        "outdated": _("It was decided in a form that is no longer carried out. Prepare it anew."),
    }  # fmt: skip
    return words.get(code, code)


def _merging(ask: Ask, payload: MergeOrganisations, envelope: Row | None) -> Query:
    from sauro.core.moment import now

    assert ask.subject is not None
    absorbed, into = organisations(ask.subject, payload)
    text, values = involved(absorbed, into, local_day(now()))
    return f"{text} FOR UPDATE OF a", values


@action(
    "core.merge_organisations", subject=ACTOR, payload=MergeOrganisations, purpose="reorganise", batch=False,
    facts=_merging,
)  # fmt: skip
def merge_organisations(work: Work) -> None:
    """Move the successor, not the work: every row keeps its organisation, whose *current* one is now the other.

    Positions move to the position of the same type in the successor; where it has none, to the successor's head.
    Their holders go with them; from tomorrow on they hold the old office no more.
    """
    today = local_day(work.now)
    try:
        absorb(work, work.subject, work.payload, first=today, last=today)
    except Unfit as unfit:
        code = str(unfit) if str(unfit) != "into_itself" else "no_successor"
        work.refuse(code, "I7", unfit_words(str(unfit)), field="into")


def absorb(work: Work, subject: UUID, p: MergeOrganisations, *, first: date, last: date) -> None:
    """Write what ``moves`` says. The old offices are held until ``last``, the new ones from ``first``. Raises Unfit.

    Nothing is written where it is raised.
    """
    require_authority(work, p)
    made = moves(work.facts, subject, p, first)
    actors, holdings = parted(work.facts)
    if p.founded is not None:
        row = founded_row(p.founded, actors[subject], first)
        work.insert(Actor, **{name: value for name, value in row.items() if name != "event"})
    for id_, changed in made.actors.items():
        if id_ in actors:
            work.put_row(Actor, actors[id_], **changed)
    for id_ in made.ended:
        # Who was appointed today to what goes today held it for no longer than this day.
        work.put_row(Holding, holdings[id_], valid_to=max(last, holdings[id_]["valid_from"]))
    for person, office in made.appointed:
        work.insert(Holding, position=office, person=person, kind="holder", valid_from=first, valid_to=None)
    work.data.update(into=p.into, basis=p.basis)
    work.answer["into"] = str(p.into)


def require_authority(work: Work, p: MergeOrganisations) -> None:
    """Refuse what reaches beyond the grant, and who would put themselves into an office."""
    if (p.also or p.founded or p.placed or p.keep) and work.grant.scope != "all":
        message = _("To merge several organisations at once, authority over all of them is needed.")
        work.refuse("scope_too_narrow", "I5", message, status=403)
    own = {row["holding"] for row in work.facts if row["held_by"] in work.persons}
    if any(placement.holding in own and placement.position for placement in p.placed):
        message = _("Nobody gives authority to themselves. Ask somebody else who may give it.")
        work.refuse("gives_itself", "I5", message, status=403)


class MoveCommitment(msgspec.Struct, forbid_unknown_fields=True):
    """A commitment goes to another lead and position, on a legal basis."""

    lead: UUID
    basis: str
    position: UUID | None = None


@action("core.move_commitment", subject=COMMITMENT, payload=MoveCommitment, purpose="reorganise")
def move_commitment(work: Work) -> None:
    p: MoveCommitment = work.payload
    work.data.update(came_from=work.row(Commitment)["lead"], basis=p.basis)
    work.put(Commitment, lead=p.lead, position=p.position or work.row(Commitment)["position"])
