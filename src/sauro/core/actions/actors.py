"""Actors: registering and appointing them."""

from datetime import date
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.registry import Subject, action
from sauro.core.doorway.work import Work
from sauro.core.models import Actor, Commitment, Holding

ACTOR = Subject("actor", (Actor,))
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


@action("core.register_actor", subject=ACTOR, payload=RegisterActor, purpose="keep_registers", creates=True)
def register_actor(work: Work) -> None:
    """A person's identity (name, ID number, telephone, e-mail) is sealed in the person's own retention unit."""
    p: RegisterActor = work.payload
    if p.kind == "person" and (p.name_vi or p.name_en):
        work.refuse(
            "personal_text", "I5", _("A person's name is personal: give it as identity."), field="name_vi"
        )
    if p.id is not None:
        work.subject = p.id
    work.insert(
        Actor, id=work.subject, kind=p.kind, code=p.code, national_code=p.national_code, type=p.type, name_vi=p.name_vi, name_en=p.name_en,
        parent=p.parent, organisation=p.organisation, head=p.head, level=p.level, area=p.area, path=p.path,
        current=work.subject if p.kind != "person" else None, valid_from=p.valid_from,
    )  # fmt: skip
    if p.identity:
        seal_identity(work, work.subject, p.identity)
    work.answer["actor"] = str(work.subject)


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


@action("core.appoint", subject=ACTOR, payload=Appoint, purpose="appoint", batch=False)
def appoint(work: Work) -> None:
    """Appoint somebody to the position that is the subject."""
    p: Appoint = work.payload
    if p.person == work.ask.person:
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
    holding = work.insert(
        Holding,
        position=work.subject,
        person=p.person,
        kind=p.kind,
        valid_from=p.valid_from,
        valid_to=p.valid_to,
    )
    work.answer["holding"] = str(holding)
