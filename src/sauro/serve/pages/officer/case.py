"""A dossier on an official's desk: its promise, what was said and attached, what has happened, and what may be done."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.clock.explanation import explain
from sauro.core.models import StoredFile
from sauro.core.queries import courses, successors
from sauro.core.queries.reading import Looked, who_looked
from sauro.packs.procedure import FormField
from sauro.serve import files, papers
from sauro.serve.models import Attachment
from sauro.serve.pages.fields import shown_value
from sauro.serve.pages.officer.desk import Desk, open_desk
from sauro.serve.pages.officer.forms import ActForm
from sauro.serve.pages.officer.office import Official, for_officials
from sauro.serve.pages.officer.verbs import ACTIVE, Verb, is_doer, offered, waited_for
from sauro.serve.pages.showing import promise_of, status_words, timeline_of
from sauro.serve.queries.cases import AS_FILED
from sauro.serve.queries.places import commune_names
from sauro.serve.rules.forms import labels, needed_components, say, shown_fields, shown_sections
from sauro.serve.rules.results import entered_rows
from sauro.serve.wording import clock_lines
from sauro.web import forms


@dataclass(frozen=True)
class Offer:
    """An act with its form; ``main`` where the step waits for it; ``open`` where it was just tried, or is main."""

    verb: Verb
    form: ActForm
    main: bool
    open: bool


@for_officials
def case(request: HttpRequest, official: Official, dossier: UUID) -> HttpResponse:
    """Open a dossier. Not theirs, or not there: the same page, and the attempt is recorded."""
    return show(request, open_desk(official, dossier))


def show(
    request: HttpRequest, desk: Desk, tried: Verb | None = None, form: ActForm | None = None, *,
    status: int = 200, rule: str = "", fresh: bool = False,
) -> HttpResponse:  # fmt: skip
    """The page, with the form that was just tried as it was filled in (``fresh``: without judging it yet)."""
    offers = [_offer(desk, verb, tried, form) for verb in offered(desk)]
    errors = form if form is not None and not fresh else None
    lost = None
    if tried and form is not None and tried not in [offer.verb for offer in offers]:
        lost = {"title": tried.title, "typed": forms.typed(form)}
    context = {
        "here": "dossiers", "official": desk.official, "desk": desk, "row": desk.row, "name": say(desk.found.terms.name),
        "status": status_words(desk.status), "promise": promise_of(desk.found, desk.row, desk.promise, desk.at),
        "offers": offers, "tried": errors, "rule": rule, "lost": lost, "key": secrets.token_hex(16),
        "accepts": _acceptance(desk, offers), "signing": _signing(desk), **_told(desk), **_story(desk),
    }  # fmt: skip
    return render(request, "serve/officer/case.html", context, status=status)


def _offer(desk: Desk, verb: Verb, tried: Verb | None, form: ActForm | None) -> Offer:
    main = waited_for(desk, verb)
    if tried is verb and form is not None:
        return Offer(verb, form, main, True)
    return Offer(verb, verb.form(desk, verb.slug), main, tried is None and main)


def _acceptance(desk: Desk, offers: list[Offer]) -> dict[str, Any] | None:
    """The appointment that accepting now would give, with its computation."""
    if not any(offer.verb.slug == "accept" for offer in offers):
        return None
    course, calendar = desk.course_if_accepted_now()
    return {"due": course.original_due, "lines": list(clock_lines(explain(course, calendar)))}


def _signing(desk: Desk) -> dict[str, Any] | None:
    """Why the signer cannot sign yet or ever, or what is to be signed."""
    signs = desk.status in ACTIVE and desk.kind == "sign" and "serve.sign_decision" in desk.may
    if not signs or not desk.takes_step:
        return None
    return {
        "doer": is_doer(desk),
        "ready": desk.row["prepared_digest"] is not None,
        "digest": desk.row["prepared_digest"],
    }


def _told(desk: Desk) -> dict[str, Any]:
    """What the applicant said and attached, and what was asked of them since."""
    answers, former = desk.opened.parts.get("answers"), desk.part(AS_FILED)
    said = [(answers or {}).get(f.id) for f in desk.found.fields.values() if f.type == "commune"]
    places = commune_names({str(area) for area in said if area})
    sections = []
    for part in shown_sections(desk.found, desk.holds):
        rows = [
            (say(f.label), shown_value(f, (answers or {}).get(f.id), places), _former(f, former, places))
            for f in shown_fields(part, desk.holds)
        ]
        sections.append({"title": say(part.title), "rows": rows})
    return {
        "sections": sections, "erased": answers is None, "components": _components(desk), "exchanges": _exchanges(desk),
        "reason": _ending(desk), "decision": _decision(desk), "apologies": [part for _name, part in desk.parts("apology-")],
    }  # fmt: skip


def _former(known: FormField, former: Mapping[str, Any], places: Mapping[str, str]) -> str:
    """What was declared before it was corrected; empty where nothing was."""
    if known.id not in former:
        return ""
    return shown_value(known, former[known.id], places) or "–"


def _components(desk: Desk) -> list[dict[str, Any]]:
    attached = list(Attachment.objects.filter(dossier=desk.row["id"]).order_by("id"))
    stored = {f.id: f for f in StoredFile.objects.filter(pk__in=[a.id for a in attached])}
    known = files.names(list(stored.values()))
    made = []
    for component in needed_components(desk.found, desk.holds):
        inside = [_file(stored.get(a.id), a, known) for a in attached if a.component == component.id]
        made.append({"name": say(component.name), "required": component.required, "files": inside,
                     "from_form": component.from_form, "present": component.kind == "present"})  # fmt: skip
    return made


def _file(stored: StoredFile | None, attached: Attachment, known: Mapping[UUID, str]) -> dict[str, Any]:
    scanned = stored.scanned if stored else "erased"
    why = {
        "infected": _("malware was found in it: it stays closed"),
        "quarantined": _("waiting to be scanned: it stays closed until then"),
        "erased": _("erased, as the law asks"),
    }  # fmt: skip
    return {"id": attached.id, "name": known.get(attached.id) or attached.component, "size": attached.size,
            "closed": why.get(scanned, ""), "unscanned": scanned == "unscanned"}  # fmt: skip


def _exchanges(desk: Desk) -> list[dict[str, Any]]:
    """Each supplement request with what came back."""
    made = []
    for number in range(1, desk.row["supplements"] + 1):
        items = [
            {**item, "name": _named(desk, item["item"])}
            for item in desk.part(f"supplement-{number}").get("deficiencies", ())
        ]
        asked = next(
            (
                h
                for h in desk.happenings
                if h.name == "serve.request_supplement" and h.data.get("number") == number
            ),
            None,
        )
        answered = [part for _name, part in desk.parts(f"answer-{number}-")]
        replies = [
            {"words": a.get("words", ""), "answers": _corrected(desk, a)}
            for a in answered
        ]  # fmt: skip
        made.append({"number": number, "at": asked.at if asked else None, "items": items, "replies": replies,
                     "overdue": number > desk.found.terms.supplement.free})  # fmt: skip
    return made


def _corrected(desk: Desk, reply: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = reply.get("answers") or {}
    places = commune_names({str(v) for k, v in given.items() if desk.found.fields[k].type == "commune"})
    return [(_named(desk, k), shown_value(desk.found.fields[k], v, places)) for k, v in given.items()]


def _named(desk: Desk, item: str) -> str:
    component = desk.found.components.get(item)
    if component:
        return say(component.name)
    return labels(desk.found).get(item, item)


def _ending(desk: Desk) -> str:
    """Why it was not accepted, or stopped, in words."""
    return next(
        (str(part.get("reason", "")) for name in ("refusal-", "stop-") for _n, part in desk.parts(name)), ""
    )


def _decision(desk: Desk) -> dict[str, Any] | None:
    drafted = desk.last("serve.draft_decision")
    if drafted is None:
        return None
    part = desk.part(str(drafted.data["part"]))
    ground = next((say(g.text) for g in desk.found.terms.refusals if g.id == part.get("ground")), "")
    return {
        "granted": part.get("outcome") == "granted",
        "ground": ground,
        "paragraphs": part.get("paragraphs", ()),
        "entries": entered_rows(desk.found, part.get("entries", {})),
        "at": drafted.at,
    }


def _story(desk: Desk) -> dict[str, Any]:
    """What has happened, how the appointment was computed, and who has looked."""
    course = courses.read(desk.promise["course"]) if desk.promise["course"] else None
    steps = desk.found.steps
    notes = [
        {"step": say(steps[p["step"]].name) if p.get("step") in steps else "", "note": p.get("note", "")}
        for _n, p in desk.parts("note-")
    ]
    whose = successors.said([desk.position]).get(desk.position, "") if desk.position else ""
    return {
        "timeline": timeline_of(desk.happenings, desk.found), "notes": notes, "whose": whose,
        "step": say(desk.step.name) if desk.step else "",
        "computation": list(clock_lines(explain(*course, desk.at))) if course else [],
        "papers": papers.available(desk.opened, desk.happenings),
        "looked": [_looked(line) for line in who_looked(desk.row["applicant"], desk.row["id"])],
    }  # fmt: skip


def _looked(line: Looked) -> dict[str, Any]:
    english = (get_language() or "vi").startswith("en")
    position = line.position_en if english else line.position_vi
    organisation = line.organisation_en if english else line.organisation_vi
    who = _("the applicant") if line.own else f"{position}, {organisation}" if position else _("the platform")
    deputy = line.deputy_en if english else line.deputy_vi
    if deputy:
        who = _("%(deputy)s, as deputy in the office: %(office)s") % {"deputy": deputy, "office": who}
    return {"who": who, "at": line.last_at, "times": line.times}
