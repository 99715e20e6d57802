"""A merger or split in words: what was decided, how it stands, and what moved, read from its event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sauro.core.actions.merging import unfit_words
from sauro.core.models import Actor, Event, Reorganisation
from sauro.core.queries import orphans
from sauro.project.reorganisation import carrying, counting, naming, residue
from sauro.project.reorganisation.counting import Load
from sauro.serve.queries.places import commune_names
from sauro.web.shapes import Status
from sauro.web.wording import day, moment

CARRIED_OUT = ("core.plan_reorganisation", "core.carry_out_reorganisation")


def title(row: Reorganisation, names: Mapping[UUID, str]) -> str:
    """What goes into what, or leaves what."""
    gone, into = names.get(row.absorbed[-1], _founding(row)), names.get(row.into, _founding(row))
    if row.kind == "split":
        return _("%(part)s out of %(whole)s") % {"part": into, "whole": gone}
    chosen = len(_chosen(row))
    if chosen > 1:
        text = ngettext(
            "%(gone)s and %(count)d more into %(into)s",
            "%(gone)s and %(count)d more into %(into)s",
            chosen - 1,
        )
        return text % {"gone": gone, "count": chosen - 1, "into": into}
    return _("%(gone)s into %(into)s") % {"gone": gone, "into": into}


def _chosen(row: Reorganisation) -> list[UUID]:
    """Those that were chosen to go: what lies below them goes with them."""
    also = row.terms.get("also", [])
    return [
        *(UUID(pair["organisation"]) for pair in also if UUID(pair["into"]) == row.into),
        row.absorbed[-1],
    ]


def _founding(row: Reorganisation) -> str:
    founded = row.terms.get("founded") or {}
    return str(founded.get("name_vi", "–"))


def status(row: Reorganisation) -> Status:
    match row.state:
        case "planned":
            return Status("near", _("planned"))
        case "done":
            return Status("on_time", _("carried out"))
        case "failed":
            return Status("late", _("could not be carried out"))
        case _:
            return Status("neutral", _("called off"))


def when(row: Reorganisation) -> str:
    """Its moment, or when it was carried out."""
    if row.state == "planned" and row.effective:
        return _("on %(day)s at midnight") % {"day": day(row.effective)}
    return moment(row.ended_at) if row.ended_at else ""


@dataclass(frozen=True)
class Moved:
    """An organisation or office that went, and what stands for it."""

    name: str
    into: str
    code: str


def result(row: Reorganisation) -> dict[str, Any]:
    """What the page of one shows."""
    if row.kind == "split":
        return _split_result(row)
    changes = _changes(row) if row.state == "done" else []
    actors = [image for table, _op, image in changes if table == "core_actor"]
    holdings = [image for table, _op, image in changes if table == "core_holding"]
    ids = {UUID(image["id"]) for image in actors} | {
        UUID(image["current"]) for image in actors if image.get("current")
    }
    names = naming.with_superior([*ids, *row.absorbed, row.into])
    gone = [image for image in actors if image.get("current") != image["id"]]
    along = [image for image in actors if image["kind"] == "position" and image.get("current") == image["id"]]
    return {
        "title": title(row, naming.plain([row.absorbed[-1], row.into])), "status": status(row), "when": when(row),
        "organisations": [_moved(image, names) for image in gone if image["kind"] == "organisation"],
        "offices": [_moved(image, names) for image in gone if image["kind"] == "position"],
        "along": [names.get(UUID(image["id"]), "–") for image in along],
        "appointed": sum("valid_to" not in image for image in holdings),
        "loads": _loads(row, names), "orphans": orphans.count().count if row.state == "done" else None,
        "reason": unfit_words(row.reason) if row.reason else "", "into": names.get(row.into, _founding(row)),
    }  # fmt: skip


def _split_result(row: Reorganisation) -> dict[str, Any]:
    """What the page of a split shows: what was founded, who went on there, what is handed over and what is not yet."""
    changes = _changes(row) if row.state == "done" else []
    both = [row.into, row.absorbed[0]]
    names = naming.plain(both)
    founded = [
        image for table, _op, image in changes if table == "core_actor" and image["kind"] == "position"
    ]
    language = "name_en" if (get_language() or "vi").startswith("en") else "name_vi"
    loads = [(names.get(id_, "–"), residue.has_now(id_)) for id_ in both] if row.state == "done" else []
    return {
        "title": title(row, names), "status": status(row), "when": when(row), "split": True,
        "offices": [image[language] for image in founded], "loads": loads,
        "appointed": sum(table == "core_holding" and "valid_to" not in image for table, _op, image in changes),
        "vacant": residue.vacant(row.into) if row.state == "done" else [],
        "waiting": carrying.waiting(row) if row.state == "done" else 0,
        "orphans": orphans.count().count if row.state == "done" else None,
        "reason": unfit_words(row.reason) if row.reason else "", "procedures": residue.procedure_names(row.terms.get("procedures", [])),
        "areas": sorted(commune_names(row.terms.get("areas", [])).values()), "tasks": len(row.terms.get("tasks", [])),
    }  # fmt: skip


def _moved(image: Mapping[str, Any], names: Mapping[UUID, str]) -> Moved:
    return Moved(
        names.get(UUID(image["id"]), "–"), names.get(UUID(image["current"]), "–"), str(image.get("code", ""))
    )


def _changes(row: Reorganisation) -> list[Any]:
    """The after-images of the event that wrote the row last: the one that carried it out."""
    event = Event.objects.filter(pk=row.event, name__in=CARRIED_OUT).first()
    return list(orjson.loads(bytes(event.body))["changes"]) if event else []


def _loads(row: Reorganisation, names: Mapping[UUID, str]) -> list[tuple[str, Load]]:
    """What each organisation that absorbs has to do now."""
    into = Actor.objects.filter(pk__in=row.absorbed).values_list("current", flat=True)
    wanted = dict.fromkeys([row.into, *(id_ for id_ in into if id_ is not None)])
    if row.state != "done":
        return []
    return [(names.get(id_, "–"), counting.load(id_)) for id_ in wanted]
