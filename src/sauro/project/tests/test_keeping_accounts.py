"""Accounts that administrators make: a letter leads in, nobody else knows a password, and a closed one is out at once."""

# ruff: noqa: F401, F811 — a fixture of another file
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as own
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from sauro.core.doorway import Ask
from sauro.core.ids import new_id
from sauro.core.models import Account, Event, Refused
from sauro.core.refusal import Refusal
from sauro.project.accounts import keeping, letters
from sauro.project.tests.people import is_in, person, sign_in
from sauro.project.tests.post import Post
from sauro.project.tests.test_register import keeper, organisation
from sauro.project.tests.test_way_back import NEW, carry, post, queued, set_new
from sauro.web.people import introduce

pytestmark = pytest.mark.django_db
LIST = "/can-bo/to-chuc/tai-khoan/"
SENT = {
    "name": "Trần Văn Canary",
    "email": "minh@thu.example",
    "login": "minh.tran",
    "number": "075090000018",
}


@pytest.fixture
def admin(db: Any) -> Iterator[Client]:
    yield keeper()[1]


def made(admin: Client, **other: str) -> Any:
    return admin.post(LIST + "moi/", {**SENT, "key": new_id().hex, **other})


def whose(login: str) -> UUID:
    return Account.objects.get(user__username=login).person


def done(admin: Client, who: UUID, verb: str, **sent: str) -> Any:
    return admin.post(f"{LIST}{who}/{verb}/", {"key": new_id().hex, **sent})


def page(admin: Client, who: UUID) -> str:
    return admin.get(f"{LIST}{who}/").content.decode()


def test_an_official_chooses_the_password_by_the_letters_link_and_nobody_else_knows_one(
    admin: Client, post: Post
) -> None:
    answer = made(admin)
    who = whose("minh.tran")
    assert answer.status_code == 302 and answer["Location"] == f"{LIST}{who}/"
    assert not User.objects.get(username="minh.tran").has_usable_password()
    assert "Đang trên đường" in page(admin, who)
    carry()
    assert [letter[0] for letter in post.letters] == ["minh@thu.example"] and "minh.tran" in post.letters[0][
        2
    ]
    assert "Đã gửi" in page(admin, who)
    link = post.link()
    assert set_new(Client(), link).status_code == 302
    assert set_new(Client(), link).status_code == 200, "the link works once"
    own = Client()
    sign_in(own, "minh.tran", NEW)
    assert is_in(own) and "đăng nhập được" in page(admin, who)
    event = Event.objects.get(name="core.open_account")
    assert event.subject == who and not re.search(
        rb"minh|canary|thu\.example|075090", bytes(event.body), re.I
    )


def test_a_link_ends_after_an_hour_and_the_holder_asks_for_another(
    admin: Client, post: Post, monkeypatch: Any
) -> None:
    made(admin)
    carry()
    later = PasswordResetTokenGenerator._now
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later(self) + timedelta(minutes=61))
    assert set_new(Client(), post.link()).status_code == 200
    monkeypatch.undo()
    Client().post("/accounts/password/reset/", {"email": "minh@thu.example"})
    carry()
    assert set_new(Client(), post.link()).status_code == 302


def test_what_somebody_has_already_is_said_beside_its_field(admin: Client, post: Post) -> None:
    made(admin)
    for field, sent in {
        "login": {"email": "a@thu.example", "number": ""},
        "email": {"login": "khac", "number": ""},
        "number": {"login": "khac", "email": "a@thu.example"},
    }.items():
        answer = made(admin, **sent)
        assert answer.status_code == 409 and f'href="#id_{field}"' in answer.content.decode(), field
    assert made(admin, login="Có dấu", email="a@thu.example").status_code == 422
    assert made(admin, login="khac", email="a@thu.example", number="", name="Người Khác").status_code == 302
    assert Event.objects.filter(name="core.open_account").count() == 2


def test_one_form_sent_twice_makes_one_account(admin: Client, post: Post) -> None:
    one, two = (made(admin, key="mot-lan") for _ in range(2))
    assert one["Location"] == two["Location"] and len(queued()) == 1


def test_a_closed_account_is_out_at_once_for_good_and_what_was_done_stays(admin: Client, post: Post) -> None:
    made(admin)
    carry()
    set_new(Client(), post.link())
    browser, who = Client(), whose("minh.tran")
    sign_in(browser, "minh.tran", NEW)
    assert is_in(browser)
    assert done(admin, who, "close").status_code == 422 and is_in(browser), "a reason is given"
    assert done(admin, who, "close", reason="left_office").status_code == 302
    assert (
        not is_in(browser)
        and not Session.objects.filter(pk=browser.cookies[own.SESSION_COOKIE_NAME].value).exists()
    )
    again = Client()
    sign_in(again, "minh.tran", NEW)
    assert not is_in(again)
    Client().post("/accounts/password/reset/", {"email": "minh@thu.example"})
    carry()
    assert len(post.letters) <= 2, "no way back by mail"
    assert done(admin, who, "close", reason="other").status_code == 409
    post.letters.clear()
    assert done(admin, who, "reopen", reason="returned").status_code == 302
    assert not is_in(browser), "what was open before stays closed"
    carry()
    assert set_new(Client(), post.link()).status_code == 302
    names = list(Event.objects.filter(subject=who).order_by("recorded").values_list("name", flat=True))
    assert names == ["core.open_account", "core.close_account", "core.reopen_account"]
    assert "Đã trở lại làm việc" in page(admin, who)


def test_nobody_closes_their_own_account(db: Any) -> None:
    own, client = keeper()
    answer = done(client, own, "close", reason="other")
    assert answer.status_code == 403 and User.objects.get(account__person=own).is_active
    assert Refused.objects.filter(action="core.close_account", code="closes_itself").exists()


def test_an_account_in_use_is_not_led_away_to_another_address(admin: Client, post: Post) -> None:
    made(admin, email="nham@thu.example")
    who = whose("minh.tran")
    assert done(admin, who, "send", email="dung@thu.example").status_code == 302
    wrong, right = queued()
    letters.send_account_letter(**right)
    assert wrong["kind"] == "invited" and post.letters[-1][0] == "dung@thu.example"
    set_new(Client(), post.link())
    sign_in(Client(), "minh.tran", NEW)
    for _state in ("open", "closed and opened again"):
        asked = Ask("core.send_way_in", keeper()[0], new_id().hex, {"email": "nham@thu.example"}, who)
        with pytest.raises(Refusal) as refused:
            keeping.send_way_in(asked)
        assert refused.value.code == "in_use"
        done(admin, who, "close", reason="other")
        done(admin, who, "reopen", reason="other")


def test_a_letter_that_cannot_be_sent_is_said_and_sent_again(
    admin: Client, post: Post, settings: Any
) -> None:
    settings.SAURO_SENDS_MAIL = False
    made(admin)
    who = whose("minh.tran")
    assert "Chưa gửi: chưa có máy chủ thư" in page(admin, who) and not queued()
    settings.SAURO_SENDS_MAIL = True
    done(admin, who, "send")
    for status, attempts, said in (("todo", 2, "Máy chủ thư chưa nhận"), ("failed", 6, "Không gửi được")):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s, attempts = %s WHERE queue_name = 'letters'", [status, attempts])  # fmt: skip
        assert said in page(admin, who)


def test_a_letter_that_is_refused_for_good_is_not_tried_again() -> None:
    class Job:
        attempts = 0

    job: Any = Job()
    assert letters.AGAIN.get_retry_decision(exception=letters.NotTaken("recipient_refused"), job=job) is None
    assert letters.AGAIN.get_retry_decision(exception=letters.NotYet("away"), job=job) is not None


def test_the_list_is_searched_and_filtered_and_shows_no_citizens(admin: Client, post: Post) -> None:
    made(admin)
    person("co.chuc.vu", office=True)
    citizen = User.objects.create_user("cong-dan")
    introduce(citizen.pk)

    def shown(**asked: str) -> set[str]:
        said = admin.get(LIST, asked).content.decode()
        return {login for login in ("minh.tran", "co.chuc.vu", "cong-dan") if f">{login}</a>" in said}

    assert shown() == {"minh.tran", "co.chuc.vu"}
    assert shown(**{"is": "with"}) == {"co.chuc.vu"} and shown(**{"is": "without"}) == {"minh.tran"}
    assert shown(**{"is": "closed"}) == set()
    for text in ("minh", "tran canary", SENT["number"], "MINH@thu.example"):
        assert shown(q=text) == {"minh.tran"}, text
    assert shown(q="cong-dan") == {"cong-dan"} and shown(q="%") == set()
    assert "Không có tài khoản nào phù hợp" in admin.get(LIST, {"q": "khong-ai"}).content.decode()


def test_who_keeps_a_part_of_the_tree_keeps_no_accounts(db: Any) -> None:
    _person, client = keeper("subtree", organisation("C26041"))
    assert client.get(LIST).status_code == 404 and client.get(LIST + "moi/").status_code == 404
    assert made(client).status_code == 404 and not User.objects.filter(username="minh.tran").exists()


def test_the_offices_to_appoint_to_are_found_on_the_account(admin: Client, post: Post) -> None:
    made(admin)
    said = admin.get(f"{LIST}{whose('minh.tran')}/", {"office": "tran bien"}).content.decode()
    found = re.search(r'href="(/can-bo/to-chuc/chuc-vu/[^"#]+)#appoint"', said)
    assert found and "T*** V*** C***" in admin.get(found[1]).content.decode()
