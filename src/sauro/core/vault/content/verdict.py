"""What a judgement says: a file that passes, or a refusal with its reason."""

from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from sauro.core.refusal import Refusal


class Flag(StrEnum):
    """What an officer should know before opening a file that was let in."""

    SCRIPT = "script"
    """A PDF with JavaScript."""
    LAUNCH = "launch"
    """A PDF that starts a program or sends form data when it is opened or clicked."""
    EMBEDDED = "embedded"
    """Another file or object inside."""
    EXTERNAL = "external"
    """An Office file that fetches something from elsewhere."""
    ENCRYPTED = "encrypted"
    """A PDF that asks for a password, or hides its structure: what is in it could not be judged."""


class Judged(NamedTuple):
    """A file that may be kept: its media type, the extension it is offered under, and flags, sorted."""

    media_type: str
    extension: str
    flags: tuple[Flag, ...] = ()


class FileRefused(Refusal):
    """A file that is not taken. ``code`` is one of ``file_empty``, ``file_too_large``, ``file_type``,
    ``file_mixed``, ``file_too_many``, ``file_damaged``, ``file_bomb``, ``file_macro``, ``file_infected``."""

    def __init__(self, code: str, **details: Any) -> None:
        rule, message = _REASONS[code]
        super().__init__(code, rule, message, field="file", details=details)


_REASONS = {
    "file_empty": ("files.content", _("This file is empty. Choose it again.")),
    "file_too_large": (
        "files.size",
        _("This file is too large. Scan it at a lower resolution, or send it in parts."),
    ),
    "file_type": (
        "files.type",
        _("This kind of file is not accepted. Send it as PDF, JPEG, PNG, DOCX or XLSX."),
    ),
    "file_mixed": (
        "files.content",
        _(
            "This file holds another kind of file inside itself. Open it, save it again under a new name, and send that."
        ),
    ),
    "file_damaged": (
        "files.content",
        _("This file is damaged or incomplete. Open it to see whether it is whole, then send it again."),
    ),
    "file_bomb": ("files.content", _("This file grows too large when it is opened. Send a smaller one.")),
    "file_macro": (
        "files.content",
        _("This file contains macros or programs. Save it without them, or as PDF, and send that."),
    ),
    "file_too_many": ("files.count", _("There are too many files here. Put several pages into one PDF.")),
    "file_infected": (
        "files.scan",
        _("A virus was found in this file, so it was not kept. Clean your device, then send a clean copy."),
    ),
}
