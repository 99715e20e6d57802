"""The public page of one indicator: what it is, what is known of it, its way to the target, what is doubted."""

from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sauro.watch.pages import numbers as shown
from sauro.watch.pages.chart import Chart, Point, draw
from sauro.watch.pages.files import attachment
from sauro.watch.queries import indicators as queries
from sauro.watch.queries.indicators import Indicator, Observed
from sauro.watch.queries.offices import names
from sauro.watch.queries.sentences import here, period
from sauro.watch.rules.trajectory import Trajectory
from sauro.web.spreadsheet import inert


@require_safe
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """The page; or its chart as a drawing, or its observations as a file."""
    known = queries.indicators()
    found = next((each for each in known if each.code == code), None)
    if found is None:
        raise Http404
    seen = queries.observations([found.id], newest=True)
    line = queries.along(found, seen)
    chart = _chart(found, seen, line)
    export = request.GET.get("export")
    if export in ("csv", "xlsx"):
        return attachment(_table(found, seen), found.code, export, _("Observations"))
    if export == "svg" and chart is not None:
        answer = render(request, "watch/public/chart.svg", {"chart": chart, "file": True}, content_type="image/svg+xml; charset=utf-8")  # fmt: skip
        answer["Content-Disposition"] = f'attachment; filename="{found.code}.svg"'
        return answer
    own = {each.id for each in seen}
    about = [each for each in queries.conflicts() if each.indicator == found.id or own & set(each.claims)]
    places = names([each.place for each in seen])
    context = {
        "indicator": found, "name": here(found.name), "definition": here(found.definition), "custodian": here(found.custodian_name),
        "family": here(found.family_name), "unit": here(found.unit.name), "formula": here(found.formula) if found.formula else "",
        "parts": [(each, shown.place_href(each)) for each in known if each.code in (*found.parts, *found.whole)],
        "rows": [(row, places.get(row.observed.place) if row.observed.place else "") for row in shown.said([found], seen, ("measured", "computed", "claimed"))],
        "targets": [(shown.said_target(found, target), period(target.period), target.source_title, here(target.note) if target.note else "") for target in found.targets],
        "line": line, "standing": shown.standing_status(line.standing if line else None), "chart": chart,
        "way": [(str(year), value) for year, value in line.line] if line else [], "doubts": shown.doubts(about),
        "address": request.build_absolute_uri(request.path),
    }  # fmt: skip
    return render(request, "watch/public/indicator.html", context)


def _chart(found: Indicator, seen: list[Observed], line: Trajectory | None) -> Chart | None:
    """Of the nation's values; a claim is a diamond, what is measured a dot, the target a ring at the end of its way."""
    own = [each for each in seen if each.place is None and each.standing not in ("withdrawn", "overruled")]
    words = {"measured": _("measured"), "computed": _("computed"), "claimed": _("claimed")}
    points = [Point(each.period, each.value, each.kind, words[each.kind]) for each in own]
    points += [Point(target.period, target.value, "target", _("target")) for target in found.targets[:1]]
    sources = sorted(
        {each.source_title for each in own} | {target.source_title for target in found.targets[:1]}
    )
    path = [(str(year), value) for year, value in line.line] if line else []
    source = _("Source: %(sources)s") % {"sources": "; ".join(sources)}
    return draw(shown.finding_title(found, line), source, points, path)


def _table(found: Indicator, seen: list[Observed]) -> Iterator[list[str]]:
    """Observations as rows of text, headings first; numbers as plain figures."""
    places: dict[UUID, str] = names([each.place for each in seen])
    yield [_("Indicator"), _("Place"), _("Period"), _("Bound"), _("Value"), _("Unit"), _("Kind"), _("Standing"), _("Source"),
           _("Edition"), _("Passage"), _("Method"), _("Journal position")]  # fmt: skip
    for each in seen:
        yield [inert(text) for text in (
            found.code, places.get(each.place, "") if each.place else "", each.period, each.bound, f"{each.value.normalize():f}",
            here(found.unit.name), each.kind, each.standing, each.source_title, each.edition, each.passage,
            str(each.method or ""), str(each.leaf_index or ""),
        )]  # fmt: skip
