"""Where traces go."""

from urllib.parse import urlsplit

from sauro.project.settings.table import WrongSetting, text


def traces_to() -> str:
    """Give the collector's address without a slash at its end; empty for none. Raises WrongSetting."""
    given = text("SAURO_TRACES_TO").rstrip("/")
    parts = urlsplit(given)
    named = (
        parts.scheme in ("http", "https")
        and parts.hostname
        and not (parts.username or parts.query or parts.fragment)
    )
    if given and not named:
        raise WrongSetting(
            "SAURO_TRACES_TO is no address of a collector. Write it as http://host:4318, or leave it empty."
        )
    return given
