"""A mail server for the tests: a real one, which keeps what it was given."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Post:
    """What was delivered, in order: to whom, the subject and all text."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str, str]] = []
        self.port = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        message = message_from_bytes(envelope.original_content or b"", policy=default)
        text = "\n".join(
            str(part.get_content()) for part in message.walk() if part.get_content_type() == "text/plain"
        )
        self.letters.append((envelope.rcpt_tos[0], str(message["Subject"]), text))
        return "250 OK"

    def link(self, number: int = -1) -> str:
        """The address, without the site, to which a letter leads."""
        found = re.search(r"https?://[^/\s]+(/\S+)", self.letters[number][2])
        assert found, self.letters[number]
        return found[1]


@contextmanager
def post_office() -> Iterator[Post]:
    """A mail server on a port of its own."""
    post = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        post.port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
