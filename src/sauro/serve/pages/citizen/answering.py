"""Answering a supplement request: with files, with corrected answers, with words."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sauro.core.doorway import Ask, act
from sauro.core.models import StoredFile
from sauro.core.queries import definitions
from sauro.core.queries.reading import Opened
from sauro.core.queries.visibility import Reader
from sauro.core.refusal import Refusal
from sauro.core.vault.content.verdict import FileRefused
from sauro.serve import files
from sauro.serve.models import Dossier
from sauro.serve.pages.citizen.asked import asked_of, corrected
from sauro.serve.pages.citizen.attachments import take_in
from sauro.serve.pages.citizen.mine import open_own, shown
from sauro.serve.pages.citizen.sending import ToPutRight
from sauro.serve.rules.forms import Problem
from sauro.serve.rules.procedures import Procedure, procedure
from sauro.web.people import signed_in


@signed_in
def answer(request: HttpRequest, reader: Reader, dossier: UUID) -> HttpResponse:
    """Send what was asked for. What is wrong is told at its place, and nothing that was typed is lost."""
    opened = open_own(reader, dossier)
    found = definitions.get(opened.rows[Dossier._meta.db_table]["procedure"]).compiled(procedure)
    asked = asked_of(opened, found, request.POST) if request.method == "POST" else None
    if asked is None:
        return redirect("serve:my_dossier", dossier=dossier)
    errors, kept = _files(request, reader, dossier, found, asked)
    answers, problems = corrected(opened, found, asked["form"])
    if not errors and not problems:
        payload = {"files": kept, "answers": answers, "words": request.POST.get("words", "")}
        try:
            key = request.POST.get("key", "")
            act(Ask("serve.answer_supplement", reader.person, key, payload, subject=dossier))
        except Refusal as refusal:
            if refusal.status == 409:
                raise
            if refusal.field in answers:
                problems = [Problem(str(refusal.field), str(refusal.message))]
            else:
                errors["words"] = str(refusal.message)
        else:
            messages.success(request, _("Sent. The agency has your answer; you need do nothing more now."))
            return redirect("serve:my_dossier", dossier=dossier)
    for id_ in kept:  # nothing refers to them: the person chooses their files again
        files.remove(StoredFile.objects.get(pk=id_))
    return _again(request, reader, opened, asked, errors, problems)


def _files(
    request: HttpRequest, reader: Reader, dossier: UUID, found: Procedure, asked: dict[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    """What was wrong with the files, by component; and those that were kept, with their components."""
    errors: dict[str, str] = {}
    kept: dict[str, str] = {}
    for item in asked["items"]:
        for upload in request.FILES.getlist(f"file-{item['id']}") if item["is_paper"] else ():
            try:
                file = take_in(dossier, reader.person, upload, found.components[item["id"]])
            except FileRefused as refused:
                errors[item["id"]] = f"{upload.name}: {refused.message}"
            else:
                kept[str(file.id)] = item["id"]
    return errors, kept


def _again(
    request: HttpRequest, reader: Reader, opened: Opened, asked: dict[str, Any], errors: dict[str, str],
    problems: list[Problem],
) -> HttpResponse:  # fmt: skip
    """The page once more, with what is to be put right."""
    asked["form"].tell(problems)
    asked["items"] = [{**item, "error": errors.get(item["id"], "")} for item in asked["items"]]
    told = [
        ToPutRight(text, "#words" if name == "words" else f"#file-{name}") for name, text in errors.items()
    ]
    told += [ToPutRight(p.message, f"#{asked['form'][p.field].id_for_label}") for p in problems]
    context = {
        **shown(opened, reader, opened.rows[Dossier._meta.db_table]["id"]), "supplement": asked, "errors": told,
        "problems": told, "wordless": errors.get("words", ""), "words": request.POST.get("words", ""),
    }  # fmt: skip
    return render(request, "serve/citizen/dossier.html", context, status=422)
