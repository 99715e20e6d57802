"""Django settings for a peer that needs Django: nothing but what the peer asks for."""

from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings


def configure(address: str, *apps: str) -> None:
    """Set Django up on the database at this address (postgresql://user:@/name?host=folder)."""
    parts = urlsplit(address)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "",
        "HOST": parse_qs(parts.query).get("host", [""])[0],
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", *apps],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="Asia/Ho_Chi_Minh",
        SECRET_KEY="a benchmark keeps no secret",
    )
    django.setup()
