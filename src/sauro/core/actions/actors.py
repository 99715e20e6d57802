"""Actors: registering and appointing them."""

import re
from datetime import date, timedelta
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import Query, Row, Subject, Where, action
from sauro.core.doorway.work import Work
from sauro.core.models import Actor, Commitment, Holding
from sauro.core.text import words

ACTOR = Subject("actor", (Actor,))
POSITION = Subject("position", (Actor,), organisations="organisation")
"""An office: who may do something about it is judged by the agency that it belongs to."""
COMMITMENT = Subject("commitment", (Commitment,), organisations="lead", unit="unit", versioned=True)


class RegisterActor(msgspec.Struct, forbid_unknown_fields=True):
    """A new actor. ``id`` may be chosen by the caller, so that a pack's actors can refer to each other."""

    kind: str
    valid_from: date
    id: UUID | None = None
    code: str | None = None
    national_code: str = ""
    type: str = ""
    name_vi: str = ""
    name_en: str = ""
    parent: UUID | None = None
    organisation: UUID | None = None
    head: bool = False
    level: str = ""
    area: str = ""
    path: str = ""
    identity: dict[str, str] | None = None


def _stands_in(ask: Ask, payload: RegisterActor) -> Where:
    """An office stands in its agency, an agency below its superior; a person and a topmost agency nowhere yet."""
    above = payload.organisation or payload.parent
    return Where(ask.person if payload.kind == "person" else None, (above,) if above else ())


def _above(ask: Ask, payload: RegisterActor, envelope: Row | None) -> Query | None:
    """The agency in which it is registered. The platform registers what its pack says, thousands at a time."""
    above = payload.organisation or payload.parent
    if ask.person == PLATFORM or above is None:
        return None
    return "SELECT kind, path, current = id AS stands FROM core_actor WHERE id = %s", [above]


@action(
    "core.register_actor", subject=ACTOR, payload=RegisterActor, purpose="keep_registers", creates=True,
    place=_stands_in, facts=_above,
)  # fmt: skip
def register_actor(work: Work) -> None:
    """A person's identity (name, ID number, telephone, e-mail) is sealed in the person's own retention unit."""
    p: RegisterActor = work.payload
    if work.ask.person != PLATFORM and p.kind != "person":
        p = _fitted(work, p)
    if p.kind == "person" and (p.name_vi or p.name_en):
        work.refuse(
            "personal_text", "I5", _("A person's name is personal: give it as identity."), field="name_vi"
        )
    if p.id is not None:
        work.subject = p.id
    work.insert(
        Actor, id=work.subject, kind=p.kind, code=p.code, national_code=p.national_code, type=p.type, name_vi=p.name_vi, name_en=p.name_en,
        parent=p.parent, organisation=p.organisation, head=p.head, level=p.level, area=p.area, path=p.path,
        words=found_by(p.name_vi, p.name_en, p.code or "") if p.kind == "organisation" else "", current=work.subject if p.kind != "person" else None, valid_from=p.valid_from,
    )  # fmt: skip
    if p.identity:
        seal_identity(work, work.subject, p.identity)
    work.answer["actor"] = str(work.subject)


_CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,39}", re.ASCII)


def _fitted(work: Work, p: RegisterActor) -> RegisterActor:
    """An agency or office that an official registers: named, in an agency that stands, its path below that one."""
    for field, name in (("name_vi", p.name_vi), ("name_en", p.name_en)):
        if not name.strip():
            work.refuse("unnamed", "I1: a clear person", _("Write the name in both languages."), field=field)
    place = "organisation" if p.kind == "position" else "parent"
    above = next((row for row in work.facts if row["kind"] == "organisation" and row["stands"]), None)
    if above is None:
        work.refuse("no_agency", "I7", _("Choose an agency that stands today."), field=place)
        return p
    if p.kind == "position":
        return msgspec.structs.replace(p, parent=None, path="")
    if not _CODE.fullmatch(p.code or ""):
        work.refuse("bad_code", "I1: a clear person", _("Write a code of capital letters, figures, dots and hyphens."), field="code")  # fmt: skip
    return msgspec.structs.replace(p, organisation=None, head=False, path=f"{above['path']}{p.code}/")


def found_by(*names: str) -> str:
    """The folded words by which an organisation is found, each after a space."""
    return "".join(f" {word}" for word in dict.fromkeys(words(" ".join(names))))


def seal_identity(work: Work, unit: UUID, identity: dict[str, str], version: int = 1) -> None:
    """Seal who somebody is, with the masked form for lists and the tokens by which they are found."""
    from sauro.core.vault.masks import identity_mask

    tokens = {kind: identity[kind] for kind in ("name", "number", "phone", "email") if identity.get(kind)}
    work.personal(unit, "identity", identity, version=version, tokens=tokens)
    mask = identity_mask(**{kind: identity.get(kind) for kind in ("name", "number", "phone", "email")})
    work.personal(unit, "mask", mask, version=version)


class Appoint(msgspec.Struct, forbid_unknown_fields=True):
    """A person holds a position, or acts in it, from a day, until a day or for the time being."""

    person: UUID
    valid_from: date
    kind: str = "holder"
    valid_to: date | None = None


def _appointed(ask: Ask, payload: Appoint, envelope: Row | None) -> Query:
    """What the one to be appointed is, and in what spans they hold the position already."""
    return (
        "SELECT a.kind, h.valid_from, h.valid_to FROM core_actor a"
        " LEFT JOIN core_holding h ON h.person = a.id AND h.position = %s WHERE a.id = %s",
        [ask.subject, payload.person],
    )


@action("core.appoint", subject=POSITION, payload=Appoint, purpose="appoint", batch=False, facts=_appointed)
def appoint(work: Work) -> None:
    """Appoint somebody to the position that is the subject."""
    p: Appoint = work.payload
    if p.person in work.persons:
        work.refuse(
            "gives_itself",
            "I5",
            _("Nobody gives authority to themselves. Ask somebody else who may give it."),
            status=403,
        )
    if work.row(Actor)["kind"] != "position":
        work.refuse(
            "not_a_position", "I1", _("Somebody can be appointed to a position only."), field="subject"
        )
    if work.row(Actor)["current"] != work.subject:
        message = _("This office was merged away. Appoint them to the one that took over.")
        work.refuse("merged_away", "I7", message, field="subject", current=str(work.row(Actor)["current"]))
    if all(row["kind"] != "person" for row in work.facts):
        work.refuse("no_person", "I1: a clear person", _("Choose a person of the register."), field="person")
    if p.kind not in ("holder", "acting"):
        work.refuse("unknown_kind", "I1: a clear person", _("Choose whether they hold the office or act in it."), field="kind")  # fmt: skip
    if p.valid_to is not None and p.valid_to < p.valid_from:
        work.refuse("ends_too_early", "I1: a clear person", _("The last day must not come before the first."), field="valid_to")  # fmt: skip
    for row in work.facts:
        begins, ends = row["valid_from"], row["valid_to"]
        if (
            begins is not None
            and (p.valid_to is None or begins <= p.valid_to)
            and (ends is None or p.valid_from <= ends)
        ):
            work.refuse("holds_already", "I1: a clear person", _("They hold this office on some of these days already. Choose other days, or end that first."), field="valid_from", status=409)  # fmt: skip
    holding = work.insert(
        Holding,
        position=work.subject,
        person=p.person,
        kind=p.kind,
        valid_from=p.valid_from,
        valid_to=p.valid_to,
    )
    work.answer["holding"] = str(holding)


class EndHolding(msgspec.Struct, forbid_unknown_fields=True):
    """Which holding of the position ends, and its last day; the day before today means at once."""

    holding: UUID
    last_day: date


def _holding(ask: Ask, payload: EndHolding, envelope: Row | None) -> Query:
    return (
        "SELECT * FROM core_holding WHERE id = %s AND position = %s FOR UPDATE",
        [payload.holding, ask.subject],
    )


@action(
    "core.end_holding", subject=POSITION, payload=EndHolding, purpose="appoint", batch=False, facts=_holding
)
def end_holding(work: Work) -> None:
    """Somebody holds the position no longer. What has been cannot be changed: yesterday is the earliest last day."""
    p: EndHolding = work.payload
    if not work.facts:
        work.refuse("not_found", "I1: a clear person", _("Nobody holds this office in this way."), status=404)
    row, yesterday = work.facts[0], local_day(work.now) - timedelta(days=1)
    if row["valid_to"] is not None and row["valid_to"] <= yesterday:
        work.refuse("already_ended", "I12", _("This has ended already."), status=409)
    if p.last_day < yesterday:
        work.refuse("ends_too_early", "I10", _("What has been cannot be changed. Choose yesterday or a later day."), field="last_day")  # fmt: skip
    if row["valid_to"] is not None and p.last_day > row["valid_to"]:
        work.refuse("ends_too_late", "I1: a clear person", _("It ends sooner already. For longer, appoint anew."), field="last_day")  # fmt: skip
    work.put_row(Holding, row, valid_to=p.last_day)
    work.data.update(holding=row["id"], person=row["person"])
