"""Template tags and filters of every page: `{% load sauro %}`."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BaseForm
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sauro.core.moment import now
from sauro.web import asset as built
from sauro.web import wording
from sauro.web.forms.summary import SummaryLine, lines
from sauro.web.live import Live
from sauro.web.shapes import (
    Chip,
    Number,
    Part,
    Promise,
    Row,
    Status,
    StatusKind,
    Table,
    Text,
    TimelineEntry,
)

register = template.Library()


@register.simple_tag
def asset(name: str, only: str = "") -> SafeString:
    """Link an entry's style sheets and script; `only="style"` or `only="script"` gives one of the two."""
    entry = built.addresses(name)
    styles = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((style,) for style in entry.styles))
    script = format_html('<script type="module" src="{}"></script>', entry.script)
    if only == "style":
        return styles
    return script if only == "script" else format_html("{}\n{}", styles, script)


# Components ---------------------------------------------------------------------------------------------------


@register.simple_tag
def status(kind: Status | StatusKind, word: Text = "", note: Text = "") -> SafeString:
    """A status: mark, word, colour. A list shows one in each line, so it is no template of its own."""
    shown = kind if isinstance(kind, Status) else Status(kind, word, note)
    mark = format_html(
        '<span class="sr-status sr-status--{}"><span class="sr-status__mark" aria-hidden="true">{}</span> {}</span>',
        shown.style, shown.mark, shown.said,
    )  # fmt: skip
    return (
        format_html('{} <span class="sr-muted sr-small">{}</span>', mark, shown.note) if shown.note else mark
    )


@register.inclusion_tag("web/components/promise.html")
def promise(promise: Promise, heading: Text = "") -> dict[str, Any]:
    """The six-part header with the three statuses side by side."""
    return {"promise": promise, "heading": heading}


@register.inclusion_tag("web/components/timeline.html")
def timeline(entries: Sequence[TimelineEntry]) -> dict[str, Any]:
    """The events of a commitment, as given."""
    return {"entries": entries}


@register.inclusion_tag("web/components/number.html")
def number_card(number: Number) -> dict[str, Any]:
    """A number with unit, age, kind and link."""
    return {"number": number, "now": now()}


@register.inclusion_tag("web/components/live.html")
def live(part: Live) -> dict[str, Any]:
    """A part of the page that changes by itself, from `sauro.web.live.part`."""
    return {"part": part}


@register.inclusion_tag("web/components/summary.html")
def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """A summary list."""
    return {"rows": rows}


@register.inclusion_tag("web/components/table.html")
def table(table: Table) -> dict[str, Any]:
    """A table with its caption; scrolls by itself on a narrow screen."""
    return {"table": table}


@register.inclusion_tag("web/components/chips.html")
def chips(chips: Sequence[Chip], label: Text) -> dict[str, Any]:
    """Filters as links."""
    return {"chips": chips, "label": label}


@register.inclusion_tag("web/components/pages.html")
def pages(previous: str = "", following: str = "") -> dict[str, Any]:
    """Keyset pages: addresses of the page before and the page after, either may be empty."""
    return {"previous": previous, "following": following}


@register.inclusion_tag("web/components/crumbs.html")
def crumbs(trail: Sequence[tuple[Text, str]]) -> dict[str, Any]:
    """Breadcrumbs: (text, address) from the outermost page inwards, without the page itself."""
    return {"trail": trail}


@register.inclusion_tag("web/components/progress.html")
def progress(steps: Sequence[Text], current: int) -> dict[str, Any]:
    """Where in a form of several steps; `current` counts from 1."""
    marks = ["done" if i < current else "current" if i == current else "" for i in range(1, len(steps) + 1)]
    name = steps[current - 1] if 0 < current <= len(steps) else ""
    return {"marks": marks, "current": current, "total": len(steps), "name": name}


@register.inclusion_tag("web/components/facts.html")
def facts(facts: Sequence[tuple[Text, Text]]) -> dict[str, Any]:
    """The facts beside a main button: how long, how much, what happens next."""
    return {"facts": facts}


@register.inclusion_tag("web/components/empty.html")
def empty(title: Text, text: Text = "", href: str = "", action: Text = "") -> dict[str, Any]:
    """An empty state: what this is for, and the first step."""
    return {"title": title, "text": text, "href": href, "action": action}


@register.inclusion_tag("web/components/error_summary.html")
def error_summary(*forms: BaseForm | None) -> dict[str, list[SummaryLine]]:
    """All errors of the forms, each linked to its field; nothing when there are none."""
    return {"lines": [line for form in forms if isinstance(form, BaseForm) for line in lines(form)]}


# Filters ------------------------------------------------------------------------------------------------------


@register.filter
def short(text: Text, most: int) -> str:
    """At most so many characters; Django's own counts combining marks one by one, which a list of tasks pays for."""
    whole = str(text)
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


@register.filter
def day(when: date | datetime | None) -> str:
    """22/11/2026; nothing for None."""
    return wording.day(when) if when else ""


@register.filter
def hour(when: datetime | None) -> str:
    """15:00."""
    return wording.hour(when) if when else ""


@register.filter
def moment(when: datetime | None) -> str:
    """15:00, 22/11/2026."""
    return wording.moment(when) if when else ""


@register.filter
def age(then: datetime | None) -> str:
    """2 minutes ago."""
    return wording.age(then, now()) if then else ""


@register.filter
def number(value: Decimal | int | None, places: int | None = None) -> str:
    """1.298 or 1,298."""
    return "" if value is None else wording.number(value, places)


@register.filter
def percent(value: Decimal | int | None, places: int | None = None) -> str:
    """99,5 % or 99.5%."""
    return "" if value is None else wording.percent(value, places)


@register.filter
def money(dong: Decimal | int | None) -> str:
    """50.000 đ or 50,000 VND."""
    return "" if dong is None else wording.money(dong)


@register.filter
def working_days(count: Decimal | int | None) -> str:
    """3 working days."""
    return "" if count is None else wording.working_days(count)


@register.filter
def working_hours(count: Decimal | int | None) -> str:
    """24 working hours."""
    return "" if count is None else wording.working_hours(count)


@register.filter
def citation(reference: Text) -> str:
    """A place in the law in the language in use."""
    return wording.citation(str(reference))


@register.filter
def law(reference: Text, href: str = "") -> SafeString:
    """A reference to the law in small type, linked where an address is given."""
    if not reference:
        return SafeString("")
    if href:
        return format_html(
            '<small class="sr-law"><a class="govuk-link" href="{}">{}</a></small>', href, reference
        )
    return format_html('<small class="sr-law">{}</small>', reference)


@register.filter
def is_status(value: object) -> bool:
    """Whether a cell is a Status."""
    return isinstance(value, Status)


@register.filter
def is_part(value: object) -> bool:
    """Whether a cell is a Part, that is, text with a link."""
    return isinstance(value, Part)


@register.filter
def is_number(value: object) -> bool:
    """Whether a cell is a number to be written in the reader's language."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


@register.filter
def attribute(attrs: dict[str, Any], name: str) -> Any:
    """A widget's attribute whose name a template cannot write, such as aria-describedby."""
    return attrs.get(name, "")


@register.simple_tag
def attributes(attrs: dict[str, Any], leave_out: str = "") -> SafeString:
    """A widget's attributes as HTML, without those that the template writes itself."""
    skipped = set(leave_out.split())
    return flatatt(
        {name: value for name, value in attrs.items() if name not in skipped and value is not False}
    )
