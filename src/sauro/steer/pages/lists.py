"""Bringing a list of tasks: the file, its columns, what would become of each row, the import, and undoing it."""

import hashlib
from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sauro.core.doorway import Outcome
from sauro.core.refusal import Refusal
from sauro.core.text import nfc
from sauro.steer import imports, lists, sheets
from sauro.steer.models import TaskList
from sauro.steer.pages.list_forms import ColumnsForm, UploadForm, chosen_anew, initial_of
from sauro.steer.pages.list_showing import ALL, kinds, shown, table
from sauro.steer.pages.office import DRAFT, Official, for_officials
from sauro.steer.pages.showing import stage_words
from sauro.steer.rules import columns
from sauro.web import forms, spreadsheet
from sauro.web.wording import number

LONGEST_NAME, MOST_NAMED = 120, 20


def _drafter(official: Official) -> UUID:
    """The office in which lists are brought; for who may draft no task there is nothing here."""
    if DRAFT not in official.may or official.reader.position is None:
        raise Http404
    return official.reader.position


@for_officials
def listed(request: HttpRequest, official: Official) -> HttpResponse:
    """Bring a file, or go on with one that was brought before."""
    position, status = _drafter(official), 200
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _bring(official, position, form.cleaned_data["file"])
            except Refusal as refusal:
                forms.refuse(form, refusal)
            else:
                return redirect("steer:list_columns", list=made.id)
    found = lists.of_office(position, official.reader.person)
    names = lists.names(found, official.reader.person)
    rows = [(each, names.get(each.id, ""), _about(each)) for each in found]
    context = {"here": "tasks", "official": official, "form": form, "found": rows}
    return render(request, "steer/lists.html", context, status=status)


def _about(list_: TaskList) -> str:
    """What can be said of a list in one line."""
    words = {
        "read": _("read, its columns are not confirmed yet"), "checked": _("checked, not imported yet"),
        "done": _("imported"), "gone": _("imported"),
    }  # fmt: skip
    return _("undone") if list_.undone_at else words[list_.state]


def _bring(official: Official, position: UUID, file: Any) -> TaskList:
    body = file.read()
    found = sheets.read(body)
    sheet, reading = _first_reading(official.office.organisation, found)
    content = {"name": nfc(file.name)[:LONGEST_NAME], "sheets": [each._asdict() for each in found], "sheet": sheet, **reading}  # fmt: skip
    return lists.begin(official.reader.person, position, official.office.organisation, hashlib.sha256(body).hexdigest(), content)  # fmt: skip


def _first_reading(organisation: UUID, found: list[sheets.Sheet]) -> tuple[int, dict[str, Any]]:
    """How a file is read before anybody said so: as the agency read the same form last, else as its words suggest."""
    heads = {
        columns.signature(row): (sheet, at)
        for sheet, each in reversed(list(enumerate(found))) for at, row in reversed(list(enumerate(each.rows[: columns.MOST_ABOVE])))
        if columns.signature(row)
    }  # fmt: skip
    for signature, known in lists.remembered(organisation, list(heads)).items():
        sheet, at = heads[signature]
        return sheet, {"remembered": True, "reading": _reading(at, known)}
    for sheet, each in enumerate(found):
        if (header := columns.header_row(each.rows)) is not None:
            return sheet, {"reading": _reading(header, columns.guess(each.rows[header]))}
    return 0, {"reading": _reading(0, columns.guess(found[0].rows[0]))}


def _reading(header: int, known: dict[str, int]) -> dict[str, Any]:
    return {"header": header, "columns": known, "instrument": "", "verifier": "", "doubles": False}


def _open(official: Official, list_: UUID) -> tuple[TaskList, dict[str, Any] | None]:
    found = lists.in_office(_drafter(official), list_)
    content = lists.opened(found, official.reader.person) if found is not None else None
    # What somebody else has only begun is theirs alone; what was imported is the office's.
    if found is None or (content is None and found.batch != found.id):
        raise Http404
    return found, content


@for_officials
def list_columns(request: HttpRequest, official: Official, list: UUID) -> HttpResponse:
    """Say which column holds what; then every row is checked."""
    found, content = _open(official, list)
    if content is None or found.state not in ("read", "checked"):
        return redirect("steer:list", list=list)
    if "sheets" not in content:
        raise Refusal("list_unreadable", "steer: task lists", _("What was read of this file is not here any more. Bring the file again; this list goes by itself."), status=409)  # fmt: skip
    form, status = ColumnsForm(content["sheets"], initial=initial_of(content)), 200
    if "choose" in request.POST:
        form = ColumnsForm(content["sheets"], initial=chosen_anew(content, request.POST))
    elif request.method == "POST":
        form, status = ColumnsForm(content["sheets"], request.POST), 422
        if form.is_valid():
            content["reading"], content["sheet"] = form.reading(), form.sheet
            header = content["sheets"][form.sheet]["rows"][form.header - 1]
            lists.remember(found.organisation, columns.signature(header), content["reading"]["columns"])
            imports.check(official.reader, found, content)
            return redirect("steer:list", list=list)
    context = {"here": "tasks", "official": official, "list": found, "content": content, "form": form, "fields": [form[name] for name in columns.FIELDS]}  # fmt: skip
    return render(request, "steer/list_columns.html", context, status=status)


@for_officials
def list_of_tasks(request: HttpRequest, official: Official, list: UUID) -> HttpResponse:
    """What would become of each row, or became of it; and what can be done with the whole."""
    found, content = _open(official, list)
    if request.method == "POST":
        doing = {"import": _import, "assign": _assign, "undo": _undo, "discard": _discard}.get(request.POST.get("do", ""))  # fmt: skip
        if doing is None:
            raise Http404
        with imports.alone(found) as held:
            if held:
                found.refresh_from_db()
                return doing(request, official, found, lists.opened(found, official.reader.person))
        messages.warning(request, _("This list is being worked on already. Look again in a moment."))
        return redirect("steer:list", list=list)
    if found.state == "read":
        return redirect("steer:list_columns", list=list)
    kind, page = request.GET.get("kind", ALL), request.GET.get("page", "")
    kind = kind if kind in kinds() else ALL
    at = int(page) - 1 if page.isascii() and page.isdigit() and 0 < len(page) < 5 else 0
    part = shown(found, content, kind, max(at, 0)) if content else None
    context = {
        "here": "tasks", "official": official, "list": found, "content": content, "shown": part, **_whole(found),
        "makes": part.counts.get("clear", 0) + part.counts.get("draft", 0) if part else 0, "clear": part.counts.get("clear", 0) if part else 0,
    }  # fmt: skip
    return render(request, "steer/list.html", context)


def _whole(list_: TaskList) -> dict[str, Any]:
    """The tasks that came with an import, and how far it can still be undone."""
    if list_.state not in ("done", "gone") or list_.batch != list_.id:
        return {"tasks": [], "before": list_.batch if list_.state in ("done", "gone") else None}
    found = imports.of_batch(list_)
    left = [task for task in found if task.stage in imports.LEFT]
    kept = [(task, stage_words(task.stage)) for task in found if task.stage not in (*imports.LEFT, "cancelled")]  # fmt: skip
    return {
        "tasks": found, "undoable": len(left), "kept": kept[:MOST_NAMED], "kept_count": len(kept),
        "drafts": sum(task.stage == "draft" for task in found),
    }  # fmt: skip


def _import(request: HttpRequest, official: Official, list_: TaskList, content: dict[str, Any] | None) -> HttpResponse:  # fmt: skip
    """Once: a second press finds it done."""
    if content is not None and list_.state == "checked":
        told = imports.perform(official.reader, list_, content, assign=request.POST.get("mode") == "assign")
        counts = Counter(verdict.kind for verdict in told)
        made, assigned = counts["made"] + counts["assigned"], counts["assigned"]
        said = ngettext("%(count)s task was made", "%(count)s tasks were made", made) % {
            "count": number(made)
        }
        more = ngettext("%(count)s of them is assigned", "%(count)s of them are assigned", assigned) % {"count": number(assigned)} if assigned else ""  # fmt: skip
        messages.success(request, f"{said}; {more}." if more else f"{said}.")
    return redirect("steer:list", list=list_.id)


def _assign(request: HttpRequest, official: Official, list_: TaskList, content: dict[str, Any] | None) -> HttpResponse:  # fmt: skip
    drafts = [task.id for task in imports.of_batch(list_) if task.stage == "draft"]
    answers = imports.assign_all(official.reader, drafts)
    done = {task for task, answer in answers.items() if isinstance(answer, Outcome)}
    _retell(list_, content, done, "assigned")
    messages.success(request, ngettext("%(count)s task was assigned.", "%(count)s tasks were assigned.", len(done)) % {"count": number(len(done))})  # fmt: skip
    return redirect("steer:list", list=list_.id)


def _retell(list_: TaskList, content: dict[str, Any] | None, tasks: Collection[UUID], kind: str) -> None:
    """The rows tell what became of their tasks since."""
    if content is None:
        return
    told = set(map(str, tasks))
    for verdict in content["verdicts"]:
        if verdict.get("task") in told:
            verdict["kind"] = kind
            verdict.pop("why", None)
    lists.save(list_, content)


def _undo(request: HttpRequest, official: Official, list_: TaskList, content: dict[str, Any] | None) -> HttpResponse:  # fmt: skip
    before = {task.id for task in imports.of_batch(list_) if task.stage != "cancelled"}
    left = imports.undo(official.reader, list_)
    gone = before - {task.id for task, _refusal in left}
    _retell(list_, content, gone, "withdrawn")
    undone = len(gone)
    messages.success(request, ngettext("%(count)s task was withdrawn.", "%(count)s tasks were withdrawn.", undone) % {"count": number(undone)})  # fmt: skip
    for reason in sorted({str(refusal.message) for _task, refusal in left}):
        messages.warning(request, reason)
    return redirect("steer:list", list=list_.id)


def _discard(request: HttpRequest, official: Official, list_: TaskList, content: dict[str, Any] | None) -> HttpResponse:  # fmt: skip
    """Throw a list away that was not imported; or the cells of one that was."""
    if content is not None:
        lists.discard(list_)
        messages.success(request, _("Thrown away. What was imported stays."))
    return redirect("steer:lists")


@for_officials
def list_file(request: HttpRequest, official: Official, list: UUID) -> HttpResponse:
    """The rows with what became of them, as a file."""
    found, content = _open(official, list)
    if content is None or "verdicts" not in content:
        raise Http404
    return spreadsheet.attachment(table(content), f"ket-qua-{found.created:%Y-%m-%d}", "xlsx", _("Result"))
