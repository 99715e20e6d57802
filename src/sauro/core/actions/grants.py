"""Grants: given and revoked, each with purpose, basis and end."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.ask import Ask
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.doorway.registry import Query, Row, Subject, Where, action
from sauro.core.doorway.work import Work
from sauro.core.models import Definition, Grant, Timer
from sauro.core.models.grants import SCOPES
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.rules.citations import instrument_cited

GRANT = Subject("grant", (Grant,), organisations="scope_id")
"""A grant over an agency stands in that agency: who looks after the agency's part of the state may revoke it."""


class GiveGrant(msgspec.Struct, forbid_unknown_fields=True):
    """Position or person × role version × scope × time. Limits are refused until something reads them."""

    holder: UUID
    role: UUID
    scope: str
    purpose: str
    basis: str
    scope_id: UUID | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def _holder(payload: GiveGrant) -> UUID:
    return payload.holder


def _is_the_systems(role: UUID) -> bool:
    """Whether it is the role of the platform. One that was never published gives nothing at all."""
    try:
        return definitions.get(role).code == "system"
    except Definition.DoesNotExist:
        return False


def _reached(ask: Ask, payload: GiveGrant) -> Where:
    """Authority over an agency is given where that agency is; over everything, by who may give it everywhere."""
    agency = payload.scope in ("agency", "subtree") and payload.scope_id is not None
    return Where(None, (payload.scope_id,) if agency and payload.scope_id else ())


def _given(ask: Ask, payload: GiveGrant, envelope: Row | None) -> Query | None:
    """Whether the holder is an office of the giver's own, and whether the law that is named is registered.

    The platform holds no office, and gives what its pack and its installation say.
    """
    if ask.person == PLATFORM:
        return None
    return (
        "SELECT EXISTS (SELECT 1 FROM core_holding WHERE position = %s AND person = %s"
        " AND (valid_to IS NULL OR valid_to >= %s)) AS own,"
        " EXISTS (SELECT 1 FROM core_record WHERE register = 'instruments' AND code = %s::text) AS known,"
        " EXISTS (SELECT 1 FROM core_definition WHERE kind = 'role' AND id = %s AND state = 'published') AS role",
        [payload.holder, ask.person, local_day(now()), instrument_cited(payload.basis), payload.role],
    )


@action("core.grant", subject=GRANT, payload=GiveGrant, purpose="authorise", creates=True, gives=_holder, place=_reached, facts=_given)  # fmt: skip
def give_grant(work: Work) -> None:
    p: GiveGrant = work.payload
    # But for the platform, which receives what its pack says at the installation.
    own = p.holder in (*work.persons, work.ask.position) or any(row["own"] for row in work.facts)
    if own and p.holder != PLATFORM:
        work.refuse(
            "gives_itself",
            "I5",
            _("Nobody gives authority to themselves. Ask somebody else who may give it."),
            status=403,
        )
    if p.holder != PLATFORM and _is_the_systems(p.role):
        work.refuse(
            "the_systems_own", "I5",
            _("What the system does by itself is given to no person and no office. Choose another role."),
            field="role", status=403,
        )  # fmt: skip
    if p.scope not in SCOPES:
        work.refuse("unknown_scope", "I5", _("This scope does not exist."), field="scope")
    if (p.scope_id is None) != (p.scope in ("all", "own")):
        work.refuse(
            "scope_unnamed", "I5", _("Name the agency or the subject of this scope."), field="scope_id"
        )
    if not p.basis.strip() or not p.purpose.strip():
        work.refuse("no_basis", "I5", _("A grant states its purpose and its legal basis."), field="basis")
    if not all(row["known"] for row in work.facts):
        work.refuse(
            "unknown_basis", "register: instruments",
            _("Name the law on which this rests: a registered instrument, and the place in it."), field="basis",
        )  # fmt: skip
    if not all(row["role"] for row in work.facts):
        work.refuse("unknown_role", "I5", _("Choose a role in force."), field="role")
    if p.valid_to is not None and p.valid_to <= (p.valid_from or work.now):
        work.refuse(
            "ends_too_early", "I5", _("The last day must not come before the first."), field="valid_to"
        )
    work.insert(
        Grant, id=work.subject, holder=p.holder, role=p.role, scope=p.scope, scope_id=p.scope_id, purpose=p.purpose,
        basis=p.basis, limits={}, valid_from=p.valid_from or work.now, valid_to=p.valid_to,
    )  # fmt: skip
    if p.valid_to is not None:
        work.insert(Timer, commitment=work.subject, kind="expiry", due_at=p.valid_to)
    work.answer["grant"] = str(work.subject)


class RevokeGrant(msgspec.Struct, forbid_unknown_fields=True):
    """On which legal basis it is revoked: a registered instrument and a place in it, never personal text."""

    basis: str


def _instrument(ask: Ask, payload: RevokeGrant, envelope: Row | None) -> Query:
    return (
        "SELECT id FROM core_record WHERE register = 'instruments' AND code = %s::text LIMIT 1",
        [instrument_cited(payload.basis)],
    )


@action(
    "core.revoke", subject=GRANT, payload=RevokeGrant, purpose="authorise", facts=_instrument, batch=False
)
def revoke_grant(work: Work) -> None:
    if not work.facts:
        work.refuse(
            "unknown_basis", "register: instruments",
            _("Name the law on which this rests: a registered instrument, and the place in it."), field="basis",
        )  # fmt: skip
    if work.row(Grant)["revoked_at"] is not None:
        work.refuse("already_revoked", "I12", _("This grant was revoked already."), status=409)
    work.put(Grant, revoked_at=work.now)
    work.data["basis"] = work.payload.basis
