"""Forms that look and speak like the rest: ordinary django.forms, rendered as form groups that say what to do."""

from sauro.web.forms.base import Form, in_words, refuse, typed
from sauro.web.forms.fields import (
    DateField,
    FileField,
    LongTextField,
    MoneyField,
    PersonalIdField,
    PhoneField,
)
from sauro.web.forms.renderer import GovukFormRenderer
from sauro.web.forms.widgets import DateParts

__all__ = [
    "DateField",
    "DateParts",
    "FileField",
    "Form",
    "GovukFormRenderer",
    "LongTextField",
    "MoneyField",
    "PersonalIdField",
    "PhoneField",
    "in_words",
    "refuse",
    "typed",
]
