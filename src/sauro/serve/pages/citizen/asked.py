"""What a supplement asks of a person: papers to attach, and fields of the form to answer anew."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.core.queries.reading import Opened
from sauro.serve.models import Dossier
from sauro.serve.pages.citizen.attachments import accepted
from sauro.serve.pages.fields import SectionForm, shown_value
from sauro.serve.queries.cases import answer_by, last_asked
from sauro.serve.queries.places import communes, province_of
from sauro.serve.rules.forms import Problem, check, labels, say
from sauro.serve.rules.procedures import Procedure
from sauro.serve.rules.statuses import Status


def asked_of(
    opened: Opened, found: Procedure, sent: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """What stands open in the last request, or None where nothing does. ``sent`` is what was typed just now."""
    row = opened.rows[Dossier._meta.db_table]
    if row["status"] != Status.SUPPLEMENT_REQUESTED or row["answered_at"] is not None:
        return None
    asked = (opened.parts.get(f"supplement-{row['supplements']}") or {}).get("deficiencies", ())
    form = _form(opened, found, [item["item"] for item in asked if item["item"] in found.fields], sent)
    items, told, said = [], set(), labels(found)
    for item in asked:
        id_ = item["item"]
        component, known = found.components.get(id_), found.fields.get(id_)
        shown = {**item, "id": id_, "name": id_, "is_paper": component is not None}
        if component is not None:
            shown |= {"name": say(component.name), **accepted(component)._asdict()}
        elif known is not None:
            # Two faults of one field are told one after the other; the box to put it right comes once.
            shown |= {"name": said[id_], "field": None if id_ in told else form[id_]}
            told.add(id_)
        items.append(shown)
    at = last_asked(row["id"])
    return {
        "number": row["supplements"], "items": items, "form": form, "by": answer_by(found, at) if at else None,
    }  # fmt: skip


def _form(opened: Opened, found: Procedure, names: list[str], sent: Mapping[str, Any] | None) -> SectionForm:
    """The fields that were asked for, as the form asks them, with what was declared in them."""
    row, present = opened.rows[Dossier._meta.db_table], opened.parts.get("answers") or {}
    fields = [
        msgspec.structs.replace(found.fields[name], when=None, required=True) for name in dict.fromkeys(names)
    ]
    section = msgspec.structs.replace(found.terms.form.sections[0], fields=fields, when=None)
    places = communes(province_of(row["area"])) if any(f.type == "commune" for f in fields) else ()
    if sent is not None:
        return SectionForm(section, (), places, data=sent)
    # A date is kept year first; its boxes take it as people write it.
    initial = {
        f.id: shown_value(f, present.get(f.id), {}) if f.type == "date" else present.get(f.id) for f in fields
    }
    return SectionForm(section, (), places, initial=initial)


def corrected(opened: Opened, found: Procedure, form: SectionForm) -> tuple[dict[str, Any], list[Problem]]:
    """The answers that were changed, in their regular form, and what is wrong with them by the form's own rules."""
    row, present = opened.rows[Dossier._meta.db_table], opened.parts.get("answers") or {}
    given = form.typed()
    checked = check(
        found, {**present, **given}, today=local_day(now()), channel=row["channel"], applicant=row["applicant_type"]
    )  # fmt: skip
    changed = {
        name: value for name in given
        if (value := checked.answers.get(name)) is not None and value != present.get(name)
    }  # fmt: skip
    told = {p.field: p for p in checked.problems if p.field in given}
    for name, value in given.items():
        if not value.strip() and present.get(name) not in (None, ""):
            message = _("Enter: %(name)s") % {"name": say(found.fields[name].label)}
            told.setdefault(name, Problem(name, message))
    return changed, list(told.values())
