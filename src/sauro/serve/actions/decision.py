"""The decision: drafted, prepared, signed by somebody who did not draft it, issued, and handed over."""

from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, Work, action
from sauro.core.doorway.registry import Query, Row
from sauro.core.models import Commitment
from sauro.core.rules.closing import all_may_close
from sauro.serve.actions.subject import (
    DOSSIER,
    advance,
    close,
    did,
    handling,
    move,
    procedure_of,
    require,
    require_step,
    require_turn,
    turn,
)  # fmt: skip
from sauro.serve.models import Dossier
from sauro.serve.rules.procedures import Procedure
from sauro.serve.rules.results import check_entries
from sauro.serve.rules.statuses import Status

HEX_SHA256 = 64


class DraftDecision(msgspec.Struct, forbid_unknown_fields=True):
    """The outcome and the words of the decision, and what its drafter enters on a result (sealed)."""

    outcome: str
    paragraphs: list[str]
    ground: str = ""
    entries: dict[str, str] = {}


@handling("serve.draft_decision", payload=DraftDecision, facts=turn)
def draft_decision(work: Work) -> None:
    """Draft. The drafter becomes a doer, and so can never sign this dossier, in whatever office (invariant I3)."""
    p: DraftDecision = work.payload
    require(work, {Status.ACCEPTED, Status.PROCESSING})
    require_step(work, "draft")
    require_turn(work)
    found = procedure_of(work)
    if p.outcome not in ("granted", "refused"):
        work.refuse(
            "no_outcome",
            f"{found.code}: result",
            _("Choose whether the result is granted or refused."),
            field="outcome",
        )
    if p.outcome == "refused" and p.ground not in {ground.id for ground in found.terms.refusals}:
        work.refuse(
            "no_ground",
            f"{found.code}: refusals",
            _("Choose a ground on which the law allows refusal."),
            field="ground",
        )
    if not any(paragraph.strip() for paragraph in p.paragraphs):
        work.refuse("no_words", "118/2025/NĐ-CP", _("Write the decision."), field="paragraphs")
    entered = _entered(work, found) if p.outcome == "granted" else {}
    did(work)
    version = work.row(Commitment)["version"]
    work.personal(
        work.subject, f"decision-{version}",
        {"outcome": p.outcome, "ground": p.ground, "paragraphs": [t.strip() for t in p.paragraphs if t.strip()],
         "entries": entered},
    )  # fmt: skip
    work.put(Dossier, decision=p.outcome, prepared_file=None, prepared_digest=None)
    work.put(Commitment, reported="done")
    work.data.update(outcome=p.outcome, part=f"decision-{version}")
    advance(work)


def _entered(work: Work, found: Procedure) -> dict[str, str]:
    """What the result must say and nobody declared. The signer attests it, so it must be there to be seen."""
    given: dict[str, str] = work.payload.entries
    entered, problems = check_entries(found, given)
    if given.keys() - {entry.id for entry in found.terms.result.entries}:
        work.refuse(
            "unknown_entry", f"{found.code}: result", _("This result has no such entry."), field="entries"
        )
    if problems:
        work.refuse("bad_entry", f"{found.code}: result", problems[0].message, field=problems[0].field)
    return entered


class ReturnDraft(msgspec.Struct, forbid_unknown_fields=True):
    """Why the draft goes back to its drafter (sealed)."""

    reason: str


@handling("serve.return_draft", payload=ReturnDraft, facts=turn)
def return_draft(work: Work) -> None:
    """Send the draft back: the step before signing is done again."""
    require(work, {Status.PROCESSING})
    step = require_step(work, "sign", "review")
    require_turn(work)
    drafting = next((s for s in procedure_of(work).terms.steps if s.kind == "draft"), None)
    if drafting is None or not work.payload.reason.strip():
        work.refuse(
            "no_reason",
            f"{work.row(Dossier)['procedure_code']}: steps",
            _("Say what must be changed."),
            field="reason",
        )
        return
    version = work.row(Commitment)["version"]
    work.personal(work.subject, f"note-{version}", {"step": step.id, "note": work.payload.reason.strip()})
    position = work.row(Dossier)["plan"].get("positions", {}).get(drafting.id)
    work.put(Dossier, step=drafting.id, prepared_file=None, prepared_digest=None)
    work.put(
        Commitment,
        reported="in_progress",
        position=UUID(position) if position else work.row(Commitment)["position"],
    )


def _file(ask: Ask, payload: "PrepareSignature | SignDecision", envelope: Row | None) -> Query:
    """The file, if it lies under the dossier's own key."""
    unit = envelope["unit"] if envelope else None
    return "SELECT id FROM core_file WHERE id = %s AND unit = %s", [payload.file, unit]


def _file_and_turn(ask: Ask, payload: "SignDecision", envelope: Row | None) -> Query:
    """The file, and who stands today for the office of the step, where another one acts: in one query."""
    file, whose = _file(ask, payload, envelope), turn(ask, payload, envelope)
    if whose is None:
        return file
    columns = "NULL::uuid AS current, '' AS name_vi, '' AS name_en"
    text = f"SELECT f.id, {columns} FROM ({file[0]}) f UNION ALL {whose[0]}"  # noqa: S608 — constants of ours
    return text, [*file[1], *whose[1]]


def _require_file(work: Work) -> None:
    if all(row["id"] != work.payload.file for row in work.facts):
        work.refuse(
            "file_unknown", "I9: one retention unit",
            _("This file is not one of this dossier. Send the draft back, and have the decision prepared again."),
            status=409,
        )  # fmt: skip


class PrepareSignature(msgspec.Struct, forbid_unknown_fields=True):
    """The rendered decision, as stored, and the digest that is to be signed."""

    file: UUID
    digest: str


@action(
    "serve.prepare_signature",
    subject=DOSSIER,
    payload=PrepareSignature,
    purpose="prepare_signature",
    facts=_file,
)
def prepare_signature(work: Work) -> None:
    """The worker has rendered the decision: the signer will sign exactly these bytes."""
    p: PrepareSignature = work.payload
    require(work, {Status.ACCEPTED, Status.PROCESSING})
    require_step(work, "sign")
    if work.row(Dossier)["prepared_digest"] is not None:
        # The signer may have read it already: it changes by another draft only.
        work.refuse(
            "prepared_already", "I12", _("This decision waits for its signature already."), status=409
        )
    _digest(work, p.digest)
    _require_file(work)
    work.put(Dossier, prepared_file=p.file, prepared_digest=p.digest)


class SignDecision(msgspec.Struct, forbid_unknown_fields=True):
    """The signed file, its digest, and the digest that was prepared and seen by the signer."""

    file: UUID
    digest: str
    prepared: str


@handling("serve.sign_decision", payload=SignDecision, facts=_file_and_turn)
def sign_decision(work: Work) -> None:
    """Sign. The signer closes the promise, and is never one who did the work (invariant I3)."""
    p: SignDecision = work.payload
    require(work, {Status.ACCEPTED, Status.PROCESSING})
    require_step(work, "sign")
    require_turn(work)
    if not all_may_close(work.persons, work.row(Commitment)["doers"]):
        work.refuse(
            "doer_closes", "I3",
            _("You worked on this dossier, so somebody else must sign it: another holder of this office, or who is appointed to act in it."),
            status=403,
        )  # fmt: skip
    row = work.row(Dossier)
    if row["prepared_digest"] is None or row["prepared_digest"] != p.prepared:
        work.refuse(
            "not_prepared",
            "I12",
            _("The decision has changed since you saw it. Read it again, then sign."),
            status=409,
        )
    _digest(work, p.digest)
    _require_file(work)
    work.put(Dossier, result_file=p.file, result_digest=p.digest)
    work.put(Commitment, evidenced="shown")
    close(work, "satisfied" if row["decision"] == "granted" else "refused", closer=work.ask.person)
    advance(work)
    if work.row(Dossier)["status"] == Status.FINISHED:
        move(work, "delivery", "ready")
    work.data["digest"] = p.digest


def _digest(work: Work, digest: str) -> None:
    if len(digest) != HEX_SHA256 or not all(c in "0123456789abcdef" for c in digest):
        work.refuse("bad_digest", "I12", _("This is not a SHA-256 digest."), field="digest")


class IssueResult(msgspec.Struct, forbid_unknown_fields=True):
    """The signed result is entered and sent to where it is handed over."""


@handling("serve.issue_result", payload=IssueResult, facts=turn)
def issue_result(work: Work) -> None:
    """Issue: the result is ready at the one-stop centre."""
    require_step(work, "issue")
    require_turn(work)
    advance(work)
    if work.row(Dossier)["status"] == Status.FINISHED:
        move(work, "delivery", "ready")


class ReturnResult(msgspec.Struct, forbid_unknown_fields=True):
    """How the person received it: a code of the delivery axis' ways (online, counter, post)."""

    how: str = "online"


@handling("serve.return_result", payload=ReturnResult, facts=turn)
def return_result(work: Work) -> None:
    """The person has the result."""
    if work.payload.how not in ("online", "counter", "post"):
        work.refuse(
            "unknown_way", "61/2018/NĐ-CP, Điều 20", _("Choose how the result was handed over."), field="how"
        )
    require(work, {Status.FINISHED})
    require_turn(work)
    move(work, "business", Status.RETURNED)
    move(work, "delivery", "delivered")
    work.put(Dossier, returned_at=work.now)
    work.data["how"] = work.payload.how
