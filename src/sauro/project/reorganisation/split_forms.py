"""What an administrator chooses for a split: the part that leaves, by which rule, and who goes on there."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.utils.translation import gettext as _

from sauro.core.actions.merging import Founded
from sauro.packs.ids import id_of
from sauro.project.reorganisation import naming, residue
from sauro.project.reorganisation.forms import NEW, check_deciding, deciding
from sauro.project.reorganisation.parting import Leaving, Parted
from sauro.steer.pages.asked import uuid_of
from sauro.steer.queries import agencies
from sauro.web import forms
from sauro.web.forms.base import say_what_to_do

STAYS = "stays"


class SplitForm(forms.Form):
    """Which part leaves, from when, by which instrument. Sent in the address."""

    def __init__(self, whole: UUID, type_: str, data: Any = None, *, searching: bool = False) -> None:
        if data is not None and not {"when", "into"} <= data.keys():
            data = data.copy()
            data.setdefault("when", "day")
            data.setdefault("into", NEW)
        super().__init__(data)
        self.whole, self.searching = whole, searching
        self.text = str(self.data.get("q", "")).strip()[:100] if self.is_bound else ""
        into = uuid_of(str(self.data.get("into", ""))) if self.is_bound else None
        also = [into] if into else []
        found = [each for each in (agencies.found_by(self.text, also) if self.text or also else []) if each.id != whole]  # fmt: skip
        names = naming.with_superior([each.id for each in found])
        offered = [(str(each.id), names.get(each.id, each.name)) for each in found]
        tasks = [(str(task.id), f"{task.code} · {task.text}") for task in residue.open_tasks(whole)]
        ticks = django_forms.CheckboxSelectMultiple
        for name, field in (
            ("into", django_forms.ChoiceField(label=_("What leaves becomes"), choices=[(NEW, _("An organisation that is founded by this split")), *offered], widget=django_forms.RadioSelect)),
            ("procedures", django_forms.MultipleChoiceField(label=_("Procedures that go"), required=False, choices=residue.taking_part(type_, residue.given_away(whole)), widget=ticks, help_text=_("Their open dossiers go, and what is filed from then on."))),
            ("areas", django_forms.MultipleChoiceField(label=_("Only of these communes"), required=False, choices=residue.communes_of(whole), widget=ticks, help_text=_("None ticked: of all communes. Communes without a procedure above: all procedures there."))),
            ("tasks", django_forms.MultipleChoiceField(label=_("Tasks that go"), required=False, choices=tasks, widget=ticks, help_text=_("No rule catches tasks: tick each that goes. The others stay."))),
            *deciding(),
        ):  # fmt: skip
            if isinstance(field, django_forms.MultipleChoiceField) and not field.choices:
                continue
            say_what_to_do(field)
            self.fields[name] = field

    def rules(self) -> list[Any]:
        """What says what goes, as far as there is anything to choose."""
        return [self[name] for name in ("procedures", "areas", "tasks") if name in self.fields]

    def full_clean(self) -> None:
        super().full_clean()
        if self.searching and self.is_bound:
            # Only organisations were looked for: nothing is asked for yet, and nothing that was typed is lost.
            self.errors.clear()

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        chosen = [box.name for box in self.rules()]
        if not any(sent.get(name) for name in chosen):
            self.add_error(chosen[0] if chosen else None, _("Say what goes: procedures, communes or tasks."))
        check_deciding(self, sent)
        return sent

    def leaving(self) -> Leaving:
        """What was chosen, once it is valid."""
        sent = self.cleaned_data
        effective: date | None = sent["effective"] if sent["when"] == "day" else None
        founded = None
        if sent["into"] == NEW:
            founded = Founded(id_of(sent["code"]), sent["code"], sent["name_vi"], sent["name_en"])
        return Leaving(
            self.whole, founded.id if founded else UUID(sent["into"]), tuple(sent.get("procedures") or ()),
            tuple(sent.get("areas") or ()), tuple(UUID(text) for text in sent.get("tasks") or ()), sent["basis"], founded,
            effective,
        )  # fmt: skip


class PlaceForm(forms.Form):
    """For each holder of an office whether they stay, or in which office of the part they go on. And that it is meant."""

    def __init__(self, plan: Parted, holders: Mapping[UUID, str], names: Mapping[UUID, str], data: Any = None) -> None:  # fmt: skip
        super().__init__(data)
        self.plan = plan
        into = names.get(plan.terms.into, "–")
        there = [
            (
                str(row["id"]),
                _("%(office)s, in %(part)s") % {"office": names.get(row["id"], "–"), "part": into},
            )
            for row in plan.offices(plan.terms.into)
        ]
        for holding in plan.holdings():
            field = django_forms.ChoiceField(
                label=holders.get(holding.id, "–"), choices=[(STAYS, _("Stays")), *there], initial=STAYS
            )
            say_what_to_do(field)
            self.fields[f"place-{holding.id}"] = field
        self.fields["sure"] = django_forms.BooleanField(
            label=_("I have read what goes and what stays. Once it has taken effect, this cannot be undone; only a merger brings it back.")
        )  # fmt: skip
        say_what_to_do(self.fields["sure"])

    def placed(self) -> dict[UUID, UUID | None]:
        """Who goes on where, by holding."""
        said = {
            one.id: uuid_of(self.cleaned_data.get(f"place-{one.id}") or "") for one in self.plan.holdings()
        }
        return {holding: office for holding, office in said.items() if office is not None}

    def clean(self) -> dict[str, Any]:
        sent: dict[str, Any] = super().clean() or {}
        heads = {str(row["id"]) for row in self.plan.offices(self.plan.terms.into) if row["head"]}
        taken: set[str] = set()
        for holding in self.plan.holdings():
            name = f"place-{holding.id}"
            said = sent.get(name) or ""
            if said in heads & taken:
                self.add_error(name, _("Two people cannot head it. Choose another office for one of them."))
            taken.add(said)
        return sent


def boxes(form: PlaceForm) -> Sequence[Any]:
    """The fields of single holders."""
    return [form[name] for name in form.fields if name.startswith("place-")]
