"""Every address of the project is public for a stated reason, or refuses whoever it is not for.

A page without a policy fails here: a stranger must be sent to sign in or refused, a citizen who is no party and an
officer of another agency must be answered as if there were nothing, in the same words for what exists and what does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from sauro.core.doorway import Ask, act
from sauro.core.ids import new_id
from sauro.core.models import Access, Actor, Conflict, Delegation
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.serve import drafts, files
from sauro.serve.models import Attachment, Dossier, Draft
from sauro.serve.queries.cases import open_dossier
from sauro.serve.queries.places import communes
from sauro.serve.tests.conftest import COMMUNE, Town, office, town  # noqa: F401 — a fixture
from sauro.serve.tests.pages_officer.conftest import signed_in
from sauro.steer import lists
from sauro.steer.models import Task
from sauro.steer.tests.conftest import State, state  # noqa: F401 — a fixture
from tests.permissions import matrix

pytestmark = pytest.mark.django_db
METHODS = ("get", "post")

PUBLIC = {
    "livez": "says only that the process lives",
    "readyz": "a word and a status; what is wrong is for who bears the operator's token",
    "healthz": "a word and a status; what is wrong is for who bears the operator's token",
    "account_login": "signing in",
    "account_logout": "asks a signed-in person before it signs them out, and does nothing for a stranger",
    "account_signup": "making an account, where the profile allows it",
    "account_inactive": "says that an account is closed, without naming it",
    "account_reset_password": "asks for an address, and says the same whatever it is",
    "account_reset_password_done": "says the same to everybody",
    "account_reset_password_from_key": "for who holds the link of a letter, once",
    "account_reset_password_from_key_done": "says the same to everybody",
    "account_confirm_address": "for who holds the link of a letter, once; a page with a button",
    "mfa_authenticate": "the second proof of a sign-in that has begun; leads everybody else to its beginning",
    "mfa_login_webauthn": "signing in",
    "openid_connect_login": "signing in at another provider, where one is configured",
    "openid_connect_callback": "the provider's answer, to the session that asked",
    "api:openapi-json": "the API's description",
    "api:api-root": "answers nothing; it is where the API's addresses begin",
    "api:list_procedures": "published law",
    "api:get_procedure": "published law",
    "api:get_dossier": "facts without a person, for who holds the code of a receipt",
    "api:newest_checkpoint": "published, so that anybody can hold the journal to it",
    "api:checkpoint": "published, so that anybody can hold the journal to it",
    "api:inclusion": "hashes, never bodies",
    "api:leaf_inclusion": "hashes, never bodies",
    "api:consistency": "hashes, never bodies",
    "web:language": "sets one cookie of the reader's own",
    "web:accessibility": "a statement to everybody",
    "web:how_to_verify": "a guide for everybody",
    "web:components": "made-up content, in a demonstration only",
    "web:components_official": "made-up content, in a demonstration only",
    "walk": "the guide through a demonstration, and its simulated accounts; nothing anywhere else",
    "serve:home": "the first page",
    "serve:procedures": "published law",
    "serve:procedure": "published law",
    "serve:verify_ask": "an empty form",
    "serve:verify": "facts without a person, for who holds the code of a receipt",
    "serve:journal": "published, so that anybody can hold the journal to it",
    "serve:checkpoint": "published, so that anybody can hold the journal to it",
    "watch:nation": "the newest published edition",
    "watch:editions": "published editions",
    "watch:edition": "a published edition",
    "watch:province": "the newest published edition, of one province",
    "watch:indicator": "a definition, and what is claimed with its source",
    "watch:doubts": "what was found about public claims",
}
OWN = {
    "account_home": "what protects the reader's own account",
    "account_address": "the reader's own address",
    "usersessions_list": "where the reader is signed in; ends only sessions of their own",
    "mfa_index": "the reader's own passkeys and codes",
    "mfa_reauthenticate": "asks for the reader's own code",
    "mfa_reauthenticate_webauthn": "asks for the reader's own passkey",
    "mfa_activate_totp": "the reader's own codes",
    "mfa_deactivate_totp": "the reader's own codes",
    "mfa_view_recovery_codes": "the reader's own codes",
    "mfa_generate_recovery_codes": "the reader's own codes",
    "mfa_add_webauthn": "the reader's own passkey",
    "mfa_remove_webauthn": "a passkey of the reader; another's is not found",
    "account_reauthenticate": "asks for the reader's own password",
    "account_change_password": "the reader's own password",
    "account_set_password": "the reader's own password, where they have none yet",
    "api:file_dossier": "files for the reader",
    "serve:start": "begins the reader's own filing",
    "serve:my_dossiers": "lists the reader's own dossiers",
    "serve:inbox": "what the reader was told",
    "who_looked": "who looked at the reader's data",
}
OPERATORS = {
    "register": "agencies and offices, for who keeps some of them by a grant",
    "accounts": "accounts of those who work here, for administrators of everything",
    "account_new": "for administrators of everything",
    "official": "what an official may do, for who keeps agencies and offices",
    "operations": "how the installation stands, for its administrator",
    "reorganisations": "for who may merge organisations",
    "reorganisation_new": "for who may merge organisations",
    "reorganisation_preview": "for who may merge organisations",
    "split_new": "for who may merge organisations",
    "split_preview": "for who may merge organisations",
    "reorganisation": "for who may merge organisations",
    "reorganisation_call_off": "for who may merge organisations",
    "metrics": "counts, for programs that bear the operator's token",
}
OFFICE = {
    "web:today": "what is the reader’s to do, by the grants of their office",
    "web:choose_office": "an office that the reader holds",
    "leave": "the reader's own deputies, and for whom they act",
    "contests": "contested reads that the reader may answer or is asked to explain; nobody's words",
    "access_review": "which grants open a case, for who may review it; nothing that it says",
    "serve:queue": "what the reader's office may list",
    "serve:accept_chosen": "each dossier by its own grant",
    "serve:counter": "for who may assist",
    "serve:head": "for who heads an agency",
    "watch:desk": "numbers of what the reader's office may see",
    "steer:board": "tasks in which the reader's agency takes part",
    "steer:warnings": "what the reader was warned of",
    "steer:ranking": "totals, for who may list tasks; each opens to what the reader may see of it",
    "steer:draft": "for who may draft tasks",
    "steer:lists": "for who may draft tasks; each list for the office that brought it",
    "steer:instruments": "public law, for who may list tasks",
    "steer:register": "for who may register instruments",
    "steer:instrument": "public law, for who may list tasks",
}


def routes() -> dict[str, URLPattern]:
    """Every address by its name; one without a name cannot be listed, and fails."""
    found: dict[str, URLPattern] = {}

    def walk(resolver: URLResolver, space: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
                continue
            name = f"{space}{pattern.name}"
            assert pattern.name and name not in found, f"{pattern.pattern} needs a name of its own"
            found[name] = pattern

    walk(get_resolver(), "")
    return found


ROUTES = routes()
OF_SOMETHING = {name: p for name, p in ROUTES.items() if name not in {*PUBLIC, *OWN, *OFFICE, *OPERATORS}}


@dataclass(frozen=True)
class World:
    """What belongs to one citizen and one assister, and visitors to whom it does not."""

    ids: dict[str, UUID]
    begun: dict[str, UUID]
    reference: str
    citizen: Client
    elsewhere: Client

    def addresses(self, name: str) -> Iterator[tuple[str, str]]:
        """Pairs of addresses: of what exists, and of the same place for what does not."""
        wanted = ROUTES[name].pattern.converters
        fixed = {"code": "1.001193", "number": 1, "area": "75", "pk": 1}
        for values in (
            {"section": "requester", "kind": "receipt", "verb": "accept"},
            {"section": "tep", "kind": "result", "verb": "sign"},
        ):
            real: dict[str, Any] = {**fixed, **values, **self.ids, "draft": self.begun["own"]}
            if "counter" in name:
                real["draft"] = self.begun["assisted"]
            made_up = {key: new_id() if isinstance(value, UUID) else value for key, value in real.items()}
            yield tuple(
                reverse(name, kwargs={key: known[key] for key in wanted}) for known in (real, made_up)
            )  # type: ignore[misc]


@pytest.fixture
def world(town: Town, state: State, settings: Any, tmp_path: Path) -> World:  # noqa: F811 — the fixtures
    settings.SAURO_FILES, settings.SAURO_KEYS = tmp_path / "files", tmp_path / "keys"
    dossier = town.file()
    kept = files.keep(dossier, town.citizen, "giấy chứng sinh.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    row = Dossier.objects.get(pk=dossier)
    Attachment.objects.create(
        id=kept.id, dossier=dossier, component="birth_notification", digest="0" * 64, size=kept.size,
        media_type=kept.media_type, scanned=kept.scanned, event=row.event,
    )  # fmt: skip
    assister = next(iter(town.officers.values()))
    begun = {
        "own": drafts.begin(town.citizen, row.procedure).id,
        "assisted": drafts.begin(assister, row.procedure, assisted=True).id,
    }
    other = Town(next(c.area for c in communes("75") if c.area != COMMUNE), new_id())
    for organisation in Actor.objects.filter(kind="organisation", area=other.area).values_list(
        "id", flat=True
    ):
        other.staff(organisation)
    brought = lists.begin(
        state.persons["secretary"], state.offices["secretary"], state.organisations["secretary"], "0" * 64, {}
    ).id
    watched = {
        "agency": Actor.objects.values_list("id", flat=True).get(kind="organisation", code="P75.TP"),
        "finding": Conflict.objects.values_list("id", flat=True)[0],
        "reorganisation": new_id(),
        "person": assister,
    }
    signed_in(assister)  # whose account is asked for
    watched |= {**delegated(town, dossier), **contested(town, dossier)}
    return World(
        {"dossier": dossier, "file": kept.id, "task": state.working(), "instrument": state.instrument, "list": brought, **watched}, begun, row.reference, signed_in(new_id()),
        signed_in(next(iter(other.officers.values()))),
    )  # fmt: skip


def delegated(town: Town, dossier: UUID) -> dict[str, UUID]:  # noqa: F811
    """An office of the town, its agency, and a delegation in it."""
    first, other = list(town.officers)[:2]
    agency = Actor.objects.get(pk=first).organisation
    assert agency is not None
    made = Delegation.objects.create(
        id=new_id(), event=dossier, position=first, organisation=agency, holder=town.officers[first],
        deputy=town.officers[other], deputy_position=other, roles=[], reason="leave", valid_from=now(),
        valid_to=now() + timedelta(days=1),
    )  # fmt: skip
    return {"organisation": agency, "position": first, "delegation": made.id}


def contested(town: Town, dossier: UUID) -> dict[str, UUID]:  # noqa: F811
    """A read of the citizen's data, and a contest of it."""
    position = office(dossier, "check")
    open_dossier(Reader(town.officers[position], position), dossier)
    access = Access.objects.values_list("id", flat=True).get(reader=town.officers[position])
    payload = {"access": access, "reason": "Tôi không rõ vì sao"}
    return {"access": access, "contest": act(Ask("core.contest_read", town.citizen, "c", payload)).subject}


def test_every_address_has_a_policy() -> None:
    listed = {**PUBLIC, **OWN, **OFFICE, **OPERATORS}
    assert not set(listed) - set(ROUTES), "addresses that are listed and do not exist"
    assert len(listed) == len(PUBLIC) + len(OWN) + len(OFFICE) + len(OPERATORS), "an address has one policy"
    for name, pattern in OF_SOMETHING.items():
        ids = {
            key
            for key, converter in pattern.pattern.converters.items()
            if type(converter).__name__ == "UUIDConverter"
        }
        assert ids & {
            "dossier",
            "draft",
            "person",
            "task",
            "list",
            "agency",
            "finding",
            "organisation",
            "position",
            "delegation",
            "access",
            "contest",
        }, f"{name}: say in this file whom it is for, and why"


def test_every_address_that_is_not_public_stands_in_the_matrix() -> None:
    """Who may do what there is said once, for each role, and asked over HTTP by tests/permissions."""
    told = matrix.routes()
    assert not told - set(ROUTES), f"spoken of, and not there: {sorted(told - set(ROUTES))}"
    assert not told & set(PUBLIC), f"an address has one policy: {sorted(told & set(PUBLIC))}"
    without = set(ROUTES) - told - set(PUBLIC)
    assert not without, f"say in {matrix.TABLE.name} what each role finds there: {sorted(without)}"


@pytest.mark.parametrize("name", sorted(set(ROUTES) - set(PUBLIC)))
def test_a_stranger_is_refused_or_sent_to_sign_in(world: World, client: Client, name: str) -> None:
    for address, made_up in world.addresses(name):
        for where in (address, made_up):
            answers = [getattr(client, method)(where) for method in METHODS]
            for answer in answers:
                sent = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")
                assert sent or answer.status_code in (401, 403, 404, 405), (where, answer.status_code)
            assert {answer.status_code for answer in answers} != {405}, where


@pytest.mark.parametrize("name", sorted(OF_SOMETHING))
@pytest.mark.parametrize("who", ["citizen", "elsewhere"])
def test_what_is_anothers_is_answered_like_what_does_not_exist(world: World, name: str, who: str) -> None:
    visitor: Client = getattr(world, who)
    before = standing()
    for address, made_up in world.addresses(name):
        for method in METHODS:
            real, nothing = getattr(visitor, method)(address), getattr(visitor, method)(made_up)
            if real.status_code == 302:  # to a page that is itself refused, and the same for both
                assert real["Location"].replace(address, "") == nothing["Location"].replace(
                    made_up, ""
                ) or same(real["Location"], nothing["Location"])
                assert visitor.get(real["Location"].partition("#")[0]).status_code == 404, (method, address)
                continue
            assert real.status_code == nothing.status_code and real.status_code in (403, 404, 405), (
                method,
                address,
                real.status_code,
            )
            assert world.reference not in real.content.decode()
    assert before == standing()


def standing() -> tuple[int, list[UUID], list[UUID]]:
    """What nobody's visit changes."""
    events = [list(model.objects.values_list("event", flat=True)) for model in (Dossier, Task)]
    return Draft.objects.count(), events[0], events[1]


def same(one: str, other: str) -> bool:
    """Whether two addresses differ by their ids only."""
    ids = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    return ids.sub("", one) == ids.sub("", other)


@pytest.mark.parametrize("name", sorted({*OWN, *OFFICE}))
@pytest.mark.parametrize("who", ["citizen", "elsewhere"])
def test_a_list_shows_nothing_of_anothers(world: World, name: str, who: str) -> None:
    visitor: Client = getattr(world, who)
    for address, _made_up in world.addresses(name):
        sent = {
            "chosen": [str(world.ids["dossier"])],
            f"version-{world.ids['dossier']}": "0",
            "q": world.reference,
        }
        for answer in (
            visitor.get(address, {"q": world.reference, "status": "all"}),
            visitor.post(address, sent),
        ):
            if who == "citizen" and name in OFFICE:
                assert answer.status_code in (404, 405), address
            said = answer.content.decode()
            shown = re.sub(
                rf'(value="|q=|“){re.escape(world.reference)}', "", said
            )  # what was asked is shown again
            assert world.reference not in shown, address
            assert not any(str(id_) in shown for id_ in (*world.begun.values(), world.ids["task"])), address
    assert Dossier.objects.get(pk=world.ids["dossier"]).accepted_at is None
