"""Two provinces with agencies above and below, and in each a person of every role: the world that the matrix is asked in.

The cases lie in one commune (dossiers in every state, tasks in every stage, drafts, lists, files, a finding). The readers
stand around it: in the commune itself, above it, below it, beside it, in the other province; each holds one office with
one role, granted as the pack grants it. Where a cell says *own*, the case is made theirs for that cell alone.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Access, Account, Actor, Commitment, Conflict, Definition, Grant, Record
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve import drafts, files, signing
from sauro.serve.models import Attachment, Dossier, Notice
from sauro.serve.tests.conftest import BIRTH, COMMUNE, Town
from sauro.steer import files as evidence
from sauro.steer import imports, lists, sheets
from sauro.steer.models import Evidence, Task, TaskList
from sauro.steer.rules import columns
from sauro.steer.tests.conftest import TEXT, State
from sauro.steer.tests.lists.sample import row as sheet_row
from sauro.steer.tests.lists.sample import workbook
from tests.permissions.matrix import NOBODY, OFFICIALS
from tests.properties.dossiers import slower

DAY = date(2026, 1, 1)
STANDS = {"own": "home", "agency": "home", "below": "top", "above": "under", "beside": "beside", "elsewhere": "elsewhere"}  # fmt: skip
"""Where the reader stands, by how the case lies to them."""
CODES = {
    "home": f"C{COMMUNE}",
    "top": "P75",
    "under": f"C{COMMUNE}.KT",
    "beside": "C26020",
    "elsewhere": "C00004",
}
HEADS = ("agency_head", "task_lead")
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
WORDS = "Bản chụp bị mờ, xin gửi lại"
LAW = "57-NQ/TW"
ENDS = timedelta(days=90)


@dataclass(frozen=True)
class Reading:
    """Who asks: the person, their office (None for a citizen), where it is, and their browser."""

    person: UUID
    office: UUID | None
    agency: UUID | None
    client: Client

    @property
    def reader(self) -> Reader:
        return Reader(self.person, self.office)


@dataclass
class World:
    town: Town
    state: State
    agencies: dict[str, UUID] = field(default_factory=dict)
    officials: dict[tuple[str, str], Reading] = field(default_factory=dict)
    citizens: dict[str, Reading] = field(default_factory=dict)
    dossiers: dict[str, UUID] = field(default_factory=dict)
    tasks: dict[str, UUID] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    stranger: Client = field(default_factory=Client)

    def who(self, role: str, relation: str) -> Reading:
        """Somebody of a role, who stands so to the cases that they lie to them in this relation."""
        if role == "anonymous":
            return Reading(UUID(int=0), None, None, self.stranger)
        if role in OFFICIALS:
            return self.officials[role, STANDS[relation]]
        return self.citizens[role if role == NOBODY or relation == "own" else "other"]


def build() -> World:
    """The whole world, once."""
    definitions.forget()
    citizen, other = person(), person()
    for each in (citizen, other):
        give(each, "citizen", "own", None)
    town = Town(COMMUNE, citizen)
    world = World(town, State())
    world.citizens = {
        "citizen": sit(citizen), "other": sit(other), NOBODY: sit(person()),
    }  # fmt: skip
    slower(town)
    town.filing()
    _agencies(world)
    _dossiers(world)
    _tasks(world)
    _lists(world)
    world.ids["finding"] = _finding(world)
    _reads(world)
    return world


def person() -> UUID:
    id_ = new_id()
    act(Ask("core.register_actor", PLATFORM, f"p{id_}", {"id": id_, "kind": "person", "valid_from": DAY}))
    return id_


def give(holder: UUID, role: str, scope: str, over: UUID | None) -> UUID:
    found = Definition.objects.get(kind="role", code=role, state="published")
    right = {
        "holder": holder,
        "role": found.id,
        "scope": scope,
        "scope_id": over,
        "purpose": role,
        "basis": LAW,
    }
    return UUID(act(Ask("core.grant", PLATFORM, f"g{new_id()}", right)).answer["grant"])


def sit(someone: UUID, office: UUID | None = None, agency: UUID | None = None) -> Reading:
    user = User.objects.create(username=f"u{someone.hex}")
    Account.objects.create(user=user, person=someone)
    client = Client()
    client.force_login(user)
    return Reading(someone, office, agency, client)


def _agencies(world: World) -> None:
    """The agencies, and in each an office for every role with somebody in it."""
    province = Actor.objects.get(code="P01")
    far = {
        "kind": "organisation", "code": CODES["elsewhere"], "type": "commune-committee", "level": "commune",
        "name_vi": "Ủy ban nhân dân phường Xa", "name_en": "People’s Committee of the far ward", "parent": province.id,
        "area": "00004", "path": f"{province.path}{CODES['elsewhere']}/", "valid_from": DAY,
    }  # fmt: skip
    act(Ask("core.register_actor", PLATFORM, "far", far))
    for place, code in CODES.items():
        agency = world.agencies[place] = Actor.objects.get(kind="organisation", code=code).id
        for role in OFFICIALS:
            world.officials[role, place] = _seat(role, place, agency)


def _seat(role: str, place: str, agency: UUID) -> Reading:
    office, someone = new_id(), person()
    named = {
        "id": office, "kind": "position", "code": f"{CODES[place]}/m-{role}", "type": f"m-{role}", "organisation": agency,
        "name_vi": f"Chức vụ {role} {place}", "name_en": f"Office {role} {place}", "head": role in HEADS, "valid_from": DAY,
    }  # fmt: skip
    act(Ask("core.register_actor", PLATFORM, f"o{office}", named))
    act(Ask("core.appoint", PLATFORM, f"a{office}", {"person": someone, "valid_from": DAY}, office))
    scope = str(Definition.objects.get(kind="role", code=role, state="published").body["scope"])
    # As the pack gives it: assisting is held for the agency, and each dossier then gets a mandate.
    scope = "agency" if scope == "subject" else scope
    with contextlib.suppress(
        Refusal
    ):  # what is the system's alone is given to nobody: the matrix asks for it
        give(office, role, scope, agency if scope in ("agency", "subtree") else None)
    return sit(someone, office, agency)


def _dossiers(world: World) -> None:
    """A dossier in each state in which some act is waited for."""
    town = world.town
    ways: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "submitted": [], "check": [("serve.accept_dossier", {})],
        "asked": [("serve.accept_dossier", {}), ("serve.request_supplement", {"deficiencies": [{"item": "birth_notification", "reason": WORDS}]})],
        "draft": [("serve.accept_dossier", {}), ("serve.complete_step", {"step": "check"})],
    }  # fmt: skip
    drafted = (
        "serve.draft_decision",
        {"outcome": "refused", "ground": "not_competent", "paragraphs": [WORDS]},
    )
    ways["pay"] = [*ways["draft"], ("serve.request_payment", {"amount": 50_000})]
    ways["sign"] = ways["issue"] = ways["hand"] = [*ways["draft"], drafted]
    for name, way in ways.items():
        id_ = world.dossiers[name] = town.file()
        for action, payload in way:
            town.do(id_, action, payload, step="receive" if action == "serve.accept_dossier" else "check" if "request" in action else "")  # fmt: skip
    assert signing.prepare(world.dossiers["sign"]) is not None
    for name in ("issue", "hand"):
        id_ = world.dossiers[name]
        sealed = {"file": id_, "digest": "a" * 64}
        act(Ask("serve.prepare_signature", PLATFORM, f"s{id_}", sealed, id_))
        town.do(id_, "serve.sign_decision", {"file": id_, "digest": "b" * 64, "prepared": "a" * 64})
    town.do(world.dossiers["hand"], "serve.issue_result", {})
    _assignable(world)
    world.ids["file"] = _attached(world, world.dossiers["check"])
    told = Dossier.objects.get(pk=world.dossiers["check"])
    Notice.objects.create(
        id=new_id(), person=town.citizen, dossier=told.id, kind="accepted", event=told.event, at=now()
    )
    officer = world.officials["auditor", "top"]
    Access.objects.create(
        id=new_id(), reader=officer.person, position=officer.office, organisation=officer.agency, purpose="settle_dossier",
        commitment=told.id, subjects=[town.citizen], how="page", first_at=now(), last_at=now(), times=1,
    )  # fmt: skip
    filing = town.procedure("1.001193").id
    world.ids["draft"] = complete_draft(town.citizen, filing)
    world.ids["procedure"] = filing


def _assignable(world: World) -> None:
    """A dossier at a step that hands it over: the birth registration has none, so it takes another procedure's."""
    id_ = world.dossiers["assign"] = world.town.file()
    world.town.do(id_, "serve.accept_dossier", {}, step="receive")
    found = world.town.procedure("1.012812")
    row = Dossier.objects.get(pk=id_)
    steps = {step: str(new_id()) for step in found.steps}
    plan = {**row.plan, "positions": {**row.plan["positions"], **steps}}
    Dossier.objects.filter(pk=id_).update(
        procedure=found.id, procedure_code=found.code, step="notify", plan=plan
    )


def _attached(world: World, dossier: UUID) -> UUID:
    kept = files.keep(dossier, world.town.citizen, "giấy chứng sinh.pdf", PDF, "application/pdf")
    Attachment.objects.create(
        id=kept.id, dossier=dossier, component="birth_notification", digest="0" * 64, size=kept.size,
        media_type=kept.media_type, scanned=kept.scanned, event=Dossier.objects.get(pk=dossier).event,
    )  # fmt: skip
    return kept.id


def complete_draft(someone: UUID, procedure: UUID) -> UUID:
    """A draft that only needs to be sent."""
    draft = drafts.begin(someone, procedure)
    drafts.save(draft, BIRTH, area=COMMUNE)
    kept = files.keep(draft.id, someone, "giấy chứng sinh.pdf", PDF, "application/pdf")
    drafts.add_file(draft, kept.id, "birth_notification")
    return draft.id


def assisted_draft(someone: UUID, procedure: UUID) -> UUID:
    """A draft at the counter, for somebody new, ready to be read back."""
    draft = drafts.begin(someone, procedure, assisted=True)
    identity = {"name": "Trần Thị Hoa", "number": "075190000001", "phone": "0912345678"}
    drafts.save(draft, {**BIRTH, "_applicant": {"identity": identity}}, area=COMMUNE)
    return draft.id


def _tasks(world: World) -> None:
    """A task in each stage, led by the commune, assigned and verified at the centre."""
    state, home = world.state, world.agencies["home"]
    state.seat("secretary", "VN.VPTW", "thu-ky-chi-dao")
    state.seat("verifier", "VN.VPTW", "tham-dinh-nhiem-vu")
    head = Actor.objects.get(kind="position", organisation=home, type="chu-tich-xa").id
    for named in ("lead", "ministry"):
        state.offices[named], state.persons[named] = head, world.town.officers[head]
        state.organisations[named] = home
    state.organisations["province"] = world.agencies["top"]
    made = state.do("secretary", "register_instrument", {
        "number": "88/NQ-CP", "title": "Chương trình hành động", "issuer": "Chính phủ", "issued": date(2025, 4, 1),
        "valid_from": date(2025, 4, 1), "text": TEXT})  # fmt: skip
    state.instrument = world.ids["instrument"] = UUID(made.answer["instrument"])
    for stage in ("draft", "assigned", "working", "reported"):
        id_ = world.tasks[stage] = state.draft(**state.terms("lead", coordinating=[]))
        if stage != "draft":
            state.do("secretary", "assign_task", task=id_)
        if stage in ("working", "reported"):
            state.do("lead", "accept_task", task=id_)
            world.ids[f"piece-{stage}"] = state.show("lead", id_)
    state.report("lead", world.tasks["reported"])
    unit = Commitment.objects.get(pk=world.tasks["working"]).unit
    kept = evidence.take_in(unit, state.persons["lead"], "k" * 8, "biên bản.pdf", PDF)
    state.do("lead", "attach_evidence", {"kind": "file", "reference": str(kept.id)}, world.tasks["working"])
    world.ids["evidence"] = UUID(Evidence.objects.get(task=world.tasks["working"], kind="file").reference)
    world.ids["wordless"] = Record.objects.get(register="instruments", code=LAW).id


def _lists(world: World) -> None:
    secretary = Reader(world.state.persons["secretary"], world.state.offices["secretary"])
    home = world.state.organisations["secretary"]
    world.ids["list"] = bring(secretary, home, "checked")
    world.ids["list-done"] = bring(secretary, home, "done")


def bring(reader: Reader, organisation: UUID, state: str) -> UUID:
    """A list of one task, as far on its way as said."""
    assert reader.position is not None
    lead = Actor.objects.get(code=CODES["home"]).name_vi
    body = workbook([sheet_row(1, lead=lead, beside="", task=f"Xây dựng nền tảng số {new_id().hex}")])
    found = sheets.read(body)
    at = columns.header_row(found[0].rows)
    assert at is not None
    content = {
        "name": "danh muc.xlsx", "sheets": [sheet._asdict() for sheet in found], "sheet": 0,
        "reading": {"header": at, "columns": columns.guess(found[0].rows[at]), "instrument": None, "verifier": None, "doubles": False},
    }  # fmt: skip
    made = lists.begin(
        reader.person, reader.position, organisation, hashlib.sha256(body).hexdigest(), content
    )
    if state != "read":
        imports.check(reader, made, content)
    if state == "done":
        imports.perform(reader, TaskList.objects.get(pk=made.id), content, assign=False)
    return made.id


def _reads(world: World) -> None:
    """Two reads of the citizen's data by an office of the commune, one of them contested."""
    auditor, dossier = world.officials["auditor", "home"], world.dossiers["check"]
    for name in ("read", "access"):
        world.ids[name] = new_id()
        Access.objects.create(
            id=world.ids[name], reader=auditor.person, position=auditor.office, organisation=auditor.agency,
            purpose="settle_dossier", commitment=dossier, subjects=[world.town.citizen], first_at=now(), last_at=now(),
        )  # fmt: skip
    payload = {"access": world.ids["read"], "reason": WORDS}
    world.ids["contest"] = act(Ask("core.contest_read", world.town.citizen, "contest", payload)).subject


def _finding(world: World) -> UUID:
    """An open finding about a number that the commune keeps."""
    found = Conflict.objects.filter(state="open")[0]
    Conflict.objects.filter(pk=found.pk).update(custodian=world.agencies["home"])
    return found.pk


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Whatever is done inside did not happen."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def hand_over(dossier: UUID, office: UUID) -> None:
    """Make the present step of a dossier an office's."""
    row = Dossier.objects.get(pk=dossier)
    plan = {**row.plan, "positions": {**row.plan["positions"], row.step: str(office)}}
    Dossier.objects.filter(pk=dossier).update(plan=plan)
    Commitment.objects.filter(pk=dossier, position__isnull=False).update(position=office)


def mandate(someone: UUID, dossier: UUID) -> None:
    """A mandate to assist with one dossier, as a filing at the counter gives it."""
    role = Definition.objects.get(kind="role", code="assister", state="published")
    Grant.objects.create(
        id=new_id(), event=new_id(), holder=someone, role=role.id, scope="subject", scope_id=dossier, purpose="assist",
        basis="mandate", valid_from=now() - ENDS, valid_to=now() + ENDS,
    )  # fmt: skip


def name(task: UUID, part: str, office: UUID) -> None:
    """Make an office the one that a task names as its lead, assigner or verifier."""
    if part == "lead":
        Commitment.objects.filter(pk=task).update(position=office)
    else:
        Task.objects.filter(pk=task).update(**{part: office})
