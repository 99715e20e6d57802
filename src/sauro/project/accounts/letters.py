"""Letters about an account, written and carried by the worker.

A job holds identifiers only: address, links and words are made when the letter is written, and rest nowhere.
"""

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from sauro.core.ids import new_id
from sauro.core.models import Account
from sauro.core.moment import now
from sauro.core.ports.delivery import Delivered, PermanentFailure
from sauro.core.ports.mail import Letter, SMTPMailer, Text
from sauro.project.accounts import addresses
from sauro.serve.jobs import smtp_settings

log = structlog.get_logger()
MORE = RetryStrategy(max_attempts=6, exponential_wait=4)
ASKED_FOR = ("reset", "confirm", "invited")
NOBODY = 0
"""Stands for the account of an address that no account has: its letter is never written."""


class NotYet(Exception):
    """The mail server did not take it now; the queue tries again."""


class NotTaken(Exception):
    """The mail server refuses the letter for good. The job stays as failed: whoever sent it looks there."""


class Again(BaseRetryStrategy):
    """Some times, each after a longer wait; a letter that was refused for good not once."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        refused = isinstance(exception, NotTaken)
        return None if refused else MORE.get_retry_decision(exception=exception, job=job)


AGAIN = Again()


def queue(kind: str, user: int) -> None:
    """Queue a letter of this kind, where a mail server is set up; word of a change only for who has an address."""
    if not settings.SAURO_SENDS_MAIL:
        return
    if kind in ASKED_FOR or Account.objects.filter(user_id=user, email__isnull=False).exists():
        send_account_letter.defer(kind=kind, user=user, key=new_id().hex)


@app.task(queue="letters", retry=AGAIN, pass_context=False)
def send_account_letter(kind: str, user: int, key: str) -> None:
    """Write one letter and hand it to the mail server."""
    person = User.objects.filter(pk=user, is_active=True).first()
    address = addresses.address_for(kind, user) if person else ""
    if person is None or not address:
        return
    link = _link(kind, person)
    with translation.override("vi"):
        subject = _words(kind, person, link)[0]
    texts = []
    for language in ("vi", "en"):
        with translation.override(language):
            texts.append(Text(language, "\n\n".join(_words(kind, person, link)[1:]) + "\n"))
    answer = SMTPMailer(smtp_settings()).send(Letter(address, subject, tuple(texts), key, now()))
    log.info("account.letter", kind=kind, result=type(answer).__name__)
    if kind == "invited" and isinstance(answer, PermanentFailure):
        raise NotTaken(answer.reason)
    if not isinstance(answer, Delivered | PermanentFailure):
        raise NotYet(answer.reason)


def _link(kind: str, user: User) -> str:
    if kind in ("reset", "invited"):
        path = reverse("account_reset_password_from_key", kwargs=addresses.reset_key(user))
    elif kind == "confirm":
        path = reverse("account_confirm_address", kwargs={"key": addresses.confirm_key(user.pk)})
    else:
        path = reverse("usersessions_list")
    return str(settings.SAURO_PUBLIC_URL) + path


def _words(kind: str, user: User, link: str) -> list[str]:
    """The subject, then the paragraphs."""
    not_you = _("If this was not you, set a new password at once and look at where you are signed in:")
    told = {
        "reset": [
            _("Set a new password"),
            _("Somebody, probably you, asked to set a new password for the account “%(name)s”. The link works once, for one hour:")
            % {"name": user.get_username()},
            link,
            _("If it was not you, do nothing: the password stays as it is."),
        ],
        "invited": [
            _("Your account: choose a password"),
            _("An account with the user name “%(name)s” is open for you. Choose its password here; the link works once, for one hour:")
            % {"name": user.get_username()},
            link,
            _("When the hour is over, ask for another link here, with the address that this letter came to:"),
            str(settings.SAURO_PUBLIC_URL) + reverse("account_reset_password"),
            _("If you expect no account, do nothing."),
        ],
        "confirm": [
            _("Confirm your address"),
            _("Confirm that letters about the account “%(name)s” may come here. The link works for one day:")
            % {"name": user.get_username()},
            link,
            _("If you have no such account, do nothing."),
        ],
        "address_entered": [_("Another address was entered"), _("Once it is confirmed, letters about your account go to another address."), not_you, link],
        "password_changed": [_("Your password has changed"), _("A new password was set. All other browsers are signed out."), not_you, link],
        "factor_added": [_("A way to sign in was added"), _("A passkey, one-time codes or recovery codes were set up for your account."), not_you, link],
        "factor_removed": [_("A way to sign in was removed"), _("A passkey or one-time codes were removed from your account."), not_you, link],
        "new_sign_in": [_("Somebody signed in to your account"), _("Your account was signed in to from a browser that was not seen before."), not_you, link],
    }  # fmt: skip
    return told[kind]
