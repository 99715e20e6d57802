"""Letters against a real SMTP server in this process."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from sauro.core.ports.delivery import Delivered, PermanentFailure, TemporaryFailure
from sauro.core.ports.mail import Letter, SMTPMailer, SMTPSettings, Text, UnsafeLetter, compose

SECRET = "quynh@thu.example"
WRITTEN = datetime(2026, 11, 20, 8, 40, tzinfo=UTC)


def letter(**other: Any) -> Letter:
    """A letter in Vietnamese to the address that must never be found in a result."""
    parts: dict[str, Any] = {
        "to": SECRET,
        "subject": "Hồ sơ H26.01-261120-0127: đã tiếp nhận",
        "texts": (Text("vi", "Hẹn trả kết quả lúc 16:40 thứ Tư.\n.\nXem hồ sơ\n"),),
        "key": "0193-delivery-1",
        "written": WRITTEN,
    }
    return Letter(**{**parts, **other})


class Relay:
    """The server's answers, and what it was given."""

    def __init__(self, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt, self.data = rcpt, data
        self.taken: list[Envelope] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        return self.data


def only_message(relay: Relay) -> EmailMessage:
    """The one message the relay took."""
    (envelope,) = relay.taken
    assert isinstance(envelope.content, bytes)
    return message_from_bytes(envelope.content.replace(b"\r\n", b"\n"), policy=default)


@contextmanager
def serving(relay: Relay, **options: Any) -> Iterator[SMTPSettings]:
    """The relay on a free port, and the settings that reach it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(relay, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield SMTPSettings(
            host="127.0.0.1",
            port=port,
            sender="mot-cua@hanoi.example",
            sender_name="Một cửa Hoàn Kiếm",
            timeout=3,
        )
    finally:
        controller.stop()


def changed(settings: SMTPSettings, **other: Any) -> SMTPSettings:
    """The settings with some of them replaced."""
    return SMTPSettings(
        **{**{name: getattr(settings, name) for name in SMTPSettings.__struct_fields__}, **other}
    )


def test_letter_arrives_whole_and_in_vietnamese() -> None:
    relay = Relay()
    with serving(relay) as settings:
        assert SMTPMailer(settings).send(letter()) == Delivered()
    got = only_message(relay)
    assert got["Subject"] == "Hồ sơ H26.01-261120-0127: đã tiếp nhận"
    assert got["To"] == SECRET
    assert got["From"].addresses[0].display_name == "Một cửa Hoàn Kiếm"
    assert got["Message-ID"] == "<0193-delivery-1@hanoi.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Date"].datetime == WRITTEN
    assert got["Content-Language"] == "vi"
    # The lone dot would end the message early if it were not stuffed.
    assert got.get_content() == "Hẹn trả kết quả lúc 16:40 thứ Tư.\n.\nXem hồ sơ\n"
    assert relay.taken[0].rcpt_tos == [SECRET]


def test_two_languages_are_both_readable_plain_text() -> None:
    relay = Relay()
    with serving(relay) as settings:
        both = letter(texts=(Text("vi", "Đã tiếp nhận.\n"), Text("en", "Accepted.\n")))
        assert isinstance(SMTPMailer(settings).send(both), Delivered)
    parts = list(only_message(relay).iter_parts())
    assert [(part["Content-Language"], part.get_content_type(), part.get_content()) for part in parts] == [
        ("vi", "text/plain", "Đã tiếp nhận.\n"),
        ("en", "text/plain", "Accepted.\n"),
    ]
    assert [part.get_content_disposition() for part in parts] == [None, "inline"]
    assert only_message(relay).get_content_type() == "multipart/mixed"


@pytest.mark.parametrize(
    ("rcpt", "data", "expected"),
    [
        (
            "550 5.1.1 <quynh@thu.example> unknown",
            "250 OK",
            PermanentFailure("recipient_refused", "550 5.1.1"),
        ),
        (
            "452 4.2.2 mailbox of quynh@thu.example full",
            "250 OK",
            TemporaryFailure("recipient_refused", "452 4.2.2"),
        ),
        ("250 OK", "554 5.7.1 spam from quynh@thu.example", PermanentFailure("relay_refused", "554 5.7.1")),
        ("250 OK", "451 try later", TemporaryFailure("relay_refused", "451")),
        # Our own missing login is not the recipient's fault.
        ("530 5.7.0 sign in first", "250 OK", TemporaryFailure("recipient_refused", "530 5.7.0")),
    ],
)
def test_refusals_are_sorted_and_carry_no_address(rcpt: str, data: str, expected: object) -> None:
    with serving(Relay(rcpt, data)) as settings:
        answer = SMTPMailer(settings).send(letter())
    assert answer == expected
    assert SECRET not in repr(answer)


def test_nobody_listening_is_temporary() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = SMTPSettings(host="127.0.0.1", port=port, sender="a@b.example", timeout=1)
    assert SMTPMailer(settings).send(letter()) == TemporaryFailure("relay_unreachable")


def test_a_silent_relay_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings = SMTPSettings(
            host="127.0.0.1", port=deaf.getsockname()[1], sender="a@b.example", timeout=0.2
        )
        assert SMTPMailer(settings).send(letter()) == TemporaryFailure("relay_unreachable")


@pytest.mark.parametrize(("tls", "carrier"), [("none", "SMTP"), ("implicit", "SMTP_SSL")])
def test_no_connection_is_opened_without_a_time_limit(
    tls: Any, carrier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []

    def refuse(*_: object, timeout: float, **__: object) -> None:
        limits.append(timeout)
        raise OSError

    monkeypatch.setattr(smtplib, carrier, refuse)
    settings = SMTPSettings(host="127.0.0.1", port=1, sender="a@b.example", tls=tls, timeout=7)
    assert SMTPMailer(settings).send(letter()) == TemporaryFailure("relay_unreachable")
    assert limits == [7]


def talk(lines: list[bytes]) -> tuple[socket.socket, Thread]:
    """A scripted relay: one line of ours for each line (or message) of theirs, then it hangs up."""
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        peer, _ = server.accept()
        with peer, peer.makefile("rb") as reading:
            peer.sendall(b"220 ready\r\n")
            in_message = False
            for line in lines:
                while True:
                    heard = reading.readline()
                    if not in_message or heard == b".\r\n" or not heard:
                        break
                peer.sendall(line)
                in_message = line.startswith(b"354")

    thread = Thread(target=run, daemon=True)
    thread.start()
    return server, thread


def test_hang_up_before_the_answer_is_temporary_after_it_is_delivered() -> None:
    upto_data = [b"250 hello\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go\r\n"]
    for last, expected in (([], TemporaryFailure("relay_unreachable")), ([b"250 queued\r\n"], Delivered())):
        server, thread = talk([*upto_data, *last])
        with server:
            settings = SMTPSettings(
                host="127.0.0.1", port=server.getsockname()[1], sender="a@b.example", timeout=3
            )
            assert SMTPMailer(settings).send(letter()) == expected
        thread.join(5)


def test_a_rude_goodbye_does_not_bring_a_second_copy() -> None:
    lines = [
        b"250 hello\r\n",
        b"250 sender\r\n",
        b"250 recipient\r\n",
        b"354 go\r\n",
        b"250 queued\r\n",
        b"421 away\r\n",
    ]
    server, thread = talk(lines)
    with server:
        settings = SMTPSettings(
            host="127.0.0.1", port=server.getsockname()[1], sender="a@b.example", timeout=3
        )
        assert SMTPMailer(settings).send(letter()) == Delivered()
    thread.join(5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate with its key in one PEM file, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    plain = serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def server_side(certificate: Path) -> ssl.SSLContext:
    """The relay's half of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_starttls_is_used_when_asked_for(certificate: Path) -> None:
    relay = Relay()
    with serving(relay, tls_context=server_side(certificate), require_starttls=True) as settings:
        assert SMTPMailer(settings).send(letter()) != Delivered()
        secured = changed(settings, tls="starttls", ca_file=str(certificate))
        assert SMTPMailer(secured).send(letter()) == Delivered()
    assert len(relay.taken) == 1


def test_an_unknown_certificate_gets_no_letter(certificate: Path) -> None:
    relay = Relay()
    with serving(relay, tls_context=server_side(certificate)) as settings:
        assert SMTPMailer(changed(settings, tls="starttls")).send(letter()) == TemporaryFailure(
            "relay_not_trusted"
        )
    assert relay.taken == []


def test_starttls_never_falls_back_to_plain_text() -> None:
    relay = Relay()
    with serving(relay) as settings:
        answer = SMTPMailer(changed(settings, tls="starttls")).send(letter())
    assert answer == TemporaryFailure("relay_lacks_extension")
    assert relay.taken == []


def test_implicit_tls(certificate: Path) -> None:
    relay = Relay()
    with serving(relay, ssl_context=server_side(certificate)) as settings:
        secured = changed(settings, tls="implicit", ca_file=str(certificate))
        assert SMTPMailer(secured).send(letter()) == Delivered()


def test_a_wrong_password_is_ours_to_mend_and_loses_no_letter(certificate: Path) -> None:
    def check(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        return AuthResult(success=getattr(given, "password", b"") == b"right", handled=False)

    relay = Relay()
    context = server_side(certificate)
    with serving(relay, tls_context=context, authenticator=check, auth_required=True) as settings:
        named = changed(
            settings, tls="starttls", ca_file=str(certificate), username="sauro", password="wrong"
        )
        assert SMTPMailer(named).send(letter()) == TemporaryFailure("relay_refused_login", "535")
        assert SMTPMailer(changed(named, password="right")).send(letter()) == Delivered()


@pytest.mark.parametrize(
    "to",
    ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a b@c.example", "<a@b.example>", "a@b", "", "@b.example",
     "a..b@c.example", ".a@c.example", "đức@thu.example", '"a b"@c.example', "a@-b.example"],
)  # fmt: skip
def test_addresses_that_could_inject_are_refused(to: str) -> None:
    relay = Relay()
    with serving(relay) as settings:
        assert SMTPMailer(settings).send(letter(to=to)) == PermanentFailure("bad_address")
    assert relay.taken == []


@given(st.text(max_size=60))
def test_no_subject_can_add_a_header_or_a_line(subject: str) -> None:
    settings = SMTPSettings(host="127.0.0.1", port=1, sender="a@b.example")
    try:
        message = compose(letter(subject=subject), settings)
    except UnsafeLetter:
        return
    raw = message.as_bytes().partition(b"\r\n\r\n")[0]
    assert {line.partition(b":")[0] for line in raw.split(b"\r\n") if line[:1] not in b" \t"} <= {
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"Content-Type",
        b"Content-Transfer-Encoding", b"MIME-Version", b"Content-Language",
    }  # fmt: skip


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@y.example", "a\nb", "a\x00b", "  ", "a\u2028b"])
def test_subjects_with_line_breaks_are_refused(subject: str) -> None:
    settings = SMTPSettings(host="127.0.0.1", port=1, sender="a@b.example")
    assert SMTPMailer(settings).send(letter(subject=subject)) == PermanentFailure("bad_subject")
