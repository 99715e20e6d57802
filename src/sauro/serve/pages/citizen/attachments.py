"""The papers of a filing as the page shows them: one slot per component, with what is in it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from sauro.core.models import StoredFile
from sauro.core.vault.content.verdict import FileRefused
from sauro.packs.procedure import Component
from sauro.serve import drafts, files
from sauro.serve.models import Draft
from sauro.serve.rules.forms import needed_components, say
from sauro.serve.rules.procedures import Procedure

_MEDIA = {"pdf": ".pdf", "jpg": ".jpg,.jpeg", "png": ".png", "docx": ".docx", "xlsx": ".xlsx"}


_TYPES = {
    "application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}  # fmt: skip


class Accepted(NamedTuple):
    """What a component takes: for the browser, in words, and at most how large."""

    accept: str
    kinds: str
    max_mb: int


def accepted(component: Component) -> Accepted:
    kinds = component.files or ["pdf", "jpg", "png"]
    return Accepted(
        ",".join(_MEDIA.get(kind, f".{kind}") for kind in kinds), ", ".join(kind.upper() for kind in kinds),
        component.max_mb,
    )  # fmt: skip


def take_in(unit: UUID, person: UUID, upload: "UploadedFile[Any]", component: Component) -> StoredFile:
    """Take an upload in for a component. Raises FileRefused, with words that name what this component takes."""
    try:
        kept = files.take_in(unit, person, upload.name or "", upload.read(), component.max_mb * 1024 * 1024)
    except FileRefused as refused:
        if refused.code == "file_type":
            raise _refused(component) from None
        raise
    if _TYPES.get(kept.media_type) not in (component.files or ["pdf", "jpg", "png"]):
        files.remove(kept)
        raise _refused(component)
    return kept


def _refused(component: Component) -> FileRefused:
    refused = FileRefused("file_type")
    refused.message = _("This kind of file is not accepted here. Send it as: %(kinds)s.") % {
        "kinds": accepted(component).kinds
    }
    return refused


@dataclass(frozen=True)
class Slot:
    """A component, what is attached to it, and what went wrong."""

    id: str
    name: str
    hint: str
    required: bool
    accept: str
    kinds: str
    max_mb: int
    files: list[tuple[StoredFile, str]]
    error: str


def slots(
    procedure: Procedure, holds: Collection[str], draft: Draft, errors: Mapping[str, str]
) -> list[Slot]:
    """One slot for each component that a file can be attached to."""
    attached = drafts.files_of(draft)
    stored = {file.id: file for file in drafts.files(draft)}
    known = files.names(list(stored.values()))
    made = []
    for component in needed_components(procedure, holds):
        if component.from_form or component.kind == "present":
            continue
        inside = [
            (stored[id_], known.get(id_, ""))
            for id_, name in attached.items()
            if name == component.id and id_ in stored
        ]
        made.append(
            Slot(
                component.id, say(component.name), say(component.hint) if component.hint else "", component.required,
                *accepted(component), inside, errors.get(component.id, ""),
            )
        )  # fmt: skip
    return made
