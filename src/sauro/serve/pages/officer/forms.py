"""What an official fills in for each act. Field names are those that refusals speak of."""

from collections.abc import Mapping
from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from sauro.packs import procedure as pack
from sauro.serve.pages.officer.desk import Desk
from sauro.serve.rules.forms import labels, needed_components, say, shown_fields, shown_sections
from sauro.serve.rules.results import check_entries, place_of
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do

FIRST_ROWS, MOST_ROWS = 2, 20
LONGEST = 4_000
Choices = list[tuple[str, Any]]


class ActForm(forms.Form):
    """The form of one act on one dossier. Alone it asks for nothing: the button is enough."""

    def __init__(self, desk: Desk, verb: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=verb)
        self.desk = desk
        self.build()

    def build(self) -> None:
        """Add the fields."""

    def add(self, name: str, field: django_forms.Field, *, required: str = "") -> None:
        """Add a field; ``required`` says what to do when it was left empty, where its label does not say so well."""
        say_what_to_do(field)
        if required:
            field.error_messages["required"] = required
        self.fields[name] = field

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        return {}

    def place_of(self, field: str) -> str:
        """The field of this form that a refusal's field stands for."""
        return field


def _within(written: str) -> None:
    """A limit without a counter under every box: nobody comes near it."""
    if len(written) > LONGEST:
        raise ValidationError(_("Shorten this to %(count)d characters") % {"count": LONGEST})


def text(label: str, *, rows: int = 3, required: bool = True, help_text: str = "") -> django_forms.Field:
    area = django_forms.Textarea(attrs={"rows": rows})
    return django_forms.CharField(
        label=label, widget=area, required=required, help_text=help_text, validators=[_within]
    )


def _no_reason() -> str:
    return _("Say the reason in words the applicant understands.")


class RefuseForm(ActForm):
    def build(self) -> None:
        grounds: Choices = [(g.id, say(g.text)) for g in self.desk.found.terms.refusals]
        self.add(
            "ground",
            django_forms.ChoiceField(
                label=_("Ground in law"), choices=grounds, widget=django_forms.RadioSelect
            ),
        )
        self.add(
            "reason",
            text(_("Reason, in words the applicant understands"), help_text=_("It stands on Form 03.")),
            required=_no_reason(),
        )

    def payload(self) -> dict[str, Any]:
        return {"ground": self.cleaned_data["ground"], "reason": self.cleaned_data["reason"]}


class SupplementForm(ActForm):
    """Several deficiencies at once; rows left empty are passed over."""

    rows_shown: int = FIRST_ROWS

    def build(self) -> None:
        sent = str(self.data.get(f"{self.prefix}-rows", FIRST_ROWS))
        self.rows_shown = min(int(sent) if sent.isdigit() else FIRST_ROWS, MOST_ROWS)
        if f"{self.prefix}-more" in self.data:
            self.rows_shown = min(self.rows_shown + 2, MOST_ROWS)
        choices = [("", _("Choose a paper or an answer")), *_items(self.desk)]
        no_item, no_reason = _("Choose a paper or an answer of this procedure."), _no_reason()
        for at in range(self.rows_shown):
            n = at + 1
            required = at == 0
            self.add(
                f"item-{at}",
                django_forms.ChoiceField(
                    label=_("What is missing or wrong (%(n)d)") % {"n": n}, choices=choices, required=required
                ),
                required=no_item,
            )
            self.add(
                f"reason-{at}",
                text(_("Why (%(n)d)") % {"n": n}, rows=2, required=required),
                required=no_reason,
            )
            self.add(
                f"guidance-{at}",
                django_forms.CharField(
                    label=_("How to put it right (%(n)d)") % {"n": n}, required=False, max_length=500
                ),
            )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for at in range(self.rows_shown):
            item, reason = found.get(f"item-{at}"), found.get(f"reason-{at}")
            if at and item and not reason and not self.has_error(f"reason-{at}"):
                self.add_error(f"reason-{at}", ValidationError(_no_reason()))
            if (
                at
                and not item
                and (reason or found.get(f"guidance-{at}"))
                and not self.has_error(f"item-{at}")
            ):
                self.add_error(
                    f"item-{at}", ValidationError(_("Choose a paper or an answer of this procedure."))
                )
        return found

    @property
    def groups(self) -> list[list[django_forms.BoundField]]:
        """The fields of each row."""
        return [
            [self[f"{name}-{at}"] for name in ("item", "reason", "guidance")] for at in range(self.rows_shown)
        ]

    def _filled(self) -> list[int]:
        return [at for at in range(self.rows_shown) if self.cleaned_data.get(f"item-{at}")]

    def payload(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "deficiencies": [
                {
                    "item": given[f"item-{at}"],
                    "reason": given[f"reason-{at}"],
                    "guidance": given[f"guidance-{at}"],
                }
                for at in self._filled()
            ]
        }

    def place_of(self, field: str) -> str:
        name, _dash, at = field.partition("-")
        filled = self._filled()
        return f"{name}-{filled[int(at)]}" if at.isdigit() and int(at) < len(filled) else "item-0"


def _items(desk: Desk) -> Choices:
    papers = [(c.id, _short(say(c.name))) for c in needed_components(desk.found, desk.holds)]
    said = labels(desk.found)
    asked = [
        (f.id, _short(said[f.id]))
        for s in shown_sections(desk.found, desk.holds)
        for f in shown_fields(s, desk.holds)
    ]
    return [(_("Papers"), papers), (_("Answers"), asked)]


def _short(said: str) -> str:
    return said if len(said) <= 90 else f"{said[:89]}…"


class StepForm(ActForm):
    """Completing the present step, with a note for those who come after."""

    def build(self) -> None:
        self.add("note", text(_("Note for those who come after"), rows=2, required=False))

    def payload(self) -> dict[str, Any]:
        # The step that the page showed, not the one that stands by now: the act refuses if they differ.
        return {
            "step": self.data.get(f"{self.prefix}-step") or self.desk.row["step"],
            "note": self.cleaned_data["note"],
        }


class DraftForm(ActForm):
    def build(self) -> None:
        terms, before = self.desk.found.terms, self._before()
        outcomes: Choices = [("granted", _("Granted")), ("refused", _("Refused"))]
        self.add(
            "outcome",
            django_forms.ChoiceField(
                label=_("Result"),
                choices=outcomes,
                widget=django_forms.RadioSelect,
                initial=before.get("outcome"),
            ),
        )
        grounds: Choices = [
            ("", _("None: it is granted")),
            *((g.id, _short(say(g.text))) for g in terms.refusals),
        ]
        self.add(
            "ground",
            django_forms.ChoiceField(
                label=_("Ground, if it is refused"),
                choices=grounds,
                required=False,
                initial=before.get("ground"),
            ),
        )
        words = "\n\n".join(before.get("paragraphs", ()))
        self.add(
            "paragraphs",
            text(_("The decision in words"), rows=8, help_text=_("An empty line begins a new paragraph.")),
        )
        self.fields["paragraphs"].initial = words
        for entry in terms.result.entries:
            self._ask(entry, before.get("entries", {}).get(entry.id))

    def _ask(self, entry: pack.Entry, before: str | None) -> None:
        """Ask for an entry of the result. A refusal has none, so what is required is said when it is sent."""
        hint = _("It stands on the result; needed if it is granted.") if entry.required else ""
        given: dict[str, Any] = {
            "label": say(entry.label),
            "required": False,
            "help_text": hint,
            "initial": before,
        }
        if entry.kind == "date":
            self.add(place_of(entry.id), forms.DateField(**given))
            return
        mode = "text" if entry.kind == "text" else "numeric"
        box = _narrow(mode) if mode == "numeric" else django_forms.TextInput()
        self.add(place_of(entry.id), django_forms.CharField(widget=box, **given))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("outcome") == "granted":
            for problem in check_entries(self.desk.found, self._entries())[1]:
                if not self.has_error(problem.field):
                    self.add_error(problem.field, problem.message)
        return found

    def _entries(self) -> dict[str, str]:
        given = {e.id: self.cleaned_data.get(place_of(e.id)) for e in self.desk.found.terms.result.entries}
        return {name: str(value) for name, value in given.items() if value}

    def _before(self) -> Mapping[str, Any]:
        """What was drafted before it was sent back: the drafter goes on from there."""
        drafted = self.desk.last("serve.draft_decision")
        return self.desk.part(str(drafted.data["part"])) if drafted else {}

    def payload(self) -> dict[str, Any]:
        given = self.cleaned_data
        paragraphs = [
            part.strip() for part in given["paragraphs"].replace("\r\n", "\n").split("\n\n") if part.strip()
        ]
        return {"outcome": given["outcome"], "ground": given["ground"], "paragraphs": paragraphs,
                "entries": self._entries()}  # fmt: skip


class ReasonForm(ActForm):
    """One reason in words."""

    def build(self) -> None:
        self.add("reason", text(self.said()), required=_no_reason())

    def said(self) -> str:
        return _("Reason, in words the applicant understands")

    def payload(self) -> dict[str, Any]:
        return {"reason": self.cleaned_data["reason"]}


class ReturnDraftForm(ReasonForm):
    def said(self) -> str:
        return _("What must be changed")


def _each_point() -> str:
    return _("Check each point before you sign; if one is not met, send the draft back.")


class SignForm(ActForm):
    """The acceptance test, point by point; signing says that each is met."""

    def build(self) -> None:
        points: Choices = [(c.id, say(c.text)) for c in self.desk.found.terms.result.acceptance]
        if points and self.desk.row["decision"] == "granted":
            box = django_forms.CheckboxSelectMultiple
            self.add(
                "met",
                django_forms.MultipleChoiceField(label=_("I have checked that"), choices=points, widget=box),
                required=_each_point(),
            )

    def clean_met(self) -> list[str]:
        met: list[str] = self.cleaned_data["met"]
        if len(met) < len(self.desk.found.terms.result.acceptance):
            raise ValidationError(_each_point())
        return met

    @property
    def digest(self) -> str:
        """What the signer saw."""
        return str(self.data.get(f"{self.prefix}-digest", ""))


class HandOverForm(ActForm):
    def build(self) -> None:
        ways: Choices = [("counter", _("At the counter")), ("online", _("Online")), ("post", _("By post"))]
        self.add(
            "how",
            django_forms.ChoiceField(
                label=_("How it was handed over"),
                choices=ways,
                widget=django_forms.RadioSelect,
                initial="counter",
            ),
        )

    def payload(self) -> dict[str, Any]:
        return {"how": self.cleaned_data["how"]}


class ResumeForm(ActForm):
    def build(self) -> None:
        ways: Choices = [
            ("counter", _("It was brought to the counter")),
            ("not_needed", _("It is no longer needed")),
            ("online", _("It came online")),
        ]
        self.add(
            "how",
            django_forms.ChoiceField(
                label=_("Why it can go on"), choices=ways, widget=django_forms.RadioSelect, initial="counter"
            ),
        )

    def payload(self) -> dict[str, Any]:
        return {"how": self.cleaned_data["how"]}


class PaymentForm(ActForm):
    def build(self) -> None:
        fee = self.desk.row["fee"]
        self.add(
            "amount",
            forms.MoneyField(
                label=_("Amount in dong (none where it is waived)"), required=False, initial=fee or None
            ),
        )
        self.add(
            "waived",
            django_forms.BooleanField(label=_("Waived by law: nothing is to be paid"), required=False),
        )

    def payload(self) -> dict[str, Any]:
        return {"amount": int(self.cleaned_data["amount"] or 0), "waived": self.cleaned_data["waived"]}


class ReceiptForm(ActForm):
    def build(self) -> None:
        self.add(
            "receipt",
            django_forms.CharField(label=_("Number of the receipt"), max_length=64, widget=_narrow()),
        )

    def payload(self) -> dict[str, Any]:
        return {"receipt": self.cleaned_data["receipt"]}


class ExtendForm(ActForm):
    def build(self) -> None:
        units = {
            "working_day": _("working days"),
            "working_hour": _("working hours"),
            "day": _("days"),
            "month": _("months"),
        }
        unit = units[self.desk.found.limit(self.desk.holds)[1]]
        self.add(
            "by",
            django_forms.IntegerField(
                label=_("By how many %(unit)s") % {"unit": unit},
                min_value=1,
                max_value=365,
                widget=_narrow("numeric"),
            ),
        )
        self.add(
            "reason",
            text(
                _("Reason, in words the applicant understands"),
                help_text=_("It stands on Form 04, with an apology."),
            ),
            required=_no_reason(),
        )

    def payload(self) -> dict[str, Any]:
        return {"by": self.cleaned_data["by"], "reason": self.cleaned_data["reason"]}


def _narrow(mode: str = "text") -> django_forms.TextInput:
    return django_forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": mode})
