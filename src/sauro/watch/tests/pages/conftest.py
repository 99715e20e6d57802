"""Duty officers at their desks: Django's client, in an office they hold, over counts that are put where they are read."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Actor, Commitment, Grant
from sauro.core.moment import now
from sauro.core.queries import definitions
from sauro.watch.measuring import NATION, count
from sauro.watch.models import Case, Count

DESK = "/can-bo/dieu-hanh/"


def signed_in(person: UUID) -> Client:
    """A browser in which this person has signed in."""
    account = Account.objects.filter(person=person).first()
    user = account.user if account else User.objects.create_user(f"u{person.hex[-9:]}")
    if account is None:
        Account.objects.create(user=user, person=person)
    client = Client()
    client.force_login(user)
    return client


@dataclass
class Room:
    """The watching room: people by the code of their office, and cases that count."""

    persons: dict[str, UUID] = field(default_factory=dict)

    def seat(self, office: str) -> UUID:
        """Somebody holds an office, given by its code."""
        if office not in self.persons:
            person, day = new_id(), date(2026, 1, 1)
            register = {"id": person, "kind": "person", "valid_from": day}
            act(Ask("core.register_actor", PLATFORM, f"p{person}", register))
            position = Actor.objects.get(kind="position", code=office)
            held = {"person": person, "valid_from": day}
            act(Ask("core.appoint", PLATFORM, f"a{person}", held, subject=position.id))
            self.persons[office] = person
        return self.persons[office]

    def at(self, office: str) -> Client:
        return signed_in(self.seat(office))

    def agency(self, code: str) -> UUID:
        return Actor.objects.get(kind="organisation", code=code).id

    def case(self, agency: str, days: int = 0, **said: Any) -> Case:
        """A dossier accepted so many days ago, counted as the journal's consumer counts."""
        id_, place = new_id(), Actor.objects.get(kind="organisation", code=agency)
        codes = place.path.rstrip("/").split("/")
        above = list(Actor.objects.filter(kind="organisation", code__in=codes).values_list("id", flat=True))
        at = now() - timedelta(days)
        made = Case.objects.create(
            **{
                "id": id_, "kind": "dossier", "code": f"000.{id_.hex[-8:]}", "agency": place.id, "scopes": [NATION, *above],
                "area": "75", "procedure": "1.001193", "channel": 2, "stage": "2", "accepted_at": at, "accepted_leaf": 1,
                "submitted_at": at, "due": at + timedelta(3), "due_original": at + timedelta(3), "leaf_index": 1, **said,
            }
        )  # fmt: skip
        for (scope, measure, day), by in count([made]).items():
            row, _new = Count.objects.get_or_create(
                scope=scope, measure=measure, day=day, defaults={"value": 0}
            )
            Count.objects.filter(scope=scope, measure=measure, day=day).update(value=row.value + by)
        return made

    def late(self, agency: str, days: int = 5, **said: Any) -> Case:
        """An open dossier whose deadline has passed."""
        at = now() - timedelta(days)
        due = at + timedelta(1)
        return self.case(agency, days, due=due, due_original=due, breached_at=due, breached_leaf=7, **said)

    def promise(self, agency: str, task: str, *, kind: str = "task", late: bool = False) -> UUID:
        """A commitment that an agency leads, put where it is read; a task also where the steering room lists it."""
        id_, due = new_id(), now() + timedelta(-3 if late else 30)
        Commitment.objects.create(
            id=id_, event=new_id(), kind=kind, task=task, lead=self.agency(agency), due=due, due_original=due,
            opened_at=now(), unit=id_, retention="steering-task",
        )  # fmt: skip
        if kind == "task":
            home = self.agency(agency)
            apps.get_model("steer", "Task").objects.create(
                id=id_,
                event=new_id(),
                code=f"t-{id_.hex[-8:]}",
                instrument=new_id(),
                lead=home,
                involved=[home],
            )
        return id_

    def take_away(self, office: str, action: str) -> None:
        """Revoke every grant of an office that names an action."""
        position = Actor.objects.get(kind="position", code=office).id
        for grant in Grant.objects.filter(holder=position, revoked_at=None):
            if action in definitions.get(grant.role).body["actions"]:
                act(Ask("core.revoke", PLATFORM, f"r{grant.id}", {"basis": "57-NQ/TW"}, subject=grant.id))


@pytest.fixture
def room(db: None) -> Room:
    definitions.forget()
    return Room()


def today() -> date:
    return local_day(now())
