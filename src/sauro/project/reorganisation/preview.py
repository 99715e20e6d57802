"""What a merger will move, said in words and numbers before anybody confirms it. The act follows the same rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from sauro.core.models import Definition, Delegation, Reorganisation
from sauro.core.moment import now
from sauro.project.reorganisation import counting, naming
from sauro.project.reorganisation.counting import Load
from sauro.project.reorganisation.terms import Planned
from sauro.web.wording import day


@dataclass(frozen=True)
class Line:
    """An organisation that goes, what stands for it, and its work."""

    name: str
    into: str
    load: Load
    offices: int
    holders: int


@dataclass(frozen=True)
class OfficeLine:
    """An office, what becomes of it, and of whoever holds it."""

    name: str
    becomes: str
    holders: int
    kept: bool
    decided: bool


@dataclass(frozen=True)
class Preview:
    """The whole of it."""

    lines: list[Line]
    total: Load
    offices: list[OfficeLine]
    warnings: list[str]
    names: dict[UUID, str]

    @property
    def staying(self) -> int:
        return self.total.ended


def preview(plan: Planned) -> Preview:
    names = _names(plan)
    lines = [_line(plan, names, gone, into) for gone, into in reversed(plan.pairs)]
    total = sum((line.load for line in lines), Load())
    return Preview(lines, total, list(_offices(plan, names)), list(_warnings(plan, names)), names)


def _names(plan: Planned) -> dict[UUID, str]:
    """By what things are called afterwards and before; a new organisation is in no table yet."""
    english = (get_language() or "vi").startswith("en")
    names = naming.with_superior(list(plan.rows))
    if plan.terms.founded is not None:
        founded = plan.terms.founded
        names[founded.id] = founded.name_en if english else founded.name_vi
    return names


def _line(plan: Planned, names: dict[UUID, str], gone: UUID, into: UUID) -> Line:
    offices = [id_ for id_, row in plan.rows.items() if row["organisation"] == gone and row["current"] == id_]
    holders = {held.person for held in plan.held if held.position in offices}
    return Line(names.get(gone, "–"), names.get(into, "–"), counting.load(gone), len(offices), len(holders))


def _offices(plan: Planned, names: dict[UUID, str]) -> Iterator[OfficeLine]:
    held = {office: sum(one.position == office for one in plan.held) for office in plan.rows}
    decided = {decision.office for decision in plan.decisions}
    for office, heir in sorted(plan.made.offices.items(), key=lambda pair: plan.rows[pair[0]]["code"] or ""):
        yield OfficeLine(names[office], names.get(heir, "–"), held[office], False, office in decided)
    for office in plan.kept:
        home = plan.made.actors.get(office, {}).get("organisation") or plan.rows[office]["organisation"]
        yield OfficeLine(names[office], names.get(home, "–"), held[office], True, False)


def _warnings(plan: Planned, names: dict[UUID, str]) -> Iterator[str]:
    yield from _vacant(plan, names)
    yield from _lost_rights(plan, names)
    yield from _lost_deputies(plan, names)
    gone = {id_ for id_, _into in plan.pairs}
    for other in Reorganisation.objects.filter(state="planned"):
        if gone & {*other.absorbed, other.into} or plan.terms.into in other.absorbed:
            when = day(other.effective) if other.effective else ""
            yield _("Another merger of one of these is planned for %(day)s. Whichever comes first may make the other impossible.") % {"day": when}  # fmt: skip


def _vacant(plan: Planned, names: dict[UUID, str]) -> Iterator[str]:
    """Offices that take over work and that nobody holds afterwards."""
    ended = set(plan.made.ended)
    held = {one.position for one in plan.held if one.id not in ended} | {office for _person, office in plan.made.appointed}  # fmt: skip
    for heir in sorted(set(plan.made.offices.values()), key=lambda id_: names.get(id_, "")):
        if heir not in held:
            yield _("Nobody holds %(office)s, which takes over work. Appoint somebody, or the work waits.") % {"office": names.get(heir, "–")}  # fmt: skip


def _lost_rights(plan: Planned, names: dict[UUID, str]) -> Iterator[str]:
    """Roles that an absorbed office was given and its heir was not."""
    given = counting.rights([*plan.made.offices, *plan.made.offices.values()])
    lost: dict[UUID, set[UUID]] = {}
    for office, heir in plan.made.offices.items():
        if missing := given.get(office, set()) - given.get(heir, set()):
            lost.setdefault(heir, set()).update(missing)
    bodies: dict[UUID, Any] = dict(Definition.objects.filter(pk__in=set().union(*lost.values())).values_list("id", "body")) if lost else {}  # fmt: skip
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    for heir, roles in lost.items():
        said = ", ".join(
            sorted(str(bodies.get(role, {}).get("name", {}).get(language, "–")) for role in roles)
        )
        text = ngettext(
            "%(office)s takes over work of an office with a right that it lacks: %(roles)s. Grant it anew if it is needed.",
            "%(office)s takes over work of offices with rights that it lacks: %(roles)s. Grant them anew if they are needed.",
            len(roles),
        )
        yield text % {"office": names.get(heir, "–"), "roles": said}


def _lost_deputies(plan: Planned, names: dict[UUID, str]) -> Iterator[str]:
    """Deputies whose authority ends with an office that goes: that of who is away, or their own."""
    gone = list(plan.made.offices)
    either = Q(position__in=gone) | Q(deputy_position__in=gone)
    for each in Delegation.objects.filter(either, ended_at=None, valid_to__gt=now()).order_by(
        "valid_to", "id"
    ):
        office = names.get(each.position) or naming.plain([each.position]).get(each.position, "–")
        yield _("A deputy was named for %(office)s until %(day)s. That ends with the merger: name the deputy anew afterwards.") % {"office": office, "day": day(each.valid_to - timedelta(microseconds=1))}  # fmt: skip
