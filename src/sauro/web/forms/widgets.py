"""Widgets that Django lacks: a date in three fields."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

Parts = tuple[str, str, str]
NAMES = ("day", "month", "year")


class DateParts(forms.Widget):
    """Day, month and year in three fields named `x_day`, `x_month`, `x_year`; the value is their text."""

    template_name = "web/forms/widgets/date_parts.html"
    use_fieldset = True
    needs_multipart_form = False

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> str | Parts | None:
        """Give the three texts, or the whole date where it was sent under the field's own name."""
        day, month, year = (str(data.get(f"{name}_{part}", "")).strip() for part in NAMES)
        if day or month or year:
            return day, month, year
        return data.get(name) or None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> bool:
        """Whether none of the three was sent."""
        return name not in data and not any(f"{name}_{part}" in data for part in NAMES)

    def id_for_label(self, id_: str | None, index: Any = None) -> str:
        """Give the id that an error in the whole date leads to: the day."""
        return f"{id_}_day" if id_ else ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the three fields to the template's context."""
        context = super().get_context(name, value, attrs)
        labels = (_("Day"), _("Month"), _("Year"))
        identity = (attrs or {}).get("id", f"id_{name}")
        context["widget"]["parts"] = [
            {
                "name": f"{name}_{part}",
                "id": f"{identity}_{part}",
                "label": label,
                "value": text,
                "width": width,
            }
            for part, label, text, width in zip(NAMES, labels, as_parts(value), (2, 2, 4), strict=True)
        ]
        return context

    def format_value(self, value: Any) -> Any:
        """Leave the value as it is: the template writes its parts."""
        return value


def as_parts(value: Any) -> Parts:
    """Give day, month and year of a date, an ISO text, or what was typed."""
    if isinstance(value, date):
        return f"{value.day:02}", f"{value.month:02}", f"{value.year:04}"
    if isinstance(value, tuple | list) and len(value) == 3:
        return str(value[0]), str(value[1]), str(value[2])
    if isinstance(value, str):
        try:
            return as_parts(date.fromisoformat(value))
        except ValueError:
            return "", "", ""
    return "", "", ""
