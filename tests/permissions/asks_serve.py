"""Asking the one-stop room: its acts with valid forms, its pages, lists, files and exports."""

from typing import Any
from uuid import UUID

from sauro.core.ids import new_id
from sauro.core.models import Commitment
from sauro.serve.models import Dossier, Draft
from sauro.serve.tests.conftest import COMMUNE
from tests.permissions import world as worlds
from tests.permissions.asking import Question, agreed, asks, done, meant, shown, without_ids
from tests.permissions.world import WORDS

VERBS: dict[str, tuple[str, dict[str, Any]]] = {
    # in which state the dossier is, and what the form says
    "accept": ("submitted", {}),
    "refuse": ("submitted", {"ground": "not_competent", "reason": WORDS}),
    "supplement": ("check", {"item-0": "birth_notification", "reason-0": WORDS}),
    "resume": ("asked", {"how": "counter"}),
    "assign": ("assign", {"step": "notify"}),
    "complete": ("check", {"step": "check"}),
    "request-payment": ("draft", {"amount": "50000"}),
    "record-payment": ("pay", {"receipt": "PT-1"}),
    "draft": ("draft", {"outcome": "refused", "ground": "not_competent", "paragraphs": WORDS}),
    "return-draft": ("sign", {"reason": WORDS}),
    "sign": ("sign", {}),
    "issue": ("issue", {}),
    "hand-over": ("hand", {"how": "counter"}),
    "extend": ("check", {"by": "1", "reason": WORDS}),
    "stop": ("draft", {"reason": WORDS}),
    "withdraw": ("check", {}),
}
BY_NAME = {"name": "Trần Thị Hoa", "number": "075190000001"}


def dossier_for(question: Question, state: str) -> UUID:
    """The dossier in a state; for *own* it is made theirs: their office's turn, or under their mandate."""
    found = question.world.dossiers[state]
    if question.own and question.who.office:
        worlds.hand_over(found, question.who.office)
        if question.cell.role == "assister":
            worlds.mandate(question.who.person, found)
    return found


@asks("act", *(f"serve:case_act {verb}" for verb in VERBS))
def case_act(question: Question) -> str:
    verb = question.cell.part
    state, fields = VERBS[verb]
    found = dossier_for(question, state)
    sent = {f"{verb}-{name}": value for name, value in fields.items()}
    sent["version"] = Commitment.objects.get(pk=found).version
    if verb == "sign":
        sent["sign-digest"] = Dossier.objects.get(pk=found).prepared_digest
    return done(question, lambda: question.post(sent, dossier=found, verb=verb))


@asks("act", "serve:accept_chosen")
def accept_chosen(question: Question) -> str:
    found = dossier_for(question, "submitted")
    row = Dossier.objects.get(pk=found)
    sent = {"chosen": str(found), f"version-{found}": Commitment.objects.get(pk=found).version}
    answer = question.post(sent)
    if meant(answer) != "allow":
        return meant(answer)
    if Dossier.objects.get(pk=found).accepted_at is not None:
        return "allow"
    made_up = question.post({"chosen": str(new_id())})
    said = [without_ids(page) for page in (answer, made_up)]
    hidden = said[0] == said[1] and row.reference not in said[0]
    return "hide" if hidden else "refused, and told"


@asks("page", "serve:case")
def case(question: Question) -> str:
    return meant(question.get(dossier=dossier_for(question, "check")))


@asks("download", "serve:case_paper form01")
def case_paper(question: Question) -> str:
    found = dossier_for(question, "check")
    return meant(question.get(dossier=found, kind="form01"))


@asks("download", "serve:case_file")
def case_file(question: Question) -> str:
    return meant(question.get(dossier=dossier_for(question, "check"), file=question.world.ids["file"]))


@asks(
    "page",
    "serve:queue",
    "serve:today",
    "serve:head",
    "serve:counter",
    "serve:my_dossiers",
    "serve:inbox",
    "who_looked",
)
def page(question: Question) -> str:
    return meant(question.get())


def reference(question: Question) -> str:
    return Dossier.objects.values_list("reference", flat=True).get(pk=question.world.dossiers["check"])


def code(question: Question) -> str:
    return str(Dossier.objects.values_list("code", flat=True).get(pk=question.world.dossiers["check"]))


@asks("list", "serve:queue")
def queue(question: Question) -> str:
    dossier_for(question, "check")
    return shown(question.get(query={"status": "all"}), code(question), reference(question))


@asks("search", "serve:queue")
def search(question: Question) -> str:
    dossier_for(question, "check")
    sought = (BY_NAME["name"], BY_NAME["number"], code(question))
    # What was asked is shown again: the dossier itself is known by its address.
    there = f"/can-bo/ho-so/{question.world.dossiers['check']}/"
    return agreed(shown(question.get(query={"status": "all", "q": text}), there) for text in sought)


@asks("export", "serve:queue csv", "serve:queue xlsx")
def export(question: Question) -> str:
    dossier_for(question, "check")
    return shown(
        question.get(query={"status": "all", "export": question.cell.part}),
        code(question),
        reference(question),
    )


@asks("list", "serve:today")
def today(question: Question) -> str:
    found = dossier_for(question, "check")
    return shown(question.get(), f"/can-bo/ho-so/{found}/")


@asks("page", "serve:my_dossier", "serve:done")
def mine(question: Question) -> str:
    return meant(question.get(dossier=question.world.dossiers["check"]))


@asks("download", "serve:my_paper form01")
def my_paper(question: Question) -> str:
    return meant(question.get(dossier=question.world.dossiers["check"], kind="form01"))


@asks("download", "serve:my_file")
def my_file(question: Question) -> str:
    return meant(question.get(dossier=question.world.dossiers["check"], file=question.world.ids["file"]))


@asks("act", "serve:withdraw")
def withdraw(question: Question) -> str:
    return done(question, lambda: question.post({}, dossier=question.world.dossiers["check"]))


@asks("act", "serve:answer")
def answer(question: Question) -> str:
    return done(question, lambda: question.post({"words": WORDS}, dossier=question.world.dossiers["asked"]))


@asks("page", "serve:section", "serve:attach", "serve:check", "serve:discard")
def draft(question: Question) -> str:
    more = {"section": "requester"} if question.cell.route == "serve:section" else {}
    return meant(question.get(draft=question.world.ids["draft"], **more))


@asks("act", "serve:check")
def submit(question: Question) -> str:
    """A filing of one's own; and the same form with the draft of somebody else."""
    found = question.world.ids["draft"]
    if question.own and question.cell.role not in ("citizen", "anonymous"):
        found = worlds.complete_draft(question.who.person, question.world.ids["procedure"])
    return done(question, lambda: question.post({"declare": "yes"}, draft=found))


@asks("act", "api:file_dossier")
def file_dossier(question: Question) -> str:
    """The same through the API. What its form lacks is asked after the authority to file at all."""
    body = {"procedure": "1.000656", "area": COMMUNE, "answers": {}}
    key = f"key-{new_id().hex}"

    def ask() -> Any:
        return question.who.client.post(
            "/api/dossiers", body, content_type="application/json", headers={"Idempotency-Key": key}
        )

    said = done(question, ask)
    # A paper has to be uploaded before a filing: authority is all that can be tried here.
    return "allow" if said == "status 422" else said


@asks("page", "serve:start")
def start(question: Question) -> str:
    return meant(question.get(code="1.001193"))


@asks("list", "serve:my_dossiers")
def my_dossiers(question: Question) -> str:
    return shown(question.get(), code(question), reference(question))


@asks("list", "serve:inbox", "who_looked")
def told(question: Question) -> str:
    return shown(question.get(), f"/ho-so-cua-toi/{question.world.dossiers['check']}/", code(question))


@asks("page", "serve:counter_form", "serve:counter_read_back", "serve:counter_discard")
def at_the_counter(question: Question) -> str:
    return meant(question.get(draft=_assisted(question)))


@asks("act", "serve:counter_read_back")
def read_back(question: Question) -> str:
    found = _assisted(question)
    return done(question, lambda: question.post({"agreed": "yes"}, draft=found))


def _assisted(question: Question) -> UUID:
    """A draft at the counter: of who asks, or of the assister of the commune."""
    author = (
        question.who if question.own and question.who.office else question.world.officials["assister", "home"]
    )
    if not question.own and author == question.who:
        author = question.world.officials["one_stop_officer", "home"]
    found: UUID = worlds.assisted_draft(author.person, question.world.ids["procedure"])
    assert Draft.objects.filter(pk=found, assisted=True).exists()
    return found
