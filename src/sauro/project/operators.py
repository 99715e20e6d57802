"""Who looks after this installation, as programs prove it: by a token in the Authorization header.

Not by address: behind a reverse proxy every visitor comes from the same one.
"""

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare


def is_one(request: HttpRequest) -> bool:
    """Whether the request bears the operator's token."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    wanted: str = settings.SAURO_OPERATOR_TOKEN
    return kind.lower() == "bearer" and bool(wanted) and constant_time_compare(token.strip(), wanted)
