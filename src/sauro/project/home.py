"""What the installation itself says on a home: how it stands, who is away, what its keeper and its reviewers look after."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sauro.core.models import Reorganisation
from sauro.core.moment import now
from sauro.project import operations
from sauro.project.cli.language import speaking
from sauro.project.offices import away
from sauro.project.offices.away import Deputising
from sauro.project.offices.keeper import may_keep, may_open_accounts, may_review
from sauro.project.reads import desk, listing, words
from sauro.project.reorganisation.pages import may as reorganises
from sauro.web.home import FIRST, Line, Section, Source, add_to_home
from sauro.web.people import held_by, person_of
from sauro.web.shapes import Chip, Status
from sauro.web.wording import day, moment

RUNNING = ("running", "coming")


def register() -> None:
    """Offer the sections; called once, with the addresses."""
    add_to_home(Source("operations", _operated, 5))
    add_to_home(Source("kept", _kept, 45))
    add_to_home(Source("reviewed", _reviewed, 47))
    add_to_home(Source("contests", _contested, 9))
    add_to_home(Source("away", _away, 70))


def _operated(request: HttpRequest) -> Section | None:
    """For the administrator: what does not stand well, each with what to do."""
    if not operations.operates(request):
        return None
    with speaking(get_language() or "vi"):
        wrong = operations.troubles()
    address = reverse("operations")
    lines = [
        Line(capfirst(each.check), address, operations.status(each), [each.found, each.remedy])
        for each in wrong[:FIRST]
    ]
    faults = sum(each.state == "fault" for each in wrong)
    counts = ((f"▲ {_('put right')}", faults), (f"◐ {_('look at it')}", len(wrong) - faults))
    chips = [Chip(words, address, count=count) for words, count in counts if count]
    return Section(
        _("The installation"), lines, chips, _("Everything that is looked at stands well."),
        (address, _("Operations: every check and number")),
    )  # fmt: skip


def _kept(request: HttpRequest) -> Section | None:
    """For who keeps agencies and offices: mergers that are planned, and the way to the register."""
    if not may_keep(request):
        return None
    planned = Reorganisation.objects.filter(state="planned").order_by("effective", "id")[:FIRST]
    lines = [
        Line(
            _("A merger is planned") if row.kind == "merge" else _("A split is planned"), reverse("reorganisation", args=[row.pk]),
            notes=[_("takes effect on %(day)s") % {"day": day(row.effective)} if row.effective else "", _("by %(decision)s") % {"decision": row.basis}],
        )
        for row in (planned if reorganises(request) else ())
    ]  # fmt: skip
    said = _("Register agencies and offices, appoint who holds them, and give or revoke what they may do.")
    opens = (
        (reverse("account_new"), _("Make an account for somebody")) if may_open_accounts(request) else None
    )
    return Section(_("Agencies and offices"), lines, said=said, more=(reverse("register"), _("Find an agency or office")), act=opens)  # fmt: skip


def _reviewed(request: HttpRequest) -> Section | None:
    """For who reviews access to personal data."""
    if not may_review(request):
        return None
    said = _("See which grants open a dossier, to whom, and why; nothing of what the dossier says is shown.")
    return Section(_("Access to personal data"), said=said, act=(reverse("access_review"), _("Who can see a dossier")))  # fmt: skip


def _contested(request: HttpRequest) -> Section | None:
    """For the data-protection officer, and for whoever is asked to explain a read: what waits, by its deadline."""
    officer = desk.officer_of(request)
    if officer is None or not desk.may_answer_or_explain(request):
        return None
    at, address = now(), reverse("contests")
    turn = [line for line in listing.to_answer(officer.reader) if listing.in_turn(officer.reader, line)] if officer.answers else []  # fmt: skip
    asked = listing.to_explain(officer.reader) if officer.explains else []
    lines = [
        *(_contest(line, words.schedule(line.due, None, at), _("answer by %(moment)s"), line.due) for line in turn),
        *(_contest(line, words.schedule(line.explain_due, None, at), _("explain by %(moment)s"), line.explain_due) for line in asked),
    ]  # fmt: skip
    late = sum(line.late for line in turn)
    chips = [Chip(_("waiting"), address, count=len(lines))] if lines else []
    chips += [Chip(f"▲ {_('late')}", address, count=late)] if late else []
    return Section(
        _("Contested reads"), lines[:FIRST], chips, _("No contested read waits for you. When one does, it stands here with its deadline."),
        (address, _("See the contested reads")),
    )  # fmt: skip


def _contest(line: listing.Line, how: Status, by: str, due: datetime | None) -> Line:
    said = _("Read by %(who)s") % {"who": line.who or words.who_machine()}
    notes = [
        by % {"moment": moment(due)} if due else "",
        _("read on %(day)s") % {"day": day(line.read_until)},
    ]
    return Line(said, reverse("contest", args=[line.id]), how, notes)


def _away(request: HttpRequest) -> Section | None:
    """Who stands in for them, and for whom they stand in; nothing where nobody does."""
    person = person_of(request)
    if person is None or not held_by(request, person):
        return None
    address = reverse("leave")
    lines = [
        *(_line(each, address, _("%(deputy)s acts for you as %(office)s")) for each in away.named_by(person) if each.state in RUNNING),
        *(_line(each, address, _("You act for the holder as %(office)s")) for each in away.named_for(person) if each.state in RUNNING),
    ]  # fmt: skip
    if not lines:
        return None
    return Section(_("Leave and deputies"), lines[:FIRST], more=(address, _("Leave and deputies")))


def _line(each: Deputising, address: str, words: str) -> Line:
    said = words % {"deputy": each.deputy, "office": f"{each.office}, {each.organisation}"}
    until = _("from %(first)s to %(last)s") % {"first": day(each.valid_from), "last": day(each.last)}
    return Line(said, address, Status("neutral", _("running") if each.state == "running" else _("coming")), [until])  # fmt: skip
