"""Where the live edge is, and which pages may listen to it."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from sauro.project.settings.table import WrongSetting, number, text

LAST_PORT = 65535


def port(pages: int) -> int:
    """Give the port on which the edge listens: the next one to the pages' where none is set; 0 for no edge."""
    if text("SAURO_EDGE_PORT"):
        chosen = number("SAURO_EDGE_PORT", 0, LAST_PORT)
        if chosen == pages:
            raise WrongSetting(
                f"SAURO_EDGE_PORT is {chosen}, the port of the pages. Choose another one, or 0."
            )
        return chosen
    return pages + 1 if pages < LAST_PORT else 0


def address(host: str, port: int, public: str) -> str:
    """Give the address that pages listen to, without a slash at its end; empty where there is none.

    A page that came over HTTPS may not listen to an address without it, so there it has to be told.
    """
    given = text("SAURO_EDGE_URL").rstrip("/")
    if not port:
        return ""
    if not given:
        return "" if public.startswith("https://") else f"http://{host}:{port}"
    if urlsplit(given).scheme not in ("http", "https") or not urlsplit(given).netloc or _unsafe(given):
        raise WrongSetting("SAURO_EDGE_URL is not an address. Write it as https://host/edge.")
    return given


def _unsafe(address: str) -> bool:
    # It becomes part of a header that lists addresses.
    return any(sign in address for sign in " ;,\\'\"")


def origin(address: str) -> str:
    """Give scheme, host and port of an address, as a browser states an origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def origins(public: str, hosts: Iterable[str], port: int) -> frozenset[str]:
    """Give the origins of pages that may listen: the public address, and what a visitor of this machine may type."""
    own = (
        set()
        if public.startswith("https://")
        else {f"http://{host}:{port}" for host in hosts if "*" not in host}
    )
    return frozenset({origin(public), *own} - {""})
