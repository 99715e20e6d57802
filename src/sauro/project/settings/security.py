"""What the browser is told to refuse, and how secrets of this installation are kept."""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.crypto import salted_hmac


def policy(edge: str, provider: str = "") -> dict[str, Any]:
    """Give the Content-Security-Policy; pages may listen to the `edge`, an origin or nothing.

    The form that begins a sign-in at another `provider` is answered by a redirect there, which browsers count as sent.
    """
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF, "data:"],
            "font-src": [SELF],
            "connect-src": [SELF, edge] if edge else [SELF],
            "manifest-src": [SELF],
            "form-action": [SELF, provider] if provider else [SELF],
            "frame-ancestors": [NONE],
            "base-uri": [NONE],
            "object-src": [NONE],
        }
    }


CACHE_TABLE = "sauro_limits"
CACHES: dict[str, dict[str, Any]] = {
    # Counts of attempts to sign in and which codes were used, one for all processes that serve pages. Nothing else.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": CACHE_TABLE,
        "KEY_FUNCTION": "sauro.project.settings.security.cache_key",
        # With few entries, somebody who makes many would push out the count of their own attempts.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}


def cache_key(key: str, prefix: str, version: int) -> str:
    """Under which name a count is kept: neither a user name nor a network address can be read or guessed from it."""
    return salted_hmac(CACHE_TABLE, f"{prefix}:{version}:{key}", algorithm="sha256").hexdigest()


def secret_key(keys: Path) -> str:
    """Give the key that signs sessions and forms, made at the first start."""
    return kept_secret(keys, "django-secret")


def kept_secret(keys: Path, name: str) -> str:
    """Give a secret of this installation, made once in the folder `keys` (0700), file mode 0600."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = keys / name
    try:
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w") as new:
            new.write(secrets.token_urlsafe(64))
    written = kept.read_text().strip()
    # Two first starts at once: the other process may have created the file and not yet written to it.
    return written or kept.read_text().strip()
