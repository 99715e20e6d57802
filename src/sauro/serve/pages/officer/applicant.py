"""For whom an assister files: somebody known here, found by their ID number, or somebody new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.db import connection
from django.utils.translation import gettext as _

from sauro.core.models import Actor
from sauro.core.queries.reading import record_read
from sauro.core.queries.visibility import grants_of
from sauro.core.vault import keyring
from sauro.core.vault.parts import read_masks
from sauro.core.vault.tokens import search_units
from sauro.serve import drafts
from sauro.serve.models import Draft
from sauro.serve.pages.officer.office import ASSIST, Official
from sauro.serve.rules.procedures import Procedure
from sauro.web import forms

KEPT = "_applicant"
MOST = 20


@dataclass(frozen=True)
class Person:
    """Somebody known here, as far as a list may show them."""

    id: UUID
    name: str
    number: str


def with_number(number: str) -> list[Person]:
    """Persons with this ID number, masked. Showing them is no personal read."""
    with connection.cursor() as cursor:
        units = search_units(cursor, keyring.current(), "number", number, MOST)
        known = set(Actor.objects.filter(pk__in=units, kind="person").values_list("id", flat=True))
        masks = read_masks(cursor, keyring.current(), [unit for unit in units if unit in known])
    return [
        Person(
            id_, str((masks.get(id_) or {}).get("name", "–")), str((masks.get(id_) or {}).get("number", ""))
        )
        for id_ in units
        if id_ in known
    ]


class NumberForm(forms.Form):
    number = forms.PersonalIdField()

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["number"].label = _("ID number of the person before you")


class NewPersonForm(forms.Form):
    """Who somebody new is. Sealed at once; the clear text stands nowhere."""

    name = django_forms.CharField(max_length=200)
    number = forms.PersonalIdField()
    phone = forms.PhoneField(required=False)
    email = django_forms.EmailField(required=False, max_length=200)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        labels = {
            "name": _("Full name"),
            "number": _("ID number"),
            "phone": _("Telephone"),
            "email": _("E-mail"),
        }
        for name, label in labels.items():
            self.fields[name].label = label

    def identity(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def begin(
    official: Official, found: Procedure, area: str, person: UUID | None, identity: Mapping[str, str] | None
) -> Draft:
    """A draft for this applicant, with what is known of them filled in."""
    draft = drafts.begin(official.reader.person, found.id, assisted=True)
    if person is not None:
        _record(official, person)
        given = drafts.own_identity(person, found)
    else:
        given = _filled(found, identity or {})
    kept = {"person": str(person)} if person else {"identity": dict(identity or {})}
    drafts.save(draft, {**given, KEPT: kept}, area=area)
    return draft


def _record(official: Official, person: UUID) -> None:
    """Filling in the form opens the person's identity: that is a personal read, and they will see it."""
    grant = next(iter(grants_of(official.reader, ASSIST)))
    record_read(official.reader, grant, "assist", None, [person], "counter")


def _filled(found: Procedure, identity: Mapping[str, str]) -> dict[str, Any]:
    known = {
        "actor.full_name": "name",
        "actor.id_number": "number",
        "actor.phone": "phone",
        "actor.email": "email",
    }
    return {
        f.id: identity[known[f.prefill]] for f in found.fields.values()
        if f.prefill in known and known[f.prefill] in identity
    }  # fmt: skip


def kept(draft: Draft) -> tuple[UUID | None, dict[str, str] | None]:
    """For whom a draft is: a known person, or the identity of a new one."""
    said = drafts.answers(draft).get(KEPT, {})
    return (UUID(said["person"]), None) if "person" in said else (None, said.get("identity"))
