"""The papers of a dossier: facts of a case turned into the official forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sauro.core.clock.explanation import explain
from sauro.core.clock.working import add_working_hours
from sauro.core.doorway.decide import local_day
from sauro.core.journal import checkpoints
from sauro.core.models import Commitment
from sauro.core.queries import courses, definitions
from sauro.core.queries.reading import Opened
from sauro.serve import results
from sauro.serve.actions.subject import limit_of
from sauro.serve.documents import facts
from sauro.serve.documents.render import pdf
from sauro.serve.models import Attachment, Dossier
from sauro.serve.queries.cases import Happening, answer_by
from sauro.serve.queries.places import commune_names, names
from sauro.serve.rules.forms import labels, needed_components, say
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.serve.rules.results import entered_rows, stated_rows
from sauro.serve.wording import clock_lines, limit_words
from sauro.web.deputies import deputies, deputy_of, done_by, stands_in
from sauro.web.wording import citation


@dataclass(frozen=True)
class Case:
    """An opened dossier with what its papers say about it, in one language."""

    rows: Mapping[str, Mapping[str, Any]]
    parts: Mapping[str, Mapping[str, Any] | None]
    happenings: Sequence[Happening]
    language: facts.Language

    @property
    def promise(self) -> Mapping[str, Any]:
        return self.rows[Commitment._meta.db_table]

    @property
    def dossier(self) -> Mapping[str, Any]:
        return self.rows[Dossier._meta.db_table]

    @property
    def procedure(self) -> Procedure:
        return definitions.get(self.dossier["procedure"]).compiled(procedure)

    @property
    def holds(self) -> Sequence[str]:
        found: Sequence[str] = self.dossier["plan"].get("rules", ())
        return found

    def part(self, name: str) -> Mapping[str, Any]:
        """A personal part; empty where it was never written or was erased."""
        return self.parts.get(name) or {}

    def last(self, *actions: str) -> Happening | None:
        return next((h for h in reversed(self.happenings) if h.name in actions), None)


KINDS = ("acknowledgement", "form01", "form02", "form03", "form04", "form05", "form06", "draft")


def paper(kind: str, opened: Opened, happenings: Sequence[Happening], language: facts.Language) -> bytes:
    """A paper of a dossier as PDF. Raises KeyError for a kind that does not apply to this dossier."""
    case = Case(opened.rows, opened.parts, happenings, language)
    with translation.override(language):
        return pdf(_MAKE[kind](case))


def available(opened: Opened, happenings: Sequence[Happening]) -> list[str]:
    """Which papers this dossier has by now."""
    done = {happening.name for happening in happenings}
    dossier = opened.rows[Dossier._meta.db_table]
    found = ["acknowledgement"]
    found += ["form01"] if dossier["accepted_at"] else []
    for action, kind in _BY_ACTION.items():
        found += [kind] if action in done else []
    return found + (["form06"] if dossier["accepted_at"] else [])


_BY_ACTION = {
    "serve.request_supplement": "form02", "serve.refuse_dossier": "form03", "serve.extend_deadline": "form04",
    "serve.stop_dossier": "form05",
}  # fmt: skip


def applicant_of(found: Procedure, answers: Mapping[str, Any]) -> facts.Person:
    """Who filed, as the answers say: the fields that a person's own identity would fill."""
    who: dict[str, str] = {}
    for known in found.fields.values():
        if known.prefill and known.id in answers:
            who.setdefault(known.prefill.removeprefix("actor."), str(answers[known.id]))
    return facts.Person(
        who.get("full_name", ""), who.get("address", ""), who.get("phone", ""), who.get("email", "")
    )


def letterhead(organisation: UUID, number: str = "") -> facts.Letterhead:
    """The head of a paper: the agency, its superior, its place."""
    column = "name_en" if translation.get_language() == "en" else "name_vi"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT o.{column}, coalesce(p.{column}, '') FROM core_actor o"  # noqa: S608 — one of two columns of ours
            " LEFT JOIN core_actor p ON p.id = o.parent WHERE o.id = %s",
            [organisation],
        )
        row = cursor.fetchone() or ("", "")
    return facts.Letterhead(row[0], row[1], number, results.locality(organisation))


def proof(reference: str) -> facts.Proof:
    """Where a stranger checks the paper, with the newest checkpoint of the journal."""
    connection.ensure_connection()
    signed = checkpoints.latest(connection.connection)
    return facts.Proof(
        settings.SAURO_PUBLIC_URL + reverse("serve:verify", args=[reference]), signed.note if signed else ""
    )


def _head(case: Case, organisation: UUID, issued: datetime) -> dict[str, Any]:
    dossier = case.dossier
    code = dossier["code"] or dossier["reference"]
    return {
        "letterhead": letterhead(organisation), "issued": issued, "proof": proof(case.dossier["reference"]), "language": case.language,
        "demonstration": settings.DEMONSTRATION, "dossier": code, "procedure_code": case.procedure.code,
        "procedure_name": say(case.procedure.terms.name), "applicant": applicant_of(case.procedure, case.part("answers")),
    }  # fmt: skip


def _components(case: Case) -> tuple[facts.Component, ...]:
    attached = set(Attachment.objects.filter(dossier=case.dossier["id"]).values_list("component", flat=True))
    found = []
    for component in needed_components(case.procedure, case.holds):
        given = component.from_form or component.id in attached or case.dossier["channel"] == 1
        if given:
            electronic = int(component.id in attached or case.dossier["channel"] == 2)
            originals = component.copies if component.kind == "original" and not electronic else 0
            copies = component.copies if component.kind != "original" and not electronic else 0
            found.append(facts.Component(say(component.name), originals, copies, electronic))
    return tuple(found)


def _fees(case: Case) -> tuple[facts.Fee, ...]:
    paid = case.dossier["payment"] in ("paid", "waived")
    wanted = case.procedure.fees(case.part("answers"), case.holds, case.dossier["channel"])
    return tuple(facts.Fee(say(fee.name), amount or 0, paid) for fee, amount in wanted if amount)


def _officer(happening: Happening | None) -> facts.Officer:
    position = happening.position if happening else None
    if happening is None or position is None:
        return facts.Officer("")
    return facts.Officer(
        done_by(names([position]).get(position, ""), happening.data, deputies([happening.data]))
    )


def _acknowledgement(case: Case) -> facts.Document:
    dossier, found = case.dossier, case.procedure
    _id, calendar = courses.calendar(dossier["submitted_at"].date())
    by = limit_of(found, case.holds).end(calendar, dossier["submitted_at"], cut_off=True)
    return facts.Acknowledgement(
        **_head(case, dossier["received_by"], dossier["submitted_at"]), submitted=dossier["submitted_at"],
        components=_components(case), result_by=by, limit=limit_words(found, case.holds), fees=_fees(case),
        assisted_by=_officer(case.last("serve.assist_filing")) if dossier["assister"] else None,
    )  # fmt: skip


def _form01(case: Case) -> facts.Document:
    dossier, promise = case.dossier, case.promise
    course, calendar = courses.read(promise["course"])
    place = names([dossier["received_by"]]).get(dossier["received_by"], "")
    return facts.Form01(
        **_head(case, dossier["received_by"], dossier["accepted_at"]), components=_components(case),
        accepted=dossier["accepted_at"], due=promise["due_original"], limit=limit_words(case.procedure, case.holds),
        computation=tuple(clock_lines(explain(course, calendar))), collect_at=place,
        officer=_officer(case.last("serve.accept_dossier")), fees=_fees(case),
    )  # fmt: skip


def _form02(case: Case) -> facts.Document:
    asked = case.last("serve.request_supplement")
    assert asked is not None
    number = int(asked.data["number"])
    found = case.procedure
    items, named = [], labels(found) | {id_: say(paper.name) for id_, paper in found.components.items()}
    for item in case.part(f"supplement-{number}").get("deficiencies", ()):
        basis = citation("309/2026/NĐ-CP, Điều 8.1")
        items.append(
            facts.Deficiency(
                named.get(item["item"], item["item"]), item["reason"], item.get("guidance", ""), basis
            )
        )
    return facts.Form02(
        **_head(case, case.dossier["received_by"], asked.at), deficiencies=tuple(items), officer=_officer(asked),
        stage=_("before acceptance") if not case.dossier["accepted_at"] else _("in progress"), ordinal=number,
        answer_by=answer_by(found, asked.at),
    )  # fmt: skip


def _form03(case: Case) -> facts.Document:
    refused = case.last("serve.refuse_dossier")
    assert refused is not None
    ground = next((g for g in case.procedure.terms.refusals if g.id == refused.data.get("ground")), None)
    words = next((p for name, p in case.parts.items() if name.startswith("refusal-") and p), {})
    basis = (
        (citation(f"{ground.basis.instrument}, {ground.basis.article}"),) if ground and ground.basis else ()
    )
    reasons = tuple(t for t in (say(ground.text) if ground else "", str(words.get("reason", ""))) if t)
    return facts.Form03(
        **_head(case, case.dossier["received_by"], refused.at),
        reasons=reasons,
        basis=basis,
        officer=_officer(refused),
    )


def _signatory(happening: Happening) -> facts.Signatory:
    deputy = deputy_of(happening.data.get("delegation"))
    return results.signatory(happening.position, happening.at, happening.person, deputy)


def _form04(case: Case) -> facts.Document:
    moved = case.last("serve.extend_deadline")
    assert moved is not None
    return facts.Form04(
        **_head(case, case.dossier["competent"], moved.at), accepted=case.dossier["accepted_at"],
        original_due=case.promise["due_original"], new_due=case.promise["due"],
        reason=str(case.part(f"apology-{moved.data['number']}").get("reason", "")), ordinal=int(moved.data["number"]),
        limit=case.procedure.terms.extension.max, signer=_signatory(moved),
    )  # fmt: skip


def _form05(case: Case) -> facts.Document:
    stopped = case.last("serve.stop_dossier")
    assert stopped is not None
    words = next((p for name, p in case.parts.items() if name.startswith("stop-") and p), {})
    step = case.procedure.steps.get(case.dossier["step"])
    return facts.Form05(
        **_head(case, case.dossier["competent"], stopped.at), accepted=case.dossier["accepted_at"] or stopped.at,
        request=say(case.procedure.terms.name), stage=say(step.name) if step else "", decision=str(words.get("reason", "")),
        basis=("03/2025/TT-VPCP, Mẫu 05",), money=_money(case), signer=_signatory(stopped),
    )  # fmt: skip


def _form06(case: Case) -> facts.Document:
    steps = [h for h in case.happenings if h.data.get("completed") or h.name == "serve.accept_dossier"]
    rows = []
    for one, other in zip(steps, [*steps[1:], None], strict=True):
        taker = _officer(other) if other else facts.Officer(_office_of(case))
        due = _step_due(case, one)
        result: Literal["on_time", "late", "open"] = "open"
        if other is not None and due is not None:
            result = "on_time" if other.at <= due else "late"
        rows.append(facts.Handover(_officer(one), taker, one.at, due, result))
    return facts.Form06(
        **_head(case, case.dossier["received_by"], case.dossier["accepted_at"]), accepted=case.dossier["accepted_at"],
        due=case.promise["due"], handovers=tuple(rows),
    )  # fmt: skip


def _step_due(case: Case, handed_over: Happening) -> datetime | None:
    """When the step that was handed over should be done: its own working hours from the moment it was taken."""
    step = case.procedure.steps.get(str(handed_over.data.get("next", "")))
    if step is None:
        return None
    _id, calendar = courses.calendar(local_day(handed_over.at))
    return add_working_hours(calendar, handed_over.at, step.hours, cut_off=False)


def _money(case: Case) -> str:
    if case.dossier["payment"] == "paid":
        return _("What was paid is handled under the rules on fees and charges.")
    return _("Nothing was paid.")


def _office_of(case: Case) -> str:
    position = case.promise["position"]
    return names([position]).get(position, "") if position else ""


def _draft(case: Case) -> facts.Document:
    drafted = case.last("serve.draft_decision")
    assert drafted is not None
    return decision(case, drafted)


def _will_sign(position: UUID | None, at: datetime) -> facts.Signatory:
    """Who will sign, as it stands while the paper is made: somebody's deputy while they are away."""
    return results.signatory(
        position, at, deputy=stands_in(position, "serve.sign_decision") if position else None
    )


def decision(case: Case, drafted: Happening) -> facts.Result:
    """The decision as it will be signed, dated by its draft, in the case's language."""
    with translation.override(case.language):
        words, found = case.part(str(drafted.data["part"])), case.procedure
        granted = words.get("outcome") == "granted"
        signing = next((step for step in found.terms.steps if step.kind == "sign"), None)
        position = case.dossier["plan"].get("positions", {}).get(signing.id if signing else "", "")
        reference = case.dossier["reference"]
        code = case.dossier["code"] or reference
        answers = case.part("answers")
        communes = {str(answers.get(f.id, "")) for f in found.fields.values() if f.type == "commune"}
        return facts.Result(
            letterhead=letterhead(case.dossier["competent"], code), issued=drafted.at, proof=proof(reference),
            language=case.language, demonstration=settings.DEMONSTRATION, about=say(found.terms.name),
            title=say(found.terms.result.name) if granted else _("Decision refusing the request"),
            dossier=code, reference=reference, grounds=results.grounds(found.terms.legal_basis),
            stated=stated_rows(found, answers, case.holds, commune_names(communes)) if granted else (),
            entries=entered_rows(found, words.get("entries", {})) if granted else (),
            paragraphs=tuple(words.get("paragraphs", ())),
            signer=_will_sign(UUID(position) if position else None, drafted.at),
        )  # fmt: skip


_MAKE = {
    "acknowledgement": _acknowledgement, "form01": _form01, "form02": _form02, "form03": _form03, "form04": _form04,
    "form05": _form05, "form06": _form06, "draft": _draft,
}  # fmt: skip
