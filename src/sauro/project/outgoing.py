"""The one way in which this program fetches an address over HTTP: guarded, since a provider names further addresses.

Where somebody else may say what is fetched, they may mean what only this machine can reach: the database's host, a
cloud's metadata. So a name is looked up here, every address it stands for is judged, and exactly those are connected to.
docs/reference/connections.md lists all connections that leave; a test holds that the code makes no other.
"""

import ipaddress
import os
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

MOST_BYTES = 1024 * 1024
PATIENCE = 10.0
LONGEST = 20.0
"""Seconds for one step of a connection, and for a whole answer."""
_PIECE = 16 * 1024


class Outgoing(requests.RequestException):
    """What was asked for is not fetched, or its answer is not taken; the message is a constant."""


def may_reach(address: str, configured: bool) -> bool:
    """Whether this network address may be connected to. `configured`: the operator named the host in the settings."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # An IPv4 address may be written into an IPv6 one (mapped, 6to4, Teredo, NAT64): it is judged as what it is.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return may_reach(str(inner), configured)
    if found.is_multicast or found.is_unspecified or found.is_link_local or found == _BROADCAST:
        return False
    return found.is_global or (configured and (found.is_private or found.is_loopback))


_BROADCAST = ipaddress.ip_address("255.255.255.255")


def _provider() -> str:
    """The provider of identities that the operator named; empty for none."""
    return str(settings.SAURO_OIDC["settings"]["server_url"]) if settings.SAURO_OIDC else ""


def _reach(self: HTTPConnection, named: str) -> socket.socket:
    """`named`: an address of the settings, whose host may well have a private address."""
    name = str(self._dns_host)
    try:
        found = socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NameResolutionError(self.host, self, error) from error
    addresses = [str(each[4][0]) for each in found]
    own = name.strip("[]").rstrip(".").lower() == urlsplit(named).hostname
    # One that may not be reached spoils the name: whoever mixes them means harm.
    if not addresses or not all(may_reach(address, own) for address in addresses):
        raise NewConnectionError(self, "address not allowed")
    failed: OSError | None = None
    for address in addresses:
        try:
            return create_connection((address, self.port), self.timeout, None, self.socket_options)
        except OSError as error:
            failed = error
    raise NewConnectionError(self, type(failed).__name__)


def _pools(named: Callable[[], str]) -> dict[str, type]:
    def reach(connection: HTTPConnection) -> socket.socket:
        return _reach(connection, named())

    plain = type("_Plain", (HTTPConnection,), {"_new_conn": reach})
    sealed = type("_Sealed", (HTTPSConnection,), {"_new_conn": reach})
    return {
        "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("_SealedPool", (HTTPSConnectionPool,), {"ConnectionCls": sealed}),
    }


class _Adapter(HTTPAdapter):
    def __init__(self, named: Callable[[], str]) -> None:
        self._named = named
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = _pools(self._named)

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        # Without TLS only where the settings themselves name such an address.
        if parts.scheme != "https" and parts.scheme != urlsplit(self._named()).scheme:
            raise Outgoing("scheme")
        end = time.monotonic() + LONGEST
        answer = super().send(request, *args, **{**more, "stream": True})
        held = bytearray()
        for piece in answer.iter_content(_PIECE):
            held += piece
            if len(held) > MOST_BYTES or time.monotonic() > end:
                answer.close()
                raise Outgoing("too much" if len(held) > MOST_BYTES else "too slow")
        answer._content = bytes(held)
        return answer


class Session(requests.Session):
    """Asks over HTTPS without following anybody elsewhere; a megabyte and twenty seconds at most.

    Its host may be private, and without TLS, where the settings say so: the provider of identities (HTTP in a demonstration
    only), or the address that is given, for a session that goes nowhere else.
    """

    def __init__(self, named: str = "") -> None:
        super().__init__()
        # Neither a proxy nor a password from the environment: where one goes is for the settings to say.
        self.trust_env = False
        # Only the authorities to trust: a province may have its own.
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        # A redirect is an error: it would carry secrets, and choose what is fetched.
        self.max_redirects = 0
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter((lambda: named) if named else _provider))

    def request(self, *args: Any, **more: Any) -> requests.Response:
        """As in requests, with a timeout."""
        return super().request(*args, **{"timeout": PATIENCE, **more})
