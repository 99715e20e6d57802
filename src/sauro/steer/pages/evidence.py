"""A file that is evidence: taken in with its form, and given out to who may read the task, each time recorded."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from sauro.core.models import StoredFile
from sauro.core.queries.reading import open_case
from sauro.core.vault import keeping
from sauro.steer import files
from sauro.steer.actions.subject import TASK
from sauro.steer.pages.office import Official, for_officials
from sauro.steer.pages.verbs import Desk, Verb
from sauro.steer.queries.tasks import READ


@for_officials
def file(request: HttpRequest, official: Official, task: UUID, file: UUID) -> HttpResponse:
    """A file as an attachment: never shown inside the page, guessed at by the browser or kept by a cache.

    Raises Refusal for one that was not found clean.
    """
    opened = open_case(
        official.reader, READ, TASK, task, purpose="steer", parts=[f"file-{file.hex}"], how="file"
    )
    stored = files.evidence_of(task, opened.rows["core_commitment"]["unit"], file)
    if stored is None:
        raise Http404
    name = str((opened.parts.get(stored.name_part) or {}).get("name", "")) or str(file)
    answer = HttpResponse(keeping.body_of(stored), content_type=stored.media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer["Cache-Control"] = "no-store"
    return answer


def taken_in(desk: Desk, verb: Verb, key: str, payload: dict[str, Any]) -> StoredFile | None:
    """Take in the file of a payload, and refer to it; None where none was sent, or the act would be refused anyway."""
    upload: UploadedFile[Any] | None = payload.pop("file", None)
    if upload is None or payload.get("kind") != "file" or not verb.offered(desk):
        return None
    unit = desk.found.opened.rows["core_commitment"]["unit"]
    kept = files.take_in(unit, desk.official.reader.person, key, upload.name or "", upload.read())
    payload["reference"] = str(kept.id)
    return kept
