"""Where somebody is signed in: shown, ended at once, and told of."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from sauro.project.accounts.session_store import SessionStore
from sauro.project.accounts.sessions import device, forget_ended, network
from sauro.project.tests.people import PASSWORD, is_in, person, sign_in

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.7390.43 Mobile Safari/537.36"
LIST = "/accounts/sessions/"


def browsers(login: str, *agents: str) -> list[Client]:
    made = []
    for number, agent in enumerate(agents):
        browser = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=f"203.0.113.{number + 7}")
        sign_in(browser, login)
        made.append(browser)
    return made


def others(browser: Client) -> list[Any]:
    return [session for session, here in browser.get(LIST).context["rows"] if not here]


def test_one_other_session_is_ended_and_at_once() -> None:
    person("ba-may")
    here, phone, desk = browsers("ba-may", "Firefox/140.0 Windows", PHONE, "Firefox/140.0 X11; Linux")
    chosen = next(one for one in others(here) if "Android" in one.user_agent)
    assert here.post(LIST, {"session": chosen.pk}).status_code == 302
    assert [is_in(browser) for browser in (here, phone, desk)] == [True, False, True]
    assert phone.get("/ho-so-cua-toi/")["Location"].startswith("/accounts/login/?next=")
    assert phone.post("/accounts/address/", {"remove": "yes"})["Location"].startswith("/accounts/login/")


def test_all_others_are_ended() -> None:
    person("tat-ca")
    here, *rest = browsers("tat-ca", "Firefox/140.0 Windows", PHONE, PHONE)
    here.post(LIST)
    assert is_in(here) and not any(map(is_in, rest)) and others(here) == []


def test_nobody_ends_anothers_session() -> None:
    person("chu"), person("la")
    (owner,), (stranger,) = browsers("chu", PHONE), browsers("la", PHONE)
    (theirs,) = UserSession.objects.filter(user__username="chu")
    stranger.post(LIST, {"session": theirs.pk})
    stranger.post(LIST)
    assert is_in(owner)
    for wrong in ("0", "-1", "9" * 40, "x", "１"):
        assert owner.post(LIST, {"session": wrong}).status_code == 302


def test_a_new_password_ends_the_others_and_keeps_this_one() -> None:
    person("doi-mat-khau")
    here, other = browsers("doi-mat-khau", "Firefox/140.0 Windows", PHONE)
    new = "mot-mat-khau-khac-8"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", sent)["Location"] == "/accounts/"
    assert is_in(here) and not is_in(other)
    assert not is_in(browsers("doi-mat-khau", PHONE)[0]), "the old password is no more"


def test_others_are_told_of_a_browser_that_was_never_seen() -> None:
    person("bao-tin")
    here, phone = browsers("bao-tin", "Firefox/140.0 Windows", PHONE)
    said = here.get("/").content.decode()
    assert "Chrome · Android" in said and LIST in said
    assert "Chrome · Android" not in phone.get("/").content.decode().split("<h1")[0]
    here.get(LIST)
    assert "Chrome · Android" not in here.get("/").content.decode(), "read"
    phone.post("/accounts/logout/")
    sign_in(phone, "bao-tin")
    assert is_in(phone)
    assert "Chrome · Android" not in here.get("/").content.decode(), "this browser is known by now"


def test_little_is_kept_of_a_session() -> None:
    person("it-thoi")
    browser = Client(HTTP_USER_AGENT=PHONE, REMOTE_ADDR="203.0.113.77")
    sign_in(browser, "it-thoi")
    (kept,) = UserSession.objects.filter(user__username="it-thoi")
    assert (kept.ip, kept.user_agent) == ("203.0.113.0", "Chrome · Android")


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (PHONE, "Chrome · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Version/19.0 Mobile/15E148 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) coc_coc_browser/130.0 Chrome/124.0", "Cốc Cốc · Windows"),
        ("curl/8.1", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_by_its_family(agent: str, said: str) -> None:
    assert device(agent) == said


def test_a_network_is_named_without_its_last_part() -> None:
    assert network("198.51.100.23") == "198.51.100.0"
    assert network("2001:db8:7:1234::5") == "2001:db8:7::"


def test_what_is_over_leaves_nothing_behind() -> None:
    person("het-han"), person("con-han")
    (over,), (still,) = browsers("het-han", PHONE), browsers("con-han", PHONE)
    Session.objects.filter(session_key=over.session.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )
    assert forget_ended() == 0
    assert [one.user.username for one in UserSession.objects.filter(user__username__endswith="-han")] == [
        "con-han"
    ]
    assert is_in(still) and not is_in(over)


def test_a_session_that_is_over_or_never_was_is_empty_and_loses_its_key() -> None:
    kept = SessionStore()
    kept["said"] = "đã ký"
    kept.save()
    key = kept.session_key
    assert SessionStore(key)["said"] == "đã ký" and SessionStore(key).session_key == key
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    for gone in (key, "khong-co-khoa-nay"):
        found = SessionStore(gone)
        assert "said" not in found and found.session_key is None
