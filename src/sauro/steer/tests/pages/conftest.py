"""Officials of the steering room at their desks, in a browser's place: Django's client, in an office they hold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.ids import new_id
from sauro.core.models import Account, Commitment
from sauro.core.vault import keyring
from sauro.steer.models import Paragraph
from sauro.steer.tests.conftest import State, in_days

BOARD = "/can-bo/nhiem-vu/"


def signed_in(person: UUID, office: UUID | None = None) -> Client:
    """A browser in which this person has signed in, and chosen an office."""
    account = Account.objects.filter(person=person).first()
    user = account.user if account else User.objects.create_user(f"u{person.hex}")
    if account is None:
        Account.objects.create(user=user, person=person)
    client = Client()
    client.force_login(user)
    if office is not None:
        client.post("/can-bo/chuc-vu/", {"position": str(office)})
    return client


def in_parts(name: str, days: int) -> dict[str, str]:
    """A date as its three fields are sent."""
    day = in_days(days)
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


@dataclass
class Room:
    """The steering room, entered in the offices of a State."""

    state: State

    def at(self, who: str) -> Client:
        return signed_in(self.state.persons[who], self.state.offices[who])

    def get(self, who: str, address: str = "", **query: Any) -> Any:
        return self.at(who).get(f"{BOARD}{address}", query)

    def post(self, who: str, task: UUID, verb: str, **fields: Any) -> Any:
        """Send the form of an act as its page would."""
        version = fields.pop("version", Commitment.objects.get(pk=task).version)
        sent = {"key": fields.pop("key", new_id().hex), "version": version}
        sent |= {f"{verb}-{name}": value for name, value in fields.items()}
        return self.at(who).post(f"{BOARD}{task}/{verb}/", sent)

    def terms(self, lead: str = "ministry", **more: Any) -> dict[str, Any]:
        """The form of a clear task, as it is sent."""
        said = self.state.terms(lead)
        return {
            "lead": said["lead"], "position": said["position"], "task": said["task"], "output": said["output"],
            "verifier": said["verifier"], "coordinating": said["coordinating"], "note": "", **in_parts("due_on", 120), **more,
        }  # fmt: skip

    def draft_at(self) -> str:
        paragraph = Paragraph.objects.get(instrument=self.state.instrument, label__endswith="điểm a")
        return f"{BOARD}moi/?instrument={self.state.instrument}&paragraph={paragraph.id}"


@pytest.fixture
def room(state: State, settings: Any, tmp_path: Path) -> Room:
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    assert keyring.current()
    return Room(state)
