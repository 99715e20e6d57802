"""What the one-stop room says on an official's home: their turn, the counter, what a head answers for, the notices."""

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.moment import now
from sauro.serve.models import Draft
from sauro.serve.pages.officer.notices import KINDS, notices
from sauro.serve.pages.officer.office import ASSIST, LIST, elsewhere, official_of, where_it_waits
from sauro.serve.pages.officer.rows import Row, rows_of
from sauro.serve.queries import queue as queries
from sauro.serve.queries.queue import Filter, Standing
from sauro.web.home import FIRST, Elsewhere, Line, Section, Source, add_to_home
from sauro.web.people import Office
from sauro.web.shapes import Chip, Status, Text
from sauro.web.wording import day
from sauro.web.wording import moment as said_moment


def register() -> None:
    """Offer the sections; called once, when the application starts."""
    add_to_home(Source("dossiers", _turn, 10, _begin, _elsewhere))
    add_to_home(Source("counter", _counter, 12))
    add_to_home(Source("agency", _agency, 40))
    add_to_home(Source("dossier_notices", _notices, 60))


def _begin(request: HttpRequest, held: list[Office]) -> UUID | None:
    return where_it_waits(held)


def _turn(request: HttpRequest) -> Section | None:
    """The dossiers whose turn is this office's, the earliest deadline first."""
    official = official_of(request)
    if official is None or LIST not in official.may:
        return None
    at, seen = now(), queries.listed(official.reader)
    mine = Filter(mine=True)
    page = queries.queue(official.reader, mine, at, most=FIRST, seen=seen)
    standing = queries.standing(official.reader, mine, at, seen)
    address = f"{reverse('serve:queue')}?mine=1"
    return Section(
        _("Dossiers: your turn"), [_line(row, whose=False) for row in rows_of(page.lines, at)],
        figures(standing, address) if standing.open else (), _("No dossier waits for you. When it is your turn in one, it stands here, the most urgent first."),
        (address, _("All of them")) if page.following else (reverse("serve:queue"), _("See the agency’s dossiers")),
        elsewhere=_elsewhere(official.office, official.held),
    )  # fmt: skip


def _elsewhere(office: Office, held: list[Office]) -> list[Elsewhere]:
    return [
        Elsewhere(found.office.position, _waits(found.count, found.office), _("Change to %(office)s") % {"office": found.office.name})
        for found in elsewhere(office, held)[:3]
    ]  # fmt: skip


def figures(standing: Standing, address: str) -> list[Chip]:
    """How many there are, and what of it presses: each a way to just these."""
    more = not standing.whole
    made = [Chip(_("waiting"), address, count=standing.open, more=more)]
    if standing.late:
        made.append(Chip(f"▲ {_('late')}", f"{address}&late=1", count=standing.late, more=more))
    if standing.near:
        made.append(Chip(f"◐ {_('due within 2 days')}", f"{address}&near=1", count=standing.near, more=more))
    return made


def _line(row: Row, *, whose: bool) -> Line:
    """A dossier; for a head also whose turn it is, else who waits for it and since when."""
    line, shown = row.line, row.shown
    waits = _("%(who)s waits since %(day)s") % {"who": row.who, "day": day(line.submitted_at)}
    due = _("due %(moment)s") % {"moment": said_moment(line.due)} if line.due and not line.finished_at else ""
    turn = _("turn of: %(office)s") % {"office": row.whose} if whose and row.whose else ""
    notes: list[Text] = [due, turn or shown.step, waits, _("simulated") if line.simulated else ""]
    return Line(shown.name, reverse("serve:case", args=[line.id]), shown.schedule, notes, row.title)


def _waits(count: int, office: Office) -> str:
    return ngettext(
        "%(n)s dossier waits for you as %(office)s, %(place)s.", "%(n)s dossiers wait for you as %(office)s, %(place)s.", count
    ) % {"n": count, "office": office.name, "place": office.organisation_name}  # fmt: skip


def _counter(request: HttpRequest) -> Section | None:
    """For who files for others: what they began and have not sent, and the way to begin."""
    official = official_of(request)
    if official is None or ASSIST not in official.may:
        return None
    begun = Draft.objects.filter(person=official.reader.person, assisted=True).count()
    address = reverse("serve:counter")
    chips = [Chip(_("begun, not sent"), f"{address}#begun", count=begun)] if begun else []
    said = _("Somebody is before you who does not file for themselves? Find them by their ID number, and fill in the form together.")  # fmt: skip
    return Section(_("Counter"), figures=chips, said=said, act=(address, _("File for somebody at the counter")))  # fmt: skip


def _agency(request: HttpRequest) -> Section | None:
    """For the head of an agency: what is late, by whom, and what will be."""
    official = official_of(request)
    if official is None or not official.office.head or LIST not in official.may:
        return None
    at, seen, all_of = now(), queries.listed(official.reader), Filter(statuses=queries.OPEN)
    late = queries.queue(official.reader, Filter(late=True), at, most=FIRST, seen=seen)
    standing = queries.standing(official.reader, all_of, at, seen)
    return Section(
        _("What the agency answers for"), [_line(row, whose=True) for row in rows_of(late.lines, at)], _of_agency(standing),
        _("Nothing is late."), (reverse("serve:head"), _("Head of agency: late, due soon, gaps to close, by procedure")),
    )  # fmt: skip


def _of_agency(standing: Standing) -> list[Chip]:
    address, more = reverse("serve:head"), not standing.whole
    return [
        Chip(_("open"), reverse("serve:queue"), count=standing.open, more=more),
        Chip(f"▲ {_('late')}", f"{address}#late", count=standing.late, more=more),
        Chip(f"◐ {_('due within 2 days')}", f"{address}#near", count=standing.near, more=more),
    ]


def _notices(request: HttpRequest) -> Section | None:
    """What they were told; nothing where they were told nothing."""
    official = official_of(request)
    told = notices(official.reader, KINDS, FIRST) if official is not None else []
    if not told:
        return None
    lines = [
        Line(item["title"], reverse("serve:case", args=[item["row"].dossier]),
             Status("late" if item["row"].kind == "breached" else "near", item["words"]), [said_moment(item["row"].at)], new=item["new"])
        for item in told
    ]  # fmt: skip
    return Section(_("Notices about dossiers"), lines)
