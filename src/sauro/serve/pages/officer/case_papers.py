"""The papers and files of a dossier: each opening is a recorded read, each comes as a download."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from sauro.core.models import StoredFile
from sauro.serve import files, papers, signing
from sauro.serve.models import Attachment
from sauro.serve.pages.officer.desk import language
from sauro.serve.pages.officer.office import Official, for_officials
from sauro.serve.queries import cases


@for_officials
def paper(request: HttpRequest, official: Official, dossier: UUID, kind: str) -> HttpResponse:
    """An official form, the draft, what is to be signed, or the signed result."""
    opened = cases.open_dossier(official.reader, dossier, how="paper")
    happenings = cases.history(dossier)
    body: bytes | None = None
    if kind == "result":
        body = signing.result_pdf(opened)
    elif kind == "prepared":
        ready = signing.prepared(opened)
        body = ready.pdf if ready else None
    elif kind in papers.available(opened, happenings) or (
        kind == "draft" and any(h.name == "serve.draft_decision" for h in happenings)
    ):
        body = papers.paper(kind, opened, happenings, language())
    if body is None:
        raise Http404
    row = opened.rows["serve_dossier"]
    return attachment(body, f"{row['code'] or row['reference']}-{kind}.pdf", "application/pdf")


@for_officials
def file(request: HttpRequest, official: Official, dossier: UUID, file: UUID) -> HttpResponse:
    """An attachment, decrypted. Raises Refusal for one that was not found clean."""
    cases.open_dossier(official.reader, dossier, how="file")
    stored = StoredFile.objects.filter(pk=file).first()
    if stored is None or not Attachment.objects.filter(pk=file, dossier=dossier).exists():
        raise Http404
    return attachment(files.body_of(stored), files.names([stored])[stored.id] or str(file), stored.media_type)


def attachment(body: bytes, name: str, media_type: str) -> HttpResponse:
    """A file as an attachment: never shown inside the page, never guessed at by the browser, never kept by a cache."""
    answer = HttpResponse(body, content_type=media_type)
    answer["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    answer["Cache-Control"] = "no-store"
    return answer
