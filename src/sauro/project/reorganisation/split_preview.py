"""What a split takes along and what stays, said in words and numbers before anybody confirms it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from sauro.core.models import Delegation, Reorganisation
from sauro.core.moment import now
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.project.offices.words import english, masked
from sauro.project.reorganisation import counting, naming, residue
from sauro.project.reorganisation.parting import Parted
from sauro.project.reorganisation.residue import ByProcedure, OpenTask
from sauro.serve.queries.places import commune_names
from sauro.web.wording import day


@dataclass(frozen=True)
class OfficeThere:
    """An office of the part: like which one it is founded, with how many rights over the part."""

    name: str
    like: str
    rights: int


@dataclass(frozen=True)
class Staying:
    """What no rule catches: it stays with the organisation."""

    dossiers: int
    tasks: list[OpenTask]
    others: int
    grants: int
    ended: int


@dataclass(frozen=True)
class SplitPreview:
    """The whole of it."""

    dossiers: list[ByProcedure]
    areas: list[str]
    tasks: list[OpenTask]
    offices: list[OfficeThere]
    stays: Staying
    warnings: list[str]
    names: dict[UUID, str]
    holders: dict[UUID, str] = field(default_factory=dict)

    @property
    def going(self) -> int:
        return sum(row.goes for row in self.dossiers)


def preview(plan: Parted) -> SplitPreview:
    terms = plan.terms
    names = _names(plan)
    dossiers = residue.by_procedure(plan.whole, terms.procedures, terms.areas)
    tasks = residue.open_tasks(plan.whole)
    named = set(terms.tasks)
    stays = Staying(
        sum(row.stays for row in dossiers), [task for task in tasks if task.id not in named],
        residue.other_work(plan.whole), counting.load(plan.whole).grants, residue.ended(plan.whole),
    )  # fmt: skip
    return SplitPreview(
        dossiers, sorted(commune_names(terms.areas).values()), [task for task in tasks if task.id in named],
        list(_offices(plan, names)), stays, list(_warnings(plan, names)), names, _holders(plan, names),
    )  # fmt: skip


def _names(plan: Parted) -> dict[UUID, str]:
    """What is founded is in no table yet."""
    names = naming.plain(list(plan.rows))
    for row in plan.rows.values():
        names.setdefault(row["id"], str(row["name_en"] if english() else row["name_vi"]))
    return names


def _offices(plan: Parted, names: dict[UUID, str]) -> Iterator[OfficeThere]:
    like = {one.id: one.like for one in plan.terms.offices}
    for row in plan.offices(plan.terms.into):
        old = like.get(row["id"])
        yield OfficeThere(names[row["id"]], names.get(old, "") if old else "", len(plan.rights.get(old, [])) if old else 0)  # fmt: skip


def _holders(plan: Parted, names: dict[UUID, str]) -> dict[UUID, str]:
    """Each holder of an office of the whole, masked as lists show people."""
    holdings = plan.holdings()
    with connection.cursor() as cursor:
        masks = read_masks(cursor, keyring.current(), [one.person for one in holdings])
    return {one.id: f"{masked(masks.get(one.person))} · {names.get(one.position, '–')}" for one in holdings}


def _warnings(plan: Parted, names: dict[UUID, str]) -> Iterator[str]:
    yield from _lost_deputies(plan, names)
    yield from _lost_rights(plan, names)
    yield from _planned_beside(plan)


def _lost_rights(plan: Parted, names: dict[UUID, str]) -> Iterator[str]:
    """Where nothing is founded: offices of the part that lack roles of those whose work they take over."""
    if plan.terms.founded is not None:
        return
    pairs = {row["id"]: plan.like(row["id"]) for row in plan.offices(plan.whole)}
    head = next(row["id"] for row in plan.offices(plan.terms.into) if row["head"])
    given = counting.rights([*pairs, *(heir for heir in pairs.values() if heir), head])
    lacking = {
        heir or head
        for office, heir in pairs.items()
        if given.get(office, set()) - given.get(heir or head, set())
    }
    for heir in sorted(lacking, key=lambda id_: names.get(id_, "")):
        yield _("%(office)s takes over work of an office that has a right it lacks. Grant it anew if it is needed.") % {"office": names.get(heir, "–")}  # fmt: skip


def _planned_beside(plan: Parted) -> Iterator[str]:
    both = {plan.whole, plan.terms.into}
    for other in Reorganisation.objects.filter(state="planned"):
        if both & {*other.absorbed, other.into}:
            when = day(other.effective) if other.effective else ""
            yield _("Another merger or split of one of these is planned for %(day)s. Whichever comes first may make the other impossible.") % {"day": when}  # fmt: skip


def _lost_deputies(plan: Parted, names: dict[UUID, str]) -> Iterator[str]:
    """Deputies whose authority ends if the one they deputise for, or they themselves, go on in the part."""
    mine = [row["id"] for row in plan.offices(plan.whole)]
    either = Q(position__in=mine) | Q(deputy_position__in=mine)
    for each in Delegation.objects.filter(either, ended_at=None, valid_to__gt=now()).order_by(
        "valid_to", "id"
    ):
        office = names.get(each.position) or naming.plain([each.position]).get(each.position, "–")
        yield _("A deputy is named for %(office)s until %(day)s. If either of the two goes on in the new organisation, that ends: name the deputy anew.") % {"office": office, "day": day(each.valid_to - timedelta(microseconds=1))}  # fmt: skip
