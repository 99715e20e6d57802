"""A procedure's form as Django forms: rendering only; what is right is decided by ``rules.forms.check``."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext as _

from sauro.packs import procedure as pack
from sauro.serve.queries.places import Commune
from sauro.serve.rules.forms import Problem, say, shown_fields
from sauro.serve.rules.forms import shown_value as shown_value
from sauro.web import forms

_INPUT_MODE = {
    "number": "numeric",
    "money": "numeric",
    "id_number": "numeric",
    "phone": "tel",
    "email": "email",
}
_AUTOCOMPLETE = {
    "actor.full_name": "name",
    "actor.phone": "tel",
    "actor.email": "email",
    "actor.address": "street-address",
}
_WIDTH = {"number": "5", "money": "10", "id_number": "20", "phone": "20"}


class SectionForm(forms.Form):
    """One section of a procedure's form. Values are kept as typed; problems are added from outside."""

    def __init__(
        self,
        section: pack.Section,
        holds: Collection[str],
        communes: Sequence[Commune] = (),
        *args: Any,
        **named: Any,
    ) -> None:
        super().__init__(*args, **named)
        self.section = section
        self.initial = dict(self.initial)
        # A field whose condition an answer of this very section makes hold comes with the next rendering, by the
        # server, so that nothing depends on script.
        for known in shown_fields(section, holds):
            self.fields[known.id] = _field(known, communes)
            if known.type == "date" and known.id in self.initial:
                self.initial[known.id] = _typed_date(self.initial[known.id])

    def typed(self) -> dict[str, Any]:
        """What was typed, as typed: dates as day/month/year."""
        self.is_valid()
        found: dict[str, Any] = {}
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            if isinstance(value, Sequence) and not isinstance(value, str):
                value = "/".join(str(part) for part in value) if any(value) else ""
            found[name] = "" if value is None else str(value)
        return found

    def tell(self, problems: Sequence[Problem]) -> None:
        """Show problems beside their fields."""
        for problem in problems:
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


def as_sent(form: SectionForm, typed: Mapping[str, Any]) -> dict[str, str]:
    """Saved answers as a browser would send them: a date in its three boxes."""
    sent = {name: str(value) for name, value in typed.items()}
    for bound in form:
        value = bound.value()
        if isinstance(value, tuple):
            sent |= {
                f"{bound.html_name}_{part}": text
                for part, text in zip(("day", "month", "year"), value, strict=True)
            }
    return sent


def _field(known: pack.FormField, communes: Sequence[Commune]) -> django_forms.Field:
    given: dict[str, Any] = {
        "label": say(known.label),
        "required": known.required,
        "help_text": say(known.hint) if known.hint else "",
    }
    match known.type:
        case "choice":
            choices = [(choice.value, say(choice.label)) for choice in known.choices]
            return _Lenient(widget=django_forms.RadioSelect(choices=choices), **given)
        case "yesno":
            return _Lenient(
                widget=django_forms.RadioSelect(choices=[("yes", _("Yes")), ("no", _("No"))]), **given
            )
        case "date":
            return _LenientDate(**given)
        case "commune":
            options = [("", _("Choose a commune or ward"))] + [(c.area, c.name) for c in communes]
            return _Lenient(widget=django_forms.Select(choices=options), **given)
        case "longtext":
            return _Lenient(widget=django_forms.Textarea(attrs={"rows": 5}), **given)
    attrs = {}
    if known.type in _INPUT_MODE:
        attrs["inputmode"] = _INPUT_MODE[known.type]
    if known.type in _WIDTH:
        attrs["class"] = f"govuk-input--width-{_WIDTH[known.type]}"
    if known.prefill in _AUTOCOMPLETE:
        attrs["autocomplete"] = _AUTOCOMPLETE[known.prefill]
    return _Lenient(widget=django_forms.TextInput(attrs=attrs), **given)


def _typed_date(value: Any) -> Any:
    """A date that was saved as it was typed, right or wrong, in its three boxes again."""
    parts = str(value).split("/", 2)
    return tuple(parts) if len(parts) == 3 else value


class _Lenient(django_forms.CharField):
    """Takes whatever was typed: the procedure's own rules judge it."""

    def validate(self, value: Any) -> None:
        return None


class _LenientDate(forms.DateField):
    """Three boxes for a date, judged by the procedure's own rules."""

    def to_python(self, value: Any) -> Any:
        return value

    def validate(self, value: Any) -> None:
        return None

    def run_validators(self, value: Any) -> None:
        return None
