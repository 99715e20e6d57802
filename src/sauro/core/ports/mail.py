"""Electronic mail: a letter, the port that carries it, and SMTP (RFC 5321) as its adapter."""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Literal, Protocol

import msgspec

from sauro.core.ports.delivery import Delivered, Delivery, PermanentFailure, TemporaryFailure

# One mailbox, ASCII, no quoting and no comments (a narrow RFC 5321 4.1.2): anything else is refused, so that
# nothing in an address can start another header or another recipient.
MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
                     r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")  # fmt: skip
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Failures that are ours, not the recipient's: the letter must survive them.
OUR_FAULT = frozenset({530, 534, 535, 538, 454, 421})


class Text(msgspec.Struct, frozen=True):
    """The letter in one language (BCP 47)."""

    language: str
    body: str


class Letter(msgspec.Struct, frozen=True):
    """One message to one mailbox. `key` is stable over attempts and makes the Message-ID.

    With more than one text, all are shown one under the other, each labelled with its language.
    """

    to: str
    subject: str
    texts: tuple[Text, ...]
    key: str
    written: datetime


class Mailer(Protocol):
    """Carries letters. Never raises for a failed delivery: it answers with the kind of failure."""

    def send(self, letter: Letter) -> Delivery:
        """Hand over one letter."""
        ...


class SMTPSettings(msgspec.Struct, frozen=True):
    """How to reach the relay. `timeout` in seconds holds for every single step of the dialogue."""

    host: str
    port: int
    sender: str
    sender_name: str = ""
    tls: Literal["none", "starttls", "implicit"] = "none"
    ca_file: str | None = None
    username: str = ""
    password: str = ""
    timeout: float = 20.0
    local_hostname: str | None = None


class UnsafeLetter(ValueError):
    """A letter that must not be sent as it stands; `reason` is a constant."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def compose(letter: Letter, settings: SMTPSettings) -> EmailMessage:
    """The letter as an RFC 5322 message; raises UnsafeLetter for an address or header that could inject."""
    if not MAILBOX.fullmatch(letter.to) or ".." in letter.to or letter.to.startswith("."):
        raise UnsafeLetter("bad_address")
    if CONTROL.search(letter.subject) or not letter.subject.strip():
        raise UnsafeLetter("bad_subject")
    if not letter.texts:
        raise UnsafeLetter("empty_letter")
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", letter.key):
        raise UnsafeLetter("bad_key")
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(settings.sender_name, addr_spec=settings.sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = letter.written
    message["Message-ID"] = f"<{letter.key}@{settings.sender.rpartition('@')[2]}>"
    # RFC 3834: an automatic reply to an automatic notice would answer nobody.
    message["Auto-Submitted"] = "auto-generated"
    _fill(message, letter.texts)
    return message


def _fill(message: EmailMessage, texts: tuple[Text, ...]) -> None:
    first, *others = texts
    message.set_content(first.body, charset="utf-8")
    message["Content-Language"] = first.language
    if not others:
        return
    # Not multipart/alternative: a reader would then be shown one language only, chosen by the client.
    message.make_mixed()
    for text in others:
        message.add_attachment(text.body, charset="utf-8", disposition="inline")
        list(message.iter_parts())[-1]["Content-Language"] = text.language


class SMTPMailer:
    """Sends through one relay, one connection per letter."""

    def __init__(self, settings: SMTPSettings) -> None:
        self.settings = settings

    def send(self, letter: Letter) -> Delivery:
        """Hand over one letter; see `Mailer.send`."""
        try:
            message = compose(letter, self.settings)
        except UnsafeLetter as unsafe:
            return PermanentFailure(unsafe.reason)
        return _answered(lambda: self._deliver(message, letter.to))

    def _deliver(self, message: EmailMessage, to: str) -> None:
        relay = self._connection()
        try:
            if self.settings.tls == "starttls":
                relay.starttls(context=self._trust())
            if self.settings.username:
                relay.login(self.settings.username, self.settings.password)
            relay.send_message(message, from_addr=self.settings.sender, to_addrs=[to])
            # The relay has it now: a goodbye that goes wrong must not bring a second copy.
            with suppress(smtplib.SMTPException, OSError):
                relay.quit()
        finally:
            relay.close()

    def _connection(self) -> smtplib.SMTP:
        chosen = self.settings
        if chosen.tls == "implicit":
            return smtplib.SMTP_SSL(
                chosen.host,
                chosen.port,
                chosen.local_hostname,
                timeout=chosen.timeout,
                context=self._trust(),
            )
        return smtplib.SMTP(chosen.host, chosen.port, chosen.local_hostname, timeout=chosen.timeout)

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.settings.ca_file)


def _answered(deliver: Callable[[], None]) -> Delivery:
    try:
        deliver()
    except smtplib.SMTPRecipientsRefused as refused:
        return _by_code("recipient_refused", *next(iter(refused.recipients.values())))
    except smtplib.SMTPAuthenticationError as refused:
        return TemporaryFailure("relay_refused_login", str(refused.smtp_code))
    except smtplib.SMTPResponseException as refused:
        return _by_code("relay_refused", refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return TemporaryFailure("relay_lacks_extension")
    except ssl.SSLError:
        return TemporaryFailure("relay_not_trusted")
    except (smtplib.SMTPException, OSError):
        return TemporaryFailure("relay_unreachable")
    return Delivered()


def _by_code(reason: str, code: int, answer: bytes | str) -> Delivery:
    """Sort an SMTP reply by its first digit (RFC 5321, 4.2.1), keeping only its numbers (RFC 3463)."""
    words = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", words)
    label = f"{code} {enhanced.group()}" if enhanced else str(code)
    if 500 <= code < 600 and code not in OUR_FAULT:
        return PermanentFailure(reason, label)
    return TemporaryFailure(reason, label)
