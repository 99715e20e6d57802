"""The API keeps its word: whatever is sent, no 500 and no answer that its OpenAPI does not document."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from sauro.serve.api import api

pytestmark = pytest.mark.django_db
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/"))
SCHEMA.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def connection_stays(db: None) -> Iterator[None]:
    """Django closes old connections around each request; here they are the test's own transaction."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@SCHEMA.parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_documented(case: schemathesis.Case) -> None:
    case.call_and_validate()


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_documented_at_length(case: schemathesis.Case) -> None:
    case.call_and_validate()
