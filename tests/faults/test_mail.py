"""Letters about a dossier: kept while the mail server is away, for days if need be, and carried once when it is back."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from procrastinate import jobs as queue

from sauro.core.ids import new_id
from sauro.core.moment import now
from sauro.project import worker
from sauro.project.tests.post import post_office
from sauro.serve import jobs
from sauro.serve.models import Delivery, Notice
from sauro.serve.tests.conftest import BIRTH, Town

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def away(settings: Any) -> Iterator[Any]:
    """The settings, with a mail server at whose address nobody answers."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        settings.SAURO_SENDS_MAIL, settings.SAURO_PUBLIC_URL = True, "http://testserver"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", nobody.getsockname()[1]
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS, settings.DEFAULT_FROM_EMAIL = False, "khong-tra-loi@sauro.example"
        yield settings


def told(town: Town) -> Delivery:
    """A letter that is queued, as the consumer of sealed events queues it."""
    dossier = town.file()
    notice = Notice.objects.create(
        id=new_id(), person=town.citizen, dossier=dossier, kind="submitted", event=new_id(), at=now()
    )
    jobs.queue_letters(notice)
    return Delivery.objects.get(notice=notice.id)


def work() -> None:
    """What the worker does with the letters that are due, and no more."""

    async def once() -> None:
        async with worker._own_connections().open_async() as app:
            await app.run_worker_async(queues=["letters"], wait=False, install_signal_handlers=False)

    asyncio.run(once())


def waiting() -> list[tuple[str, int, bool]]:
    """Of each job: its state, its attempts, whether it waits for a later moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts, scheduled_at > now() FROM procrastinate_jobs WHERE queue_name = 'letters' AND status <> 'succeeded'")  # fmt: skip
        return cursor.fetchall()


def due_now() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")


def test_a_letter_waits_for_its_server_and_goes_once(town: Town, away: Any) -> None:
    letter = told(town)
    for attempt in range(1, 11):
        work()
        assert waiting() == [("todo", attempt, True)], "queued again, for later"
        letter.refresh_from_db()
        assert (letter.state, letter.attempts, letter.code) == ("waiting", attempt, "relay_unreachable")
        due_now()
    with post_office() as post:
        away.EMAIL_PORT = post.port
        work()
        letter.refresh_from_db()
        assert letter.state == "delivered" and waiting() == []
        # A worker that was killed behind the delivery begins the job again, and finds it done.
        jobs.send_letter(delivery=str(letter.id))
        assert [to for to, _subject, _text in post.letters] == [BIRTH["requester_email"]]
        assert not any(
            str(name) in post.letters[0][2] for name in (BIRTH["child_name"], BIRTH["requester_name"])
        )


def test_after_days_it_is_given_up_and_says_so(town: Town, away: Any) -> None:
    letter = told(town)
    Notice.objects.filter(pk=letter.notice).update(at=now() - jobs.GIVES_UP - timedelta(minutes=1))
    work()
    letter.refresh_from_db()
    assert (letter.state, letter.code) == ("failed", "relay_unreachable") and waiting() == []


@given(attempts=st.integers(0, 10_000))
def test_it_is_tried_hourly_in_the_end_and_what_breaks_is_not(attempts: int) -> None:
    job = queue.Job(id=1, queue="letters", lock=None, queueing_lock=None, task_name="x", attempts=attempts)
    decided = jobs.Patiently().get_retry_decision(exception=jobs.NotYet("x"), job=job)
    assert decided is not None and decided.retry_at is not None
    assert timedelta(seconds=3) < decided.retry_at - now() <= jobs.LONGEST_WAIT
    broken = jobs.Patiently().get_retry_decision(exception=Broken("x"), job=job)
    assert (broken is None) is (attempts >= 8)


class Broken(ValueError):
    """Something that no waiting mends."""
