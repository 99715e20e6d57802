"""The papers of a filing as the page shows them: one slot per component, with what is in it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sauro.core.models import StoredFile
from sauro.serve import drafts, files
from sauro.serve.models import Draft
from sauro.serve.rules.forms import needed_components, say
from sauro.serve.rules.procedures import Procedure

_MEDIA = {"pdf": ".pdf", "jpg": ".jpg,.jpeg", "png": ".png", "docx": ".docx", "xlsx": ".xlsx"}


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
        kinds = component.files or ["pdf", "jpg", "png"]
        made.append(
            Slot(
                component.id, say(component.name), say(component.hint) if component.hint else "", component.required,
                ",".join(_MEDIA.get(kind, f".{kind}") for kind in kinds), ", ".join(kind.upper() for kind in kinds),
                component.max_mb, inside, errors.get(component.id, ""),
            )
        )  # fmt: skip
    return made
