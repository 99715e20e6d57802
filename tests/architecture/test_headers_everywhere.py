"""Every address of the project, asked by everybody, tells the browser what to refuse; what is signed in is kept by nobody."""

from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sauro.serve.tests.conftest import Town, office, town  # noqa: F401 — a fixture
from sauro.serve.tests.pages_officer.conftest import signed_in
from sauro.steer.tests.conftest import State, state  # noqa: F401 — a fixture
from tests.architecture.test_headers import told
from tests.architecture.test_keys import KEYLESS, Form, forms_of
from tests.architecture.test_routes import ROUTES, World, world  # noqa: F401 — a fixture

pytestmark = pytest.mark.django_db
FIXED = {"key": "MQ-1", "uidb36": "1", "size": 1, "index": 0, "provider_id": "oidc", "name": "nation"}
SHOWN = ("text/html", "text/plain", "application/json", "application/problem+json", "image/svg+xml")
"""What a browser may show; everything else is a file to keep."""


def addresses(world: World, name: str) -> set[str]:  # noqa: F811
    """Addresses of one route: of what exists, with everything that a route may ask for."""
    wanted = ROUTES[name].pattern.converters
    codes = {"code": "P01" if name == "watch:indicator" else "1.001193"}
    found = set()
    for kind, verb in (("receipt", "accept"), ("result", "sign")):
        known = {**codes, "number": 1, "area": "75", "pk": 1, "section": "requester", "kind": kind, "verb": verb, **world.ids, **FIXED,
                 "reference": world.reference, "event": world.ids["dossier"], "draft": world.begun["assisted" if "counter" in name else "own"]}  # fmt: skip
        found.add(reverse(name, kwargs={key: known[key] for key in wanted}))
    return found


def judged(answer: Any, where: str, signed: bool) -> str:
    """Assert all that an answer must say. Gives its media type."""
    told(answer, where)
    if signed:
        kept = answer.get("Cache-Control", "")
        assert "no-store" in kept and "private" in kept, (where, answer.status_code, kept)
    kind = str(answer.get("Content-Type", "")).partition(";")[0]
    if answer.status_code == 200 and kind not in SHOWN:
        assert answer.get("Content-Disposition", "").startswith("attachment;"), (where, kind)
    return kind


def test_every_answer_of_every_address_says_it(
    world: World,  # noqa: F811
    town: Town,  # noqa: F811
    state: State,  # noqa: F811
    settings: Any,
    subtests: Any,
) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    dossier = world.ids["dossier"]
    visitors = {
        "stranger": Client(raise_request_exception=False),
        "citizen": world.citizen,
        "applicant": signed_in(town.citizen),
        "officer": signed_in(town.officers[office(dossier, "check")]),
        "secretary": signed_in(state.persons["secretary"]),
    }
    statuses: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    files: Counter[str] = Counter()
    forms: Counter[Form] = Counter()
    for name in sorted(ROUTES):
        with subtests.test(name):
            for who, visitor in visitors.items():
                visitor.raise_request_exception = False
                for address in sorted(addresses(world, name)):
                    answer = visitor.get(address, secure=True)
                    # Health is not well here: no worker runs.
                    assert answer.status_code < 500 or name == "healthz", (name, who)
                    assert answer["Strict-Transport-Security"] == "max-age=31536000", (name, who)
                    kind = judged(answer, f"{name} for {who}", signed=who != "stranger")
                    if kind == "text/html" and answer.status_code == 200:
                        forms.update(forms_of(answer.content.decode(), address))
                    files[kind] += answer.get("Content-Disposition", "").startswith("attachment")
                    kinds[kind] += answer.status_code == 200
                    statuses[answer.status_code] += 1
    # A form that acts bears a key: the proxy may send it twice.
    assert {form.where for form in forms if not form.keyed} == set(KEYLESS)
    assert len({form.where for form in forms if form.keyed}) > 6, forms
    assert files["application/pdf"], files
    # It has seen pages, files, data, refusals and what is not there.
    assert {200, 302, 403, 404} <= set(statuses), statuses
    assert kinds["text/html"] > 100 and kinds["application/pdf"] and kinds["application/json"], kinds
