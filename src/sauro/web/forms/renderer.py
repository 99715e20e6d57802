"""The form renderer: Django's own widgets and fields, written with our templates (`web/forms/…`)."""

from functools import lru_cache
from typing import Any

from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.template import loader

_INPUTS = ("color", "date", "datetime", "email", "number", "password", "search", "tel", "text", "time", "url")
_OURS = {f"django/forms/widgets/{kind}.html": "web/forms/widgets/input.html" for kind in _INPUTS} | {
    f"django/forms/widgets/{kind}.html": f"web/forms/widgets/{kind}.html"
    for kind in ("checkbox", "checkbox_select", "clearable_file_input", "file", "radio", "select", "textarea")
}


class GovukFormRenderer(BaseRenderer):
    """Renders `{{ form }}` and each field as a form group: label, hint, error, control, linked by aria-describedby."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        """Give our template for the name Django asks for, else Django's own."""
        if template_name.startswith("web/"):
            return loader.get_template(template_name)
        ours = _OURS.get(template_name)
        return loader.get_template(ours) if ours else _django().get_template(template_name)


@lru_cache(maxsize=1)
def _django() -> DjangoTemplates:
    return DjangoTemplates()
