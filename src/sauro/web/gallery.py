"""Every component in every state, for the eye and for the tests. All of it is invented."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from sauro.core.moment import now
from sauro.web import forms
from sauro.web.live import Live
from sauro.web.navigation import RailItem
from sauro.web.shapes import (
    MARKS,
    Chip,
    Head,
    Number,
    Part,
    Promise,
    Row,
    Status,
    Table,
    Text,
    TimelineEntry,
)

_THEN = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)


class SampleForm(forms.Form):
    """One field of each kind."""

    full_name = django_forms.CharField(
        label=_("Full name"),
        max_length=80,
        help_text=_("As on the identity card"),
        widget=django_forms.TextInput(attrs={"autocomplete": "name"}),
    )
    personal_id = forms.PersonalIdField(label=_("Personal identification number"))
    born = forms.DateField(label=_("Date of birth"), help_text=_("For example, 22 11 2026"))
    sex = django_forms.ChoiceField(
        label=_("Sex"), choices=[("m", _("Male")), ("f", _("Female"))], widget=django_forms.RadioSelect
    )
    province = django_forms.ChoiceField(
        label=_("Province"), choices=[("", "–"), ("01", "Hà Nội"), ("79", "TP. Hồ Chí Minh")]
    )
    wishes = django_forms.MultipleChoiceField(
        label=_("How to tell you"),
        choices=[("mail", _("By e-mail")), ("text", _("By text message"))],
        widget=django_forms.CheckboxSelectMultiple,
        required=False,
    )
    fee = forms.MoneyField(label=_("Fee paid"))
    email = django_forms.EmailField(label=_("E-mail address"), required=False)
    note = forms.LongTextField(label=_("What else should we know"), max_length=200, required=False)
    paper = forms.FileField(
        label=_("Birth certificate of the hospital"),
        max_bytes=10_000_000,
        help_text=_("PDF or photograph, at most 10 MB"),
    )
    truthful = django_forms.BooleanField(label=_("What I have written is true"))


def _promise(gap: bool) -> Promise:
    return Promise(
        person=Part("Nguyễn Thị Mẫu", _("Officer of justice and civil status")),
        task=Part(_("Register a birth"), "1.001193"),
        deadline=Part(
            "" if gap else "15:00, 23/11/2026", _("one working day, counted from acceptance"), "#computation"
        ),
        responsibility=Part(_("People's Committee of the commune")),
        output=Part(_("Birth certificate")),
        authority=Part(_("Law on Civil Status 2014, Article 13"), "", "#law"),
        reported=Status("claimed", _("done")),
        evidenced=Status("near", _("half of it shown")),
        schedule=Status("late", _("late by 2 working days")) if gap else Status("on_time"),
    )


def _timeline() -> list[TimelineEntry]:
    officer, grant = _("Officer of justice and civil status"), _("grant: civil status, own commune")
    return [
        TimelineEntry(_THEN, _("Dossier submitted"), _("The applicant")),
        TimelineEntry(_THEN + timedelta(hours=1), _("Dossier accepted"), officer, grant, href="#event"),
        TimelineEntry(
            _THEN + timedelta(hours=9),
            _("Deadline passed"),
            note=_("The head of the agency was told."),
            kind="late",
        ),
        TimelineEntry(None, _("Result handed over"), kind="coming"),
    ]


def _numbers() -> list[Number]:
    return [
        Number(_("Tasks handed out"), 1298, "claimed", "#source", _("tasks"), now() - timedelta(days=3)),
        Number(
            _("Returned on time"),
            Decimal("99.5"),
            "computed",
            "#events",
            "%",
            now() - timedelta(minutes=2),
            target=Decimal(98),
        ),
        Number(_("Filings today"), 12450, "simulated", "#events", _("dossiers"), now(), trend=_("rising")),
        Number(_("Satisfaction"), None, "measured"),
    ]


def _table(rows: int, keyboard: bool = False) -> Table:
    states = [Status(kind) for kind in MARKS]
    lines: list[list[object]] = [
        [
            Part(f"000.00.01.H26-261120-{n:04}", href=f"#row-{n}"),
            _("Register a birth"),
            states[n % len(states)],
            24 + n * 1000,
        ]
        for n in range(rows)
    ]
    heads = [
        Head(_("Dossier")),
        Head(_("Procedure")),
        Head(_("Status")),
        Head(_("Working hours left"), numeric=True),
    ]
    return Table(
        _("Dossiers in your queue"),
        heads,
        lines,
        _("No dossier is waiting. New ones appear here by themselves."),
        dense=keyboard,
        keyboard=keyboard,
    )


def context(request: HttpRequest) -> dict[str, Any]:
    """Give what the gallery shows; a sent form comes back with its errors."""
    form = SampleForm(request.POST, request.FILES) if request.method == "POST" else SampleForm()
    steps: list[Text] = [_("Who"), _("Child"), _("Papers"), _("Check and send")]
    return {
        "form": form,
        "promise": _promise(gap=False),
        "gap": _promise(gap=True),
        "timeline": _timeline(),
        "numbers": _numbers(),
        "kinds": list(MARKS),
        "rows": [
            Row(_("Full name"), "Nguyễn Văn Mẫu", "#change", _("Change")),
            Row(_("Status"), Status("paused", _("waiting for a supplement"))),
            Row(_("Fee"), "50.000 đ"),
        ],
        "chips": [
            Chip(_("Due today"), "?", active=True, count=7),
            Chip(_("Late"), "?late", count=1298),
            Chip(_("Mine"), "?mine"),
        ],
        "table": _table(6),
        "empty_table": _table(0),
        "queue": _table(50, keyboard=True),
        # Without an edge to listen to, as on a page without script.
        "live": Live(
            ("journal",), "", "#live", format_html("<p>{}</p>", _("7 dossiers are late")), "", now()
        ),
        "steps": steps,
        "facts": [
            (_("How long"), _("one working day")),
            (_("How much"), _("free")),
            (_("You get"), _("Birth certificate")),
        ],
        "trail": [(_("Start"), "/"), (_("Procedures"), "#procedures")],
        "here": "dossiers",
        "rail": [
            RailItem("today", _("Today"), "#today", None),
            RailItem("dossiers", _("Dossiers"), "#dossiers", 1298),
        ],
    }
