"""What the official was warned of: deadlines that come near or have passed; marked as read one by one, or as shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sauro.steer.pages.asked import uuid_of
from sauro.steer.pages.office import Official, for_officials
from sauro.steer.pages.showing import stage_words, timer_words
from sauro.steer.queries import warnings

FEW, MOST = 5, 100


@for_officials
def warned(request: HttpRequest, official: Official) -> HttpResponse:
    """All warnings, unread first; or mark some as read, and back to where they stood."""
    if request.method == "POST":
        sent = request.POST.getlist("shown" if "all" in request.POST else "one")
        warnings.mark_read(official.reader.person, [id_ for text in sent[:MOST] if (id_ := uuid_of(text))])
        return redirect("steer:board" if request.POST.get("back") == "board" else "steer:warnings")
    rows = told(official, most=MOST, read=True)
    context = {
        "here": "warnings",
        "official": official,
        "warnings": rows,
        "unread": any(row["new"] for row in rows),
    }
    return render(request, "steer/warnings.html", context)


def told(official: Official, *, most: int = FEW, read: bool = False) -> list[dict[str, Any]]:
    """Warnings in words."""
    return [
        {
            "row": row, "words": timer_words(row.kind), "new": row.read_at is None, "stage": stage_words(row.stage) if row.open else "",
            "status": {"breach": "late", "due_soon": "near"}.get(row.kind, "neutral"),
        }
        for row in warnings.listed(official.reader, most=most, read=read)
    ]  # fmt: skip
