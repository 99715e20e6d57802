"""The base of every form: messages that say what to do, text in NFC, no checks by the browser in its own words."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from sauro.core.refusal import Refusal

# Word's line break within a paragraph and its page break come by pasting: between words. No other control character
# but tabs and ends of lines means anything in text; that of no code at all is left for Django to refuse.
_CONTROLS: dict[int, str | None] = {code: None for code in range(1, 0x20) if chr(code) not in "\t\n\r"} | {
    0x0B: " ",
    0x0C: " ",
}
_CHOICES = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple)


class Form(forms.Form):
    """A form whose errors tell the reader what to do, naming the field as its label does."""

    # The browser's own bubbles speak another language and hide all errors but one.
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **named: Any) -> None:
        super().__init__(composed(data), *args, **named)
        for name, field in self.fields.items():
            if field.label is None:
                field.label = name.replace("_", " ").capitalize()
            say_what_to_do(field)


def composed(data: Mapping[str, Any] | None) -> Any:
    """Give what was sent with each text in NFC and without control characters: Vietnamese keyboards also send letters in pieces."""
    if data is None:
        return None
    if not isinstance(data, QueryDict):
        return {key: _nfc(value) for key, value in data.items()}
    copy = data.copy()
    for key, values in data.lists():
        copy.setlist(key, [_nfc(value) for value in values])
    return copy


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal beside the field it speaks of, or at the top of the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, refusal.message)


def _nfc(value: Any) -> Any:
    return unicodedata.normalize("NFC", value.translate(_CONTROLS)) if isinstance(value, str) else value


def in_sentence(label: str) -> str:
    """Give a label as it stands inside a sentence: `Full name` becomes `full name`, `ID number` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _required_message(field: forms.Field, name: str) -> str:
    widget = field.widget
    if isinstance(widget, _CHOICES):
        return _("Choose %(field)s") % {"field": name}
    if isinstance(widget, forms.FileInput):
        return _("Attach %(field)s") % {"field": name}
    if isinstance(widget, forms.CheckboxInput):
        return _("Tick the box to go on")
    return _("Enter %(field)s") % {"field": name}


def say_what_to_do(field: forms.Field) -> None:
    """Replace Django's messages, which say what is wrong, except those that a field class has of its own."""
    name = in_sentence(str(field.label))
    messages = {"required": _required_message(field, name)}
    limits = {
        "max_length": _("Shorten {field} to %(limit_value)d characters or fewer; it has %(show_value)d now"),
        "min_length": _("Write at least %(limit_value)d characters in {field}"),
        "max_value": _("Enter {field} of at most %(limit_value)s"),
        "min_value": _("Enter {field} of at least %(limit_value)s"),
    }
    if not isinstance(field, forms.FileField):
        messages |= {code: text.format(field=name.replace("%", "%%")) for code, text in limits.items()}
    if isinstance(field, forms.ChoiceField):
        messages["invalid_choice"] = _("Choose %(field)s from the list") % {"field": name}
    if isinstance(field, forms.EmailField):
        messages["invalid"] = _("Enter an e-mail address such as ten@vidu.vn")
    elif type(field) in (forms.IntegerField, forms.DecimalField):
        messages["invalid"] = _("Enter %(field)s in figures, for example 12") % {"field": name}
    own = getattr(field, "own_messages", ())
    field.error_messages |= {code: text for code, text in messages.items() if code not in own}


def typed(form: forms.BaseForm) -> list[tuple[str, str]]:
    """What was typed into a form, by label and as a person reads it: shown where it could not be used."""
    return [(str(bound.label), said) for bound in form if (said := in_words(bound.field, bound.data))]


def in_words(field: forms.Field, value: Any) -> str:
    """A value of a field as a person reads it: the label of what was chosen, a date with its day first."""
    if value in (None, "", [], (), False):
        return ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    choices = dict(_flat(getattr(field, "choices", None) or ()))
    parts = [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
    between = "/" if isinstance(field, forms.DateField) else ", "
    return between.join(choices.get(part, part) for part in parts if part)


def _flat(choices: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for value, label in choices:
        found += _flat(label) if isinstance(label, list | tuple) else [(str(value), str(label))]
    return found
