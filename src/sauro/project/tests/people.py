"""People with logins, for the tests of signing in."""

from datetime import date
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from sauro.core.doorway import Ask, act
from sauro.core.doorway.genesis import PLATFORM
from sauro.core.ids import new_id
from sauro.core.models import Account, Actor

PASSWORD = "mat-khau-rat-dai-7"


def person(login: str, *, office: bool = False, **identity: str) -> User:
    """Somebody of the register with a login; with ``office`` they hold one."""
    id_ = new_id()
    known: dict[str, Any] = {"id": id_, "kind": "person", "valid_from": date(2026, 1, 1)}
    act(
        Ask(
            "core.register_actor",
            PLATFORM,
            f"person:{id_}",
            {**known, **({"identity": identity} if identity else {})},
        )
    )
    if office:
        position = Actor.objects.filter(kind="position", head=True).order_by("code").first()
        assert position is not None
        payload = {"person": id_, "valid_from": date(2026, 1, 1)}
        act(Ask("core.appoint", PLATFORM, f"office:{id_}", payload, subject=position.id))
    user = User.objects.create_user(login, password=PASSWORD)
    Account.objects.create(user=user, person=id_)
    return user


def sign_in(client: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    """Send the sign-in form."""
    return client.post("/accounts/login/", {"login": login, "password": password}, **more)


def is_in(client: Client) -> bool:
    """Whether this browser is signed in, as the next page sees it."""
    return client.get("/accounts/").status_code == 200
