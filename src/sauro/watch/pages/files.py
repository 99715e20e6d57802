"""Tables as files to take away."""

from collections.abc import Iterator

from django.http import HttpResponse

from sauro.core.doorway.decide import local_day
from sauro.core.moment import now
from sauro.web import spreadsheet


def attachment(rows: Iterator[list[str]], name: str, kind: str, title: str) -> HttpResponse:
    """A table as CSV or XLSX, named with the day."""
    if kind == "csv":
        body, media = spreadsheet.as_csv(rows), "text/csv; charset=utf-8"
    else:
        body, media = spreadsheet.as_xlsx(rows, title), spreadsheet.XLSX
    file = f"{name}-{local_day(now()):%Y-%m-%d}.{kind}"
    return HttpResponse(
        body, content_type=media, headers={"Content-Disposition": f'attachment; filename="{file}"'}
    )
