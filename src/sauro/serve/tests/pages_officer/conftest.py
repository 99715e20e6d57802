"""Officials of a town at their desks, in a browser's place: Django's client, signed in as who holds an office."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import VIETNAM, local_day
from sauro.core.ids import new_id
from sauro.core.models import Account, Commitment
from sauro.core.moment import now
from sauro.core.queries import courses
from sauro.core.vault import keyring
from sauro.serve.models import Dossier
from sauro.serve.tests.conftest import ENTERED, Town
from sauro.web.home import Section

ENTRIES: dict[str, Any] = {f"entry-{name}": value for name, value in ENTERED.items() if name != "registered_on"} | {
    "entry-registered_on_day": "22", "entry-registered_on_month": "11", "entry-registered_on_year": "2026",
}  # fmt: skip
"""The same, as the draft's form sends it."""


def a_monday() -> datetime:
    """Nine o'clock on a Monday to come, with working days about it: whoever acts then was granted it before."""
    _id, calendar = courses.calendar(local_day(now()))
    day = local_day(now()) + timedelta(days=15)
    while day.weekday() or any(calendar.day(day + timedelta(days=n)).rest is not None for n in range(4)):  # fmt: skip
        day += timedelta(days=1)
    return datetime.combine(day, time(9), VIETNAM)


def signed_in(person: UUID) -> Client:
    """A browser in which this person has signed in."""
    account = Account.objects.filter(person=person).first()
    user = account.user if account else User.objects.create_user(f"u{person.hex}")
    if account is None:
        Account.objects.create(user=user, person=person)
    client = Client()
    client.force_login(user)
    return client


def home(client: Client) -> dict[str, Section]:
    """The sections of an official's home, by their names."""
    return dict(client.get("/can-bo/").context["sections"])


def at_home(client: Client) -> list[UUID]:
    """The dossiers that an official's home names as theirs to do."""
    return [UUID(line.href.split("/")[-2]) for line in home(client)["dossiers"].lines]


def _as_named(field: str) -> str:
    return field if field.startswith("entry-") else field.replace("_", "-")


@dataclass
class Desks:
    """The desks of a town's officers."""

    town: Town

    def at(self, dossier: UUID, step: str = "") -> Client:
        """The desk of who does a step of a dossier (the present one)."""
        row = Dossier.objects.get(pk=dossier)
        return signed_in(self.town.officers[UUID(row.plan["positions"][step or row.step])])

    def post(self, dossier: UUID, verb: str, client: Client | None = None, **fields: Any) -> Any:
        """Send the form of an act as its page would."""
        sent = {"key": new_id().hex, "version": Commitment.objects.get(pk=dossier).version}
        sent |= {name: value for name, value in fields.items() if name in ("key", "version")}
        rest = {name: value for name, value in fields.items() if name not in ("key", "version")}
        sent |= {
            name if name == "preview" else f"{verb}-{_as_named(name)}": value for name, value in rest.items()
        }
        return (client or self.at(dossier)).post(f"/can-bo/ho-so/{dossier}/{verb}/", sent)

    def drafted(self, **answers: Any) -> UUID:
        """A birth registration that waits for its signature."""
        from sauro.serve import signing

        dossier = self.town.file(**answers)
        self.post(dossier, "accept")
        self.post(dossier, "complete", step="check", note="Đã đối chiếu với giấy chứng sinh.")
        self.post(dossier, "draft", outcome="granted", paragraphs="Đồng ý đăng ký khai sinh.", **ENTRIES)
        signing.prepare(dossier)
        return dossier

    def answer(self, dossier: UUID) -> None:
        """The citizen answers a supplement request."""
        act(
            Ask(
                "serve.answer_supplement",
                self.town.citizen,
                new_id().hex,
                {"words": "Tôi gửi lại bản rõ."},
                subject=dossier,
            )
        )


@pytest.fixture
def desks(town: Town, settings: Any, tmp_path: Path) -> Desks:
    settings.SAURO_FILES = tmp_path / "files"
    settings.SAURO_KEYS = tmp_path / "keys"
    assert keyring.current()
    return Desks(town)
