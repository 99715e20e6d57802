"""Filing: a draft becomes a dossier, once, however often the button is pressed."""

import base64
import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.actions.actors import seal_identity
from sauro.core.actions.gaps import open_gap
from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.decide import end_of_day, local_day
from sauro.core.doorway.registry import Query, Row, Where
from sauro.core.models import Actor, Commitment, Grant, Timer
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.rules.retention import retain_until
from sauro.core.vault.masks import identity_mask
from sauro.serve.actions.offices import Filing, Offices, filing
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.models import Attachment, Dossier
from sauro.serve.rules.forms import Checked, check, missing_components
from sauro.serve.rules.procedures import Procedure, procedure

COUNTER, ONLINE, POST = 1, 2, 3
# It stands in the mandate's basis for ever, in the clear: the name of a statement, with no room for a person's.
STATEMENT = re.compile(r"[a-z0-9][a-z0-9/.-]{0,39}")

# A mandate to assist ends by itself; the dossier has long been settled by then.
MANDATE = timedelta(days=180)


class SubmitDossier(msgspec.Struct, forbid_unknown_fields=True):
    """A filing. ``id`` becomes the dossier's and its retention unit's; with ``draft`` it is that of a draft.

    ``files`` maps the draft's stored files to components. The answers are personal: they are sealed, never kept in the
    clear. ``simulated`` filings may say any channel, and exist in a demonstration only.
    """

    id: UUID
    definition: UUID
    received_by: UUID
    competent: UUID
    area: str
    involved: list[UUID]
    answers: dict[str, Any]
    channel: int = ONLINE
    applicant_type: str = "citizen"
    files: dict[UUID, str] = {}
    simulated: bool = False
    draft: bool = False


class AssistFiling(SubmitDossier, forbid_unknown_fields=True):
    """A filing at the counter, by an assister under a mandate that was read back to the person.

    ``applicant`` is a known person, or ``identity`` introduces a new one. ``read_back`` names the statement that was
    read to them and agreed to.
    """

    applicant: UUID | None = None
    identity: dict[str, str] | None = None
    read_back: str = ""
    assisted_at: UUID | None = None


def _where(ask: Ask, payload: SubmitDossier) -> Where:
    owner = ask.person if type(payload) is SubmitDossier else None
    return Where(owner, tuple(payload.involved), payload.id)


def _facts(ask: Ask, payload: SubmitDossier, envelope: Row | None) -> Query:
    found = definitions.get(payload.definition).compiled(procedure)
    # Nothing that differs from filing to filing is asked without need: many in a row then ask the same once.
    draft = payload.id if payload.draft else None
    applicant = payload.applicant if isinstance(payload, AssistFiling) else None
    unit = payload.id if payload.files else draft
    said = Filing(payload.area, payload.channel, draft, applicant, unit, payload.files)
    return filing(found, payload.involved, payload.competent, local_day(now()), said)


@action(
    "serve.submit_dossier", subject=DOSSIER, payload=SubmitDossier, purpose="file", creates=True, place=_where,
    facts=_facts,
)  # fmt: skip
def submit_dossier(work: Work) -> None:
    """File for oneself. Only what the form refuses stops it; the state's own gap never does (invariant I1)."""
    _file(work, applicant=work.ask.person)


@action(
    "serve.assist_filing", subject=DOSSIER, payload=AssistFiling, purpose="assist", creates=True, place=_where,
    facts=_facts,
)  # fmt: skip
def assist_filing(work: Work) -> None:
    """File for somebody at the counter, under a recorded mandate; counted as assisted."""
    p: AssistFiling = work.payload
    if not STATEMENT.fullmatch(p.read_back):
        work.refuse(
            "mandate_not_read_back", "224/2026/NĐ-CP, Điều 15",
            _("Read the filing back to the person, and record that they agree."), field="read_back",
        )  # fmt: skip
    if (p.applicant is None) == (p.identity is None):
        work.refuse("no_applicant", "I5", _("Say for whom this is filed."), field="applicant")
    applicant = p.applicant
    if applicant is not None and applicant not in Offices(work.facts).persons:
        work.refuse("no_applicant", "I5", _("Say for whom this is filed."), field="applicant")
    if applicant is None:
        applicant = work.insert(Actor, kind="person", valid_from=local_day(work.now))
        seal_identity(work, applicant, p.identity or {})
    mandate = work.insert(
        Grant, holder=work.ask.person, role=work.grant.role, scope="subject", scope_id=p.id, purpose="assist",
        basis=f"mandate read back: {p.read_back}", valid_from=work.now, valid_to=work.now + MANDATE,
        limits={"read_back": p.read_back, "applicant": str(applicant)},
    )  # fmt: skip
    work.insert(Timer, commitment=mandate, kind="expiry", due_at=work.now + MANDATE)
    _file(work, applicant=applicant, assister=work.ask.person, mandate=mandate, assisted_at=p.assisted_at)


def _file(work: Work, *, applicant: UUID, **assisted: UUID | None) -> None:
    p: SubmitDossier = work.payload
    today = local_day(work.now)
    found = _procedure(work, p, today)
    known = Offices(work.facts)
    _refuse_claims(work, found, known)
    checked = check(found, p.answers, today=today, channel=p.channel, applicant=p.applicant_type)
    _refuse_problems(work, found, checked, known)
    work.subject = p.id
    unknown = [id_ for id_ in p.files if id_ not in known.files or p.files[id_] not in found.components]
    if unknown:
        work.refuse("file_unknown", f"{found.code}: components", _("Attach the file again."), field="files")
    retention = definitions.in_force("retention", found.terms.retention, today)
    work.insert(
        Commitment, id=p.id, kind="dossier", definition=p.definition, task=f"{found.code}: {found.terms.name.vi}",
        lead=p.competent, output=_acceptance_test(found), opened_at=work.now, unit=p.id, retention=found.terms.retention,
        retain_until=retain_until(retention.body, today) if retention else None, doers=[], simulated=p.simulated,
    )  # fmt: skip
    fees = found.fees(checked.answers, checked.holds, p.channel)
    reference = _reference(p.id)
    work.insert(
        Dossier, id=p.id, procedure=p.definition, procedure_code=found.code, reference=reference, channel=p.channel,
        applicant_type=p.applicant_type, applicant=applicant, received_by=p.received_by, competent=p.competent,
        involved=p.involved, area=p.area, step=found.first_step.id, submitted_at=work.now, fee=sum(amount or 0 for _fee, amount in fees),
        plan={"rules": sorted(checked.holds), "positions": known.plan(found)}, **assisted,
    )  # fmt: skip
    for file_id, component in p.files.items():
        row = known.files[file_id]
        work.insert(
            Attachment, id=file_id, dossier=p.id, component=component, digest=bytes(row["digest"]).hex(),
            size=row["size"], media_type=row["code"], scanned=row["scanned"],
        )  # fmt: skip
    kept_until = work.row(Commitment)["retain_until"]
    if kept_until is not None:
        work.insert(Timer, commitment=p.id, kind="retention", due_at=end_of_day(kept_until))
    _seal(work, found, checked)
    _gap(work, found, known)
    work.answer.update(dossier=str(p.id), reference=reference)


def _procedure(work: Work, p: SubmitDossier, today: date) -> Procedure:
    published = definitions.get(p.definition)
    current = definitions.in_force("procedure", published.code, today)
    if current is None or current.id != p.definition:
        work.refuse(
            "definition_superseded", "I4",
            _("The procedure has changed since you began. Look at what changed, then send it again."),
            status=409, current=str(current.id) if current else None,
        )  # fmt: skip
    return published.compiled(procedure)


def _refuse_claims(work: Work, found: Procedure, known: Offices) -> None:
    """What a caller says of a filing's unit, channel and places is never believed, whatever page it came from."""
    p: SubmitDossier = work.payload
    assisted = isinstance(p, AssistFiling)
    drafted = known.draft
    own = drafted is not None and (drafted["id"], drafted["head"]) == (work.ask.person, assisted)
    # Another's unit would be read and written over: without a draft of one's own, the id is nobody's yet.
    if not (own if p.draft else work.wrapped_key is None):
        message = _("This draft is not here any more, or it is not yours.")
        work.refuse("not_found", "I5: drafts", message, status=404)
    if p.simulated and not known.demonstration:
        message = _("This installation is no demonstration: nothing simulated can be filed here.")
        work.refuse("not_a_demonstration", "demonstration", message, field="simulated")
    if p.channel not in ((COUNTER, POST) if assisted else (ONLINE,)) and not p.simulated:
        message = _("File for yourself online; at the counter and by post an officer files for you.")
        work.refuse("wrong_channel", "catalogues: channels", message, field="channel")
    places = known.places(found, p.channel)
    if places is None or (p.received_by, p.competent, sorted(p.involved)) != (
        places.received_by,
        places.competent,
        places.involved,
    ):
        work.refuse("place_unknown", f"{found.code}: competent", _("Choose the commune again."), field="area")


def _refuse_problems(work: Work, found: Procedure, checked: Checked, known: Offices) -> None:
    problems = list(checked.problems)
    attached = set(work.payload.files.values())
    if work.payload.channel == ONLINE:
        problems += missing_components(found, checked.holds, attached)
    if problems:
        work.refuse(
            "form_incomplete", f"{found.code}: {found.terms.form.code}", problems[0].message, field=problems[0].field,
            fields={problem.field: problem.message for problem in problems},
        )  # fmt: skip
    infected = [id_ for id_, row in known.files.items() if row["scanned"] == "infected"]
    if infected:
        work.refuse(
            "file_infected",
            "SECURITY: uploads",
            _("A file carries malware: attach a clean one."),
            field="files",
        )


def _seal(work: Work, found: Procedure, checked: Checked) -> None:
    """The answers, the masked identity for lists, the contact for notices; and the tokens by which they are found."""
    who: dict[str, str] = {}
    for known in found.fields.values():
        if known.prefill and known.prefill.startswith("actor.") and known.id in checked.answers:
            who.setdefault(known.prefill.removeprefix("actor."), str(checked.answers[known.id]))
    names = {"name": "full_name", "number": "id_number", "phone": "phone", "email": "email"}
    identity = {kind: who[name] for kind, name in names.items() if who.get(name)}
    unit = work.payload.id
    work.personal(unit, "answers", checked.answers, tokens=identity)
    work.personal(
        unit, "mask", identity_mask(**{k: identity.get(k) for k in ("name", "number", "phone", "email")})
    )
    work.personal(unit, "contact", {k: v for k, v in identity.items() if k != "number"})


def _gap(work: Work, found: Procedure, known: Offices) -> None:
    """Nobody holds an office that the procedure needs: the filing stands, and closing the gap becomes a promise."""
    vacant = known.vacant(found)
    head = known.head_above
    if not vacant or head is None:
        return
    open_gap(
        work, task=f"{found.code}: no holder for {', '.join(vacant)}", lead=head["organisation"], position=head["id"],
        parent=work.subject, unit=work.subject, retention=found.terms.retention,
    )  # fmt: skip
    work.data["vacant"] = vacant


def _acceptance_test(found: Procedure) -> str:
    criteria = ", ".join(criterion.id for criterion in found.terms.result.acceptance)
    return f"{found.code}/{found.terms.version}: {criteria}"


def _reference(id_: UUID) -> str:
    """A reference a person can read out: 40 random bits of the id in base 32."""
    text = base64.b32encode(id_.bytes[-5:]).decode()
    return f"SR-{text[:4]}-{text[4:]}"
