"""What an administrator chooses for a merger or a split, and what they decide about single offices."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _

from sauro.core.actions.merging import Founded
from sauro.core.doorway.decide import local_day
from sauro.core.models import Actor
from sauro.core.moment import now
from sauro.packs.ids import id_of
from sauro.project.reorganisation import naming
from sauro.project.reorganisation.terms import Chosen, Planned
from sauro.steer.pages.asked import uuid_of
from sauro.steer.queries import agencies, instruments
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do

NEW, NOBODY = "new", "none"


def deciding() -> list[tuple[str, Any]]:
    """The fields that a merger and a split share: what is founded, by which law, and when."""
    law = [(title.split(" – ")[0], title) for _id, title in instruments.in_force()]
    plain = django_forms.TextInput(attrs={"autocomplete": "off"})
    return [
        ("code", django_forms.CharField(label=_("Code of the new organisation"), required=False, max_length=32, widget=plain, validators=[RegexValidator(r"^[A-Za-z0-9.]+$", _("Use letters without marks, figures and full stops only"))])),
        ("name_vi", django_forms.CharField(label=_("Its name in Vietnamese"), required=False, max_length=200, widget=plain)),
        ("name_en", django_forms.CharField(label=_("Its name in English"), required=False, max_length=200, widget=plain)),
        ("basis", django_forms.ChoiceField(label=_("Legal instrument"), choices=[("", ""), *law])),
        ("when", django_forms.ChoiceField(label=_("When it takes effect"), choices=[("day", _("At the midnight with which a coming day begins")), ("now", _("At once"))], widget=django_forms.RadioSelect)),
        ("effective", forms.DateField(label=_("First day of the new order"), required=False, help_text=_("Until that midnight it can be called off."))),
    ]  # fmt: skip


def check_deciding(form: forms.Form, sent: Mapping[str, Any]) -> None:
    """What is founded has a free code and both names; what is not at once has a coming day."""
    if sent.get("into") == NEW:
        for name in ("code", "name_vi", "name_en"):
            if not sent.get(name) and name not in form.errors:
                form.add_error(name, form.fields[name].error_messages["required"])
        if sent.get("code") and Actor.objects.filter(code=sent["code"]).exists():
            form.add_error("code", _("This code is taken already. Choose another."))
    if sent.get("when") == "day" and "effective" not in form.errors:
        if not sent.get("effective"):
            form.add_error("effective", _("Enter the first day of the new order"))
        elif sent["effective"] <= local_day(now()):
            form.add_error("effective", _("Choose a coming day, or let it take effect at once"))


class ChooseForm(forms.Form):
    """Which organisations go, what stands for them, from when, by which instrument. Sent in the address."""

    def __init__(self, data: Any = None, *, searching: bool = False) -> None:
        if data is not None and "when" not in data:
            data = data.copy()
            data["when"] = "day"
        super().__init__(data)
        self.searching = searching
        self.text = str(self.data.get("q", "")).strip()[:100] if self.is_bound else ""
        chosen = self._ids("absorbed")
        into = uuid_of(str(self.data.get("into", ""))) if self.is_bound else None
        also = [*chosen, *([into] if into else [])]
        found = agencies.found_by(self.text, also) if self.text or also else []
        names = naming.with_superior([each.id for each in found])
        offered = [(str(each.id), names.get(each.id, each.name)) for each in found]
        for name, field in (
            ("absorbed", django_forms.MultipleChoiceField(label=_("Which organisations go"), choices=offered, widget=django_forms.CheckboxSelectMultiple)),
            ("into", django_forms.ChoiceField(label=_("What stands for them afterwards"), choices=[*offered, (NEW, _("An organisation that is founded by this merger"))], widget=django_forms.RadioSelect)),
            *deciding(),
        ):  # fmt: skip
            say_what_to_do(field)
            self.fields[name] = field

    def full_clean(self) -> None:
        super().full_clean()
        if self.searching and self.is_bound:
            # Only organisations were looked for: nothing is asked for yet, and nothing that was typed is lost.
            self.errors.clear()

    def _ids(self, name: str) -> list[UUID]:
        if not self.is_bound:
            return []
        sent = self.data.getlist(name) if hasattr(self.data, "getlist") else self.data.get(name, [])
        return [id_ for text in sent if (id_ := uuid_of(str(text))) is not None]

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        if sent.get("into") in sent.get("absorbed", []):
            self.add_error(
                "into",
                _(
                    "What stands afterwards cannot be one of those that go. Untick it above, or choose another."
                ),
            )
        check_deciding(self, sent)
        return sent

    def chosen(self) -> Chosen:
        """What was chosen, once it is valid."""
        sent = self.cleaned_data
        absorbed = tuple(UUID(text) for text in sent["absorbed"])
        effective: date | None = sent["effective"] if sent["when"] == "day" else None
        if sent["into"] != NEW:
            return Chosen(absorbed, UUID(sent["into"]), sent["basis"], None, effective)
        founded = Founded(id_of(sent["code"]), sent["code"], sent["name_vi"], sent["name_en"])
        return Chosen(absorbed, founded.id, sent["basis"], founded, effective)


class DecideForm(forms.Form):
    """For each holder whose office goes without one like it being free: where they go on. And that it is meant."""

    def __init__(self, plan: Planned, names: Mapping[UUID, str], data: Any = None) -> None:
        super().__init__(data)
        self.plan = plan
        offices = [(str(row["id"]), names.get(row["id"], "")) for row in plan.standing()]
        nobody = (NOBODY, _("In none: they hold no office afterwards"))
        for decision in plan.decisions:
            label = _("Where the holder of %(office)s goes on") % {"office": names.get(decision.office, "–")}
            initial = str(decision.usual or NOBODY)
            self.fields[f"place-{decision.holding}"] = django_forms.ChoiceField(
                label=label, choices=[nobody, *offices], initial=initial,
                help_text=_("They head it today; leave this so, unless somebody else takes over.") if decision.usual else "",
            )  # fmt: skip
            say_what_to_do(self.fields[f"place-{decision.holding}"])
        self.fields["sure"] = django_forms.BooleanField(
            label=_("I have read what moves. Once it has taken effect, this cannot be undone; only another merger or split changes it.")
        )  # fmt: skip
        say_what_to_do(self.fields["sure"])

    def placed(self) -> dict[UUID, UUID | None]:
        """What was decided, by holding; what was left as usual says nothing."""
        made: dict[UUID, UUID | None] = {}
        for decision in self.plan.decisions:
            said = self.cleaned_data.get(f"place-{decision.holding}") or ""
            place = uuid_of(said)
            if place != decision.usual:
                made[decision.holding] = place
        return made

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        heads: dict[str, str] = {}
        known = {str(row["id"]): row for row in self.plan.standing()}
        for decision in self.plan.decisions:
            name = f"place-{decision.holding}"
            said = sent.get(name) or ""
            if said and known.get(said, {}).get("head"):
                if said in heads:
                    self.add_error(
                        name, _("Two people cannot head it. Choose another office for one of them.")
                    )
                heads[said] = name
        return sent


def refused(form: forms.Form, words: str) -> None:
    """Say at the top of the form what is wrong with the whole."""
    form.add_error(None, words)


def boxes(form: DecideForm) -> Sequence[Any]:
    """The fields of single holders."""
    return [form[name] for name in form.fields if name.startswith("place-")]
