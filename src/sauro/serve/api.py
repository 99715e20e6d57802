"""The public API: procedures, filings, public facts of dossiers, and proofs from the journal (OpenAPI 3.1).

Every error is a problem document (RFC 9457) that names the rule it rests on. Nothing personal is answered.
"""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, NinjaAPI, Path, Query, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import SessionAuth
from pydantic import Field

from sauro.core.doorway import Ask, act
from sauro.core.doorway.decide import local_day
from sauro.core.journal import proofs
from sauro.core.moment import now
from sauro.core.refusal import Refusal
from sauro.serve import drafts
from sauro.serve.queries import cases, catalogue
from sauro.serve.queries.places import places_for
from sauro.web.people import person_of
from sauro.web.refusals import problem


class Api(NinjaAPI):
    """Documents refusals as what they are: problem documents (RFC 9457)."""

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**named)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "content" in response:
                        response["content"] = {
                            "application/problem+json": response["content"]["application/json"]
                        }
        return schema


api = Api(title="Sáu Rõ", version="1", urls_namespace="api", docs_url=None, openapi_url="/openapi.json")
Size = Annotated[int, Field(ge=0, le=2**62)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class Problem(Schema):
    """RFC 9457: what was refused, and the rule it rests on."""

    type: str
    title: str
    status: int
    detail: str
    rule: str | None = None
    field: str | None = None


class ProcedureLine(Schema):
    """A procedure in a list."""

    code: str
    version: int
    name_vi: str
    name_en: str
    level: str
    field: str
    online: str


class Facts(Schema):
    """What anybody may know of a dossier."""

    code: str | None
    reference: str
    procedure: UUID
    status: int
    submitted_at: datetime
    accepted_at: datetime | None
    due: datetime | None
    due_original: datetime | None
    finished_at: datetime | None
    returned_at: datetime | None
    decision: str | None
    result_digest: str | None
    simulated: bool


class Filing(Schema):
    """A filing by the signed-in person: the procedure, the commune, and the answers by field."""

    procedure: Code
    area: Annotated[str, Field(pattern=r"^\d{5}$")]
    answers: dict[str, str | int | bool] = {}


class Filed(Schema):
    """The dossier that was made."""

    dossier: UUID
    reference: str


class CheckpointOut(Schema):
    """A signed statement of the journal's size and root."""

    size: int
    root: str
    note: str


class InclusionOut(Schema):
    """That a leaf stands in the tree (RFC 9162 §2.1.3); hashes in hexadecimal."""

    leaf_index: int
    leaf_hash: str
    size: int
    root: str
    path: list[str]
    checkpoint: str | None
    event: UUID | None = None


class ConsistencyOut(Schema):
    """That the later tree begins with the earlier one (RFC 9162 §2.1.4)."""

    first: int
    second: int
    first_root: str
    second_root: str
    path: list[str]
    checkpoint: str | None


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return problem(refusal)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    first: dict[str, Any] = next(iter(error.errors), {})
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    return problem(
        Refusal(
            "invalid", "OpenAPI", str(first.get("msg", _("This request is not valid."))), field=where or None
        )
    )


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(Refusal("invalid", "HTTP", str(error), status=error.status_code))


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(Refusal("not_signed_in", "I5", _("Sign in first."), status=401))


@api.get("/procedures", response={200: list[ProcedureLine], 422: Problem}, operation_id="list_procedures")
def list_procedures(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100)] = "",
    level: Annotated[str, Query(max_length=20)] = "",
    field: Annotated[str, Query(max_length=40)] = "",
) -> list[ProcedureLine]:
    """Procedures in force, best match first; diacritics are not needed in ``q``."""
    found = catalogue.search(q, local_day(now()), level=level, field=field)
    return [
        ProcedureLine(
            code=f.procedure.code, version=f.procedure.terms.version, name_vi=f.procedure.terms.name.vi,
            name_en=f.procedure.terms.name.en, level=f.procedure.terms.level, field=f.procedure.terms.field,
            online=f.procedure.terms.online.level,
        )
        for f in found
    ]  # fmt: skip


@api.get(
    "/procedures/{code}",
    response={200: dict[str, Any], 404: Problem, 422: Problem},
    operation_id="get_procedure",
)
def get_procedure(request: HttpRequest, code: Annotated[Code, Path()]) -> dict[str, Any]:
    """One procedure in the version in force, as it was published."""
    found = catalogue.by_code(code, local_day(now()))
    if found is None:
        raise _nothing()
    body: dict[str, Any] = msgspec.to_builtins(found.terms)
    return {"definition": str(found.id), **body}


@api.get(
    "/dossiers/{reference}", response={200: Facts, 404: Problem, 422: Problem}, operation_id="get_dossier"
)
def get_dossier(request: HttpRequest, reference: Annotated[Code, Path()]) -> Facts:
    """Public facts of a dossier, by its reference (a code could be counted up)."""
    found = cases.public_facts(reference) if "\x00" not in reference else None
    if found is None:
        raise _nothing()
    return Facts(**{name: getattr(found, name) for name in Facts.model_fields})


@api.post(
    "/dossiers",
    response={201: Filed, 401: Problem, 403: Problem, 409: Problem, 422: Problem},
    auth=SessionAuth(),
    operation_id="file_dossier",
)
def file_dossier(
    request: HttpRequest,
    filing: Filing,
    idempotency_key: Annotated[
        str, Header(alias="Idempotency-Key", min_length=8, max_length=80, pattern=r"^[A-Za-z0-9._-]+$")
    ],
) -> tuple[int, Filed]:
    """File once: the same key with the same content answers as the first time, whatever happened in between."""
    person = person_of(request)
    if person is None:
        raise Refusal("no_person", "I5", _("This account belongs to no person."), status=403)
    found = catalogue.by_code(filing.procedure, local_day(now()))
    places = places_for(found, filing.area, 2) if found else None
    if found is None or places is None:
        raise Refusal("place_unknown", "procedures", _("Nobody handles this procedure there."), field="area")
    payload = {
        "id": drafts.unit_for(person, idempotency_key), "definition": found.id, "received_by": places.received_by,
        "competent": places.competent, "involved": places.involved, "area": filing.area, "answers": filing.answers,
    }  # fmt: skip
    done = act(Ask("serve.submit_dossier", person, idempotency_key, payload))
    return 201, Filed(dossier=done.subject, reference=done.answer["reference"])


@api.get("/journal/checkpoint", response={200: CheckpointOut, 404: Problem}, operation_id="newest_checkpoint")
def newest_checkpoint(request: HttpRequest) -> dict[str, Any]:
    """The newest signed checkpoint of the journal."""
    return _plain(proofs.checkpoint(_link()))


@api.get(
    "/journal/checkpoint/{size}",
    response={200: CheckpointOut, 404: Problem, 422: Problem},
    operation_id="checkpoint",
)
def checkpoint(request: HttpRequest, size: Annotated[Size, Path()]) -> dict[str, Any]:
    """The checkpoint of a given size."""
    return _plain(proofs.checkpoint(_link(), size))


@api.get(
    "/journal/events/{event}/inclusion",
    response={200: InclusionOut, 404: Problem, 409: Problem, 422: Problem},
    operation_id="inclusion",
)
def inclusion(
    request: HttpRequest, event: UUID, size: Annotated[Size | None, Query()] = None
) -> dict[str, Any]:
    """Proof that an event is in the journal, by default at the newest checkpoint. Hashes only, never bodies."""
    return _plain(proofs.inclusion(_link(), event=event, size=size))


@api.get(
    "/journal/leaves/{index}/inclusion",
    response={200: InclusionOut, 404: Problem, 409: Problem, 422: Problem},
    operation_id="leaf_inclusion",
)
def leaf_inclusion(
    request: HttpRequest, index: Annotated[Size, Path()], size: Annotated[Size | None, Query()] = None
) -> dict[str, Any]:
    """Proof that the leaf at a place is in the journal."""
    return _plain(proofs.inclusion(_link(), leaf_index=index, size=size))


@api.get(
    "/journal/consistency",
    response={200: ConsistencyOut, 404: Problem, 409: Problem, 422: Problem},
    operation_id="consistency",
)
def consistency(
    request: HttpRequest, first: Annotated[Size, Query()], second: Annotated[Size | None, Query()] = None
) -> dict[str, Any]:
    """Proof that the journal at ``second`` continues the one at ``first``."""
    return _plain(proofs.consistency(_link(), first, second))


def _plain(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(answer)
    return found


def _link() -> Any:
    connection.ensure_connection()
    return connection.connection


def _nothing() -> Refusal:
    return Refusal("not_found", "I8", _("There is nothing here under this code."), status=404)
