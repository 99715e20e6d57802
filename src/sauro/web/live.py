"""Parts of a page that change by themselves: a part is an address of its own, fetched again when a tick says so.

Without script, or without the edge, the same part stands in the page and says of when it is. A tick carries nothing;
what changed is fetched here, under the reader's own grant, which is looked up anew each time. A view that refuses
(403, 404, or a way to the sign-in) makes the script take the part off the page.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.utils.safestring import SafeString

from sauro.core import tickets
from sauro.core.moment import now
from sauro.core.queries.visibility import Reader
from sauro.core.tickets import Ticket

STREAM = "Sauro-Stream"
"""The header in which a fetched part brings the address to listen at from then on."""


@dataclass(frozen=True)
class Live:
    """A part as it stands in a page: `{% live part %}` shows it."""

    topics: tuple[str, ...]
    stream: str
    address: str
    content: SafeString
    tag: str
    at: datetime


def ticket_for(reader: Reader, topics: Sequence[str]) -> str:
    """Give the address at which this reader's page may listen for ten minutes; empty where there is no edge.

    Raises KeyError for a topic that the settings do not list.
    """
    if unknown := set(topics) - set(settings.LIVE_TOPICS):
        raise KeyError(f"LIVE_TOPICS has no {', '.join(sorted(unknown))}")
    if not settings.SAURO_EDGE_URL:
        return ""
    key = tickets.key_of(settings.SECRET_KEY)
    # The system's clock, also where a demonstration lives ahead of it: the edge knows no other.
    until = int(time.time()) + tickets.LIFE
    holder = tickets.holder(key, reader.person, reader.position)
    signed = tickets.sign(key, Ticket(holder, tuple(topics), until))
    return f"{settings.SAURO_EDGE_URL}/ticks?{urlencode({'t': signed})}"


def part(
    request: HttpRequest, reader: Reader, topics: Sequence[str], address: str, template: str, context: dict[str, Any]
) -> Live:  # fmt: skip
    """Render a part for its page. `address` is where `fragment` answers for the same template and context.

    The template is shown again and again, so it holds no form: a form's secret differs each time.
    """
    content = render_to_string(template, context, request)
    return Live(tuple(topics), ticket_for(reader, topics), address, content, _tag(content), now())


def fragment(
    request: HttpRequest, reader: Reader, topics: Sequence[str], template: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer with the part alone; with 304 and no body where the reader's page has it already."""
    content = render_to_string(template, context, request)
    tag = _tag(content)
    known = tag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(status=304) if known else HttpResponse(content)
    response["ETag"] = tag
    if stream := ticket_for(reader, topics):
        response[STREAM] = stream
    patch_cache_control(response, private=True, no_cache=True)
    return response


def _tag(content: str) -> str:
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
