"""How a cell is asked: the request that its place stands for, and what the answer means."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import get_resolver, reverse
from openpyxl import load_workbook

from sauro.core.ids import new_id
from sauro.core.models import Event, Refused
from tests.permissions.matrix import Cell
from tests.permissions.world import Reading, World


@dataclass(frozen=True)
class Question:
    """A cell, with the world and with who asks in it."""

    world: World
    cell: Cell
    who: Reading

    @property
    def own(self) -> bool:
        return self.cell.relation == "own"

    def get(self, name: str = "", query: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        return self.who.client.get(reverse(name or self.cell.route, kwargs=kwargs), query or {})

    def post(self, sent: dict[str, Any], name: str = "", *, query: str = "", **kwargs: Any) -> Any:
        """Send a form, under a key of its own."""
        address = reverse(name or self.cell.route, kwargs=kwargs)
        return self.who.client.post(address + query, {"key": new_id().hex, **sent})


Asked = Callable[[Question], str]
ASKED: dict[tuple[str, str], Asked] = {}
"""How each place is asked, by kind and where."""


def asks(kind: str, *places: str) -> Callable[[Asked], Asked]:
    def register(asked: Asked) -> Asked:
        for where in places:
            assert (kind, where) not in ASKED, (kind, where)
            ASKED[kind, where] = asked
        return asked

    return register


def how(cell: Cell) -> Asked:
    """How a cell is asked. A page that asks for nothing special is opened, with what lies in the commune."""
    return ASKED.get((cell.kind, cell.where)) or _open


def _open(question: Question) -> str:
    world = question.world
    known = {
        "dossier": world.dossiers["check"], "task": world.tasks["working"], "agency": world.agencies["home"],
        **{name: world.ids[name] for name in ("draft", "list", "instrument", "finding", "file")},
    }  # fmt: skip
    return meant(question.get(**{name: known[name] for name in names_in(question.cell.route)}))


def names_in(route: str) -> set[str]:
    """The values that an address holds."""
    space, _colon, name = route.rpartition(":")
    resolver: Any = get_resolver()
    for each in filter(None, space.split(":")):
        resolver = resolver.namespace_dict[each][1]
    return {
        value
        for possible, *_rest in resolver.reverse_dict.getlist(name)
        for _text, values in possible
        for value in values
    }


def meant(answer: HttpResponse) -> str:
    """What an answer says to who asked."""
    status = answer.status_code
    if status == 401 or (status == 302 and answer["Location"].startswith("/accounts/login/?next=")):
        return "sign-in"
    if status in (403, 404):
        return {403: "refuse", 404: "hide"}[status]
    return "allow" if status in (200, 201, 302) else f"status {status}"


def shown(answer: HttpResponse, *sought: str) -> str:
    """Whether a page, if it opens at all, shows one of these: what is not shown is hidden."""
    said = meant(answer)
    if said != "allow":
        return said
    return "allow" if any(each in text_of(answer) for each in sought) else "hide"


def text_of(answer: HttpResponse) -> str:
    """The words of a page or of a file."""
    if "spreadsheetml" in answer.get("Content-Type", ""):
        book = load_workbook(io.BytesIO(answer.content), read_only=True)
        return "\n".join(str(cell) for row in book.active.iter_rows(values_only=True) for cell in row)
    return answer.content.decode()


ID = r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"
# What differs between any two answers to the same question: secrets of forms, keys, nonces, moments.
PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken": "[^"]*"|nonce="[^"]*"|name="key" value="[^"]*"|t=[\w.%-]{40,}'
    r'|<time[^>]*>.*?</time>|datetime="[^"]*"|\d{1,2}:\d{2}(:\d{2})?', re.S,
)  # fmt: skip


def without_ids(answer: HttpResponse, *gone: str) -> str:
    """The words of an answer without what differs anyway: ids, secrets, moments, and what was asked for."""
    said = PASSING.sub("", re.sub(ID, "", text_of(answer)))
    for each in gone:
        said = said.replace(each, "")
    return said


def agreed(answers: Iterable[str]) -> str:
    """One answer where all are the same, else all of them."""
    different = sorted(set(answers))
    return different[0] if len(different) == 1 else " / ".join(different)


def done(question: Question, ask: Callable[[], Any]) -> str:
    """What became of an act: done where its event stands, and a refusal counts only where it was kept, with its rule."""
    person, action = question.who.person, question.cell.does
    before, kept = _events(person, action), _refusals(person)
    answer = ask()
    said = meant(answer)
    new = _events(person, action) - before
    if said == "allow":
        return "allow" if new else f"nothing done ({answer.status_code}{_said(answer)})"
    if new:
        return f"done, and answered {answer.status_code}"
    if said == "refuse":
        rules = list(
            Refused.objects.filter(person=person).order_by("at", "id").values_list("rule", flat=True)
        )[kept:]
        return "refuse" if rules and all(rules) else "refused, and not kept"
    return said + _said(answer) if said.startswith("status") else said


def _events(person: UUID, action: str) -> int:
    return Event.objects.filter(person=person, name=action).count()


def _refusals(person: UUID) -> int:
    return Refused.objects.filter(person=person).count()


def _said(answer: Any) -> str:
    """What a form complains of, for who reads why a test failed."""
    page = answer.content.decode() if answer.get("Content-Type", "").startswith("text/html") else ""
    found = re.findall(r'govuk-error-(?:summary__list|message)"[^>]*>(.*?)</', page, re.S)
    words = [re.sub(r"<[^>]*>|\s+", " ", each).strip() for each in found]
    return ": " + "; ".join(dict.fromkeys(filter(None, words)))[:300] if words else ""
