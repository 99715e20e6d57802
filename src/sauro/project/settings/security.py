"""What the browser is told to refuse, and how secrets of this installation are kept."""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}


def secret_key(keys: Path) -> str:
    """Give the key that signs sessions and forms, made at the first start in `keys` (0700), file mode 0600."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = keys / "django-secret"
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
