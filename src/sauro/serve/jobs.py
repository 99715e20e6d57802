"""Slow work, queued in the same transaction as what asked for it: rendering, letters, text messages.

A job may run again after a crash; each looks first whether it is still to be done. Arguments are ids only.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from sauro.core.ids import new_id
from sauro.core.models import Commitment
from sauro.core.moment import now
from sauro.core.ports.delivery import Delivered, PermanentFailure
from sauro.core.ports.mail import Letter, SMTPMailer, SMTPSettings, Text
from sauro.core.queries import definitions
from sauro.core.queries.reading import open_case
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.serve.actions.subject import DOSSIER
from sauro.serve.documents import notices
from sauro.serve.documents.facts import Language
from sauro.serve.models import Delivery, Dossier, Notice
from sauro.serve.queries.cases import answer_by, last_asked
from sauro.serve.queries.places import names
from sauro.serve.rules.procedures import procedure
from sauro.serve.rules.statuses import Status

log = structlog.get_logger()
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=4)


LONGEST_WAIT = timedelta(hours=1)
GIVES_UP = timedelta(days=5)
"""A mail server may be away for days; RFC 5321 (4.5.4.1) asks a sender to try for four to five."""


class NotYet(Exception):
    """The carrier did not take it now; the queue tries again."""


class Patiently(BaseRetryStrategy):
    """After seconds at first, hourly in the end, for as long as the carrier says not yet; what breaks, as other jobs."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, NotYet):
            return AGAIN.get_retry_decision(exception=exception, job=job)
        # The exponent is bounded before it is raised: the hundredth attempt needs no number of sixty digits.
        seconds = min(4 ** min(job.attempts + 1, 9), int(LONGEST_WAIT.total_seconds()))
        return RetryDecision(retry_in={"seconds": seconds})


@app.task(queue="documents", retry=AGAIN, pass_context=False)
def prepare_decision(dossier: str) -> None:
    """Render a drafted decision and store what is to be signed."""
    from sauro.serve import signing

    signing.prepare(UUID(dossier))


def queue_letters(notice: Notice) -> None:
    """Queue the e-mail of a notice, where a mail server is set up. Whether there is an address, the job finds out."""
    if not settings.SAURO_SENDS_MAIL:
        return
    delivery = Delivery.objects.create(id=new_id(), notice=notice.id, channel="email")
    send_letter.defer(delivery=str(delivery.id))


@app.task(queue="letters", retry=Patiently(), pass_context=False)
def send_letter(delivery: str) -> None:
    """Carry one notice by e-mail. Reading the address is a personal read, and recorded as such."""
    row = Delivery.objects.get(pk=UUID(delivery))
    if row.state in ("delivered", "failed", "no_address"):
        return
    notice = Notice.objects.get(pk=row.notice)
    try:
        address = contact(notice.dossier).get("email", "")
    except Refusal:
        address = ""
    if not address:
        _settle(row, "no_address", "")
        return
    told = [Text(language, _words(notice, language).body) for language in ("vi", "en")]
    letter = Letter(address, _words(notice, "vi").subject, tuple(told), str(row.id), now())
    answer = SMTPMailer(smtp_settings()).send(letter)
    if isinstance(answer, Delivered):
        _settle(row, "delivered", "")
    elif isinstance(answer, PermanentFailure) or now() - notice.at > GIVES_UP:
        _settle(row, "failed", str(answer.code or answer.reason))
    else:
        _settle(row, "waiting", str(answer.code or answer.reason))
        raise NotYet(answer.reason)


def _settle(row: Delivery, state: str, code: str) -> None:
    with transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(
            state=state, code=code[:48], attempts=row.attempts + 1, at=now()
        )
    log.info("serve.letter", subject=str(row.id), result=state)


def contact(dossier: UUID) -> dict[str, str]:
    """How the applicant can be reached."""
    from sauro.core.doorway.genesis import PLATFORM

    opened = open_case(
        Reader(PLATFORM),
        "serve.read_dossier",
        DOSSIER,
        dossier,
        purpose="notify",
        parts=["contact"],
        how="worker",
    )
    return {name: str(value) for name, value in (opened.parts.get("contact") or {}).items()}


def _words(notice: Notice, language: Language) -> notices.Notice:
    return notices.write(notice.kind, facts_of(notice.dossier), language)


def facts_of(dossier: UUID) -> notices.CaseFacts:
    """What a notice may say of a dossier: nothing personal."""
    row, promise = Dossier.objects.get(pk=dossier), Commitment.objects.get(pk=dossier)
    found = definitions.get(row.procedure).compiled(procedure)
    known = names([row.received_by, row.competent, *([promise.position] if promise.position else [])])
    asked = last_asked(dossier) if row.status == Status.SUPPLEMENT_REQUESTED else None
    return notices.CaseFacts(
        dossier=row.code or row.reference, procedure=found.terms.name.vi, agency=known.get(row.competent, ""),
        officer=known.get(promise.position, "") if promise.position else "",
        link=settings.SAURO_PUBLIC_URL + reverse("serve:my_dossier", args=[dossier]), received=row.submitted_at,
        accepted=row.accepted_at, due=promise.due, original_due=promise.due_original, processed=promise.finished_at,
        answer_by=answer_by(found, asked) if asked else None, returned=row.returned_at, collect_at=known.get(row.received_by, ""), demonstration=settings.DEMONSTRATION,
    )  # fmt: skip


def smtp_settings() -> SMTPSettings:
    """The mail server of the settings."""
    return SMTPSettings(
        host=settings.EMAIL_HOST, port=settings.EMAIL_PORT, sender=settings.DEFAULT_FROM_EMAIL, sender_name="Sáu Rõ",
        tls="starttls" if settings.EMAIL_USE_TLS else "none", username=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD, timeout=settings.EMAIL_TIMEOUT,
    )  # fmt: skip
