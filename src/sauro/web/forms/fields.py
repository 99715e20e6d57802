"""Fields of Vietnamese papers: dates in three parts, personal ID numbers, telephone numbers, money, files."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sauro.web import wording
from sauro.web.forms.widgets import NAMES, DateParts


class DateField(forms.DateField):
    """A date in three fields. Says which part is missing, and whether the day exists."""

    widget = DateParts
    own_messages = ("invalid",)
    default_error_messages = {"invalid": gettext_lazy("Enter a date that exists, for example 22/11/2026")}

    def to_python(self, value: Any) -> date | None:
        """Give the date of three texts, or of one text in the usual forms."""
        if not isinstance(value, tuple | list):
            return super().to_python(value)
        words = {"day": _("the day"), "month": _("the month"), "year": _("the year")}
        missing = [words[name] for name, text in zip(NAMES, value, strict=True) if not text]
        if missing:
            raise ValidationError(_("Add %(parts)s") % {"parts": ", ".join(missing)}, code="incomplete")
        if not (value[2].isascii() and re.fullmatch(r"\d{4}", value[2])):
            raise ValidationError(_("Enter the year in four digits"), code="invalid")
        try:
            return date(int(value[2]), int(value[1]), int(value[0]))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another date was given."""
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


class PersonalIdField(forms.CharField):
    """A personal identification number: twelve digits (Law on Identification 2023, Article 12)."""

    own_messages = ("invalid",)
    default_error_messages = {
        "invalid": gettext_lazy("Enter the personal identification number of 12 digits")
    }

    def __init__(self, **named: Any) -> None:
        named.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-20"})
        )
        super().__init__(**named)

    def clean(self, value: Any) -> str:
        """Give the twelve digits without the spaces that people write between them."""
        given: str = super().clean(value)
        digits = re.sub(r"[\s.]", "", given)
        if digits and not re.fullmatch(r"[0-9]{12}", digits):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return digits


class PhoneField(forms.CharField):
    """A telephone number in Vietnam: ten or eleven digits from 0, or from +84."""

    own_messages = ("invalid",)
    default_error_messages = {"invalid": gettext_lazy("Enter a telephone number such as 0912 345 678")}

    def __init__(self, **named: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "tel", "class": "govuk-input--width-20"}
        named.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**named)

    def clean(self, value: Any) -> str:
        """Give the number from 0, without spaces."""
        given: str = super().clean(value)
        digits = re.sub(r"^\+84", "0", re.sub(r"[\s.\-()]", "", given))
        if digits and not re.fullmatch(r"0[0-9]{9,10}", digits):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return digits


class MoneyField(forms.DecimalField):
    """An amount of dong, without decimals; reads 50.000, 50,000 and 50000 alike."""

    own_messages = ("invalid",)
    default_error_messages = {
        "invalid": gettext_lazy("Enter an amount of dong in figures, for example 50000")
    }

    def __init__(self, **named: Any) -> None:
        named.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "class": "govuk-input--width-10"})
        )
        super().__init__(**{"min_value": 0, "decimal_places": 0, **named})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as DecimalField itself
        """Read an amount with or without its thousands."""
        if isinstance(value, str):
            value = re.sub(r"\s*(đ|vnd|₫)$", "", value.strip(), flags=re.IGNORECASE)
            if re.fullmatch(r"\d{1,3}([.,\s]\d{3})+", value):
                value = re.sub(r"[.,\s]", "", value)
        return super().to_python(value)


class LongTextField(forms.CharField):
    """Text of several lines with a limit that is counted while typing."""

    def __init__(self, *, max_length: int, rows: int = 5, **named: Any) -> None:
        named.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **named)


class FileField(forms.FileField):
    """One file with a limit of size. What it contains is judged later, by content, where it is kept."""

    def __init__(self, *, max_bytes: int, accept: str = "", **named: Any) -> None:
        self.max_bytes = max_bytes
        attrs = {"data-sr-max-bytes": max_bytes} | ({"accept": accept} if accept else {})
        named.setdefault("widget", forms.FileInput(attrs=attrs))
        super().__init__(**named)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Refuse a file that is too large or empty, saying what to do."""
        if isinstance(data, UploadedFile):
            size = data.size or 0
            if size > self.max_bytes:
                limit = wording.number(Decimal(self.max_bytes) / 1_000_000, 0)
                raise ValidationError(
                    _("Choose a file of at most %(limit)s MB") % {"limit": limit}, code="too_large"
                )
            if size == 0:
                raise ValidationError(_("Choose another file: this one is empty"), code="empty")
        return super().clean(data, initial)
