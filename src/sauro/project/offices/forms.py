"""The forms of the pages about offices."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.utils.translation import gettext as _

from sauro.project.offices.away import Colleague
from sauro.project.offices.words import REASONS
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do

Choices = list[tuple[str, Any]]


class Asking(forms.Form):
    """A form whose fields are added with what they say when they are not filled in."""

    def add(self, name: str, field: django_forms.Field, required: str = "") -> None:
        """One more field; ``required`` is said where it is missing."""
        say_what_to_do(field)
        if required:
            field.error_messages["required"] = required
        self.fields[name] = field


class DelegateForm(Asking):
    """Who deputises, in what, from when until when, and why."""

    def __init__(
        self, data: Mapping[str, Any] | None, people: Sequence[Colleague], roles: Choices, initial: Mapping[str, Any]
    ) -> None:  # fmt: skip
        super().__init__(data, initial=dict(initial))
        listed: Choices = [("", _("Choose one person")), *((each.key, each.words) for each in people)]
        reasons: Choices = [(code, words) for code, words in REASONS.items()]
        self.add("deputy", django_forms.ChoiceField(label=_("Deputy"), choices=listed, help_text=_("Somebody who holds an office in your agency or in one below it")), _("Choose who deputises for you."))  # fmt: skip
        self.add("roles", django_forms.MultipleChoiceField(label=_("What the deputy may do"), choices=roles, widget=django_forms.CheckboxSelectMultiple, help_text=_("Never more than your office may do, and only while you hold it. The deputy names no deputy of their own.")), _("Choose at least one kind of work that the deputy does."))  # fmt: skip
        self.add(
            "valid_from", forms.DateField(label=_("First day"), help_text=_("From today means from now."))
        )
        self.add("valid_to", forms.DateField(label=_("Last day"), help_text=_("It ends by itself at the end of this day. You can end it earlier at any time.")))  # fmt: skip
        self.add("reason", django_forms.ChoiceField(label=_("Reason"), choices=reasons, widget=django_forms.RadioSelect))  # fmt: skip

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        said = self.cleaned_data
        person, _mark, position = said["deputy"].partition("~")
        return {
            "deputy": UUID(person), "deputy_position": UUID(position), "roles": said["roles"], "reason": said["reason"],
            "valid_from": said["valid_from"], "valid_to": said["valid_to"],
        }  # fmt: skip


KINDS = ("holder", "acting")


class AppointForm(Asking):
    """Who holds the office, or acts in it, from when until when."""

    def __init__(self, data: Mapping[str, Any] | None, people: Choices, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial), prefix="appoint")
        kinds: Choices = [
            ("holder", _("Holds the office")),
            ("acting", _("Acts in it (quyền, phụ trách) for a time")),
        ]
        self.add("person", django_forms.ChoiceField(label=_("Person"), choices=people, widget=django_forms.RadioSelect), _("Search for the person, then choose them."))  # fmt: skip
        self.add("kind", django_forms.ChoiceField(label=_("In what way"), choices=kinds, widget=django_forms.RadioSelect))  # fmt: skip
        self.add("valid_from", forms.DateField(label=_("First day")))
        self.add("valid_to", forms.DateField(label=_("Last day"), required=False, help_text=_("Left empty: for the time being. Who acts for a time needs one.")))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Acting in an office has an end."""
        said = super().clean() or self.cleaned_data
        if said.get("kind") == "acting" and not said.get("valid_to") and "valid_to" not in self.errors:
            self.add_error("valid_to", _("Say until when they act in the office."))
        return said

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        return {**self.cleaned_data, "person": UUID(self.cleaned_data["person"])}


class EndForm(Asking):
    """The last day of a holding."""

    def __init__(self, data: Mapping[str, Any] | None, holding: UUID, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial), prefix=f"end-{holding}")
        self.holding = holding
        self.add("last_day", forms.DateField(label=_("Last day"), help_text=_("Yesterday ends it at once.")))

    def payload(self) -> dict[str, Any]:
        """What the act is given."""
        return {"holding": self.holding, "last_day": self.cleaned_data["last_day"]}


class GrantForm(Asking):
    """Which role, over what, on which basis, from when until when."""

    def __init__(self, data: Mapping[str, Any] | None, roles: Choices, agencies: Choices, initial: Mapping[str, Any]) -> None:  # fmt: skip
        super().__init__(data, initial=dict(initial), prefix="grant")
        scopes: Choices = [
            ("agency", _("One agency, and what was merged into it")), ("subtree", _("An agency and all below it")),
            ("subject", _("One dossier or task alone, by its id")), ("own", _("What is the holder’s own")), ("all", _("Everything")),
        ]  # fmt: skip
        self.add("role", django_forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *roles]), _("Choose a role."))  # fmt: skip
        self.add("scope", django_forms.ChoiceField(label=_("Over what"), choices=scopes, widget=django_forms.RadioSelect), _("Choose how far it reaches."))  # fmt: skip
        self.add("scope_id", django_forms.ChoiceField(label=_("Which agency"), choices=[("", _("None")), *agencies], required=False, help_text=_("For one agency, or an agency and all below it")))  # fmt: skip
        self.add("subject", django_forms.UUIDField(label=_("Id of the dossier or task"), required=False, help_text=_("For one dossier or task alone: the last part of its address")))  # fmt: skip
        self.fields["subject"].error_messages["invalid"] = _(
            "Copy the id from the address of the dossier or task."
        )
        self.add("basis", django_forms.CharField(label=_("Legal basis"), max_length=200, help_text=_("A registered instrument and the place in it, for example 61/2018/NĐ-CP, Điều 19")))  # fmt: skip
        self.add("valid_from", forms.DateField(label=_("First day")))
        self.add("valid_to", forms.DateField(label=_("Last day"), required=False, help_text=_("Left empty: until it is revoked.")))  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What the scope asks for, beside its field."""
        said = super().clean() or self.cleaned_data
        if said.get("scope") in ("agency", "subtree") and not said.get("scope_id"):
            self.add_error("scope_id", _("Choose the agency."))
        if said.get("scope") == "subject" and not said.get("subject") and "subject" not in self.errors:
            self.add_error("subject", _("Enter the id of the dossier or task."))
        return said


class RevokeForm(Asking):
    """On which basis a grant is revoked."""

    def __init__(self, data: Mapping[str, Any] | None, grant: UUID) -> None:
        super().__init__(data, prefix=f"revoke-{grant}")
        self.grant = grant
        self.add("basis", django_forms.CharField(label=_("Legal basis"), max_length=200, help_text=_("A registered instrument and the place in it, for example 61/2018/NĐ-CP, Điều 19")))  # fmt: skip


class RegisterForm(Asking):
    """A new office in an agency, or a new agency below it."""

    def __init__(
        self, data: Mapping[str, Any] | None, kind: str, types: Choices, initial: Mapping[str, Any]
    ) -> None:
        super().__init__(data, initial=dict(initial), prefix=kind)
        self.kind = kind
        self.add("name_vi", django_forms.CharField(label=_("Name in Vietnamese"), max_length=300))
        self.add("name_en", django_forms.CharField(label=_("Name in English"), max_length=300))
        self.add("type", django_forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose one")), *types], help_text=_("By its kind procedures find it: an office of a kind does the steps that name the kind.")), _("Choose the kind."))  # fmt: skip
        if kind == "organisation":
            self.add("code", django_forms.CharField(label=_("Code"), max_length=40, help_text=_("Capital letters, figures, dots and hyphens; it never changes")))  # fmt: skip
        else:
            self.add("head", django_forms.BooleanField(label=_("It heads the agency"), required=False))
        self.add("valid_from", forms.DateField(label=_("Stands from")))
