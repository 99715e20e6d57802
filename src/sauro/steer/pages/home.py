"""What the steering room says on an official's home: their turn, what they asked of others, what they were warned of."""

from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.moment import now
from sauro.steer.pages.asked import Asked
from sauro.steer.pages.office import DRAFT, official_of
from sauro.steer.pages.showing import Row, rows_of
from sauro.steer.pages.warnings import told
from sauro.steer.queries import tasks, turns
from sauro.steer.queries.authority import offices_that_may
from sauro.steer.queries.tasks import COUNTED, Filter
from sauro.steer.queries.turns import Standing
from sauro.web.home import FIRST, Elsewhere, Line, Section, Source, add_to_home
from sauro.web.people import Office, person_of
from sauro.web.shapes import Chip, Status, Text
from sauro.web.wording import moment as said_moment


def register() -> None:
    """Offer the sections; called once, when the application starts."""
    add_to_home(Source("tasks", _turn, 20, _begin, _elsewhere))
    add_to_home(Source("asked", _asked_of_others, 30))
    add_to_home(Source("warnings", _warned, 50))


def _begin(request: HttpRequest, held: list[Office]) -> UUID | None:
    """Where a task waits; else, in an office that may list tasks."""
    offices = [office.position for office in held]
    waits = turns.waiting(offices)
    if waits:
        return waits[0][0]
    person = person_of(request)
    steering = offices_that_may(person, offices, tasks.LIST) if person else frozenset()
    return next((office for office in offices if office in steering), None)


def _turn(request: HttpRequest) -> Section | None:
    """The tasks whose turn is this office's: to accept and do, to judge, to assign."""
    official = official_of(request)
    if official is None:
        return None
    at, mine = now(), Filter("", mine=True)
    page = tasks.listed(official.reader, mine, at, most=FIRST)
    standing = turns.standing(official.reader, mine, at)
    address = Asked(mine)
    return Section(
        _("Tasks: your turn"), [_line(row, whose=False) for row in rows_of(page.lines, at)],
        _figures(standing, address, _("waiting")) if standing.count else (),
        _("No task waits for you. When it is your turn in one, it stands here, the nearest deadline first."),
        (address.href(), _("All of them")) if page.following else (reverse("steer:board"), _("See the tasks of the agency")),
        elsewhere=_elsewhere(official.office, official.held),
    )  # fmt: skip


def _elsewhere(office: Office, held: list[Office]) -> list[Elsewhere]:
    others = {one.position: one for one in held if one.position != office.position}
    return [
        Elsewhere(
            position,
            ngettext(
                "%(n)s task waits for you as %(office)s, %(place)s.", "%(n)s tasks wait for you as %(office)s, %(place)s.", count
            ) % {"n": count, "office": others[position].name, "place": others[position].organisation_name},
            _("Change to %(office)s") % {"office": others[position].name},
        )
        for position, count in turns.waiting(list(others))[:3]
    ]  # fmt: skip


def _figures(standing: Standing, address: Asked, words: str) -> list[Chip]:
    def chip(words: str, count: int, **changed: str) -> Chip:
        return Chip(words, address.href(**changed), count=min(count, COUNTED), more=count > COUNTED)

    made = [chip(words, standing.count)]
    if standing.late:
        made.append(chip(f"▲ {_('past the deadline')}", standing.late, state="overdue"))
    if standing.near:
        made.append(chip(f"◐ {_('due within 7 days')}", standing.near, state="near"))
    return made


def _line(row: Row, *, whose: bool) -> Line:
    """A task: whose it is where it is another's, what is to be done where it is one's own."""
    line = row.line
    due = _("due %(moment)s") % {"moment": said_moment(line.due)} if line.due else ""
    turn = _("turn of: %(office)s, %(agency)s") % {"office": row.office, "agency": row.lead} if whose and row.office else row.lead  # fmt: skip
    notes: list[Text] = [due, row.stage, turn, _("simulated") if line.simulated else ""]
    return Line(line.task, reverse("steer:task", args=[line.id]), row.schedule, notes, line.code)


def _asked_of_others(request: HttpRequest) -> Section | None:
    """For who assigns: what is late with others, and what is reported done and not shown."""
    official = official_of(request)
    if official is None or DRAFT not in official.may:
        return None
    at, asked = now(), Filter("open")
    standing = turns.standing(official.reader, asked, at)
    late = tasks.listed(official.reader, Filter("overdue"), at, most=FIRST)
    doubted = tasks.counted(official.reader, Filter("green_red"), at)
    chips = _figures(standing, Asked(asked), _("not completed"))
    if doubted:
        chips.append(Chip(f"▲ {_('green report, red evidence')}", Asked(Filter("green_red")).href(), count=min(doubted, COUNTED), more=doubted > COUNTED))  # fmt: skip
    return Section(
        _("Tasks asked of agencies"), [_line(row, whose=True) for row in rows_of(late.lines, at)], chips,
        _("No task is past its deadline."), (reverse("steer:ranking"), _("Which agencies keep their promises")),
        (reverse("steer:draft"), _("Draft a task")),
    )  # fmt: skip


def _warned(request: HttpRequest) -> Section | None:
    """Warnings that were not marked as read; nothing where there is none."""
    official = official_of(request)
    rows = told(official, most=FIRST) if official is not None else []
    if not rows:
        return None
    lines = [
        Line(row["row"].words or row["row"].code, reverse("steer:task", args=[row["row"].task]) if row["row"].open else "",
             Status(row["status"], row["words"]), [said_moment(row["row"].at), row["stage"]], row["row"].code if row["row"].words else "", new=True)
        for row in rows
    ]  # fmt: skip
    return Section(_("Warnings about tasks"), lines, more=(reverse("steer:warnings"), _("All warnings; mark as read")))  # fmt: skip
