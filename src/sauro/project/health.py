"""Health, readiness and metrics, for the supervisor of this installation. Nothing personal is told."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MEASURES = {
    # The planner's estimate: anybody may ask, and counting millions for each question would serve nobody.
    "sauro_events_estimated": "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'core_event'::regclass",
    "sauro_sealed_total": "SELECT coalesce(max(leaf_index) + 1, 0) FROM core_leaf",
    "sauro_jobs_waiting": "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'",
    "sauro_jobs_failed_total": "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'",
}


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 whenever the process can answer at all."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM core_event LIMIT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unreachable"}, status=503)
    return JsonResponse({"status": "ready"})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Give counts in the Prometheus text format, version 0.0.4; 503 when the database does not answer."""
    lines = []
    try:
        with connection.cursor() as cursor:
            for name, question in MEASURES.items():
                cursor.execute(question)
                row = cursor.fetchone()
                kind = "counter" if name.endswith("_total") else "gauge"
                lines += [f"# TYPE {name} {kind}", f"{name} {row[0] if row else 0}"]
    except DatabaseError:
        return HttpResponse("# database unreachable\n", content_type="text/plain; version=0.0.4", status=503)
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
