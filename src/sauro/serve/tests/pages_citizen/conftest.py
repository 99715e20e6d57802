"""A person at the keyboard: signed in, and able to walk through a whole filing as a browser without script would."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sauro.core.models import Account
from sauro.serve.models import Draft
from sauro.serve.tests.conftest import BIRTH, Town

JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "08" * 64 + "ffc0000b080001000101011100ffc40014"
    "000100000000000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f002fffd9"
)  # fmt: skip
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SECTIONS = {
    "requester": ("requester_name", "requester_id", "requester_residence", "requester_relation", "requester_phone", "requester_email"),
    "child": (
        "child_name", "child_birth_date", "child_gender", "child_birth_place", "child_home_place", "child_ethnicity",
        "child_nationality", "proof_of_birth", "surrogacy",
    ),
    "parents": ("mother_name", "mother_id", "mother_birth_year", "parents_married"),
    "delivery": ("result_delivery",),
}  # fmt: skip


def upload(body: bytes, name: str) -> BytesIO:
    """A file as a browser sends it."""
    file = BytesIO(body)
    file.name = name
    return file


def signed_in(person: UUID) -> Client:
    """A browser in which the person is signed in."""
    user = User.objects.create(username=str(uuid4()))
    Account.objects.create(user=user, person=person)
    client = Client(HTTP_ACCEPT_LANGUAGE="vi")
    client.force_login(user)
    return client


@dataclass
class Citizen:
    """A person who files a birth registration page by page."""

    client: Client
    town: Town

    def get(self, address: str, language: str = "vi") -> str:
        self.client.cookies["sauro_language"] = language
        answer = self.client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content.decode()

    def begin(self, code: str = "1.001193") -> Draft:
        answer = self.client.post(f"/thu-tuc/{code}/nop/", {"province": "75", "area": self.town.area})
        assert answer.status_code == 302, answer.content.decode()
        return Draft.objects.get(pk=answer["Location"].split("/")[2])

    def fill(self, draft: Draft, section: str, **other: Any) -> Any:
        sent = {name: BIRTH[name] for name in SECTIONS[section]} | other
        born = str(sent.pop("child_birth_date", ""))
        if born:
            year, month, day = born.split("-")
            sent |= {
                "child_birth_date_day": day,
                "child_birth_date_month": month,
                "child_birth_date_year": year,
            }
        return self.post(f"/nop/{draft.id}/{section}/", sent)

    def post(self, address: str, sent: dict[str, Any]) -> Any:
        """Send a form; a refusal leads back to the page itself, which a browser then shows."""
        answer = self.client.post(address, sent)
        again = answer.headers.get("Location", "")
        return self.client.get(again) if again.startswith(f"{address}?") else answer

    def attach(self, draft: Draft, body: bytes = PDF, name: str = "giấy chứng sinh.pdf", **how: str) -> Any:
        sent = {"file-birth_notification": upload(body, name), **(how or {"continue": "1"})}
        return self.client.post(f"/nop/{draft.id}/tep/", sent)

    def fill_all(self) -> Draft:
        """Everything up to the last look."""
        draft = self.begin()
        for section in SECTIONS:
            answer = self.fill(draft, section)
            assert answer.status_code == 302, answer.content.decode()
        assert self.attach(draft)["Location"].endswith("/kiem-tra/")
        return draft

    def send(self, draft: Draft) -> Any:
        return self.client.post(f"/nop/{draft.id}/kiem-tra/", {"declare": "yes"})

    def file(self) -> UUID:
        """A birth registration, filed online through the pages; every office that it needs is held."""
        self.town.filing(channel=2)
        draft = self.fill_all()
        assert self.send(draft)["Location"] == f"/ho-so/{draft.id}/da-nop/"
        return draft.id


@pytest.fixture
def citizen(town: Town) -> Citizen:
    return Citizen(signed_in(town.citizen), town)


@pytest.fixture
def stranger(town: Town) -> Client:
    """Somebody else who is signed in, without any right to what the citizen has."""
    return signed_in(uuid4())
