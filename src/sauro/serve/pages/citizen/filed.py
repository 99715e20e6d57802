"""What a person declared and attached, as they may read it again: on the page of their own dossier."""

from typing import Any

from django.utils.translation import gettext as _

from sauro.core.models import StoredFile
from sauro.core.queries.reading import Opened
from sauro.serve import files
from sauro.serve.models import Attachment, Dossier
from sauro.serve.pages.fields import shown_value
from sauro.serve.queries.cases import AS_FILED
from sauro.serve.queries.places import commune_names
from sauro.serve.rules.forms import say, shown_fields, shown_sections
from sauro.serve.rules.procedures import Procedure


def own_filing(opened: Opened, found: Procedure) -> dict[str, Any]:
    """The answers by section, each with what stood there before a correction, and the files that were attached."""
    row = opened.rows[Dossier._meta.db_table]
    answers, former = opened.parts.get("answers") or {}, opened.parts.get(AS_FILED) or {}
    areas = [f.id for f in found.fields.values() if f.type == "commune"]
    places = commune_names(
        {str(v) for said in (answers, former) for k, v in said.items() if k in areas and v}
    )
    sections = []
    for part in shown_sections(found, row["plan"].get("rules", ())):
        rows = [
            (
                say(f.label), shown_value(f, answers[f.id], places),
                (shown_value(f, former[f.id], places) or "–") if f.id in former else "",
            )
            for f in shown_fields(part, row["plan"].get("rules", ())) if answers.get(f.id) not in (None, "")
        ]  # fmt: skip
        if rows:
            sections.append({"title": say(part.title), "rows": rows})
    return {"declared": sections, "attached": _attached(row, found)}


def _attached(row: dict[str, Any], found: Procedure) -> list[dict[str, Any]]:
    attached = list(Attachment.objects.filter(dossier=row["id"]).order_by("id"))
    stored = {f.id: f for f in StoredFile.objects.filter(pk__in=[a.id for a in attached])}
    known = files.names(list(stored.values()))
    made = []
    for one in attached:
        scanned = stored[one.id].scanned if one.id in stored else "erased"
        why = {
            "infected": _("malware was found in it: it stays closed"),
            "quarantined": _("waiting to be scanned: it stays closed until then"),
            "erased": _("erased, as the law asks"),
        }
        component = found.components.get(one.component)
        made.append(
            {
                "id": one.id, "name": known.get(one.id) or one.component, "size": one.size,
                "for": say(component.name) if component else one.component, "closed": why.get(scanned, ""),
            }
        )  # fmt: skip
    return made
