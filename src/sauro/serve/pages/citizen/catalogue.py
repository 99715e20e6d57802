"""Finding a procedure: the first page, the catalogue, and one procedure with all that a person needs to know."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.packs import procedure as pack
from sauro.serve.queries import catalogue
from sauro.serve.rules.forms import say
from sauro.serve.rules.procedures import Procedure
from sauro.serve.wording import amount_words, limit_words
from sauro.web.shapes import Chip
from sauro.web.wording import citation, money

FREQUENT = ("1.001193", "1.000894", "1.001612", "1.012783")


@dataclass(frozen=True)
class Hit:
    """A procedure in a list."""

    code: str
    name: str
    summary: str
    limit: str
    who: str
    cost: str
    online: str


def home(request: HttpRequest) -> HttpResponse:
    today = local_day(now())
    frequent = [hit(found) for code in FREQUENT if (found := catalogue.by_code(code, today))]
    return render(request, "serve/citizen/home.html", {"frequent": frequent})


def procedures(request: HttpRequest) -> HttpResponse:
    """The catalogue. What was typed and chosen is in the address."""
    asked = {name: request.GET.get(name, "")[:100] for name in ("q", "level", "field")}
    today = local_day(now())
    found = catalogue.search(asked["q"], today, level=asked["level"], field=asked["field"])
    fields = _items("fields")
    chips = [_chip(words, asked, "level", value) for value, words in _levels()]
    return render(
        request,
        "serve/citizen/procedures.html",
        {
            "asked": asked, "hits": [hit(f.procedure) for f in found], "chips": chips,
            "fields": [_chip(words, asked, "field", key) for key, words in fields],
        },
    )  # fmt: skip


def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """One procedure: what is needed, how long, what it costs, who decides, on which law."""
    found = catalogue.by_code(code, local_day(now()))
    if found is None:
        raise Http404
    terms, usual = found.terms, _usual(found)
    return render(
        request,
        "serve/citizen/procedure.html",
        {
            "procedure": found, "terms": terms, "hit": hit(found), "name": say(terms.name), "summary": say(terms.summary),
            "always": [_component(c) for c in terms.components if c.when is None],
            "usually": [_component(c) for c in terms.components if c.when in usual],
            "sometimes": [_component(c) for c in terms.components if c.when is not None and c.when not in usual], "limit": limit_words(found),
            "variants": [f"{amount_words(v.amount, v.unit)}: {say(v.name)}" for v in terms.time_limit.variants], "fees": _fees(found),
            "steps": [_step(step) for step in terms.steps if step.kind != "return"],
            "law": [citation(", ".join(filter(None, (b.instrument, b.article)))) for b in terms.legal_basis], "result": say(terms.result.name),
            "note": say(terms.note) if terms.note else "", "unverified": terms.verified in ("I", "G", "no"),
            "limit_unverified": terms.time_limit.verified in ("I", "G", "no"),
            "crumbs": [(_("Home"), reverse("serve:home")), (_("Procedures"), reverse("serve:procedures"))],
        },
    )  # fmt: skip


def hit(found: Procedure) -> Hit:
    terms = found.terms
    return Hit(
        terms.code, say(terms.name), say(terms.summary), limit_words(found), organisation_type(terms.competent.organisation),
        _cost(found), _("Full online service") if terms.online.level == "full" else _("Partly online"),
    )  # fmt: skip


def _usual(found: Procedure) -> frozenset[str]:
    """The conditions that hold for the plainest filing: online, of each question the first answer, no exceptions."""
    plain: dict[str, str] = {}
    for known in found.fields.values():
        if known.type == "yesno":
            plain[known.id] = "no"
        elif known.choices:
            plain[known.id] = known.choices[0].value
    return found.conditions(found.facts(plain, today=local_day(now()), channel=2, applicant="citizen"))


def organisation_type(code: str) -> str:
    """The name of a kind of organisation."""
    found = definitions.in_force("organisation_type", code, local_day(now()))
    if found is None:
        return code
    return str(found.body["name"][_language()])


def _language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def _cost(found: Procedure) -> str:
    if not found.terms.fees:
        return _("Free of charge")
    amounts = [
        a
        for fee in found.terms.fees
        for line in fee.lines
        for a in (line.counter, line.online)
        if a is not None
    ]
    if not amounts:
        return _("Set by the province")
    if min(amounts) == 0 or all(fee.when is not None for fee in found.terms.fees):
        return _("Free of charge, except in some cases")
    return _("from %(amount)s") % {"amount": money(min(amounts))}


def _component(component: pack.Component) -> dict[str, object]:
    kinds = {
        "original": _("original"),
        "copy": _("copy"),
        "electronic": _("electronic file"),
        "present": _("shown at the counter and given back"),
    }
    return {
        "name": say(component.name), "kind": kinds[component.kind], "copies": component.copies,
        "hint": say(component.hint) if component.hint else "", "from_form": component.from_form,
        "required": component.required,
    }  # fmt: skip


def _fees(found: Procedure) -> list[dict[str, object]]:
    made = []
    for fee in found.terms.fees:
        lines = []
        for line in fee.lines:
            words = [
                _choice(found, name, match)
                for name, match in zip(fee.by, line.match, strict=True)
                if match != "*"
            ]
            lines.append(
                {"for": ", ".join(words), "counter": line.counter, "online": line.online,
                 "decided_by": say(line.decided_by) if line.decided_by else ""}
            )  # fmt: skip
        waivers = [say(waiver.name) for waiver in fee.waivers]
        made.append(
            {
                "name": say(fee.name),
                "lines": lines,
                "waivers": waivers,
                "sometimes": fee.when is not None,
                "one": not fee.by,
            }
        )
    return made


def _choice(found: Procedure, name: str, value: str) -> str:
    known = found.fields.get(name)
    return next((say(c.label) for c in known.choices if c.value == value), value) if known else value


def _step(step: pack.Step) -> dict[str, object]:
    return {"name": say(step.name), "who": organisation_type(step.unit), "hours": step.hours}


def _levels() -> list[tuple[str, str]]:
    return [
        ("commune", _("Commune level")),
        ("province", _("Province level")),
        ("ministry", _("Ministry level")),
    ]


def _items(code: str) -> list[tuple[str, str]]:
    found = definitions.in_force("catalogue", code, local_day(now()))
    return [(item["key"], item["name"][_language()]) for item in found.body["items"]] if found else []


def _chip(words: str, asked: dict[str, str], name: str, value: str) -> Chip:
    active = asked[name] == value
    chosen = {**asked, name: "" if active else value}
    query = urlencode({key: text for key, text in chosen.items() if text})
    return Chip(words, f"{reverse('serve:procedures')}?{query}", active)
