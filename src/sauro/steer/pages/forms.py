"""What an official fills in for each act. Field names are those that refusals speak of."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sauro.core.vault.content.judge import LARGEST
from sauro.steer.models import Evidence
from sauro.steer.pages.asked import uuid_of
from sauro.steer.queries import agencies, instruments
from sauro.steer.queries.agencies import Agency, Seat
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do
from sauro.web.wording import day, number

LONGEST = 4_000
_ACCEPTED = ".pdf,.jpg,.jpeg,.png,.docx,.xlsx"
Choices = list[tuple[str, Any]]
CLEAR: dict[str, Any] = {"position": "", "task": "", "output": "", "due_on": None, "verifier": ""}
"""What a promise cannot do without, and a draft can; with what stands for nothing."""


def area(label: str, *, rows: int = 3, required: bool = True, help_text: str = "", longest: int = LONGEST) -> django_forms.CharField:  # fmt: skip
    """Several lines of text, with a limit but no counter: nobody comes near it."""

    def within(written: str) -> None:
        if len(written) > longest:
            raise ValidationError(_("Shorten this to %(count)d characters") % {"count": longest})

    widget = django_forms.Textarea(attrs={"rows": rows})
    return django_forms.CharField(label=label, widget=widget, required=required, help_text=help_text, validators=[within])  # fmt: skip


class InstrumentForm(forms.Form):
    """An instrument, as it stands on its paper; ``sure`` is asked for only when its number is doubtful."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, doubtful: bool = False) -> None:
        super().__init__(data, initial={"issued": None, "valid_from": None})
        narrow = django_forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"})
        for name, field in (
            ("number", django_forms.CharField(label=_("Number"), max_length=120, widget=narrow, help_text=_("For example 71/NQ-CP of the Government, 57-NQ/TW of the Politburo"))),
            ("title", area(_("Title"), rows=2)),
            ("issuer", django_forms.CharField(label=_("Issuer"), max_length=120, help_text=_("For example the Government, the Prime Minister, the Politburo"))),
            ("issued", forms.DateField(label=_("Date of issue"))),
            ("valid_from", forms.DateField(label=_("In force from"))),
            ("valid_to", forms.DateField(label=_("In force until"), required=False)),
            ("text", area(_("Text, pasted as it stands"), rows=12, help_text=_("It is split into articles, clauses and points, from which tasks are made."), longest=400_000)),
        ):  # fmt: skip
            say_what_to_do(field)
            self.fields[name] = field
        if doubtful:
            self.fields["sure"] = django_forms.BooleanField(
                label=_("It stands so on the paper"), required=False
            )

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class TextForm(forms.Form):
    """The text of an instrument that stands in the register without one."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["text"] = area(_("Text, pasted as it stands"), rows=12, help_text=_("It is split into articles, clauses and points, from which tasks are made."), longest=400_000)  # fmt: skip
        say_what_to_do(self.fields["text"])


class Share(django_forms.DecimalField):
    """Per cent, with the comma of Vietnam or with a point."""

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as DecimalField itself
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class TermsForm(forms.Form):
    """What a task says. Choosing the lead shows its offices: the form comes back with them, and with all that was typed.

    Nothing but the lead is asked for here: a draft may be unclear, and what is unclear is said when it is assigned.
    """

    def __init__(self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None, below: str = "", left: int | None = None) -> None:  # fmt: skip
        super().__init__(data, initial=dict(initial or {}))
        self.left = left
        self._agencies(below)
        self.offices = agencies.seats_of(self.lead) if self.lead else []
        judges = agencies.verifiers()
        for name, field in (
            ("position", _choice(_("Responsible office"), [(str(s.id), _said(s)) for s in self.offices], _("The one office that answers for it, and who holds it today"))),
            ("task", area(_("Task"))),
            ("output", area(_("Output, and how it will be judged"), help_text=_("The verifier judges the evidence against these words."))),
            ("due_on", forms.DateField(label=_("Last day"), help_text=_("A day off carries over to the next working day."))),
            ("verifier", _choice(_("Verifier"), [(str(s.id), f"{_said(s)}, {s.organisation_name}") for s in judges], _("An office outside the lead agency, which judges the evidence and closes the task"))),
            ("note", area(_("Note"), rows=2, required=False)),
        ):  # fmt: skip
            say_what_to_do(field)
            self.fields[name] = field
        if left is not None:
            self.fields["share"] = Share(
                label=_("Share of the whole, in per cent"), min_value=Decimal("0.01"), max_value=100, decimal_places=2,
                help_text=_("%(left)s %% is left to hand on.") % {"left": number(Decimal(left) / 100)},
                widget=django_forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "decimal"}),
            )  # fmt: skip
            say_what_to_do(self.fields["share"])

    def _agencies(self, below: str) -> None:
        self.lead = uuid_of(str(self._given("lead") or ""))
        beside = self._all("coordinating")
        leads = agencies.found_by(self.find("find_lead"), {self.lead} if self.lead else set(), below=below)
        text = self.find("find_coordinating")
        others = agencies.found_by(text, beside) if text or beside else []
        shown = [agency for agency in others if text or agency.id in beside]
        self.fields["lead"] = django_forms.ChoiceField(
            label=_("Lead agency"), choices=[("", _("Choose the one agency that leads")), *_listed(leads)]
        )
        self.fields["lead"].error_messages["required"] = _("Choose the one agency that leads.")
        self.fields["coordinating"] = django_forms.MultipleChoiceField(
            label=_("Coordinating agencies"), choices=_listed(shown), required=False,
            widget=django_forms.CheckboxSelectMultiple,
        )  # fmt: skip

    def _given(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def _all(self, name: str) -> set[UUID]:
        if not self.is_bound:
            return {id_ for value in self.initial.get(name, ()) if (id_ := uuid_of(str(value)))}
        values = self.data.getlist(name) if hasattr(self.data, "getlist") else []
        return {id_ for value in values if (id_ := uuid_of(value))}

    def find(self, name: str) -> str:
        """What agencies were searched for."""
        return str(self._given(name) or "").replace("\x00", "")[:100]

    @property
    def lead_text(self) -> str:
        return self.find("find_lead")

    @property
    def coordinating_text(self) -> str:
        return self.find("find_coordinating")

    def full_clean(self) -> None:
        """A clarity that was left empty is no mistake of the form: the doorway says what is unclear, and when."""
        super().full_clean()
        for name, empty in CLEAR.items():
            errors = self.errors.get(name)
            if errors and all(error.code == "required" for error in errors.as_data()):
                del self.errors[name]
                self.cleaned_data[name] = empty

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        said = self.cleaned_data
        made: dict[str, Any] = {name: said[name] for name in ("task", "output", "note")}
        made |= {name: UUID(said[name]) if said[name] else None for name in ("lead", "position", "verifier")}
        made |= {"due_on": said["due_on"], "coordinating": [UUID(id_) for id_ in said["coordinating"]]}
        if self.left is not None:
            made["share"] = int((said["share"] * 100).to_integral_value(ROUND_HALF_UP))
        return made


def again(data: Any) -> dict[str, Any]:
    """What was typed, to fill a form that is shown again without being judged."""
    kept = {name: data.get(name, "") for name in ("lead", "position", "task", "output", "verifier", "note", "share", "find_lead", "find_coordinating")}  # fmt: skip
    parts = tuple(data.get(f"due_on_{part}", "") for part in ("day", "month", "year"))
    return {**kept, "coordinating": data.getlist("coordinating"), "due_on": parts if any(parts) else None}


def _choice(label: str, choices: Choices, help_text: str = "") -> django_forms.ChoiceField:
    return django_forms.ChoiceField(
        label=label, choices=[("", _("Not named yet")), *choices], help_text=help_text
    )


def _listed(found: list[Agency]) -> Choices:
    return [(str(agency.id), agency.name) for agency in found]


def _said(seat: Seat) -> str:
    return seat.name if seat.held else _("%(office)s (vacant)") % {"office": seat.name}


class ActForm(forms.Form):
    """The form of one act on one task. Alone it asks for nothing: the button is enough."""

    def __init__(
        self, verb: str, data: Mapping[str, Any] | None = None, files: Any = None, *, evidence: list[Evidence] | None = None
    ) -> None:  # fmt: skip
        super().__init__(data, files, prefix=verb)
        self.evidence = evidence or []
        self.build()

    def build(self) -> None:
        """Add the fields."""

    def add(self, name: str, field: django_forms.Field, *, required: str = "") -> None:
        say_what_to_do(field)
        if required:
            field.error_messages["required"] = required
        self.fields[name] = field

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        return dict(self.cleaned_data)


class ReasonForm(ActForm):
    def build(self) -> None:
        self.add("reason", area(self.said()), required=_("Say the reason in a few words."))

    def said(self) -> str:
        return _("Reason")


class MissingForm(ReasonForm):
    def said(self) -> str:
        return _("What is missing")


class ReportForm(ActForm):
    def build(self) -> None:
        figures = django_forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"})
        self.add("words", area(_("What was done")), required=_("Say in a few words what was done."))
        self.add("progress", django_forms.IntegerField(label=_("Progress in per cent"), min_value=0, max_value=100, widget=figures))  # fmt: skip
        self.add("done", django_forms.BooleanField(label=_("It is done: this is the report of completion"), required=False))  # fmt: skip
        self.add("difficulty", area(_("Difficulty"), rows=2, required=False))
        self.add("proposal", area(_("Proposal"), rows=2, required=False))


class EvidenceForm(ActForm):
    def build(self) -> None:
        kinds: Choices = [("file", _("A file")), ("link", _("A public address")), ("reading", _("An observed number, by its id")), ("events", _("The events of a dossier or task, by its id"))]  # fmt: skip
        self.add("kind", django_forms.ChoiceField(label=_("Kind"), choices=kinds, widget=django_forms.RadioSelect, initial="file"))  # fmt: skip
        self.add("file", forms.FileField(label=_("The file"), required=False, help_text=_("PDF, JPEG, PNG, DOCX or XLSX, at most 20 MB"), accept=_ACCEPTED, max_bytes=LARGEST))  # fmt: skip
        self.add("reference", django_forms.CharField(label=_("Address or id"), max_length=1000, required=False, help_text=_("Of what is no file")))  # fmt: skip
        self.add("words", area(_("What it shows"), rows=2, required=False))

    def clean(self) -> dict[str, Any]:
        """What the kind asks for, beside its field."""
        said = super().clean() or self.cleaned_data
        if said.get("kind") == "file" and not said.get("file") and "file" not in self.errors:
            self.add_error("file", _("Choose the file."))
        if (
            said.get("kind") not in (None, "file")
            and not said.get("reference")
            and "reference" not in self.errors
        ):
            self.add_error("reference", _("Enter the address or id."))
        return said


class JudgeForm(ActForm):
    def build(self) -> None:
        pieces: Choices = [
            (
                str(piece.id),
                f"{at}. {_('file') if piece.kind == 'file' else piece.reference[:80]} ({day(piece.at)})",
            )
            for at, piece in enumerate(self.evidence, 1)
        ]
        ways: Choices = [("yes", _("It shows the output")), ("no", _("It does not"))]
        self.add("evidence", django_forms.ChoiceField(label=_("Piece of evidence"), choices=pieces, widget=django_forms.RadioSelect))  # fmt: skip
        self.add("passes", django_forms.ChoiceField(label=_("Judgement"), choices=ways, widget=django_forms.RadioSelect))  # fmt: skip
        self.add("reason", area(_("What is missing, where it does not"), rows=2, required=False))

    def payload(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"evidence": UUID(said["evidence"]), "passes": said["passes"] == "yes", "reason": said["reason"]}  # fmt: skip


class ExtendForm(ActForm):
    def build(self) -> None:
        law: Choices = [(str(id_), title) for id_, title in instruments.in_force()]
        self.add("until", forms.DateField(label=_("New last day")))
        self.add("reason", area(_("Reason"), rows=2), required=_("Say the reason in a few words."))
        self.add("decision", django_forms.ChoiceField(label=_("By which decision"), choices=[("", _("Choose an instrument in force")), *law], help_text=_("A deadline moves only by a registered instrument in force.")))  # fmt: skip

    def payload(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {**said, "decision": UUID(said["decision"])}
