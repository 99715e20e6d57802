"""Asking the steering room: its acts with valid forms, its pages, lists, files and exports."""

from typing import Any
from uuid import UUID

from sauro.core.models import Commitment
from sauro.steer.models import Task
from sauro.steer.tests.conftest import TEXT, in_days
from tests.permissions import world as worlds
from tests.permissions.asking import Question, asks, done, meant, shown
from tests.permissions.world import WORDS

LEAD, ASSIGNER, VERIFIER = "lead", "assigner", "verifier"
VERBS: dict[str, tuple[str, str, dict[str, Any]]] = {
    # which office does it, in which stage, and what the form says
    "assign": (ASSIGNER, "draft", {}),
    "accept": (LEAD, "assigned", {}),
    "decline": (LEAD, "assigned", {"reason": WORDS}),
    "report": (LEAD, "working", {"progress": "50", "words": WORDS}),
    "evidence": (LEAD, "working", {"kind": "link", "reference": "https://example.vn/bien-ban", "words": ""}),
    "judge": (VERIFIER, "working", {"passes": "yes"}),
    "close": (VERIFIER, "reported", {}),
    "send-back": (VERIFIER, "reported", {"reason": WORDS}),
    "extend": (ASSIGNER, "working", {"reason": WORDS}),
    "cancel": (ASSIGNER, "working", {"reason": WORDS}),
}


def parts(name: str, days: int) -> dict[str, str]:
    day = in_days(days)
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def task_for(question: Question, stage: str, part: str = LEAD) -> UUID:
    """The task in a stage; for *own* it names the reader's office in a part."""
    found = question.world.tasks[stage]
    if question.own and question.who.office:
        worlds.name(found, part, question.who.office)
    return found


@asks("act", *(f"steer:act {verb}" for verb in VERBS))
def act_on(question: Question) -> str:
    verb = question.cell.part
    part, stage, fields = VERBS[verb]
    found = task_for(question, stage, part)
    said = dict(fields)
    if verb == "judge":
        said["evidence"] = str(question.world.ids["piece-working"])
    if verb == "extend":
        said |= {"decision": str(question.world.ids["instrument"]), **parts("until", 200)}
    sent = {f"{verb}-{name}": value for name, value in said.items()}
    sent["version"] = Commitment.objects.get(pk=found).version
    return done(question, lambda: question.post(sent, task=found, verb=verb))


def terms(question: Question, lead: UUID, position: UUID) -> dict[str, Any]:
    return {
        "lead": lead, "position": position, "task": "Xây dựng nền tảng", "output": "Nền tảng vận hành",
        "verifier": question.world.state.offices["verifier"], "note": "", **parts("due_on", 60),
    }  # fmt: skip


def led_here(question: Question) -> dict[str, Any]:
    """The terms of a task that the commune leads."""
    return terms(question, question.world.agencies["home"], question.world.state.offices["lead"])


@asks("act", "steer:amend")
def amend(question: Question) -> str:
    found = task_for(question, "draft", ASSIGNER)
    sent = {**led_here(question), "version": Commitment.objects.get(pk=found).version}
    return done(question, lambda: question.post(sent, task=found))


@asks("act", "steer:hand")
def hand(question: Question) -> str:
    """A part goes to an agency below, to an office of it that is held."""
    found = task_for(question, "working", LEAD)
    below = question.world.officials["task_lead", "under"]
    assert below.agency and below.office
    sent = {**terms(question, below.agency, below.office), "share": "50"}
    sent["version"] = Commitment.objects.get(pk=found).version
    return done(question, lambda: question.post(sent, task=found))


@asks("page", "steer:task")
def task(question: Question) -> str:
    return meant(question.get(task=task_for(question, "working")))


@asks("page", "steer:amend")
def amending(question: Question) -> str:
    return meant(question.get(task=task_for(question, "draft", ASSIGNER)))


@asks("page", "steer:hand")
def handing(question: Question) -> str:
    return meant(question.get(task=task_for(question, "working", LEAD)))


@asks("download", "steer:file")
def file(question: Question) -> str:
    return meant(question.get(task=task_for(question, "working"), file=question.world.ids["evidence"]))


@asks(
    "page",
    "steer:board",
    "steer:warnings",
    "steer:ranking",
    "steer:instruments",
    "steer:register",
    "steer:lists",
)
def page(question: Question) -> str:
    return meant(question.get())


def code(question: Question) -> str:
    return Task.objects.values_list("code", flat=True).get(pk=question.world.tasks["working"])


@asks("list", "steer:board")
def board(question: Question) -> str:
    task_for(question, "working")
    return shown(question.get(query={"state": ""}), f"/can-bo/nhiem-vu/{question.world.tasks['working']}/")


@asks("search", "steer:board")
def search(question: Question) -> str:
    task_for(question, "working")
    there = f"/can-bo/nhiem-vu/{question.world.tasks['working']}/"
    return shown(question.get(query={"state": "", "q": code(question)}), there)


@asks("export", "steer:board csv", "steer:board xlsx")
def export(question: Question) -> str:
    task_for(question, "working")
    return shown(question.get(query={"state": "", "export": question.cell.part}), code(question))


@asks("list", "steer:instrument")
def made_from(question: Question) -> str:
    task_for(question, "working")
    return shown(question.get(instrument=question.world.ids["instrument"]), code(question))


@asks("export", "steer:ranking csv")
def ranking(question: Question) -> str:
    return meant(question.get(query={"export": "csv"}))


@asks("page", "steer:instrument")
def instrument(question: Question) -> str:
    return meant(question.get(instrument=question.world.ids["instrument"]))


@asks("act", "steer:register")
def register(question: Question) -> str:
    sent = {"number": "89/NQ-CP", "title": "Chương trình khác", "issuer": "Chính phủ", "text": TEXT}
    for name in ("issued", "valid_from"):
        sent |= {f"{name}_day": "1", f"{name}_month": "4", f"{name}_year": "2025"}
    return done(question, lambda: question.post(sent))


@asks("act", "steer:instrument")
def enter_text(question: Question) -> str:
    return done(question, lambda: question.post({"text": TEXT}, instrument=question.world.ids["wordless"]))


@asks("page", "steer:draft")
def drafting(question: Question) -> str:
    return meant(question.get(query={"instrument": str(question.world.ids["instrument"])}))


@asks("act", "steer:draft")
def draft(question: Question) -> str:
    """A task that the drafter's own agency, or one below it, leads."""
    query = f"?instrument={question.world.ids['instrument']}"
    return done(question, lambda: question.post(led_here(question), query=query))


def list_for(question: Question, state: str) -> UUID:
    """A list: the reader's own, or one of another office."""
    if question.own and question.who.office and question.who.agency:
        return worlds.bring(question.who.reader, question.who.agency, state)
    return question.world.ids["list-done" if state == "done" else "list"]


@asks("page", "steer:list", "steer:list_columns")
def a_list(question: Question) -> str:
    return meant(question.get(list=list_for(question, "checked")))


@asks("download", "steer:list_file")
def list_file(question: Question) -> str:
    return meant(question.get(list=list_for(question, "checked")))


@asks("act", "steer:list import", "steer:list undo")
def on_a_list(question: Question) -> str:
    doing = question.cell.part
    found = list_for(question, "checked" if doing == "import" else "done")
    return done(question, lambda: question.post({"do": doing}, list=found))
