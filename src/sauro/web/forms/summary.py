"""The lines of an error summary, each with the id of the control that it leads to."""

from dataclasses import dataclass

from django import forms

from sauro.web.forms.widgets import DateParts


@dataclass(frozen=True)
class SummaryLine:
    """An error, and the control it speaks of (empty for an error of the whole form)."""

    text: str
    target: str


def lines(form: forms.BaseForm) -> list[SummaryLine]:
    """Give the form's errors in the order of its fields, first those of the whole form."""
    found = [SummaryLine(str(text), "") for text in form.non_field_errors()]
    for bound in form:
        found += [SummaryLine(str(text), control(bound)) for text in bound.errors]
    return found


def control(bound: forms.BoundField) -> str:
    """Give the id of the control that takes the focus for this field."""
    widget = bound.field.widget
    identity = str(bound.auto_id)
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{identity}_0"
    if isinstance(widget, DateParts):
        return widget.id_for_label(identity)
    return identity
