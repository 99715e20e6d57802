"""The forms of contested reads: why it is contested, what is to be explained, the explanation, the answer."""

from collections.abc import Mapping
from typing import Any

from django import forms as django_forms
from django.utils.translation import gettext as _

from sauro.core.actions.contests import LONGEST
from sauro.project.offices.forms import Asking
from sauro.project.reads import words


def _text(label: str, hint: str = "", rows: int = 4) -> django_forms.CharField:
    return django_forms.CharField(label=label, help_text=hint, max_length=LONGEST, widget=django_forms.Textarea(attrs={"rows": rows}))  # fmt: skip


class ContestForm(Asking):
    """Why the person thinks that a read was not right."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.add("reason", _text(_("Why do you contest this read?"), _("A few words are enough, for example: I have no dossier with this agency. Only the data-protection officer reads them; the reader does not.")), _("Say why you contest this read."))  # fmt: skip


class QuestionForm(Asking):
    """What the reader is to explain."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="ask")
        self.add("question", _text(_("What is to be explained?"), _("The reader and the head of the agency see this. Do not repeat what the person wrote.")), _("Write what is to be explained."))  # fmt: skip


class ExplainForm(Asking):
    """For what the data was read."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="explain")
        self.add("explanation", _text(_("For what was the data read?"), _("Say which work it was needed for. The person whose data it is can read this.")), _("Write for what the data was read."))  # fmt: skip


class AnswerForm(Asking):
    """Whether the read was justified, why, and what follows."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="answer")
        radios = django_forms.RadioSelect
        self.add("outcome", django_forms.ChoiceField(label=_("Was the read justified?"), choices=list(words.outcomes().items()), widget=radios), _("Say whether the read was justified."))  # fmt: skip
        self.add("consequence", django_forms.ChoiceField(label=_("What follows if it was not justified"), choices=list(words.consequences().items()), widget=radios, required=False))  # fmt: skip
        self.add("answer", _text(_("The answer to the person"), _("In plain words: for what it was read, and why that was right or not."), 5), _("Write the answer to the person."))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What follows belongs to a read that was not justified, and only to that."""
        said = super().clean() or self.cleaned_data
        if said.get("outcome") == "unjustified" and not said.get("consequence"):
            self.add_error("consequence", _("Say what follows from it."))
        if said.get("outcome") == "justified":
            said["consequence"] = ""
        return said
